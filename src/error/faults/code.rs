//! What can be wrong with a value.

use super::accounts::{Conflict, PrunedAccounts, References, Restriction};
use super::inputs::{ColumnFlaw, JsonFlaw, Part, TomlFlaw, TooLong, Undecodable};
use super::names::{Twice, Undecided, UnknownName, Unsettable};
use super::secrets::{FixtureToken, KeyFlaw, TokenObstacle, Weakness};
use super::values::{Choice, DigitLimit, Expected, MissingTarget, Remedy, ValueKind};

/// What is wrong with a value, with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultCode {
    /// The value is missing.
    Required(Remedy),
    /// The value is null, but the column, of this kind, must have a value.
    Null(Option<ValueKind>),
    /// The password is empty, or the file of this name.
    Empty(Option<String>),
    /// The text has more characters than this.
    MaxLength(usize),
    /// The decimal has more digits than this.
    MaxDigits(DigitLimit),
    /// The value is not what it must be.
    Invalid(Expected),
    /// The text contains a null character.
    NullCharacter,
    /// The text is not UTF-8.
    Undecodable(Undecodable),
    /// The given key cannot be a token.
    UnfitToken(KeyFlaw),
    /// The token of a fixture cannot be stored.
    FixtureToken(FixtureToken),
    /// The account cannot have the desired token.
    ImpossibleToken(TokenObstacle),
    /// The input exceeds a limit.
    TooLong(TooLong),
    /// The number of columns or keys is wrong.
    Columns(ColumnFlaw),
    /// Something is given twice.
    GivenTwice(Twice),
    /// This part of a file is not in the selected encoding.
    NotUtf8(Part),
    /// The value has no heading.
    NoHeading,
    /// A quote is never closed.
    OpenQuote,
    /// The text is not the expected JSON.
    InvalidJson(JsonFlaw),
    /// The text is not TOML.
    InvalidToml(TomlFlaw),
    /// The field cannot be set.
    NotSettable(Unsettable),
    /// The name means no field or key.
    Unknown(UnknownName),
    /// The name means a field in several profiles. Contains the names that mean only one.
    Ambiguous(Vec<String>),
    /// Several candidates fit, and none is selected.
    Undecided(Box<Undecided>),
    /// The newest users have no random texts of one form in this field.
    NoRandomForm,
    /// The value refers to something that does not exist.
    DoesNotExist(MissingTarget),
    /// The value is not one of those that are possible.
    InvalidChoice(Choice),
    /// The file contains a plain-text password.
    PlainPassword,
    /// The environment variable of this name is not set. No name is shown that may be a password.
    NotSet(Option<String>),
    /// A file cannot be read, for this reason.
    NotReadable(String),
    /// The login name is not in the scope of the file.
    OutOfScope(Box<(String, String)>),
    /// The value conflicts with another account, or with a change by another program.
    Conflict(Conflict),
    /// No group has this name. Contains the existing groups.
    GroupNotFound(Vec<String>),
    /// No profile kind has this name. Contains the existing profile kinds.
    ProfileKindNotFound(Vec<String>),
    /// Rows refer to rows that would be deleted.
    StillReferenced(References),
    /// Keys cannot be moved to knox. Contains the reason and the users.
    Unfit(Box<(KeyFlaw, Vec<String>)>),
    /// Objects of a fixture have a model of another kind. Contains the model and their number.
    UnknownModel(Box<(String, usize)>),
    /// The database refused the change.
    Restricted(Restriction),
    /// Too many accounts would be pruned.
    TooMany(Box<PrunedAccounts>),
    /// The password is weak.
    Weak(Weakness),
    /// The password hash, of this method, is weak. Contains the algorithm if Django refuses it by default.
    WeakHash(Box<(String, Option<String>)>),
    /// The text is no password hash. Contains the algorithm that it starts with.
    InvalidHash(Option<String>),
}

impl FaultCode {
    /// Returns the stable name in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Required(_) => "required",
            Self::Null(_) => "null",
            Self::Empty(_) => "empty",
            Self::MaxLength(_) => "max_length",
            Self::MaxDigits(_) => "max_digits",
            Self::Invalid(_)
            | Self::NullCharacter
            | Self::Undecodable(_)
            | Self::UnfitToken(_)
            | Self::FixtureToken(_)
            | Self::ImpossibleToken(_) => "invalid",
            Self::TooLong(_) => "too_long",
            Self::Columns(_) => "columns",
            Self::GivenTwice(_) => "given_twice",
            Self::NotUtf8(_) => "not_utf8",
            Self::NoHeading => "no_heading",
            Self::OpenQuote => "open_quote",
            Self::InvalidJson(_) => "invalid_json",
            Self::InvalidToml(_) => "invalid_toml",
            Self::NotSettable(_) => "not_settable",
            Self::Unknown(_) => "unknown_field",
            Self::Ambiguous(_) | Self::Undecided(_) => "ambiguous",
            Self::NoRandomForm => "not_random",
            Self::DoesNotExist(_) => "does_not_exist",
            Self::InvalidChoice(_) => "invalid_choice",
            Self::PlainPassword => "plain_password",
            Self::NotSet(_) => "not_set",
            Self::NotReadable(_) => "not_readable",
            Self::OutOfScope(_) => "out_of_scope",
            Self::Conflict(conflict) => conflict.name(),
            Self::GroupNotFound(_) => "group_not_found",
            Self::ProfileKindNotFound(_) => "profile_kind_not_found",
            Self::StillReferenced(_) => "still_referenced",
            Self::Unfit(_) => "unfit",
            Self::UnknownModel(_) => "unknown_model",
            Self::Restricted(restriction) => restriction.name(),
            Self::TooMany(_) => "too_many",
            Self::Weak(weakness) => weakness.code(),
            Self::WeakHash(_) => "weak_hash",
            Self::InvalidHash(_) => "invalid_hash",
        }
    }
}
