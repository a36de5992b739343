//! Prints rows of text under headings.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::terminal::escape::escaped;
use crate::terminal::format::BOLD;
use crate::terminal::listing::Heading;
use crate::terminal::table::{self, SPACE};

/// The number of characters of a value that people see.
const LONGEST: usize = 4_000;

/// The least width in which a text is folded.
const NARROWEST: usize = 20;

/// A heading and its rows. Rows may differ in the number of cells.
#[derive(Clone, Debug)]
pub struct Section {
    /// The words of the heading.
    pub heading: Vec<String>,
    /// The columns of a table. Empty for names and values.
    pub columns: Vec<Heading>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl Section {
    /// A section whose heading is one word.
    #[must_use]
    pub fn new(heading: &str, rows: Vec<Vec<String>>) -> Self {
        Self { heading: vec![heading.to_owned()], columns: Vec::new(), rows }
    }
}

/// Formats indented rows with aligned columns, and `none` for an empty section. Also returns the headings of the columns
/// that do not fit the terminal.
pub(super) fn for_people(
    sections: &[Section],
    color: bool,
    available: Option<usize>,
) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut omitted = Vec::new();
    for section in sections {
        let heading = escaped(&section.heading.join(" ")).into_owned();
        let _ = if color {
            writeln!(text, "\u{1b}[{BOLD}m{heading}\u{1b}[0m")
        } else {
            writeln!(text, "{heading}")
        };
        for name in push_rows(&mut text, SPACE, &section.columns, &section.rows, available) {
            if !omitted.contains(&name) {
                omitted.push(name);
            }
        }
        if section.rows.is_empty() {
            text.push_str("  none\n");
        }
    }
    (text, omitted)
}

/// Appends rows with aligned columns. A table is fitted to the terminal like a listing. Otherwise, the last text of a row
/// is folded between words. Returns the headings of the columns that do not fit.
pub(super) fn push_rows(
    text: &mut String,
    indent: &str,
    columns: &[Heading],
    rows: &[Vec<String>],
    available: Option<usize>,
) -> Vec<String> {
    let names: Vec<Cow<'_, str>> = columns.iter().map(|column| Cow::Borrowed(&*column.name)).collect();
    let heading = (!rows.is_empty() && !names.is_empty())
        .then(|| names.iter().map(|name| name.clone().into_owned()).collect());
    let escape = |row: &Vec<String>| row.iter().map(|cell| shown(cell)).collect();
    let rows: Vec<Vec<String>> = heading.into_iter().chain(rows.iter().map(escape)).collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widest = |index| rows.iter().filter_map(|row| row.get(index)).map(|cell: &String| cell.width()).max();
    let widths: Vec<usize> = (0..count).filter_map(widest).collect();
    let available = available.map(|available| available.saturating_sub(indent.len()));
    let fitted: Vec<Option<usize>> = match available {
        Some(available) if !columns.is_empty() => table::fit(columns, &names, &widths, available),
        _ => widths.into_iter().map(Some).collect(),
    };
    for row in &rows {
        let mut line = indent.to_owned();
        let mut used = 0;
        for (index, (cell, width)) in row.iter().zip(&fitted).enumerate() {
            let Some(width) = *width else { continue };
            let room = available.map_or(0, |available| available.saturating_sub(used));
            let is_folded = columns.is_empty() && index + 1 == row.len() && room >= NARROWEST;
            if let Some(column) = columns.get(index) {
                line.push_str(&String::from_utf8_lossy(&table::shortened(cell.as_bytes(), column, width)));
            } else if is_folded {
                let next_line = format!("\n{indent}{}", " ".repeat(used));
                line.push_str(&folded(cell, room).join(&next_line));
            } else {
                line.push_str(cell);
            }
            used += width + SPACE.len();
            line.push_str(&" ".repeat((indent.len() + used).saturating_sub(line.width())));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let omitted = names.iter().zip(&fitted).filter(|(_, width)| width.is_none());
    omitted.map(|(name, _)| name.clone().into_owned()).collect()
}

/// Splits a text at blanks into lines of this width. A longer word, such as a key, is left to the terminal.
fn folded(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while rest.width() > width {
        let blanks = || rest.match_indices(' ').map(|(at, _)| at).filter(|at| *at > 0);
        let fitting = blanks().take_while(|at| rest[..*at].width() <= width).last();
        let Some(end) = fitting.or_else(|| blanks().next()) else { break };
        lines.push(&rest[..end]);
        rest = &rest[end + 1..];
    }
    lines.push(rest);
    lines
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
            Section { heading: words(&["profile", "gamer"]), ..Section::new("", profile) },
            Section::new("groups", Vec::new()),
            Section::new("tokens", vec![words(&["drf", "abc", "x"]), words(&["knox", "é", "y"])]),
        ]
    }

    #[test]
    fn people_see_columns() {
        let expected = "profile gamer\n  bio        plays\\tchess\n  favourite\ngroups\n  none\ntokens\n  \
                        drf   abc  x\n  knox  é    y\n";
        assert_eq!(for_people(&sections(), false, None).0, expected);
        assert!(for_people(&sections(), true, None).0.starts_with("\u{1b}[1mprofile gamer\u{1b}[0m\n  bio"));
    }

    #[test]
    fn a_text_is_folded_between_words() {
        for (text, expected) in [
            ("", &[""][..]),
            ("one two", &["one two"]),
            ("one two three", &["one two", "three"]),
            ("0123456789abcdef", &["0123456789abcdef"]),
            ("0123456789abcdef x", &["0123456789abcdef", "x"]),
            (" éé éé éé  éé", &[" éé éé", "éé  éé"]),
        ] {
            assert_eq!(folded(text, 8), expected, "{text:?}");
        }
        let section = Section::new("user", vec![vec!["bio".into(), "plays chess, and paints in oil".into()]]);
        let expected = "user\n  bio  plays chess, and\n       paints in oil\n";
        assert_eq!(for_people(&[section], false, Some(28)).0, expected);
    }

    #[test]
    fn scripts_see_the_heading_in_each_row() {
        let expected = "profile\tgamer\tbio\tplays\\tchess\nprofile\tgamer\tfavourite\t\ntokens\tdrf\tabc\tx\n\
                        tokens\tknox\té\ty\n";
        assert_eq!(for_scripts(&sections()), expected);
    }
}
