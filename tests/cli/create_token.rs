//! `create-token`: creates a token without a password.

use std::path::Path;

use insta::assert_snapshot;

use crate::env::{KNOX, Run, TestEnv};

#[test]
fn drf_returns_or_creates_the_token() {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    let run = env.run(["create-token", "meg"]).succeeds();
    assert_eq!(run.stdout, format!("{token}\n"));
    assert!(run.stderr.contains("already has a drf token"), "{}", run.stderr);
    let before = env.database_bytes();
    let answer = env.run(["create-token", "meg", "--format", "json"]).succeeds().json();
    assert_eq!((&answer["changed"], &answer["token"]), (&false.into(), &token.into()));
    assert!(before == env.database_bytes());
    env.execute("DELETE FROM authtoken_token");
    let answer = env.run(["create-token", "meg", "--format", "json"]).succeeds().json();
    assert_eq!(answer["changed"], true);
    assert_eq!(answer["token"], env.value("SELECT key FROM authtoken_token"));
    assert_snapshot!({ env.execute("DELETE FROM authtoken_token"); env.run(["create-token", "meg"]).snapshot(&env) }, @r"
    exit: 0
    --- stdout
    [KEY]
    --- stderr
    Created a drf token for meg.
    ");
}

#[test]
fn rotating_replaces_the_key() {
    let env = TestEnv::with_database("");
    let old = env.register_quickly("meg");
    let joe = env.register_quickly("joe");
    let rehearsed = env.run(["create-token", "meg", "--rotate", "--dry-run"]).succeeds();
    assert_eq!(rehearsed.stderr, "Would replace the drf token of meg. Nothing was changed.\n");
    let run = env.run(["create-token", "meg", "--rotate"]).succeeds();
    assert_eq!(run.stderr, "Replaced the drf token of meg.\n");
    let token = run.stdout;
    assert_ne!(token.trim_end(), old);
    assert_eq!(env.rows("SELECT key FROM authtoken_token ORDER BY user_id"), [token.trim_end(), &joe]);
    env.run_with_input(old, ["whoami", "--token-stdin"]).ends_with(4);
    env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds();
    env.execute("DELETE FROM authtoken_token");
    env.run(["create-token", "meg", "--rotate"]).succeeds();
}

#[test]
fn a_rotation_that_fails_keeps_the_old_key() {
    let env = TestEnv::with_database("");
    let old = env.register_quickly("meg");
    env.execute("CREATE TRIGGER no BEFORE INSERT ON authtoken_token BEGIN SELECT RAISE(ABORT, 'no'); END");
    assert_ne!(env.run(["create-token", "meg", "--rotate"]).code, 0);
    env.run_with_input(old, ["whoami", "--token-stdin"]).succeeds();
}

#[test]
fn knox_creates_a_new_token_each_time() {
    let env = TestEnv::with_database(KNOX);
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    for lifetime in [None, Some("30d"), Some("never")] {
        let option = lifetime.map(|lifetime| format!("--expires-in={lifetime}"));
        env.run(["create-token", "meg"].into_iter().map(String::from).chain(option)).succeeds();
    }
    let hours =
        "SELECT round((julianday(expiry) - julianday(created)) * 24, 3) FROM knox_authtoken ORDER BY rowid";
    assert_eq!(env.rows(hours), ["10", "720", "NULL"]);
    env.run(["create-token", "meg", "--rotate"]).ends_with(2);
    for bad in ["soon", "10", "-1h", "0s", "1 month", "99999999h"] {
        env.run(["create-token", "meg", &format!("--expires-in={bad}")]).ends_with(2);
    }
    assert_eq!(env.value("SELECT count(*) FROM knox_authtoken"), "3");
}

#[test]
fn the_expiry_is_shown_in_local_time() {
    let env = TestEnv::with_database(KNOX);
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    let run = env.run_with_env(&[("TZ", "Etc/GMT+12")], ["create-token", "meg"]).succeeds();
    let local = env.value("SELECT datetime(expiry, '-12 hours') FROM knox_authtoken");
    assert!(run.stderr.contains(&format!("valid until {local}.")), "{}", run.stderr);
}

#[test]
fn drf_tokens_do_not_expire() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    env.run(["create-token", "meg", "--expires-in", "10h"]).ends_with(2);
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
    env.run(["create-token", "meg", "--expires-in", "never"]).succeeds();
    // Also if the user already has a token.
    env.run(["create-token", "meg", "--expires-in", "10h"]).ends_with(2);
}

