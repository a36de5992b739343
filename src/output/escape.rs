//! Text from a database made harmless for a terminal.

use std::borrow::Cow;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// The text with whatever could steer a terminal or deceive its reader shown as an escape: control characters,
/// bidirectional marks and other invisible format characters.
///
/// Tab, line end and backslash become `\t`, `\n` and `\\`, so that the original can be told and a row stays a row.
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

/// A line of a message, with whatever could steer a terminal or begin another line shown as an escape; backslashes
/// stay as they are.
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

fn is_harmful(c: char) -> bool {
    // The joiners form letters and emoji; what they do, they do to their neighbours alone.
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

    proptest::proptest! {
        #[test]
        fn nothing_harmful_is_left(text: String) {
            proptest::prop_assert!(!escaped(&text).chars().any(is_harmful));
        }
    }
}
