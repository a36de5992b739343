use rusqlite::functions::FunctionFlags;
use serde_json::Value as Json;

use crate::env::TestEnv;
use crate::seed;
use crate::terminal::Terminal;

/// Returns severity and code of each finding.
fn findings(object: &Json) -> Vec<String> {
    let text = |finding: &Json, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = object["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| format!("{} {}", text(finding, "severity"), text(finding, "code")))
        .collect()
}

#[test]
fn a_new_database_has_no_findings() {
    let env = TestEnv::with_database(
        "[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"varchar(50)\", level = \"integer null\" }\n",
    );
    let object = env.run(["check", "--format", "json"]).succeeds().json();
    assert_eq!(findings(&object), Vec::<String>::new());
    assert_eq!(object["user_table"], "auth_user");
    assert_eq!(object["login_column"], "username");
    assert_eq!(object["made_by_django"], false);
    assert_eq!(object["time_zone"], "UTC");
    assert_eq!(object["new_hashes"], "argon2 m=102400,t=2,p=8");
    assert_eq!(object["profile_tables"][0]["kind"], "gamer");
    assert_eq!(object["profile_tables"][0]["required"], serde_json::json!(["bio"]));
    assert_eq!(object["token_tables"][0]["scheme"], "drf");
    assert!(object["configuration"].as_str().unwrap().ends_with("authctl.toml"));
    let shown = env.run(["check"]).succeeds();
    assert!(shown.stdout.contains("gamer (app_gamer): 0, requires bio"), "{}", shown.stdout);
    assert_eq!(shown.stderr, "No errors, no warnings.\n");
}

#[test]
fn every_problem_is_found() {
    let env = TestEnv::with_database("[tokens]\nscheme = \"knox\"\n");
    let database = env.database();
    for name in ["meg", "MEG", "root", "gone", "odd", "weak"] {
        seed::user(&database, name);
    }
    env.execute(
        "UPDATE auth_user SET is_superuser = 1 WHERE username = 'root';
         UPDATE auth_user SET is_active = 0 WHERE username = 'gone';
         UPDATE auth_user SET password = 'plain text' WHERE username = 'odd';
         UPDATE auth_user SET password = 'md5$salt$00000000000000000000000000000000' WHERE username = 'weak';
         UPDATE auth_user SET password = '!' || password WHERE username = 'meg';
         UPDATE auth_user SET email = username || '@x.de'",
    );
    let id = |name: &str| {
        env.value(&format!("SELECT id FROM auth_user WHERE username = '{name}'")).parse().unwrap()
    };
    seed::knox_token(&database, id("gone"), "aaaaaaaaaaaaaaa", None);
    seed::knox_token(&database, id("meg"), "bbbbbbbbbbbbbbb", Some("2020-01-01 00:00:00"));
    let before = env.database_bytes();
    let run = env.run(["check", "--format", "json"]).ends_with(11);
    let found = findings(&run.json());
    for expected in [
        "warning unknown_hasher",
        "note unusable_password",
        "warning weak_hash",
        "warning case_only_username",
        "warning case_only_email",
        "note superuser_never_logged_in",
        "warning token_of_inactive_user",
        "note expired_token",
    ] {
        assert!(found.contains(&expected.to_owned()), "{expected} is not in {found:?}");
    }
    assert_eq!(run.error()["code"], "findings");
    assert!(env.database_bytes() == before, "check wrote to the database");
    let shown = env.run(["check"]).ends_with(11);
    assert!(
        shown.stderr.contains("warning: Users with a password that no Django hasher recognizes: 1 (odd)"),
        "{}",
        shown.stderr
    );
    assert!(!shown.stderr.contains("plain text"));
}

#[test]
fn an_empty_key_is_found_and_can_be_deleted() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password"]).succeeds();
    env.execute("UPDATE authtoken_token SET key = ''");
    let run = env.run(["check", "--format", "json"]).ends_with(11);
    assert!(findings(&run.json()).contains(&"warning empty_token_key".to_owned()));
    env.run(["revoke-token", "--user", "meg", "--yes"]).succeeds();
    env.run(["create-token", "meg"]).succeeds();
    env.run(["check"]).succeeds();
}