#[test]
fn an_inactive_user_gets_no_token() {
    for config in ["", KNOX] {
        let env = TestEnv::with_database(config);
        env.run(["register", "off", "--no-password", "--inactive"]).succeeds();
        let run = env.run(["create-token", "off"]).ends_with(6);
        assert_eq!(
            run.stderr,
            "error: \"off\" is inactive. No token was created.\nhint: Django refuses the tokens of inactive \
             users. Let the user in again with `authctl unlock-user off`.\n"
        );
        assert_eq!(
            env.run(["create-token", "off", "--format", "json"]).ends_with(6).error()["code"],
            "inactive_user"
        );
        let table = if config.is_empty() { "authtoken_token" } else { "knox_authtoken" };
        assert_eq!(env.value(&format!("SELECT count(*) FROM {table}")), "0");
    }
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    env.execute("UPDATE auth_user SET is_active = 0");
    let run = env.run(["create-token", "meg"]).ends_with(6);
    assert!(!run.stderr.contains(&token) && run.stdout.is_empty());
    env.run(["create-token", "meg", "--rotate"]).ends_with(6);
    assert_eq!(env.value("SELECT key FROM authtoken_token"), token);
}

#[test]
fn an_unknown_user_is_exit_3() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    assert_snapshot!(env.run(["create-token", "Meg"]).snapshot(&env), @r#"
    exit: 3
    --- stdout
    --- stderr
    error: User "Meg" does not exist. Did you mean "meg"?
    hint: Usernames are case-sensitive. Search for the user with `authctl list-users --search TEXT`.
    "#);
    env.run(["create-token"]).ends_with(2);
}

#[test]
fn two_schemes_are_ambiguous() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    let run = env.run(["create-token", "meg"]).ends_with(7);
    assert!(run.stderr.contains("drf, knox"), "{}", run.stderr);
    let length = |run: Run| run.succeeds().stdout.trim_end().len();
    assert_eq!(length(env.run(["create-token", "meg", "--scheme", "drf"])), 40);
    assert_eq!(length(env.run(["create-token", "meg", "--scheme", "knox"])), 64);
}

#[test]
fn a_scheme_without_a_table() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let refused = |arguments: &[&str], table: &str| {
        let run = env.run(["create-token"].iter().chain(arguments)).ends_with(9);
        assert!(run.stderr.ends_with(&format!(" cannot be used: it has no {table}.\n")), "{}", run.stderr);
    };
    refused(&["meg", "--scheme", "knox"], "table of knox tokens (django-rest-knox)");
    refused(&["meg", "--scheme", "oauth2"], "table of OAuth2 tokens (django-oauth-toolkit)");
    refused(&["--scheme", "api-key", "--name", "ci"], "table of API keys (djangorestframework-api-key)");
    let list = env.run(["list-tokens", "--scheme", "jwt"]).succeeds();
    assert!(list.stderr.contains("No tokens"), "{}", list.stderr);
    env.execute("DROP TABLE authtoken_token");
    refused(&["meg", "--scheme", "drf"], "table of drf keys (Django REST framework)");
    let run = env.run(["create-token", "meg"]).ends_with(9);
    assert!(run.stderr.contains("no token table"), "{}", run.stderr);
}

#[test]
fn concurrent_runs_get_the_same_drf_token() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    let mut tokens: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..8).map(|_| scope.spawn(|| env.run(["create-token", "meg"]).succeeds().stdout)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    tokens.dedup();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
}

#[test]
fn a_secret_that_cannot_be_written_is_exit_14() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    let mut command = env.command();
    command.args(["create-token", "meg"]).stdout(std::fs::File::create("/dev/full").unwrap());
    let run = Run::of(command.stderr(std::process::Stdio::piped()).output().unwrap()).ends_with(14);
    assert!(run.stderr.contains("a drf token of meg was created"), "{}", run.stderr);
}

const KNOWN: &str = "3b5d5c3712955042212316173ccf37be800b12f6";

