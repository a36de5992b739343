//! Changes an existing account. Values that are not given stay unchanged.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::fields::{Fields, Owner};
use super::new_account::{ColumnValues, address_of, address_taken};
use super::plan::Planner;
use super::rows::{RowBuilder, find_field, must_be_given};
use super::{Accounts, dangling, missing_column, permission_keys};
use crate::config::policy::Policy;
use crate::django::account_spec::{AccountSpec, GroupChoice, ProfileChoice};
use crate::django::models::{Key, User};
use crate::django::names::{address_fault, normalize_email, username_fault};
use crate::django::tokens::TokenRow;
use crate::django::value::Value;
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, Remedy, Twice, Unsettable};
use crate::error::refusal::Refusal;
use crate::formats::columns::EMAIL_VERIFIED;
use crate::store::layout::ProfileTable;
use crate::store::schema::Column;
use crate::store::{Deletion, Store, Transaction};

/// The values that an [`AccountSpec`] asks for in an existing account. Those that differ from the database are written.
#[derive(Debug, Serialize, Deserialize)]
pub struct AccountUpdate {
    /// The user's key.
    pub(super) key: Key,
    /// The login name before the update.
    pub(super) username: String,
    /// The new login name, if it differs.
    name: Option<String>,
    is_named_by_email: bool,
    /// Whether the administrator vouches for the email address.
    pub(super) is_verified: bool,
    pub(super) user: ColumnValues,
    pub(super) profiles: Vec<(String, ColumnValues)>,
    pub(super) new_profiles: Vec<(String, ColumnValues)>,
    /// The kinds of profiles to delete, with the effects.
    pub(super) removed_profiles: Vec<(String, Deletion)>,
    add_permissions: Vec<Key>,
    remove_permissions: Vec<Key>,
    add_groups: Vec<Key>,
    remove_groups: Vec<Key>,
    /// Whether the tokens that the user has are deleted.
    pub(super) revokes_tokens: bool,
    /// The tokens to add, unless the user has them.
    pub(super) tokens: Vec<TokenRow>,
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    now: Timestamp,
}

/// An update with what was found on the way.
pub(super) struct PlannedUpdate {
    pub update: AccountUpdate,
    /// With faults, the update must not be written.
    pub faults: Vec<Fault>,
    pub groups: GroupChange,
}

/// The groups that a user joins and leaves.
pub(super) struct GroupChange {
    /// The groups before the change, if the specification lists all groups.
    pub before: Option<Vec<String>>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

/// The profiles that a user keeps, gets and loses.
struct ProfileChange<'a> {
    staying: Vec<&'a ProfileTable>,
    new: Vec<&'a ProfileTable>,
    leaving: Vec<&'a ProfileTable>,
    /// A fault for each profile that is both requested and unwanted.
    faults: Vec<Fault>,
}

impl<'a> ProfileChange<'a> {
    /// Returns the profiles after the change.
    fn own(&self) -> Vec<&'a ProfileTable> {
        self.staying.iter().chain(&self.new).copied().collect()
    }
}

impl GroupChange {
    fn of(choice: &GroupChoice, store: &Store, user: &User) -> Result<Self> {
        let before = match choice {
            GroupChoice::Exactly(_) => Some(store.groups_of(&user.id)?),
            GroupChoice::Change { .. } => None,
        };
        let (added, removed) = choice.changes(before.as_deref().unwrap_or_default());
        Ok(Self { before, added, removed })
    }

    /// Returns a fault for each group that the user both joins and leaves.
    fn faults(&self) -> impl Iterator<Item = Fault> {
        let both = self.added.iter().filter(|name| self.removed.contains(name));
        both.map(|name| Fault::new("groups", FaultCode::GivenTwice(Twice::Group(name.clone()))))
    }
}

