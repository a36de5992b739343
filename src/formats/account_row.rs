//! An account as a row of a file describes it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use crate::django::account_spec::{AccountSpec, GroupChoice, ProfileChoice};
use crate::django::field::{Input, boolean};
use crate::django::json;
use crate::django::models::{Key, Permission};
use crate::django::passwords::Plain;
use crate::django::tokens::PlainToken;
use crate::django::tokens::TokenRow;
use crate::django::value::Kind;
use crate::error::faults::{Expected, Fault, FaultCode, Form, Remedy, Twice};
use crate::error::position::Position;
use crate::formats::columns::{AccountColumn, NamedField};

/// The account that one row describes.
#[derive(Debug, Default)]
pub struct AccountRow {
    /// The line where the row starts, from 1.
    pub line: usize,
    /// What the account should be.
    pub spec: AccountSpec,
    /// The password of the account.
    pub password: GivenPassword,
    /// The account's tokens that the file provides.
    pub tokens: Vec<KnownToken>,
    /// When the token of which the file provides the key was created, as text.
    pub token_created: Option<String>,
    /// The faults found in the row so far.
    pub faults: Vec<Fault>,
    positions: ValuePositions,
    /// The profile kinds for which the row has a field. The account gets such profiles.
    kinds_given: Vec<String>,
    /// The fields with an empty cell, each with its profile kind.
    blank: Vec<(Option<String>, String)>,
}

/// How a row provides the password.
#[derive(Debug, Default)]
pub enum GivenPassword {
    /// No password.
    #[default]
    Nothing,
    /// A plain-text password, still to be hashed.
    Plain(Plain),
    /// A hash computed elsewhere, not yet checked.
    Hash(String),
}

/// A token that the file provides.
#[derive(Debug)]
pub enum KnownToken {
    /// The key.
    Key(PlainToken),
    /// A row of a token table.
    Row(TokenRow),
}

/// The positions of a row's values.
#[derive(Clone, Debug)]
pub enum ValuePositions {
    /// Columns of a table: field name, heading and column number. They are the same in every row.
    Table(Arc<[(String, String, usize)]>),
    /// A separate position for each value.
    Each(FieldPositions),
}

/// Field names with positions. All names share one string, since every row has them.
#[derive(Clone, Debug, Default)]
pub struct FieldPositions {
    names: String,
    /// The end of each name in `names`.
    ends: Vec<(usize, Position)>,
}

impl FieldPositions {
    fn push(&mut self, name: &str, position: Position) {
        if self.ends.is_empty() {
            // Enough for the fields of most rows.
            self.names.reserve(128);
            self.ends.reserve(12);
        }
        self.names.push_str(name);
        self.ends.push((self.names.len(), position));
    }

    /// Returns the first name that `matches`, with its position.
    fn find(&self, matches: impl Fn(&str) -> bool) -> Option<(&str, Position)> {
        let mut start = 0;
        self.ends.iter().find_map(|(end, position)| {
            let name = &self.names[start..*end];
            start = *end;
            matches(name).then_some((name, *position))
        })
    }
}

impl Default for ValuePositions {
    fn default() -> Self {
        Self::Each(FieldPositions::default())
    }
}

impl AccountRow {
    /// An empty row that starts on this line.
    #[must_use]
    pub fn at(line: usize, positions: ValuePositions) -> Self {
        Self { line, positions, ..Self::default() }
    }

    /// Keeps only the references that are still to be looked up in the database.
    pub fn keep_references(&mut self) {
        let AccountSpec { groups, permissions, .. } = std::mem::take(&mut self.spec);
        self.spec = AccountSpec { groups, permissions, ..AccountSpec::default() };
        self.blank = Vec::new();
    }

    /// Records the position of a field's value.
    pub fn set_position(&mut self, field: &str, position: Position) {
        if let ValuePositions::Each(positions) = &mut self.positions {
            positions.push(field, position);
        }
    }