#[test]
fn a_predefined_key_is_accepted_once_and_replaces_another_only_with_rotate() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    let known = ["create-token", "meg", "--token-stdin"];
    assert_eq!(env.run_with_input(KNOWN, known).succeeds().stdout, format!("{KNOWN}\n"));
    let before = env.database_bytes();
    let answer =
        env.run_with_input(KNOWN, known.iter().copied().chain(["--format", "json"])).succeeds().json();
    assert_eq!(answer["changed"], false);
    assert!(env.database_bytes() == before);
    let other = KNOWN.replace('3', "4");
    let run = env.run_with_input(&other, known).ends_with(5);
    assert!(run.stderr.contains("--rotate") && !run.stderr.contains(&other), "{}", run.stderr);
    env.run_with_input(&other, known.iter().copied().chain(["--rotate"])).succeeds();
    assert_eq!(env.value("SELECT key FROM authtoken_token"), other);
    env.run(["register", "joe", "--no-password", "--no-token"]).succeeds();
    env.run_with_input(&other, ["create-token", "joe", "--token-stdin"]).ends_with(5);
}

#[test]
fn a_predefined_key_must_be_hard_to_guess() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    let long = KNOWN.repeat(2);
    let spaced = KNOWN.replacen('5', " ", 1);
    env.run_with_input("", ["create-token", "meg", "--token-stdin"]).ends_with(2);
    for bad in [
        "short",
        "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b",
        "0123012301230123012301230123012301230123",
        &long,
        &spaced,
        "3b5d5c3712955042212316173ccf37be800b12fé",
    ] {
        let run = env.run_with_input(bad, ["create-token", "meg", "--token-stdin"]).ends_with(6);
        assert!(!run.stderr.contains(bad), "{}", run.stderr);
    }
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
}

#[test]
fn a_predefined_knox_key_is_accepted_once() {
    let env = TestEnv::with_database(KNOX);
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    let known = ["create-token", "meg", "--token-stdin", "--expires-in", "30d"];
    env.run_with_input(KNOWN, known).succeeds();
    env.run_with_input(KNOWN, known).succeeds();
    assert_eq!(env.value("SELECT count(*) FROM knox_authtoken"), "1");
    env.run_with_input(KNOWN, ["whoami", "--token-stdin"]).succeeds();
}

#[test]
fn a_token_is_written_to_a_file_instead_of_standard_output() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    std::fs::write(env.path("token"), "").unwrap();
    std::fs::set_permissions(env.path("token"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let run = env.run(["create-token", "meg", "--output-file", "token"]).succeeds();
    assert_eq!(run.stdout, "");
    assert_eq!(std::fs::read_to_string(env.path("token")).unwrap(), format!("{token}\n"));
    assert_eq!(env.path("token").metadata().unwrap().permissions().mode() & 0o777, 0o600);

    env.write(".env", "DEBUG=1\nAPI_TOKEN=old\n# end\n");
    let run = env.run(["create-token", "meg", "--env-file", ".env", "--as", "API_TOKEN", "--format", "json"]);
    let run = run.succeeds();
    assert!(!run.stdout.contains(&token), "{}", run.stdout);
    assert_eq!(run.json()["files"], serde_json::json!([".env"]));
    let dotenv = std::fs::read_to_string(env.path(".env")).unwrap();
    assert_eq!(dotenv, format!("DEBUG=1\nAPI_TOKEN={token}\n# end\n"));
    env.run(["create-token", "meg", "--env-file", "new.env", "--as", "T"]).succeeds();
    assert_eq!(env.path("new.env").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    for wrong in [
        &["--env-file", ".env"][..],
        &["--as", "T"],
        &["--env-file", ".env", "--as", "1T"],
        &["--env-file", ".env", "--as", "A-B"],
    ] {
        env.run(["create-token", "meg"].iter().chain(wrong)).ends_with(2);
    }
}

#[test]
fn nothing_is_committed_if_the_file_cannot_be_written() {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    std::fs::create_dir(env.path("folder")).unwrap();
    for place in ["folder", "no/such/place"] {
        let run = env.run(["create-token", "meg", "--rotate", "--output-file", place]).ends_with(1);
        assert!(run.stderr.contains("cannot be written"), "{}", run.stderr);
    }
    assert_eq!(env.value("SELECT key FROM authtoken_token"), token);
    // A rejected commit leaves no file either.
    env.execute("CREATE TRIGGER no BEFORE INSERT ON authtoken_token BEGIN SELECT RAISE(ABORT, 'no'); END");
    assert_ne!(env.run(["create-token", "meg", "--rotate", "--output-file", "token"]).code, 0);
    assert!(!env.path("token").exists());
    let hidden = std::fs::read_dir(env.path("")).unwrap();
    let names: Vec<_> = hidden.map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().starts_with(".authctl-")), "{names:?}");
}

