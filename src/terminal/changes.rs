//! Shows changes with the signs `+ ~ -`: added, changed and removed.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use crate::error::failure::{ErrorContext as _, Result};
use crate::terminal::escape::{escaped, line};
use crate::terminal::format::Format;
use crate::terminal::output::{Output, verbatim};

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Something is added.
    Add,
    /// Something is changed.
    Change,
    /// Something is removed.
    Remove,
}

/// The changes to one object.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The kind of change to the object itself.
    pub sign: Sign,
    /// The name of the object.
    pub name: String,
    /// A note after the name. May be empty.
    pub note: String,
    /// The changed values: name, old value and new value.
    pub values: Vec<(String, Option<String>, Option<String>)>,
}

impl Sign {
    /// The kind of change from an old to a new value.
    fn of(old: Option<&String>, new: Option<&String>) -> Self {
        match (old, new) {
            (None, _) => Self::Add,
            (Some(_), None) => Self::Remove,
            _ => Self::Change,
        }
    }

    fn character(self) -> char {
        match self {
            Self::Add => '+',
            Self::Change => '~',
            Self::Remove => '-',
        }
    }

    fn colored(self, color: bool) -> String {
        let number = match self {
            Self::Add => 32,
            Self::Change => 33,
            Self::Remove => 31,
        };
        let character = self.character();
        if color { format!("\u{1b}[{number}m{character}\u{1b}[0m") } else { character.to_string() }
    }
}

impl Output {
    /// Prints changes as the result of the command.
    pub fn changes(&self, changes: impl Iterator<Item = Result<Changed>>) -> Result<()> {
        let color = self.color.applies(io::stdout().is_terminal());
        match self.format {
            Format::Table => written(changes, |text, change| for_people(text, change, color), verbatim),
            Format::Plain => written(changes, for_scripts, verbatim),
            _ => Ok(()),
        }
    }

    /// Prints changes on standard error before a confirmation. Fails if they cannot be shown, since a user cannot
    /// agree to changes that were not shown.
    pub fn show_changes(&self, changes: impl Iterator<Item = Result<Changed>>) -> Result<()> {
        if self.quiet || self.format.is_json() {
            return Ok(());
        }
        let color = self.color.applies(io::stderr().is_terminal());
        let write = |text: &[u8]| io::stderr().write_all(text).context("standard error cannot be written");
        written(changes, |text, change| for_people(text, change, color), write)
    }
}

/// The number of bytes that are written at once.
const PIECE: usize = 64 * 1024;

fn written(
    changes: impl Iterator<Item = Result<Changed>>,
    add: impl Fn(&mut String, &Changed),
    write: impl Fn(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut text = String::new();
    for change in changes {
        add(&mut text, &change?);
        if text.len() >= PIECE {
            write(text.as_bytes())?;
            text.clear();
        }
    }
    write(text.as_bytes())
}

fn for_people(text: &mut String, change: &Changed, color: bool) {
    let Changed { sign, name, note, values } = change;
    let space = if note.is_empty() { "" } else { " " };
    let _ = writeln!(text, "{} {}{space}{}", sign.colored(color), line(name), line(note));
    for (name, old, new) in values {
        let sign = Sign::of(old.as_ref(), new.as_ref()).colored(color);
        let both: Vec<String> = old.iter().chain(new).map(|value| line(value)).collect();
        let _ = writeln!(text, "    {sign} {}: {}", line(name), both.join(" → "));
    }
}

/// One row per object and one per value, with the columns sign, object, value, old and new.
fn for_scripts(text: &mut String, change: &Changed) {
    let Changed { sign, name, values, .. } = change;
    let name = escaped(name);
    let _ = writeln!(text, "{}\t{name}\t\t\t", sign.character());
    for (value, old, new) in values {
        let sign = Sign::of(old.as_ref(), new.as_ref()).character();
        let [old, new] = [old, new].map(|value| escaped(value.as_deref().unwrap_or_default()));
        let _ = writeln!(text, "{sign}\t{name}\t{}\t{old}\t{new}", escaped(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes() -> Vec<Changed> {
        let some = |text: &str| Some(text.to_owned());
        let values = vec![
            ("email".into(), some("\"a\u{7}\""), some("\"b\"")),
            ("group".into(), None, some("editors")),
            ("token".into(), some("drf abc"), None),
        ];
        vec![
            Changed { sign: Sign::Change, name: "meg".into(), note: String::new(), values },
            Changed { sign: Sign::Remove, name: "jo\te".into(), note: "(gone)".into(), values: Vec::new() },
        ]
    }

    fn text_of(add: impl Fn(&mut String, &Changed)) -> String {
        let mut text = String::new();
        for change in &changes() {
            add(&mut text, change);
        }
        text
    }

    #[test]
    fn people_see_signs() {
        let expected = "~ meg\n    ~ email: \"a\\u{7}\" → \"b\"\n    + group: editors\n    - token: drf abc\n\
                        - jo\\te (gone)\n";
        assert_eq!(text_of(|text, change| for_people(text, change, false)), expected);
        assert!(
            text_of(|text, change| for_people(text, change, true)).starts_with("\u{1b}[33m~\u{1b}[0m meg\n")
        );
    }

    #[test]
    fn scripts_see_five_columns() {
        let expected = "~\tmeg\t\t\t\n~\tmeg\temail\t\"a\\u{7}\"\t\"b\"\n+\tmeg\tgroup\t\teditors\n\
                        -\tmeg\ttoken\tdrf abc\t\n-\tjo\\te\t\t\t\n";
        assert_eq!(text_of(for_scripts), expected);
    }
}
