//! Django's rules for user names and e-mail addresses.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Django's `normalize_email`: the domain in lower case, the rest as it is.
#[must_use]
pub fn normalize_email(email: &str) -> String {
    match email.trim().rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => email.to_owned(),
    }
}

/// Something before an `@` and something behind it, without white space: enough to catch a slip, and no more than
/// Django's own `create_user` would take.
pub fn is_address(email: &str) -> bool {
    let parts = email.rsplit_once('@');
    let fits = parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    fits && !email.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Python's `\w` for text: letters, decimal, letter and other numbers, and the underscore.
pub fn is_word(c: char) -> bool {
    c == '_'
        || c.general_category_group() == GeneralCategoryGroup::Letter
        || matches!(
            c.general_category(),
            GeneralCategory::DecimalNumber | GeneralCategory::LetterNumber | GeneralCategory::OtherNumber
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_domains_are_lower_cased() {
        assert_eq!(normalize_email("Meg@Ducharme.COM"), "Meg@ducharme.com");
        assert_eq!(normalize_email(" \"a@B\"@C.de "), "\"a@B\"@c.de");
        assert_eq!(normalize_email("nobody"), "nobody");
    }

    #[test]
    fn word_characters_are_pythons() {
        for c in ['a', 'É', '李', '٣', 'Ⅷ', '²', '_', 'ª'] {
            assert!(is_word(c), "{c:?}");
        }
        for c in ['-', '\u{301}', '‿', '€', ' ', '\u{200d}'] {
            assert!(!is_word(c), "{c:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn normalizing_twice_is_normalizing_once(email: String) {
            let once = normalize_email(&email);
            proptest::prop_assert_eq!(normalize_email(&once), once);
        }
    }
}
