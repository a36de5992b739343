//! Standard output and standard error in every format.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value as Json;

use crate::env::{Run, TestEnv};
use crate::seed::{self, Person};
use crate::terminal::Terminal;

/// Names that a hostile or careless client may have stored.
const NASTY: [&str; 12] = [
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}",
    "\u{9b}2J",
    "two\nlines",
    "two\r\nlines",
    "tab\tbed",
    "back\\slash",
    "right\u{202e}left",
    "iso\u{2066}late\u{2069}",
    "sep\u{2028}\u{2029}arated",
    "del\u{7f}\u{0}nul",
    "a,\"quoted\" one",
];

/// One user for each of these names, as the first name.
fn nasty_names() -> TestEnv {
    let env = TestEnv::with_database("");
    let database = env.database();
    for (index, first_name) in NASTY.iter().enumerate() {
        Person { username: &format!("user{index:02}"), first_name, ..Person::default() }.add_to(&database);
    }
    env
}

/// Asserts that the text contains no control characters other than the allowed ones.
#[track_caller]
fn assert_harmless(text: &str, allowed: &[char]) {
    let bidi =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let harmful = text.chars().find(|c| (c.is_control() || bidi(*c)) && !allowed.contains(c));
    assert_eq!(harmful, None, "in {text:?}");
}

fn list(env: &TestEnv, format: &str) -> Run {
    env.run(["list-users", "--columns", "username,first_name", "--format", format]).succeeds()
}

#[test]
fn a_table_escapes_text_and_has_one_line_per_row() {
    let run = list(&nasty_names(), "table");
    assert_harmless(&run.stdout, &['\n']);
    assert_eq!(run.stdout.lines().count(), NASTY.len() + 1);
    for shown in
        ["\\u{1b}[31mred", "\\u{9b}2J", "two\\nlines", "tab\\tbed", "back\\\\slash", "right\\u{202e}left"]
    {
        assert!(run.stdout.contains(shown), "{shown} in {}", run.stdout);
    }
}

#[test]
fn plain_rows_split_at_tabs_into_escaped_cells() {
    let run = list(&nasty_names(), "plain");
    assert_harmless(&run.stdout, &['\n', '\t']);
    let rows: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), NASTY.len());
    assert!(rows.iter().all(|row| row.len() == 2), "{rows:?}");
    assert_eq!(rows[3], ["user03", "two\\nlines"]);
    assert_eq!(rows[6], ["user06", "back\\\\slash"]);
}

#[test]
fn a_long_table_is_escaped_and_aligned_too() {
    let env = nasty_names();
    seed::crowd(&env, 1_500, "crowd");
    env.database().execute("UPDATE auth_user SET username = 'x' || username", []).unwrap();
    Person { username: "李小龍", first_name: "Bruce", ..Person::default() }.add_to(&env.database());
    let run = list(&env, "table");
    assert_harmless(&run.stdout, &['\n']);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 1_500 + NASTY.len() + 2);
    assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), ["username", "first_name"]);
    // The second column is aligned with its heading; each of the three characters is two cells wide.
    let column = lines[0].find("first_name").unwrap();
    assert_eq!(lines[20].find("crowd"), Some(column));
    let last = lines.last().unwrap();
    assert_eq!(last.find("Bruce"), Some(column + "李小龍".len() - 6), "{last}");
    assert_eq!(run.stderr, format!("{} users.\n", 1_501 + NASTY.len()));
}

#[test]
fn a_long_table_needs_no_temporary_folder() {
    let env = TestEnv::with_database("");
    seed::crowd(&env, 3_000, "crowd");
    let usual = env.run(["list-users"]).succeeds();
    let run = env.run_with_env(&[("TMPDIR", "/no/such/folder")], ["list-users"]).succeeds();
    assert_eq!(run.stdout, usual.stdout);
}

#[test]
fn both_table_layouts_look_the_same() {
    let rows_of = |count: usize| {
        let env = TestEnv::with_database("");
        seed::crowd(&env, count, "a name");
        env.run(["list-users"]).succeeds().stdout.lines().take(5).map(str::to_owned).collect::<Vec<_>>()
    };
    // Both counts have four digits, so the key column has the same width.
    assert_eq!(rows_of(1_000), rows_of(1_001));
}