#[test]
fn impossible_times_are_errors() {
    let env = TestEnv::with_database(
        "[profiles.pupil]\ntable = \"app_pupil\"\nfields = { birthday = \"date null\" }\n",
    );
    for name in ["meg", "joe", "eve"] {
        seed::user(&env.database(), name);
    }
    env.execute(
        "UPDATE auth_user SET last_login = '0000-00-00 00:00:00' WHERE username <> 'eve';
         UPDATE auth_user SET date_joined = CAST('2023-02-29 12:00:00 ' || char(10) || 'Z' AS BLOB) WHERE username = 'joe';
         INSERT INTO app_pupil (birthday, user_id) SELECT '0000-00-00', id FROM auth_user WHERE username = 'eve'",
    );
    let run = env.run(["check", "--format", "json"]).ends_with(11);
    assert_eq!(findings(&run.json()), ["error impossible_time"; 3]);
    let shown = env.run(["check"]).ends_with(11).stderr;
    for (column, what) in [
        (
            "auth_user whose last_login",
            "2, such as 0000-00-00 00:00:00 (id 1). Set a valid one: `authctl edit-user --by id 1 --set last_login=TIME`.",
        ),
        (
            "auth_user whose date_joined",
            "1, such as 2023-02-29 12:00:00 Z (id 2). Set a valid one: `authctl edit-user",
        ),
        ("app_pupil whose birthday", "1, such as 0000-00-00 (id 1). Set a valid one in the database."),
    ] {
        let sentence = format!("error: Django fails to load rows of {column} is not a valid time: {what}");
        assert!(shown.contains(&sentence), "{shown}");
    }
    for (id, column) in [("1", "last_login"), ("2", "last_login"), ("2", "date_joined")] {
        let value = format!("{column}=2024-02-29T12:00:00Z");
        env.run(["edit-user", "--by", "id", id, "--set", &value]).succeeds();
    }
    env.execute("UPDATE app_pupil SET birthday = '2024-02-29'");
    env.run(["check"]).succeeds();
}

/// Django defines functions for generated columns, and a project may define collations.
#[test]
fn times_that_only_the_project_can_compute_are_left_out() {
    let env = TestEnv::with_database("");
    seed::user(&env.database(), "meg");
    let project = env.database();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    project.create_scalar_function("django_datetime_trunc", 1, flags, |_| Ok("0000-00-00")).unwrap();
    project
        .execute_batch(
            "CREATE TABLE app_pupil (
               id integer PRIMARY KEY, user_id integer NOT NULL UNIQUE REFERENCES auth_user (id), born datetime NOT NULL,
               day datetime GENERATED ALWAYS AS (django_datetime_trunc(born)) VIRTUAL);
             INSERT INTO app_pupil (user_id, born) VALUES (1, '2024-02-29 12:00:00')",
        )
        .unwrap();
    let run = env.run(["check"]).succeeds();
    assert_eq!(
        run.stderr,
        "note: Table app_pupil was not checked for damage, since it needs functions of the project.\n\
         No errors, no warnings.\n"
    );
    env.execute(
        "UPDATE auth_user SET last_login = '0000-00-00 00:00:00';
         PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(sql, '\"last_login\" datetime', '\"last_login\" datetime COLLATE project')
         WHERE name = 'auth_user'",
    );
    let run = env.run(["check", "--format", "json"]).ends_with(11);
    assert_eq!(findings(&run.json()), ["note unchecked_table", "error impossible_time"]);
}

#[test]
fn facts_are_folded_to_the_terminal() {
    let env = TestEnv::with_schema("account_tables");
    env.execute(
        "CREATE TABLE shop_customerloyaltymembershipcard (id integer PRIMARY KEY, number integer NOT NULL,
           user_id integer NOT NULL UNIQUE REFERENCES auth_user (id));",
    );
    let mut command = env.command();
    command.args(["check", "--color", "never"]);
    for width in [80, 60] {
        let (_, screen) = Terminal::start_with_width(&command, width).ends();
        let facts = screen.lines().take_while(|line| !line.starts_with("new hashes"));
        let facts: Vec<&str> = facts.filter(|line| !line.starts_with("database")).collect();
        assert!(facts.iter().all(|line| line.len() <= width.into()), "{width}: {screen}");
        let profile = facts.iter().position(|line| line.starts_with("profile  ")).unwrap();
        assert!(facts[profile + 1].starts_with("               (shop_customerloyalty"), "{screen}");
    }
}

#[test]
fn dangling_references_and_damage_are_errors() {
    let env = TestEnv::with_database("");
    env.execute(
        "PRAGMA foreign_keys = OFF;
         INSERT INTO authtoken_token VALUES ('0123456789', '2024-01-01 00:00:00', 99)",
    );
    let run = env.run(["check", "--format", "json"]).ends_with(11);
    assert_eq!(findings(&run.json()), ["error dangling_reference"]);
    env.execute("DELETE FROM authtoken_token");
    env.execute(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(sql, '\"name\" varchar(150) NOT NULL UNIQUE', '\"name\" varchar(150) NULL UNIQUE')
         WHERE name = 'auth_group'",
    );
    env.execute("INSERT INTO auth_group (name) VALUES (NULL)");
    env.execute(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(sql, '\"name\" varchar(150) NULL UNIQUE', '\"name\" varchar(150) NOT NULL UNIQUE')
         WHERE name = 'auth_group'",
    );
    let run = env.run(["check", "--format", "json"]).ends_with(11);
    assert_eq!(findings(&run.json()), ["error damaged"]);
}

