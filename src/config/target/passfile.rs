//! The password file: `~/.pgpass`, or the one that `PGPASSFILE` names.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::limits;
use crate::error::wording::shell_word;
use crate::store::target::{Host, ServerPassword};

/// The folders in which PostgreSQL puts its sockets, by distribution.
pub const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// The connection that a password is for.
pub struct PasswordQuery<'a> {
    pub host: &'a Host,
    pub port: u16,
    pub database: &'a str,
    pub user: &'a str,
}

/// Returns the password for the connection. A file that other users can read is ignored, with a warning.
pub fn password(
    path: &Path,
    connection: &PasswordQuery<'_>,
    warnings: &mut Vec<String>,
) -> Option<ServerPassword> {
    // Looks before it opens, since opening a FIFO would wait.
    let looked = path.metadata();
    let reason = match looked {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return None;
        }
        Err(error) => format!("it cannot be read: {error}."),
        Ok(metadata) => match reason_to_ignore(path, &metadata) {
            Some(reason) => reason,
            None => match limits::read_to_string(path, limits::CONFIG) {
                Ok(text) => return find(&Zeroizing::new(text), connection),
                Err(error) => format!("it cannot be read: {error}."),
            },
        },
    };
    warnings.push(format!("The password file {} was ignored: {reason}", path.display()));
    None
}

fn reason_to_ignore(path: &Path, metadata: &Metadata) -> Option<String> {
    let mode = metadata.mode() & 0o7777;
    if !metadata.is_file() {
        return Some("it is not a regular file.".into());
    }
    let word = shell_word(&path.to_string_lossy());
    (mode & 0o077 != 0).then(|| format!("other users can access it (mode {mode:o}). Run `chmod 600 {word}`."))
}

/// Returns the password of the first line that matches.
fn find(text: &str, connection: &PasswordQuery<'_>) -> Option<ServerPassword> {
    let (port, mut hosts) = (connection.port.to_string(), Vec::new());
    match connection.host {
        Host::Name(name) => hosts.push(name.clone()),
        Host::Socket(folder) => {
            hosts.push(folder.to_string_lossy().into_owned());
            if SOCKET_FOLDERS.iter().any(|default| folder == &PathBuf::from(default)) {
                hosts.push("localhost".into());
            }
        }
    }
    let matches = |field: Option<&Field>, value: &str| field.is_some_and(|field| field.matches(value));
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let is_meant = hosts.iter().any(|host| matches(fields.first(), host))
            && matches(fields.get(1), &port)
            && matches(fields.get(2), connection.database)
            && matches(fields.get(3), connection.user);
        let password = fields.into_iter().nth(4).filter(|_| is_meant)?;
        (!password.text.is_empty()).then(|| ServerPassword::new(password.text))
    })
}

/// A field of a line.
struct Field {
    text: String,
    /// Whether it is `*`, without a backslash.
    is_any: bool,
}

impl Field {
    fn matches(&self, value: &str) -> bool {
        self.is_any || self.text == value
    }
}

/// Splits a line at its colons. A backslash quotes the next character.
fn fields(line: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    let (mut text, mut is_quoted) = (String::new(), false);
    let mut chars = line.chars();
    let field = |text: String, is_quoted: bool| Field { is_any: text == "*" && !is_quoted, text };
    while let Some(c) = chars.next() {
        match c {
            ':' => {
                fields.push(field(std::mem::take(&mut text), is_quoted));
                is_quoted = false;
            }
            // A backslash at the end of a line is one.
            '\\' => {
                text.push(chars.next().unwrap_or(c));
                is_quoted = true;
            }
            c => text.push(c),
        }
    }
    fields.push(field(text, is_quoted));
    fields
}

#[cfg(test)]
mod tests {
    use super::{Host, PasswordQuery, find};

    fn found(text: &str, host: &Host) -> Option<String> {
        let connection = PasswordQuery { host, port: 5432, database: "shop", user: "ann" };
        find(text, &connection).map(|password| password.expose().to_owned())
    }

    #[test]
    fn the_first_line_that_matches_decides() {
        let (host, v6) = (Host::Name("db.example.com".into()), Host::Name("::1".into()));
        let (default, other) = (Host::Socket("/run/postgresql".into()), Host::Socket("/srv/pg".into()));
        for (text, host, password) in [
            ("db.example.com:5432:shop:ann:one\n*:*:*:*:two", &host, Some("one")),
            ("# *:*:*:*:no\nbroken\ndb:5432:shop:ann:no\r\n*:*:shop:ann:yes\r\n", &host, Some("yes")),
            ("*:5433:*:*:no\n*:*:shop2:*:no\n*:*:*:bob:no", &host, None),
            (r"*:*:*:*:a\:b\\c", &host, Some(r"a:b\c")),
            (r"*:*:*:*:p:rest", &host, Some("p")),
            (r"\*:*:*:*:no", &host, None),
            (r"\:\:1:*:*:*:six", &v6, Some("six")),
            ("localhost:*:*:*:sock", &default, Some("sock")),
            ("/run/postgresql:*:*:*:sock", &default, Some("sock")),
            ("localhost:*:*:*:no", &other, None),
            ("/srv/pg:*:*:*:sock", &other, Some("sock")),
            ("*:*:*:*:", &host, None),
            ("", &host, None),
        ] {
            assert_eq!(found(text, host).as_deref(), password, "{text}");
        }
    }
}
