//! The files that a token is written to.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::files::token_file::TokenFiles;
use crate::store::Store;

/// Where a token goes instead of standard output.
#[derive(Args, Debug)]
#[command(next_help_heading = "Token output")]
pub struct TokenFileArgs {
    /// Write the token to this file instead of standard output
    ///
    /// Only its owner can read the file. `-` stands for standard output.
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    output_file: Option<PathBuf>,

    /// Replace an existing file, whatever it contains
    ///
    /// A file that contains only a token is replaced even without this option.
    #[arg(long, requires = "output_file")]
    overwrite: bool,

    /// Write the token to this dotenv file instead of standard output
    ///
    /// The token is written as a line NAME=TOKEN, which replaces an existing line for NAME.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "variable")]
    env_file: Option<PathBuf>,

    /// Use this variable name in the dotenv file
    #[arg(id = "variable", long = "as", value_name = "NAME", value_parser = variable, requires = "env_file")]
    variable: Option<String>,
}

impl TokenFileArgs {
    /// Returns the files. Refuses the database's own files.
    pub fn files(&self, store: &Store) -> Result<TokenFiles> {
        let files = TokenFiles {
            output: self.output_path().map(Path::to_owned),
            overwrites: self.overwrite,
            dotenv: self.env_file.clone().zip(self.variable.clone()),
        };
        files.paths().try_for_each(|path| store.refuse_own(path))?;
        if self.output_file.is_some() && self.output_file == self.env_file {
            return Err(Refusal::usage("--output-file and --env-file name the same file.").into());
        }
        Ok(files)
    }

    /// Whether the token goes to standard output.
    #[must_use]
    pub fn leave_standard_output(&self) -> bool {
        self.output_path().is_none() && (self.output_file.is_some() || self.env_file.is_none())
    }

    /// Returns the file unless it is standard output. `/dev/stdout` counts as standard output, since opening it by
    /// name could replace a regular file behind it.
    fn output_path(&self) -> Option<&Path> {
        let names = ["-", "/dev/stdout"].map(Path::new);
        self.output_file.as_deref().filter(|path| !names.contains(path))
    }
}

fn variable(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !text.is_empty() && text.chars().all(fits) && !text.starts_with(|c: char| c.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("expected letters, digits and underscores, not starting with a digit".into())
    }
}
