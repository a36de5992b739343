//! Brings groups to the state that a file describes: creates them, and sets their permissions.

use crate::accounts::unknown_permission;
use crate::django::models::{Key, Permission};
use crate::error::failure::Result;
use crate::error::faults::{Expected, Fault, FaultCode};
use crate::error::refusal::Refusal;
use crate::store::difference::{Difference, Shown};
use crate::store::{NewGroup, PlannedGroups, Store, Transaction};

/// The desired state of a group.
#[derive(Debug)]
pub struct DesiredGroup {
    /// The name.
    pub name: String,
    /// Exactly these permissions, with their positions. `None` leaves them unchanged.
    pub permissions: Option<Vec<(String, usize)>>,
}

/// The changes to groups.
#[derive(Debug, Default)]
pub struct GroupsPlan {
    /// The groups to create.
    pub created: PlannedGroups,
    /// All changes, in file order.
    pub steps: Vec<GroupStep>,
}

/// The changes to one group.
#[derive(Debug)]
pub struct GroupStep {
    /// The name of the group.
    pub name: String,
    /// Its permissions.
    pub differences: Vec<Difference>,
    /// The change of an existing group. `None` for a new one.
    pub change: Option<GroupPermissions>,
}

/// A change of the permissions of an existing group.
#[derive(Debug)]
pub struct GroupPermissions {
    group: Key,
    before: Vec<(Key, String)>,
    added: Vec<Key>,
    removed: Vec<Key>,
}

impl GroupsPlan {
    /// Computes the changes. Passes faults with their positions to `on_fault`; with faults, the plan must not be executed.
    ///
    /// # Errors
    /// Returns [`Refusal::DatabaseUnusable`] if users cannot be in groups. Fails on database errors.
    pub fn new(
        groups: Vec<DesiredGroup>,
        store: &Store,
        on_fault: &mut dyn FnMut(usize, Fault),
    ) -> Result<Self> {
        if groups.is_empty() {
            return Ok(Self::default());
        }
        store.expect_groups()?;
        let existing = store.groups()?;
        let (mut new, mut steps) = (Vec::new(), Vec::new());
        for group in groups {
            let mut desired: Vec<(Key, String)> = Vec::new();
            for (name, at) in group.permissions.iter().flatten() {
                for key in keys(name, store, &mut |fault| on_fault(*at, fault))? {
                    if desired.iter().all(|(known, _)| *known != key) {
                        desired.push((key, name.clone()));
                    }
                }
            }
            let Some((key, _)) = existing.iter().find(|(_, name)| *name == group.name) else {
                steps.push(GroupStep {
                    name: group.name.clone(),
                    differences: differences(&desired, true),
                    change: None,
                });
                let permissions = desired.into_iter().map(|(key, _)| key).collect();
                new.push(NewGroup { key: None, name: group.name, permissions });
                continue;
            };
            if group.permissions.is_none() {
                continue;
            }
            let before = store.permissions_of_group(key)?;
            let missing = |all: &[(Key, String)], some: &[(Key, String)]| -> Vec<(Key, String)> {
                all.iter().filter(|(key, _)| some.iter().all(|(other, _)| other != key)).cloned().collect()
            };
            let (added, removed) = (missing(&desired, &before), missing(&before, &desired));
            if added.is_empty() && removed.is_empty() {
                continue;
            }
            let differences = [differences(&added, true), differences(&removed, false)].concat();
            let only_keys =
                |permissions: Vec<(Key, String)>| permissions.into_iter().map(|(key, _)| key).collect();
            let change = GroupPermissions {
                group: key.clone(),
                before,
                added: only_keys(added),
                removed: only_keys(removed),
            };
            steps.push(GroupStep { name: group.name, differences, change: Some(change) });
        }
        Ok(Self { created: store.plan_groups(new)?, steps })
    }

    /// Makes the changes, and returns the names of the changed tables.
    ///
    /// # Errors
    /// Returns [`Refusal::ChangedMeanwhile`] if the groups have changed since the plan was made. Fails on database errors.
    pub fn execute(&self, transaction: &Transaction<'_>) -> Result<Vec<String>> {
        let mut fields = Vec::new();
        let created = transaction.create_groups(&self.created).map_err(|error| match error.refusal() {
            Some(Refusal::Taken(_)) => Refusal::ChangedMeanwhile("The set of groups".into()).into(),
            _ => error,
        })?;
        if created > 0 {
            fields.push("auth_group".to_owned());
        }
        for step in &self.steps {
            let Some(GroupPermissions { group, before, added, removed }) = &step.change else { continue };
            if transaction.permissions_of_group(group)? != *before {
                return Err(Refusal::ChangedMeanwhile(format!("Group {:?}", step.name)).into());
            }
            transaction.change_group(group, added, removed)?;
            fields.push("auth_group_permissions".to_owned());
        }
        Ok(fields)
    }
}

/// Returns the keys of the permissions of this name.
fn keys(name: &str, store: &Store, on_fault: &mut dyn FnMut(Fault)) -> Result<Vec<Key>> {
    let Ok(permission) = Permission::named(name) else {
        on_fault(Fault::new("permissions", FaultCode::Invalid(Expected::PermissionName)));
        return Ok(Vec::new());
    };
    let found = store.find_permissions(&permission)?;
    if found.is_empty() {
        on_fault(unknown_permission(store, "permissions", &permission)?);
    }
    Ok(found)
}

fn differences(permissions: &[(Key, String)], are_added: bool) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    for (_, name) in permissions {
        let shown = Some(Shown::Value(name.as_str().into()));
        let (old, new) = if are_added { (None, shown) } else { (shown, None) };
        let difference = Difference { field: "permission".into(), old, new };
        if !found.contains(&difference) {
            found.push(difference);
        }
    }
    found
}
