//! `authctl.toml`, environment variables and global options.

use std::fs;

use insta::assert_snapshot;

use crate::env::{Run, TestEnv};

/// A command that reads the configuration and the database, and changes nothing.
const READ: [&str; 1] = ["list-users"];

fn config_error(text: &str) -> String {
    let env = TestEnv::with_database("");
    env.write("authctl.toml", text);
    let run = env.run(["list-users", "--format", "json"]).ends_with(2);
    let error = run.error();
    assert_eq!(error["code"], "config");
    let message = error["message"].as_str().unwrap();
    let path = env.path("authctl.toml").display().to_string();
    let rest = message.strip_prefix(&path).unwrap_or_else(|| panic!("no path in {message}"));
    rest.trim_start_matches([':', ',', ' ']).to_owned()
}

#[test]
fn unknown_keys_get_a_suggestion() {
    assert_snapshot!(config_error("databse = \"x\"\n"), @"line 1, column 1: databse: unknown key. Did you \
                                                          mean `database`?");
    assert_snapshot!(config_error("[register]\nrequird = []\n"), @"line 2, column 1: register.requird: unknown key. \
         Did you mean `required`?");
    assert_snapshot!(config_error("[profiles.gamer]\nfeilds = {}\n"), @"line 2, column 1: profiles.gamer.feilds: unknown \
         key. Did you mean `fields`?");
    assert_snapshot!(config_error("[tokens]\nshceme = \"drf\"\n"), @"line 2, column 1: tokens.shceme: unknown key. \
         Did you mean `scheme`?");
    assert_snapshot!(config_error("[passwords]\nrequirestrong = true\n"), @"line 2, column 1: passwords.requirestrong: \
         unknown key. Did you mean `require_strong`?");
}

#[test]
fn wrong_values_are_refused() {
    for bad in [
        "db = 7",
        "db",
        "[register]\nusername_from = \"phone\"",
        "[register]\nrequired = \"email\"",
        "[login]\nthrottle = \"often\"",
        "[login]\nthrottle = \"5/year\"",
        "[login]\nthrottle = 5",
        "[tokens]\nscheme = \"jwt\"",
        "[tokens]\nttl = \"soon\"",
        "[tokens]\nttl = 10",
        "[tokens]\nprefix = \"much too long\"",
        "[tokens]\nprefix = \"my shop\"",
        "[tokens]\nprefix = \"café_\"",
        "[passwords]\nhasher = \"rot13\"",
        "[passwords]\nhasher = \"md5\"",
        "[passwords]\nrequire_strong = \"yes\"",
        "[profiles.gamer]\nfields = { bio = \"text\" }",
    ] {
        assert!(!config_error(bad).is_empty());
    }
}

#[test]
fn hashers_are_named() {
    let message = config_error("[passwords]\nhasher = \"argon3\"\n");
    assert!(message.contains("argon2") && message.contains("pbkdf2_sha256"), "{message}");
}

#[test]
fn declarations_of_profiles_are_checked() {
    let env = TestEnv::new();
    for bad in [
        "[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"varchar\" }",
        "[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"text\" }\nmigrations = [\"0001\"]",
    ] {
        env.write("authctl.toml", bad);
        let run = env.run(["init"]).ends_with(2);
        assert!(run.stderr.contains("authctl.toml"), "{}", run.stderr);
        assert!(!env.path("db.sqlite3").exists());
    }
}

#[test]
fn unknown_required_fields_and_kinds_are_refused() {
    let env = TestEnv::with_database("");
    env.write("authctl.toml", "[register]\nprofile = \"gamer\"\n");
    let run = env.run(["register", "meg", "--no-password"]);
    assert!([2, 3].contains(&run.code), "{}", run.stderr);
    assert!(run.stderr.contains("gamer"));
}

#[test]
fn a_configured_profile_without_a_table_is_a_configuration_error() {
    let env = TestEnv::with_database("");
    env.write("authctl.toml", "[register]\nprofile = \"gamer\"\n");
    let run = env.run(["register", "meg", "--no-password"]).ends_with(2);
    assert!(run.stderr.contains("authctl.toml"), "{}", run.stderr);
}

#[test]
fn defaults_fill_profile_fields() {
    let env = TestEnv::with_database(
        "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\n\
         fields = { bio = \"varchar(50)\", level = \"integer\" }\nrequired = [\"bio\"]\n\
         defaults = { bio = \"new here\", level = 1 }\n",
    );
    env.run(["register", "meg", "--no-password"]).succeeds();
    env.run(["register", "joe", "--no-password", "--set", "level=7"]).succeeds();
    assert_eq!(env.rows("SELECT bio, level FROM app_gamer ORDER BY id"), ["new here|1", "new here|7"]);
}

