//! Escapes text from a database, so that it cannot harm a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Escapes characters that could control a terminal or deceive its reader: control characters, bidirectional marks
/// and other invisible format characters.
///
/// Tab, line feed and backslash become `\t`, `\n` and `\\`. So the escapes are unambiguous, and a row stays on one
/// line.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'\\') {
        return Cow::Borrowed(text);
    }
    if !text.chars().any(|c| c == '\\' || is_harmful(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            c if is_harmful(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Escapes a line of a message. Backslashes stay unescaped.
#[must_use]
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmful(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Escapes rows for programs that are shown on a terminal. Line ends, tabs and backslashes belong to the format
/// and stay.
#[must_use]
pub fn rows(text: &str) -> String {
    shown(text, |c, out| out.extend(c.escape_default()))
}

/// Escapes JSON so that it remains the same JSON. Only its strings can contain harmful characters.
#[must_use]
pub fn json(text: &str) -> String {
    shown(text, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

fn shown(text: &str, escape: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_form = matches!(c, '\n' | '\t') || c == '\r' && chars.peek() == Some(&'\n');
        if is_harmful(c) && !is_form {
            escape(c, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}

fn is_harmful(c: char) -> bool {
    // Joiners form letters and emoji. They only affect the characters next to them.
    if matches!(c, '\u{200c}' | '\u{200d}') {
        return false;
    }
    matches!(
        c.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_text_stays() {
        for text in ["meg", "José Ñuñez", "李小龍", "a b"] {
            assert!(matches!(escaped(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn what_steers_a_terminal_is_shown() {
        assert_eq!(escaped("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(escaped("a\tb\nc\\d\r"), "a\\tb\\nc\\\\d\\r");
        assert_eq!(escaped("x\u{202e}y\u{2066}z"), "x\\u{202e}y\\u{2066}z");
        assert_eq!(escaped("\u{9b}0m\u{7f}"), "\\u{9b}0m\\u{7f}");
        assert_eq!(line("one\ntwo\u{7}\\"), "one\\ntwo\\u{7}\\");
    }

    #[test]
    fn rows_keep_their_form() {
        assert_eq!(rows("a,\u{1b}[31m\"b\nc\"\r\nd\\\t\r"), "a,\\u{1b}[31m\"b\nc\"\r\nd\\\t\\r");
        assert_eq!(json("{\"a\":\"\u{9b}\u{e0001}\"}\n"), "{\"a\":\"\\u009b\\udb40\\udc01\"}\n");
    }

    proptest::proptest! {
        #[test]
        fn nothing_harmful_is_left(text: String) {
            proptest::prop_assert!(!escaped(&text).chars().any(is_harmful));
        }
    }
}
