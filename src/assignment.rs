//! `FIELD=VALUE` on the command line.

use anyhow::{Context as _, Result};

use crate::field::Input;

/// A field and what it is set to.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The field's name, maybe with its profile kind before a dot.
    pub field: String,
    value: String,
}

/// Takes `FIELD=VALUE` apart.
///
/// # Errors
/// Where there is no field, or no `=`.
pub fn assignment(text: &str) -> Result<Assignment, String> {
    match text.split_once('=') {
        Some((field, value)) if !field.is_empty() => {
            Ok(Assignment { field: field.to_owned(), value: value.to_owned() })
        }
        _ => Err("give FIELD=VALUE".into()),
    }
}

impl Assignment {
    /// The value as it stands, or what is in the file behind an `@`; `@@` stands for `@`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn input(&self) -> Result<Input> {
        let path = match self.value.strip_prefix('@') {
            None => return Ok(Input::Text(self.value.clone())),
            Some(literal) if literal.starts_with('@') => return Ok(Input::Text(literal.to_owned())),
            Some(path) => path,
        };
        let bytes = std::fs::read(path).with_context(|| {
            format!("--set {}=@{path}: the file cannot be read; for the text itself, write @@", self.field)
        })?;
        Ok(String::from_utf8(bytes).map_or_else(|error| Input::Bytes(error.into_bytes()), Input::Text))
    }
}