#[test]
fn defaults_fill_user_columns() {
    let env = TestEnv::with_database("");
    env.execute("ALTER TABLE auth_user ADD COLUMN phone varchar(20) NULL");
    env.write("authctl.toml", "[register]\ndefaults = { phone = \"none\" }\n");
    env.run(["register", "meg", "--no-password"]).succeeds();
    assert_eq!(env.value("SELECT phone FROM auth_user"), "none");
}

#[test]
fn defaults_fill_djangos_own_columns() {
    let env = TestEnv::with_database(
        "[register]\nrequired = [\"last_name\"]\ndefaults = { last_name = \"Doe\" }\n",
    );
    env.run(["register", "meg", "--no-password"]).succeeds();
    assert_eq!(env.value("SELECT last_name FROM auth_user"), "Doe");
}

#[test]
fn defaults_can_be_toml_dates() {
    let env = TestEnv::with_database("");
    env.execute("ALTER TABLE auth_user ADD COLUMN born date NULL");
    env.execute("ALTER TABLE auth_user ADD COLUMN seen datetime NULL");
    env.write("authctl.toml", "[register.defaults]\nborn = 2004-02-29\nseen = 2024-02-29T12:30:00+02:00\n");
    env.run(["register", "meg", "--no-password"]).succeeds();
    assert_eq!(env.value("SELECT born || ' ' || seen FROM auth_user"), "2004-02-29 2024-02-29 10:30:00");
}

#[test]
fn defaults_for_unknown_columns_are_refused() {
    let env = TestEnv::with_database("");
    env.write("authctl.toml", "[register]\ndefaults = { lastname = \"Doe\" }\n");
    let run = env.run(["register", "meg", "--no-password"]).ends_with(2);
    assert!(run.stderr.contains("lastname"), "{}", run.stderr);
}

#[test]
fn the_database_comes_from_option_variable_file_or_default() {
    let env = TestEnv::new();
    for (index, name) in ["option", "variable", "file", "db.sqlite3"].iter().enumerate() {
        env.run(["init", "--db", name]).succeeds();
        for number in 0..=index {
            env.run(["register", &format!("u{number}"), "--no-password", "--db", name]).succeeds();
        }
    }
    env.write("authctl.toml", "db = \"file\"\n");
    let users = |variables: &[(&str, &str)], options: &[&str]| {
        env.run_with_env(variables, READ.iter().chain(&["--format", "plain"]).chain(options))
            .succeeds()
            .stdout
            .lines()
            .count()
    };
    let variable = [("AUTHCTL_DB", "variable")];
    assert_eq!(users(&variable, &["--db", "option"]), 1);
    assert_eq!(users(&variable, &[]), 2);
    assert_eq!(users(&[("AUTHCTL_DB", "")], &[]), 3);
    assert_eq!(users(&[], &[]), 3);
    env.write("empty.toml", "");
    assert_eq!(users(&[], &["--config", "empty.toml"]), 4);
    assert_eq!(users(&[("AUTHCTL_CONFIG", "empty.toml")], &[]), 4);
    assert_eq!(users(&[("AUTHCTL_CONFIG", "empty.toml")], &["--config", "authctl.toml"]), 3);
}

#[test]
fn the_file_is_found_in_the_nearest_parent_and_its_paths_are_relative_to_it() {
    let env = TestEnv::new();
    fs::create_dir_all(env.path("data")).unwrap();
    fs::create_dir_all(env.path("a/b")).unwrap();
    env.write("authctl.toml", "db = \"data/users.sqlite3\"\n");
    let run_below = |arguments: &[&str]| {
        let mut command = env.command();
        command.args(arguments).current_dir(env.path("a/b"));
        crate::env::Run::of(command.output().unwrap())
    };
    run_below(&["init"]).succeeds();
    assert!(env.path("data/users.sqlite3").exists());
    // A path in an option is relative to the current folder.
    run_below(&["init", "--db", "here.sqlite3"]).succeeds();
    assert!(env.path("a/b/here.sqlite3").exists());
    fs::write(env.path("a/authctl.toml"), "db = \"/nowhere/at/all\"\n").unwrap();
    let run = run_below(&["list-users"]).ends_with(9);
    assert!(run.stderr.contains("/nowhere/at/all"), "{}", run.stderr);
}