    /// Sets the value of a column.
    pub fn take(&mut self, column: &AccountColumn<'_>, input: Input) {
        if matches!(&input, Input::Text(text) if text.is_empty())
            && !matches!(column, AccountColumn::Password)
        {
            return self.take_blank(column);
        }
        let spec = &mut self.spec;
        let outcome = match column {
            AccountColumn::Ignored => Ok(()),
            AccountColumn::Key => {
                spec.key = Some(input);
                Ok(())
            }
            AccountColumn::Username => set_text(&mut spec.username, column, input),
            AccountColumn::Email => set_text(&mut spec.email, column, input),
            AccountColumn::EmailVerified => {
                let mut is_verified = None;
                let outcome = set_flag(&mut is_verified, column, &input);
                spec.email_verified = is_verified == Some(true);
                outcome
            }
            AccountColumn::FirstName => set_text(&mut spec.first_name, column, input),
            AccountColumn::LastName => set_text(&mut spec.last_name, column, input),
            AccountColumn::Active => set_flag(&mut spec.active, column, &input),
            AccountColumn::Staff => set_flag(&mut spec.staff, column, &input),
            AccountColumn::Superuser => set_flag(&mut spec.superuser, column, &input),
            AccountColumn::Field(field) => self.take_field(field, input),
            AccountColumn::Groups => self.take_groups(input),
            AccountColumn::Permissions => self.take_permissions(&input),
            AccountColumn::Profile | AccountColumn::Profiles => self.take_kinds(column, input),
            AccountColumn::AccountType => self.take_account_type(input),
            AccountColumn::Password => self.take_password(input),
            AccountColumn::PasswordHash => self.take_hash(input),
            AccountColumn::Token => self.take_token(input),
            AccountColumn::TokenCreated => set_text(&mut self.token_created, column, input),
        };
        self.faults.extend(outcome.err());
    }

    /// Handles an empty cell. It sets no value, except that it can mean "no profile" or an empty text.
    fn take_blank(&mut self, column: &AccountColumn<'_>) {
        match column {
            AccountColumn::Profile => self.spec.profile = ProfileChoice::None,
            AccountColumn::Field(field) if field.keeps_blank => {
                self.blank.push((field.profile.map(str::to_owned), field.name.clone()));
            }
            _ => {}
        }
    }

    fn take_field(&mut self, field: &NamedField<'_>, input: Input) -> Result<(), Fault> {
        let input = match (input, &field.kind) {
            (Input::Text(text) | Input::Json(Json::String(text)), Kind::Bytes) => {
                let bytes = STANDARD.decode(text.trim());
                Input::Bytes(bytes.map_err(|_| invalid(&field.name, Expected::Base64))?)
            }
            (Input::Text(text), Kind::Boolean) if boolean(&text).is_none() => {
                return Err(invalid(&field.name, Expected::YesOrNo));
            }
            (Input::Json(Json::Null), _) if field.keeps_null => Input::Text("null".into()),
            (input, _) => input,
        };
        if let Some(kind) = field.profile.filter(|kind| !self.kinds_given.iter().any(|given| given == kind)) {
            self.kinds_given.push(kind.to_owned());
        }
        self.spec.fields.push((field.name.clone(), input));
        Ok(())
    }

    fn take_groups(&mut self, input: Input) -> Result<(), Fault> {
        let names = list(input).ok_or_else(|| invalid("groups", Expected::Groups))?;
        self.spec.groups = GroupChoice::join(names);
        Ok(())
    }

    fn take_permissions(&mut self, input: &Input) -> Result<(), Fault> {
        let given = if let Input::Json(json) = input { permissions(json) } else { None };
        self.spec.permissions = given.ok_or_else(|| invalid("user_permissions", Expected::Permissions))?;
        Ok(())
    }

    fn take_kinds(&mut self, column: &AccountColumn<'_>, input: Input) -> Result<(), Fault> {
        let kinds = list(input).ok_or_else(|| invalid(column.name(), Expected::ProfileKinds))?;
        self.spec.profile = if kinds.is_empty() { ProfileChoice::None } else { ProfileChoice::Kinds(kinds) };
        Ok(())
    }

