//! Parts of messages: counts, and texts and lists that are cut if they are long.

use crate::error::limits;

/// The maximum number of characters shown of a text.
const OF_TEXT: usize = 60;

/// The maximum number of characters shown of a list, which is a line or two.
const OF_LIST: usize = 200;

/// Cuts a text that may be long.
#[must_use]
pub fn text(text: &str) -> String {
    start(text, OF_TEXT)
}

/// Cuts a whole message.
#[must_use]
pub fn message(text: &str) -> String {
    start(text, limits::MESSAGE)
}

/// Cuts the name of a field. No column has a longer name.
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

/// Cuts a list of names that may be long.
#[must_use]
pub fn names(names: Vec<String>) -> Vec<String> {
    let mut length = 0;
    let count = names.len();
    let mut shown: Vec<String> = names
        .into_iter()
        .map(|name| text(&name))
        .take_while(|name| {
            length += name.chars().count() + 2;
            length <= OF_LIST
        })
        .collect();
    if shown.len() < count {
        shown.push("…".into());
    }
    shown
}

/// A number with its noun, such as `1 token` or `3 tokens`.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Ends a sentence with a full stop, unless it already has one.
#[must_use]
pub fn sentence(text: &str) -> String {
    format!("{}.", text.strip_suffix('.').unwrap_or(text))
}

/// An error with its causes as a sentence.
///
/// Only these words begin with a capital letter, since any other word may be a path or the name of a field.
#[must_use]
pub fn error_sentence(text: &str) -> String {
    const WORDS: [&str; 7] = ["a", "another", "no", "one", "signals", "standard", "the"];
    let text = sentence(text);
    let is_word = text.split_once(' ').is_some_and(|(word, _)| WORDS.contains(&word));
    if is_word { capitalized(text) } else { text }
}

/// Begins a text with a capital letter, if it begins with an ASCII letter.
#[must_use]
pub fn capitalized(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// The label of a prompt for this field, as Django words it.
#[must_use]
pub fn label(field: &str) -> String {
    match field {
        "email" => "Email address".into(),
        field => capitalized(field.replace('_', " ")),
    }
}

/// Quotes a word for a POSIX shell, if needed.
#[must_use]
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Returns a noun with its indefinite article.
#[must_use]
pub fn with_article(noun: &str) -> String {
    let sounds_like_you = noun.starts_with("us") || noun.starts_with("uni") || noun.starts_with("eu");
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !sounds_like_you { "an" } else { "a" };
    format!("{article} {noun}")
}

/// Whether a text looks like the key of a token and so must not be repeated in a message.
#[must_use]
pub fn may_be_key(text: &str) -> bool {
    const SHORTEST_KEY: usize = 32;
    text.len() >= SHORTEST_KEY && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
