//! The SQL function `REGEXP`. SQLite leaves it to the application, and Django defines it with Python's `re.search`.
//!
//! A `CheckConstraint` with a regex calls it on every insert.

use std::borrow::Cow;

use fancy_regex::Regex;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error};

/// Registers the function on a connection.
pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    // Innocuous, so that constraints in an untrusted schema can use it.
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("regexp", 2, flags, regexp)
}

/// Implements `TEXT REGEXP PATTERN`, which calls `regexp(PATTERN, TEXT)`. Returns NULL if either is NULL.
fn regexp(context: &mut Context<'_>) -> rusqlite::Result<Option<bool>> {
    let (Some(pattern), Some(text)) = (text(context.get_raw(0)), text(context.get_raw(1))) else {
        return Ok(None);
    };
    let failed = |error: fancy_regex::Error| Error::UserFunctionError(Box::new(error));
    let regex = Regex::new(&from_python(&pattern)).map_err(failed)?;
    regex.is_match(&*text).map(Some).map_err(failed)
}

/// Formats a value like Python's `str()`.
fn text(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string().into()),
        ValueRef::Real(number) => Some(format!("{number:?}").into()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes)),
    }
}

/// Translates a Python pattern to the syntax of `fancy_regex`: `\Z` is the end of the text, and `$` is that or the
/// position before a final line feed.
fn from_python(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('Z') if !in_class => out.push_str(r"\z"),
                Some(escaped) => out.extend(['\\', escaped]),
                None => out.push('\\'),
            },
            '$' if !in_class => out.push_str(r"(?=\n?\z)"),
            c => {
                in_class = match c {
                    '[' => true,
                    ']' => false,
                    _ => in_class,
                };
                out.push(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(pattern: &str, text: &str) -> Option<bool> {
        let connection = Connection::open_in_memory().expect("SQLite");
        register(&connection).expect("a function");
        connection
            .query_row("SELECT ?2 REGEXP ?1", [pattern, text], |row| row.get(0))
            .expect("a match or none")
    }

    #[test]
    fn patterns_mean_what_they_mean_to_python() {
        for (pattern, text, expected) in [
            ("^[A-Z]{3}$", "ABC", true),
            ("^[A-Z]{3}$", "ABC\n", true),
            (r"^[A-Z]{3}\Z", "ABC\n", false),
            ("^[A-Z]{3}$", "ABCD", false),
            ("b", "abc", true),
            (r"(?P<word>\w+) (?P=word)", "la la", true),
            (r"^(?!admin)\w+$", "admins", false),
            ("[$]", "$", true),
            (r"^\d+$", "٣", true),
            (r"^\w+\s\w+$", "Ольга\u{2003}Ö", true),
            (r"\bÖl\b", "Ölmühle", false),
            ("(?i)^straße[k]$", "STRAßE\u{212a}", true),
        ] {
            assert_eq!(search(pattern, text), Some(expected), "{pattern} in {text:?}");
        }
    }

    #[test]
    fn null_matches_nothing_and_breaks_nothing() {
        let connection = Connection::open_in_memory().expect("SQLite");
        register(&connection).expect("a function");
        let matched: Option<bool> =
            connection.query_row("SELECT NULL REGEXP 'a'", [], |row| row.get(0)).expect("NULL");
        assert_eq!(matched, None);
    }
}