impl Planner<'_> {
    /// Returns the new values for this user, and all their faults. With faults, nothing must be written.
    ///
    /// An unknown group or profile kind is an error.
    pub(super) fn update(
        &self,
        spec: &AccountSpec,
        user: &User,
        accounts: &Accounts<'_>,
        find_group: impl Fn(&str) -> Result<Key>,
    ) -> Result<PlannedUpdate> {
        let (store, policy, now) = (accounts.store, accounts.policy, accounts.now);
        let users = &store.layout().users;
        let profiles = self.profile_change(spec, store, user)?;
        let fields = Fields {
            users,
            login: users.login()?,
            own: profiles.own(),
            kinds: store.profile_tables()?,
            is_new: false,
        };
        let mut faults = Vec::new();
        let mut update = AccountUpdate::new(user, spec.email_verified, now);
        for table in &profiles.leaving {
            update.removed_profiles.push((table.kind.clone(), store.profile_deletion(table, &user.id)?));
        }
        set_attributes(spec, &fields, policy, user, &mut update, &mut faults);
        let random = &mut *accounts.random();
        let mut builder = RowBuilder { now, zone: &policy.time_zone, random, faults: &mut faults };
        for (name, input) in &spec.fields {
            match fields.destination(name) {
                Ok((column, owner)) => builder.set(update.row(owner), name, column, input),
                Err(fault) => builder.faults.push(fault),
            }
        }
        update.empty(&spec.unset, &fields, policy, builder.faults);
        builder.faults.extend(profiles.faults);
        let groups = GroupChange::of(&spec.groups, store, user)?;
        builder.faults.extend(groups.faults());
        for table in profiles.new {
            update.complete_profile(table, policy, &mut builder);
            if policy.profiles.get(&table.kind).is_some_and(|kind| kind.staff) && spec.staff.is_none() {
                update.user.push(("is_staff".into(), true.into()));
            }
        }
        faults.extend(update.check_references(store)?);
        update.add_groups = groups.added.iter().map(|name| find_group(name)).collect::<Result<_>>()?;
        update.remove_groups = groups.removed.iter().map(|name| find_group(name)).collect::<Result<_>>()?;
        update.change_permissions(spec, store, &mut faults)?;
        if spec.email_verified && address_of(&update.user).unwrap_or(&user.email).is_empty() {
            faults.push(Fault::new(EMAIL_VERIFIED, FaultCode::NotSettable(Unsettable::NoAddress)));
        }
        Ok(PlannedUpdate { update, faults, groups })
    }

    fn profile_change<'s>(
        &'s self,
        spec: &AccountSpec,
        store: &'s Store,
        user: &User,
    ) -> Result<ProfileChange<'s>> {
        let is_in = |tables: &[&ProfileTable], table: &ProfileTable| {
            tables.iter().any(|other| other.kind == table.kind)
        };
        let present = present_profiles(store, user)?;
        let unwanted = self.kinds(&spec.remove_profiles)?;
        let requested = self.profiles_of(spec)?;
        let twice = requested.iter().filter(|table| is_in(&unwanted, table));
        let faults = twice
            .map(|table| Fault::new("profile", FaultCode::GivenTwice(Twice::Profile(table.kind.clone()))))
            .collect();
        let new = requested.into_iter().filter(|table| !is_in(&present, table)).collect();
        let (leaving, staying) = present.into_iter().partition(|table| is_in(&unwanted, table));
        Ok(ProfileChange { staying, new, leaving, faults })
    }

    /// Returns the tables of the profiles that an existing user must have.
    fn profiles_of(&self, spec: &AccountSpec) -> Result<Vec<&ProfileTable>> {
        let plan = self.plan(spec)?;
        if let Some(fault) = &plan.kind_fault {
            return Err(Refusal::Invalid(vec![fault.clone()]).into());
        }
        let is_of_profile = |name: &str| matches!(plan.fields.destination(name), Ok((_, Owner::Profile(_))));
        // The kind in the settings is for new users.
        let is_given =
            spec.profile != ProfileChoice::Decide || spec.fields.iter().any(|(name, _)| is_of_profile(name));
        Ok(if is_given { plan.fields.own } else { Vec::new() })
    }
}

impl AccountUpdate {
    fn new(user: &User, is_verified: bool, now: Timestamp) -> Self {
        Self {
            key: user.id.clone(),
            username: user.username.clone(),
            name: None,
            is_named_by_email: false,
            is_verified,
            user: Vec::new(),
            profiles: Vec::new(),
            new_profiles: Vec::new(),
            removed_profiles: Vec::new(),
            add_permissions: Vec::new(),
            remove_permissions: Vec::new(),
            add_groups: Vec::new(),
            remove_groups: Vec::new(),
            revokes_tokens: false,
            tokens: Vec::new(),
            now,
        }
    }

