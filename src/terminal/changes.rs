//! Changes as `+ ~ -`: what is added, changed and taken away.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{Context as _, Result};

use crate::terminal::escape::{escaped, line};
use crate::terminal::format::Format;
use crate::terminal::output::{Output, verbatim};

/// What happens to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is added.
    Add,
    /// It is changed.
    Change,
    /// It is taken away.
    Remove,
}

/// What changes about one thing.
#[derive(Clone, Debug)]
pub struct Changed {
    /// What happens to the thing itself.
    pub sign: Sign,
    /// Its name.
    pub name: String,
    /// What is to be said behind the name, or nothing.
    pub note: String,
    /// The values that change, by name, each with the one before and the one after.
    pub values: Vec<(String, Option<String>, Option<String>)>,
}

impl Sign {
    /// What happens to a value.
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
    /// What would change, as the result of the command.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn changes(&self, changes: &[Changed]) -> Result<()> {
        match self.format {
            Format::Table => {
                let color = self.color.applies(io::stdout().is_terminal());
                verbatim(for_people(changes, color).as_bytes())
            }
            Format::Plain => verbatim(for_scripts(changes).as_bytes()),
            _ => Ok(()),
        }
    }

    /// What is about to change, for the person who is asked whether it shall.
    ///
    /// # Errors
    /// What the operating system says: nobody can agree to what was not shown.
    pub fn changes_to_come(&self, changes: &[Changed]) -> Result<()> {
        if self.quiet || self.format.is_json() {
            return Ok(());
        }
        let color = self.color.applies(io::stderr().is_terminal());
        let text = for_people(changes, color);
        io::stderr().write_all(text.as_bytes()).context("standard error cannot be written")
    }
}

fn for_people(changes: &[Changed], color: bool) -> String {
    let mut text = String::new();
    for Changed { sign, name, note, values } in changes {
        let space = if note.is_empty() { "" } else { " " };
        let _ = writeln!(text, "{} {}{space}{}", sign.colored(color), line(name), line(note));
        for (name, old, new) in values {
            let sign = Sign::of(old.as_ref(), new.as_ref()).colored(color);
            let both: Vec<String> = old.iter().chain(new).map(|value| line(value)).collect();
            let _ = writeln!(text, "    {sign} {}: {}", line(name), both.join(" → "));
        }
    }
    text
}

/// A row for each thing, and one for each value: sign, thing, value, before, after.
fn for_scripts(changes: &[Changed]) -> String {
    let mut text = String::new();
    for Changed { sign, name, values, .. } in changes {
        let name = escaped(name);
        let _ = writeln!(text, "{}\t{name}\t\t\t", sign.character());
        for (value, old, new) in values {
            let sign = Sign::of(old.as_ref(), new.as_ref()).character();
            let [old, new] = [old, new].map(|value| escaped(value.as_deref().unwrap_or_default()));
            let _ = writeln!(text, "{sign}\t{name}\t{}\t{old}\t{new}", escaped(value));
        }
    }
    text
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

    #[test]
    fn people_see_signs() {
        let expected = "~ meg\n    ~ email: \"a\\u{7}\" → \"b\"\n    + group: editors\n    - token: drf abc\n\
                        - jo\\te (gone)\n";
        assert_eq!(for_people(&changes(), false), expected);
        assert!(for_people(&changes(), true).starts_with("\u{1b}[33m~\u{1b}[0m meg\n"));
    }

    #[test]
    fn scripts_see_five_columns() {
        let expected = "~\tmeg\t\t\t\n~\tmeg\temail\t\"a\\u{7}\"\t\"b\"\n+\tmeg\tgroup\t\teditors\n\
                        -\tmeg\ttoken\tdrf abc\t\n-\tjo\\te\t\t\t\n";
        assert_eq!(for_scripts(&changes()), expected);
    }
}
