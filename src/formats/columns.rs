//! Maps the headings of a table and the keys of a JSON object to fields.

use std::collections::HashMap;

use crate::django::value::Kind;
use crate::error::faults::{Fault, FaultCode, NameHint, UnknownName};
use crate::error::limits;
use crate::error::misuse::Misuse;
use crate::error::suggest::nearest;

/// What a column contains.
#[derive(Clone, Debug)]
pub enum AccountColumn<'a> {
    /// The primary key.
    Key,
    /// The login name.
    Username,
    /// The email address.
    Email,
    /// Whether the email address is verified in allauth.
    EmailVerified,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// Whether the user may log in.
    Active,
    /// Whether the user may enter Django's admin.
    Staff,
    /// Whether the user has every permission.
    Superuser,
    /// Another field of the user or of a profile.
    Field(NamedField<'a>),
    /// The user's groups.
    Groups,
    /// The user's own permissions.
    Permissions,
    /// The kinds of the user's profiles, or the fields of one profile.
    Profile,
    /// The fields of all profiles, by kind.
    Profiles,
    /// The kind of profile, as a client's JSON body names it.
    AccountType,
    /// The plain-text password, to be hashed.
    Password,
    /// A password hash computed elsewhere.
    PasswordHash,
    /// A token's key.
    Token,
    /// When the token was created.
    TokenCreated,
    /// A column to skip.
    Ignored,
}

/// The column name that only databases of allauth have, unless the project has a column of this name.
pub const EMAIL_VERIFIED: &str = "email_verified";

/// The fixed column names.
const KNOWN: [(&str, AccountColumn<'static>); 19] = [
    ("id", AccountColumn::Key),
    ("pk", AccountColumn::Key),
    ("username", AccountColumn::Username),
    ("email", AccountColumn::Email),
    (EMAIL_VERIFIED, AccountColumn::EmailVerified),
    ("first_name", AccountColumn::FirstName),
    ("last_name", AccountColumn::LastName),
    ("is_active", AccountColumn::Active),
    ("is_staff", AccountColumn::Staff),
    ("is_superuser", AccountColumn::Superuser),
    ("groups", AccountColumn::Groups),
    ("user_permissions", AccountColumn::Permissions),
    ("profile", AccountColumn::Profile),
    ("profiles", AccountColumn::Profiles),
    ("account_type", AccountColumn::AccountType),
    ("password", AccountColumn::Password),
    ("password_hash", AccountColumn::PasswordHash),
    ("token", AccountColumn::Token),
    ("token_created", AccountColumn::TokenCreated),
];

impl AccountColumn<'_> {
    /// The name of the column in faults.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Field(field) => &field.name,
            Self::Ignored => "",
            // If a column has several names, the first one is its own.
            other => {
                let is_same = |known: &AccountColumn<'_>| {
                    std::mem::discriminant(known) == std::mem::discriminant(other)
                };
                KNOWN.iter().find(|(_, known)| is_same(known)).map_or("", |(name, _)| name)
            }
        }
    }
}

/// The fields of the accounts in one database.
pub trait AccountFields: Sync {
    /// Returns the column of the login name.
    fn login_column(&self) -> &str;

    /// Finds the field that a name means: a user column, or `profile.KIND.FIELD` with or without the kind.
    fn field(&self, name: &str) -> Option<NamedField<'_>>;

    /// Whether email addresses can be verified, as with allauth.
    fn has_verified_addresses(&self) -> bool;

    /// Returns the names of all fields that are not Django's own, in the form of headings.
    fn field_names(&self) -> Vec<String>;
}

/// A field found by its name.
#[derive(Clone, Debug)]
pub struct NamedField<'a> {
    /// The name of the field in a specification.
    pub name: String,
    /// The profile kind, if the field belongs to exactly one.
    pub profile: Option<&'a str>,
    /// The kind of its values.
    pub kind: &'a Kind,
    /// Whether the field is a text that may be empty but not NULL. An empty cell is then a value.
    pub keeps_blank: bool,
    /// Whether the field is a JSON document that may not be NULL. A null is then the document.
    pub keeps_null: bool,
}

/// Maps headings to fields of one database, including the mappings of the command line.
pub struct Columns<'a> {
    fields: &'a dyn AccountFields,
    map: Vec<(String, String)>,
}

impl<'a> Columns<'a> {
    /// Creates the mapping. `map` holds pairs of heading and field. An empty field skips the column.
    #[must_use]
    pub fn new(fields: &'a dyn AccountFields, map: &[(String, String)]) -> Self {
        Self { fields, map: map.to_vec() }
    }

