//! Passwords that a file refers to. They are read only if they are to be set, and never shown.

use std::env;

use super::read::{DesiredUser, PasswordReference};
use crate::accounts::Accounts;
use crate::accounts::change_runner::ChangeRunner;
use crate::accounts::new_password::{self, Password, PasswordRule};
use crate::django::passwords::{self, About, Plain, Summary};
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, Undecodable};
use crate::error::notice::Notice;
use crate::error::refusal::Refusal;
use crate::files::secret_file;
use crate::store::difference::{HIDDEN, Shown};

/// Returns the password to set, `None` if none is to be set, or its faults.
pub fn choose(
    reference: &PasswordReference,
    user: &DesiredUser<'_>,
    username: &str,
    rule: &PasswordRule,
    accounts: &Accounts<'_>,
    runner: &impl ChangeRunner,
) -> Result<Result<Option<Password>, Vec<Fault>>> {
    if *rule == PasswordRule::Never {
        return Ok(Ok(None));
    }
    let about = new_password::about(&user.spec, username);
    let (password, weaknesses) = match reference {
        PasswordReference::Env(name) => plain(from_variable(name), &about),
        PasswordReference::File(path) => plain(from_file(path)?, &about),
        PasswordReference::Random(length) => {
            let plain = passwords::random_password(*length, &about, &mut *accounts.random());
            (Ok(Password::Random(plain)), Vec::new())
        }
        PasswordReference::Written(password, weakness) => {
            (Ok(password.clone()), weakness.iter().cloned().collect())
        }
    };
    let password = match password {
        Ok(password) => password,
        Err(fault) => return Ok(Err(vec![fault])),
    };
    if !rule.sets(&password) {
        return Ok(Ok(None));
    }
    if accounts.policy.passwords.require_strong && !weaknesses.is_empty() {
        return Ok(Err(weaknesses));
    }
    for fault in weaknesses {
        runner.warn(&Notice::Weak(fault.of_account(username)));
    }
    Ok(Ok(Some(password)))
}

fn plain(found: Result<Plain, Fault>, about: &About<'_>) -> (Result<Password, Fault>, Vec<Fault>) {
    let plain = found.and_then(|plain| match plain.null_fault() {
        Some(fault) => Err(fault),
        None if plain.as_str().is_empty() => Err(Fault::new("password", FaultCode::Empty(None))),
        None => Ok(plain),
    });
    match plain {
        Ok(plain) => {
            let weaknesses = new_password::weaknesses(&plain, about);
            (Ok(Password::Plain(plain)), weaknesses)
        }
        Err(fault) => (Err(fault), Vec::new()),
    }
}

fn from_variable(name: &str) -> Result<Plain, Fault> {
    // Only text that looks like a variable name is repeated. Other text may be the password itself, written there
    // by mistake.
    let is_customary = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let shown = is_customary.then(|| name.to_owned());
    env::var(name).map(Plain::new).map_err(|error| {
        let code = match error {
            env::VarError::NotPresent => FaultCode::NotSet(shown),
            env::VarError::NotUnicode(_) => FaultCode::Undecodable(Undecodable::Variable(shown)),
        };
        Fault::new("password", code)
    })
}

fn from_file(path: &std::path::Path) -> Result<Result<Plain, Fault>> {
    // The path is not repeated: it may be the password itself, put there by mistake.
    match secret_file::read("The password file", path) {
        Ok(text) => Ok(Ok(Plain::new(text.to_string()))),
        Err(error) => match error.into_refusal() {
            Ok(Refusal::Invalid(mut faults)) if faults.len() == 1 => {
                Ok(Err(faults.remove(0).renamed("password")))
            }
            Ok(refusal) => Err(refusal.into()),
            Err(error) => Ok(Err(Fault::new("password", FaultCode::NotReadable(error.to_string())))),
        },
    }
}

/// Returns what is shown for a new password.
pub fn shown(password: &Password) -> Shown {
    Shown::Word(match password {
        Password::Plain(_) | Password::Encoded(_) => HIDDEN,
        Password::Random(_) => "(random)",
        Password::Unusable => UNUSABLE,
    })
}

/// Returns what is shown for a stored password.
pub fn shown_encoded(encoded: &str) -> Shown {
    Shown::Word(if passwords::describe(encoded) == Summary::Unusable { UNUSABLE } else { HIDDEN })
}

const UNUSABLE: &str = "(unusable)";
