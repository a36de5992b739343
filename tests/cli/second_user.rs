//! Another user of the machine places files of every kind in root's way. Needs root and `setpriv`.
//!
//! At each path that a command writes, another user has put a regular file, link, dangling link, FIFO or folder. This
//! is tried in root's own folder and in a world-writable one. No secret may become readable to the other user, nothing
//! may change, and the message must name the path and its owner.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::fs::OFlags;

use crate::env::{Run, TestEnv, fifo, null_device};
use crate::terminal::Terminal;

/// Owns nothing on any machine.
const NOBODY: u32 = 65_534;

/// What another user put at the path that a command writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Obstacle {
    File,
    OpenFile,
    Link,
    DanglingLink,
    Fifo,
    Folder,
}

const OBSTACLES: [Obstacle; 6] = [
    Obstacle::File,
    Obstacle::OpenFile,
    Obstacle::Link,
    Obstacle::DanglingLink,
    Obstacle::Fifo,
    Obstacle::Folder,
];

/// A command that writes to PLACE, with its exit codes for an existing regular file and for anything else.
struct Case {
    words: &'static [&'static str],
    file_name: &'static str,
    of_file: i32,
    of_others: i32,
}

const fn case(words: &'static [&'static str], file_name: &'static str, of_file: i32, of_others: i32) -> Case {
    Case { words, file_name, of_file, of_others }
}

const FAST: &str = "--insecure-fast-hash";

const CASES: [Case; 14] = [
    case(&["create-token", "meg", "--output-file", "PLACE"], "token", 1, 1),
    case(&["create-token", "meg", "--rotate", "--overwrite", "--output-file", "PLACE"], "token", 1, 1),
    case(&["create-token", "meg", "--rotate", "--env-file", "PLACE", "--as", "T"], ".env", 1, 1),
    case(&["import", "a.csv", "--random-passwords", "--tokens", FAST, "--results", "PLACE"], "r.csv", 1, 1),
    case(
        &["import", "a.csv", "--random-passwords", FAST, "--batch", "1", "--results", "PLACE"],
        "r.jsonl",
        1,
        1,
    ),
    case(&["apply", "wanted.toml", "--yes", "--results", "PLACE"], "r.csv", 1, 1),
    case(&["export", "PLACE", "--with-password-hashes", "--with-token-keys"], "users.csv", 5, 1),
    case(&["export", "PLACE", "--overwrite", "--with-token-keys"], "users.json", 1, 1),
    case(&["backup", "PLACE"], "copy.sqlite3", 5, 1),
    case(&["backup", "PLACE", "--overwrite"], "copy.sqlite3", 1, 1),
    case(&["edit-user", "meg", "--staff", "--audit-log", "PLACE"], "audit.jsonl", 1, 1),
    case(&["import", "a.csv", "--audit-log", "PLACE"], "audit.jsonl", 1, 1),
    case(&["init", "--db", "PLACE"], "new.sqlite3", 1, 5),
    case(&["register", "joe", "--init", "--no-password", "--db", "PLACE"], "new.sqlite3", 0, 0),
];

const WANTED: &str = "[[users]]\nusername = \"ann\"\ntoken = \"drf\"\npassword = { random = true }\n";

