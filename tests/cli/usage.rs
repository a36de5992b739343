//! Command lines that do not parse: the messages help, and contain no secrets.

use crate::env::TestEnv;
use crate::terminal::Terminal;

#[test]
fn secrets_on_the_command_line_are_refused_with_a_tip() {
    let env = TestEnv::new();
    for arguments in [
        &["login", "meg", "--password", "s3cret"][..],
        &["register", "meg", "--password=s3cret"],
        &["set-password", "meg", "--password", "s3cret", "--quiet"],
        &["--quiet", "check-password", "meg", "--password", "s3cret"],
    ] {
        for format in [&[][..], &["--format", "json"]] {
            let run = env.run(arguments.iter().chain(format)).ends_with(2);
            for expected in
                ["--password-stdin", "--password-file", "prompt", "not accepted on the command line"]
            {
                assert!(run.stderr.contains(expected), "{}", run.stderr);
            }
            assert!(!run.stderr.contains("s3cret") && !run.stderr.contains("password-env"), "{}", run.stderr);
            assert!(format.is_empty() || run.error()["code"] == "usage");
        }
    }
    for (command, told) in [
        ("edit-user", "Use `authctl set-password` with --password-stdin or --password-file."),
        ("import", "`password` column of the file, or use --random-passwords."),
        ("apply", "Use `password = { env = \"NAME\" }`"),
    ] {
        let run = env.run([command, "meg", "--password", "s3cret"]).ends_with(2);
        assert!(run.stderr.contains(told), "{}", run.stderr);
        assert!(run.stderr.contains("not accepted on the command line"), "{}", run.stderr);
        assert!(!run.stderr.contains("s3cret"), "{}", run.stderr);
    }
    let run = env.run(["edit-user", "meg", "--passwort", "s3cret"]).ends_with(2);
    assert!(!run.stderr.contains("tip:") && !run.stderr.contains("s3cret"), "{}", run.stderr);
    let run = env.run(["whoami", "--token", "abc"]).ends_with(2);
    assert!(run.stderr.contains("Use --token-stdin or --token-file."), "{}", run.stderr);
    // A command that takes no password suggests no option for one.
    let run = env.run(["list-users", "--password", "s3cret"]).ends_with(2);
    assert!(!run.stderr.contains("stdin") && !run.stderr.contains("s3cret"), "{}", run.stderr);
}

#[test]
fn a_negative_number_of_rows_is_refused_with_the_range() {
    let env = TestEnv::with_database("");
    for command in ["list-users", "export"] {
        for option in ["--limit", "--offset"] {
            for number in [&[option, "-1"][..], &[&format!("{option}=-1")], &[option, "many"]] {
                let run = env.run([command].iter().chain(number)).ends_with(2);
                assert!(run.stderr.contains("at least 0"), "{number:?}: {}", run.stderr);
                assert!(!run.stderr.contains("unexpected"), "{number:?}: {}", run.stderr);
            }
        }
    }
    for option in ["--batch", "--jobs"] {
        let run = env.run(["import", "a.csv", option, "-1"]).ends_with(2);
        assert!(run.stderr.contains("1.."), "{option}: {}", run.stderr);
    }
}

#[test]
fn the_closest_name_is_suggested_first() {
    let env = TestEnv::new();
    for (word, meant) in [
        ("list-user", "list-users"),
        ("create-tokn", "create-token"),
        ("crate-token", "create-token"),
        ("revok-tokens", "revoke-token"),
    ] {
        let run = env.run([word]).ends_with(2);
        let (_, names) = run.stderr.split_once("exists: '").unwrap_or_else(|| panic!("{}", run.stderr));
        assert!(names.starts_with(&format!("{meant}'")), "{}", run.stderr);
    }
}

#[test]
fn a_word_that_may_be_a_secret_is_hidden_and_the_error_says_so() {
    let env = TestEnv::with_database("");
    for (arguments, told) in [
        (&["zebra"][..], "unrecognized subcommand (hidden, since it may be a secret)\n"),
        (&["whoami", "zebra"], "unexpected argument (hidden, since it may be a secret) found\n"),
        (
            &["whoami", "zebra"],
            "to check a token, use '--token-stdin'; to show a user, use 'authctl show-user USER'",
        ),
        (&["list-users", "zebra"], "tip: to choose what is listed, use '--search TEXT'"),
    ] {
        let run = env.run(arguments).ends_with(2);
        assert!(run.stderr.contains(told) && !run.stderr.contains("zebra"), "{}", run.stderr);
    }
}

#[test]
fn one_command_is_suggested() {
    let env = TestEnv::new();
    let run = env.run(["list-user"]).ends_with(2);
    assert!(run.stderr.contains("'list-users'") && !run.stderr.contains("list-tokens"), "{}", run.stderr);
    let mut command = env.command();
    command.arg("list-user");
    let screen = Terminal::start(&command).ends_with(2);
    assert!(screen.contains("\u{1b}[1;31merror:\u{1b}[0m "), "{screen:?}");
}

#[test]
fn an_empty_token_is_wrong_usage() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let empty = env.write("empty", "\n");
    let empty = empty.to_str().unwrap();
    for arguments in [
        &["whoami", "--token-stdin"][..],
        &["logout", "--token-stdin"],
        &["revoke-token", "--token-stdin"],
        &["create-token", "meg", "--rotate", "--token-stdin"],
        &["whoami", "--token-file", empty],
    ] {
        for input in ["", "\n"] {
            let run = env.run_with_input(input, arguments).ends_with(2);
            assert!(run.stderr.contains(arguments.iter().find(|word| word.starts_with("--token")).unwrap()));
            assert!(run.stderr.contains("empty"), "{arguments:?}: {}", run.stderr);
        }
    }
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "1");
}

