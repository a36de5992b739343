//! django-axes: failed logins by name, IP address and browser. Too many of them lock a user out, until the rows are
//! deleted. Names are stored as typed. With axes' cache handler, the table is empty.

use crate::django::models::User;
use crate::django::value::Value;
use crate::error::failure::Result;
use crate::store::schema::quoted;
use crate::store::{Store, Transaction};

pub(super) const ATTEMPTS: &str = "axes_accessattempt";

/// The default of `AXES_FAILURE_LIMIT`.
pub(super) const USUAL_LIMIT: u32 = 3;

impl Store {
    /// Counts the failed logins of a user, by username or email address.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn failed_logins(&self, user: &User) -> Result<u64> {
        let Some(table) = self.engine.table(ATTEMPTS)? else { return Ok(0) };
        // A row is about one address and browser, and counts their failures.
        let count = if table.has("failures_since_start") {
            "coalesce(sum(failures_since_start), 0)"
        } else {
            "count(*)"
        };
        let (condition, parameters) = of_user(user);
        self.count(&format!("SELECT {count} FROM {} WHERE {condition}", quoted(ATTEMPTS)), &parameters)
    }
}

impl Transaction<'_> {
    /// Deletes the records of failed logins of a user, by username or email address, and counts them.
    ///
    /// # Errors
    /// The errors of [`Self::shut`].
    pub fn delete_failed_logins(&self, user: &User) -> Result<u64> {
        let (condition, parameters) = of_user(user);
        self.delete_attempts(&condition, &parameters)
    }

    /// Deletes the records of failed logins from an address, whatever the name, and counts them.
    ///
    /// # Errors
    /// The errors of [`Self::shut`].
    pub fn delete_failed_logins_from(&self, address: &str) -> Result<u64> {
        self.delete_attempts("ip_address = ?1", &[address.into()])
    }

    fn delete_attempts(&self, condition: &str, parameters: &[Value]) -> Result<u64> {
        match self.engine.table(ATTEMPTS)? {
            Some(table) => self.delete_rows(&table, condition, parameters),
            None => Ok(0),
        }
    }
}

fn of_user(user: &User) -> (String, Vec<Value>) {
    if user.email.is_empty() {
        ("username = ?1".into(), vec![user.username.as_str().into()])
    } else {
        ("username IN (?1, ?2)".into(), vec![user.username.as_str().into(), user.email.as_str().into()])
    }
}
