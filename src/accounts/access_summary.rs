//! What the tables of third-party packages say about the access of a user, for `show-user` and for warnings.

use jiff::Timestamp;
use serde::Serialize;

use super::access::ClosedDoor;
use crate::django::models::{Key, User};
use crate::error::failure::Result;
use crate::store::account_tables::{AccessKind, Doors, KnownAddress, SecondFactor, SocialLogin};
use crate::store::{Store, Transaction};

/// The kinds that `--revoke-tokens` covers.
const TOKENS: [AccessKind; 4] =
    [AccessKind::Tokens, AccessKind::OAuth2, AccessKind::Jwt, AccessKind::ApiKeys];

/// The ways into an account, without DRF's and knox's tokens, and what belongs to them.
#[derive(Clone, Debug, Serialize)]
pub struct AccessSummary {
    /// The doors with rows that let the user in.
    pub doors: Vec<ClosedDoor>,
    /// The number of unexpired web sessions in the database.
    pub web_sessions: u64,
    /// The second factors.
    pub second_factors: Vec<SecondFactor>,
    /// The e-mail addresses that allauth knows.
    pub email_addresses: Vec<KnownAddress>,
    /// The logins at other sites.
    pub social_logins: Vec<SocialLogin>,
    /// The number of django-axes' records of failed logins.
    pub failed_logins: u64,
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
        let mut open = open_rows(store, &doors, &user.id, now)?;
        open.retain(|door| !["drf_tokens", "knox_tokens"].contains(&door.name));
        Ok(Self {
            doors: open,
            web_sessions: sessions.len() as u64,
            second_factors: store.second_factors(&store.factor_tables()?, &user.id)?,
            email_addresses,
            social_logins,
            failed_logins: store.failed_logins(user)?,
        })
    }
}

fn open_rows(store: &Store, doors: &Doors, user: &Key, now: Timestamp) -> Result<Vec<ClosedDoor>> {
    let mut open = Vec::new();
    for door in &doors.doors {
        let count = store.open_rows(door, user, now)?;
        if count > 0 {
            open.push(ClosedDoor { name: door.name(), noun: door.noun(), count });
        }
    }
    Ok(open)
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
) -> Result<Vec<ClosedDoor>> {
    let mut open = open_rows(store, doors, user, now)?;
    let outlives = |name| doors.doors.iter().any(|door| door.name() == name && door.ignores_inactivity());
    open.retain(|door| outlives(door.name));
    Ok(open)
}

/// Returns the doors besides DRF's and knox's tokens that let a user in whose password was changed.
///
/// # Errors
/// Fails on database errors.
pub fn open_after_password(
    store: &Store,
    doors: &Doors,
    user: &Key,
    now: Timestamp,
) -> Result<Vec<ClosedDoor>> {
    let mut open = open_rows(store, doors, user, now)?;
    open.retain(|door| !["drf_tokens", "knox_tokens"].contains(&door.name));
    Ok(open)
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
