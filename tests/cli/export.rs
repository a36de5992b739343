use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::{Value as Json, json};

use crate::env::{LEVELUP, Run, TestEnv};
use crate::seed::{self, Person};
use crate::terminal::Terminal;

const KEY: &str = "aa00000000000000000000000000000000000000";

/// Three gamers and a user without a profile, with every exported attribute.
fn club() -> TestEnv {
    let env = TestEnv::with_database(LEVELUP);
    let database = env.database();
    let meg = Person {
        username: "meg",
        email: "meg@ducharme.com",
        first_name: "Meg, \"M\"",
        staff: true,
        joined: "2024-02-29 12:30:00.000120",
        last_login: Some("2024-06-01 10:00:00"),
        ..Person::default()
    }
    .add_to(&database);
    let ann = seed::user(&database, "ann");
    let zoe = Person { username: "zoë", active: false, ..Person::default() }.add_to(&database);
    seed::user(&database, "robot");
    seed::group(&database, "editors", &[meg, ann]);
    seed::group(&database, "late; \"shift\"", &[ann]);
    seed::drf_token(&database, meg, KEY);
    let gamer = "INSERT INTO levelupapi_gamer (id, bio, user_id) VALUES (?1, ?2, ?3)";
    for (id, bio, user) in [(11, "chess\nand go", ann), (12, "", meg), (13, "plays", zoe)] {
        database.execute(gamer, (id, bio, user)).unwrap();
    }
    env
}

/// Returns the records of a CSV as pairs of heading and value.
#[track_caller]
fn csv(text: &str) -> Vec<Vec<(String, String)>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let record = |record: csv::Result<csv::StringRecord>| {
        let values: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
        headings.iter().cloned().zip(values).collect()
    };
    reader.records().map(record).collect()
}

fn export(env: &TestEnv, arguments: &[&str]) -> Run {
    env.run(["export"].iter().chain(arguments))
}

#[test]
fn csv_has_one_line_per_user_with_lists_in_a_cell() {
    let env = club();
    let records = csv(&export(&env, &[]).succeeds().stdout);
    let row = |index: usize| -> Vec<(&str, &str)> {
        let record: &Vec<(String, String)> = &records[index];
        record.iter().map(|(heading, value)| (&**heading, &**value)).collect()
    };
    assert_eq!(
        row(0),
        [
            ("id", "1"),
            ("username", "meg"),
            ("email", "meg@ducharme.com"),
            ("first_name", "Meg, \"M\""),
            ("last_name", ""),
            ("is_active", "true"),
            ("is_staff", "true"),
            ("is_superuser", "false"),
            ("date_joined", "2024-02-29T12:30:00.000120Z"),
            ("last_login", "2024-06-01T10:00:00Z"),
            ("groups", "editors"),
            ("profile", "gamer"),
            ("profile.gamer.bio", ""),
        ]
    );
    let ann = &row(1)[9..];
    let groups = r#"["editors","late; \"shift\""]"#;
    let expected = [
        ("last_login", ""),
        ("groups", groups),
        ("profile", "gamer"),
        ("profile.gamer.bio", "chess\nand go"),
    ];
    assert_eq!(ann, expected);
    assert_eq!(row(3)[10..], [("groups", ""), ("profile", ""), ("profile.gamer.bio", "")]);
}

#[test]
fn json_has_one_object_per_user() {
    let env = club();
    let all = export(&env, &["--format", "json"]).succeeds().json();
    assert_eq!(all.as_array().unwrap().len(), 4);
    let keys: Vec<&String> = all[0].as_object().unwrap().keys().collect();
    let expected = [
        "id",
        "username",
        "email",
        "first_name",
        "last_name",
        "is_active",
        "is_staff",
        "is_superuser",
        "date_joined",
        "last_login",
        "groups",
        "profiles",
    ];
    assert_eq!(keys, expected);
    assert_eq!(all[0]["profiles"], json!({ "gamer": { "bio": "" } }));
    assert_eq!(all[1]["groups"], json!(["editors", "late; \"shift\""]));
    assert_eq!((&all[1]["last_login"], &all[2]["is_active"]), (&Json::Null, &json!(false)));
    assert_eq!((&all[3]["groups"], &all[3]["profiles"]), (&json!([]), &json!({})));

    let lines = export(&env, &["--format", "jsonl"]).succeeds().stdout;
    let lines: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json!(lines), all);
    assert_eq!(export(&env, &["--format", "json", "--search", "nobody"]).succeeds().json(), json!([]));
}

