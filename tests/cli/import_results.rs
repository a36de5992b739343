//! Results of an interrupted import: which rows were committed, and how the next run treats the others.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::env::{KNOX, TestEnv};

const IMPORT: [&str; 6] =
    ["import", "a.csv", "--random-passwords", "--insecure-fast-hash", "--results", "made.csv"];

fn with_rows(count: usize) -> TestEnv {
    let env = TestEnv::with_database("");
    rows(&env, count);
    env
}

fn rows(env: &TestEnv, count: usize) {
    let names: Vec<String> = (0..count).map(|number| format!("u{number}\n")).collect();
    env.write("a.csv", &format!("username\n{}", names.concat()));
}

fn made(env: &TestEnv) -> Vec<Vec<String>> {
    let text = fs::read_to_string(env.path("made.csv")).unwrap();
    let rows = text.lines().skip(1);
    rows.map(|row| row.split(',').map(str::to_owned).collect()).collect()
}

fn states(env: &TestEnv) -> Vec<String> {
    made(env).iter().map(|row| row[7].clone()).collect()
}

fn can_log_in(env: &TestEnv, row: &[String]) -> bool {
    env.run_with_input(&row[5], ["check-password", &row[1], "--password-stdin"]).code == 0
}

fn replace_states(env: &TestEnv, name: &str, from: &str, to: &str) {
    let path = env.path(name);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace(from, to)).unwrap();
}

