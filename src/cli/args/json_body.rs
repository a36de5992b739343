//! Reads the JSON bodies of requests that clients of the five systems send.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::cli::args::secret;
use crate::django::field::Input;
use crate::django::json;
use crate::django::passwords::Plain;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::limits;
use crate::error::position::reason_of_depth;
use crate::error::refusal::{Fault, Refusal};

/// A client's request to register or to log in.
#[derive(Debug, Default)]
pub struct Body {
    /// `username`.
    pub username: Option<String>,
    /// `email`.
    pub email: Option<String>,
    /// `password`.
    pub password: Option<Plain>,
    /// `first_name`.
    pub first_name: Option<String>,
    /// `last_name`.
    pub last_name: Option<String>,
    /// `account_type`: the profile kind.
    pub account_type: Option<String>,
    /// All other keys.
    pub fields: Vec<(String, Input)>,
    /// Faults of the keys above, to be reported together with all others.
    pub faults: Vec<Fault>,
}

/// Refused keys that would grant rights or forge a row, with the reason or the option to use instead.
const REFUSED: [(&str, &str); 9] = [
    ("id", "the database assigns it"),
    ("pk", "the database assigns it"),
    ("is_staff", "use --staff"),
    ("is_superuser", "use --superuser"),
    ("is_active", "use --inactive"),
    ("groups", "clients cannot choose groups"),
    ("user_permissions", "clients cannot choose permissions"),
    ("date_joined", "it is the time of registration"),
    ("last_login", "Django sets it at login"),
];

impl Body {
    /// Reads the body from a file, or from standard input for `-`.
    pub fn read(path: &Path) -> Result<Self> {
        let is_stdin = path == Path::new("-");
        let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
        let mut bytes = Zeroizing::new(Vec::new());
        let read = if is_stdin {
            io::stdin().take(limits::BODY + 1).read_to_end(&mut bytes)
        } else {
            File::open(path).and_then(|file| file.take(limits::BODY + 1).read_to_end(&mut bytes))
        };
        read.with_context(|| {
            if is_stdin {
                "standard input cannot be read".to_owned()
            } else {
                // The value may be the body itself, given by mistake, and contain a password.
                format!("{}: the file cannot be read", secret::named("--from-json", path))
            }
        })?;
        let bad = |message: String| Refusal::invalid("", "invalid_json", message);
        if bytes.len() as u64 > limits::BODY {
            return Err(bad(format!("The body in {name} is larger than 1 MiB.")).into());
        }
        if bytes.trim_ascii().is_empty() {
            return Err(bad(format!("The body in {name} is empty.")).into());
        }
        let json = json::parse_bytes(&bytes).map_err(|error| {
            let position = format!("line {}, column {}", error.line(), error.column());
            match reason_of_depth(&error) {
                _ if error.line() == 0 => bad(format!("The body in {name} is not valid JSON: {error}.")),
                Some(reason) => bad(format!("The body in {name} is {reason} ({position}).")),
                None => bad(format!("The body in {name} is not valid JSON ({position}).")),
            }
        })?;
        match json {
            Json::Object(fields) => Ok(Self::of(fields)),
            _ => Err(Refusal::invalid("", "invalid_json", "The body must be a single JSON object.").into()),
        }
    }

    fn of(object: Map<String, Json>) -> Self {
        let mut body = Self::default();
        for (key, value) in object {
            if let Some((_, reason)) = REFUSED.iter().find(|(refused, _)| *refused == key) {
                body.faults.push(Fault::new(
                    &*key,
                    "not_settable",
                    format!("{key} cannot be set by a body: {reason}."),
                ));
                continue;
            }
            let target = match &*key {
                "username" => &mut body.username,
                "email" => &mut body.email,
                "first_name" => &mut body.first_name,
                "last_name" => &mut body.last_name,
                "account_type" => &mut body.account_type,
                "password" => {
                    match value {
                        Json::Null => {}
                        Json::String(password) => body.password = Some(Plain::new(password)),
                        _ => body.faults.push(Fault::new(&*key, "invalid", "password must be a string.")),
                    }
                    continue;
                }
                _ => {
                    body.fields.push((key, Input::Json(value)));
                    continue;
                }
            };
            match value {
                Json::Null => {}
                Json::String(text) => *target = Some(text),
                _ => body.faults.push(Fault::new(&*key, "invalid", format!("{key} must be a string."))),
            }
        }
        body
    }
}