#[test]
fn a_given_file_must_exist() {
    let env = TestEnv::with_database("");
    let run = env.run(["list-users", "--config", "nowhere.toml"]).ends_with(2);
    assert!(run.stderr.contains("nowhere.toml"), "{}", run.stderr);
    env.run_with_env(&[("AUTHCTL_CONFIG", "nowhere.toml")], READ).ends_with(2);
}

#[test]
fn a_mistyped_path_creates_no_file() {
    let env = TestEnv::new();
    for arguments in [
        vec!["register", "meg", "--no-password"],
        vec!["login", "meg", "--password-stdin"],
        vec!["create-token", "meg"],
        vec!["list-users"],
        vec!["list-tokens"],
        vec!["revoke-token", "--all"],
    ] {
        let run = env.run_with_input("x", arguments.iter().chain(&["--db", "typo.sqlite3"])).ends_with(9);
        let path = env.path("typo.sqlite3").display().to_string();
        assert!(run.stderr.contains(&path) && run.stderr.contains("authctl init"), "{}", run.stderr);
    }
    assert_eq!(fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
#[cfg(feature = "live")]
fn a_file_of_another_user_is_ignored() {
    let env = TestEnv::with_database("");
    let path = env.write("authctl.toml", "[register]\nrequired = [\"email\"]\n");
    std::os::unix::fs::chown(&path, Some(12_345), None).expect("this test needs root");
    let run = env.run(["register", "meg", "--no-password"]).succeeds();
    assert!(
        run.stderr.contains("warning: ") && run.stderr.contains("another user owns it"),
        "{}",
        run.stderr
    );
    env.run(["register", "joe", "--no-password", "--config", "authctl.toml"]).ends_with(6);
}

#[test]
fn a_file_writable_by_others_is_refused_unless_given() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = TestEnv::with_database("");
    let path = env.write("authctl.toml", "");
    let set_mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o666, 0o602] {
        set_mode(mode);
        let run = env.run(["list-users"]).ends_with(2);
        assert!(run.stderr.contains("authctl.toml: every user can write to it"), "{}", run.stderr);
        env.run(["list-users", "--config", "authctl.toml"]).succeeds();
    }
    set_mode(0o664);
    let run = env.run(["list-users"]).succeeds();
    assert!(
        run.stderr.contains("is writable by its group") && run.stderr.contains("chmod g-w"),
        "{}",
        run.stderr
    );
    set_mode(0o644);
    assert_eq!(env.run(["list-users", "--quiet"]).succeeds().stderr, "");
    // A link owned by the user to a file owned by the user is accepted.
    fs::rename(&path, env.path("elsewhere.toml")).unwrap();
    std::os::unix::fs::symlink("elsewhere.toml", &path).unwrap();
    env.write("elsewhere.toml", "[register]\nrequired = [\"email\"]\n");
    env.run(["register", "meg", "--no-password"]).ends_with(6);
}

#[test]
fn other_file_types_are_refused_without_blocking() {
    let env = TestEnv::with_database("");
    fs::remove_file(env.path("authctl.toml")).unwrap();
    crate::env::fifo(&env.path("authctl.toml"), 0o600);
    let run = env.run(["list-users"]).ends_with(2);
    assert!(run.stderr.contains("authctl.toml: it is not a regular file"), "{}", run.stderr);
    fs::remove_file(env.path("authctl.toml")).unwrap();
    fs::create_dir(env.path("authctl.toml")).unwrap();
    let run = env.run(["list-users"]).ends_with(2);
    assert!(run.stderr.contains("authctl.toml: it is not a regular file"), "{}", run.stderr);
}

#[test]
fn a_declared_kind_without_a_table_is_reported() {
    let env = TestEnv::with_database("");
    env.write("authctl.toml", "[profiles.gamr]\nrequired = [\"bio\"]\n");
    let run = env.run(["register", "meg", "--no-password"]).ends_with(2);
    assert!(run.stderr.contains("gamr"), "{}", run.stderr);
}

#[test]
fn times_are_in_the_projects_time_zone() {
    let env = TestEnv::with_database("");
    env.write("authctl.toml", "[database]\ntime_zone = \"Asia/Tokyo\"\n");
    env.run(["register", "meg", "--no-password", "--set", "date_joined=2020-01-02T00:00:00Z"]).succeeds();
    env.run(["register", "joe", "--no-password", "--set", "date_joined=2020-01-02"]).succeeds();
    let stored = env.rows("SELECT date_joined FROM auth_user ORDER BY id");
    assert_eq!(stored, ["2020-01-02 09:00:00", "2020-01-02 00:00:00"]);
    let age = "SELECT abs(julianday('now', '+9 hours') - julianday(created)) * 24 < 1 FROM authtoken_token";
    assert_eq!(env.rows(age), ["1", "1"]);
    let listed = ["list-users", "--format", "plain", "--columns", "date_joined"];
    assert_eq!(env.run(listed).succeeds().stdout, "2020-01-02T00:00:00Z\n2020-01-01T15:00:00Z\n");
    let before = ["--joined-before", "2020-01-01T16:00:00Z"];
    assert_eq!(
        env.run(listed.iter().chain(&before)).succeeds().stdout,
        "2020-01-01T15:00:00Z\n",
        "times are compared in the project's time zone"
    );
}

