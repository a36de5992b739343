//! Causes each documented exit code, and checks where they are documented.

use std::fs;

use crate::env::TestEnv;
use crate::seed;

#[test]
fn code_0_is_for_success() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password"]).ends_with(0);
    env.run(["list-users", "--search", "nobody"]).ends_with(0);
    env.run(["--help"]).ends_with(0);
    env.run(["--version"]).ends_with(0);
}

#[test]
fn code_1_is_for_failures() {
    let env = TestEnv::with_database("");
    let arguments = ["register", "meg", "--password-file", "no-such-file"];
    let run = env.run(arguments).ends_with(1);
    assert!(run.stderr.contains("--password-file: the file cannot be read"), "{}", run.stderr);
    let error = env.run(arguments.iter().chain(&["--format", "json"])).ends_with(1).error();
    assert_eq!((&error["code"], &error["exit"]), (&"failed".into(), &1.into()));
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}

#[test]
fn code_2_is_for_wrong_usage_and_configuration() {
    let env = TestEnv::with_database("");
    for arguments in [
        &[][..],
        &["list-flowers"],
        &["list-users", "--no-such-option"],
        &["list-users", "--format", "xml"],
        &["list-users", "--color", "blue"],
        &["list-users", "--busy-timeout", "-1"],
        &["list-users", "--busy-timeout", "NaN"],
        &["list-users", "extra"],
        &["completions", "tcsh"],
        &["register", "meg", "--no-password", "--password-stdin"],
        &["list-users", "--config", "no-such-file.toml"],
    ] {
        let run = env.run(arguments).ends_with(2);
        assert!(!run.stderr.is_empty() && run.stdout.is_empty(), "{arguments:?}");
    }
    env.write("authctl.toml", "[tokens]\nschema = \"drf\"\n");
    let run = env.run(["list-users"]).ends_with(2);
    assert!(run.stderr.contains("line 2") && run.stderr.contains("scheme"), "{}", run.stderr);
    assert_eq!(env.run(["list-users", "--format", "json"]).ends_with(2).error()["code"], "config");
}

#[test]
fn completions_need_no_configuration() {
    let env = TestEnv::new();
    env.write("authctl.toml", "nonsense");
    env.run(["completions", "bash"]).succeeds();
}

#[test]
fn code_3_is_for_not_found() {
    let env = TestEnv::with_database("");
    for arguments in [
        &["create-token", "nobody"][..],
        &["list-tokens", "--user", "nobody"],
        &["show-user", "nobody"],
        &["revoke-token", "abcdef"],
        &["revoke-token", "--user", "nobody"],
        &["list-users", "--profile", "nothing"],
        &["list-users", "--group", "nothing"],
        &["register", "meg", "--no-password", "--profile", "nothing"],
    ] {
        env.run(arguments).ends_with(3);
    }
}

#[test]
fn code_4_is_for_failed_authentication() {
    let env = TestEnv::with_database("");
    env.run(["whoami"]).ends_with(4);
    env.run(["logout"]).ends_with(4);
    env.run_with_input(seed::key("ff"), ["whoami", "--token-stdin"]).ends_with(4);
    env.run_with_input("wrong", ["login", "nobody", "--password-stdin"]).ends_with(4);
    env.run_with_input("wrong", ["check-password", "nobody", "--password-stdin"]).ends_with(4);
}

#[test]
fn code_5_is_for_existing_objects() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    env.run(["register", "meg", "--no-password"]).ends_with(5);
    env.run(["init"]).ends_with(5);
}

#[test]
fn code_6_is_for_invalid_values() {
    let env = TestEnv::with_database("");
    env.run(["register"]).ends_with(6);
    env.run(["register", "no spaces", "--no-password"]).ends_with(6);
    env.run_with_input("12345678", ["register", "meg", "--password-stdin", "--require-strong"]).ends_with(6);
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}

#[test]
fn code_7_is_for_ambiguity() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    let run = env.run(["register", "meg", "--no-password"]).ends_with(7);
    assert!(run.stderr.contains("--scheme"), "{}", run.stderr);
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}

#[test]
fn code_8_is_for_a_busy_database() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    let holder = env.database();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    for arguments in [&["register", "ann", "--no-password"][..], &["create-token", "meg"]] {
        let run = env.run(arguments.iter().chain(&["--busy-timeout", "0.1"])).ends_with(8);
        assert!(run.stderr.contains("--busy-timeout") && run.stdout.is_empty(), "{}", run.stderr);
    }
    // Readers and a writer coexist until the commit.
    env.run(["list-users", "--busy-timeout", "0.1"]).succeeds();
    holder.execute_batch("COMMIT; BEGIN EXCLUSIVE").unwrap();
    let run = env.run(["list-users", "--busy-timeout", "0", "--format", "json"]).ends_with(8);
    assert_eq!(run.error()["code"], "busy");
    holder.execute_batch("COMMIT").unwrap();
    env.run(["register", "ann", "--no-password"]).succeeds();
}

#[test]
fn a_commit_blocked_by_a_reader_writes_nothing() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    let reader = env.database();
    reader.execute_batch("BEGIN; SELECT count(*) FROM auth_user").unwrap();
    env.run(["register", "ann", "--no-password", "--busy-timeout", "0.1"]).ends_with(8);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "1");
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
}

