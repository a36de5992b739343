//! Deletes users, or a profile, with all dependent rows. Django does this in Python, so its tables have no ON DELETE.
//!
//! A temporary table collects the rows to delete until no reference leads to another row. A remaining reference to
//! them is set to NULL or blocks the deletion.
//!
//! A schema may have thousands of tables that refer to users, so every step is linear in their number.

mod decisions;
mod plan;

use serde::{Deserialize, Serialize};

pub use self::decisions::Decisions;
use self::plan::{Plan, parent_link};
use crate::django::models::{Key, User};
use crate::error::failure::{Error, Result};
use crate::error::faults::{FaultCode, ReferenceWay, References};
use crate::error::misuse::Misuse;
use crate::error::refusal::Refusal;
use crate::store::account_tables::Door;
use crate::store::engine::Access;
use crate::store::layout::ProfileTable;
use crate::store::schema::Table;
use crate::store::{Store, Transaction};

/// The effects of deleting users or a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The deleted rows per table, in the order of deletion. Includes the users or the profile.
    pub deleted: Vec<(String, u64)>,
    /// The rows whose reference is set to NULL, per `table.column`.
    pub emptied: Vec<(String, u64)>,
}

impl Deletion {
    /// Whether rows of this door stay without their user.
    #[must_use]
    pub fn leaves(&self, door: &Door) -> bool {
        door.owner.as_ref().is_some_and(|owner| {
            let reference = format!("{}.{owner}", door.table.name);
            self.emptied.iter().any(|(emptied, _)| *emptied == reference)
        })
    }
}

/// The rows that are deleted with their dependent rows.
struct Root<'a> {
    table: &'a Table,
    /// The column that contains the keys of the users.
    column: &'a str,
    users: Vec<&'a Key>,
    are_users: bool,
}

impl<'a> Root<'a> {
    fn users(store: &'a Store, users: &'a [User]) -> Self {
        let keys = users.iter().map(|user| &user.id).collect();
        let users = &store.layout.users;
        Self { table: &users.table, column: &users.key, users: keys, are_users: true }
    }

    fn profile(profile: &'a ProfileTable, user: &'a Key) -> Self {
        Self { table: &profile.table, column: &profile.user_column, users: vec![user], are_users: false }
    }
}

impl Store {
    /// Returns the effects of deleting these users.
    ///
    /// # Errors
    /// Returns [`Refusal::StillReferenced`] with every undecided reference, also those to rows that the decisions about
    /// others would delete. Returns [`Misuse`] for a decision
    /// about a reference to other rows, or for one to keep rows that belong to the user. Fails on database errors.
    pub fn deletion(&self, users: &[User], decisions: &Decisions) -> Result<Deletion> {
        self.deletion_of(&Root::users(self, users), decisions)
    }

    /// Returns the effects of deleting a user's profile.
    ///
    /// # Errors
    /// Returns [`Refusal::StillReferenced`] with every reference of other rows to the profile, or
    /// [`Misuse::ProfileOfUserRow`]. Fails on database errors.
    pub fn profile_deletion(&self, profile: &ProfileTable, user: &Key) -> Result<Deletion> {
        if parent_link(&profile.table).is_some_and(|link| link.column == profile.user_column) {
            return Err(Misuse::ProfileOfUserRow(profile.kind.clone()).into());
        }
        let deletion = self.deletion_of(&Root::profile(profile, user), &Decisions::default());
        deletion.map_err(|error| match error.into_refusal() {
            Ok(Refusal::StillReferenced(mut faults)) => {
                for fault in &mut faults {
                    if let FaultCode::StillReferenced(References::Column(reference)) = &mut fault.code {
                        reference.way = ReferenceWay::Project;
                    }
                }
                Refusal::StillReferenced(faults).into()
            }
            Ok(refusal) => refusal.into(),
            Err(error) => error,
        })
    }

    fn deletion_of(&self, root: &Root<'_>, decisions: &Decisions) -> Result<Deletion> {
        let (mut assumed, mut faults) = (decisions.clone(), Vec::new());
        loop {
            let planned = self.within(Access::Plan, |store| Plan::new(store, root, &assumed)?.deletion());
            let found = match planned.map_err(Error::into_refusal) {
                Ok(deletion) if faults.is_empty() => return Ok(deletion),
                Err(Ok(Refusal::StillReferenced(found))) if assumed.add(&found) => found,
                Err(Ok(Refusal::StillReferenced(found))) if faults.is_empty() => found,
                Err(Ok(refusal)) if faults.is_empty() => return Err(refusal.into()),
                Err(Err(error)) => return Err(error),
                Ok(_) | Err(Ok(_)) => return Err(Refusal::StillReferenced(faults).into()),
            };
            faults.extend(found);
        }
    }
}

impl Transaction<'_> {
    /// Deletes users with exactly the effects that were shown.
    ///
    /// # Errors
    /// Returns [`Refusal::UserNotFound`] or [`Refusal::ChangedMeanwhile`] if the database changed since then, or the
    /// errors of [`Store::deletion`]. A reference that is not visible here makes the commit fail.
    pub fn delete_users(&self, users: &[User], decisions: &Decisions, shown: &Deletion) -> Result<()> {
        for user in users {
            let now = self.user_of_key(&user.id)?;
            if now.is_none_or(|now| now.username != user.username) {
                return Err(Refusal::UserNotFound(user.username.clone()).into());
            }
        }
        let names: Vec<&str> = users.iter().map(|user| &*user.username).collect();
        self.delete_root(&Root::users(self, users), decisions, shown, &names.join(", "))
    }

    /// Deletes a profile of a user with exactly the effects that were shown.
    ///
    /// # Errors
    /// Returns [`Refusal::ChangedMeanwhile`] if the database changed since then, or the errors of
    /// [`Store::profile_deletion`].
    pub fn delete_profile(&self, profile: &ProfileTable, user: &Key, shown: &Deletion) -> Result<()> {
        self.delete_root(&Root::profile(profile, user), &Decisions::default(), shown, &profile.kind)
    }

    fn delete_root(
        &self,
        root: &Root<'_>,
        decisions: &Decisions,
        shown: &Deletion,
        name: &str,
    ) -> Result<()> {
        let plan = Plan::new(self, root, decisions)?;
        if plan.deletion()? != *shown {
            return Err(Refusal::ChangedMeanwhile(format!("The set of rows deleted with {name:?}")).into());
        }
        // The order of deletion satisfies the references unless tables refer to each other in a cycle.
        self.engine.defer_references()?;
        plan.execute(self)?;
        root.users
            .iter()
            .try_for_each(|user| self.check_gone(&root.table.name, &[(root.column, &(*user).into())]))
    }
}
