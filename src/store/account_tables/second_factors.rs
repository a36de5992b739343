//! Second factors: devices of django-otp, two-factor and WebAuthn, and the authenticators of django-allauth.

use std::ops::ControlFlow;

use jiff::Timestamp;
use serde::Serialize;

use super::dependents::Dependents;
use super::{has_all, owner};
use crate::django::models::{Key, serialize_moment};
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::store::schema::{Table, last_word, quoted};
use crate::store::{Store, Transaction};

pub(super) const DEPENDENTS: Dependents = Dependents {
    tables: &[
        "dj_rest_auth_mfa_authenticator",
        "django_otp_webauthn_webauthnattestation",
        "django_otp_webauthn_webauthncredential",
        "django_otp_webauthn_webauthnuserhandle",
        "otp_email_emaildevice",
        "otp_hotp_hotpdevice",
        "otp_static_staticdevice",
        "otp_static_statictoken",
        "otp_totp_totpdevice",
        "two_factor_phonedevice",
        "two_factor_webauthn_webauthndevice",
    ],
    nullable_cascades: &[],
};

/// The columns that a throttled device has.
const FAILURES: (&str, &str) = ("throttling_failure_count", "throttling_failure_timestamp");

/// A table of second factors.
#[derive(Clone, Debug)]
pub struct FactorTable {
    table: Table,
    owner: String,
    /// What its rows are. allauth has a column for that.
    kind: Option<String>,
}

/// A second factor of a user, without its secret.
#[derive(Clone, Debug, Serialize)]
pub struct SecondFactor {
    /// What it is, such as `totp` or `recovery_codes`.
    pub kind: String,
    /// Its name, if it has one.
    pub name: String,
    /// Whether the user has confirmed it.
    pub confirmed: bool,
    /// When it was created.
    #[serde(serialize_with = "serialize_moment")]
    pub created: Option<Timestamp>,
}

impl FactorTable {
    fn recognize(table: Table, users: &str) -> Option<Self> {
        let is_authenticator = has_all(&table, &["type", "data", "user_id"])
            && (table.has("last_used_at") || table.name == "mfa_authenticator");
        let is_device = has_all(&table, &["name", "confirmed", "user_id"])
            && ["key", "token", "public_key", FAILURES.0].iter().any(|column| table.has(column));
        if !is_authenticator && !is_device {
            return None;
        }
        let owner = owner(&table, users)?;
        let model = last_word(&table.name);
        let kind = model.trim_end_matches("device").trim_end_matches("credential");
        let kind = if kind == "static" { "recovery_codes" } else { kind }.to_owned();
        Some(Self { owner, kind: is_device.then_some(kind), table })
    }
}

impl Store {
    /// Returns the tables of second factors.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn factor_tables(&self) -> Result<Vec<FactorTable>> {
        let users = &self.layout.users.table.name;
        let tables = self.engine.referring_to(&[users])?;
        Ok(tables.into_iter().filter_map(|table| FactorTable::recognize(table, users)).collect())
    }

    /// Returns the second factors of a user.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn second_factors(&self, tables: &[FactorTable], user: &Key) -> Result<Vec<SecondFactor>> {
        let mut factors = Vec::new();
        for FactorTable { table, owner, kind } in tables {
            let column = |name: &str, other: &str| {
                if table.has(name) { format!("t.{}", quoted(name)) } else { other.to_owned() }
            };
            let sql = format!(
                "SELECT {}, {}, {}, {} FROM {} AS t WHERE t.{} = ?1 ORDER BY 1, 2",
                if kind.is_some() { "''".to_owned() } else { column("type", "''") },
                column("name", "''"),
                column("confirmed", "TRUE"),
                column("created_at", "NULL"),
                quoted(&table.name),
                quoted(owner)
            );
            let kinds = [Kind::TEXT, Kind::TEXT, Kind::Boolean, Kind::Timestamp];
            self.engine.query(&sql, &[user.into()], &kinds, &mut |cells| {
                factors.push(SecondFactor {
                    kind: kind.clone().unwrap_or_else(|| cells[0].string()),
                    name: cells[1].string(),
                    confirmed: cells[2].is_true(),
                    created: cells[3].timestamp(),
                });
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(factors)
    }
}

impl Transaction<'_> {
    /// Deletes all second factors of a user with their recovery codes, and counts them.
    ///
    /// # Errors
    /// The errors of [`Self::shut`].
    pub fn delete_second_factors(&self, tables: &[FactorTable], user: &Key) -> Result<u64> {
        let mut deleted = 0;
        for FactorTable { table, owner, .. } in tables {
            let value = Value::from(user);
            deleted +=
                self.delete_rows(table, &format!("{} = ?1", quoted(owner)), std::slice::from_ref(&value))?;
            self.check_gone(&table.name, &[(owner, &value)])?;
        }
        Ok(deleted)
    }

    /// Ends the waits after wrong codes, and counts the devices.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn clear_throttles(&self, tables: &[FactorTable], user: &Key) -> Result<u64> {
        let mut cleared = 0;
        let (count, time) = FAILURES;
        for FactorTable { table, owner, .. } in tables.iter().filter(|known| known.table.has(count)) {
            let time = if table.has(time) { format!(", {time} = NULL") } else { String::new() };
            let sql = format!(
                "UPDATE {} SET {count} = 0{time} WHERE {} = ?1 AND {count} <> 0",
                quoted(&table.name),
                quoted(owner)
            );
            cleared += self.engine.execute(&sql, &[user.into()])? as u64;
        }
        Ok(cleared)
    }
}
