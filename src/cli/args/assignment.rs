//! Parses `FIELD=VALUE` on the command line.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::cli::args::secret;
use crate::django::field::Input;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::faults::{FaultCode, TooLong};
use crate::error::limits;
use crate::error::refusal::Refusal;

/// A field and its value.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The name of the field, or `KIND.FIELD` for a profile field.
    pub field: String,
    value: String,
}

/// Splits `FIELD=VALUE`.
pub fn assignment(text: &str) -> Result<Assignment, String> {
    match text.split_once('=') {
        Some((field, value)) if !field.is_empty() => {
            Ok(Assignment { field: field.to_owned(), value: value.to_owned() })
        }
        _ => Err("expected FIELD=VALUE".into()),
    }
}

impl Assignment {
    /// Returns the value, or the content of the file after an `@`. A leading `@@` stands for `@`.
    pub fn input(&self) -> Result<Input> {
        let path = match self.value.strip_prefix('@') {
            None => return Ok(Input::Text(self.value.clone())),
            Some(literal) if literal.starts_with('@') => return Ok(Input::Text(literal.to_owned())),
            Some(path) => path,
        };
        let mut bytes = Vec::new();
        let read =
            File::open(path).and_then(|file| file.take(limits::VALUE_FILE + 1).read_to_end(&mut bytes));
        read.with_context(|| {
            // A value that starts with `@` may be a secret.
            let path = if secret::is_certainly_path(Path::new(path)) { path } else { "…" };
            format!("--set {}=@{path}: the file cannot be read (for a literal @, write @@)", self.field)
        })?;
        if bytes.len() as u64 > limits::VALUE_FILE {
            let code = FaultCode::TooLong(TooLong::ValueFile(path.to_owned()));
            return Err(Refusal::invalid(&*self.field, code).into());
        }
        Ok(String::from_utf8(bytes).map_or_else(|error| Input::Bytes(error.into_bytes()), Input::Text))
    }
}
