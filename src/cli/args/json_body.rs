//! Reads the JSON bodies of requests that clients of the five systems send.

use std::fs::File;
use std::io::{self, Read as _};
use std::mem;
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::args::secret;
use crate::django::field::Input;
use crate::django::passwords::Plain;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::faults::{
    Expected, Fault, FaultCode, Form, JsonFlaw, NameHint, OwnColumn, PasswordSources, Remedy, UnknownName,
    Unsettable,
};
use crate::error::limits;
use crate::error::position::Position;
use crate::error::refusal::Refusal;
use crate::syntax::source::SourceFile;
use crate::syntax::tree::{KeyValue, Node, NodeValue, distinct};

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
    /// Faults of the keys above without their positions, to be reported together with all others.
    pub faults: Vec<Fault>,
    /// The name of the file.
    file: String,
    /// The position of each key's value.
    positions: Vec<(String, Position)>,
}

/// Refused keys that would grant rights or forge a row, with the reason.
const REFUSED: [(&str, Unsettable); 9] = [
    ("id", Unsettable::Assigned),
    ("pk", Unsettable::Assigned),
    ("is_staff", Unsettable::OwnColumn { column: OwnColumn::Staff, is_new: true }),
    ("is_superuser", Unsettable::OwnColumn { column: OwnColumn::Superuser, is_new: true }),
    ("is_active", Unsettable::OwnColumn { column: OwnColumn::Active, is_new: true }),
    ("groups", Unsettable::Groups),
    ("user_permissions", Unsettable::Permissions),
    ("date_joined", Unsettable::TimeOfRegistration),
    ("last_login", Unsettable::TimeOfLogin),
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
        let flaw = |flaw| Fault::new("", FaultCode::InvalidJson(flaw)).of(Form::Body);
        if bytes.len() as u64 > limits::BODY {
            return Err(Refusal::Invalid(vec![flaw(JsonFlaw::LongBody(name))]).into());
        }
        if bytes.trim_ascii().is_empty() {
            return Err(Refusal::Invalid(vec![flaw(JsonFlaw::EmptyBody(name))]).into());
        }
        let undecodable = FaultCode::InvalidJson(JsonFlaw::Undecodable);
        let not_text = |fault: Fault| Refusal::Invalid(vec![fault.recoded(undecodable)]);
        let file = SourceFile::of_bytes(name, bytes, Form::Body).map_err(not_text)?;
        let tree = file.json().map_err(Refusal::from)?;
        if tree.entries().is_none() {
            return Err(Refusal::Invalid(vec![file.locate(tree.at, flaw(JsonFlaw::Body))]).into());
        }
        Ok(Self::of(tree, &file))
    }

    fn of(object: Node<'_>, file: &SourceFile) -> Self {
        let mut body = Self { file: file.name().to_owned(), ..Self::default() };
        let mut entries = object.into_entries();
        entries.reverse();
        // As in Django, the last value of a repeated key counts.
        for KeyValue { key, value, .. } in distinct(&entries).0.into_iter().rev() {
            body.positions.push((key.to_string(), file.position(value.at)));
            if let Some((_, reason)) = REFUSED.iter().find(|(refused, _)| refused == key) {
                body.faults.push(Fault::new(&**key, FaultCode::NotSettable(reason.clone())));
                continue;
            }
            let mut password = None;
            let target = match &**key {
                "username" => &mut body.username,
                "email" => &mut body.email,
                "first_name" => &mut body.first_name,
                "last_name" => &mut body.last_name,
                "account_type" => &mut body.account_type,
                "password" => &mut password,
                _ => {
                    body.fields.push((key.to_string(), Input::Json(value.to_json())));
                    continue;
                }
            };
            match &value.what {
                NodeValue::Null => {}
                NodeValue::Text(text) => *target = Some(text.to_string()),
                _ => body.faults.push(Fault::new(&**key, FaultCode::Invalid(Expected::Text))),
            }
            body.password = body.password.or(password.map(Plain::new));
        }
        body
    }

    /// Refuses an account with these faults, and with those of the body. A field that is invalid in the body is not
    /// missing.
    pub fn refuse(&self, mut faults: Vec<Fault>) -> Result<(), Refusal> {
        faults.retain(|fault| !self.faults.iter().any(|told| told.field == fault.field));
        faults.extend(self.faults.iter().cloned());
        if faults.is_empty() { Ok(()) } else { Err(self.refusal(faults)) }
    }

    /// Returns the login name and the password of a request to log in, which has no other keys. The name is the `email`
    /// key if `by_email` is set.
    pub fn into_credentials(mut self, by_email: bool) -> Result<(String, Plain), Refusal> {
        let name_key = if by_email { "email" } else { "username" };
        let mut faults = mem::take(&mut self.faults);
        let others = [("first_name", self.first_name.is_some()), ("last_name", self.last_name.is_some())];
        let others = others.into_iter().chain([("account_type", self.account_type.is_some())]);
        let unknown = others.filter(|(_, is_given)| *is_given).map(|(key, _)| key);
        for key in unknown.chain(self.fields.iter().map(|(key, _)| &**key)) {
            let unknown = UnknownName::Key(NameHint::of(key, [name_key, "password"].into_iter()));
            faults.push(Fault::new(key, FaultCode::Unknown(unknown)));
        }
        let username = self.username.take().or(self.email.take().filter(|_| by_email));
        if username.is_none() {
            faults.push(Fault::new(name_key, FaultCode::Required(Remedy::LoginName)).of(Form::Body));
        }
        if self.password.is_none() {
            faults.push(secret::password_missing(PasswordSources::Known).of(Form::Body));
        }
        match (username, self.password.take()) {
            (Some(username), Some(password)) if faults.is_empty() => Ok((username, password)),
            _ => Err(self.refusal(faults)),
        }
    }

    /// Returns the refusal for these faults. Those of fields that the body sets get their position.
    pub fn refusal(&self, faults: Vec<Fault>) -> Refusal {
        let locate = |fault: Fault| {
            let is_it = |name: &str| fault.field == name || fault.field.ends_with(&format!(".{name}"));
            match self.positions.iter().find(|(name, _)| is_it(name)) {
                Some((_, position)) => fault.at(&self.file, Form::Body, *position),
                None => fault,
            }
        };
        Refusal::Invalid(faults.into_iter().map(locate).collect())
    }
}