#[test]
fn a_dry_run_creates_no_token_and_no_file() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let before = env.database_bytes();
    let run = env.run(["create-token", "meg", "--rotate", "--dry-run", "--output-file", "token"]).succeeds();
    assert_eq!((run.stdout.as_str(), run.stderr.contains("Would replace")), ("", true));
    assert!(env.database_bytes() == before && !env.path("token").exists());
    let run = env.run(["create-token", "meg", "--dry-run"]).succeeds();
    assert_eq!(run.stdout, "", "a dry run printed a secret");
    // A dry run does not wait for a reader.
    crate::env::fifo(&env.path("fifo"), 0o600);
    env.run(["create-token", "meg", "--dry-run", "--output-file", "fifo"]).succeeds();
}

#[test]
fn a_predefined_knox_key_keeps_its_expiry_and_is_renewed_once_expired() {
    let env = TestEnv::with_database(KNOX);
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    let known = ["create-token", "meg", "--token-stdin", "--expires-in", "30d", "--format", "json"];
    env.run_with_input(KNOWN, known).succeeds();
    env.execute("UPDATE knox_authtoken SET expiry = '2099-01-01 00:00:00'");
    let answer = env.run_with_input(KNOWN, known).succeeds().json();
    assert_eq!((&answer["expiry"], &answer["changed"]), (&"2099-01-01T00:00:00Z".into(), &false.into()));
    env.execute("UPDATE knox_authtoken SET expiry = '2001-01-01 00:00:00'");
    let answer = env.run_with_input(KNOWN, known).succeeds().json();
    assert_eq!(answer["changed"], true);
    assert_eq!(env.value("SELECT count(*) FROM knox_authtoken"), "1");
    env.run_with_input(KNOWN, ["whoami", "--token-stdin"]).succeeds();
}

#[test]
fn a_predefined_key_belongs_to_one_user_in_every_version_of_knox() {
    for schema in ["knox", "knox-4.2", "knox-3.6"] {
        let env = TestEnv::with_schema(schema);
        for name in ["meg", "joe"] {
            env.run(["register", name, "--no-password", "--no-token"]).succeeds();
        }
        env.run_with_input(KNOWN, ["create-token", "meg", "--token-stdin"]).succeeds();
        env.run_with_input(KNOWN, ["create-token", "joe", "--token-stdin"]).ends_with(5);
    }
}

#[test]
fn no_token_is_written_to_links_or_files_of_another_user() {
    use std::os::unix::fs::{MetadataExt as _, symlink};
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    let device = crate::env::null_device(&env.path("."));
    symlink(device.as_deref().unwrap_or(Path::new("target")), env.path("null")).unwrap();
    symlink("nowhere", env.path("dangling")).unwrap();
    env.write("target", "");
    symlink("target", env.path("link")).unwrap();
    for place in ["null", "dangling", "link"] {
        for words in [&["--output-file", place][..], &["--env-file", place, "--as", "T"]] {
            let run = env.run(["create-token", "meg", "--rotate"].iter().chain(words)).ends_with(1);
            assert!(run.stderr.contains(place) && run.stderr.contains("symbolic link"), "{}", run.stderr);
            assert!(env.path(place).symlink_metadata().unwrap().is_symlink(), "{place}");
        }
    }
    if let Some(device) = device.as_deref().and_then(Path::to_str) {
        env.run(["create-token", "meg", "--output-file", device]).succeeds();
        env.run(["create-token", "meg", "--env-file", device, "--as", "T"]).ends_with(1);
    }
    assert_eq!(env.path("target").metadata().unwrap().len(), 0);
    assert_eq!(env.value("SELECT key FROM authtoken_token"), token);
    // Only root can change a file's owner.
    if std::os::unix::fs::chown(env.path("target"), Some(65534), Some(65534)).is_ok() {
        let words = ["create-token", "meg", "--env-file", "target", "--as", "T"];
        env.run(words).ends_with(1);
        assert_eq!(env.path("target").metadata().unwrap().len(), 0);
        // The caller of sudo could read the database anyway, so their file is accepted and stays theirs.
        env.run_with_env(&[("SUDO_UID", "65534")], words).succeeds();
        assert_eq!(std::fs::read_to_string(env.path("target")).unwrap(), format!("T={token}\n"));
        assert_eq!(env.path("target").metadata().unwrap().uid(), 65534);
    }
}