/// Waits until the file has at least this length.
fn wait_for_length(path: &Path, length: usize) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !fs::read(path).is_ok_and(|bytes| bytes.len() >= length) {
        assert!(Instant::now() < deadline, "{} did not grow", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Asserts that the command fails and keeps the undecided rows, because nothing shows whether they were committed.
#[track_caller]
fn assert_left_alone<'a>(env: &TestEnv, arguments: impl IntoIterator<Item = &'a str>) {
    let before = (fs::read(env.path("made.csv")).unwrap(), env.database_bytes());
    let run = env.run(arguments).ends_with(2);
    assert!(run.stderr.contains("Keep this file and pass another one."), "{}", run.stderr);
    assert!(before == (fs::read(env.path("made.csv")).unwrap(), env.database_bytes()));
}

fn start(env: &TestEnv, more: &[&str]) -> Child {
    let mut command = env.command();
    command.args(IMPORT).args(more).args(["--busy-timeout", "60"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn rows_of_a_killed_import_are_undecided_and_dropped_by_the_next_run() {
    let env = with_rows(300);
    // A reader blocks the commit, which comes after the results are written.
    let reader = env.database();
    reader.execute_batch("BEGIN; SELECT count(*) FROM auth_user").unwrap();
    let mut import = start(&env, &[]);
    wait_for_length(&env.path("made.csv"), 300 * 45);
    std::thread::sleep(Duration::from_millis(300));
    import.kill().unwrap();
    import.wait().unwrap();
    drop(reader);
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
    let left = states(&env);
    assert!(left.len() == 300 && left.iter().all(|state| state == "undecided"), "{left:?}");

    let run = env.run(IMPORT).succeeds();
    let expected =
        "warning: made.csv: 300 rows of an interrupted run had not been committed and were removed.";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
    let rows = made(&env);
    assert_eq!(rows.len(), 300, "each user has exactly one row");
    assert!(rows.iter().all(|row| row[7] == "committed"));
    assert!(can_log_in(&env, &rows[0]) && can_log_in(&env, &rows[299]));
}

#[test]
fn batches_that_were_committed_before_a_kill_stay() {
    let env = with_rows(90);
    let reader = env.database();
    let mut import = start(&env, &["--batch", "30"]);
    // Between two batches, or within one.
    wait_for_length(&env.path("made.csv"), 30 * 45);
    reader.busy_timeout(Duration::from_secs(30)).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM auth_user").unwrap();
    std::thread::sleep(Duration::from_millis(300));
    import.kill().unwrap();
    import.wait().unwrap();
    drop(reader);
    let committed: usize = env.value("SELECT count(*) FROM auth_user").parse().unwrap();
    env.run(IMPORT.iter().chain(&["--on-existing", "skip"])).succeeds();
    let rows = made(&env);
    assert!(rows.iter().all(|row| row[7] == "committed"));
    let created: Vec<_> = rows.iter().filter(|row| row[3] == "created").collect();
    assert_eq!(created.len(), 90, "each user must be created once");
    assert_eq!(rows.iter().filter(|row| row[3] == "skipped").count(), committed);
    assert!(created.iter().step_by(29).all(|row| can_log_in(&env, row)));
}

#[test]
fn committed_but_unmarked_rows_keep_their_passwords() {
    let env = with_rows(3);
    env.run(IMPORT).succeeds();
    let before = fs::read_to_string(env.path("made.csv")).unwrap();
    // The state after a kill between the commit and the first mark, or while rows are being marked.
    let cut_off = |marked: usize| {
        let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
        for line in &mut lines[1..4 - marked] {
            *line = line.replace("committed", "undecided");
        }
        fs::write(env.path("made.csv"), lines.join("\r\n") + "\r\n").unwrap();
    };
    for marked in [0, 1, 2] {
        cut_off(marked);
        // One password has changed in the meantime.
        env.run_with_input("another-7-word", ["set-password", "u0", "--password-stdin"]).succeeds();
        let run = env.run(IMPORT.iter().chain(&["--on-existing", "skip"])).succeeds();
        let count = 3 - marked;
        let expected = format!(
            "{count} row{} of an interrupted run had been committed",
            if count == 1 { "" } else { "s" }
        );
        assert!(run.stderr.contains(&expected), "{marked}: {}", run.stderr);
        let text = fs::read_to_string(env.path("made.csv")).unwrap();
        assert!(text.starts_with(&before), "{marked}: {text}");
    }
    assert!(can_log_in(&env, &made(&env)[2]));
}

#[test]
fn tokens_prove_a_commit_in_json_lines_too() {
    for config in ["", KNOX] {
        let env = TestEnv::with_database(config);
        rows(&env, 2);
        let empty = fs::read(env.path("db.sqlite3")).unwrap();
        let import = ["import", "a.csv", "--tokens", "--on-existing", "skip", "--results", "made.jsonl"];
        env.run(import).succeeds();
        let whole = fs::read_to_string(env.path("made.jsonl")).unwrap();
        replace_states(&env, "made.jsonl", "committed", "undecided");
        let run = env.run(import).succeeds();
        assert!(run.stderr.contains("2 rows of an interrupted run had been committed"), "{}", run.stderr);
        let text = fs::read_to_string(env.path("made.jsonl")).unwrap();
        assert!(text.starts_with(&whole), "{text}");

        // The same rows with a database that does not contain them.
        fs::write(env.path("made.jsonl"), whole.replace("committed", "undecided")).unwrap();
        fs::write(env.path("db.sqlite3"), empty).unwrap();
        let run = env.run(import).succeeds();
        assert!(run.stderr.contains("2 rows of an interrupted run had not been"), "{}", run.stderr);
        let text = fs::read_to_string(env.path("made.jsonl")).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(!text.contains("undecided") && text != whole, "{text}");
    }
}

#[test]
fn users_with_the_same_names_prove_nothing() {
    let env = with_rows(2);
    env.run(IMPORT).succeeds();
    replace_states(&env, "made.csv", "committed", "undecided");
    env.execute("DELETE FROM auth_user");
    for (id, name) in [(1, "u0"), (2, "u1")] {
        env.run(["register", name, "--no-password", "--no-token"]).succeeds();
        env.execute(&format!("UPDATE auth_user SET id = {id} WHERE username = '{name}'"));
    }
    assert_left_alone(&env, IMPORT.iter().chain(&["--on-existing", "skip"]).copied());
}

#[test]
fn a_truncated_row_is_dropped_with_its_batch() {
    let env = with_rows(2);
    env.run(IMPORT).succeeds();
    let whole = fs::read_to_string(env.path("made.csv")).unwrap();
    rows(&env, 3);
    for torn in ["3,\"u,", "3,u9,9,created,,x,a.db,undecided\r\n4,u1", "3,u9,9,created,,x,a.db,undecided\r"] {
        fs::write(env.path("made.csv"), format!("{whole}{torn}")).unwrap();
        let run = env.run(["import", "a.csv", "--on-existing", "skip", "--results", "made.csv"]).succeeds();
        assert!(run.stderr.contains("had not been committed and"), "{torn:?}: {}", run.stderr);
        let text = fs::read_to_string(env.path("made.csv")).unwrap();
        assert!(text.starts_with(&format!("{whole}2,u0,")), "{torn:?}: {text}");
    }
}

#[test]
fn a_file_without_results_is_left_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = with_rows(1);
    let old = "line,username,id,outcome,token,password\r\n2,ann,1,created,,secret\r\n";
    for (name, text) in
        [("made.csv", "notes"), ("made.csv", old), ("made.csv", "a\nb\n"), ("made.jsonl", "{\"a\": 1}")]
    {
        let path = env.write(name, text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let run = env.run(["import", "a.csv", "--results", name]).ends_with(2);
        assert!(
            run.stderr.contains("is not a results file of this version of authctl")
                && !run.stderr.contains("secret")
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}

#[test]
fn rows_committed_before_a_failure_are_printed() {
    let env = with_rows(2);
    env.execute(
        "CREATE TRIGGER no BEFORE INSERT ON auth_user WHEN new.username = 'u1' \
         BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    let arguments =
        ["import", "a.csv", "--random-passwords", "--insecure-fast-hash", "--batch", "1", "--results", "-"];
    let run = env.run(arguments);
    assert_ne!(run.code, 0);
    assert_eq!(env.value("SELECT username FROM auth_user"), "u0");
    let rows: Vec<&str> = run.stdout.lines().collect();
    assert!(rows.len() == 2 && rows[1].starts_with("2,u0,1,created,,"), "{rows:?}");
    let row: Vec<String> = rows[1].split(',').map(str::to_owned).collect();
    assert!(row[7] == "committed" && can_log_in(&env, &row), "{row:?}");
}

#[test]
fn committed_rows_are_written_to_streams() {
    let env = with_rows(1);
    let Some(device) = crate::env::null_device(&env.path(".")) else { return };
    env.run(["import", "a.csv", "--results", device.to_str().unwrap()]).succeeds();
    // The shell opened the file, so its mode does not matter.
    env.write("a.csv", "username\nbob\n");
    let mut command = env.command();
    command.args(["import", "a.csv", "--results", "/dev/stdout"]);
    command.stdout(fs::File::create(env.path("out.csv")).unwrap());
    assert!(command.status().unwrap().success());
    assert!(fs::read_to_string(env.path("out.csv")).unwrap().contains(",bob,"));
    env.write("a.csv", "username\nann\n");
    let run = env.run(["import", "a.csv", "--quiet", "--results", "/dev/stdout"]).succeeds();
    assert!(run.stdout.contains("2,ann,3,created,,,"), "{}", run.stdout);
    assert!(run.stdout.ends_with("/db.sqlite3,committed\r\n"), "{}", run.stdout);
}

#[test]
fn updates_without_secrets_prove_nothing() {
    let env = with_rows(2);
    env.run(["import", "a.csv"]).succeeds();
    env.write("b.csv", "username,first_name\nu0,Ann\nu1,Bob\n");
    let import = ["import", "b.csv", "--on-existing", "update", "--results", "made.csv"];
    env.run(import).succeeds();
    replace_states(&env, "made.csv", "committed", "undecided");
    assert_left_alone(&env, import);
    env.execute("CREATE TABLE kept AS SELECT * FROM auth_user; DELETE FROM auth_user");
    assert_left_alone(&env, import);
    env.execute("INSERT INTO auth_user SELECT * FROM kept");
    // Updates that change nothing count as committed.
    env.run(["import", "b.csv", "--on-existing", "update", "--results", "same.csv"]).succeeds();
    replace_states(&env, "same.csv", "committed", "undecided");
    let run = env.run(["import", "b.csv", "--on-existing", "update", "--results", "same.csv"]).succeeds();
    assert!(run.stderr.contains("2 rows of an interrupted run had been committed"), "{}", run.stderr);
}

#[test]
fn another_database_is_refused() {
    let env = with_rows(2);
    env.run(IMPORT).succeeds();
    replace_states(&env, "made.csv", "committed", "undecided");
    let before = fs::read(env.path("made.csv")).unwrap();
    env.run(["init", "--db", "other.db"]).succeeds();
    let run = env.run(IMPORT.iter().chain(&["--db", "other.db"])).ends_with(2);
    let path = env.path("db.sqlite3").canonicalize().unwrap();
    assert!(run.stderr.contains(&format!("pass --db {}.", path.display())), "{}", run.stderr);
    assert!(fs::read(env.path("made.csv")).unwrap() == before);
    assert!(can_log_in(&env, &made(&env)[0]));
    let run = env.run(IMPORT.iter().chain(&["--on-existing", "skip"])).succeeds();
    assert!(run.stderr.contains("2 rows of an interrupted run had been committed"), "{}", run.stderr);
}

#[test]
fn tokens_of_renamed_users_prove_a_commit() {
    let env = with_rows(2);
    let import = ["import", "a.csv", "--tokens", "--results", "made.csv"];
    env.run(import).succeeds();
    let before = fs::read_to_string(env.path("made.csv")).unwrap();
    replace_states(&env, "made.csv", "committed", "undecided");
    env.execute("UPDATE auth_user SET username = 'new' || username");
    let run = env.run(import).succeeds();
    assert!(run.stderr.contains("2 rows of an interrupted run had been committed"), "{}", run.stderr);
    assert!(fs::read_to_string(env.path("made.csv")).unwrap().starts_with(&before));
}

#[test]
fn one_existing_user_does_not_prove_a_commit() {
    let env = with_rows(3);
    let import = ["import", "a.csv", "--results", "made.csv"];
    env.run(import).succeeds();
    replace_states(&env, "made.csv", "committed", "undecided");
    env.execute("DELETE FROM auth_user WHERE id > 1");
    assert_left_alone(&env, import);
    env.execute("DELETE FROM auth_user");
    let run = env.run(import).succeeds();
    assert!(run.stderr.contains("3 rows of an interrupted run had not been"), "{}", run.stderr);
}

#[test]
fn edited_rows_are_left_alone() {
    let env = with_rows(2);
    env.run(IMPORT).succeeds();
    let whole = fs::read_to_string(env.path("made.csv")).unwrap();
    let undecided = whole.replace("committed", "undecided");
    // Without the last line ending, with other line endings, and with rows marked out of order.
    for text in [
        whole.trim_end().to_owned(),
        undecided.replace('\r', ""),
        undecided
            .replacen("undecided", "committed", 1)
            .replace("\r\n2,", "\r\n2,x,9,created,,,x,undecided\r\n2,"),
    ] {
        fs::write(env.path("made.csv"), &text).unwrap();
        let run = env.run(IMPORT.iter().chain(&["--on-existing", "skip"])).ends_with(2);
        assert!(
            run.stderr.contains("is not a results file of this version of authctl"),
            "{text}: {}",
            run.stderr
        );
        assert_eq!(fs::read_to_string(env.path("made.csv")).unwrap(), text);
    }
}

#[test]
fn a_large_file_without_results_is_refused_at_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = with_rows(1);
    env.run(["import", "a.csv", "--results", "made.csv"]).succeeds();
    let heading =
        fs::read_to_string(env.path("made.csv")).unwrap().lines().next().unwrap().to_owned() + "\r\n";
    for (beginning, length) in [("\"\n", 2 << 20), (&*heading, 64 << 20), (&*format!("{heading}\""), 2 << 20)]
    {
        let lines = if length < 8 << 20 { "\n".repeat(1 << 20) } else { String::new() };
        let path = env.write("made.csv", &format!("{beginning}{lines}"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        // Extends the file with zeros.
        fs::File::options().write(true).open(&path).unwrap().set_len(length).unwrap();
        let start = Instant::now();
        let run = env.run(["import", "a.csv", "--on-existing", "skip", "--results", "made.csv"]);
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        // A truncated row is dropped.
        assert!(run.code == 2 || length == 2 << 20, "{} {}", run.code, run.stderr);
    }
}

#[test]
fn accounts_without_secrets_are_identified_by_name_and_key() {
    let env = with_rows(2);
    let import = ["import", "a.csv", "--on-existing", "skip", "--results", "made.csv"];
    env.run(import).succeeds();
    let whole = fs::read_to_string(env.path("made.csv")).unwrap();
    let undecided = whole.replace("committed", "undecided");
    fs::write(env.path("made.csv"), &undecided).unwrap();
    let run = env.run(import).succeeds();
    assert!(run.stderr.contains("2 rows of an interrupted run had been committed"), "{}", run.stderr);
    // Another user may have the key by now.
    fs::write(env.path("made.csv"), undecided).unwrap();
    env.execute("UPDATE auth_user SET username = 'other' WHERE id = 1");
    assert_left_alone(&env, import);
}

#[test]
fn a_deleted_token_proves_nothing() {
    let env = with_rows(2);
    let import = ["import", "a.csv", "--tokens", "--on-existing", "skip", "--results", "made.csv"];
    env.run(import).succeeds();
    replace_states(&env, "made.csv", "committed", "undecided");
    env.execute("DELETE FROM authtoken_token");
    assert_left_alone(&env, import);
}

#[test]
fn the_number_of_password_checks_is_limited() {
    const TRIES: usize = 64;
    let env = with_rows(TRIES + 1);
    env.run(IMPORT).succeeds();
    replace_states(&env, "made.csv", "committed", "undecided");
    env.execute("UPDATE auth_user SET password = '!x' WHERE username <> 'u64'");
    assert_left_alone(&env, IMPORT.iter().chain(&["--on-existing", "skip"]).copied());
    env.execute("UPDATE auth_user SET password = (SELECT password FROM auth_user WHERE username = 'u64')");
    assert!(can_log_in(&env, &made(&env)[TRIES]));
}

#[test]
fn a_failed_commit_restores_the_file() {
    let env = with_rows(2);
    env.run(["import", "a.csv", "--results", "made.csv"]).succeeds();
    let before = fs::read_to_string(env.path("made.csv")).unwrap();
    env.execute(
        "CREATE TRIGGER no BEFORE INSERT ON auth_user WHEN NEW.username = 'z2' BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    env.write("b.csv", "username\nz1\nz2\n");
    let run = env.run(["import", "b.csv", "--results", "made.csv"]);
    assert_ne!(run.code, 0, "{}", run.stderr);
    assert_eq!(fs::read_to_string(env.path("made.csv")).unwrap(), before);
}

#[test]
fn a_missing_folder_is_reported_with_the_systems_message() {
    let env = with_rows(1);
    let run = env.run(["import", "a.csv", "--results", "nowhere/made.csv"]).ends_with(1);
    assert!(run.stderr.contains("nowhere/made.csv cannot be written: No such file"), "{}", run.stderr);
}
