//! Whole numbers as Django writes them.

/// Reads a number without sign, spaces or leading zeros; Django refuses every other spelling, since
/// it compares the text it would write itself.
pub(super) fn parse(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}