#[test]
fn csv_is_verbatim_and_parses_back() {
    let env = nasty_names();
    let run = list(&env, "csv");
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    assert_eq!(reader.headers().unwrap(), &csv::StringRecord::from(vec!["username", "first_name"]));
    let names: Vec<String> = reader.records().map(|record| record.unwrap()[1].to_owned()).collect();
    assert_eq!(names, NASTY);
    assert!(run.stdout.starts_with("username,first_name\r\nuser00,"), "{:?}", &run.stdout[..40]);
    assert!(run.stdout.ends_with("user11,\"a,\"\"quoted\"\" one\"\r\n"), "{:?}", run.stdout);
    assert!(run.stdout.contains("user03,\"two\nlines\"\r\n"), "{:?}", run.stdout);
}

#[test]
fn json_and_json_lines_parse_back() {
    let env = nasty_names();
    let names = |rows: &[Json]| -> Vec<String> {
        rows.iter().map(|row| row["first_name"].as_str().unwrap().to_owned()).collect()
    };
    let run = list(&env, "json");
    assert_eq!(names(run.json().as_array().unwrap()), NASTY);
    let run = list(&env, "jsonl");
    let rows: Vec<Json> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(names(&rows), NASTY);
    assert_eq!(rows.len(), NASTY.len());
    assert_eq!(run.stderr, "");
}

#[test]
fn text_from_the_database_is_escaped_in_messages() {
    let env = TestEnv::with_database("");
    let database = env.database();
    for (index, name) in NASTY.iter().enumerate() {
        let user = seed::user(&database, name);
        seed::drf_token(&database, user, &seed::key(&format!("abcdef{index:02}")));
    }
    let run = env.run(["revoke-token", "--all", "--dry-run"]).succeeds();
    assert_harmless(&run.stderr, &['\n']);
    for name in NASTY.iter().filter(|name| !name.contains('\0')) {
        assert_harmless(&env.run(["create-token", name]).succeeds().stderr, &['\n']);
    }
}

#[test]
fn names_cannot_forge_lines_of_a_message() {
    let env = TestEnv::with_database("");
    let database = env.database();
    for index in 0..2 {
        let user = seed::user(&database, &format!("x\nDeleted 9 tokens.{index}"));
        seed::drf_token(&database, user, &seed::key(&format!("abcdef{index}")));
    }
    let run = env.run(["revoke-token", "abcdef"]).ends_with(7);
    assert!(!run.stderr.lines().any(|line| line.starts_with("Deleted")), "{}", run.stderr);
    let run = env.run(["revoke-token", "--all", "--dry-run"]).succeeds();
    assert!(!run.stderr.lines().any(|line| line.starts_with("Deleted")), "{}", run.stderr);
}

#[test]
fn text_from_the_database_is_escaped_in_errors() {
    let env = TestEnv::with_database("");
    let database = env.database();
    for (index, name) in NASTY.iter().enumerate() {
        let user = seed::user(&database, name);
        seed::drf_token(&database, user, &seed::key(&format!("abcdef{index:02}")));
    }
    let run = env.run(["revoke-token", "abcdef"]).ends_with(7);
    assert_harmless(&run.stderr, &['\n']);
    for name in NASTY.iter().filter(|name| !name.contains('\0')) {
        let run = env.run(["list-tokens", "--user", &format!("{name}!")]).ends_with(3);
        assert_harmless(&run.stderr, &['\n']);
    }
}

#[test]
fn a_username_is_escaped_for_people_and_verbatim_for_programs() {
    let env = TestEnv::with_database("");
    let database = env.database();
    let name = "x\u{1b}[31m\ny";
    let user = seed::user(&database, name);
    seed::drf_token(&database, user, &seed::key("abcdef"));
    let run = env.run_with_input(seed::key("abcdef"), ["whoami", "--token-stdin"]).succeeds();
    assert_eq!(run.stdout, "x\\u{1b}[31m\\ny\n");
    let run =
        env.run_with_input(seed::key("abcdef"), ["whoami", "--token-stdin", "--format", "json"]).succeeds();
    assert_eq!(run.json()["user"]["username"], name);
    let run =
        env.run_with_input(seed::key("abcdef"), ["whoami", "--token-stdin", "--format", "csv"]).succeeds();
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    let place = reader.headers().unwrap().iter().position(|heading| heading == "user.username").unwrap();
    assert_eq!(&reader.records().next().unwrap().unwrap()[place], name);
}