#[test]
fn a_path_that_is_not_utf_8_is_accepted() {
    use std::os::unix::ffi::OsStrExt as _;
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let place = std::ffi::OsStr::from_bytes(b"t\xff");
    let words =
        ["create-token", "meg", "--format", "json", "--audit-log", "log", "--output-file"].map(Into::into);
    env.run(words.iter().map(std::ffi::OsString::as_os_str).chain([place])).succeeds();
    assert!(env.path("").join(place).exists());
}

#[test]
fn the_database_is_refused_as_an_output_file() {
    use std::os::unix::fs::symlink;
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    symlink("db.sqlite3", env.path("link")).unwrap();
    let before = env.database_bytes();
    for place in ["db.sqlite3", "./db.sqlite3", "link", "db.sqlite3-journal", "db.sqlite3-wal"] {
        for words in [
            &["--rotate", "--output-file", place][..],
            &["--rotate", "--env-file", place, "--as", "T"],
            &["--rotate", "--audit-log", place],
            &["--rotate", "--dry-run", "--audit-log", place],
        ] {
            env.run(["create-token", "meg"].iter().chain(words)).ends_with(2);
        }
    }
    assert!(env.database_bytes() == before);
    assert!(!env.path("db.sqlite3-journal").exists());
    env.run(["create-token", "meg", "--output-file", "t", "--env-file", "t", "--as", "T"]).ends_with(2);
}

#[test]
fn concurrent_writers_to_a_dotenv_file_lose_no_line() {
    let env = TestEnv::with_database("");
    let names: Vec<String> = (0..12).map(|number| format!("u{number}")).collect();
    for name in &names {
        env.register_quickly(name);
    }
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            let mut command = env.command();
            command.args(["create-token", name, "--env-file", ".env", "--as", name]);
            command.stderr(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(std::fs::read_to_string(env.path(".env")).unwrap().lines().count(), names.len());
}

#[test]
fn a_file_is_replaced_only_if_it_contains_a_token() {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    let create = |more: &[&str]| env.run(["create-token", "meg", "--output-file", "file"].iter().chain(more));
    let contents = [
        "important\n",
        "two\nlines\n",
        "a sentence that is long enough for a token\n",
        "SECRET_KEY=abcdefghijklmnopqrstuvwxyz0123456789\n",
        &"x".repeat(200),
    ];
    for content in contents {
        env.write("file", content);
        for more in [&["--rotate"][..], &["--rotate", "--dry-run"]] {
            let run = create(more).ends_with(5);
            assert!(run.stderr.contains("file already exists and was not changed."), "{}", run.stderr);
        }
        assert_eq!(std::fs::read_to_string(env.path("file")).unwrap(), content);
    }
    assert_eq!(env.value("SELECT key FROM authtoken_token"), token);
    create(&["--overwrite"]).succeeds();
    assert_eq!(std::fs::read_to_string(env.path("file")).unwrap(), format!("{token}\n"));
    // A later run replaces the token of an earlier one.
    create(&["--rotate"]).succeeds();
    let key = env.value("SELECT key FROM authtoken_token");
    assert_eq!(std::fs::read_to_string(env.path("file")).unwrap(), format!("{key}\n"));
    env.write("file", "");
    create(&[]).succeeds();
    env.run(["create-token", "meg", "--overwrite"]).ends_with(2);
}

#[test]
fn descriptors_and_devices_are_written_to() {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    for place in ["/dev/stdout", "-"] {
        let run = env.run(["create-token", "meg", "--output-file", place]).succeeds();
        assert_eq!(run.stdout, format!("{token}\n"), "{place}");
    }
    assert!(!env.path("-").exists());
    let log = std::fs::OpenOptions::new().append(true).open(env.write("log", "before\n")).unwrap();
    let mut command = env.command();
    command.args(["create-token", "meg", "--output-file", "/dev/stdout"]).stdout(log);
    assert!(command.status().unwrap().success());
    assert_eq!(std::fs::read_to_string(env.path("log")).unwrap(), format!("before\n{token}\n"));
    let run =
        env.run(["create-token", "meg", "--output-file", "-", "--env-file", "e", "--as", "T"]).succeeds();
    assert_eq!(run.stdout, format!("{token}\n"));
    assert_eq!(std::fs::read_to_string(env.path("e")).unwrap(), format!("T={token}\n"));

    let fifo = env.path("fifo");
    crate::env::fifo(&fifo, 0o600);
    let path = fifo.clone();
    let reader = std::thread::spawn(move || std::fs::read_to_string(path).unwrap());
    let run = env.run(["create-token", "meg", "--output-file", "fifo"]).succeeds();
    assert_eq!((run.stdout.as_str(), reader.join().unwrap()), ("", format!("{token}\n")));
    assert!(!fifo.metadata().unwrap().is_file());
    std::fs::remove_file(&fifo).unwrap();
    crate::env::fifo(&fifo, 0o622);
    let run = env.run(["create-token", "meg", "--output-file", "fifo"]).ends_with(1);
    assert!(run.stderr.contains("chmod 600 fifo"), "{}", run.stderr);

    // Like bash's `>(…)`.
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut command = std::process::Command::new("sh");
    let script = "exec \"$0\" create-token meg --output-file /dev/fd/3 3>&1 1>/dev/null";
    command.args(["-c", script, env!("CARGO_BIN_EXE_authctl")]).current_dir(env.path("")).env_clear();
    assert!(command.stdout(writer).status().unwrap().success());
    drop(command);
    let mut text = String::new();
    std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
    assert_eq!(text, format!("{token}\n"));
}

#[test]
fn a_dotenv_file_readable_by_others_causes_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let create = || env.run(["create-token", "meg", "--env-file", ".env", "--as", "T", "--quiet"]).succeeds();
    assert_eq!(create().stderr, "");
    for mode in [0o644, 0o640] {
        std::fs::set_permissions(env.path(".env"), std::fs::Permissions::from_mode(mode)).unwrap();
        let run = create();
        assert!(
            run.stderr.starts_with("warning: Other users can read .env") && run.stderr.contains("chmod 600"),
            "{}",
            run.stderr
        );
        assert_eq!(env.path(".env").metadata().unwrap().permissions().mode() & 0o777, mode);
    }
}