#[test]
fn a_configuration_that_prevents_registration_is_an_error() {
    for config in [
        "[register]\nrequired = [\"emial\"]\n",
        "[register]\nprofile = \"nope\"\n",
        "[profiles.customer]\ntable = \"nope\"\n",
        "[tokens]\nscheme = \"knox\"\n",
    ] {
        let env = TestEnv::with_database("");
        env.write("authctl.toml", config);
        let run = env.run(["check", "--format", "json"]).ends_with(11);
        assert_eq!(findings(&run.json()), ["error configuration"], "{config}");
        env.run(["register", "meg", "--no-password"]).ends_with(2);
    }
}

#[test]
fn what_the_commands_would_refuse_is_a_warning() {
    let env = TestEnv::with_database("");
    env.execute(
        "CREATE UNIQUE INDEX one_address ON auth_user (email);
         DROP TABLE authtoken_token",
    );
    let object = env.run(["check", "--format", "json"]).ends_with(11).json();
    assert!(object["login_column"].is_null());
    assert_eq!(findings(&object), ["warning ambiguous", "warning required_field", "note no_token_table"]);
    let shown = env.run(["check"]).ends_with(11);
    for expected in [
        "warning: Table auth_user has several possible login columns: username, email. Set `login_column` under",
        "warning: `register` refuses users without email: email is required. Pass --email ADDRESS.",
        "note: `create-token` refuses: the database has no token table.",
    ] {
        assert!(shown.stderr.contains(expected), "{}", shown.stderr);
    }
    // The settings ask for it, so it is expected.
    env.write(
        "authctl.toml",
        "[database]\nlogin_column = \"username\"\n[register]\nrequired = [\"email\"]\n",
    );
    let object = env.run(["check", "--format", "json"]).succeeds().json();
    assert_eq!(findings(&object), ["note no_token_table"]);

    let env = TestEnv::with_database("");
    env.run(["init", "--db", "both.sqlite3", "--scheme", "drf,knox"]).succeeds();
    let object = env.run(["check", "--db", "both.sqlite3", "--format", "json"]).ends_with(11).json();
    assert_eq!(findings(&object), ["warning ambiguous"]);
    env.execute("ALTER TABLE auth_user ADD COLUMN tier varchar(9) NOT NULL DEFAULT 'x'");
    env.run(["check"]).succeeds();
    env.execute(
        "PRAGMA writable_schema = on;
         UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL DEFAULT ''x''', ' NOT NULL') WHERE name = 'auth_user'",
    );
    let object = env.run(["check", "--format", "json"]).ends_with(11).json();
    assert_eq!(findings(&object), ["warning required_field"]);
}

/// Writes the suggested settings, and returns them.
fn suggested(env: &TestEnv) -> String {
    let text = env.run(["check", "--suggest-config"]).succeeds().stdout;
    assert_eq!(env.run(["check", "--suggest-config", "--format", "json"]).json()["config"], text.trim_end());
    env.write("authctl.toml", &text);
    let without_comments = |text: &str| {
        let lines =
            text.lines().map(|line| line.split_once('#').map_or(line, |(before, _)| before).trim_end());
        lines.collect::<Vec<_>>().join("\n")
    };
    // The settings do not change the suggestion, but decide between candidates.
    let again = env.run(["check", "--suggest-config"]).succeeds().stdout;
    assert_eq!(without_comments(&again), without_comments(&text));
    text
}

#[test]
fn the_suggested_settings_are_sufficient() {
    let layouts = [
        ("repairs", &["register", "ann"][..]),
        ("both_schemes", &["register", "ann"]),
        ("two_unique", &["register", "ann", "--email", "ann@example.com"]),
        ("two_user_tables", &["register", "ann"]),
        ("email_login", &["register", "ann@example.com", "--set", "full_name=Ann"]),
        ("uuid_key_knox", &["register", "ann"]),
        ("renamed_user", &["register", "ann"]),
        ("clashing_kinds", &["register", "ann", "--profile", "club_profile", "--set", "rank=1"]),
    ];
    for (schema, register) in layouts {
        let env = TestEnv::with_schema(schema);
        let text = suggested(&env);
        let run = env.run(register.iter().chain(&["--no-password", "--dry-run"]));
        assert_eq!(run.code, 0, "{schema}: {}\n{text}", run.stderr);
    }
}

#[test]
fn the_suggested_settings_have_what_the_newest_users_share() {
    let env = TestEnv::with_schema("two_unique");
    env.execute(
        "CREATE TABLE \"app_Member's\" (id integer PRIMARY KEY, client_id integer NOT NULL UNIQUE \
         REFERENCES dual_client (id), tier varchar(10) NOT NULL, quota integer NOT NULL, \
         api_key varchar(16) NOT NULL UNIQUE, \"odd name\" text NOT NULL, since date NOT NULL);
         PRAGMA writable_schema = on;
         UPDATE sqlite_schema SET sql = replace(sql, '\"is_staff\" bool NOT NULL', \
         '\"is_staff\" bool NOT NULL, \"plan\" varchar(8) NOT NULL') WHERE name = 'dual_client'",
    );
    let database = env.database();
    for (id, key) in [(1, "9944b09199c62bcf"), (2, "4bc1d7ab0e9a2f83")] {
        database
            .execute(
                "INSERT INTO dual_client (password, is_superuser, username, first_name, last_name, is_staff, plan, \
                 is_active, date_joined, email) VALUES ('!', 0, ?1, '', '', 0, 'free', 1, '2024-01-01 00:00:00', ?1)",
                [key],
            )
            .unwrap();
        let sql = "INSERT INTO \"app_Member's\" VALUES (?1, ?1, 'a\"b', 5, ?2, ?2, '2024-01-01')";
        database.execute(sql, rusqlite::params![id, key]).unwrap();
    }
    let text = suggested(&env);
    insta::assert_snapshot!(text);
    let register = ["register", "ann", "--email", "ann@example.com", "--no-password", "--profile"];
    let kind = env.run(["check", "--format", "json"]).json()["profile_tables"][1]["kind"]
        .as_str()
        .unwrap()
        .to_owned();
    let more = ["--set", "odd name=x", "--set-random", "api_key"];
    env.run(register.iter().copied().chain([&*kind]).chain(more)).succeeds();
    let row = "SELECT tier || quota || since || plan FROM \"app_Member's\" JOIN dual_client ON client_id = dual_client.id \
               WHERE username = 'ann'";
    assert_eq!(env.value(row), "a\"b52024-01-01free");
}

#[test]
fn the_suggested_settings_have_a_real_value_as_an_example() {
    let env = TestEnv::with_database("");
    env.execute(
        "ALTER TABLE auth_user ADD COLUMN plan varchar(8) NOT NULL DEFAULT 'x';
         PRAGMA writable_schema = on;
         UPDATE sqlite_schema SET sql = replace(sql, ' DEFAULT ''x''', '') WHERE name = 'auth_user';
         PRAGMA writable_schema = reset",
    );
    for (name, plan) in [("meg", "free"), ("joe", "gold")] {
        env.run(["register", name, "--no-password", "--set", &format!("plan={plan}")]).succeeds();
    }
    let text = suggested(&env);
    assert!(
        text.contains("# plan = \"gold\"  # text of at most 8 characters, as the newest user has; required"),
        "{text}"
    );
    assert!(!text.contains("VALUE"), "{text}");
}

