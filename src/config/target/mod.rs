//! Finds out which database is meant: `--db`, `AUTHCTL_DB` or `db` in `authctl.toml`.
//!
//! Each takes a path, a URL, or `env:NAME` for a variable that contains one of these. What the URL of a server leaves
//! out comes from a service file, libpq's variables and a password file, as for PostgreSQL's own programs. Nothing
//! here connects to a server.
//!
//! No error repeats a part of a URL, since any part may be a misplaced password.

mod fault;
mod parameters;
mod passfile;
mod schema;
mod server;
mod service;
mod system;
#[cfg(test)]
mod tests;
mod tls;
mod url;

use std::env;
use std::path::{Path, PathBuf};

pub use self::fault::TargetFault;
use self::parameters::is_libpq_name;
pub use self::schema::check_names as check_schemas;
use self::url::Spelled;
use crate::error::wording::may_be_key;
use crate::store::target::Target;
use crate::terminal::redaction;

/// What a variable is named with instead of a path or a URL.
const BY_VARIABLE: &str = "env:";

/// A database as an option, a variable or the configuration file names it.
#[derive(Clone, Copy)]
pub struct NamedDatabase<'a> {
    /// The path or the URL.
    pub text: &'a Path,
    /// The folder of relative paths.
    pub folder: &'a Path,
    /// Whether other users can read the text in the list of processes.
    pub is_argument: bool,
}

/// The database that is meant.
pub struct FoundTarget {
    /// The database.
    pub target: Target,
    /// Whether the text itself contains a password.
    pub has_password: bool,
    /// What was ignored, and why.
    pub warnings: Vec<String>,
}

impl NamedDatabase<'_> {
    /// Returns the database. `schemas` are those of the configuration file.
    pub fn find(&self, schemas: &[String]) -> Result<FoundTarget, TargetFault> {
        redaction::note(&self.text.to_string_lossy());
        let Some(name) = variable_name(self.text)? else {
            if self.is_argument && self.text.to_str().is_some_and(url::may_contain_password) {
                return Err(TargetFault::PasswordInArguments);
            }
            return self.find_spelled(self.text, schemas, self.is_argument);
        };
        let value = env::var_os(name).filter(|value| !value.is_empty());
        let value = PathBuf::from(value.ok_or_else(|| TargetFault::VariableUnset(name.to_owned()))?);
        redaction::note(&value.to_string_lossy());
        let found = match variable_name(&value) {
            Ok(None) => self.find_spelled(&value, schemas, false),
            Ok(Some(_)) => Err(TargetFault::VariableInVariable),
            Err(fault) => Err(fault),
        };
        let found = found.map_err(|fault| fault.of_variable(name))?;
        Ok(FoundTarget { has_password: false, ..found })
    }

    fn find_spelled(
        &self,
        text: &Path,
        schemas: &[String],
        is_argument: bool,
    ) -> Result<FoundTarget, TargetFault> {
        match spelled(text)? {
            Spelled::File(path) => {
                // Decoded, it is another text than the URL.
                redaction::note(&path.to_string_lossy());
                let target = Target::File(self.folder.join(path));
                Ok(FoundTarget { target, has_password: false, warnings: Vec::new() })
            }
            Spelled::Server(url) => {
                let has_password = url.contains("password");
                if has_password && is_argument {
                    return Err(TargetFault::PasswordInArguments);
                }
                let mut warnings = Vec::new();
                let server = server::complete(url, schemas, self.folder, &mut warnings)?;
                Ok(FoundTarget { target: Target::Server(Box::new(server)), has_password, warnings })
            }
        }
    }
}

/// Checks a text without looking at the environment.
pub fn check(text: &str) -> Result<(), TargetFault> {
    let path = Path::new(text);
    if variable_name(path)?.is_none() {
        spelled(path)?;
    }
    Ok(())
}

/// Returns the path, or the parts of the URL.
fn spelled(text: &Path) -> Result<Spelled, TargetFault> {
    let Some(utf8) = text.to_str() else {
        if redaction::is_url(&text.to_string_lossy()) {
            return Err(TargetFault::NotUtf8);
        }
        return Ok(Spelled::File(text.to_owned()));
    };
    if redaction::is_url(utf8) {
        return url::parse(utf8);
    }
    match utf8.split_once('=') {
        _ if utf8.is_empty() => Err(TargetFault::Empty),
        _ if url::lacks_slashes(utf8) => Err(TargetFault::Slashes),
        Some((name, _)) if is_libpq_name(name.trim()) => Err(TargetFault::KeywordString),
        _ => Ok(Spelled::File(text.to_owned())),
    }
}

/// Returns the name in `env:NAME`.
fn variable_name(text: &Path) -> Result<Option<&str>, TargetFault> {
    // Longer than any sensible name, but shorter than a key that is given by mistake.
    const LONGEST: usize = 64;
    let bytes = text.as_os_str().as_encoded_bytes();
    if !bytes.starts_with(BY_VARIABLE.as_bytes()) {
        return Ok(None);
    }
    let name = text.to_str().map(|text| &text[BY_VARIABLE.len()..]);
    let is_name = |name: &&str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.len() <= LONGEST
            && !may_be_key(name)
    };
    name.filter(is_name).map(Some).ok_or(TargetFault::VariableName)
}