#[test]
fn code_9_is_for_a_missing_database() {
    let env = TestEnv::new();
    for arguments in
        [&["list-users"][..], &["register", "meg", "--no-password"], &["whoami"], &["revoke-token", "--all"]]
    {
        let run = env.run(arguments).ends_with(9);
        let path = env.path("db.sqlite3");
        assert!(
            run.stderr.contains(path.to_str().unwrap()) && run.stderr.contains("authctl init"),
            "{}",
            run.stderr
        );
        assert!(!path.exists(), "{arguments:?} created a file");
    }
    let error = env.run(["list-users", "--format", "json"]).ends_with(9).error();
    assert_eq!(error["code"], "database_missing");
    env.write("file", "");
    env.run(["list-users", "--db", "file/db.sqlite3"]).ends_with(9);
    env.run(["list-users", "--db", "file:db.sqlite3?mode=rwc"]).ends_with(9);
}

#[test]
fn code_9_is_for_a_file_that_is_not_a_database() {
    let env = TestEnv::new();
    env.write("text", &"just some text, long enough for a header\n".repeat(100));
    env.write("short", "x");
    env.write("empty", "");
    fs::create_dir(env.path("folder")).unwrap();
    rusqlite::Connection::open(env.path("other")).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let device = crate::env::null_device(&env.path("."));
    let device = device.as_deref().and_then(std::path::Path::to_str);
    for name in ["text", "short", "empty", "folder", "other"].into_iter().chain(device) {
        for command in
            [&["list-users"][..], &["register", "meg", "--no-password", "--init"], &["list-tokens"]]
        {
            let run = env.run(command.iter().chain(&["--db", name])).ends_with(9);
            assert!(run.stderr.contains(name), "{name}: {}", run.stderr);
        }
    }
    assert_eq!(fs::read_to_string(env.path("short")).unwrap(), "x");
    assert_eq!(fs::read_to_string(env.path("empty")).unwrap(), "");
}

#[test]
fn code_9_is_for_a_damaged_database() {
    let env = TestEnv::with_database("");
    seed::crowd(&env, 2_000, "Crowd");
    let whole = env.database_bytes();
    let half = whole.len() / 2 / 4096 * 4096;
    let mut scribbled = whole.clone();
    scribbled[half..].fill(0xa5);
    let mut headless = whole.clone();
    headless[..16].fill(0);
    for (name, bytes) in [("truncated", &whole[..half]), ("scribbled", &scribbled), ("headless", &headless)] {
        fs::write(env.path("db.sqlite3"), bytes).unwrap();
        let error = env.run(["list-users", "--format", "json"]).ends_with(9).error();
        assert_eq!(error["code"], "database_unusable", "{name}");
    }
}

#[test]
fn code_9_is_for_a_device() {
    let run = TestEnv::new().run(["list-users", "--db", "/dev/null"]).ends_with(9);
    assert!(run.stderr.contains("not a regular file") && !run.stderr.contains("delete"), "{}", run.stderr);
}

#[test]
fn code_9_is_for_a_scheme_without_a_table() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    env.run(["create-token", "meg", "--scheme", "knox"]).ends_with(9);
}

#[test]
fn code_10_is_for_too_many_failed_logins() {
    let env = TestEnv::with_database("[login]\nthrottle = \"1/hour\"\n");
    env.run_with_input("wrong", ["login", "nobody", "--password-stdin"]).ends_with(4);
    env.run_with_input("wrong", ["login", "nobody", "--password-stdin"]).ends_with(10);
    env.run_with_input("wrong", ["check-password", "nobody", "--password-stdin"]).ends_with(10);
}

#[test]
fn code_12_is_for_pending_changes() {
    let env = TestEnv::with_database("");
    env.write("wanted.toml", "[[users]]\nusername = \"meg\"\n");
    let tried = ["apply", "wanted.toml", "--dry-run", "--exit-code"];
    let run = env.run(tried).ends_with(12);
    assert!(!run.stderr.contains("error"), "{}", run.stderr);
    env.run(["apply", "wanted.toml", "--dry-run"]).ends_with(0);
    env.run(["apply", "wanted.toml", "--yes"]).ends_with(0);
    env.run(tried).ends_with(0);
}

#[test]
#[cfg(target_os = "linux")]
fn code_14_is_for_a_lost_answer_after_the_change() {
    let env = TestEnv::with_database("");
    let mut command = env.command();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    command.args(["register", "meg", "--no-password"]).stdout(full);
    assert_eq!(command.output().unwrap().status.code(), Some(14));
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "1");
}

#[test]
fn code_15_is_for_an_uncertain_token_table() {
    let env = TestEnv::with_database("");
    env.execute(
        "CREATE TABLE shop_token (\"key\" varchar(40) PRIMARY KEY, created datetime NOT NULL, \
         user_id integer NOT NULL REFERENCES auth_user (id))",
    );
    env.run(["register", "meg", "--no-password"]).ends_with(15);
}

#[test]
fn code_130_is_for_cancelling() {
    use crate::terminal::Terminal;
    let env = TestEnv::with_database("");
    let mut command = env.command();
    command.args(["login"]);
    let mut terminal = Terminal::start(&command);
    terminal.expect("Username");
    terminal.types("\u{3}");
    terminal.ends_with(130);
}

/// Returns the exit codes and their descriptions in `--help`.
fn documented() -> Vec<(u8, String)> {
    let help = TestEnv::new().run(["--help"]).succeeds().stdout;
    let (_, table) = help.split_once("Exit codes:\n").expect("no exit codes in the help");
    let lines = table.lines().take_while(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let (code, words) = line.trim().split_once("  ").expect("no description of an exit code");
            (code.parse().expect("exit code is not a positive number"), words.trim().to_owned())
        })
        .collect()
}

#[test]
fn the_help_lists_every_code() {
    let codes: Vec<u8> = documented().iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 130]);
}
