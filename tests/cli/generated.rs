//! The committed completions and man pages are up to date.
//!
//! `AUTHCTL_BLESS=1 cargo test --test cli generated` regenerates them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use clap_complete::{Generator as _, Shell};

use crate::env::TestEnv;

const BLESS: &str = "AUTHCTL_BLESS";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares the folder with these files by name and content. With `AUTHCTL_BLESS=1`, replaces the folder first.
#[track_caller]
fn check(folder: &Path, mut files: Vec<(String, Vec<u8>)>) {
    files.sort();
    if env::var_os(BLESS).is_some_and(|value| value == "1") {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).unwrap();
        for (name, content) in &files {
            fs::write(folder.join(name), content).unwrap();
        }
    }
    let how = format!("{BLESS}=1 cargo test --test cli generated");
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}; {how}", folder.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let expected: Vec<&String> = files.iter().map(|(name, _)| name).collect();
    assert_eq!(names.iter().collect::<Vec<_>>(), expected, "in {}; {how}", folder.display());
    for (name, content) in files {
        let kept = fs::read(folder.join(&name)).unwrap();
        assert!(kept == content, "{name} in {} is out of date; {how}", folder.display());
    }
}

#[test]
fn the_completions_are_current() {
    let env = TestEnv::new();
    let files = Shell::value_variants().iter().map(|shell| {
        let run = env.run(["completions", &shell.to_string()]).succeeds();
        assert_eq!(run.stderr, "");
        (shell.file_name("authctl"), run.stdout.into_bytes())
    });
    check(&folder("completions"), files.collect());
}

#[test]
fn every_script_completes_every_command() {
    let env = TestEnv::new();
    let program = authctl::command();
    for shell in Shell::value_variants() {
        let script = env.run(["completions", &shell.to_string()]).succeeds().stdout;
        for command in program.get_subcommands() {
            assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
        }
        assert!(script.contains("--without-token") || script.contains("without-token"), "{shell}");
    }
}

#[test]
fn the_man_pages_are_current() {
    let made = tempfile::TempDir::new().unwrap();
    clap_mangen::generate_to(authctl::command(), made.path()).unwrap();
    let files: Vec<(String, Vec<u8>)> = fs::read_dir(made.path())
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        })
        .collect();
    assert_eq!(files.len(), authctl::command().get_subcommands().count() + 1);
    check(&folder("man"), files);
}
