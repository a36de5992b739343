//! Faults as data: the field, what is wrong with its value, and where the value is.
//!
//! Contains no sentence and no name of an option. The command line words every fault, because only it knows whether a
//! value came from an option, a column or a key.

mod accounts;
mod code;
mod inputs;
mod names;
mod secrets;
mod values;

pub use self::accounts::{BlockedReference, Conflict, PrunedAccounts, ReferenceWay, References, Restriction};
pub use self::code::FaultCode;
pub use self::inputs::{ColumnFlaw, JsonFlaw, JsonPart, Part, TomlFlaw, TooLong, Undecodable};
pub use self::names::{FieldOwners, NameHint, OwnColumn, Twice, Undecided, UnknownName, Unsettable};
pub use self::secrets::{Attribute, FixtureToken, KeyFlaw, TokenObstacle, Weakness};
pub use self::values::{
    Choice, DigitLimit, Expected, MissingTarget, PasswordSources, ProjectField, Remedy, SharedValue,
    ValueKind,
};
use crate::error::position::Position;

/// One value that is missing or not accepted.
///
/// It does not contain the value, since a value in the wrong field may be a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field's name, in the form that a script uses.
    pub field: String,
    /// What is wrong.
    pub code: FaultCode,
    /// The position in a file.
    pub position: Option<Position>,
    /// Where the value comes from.
    pub form: Form,
    place: Option<Box<Place>>,
}

/// Where a value comes from, and so what the user has to change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// An option or argument of the command line, or nowhere.
    #[default]
    Option,
    /// A column of a sheet, or the same key of each JSON object in a list.
    Column,
    /// A key of a file that describes accounts.
    Key,
    /// A key of a client's JSON body.
    Body,
}

/// The parts of a place that are not numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    file: Option<String>,
    /// The heading of the column.
    heading: Option<String>,
    /// Whether the fault concerns the whole row or object that starts on the line.
    is_row: bool,
    /// The account that the fault concerns.
    account: Option<String>,
}

impl Fault {
    /// Creates a fault of one field.
    pub fn new(field: impl Into<String>, code: FaultCode) -> Self {
        Self { field: field.into(), code, position: None, form: Form::Option, place: None }
    }

    /// Replaces the name of the field.
    #[must_use]
    pub fn renamed(self, field: impl Into<String>) -> Self {
        Self { field: field.into(), ..self }
    }

    /// Replaces what is wrong.
    #[must_use]
    pub fn recoded(self, code: FaultCode) -> Self {
        Self { code, ..self }
    }

    /// Sets the position in a file whose name is still to be added.
    #[must_use]
    pub fn positioned(self, position: Option<Position>) -> Self {
        Self { position, ..self }
    }

    /// Sets where the value comes from.
    #[must_use]
    pub fn of(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// Adds the position in a file.
    #[must_use]
    pub fn at(mut self, file: &str, form: Form, position: Position) -> Self {
        (self.position, self.form) = (Some(position), form);
        self.place_mut().file = Some(file.to_owned());
        self
    }

    /// Adds the line of a file, for a fault of the whole row or object that starts there.
    #[must_use]
    pub fn on_line(self, file: &str, form: Form, line: usize) -> Self {
        let mut fault = self.at(file, form, Position { line, column: 1 });
        fault.place_mut().is_row = true;
        fault
    }

    /// Adds the heading of the column.
    #[must_use]
    pub fn under(mut self, heading: &str) -> Self {
        self.place_mut().heading = Some(heading.to_owned());
        self
    }

    /// Adds the account that the fault concerns.
    #[must_use]
    pub fn of_account(mut self, username: &str) -> Self {
        self.place_mut().account = Some(username.to_owned());
        self
    }

    fn place_mut(&mut self) -> &mut Place {
        self.place.get_or_insert_default()
    }

    /// Returns the name of the file.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.place.as_ref()?.file.as_deref()
    }

    /// Returns the heading of the column.
    #[must_use]
    pub fn heading(&self) -> Option<&str> {
        self.place.as_ref()?.heading.as_deref()
    }

    /// Returns the account that the fault concerns.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.place.as_ref()?.account.as_deref()
    }

    /// Whether the fault concerns the whole row or object that starts on its line.
    #[must_use]
    pub fn is_of_row(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.is_row)
    }

    /// Returns the name of the field in its file: the heading of its column, or else the field.
    #[must_use]
    pub fn name_in_file(&self) -> &str {
        self.heading().unwrap_or(&self.field)
    }
}

// A fault is the error of many functions, which return it by value.
const _: () = assert!(size_of::<Fault>() <= 120, "a fault is small");
