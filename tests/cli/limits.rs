//! Input of any size gets a short answer, in bounded memory.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::env::{Run, TestEnv};

/// Long enough for a loaded machine. Without limits, these runs would never end.
const SOON: Duration = Duration::from_secs(60);

/// Address space for a run: 100 MiB for Argon2, 64 MiB for the start of a pipe, and as much for its growth.
const MEMORY_KIB: u64 = 700 * 1024;

/// The program with this memory limit.
fn confined(env: &TestEnv) -> Command {
    let program = env.command();
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\"")]).arg(program.get_program());
    command.env_clear().stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.current_dir(program.get_current_dir().unwrap());
    command
}

#[track_caller]
fn run_soon(command: &mut Command, code: i32) -> Run {
    let started = Instant::now();
    let run = Run::of(command.output().expect("failed to start authctl"));
    let end = run.stderr.get(..1_000).unwrap_or(&run.stderr);
    assert_eq!(run.code, code, "{end}");
    assert!(started.elapsed() < SOON, "{:?}: {end}", started.elapsed());
    run
}

#[track_caller]
fn ends_soon(command: &mut Command, code: i32) -> Run {
    let run = run_soon(command, code);
    assert!(run.stderr.len() < 10_000, "{} bytes", run.stderr.len());
    run
}

/// Concatenates `count` parts.
fn repeated(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().concat()
}

#[test]
#[cfg(target_os = "linux")]
fn endless_input_is_refused() {
    let env = TestEnv::with_database("");
    for format in [
        &[][..],
        &["--input-format", "csv"],
        &["--input-format", "jsonl"],
        &["--input-format", "json"],
        &["--input-format", "fixture"],
    ] {
        for more in [&[][..], &["--keep-going", "--batch", "10"], &["--encoding", "windows-1252"]] {
            let run = ends_soon(confined(&env).args(["import", "/dev/zero"]).args(format).args(more), 6);
            assert!(run.stderr.contains("/dev/zero, line 1"), "{format:?}: {}", run.stderr);
        }
    }
    let zero = || File::open("/dev/zero").unwrap();
    for (arguments, code) in [
        (&["import", "-"][..], 6),
        (&["apply", "/dev/zero", "--yes"], 6),
        (&["apply", "-", "--yes"], 6),
        (&["register", "--from-json", "/dev/zero"], 6),
        (&["register", "--from-json", "-"], 6),
        (&["register", "meg", "--password-file", "/dev/zero"], 6),
        (&["register", "meg", "--password-stdin"], 6),
        (&["whoami", "--token-file", "/dev/zero"], 6),
        (&["whoami", "--token-stdin"], 6),
        (&["register", "meg", "--no-password", "--set", "last_name=@/dev/zero"], 6),
        (&["list-users", "--config", "/dev/zero"], 2),
    ] {
        let run = ends_soon(confined(&env).args(arguments).stdin(zero()), code);
        assert!(run.stderr.contains("larger than"), "{arguments:?}: {}", run.stderr);
    }
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}

/// Writes a file of this text, followed by this many copies of the byte.
fn long_file(env: &TestEnv, name: &str, start: &str, byte: u8, count: u64) {
    let mut file = File::create(env.path(name)).unwrap();
    file.write_all(start.as_bytes()).unwrap();
    io::copy(&mut io::repeat(byte).take(count), &mut file).unwrap();
}

#[test]
fn a_row_has_a_limit() {
    const TOO_LONG: u64 = 17 * 1024 * 1024;
    let env = TestEnv::with_database("");
    for (name, start, byte) in [
        ("heading.csv", "username,", b'x'),
        ("cell.csv", "username,first_name\nmeg,", b'x'),
        ("quote.csv", "username,first_name\nmeg,\"", b'\n'),
        ("row.jsonl", "{\"username\":\"meg\"}\n{\"username\": \"", b'x'),
        ("blank.jsonl", "{\"username\":\"meg\"}\n{", b' '),
    ] {
        long_file(&env, name, start, byte, TOO_LONG);
        let run = ends_soon(confined(&env).args(["import", name]), 6);
        let line = if start.contains('\n') { 2 } else { 1 };
        assert!(run.stderr.contains(&format!("{name}, line {line}")), "{}", run.stderr);
        assert!(run.stderr.contains("larger than 16 MiB"), "{}", run.stderr);
    }
    // `--keep-going` reports it like any other fault.
    let run = env.run(["import", "cell.csv", "--keep-going", "--format", "json"]).ends_with(6);
    assert_eq!(run.error()["faults"].as_array().unwrap().len(), 1);
}

