//! The fields of an account: finds the column that a name means, and explains names without a column.

use super::rows::{find_column, find_field};
use crate::django::value::{Kind, Value};
use crate::error::refusal::Fault;
use crate::error::suggest::nearest;
use crate::error::wording::counted;
use crate::store::layout::{ProfileTable, UserTable};
use crate::store::schema::Column;

/// User columns that cannot be set as a field, with the alternative for a new account and for an existing one.
const OWN_OPTIONS: [(&str, &str, &str); 8] = [
    ("username", "pass USERNAME", "use --rename"),
    ("email", "use --email", "use --email"),
    ("first_name", "use --first-name", "use --first-name"),
    ("last_name", "use --last-name", "use --last-name"),
    ("is_staff", "use --staff", "use --staff or --no-staff"),
    ("is_superuser", "use --superuser", "use --superuser or --no-superuser"),
    ("is_active", "use --inactive", "use --active or --inactive"),
    (
        "password",
        "use --password-stdin, --password-file, --password-env or --random-password",
        "use `authctl set-password`",
    ),
];

/// The fields of one account.
pub(super) struct Fields<'a> {
    pub users: &'a UserTable,
    /// The column of the login name.
    pub login: &'a str,
    /// The profile tables in which the account has a row, or will get one.
    pub own: Vec<&'a ProfileTable>,
    /// All profile tables.
    pub kinds: &'a [ProfileTable],
    /// Whether the account does not exist yet.
    pub is_new: bool,
}

/// The owner of a column: the user, or the profile of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner<'a> {
    User,
    Profile(&'a str),
}

impl<'a> Fields<'a> {
    /// Returns the columns of the user table that are specific to this project.
    pub fn of_project(&self) -> impl Iterator<Item = &'a Column> {
        const KNOWN: [&str; 4] = ["password", "last_login", "date_joined", "is_active"];
        let is_known = |name: &str| {
            KNOWN.contains(&name)
                || name == self.login
                || name == self.users.key
                || self.own_option(name).is_some()
        };
        self.users.table.columns.iter().filter(move |column| !is_known(&column.name) && !column.generated)
    }

    /// Returns the column that a field name means, and its owner.
    pub fn destination(&self, name: &str) -> Result<(&'a Column, Owner<'a>), Fault> {
        let refused = |message: String| Err(Fault::new(name, "not_settable", message));
        if let Some(instead) = self.own_option(name) {
            return refused(format!("{name} cannot be set this way: {instead}."));
        }
        if name == self.users.key || name == "id" || name == "pk" {
            return refused(format!("{name} is assigned by the database and cannot be set."));
        }
        let in_profile = |table: &&'a ProfileTable, field: &str| {
            find_field(table, field).map(|column| (column, Owner::Profile(&table.kind)))
        };
        if let Some((kind, field)) = name.split_once('.') {
            let table = self.own.iter().find(|table| table.kind == kind);
            return table.and_then(|table| in_profile(table, field)).ok_or_else(|| self.unknown(name));
        }
        if name == self.login {
            let instead = if self.is_new { "pass USERNAME" } else { "use --rename" };
            return refused(format!("{name} cannot be set this way: {instead}."));
        }
        if let Some(column) = find_column(&self.users.table, name) {
            return Ok((column, Owner::User));
        }
        let found: Vec<_> = self.own.iter().filter_map(|table| in_profile(table, name)).collect();
        match &found[..] {
            [] => Err(self.unknown(name)),
            [only] => Ok(*only),
            _ => {
                let names: Vec<String> =
                    self.own.iter().map(|table| format!("{}.{name}", table.kind)).collect();
                let message = format!("{name} is a field of several profiles. Write {}.", names.join(" or "));
                Err(Fault::new(name, "ambiguous", message))
            }
        }
    }

    /// Checks a value for one of Django's own columns. Fails if the table lacks the column or the value does not fit.
    pub fn attribute(&self, column: &str, value: &Value) -> Result<(), Fault> {
        let table = &self.users.table;
        let Some(known) = table.column(column) else {
            let message = format!("The user table {} has no column {column}.", table.name);
            return Err(Fault::new(column, "unknown_field", message));
        };
        match (&known.kind, value) {
            (Kind::Text { max_length: Some(limit) }, Value::Text(text)) if text.chars().count() > *limit => {
                let message = format!("{column} must have at most {}.", counted(*limit as u64, "character"));
                Err(Fault::new(column, "max_length", message))
            }
            (_, Value::Text(text)) if text.contains('\0') => {
                let message = format!("{column} must not contain a null character.");
                Err(Fault::new(column, "invalid", message))
            }
            _ => Ok(()),
        }
    }

    /// Returns the column that a field name means, its owner and its empty value.
    pub fn emptied(&self, name: &str) -> Result<(String, Owner<'a>, Value), Fault> {
        // Django's own text columns are never NULL. Their empty value is the empty text.
        if ["email", "first_name", "last_name"].contains(&name) && name != self.login {
            let empty = Value::from("");
            return self.attribute(name, &empty).map(|()| (name.to_owned(), Owner::User, empty));
        }
        let (column, owner) = self.destination(name)?;
        let value = match column.kind {
            _ if column.nullable => Value::Null,
            Kind::Text { .. } => "".into(),
            _ => {
                let message = format!("{name} must have a value ({}).", column.kind);
                return Err(Fault::new(name, "null", message));
            }
        };
        Ok((column.name.clone(), owner, value))
    }

    /// Returns the alternative to `--set` for this column. `username` has one only if it is the login name.
    pub fn own_option(&self, name: &str) -> Option<&'static str> {
        let (_, for_new, for_existing) = OWN_OPTIONS.iter().find(|(column, ..)| *column == name)?;
        let instead = if self.is_new { for_new } else { for_existing };
        (name != "username" || self.login == "username").then_some(instead)
    }

    fn unknown(&self, name: &str) -> Fault {
        let field = name.rsplit('.').next().unwrap_or(name);
        let is_own = |table: &ProfileTable| self.own.iter().any(|own| own.kind == table.kind);
        let others: Vec<&str> = self
            .kinds
            .iter()
            .filter(|table| !is_own(table) && find_field(table, field).is_some())
            .map(|table| &*table.kind)
            .collect();
        let own: Vec<&str> = self.own.iter().map(|table| &*table.kind).collect();
        let message = match (&own[..], &others[..]) {
            (_, [_, ..]) if !self.is_new => {
                format!(
                    "{name} is a field of the {} profile, which the user does not have.",
                    others.join(" or ")
                )
            }
            ([], [_, ..]) => {
                format!("{name} is a profile field. Pass --profile {}.", others.join(" or "))
            }
            (own, [_, ..]) => {
                format!(
                    "{name} is a field of the {} profile, not of {}.",
                    others.join(" and "),
                    own.join(" or ")
                )
            }
            (_, []) => {
                let of_profiles = self.own.iter().flat_map(|table| table.fields());
                let known: Vec<&str> =
                    self.of_project().chain(of_profiles).map(|column| &*column.name).collect();
                let with_options = OWN_OPTIONS.iter().map(|(column, ..)| *column).chain(["account_type"]);
                match nearest(field, known.iter().copied().chain(with_options)) {
                    Some(near) => format!("Unknown field {name}. Did you mean {near}?"),
                    None if known.is_empty() => format!("Unknown field {name}."),
                    None => format!("Unknown field {name}. Known fields: {}.", known.join(", ")),
                }
            }
        };
        Fault::new(name, "unknown_field", message)
    }
}