/// A project in folders of root. Fails without root instead of skipping.
fn shop() -> TestEnv {
    assert!(rustix::process::geteuid().is_root(), "this test needs root");
    let env = TestEnv::with_database("");
    env.write("a.csv", "username\nann\nbob\n");
    env.write("wanted.toml", WANTED);
    env.register_quickly("meg");
    // The other user can reach the folders in it.
    set_mode(&env.path("."), 0o755);
    set_mode(&env.path("db.sqlite3"), 0o600);
    for (name, mode) in [("private", 0o755), ("shared", 0o1777), ("theirs", 0o755)] {
        fs::create_dir(env.path(name)).unwrap();
        set_mode(&env.path(name), mode);
    }
    chown(env.path("theirs"), Some(NOBODY), Some(NOBODY)).unwrap();
    env
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A shell that runs as the other user.
fn as_nobody(script: &str, argument: &Path) -> Command {
    let mut command = Command::new("setpriv");
    let (user, group) = (format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"));
    command.args([&user, &group, "--clear-groups", "--", "sh", "-c", script, "sh"]).arg(argument);
    command.current_dir("/");
    command
}

/// Returns what the other user can read at this path.
fn read_by_nobody(path: &Path) -> String {
    let output = as_nobody("timeout 1 cat -- \"$1\"", path).output().expect("failed to start setpriv");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Creates the obstacle at the path, owned by the other user.
fn put(obstacle: Obstacle, path: &Path, theirs: &Path) {
    let target = theirs.join("target");
    fs::write(&target, "").unwrap();
    chown(&target, Some(NOBODY), Some(NOBODY)).unwrap();
    match obstacle {
        Obstacle::File | Obstacle::OpenFile => {
            fs::write(path, "").unwrap();
            set_mode(path, if obstacle == Obstacle::File { 0o600 } else { 0o666 });
        }
        Obstacle::Link => symlink(&target, path).unwrap(),
        Obstacle::DanglingLink => symlink(theirs.join("nothing"), path).unwrap(),
        Obstacle::Fifo => fifo(path, 0o622),
        Obstacle::Folder => fs::create_dir(path).unwrap(),
    }
    lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
}

fn remove(path: &Path) {
    if path.symlink_metadata().is_ok_and(|there| there.is_dir()) {
        fs::remove_dir_all(path).unwrap();
    } else {
        let _ = fs::remove_file(path);
    }
}

/// Returns owner, type, inode and length, to check that nothing changed.
fn look(path: &Path) -> (u32, fs::FileType, u64, u64) {
    let there = path.symlink_metadata().unwrap();
    (there.uid(), there.file_type(), there.ino(), if there.is_file() { there.len() } else { 0 })
}

/// Starts a reader as the other user that waits for a secret.
fn waiting_reader(path: &Path) -> Child {
    as_nobody("timeout 5 cat -- \"$1\"", path).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Returns what the reader has received so far.
fn received(reader: Child, path: &Path) -> String {
    // Opens and closes the FIFO, so that a reader without a writer ends.
    let _ = fs::File::options().write(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path);
    String::from_utf8_lossy(&reader.wait_with_output().unwrap().stdout).into_owned()
}

#[test]
fn files_of_another_user_are_neither_written_nor_replaced() {
    let env = shop();
    let mut tried = 0;
    for folder in ["private", "shared"] {
        for case in CASES.iter().filter(|case| case.of_file != 0) {
            for obstacle in OBSTACLES {
                let place = env.path(folder).join(case.file_name);
                put(obstacle, &place, &env.path("theirs"));
                let (before, database) = (look(&place), env.database_bytes());
                let reader = (obstacle == Obstacle::Fifo).then(|| waiting_reader(&place));
                let place_text = place.to_str().unwrap();
                let mut command = command(&env, case, place_text);
                let run = Run::of(command.stdin(Stdio::null()).output().unwrap());
                let name = format!(
                    "{obstacle:?} in the {folder} folder, {:?}:\n{}{}",
                    case.words, run.stdout, run.stderr
                );
                let is_file = matches!(obstacle, Obstacle::File | Obstacle::OpenFile);
                assert_eq!(run.code, if is_file { case.of_file } else { case.of_others }, "{name}");
                assert!(run.stderr.contains(place_text), "{name}");
                if run.code == 1 {
                    assert!(run.stderr.contains("nobody"), "{name}");
                }
                assert_eq!(env.database_bytes(), database, "{name}");
                assert_eq!(look(&place), before, "{name}");
                if let Some(reader) = reader {
                    assert_eq!(received(reader, &place), "", "{name}");
                } else {
                    assert_eq!(read_by_nobody(&place), "", "{name}");
                }
                assert_eq!(read_by_nobody(&env.path("theirs/target")), "", "{name}");
                assert!(!env.path("theirs/nothing").exists(), "{name}");
                let left: Vec<PathBuf> =
                    fs::read_dir(env.path(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
                assert_eq!(left, std::slice::from_ref(&place), "{name}");
                remove(&place);
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 2 * 13 * OBSTACLES.len());
}

/// The command with a timeout.
fn command(env: &TestEnv, case: &Case, place: &str) -> Command {
    let mut command = Command::new("timeout");
    command.args(["20", env!("CARGO_BIN_EXE_authctl")]);
    command.args(case.words.iter().map(|word| if *word == "PLACE" { place } else { word }));
    command.current_dir(env.path(".")).env_clear();
    command
}

/// Shows that the refusals above have no other reason, and that new files are private.
#[test]
fn without_an_obstacle_a_new_file_is_private() {
    for folder in ["private", "shared"] {
        for case in &CASES {
            let env = shop();
            let place = env.path(folder).join(case.file_name);
            let run = Run::of(command(&env, case, place.to_str().unwrap()).output().unwrap()).succeeds();
            let there = place.symlink_metadata().unwrap();
            let name = format!("{folder}, {:?}: {}", case.words, run.stderr);
            assert!(there.is_file() && there.uid() == 0, "{name}");
            assert_eq!(there.permissions().mode() & 0o7777, 0o600, "{name}");
            assert!(there.len() > 0, "{name}");
            assert_eq!(read_by_nobody(&place), "", "{name}");
        }
    }
}

#[test]
fn no_secret_is_written_to_a_world_writable_file() {
    let env = shop();
    for case in CASES.iter().filter(|case| case.of_file == 1) {
        let place = env.path("shared").join(case.file_name);
        fs::write(&place, "").unwrap();
        set_mode(&place, 0o666);
        let database = env.database_bytes();
        let run = Run::of(command(&env, case, place.to_str().unwrap()).output().unwrap()).ends_with(1);
        let place_text = place.to_str().unwrap();
        assert!(run.stderr.contains(place_text) && run.stderr.contains("owner root"), "{}", run.stderr);
        assert!(run.stderr.contains("chmod o-w"), "{}", run.stderr);
        assert_eq!(env.database_bytes(), database, "{:?}", case.words);
        assert_eq!(read_by_nobody(&place), "", "{:?}", case.words);
        remove(&place);
    }
}

#[test]
fn sessions_and_counts_are_not_stored_where_another_user_has_access() {
    let env = shop();
    env.write("authctl.toml", "[login]\nthrottle = \"50/day\"\n");
    env.write("secret", crate::env::PASSWORD);
    for folder in ["private", "shared"] {
        let state = env.path(folder).join("authctl");
        for name in ["sessions.json", "sessions.lock", "throttle.json", "throttle.lock"] {
            for obstacle in OBSTACLES {
                fs::create_dir(&state).unwrap();
                set_mode(&state, 0o700);
                if folder == "shared" {
                    // The folder existed before root used it.
                    set_mode(&state, 0o1777);
                }
                let place = state.join(name);
                put(obstacle, &place, &env.path("theirs"));
                let before = look(&place);
                let mut command = Command::new("timeout");
                command.args([
                    "20",
                    env!("CARGO_BIN_EXE_authctl"),
                    "login",
                    "meg",
                    "--password-file",
                    "secret",
                ]);
                command.current_dir(env.path(".")).env_clear().env("XDG_STATE_HOME", env.path(folder));
                let run = Run::of(command.output().unwrap());
                let case =
                    format!("{obstacle:?} as {name} in the {folder} folder: {}{}", run.stdout, run.stderr);
                // A login fails if it cannot be counted, but only warns if the session cannot be saved.
                let is_refused = folder == "shared" || name.starts_with("throttle");
                assert!(
                    if is_refused { run.code == 1 || run.code == 2 } else { run.code == 0 },
                    "{} {case}",
                    run.code
                );
                assert!(run.stderr.contains(state.to_str().unwrap()), "{case}");
                assert_eq!(look(&place), before, "{case}");
                let token = env.value("SELECT key FROM authtoken_token");
                assert!(!read_by_nobody(&place).contains(&token), "{case}");
                assert!(!read_by_nobody(&env.path("theirs/target")).contains(&token), "{case}");
                fs::remove_dir_all(&state).unwrap();
            }
        }
    }
}

#[test]
fn a_session_of_another_user_is_not_trusted() {
    let env = shop();
    let token = env.value("SELECT key FROM authtoken_token");
    let state = env.path("shared/authctl");
    fs::create_dir(&state).unwrap();
    let path = env.path("db.sqlite3").canonicalize().unwrap();
    let text = format!(
        "{{\"{}\": {{\"username\": \"meg\", \"scheme\": \"drf\", \"token\": \"{token}\"}}}}",
        path.display()
    );
    fs::write(state.join("sessions.json"), text).unwrap();
    set_mode(&state.join("sessions.json"), 0o600);
    let whoami = || {
        let mut command = env.command();
        Run::of(command.arg("whoami").env("XDG_STATE_HOME", env.path("shared")).output().unwrap())
    };
    whoami().succeeds();
    chown(state.join("sessions.json"), Some(NOBODY), None).unwrap();
    let run = whoami().ends_with(2);
    assert!(run.stderr.contains("sessions.json: it belongs to nobody"), "{}", run.stderr);
    chown(state.join("sessions.json"), Some(0), None).unwrap();
    chown(&state, Some(NOBODY), None).unwrap();
    let run = whoami().ends_with(2);
    assert!(run.stderr.contains("it belongs to nobody"), "{}", run.stderr);
}

#[test]
fn a_group_can_append_to_roots_audit_log_without_reading_it() {
    let env = shop();
    let log = env.path("shared/audit.jsonl");
    let program = env.path("authctl");
    // Copied by `cp`, not by this process: other tests fork, and a child that inherits the open file prevents its
    // execution.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_authctl")).arg(&program).status();
    assert!(copied.unwrap().success());
    let work = env.path("theirs");
    for (number, mode) in [0o660, 0o620].into_iter().enumerate() {
        let _ = fs::remove_file(&log);
        fs::write(&log, "").unwrap();
        chown(&log, Some(0), Some(NOBODY)).unwrap();
        set_mode(&log, mode);
        let database = format!("db{number}.sqlite3");
        let script = format!(
            "cd \"$1\" && exec {} init --db {database} --audit-log {}",
            program.display(),
            log.display()
        );
        let mut command = as_nobody(&script, &work);
        Run::of(command.env_clear().env("PATH", "/usr/bin:/bin").output().unwrap()).succeeds();
        env.run([
            "edit-user",
            "meg",
            if number == 0 { "--staff" } else { "--no-staff" },
            "--audit-log",
            log.to_str().unwrap(),
        ])
        .succeeds();
        assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 4, "{mode:o}");
        assert_eq!(log.metadata().unwrap().uid(), 0);
    }
}

#[test]
fn a_dotenv_file_keeps_a_group_of_which_its_owner_is_no_member() {
    let env = shop();
    let (program, work) = (env.path("authctl"), env.path("theirs"));
    // Copied by `cp` as above.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_authctl")).arg(&program).status();
    assert!(copied.unwrap().success());
    let dotenv = work.join(".env");
    fs::write(&dotenv, "A=1\n").unwrap();
    chown(&dotenv, Some(NOBODY), Some(0)).unwrap();
    set_mode(&dotenv, 0o640);
    let script = format!(
        "cd \"$1\" && {0} register joe --init --no-password --quiet >joe && \
         exec {0} create-token joe --env-file .env --as T",
        program.display()
    );
    let mut command = as_nobody(&script, &work);
    Run::of(command.env_clear().env("PATH", "/usr/bin:/bin").output().unwrap()).succeeds();
    let token = fs::read_to_string(work.join("joe")).unwrap();
    assert_eq!(fs::read_to_string(&dotenv).unwrap(), format!("A=1\nT={token}"));
    let there = dotenv.metadata().unwrap();
    assert_eq!((there.uid(), there.gid(), there.mode() & 0o7777), (NOBODY, 0, 0o640));
}

#[test]
fn under_sudo_the_callers_files_are_used_and_keep_their_owner() {
    let env = shop();
    let sudo = [("SUDO_UID", "65534")];
    let file = |name: &str, text: &str| {
        let path = env.path("theirs").join(name);
        fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        path
    };
    let (dotenv, token, log) = (
        file(".env", "A=1\nT=old-and-longer-than-the-new-one-which-is-forty-characters\nB=2\n"),
        file("token", ""),
        file("log", ""),
    );
    let run = |words: &[&str]| env.run_with_env(&sudo, words).succeeds();
    run(&["create-token", "meg", "--env-file", dotenv.to_str().unwrap(), "--as", "T"]);
    run(&["create-token", "meg", "--output-file", token.to_str().unwrap()]);
    run(&["edit-user", "meg", "--staff", "--audit-log", log.to_str().unwrap()]);
    let key = env.value("SELECT key FROM authtoken_token");
    assert_eq!(read_by_nobody(&dotenv), format!("A=1\nT={key}\nB=2\n"));
    assert_eq!(read_by_nobody(&token), format!("{key}\n"));
    assert_eq!(read_by_nobody(&log).lines().count(), 2);
}

#[test]
fn a_configuration_of_another_user_is_ignored() {
    let env = shop();
    let place = env.path("shared/authctl.toml");
    for obstacle in OBSTACLES {
        put(obstacle, &place, &env.path("theirs"));
        if obstacle != Obstacle::Folder && obstacle != Obstacle::Fifo && obstacle != Obstacle::DanglingLink {
            fs::write(&place, "[register]\nrequired = [\"email\"]\n").unwrap();
        }
        let mut command = Command::new("timeout");
        command.args(["20", env!("CARGO_BIN_EXE_authctl"), "register", "joe", "--no-password", "--dry-run"]);
        command.args(["--db", env.path("db.sqlite3").to_str().unwrap()]);
        command.current_dir(env.path("shared")).env_clear();
        let run = Run::of(command.output().unwrap()).succeeds();
        assert!(run.stderr.contains("another user owns it"), "{obstacle:?}: {}", run.stderr);
        remove(&place);
    }
}

#[test]
fn a_device_of_another_user_is_written_to_only_if_it_is_the_current_terminal() {
    let env = shop();
    let device = null_device(&env.path("private")).expect("cannot create a device");
    chown(&device, Some(NOBODY), None).unwrap();
    let run = env.run(["create-token", "meg", "--output-file", device.to_str().unwrap()]).ends_with(1);
    assert!(run.stderr.contains("it is a device that belongs to"), "{}", run.stderr);
    let token = env.value("SELECT key FROM authtoken_token");
    let program = env.command();
    let mut command = Command::new("sh");
    let script = format!("chown {NOBODY} \"$(tty)\"; exec \"$0\" create-token meg --output-file \"$(tty)\"");
    command.args(["-c", &script]).arg(program.get_program()).current_dir(env.path(""));
    Terminal::start(&command).expect(&token);
}
