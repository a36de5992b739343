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

/// Shows options that only `-h` hides, whose help `clap_mangen` would drop.
fn shown(command: clap::Command) -> clap::Command {
    command.mut_args(|argument| argument.hide_short_help(false))
}

/// Lays out a page like those of git: one section for all options, and one for each part of the text after them.
fn man_page(command: &clap::Command) -> String {
    let mut page = Vec::new();
    let man = clap_mangen::Man::new(command.clone());
    let source = concat!("authctl ", env!("CARGO_PKG_VERSION"));
    man.source(source).manual("authctl manual").render(&mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    let headings: Vec<&str> =
        command.get_arguments().filter_map(|argument| argument.get_help_heading()).collect();
    let mut sections = page.split("\n.SH ");
    let mut laid_out = sections.next().unwrap().to_owned();
    for section in sections {
        let (name, text) = section.split_once('\n').unwrap();
        let name = name.trim_matches('"');
        let heading = headings.iter().find(|heading| heading.to_uppercase() == name);
        let section = match (name, heading) {
            (_, Some(heading)) => format!("\n.SS \"{heading}\"\n{text}"),
            ("SYNOPSIS", _) => {
                let usage = command.clone().render_usage().to_string();
                let usage = usage.trim_start_matches("Usage: ").replace('-', r"\-");
                format!("\n.SH SYNOPSIS\n{usage}")
            }
            ("SUBCOMMANDS", _) => format!("\n.SH COMMANDS\n{text}"),
            ("EXTRA", _) => text.trim_end().split("\n\n").map(part).collect(),
            // The version is in the last line of the page.
            ("VERSION", _) => String::new(),
            _ => format!("\n.SH {name}\n{text}"),
        };
        laid_out += &section;
    }
    if command.get_name() != "authctl" {
        laid_out += "\n.SH \"SEE ALSO\"\nauthctl(1) describes the exit codes, the environment and the files.";
    }
    laid_out.trim_end().to_owned() + "\n"
}

/// A part of the text after the options as a section: its indented lines as they are, the others filled.
fn part(text: &str) -> String {
    let (heading, text) = text.split_once(':').unwrap();
    let text = match text.strip_prefix(' ') {
        Some(sentence) => sentence[..1].to_uppercase() + &sentence[1..],
        None => text.to_owned(),
    };
    let heading = match heading.split(" (").next().unwrap() {
        "Exit codes" => "EXIT STATUS".to_owned(),
        heading => heading.to_uppercase(),
    };
    let mut section = format!("\n.SH \"{heading}\"");
    let mut is_verbatim = false;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let is_indented = line.starts_with(' ');
        if is_indented != is_verbatim {
            section += if is_indented { "\n.nf" } else { "\n.fi" };
            is_verbatim = is_indented;
        }
        section += "\n";
        section += line;
    }
    if is_verbatim {
        section += "\n.fi";
    }
    section
}

#[test]
fn the_man_pages_are_current() {
    let mut program = shown(authctl::command()).mut_subcommands(shown).disable_help_subcommand(true);
    program.build();
    let pages = program.get_subcommands().chain([&program]).map(|command| {
        let name = command.get_display_name().unwrap_or(command.get_name());
        (format!("{name}.1"), man_page(command).into_bytes())
    });
    check(&folder("man"), pages.collect());
}

#[test]
fn the_man_pages_have_the_sections_of_others() {
    let page = fs::read_to_string(folder("man").join("authctl.1")).unwrap();
    let sections = page.lines().filter_map(|line| line.strip_prefix(".SH "));
    assert_eq!(
        sections.map(|name| name.trim_matches('"')).collect::<Vec<_>>(),
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
        assert!(sections.contains(&"\"EXAMPLES\""), "{sections:?}");
        // Hidden in `-h`, but documented.
        assert!(page.contains("Use colors: auto, always or never"), "{}", command.get_name());
    }
}