#[test]
#[cfg(target_os = "linux")]
fn help_that_cannot_be_written_is_an_error() {
    let env = TestEnv::new();
    for arguments in [&["--help"][..], &["-h"], &["--version"], &["register", "--help"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let run =
            crate::env::Run::of(env.command().args(arguments).stdout(full).output().unwrap()).ends_with(1);
        assert!(
            run.stderr.starts_with("error: Standard output cannot be written: No space left"),
            "{}",
            run.stderr
        );
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
}

#[test]
fn the_version_is_short_or_has_what_a_report_needs() {
    let env = TestEnv::new();
    let short = env.run(["-V"]).succeeds().stdout;
    assert_eq!(short, concat!("authctl ", env!("CARGO_PKG_VERSION"), "\n"));
    let long = env.run(["--version"]).succeeds().stdout;
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!(lines.len(), 3, "{long}");
    let commit =
        lines[0].strip_prefix(short.trim_end()).and_then(|rest| rest.strip_prefix(" (")?.strip_suffix(')'));
    let commit = commit.unwrap_or_else(|| panic!("{long}"));
    let is_hash = commit.len() == 12 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(commit == "unknown commit" || is_hash, "{long}");
    assert!(lines[1].starts_with(&format!("engines:  SQLite {}", rusqlite::version())), "{long}");
    assert_eq!(lines[1].contains("PostgreSQL"), cfg!(feature = "postgres"), "{long}");
    assert_eq!(lines[2].contains("tls"), cfg!(feature = "tls"), "{long}");
}

#[test]
fn a_command_is_suggested_by_a_part_of_its_name_or_by_djangos() {
    let env = TestEnv::new();
    for (word, command) in [
        ("show", "show-user"),
        ("lock", "lock-user"),
        ("groups", "list-groups"),
        ("createsuperuser", "register"),
        ("changepassword", "set-password"),
        ("loaddata", "import"),
    ] {
        let run = env.run([word, "ann"]).ends_with(2);
        assert!(run.stderr.contains(&format!("'{word}'")), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("'{command}'")), "{}", run.stderr);
    }
    for (command, option) in
        [("list-tokens", "--user"), ("list-sessions", "--user"), ("list-users", "--search")]
    {
        let run = env.run([command, "ann"]).ends_with(2);
        assert!(run.stderr.contains(option) && !run.stderr.contains("ann"), "{}", run.stderr);
    }
}

#[test]
fn an_option_with_another_name_gets_the_right_tip_or_none() {
    let env = TestEnv::with_database("");
    for (command, given, suggested) in [
        ("edit-user", "--add-staff", "'--staff'"),
        ("register", "--add-staff", "'--staff'"),
        ("edit-user", "--is-active", "'--active'"),
        ("edit-user", "--disable", "'--inactive'"),
        ("edit-user", "--groups", "'--add-group'"),
        ("register", "--full-name", "'--first-name'"),
        ("edit-user", "--staf", "'--staff'"),
    ] {
        let run = env.run([command, "meg", given]).ends_with(2);
        assert!(
            run.stderr.contains(&format!("tip: a similar argument exists: {suggested}")),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("--no-staff") && !run.stderr.contains("--last-name"), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("Usage: authctl {command} ")), "{}", run.stderr);
    }
    let run = env.run(["login", "meg", "--full-name", "Meg"]).ends_with(2);
    assert!(!run.stderr.contains("tip:"), "{}", run.stderr);
}

#[test]
fn a_username_after_an_option_gets_the_tip_to_leave_the_option_out() {
    let env = TestEnv::with_database("");
    for (command, word) in [
        ("register", "USERNAME"),
        ("login", "USERNAME"),
        ("show-user", "USER"),
        ("edit-user", "USER"),
        ("lock-user", "USER"),
    ] {
        for option in [&["--username", "meg"][..], &["--username=meg"], &["--user", "meg"]] {
            let run = env.run([command].iter().chain(option)).ends_with(2);
            let tip = format!("tip: {word} is given without an option");
            assert!(run.stderr.contains(&tip), "{}", run.stderr);
            assert_eq!(run.stderr.contains("--rename"), command == "edit-user", "{}", run.stderr);
            assert!(!run.stderr.contains("similar"), "{}", run.stderr);
        }
    }
    let run = env.run(["revoke-token", "--username", "meg"]).ends_with(2);
    assert!(run.stderr.contains("a similar argument exists: '--user'"), "{}", run.stderr);
}

#[test]
fn a_value_after_an_option_without_one_is_named() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    for value in [&["--staff", "yes"][..], &["--staff=true"], &["--staff", "s3cret"]] {
        for format in [&[][..], &["--format=json"]] {
            let run = env.run(["register", "joe"].iter().chain(value).chain(format)).ends_with(2);
            assert!(run.stderr.contains("'--staff' takes no value"), "{}", run.stderr);
            assert!(!run.stderr.contains("s3cret"), "{}", run.stderr);
        }
    }
    let run = env.run(["edit-user", "meg", "--staff=false"]).ends_with(2);
    assert!(run.stderr.contains("takes no value; its opposite is '--no-staff'"), "{}", run.stderr);
    // The word is taken for a second user.
    let run = env.run(["edit-user", "meg", "--staff", "false"]).ends_with(3);
    assert!(run.stderr.contains("hint: Options such as --staff take no value."), "{}", run.stderr);
}

#[test]
fn a_tip_is_the_hint_of_an_error_in_json() {
    let env = TestEnv::with_database("");
    let run = env.run(["list-users", "--formt", "json", "--format", "json"]).ends_with(2);
    let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(error["message"], "unexpected argument '--formt' found");
    assert_eq!(error["hint"], "a similar argument exists: '--format'");
}
