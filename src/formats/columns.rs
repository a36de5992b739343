//! What the headings of a table, and the keys of a JSON object, mean.

use crate::accounts::{NamedField, Planner};
use crate::django::value::Kind;
use crate::error::refusal::{Fault, Refusal};
use crate::error::suggest::{nearest, suggestion};
use crate::error::wording;

/// What a column gives.
#[derive(Clone, Debug)]
pub enum AccountColumn<'a> {
    /// The primary key.
    Key,
    /// The login name.
    Username,
    /// The e-mail address.
    Email,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// May the user log in?
    Active,
    /// May the user enter Django's admin?
    Staff,
    /// Does the user have every permission?
    Superuser,
    /// Another field of the user, or of a profile.
    Field(NamedField<'a>),
    /// The groups to be in.
    Groups,
    /// Permissions of the user's own.
    Permissions,
    /// The kinds of profiles to have, or one profile's fields.
    Profile,
    /// The fields of profiles, by their kinds.
    Profiles,
    /// The kind of profile to have, as a client's body names it.
    AccountType,
    /// The password, to be hashed.
    Password,
    /// The password as it was hashed elsewhere.
    PasswordHash,
    /// A token's key.
    Token,
    /// Nothing that is wanted.
    Ignored,
}

/// The columns by their own names.
const KNOWN: [(&str, AccountColumn<'static>); 17] = [
    ("id", AccountColumn::Key),
    ("pk", AccountColumn::Key),
    ("username", AccountColumn::Username),
    ("email", AccountColumn::Email),
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
];

impl AccountColumn<'_> {
    /// The name by which faults call what this column gives.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Field(field) => &field.name,
            Self::Ignored => "",
            // The first of several names is the field's own.
            other => {
                let is_it = |known: &AccountColumn<'_>| {
                    std::mem::discriminant(known) == std::mem::discriminant(other)
                };
                KNOWN.iter().find(|(_, known)| is_it(known)).map_or("", |(name, _)| name)
            }
        }
    }
}

/// The meaning of headings in one database, and what the command line says of them.
pub struct Columns<'a> {
    planner: Planner<'a>,
    map: Vec<(String, String)>,
}

impl<'a> Columns<'a> {
    /// With these headings meaning these fields; a heading mapped to the empty text is left out.
    #[must_use]
    pub fn new(planner: Planner<'a>, map: &[(String, String)]) -> Self {
        Self { planner, map: map.to_vec() }
    }

    /// Does the command line say what this heading means?
    #[must_use]
    pub fn is_mapped(&self, heading: &str) -> bool {
        self.map.iter().any(|(from, _)| from == heading)
    }

    /// What a heading means.
    ///
    /// # Errors
    /// A fault that names the nearest known heading.
    pub fn find(&self, heading: &str) -> Result<AccountColumn<'a>, Fault> {
        if let Some((_, field)) = self.map.iter().find(|(from, _)| from == heading) {
            return if field.is_empty() {
                Ok(AccountColumn::Ignored)
            } else {
                self.known(field).ok_or_else(|| self.unknown(field))
            };
        }
        self.known(heading).or_else(|| self.known(&self.alike(heading)?)).ok_or_else(|| self.unknown(heading))
    }

    fn known(&self, name: &str) -> Option<AccountColumn<'a>> {
        if name == self.planner.login_column() && name != "email" {
            return Some(AccountColumn::Username);
        }
        if name == "username" && self.planner.login_column() != "username" {
            // A project may have a column of that name beside its login name.
            return Some(self.planner.field(name).map_or(AccountColumn::Username, AccountColumn::Field));
        }
        let own = KNOWN.iter().find(|(known, _)| *known == name).map(|(_, column)| column.clone());
        own.or_else(|| self.planner.field(name).map(AccountColumn::Field))
    }

    /// The known heading that differs in nothing but upper and lower case, spaces, dashes and underscores.
    fn alike(&self, heading: &str) -> Option<String> {
        let bare = |text: &str| -> String {
            text.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).flat_map(char::to_lowercase).collect()
        };
        let heading = bare(heading);
        let all = self.all();
        let is_it = |known: &&str| bare(known) == heading;
        all.iter().map(String::as_str).find(is_it).or_else(|| last_parts(&all).find(is_it)).map(str::to_owned)
    }

    /// All headings that mean something, each once.
    fn all(&self) -> Vec<String> {
        let login = std::iter::once(self.planner.login_column().to_owned());
        let known = KNOWN.iter().map(|(name, _)| (*name).to_owned());
        let times = ["date_joined", "last_login"].map(str::to_owned);
        let mut all: Vec<String> = Vec::new();
        for name in login.chain(known).chain(times).chain(self.planner.field_names()) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        all
    }

    fn unknown(&self, heading: &str) -> Fault {
        let all = self.all();
        let known = all.iter().map(String::as_str).chain(last_parts(&all));
        let meant = suggestion(heading, known).unwrap_or_else(|| {
            // One name for the key is enough.
            let known = all.iter().filter(|name| *name != "pk").cloned().collect();
            format!(" Known: {}.", wording::names(known).join(", "))
        });
        let short = wording::text(heading);
        let whole = if short == heading { heading } else { "HEADING" };
        let message = format!(
            "There is no field {short:?}.{meant} --map '{whole}=FIELD' says which it is, --map '{whole}=' leaves it out."
        );
        Fault::new(heading, "unknown_field", message)
    }

    /// Refuses a mapped heading that none of these is.
    ///
    /// # Errors
    /// [`Refusal::Usage`].
    pub fn check_map(&self, headings: &[String]) -> Result<(), Refusal> {
        for (from, _) in &self.map {
            if !headings.contains(from) {
                let meant = nearest(from, headings.iter().map(String::as_str));
                let meant = meant.map_or(String::new(), |near| format!(" Did you mean {near:?}?"));
                return Err(Refusal::usage(format!(
                    "--map {from}=…: the file has no heading {from:?}.{meant}"
                )));
            }
        }
        Ok(())
    }
}

/// Fields without their kinds, as a table of one kind of profile has them.
fn last_parts(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().filter_map(|name| name.rsplit_once('.').map(|(_, field)| field))
}

/// Is what this field holds text that may be empty but not NULL, so that an empty cell is a value?
#[must_use]
pub fn keeps_blank(field: &NamedField<'_>) -> bool {
    matches!(field.column.kind, Kind::Text { .. }) && !field.column.nullable && !field.column.filled
}