#[test]
fn an_answer_has_the_same_content_in_all_machine_formats() {
    let env = TestEnv::with_database("");
    let pretty = env.run(["register", "meg", "--no-password", "--format", "json"]).succeeds().json();
    assert_eq!(pretty["user"]["username"], "meg");
    let token = pretty["token"].as_str().unwrap();
    let run = env.run(["create-token", "meg", "--format", "jsonl"]).succeeds();
    assert_eq!(run.stdout.lines().count(), 1);
    assert_eq!(run.json()["token"], token);
    let run = env.run(["create-token", "meg", "--format", "csv"]).succeeds();
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let record = reader.records().next().unwrap().unwrap();
    let cell = |name: &str| record[headings.iter().position(|heading| heading == name).unwrap()].to_owned();
    assert_eq!(
        (cell("token").as_str(), cell("user.username").as_str(), cell("expiry").as_str()),
        (token, "meg", "")
    );
    for format in ["table", "plain"] {
        assert_eq!(
            env.run(["create-token", "meg", "--format", format]).succeeds().stdout,
            format!("{token}\n")
        );
    }
}

#[test]
fn people_read_local_times_and_programs_rfc_3339() {
    let env = TestEnv::with_database("");
    Person { username: "meg", joined: "2024-07-01 22:30:00.500000", ..Person::default() }
        .add_to(&env.database());
    let list = |zone: &str, format: &str| {
        let mut command = env.command();
        command.env("TZ", zone).args(["list-users", "--columns", "date_joined", "--format", format]);
        Run::of(command.output().unwrap()).succeeds().stdout
    };
    assert_eq!(list("UTC0", "table").lines().last(), Some("2024-07-01 22:30:00"));
    assert_eq!(list("XXX-2", "table").lines().last(), Some("2024-07-02 00:30:00"));
    assert_eq!(list("XXX5:30", "table").lines().last(), Some("2024-07-01 17:00:00"));
    for zone in ["UTC0", "XXX-2"] {
        assert_eq!(list(zone, "plain"), "2024-07-01T22:30:00.500000Z\n");
        assert_eq!(list(zone, "jsonl"), "{\"date_joined\":\"2024-07-01T22:30:00.500000Z\"}\n");
        assert_eq!(list(zone, "csv"), "date_joined\r\n2024-07-01T22:30:00.500000Z\r\n");
    }
}

#[test]
fn an_expiry_is_shown_in_local_time() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "knox"]).succeeds();
    seed::users(&env, &["meg"]);
    let mut command = env.command();
    command.env("TZ", "XXX-2").args(["create-token", "meg", "--expires-in", "30d"]);
    let run = Run::of(command.output().unwrap()).succeeds();
    let stored = env.value("SELECT strftime('%Y-%m-%d %H:%M', expiry, '+2 hours') FROM knox_authtoken");
    assert!(run.stderr.contains(&stored), "{stored} in {}", run.stderr);
}

#[test]
fn times_are_shown_alike_however_they_are_stored() {
    let env = TestEnv::with_database("");
    let cases = [
        ("2024-02-29 12:30:00", "2024-02-29T12:30:00Z"),
        ("2024-02-29 12:30:00.000120", "2024-02-29T12:30:00.000120Z"),
        ("2024-02-29 12:30:00.000000", "2024-02-29T12:30:00Z"),
        ("2024-02-29 12:30:00.5", "2024-02-29T12:30:00.500000Z"),
        ("2024-02-29T12:30:00", "2024-02-29T12:30:00Z"),
        ("2024-02-29 14:30:00.25+02:00", "2024-02-29T12:30:00.250000Z"),
        ("0999-01-01 00:00:00", "0999-01-01T00:00:00Z"),
        ("2023-02-29 12:30:00", ""),
        ("2024-01-01 24:00:00", ""),
        ("9999-12-31 23:59:59.999999", ""),
    ];
    for (stored, _) in &cases {
        Person { username: stored, last_login: Some(stored), ..Person::default() }.add_to(&env.database());
    }
    let list = |options: &[&str]| {
        env.run(["list-users", "--columns", "last_login"].iter().chain(options)).succeeds()
    };
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let expected: Vec<&str> = cases.iter().map(|(_, shown)| *shown).collect();
    assert_eq!(lines(&list(&["--format", "plain"]).stdout), expected);
    let json = list(&["--format", "json"]).json();
    let shown = json.as_array().unwrap().iter().map(|row| row["last_login"].as_str().unwrap_or_default());
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    let for_people = expected.iter().map(|shown| shown.get(..19).unwrap_or_default().replace('T', " "));
    assert_eq!(lines(&list(&[]).stdout)[1..], for_people.collect::<Vec<_>>());

    // The same values read as New York times.
    env.write("authctl.toml", "[database]\ntime_zone = \"America/New_York\"\n");
    let shown = lines(&list(&["--format", "plain"]).stdout);
    assert_eq!(shown[1], "2024-02-29T17:30:00.000120Z");
    assert_eq!(shown[5], "2024-02-29T12:30:00.250000Z");
}