    fn take_account_type(&mut self, input: Input) -> Result<(), Fault> {
        let mut kind = None;
        set_text(&mut kind, &AccountColumn::AccountType, input)?;
        if let Some(kind) = kind {
            self.spec.profile = ProfileChoice::AccountType(kind);
        }
        Ok(())
    }

    fn take_password(&mut self, input: Input) -> Result<(), Fault> {
        match input {
            Input::Text(text) if text.is_empty() => Ok(()),
            Input::Json(Json::Null) => Ok(()),
            Input::Text(text) | Input::Json(Json::String(text)) => {
                let plain = Plain::new(text);
                if let Some(fault) = plain.null_fault() {
                    return Err(fault);
                }
                if plain.as_str().is_empty() {
                    return Err(Fault::new("password", FaultCode::Required(Remedy::FilledPassword)));
                }
                self.give(GivenPassword::Plain(plain))
            }
            _ => Err(invalid("password", Expected::Text)),
        }
    }

    fn take_hash(&mut self, input: Input) -> Result<(), Fault> {
        let mut text = None;
        set_text(&mut text, &AccountColumn::PasswordHash, input)?;
        text.map_or(Ok(()), |text| self.give(GivenPassword::Hash(text)))
    }

    fn give(&mut self, password: GivenPassword) -> Result<(), Fault> {
        if !matches!(self.password, GivenPassword::Nothing) {
            return Err(Fault::new("password", FaultCode::GivenTwice(Twice::Password)));
        }
        self.password = password;
        Ok(())
    }

    fn take_token(&mut self, input: Input) -> Result<(), Fault> {
        let mut text = None;
        set_text(&mut text, &AccountColumn::Token, input)?;
        self.tokens.extend(text.map(|text| KnownToken::Key(PlainToken::new(text))));
        Ok(())
    }

    /// Completes the row after its last value. `default` is the profile kind of new accounts.
    pub fn conclude(&mut self, default: Option<&str>) {
        if self.spec.profile == ProfileChoice::Decide && !self.kinds_given.is_empty() {
            let mut kinds = std::mem::take(&mut self.kinds_given);
            if let Some(default) = default.filter(|default| !kinds.iter().any(|kind| kind == default)) {
                kinds.push(default.to_owned());
            }
            self.spec.profile = ProfileChoice::Kinds(kinds);
        }
        let is_own = |kind: &str| match &self.spec.profile {
            ProfileChoice::None => false,
            ProfileChoice::Decide => default == Some(kind),
            ProfileChoice::Kinds(kinds) => kinds.iter().any(|own| own == kind),
            ProfileChoice::AccountType(own) => own == kind,
        };
        for (kind, name) in std::mem::take(&mut self.blank) {
            if kind.as_deref().is_none_or(is_own) {
                self.spec.fields.push((name, Input::Text(String::new())));
            }
        }
    }

    /// Whether the row has this primary key, or none.
    #[must_use]
    pub fn may_have_key(&self, key: &Key) -> bool {
        let bare = |text: &str| text.trim().replace('-', "").to_lowercase();
        let given = match &self.spec.key {
            None => return true,
            Some(Input::Text(text) | Input::Json(Json::String(text))) => bare(text),
            Some(Input::Json(json)) => json.to_string(),
            Some(Input::Bytes(_)) => return false,
        };
        given == bare(&key.to_string())
    }

    /// Drops empty cells. For an existing account, they mean no change.
    pub fn drop_blank(&mut self) {
        self.spec.fields.retain(|(_, input)| !matches!(input, Input::Text(text) if text.is_empty()));
    }

    /// Returns the heading of this column.
    fn heading(&self, number: usize) -> Option<&str> {
        let ValuePositions::Table(columns) = &self.positions else { return None };
        columns.iter().find(|(.., column)| *column == number).map(|(_, heading, _)| &**heading)
    }