#[test]
fn a_world_readable_database_is_a_warning() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    let env = TestEnv::with_database("");
    let set = |name: &str, mode| set_permissions(env.path(name), Permissions::from_mode(mode)).unwrap();
    // Other users cannot reach a file in a private folder.
    for (folder, file) in [(0o755, 0o600), (0o700, 0o644), (0o755, 0o640)] {
        set(".", folder);
        set("db.sqlite3", file);
        let run = env.run(["check"]).succeeds();
        assert!(!run.stderr.contains("Every user") && run.stderr.contains("no warnings"), "{}", run.stderr);
    }
    set(".", 0o755);
    set("db.sqlite3", 0o644);
    let run = env.run(["check"]).ends_with(11);
    for expected in ["warning: Every user of this machine can read the database (mode 644)", "`chmod o-rw /"]
    {
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
    assert!(run.stderr.ends_with("1 warning.\n"), "{}", run.stderr);
    for (schema, secrets) in [
        ("account_tables", "password hashes, drf keys and OAuth2 tokens"),
        ("levelup", "password hashes and drf keys"),
        ("knox", "password hashes"),
    ] {
        let other = TestEnv::with_schema(schema);
        for (path, mode) in [(".", 0o755), ("db.sqlite3", 0o644)] {
            set_permissions(other.path(path), Permissions::from_mode(mode)).unwrap();
        }
        let run = other.run(["check"]);
        assert!(run.stderr.contains(&format!(", with its {secrets}. Run ")), "{schema}: {}", run.stderr);
    }
    for (mode, access) in [(0o666, "read and write to"), (0o602, "write to")] {
        set("db.sqlite3", mode);
        let run = env.run(["check"]).ends_with(11);
        assert!(run.stderr.contains(&format!("can {access} the database (mode {mode:o})")), "{}", run.stderr);
    }
    set("db.sqlite3", 0o644);
    let run = env.run(["check", "--format", "json"]).ends_with(11);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let finding = &report["findings"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&"open_file".into(), &"warning".into()));
    assert!(finding["message"].as_str().unwrap().contains("mode 644"), "{report}");
}
