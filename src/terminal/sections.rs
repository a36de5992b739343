//! Prints rows of text under headings.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::terminal::escape::escaped;
use crate::terminal::format::BOLD;

/// The number of characters of a value that people see.
const LONGEST: usize = 4_000;

/// A heading and its rows. Rows may differ in the number of cells.
#[derive(Clone, Debug)]
pub struct Section {
    /// The words of the heading.
    pub heading: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl Section {
    /// A section whose heading is one word.
    #[must_use]
    pub fn new(heading: &str, rows: Vec<Vec<String>>) -> Self {
        Self { heading: vec![heading.to_owned()], rows }
    }
}

/// Formats indented rows with aligned columns, and `none` for an empty section.
pub(super) fn for_people(sections: &[Section], color: bool) -> String {
    let mut text = String::new();
    for section in sections {
        let heading = escaped(&section.heading.join(" ")).into_owned();
        let _ = if color {
            writeln!(text, "\u{1b}[{BOLD}m{heading}\u{1b}[0m")
        } else {
            writeln!(text, "{heading}")
        };
        let escape = |row: &Vec<String>| row.iter().map(|cell| shown(cell)).collect();
        let rows: Vec<Vec<String>> = section.rows.iter().map(escape).collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let width =
            |index: usize| rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width()).max();
        let widths: Vec<usize> = (0..columns).filter_map(width).collect();
        for row in &rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(line, "  {cell}{}", " ".repeat(width - cell.width()));
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        if rows.is_empty() {
            text.push_str("  none\n");
        }
    }
    text
}

/// Escapes a cell for people, and cuts it after [`LONGEST`] characters.
fn shown(cell: &str) -> String {
    match cell.char_indices().nth(LONGEST) {
        None => escaped(cell).into_owned(),
        Some((end, _)) => {
            let more = cell[end..].chars().count();
            format!("{}… ({more} more characters; --format json shows all)", escaped(&cell[..end]))
        }
    }
}

/// Formats each row with its heading in front.
pub(super) fn for_scripts(sections: &[Section]) -> String {
    let mut text = String::new();
    for section in sections {
        for row in &section.rows {
            let cells: Vec<_> = section.heading.iter().chain(row).map(|cell| escaped(cell)).collect();
            let _ = writeln!(text, "{}", cells.join("\t"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections() -> [Section; 3] {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<String>>();
        let profile = vec![words(&["bio", "plays\tchess"]), words(&["favourite", ""])];
        [
            Section { heading: words(&["profile", "gamer"]), rows: profile },
            Section::new("groups", Vec::new()),
            Section::new("tokens", vec![words(&["drf", "abc", "x"]), words(&["knox", "é", "y"])]),
        ]
    }

    #[test]
    fn people_see_columns() {
        let expected = "profile gamer\n  bio        plays\\tchess\n  favourite\ngroups\n  none\ntokens\n  \
                        drf   abc  x\n  knox  é    y\n";
        assert_eq!(for_people(&sections(), false), expected);
        assert!(for_people(&sections(), true).starts_with("\u{1b}[1mprofile gamer\u{1b}[0m\n  bio"));
    }

    #[test]
    fn scripts_see_the_heading_in_each_row() {
        let expected = "profile\tgamer\tbio\tplays\\tchess\nprofile\tgamer\tfavourite\t\ntokens\tdrf\tabc\tx\n\
                        tokens\tknox\té\ty\n";
        assert_eq!(for_scripts(&sections()), expected);
    }
}
