//! Tests the map of modules in `src/lib.rs`: which room may import which, and which crate belongs in which room.
//!
//! Remaining violations are listed in [`rules::EXCEPTIONS`], each with its reason. The list may only shrink: an
//! exception that is no longer needed fails the test too.

mod checks;
mod options;
mod planted;
mod rules;
mod sizes;
mod sources;

use std::path::Path;

use self::checks::{Rules, violations};
use self::sources::Sources;

/// Maximum number of entries in `src/`, few enough for a newcomer to take in.
const MOST_ENTRIES: usize = 14;

/// Maximum number of lines of a file in `src/`.
const LONGEST_FILE: usize = 500;

/// Maximum number of lines of a file in `tests/`.
const LONGEST_TEST: usize = 600;

/// Maximum number of lines of code that half of the commands have.
const USUAL_COMMAND: usize = 100;

/// Maximum number of lines of code of the longest command.
const LONGEST_COMMAND: usize = 420;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn imports_only_go_down_the_map() {
    assert_none(&violations(&Sources::read(&root().join("src")), &Rules::of_the_house()));
}

#[test]
fn the_maps_name_every_room_in_order() {
    for (map, start) in [("src/lib.rs", "//! "), ("docs/architecture.md", "| `")] {
        let text = std::fs::read_to_string(root().join(map)).expect("failed to read a map");
        let rooms = rules::ROOMS.iter().map(|room| room.name);
        let position =
            |room| [" ", "/", ".rs"].iter().find_map(|end| text.find(&format!("\n{start}{room}{end}")));
        let positions: Vec<_> = rooms.map(|room| (room, position(room))).collect();
        assert!(
            positions.is_sorted_by(|(_, one), (_, next)| one.is_some() && one < next),
            "{map} does not list these rooms in this order: {positions:?}"
        );
    }
}

#[test]
fn few_entries_and_no_long_files() {
    let entries = std::fs::read_dir(root().join("src")).expect("failed to read src/").count();
    assert!(entries <= MOST_ENTRIES, "src/ has {entries} entries");
    let mut long = Vec::new();
    for (folder, most) in [("src", LONGEST_FILE), ("tests", LONGEST_TEST)] {
        for (file, text) in sources::files(&root().join(folder)) {
            let lines = text.lines().count();
            let is_known = rules::LONG_FILES.contains(&&*format!("{folder}/{file}"));
            if (lines > most) != is_known {
                long.push(format!("{folder}/{file} has {lines} lines"));
            }
        }
    }
    assert_none(&long);
}

#[test]
fn half_of_the_commands_are_short() {
    let sizes = sizes::commands(&sources::files(&root().join("src/commands")));
    let usual = &sizes[sizes.len() / 2];
    assert!(usual.0 <= USUAL_COMMAND, "half of the commands are as long as {}: {sizes:?}", usual.1);
    let longest = &sizes[sizes.len() - 1];
    assert!(longest.0 <= LONGEST_COMMAND, "{} has {} lines", longest.1, longest.0);
}

#[test]
fn only_the_command_line_names_its_options() {
    let is_above =
        |file: &str| ["commands/", "cli/", "lib.rs", "main.rs"].iter().any(|top| file.starts_with(top));
    let mut found = Vec::new();
    let mut excused = Vec::new();
    for (file, text) in sources::files(&root().join("src")).into_iter().filter(|(file, _)| !is_above(file)) {
        let texts = options::named_options(&text);
        match rules::OPTION_NAMES.iter().find(|(known, _)| *known == file) {
            Some((known, _)) if !texts.is_empty() => excused.push(*known),
            _ => found.extend(texts.into_iter().map(|text| format!("src/{file} names an option: {text}"))),
        }
    }
    assert_none(&found);
    assert_eq!(excused.len(), rules::OPTION_NAMES.len(), "an exception is no longer needed: {excused:?}");
}

#[test]
fn no_two_public_types_have_the_same_name() {
    let shared = checks::names_used_twice(&Sources::read(&root().join("src")));
    let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let names: Vec<String> = shared.iter().map(|line| name(line)).collect();
    assert_eq!(names, rules::SHARED_NAMES, "{}", shared.join("\n"));
}
