//! Django's rules for user names and email addresses.

use std::net::IpAddr;

use crate::error::faults::{Expected, Fault, FaultCode};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Django's `normalize_email`: converts the domain to lower case.
#[must_use]
pub fn normalize_email(email: &str) -> String {
    let Some((local, domain)) = email.trim().rsplit_once('@') else { return email.to_owned() };
    if domain.is_ascii() {
        let mut normalized = email.trim().to_owned();
        normalized[local.len()..].make_ascii_lowercase();
        return normalized;
    }
    format!("{local}@{}", domain.to_lowercase())
}

/// Returns a fault if an email address is neither empty nor valid.
#[must_use]
pub fn address_fault(email: &str) -> Option<Fault> {
    let fault = || Fault::new("email", FaultCode::Invalid(Expected::EmailAddress));
    (!email.is_empty() && !is_address(email)).then(fault)
}

/// Returns a fault if Django's `UnicodeUsernameValidator` would reject the user name.
#[must_use]
pub fn username_fault(username: &str) -> Option<Fault> {
    let is_bad = |c: char| !is_word(c) && !".@+-".contains(c);
    username
        .contains(is_bad)
        .then(|| Fault::new("username", FaultCode::Invalid(Expected::UsernameCharacters)))
}

/// Whether Django's `EmailValidator` (5.2) would accept this address.
fn is_address(email: &str) -> bool {
    const LONGEST: usize = 320;
    email.chars().count() <= LONGEST
        && email.rsplit_once('@').is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain))
}

/// Whether this is a local part: words separated by dots, or a quoted string of ASCII characters.
fn is_local_part(local: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-!#$%&'*+/=?^_`{}|~".contains(&byte))
    };
    match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        None => local.split('.').all(is_word),
        Some(quoted) => {
            let mut chars = quoted.chars();
            let fits = |c: char| c.is_ascii() && !['\0', '\t', '\n', '\r', ' ', '"'].contains(&c);
            // A backslash escapes the next character, which may then also be a space, a tab or a quote.
            while let Some(c) = chars.next() {
                let escaped = |c: char| fits(c) || [' ', '\t', '"'].contains(&c);
                if !(if c == '\\' { chars.next().is_some_and(escaped) } else { fits(c) }) {
                    return false;
                }
            }
            true
        }
    }
}

/// Whether this is a host name of at least two labels, `localhost`, or an IP address in square brackets.
fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return literal.parse::<IpAddr>().is_ok();
    }
    let is_label = |label: &str| {
        let length = label.chars().count();
        // Django first converts labels in other scripts to ASCII with IDNA.
        (1..=63).contains(&length)
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c == '-' || c.is_alphanumeric() || is_mark(c))
    };
    let Some((host, top)) = domain.rsplit_once('.') else { return domain == "localhost" };
    host.split('.').all(is_label) && is_label(top) && top.chars().count() >= 2
}

/// Whether this is a combining character, such as an accent or the vowel signs of many scripts.
fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Python's `\w` for text: letters; decimal, letter and other numbers; and the underscore.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c == '_'
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
        assert_eq!(normalize_email("Ä@BÜCHER.Example"), "Ä@bücher.example");
        assert_eq!(normalize_email(" Nobody "), " Nobody ");
    }

    #[test]
    fn addresses_are_those_that_django_accepts() {
        // Checked with `validate_email` of Django 5.2.
        let good = [
            "meg@ducharme.com",
            "a.b+c@d-e.co.uk",
            "me@localhost",
            "me@[127.0.0.1]",
            "me@[::1]",
            r#""a\ b"@c.de"#,
            "x@bücher.example",
            "x@हिन्दी.example",
            "x@bu\u{308}cher.example",
            "!#$%@a.bc",
        ];
        for email in good {
            assert!(is_address(email), "{email}");
        }
        let bad = [
            "",
            "@",
            "a@",
            "@b.cd",
            "a@b",
            "a@b.c",
            "a b@c.de",
            "a..b@c.de",
            ".a@c.de",
            "a@-b.cd",
            "a@b-.cd",
            "a@b..cd",
            "a@[1.2.3]",
            "ä@b.cd",
            "a@b.cd\n",
            r#""a b"@c.de"#,
            "a@b_c.de",
            "a@b.c-",
        ];
        for email in bad {
            assert!(!is_address(email), "{email:?}");
        }
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
