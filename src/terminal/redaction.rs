//! Passwords inside arguments and settings, such as `postgres://user:password@host`: whatever quotes such a text later,
//! they are not shown.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::terminal::escape;

/// Every form in which a noted password, with the characters around it, may turn up in a message.
static NOTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Notes the password in a text of the form `user:password@…` or `scheme://user:password@…`, if it has one.
pub fn note(text: &str) {
    let Some(password) = password(text) else { return };
    // Without its surroundings, a short password would be cut out of unrelated words.
    note_part(&format!(":{password}@"));
    // An absolute path is made without what leads nowhere: `//` and `/./`.
    let normal: PathBuf = Path::new(password).components().collect();
    note_part(&format!(":{}@", normal.display()));
}

/// Notes the passwords in all texts of a TOML document.
pub fn note_all(table: &toml::Table) {
    fn note_value(value: &toml::Value) {
        match value {
            toml::Value::String(text) => note(text),
            toml::Value::Array(values) => values.iter().for_each(note_value),
            toml::Value::Table(table) => note_all(table),
            _ => {}
        }
    }
    table.values().for_each(note_value);
}

fn note_part(part: &str) {
    let quoted = |text: &str| text.trim_matches('"').to_owned();
    let debug = quoted(&format!("{part:?}"));
    let json = |text: &str| quoted(&serde_json::Value::from(text).to_string());
    let forms = [escape::line(part), json(part), json(&debug), debug, part.to_owned()];
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    for form in forms {
        if !noted.contains(&form) {
            noted.push(form);
        }
    }
}

/// The text with every noted password replaced by `…`, and every other one that a URL shows.
#[must_use]
pub fn redacted(text: &str) -> Cow<'_, str> {
    let noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    let text = noted
        .iter()
        .filter(|form| text.contains(&***form))
        .fold(Cow::Borrowed(text), |text, form| Cow::Owned(text.replace(&**form, ":…@")));
    match without_url_passwords(&text) {
        Some(text) => Cow::Owned(text),
        None => text,
    }
}

/// A path as it may be shown.
#[must_use]
pub fn path(path: &Path) -> String {
    redacted(&path.to_string_lossy()).into_owned()
}

/// The text without the passwords of the URLs in it, which may come from a path that was put together or normalised:
/// `scheme:/user:password@`, with one slash or two. `None` where there is none.
fn without_url_passwords(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(":/") {
        let (before, after) = rest.split_at(at + 2);
        let has_scheme = before[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        // A blank or a quotation mark ends what is surely of the URL.
        let end = after.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(after.len());
        let found = after[..end].rsplit_once('@').and_then(|(user, _)| Some((user.find(':')?, user.len())));
        out.push_str(before);
        rest = after;
        if let Some((colon, at)) = found.filter(|_| has_scheme) {
            out.push_str(&after[..=colon]);
            out.push('…');
            rest = &after[at..];
        }
    }
    (!out.is_empty()).then(|| out + rest)
}

/// Everything between the first colon of the user's part and the last `@`: passwords are often pasted unencoded.
fn password(text: &str) -> Option<&str> {
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (user, _) = authority.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password).filter(|password| !password.is_empty())
}

/// Is this a URL, of whatever scheme?
#[must_use]
pub fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::{escape, is_url, note, password, redacted, without_url_passwords};

    #[test]
    fn urls_lose_their_passwords_without_being_noted() {
        for (text, shown) in [
            ("/a/postgres:/u:p@h/db: gone", "/a/postgres:/u:…@h/db: gone"),
            ("x postgres://u:p/w:d@q@h y@z", "x postgres://u:…@h y@z"),
            ("a:/u:p@h b:/v:q@i", "a:/u:…@h b:/v:…@i"),
        ] {
            assert_eq!(without_url_passwords(text).as_deref(), Some(shown));
        }
        for text in ["https://host/a", "/a:/b", "{\"a\":\"s://h:1\",\"b\":\"x@y\"}"] {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn a_normalised_path_shows_no_password_either() {
        note("./dir/us3r:/./pa//ss@host");
        for shown in ["/work/dir/us3r:/./pa//ss@host", "/work/dir/us3r:/pa/ss@host"] {
            assert_eq!(redacted(shown), "/work/dir/us3r:…@host");
        }
    }

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
                let told = redacted(&message);
                proptest::prop_assert!(told.contains("u:…@host"), "{told}");
                proptest::prop_assert!(!told.contains("s3cr"), "{told}");
            }
        }
    }
}
