//! Encodings: the text is the same however much is read at once, and that of the standard library's decoder.
#![no_main]

use authctl::fuzzing::decoded;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = decoded(bytes, false, 1 << 16);
    for piece in [3, 4, 5, 7] {
        assert_eq!(decoded(bytes, false, piece), text);
    }
    let windows = decoded(bytes, true, 1 << 16);
    assert_eq!(decoded(bytes, true, 3), windows);
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => {
            assert_eq!(text, bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
            if !bytes.starts_with(b"\xef\xbb\xbf") {
                let characters = std::str::from_utf8(&windows).expect("every byte is a character").chars();
                assert_eq!(characters.count(), bytes.len());
            }
            return;
        }
    };
    let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut expected: String =
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    if bytes.len() % 2 == 1 {
        expected.push(char::REPLACEMENT_CHARACTER);
    }
    // Half a pair and half a unit at the end are one fault, not two.
    let end = |text: &str| text.trim_end_matches(char::REPLACEMENT_CHARACTER).to_owned();
    let shown = String::from_utf8_lossy(&text).into_owned();
    assert_eq!(end(&shown), end(&expected));
    assert_eq!(shown.ends_with(char::REPLACEMENT_CHARACTER), expected.ends_with(char::REPLACEMENT_CHARACTER));
});
