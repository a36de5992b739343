//! Lets users in again: `is_active`, failed logins, and the waits of second factors.

use std::net::IpAddr;

use jiff::Timestamp;

use super::access::AccessRows;
use crate::django::models::User;
use crate::error::failure::Result;
use crate::store::Transaction;
use crate::store::account_tables::FactorTable;

/// What was done for one user.
#[derive(Clone, Debug)]
pub struct Unlocked {
    /// The user, as before.
    pub user: User,
    /// The columns of the user that changed.
    pub fields: Vec<String>,
    /// The rows that kept the user out.
    pub cleared: Vec<AccessRows>,
}

/// Makes a user active, and clears what keeps the user out.
///
/// # Errors
/// Returns [`crate::error::refusal::Refusal::UserNotFound`] if the user no longer exists. Fails on database errors.
pub fn unlock(
    transaction: &Transaction<'_>,
    user: &User,
    tables: &[FactorTable],
    now: Timestamp,
) -> Result<Unlocked> {
    let user = transaction.reread_user(&user.id, &user.username)?;
    let has_flag = transaction.layout().users.table.has("is_active");
    let values = if has_flag { vec![("is_active".to_owned(), true.into())] } else { Vec::new() };
    let fields = transaction.update_user(&user, &values, now)?;
    let mut cleared = vec![
        failed_logins(transaction.delete_failed_logins(&user)?),
        AccessRows {
            name: "throttled_second_factors",
            noun: "throttled second factor",
            count: transaction.clear_throttles(tables, &user.id)?,
        },
    ];
    cleared.retain(|door| door.count > 0);
    Ok(Unlocked { user, fields, cleared })
}

/// Clears the failed logins from these addresses.
///
/// # Errors
/// Fails on database errors.
pub fn unlock_addresses(transaction: &Transaction<'_>, addresses: &[IpAddr]) -> Result<AccessRows> {
    let mut count = 0;
    for address in addresses {
        count += transaction.delete_failed_logins_from(&address.to_string())?;
    }
    Ok(failed_logins(count))
}

fn failed_logins(count: u64) -> AccessRows {
    AccessRows { name: "failed_logins", noun: "record of failed logins", count }
}
