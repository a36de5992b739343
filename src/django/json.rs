//! Parses JSON that others wrote, and writes it as Python does.

use memchr::{memchr, memmem};
use serde::Serialize as _;
use serde::de::Error as _;
use serde_json::{Result, Value as Json};

/// The start of the keys that `serde_json` uses itself.
///
/// With the features `arbitrary_precision` and `raw_value`, it reads an object with such a key as a number, or as the
/// JSON in a string. The latter nests without the usual limit, until the stack overflows.
const RESERVED: &[u8] = b"$serde_json::private::";

/// The message of the error for an object with a reserved key.
const RESERVED_KEY: &str = "a key starts with $serde_json::private::";

/// Parses a value.
///
/// # Errors
/// Fails for invalid JSON, and for an object with a key that `serde_json` reserves.
pub fn parse(text: &str) -> Result<Json> {
    let bytes = text.as_bytes();
    // Without an escape, a reserved key is in the text unchanged.
    let may_be_reserved = memchr(b'\\', bytes).is_some() || memmem::find(bytes, RESERVED).is_some();
    if may_be_reserved && has_reserved_key(bytes) {
        return Err(serde_json::Error::custom(RESERVED_KEY));
    }
    serde_json::from_str(text)
}

/// Whether an object has a reserved key. Only the valid start of invalid JSON is searched.
fn has_reserved_key(mut text: &[u8]) -> bool {
    while let Some(start) = memchr(b'"', text) {
        let inside = &text[start + 1..];
        let mut is_escaped = false;
        let end = inside.iter().position(|byte| {
            let is_end = *byte == b'"' && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            is_end
        });
        let Some(end) = end else { return false };
        let after = &inside[end + 1..];
        if after.trim_ascii_start().starts_with(b":") && is_reserved(&text[start..start + end + 2]) {
            return true;
        }
        text = after;
    }
    false
}

/// Whether this is a reserved key, in quotes.
fn is_reserved(key: &[u8]) -> bool {
    serde_json::from_slice::<String>(key).is_ok_and(|key| key.as_bytes().starts_with(RESERVED))
}

/// Serializes JSON like Python's `json.dumps` with its defaults, which is what Django stores.
///
/// Commas and colons are followed by a space, and all characters are ASCII. Returns `None` for a number that Python
/// would read as infinite, because SQLite does not accept such a number in JSON.
#[must_use]
pub fn python_text(json: &Json) -> Option<String> {
    struct Python;
    impl serde_json::ser::Formatter for Python {
        fn begin_array_value<W: std::io::Write + ?Sized>(
            &mut self,
            writer: &mut W,
            first: bool,
        ) -> std::io::Result<()> {
            if first { Ok(()) } else { writer.write_all(b", ") }
        }

        fn begin_object_key<W: std::io::Write + ?Sized>(
            &mut self,
            writer: &mut W,
            first: bool,
        ) -> std::io::Result<()> {
            if first { Ok(()) } else { writer.write_all(b", ") }
        }

        fn begin_object_value<W: std::io::Write + ?Sized>(&mut self, writer: &mut W) -> std::io::Result<()> {
            writer.write_all(b": ")
        }

        fn write_number_str<W: std::io::Write + ?Sized>(
            &mut self,
            writer: &mut W,
            number: &str,
        ) -> std::io::Result<()> {
            let spelled = python_number(number).ok_or(std::io::ErrorKind::InvalidData)?;
            writer.write_all(spelled.as_bytes())
        }

        fn write_string_fragment<W: std::io::Write + ?Sized>(
            &mut self,
            writer: &mut W,
            text: &str,
        ) -> std::io::Result<()> {
            let mut units = [0; 2];
            for c in text.chars() {
                if c.is_ascii() && c != '\u{7f}' {
                    write!(writer, "{c}")?;
                } else if c == '\u{7f}' {
                    writer.write_all(b"\x7f")?;
                } else {
                    for unit in c.encode_utf16(&mut units) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
            Ok(())
        }
    }
    let mut bytes = Vec::new();
    json.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Python)).ok()?;
    String::from_utf8(bytes).ok()
}

/// Spells a JSON number like Python: all digits of an integer, and the shortest round-trip form of a float.
fn python_number(number: &str) -> Option<String> {
    if !number.contains(['.', 'e', 'E']) {
        return Some(if number == "-0" { "0".into() } else { number.to_owned() });
    }
    let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite())?;
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    Some(match exponent {
        -4..16 => format!("{number:?}"),
        _ => format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_keys_are_refused_however_they_are_written() {
        for text in [
            r#"{"$serde_json::private::Number": "1"}"#,
            r#"{"$serde_json::private::RawValue":"[1]"}"#,
            r#"[{"a": {"\u0024serde_json::private\u003a:RawValue" : "1"}}]"#,
            r#"{"a\\": "\"", "$serde_json::\u0070rivate::Number": "1"}"#,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn other_json_is_parsed() {
        for text in [
            r#"{"a":"$serde_json::private::Number","b":["$serde_json::private::RawValue"]}"#,
            r#"{"a\"\\":"\\","$serde_json":"\"$serde_json::private::Number\":"}"#,
            r#"[1.50,"ä\n"]"#,
        ] {
            assert_eq!(parse(text).map(|json| json.to_string()).ok().as_deref(), Some(text));
        }
    }

    #[test]
    fn json_in_strings_in_json_does_not_overflow_the_stack() {
        let mut text = String::from("1");
        for _ in 0..300 {
            let escaped = text.replace('\\', "\\u005c").replace('"', "\\u0022");
            text = format!(
                "{}{{\"$serde_json::private::RawValue\":\"{escaped}\"}}{}",
                "[".repeat(100),
                "]".repeat(100)
            );
        }
        assert!(parse(&text).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_parsed_as_serde_json_parses_it(text in "[\\\\\"a:{}\\[\\]1, u0]{0,20}|\\PC*") {
            proptest::prop_assert_eq!(parse(&text).ok(), serde_json::from_str::<Json>(&text).ok());
        }
    }
}