    /// Returns the row that a value belongs to.
    fn row(&mut self, owner: Owner<'_>) -> &mut ColumnValues {
        let Owner::Profile(kind) = owner else { return &mut self.user };
        let index = self.profiles.iter().position(|(known, _)| known == kind).unwrap_or_else(|| {
            self.profiles.push((kind.to_owned(), Vec::new()));
            self.profiles.len() - 1
        });
        &mut self.profiles[index].1
    }

    /// Empties these fields.
    fn empty(&mut self, names: &[String], fields: &Fields<'_>, policy: &Policy, faults: &mut Vec<Fault>) {
        for name in names {
            if name == "email" && policy.is_named_by_email(fields.login) {
                faults.push(Fault::new("email", FaultCode::NotSettable(Unsettable::LoginName)));
                continue;
            }
            match fields.emptied(name) {
                Ok((column, owner, _)) if self.row(owner).iter().any(|(given, _)| *given == column) => {
                    faults.push(Fault::new(name, FaultCode::GivenTwice(Twice::Unset)));
                }
                Ok((column, owner, value)) => self.row(owner).push((column, value)),
                Err(fault) => faults.push(fault),
            }
        }
    }

    fn change_permissions(
        &mut self,
        spec: &AccountSpec,
        store: &Store,
        faults: &mut Vec<Fault>,
    ) -> Result<()> {
        let both = spec.permissions.iter().filter(|permission| spec.remove_permissions.contains(permission));
        faults.extend(both.map(|permission| {
            let twice = Twice::Permission(permission.to_string());
            Fault::new("user_permissions", FaultCode::GivenTwice(twice))
        }));
        self.add_permissions = permission_keys(store, &spec.permissions, faults)?;
        self.remove_permissions = permission_keys(store, &spec.remove_permissions, faults)?;
        Ok(())
    }

    /// Returns a fault for each value that refers to a missing row.
    fn check_references(&self, store: &Store) -> Result<Vec<Fault>> {
        let mut faults = dangling(store, &store.layout().users.table, &self.user)?;
        for (kind, row) in self.profiles.iter().chain(&self.new_profiles) {
            faults.extend(dangling(store, &store.profile_table(kind)?.table, row)?);
        }
        Ok(faults)
    }

    /// Completes the values given for this kind to a new profile.
    fn complete_profile(&mut self, table: &ProfileTable, policy: &Policy, builder: &mut RowBuilder<'_>) {
        let given = self.profiles.iter().position(|(kind, _)| *kind == table.kind);
        let mut row = given.map(|index| self.profiles.remove(index).1).unwrap_or_default();
        let kind = policy.profiles.get(&table.kind);
        let shared = &policy.register.defaults;
        let default = |name: &str| kind.and_then(|kind| kind.defaults.get(name)).or_else(|| shared.get(name));
        builder.fill(&mut row, &table.table, table.columns(), &default);
        let is_required = |column: &Column| {
            let is_it =
                |name: &String| find_field(table, name).is_some_and(|found| found.name == column.name);
            kind.is_some_and(|kind| kind.required.iter().any(is_it))
        };
        let is_blank = |value: &Value| matches!(value, Value::Text(text) if text.trim().is_empty());
        let is_missing = |column: &&Column| match row.iter().find(|(name, _)| *name == column.name) {
            Some((_, value)) => is_required(column) && (*value == Value::Null || is_blank(value)),
            None => is_required(column) || must_be_given(column, &table.table),
        };
        let missing = table.columns().filter(is_missing);
        builder.faults.extend(missing.map(|column| missing_column(&column.name, column).fault()));
        self.new_profiles.push((table.kind.clone(), row));
    }

