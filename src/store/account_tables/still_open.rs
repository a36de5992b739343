//! What still lets a user in after the doors were shut, because the database does not hold it or it is not the user's.

use std::ops::ControlFlow;

use jiff::Timestamp;
use serde::Serialize;

use super::{AccessKind, Doors, SessionScan, api_keys, oauth2};
use crate::django::models::Key;
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::store::Store;
use crate::store::schema::quoted;

/// What stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenDoorCode {
    /// The user table has no `is_active`, so the user can log in.
    Login,
    /// The user owns OAuth2 applications that get tokens without a user.
    OwnedApplications,
    /// API keys whose table does not tell their user.
    UnboundApiKeys,
    /// JWT access tokens, until they expire.
    JwtAccessTokens,
    /// Web sessions that cannot be decoded.
    UndecodableSessions,
    /// Web sessions in a cache, in files or in cookies.
    SessionsElsewhere,
}

/// Something that stays open, or may.
#[derive(Clone, Debug, Serialize)]
pub struct OpenDoor {
    /// What it is.
    pub code: OpenDoorCode,
    /// The number of rows, if it has any.
    pub count: Option<u64>,
    /// What the rows are called, if they have names.
    pub names: Vec<String>,
    /// Whether it is certain that it lets the user in.
    pub is_known: bool,
}

impl Doors {
    /// Returns what stays open for this user after the doors of these kinds were shut.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn still_open(
        &self,
        store: &Store,
        user: &Key,
        kinds: &[AccessKind],
        scan: SessionScan,
        now: Timestamp,
    ) -> Result<Vec<OpenDoor>> {
        let mut open = Vec::new();
        if kinds.contains(&AccessKind::ApiKeys) {
            open.extend(self.unbound(store, now)?);
        }
        let mut add = |code, count: Option<u64>, is_known| {
            if count != Some(0) {
                open.push(OpenDoor { code, count, names: Vec::new(), is_known });
            }
        };
        if kinds.contains(&AccessKind::Jwt) && self.doors.iter().any(|door| door.kind() == AccessKind::Jwt) {
            add(OpenDoorCode::JwtAccessTokens, None, false);
        }
        if kinds.contains(&AccessKind::Sessions) {
            add(OpenDoorCode::UndecodableSessions, Some(scan.undecodable), false);
            add(OpenDoorCode::SessionsElsewhere, None, false);
        }
        if kinds.contains(&AccessKind::OAuth2) {
            let names = self.owned_applications(store, user)?;
            if !names.is_empty() {
                let (code, count) = (OpenDoorCode::OwnedApplications, Some(names.len() as u64));
                open.insert(0, OpenDoor { code, count, names, is_known: true });
            }
        }
        Ok(open)
    }

    /// Returns the API keys whose table does not tell their user, if there are any.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn unbound(&self, store: &Store, now: Timestamp) -> Result<Option<OpenDoor>> {
        let (code, count) = (OpenDoorCode::UnboundApiKeys, self.unbound_keys(store, now)?);
        let door = OpenDoor { code, count: Some(count), names: Vec::new(), is_known: false };
        Ok(Some(door).filter(|_| count > 0))
    }

    /// Returns the names and client ids of this user's applications that get tokens without a user.
    fn owned_applications(&self, store: &Store, user: &Key) -> Result<Vec<String>> {
        self.applications_owned_by(store, |owner| format!("{owner} = ?2"), &[user.into()])
    }

    /// Returns the names and client ids of inactive users' applications that get tokens without a user.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn applications_of_inactive_users(&self, store: &Store) -> Result<Vec<String>> {
        let users = &store.layout.users;
        let (table, key) = (quoted(&users.table.name), quoted(&users.key));
        let is_active = store.engine.is_true(&users.attribute("is_active"));
        let are_inactive =
            |owner: &str| format!("{owner} IN (SELECT u.{key} FROM {table} AS u WHERE NOT {is_active})");
        self.applications_owned_by(store, are_inactive, &[])
    }

    /// `condition` is one on the column of the owner, with parameters from the second on.
    fn applications_owned_by(
        &self,
        store: &Store,
        condition: impl Fn(&str) -> String,
        parameters: &[Value],
    ) -> Result<Vec<String>> {
        let parameters = [&[oauth2::CLIENT_CREDENTIALS.into()], parameters].concat();
        let mut names = Vec::new();
        for table in &self.applications {
            let Some(owner) = super::owner(table, &store.layout.users.table.name) else { continue };
            let name = if table.has("name") { "name" } else { "''" };
            let sql = format!(
                "SELECT {name}, client_id FROM {} WHERE authorization_grant_type = ?1 AND {} ORDER BY client_id",
                quoted(&table.name),
                condition(&quoted(&owner))
            );
            store.engine.query(&sql, &parameters, &[Kind::TEXT, Kind::TEXT], &mut |cells| {
                let (name, client) = (cells[0].string(), cells[1].string());
                names.push(if name.is_empty() { client } else { format!("{name} ({client})") });
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(names)
    }

    pub(super) fn unbound_keys(&self, store: &Store, now: Timestamp) -> Result<u64> {
        let mut count = 0;
        for table in &self.unbound_keys {
            let (revoked, expiry) = (store.engine.is_true(api_keys::REVOKED), api_keys::EXPIRY);
            let is_expired = store.engine.is_before(expiry, "?1");
            let sql = format!(
                "SELECT count(*) FROM {} WHERE NOT {revoked} AND ({expiry} IS NULL OR NOT {is_expired})",
                quoted(&table.name)
            );
            count += store.count(&sql, &[now.into()])?;
        }
        Ok(count)
    }
}
