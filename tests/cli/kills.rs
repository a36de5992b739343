//! `kill -9` at any time: a command is either done or not done at all.
//!
//! `AUTHCTL_KILLS=200 cargo test --test cli kills -- --nocapture` runs more rounds and prints the outcomes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::env::TestEnv;

/// A writing command, and what it reads from standard input.
const COMMANDS: &[(&str, &[&str], &str)] = &[
    (
        "register",
        &["register", "ann", "--password-stdin", "--group", "editors", "--set", "bio=x"],
        "wonderland-7",
    ),
    (
        "register --on-existing",
        &["register", "meg", "--on-existing", "update", "--set", "bio=y", "--staff", "--no-password"],
        "",
    ),
    (
        "edit-user",
        &["edit-user", "meg", "--set", "bio=y", "--staff", "--add-group", "editors", "--revoke-tokens"],
        "",
    ),
    ("set-password", &["set-password", "meg", "--password-stdin", "--revoke-tokens"], "another-7-word"),
    ("create-token", &["create-token", "meg", "--rotate"], ""),
    ("login", &["login", "joe", "--password-stdin", "--no-store"], "wonderland-7"),
    ("logout", &["logout", "--token-stdin"], "TOKEN"),
    ("revoke-token", &["revoke-token", "--all", "--yes"], ""),
    ("delete-user", &["delete-user", "meg", "--yes"], ""),
    ("apply", &["apply", "wanted.toml", "--prune", "delete", "--yes"], ""),
    (
        "import",
        &["import", "-", "--on-existing", "update", "--tokens", "--batch", "2"],
        "username,bio\nann,y\nmeg,y\n",
    ),
    ("migrate-tokens", &["migrate-tokens", "--to", "knox", "--yes"], ""),
];

const CONFIG: &str = "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\n\
                      fields = { bio = \"varchar(50)\" }\n[tokens]\nscheme = \"drf\"\n[passwords]\nhasher = \"pbkdf2_sha256\"\n";

/// Creates ann, changes meg, and deletes joe, who is not listed.
const WANTED: &str = "scope.usernames = \"*\"\n[[users]]\nusername = \"ann\"\nprofiles.gamer.bio = \"x\"\ntoken = \"drf\"\n\
                      password = { random = true }\n[[users]]\nusername = \"meg\"\nprofiles.gamer.bio = \"y\"\n\
                      is_staff = true\ngroups = [\"editors\"]\ntoken = false\n";

fn prepared() -> (TestEnv, String) {
    let env = TestEnv::new();
    env.write("authctl.toml", CONFIG);
    env.write("wanted.toml", WANTED);
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    env.execute("INSERT INTO auth_group (name) VALUES ('editors')");
    env.run(["register", "meg", "--set", "bio=x", "--no-password"]).succeeds();
    env.run(["register", "joe", "--set", "bio=x", "--no-password", "--no-token"]).succeeds();
    let encoded = "pbkdf2_sha256$1$abcdefghijklmnopqrstuv$YHVtR8W0A6AxDrxvEgGXR2SIv6SdNZBbs7B7bH1JZh0=";
    env.execute(&format!("UPDATE auth_user SET password = '{encoded}'"));
    let token = env.value("SELECT key FROM authtoken_token");
    (env, token)
}

/// Returns all rows of all tables. For random values and times, only tells whether they existed before.
fn state(path: &Path, before: Option<&Connection>) -> String {
    let database = Connection::open(path).expect("failed to open the database");
    let integrity: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("failed to check the database");
    assert_eq!(integrity, "ok");
    let one = |database: &Connection, sql: &str| -> Vec<String> {
        let mut statement = database.prepare(sql).expect(sql);
        let rows = statement.query_map([], |row| row.get(0)).expect(sql);
        rows.map(|row| row.expect(sql)).collect()
    };
    let mut lines = Vec::new();
    for sql in [
        "SELECT username || ' ' || is_staff || ' ' || is_active FROM auth_user ORDER BY id",
        "SELECT bio || ' ' || user_id FROM app_gamer ORDER BY user_id",
        "SELECT user_id || ' ' || group_id FROM auth_user_groups ORDER BY 1",
        "SELECT 'token ' || user_id FROM authtoken_token ORDER BY 1",
        "SELECT 'knox ' || user_id FROM knox_authtoken ORDER BY 1",
    ] {
        lines.extend(one(&database, sql));
    }
    for sql in
        ["SELECT password FROM auth_user ORDER BY id", "SELECT key FROM authtoken_token ORDER BY user_id"]
    {
        let known = before.map(|before| one(before, sql)).unwrap_or_default();
        lines.extend(one(&database, sql).iter().map(|value| format!("known: {}", known.contains(value))));
    }
    lines.join("\n")
}