#[test]
fn all_faults_are_reported_at_once_with_key_and_position() {
    let env = TestEnv::new();
    env.write(
        "authctl.toml",
        "db = 5\n[register]\nusername_from = \"mail\"\nrequired = \"email\"\n[profiles.customer]\nstaff = 1\n\
         fields = { address = 150 }\n[tokens]\nlimit = -1\nhash = \"md5\"\n[passwords]\nhashr = \"x\"\n[audit]\nfile = true\n",
    );
    let run = env.run(["list-users"]).ends_with(2);
    let place = env.path("authctl.toml").canonicalize().unwrap().display().to_string();
    let messages: Vec<String> =
        run.stderr.trim_start_matches("error: ").lines().map(|line| line.replace(&place, "FILE")).collect();
    assert_eq!(
        messages,
        [
            "FILE, line 1, column 6: db must be a string.",
            "FILE, line 3, column 17: register.username_from must be \"username\" or \"email\".",
            "FILE, line 4, column 12: register.required must be a list of strings, such as [\"email\"].",
            "FILE, line 6, column 9: profiles.customer.staff must be true or false.",
            "FILE, line 7, column 10: profiles.customer.fields requires a table, such as table = \"app_customer\".",
            "FILE, line 7, column 22: profiles.customer.fields.address must be a string.",
            "FILE, line 9, column 9: tokens.limit must be a whole number of at least 0.",
            "FILE, line 10, column 8: tokens.hash must be \"sha256\" or \"sha384\" or \"sha512\".",
            "FILE, line 12, column 1: passwords.hashr: unknown key. Did you mean `hasher`?",
            "FILE, line 14, column 8: audit.file must be a string.",
        ]
    );
    env.write("authctl.toml", "db = \n");
    let run = env.run(["list-users"]).ends_with(2);
    assert!(run.stderr.contains("authctl.toml, line 1, column "), "{}", run.stderr);
}

#[test]
fn texts_with_a_meaning_are_checked_with_everything_else() {
    let env = TestEnv::with_database("");
    let path = env.write(
        "authctl.toml",
        "db = \"postgres://meg:secret@host,other/shop\"\n[database]\ntime_zone = \"Mars\"\n[login]\n\
         throttle = \"often\"\n[tokens]\nttl = \"1 month\"\nprefix = \"my shop\"\nshceme = \"drf\"\n\
         [passwords]\nhasher = \"argon3\"\n[profiles.gamer]\nfields = { bio = \"text\" }\n\
         defaults = { level = 99999999999999999999 }\n",
    );
    let run = env.run(["list-users"]).ends_with(2);
    let place = format!("{}, ", path.canonicalize().unwrap().display());
    let told: Vec<&str> = run
        .stderr
        .trim_start_matches("error: ")
        .lines()
        .map(|line| line.strip_prefix(&place).unwrap_or(line))
        .collect();
    assert_eq!(
        told,
        [
            "line 1, column 6: db: several hosts are not supported. Name the primary server only.",
            "line 3, column 13: database.time_zone must be a time zone that this machine knows, such as \
             \"Europe/Berlin\".",
            "line 5, column 12: login.throttle must be a rate such as 5/min: a positive number, a slash, and s, m, \
             h or d.",
            "line 7, column 7: tokens.ttl must be a duration in weeks, days, hours, minutes and seconds, because months and \
             years vary in length.",
            "line 8, column 10: tokens.prefix must have at most 10 ASCII characters and no spaces, as knox \
             requires.",
            "line 9, column 1: tokens.shceme: unknown key. Did you mean `scheme`?",
            "line 11, column 10: passwords.hasher must be one of pbkdf2_sha256, pbkdf2_sha1, argon2, \
             bcrypt_sha256, scrypt.",
            "line 13, column 10: profiles.gamer.fields requires a table, such as table = \"app_gamer\".",
            "line 14, column 22: profiles.gamer.defaults.level must be a number of at most 64 bits.",
        ]
    );
    env.write(
        "authctl.toml",
        "[tokens]\nttl = \"3000000d\"\nlimit = \"x\"\n[passwords]\nhasher = \"argon2 fast\"\n",
    );
    let run = env.run(["list-users"]).ends_with(2);
    for message in [
        "tokens.ttl is too long; the maximum is 2900000d.",
        "tokens.limit must be a whole number of at least 0.",
        "passwords.hasher: invalid cost for argon2; write it as in `argon2 m=102400,t=2,p=8`.",
    ] {
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}

#[test]
fn all_settings_that_do_not_fit_the_database_are_reported_at_once() {
    let env = TestEnv::with_database("");
    let path = env.write(
        "authctl.toml",
        "[register]\nrequired = [\"phone\"]\ndefaults = { fax = 1 }\nprofile = \"gamer\"\n[profiles.gamr]\n",
    );
    let path = path.canonicalize().unwrap().display().to_string();
    let run = env.run(["register", "meg", "--no-password"]).ends_with(2);
    let faults = [
        "register.required: this database has no field phone.",
        "register.defaults: this database has no field fax.",
        "register.profile: this database has no profile kind \"gamer\".",
        "profiles.gamr: this database has no profile table for it.",
    ];
    let faults = faults.map(|fault| format!("{path}: {fault}"));
    assert_eq!(run.stderr, format!("error: {}\n", faults.join("\n")));

    let report = env.run(["check", "--format", "json"]).ends_with(11).json();
    let findings = report["findings"].as_array().unwrap().iter();
    let findings = findings.filter(|finding| finding["code"] == "configuration");
    assert_eq!(findings.map(|finding| finding["message"].as_str().unwrap()).collect::<Vec<_>>(), faults);
}

#[test]
fn settings_for_new_accounts_do_not_prevent_changes_of_existing_ones() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password"]).ends_with(0);
    env.write("authctl.toml", "[register]\nrequired = [\"phone\"]\n[profiles.gamr]\n");
    env.run(["edit-user", "meg", "--inactive", "--revoke-tokens"]).ends_with(0);
    assert_eq!(env.value("SELECT is_active FROM auth_user"), "0");
}

