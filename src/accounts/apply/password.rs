//! Passwords that a file refers to: read only where one is to be set, and never shown.

use std::env;

use anyhow::Result;

use super::read::{DesiredUser, PasswordReference};
use crate::accounts::new_password::{self, Password};
use crate::accounts::registration::UpdatePassword;
use crate::cli::args::secret;
use crate::cli::context::Context;
use crate::django::passwords::{self, About, Plain, Summary};
use crate::error::refusal::{Fault, Refusal};
use crate::store::difference::{HIDDEN, Shown};

/// When the password of an account is set.
#[derive(Clone, Copy, Debug)]
pub enum Need<'a> {
    /// The account is new.
    New,
    /// Not at all.
    Never,
    /// Each time, but for one that this encoded one is already to the letter.
    Always(&'a str),
    /// Where it is another one than this encoded one.
    IfDifferent(&'a str),
}

impl<'a> Need<'a> {
    /// When that of an account which is there is set.
    pub fn of(update: UpdatePassword, encoded: &'a str) -> Self {
        match update {
            UpdatePassword::OnCreate => Self::Never,
            UpdatePassword::Always => Self::Always(encoded),
            UpdatePassword::IfDifferent => Self::IfDifferent(encoded),
        }
    }

    /// Is the password there already?
    fn is_met_by(self, password: &Password) -> bool {
        match (self, password) {
            (Self::Never, _) => true,
            (Self::New, _) | (Self::Always(_), Password::Plain(_) | Password::Random(_)) => false,
            (Self::IfDifferent(encoded), Password::Random(_)) => {
                matches!(passwords::describe(encoded), Summary::Hashed(_))
            }
            (Self::Always(encoded) | Self::IfDifferent(encoded), password) => password.is(encoded),
        }
    }
}

/// The password to be set, `None` where none is, or what is wrong with it. A random password is the same as any that
/// somebody can log in with.
///
/// # Errors
/// What the operating system says of a password's file.
pub fn choose(
    reference: &PasswordReference,
    user: &DesiredUser,
    username: &str,
    need: Need<'_>,
    context: &Context,
) -> Result<Result<Option<Password>, Vec<Fault>>> {
    if matches!(need, Need::Never) {
        return Ok(Ok(None));
    }
    let about = About {
        username: Some(username),
        first_name: user.first_name.as_deref(),
        last_name: user.last_name.as_deref(),
        email: user.email.as_deref(),
    };
    let (password, weaknesses) = match reference {
        PasswordReference::Env(name) => plain(from_variable(name), &about),
        PasswordReference::File(path) => plain(from_file(path)?, &about),
        PasswordReference::Random(length) => {
            let plain = passwords::random_password(*length, &about, &mut *context.random());
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
    if need.is_met_by(&password) {
        return Ok(Ok(None));
    }
    if context.settings.passwords.require_strong && !weaknesses.is_empty() {
        return Ok(Err(weaknesses));
    }
    for fault in weaknesses {
        context.output.warning(format_args!("{username}: {}", fault.message));
    }
    Ok(Ok(Some(password)))
}

fn plain(found: Result<Plain, Fault>, about: &About<'_>) -> (Result<Password, Fault>, Vec<Fault>) {
    let plain = found.and_then(|plain| match new_password::null_fault(&plain) {
        Some(fault) => Err(fault),
        None if plain.as_str().is_empty() => {
            let message = "password must not be empty. For an account without a password, write password = { \
                           unusable = true }.";
            Err(Fault::new("password", "empty", message))
        }
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
    // What has not the look of a variable is not repeated: it may be the password itself, written there by mistake.
    let is_customary = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let named = if is_customary { format!(" {name}") } else { String::new() };
    env::var(name).map(Plain::new).map_err(|error| match error {
        env::VarError::NotPresent => Fault::new(
            "password",
            "not_set",
            format!("The environment variable{named} for the password is not set."),
        ),
        env::VarError::NotUnicode(_) => Fault::new(
            "password",
            "invalid",
            format!("The environment variable{named} for the password is not valid UTF-8."),
        ),
    })
}

fn from_file(path: &std::path::Path) -> Result<Result<Plain, Fault>> {
    // The path is not repeated: it may be the password itself, written there by mistake.
    match secret::from_file_called("The password file", path) {
        Ok(text) => Ok(Ok(Plain::new(text.to_string()))),
        Err(error) => match error.downcast() {
            Ok(Refusal::Invalid(mut faults)) if faults.len() == 1 => {
                Ok(Err(Fault { field: "password".into(), ..faults.remove(0) }))
            }
            Ok(refusal) => Err(refusal.into()),
            Err(error) => Ok(Err(Fault::new("password", "not_readable", format!("{error:#}.")))),
        },
    }
}

/// What is shown of a password that is set.
pub fn shown(password: &Password) -> Shown {
    Shown::Word(match password {
        Password::Plain(_) | Password::Encoded(_) => HIDDEN,
        Password::Random(_) => "(random)",
        Password::Unusable => UNUSABLE,
    })
}

/// What is shown of a password that is there.
pub fn shown_encoded(encoded: &str) -> Shown {
    Shown::Word(if passwords::describe(encoded) == Summary::Unusable { UNUSABLE } else { HIDDEN })
}

const UNUSABLE: &str = "(unusable)";
