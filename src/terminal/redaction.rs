//! Hides passwords in arguments and settings, such as `postgres://user:password@host`, from every later message.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::terminal::escape;

/// The passwords to hide, with the characters around them, in every form in which a message may contain them.
static NOTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Records the password of a text like `user:password@…` or `scheme://user:password@…`, if it has one.
pub fn note(text: &str) {
    let Some(password) = password(text) else { return };
    // Without the characters around it, a short password would match parts of unrelated words.
    note_part(&format!(":{password}@"));
    // RowBuilder a path absolute removes `//` and `/./`.
    let normal: PathBuf = Path::new(password).components().collect();
    note_part(&format!(":{}@", normal.display()));
}

/// Records the passwords in all texts of a TOML document.
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

/// Forgets the recorded passwords, which a fuzz target records by the million.
#[cfg(fuzzing)]
pub fn forget() {
    NOTED.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// Replaces every recorded password in a text by `…`, and every other password in a URL.
#[must_use]
pub fn redacted(text: &str) -> Cow<'_, str> {
    let noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    let text = noted
        .iter()
        .filter(|form| text.contains(&***form))
        .fold(Cow::Borrowed(text), |text, form| Cow::Owned(text.replace(&**form, ":…@")));
    let text = without_url_passwords(&text).map_or(text, Cow::Owned);
    without_parameters(&text).map_or(text, Cow::Owned)
}

/// Returns a path without the passwords in it.
#[must_use]
pub fn path(path: &Path) -> String {
    redacted(&path.to_string_lossy()).into_owned()
}

/// Removes the passwords of URLs, even after a path was joined or normalized: `scheme:/user:password@`, with one slash
/// or two. Returns `None` if the text has no such password.
fn without_url_passwords(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(":/") {
        let (before, after) = rest.split_at(at + 2);
        let has_scheme = before[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let end = after.find(ends_url).unwrap_or(after.len());
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

/// Removes the parameters of URLs that hold a password: `password` and `sslpassword` of PostgreSQL. Returns `None` if the
/// text has no such parameter.
fn without_parameters(text: &str) -> Option<String> {
    const NAME: &str = "password=";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(NAME) {
        let (before, value) = rest.split_at(at + NAME.len());
        out.push_str(before);
        rest = value;
        let url = out.rsplit(ends_url).next().and_then(|word| word.split_once(":/"));
        if url.is_some_and(|(_, path)| path.contains('?')) {
            out.push('…');
            rest = value.find(|c| c == '&' || ends_url(c)).map_or("", |end| &value[end..]);
        }
    }
    (!out.is_empty()).then(|| out + rest)
}

/// Whether a URL in a message ends at this character.
fn ends_url(c: char) -> bool {
    c.is_whitespace() || c == '"'
}

/// Returns the text between the first colon of the user part and the last `@`. Passwords are often pasted unencoded.
fn password(text: &str) -> Option<&str> {
    let authority = match text.split_once("://") {
        Some((scheme, rest)) if !scheme.contains([':', '@', '/']) => rest,
        _ => text,
    };
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
        let shown = "s://h/d?a=b&password=…&sslpassword=… x \"s:/h?password=…\" password=p s://h/password=p";
        assert_eq!(redacted(&shown.replacen('…', "p:/w?", 2).replace('…', "q")), shown);
        for text in ["https://host/a", "/a:/b", "password=p", "{\"a\":\"s://h:1\",\"b\":\"x@y\"}"] {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn a_normalized_path_shows_no_password_either() {
        note("./dir/us3r:/./pa//ss@host");
        for shown in ["/srv/dir/us3r:/./pa//ss@host", "/srv/dir/us3r:/pa/ss@host"] {
            assert_eq!(redacted(shown), "/srv/dir/us3r:…@host");
        }
    }

    #[test]
    fn passwords_are_found_with_a_scheme_and_without() {
        assert_eq!(password("postgres://u:p@ss@host/db"), Some("p@ss"));
        assert_eq!(password("--db=postgres://u:p:w@host"), Some("p:w"));
        assert_eq!(password("u:pw@host"), Some("pw"));
        assert_eq!(password("--db=u:p/w@host/db"), Some("p/w"));
        assert_eq!(password("/u:p://w:@host"), Some("p://w:"));
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
