//! Hides passwords in arguments and settings, such as `postgres://user:password@host`, from every later message.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use crate::terminal::escape;

/// The passwords to hide, with the characters around them, in every form in which a message may contain them.
static NOTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Records the password of a text like `user:password@…` or `scheme://user:password@…`, if it has one.
pub fn note(text: &str) {
    let Some(password) = password(text) else { return };
    // Without the characters around it, a short password would match parts of unrelated words.
    let part = format!(":{password}@");
    let quoted = |text: &str| text.trim_matches('"').to_owned();
    let debug = quoted(&format!("{part:?}"));
    let json = |text: &str| quoted(&serde_json::Value::from(text).to_string());
    let forms = [escape::line(&part), json(&part), json(&debug), debug, part];
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    for form in forms {
        if !noted.contains(&form) {
            noted.push(form);
        }
    }
}

/// Replaces every recorded password in a text by `…`.
#[must_use]
pub fn redacted(text: &str) -> Cow<'_, str> {
    let noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    noted
        .iter()
        .filter(|form| text.contains(&***form))
        .fold(Cow::Borrowed(text), |text, form| Cow::Owned(text.replace(&**form, ":…@")))
}

/// Returns the text between the first colon of the user part and the last `@`. Passwords are often pasted unencoded.
fn password(text: &str) -> Option<&str> {
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (user, _) = authority.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password).filter(|password| !password.is_empty())
}

/// Whether a text is a URL with any scheme.
#[must_use]
pub fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::{escape, is_url, note, password, redacted};

    #[test]
    fn passwords_are_found_with_a_scheme_and_without() {
        assert_eq!(password("postgres://u:p@ss@host/db"), Some("p@ss"));
        assert_eq!(password("--db=postgres://u:p:w@host"), Some("p:w"));
        assert_eq!(password("u:pw@host"), Some("pw"));
        assert_eq!(password("--db=u:p/w@host/db"), Some("p/w"));
        for text in ["meg@ducharme.com", "a:b", "postgres://host/db", "postgres://u@host", "u:@host", ""] {
            assert_eq!(password(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_scheme_makes_a_url() {
        assert!(is_url("postgres://x") && is_url("sqlite:///x") && is_url("postgresql+psycopg://"));
        assert!(!is_url("/a/b://c") && !is_url("://x") && !is_url("db.sqlite3") && !is_url("a:/b"));
    }

    proptest::proptest! {
        #[test]
        fn a_noted_password_is_in_no_form_of_a_message(password in "\\PC{1,8}|.{1,8}") {
            let secret = format!("s3cr{password}et");
            let argument = format!("postgres://u:{secret}@host/db");
            note(&argument);
            for message in [
                format!("no file at {argument}."),
                format!("no file at {argument:?}."),
                escape::line(&format!("no file at {argument}.")),
                escape::line(&format!("no file at {argument:?}.")),
                serde_json::json!({ "message": argument }).to_string(),
                serde_json::json!({ "message": format!("{argument:?}") }).to_string(),
            ] {
                let shown = redacted(&message);
                proptest::prop_assert!(shown.contains("u:…@host"), "{shown}");
                proptest::prop_assert!(!shown.contains("s3cr"), "{shown}");
            }
        }
    }
}
