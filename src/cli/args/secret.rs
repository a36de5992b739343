//! Reads secrets from standard input, a file or an environment variable. Never from the command line.

use std::env;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use zeroize::Zeroizing;

use crate::django::passwords::Plain;
use crate::django::tokens::PlainToken;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::faults::{Fault, FaultCode, PasswordSources, Remedy, Undecodable};
use crate::error::limits;
use crate::error::refusal::Refusal;
use crate::files::secret_file;
use crate::terminal::prompt::{self, Prompt};

/// Where a password comes from, other than from a prompt.
#[derive(Args, Debug)]
#[command(next_help_heading = "Password")]
#[group(multiple = false)]
pub struct PasswordSource {
    /// Read the password from standard input
    ///
    /// One trailing line end is removed.
    #[arg(id = "password_stdin", long = "password-stdin")]
    pub stdin: bool,

    /// Read the password from a file
    ///
    /// One trailing line end is removed.
    #[arg(id = "password_file", long = "password-file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// Read the password from an environment variable
    #[arg(id = "password_env", long = "password-env", value_name = "NAME")]
    #[arg(hide_short_help = true)]
    pub env: Option<String>,
}

impl PasswordSource {
    /// Whether a source was given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.stdin || self.file.is_some() || self.env.is_some()
    }

    /// Reads the password from its source, or else asks for it on the terminal. Fails if there is neither.
    pub fn read_or_ask(&self, prompt: &Prompt) -> Result<Plain> {
        match self.read()? {
            Some(plain) => Ok(plain),
            None if prompt.is_interactive() => prompt.secret("Password"),
            None => Err(Refusal::Invalid(vec![password_missing(PasswordSources::Known)]).into()),
        }
    }

    /// Reads the password from its source, if any.
    pub fn read(&self) -> Result<Option<Plain>> {
        if self.stdin {
            return from_stdin("Password").map(|secret| Some(Plain::new(secret.to_string())));
        }
        if let Some(path) = &self.file {
            return from_file("--password-file", path).map(|secret| Some(Plain::new(secret.to_string())));
        }
        let Some(name) = &self.env else { return Ok(None) };
        match env::var(name) {
            Ok(password) => Ok(Some(Plain::new(password))),
            Err(env::VarError::NotPresent) => {
                // Do not repeat the name: it may be the password itself, given by mistake.
                Err(Refusal::usage("--password-env: the environment variable is not set.").into())
            }
            Err(env::VarError::NotUnicode(_)) => {
                let variable = Undecodable::Variable(Some(name.clone()));
                Err(Refusal::invalid("password", FaultCode::Undecodable(variable)).into())
            }
        }
    }
}

/// Returns the fault of a missing password that cannot be asked for.
#[must_use]
pub fn password_missing(sources: PasswordSources) -> Fault {
    Fault::new("password", FaultCode::Required(Remedy::Password(sources)))
}

/// Reads a secret from standard input, without a final line end. At a terminal, prompts for it by this name.
pub fn from_stdin(name: &str) -> Result<Zeroizing<String>> {
    if io::stdin().is_terminal() {
        return Ok(Zeroizing::new(prompt::secret_by_standard_input(name)?.as_str().to_owned()));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    io::stdin().take(limits::SECRET + 1).read_to_end(&mut bytes).context("standard input cannot be read")?;
    secret_file::text(&bytes, "Standard input")
}

/// Reads a token from standard input.
///
/// # Errors
/// [`Refusal::Usage`] if it is empty: a command before the pipe may have failed.
pub fn token_from_stdin() -> Result<PlainToken> {
    token(&from_stdin("Token")?, "--token-stdin: standard input")
}

/// Reads a token from the file of `--token-file`.
///
/// # Errors
/// [`Refusal::Usage`] if it is empty.
pub fn token_from_file(path: &Path) -> Result<PlainToken> {
    token(&from_file("--token-file", path)?, "--token-file: the file")
}

fn token(text: &str, source: &str) -> Result<PlainToken> {
    let token = PlainToken::from_client(text);
    if token.expose().is_empty() {
        return Err(Refusal::usage(format!("{source} is empty. Expected a token.")).into());
    }
    Ok(token)
}

/// Reads a secret from the file that an option names, without a final line end.
pub fn from_file(option: &str, path: &Path) -> Result<Zeroizing<String>> {
    secret_file::read(&format!("{}: the file", named(option, path)), path)
}

/// Returns an option with its path, or the option alone if the path may be a misplaced secret.
///
/// A path is shown only if it exists, or if its parent folder exists. The root does not count as such a folder, since
/// a password may start with a slash.
pub fn named(option: &str, path: &Path) -> String {
    if is_certainly_path(path) { format!("{option} {}", path.display()) } else { option.to_owned() }
}

/// Whether this is certainly a path. See [`named`].
pub fn is_certainly_path(path: &Path) -> bool {
    let is_folder = |folder: &Path| folder.parent().is_some() && folder.is_dir();
    path.parent().is_some_and(is_folder) || path.symlink_metadata().is_ok()
}