#[test]
fn every_key_in_the_readme_is_accepted() {
    let env = TestEnv::with_database(
        "db = \"db.sqlite3\"\n[database]\nuser_table = \"auth_user\"\nlogin_column = \"username\"\n\
         time_zone = \"Europe/Berlin\"\nschema = \"acme\"\n[register]\nusername_from = \"username\"\nrequired = [\"email\"]\n\
         profile = \"customer\"\ndefaults = { first_name = \"x\", is_staff = true }\n[profiles.customer]\n\
         table = \"app_customer\"\nfields = { address = \"varchar(9)\" }\nrequired = [\"address\"]\nstaff = true\n\
         defaults = { address = \"x\" }\nmigrations = [\"app.0001_initial\"]\n[login]\nthrottle = \"5/min\"\n\
         [tokens]\nscheme = \"drf\"\nttl = \"10h\"\nprefix = \"x\"\nlimit = 3\nhash = \"sha512\"\n[passwords]\n\
         hasher = \"argon2\"\nrequire_strong = true\n[audit]\nfile = \"audit.jsonl\"\n",
    );
    env.run(["list-users"]).succeeds();
}

#[test]
fn an_unknown_profile_field_is_reported_when_the_kind_is_used() {
    let config = "[profiles.customer]\ntable = \"app_customer\"\nfields = { address = \"varchar(9)\" }\nrequired = [\"nope\"]\n";
    let env = TestEnv::with_database(config);
    let run = env
        .run(["register", "meg", "--profile", "customer", "--set", "address=x", "--no-password"])
        .ends_with(2);
    assert!(
        run.stderr.contains("profiles.customer.required: table app_customer has no field nope."),
        "{}",
        run.stderr
    );
}

#[test]
fn the_default_database_lies_beside_a_configuration_that_was_found() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password"]).succeeds();
    fs::create_dir_all(env.path("shop/static")).unwrap();
    let list = |more: &[&str]| {
        let mut command = env.command();
        command.args(["list-users", "--format", "plain", "--columns", "username"]).args(more);
        command.current_dir(env.path("shop/static"));
        Run::of(command.output().unwrap())
    };
    assert_eq!(list(&[]).succeeds().stdout, "meg\n");
    // A file that is named may lie anywhere.
    let named = env.path("authctl.toml");
    list(&["--config", named.to_str().unwrap()]).ends_with(9);
    list(&["--db", "db.sqlite3"]).ends_with(9);
    fs::remove_file(named).unwrap();
    list(&[]).ends_with(9);
}
