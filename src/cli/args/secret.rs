//! Reads secrets from standard input, a file or an environment variable. Never from the command line.

use std::env;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueHint};
use zeroize::Zeroizing;

use crate::django::passwords::Plain;
use crate::django::tokens::PlainToken;
use crate::error::limits;
use crate::error::refusal::Refusal;
use crate::terminal::prompt;

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
            Err(env::VarError::NotUnicode(_)) => Err(Refusal::invalid(
                "password",
                "invalid",
                format!("The environment variable {name} is not valid UTF-8."),
            )
            .into()),
        }
    }
}

/// Reads a secret from standard input, without a final line end. At a terminal, prompts for it by this name.
pub fn from_stdin(name: &str) -> Result<Zeroizing<String>> {
    if io::stdin().is_terminal() {
        return Ok(Zeroizing::new(prompt::secret_by_standard_input(name)?.as_str().to_owned()));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    io::stdin().take(limits::SECRET + 1).read_to_end(&mut bytes).context("standard input cannot be read")?;
    text(&bytes, "Standard input")
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
    from_file_called(&format!("{}: the file", named(option, path)), path)
}

/// Like [`from_file`], but with a name of its own for the file in messages.
pub fn from_file_called(name: &str, path: &Path) -> Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(limits::SECRET + 1).read_to_end(&mut bytes))
        .with_context(|| format!("{name} cannot be read"))?;
    text(&bytes, name)
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

fn text(bytes: &[u8], source: &str) -> Result<Zeroizing<String>> {
    if bytes.len() as u64 > limits::SECRET {
        return Err(Refusal::invalid(
            "secret",
            "too_long",
            format!("{source} is larger than 64 KiB, the limit for a secret."),
        )
        .into());
    }
    let bytes = bytes.strip_suffix(b"\n").map_or(bytes, |rest| rest.strip_suffix(b"\r").unwrap_or(rest));
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Refusal::invalid("secret", "invalid", format!("{source} is not valid UTF-8.")).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn one_line_end_is_dropped_and_no_more() {
        let read = |bytes: &[u8]| text(bytes, "it").expect("UTF-8").to_string();
        assert_eq!(read(b"me"), "me");
        assert_eq!(read(b"me\n"), "me");
        assert_eq!(read(b"me\r\n"), "me");
        assert_eq!(read(b"me\n\n"), "me\n");
        assert_eq!(read(b" me \r"), " me \r");
        assert!(text(b"\xff", "it").is_err());
    }
}