    /// Whether the command line maps this heading.
    #[must_use]
    pub fn is_mapped(&self, heading: &str) -> bool {
        self.map.iter().any(|(from, _)| from == heading)
    }

    /// Finds the column of a heading. The fault for an unknown heading names the most similar one.
    pub fn find(&self, heading: &str) -> Result<AccountColumn<'a>, Fault> {
        if let Some((_, field)) = self.map.iter().find(|(from, _)| from == heading) {
            return if field.is_empty() {
                Ok(AccountColumn::Ignored)
            } else {
                self.known(field).ok_or_else(|| self.unknown(field))
            };
        }
        self.known(heading)
            .or_else(|| self.known(&self.find_similar(heading)?))
            .ok_or_else(|| self.unknown(heading))
    }

    fn known(&self, name: &str) -> Option<AccountColumn<'a>> {
        if name == self.fields.login_column() && name != "email" {
            return Some(AccountColumn::Username);
        }
        if name == "username" && self.fields.login_column() != "username" {
            // The project may have a column of this name besides its login name.
            return Some(self.fields.field(name).map_or(AccountColumn::Username, AccountColumn::Field));
        }
        let own = KNOWN.iter().find(|(known, _)| *known == name).map(|(_, column)| column.clone());
        let of_project = || self.fields.field(name).map(AccountColumn::Field);
        if name == EMAIL_VERIFIED {
            return of_project().or(own.filter(|_| self.fields.has_verified_addresses()));
        }
        own.or_else(of_project)
    }

    /// Finds a known heading that differs only in case, spaces, dashes and underscores.
    fn find_similar(&self, heading: &str) -> Option<String> {
        let bare = |text: &str| -> String {
            text.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).flat_map(char::to_lowercase).collect()
        };
        let heading = bare(heading);
        let all = self.all();
        let matches = |known: &&str| bare(known) == heading;
        all.iter()
            .map(String::as_str)
            .find(matches)
            .or_else(|| last_parts(&all).find(matches))
            .map(str::to_owned)
    }

    /// All known headings, each once.
    fn all(&self) -> Vec<String> {
        let login = std::iter::once(self.fields.login_column().to_owned());
        let is_usable = |name: &&str| *name != EMAIL_VERIFIED || self.fields.has_verified_addresses();
        let known = KNOWN.iter().map(|(name, _)| *name).filter(is_usable).map(str::to_owned);
        let times = ["date_joined", "last_login"].map(str::to_owned);
        let mut all: Vec<String> = Vec::new();
        for name in login.chain(known).chain(times).chain(self.fields.field_names()) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        all
    }

    fn unknown(&self, heading: &str) -> Fault {
        let all = self.all();
        let known = all.iter().map(String::as_str).chain(last_parts(&all));
        let hint = if let Some(near) = nearest(heading, known) {
            NameHint::Near(near.to_owned())
        } else {
            // A long list is cut, so the project's own fields come first. It needs only one name of the key.
            let own = self.fields.field_names();
            let others = all.iter().filter(|name| *name != "pk" && !own.contains(name));
            NameHint::Known(own.iter().chain(others).cloned().collect())
        };
        let unknown = UnknownName::Heading(Box::new((heading.to_owned(), hint)));
        Fault::new(heading, FaultCode::Unknown(unknown))
    }

    /// Refuses a mapping whose heading is not in the file.
    pub fn check_map(&self, headings: &[String]) -> Result<(), Misuse> {
        for (from, _) in &self.map {
            if !headings.contains(from) {
                let near = nearest(from, headings.iter().map(String::as_str)).map(str::to_owned);
                return Err(Misuse::NoHeadingToMap { heading: from.clone(), near });
            }
        }
        Ok(())
    }
}

/// Columns that remember the headings that they have found before.
pub struct KnownColumns<'a> {
    columns: Columns<'a>,
    known: HashMap<String, Result<AccountColumn<'a>, Fault>>,
}

impl<'a> KnownColumns<'a> {
    /// Creates columns that remember nothing yet.
    #[must_use]
    pub fn new(columns: Columns<'a>) -> Self {
        Self { columns, known: HashMap::new() }
    }

    /// The same as [`Columns::find`].
    pub fn find(&mut self, heading: &str) -> Result<AccountColumn<'a>, Fault> {
        if let Some(known) = self.known.get(heading) {
            return known.clone();
        }
        let found = self.columns.find(heading);
        if self.known.len() < limits::COLUMNS {
            self.known.insert(heading.to_owned(), found.clone());
        }
        found
    }
}

/// Returns the names of profile fields without their kinds, as in a table of a single profile kind.
fn last_parts(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().filter_map(|name| name.rsplit_once('.').map(|(_, field)| field))
}
