//! The password of a server is shown and stored nowhere.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::run;
use crate::env::TestEnv;

const SECRET: &str = "Tr0ub4dor";

/// Returns all bytes below a folder.
fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            bytes.extend(bytes_below(&entry.path()));
        } else {
            bytes.extend(fs::read(entry.path()).unwrap_or_default());
        }
    }
    bytes
}

#[test]
fn a_password_in_an_argument_is_refused_before_anything_else() {
    let env = TestEnv::new();
    for db in [
        format!("postgres://u:{SECRET}@db/shop"),
        format!("pgsql://u:{SECRET}@/shop"),
        format!("POSTGRES://u:{SECRET}@db:x/shop"),
        format!("postgres://u:{SECRET}/{SECRET}@{SECRET}@db/shop"),
        format!("postgres://u:{SECRET}#?x&{SECRET}@db/shop"),
        format!("postgres://u@db/shop?password={SECRET}"),
        format!("postgres://u@db/shop?PASSWORD={SECRET}"),
        format!("postgres://u@db/shop?pass%77ord={SECRET}"),
        format!("postgres://u@db/shop?sslpassword={SECRET}&port=x"),
    ] {
        for arguments in [
            &["list-users"][..],
            &["backup", "copy"],
            &["init"],
            &["list-users", "--format", "json"],
            &["register", "meg", "--init", "--no-password", "--format", "csv"],
        ] {
            for pair in [&["--db", &db][..], &[&format!("--db={db}")]] {
                let run = run(&env, &[], &[arguments, pair].concat()).ends_with(2);
                let text = format!("{}{}", run.stdout, run.stderr);
                assert!(!text.contains(SECRET), "{db}: {text}");
                assert!(text.contains("passwords are not accepted on the command line"), "{db}: {text}");
            }
        }
    }
    assert_eq!(fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn a_command_line_with_another_mistake_does_not_echo_it_either() {
    let env = TestEnv::new();
    let db = format!("postgres://u:{SECRET}@db/shop?password={SECRET}");
    let inline = format!("--db={db}");
    let misspelt = format!("--dbb={db}");
    for arguments in [
        &["--db", &db][..],
        &[&inline],
        &["list-users", &misspelt],
        &["list-users", &inline, "--no-such-option"],
        &["list-users", &inline, &inline],
        &["list-users", &inline, "extra"],
        &["list-users", &db],
        &["no-such-command", &inline],
        &["list-users", "--format", &db],
        &[&db],
    ] {
        for format in [&[][..], &["--format=json"]] {
            let run = run(&env, &[], &[arguments, format].concat()).ends_with(2);
            let text = format!("{}{}", run.stdout, run.stderr);
            assert!(!text.contains(SECRET), "{arguments:?}: {text}");
        }
    }
}

#[test]
fn a_password_elsewhere_is_accepted_and_shown_nowhere() {
    let env = TestEnv::new();
    let url = &format!("postgres://ann:{SECRET}@db.invalid/shop?connect_timeout=1");
    let parameter = &format!("postgres://ann@db.invalid/shop?password={SECRET}");
    let config = env.write("private.toml", &format!("db = {url:?}\n[audit]\nfile = \"audit\"\n"));
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
    for (variables, arguments) in [
        (&[("AUTHCTL_DB", &**url)][..], &[][..]),
        (&[("AUTHCTL_DB", parameter)], &[]),
        (&[("DB", url)], &["--db", "env:DB"]),
        (&[("PGPASSWORD", SECRET)], &["--db", "postgres://ann@db.invalid/shop"]),
        (&[], &["--config", "private.toml"]),
    ] {
        for format in ["table", "json"] {
            let arguments = [arguments, &["--format", format]].concat();
            let backup = run(&env, variables, &[&["backup", "copy"], &*arguments].concat()).ends_with(2);
            assert!(backup.stderr.contains("postgresql://ann@db.invalid:5432/shop"), "{}", backup.stderr);
            assert!(!backup.stderr.contains("warning"), "{}", backup.stderr);
            for command in [
                &["backup", "copy"][..],
                &["list-users"],
                &["register", "meg", "--no-password"],
                &["login", "meg", "--password-env", "NO"],
                &["whoami"],
                &["init"],
                &["check"],
            ] {
                let run = run(&env, variables, &[command, &*arguments].concat());
                assert_ne!(run.code, 0);
                let text = format!("{}{}", run.stdout, run.stderr);
                assert!(!text.contains(SECRET), "{command:?}: {text}");
            }
        }
    }
    fs::remove_file(config).unwrap();
    let state = env.state_file().ancestors().nth(2).unwrap().to_owned();
    for folder in [env.path(""), state] {
        assert!(!String::from_utf8_lossy(&bytes_below(&folder)).contains(SECRET));
    }
}

#[test]
fn a_configuration_file_that_shows_a_password_to_others_is_reported() {
    let env = TestEnv::new();
    let path = env.write("authctl.toml", &format!("db = \"postgres://ann:{SECRET}@db/shop\"\n"));
    let shown = path.display();
    for (mode, change) in [(0o644, "go-r"), (0o640, "g-r"), (0o604, "o-r"), (0o600, "")] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let warning = format!(
            "warning: {shown} contains a password that other users can read. Run `chmod {change} {shown}`.\n"
        );
        for arguments in [&["backup", "copy"][..], &["backup", "copy", "--config", "authctl.toml"]] {
            let run = run(&env, &[], arguments).ends_with(2);
            let warned = run.stderr.contains("contains a password that other users can read");
            assert_eq!(warned, mode != 0o600, "{mode:o}: {}", run.stderr);
            if warned && arguments.len() == 2 {
                assert!(run.stderr.contains(&warning), "{mode:o}: {}", run.stderr);
            }
        }
    }
    // A URL without a password, and a variable with one, need no such care.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    for db in ["postgres://ann@db/shop", "env:DB"] {
        env.write("authctl.toml", &format!("db = {db:?}\n"));
        let variables = [("DB", &*format!("postgres://ann:{SECRET}@db/shop"))];
        let run = run(&env, &variables, &["backup", "copy"]).ends_with(2);
        assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    }
}
