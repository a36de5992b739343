//! The text of a file, with the positions of its parts.

use std::path::Path;
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::tree::Node;
use super::{Flaw, json, toml};
use crate::error::fault_list::Faults;
use crate::error::faults::{Fault, FaultCode, Form, Undecodable};
use crate::error::position::{Position, Positions};

/// The text of a file, and its name in faults.
pub struct SourceFile {
    name: String,
    text: Zeroizing<String>,
    /// Where its values come from.
    form: Form,
    /// Computed for the first fault.
    positions: OnceLock<Positions>,
}

impl SourceFile {
    /// Creates a file from its text.
    #[must_use]
    pub fn new(name: String, text: String, form: Form) -> Self {
        Self { name, text: Zeroizing::new(text), form, positions: OnceLock::new() }
    }

    /// Creates a file from its bytes, without a byte order mark. Returns a fault if they are not UTF-8.
    pub fn of_bytes(name: String, mut bytes: Zeroizing<Vec<u8>>, form: Form) -> Result<Self, Fault> {
        let mark = "\u{feff}".as_bytes();
        if bytes.starts_with(mark) {
            bytes.drain(..mark.len());
        }
        String::from_utf8(std::mem::take(&mut *bytes))
            .map(|text| Self::new(name.clone(), text, form))
            .map_err(|error| {
                let end = error.utf8_error().valid_up_to();
                let bytes = Zeroizing::new(error.into_bytes());
                let good = String::from_utf8_lossy(&bytes[..end]).into_owned();
                let fault = Fault::new("", FaultCode::Undecodable(Undecodable::File));
                Self::new(name, good, form).locate(end, fault)
            })
    }

    /// Returns the name of the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the position of a byte offset.
    #[must_use]
    pub fn position(&self, at: usize) -> Position {
        self.positions.get_or_init(|| Positions::of(&self.text)).at(&self.text, at)
    }

    /// Adds the position to the fault.
    #[must_use]
    pub fn locate(&self, at: usize, fault: Fault) -> Fault {
        fault.at(&self.name, self.form, self.position(at))
    }

    /// Parses the tree. It is JSON if the file's extension or its first character says so, otherwise TOML.
    ///
    /// # Errors
    /// Returns all syntax errors.
    pub fn tree(&self) -> Result<Node<'_>, Faults> {
        let extension = Path::new(&self.name).extension().unwrap_or_default();
        let is_json = extension == "json" || extension != "toml" && self.text.trim_start().starts_with('{');
        if is_json { self.json() } else { self.toml() }
    }

    /// Parses the text as JSON.
    ///
    /// # Errors
    /// Returns the syntax error.
    pub fn json(&self) -> Result<Node<'_>, Faults> {
        json::parse(&self.text).map_err(|flaw| self.faults(vec![flaw]))
    }

    /// Parses the text as TOML.
    ///
    /// # Errors
    /// Returns all syntax errors.
    pub fn toml(&self) -> Result<Node<'_>, Faults> {
        toml::parse(&self.text).map_err(|flaws| self.faults(flaws))
    }

    /// Converts flaws to faults in the order of their positions.
    #[must_use]
    pub fn faults(&self, mut flaws: Vec<Flaw>) -> Faults {
        flaws.sort_by_key(|(at, _)| *at);
        let mut faults = Faults::default();
        for (at, code) in flaws {
            faults.push_with(|| self.locate(at, Fault::new("", code)));
        }
        faults
    }
}
