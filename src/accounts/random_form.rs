//! The form of random texts, such as the keys that a project gives its users.

use std::collections::HashSet;

use rand::CryptoRng;
use rand::seq::IndexedRandom as _;

use super::rows::fresh_uuid;
use crate::django::models::dashed_uuid;

/// The alphabets of Python's and Django's usual generators, the smallest first.
const ALPHABETS: [&str; 7] = [
    "0123456789",
    "0123456789abcdef",
    "0123456789ABCDEF",
    "0123456789abcdefghijklmnopqrstuvwxyz",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_",
];

/// The length and the alphabet that random texts have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RandomForm {
    /// Characters of an alphabet.
    Text {
        /// The number of characters.
        length: usize,
        /// The characters.
        alphabet: &'static str,
    },
    /// A random UUID with dashes.
    Uuid,
}

impl RandomForm {
    /// Recognizes the form of at least two texts. `None` unless they look random: they are of one length, have digits
    /// and letters or are long, and differ in most places.
    #[must_use]
    pub fn of(texts: &[&str]) -> Option<Self> {
        const SHORTEST: usize = 6;
        /// Texts of one case and without digits may be words, and short numbers may be counted.
        const LONG: usize = 20;
        let (first, others) = texts.split_first().filter(|(_, others)| !others.is_empty())?;
        let length = first.len();
        let is_short = length < SHORTEST || !first.is_ascii();
        let distinct: HashSet<&&str> = texts.iter().collect();
        if is_short || others.iter().any(|other| other.len() != length) || distinct.len() < texts.len() {
            return None;
        }
        let same = |other: &&str| first.bytes().zip(other.bytes()).filter(|(one, two)| one == two).count();
        if others.iter().any(|other| same(other) * 2 > length) {
            return None;
        }
        if texts.iter().all(|text| is_uuid(text)) {
            return Some(Self::Uuid);
        }
        let fits = |alphabet: &&str| texts.iter().all(|text| text.chars().all(|c| alphabet.contains(c)));
        let alphabet = ALPHABETS.into_iter().find(fits)?;
        let has = |is_it: fn(&u8) -> bool| texts.iter().all(|text| text.bytes().any(|byte| is_it(&byte)));
        let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
        (is_mixed || length >= LONG).then_some(Self::Text { length, alphabet })
    }

    /// Generates a new text of this form.
    #[must_use]
    pub fn generate(self, random: &mut dyn CryptoRng) -> String {
        match self {
            Self::Uuid => dashed_uuid(&fresh_uuid(random)),
            Self::Text { length, alphabet } => {
                let bytes = alphabet.as_bytes();
                (0..length).filter_map(|_| bytes.choose(random)).map(|&byte| char::from(byte)).collect()
            }
        }
    }
}

/// Whether this is a UUID of version 4 in lower case, with dashes.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'4',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

#[cfg(test)]
mod tests {
    use super::RandomForm;

    #[test]
    fn only_texts_of_one_random_form_are_recognized() {
        let of = |texts: &[&str]| match RandomForm::of(texts) {
            Some(RandomForm::Text { length, alphabet }) => Some((length, alphabet.len())),
            Some(RandomForm::Uuid) => Some((36, 0)),
            None => None,
        };
        assert_eq!(of(&["9944b09199c62bcf", "4bc1d7ab0e9a2f83"]), Some((16, 16)));
        assert_eq!(of(&["Zq3XkP81_-aB", "a9ZbQ-7cD_2e"]), Some((12, 64)));
        assert_eq!(of(&["AB3D9X", "7KQ2ZM"]), Some((6, 36)));
        let uuids = ["0b7bd7b4-6c29-4a3e-8df1-1c0b1f5f2a11", "f3c145a9-27a4-4877-957e-ccc5b7b93e57"];
        assert_eq!(of(&uuids), Some((36, 0)));
        for texts in [
            &["9944b09199c62bcf"][..],
            &["9944b09199c62bcf", "9944b09199c62bcf"],
            &["9944b09199c62bcf", "4bc1d7ab0e9a2f8"],
            &["member-000017", "member-000018"],
            &["summer", "winter"],
            &["100017", "200018"],
            &["a1", "b2"],
            &["9944b09199c62bc!", "4bc1d7ab0e9a2f83"],
            &["größe1-", "größe2x"],
            &[],
        ] {
            assert_eq!(of(texts), None, "{texts:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_generated_is_of_the_form(length in 20_usize..64, alphabet in 0_usize..7) {
            let mut random = rand::rng();
            let form = RandomForm::Text { length, alphabet: super::ALPHABETS[alphabet] };
            let texts: Vec<String> = (0..20).map(|_| form.generate(&mut random)).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            proptest::prop_assert_eq!(RandomForm::of(&texts), Some(form));
        }
    }
}