#[test]
fn a_long_name_is_shortened_and_gets_no_suggestion() {
    let env = TestEnv::with_database("");
    let long = "x".repeat(10 * 1024 * 1024);
    env.write("a.csv", &format!("username,{long}\n"));
    env.write("a.json", &format!("[{{\"{long}\": 1}}]"));
    env.write("a.toml", &format!("[[users]]\n{long} = 1\n"));
    env.write("body.json", &format!("{{\"{}\": 1}}", &long[..1_000_000]));
    for format in ["table", "json"] {
        for arguments in [
            &["import", "a.csv"][..],
            &["import", "a.json"],
            &["apply", "a.toml", "--yes"],
            &["register", "meg", "--no-password", "--from-json", "body.json"],
        ] {
            let run = run_soon(confined(&env).args(arguments).args(["--format", format]), 6);
            assert!(run.stderr.len() < 40_000, "{arguments:?}: {} bytes", run.stderr.len());
        }
    }
    env.write("long.toml", &format!("{} = 1\n", &long[..1_000_000]));
    let run = run_soon(confined(&env).args(["list-users", "--config", "long.toml"]), 2);
    assert!(run.stderr.len() < 40_000, "{} bytes", run.stderr.len());
}

#[test]
fn a_file_read_into_memory_has_a_limit() {
    let env = TestEnv::with_database("");
    // A sparse file takes no disk space.
    let mut file = File::create(env.path("long.json")).unwrap();
    file.write_all(b"[{\"username\": \"meg\"}]").unwrap();
    file.seek(SeekFrom::Start(600 * 1024 * 1024)).unwrap();
    file.write_all(b"\n").unwrap();
    for format in ["json", "fixture"] {
        let run = ends_soon(confined(&env).args(["import", "long.json", "--input-format", format]), 6);
        assert!(run.stderr.contains("long.json, line 1"), "{}", run.stderr);
    }
    long_file(&env, "long.toml", "", b'\n', 2 * 1024 * 1024);
    let run = ends_soon(confined(&env).args(["list-users", "--config", "long.toml"]), 2);
    assert!(run.stderr.contains("it is larger than 1 MiB"), "{}", run.stderr);
    long_file(&env, ".env", "A=1\n", b'\n', 2 * 1024 * 1024);
    env.register_quickly("meg");
    let token = ["create-token", "meg", "--env-file", ".env", "--as", "TOKEN"];
    let run = ends_soon(confined(&env).args(token), 1);
    assert!(run.stderr.contains("larger than 1 MiB"), "{}", run.stderr);
    assert_eq!(fs::metadata(env.path(".env")).unwrap().len(), 2 * 1024 * 1024 + 4);
}

#[test]
fn columns_have_a_limit() {
    let env = TestEnv::with_database("");
    let names = |count: usize| (0..count).map(|index| format!("x{index}")).collect::<Vec<_>>();
    env.write("a.csv", &format!("username,{}\nmeg\n", names(200_000).join(",")));
    let run = ends_soon(confined(&env).args(["import", "a.csv"]), 6);
    assert!(run.stderr.contains("a.csv, line 1: The row has more than 2000 columns"), "{}", run.stderr);
    env.write("a.csv", &format!("username\nmeg\nann{}\n", ",".repeat(3_000_000)));
    let run = ends_soon(confined(&env).args(["import", "a.csv"]), 6);
    assert!(run.stderr.contains("a.csv, line 3: The row has more than 2000 columns"), "{}", run.stderr);
    let keys: Vec<String> = names(200_000).iter().map(|name| format!("\"{name}\":1")).collect();
    for name in ["a.json", "a.jsonl"] {
        env.write(name, &format!("{{{}}}\n", keys.join(",")));
        let run = ends_soon(confined(&env).args(["import", name]), 6);
        assert!(run.stderr.contains("more than 2000 keys"), "{}", run.stderr);
    }
    let pairs: Vec<String> = names(200_000).iter().map(|name| format!("{name} = 1\n")).collect();
    env.write("a.toml", &format!("[[users]]\n{}", pairs.concat()));
    let run = ends_soon(confined(&env).args(["apply", "a.toml", "--yes"]), 6);
    assert!(run.stderr.contains("more than 2000 keys"), "{}", run.stderr);
}

