//! The fields of an account: finds the column that a name means, and explains names without a column.

use super::rows::{find_column, find_field};
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, FieldOwners, NameHint, OwnColumn, UnknownName, Unsettable};
use crate::error::suggest::nearest;
use crate::store::Store;
use crate::store::layout::{ProfileTable, UserTable};
use crate::store::schema::Column;

/// User columns that cannot be set as a field.
const OWN_COLUMNS: [(&str, OwnColumn); 8] = [
    ("username", OwnColumn::LoginName),
    ("email", OwnColumn::Email),
    ("first_name", OwnColumn::FirstName),
    ("last_name", OwnColumn::LastName),
    ("is_staff", OwnColumn::Staff),
    ("is_superuser", OwnColumn::Superuser),
    ("is_active", OwnColumn::Active),
    ("password", OwnColumn::Password),
];

/// Returns the names of the fields that can be set in some account, without those that may hold secrets. The field of a
/// profile has its full name, and also the short one if no other table has such a field.
pub fn settable_names(store: &Store) -> Result<Vec<String>> {
    let users = &store.layout().users;
    let kinds = store.profile_tables()?;
    let fields = Fields { users, login: users.login()?, own: kinds.iter().collect(), kinds, is_new: false };
    let is_offered = |column: &&Column| !column.may_hold_secret();
    let mut names: Vec<String> =
        fields.of_project().filter(is_offered).map(|column| column.name.clone()).collect();
    for table in kinds {
        for column in table.fields().filter(is_offered) {
            if fields.destination(&column.name).is_ok_and(|(_, owner)| owner == Owner::Profile(&table.kind)) {
                names.push(column.name.clone());
            }
            names.push(format!("{}.{}", table.kind, column.name));
        }
    }
    Ok(names)
}

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
                || self.own_column(name).is_some()
        };
        self.users.table.columns.iter().filter(move |column| !is_known(&column.name) && !column.generated)
    }

    /// Returns the column that a field name means, and its owner.
    pub fn destination(&self, name: &str) -> Result<(&'a Column, Owner<'a>), Fault> {
        let refused = |reason| Err(Fault::new(name, FaultCode::NotSettable(reason)));
        let is_new = self.is_new;
        if let Some(column) = self.own_column(name) {
            return refused(Unsettable::OwnColumn { column, is_new });
        }
        if name == self.users.key || name == "id" || name == "pk" {
            return refused(Unsettable::Assigned);
        }
        let in_profile = |table: &&'a ProfileTable, field: &str| {
            find_field(table, field).map(|column| (column, Owner::Profile(&table.kind)))
        };
        if let Some((kind, field)) = name.split_once('.') {
            let table = self.own.iter().find(|table| table.kind == kind);
            return table.and_then(|table| in_profile(table, field)).ok_or_else(|| self.unknown(name));
        }
        if name == self.login {
            return refused(Unsettable::OwnColumn { column: OwnColumn::LoginName, is_new });
        }
        if let Some(column) = find_column(&self.users.table, name) {
            if column.generated {
                return refused(Unsettable::Assigned);
            }
            return Ok((column, Owner::User));
        }
        let found: Vec<_> = self.own.iter().filter_map(|table| in_profile(table, name)).collect();
        match &found[..] {
            [] => Err(self.unknown(name)),
            [only] => Ok(*only),
            _ => {
                let names = self.own.iter().map(|table| format!("{}.{name}", table.kind)).collect();
                Err(Fault::new(name, FaultCode::Ambiguous(names)))
            }
        }
    }

    /// Checks a value for one of Django's own columns. Fails if the table lacks the column or the value does not fit.
    pub fn attribute(&self, column: &str, value: &Value) -> Result<(), Fault> {
        let table = &self.users.table;
        let Some(known) = table.column(column) else {
            let unknown = UnknownName::Column(table.name.clone());
            return Err(Fault::new(column, FaultCode::Unknown(unknown)));
        };
        match (&known.kind, value) {
            (Kind::Text { max_length: Some(limit) }, Value::Text(text)) if text.chars().count() > *limit => {
                Err(Fault::new(column, FaultCode::MaxLength(*limit)))
            }
            (_, Value::Text(text)) if text.contains('\0') => {
                Err(Fault::new(column, FaultCode::NullCharacter))
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
            _ => return Err(Fault::new(name, FaultCode::Null(Some((&column.kind).into())))),
        };
        Ok((column.name.clone(), owner, value))
    }

    /// Returns the column of this name if it is not set as a field. `username` is such a column only if it is the login
    /// name.
    pub fn own_column(&self, name: &str) -> Option<OwnColumn> {
        let (_, column) = OWN_COLUMNS.iter().find(|(column, _)| *column == name)?;
        (name != "username" || self.login == "username").then_some(*column)
    }

    fn unknown(&self, name: &str) -> Fault {
        let (kind, field) = name.split_once('.').map_or((None, name), |(kind, field)| (Some(kind), field));
        let named = self.own.iter().filter(|table| kind.is_none_or(|kind| table.kind == kind));
        let mut columns = named.filter_map(|table| find_column(&table.table, field));
        if columns.any(|column| column.generated) {
            return Fault::new(name, FaultCode::NotSettable(Unsettable::Assigned));
        }
        let is_own = |table: &ProfileTable| self.own.iter().any(|own| own.kind == table.kind);
        let others: Vec<String> = self
            .kinds
            .iter()
            .filter(|table| !is_own(table) && find_field(table, field).is_some())
            .map(|table| table.kind.clone())
            .collect();
        let what = if others.is_empty() {
            let of_profiles = self.own.iter().flat_map(|table| table.fields());
            let known: Vec<&str> = self.of_project().chain(of_profiles).map(|column| &*column.name).collect();
            let own_columns = OWN_COLUMNS.iter().map(|(column, _)| *column).chain(["account_type"]);
            UnknownName::Field(match nearest(field, known.iter().copied().chain(own_columns)) {
                Some(near) => NameHint::Near(near.to_owned()),
                None => NameHint::Known(known.into_iter().map(str::to_owned).collect()),
            })
        } else {
            let own = self.own.iter().map(|table| table.kind.clone()).collect();
            UnknownName::OtherProfile(Box::new(FieldOwners { kinds: others, own, is_new: self.is_new }))
        };
        Fault::new(name, FaultCode::Unknown(what))
    }
}
