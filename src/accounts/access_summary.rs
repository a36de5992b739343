//! What the tables of third-party packages say about the access of a user, for `show-user` and for warnings.

use jiff::Timestamp;
use serde::Serialize;

use super::access::AccessRows;
use crate::django::models::{Key, User};
use crate::error::failure::Result;
use crate::store::account_tables::{
    AccessKind, Door, Doors, KnownAddress, ObjectPermission, SecondFactor, SocialLogin,
};
use crate::store::{Deletion, Store, Transaction};

/// The kinds that `--revoke-tokens` covers.
const TOKENS: [AccessKind; 4] =
    [AccessKind::Tokens, AccessKind::OAuth2, AccessKind::Jwt, AccessKind::ApiKeys];

/// The ways into an account, without DRF's and knox's tokens, and what belongs to them.
#[derive(Clone, Debug, Serialize)]
pub struct AccessSummary {
    /// The doors with rows that let the user in.
    pub doors: Vec<AccessRows>,
    /// The number of unexpired web sessions in the database.
    pub web_sessions: u64,
    /// The second factors.
    pub second_factors: Vec<SecondFactor>,
    /// The e-mail addresses that allauth knows.
    pub email_addresses: Vec<KnownAddress>,
    /// The logins at other sites.
    pub social_logins: Vec<SocialLogin>,
    /// The number of failed logins that django-axes has counted.
    pub failed_logins: u64,
    /// The permissions on objects.
    pub object_permissions: Vec<ObjectPermission>,
}

impl AccessSummary {
    /// Reads the access of a user. Reads all web sessions.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn read(store: &Store, user: &User, now: Timestamp) -> Result<Self> {
        let doors = Doors::find(store)?;
        let (sessions, _) = store.web_sessions_of(&doors, std::slice::from_ref(&user.id), now)?;
        let (email_addresses, social_logins) = store.identities(&user.id)?;
        Ok(Self {
            doors: open_rows(store, &doors, &user.id, now, is_other)?,
            web_sessions: sessions.len() as u64,
            second_factors: store.second_factors(&store.factor_tables()?, &user.id)?,
            email_addresses,
            social_logins,
            failed_logins: store.failed_logins(user)?,
            object_permissions: store.object_permissions(&user.id)?,
        })
    }
}

/// Counts the rows of these doors that let the user in.
fn open_rows(
    store: &Store,
    doors: &Doors,
    user: &Key,
    now: Timestamp,
    is_meant: impl Fn(&Door) -> bool,
) -> Result<Vec<AccessRows>> {
    let mut open = Vec::new();
    for door in doors.doors.iter().filter(|door| is_meant(door)) {
        AccessRows::of(door, store.open_rows(door, user, now)?).add_to(&mut open);
    }
    Ok(open)
}

/// Whether this is another door than the tokens of DRF, knox and the project, which are listed one by one.
fn is_other(door: &Door) -> bool {
    door.kind() != AccessKind::Tokens
}

/// Returns the doors that still let a user in although the user is inactive.
///
/// # Errors
/// Fails on database errors.
pub fn open_although_inactive(
    store: &Store,
    doors: &Doors,
    user: &Key,
    now: Timestamp,
) -> Result<Vec<AccessRows>> {
    open_rows(store, doors, user, now, Door::ignores_inactivity)
}

/// Returns the doors besides API tokens that let a user in whose password was changed.
///
/// # Errors
/// Fails on database errors.
pub fn open_after_password(
    store: &Store,
    doors: &Doors,
    user: &Key,
    now: Timestamp,
) -> Result<Vec<AccessRows>> {
    open_rows(store, doors, user, now, is_other)
}

/// Counts the rows that this deletion leaves without their user, and that may still let somebody in.
///
/// # Errors
/// Fails on database errors.
pub fn outliving(
    store: &Store,
    doors: &Doors,
    users: &[User],
    deletion: &Deletion,
    now: Timestamp,
) -> Result<Vec<AccessRows>> {
    let mut outliving = Vec::new();
    for door in doors.doors.iter().filter(|door| deletion.leaves(door)) {
        for user in users {
            AccessRows::of(door, store.open_rows(door, &user.id, now)?).add_to(&mut outliving);
        }
    }
    Ok(outliving)
}

/// Revokes the tokens of every scheme and the API keys of a user, and counts them.
///
/// # Errors
/// The errors of [`Transaction::shut`].
pub fn revoke_tokens(
    transaction: &Transaction<'_>,
    doors: &Doors,
    user: &Key,
    now: Timestamp,
) -> Result<u64> {
    doors.of(&TOKENS).map(|door| transaction.shut(door, user, now)).sum()
}
