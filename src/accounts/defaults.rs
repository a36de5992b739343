//! Values for required fields from the project's own users: what the newest have in common, what one user has, and
//! random texts like theirs.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::fields::Owner;
use super::random_form::RandomForm;
use super::{Accounts, Planner};
use crate::django::account_spec::{AccountSpec, ProfileChoice};
use crate::django::field::{Input, duration_text};
use crate::django::models::User;
use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, SharedValue};
use crate::store::layout::ProfileTable;
use crate::store::schema::{Column, Table};

/// The number of newest users whose values are compared.
const NEWEST: u32 = 20;

/// A value that a new account takes from another user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// The field, or `profile`.
    pub field: String,
    /// The value as text; `None` for a new random one.
    pub value: Option<String>,
}

impl Accounts<'_> {
    /// Returns the value of a column that all of the newest users have, of whom there are at least two. Possible secrets
    /// are not read.
    pub(super) fn shared_value(
        &self,
        profile: Option<&ProfileTable>,
        column: &Column,
    ) -> Result<Option<SharedValue>> {
        if column.may_hold_secret() || is_right(&column.name) {
            return Ok(None);
        }
        let values = self.store.newest_values(profile, column, NEWEST)?;
        let [first, others @ ..] = &values[..] else { return Ok(None) };
        if others.is_empty() || others.iter().any(|other| other != first) {
            return Ok(None);
        }
        let users = values.len();
        Ok(shown(first, &column.kind).map(|text| SharedValue { text, json: first.clone(), users }))
    }

    /// Returns the value of a column that the newest user has, unless it is empty.
    pub(super) fn newest_value(
        &self,
        profile: Option<&ProfileTable>,
        column: &Column,
    ) -> Result<Option<Json>> {
        let newest = self.store.newest_values(profile, column, 1)?.pop();
        Ok(newest.filter(|value| value.as_str() != Some("") && shown(value, &column.kind).is_some()))
    }

    /// Returns the kinds of profiles that Django's signals may create: those that most of the newest users of a project
    /// have.
    pub fn kinds_by_signals(&self) -> Result<Vec<String>> {
        if self.store.is_django()? { self.store.usual_profile_kinds(NEWEST) } else { Ok(Vec::new()) }
    }

    /// Returns the form of the random texts in a column that is unique or holds secrets. `None` if it has no such texts.
    pub(super) fn random_form(
        &self,
        profile: Option<&ProfileTable>,
        table: &Table,
        column: &Column,
    ) -> Result<Option<RandomForm>> {
        let is_text = matches!(column.kind, Kind::Text { .. });
        if !is_text || !(table.is_unique(&column.name) || is_key(&column.name)) || is_digest(&column.name) {
            return Ok(None);
        }
        let values = self.store.newest_values(profile, column, NEWEST)?;
        let texts: Vec<&str> =
            values.iter().filter_map(Json::as_str).filter(|text| !text.is_empty()).collect();
        Ok(RandomForm::of(&texts))
    }

    /// Sets these fields of a new account to random texts of the form that the newest users have.
    ///
    /// Returns a fault for each field that is unknown, or whose texts have no common random form.
    pub fn set_random(&self, spec: &mut AccountSpec, fields: &[String]) -> Result<Vec<Fault>> {
        let mut faults = Vec::new();
        let first = spec.fields.len();
        // A field can decide which profile the account gets.
        spec.fields.extend(fields.iter().map(|field| (field.clone(), Input::Text(String::new()))));
        let planner = Planner::provisional(self.store, self.policy)?;
        for (index, field) in fields.iter().enumerate() {
            match self.random_text(&planner, spec, field)? {
                Ok(text) => spec.fields[first + index].1 = Input::Text(text),
                Err(fault) => faults.push(fault),
            }
        }
        Ok(faults)
    }

    /// Returns a random text for a field of a new account, or the fault of the field.
    pub fn random_text(
        &self,
        planner: &Planner<'_>,
        spec: &AccountSpec,
        field: &str,
    ) -> Result<Result<String, Fault>> {
        const ATTEMPTS: usize = 10;
        let plan = planner.plan(spec)?;
        let (column, owner) = match plan.fields.destination(field) {
            Ok(found) => found,
            Err(fault) => return Ok(Err(fault)),
        };
        let (table, profile) = self.table_of(owner)?;
        let Some(form) = self.random_form(profile, table, column)? else {
            return Ok(Err(Fault::new(field, FaultCode::NoRandomForm)));
        };
        for _ in 0..ATTEMPTS {
            let text = form.generate(&mut *self.random());
            if !table.is_unique(&column.name)
                || !self.store.has_value(table, &column.name, &text.as_str().into())?
            {
                return Ok(Ok(text));
            }
        }
        Ok(Err(Fault::new(field, FaultCode::NoRandomForm)))
    }

    /// Sets the required fields of a new account that are not given to the values of this user, and returns them.
    ///
    /// Without a chosen profile, the account also gets the user's kinds of profiles, but none that makes it staff. Never
    /// copies rights, names, addresses, secrets and unique values. Those that are random get new random texts.
    pub fn copy_from(&self, spec: &mut AccountSpec, user: &User) -> Result<Vec<Copied>> {
        let profiles = self.store.profiles_of(&user.id)?;
        let mut copied = Vec::new();
        if spec.profile == ProfileChoice::Decide && self.policy.register.profile.is_none() {
            let makes_staff = |kind: &str| self.policy.profiles.get(kind).is_some_and(|kind| kind.staff);
            let kinds: Vec<String> = profiles
                .iter()
                .map(|profile| profile.kind.clone())
                .filter(|kind| !makes_staff(kind))
                .collect();
            let copy = |kind: &String| Copied { field: "profile".into(), value: Some(kind.clone()) };
            copied.extend(kinds.iter().map(copy));
            if !kinds.is_empty() {
                spec.profile = ProfileChoice::Kinds(kinds);
            }
        }
        let of_user = self.store.extra_fields_of(&user.id)?;
        let planner = self.planner()?;
        for missing in planner.missing(spec)? {
            let Some(field) = self.project_field(&planner, spec, &missing.field)? else { continue };
            let value = if field.is_random {
                self.random_text(&planner, spec, &missing.field)?.ok().map(|text| (text, None))
            } else {
                let row = match &field.profile {
                    None => Some(&of_user),
                    Some(kind) => {
                        profiles.iter().find(|profile| profile.kind == *kind).map(|profile| &profile.fields)
                    }
                };
                self.copied_value(row, field.profile.as_deref(), &field.column)?
                    .map(|text| (text.clone(), Some(text)))
            };
            if let Some((text, value)) = value {
                spec.fields.push((missing.field.clone(), Input::Text(text)));
                copied.push(Copied { field: missing.field, value });
            }
        }
        Ok(copied)
    }

    /// Returns the fields in which this user has a value, but for which the specification of another account has none.
    pub fn left_out(&self, spec: &AccountSpec, user: &User) -> Result<Vec<String>> {
        let is_given = |kind: Option<&str>, name: &str| {
            spec.fields.iter().any(|(field, _)| match field.split_once('.') {
                Some((of, field)) => Some(of) == kind && field == name,
                None => field == name,
            })
        };
        let has_value = |value: &Json| !value.is_null() && value.as_str() != Some("");
        let mut names = Vec::new();
        for (name, value) in self.store.extra_fields_of(&user.id)? {
            if has_value(&value) && !is_given(None, &name) {
                names.push(name);
            }
        }
        for profile in self.store.profiles_of(&user.id)? {
            for (name, value) in &profile.fields {
                if has_value(value) && !is_given(Some(&profile.kind), name) {
                    names.push(format!("{}.{name}", profile.kind));
                }
            }
        }
        Ok(names)
    }

    fn copied_value(
        &self,
        row: Option<&Map<String, Json>>,
        profile: Option<&str>,
        name: &str,
    ) -> Result<Option<String>> {
        let owner = profile.map_or(Owner::User, Owner::Profile);
        let (table, _) = self.table_of(owner)?;
        let column = table.column(name).filter(|column| may_be_copied(column, table));
        Ok(row.and_then(|row| row.get(name)).zip(column).and_then(|(json, column)| shown(json, &column.kind)))
    }

    /// Returns the table of a column, and the profile table if it is one.
    pub(super) fn table_of(&self, owner: Owner<'_>) -> Result<(&Table, Option<&ProfileTable>)> {
        Ok(match owner {
            Owner::User => (&self.store.layout().users.table, None),
            Owner::Profile(kind) => {
                let profile = self.store.profile_table(kind)?;
                (&profile.table, Some(profile))
            }
        })
    }
}