#[test]
fn times_that_cannot_be_read_are_empty() {
    let env = TestEnv::with_database("");
    Person { username: "meg", joined: "whenever", ..Person::default() }.add_to(&env.database());
    let run = |format: &str| {
        env.run(["list-users", "--columns", "username,date_joined", "--format", format]).succeeds()
    };
    assert_eq!(run("jsonl").stdout, "{\"username\":\"meg\",\"date_joined\":null}\n");
    assert_eq!(run("plain").stdout, "meg\t\n");
}

#[test]
fn colors_appear_only_on_request() {
    let env = TestEnv::with_database("");
    Person { username: "meg", staff: true, active: false, ..Person::default() }.add_to(&env.database());
    let run = |arguments: &[&str], no_color: Option<&str>| {
        let mut command = env.command();
        command.args(["list-users"]).args(arguments).env("TERM", "xterm");
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        Run::of(command.output().unwrap()).succeeds()
    };
    assert!(!run(&[], None).stdout.contains('\u{1b}'));
    assert!(!run(&["--color", "never"], None).stdout.contains('\u{1b}'));
    let colorful = run(&["--color", "always"], None).stdout;
    assert!(colorful.contains('\u{1b}'));
    // An option applies to this run, a variable to all.
    assert!(run(&["--color", "always"], Some("1")).stdout.contains('\u{1b}'));
    for format in ["plain", "json", "jsonl", "csv"] {
        assert!(!run(&["--color", "always", "--format", format], None).stdout.contains('\u{1b}'), "{format}");
    }
    let error =
        |choice: &str| env.run(["list-tokens", "--user", "nobody", "--color", choice]).ends_with(3).stderr;
    assert!(error("always").contains("\u{1b}[1;31merror:"), "{:?}", error("always"));
    assert!(!error("never").contains('\u{1b}') && !error("auto").contains('\u{1b}'));
}

#[test]
fn a_terminal_gets_colors_unless_disabled() {
    use crate::terminal::Terminal;
    let env = TestEnv::with_database("");
    Person { username: "meg", staff: true, active: false, ..Person::default() }.add_to(&env.database());
    let screen = |arguments: &[&str], no_color: Option<&str>| {
        let mut command = env.command();
        command.args(["list-users", "--columns", "username,is_active"]).args(arguments);
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        Terminal::start(&command).ends_with(0)
    };
    assert!(screen(&[], None).contains("\u{1b}["));
    assert!(screen(&[], Some("")).contains("\u{1b}["));
    assert!(!screen(&[], Some("1")).contains("\u{1b}["));
    assert!(!screen(&["--color", "never"], None).contains("\u{1b}["));
}

#[test]
fn quiet_leaves_results_warnings_and_errors() {
    let env = TestEnv::with_database("");
    let run = env.run(["register", "meg", "--no-password", "--quiet"]).succeeds();
    assert_eq!((run.stdout.len(), run.stderr.as_str()), (41, ""));
    let run = env.run_with_input("12345678", ["register", "ann", "--password-stdin", "-q"]).succeeds();
    assert!(
        run.stderr.lines().count() > 0 && run.stderr.lines().all(|line| line.starts_with("warning: ")),
        "{}",
        run.stderr
    );
    assert_eq!(env.run(["list-users", "--quiet"]).succeeds().stderr, "");
    let run = env.run(["list-tokens", "--user", "nobody", "--quiet"]).ends_with(3);
    assert!(run.stderr.starts_with("error: ") && run.stderr.lines().count() == 1, "{}", run.stderr);
    let run = env.run(["register", "joe", "--random-password", "--quiet"]).succeeds();
    assert!(run.stderr.starts_with("Password: "), "{}", run.stderr);
}

