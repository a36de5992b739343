//! Bytes as lower-case hexadecimal digits.

/// Two ASCII digits for each byte, handed out one by one so that no copy is left behind.
pub(super) fn digits(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xf])
        .map(|value| if value < 10 { b'0' + value } else { b'a' + value - 10 })
}