fn rounds() -> u32 {
    std::env::var("AUTHCTL_KILLS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(8)
}

#[test]
#[expect(clippy::print_stdout, reason = "prints the outcomes on request")]
fn a_killed_command_does_all_or_nothing() {
    let (env, token) = prepared();
    let original = env.path("original");
    fs::copy(env.path("db.sqlite3"), &original).expect("failed to copy the database");
    let before = Connection::open(&original).expect("failed to open the copy");
    let files = |env: &TestEnv| -> Vec<String> {
        let entries = fs::read_dir(env.path("")).expect("failed to read the folder");
        entries
            .map(|entry| {
                entry.expect("failed to read a directory entry").file_name().to_string_lossy().into_owned()
            })
            .collect()
    };
    let untouched = state(&original, Some(&before));
    for (name, arguments, input) in COMMANDS {
        let input = if *input == "TOKEN" { &token } else { *input };
        let start = |env: &TestEnv| {
            let mut command = env.command();
            command.args(*arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().expect("failed to start authctl");
            let mut pipe = child.stdin.take().expect("no standard input");
            let _ = std::io::Write::write_all(&mut pipe, input.as_bytes());
            child
        };
        fs::copy(&original, env.path("db.sqlite3")).expect("failed to restore the database");
        let clock = Instant::now();
        assert!(start(&env).wait().expect("failed to wait for authctl").success(), "{name}");
        let mut whole = clock.elapsed();
        let done = state(&env.path("db.sqlite3"), Some(&before));
        assert_ne!(done, untouched, "{name}");

        let mut found: BTreeMap<&str, u32> = BTreeMap::new();
        let mut killed = 0;
        for round in 0..rounds() {
            fs::copy(&original, env.path("db.sqlite3")).expect("failed to restore the database");
            let mut child = start(&env);
            let share = 0.1 + f64::from(round) / f64::from(rounds());
            std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * share));
            child.kill().expect("failed to kill authctl");
            let ended = child.wait().expect("failed to wait for authctl");
            let now = state(&env.path("db.sqlite3"), Some(&before));
            killed += u32::from(ended.code().is_none());
            if ended.code().is_some() {
                // This run or the timed one was slowed down, so the next kill comes earlier.
                whole = whole.mul_f64(0.7);
            }
            let outcome = match () {
                () if now == untouched => "as before",
                () if now == done => "done",
                () => panic!("{name} was half done:\n{now}"),
            };
            *found.entry(outcome).or_default() += 1;
        }
        println!("{name}: {found:?}, files: {:?}", files(&env));
        let left: Vec<String> =
            files(&env).into_iter().filter(|file| file.starts_with(".authctl-")).collect();
        assert!(left.is_empty(), "{name}: {left:?}");
        assert!(killed > 0, "{name}: every kill was too late");
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "prints the outcomes on request")]
fn a_killed_init_leaves_the_whole_file_or_none() {
    let env = TestEnv::new();
    let run = |env: &TestEnv| {
        let mut command = env.command();
        command
            .args(["register", "meg", "--init", "--no-password"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.spawn().expect("failed to start authctl")
    };
    let clock = Instant::now();
    assert!(run(&env).wait().expect("failed to wait for authctl").success());
    let whole = clock.elapsed();
    let (mut made, mut left) = (0, 0);
    for round in 0..rounds() {
        let env = TestEnv::new();
        let mut child = run(&env);
        let share = 0.1 + f64::from(round) / f64::from(rounds());
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * share));
        child.kill().expect("failed to kill authctl");
        child.wait().expect("failed to wait for authctl");
        if env.path("db.sqlite3").exists() {
            assert_eq!(env.value("SELECT count(*) FROM auth_user JOIN authtoken_token"), "1");
            made += 1;
        }
        let entries = fs::read_dir(env.path("")).expect("failed to read the folder");
        left += entries
            .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_name() != "db.sqlite3"))
            .count();
    }
    println!("register --init: made {made}, temporary files left {left}");
    assert_eq!(left, 0, "an unnamed temporary file must disappear with the program");
}