/// Returns a value as `--set` accepts it. `None` for NULL, bytes, and texts that do not fit in a line.
fn shown(json: &Json, kind: &Kind) -> Option<String> {
    const LONGEST: usize = 200;
    let text = match (json, kind) {
        (Json::Null, _) | (_, Kind::Bytes) => return None,
        (Json::String(text), kind) if *kind != Kind::Json => text.clone(),
        (Json::Number(number), Kind::Duration) => duration_text(number.as_i64()?),
        (json, _) => json.to_string(),
    };
    (text.chars().count() <= LONGEST && !text.chars().any(char::is_control)).then_some(text)
}

/// Whether the name says that the column holds a token, a key or a secret.
fn is_key(name: &str) -> bool {
    let name = name.to_lowercase();
    ["token", "key", "secret"].iter().any(|word| name.contains(word))
}

/// Whether the column holds what is computed from a secret. A random value would fit no secret.
fn is_digest(name: &str) -> bool {
    let name = name.to_lowercase();
    ["hash", "digest", "checksum", "password", "encrypted"].iter().any(|word| name.contains(word))
}

/// Whether the name says that the column grants rights, so that no value of another user is suggested.
fn is_right(name: &str) -> bool {
    const WORDS: [&str; 9] = [
        "admin",
        "moderator",
        "permission",
        "permissions",
        "privileges",
        "role",
        "roles",
        "staff",
        "superuser",
    ];
    name.to_lowercase().split('_').any(|word| WORDS.contains(&word))
}

/// Whether the column holds a name or an address.
fn is_personal(column: &Column) -> bool {
    const WORDS: [&str; 9] = ["alias", "city", "handle", "mobile", "nick", "phone", "street", "url", "zip"];
    const ENDS: [&str; 4] = ["name", "email", "mail", "address"];
    let is_it = |word: &str| WORDS.contains(&word) || ENDS.iter().any(|end| word.ends_with(end));
    column.kind == Kind::Address || column.name.to_lowercase().split('_').any(is_it)
}

/// Whether one user's value may serve another: no right, name, address or secret, and nothing unique.
pub(super) fn may_be_copied(column: &Column, table: &Table) -> bool {
    !is_right(&column.name)
        && !is_personal(column)
        && !column.may_hold_secret()
        && !table.is_unique(&column.name)
}