#[test]
fn errors_for_programs_are_one_object() {
    let env = TestEnv::with_database("");
    for format in ["json", "jsonl"] {
        let run = env.run(["list-tokens", "--user", "nobody", "--format", format]).ends_with(3);
        assert_eq!(run.stdout, "");
        assert_eq!(run.stderr.lines().count(), 1);
        let error = run.error();
        assert_eq!((&error["code"], &error["exit"]), (&"user_not_found".into(), &3.into()));
        assert!(error["message"].as_str().unwrap().contains("nobody"));
        // The same for errors of the argument parser.
        let run = env.run(["list-users", "--limit", "x", "--format", format]).ends_with(2);
        assert_eq!(run.error()["code"], "usage");
        let run = env.run([&format!("--format={format}"), "list-flowers"]).ends_with(2);
        assert_eq!(run.error()["exit"], 2);
    }
    let faults = env.run(["register", "--format", "json"]).ends_with(6).error()["faults"].clone();
    let fields: Vec<&str> =
        faults.as_array().unwrap().iter().map(|fault| fault["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["username", "password"]);
}

#[test]
fn warnings_for_programs_are_one_object() {
    let env = TestEnv::with_database("");
    let arguments = ["register", "meg", "--password-stdin", "--format", "json"];
    let run = env.run_with_input("12345678", arguments).succeeds();
    assert_eq!(run.stderr.lines().count(), 1);
    assert!(run.error()["warnings"].as_array().unwrap().len() > 1, "{}", run.stderr);
    assert!(run.json()["token"].is_string());
}

/// More than pipes and queues can hold: about 12 MB as JSON lines.
const MANY: usize = 30_000;

#[test]
fn a_stalled_reader_does_not_block_a_writer() {
    for command in ["list-users", "export"] {
        writer_commits_during(command);
    }
}

/// Reads one line of the command's output, lets a writer commit, and reads the rest.
fn writer_commits_during(command: &str) {
    let arguments = [command, "--format", "jsonl"];
    let env = TestEnv::with_database("");
    seed::crowd(&env, MANY, &"n".repeat(150));
    assert_eq!(env.value("PRAGMA journal_mode"), "delete");
    let mut command = env.command();
    command.args(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = BufReader::with_capacity(16, child.stdout.take().unwrap());
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    assert!(first.contains("user00000"), "{first}");

    // The listing has started and its reader is stalled. SQLite's commit waits for readers.
    let writer = env.database();
    writer.busy_timeout(Duration::from_secs(60)).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    seed::user(&writer, "late");
    writer.execute_batch("COMMIT").expect("the stalled reader blocked the commit");
    assert!(child.try_wait().unwrap().is_none(), "the listing had already ended");

    // The rest is complete, and a snapshot of the moment when the listing started.
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(rest.len() > 8_000_000, "{}", rest.len());
    assert_eq!(rest.lines().count(), MANY - 1);
    assert!(rest.lines().all(|line| line.ends_with('}')) && !rest.contains("late"));
    assert!(rest.lines().last().unwrap().contains(&format!("user{:05}", MANY - 1)));
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_pipe_closed_during_a_listing_is_not_an_error() {
    let env = TestEnv::with_database("");
    seed::crowd(&env, 5_000, &"n".repeat(150));
    for format in ["table", "plain", "json", "jsonl", "csv"] {
        let mut command = env.command();
        command.args(["list-users", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let run = Run::of(child.wait_with_output().unwrap()).succeeds();
        assert!(!run.stderr.contains("error") && !run.stderr.contains("panic"), "{format}: {}", run.stderr);
    }
}

#[test]
fn a_pipe_closed_before_a_listing_is_not_an_error() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = env.command().arg("list-users").stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}

/// A full disk.
#[cfg(target_os = "linux")]
fn full() -> std::fs::File {
    std::fs::File::options().write(true).open("/dev/full").unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_listing_that_cannot_be_written_is_exit_1() {
    let env = TestEnv::with_database("");
    for count in [1, 2_000] {
        seed::crowd(&env, count, &"n".repeat(150));
        for format in ["table", "plain", "json", "jsonl", "csv"] {
            let mut command = env.command();
            let run =
                Run::of(command.args(["list-users", "--format", format]).stdout(full()).output().unwrap());
            let run = run.ends_with(1);
            assert!(run.stderr.contains("No space left"), "{format}: {}", run.stderr);
        }
        env.database().execute("DELETE FROM auth_user", []).unwrap();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_secret_that_cannot_be_written_is_exit_14() {
    let env = TestEnv::with_database("");
    let mut command = env.command();
    command.args(["register", "meg", "--no-password"]).stdout(full());
    let run = Run::of(command.output().unwrap()).ends_with(14);
    assert!(
        run.stderr.contains("meg was registered") && run.stderr.contains("revoke-token"),
        "{}",
        run.stderr
    );
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "1");

    let mut command = env.command();
    command.args(["create-token", "meg", "--rotate"]).stdout(full());
    let run = Run::of(command.output().unwrap()).ends_with(14);
    assert!(run.stderr.contains("token of meg was created"), "{}", run.stderr);

    // A closed pipe loses a secret too.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = env.command();
    command.args(["create-token", "meg", "--rotate", "--format", "json"]).stdout(writer);
    let error = Run::of(command.output().unwrap()).ends_with(14).error();
    assert_eq!(error["code"], "unanswered");
    assert!(error["message"].as_str().unwrap().contains("token of meg was created"), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_random_password_that_cannot_be_written_is_exit_14() {
    let env = TestEnv::with_database("");
    let mut command = env.command();
    command.args(["register", "meg", "--random-password"]).stderr(full());
    assert_eq!(command.output().unwrap().status.code(), Some(14));
}

#[test]
#[cfg(target_os = "linux")]
fn help_that_cannot_be_written_is_exit_1() {
    let env = TestEnv::new();
    let output = env.command().arg("--help").stdout(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let output = env.command().args(["completions", "bash"]).stdout(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn control_characters_do_not_reach_a_terminal_in_any_format() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    env.execute("UPDATE auth_user SET first_name = char(27) || '[31m' || char(155) || 'x'");
    for (words, shown) in [
        (&["list-users", "--format", "csv"][..], "\\u{1b}[31m\\u{9b}x"),
        (&["list-users", "--format", "jsonl"], "\\u001b[31m\\u009bx"),
        (&["list-users", "--format", "json"], "\\u001b[31m\\u009bx"),
        (&["list-users", "--columns", "first_name"], "\\u{1b}[31m\\u{9b}x"),
        (&["export"], "\\u{1b}[31m\\u{9b}x"),
        (&["export", "--format", "jsonl"], "\\u001b[31m\\u009bx"),
        (&["show-user", "meg", "--format", "csv"], "\\u{1b}[31m\\u{9b}x"),
        (&["show-user", "meg", "--format", "json"], "\\u001b[31m\\u009bx"),
    ] {
        let mut command = env.command();
        command.args(words).args(["--color", "never"]);
        let screen = Terminal::start(&command).ends_with(0);
        assert!(screen.contains(shown) && !screen.contains(['\u{1b}', '\u{9b}']), "{words:?}: {screen}");
    }
    // A pipe gets them unescaped.
    for words in [&["list-users", "--format", "csv"][..], &["export"]] {
        assert!(env.run(words).succeeds().stdout.contains("\u{1b}[31m\u{9b}x"), "{words:?}");
    }
}

#[test]
fn an_unknown_time_zone_causes_a_warning_where_it_matters() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    let run = |words: &[&str]| env.run_with_env(&[("TZ", "Foo/Bar")], words).succeeds().stderr;
    let warning = "warning: TZ is not a time zone that this system knows. Times are in UTC.";
    for words in [
        &["list-users"][..],
        &["show-user", "meg"],
        &["list-users", "--joined-after", "2024-01-01", "--format", "csv"],
    ] {
        assert_eq!(run(words).matches(warning).count(), 1, "{words:?}");
    }
    for words in [
        &["list-users", "--format", "csv"][..],
        &["show-user", "meg", "--format", "plain"],
        &["check", "--format", "json"],
    ] {
        assert_eq!(run(words), "", "{words:?}");
    }
    let shown = run(&["list-users", "--joined-after", "2024-01-01", "--format", "json"]);
    assert!(shown.starts_with("{\"warnings\":[\"TZ is not a time zone"), "{shown}");
    assert_eq!(env.run_with_env(&[("TZ", "")], ["list-users"]).succeeds().stderr, "1 user.\n");
}