#[test]
fn deeply_nested_json_is_reported() {
    let env =
        TestEnv::with_database("[profiles.gamer]\ntable = \"app_gamer\"\nfields = { data = \"text\" }\n");
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for depth in [200, 100_000] {
        env.write("body.json", &format!("{{\"username\":\"meg\",\"bio\":{}}}", deep(depth)));
        let run =
            ends_soon(confined(&env).args(["register", "--no-password", "--from-json", "body.json"]), 6);
        assert!(run.stderr.contains("nested more than 128 levels deep"), "{}", run.stderr);
        env.write("rows.json", &format!("[{{\"username\":\"meg\",\"first_name\":{}}}]", deep(depth)));
        let run = ends_soon(confined(&env).args(["import", "rows.json"]), 6);
        assert!(run.stderr.contains("nested more than 128 levels deep"), "{}", run.stderr);
        env.write("users.json", &format!("{{\"users\":[{{\"username\":\"meg\",\"bio\":{}}}]}}", deep(depth)));
        let run = ends_soon(confined(&env).args(["apply", "users.json", "--yes"]), 6);
        assert!(run.stderr.contains("nested more than 128 levels deep"), "{}", run.stderr);
        env.write("users.toml", &format!("users = {}\n", deep(depth)));
        ends_soon(confined(&env).args(["apply", "users.toml", "--yes"]), 6);
        env.write("deep.toml", &format!("[register]\ndefaults = {{ x = {} }}\n", deep(depth)));
        ends_soon(confined(&env).args(["list-users", "--config", "deep.toml"]), 2);
    }
}

#[test]
fn people_see_twenty_faults_and_programs_a_thousand() {
    let env = TestEnv::with_database("");
    let headings: Vec<String> = (0..1_500).map(|index| format!("zzzzzzzz{index}")).collect();
    env.write("headings.csv", &format!("username,{}\n", headings.join(",")));
    let rows = repeated(1_500, |index| format!("u{index},x\n"));
    env.write("rows.csv", &format!("username,is_staff\n{rows}"));
    let users = repeated(1_500, |index| format!("[[users]]\nusername = \"u{index}\"\nzzzzzzzz = 1\n"));
    env.write("users.toml", &users);
    for (arguments, count) in [
        (&["import", "headings.csv"][..], 1_500),
        (&["import", "rows.csv"], 1_500),
        (&["import", "rows.csv", "--keep-going"], 1_500),
        (&["apply", "users.toml", "--yes"], 1_500),
    ] {
        let run = env.run(arguments).ends_with(6);
        let lines: Vec<&str> = run.stderr.lines().filter(|line| line.contains(", line ")).collect();
        assert_eq!(lines.len(), 20, "{arguments:?}: {}", run.stderr);
        let more = format!("… and {} more. Pass --format json to see up to 1000.", count - 20);
        assert!(run.stderr.contains(&more), "{arguments:?}: {}", run.stderr);
        let run = env.run(arguments.iter().chain(&["--format", "json"])).ends_with(6);
        let error = run.error();
        assert_eq!(error["faults"].as_array().unwrap().len(), 1_000, "{arguments:?}");
        assert_eq!(error["faults_omitted"], count - 1_000, "{arguments:?}");
        assert_eq!(error["message"], format!("{count} values are missing or invalid."));
    }
    let run = env.run(["import", "rows.csv", "--keep-going", "--format", "json"]).ends_with(6);
    assert_eq!(run.json()["counts"]["refused"], 1_500);
    // 20 faults are shown; the 21st is only counted.
    for (count, more) in [(20, None), (21, Some("… and 1 more"))] {
        let rows = repeated(count, |index| format!("u{index},x\n"));
        env.write("rows.csv", &format!("username,is_staff\n{rows}"));
        let run = env.run(["import", "rows.csv"]).ends_with(6);
        assert_eq!(run.stderr.lines().filter(|line| line.contains(", line ")).count(), 20);
        assert_eq!(run.stderr.contains("… and"), more.is_some(), "{}", run.stderr);
        assert!(more.is_none_or(|more| run.stderr.contains(more)), "{}", run.stderr);
        let error = env.run(["import", "rows.csv", "--format", "json"]).ends_with(6).error();
        assert_eq!(error["faults_omitted"], serde_json::Value::Null);
    }
    let keys = repeated(50, |index| format!("zzzzzzzz{index} = 1\n"));
    env.write("authctl.toml", &keys);
    let run = env.run(["list-users"]).ends_with(2);
    assert!(run.stderr.contains("… and 30 more"), "{}", run.stderr);
}

#[test]
fn a_file_name_that_is_too_long_is_reported_with_the_systems_message() {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    let name = "x".repeat(256);
    for words in [&["export", &name][..], &["create-token", "meg", "--rotate", "--output-file", &name]] {
        let run = env.run(words).ends_with(1);
        assert!(run.stderr.contains("cannot be written: File name too long"), "{}", run.stderr);
    }
    assert_eq!(env.value("SELECT key FROM authtoken_token"), token);
}
