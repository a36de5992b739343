//! Tables of third-party packages that hold account state: what opens an account, and how each of them is shut.
//!
//! One file per package says how its tables are recognized and what shuts their rows; `WAYS` lists them. They are found
//! in the catalog, by their columns where a project can replace the model, and only by commands that ask. A door is a
//! table whose rows let a user in. `dependents` says what goes with a deleted user, `shut` has the SQL that all packages share, `web_sessions` that of sessions, which
//! name their user only inside their data.

mod addresses;
mod allauth;
mod api_keys;
mod authtoken;
mod axes;
mod dependents;
mod guardian;
mod identities;
mod knox;
mod new_tokens;
mod oauth2;
mod organizations;
mod own_tokens;
mod package_tokens;
mod second_factors;
mod shut;
mod simplejwt;
mod still_open;
mod survey;
mod web_sessions;

use serde::Serialize;

use self::dependents::Dependents;
pub(super) use self::dependents::OnDelete;
pub use self::guardian::ObjectPermission;
pub use self::identities::{KnownAddress, SocialLogin};
pub use self::new_tokens::NewPackageToken;
pub(super) use self::own_tokens::{SECRETS, is_secret, is_single_use};
pub use self::package_tokens::{PackageTable, PackageToken, Selection};
pub use self::second_factors::{FactorTable, SecondFactor};
pub use self::still_open::{OpenDoor, OpenDoorCode};
pub use self::web_sessions::{SessionRow, SessionScan};
use crate::error::failure::Result;
use crate::store::Store;
use crate::store::schema::Table;

/// The ways into an account, in the order in which a table is compared with them. The last one is for tables of the
/// project itself.
const WAYS: [&Way; 10] = [
    &authtoken::TOKEN,
    &knox::TOKEN,
    &oauth2::ACCESS_TOKEN,
    &oauth2::REFRESH_TOKEN,
    &oauth2::GRANT,
    &oauth2::DEVICE_GRANT,
    &simplejwt::OUTSTANDING_TOKEN,
    &api_keys::API_KEY,
    &allauth::OPENID_TOKEN,
    &own_tokens::TOKEN,
];

/// The packages whose rows Django deletes or changes with a user, besides those of the tokens of DRF and knox.
const PACKAGES: [&Dependents; 8] = [
    &allauth::DEPENDENTS,
    &guardian::DEPENDENTS,
    &identities::DEPENDENTS,
    &oauth2::DEPENDENTS,
    &organizations::DEPENDENTS,
    &second_factors::DEPENDENTS,
    &simplejwt::DEPENDENTS,
    &web_sessions::DEPENDENTS,
];

/// Returns what Django does with a row that refers to a deleted one by this column. `None` for a table of no package.
pub(super) fn on_delete(table: &Table, column: &str) -> Option<OnDelete> {
    PACKAGES.iter().find_map(|package| package.on_delete(table, column))
}

/// A kind of access to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessKind {
    /// Tokens of DRF, knox and the project itself.
    Tokens,
    /// Access tokens, refresh tokens and grants of OAuth2.
    #[serde(rename = "oauth2")]
    OAuth2,
    /// Refresh tokens that simplejwt has recorded.
    Jwt,
    /// API keys.
    ApiKeys,
    /// Web sessions.
    Sessions,
}

impl AccessKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Tokens, Self::OAuth2, Self::Jwt, Self::ApiKeys, Self::Sessions];
}

/// A way into an account: how its table is recognized and what shuts its rows.
struct Way {
    /// The stable name in JSON.
    name: &'static str,
    /// One row, in words.
    noun: &'static str,
    kind: AccessKind,
    matches: fn(&Table, &str) -> bool,
    /// The possible names of the column with the end of a row's validity.
    expiry: &'static [&'static str],
    shut: Shut,
    /// Whether a row may let an inactive user in.
    ignores_inactivity: bool,
}

/// What shuts a row.
#[derive(Clone, Copy)]
enum Shut {
    /// Deleting it.
    Delete,
    /// Setting this flag.
    Flag(&'static str),
    /// Inserting its key into another table.
    Blacklist,
}

/// A table that lets users in.
#[derive(Clone, Debug)]
pub struct Door {
    way: &'static Way,
    /// The table.
    pub(super) table: Table,
    /// The column that refers to the user, if the table has one.
    pub(super) owner: Option<String>,
    expiry: Option<String>,
    /// The table of the blacklist, if this kind of door needs one.
    blacklist: Option<Table>,
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Door {
    /// Its stable name, such as `oauth2_access_tokens`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.way.name
    }