#[test]
fn the_filters_of_list_users_apply() {
    let env = club();
    for (arguments, expected) in [
        (&["--inactive"][..], &["zoë"][..]),
        (&["--group", "editors"], &["meg", "ann"]),
        (&["--profile", "gamer", "--without-token"], &["ann", "zoë"]),
        (&["--sort", "username:desc", "--limit", "2", "--offset", "1"], &["robot", "meg"]),
    ] {
        let all = export(&env, &[arguments, &["--format", "json"]].concat()).succeeds().json();
        let names: Vec<&str> =
            all.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{arguments:?}");
    }
    export(&env, &["--group", "nobody"]).ends_with(3);
    let secrets = ["--format", "fixture", "--with-password-hashes", "--with-token-keys"];
    let chosen = ["--sort", "username:desc", "--limit", "1", "--offset", "2"];
    let rows = export(&env, &[&secrets[..], &chosen].concat()).succeeds().json();
    let models: Vec<(&str, &Json)> =
        rows.as_array().unwrap().iter().map(|row| (row["model"].as_str().unwrap(), &row["pk"])).collect();
    let expected =
        [("auth.user", &json!(1)), ("levelupapi.gamer", &json!(12)), ("authtoken.token", &json!(KEY))];
    assert_eq!(models, expected);
}

#[test]
fn hashes_and_keys_are_written_only_on_request() {
    let env = club();
    for format in ["csv", "json", "jsonl"] {
        let run = export(&env, &["--format", format]).succeeds();
        assert!(!run.stdout.contains(KEY) && !run.stdout.contains("pbkdf2"), "{format}");
    }
    let secrets = ["--with-password-hashes", "--with-token-keys"];
    let records = csv(&export(&env, &secrets).succeeds().stdout);
    let last = |index: usize| records[index][records[index].len() - 3..].to_vec();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let created = pair("token_created", "2024-03-01T08:00:00.000001Z");
    assert_eq!(last(0), [pair("password_hash", seed::ENCODED), pair("token", KEY), created]);
    assert_eq!(last(1)[1..], [pair("token", ""), pair("token_created", "")]);
    let all = export(&env, &[&secrets[..], &["--format", "json"]].concat()).succeeds().json();
    assert_eq!((&all[0]["password_hash"], &all[0]["token"]), (&json!(seed::ENCODED), &json!(KEY)));
    assert_eq!(all[1]["token"], Json::Null);
}

#[test]
fn possible_secrets_are_omitted_and_named_once() {
    let env = TestEnv::with_database(
        "[profiles.client]\ntable = \"shop_client\"\nfields = { api_key = \"varchar(40)\", city = \"varchar(40)\" }\n",
    );
    env.run([
        "register",
        "meg",
        "--no-password",
        "--profile",
        "client",
        "--set",
        "api_key=s3cr3t",
        "--set",
        "city=Oslo",
    ])
    .succeeds();
    let run = export(&env, &[]).succeeds();
    assert!(!run.stdout.contains("s3cr3t") && !run.stdout.contains("api_key"), "{}", run.stdout);
    assert_eq!(run.stderr.matches("profile.client.api_key").count(), 1, "{}", run.stderr);
    let run = export(&env, &["--format", "json"]).succeeds();
    assert_eq!(run.json()[0]["profiles"]["client"], json!({ "city": "Oslo" }));
    let run = export(&env, &["--with-secrets"]).succeeds();
    assert!(run.stdout.contains("s3cr3t") && !run.stderr.contains("api_key"), "{}", run.stdout);

    let fixture = ["--format", "fixture", "--with-password-hashes"];
    let run = export(&env, &fixture).ends_with(2);
    assert!(run.stderr.contains("shop_client.api_key") && run.stdout.is_empty(), "{}", run.stderr);
    let rows = export(&env, &[&fixture[..], &["--with-secrets"]].concat()).succeeds().json();
    assert_eq!(rows[1]["fields"]["api_key"], "s3cr3t");
}

#[test]
fn a_fixture_without_passwords_is_refused() {
    let env = club();
    let run = export(&env, &["users.json", "--format", "fixture"]).ends_with(2);
    assert!(run.stderr.contains("--with-password-hashes"), "{}", run.stderr);
    assert!(!env.path("users.json").exists());
}

