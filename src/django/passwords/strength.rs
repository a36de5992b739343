//! The four password validators of Django's project template.

use std::collections::HashMap;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use zeroize::Zeroizing;

use super::common::is_listed;
use super::plain::Plain;
use crate::error::faults::{Attribute, Weakness};

/// The minimum number of characters.
pub const MIN_LENGTH: usize = 8;

/// The user's attributes that the password must not resemble. `""` counts as `None`.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The login name.
    pub username: Option<&'a str>,
    /// The first name.
    pub first_name: Option<&'a str>,
    /// The last name.
    pub last_name: Option<&'a str>,
    /// The email address.
    pub email: Option<&'a str>,
}

impl<'a> About<'a> {
    /// The attributes that have a value, in Django's order.
    fn attributes(&self) -> impl Iterator<Item = (Attribute, &'a str)> {
        [
            (Attribute::Username, self.username),
            (Attribute::FirstName, self.first_name),
            (Attribute::LastName, self.last_name),
            (Attribute::Email, self.email),
        ]
        .into_iter()
        .filter_map(|(attribute, value)| Some((attribute, value.filter(|value| !value.is_empty())?)))
    }
}

/// Checks a password with the four validators in the project template of Django 3.2 to 6.1, in their order. Returns an
/// empty list for a strong password.
///
/// The list of common passwords has 99,838 entries, more than Django's 19,700. It includes 99.9 % of those.
#[must_use]
pub fn weaknesses(plain: &Plain, about: &About<'_>) -> Vec<Weakness> {
    let password = plain.as_str();
    let lower = Zeroizing::new(password.to_lowercase());
    let similar = about
        .attributes()
        .find(|(_, value)| is_similar(&lower, value))
        .map(|(attribute, _)| Weakness::TooSimilar(attribute));
    let short = password.chars().count() < MIN_LENGTH;
    let common = is_common(password) || (*lower != password && is_common(&lower));
    let numeric = !password.is_empty() && password.chars().all(is_digit);
    similar
        .into_iter()
        .chain(short.then_some(Weakness::TooShort))
        .chain(common.then_some(Weakness::TooCommon))
        .chain(numeric.then_some(Weakness::EntirelyNumeric))
        .collect()
}

fn is_common(password: &str) -> bool {
    is_listed(strip(password))
}

/// Whether a password in lower case resembles the value or one of its words.
pub(super) fn is_similar(password: &str, value: &str) -> bool {
    let value = value.to_lowercase();
    words(&value).chain([value.as_str()]).any(|part| resembles(password, part))
}

/// Python's `re.split(r"\W+", text)`, which yields `""` if the text starts or ends with a non-word character.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.trim_matches(|character| !is_word(character));
    let outer = (inner.len() < text.len()).then_some("");
    inner.split(|character| !is_word(character)).filter(|word| !word.is_empty()).chain(outer)
}

/// Whether `2 * shared / (length + length)` is at least 0.7, where `shared` counts common characters in any order.
///
/// Django skips parts of up to a tenth of the password's length. There is no need to, since their ratio is always
/// lower.
fn resembles(password: &str, part: &str) -> bool {
    20 * shared(password, part) >= 7 * (password.chars().count() + part.chars().count())
}

/// Counts the characters that two texts have in common.
fn shared(one: &str, other: &str) -> usize {
    let mut left = HashMap::new();
    for character in other.chars() {
        *left.entry(character).or_insert(0_usize) += 1;
    }
    one.chars()
        .filter(|character| match left.get_mut(character) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        })
        .count()
}

/// Python's `\w`.
pub(super) fn is_word(character: char) -> bool {
    use GeneralCategory::{
        DecimalNumber, LetterNumber, LowercaseLetter, ModifierLetter, OtherLetter, OtherNumber,
        TitlecaseLetter, UppercaseLetter,
    };
    character == '_'
        || matches!(
            character.general_category(),
            UppercaseLetter
                | LowercaseLetter
                | TitlecaseLetter
                | ModifierLetter
                | OtherLetter
                | DecimalNumber
                | LetterNumber
                | OtherNumber
        )
}

/// Python's `str.strip`, which also strips four control characters.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(|character: char| {
        character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
    })
}

/// Python's `str.isdigit`: decimal digits, and digits such as superscripts that cannot be part of a decimal number.
pub(super) fn is_digit(character: char) -> bool {
    character.general_category() == GeneralCategory::DecimalNumber
        || matches!(
            character,
            '²'..='³'
                | '¹'
                | '፩'..='፱'
                | '᧚'
                | '⁰'
                | '⁴'..='⁹'
                | '₀'..='₉'
                | '①'..='⑨'
                | '⑴'..='⑼'
                | '⒈'..='⒐'
                | '⓪'
                | '⓵'..='⓽'
                | '⓿'
                | '❶'..='❾'
                | '➀'..='➈'
                | '➊'..='➒'
                | '\u{10a40}'..='\u{10a43}'
                | '\u{10e60}'..='\u{10e68}'
                | '\u{11052}'..='\u{1105a}'
                | '\u{1f100}'..='\u{1f10a}'
        )
}