    /// What one of its rows is, in words.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        self.way.noun
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> AccessKind {
        self.way.kind
    }

    /// Whether its rows may let an inactive user in.
    #[must_use]
    pub fn ignores_inactivity(&self) -> bool {
        self.way.ignores_inactivity
    }
}

/// Everything in a database that lets users in.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    /// The tables with a column for the user.
    pub doors: Vec<Door>,
    /// The tables of web sessions.
    sessions: Vec<Table>,
    /// The tables of API keys whose user is unknown.
    unbound_keys: Vec<Table>,
    /// The tables of OAuth2 applications that users own.
    applications: Vec<Table>,
}

impl Doors {
    /// Finds the doors in the catalog.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn find(store: &Store) -> Result<Self> {
        let users = &store.layout.users.table.name;
        let mut found = Self { sessions: web_sessions::tables(store)?, ..Self::default() };
        for table in store.engine.referring_to(&[users])? {
            if found.sessions.iter().any(|session| session.name == table.name) {
                continue;
            }
            if oauth2::is_application(&table) {
                found.applications.push(table);
                continue;
            }
            let Some(way) = way_of(&table, users) else { continue };
            let Some(owner) = owner(&table, users) else {
                if way.kind == AccessKind::ApiKeys {
                    found.unbound_keys.push(table);
                }
                continue;
            };
            let expiry = way.expiry.iter().find(|name| table.has(name)).map(|name| (*name).to_owned());
            let blacklist = match way.shut {
                Shut::Blacklist => simplejwt::blacklist_of(store, &table)?,
                _ => None,
            };
            if matches!(way.shut, Shut::Blacklist) && blacklist.is_none() {
                continue;
            }
            found.doors.push(Door { way, table, owner: Some(owner), expiry, blacklist });
        }
        found.add_known(store);
        found.doors.sort_by_key(|door| WAYS.iter().position(|way| way.name == door.way.name));
        for table in api_keys::tables(store)? {
            let is_known = found.doors.iter().any(|door| door.table.name == table.name);
            if !is_known && found.unbound_keys.iter().all(|known| known.name != table.name) {
                found.unbound_keys.push(table);
            }
        }
        Ok(found)
    }

    /// Adds the token tables of the layout that have no foreign key to the users.
    fn add_known(&mut self, store: &Store) {
        let layout = &store.layout;
        let drf = layout.drf.iter().map(|table| (&authtoken::TOKEN, table, None));
        let knox = layout.knox.iter().map(|knox| (&knox::TOKEN, &knox.table, Some(knox.expiry.clone())));
        for (way, table, expiry) in drf.chain(knox) {
            if self.doors.iter().all(|door| door.table.name != table.name) {
                let (table, owner) = (table.clone(), Some("user_id".to_owned()));
                self.doors.push(Door { way, table, owner, expiry, blacklist: None });
            }
        }
    }

    /// Returns the doors of these kinds.
    pub fn of(&self, kinds: &[AccessKind]) -> impl Iterator<Item = &Door> {
        self.doors.iter().filter(|door| kinds.contains(&door.kind()))
    }
}

/// Returns the column that names the user of a row: `user_id`, or the only one that refers to users.
pub(super) fn owner(table: &Table, users: &str) -> Option<String> {
    let mut columns: Vec<&str> = table
        .references
        .iter()
        .filter(|reference| reference.table.eq_ignore_ascii_case(users))
        .map(|reference| &*reference.column)
        .collect();
    columns.dedup();
    match columns[..] {
        [only] => Some(only.to_owned()),
        _ => columns.into_iter().find(|column| *column == "user_id").map(str::to_owned),
    }
}

/// Whether this is a table of tokens that the project made itself.
pub(super) fn is_own_token(table: &Table, users: &str) -> bool {
    !oauth2::is_application(table)
        && !table.has("session_key")
        && way_of(table, users).is_some_and(|way| way.name == own_tokens::TOKEN.name)
}

fn way_of(table: &Table, users: &str) -> Option<&'static Way> {
    WAYS.into_iter().find(|way| (way.matches)(table, users))
}

/// Whether the table has all of these columns.
fn has_all(table: &Table, columns: &[&str]) -> bool {
    columns.iter().all(|column| table.has(column))
}
