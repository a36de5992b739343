//! The committed completions and man pages are up to date.
//!
//! `AUTHCTL_BLESS=1 cargo test --test cli generated` regenerates them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use clap_complete::{Generator as _, Shell};

use crate::env::TestEnv;
use crate::man_page::man_page;

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

/// Returns the headings of the help, each with the names of its commands.
pub fn commands() -> Vec<(String, Vec<String>)> {
    let help = TestEnv::new().run(["-h"]).succeeds().stdout;
    let mut headings: Vec<(String, Vec<String>)> = Vec::new();
    let lines = help.lines().skip_while(|line| !line.starts_with("Usage:")).skip(1);
    for line in lines.take_while(|line| *line != "Global options:") {
        if let Some(heading) = line.strip_suffix(':') {
            headings.push((heading.to_owned(), Vec::new()));
        } else if let Some(name) = line.split_whitespace().next() {
            headings.last_mut().unwrap().1.push(name.to_owned());
        }
    }
    headings
}

#[test]
fn the_man_pages_are_current() {
    let mut program = authctl::command().disable_help_subcommand(true);
    program.build();
    let commands = commands();
    let pages = program.get_subcommands().chain([&program]).map(|command| {
        let name = command.get_display_name().unwrap_or(command.get_name());
        (format!("{name}.1"), man_page(command, &program, &commands).into_bytes())
    });
    check(&folder("man"), pages.collect());
}

#[test]
fn the_man_pages_have_the_sections_of_others() {
    let page = fs::read_to_string(folder("man").join("authctl.1")).unwrap();
    // Hidden in `-h`, but documented.
    assert!(page.contains("Use colors: auto, always or never"));
    let sections = page.lines().filter_map(|line| line.strip_prefix(".SH "));
    assert_eq!(
        sections.collect::<Vec<_>>(),
        [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "COMMANDS",
            "EXAMPLES",
            "EXIT STATUS",
            "ENVIRONMENT",
            "FILES",
        ]
    );
    for command in authctl::command().get_subcommands() {
        let page =
            fs::read_to_string(folder("man").join(format!("authctl-{}.1", command.get_name()))).unwrap();
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        assert_eq!(sections[..4], ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"], "{}", command.get_name());
        assert_eq!(sections.last(), Some(&"SEE ALSO"));
        assert!(sections.contains(&"EXAMPLES"), "{sections:?}");
        // Only described in the program's page.
        assert!(page.contains(r"\-\-color") && !page.contains("Use colors"), "{}", command.get_name());
    }
}