    /// Writes the values that differ, deletes the tokens if they are revoked, and returns the names of the changed
    /// fields. Adds no tokens.
    pub(super) fn write(&self, transaction: &Transaction<'_>, user: &User) -> Result<Vec<String>> {
        if let Some(name) = &self.name
            && transaction.find_user(name)?.is_some_and(|other| other.id != user.id)
        {
            return Err(Refusal::NameTaken { name: name.clone(), is_address: self.is_named_by_email }.into());
        }
        let users = &transaction.layout().users;
        let updated = transaction.update_user(user, &self.user, self.now);
        let mut changed = updated.map_err(|error| address_taken(error, users))?;
        let address = address_of(&self.user).or_else(|| self.is_verified.then_some(&*user.email));
        if let Some(address) = address
            && transaction.set_address(&user.id, &user.email, address, self.is_verified)?
        {
            changed.push("email_addresses".into());
        }
        for (kind, values) in &self.profiles {
            let table = transaction.profile_table(kind)?;
            let fields = transaction.update_profile(table, &user.id, values, self.now)?;
            changed.extend(fields.into_iter().map(|field| format!("{kind}.{field}")));
        }
        for (kind, values) in &self.new_profiles {
            transaction.insert_profile(transaction.profile_table(kind)?, &user.id, values)?;
            changed.push(kind.clone());
        }
        for (kind, deletion) in &self.removed_profiles {
            transaction.delete_profile(transaction.profile_table(kind)?, &user.id, deletion)?;
            changed.push(kind.clone());
        }
        let mut groups = false;
        for group in &self.add_groups {
            groups |= transaction.add_to_group(&user.id, group)?;
        }
        for group in &self.remove_groups {
            groups |= transaction.remove_from_group(&user.id, group)?;
        }
        if groups {
            changed.push("groups".into());
        }
        let mut permissions = false;
        for permission in &self.add_permissions {
            permissions |= transaction.give_permission(&user.id, permission)?;
        }
        for permission in &self.remove_permissions {
            permissions |= transaction.take_permission(&user.id, permission)?;
        }
        if permissions {
            changed.push("user_permissions".into());
        }
        if self.revokes_tokens {
            changed.extend(transaction.delete_tokens_of(&user.id, None)?.fields);
        }
        Ok(changed)
    }
}

/// Returns the tables of the profiles that a user has.
fn present_profiles<'a>(store: &'a Store, user: &User) -> Result<Vec<&'a ProfileTable>> {
    let mut present = Vec::new();
    for table in store.profile_tables()? {
        if store.has_profile(table, &user.id)? {
            present.push(table);
        }
    }
    Ok(present)
}

/// Returns the fault of a new login name.
fn name_fault(name: &str, login: &str, by_email: bool) -> Option<Fault> {
    if name.trim().is_empty() {
        return Some(Fault::new("username", FaultCode::Required(Remedy::NewLoginName)));
    }
    let rules = if login == "username" { username_fault(name) } else { None };
    rules.or_else(|| if by_email { address_fault(name) } else { None })
}

/// Sets the columns of Django's `AbstractUser`.
fn set_attributes(
    spec: &AccountSpec,
    fields: &Fields<'_>,
    policy: &Policy,
    user: &User,
    update: &mut AccountUpdate,
    faults: &mut Vec<Fault>,
) {
    let by_email = policy.is_named_by_email(fields.login);
    let mut values: Vec<(&str, Value)> = Vec::new();
    if let Some(name) = &spec.rename {
        let name: String =
            if fields.login == "email" { normalize_email(name) } else { name.nfkc().collect() };
        faults.extend(name_fault(&name, fields.login, by_email));
        // If the email address is the login name, both change.
        if by_email && fields.login != "email" {
            values.push(("email", normalize_email(&name).into()));
        }
        values.push((fields.login, name.as_str().into()));
        update.name = Some(name).filter(|name| *name != user.username);
    }
    if let Some(email) = spec.email.as_deref().map(normalize_email) {
        if by_email && email != normalize_email(&user.username) {
            faults.push(Fault::new("email", FaultCode::NotSettable(Unsettable::LoginNameByEmail)));
        } else if fields.login != "email" {
            faults.extend(address_fault(&email));
            values.push(("email", email.into()));
        }
    }
    for (column, name) in [("first_name", &spec.first_name), ("last_name", &spec.last_name)] {
        values.extend(name.as_ref().map(|name| (column, name.as_str().into())));
    }
    for (column, flag) in
        [("is_active", spec.active), ("is_staff", spec.staff), ("is_superuser", spec.superuser)]
    {
        values.extend(flag.map(|flag| (column, flag.into())));
    }
    for (column, value) in values {
        match fields.attribute(column, &value) {
            Ok(()) => update.user.push((column.to_owned(), value)),
            // The name or the address may have a fault already.
            Err(fault) if faults.iter().any(|known| known.field == fault.field) => {}
            Err(fault) => faults.push(fault),
        }
    }
    update.is_named_by_email = by_email;
}