    /// Adds the position in the file to a fault, and renames the field to its name in the file.
    #[must_use]
    pub fn located(&self, file: &str, fault: Fault) -> Fault {
        if let Some(position) = fault.position {
            let heading = self.heading(position.column).map(str::to_owned);
            let fault = fault.at(file, Form::Column, position);
            return match heading {
                Some(heading) => fault.under(&heading),
                None => fault,
            };
        }
        match &self.positions {
            ValuePositions::Table(columns) => {
                match columns.iter().find(|(name, ..)| is_name_of(name, &fault.field)) {
                    Some((_, heading, column)) => {
                        let position = Position { line: self.line, column: *column };
                        fault.at(file, Form::Column, position).under(heading)
                    }
                    None => fault.on_line(file, Form::Column, self.line),
                }
            }
            ValuePositions::Each(positions) => match positions.find(|name| is_name_of(name, &fault.field)) {
                Some((name, position)) => {
                    let field = if fault.field.is_empty() { name } else { &fault.field }.to_owned();
                    fault.at(file, Form::Column, position).renamed(field)
                }
                None => fault.on_line(file, Form::Column, self.line),
            },
        }
    }
}

/// Whether a fault of `field` concerns the column `name`. A fault may name a profile's field without its kind.
fn is_name_of(name: &str, field: &str) -> bool {
    name == field || name.split_once('.').is_some_and(|(_, bare)| bare == field)
}

fn set_text(target: &mut Option<String>, column: &AccountColumn<'_>, input: Input) -> Result<(), Fault> {
    match input {
        Input::Text(text) | Input::Json(Json::String(text)) => *target = Some(text),
        Input::Json(Json::Null) => {}
        _ => return Err(invalid(column.name(), Expected::Text)),
    }
    Ok(())
}

fn set_flag(target: &mut Option<bool>, column: &AccountColumn<'_>, input: &Input) -> Result<(), Fault> {
    *target = match input {
        Input::Json(Json::Null) => return Ok(()),
        Input::Json(Json::Bool(flag)) => Some(*flag),
        Input::Text(text) => boolean(text),
        _ => None,
    };
    target.map(|_| ()).ok_or_else(|| invalid(column.name(), Expected::YesOrNo))
}

/// Parses permissions as in a fixture: keys, or natural keys of `codename`, `app_label` and `model`.
pub fn permissions(json: &Json) -> Option<Vec<Permission>> {
    let permission = |json: &Json| match json {
        Json::Number(key) => key.as_i64().map(Permission::Key),
        Json::Array(parts) => match &parts[..] {
            [Json::String(codename), Json::String(app_label), Json::String(model)] => {
                let (codename, app_label, model) = (codename.clone(), app_label.clone(), model.clone());
                Some(Permission::Natural { codename, app_label, model })
            }
            _ => None,
        },
        _ => None,
    };
    match json {
        Json::Array(given) => given.iter().map(permission).collect(),
        Json::Null => Some(Vec::new()),
        _ => None,
    }
}

fn invalid(name: &str, expected: Expected) -> Fault {
    Fault::new(name, FaultCode::Invalid(expected))
}

/// Parses a list of names, either separated by `;` or as a JSON list of texts.
fn list(input: Input) -> Option<Vec<String>> {
    let names = |json: Vec<Json>| -> Option<Vec<String>> {
        let name = |json| if let Json::String(name) = json { Some(name) } else { None };
        json.into_iter().map(name).collect()
    };
    match input {
        Input::Json(Json::Null) => Some(Vec::new()),
        Input::Json(Json::Array(json)) => names(json),
        Input::Text(text) if text.starts_with('[') => list(Input::Json(json::parse(&text).ok()?)),
        Input::Text(text) | Input::Json(Json::String(text)) => {
            let parts = text.split(';').map(str::trim).filter(|name| !name.is_empty());
            Some(parts.map(str::to_owned).collect())
        }
        _ => None,
    }
}