#[test]
fn a_fixture_has_each_row_as_django_loads_it() {
    let env = club();
    env.execute("INSERT INTO django_content_type (id, app_label, model) VALUES (1, 'auth', 'user'), (2, 'levelupapi', 'gamer'), (3, 'authtoken', 'token')");
    env.execute(
        "INSERT INTO auth_permission (id, content_type_id, codename, name) VALUES (5, 2, 'add_gamer', '')",
    );
    env.execute("INSERT INTO auth_user_user_permissions (user_id, permission_id) VALUES (2, 5)");
    let secrets = ["--format", "fixture", "--with-password-hashes"];
    let rows = export(&env, &secrets).succeeds().json();
    let ann = json!({
        "model": "auth.user",
        "pk": 2,
        "fields": {
            "password": seed::ENCODED,
            "last_login": null,
            "is_superuser": false,
            "username": "ann",
            "last_name": "",
            "email": "",
            "is_staff": false,
            "is_active": true,
            "date_joined": "2024-01-01T12:00:00Z",
            "first_name": "",
            "groups": [["editors"], ["late; \"shift\""]],
            "user_permissions": [["add_gamer", "levelupapi", "gamer"]],
        },
    });
    assert_eq!(rows[1], ann);
    let gamer = json!({ "model": "levelupapi.gamer", "pk": 12, "fields": { "bio": "", "user": 1 } });
    assert_eq!(rows[4], gamer);
    assert_eq!(rows.as_array().unwrap().len(), 7);

    let rows = export(&env, &[&secrets[..], &["--with-token-keys"]].concat()).succeeds().json();
    let token = json!({
        "model": "authtoken.token",
        "pk": KEY,
        "fields": { "created": "2024-03-01T08:00:00.000001Z", "user": 1 },
    });
    assert_eq!(rows[7], token);
}

#[test]
fn only_fixtures_contain_knox_tokens() {
    let env = TestEnv::with_schema("knox");
    let database = env.database();
    let meg = seed::user(&database, "meg");
    seed::knox_token(&database, meg, "abc", Some("2030-01-01 00:00:00"));
    seed::knox_token(&database, meg, "abd", None);
    let run = export(&env, &["--with-token-keys"]).ends_with(2);
    assert!(run.stderr.contains("fixture"), "{}", run.stderr);
    let secrets = ["--format", "fixture", "--with-password-hashes", "--with-token-keys"];
    let rows = export(&env, &secrets).succeeds().json();
    let token = json!({
        "model": "knox.authtoken",
        "pk": format!("{:0<128}", "abc"),
        "fields": { "created": "2024-03-01T08:00:00Z", "user": 1, "expiry": "2030-01-01T00:00:00Z", "token_key": "abc" },
    });
    assert_eq!(rows[1], token);
    assert_eq!((&rows[2]["fields"]["expiry"], rows.as_array().unwrap().len()), (&Json::Null, 3));
}

/// A citizen with a dossier, which has a column of every type.
fn census() -> TestEnv {
    let env = TestEnv::with_schema("every_type");
    env.execute(
        "INSERT INTO census_citizen (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, \
            date_joined, birthday, tier, quota, home_id) \
         VALUES ('!', 0, 'meg', '', '', '', 0, 1, '2024-01-01 00:00:00', '1990-12-31', 'basic', 5, 2)",
    );
    let database = env.database();
    // The constraints use Django's REGEXP function, which does not exist here.
    database.pragma_update(None, "ignore_check_constraints", true).unwrap();
    database
        .execute(
            "INSERT INTO census_dossier (born, seen_at, wakes_at, shift, consents, vaccinated, reference, tracking, income, \
                weight, answers, tier, points, level, code, host, handle, homepage, remarks, scan, created_at, updated_at, \
                citizen_id, country_id) \
             VALUES ('1985-02-28', '2024-02-29 23:59:01.000120', '06:30:00', 93600000003, 1, NULL, \
                '00000000000040008000000000000001', '00000000000040008000000000000002', 12345.6, 71.5, \
                '{\"zeta\": [1, 2.50, null], \"alpha\": \"gr\\u00f6\\u00dfe\"}', 'gold', 7, 3, 'ABC', '192.0.2.7', 'slug', \
                '', 'first line\nsecond line', x'00ff', '2024-01-01 00:00:00', '2024-01-01 00:00:00', 1, 1)",
            [],
        )
        .unwrap();
    env
}