#[test]
fn no_token_is_written_to_another_users_readable_file() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    let file = env.write("file", "");
    // Only root can change a file's owner.
    if chown(&file, Some(65534), Some(65534)).is_err() {
        return;
    }
    let words = ["create-token", "meg", "--rotate", "--output-file", "file"];
    let run = |more: &[&str]| env.run_with_env(&[("SUDO_UID", "65534")], words.iter().chain(more));
    for mode in [0o644, 0o640, 0o604] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        for more in [&[][..], &["--dry-run"]] {
            let run = run(more).ends_with(1);
            assert!(run.stderr.contains("`chmod 600 file`"), "{}", run.stderr);
        }
        assert_eq!(file.metadata().unwrap().len(), 0);
        assert_eq!(env.value("SELECT key FROM authtoken_token"), token);
    }
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    run(&[]).succeeds();
    let metadata = file.metadata().unwrap();
    assert_eq!((metadata.uid(), metadata.mode() & 0o777, metadata.len()), (65534, 0o600, 41));
}

#[test]
fn a_dotenv_file_keeps_its_group() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    let file = env.write(".env", "A=1\n");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    // If the group cannot be changed, the test uses the current one.
    let _ = chown(&file, None, Some(33));
    let group = file.metadata().unwrap().gid();
    std::fs::hard_link(&file, env.path("before")).unwrap();
    env.run(["create-token", "meg", "--env-file", ".env", "--as", "T"]).succeeds();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("A=1\nT={token}\n"));
    let metadata = file.metadata().unwrap();
    assert_eq!((metadata.gid(), metadata.mode() & 0o777), (group, 0o640));
    // The file is replaced, so a reader sees either the old content or the new one.
    assert_eq!(std::fs::read_to_string(env.path("before")).unwrap(), "A=1\n");
}

#[test]
fn a_lock_on_the_folder_does_not_lock_the_database() {
    use std::time::{Duration, Instant};
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    let folder = std::fs::File::open(env.path("")).unwrap();
    folder.lock().unwrap();
    let mut command = env.command();
    command.args(["create-token", "meg", "--rotate", "--env-file", ".env", "--as", "T"]);
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let database = env.database();
    database.busy_timeout(Duration::ZERO).unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        database.execute_batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
        assert!(start.elapsed() < Duration::from_secs(30), "the command did not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    let run = Run::of(child.wait_with_output().unwrap()).ends_with(1);
    assert!(run.stderr.contains("has locked the folder"), "{}", run.stderr);
    assert_eq!(env.value("SELECT key FROM authtoken_token"), token);
    assert!(!env.path(".env").exists());
}
