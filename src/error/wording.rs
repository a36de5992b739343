//! Parts of messages: counts of things, and texts and lists that are cut where they are long.

use crate::error::limits;

/// So many characters of a text are told.
const OF_TEXT: usize = 60;

/// So many characters of a list are told, which is a line or two.
const OF_LIST: usize = 200;

/// The beginning of a text that may be long.
#[must_use]
pub fn text(text: &str) -> String {
    start(text, OF_TEXT)
}

/// The beginning of a whole message.
#[must_use]
pub fn message(text: &str) -> String {
    start(text, limits::MESSAGE)
}

/// The beginning of a field's name. No column's name is longer than this.
#[must_use]
pub fn field(text: &str) -> String {
    const OF_FIELD: usize = 255;
    start(text, OF_FIELD)
}

fn start(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The first of names that may be many.
#[must_use]
pub fn names(names: Vec<String>) -> Vec<String> {
    let mut length = 0;
    let count = names.len();
    let mut told: Vec<String> = names
        .into_iter()
        .map(|name| text(&name))
        .take_while(|name| {
            length += name.chars().count() + 2;
            length <= OF_LIST
        })
        .collect();
    if told.len() < count {
        told.push("…".into());
    }
    told
}

/// So many of something, such as `1 token` or `3 tokens`.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A word as a POSIX shell takes it, quoted only where it has to be.
#[must_use]
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
