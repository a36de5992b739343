//! Counts the lines of code of the commands.

use std::collections::BTreeMap;

/// Returns the lines of code of each command, in ascending order. `files` are those of `src/commands`.
pub fn commands(files: &[(String, String)]) -> Vec<(usize, String)> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for (file, text) in files.iter().filter(|(file, _)| file != "mod.rs") {
        let command = file.split(['/', '.']).next().unwrap_or_default();
        *sizes.entry(command).or_default() += code_lines(text);
    }
    let mut sizes: Vec<(usize, String)> =
        sizes.into_iter().map(|(name, size)| (size, name.to_owned())).collect();
    sizes.sort();
    sizes
}

/// Counts the lines before the unit tests, without empty lines, comments, imports and the examples of the help.
fn code_lines(text: &str) -> usize {
    let mut end_of_item: Option<&str> = None;
    let mut count = 0;
    for line in text.lines().map(str::trim).take_while(|line| *line != "#[cfg(test)]") {
        if end_of_item.is_none() {
            end_of_item = if line.starts_with("use ") {
                Some(";")
            } else if line.starts_with("const EXAMPLES") {
                Some("\";")
            } else {
                None
            };
            count += usize::from(end_of_item.is_none() && !line.is_empty() && !line.starts_with("//"));
        }
        if end_of_item.is_some_and(|end| line.ends_with(end)) {
            end_of_item = None;
        }
    }
    count
}

#[test]
fn only_code_is_counted() {
    let command = "\
use a::{
    b,
};
use c;

const EXAMPLES: &str = \"\\
  authctl a; b
  authctl c\";

/// Help
pub fn run() { // not a comment line
    // comment
}
#[cfg(test)]
mod tests {}
";
    let files = [("mod.rs", "1"), ("a.rs", command), ("b/mod.rs", "1\n2"), ("b/c.rs", "3")];
    let files = files.map(|(file, text)| (file.to_owned(), text.to_owned()));
    assert_eq!(commands(&files), [(2, "a".to_owned()), (3, "b".to_owned())]);
}
