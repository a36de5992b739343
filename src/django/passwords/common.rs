//! The list of common passwords, `data/common-passwords.txt`, which the build script front-codes and deflates to less
//! than a fifth of its size.
//!
//! A word is one byte that tells how many bytes it shares with the word before it, and then its other bytes, of which
//! none is so small. Words stand in the order of their bytes, and at least every 64th shares nothing.

use std::sync::LazyLock;

use miniz_oxide::inflate::decompress_to_vec;

/// The words, never none; inflated at the first question, which takes a millisecond.
static WORDS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let deflated = include_bytes!(concat!(env!("OUT_DIR"), "/common-passwords"));
    decompress_to_vec(deflated).expect("what the build script deflated")
});

/// The byte before a word that shares nothing.
const WHOLE: u8 = 0;

/// The greatest number of shared bytes, and the least byte that is none.
const MOST_SHARED: u8 = 0x1f;

/// Is this text on the list?
pub(super) fn is_listed(text: &str) -> bool {
    let text = text.as_bytes();
    // The last whole word up to the text begins in this range.
    let (mut low, mut high) = (0, WORDS.len());
    while high - low > 1 {
        let middle = low.midpoint(high);
        match WORDS[middle..high].iter().position(|byte| *byte == WHOLE) {
            Some(offset) if rest(middle + offset) <= text => low = middle + offset,
            _ => high = middle,
        }
    }
    let mut word = rest(low).to_vec();
    let mut at = low + 1 + word.len();
    while word != text && at < WORDS.len() && WORDS[at] != WHOLE {
        let rest = rest(at);
        word.truncate(WORDS[at].into());
        word.extend(rest);
        at += 1 + rest.len();
    }
    word == text
}

/// The bytes that the word at this place does not share.
fn rest(at: usize) -> &'static [u8] {
    let rest = &WORDS[at + 1..];
    let length = rest.iter().position(|byte| *byte <= MOST_SHARED).unwrap_or(rest.len());
    &rest[..length]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn what_is_listed_is_found_and_nothing_else() {
        let list = include_str!("../../../data/common-passwords.txt");
        let listed: HashSet<&str> = list.lines().collect();
        for word in list.lines() {
            assert!(is_listed(word), "{word}");
            let longer = format!("{word}0");
            assert_eq!(is_listed(&longer), listed.contains(&*longer), "{longer}");
            let mut shorter = word.to_owned();
            shorter.pop();
            assert_eq!(is_listed(&shorter), listed.contains(&*shorter), "{shorter}");
        }
        for text in ["\0", "\u{1f}", "~~~~", "яя", "\u{10ffff}"] {
            assert!(!is_listed(text), "{text:?}");
        }
    }
}
