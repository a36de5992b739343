//! Input that may be a secret is not echoed, and escape sequences in it never reach a terminal.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;

use proptest::prelude::*;

use crate::env::{Run, TestEnv};
use crate::terminal::Terminal;

/// A password that cannot occur in any message by chance, however it is quoted.
const SECRET: &str = "Tr0ub4dor";

/// ESC with a sequence that clears the screen, CR, a right-to-left override, and CSI as a single C1 character.
const STEERING: &str = "\u{1b}[2J\r\u{202e}\u{9b}2J";

#[track_caller]
fn assert_hidden(run: &Run, arguments: &[&str]) {
    assert!(!run.stderr.contains(SECRET), "{arguments:?}: {}", run.stderr);
    assert!(!run.stdout.contains(SECRET), "{arguments:?}: {}", run.stdout);
}

#[track_caller]
fn assert_harmless(text: &str) {
    let steers = |c: &char| c.is_control() && !"\r\n\t".contains(*c) || ('\u{202a}'..='\u{202e}').contains(c);
    assert!(!text.chars().any(|c| steers(&c)), "{text:?}");
    assert!(!text.replace("\r\n", "\n").contains('\r'), "{text:?}");
}

#[test]
fn a_wrong_command_line_echoes_no_value() {
    let env = TestEnv::with_database("");
    let secret = &format!("{SECRET}-41");
    let stdin = &format!("--password-stdin={secret}");
    let unknown = &format!("--pasword={secret}");
    let misspelt = &format!("--{secret}");
    for arguments in [
        &["register", "meg", stdin][..],
        &["register", "meg", unknown],
        &["register", "meg", misspelt],
        &["register", "meg", "--password", secret],
        &["register", "meg", "--set", secret],
        &["register", "meg", "--random-password", secret],
        &["register", "meg", "--no-password", "--ttl", secret],
        &["register", "meg", "--no-password", "--scheme", secret],
        &["import", "a.csv", "--map", secret],
        &["import", "a.csv", "--delimiter", secret],
        &["import", "a.csv", "--jobs", secret],
        &["create-token", "meg", "--ttl", secret],
        &["list-users", "--joined-after", secret],
        &["list-users", "--format", secret],
        &["list-users", "--columns", secret],
        &["list-users", "--sort", secret],
        &["revoke-token", "--older-than", secret],
        &["login", "meg", secret],
        &["--busy-timeout", secret, "list-users"],
        &[secret],
        &["help", secret],
        &["completions", secret],
    ] {
        for format in [&[][..], &["--format", "json"]] {
            let arguments = [arguments, format].concat();
            assert_hidden(&env.run(&arguments).ends_with(2), &arguments);
        }
    }
    // A word close to a valid one, or to an option, is named.
    for (arguments, word) in [
        (&["regsiter"][..], "'regsiter'"),
        (&["list-users", "--format", "jsn"], "'jsn'"),
        (&["list-users", "--serach", "x"], "'--serach'"),
        (&["list-users", "-x"], "'-x'"),
    ] {
        let run = env.run(arguments).ends_with(2);
        assert!(run.stderr.contains(word), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_path_of_a_secret_file_is_echoed_only_if_its_folder_exists() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let body = format!("{{\"username\":\"ann\",\"password\":\"{SECRET}\"}}");
    let set = format!("bio=@{SECRET}");
    for arguments in [
        &["register", "ann", "--password-file", SECRET][..],
        &["set-password", "meg", "--password-file", SECRET],
        &["check-password", "meg", "--password-file", SECRET],
        &["login", "meg", "--password-file", SECRET],
        &["whoami", "--token-file", SECRET],
        &["register", "--from-json", &body],
        &["login", "--from-json", &body],
        &["edit-user", "meg", "--set", &set],
    ] {
        let run = env.run(arguments).ends_with(1);
        assert_hidden(&run, arguments);
        let option = arguments.iter().find(|word| word.starts_with("--")).unwrap();
        assert!(run.stderr.contains(option), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains("No such file or directory"), "{arguments:?}: {}", run.stderr);
    }
    fs::create_dir(env.path("secrets")).unwrap();
    for path in ["secrets", "secrets/meg", "./meg"] {
        let run = env.run(["check-password", "meg", "--password-file", path]).ends_with(1);
        assert!(run.stderr.contains(&format!("--password-file {path}: ")), "{}", run.stderr);
    }
}

#[test]
fn a_url_is_never_used_as_a_path() {
    let env = TestEnv::with_database("");
    let url = &format!("mysql+pymysql://u:{SECRET}@localhost/shop");
    for (variables, arguments) in [(&[][..], &["--db", url][..]), (&[("AUTHCTL_DB", &**url)], &[])] {
        for command in ["list-users", "init", "check"] {
            let arguments = [&[command], arguments].concat();
            let run = env.run_with_env(variables, &arguments).ends_with(2);
            assert_hidden(&run, &arguments);
            assert!(run.stderr.contains("the scheme of the URL is not supported"), "{}", run.stderr);
        }
    }
    env.write("authctl.toml", &format!("db = {url:?}\n"));
    let run = env.run(["list-users"]).ends_with(2);
    assert_hidden(&run, &[]);
    assert!(run.stderr.contains("line 1, column 6: db: the scheme of the URL"), "{}", run.stderr);
    assert!(!env.path("mysql+pymysql:").exists());
    // Without a scheme it may be a path; its password is hidden all the same.
    env.write("authctl.toml", &format!("db = \"u:{SECRET}@localhost/shop\"\n"));
    assert_hidden(&env.run(["list-users"]).ends_with(9), &[]);
}

#[test]
fn no_password_in_a_url_is_echoed() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    for password in [SECRET.to_owned(), format!("{SECRET}\"'\\ é\u{7}"), format!("{SECRET}@{SECRET}:x")] {
        for given in [format!("postgres://u:{password}@host"), format!("u:{password}@host")] {
            let option = format!("--output-file={given}/x");
            for arguments in [
                &["import", &given][..],
                &["apply", &given],
                &["show-user", &given],
                &["create-token", &given],
                &["list-users", "--group", &given],
                &["list-users", "--profile", &given],
                &["register", &given, "--no-password"],
                &["create-token", "meg", &option],
                &["--config", &given, "list-users"],
                &["backup", &format!("{given}/x")],
                &[&given],
            ] {
                for format in [&[][..], &["--format", "json"]] {
                    let arguments = [arguments, format].concat();
                    let run = env.run(&arguments);
                    assert_ne!(run.code, 0, "{arguments:?}");
                    assert_hidden(&run, &arguments);
                }
            }
        }
    }
}

#[test]
fn no_password_in_a_path_like_url_is_echoed() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let edit = ["edit-user", "meg", "--staff"];
    for given in [format!("postgres://u:{SECRET}@host/db"), format!("u:{SECRET}@host/db")] {
        env.write("authctl.toml", &format!("[audit]\nfile = {given:?}\n"));
        for format in [&[][..], &["--format", "json"]] {
            let run = env.run(edit.iter().chain(format)).ends_with(1);
            assert_hidden(&run, &[]);
            assert!(run.stderr.contains(":…@host/db"), "{}", run.stderr);
        }
    }
    env.write("authctl.toml", "");
    for given in [
        format!("./postgres:/u:{SECRET}@host/x"),
        format!("postgres:/./u:{SECRET}//{SECRET}@host/x"),
        format!("./u:/{SECRET}/./{SECRET}@host/x"),
    ] {
        for arguments in [
            &["backup", &given][..],
            &["export", &given, "--format", "csv"],
            &["--db", &given, "list-users"],
            &["edit-user", "meg", "--staff", "--audit-log", &given],
            &["import", &given],
        ] {
            let run = env.run(arguments);
            assert_ne!(run.code, 0, "{arguments:?}");
            assert_hidden(&run, arguments);
        }
    }
    // The same for a path that exists.
    let given = format!("postgres:/u:{SECRET}@host");
    std::fs::create_dir_all(env.path(&given)).unwrap();
    let (copy, state) = (format!("{given}/copy"), format!("{given}/state"));
    for format in [&[][..], &["--format", "json"]] {
        assert_hidden(&env.run(["backup", &copy, "--overwrite"].iter().chain(format)).succeeds(), &[]);
        let check = env.run(["check", "--db", &format!("./{copy}")].iter().chain(format));
        assert!(check.stdout.contains(":…@host/copy"), "{}", check.stdout);
        assert_hidden(&check, &[]);
        assert_hidden(
            &env.run(["export", &format!("{copy}.csv"), "--overwrite"].iter().chain(format)).succeeds(),
            &[],
        );
    }
    assert_hidden(&env.run(["init", "--db", &format!("./{given}/new")]).succeeds(), &[]);
    std::fs::write(env.path(&state), "").unwrap();
    let absolute = env.path(&state);
    let variables = [("XDG_STATE_HOME", absolute.to_str().unwrap())];
    let run = env.run_with_env(&variables, ["whoami"]);
    assert_ne!(run.code, 0);
    assert_hidden(&run, &[]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of cases")]
fn invalid_values_in_a_file_are_not_echoed() {
    let env =
        TestEnv::with_database("[profiles.gamer]\ntable = \"app_gamer\"\nfields = { age = \"integer\" }\n");
    for text in [
        "username = \"SECRET !\"",
        "username = \"meg\"\nemail = \"SECRET\"",
        "username = \"meg\"\ngroups = [\"SECRET\"]",
        "username = \"meg\"\nis_active = \"SECRET\"",
        "username = \"meg\"\nprofiles.gamer = { age = \"SECRET\" }",
        "username = \"meg\"\nlast_login = \"SECRET\"",
        "username = \"meg\"\ntoken = \"SECRET\"",
        "username = \"meg\"\nupdate_password = \"SECRET\"",
        "username = \"meg\"\npassword = \"SECRET\"",
        "username = \"meg\"\npassword = { env = \"SECRET\" }",
        "username = \"meg\"\npassword = { file = \"SECRET\" }",
        "username = \"meg\"\npassword = { hash = \"SECRET\" }",
        "username = \"meg\"\npassword = SECRET",
        "username = \"meg\"\npassword = \"SECRET",
        "username = \"meg\"\npassword = \"\\SECRET\"",
    ] {
        env.write("a.toml", &format!("[[users]]\n{text}\n").replace("SECRET", SECRET));
        for format in ["table", "json"] {
            let run = env.run(["apply", "a.toml", "--yes", "--format", format]).ends_with(6);
            assert_hidden(&run, &[text]);
        }
    }
    for (key, value) in [
        ("username", "SECRET !"),
        ("email", "SECRET"),
        ("groups", "SECRET"),
        ("profile", "SECRET"),
        ("account_type", "SECRET"),
        ("is_staff", "SECRET"),
        ("last_login", "SECRET"),
        ("password_hash", "SECRET"),
        ("token", "SECRET !"),
        ("id", "SECRET"),
    ] {
        let value = value.replace("SECRET", SECRET);
        let user = if key == "username" { "" } else { "meg" };
        let heading = if key == "username" { "email" } else { "username" };
        env.write("a.csv", &format!("{heading},{key}\n{user},{value}\n"));
        assert_hidden(&env.run(["import", "a.csv"]).ends_with(6), &[key]);
        env.write("a.json", &format!("[{{\"{key}\": {value:?}, \"first_name\": \"x\"}}]"));
        assert_hidden(&env.run(["import", "a.json"]).ends_with(6), &[key]);
        env.write("a.json", &format!("{{\"{key}\": {value:?}}}"));
        assert_hidden(&env.run(["register", "--no-password", "--from-json", "a.json"]).ends_with(6), &[key]);
    }
    for text in ["{\"password\": SECRET}", "{\"password\": \"SECRET", "[\"SECRET\"]", "\"SECRET\"", "SECRET"]
    {
        env.write("a.json", &text.replace("SECRET", SECRET));
        assert_hidden(&env.run(["register", "meg", "--from-json", "a.json"]).ends_with(6), &[text]);
        assert_hidden(&env.run(["import", "a.json", "--input-format", "json"]).ends_with(6), &[text]);
        assert_hidden(&env.run(["apply", "a.json", "--yes"]).ends_with(6), &[text]);
    }
    for text in [
        "[login]\nthrottle = \"SECRET\"",
        "[tokens]\nttl = \"SECRET\"",
        "[tokens]\nprefix = \"SECRET SECRET SECRET SECRET\"",
        "[tokens]\nscheme = \"SECRET\"",
        "[tokens]\nlimit = \"SECRET\"",
        "[passwords]\nhasher = \"SECRET\"",
        "[passwords]\nrequire_strong = \"SECRET\"",
        "[database]\ntime_zone = \"SECRET\"",
        "[register]\nusername_from = \"SECRET\"",
        "db = SECRET",
        "db = \"SECRET",
    ] {
        env.write("authctl.toml", &format!("{text}\n").replace("SECRET", SECRET));
        assert_hidden(&env.run(["list-users"]).ends_with(2), &[text]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// A password may be typed instead of any argument, or stuck to one.
    #[test]
    fn no_misplaced_password_is_echoed(
        before in "[-a-z:/@=\\PC]{0,6}",
        after in "[-a-z:/@= \\PC]{0,6}",
        shape in 0..10_usize,
    ) {
        let env = TestEnv::new();
        let secret = format!("{before}{SECRET}{after}");
        let glued = format!("--password-stdin={secret}");
        let option = format!("--{secret}");
        let arguments: &[&str] = match shape {
            0 => &[&secret],
            1 => &["register", "meg", &glued],
            2 => &["register", "meg", &option],
            3 => &["register", "meg", "--set", SECRET],
            4 => &["login", "meg", "--password-file", &secret],
            5 => &["whoami", "--token-file", &secret],
            6 => &["list-users", "--format", &secret],
            7 => &["completions", &secret],
            8 => &["register", "meg", "--no-password", "--ttl", &secret],
            _ => &["register", "meg", &secret],
        };
        let run = env.run(arguments);
        prop_assert!(run.code != 0, "{arguments:?}");
        prop_assert!(!run.stderr.contains(SECRET), "{arguments:?}: {}", run.stderr);
        prop_assert!(run.stdout.is_empty(), "{arguments:?}: {}", run.stdout);
        assert_harmless(&run.stderr);
    }
}

#[test]
fn arguments_cannot_control_the_terminal() {
    let env = TestEnv::with_database("");
    for word in [
        STEERING.to_owned(),
        format!("regsiter{STEERING}"),
        format!("jso{STEERING}n"),
        "\u{1b}]0;x\u{7}".into(),
    ] {
        let option = format!("--{word}");
        let file = format!("{word}.csv");
        for arguments in [
            &[&*word][..],
            &["list-users", &option],
            &["list-users", "--format", &word],
            &["list-users", "--columns", &word],
            &["--config", &word, "list-users"],
            &["--db", &word, "list-users"],
            &["show-user", &word],
            &["register", &word, "--no-password"],
            &["register", "meg", "--no-password", "--profile", &word],
            &["register", "meg", "--no-password", "--set", &format!("{word}=1")],
            &["import", &file],
            &["apply", &file],
        ] {
            for format in [&[][..], &["--format", "json"]] {
                let arguments = [arguments, format].concat();
                let run = env.run(&arguments);
                assert_ne!(run.code, 0, "{arguments:?}");
                assert_harmless(&run.stderr);
                let mut command = env.command();
                command.args(&arguments);
                let (_, screen) = Terminal::start(&command).ends();
                assert!(!screen.contains("\u{1b}[2J") && !screen.contains('\u{202e}'), "{screen:?}");
                assert!(!screen.contains('\u{9b}') && !screen.contains("\u{1b}]0;"), "{screen:?}");
            }
        }
    }
    // The program name in argv[0].
    let run = Run::of(env.command().arg0(STEERING).output().unwrap()).ends_with(2);
    assert_harmless(&run.stderr);
    let run = Run::of(env.command().arg0(STEERING).arg("--help").output().unwrap()).succeeds();
    assert_harmless(&run.stdout);
    // An argument that is not UTF-8.
    let argument = OsString::from(OsStr::from_bytes(b"\xff\x1b[2J"));
    for arguments in [vec![argument.clone()], vec!["import".into(), argument]] {
        let run = Run::of(env.command().args(&arguments).output().unwrap());
        assert_ne!(run.code, 0, "{arguments:?}");
        assert_harmless(&run.stderr);
    }
}

fn at_terminal(env: &TestEnv, arguments: &[&str]) -> Terminal {
    let mut command = env.command();
    command.args(arguments);
    Terminal::start(&command)
}

#[test]
fn questions_cannot_control_the_terminal() {
    let env = TestEnv::with_database("");
    env.database()
        .execute(
            "INSERT INTO auth_user (password, is_superuser, username, last_name, email, is_staff, is_active, \
             date_joined, first_name) VALUES ('!', 0, ?1, '', '', 0, 1, '2024-01-01 00:00:00', '')",
            [format!("meg{STEERING}")],
        )
        .unwrap();
    let mut terminal = at_terminal(&env, &["delete-user", &format!("meg{STEERING}")]);
    terminal.expect("(y/N)");
    terminal.types("n\n");
    let screen = terminal.ends_with(130);
    assert!(screen.contains("Delete meg\\u{1b}[2J\\r\\u{202e}\\u{9b}2J"), "{screen:?}");
    assert_no_control_sequences(&screen);

    // A required column whose name has control characters.
    let env = TestEnv::with_database("");
    let column = format!("col{STEERING}");
    env.execute(&format!("ALTER TABLE auth_user ADD COLUMN \"{column}\" varchar(2) NOT NULL DEFAULT ''"));
    env.write(
        "authctl.toml",
        &format!("[register]\nrequired = [{column:?}]\n")
            .replace("\\u{1b}", "\\u001b")
            .replace("\\u{202e}", "\\u202e")
            .replace("\\u{9b}", "\\u009b"),
    );
    let mut terminal = at_terminal(&env, &["register", "meg", "--no-password"]);
    terminal.expect("Col\\u{1b}");
    // The validation's message names the column too.
    terminal.types("much too long\n");
    terminal.expect("must have at most 2 characters");
    terminal.types("\u{3}");
    let (_, screen) = terminal.ends();
    assert_no_control_sequences(&screen);
}

#[track_caller]
fn assert_no_control_sequences(screen: &str) {
    assert!(
        !screen.contains("\u{1b}[2J") && !screen.contains('\u{202e}') && !screen.contains('\u{9b}'),
        "{screen:?}"
    );
}