#[test]
fn every_type_keeps_its_value() {
    let env = census();
    let user = export(&env, &["--format", "json"]).succeeds().json()[0].clone();
    assert_eq!(
        (&user["birthday"], &user["quota"], &user["home_id"]),
        (&json!("1990-12-31"), &json!(5), &json!(2))
    );
    let dossier = &user["profiles"]["dossier"];
    for (field, expected) in [
        ("born", json!("1985-02-28")),
        ("seen_at", json!("2024-02-29T23:59:01.000120Z")),
        ("wakes_at", json!("06:30:00")),
        ("shift", json!(93_600_000_003_i64)),
        ("consents", json!(true)),
        ("vaccinated", Json::Null),
        ("reference", json!("00000000-0000-4000-8000-000000000001")),
        ("income", json!("12345.6")),
        ("weight", json!(71.5)),
        ("remarks", json!("first line\nsecond line")),
        ("scan", json!("AP8=")),
        ("country_id", json!(1)),
    ] {
        assert_eq!(dossier[field], expected, "{field}");
    }
    assert_eq!(dossier["answers"]["alpha"], "größe");
    assert_eq!(dossier["answers"]["zeta"].to_string(), "[1,2.50,null]");

    let record = csv(&export(&env, &[]).succeeds().stdout).remove(0);
    let cell = |name: &str| &*record.iter().find(|(heading, _)| heading == name).unwrap().1;
    assert_eq!(cell("profile.dossier.answers"), r#"{"zeta": [1, 2.50, null], "alpha": "gr\u00f6\u00dfe"}"#);
    assert_eq!(cell("profile.dossier.scan"), "AP8=");
    assert_eq!(cell("profile.dossier.income"), "12345.6");
    assert_eq!(cell("profile.dossier.vaccinated"), "");
    assert_eq!(cell("profile.dossier.tracking"), "00000000-0000-4000-8000-000000000002");
}

#[test]
fn a_fixture_uses_djangos_field_names() {
    let env = census();
    let secrets = ["--format", "fixture", "--with-password-hashes"];
    let run = export(&env, &secrets).succeeds();
    assert!(run.stderr.contains("--duration census_dossier.shift"), "{}", run.stderr);
    let row = &run.json()[1];
    assert_eq!((&row["model"], &row["pk"]), (&json!("census.dossier"), &json!(1)));
    assert_eq!((&row["fields"]["citizen"], &row["fields"]["country"]), (&json!(1), &json!(1)));
    assert_eq!(row["fields"].get("id"), None);
    assert_eq!(row["fields"]["shift"], 93_600_000_003_i64);
    for name in ["shift", "census_dossier.shift"] {
        let run = export(&env, &[&secrets[..], &["--duration", name]].concat()).succeeds();
        assert_eq!(run.json()[1]["fields"]["shift"], "1 02:00:00.000003");
        assert!(!run.stderr.contains("--duration"), "{}", run.stderr);
    }
    export(&env, &["--duration", "shift"]).ends_with(2);
    for (option, name, told) in [
        ("--duration", "shfit", "--duration shfit: no exported table has this column."),
        ("--duration", "username", "--duration username: this column cannot be a DurationField"),
        ("--duration", "census_dossier.citizen_id", "this column cannot be a DurationField"),
        ("--name", "census_dosier=census.dossier", "no exported table or column has this name."),
        ("--name", "census_dossier.shfit=shift", "no exported table or column has this name."),
    ] {
        let run = export(&env, &[&secrets[..], &[option, name]].concat()).ends_with(2);
        assert!(run.stderr.contains(told), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn names_missing_from_the_schema_are_requested() {
    let env = TestEnv::with_schema("plain_table");
    let database = env.database();
    let meg = seed::user(&database, "meg");
    database.execute("INSERT INTO facts42 (whose, p1) VALUES (?1, 'yearly')", [meg]).unwrap();
    let secrets = ["--format", "fixture", "--with-password-hashes"];
    let run = export(&env, &secrets).succeeds();
    assert!(run.stderr.contains("facts42.whose"), "{}", run.stderr);
    assert_eq!(run.json()[1]["model"], "gym.membership");
    let names = ["--name", "facts42.whose=user", "--name", "facts42.p1=plan"];
    let run = export(&env, &[&secrets[..], &names].concat()).succeeds();
    assert!(!run.stderr.contains("facts42"), "{}", run.stderr);
    assert_eq!(run.json()[1]["fields"], json!({ "user": 1, "plan": "yearly" }));

    env.execute("INSERT INTO django_content_type (app_label, model) VALUES ('gym', 'visit')");
    let run = export(&env, &secrets).ends_with(7);
    assert!(run.stderr.contains("--name facts42=APP.MODEL"), "{}", run.stderr);
    let run = export(&env, &[&secrets[..], &["--name", "facts42=gym.Membership"]].concat()).succeeds();
    assert_eq!(run.json()[1]["model"], "gym.membership");
    for wrong in ["facts42", "facts42=", "=gym.membership", "facts42=plan", "facts42.p1=gym.plan"] {
        export(&env, &[&secrets[..], &["--name", wrong]].concat()).ends_with(2);
    }
}

/// Django rejects a time with an offset if `USE_TZ` is off.
#[test]
fn a_fixture_has_local_times_if_use_tz_is_off() {
    let env = TestEnv::with_schema("local_time");
    let add = |joined: &str| Person { username: joined, joined, ..Person::default() }.add_to(&env.database());
    add("2024-07-01 12:00:00.000120");
    let secrets = ["--format", "fixture", "--with-password-hashes"];
    assert_eq!(
        export(&env, &secrets).succeeds().json()[0]["fields"]["date_joined"],
        "2024-07-01T12:00:00.000120Z"
    );
    env.write("authctl.toml", "[database]\ntime_zone = \"America/New_York\"\n");
    assert_eq!(
        export(&env, &secrets).succeeds().json()[0]["fields"]["date_joined"],
        "2024-07-01T12:00:00.000120"
    );
    assert_eq!(
        export(&env, &["--format", "json"]).succeeds().json()[0]["date_joined"],
        "2024-07-01T16:00:00.000120Z"
    );
}

#[test]
fn a_file_is_private_and_its_extension_sets_the_format() {
    let env = club();
    for (name, start) in
        [("users.csv", "id,"), ("users.json", "[\n"), ("users.JSONL", "{\"id\":1,"), ("users", "id,")]
    {
        let run = export(&env, &[name]).succeeds();
        let path = env.path(name);
        assert_eq!(run.stdout.trim(), path.to_str().unwrap());
        assert!(run.stderr.contains("4 users"), "{}", run.stderr);
        assert!(fs::read_to_string(&path).unwrap().starts_with(start), "{name}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let run = export(&env, &["other.csv", "--format", "json"]).succeeds();
    let answer = run.json();
    assert_eq!((&answer["counts"]["users"], &answer["format"]), (&json!(4), &json!("json")));
    assert!(fs::read_to_string(env.path("other.csv")).unwrap().starts_with("[\n"));
    assert!(export(&env, &["-"]).succeeds().stdout.starts_with("id,"));
}

#[test]
fn an_existing_file_is_left_alone() {
    let env = club();
    env.write("users.csv", "mine");
    export(&env, &["users.csv"]).ends_with(5);
    assert_eq!(fs::read_to_string(env.path("users.csv")).unwrap(), "mine");
    export(&env, &["users.csv", "--overwrite"]).succeeds();
    assert!(fs::read_to_string(env.path("users.csv")).unwrap().starts_with("id,"));
    for own in ["db.sqlite3", "db.sqlite3-wal"] {
        export(&env, &[own, "--overwrite"]).ends_with(2);
    }
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "4");
}

#[test]
fn a_link_is_not_replaced() {
    let env = club();
    let target = env.write("mine", "mine");
    std::os::unix::fs::symlink(&target, env.path("users.csv")).unwrap();
    export(&env, &["users.csv", "--overwrite"]).ends_with(1);
    assert_eq!(fs::read_to_string(target).unwrap(), "mine");
}

#[test]
fn a_closed_pipe_is_not_an_error_but_a_full_disk_is() {
    let env = TestEnv::with_database("");
    seed::crowd(&env, 5_000, &"n".repeat(150));
    for format in ["csv", "json", "jsonl", "fixture"] {
        let export = || {
            let mut command = env.command();
            command.args(["export", "--with-password-hashes", "--format", format]).stderr(Stdio::piped());
            command
        };
        let mut child = export().stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let run = Run::of(child.wait_with_output().unwrap()).succeeds();
        assert!(run.stderr.is_empty(), "{format}: {}", run.stderr);
        if cfg!(target_os = "linux") {
            let full = fs::File::options().write(true).open("/dev/full").unwrap();
            let run = Run::of(export().stdout(full).output().unwrap()).ends_with(1);
            assert!(run.stderr.contains("No space left"), "{format}: {}", run.stderr);
        }
    }
}

#[test]
fn text_that_is_not_utf_8_leaves_no_file() {
    let env = club();
    env.execute("UPDATE levelupapi_gamer SET bio = CAST(x'fffe' AS TEXT) WHERE id = 13");
    for name in ["users.csv", "users.json"] {
        let run = export(&env, &[name]).ends_with(6);
        assert!(run.stderr.contains("profile.gamer.bio"), "{}", run.stderr);
        assert!(!env.path(name).exists());
    }
    let names: Vec<_> = fs::read_dir(env.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with(".authctl")), "{names:?}");
}

#[test]
fn unsupported_formats_are_refused() {
    let env = club();
    export(&env, &["--format", "plain"]).ends_with(2);
    export(&env, &["--overwrite"]).ends_with(2);
    for arguments in
        [&["list-users", "--format", "fixture"][..], &["show-user", "meg", "--format", "fixture"]]
    {
        let run = env.run(arguments).ends_with(2);
        assert!(run.stderr.contains("export") && run.stdout.is_empty(), "{}", run.stderr);
    }
}

#[test]
fn secrets_are_not_written_to_a_terminal() {
    let env = club();
    let mut command = env.command();
    command.args(["export", "--with-password-hashes"]);
    let mut terminal = Terminal::start(&command);
    assert!(!terminal.ends_with(2).contains("pbkdf2"));
    let mut command = env.command();
    command.arg("export");
    let mut terminal = Terminal::start(&command);
    assert!(terminal.ends_with(0).contains("meg@ducharme.com"));
}

#[test]
fn an_ambiguous_login_column_does_not_prevent_an_export() {
    let env = TestEnv::with_schema("two_unique");
    env.execute(
        "INSERT INTO dual_client (password, is_superuser, username, first_name, last_name, is_staff, is_active, date_joined, \
            email) VALUES ('!', 0, 'meg', '', '', 0, 1, '2024-01-01 00:00:00', 'meg@ducharme.com')",
    );
    // An ambiguous login column does not matter for an export.
    let record = csv(&export(&env, &[]).succeeds().stdout).remove(0);
    let names: Vec<&str> = record.iter().map(|(name, _)| &**name).collect();
    assert_eq!(&names[..3], ["id", "username", "email"]);
    assert_eq!(names.iter().filter(|name| **name == "email").count(), 1);
}

#[test]
fn the_help_and_the_parser_agree_on_the_formats() {
    let env = TestEnv::with_database("");
    let help = env.run(["export", "-h"]).succeeds().stdout;
    let words: Vec<&str> = help.split_whitespace().collect();
    assert!(words.join(" ").contains("[possible values: csv, json, jsonl, fixture]"), "{help}");
    assert!(!help.contains("plain"), "{help}");
    for format in ["plain", "table", "xml"] {
        let run = env.run(["export", "--format", format]).ends_with(2);
        assert!(run.stderr.contains("csv, json, jsonl, fixture"), "{}", run.stderr);
    }
    // The option may precede the command.
    assert_eq!(env.run(["--format", "json", "export"]).succeeds().stdout, "[]\n");
    assert_eq!(env.run(["export", "--format", "json"]).succeeds().stdout, "[]\n");
    let object = env.run(["export", "--format", "json", "there/is/none.json"]).ends_with(1).error();
    assert_eq!(object["exit"], 1);
}

#[test]
fn an_unknown_extension_is_refused() {
    let env = TestEnv::with_database("");
    for name in ["out.xlsx", "out.csv.gz"] {
        let run = env.run(["export", name]).ends_with(2);
        assert!(run.stderr.contains(".csv, .json, .jsonl") && !env.path(name).exists(), "{}", run.stderr);
        env.run(["export", name, "--format", "csv"]).succeeds();
    }
    for (name, begins) in [("out", "id,"), ("a.csv", "id,"), ("b.JSON", "[]"), ("c.jsonl", "")] {
        env.run(["export", name]).succeeds();
        assert!(std::fs::read_to_string(env.path(name)).unwrap().starts_with(begins), "{name}");
    }
}
