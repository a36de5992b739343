//! Computes the changes that bring the accounts to the state in the file.

use std::collections::HashMap;
use std::{mem, slice};

use super::groups::GroupsPlan;
use super::password;
use super::prune::{Scope, UnlistedUser};
use super::read::{DesiredState, DesiredToken, DesiredUser};
use crate::accounts::account_plan::AccountPlan;
use crate::accounts::change_runner::ChangeRunner;
use crate::accounts::new_password::{Password, PasswordRule};
use crate::accounts::read_ahead::in_batches;
use crate::accounts::update::PlannedUpdate;
use crate::accounts::{Accounts, Planner};
use crate::django::account_spec::{AccountSpec, GroupChoice};
use crate::django::models::{Scheme, TokenFilter, User};
use crate::error::failure::Result;
use crate::error::fault_list::Faults;
use crate::error::faults::{Fault, FaultCode, Form, PrunedAccounts, Remedy, TokenObstacle, Twice};
use crate::error::misuse::Misuse;
use crate::error::refusal::Refusal;
use crate::store::difference::{Difference, Shown};
use crate::store::{Deletion, PlannedGroups, Store, Token};
use crate::syntax::source::SourceFile;

/// All changes, in the order in which they are shown and executed.
#[derive(Debug, Default)]
pub struct ApplyPlan<'a> {
    /// The changes to groups, before those of accounts.
    pub groups: GroupsPlan,
    pub steps: Vec<Step<'a>>,
    /// The number of accounts in the file that need no change.
    pub as_wanted: usize,
    /// Superusers in the scope that are not in the file. They are kept.
    pub kept: Vec<User>,
    /// The accounts in the scope that are not in the file. `None` if the file has no scope.
    pub others: Option<UnlistedUsers>,
}

/// Accounts in a scope that are not in the file.
#[derive(Debug)]
pub struct UnlistedUsers {
    pub scope: Scope,
    /// The login names in the file, each with its position.
    pub names: HashMap<String, usize>,
    /// The accounts. Empty until [`ApplyPlanner::prune`] finds them.
    pub found: Vec<UnlistedUser>,
}

/// The changes to one account.
#[derive(Debug)]
pub struct Step<'a> {
    /// The position of the account in the file. `None` if it is not in the file.
    pub at: Option<usize>,
    pub username: String,
    pub action: Action,
    pub kind: StepKind<'a>,
    /// The differences other than those of fields, profiles and the password.
    others: Vec<Difference>,
    pub password: Option<Password>,
    /// The scheme of the token to create.
    pub token_scheme: Option<Scheme>,
}

/// The action of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Create,
    Change,
    Deactivate,
    Delete,
}

/// The change that a step makes, and the state of the database that it was planned for.
#[derive(Debug)]
pub enum StepKind<'a> {
    /// Write an account. An existing one must still be in this state.
    Write(AccountPlan<'a>, Option<Box<AccountState>>),
    Delete(Box<User>, Deletion),
}

/// The state of an existing account before its update, as far as the file has something to say about it.
#[derive(Debug)]
pub struct AccountState {
    pub user: User,
    /// The differences in fields and profiles that an update makes.
    pub differences: Vec<Difference>,
    /// The groups of the user before the change, if the file lists groups.
    pub groups: Option<Vec<String>>,
    /// The tokens of the user before the change, if the file says whether there is one.
    pub tokens: Option<Vec<Token>>,
    /// The stored password before the change, if a new one is set.
    pub encoded: Option<String>,
}

impl ApplyPlan<'_> {
    /// Whether a new account gets no profile of this kind.
    #[must_use]
    pub fn lacks_profile(&self, kind: &str) -> bool {
        self.steps.iter().any(|step| match &step.kind {
            StepKind::Write(AccountPlan::Create(account), _) => {
                account.profile_kinds().all(|own| own != kind)
            }
            StepKind::Write(AccountPlan::Update(_), _) | StepKind::Delete(..) => false,
        })
    }

    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.groups.steps.is_empty()
    }
}

impl Step<'_> {
    /// Returns all differences to show. Those of a new account are computed anew, since there may be many. Runs no query.
    pub fn differences(&self, store: &Store) -> Result<Vec<Difference>> {
        let mut found = match &self.kind {
            StepKind::Write(AccountPlan::Create(account), _) => account.differences(store)?,
            StepKind::Write(_, state) => {
                state.as_ref().map(|state| state.differences.clone()).unwrap_or_default()
            }
            StepKind::Delete(..) => Vec::new(),
        };
        found.extend(self.others.iter().cloned());
        found.extend(self.password.as_ref().map(|password| Difference {
            field: "password".into(),
            old: match &self.kind {
                StepKind::Write(_, Some(state)) => state.encoded.as_deref().map(password::shown_encoded),
                StepKind::Write(_, None) | StepKind::Delete(..) => None,
            },
            new: Some(password::shown(password)),
        }));
        Ok(found)
    }
}

/// What to do with accounts in the scope that are not in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prune {
    /// Deactivate them.
    Deactivate,
    /// Delete them, with everything that belongs to them.
    Delete,
}

/// Compares the desired state with the existing accounts, and collects faults.
pub struct ApplyPlanner<'a, 's, Runner> {
    pub accounts: Accounts<'a>,
    pub source: &'s SourceFile,
    /// Receives warnings.
    pub runner: &'s Runner,
    /// The faults that were found so far.
    pub faults: Faults,
}

impl<'a, Runner: ChangeRunner> ApplyPlanner<'a, '_, Runner> {
    /// Computes the plan. Fails if the file has faults.
    pub fn plan(&mut self, desired: DesiredState<'_, '_>) -> Result<ApplyPlan<'a>> {
        // A snapshot locks the database once instead of for each query. Verifying passwords takes too long for it.
        let plan = if desired.may_verify_passwords() {
            self.plan_users(desired, false)?
        } else {
            self.accounts.store.snapshot(|_| self.plan_users(desired, true))?
        };
        self.faults.sort();
        self.faults.refuse()?;
        Ok(plan)
    }

    fn plan_users(&mut self, mut desired: DesiredState<'_, '_>, is_snapshot: bool) -> Result<ApplyPlan<'a>> {
        let mut plan = ApplyPlan::default();
        let mut names: HashMap<String, usize> = HashMap::new();
        self.faults.append(mem::take(&mut desired.faults));
        let store = self.accounts.store;
        let declared: Vec<String> = desired.groups.iter().map(|group| group.name.clone()).collect();
        plan.groups = GroupsPlan::new(mem::take(&mut desired.groups), store, &mut |at, fault| {
            self.faults.push_with(|| self.source.locate(at, fault));
        })?;
        let mut groups = store.group_names()?;
        groups.extend(declared);
        let planner = self.accounts.planner()?;
        let has_users = store.has_users()?;
        let scope = desired.scope.take();
        let users = desired.users().map(|(user, faults)| {
            let name = user.as_ref().and_then(|user| planner.login_name(&user.spec));
            (user, name, faults)
        });
        in_batches(users, &mut |batch| {
            let logins: Vec<&str> =
                batch.iter().filter(|_| has_users).filter_map(|(_, name, _)| name.as_deref()).collect();
            let mut existing = store.find_users(&logins)?;
            for (user, name, faults) in batch {
                self.faults.append(faults);
                let Some(mut user) = user else { continue };
                self.check_groups(&mut user, &groups);
                let Some(name) = name else {
                    let required = FaultCode::Required(Remedy::LoginName);
                    self.add(&user, Fault::new(planner.login_column(), required));
                    continue;
                };
                if let Some(first) = names.get(&name) {
                    let line = self.source.position(*first).line;
                    let twice = FaultCode::GivenTwice(Twice::Account { username: name, line });
                    self.add(&user, Fault::new("username", twice));
                    continue;
                }
                if let Some(scope) = scope.as_ref().filter(|scope| !scope.contains(&name)) {
                    let out = FaultCode::OutOfScope(Box::new((name.clone(), scope.words())));
                    self.add(&user, Fault::new("username", out));
                }
                let existing = match existing.remove(&name) {
                    // Verifying the passwords before may have taken minutes.
                    Some(user) if !is_snapshot => Some(store.reread_user(&user.id, &user.username)?),
                    found => found,
                };
                let step = match existing {
                    None => Some(self.create(&user, &planner, &plan.groups.created)?),
                    Some(existing) => self.change(&user, existing, &planner, &plan.groups.created)?,
                };
                names.insert(name, user.at);
                match step {
                    Some(step) => plan.steps.push(step),
                    None => plan.as_wanted += 1,
                }
            }
            Ok(())
        })?;
        plan.others = scope.map(|scope| UnlistedUsers { scope, names, found: Vec::new() });
        Ok(plan)
    }

    /// Adds a fault with its position. Skips faults that were reported when the file was read.
    fn add(&mut self, user: &DesiredUser<'_>, fault: Fault) {
        if matches!(fault.code, FaultCode::Required(_)) && user.is_unreadable(&fault.field) {
            return;
        }
        let at = user.position(&fault.field);
        self.faults.push_with(|| self.source.locate(at, fault));
    }

    /// Reports unknown groups, and removes unknown and repeated groups from the desired ones.
    fn check_groups(&mut self, user: &mut DesiredUser<'_>, known: &[String]) {
        for (name, at) in user.group_positions.iter().filter(|(name, _)| !known.contains(name)) {
            let refusal = Refusal::GroupNotFound { name: name.clone(), known: known.to_vec() };
            if let Some(fault) = refusal.name_fault() {
                self.faults.push_with(|| self.source.locate(*at, fault));
            }
        }
        if let GroupChoice::Exactly(names) = &mut user.spec.groups {
            let mut seen: Vec<String> = Vec::new();
            names.retain(|name| {
                let is_new = known.contains(name) && !seen.contains(name);
                seen.push(name.clone());
                is_new
            });
        }
    }

    fn create(
        &mut self,
        user: &DesiredUser<'_>,
        planner: &Planner<'a>,
        new_groups: &PlannedGroups,
    ) -> Result<Step<'a>> {
        let store = self.accounts.store;
        let (mut account, mut faults) =
            planner.account(&user.spec, self.accounts.now, &mut *self.accounts.random())?;
        faults.extend(account.settle(&user.spec, store, |name| new_groups.find(name, store))?);
        let username = account.username.clone();
        for fault in faults {
            self.add(user, fault);
        }
        let groups = user.spec.groups.changes(&[]).0;
        let mut others: Vec<Difference> =
            groups.iter().map(|group| difference("group", None, Some(group))).collect();
        let token_scheme = self.scheme(user, user.spec.active != Some(false))?;
        others.extend(token_scheme.map(|scheme| difference("token", None, Some(&scheme.to_string()))));
        let password = self.password(user, &username, &PasswordRule::New)?.unwrap_or(Password::Unusable);
        let kind = StepKind::Write(account.into(), None);
        let (at, password) = (Some(user.at), Some(password));
        Ok(Step { at, username, action: Action::Create, kind, others, password, token_scheme })
    }

    /// Computes the change of an existing account. Returns `None` if it needs no change.
    fn change(
        &mut self,
        user: &DesiredUser<'_>,
        existing: User,
        planner: &Planner<'a>,
        new_groups: &PlannedGroups,
    ) -> Result<Option<Step<'a>>> {
        let store = self.accounts.store;
        let PlannedUpdate { mut update, faults, groups } =
            planner.update(&user.spec, &existing, &self.accounts, |name| new_groups.find(name, store))?;
        for fault in faults {
            self.add(user, fault);
        }
        let added = groups.added.iter().map(|name| difference("group", None, Some(name)));
        let removed = groups.removed.iter().map(|name| difference("group", Some(name), None));
        let mut others: Vec<Difference> = added.chain(removed).collect();
        let differences = update.differences(store, &existing)?;

        let tokens = user.token.map(|_| self.tokens(&existing)).transpose()?;
        update.revokes_tokens = user.token == Some(DesiredToken::None);
        let mut token_scheme = None;
        for token in tokens.iter().flatten().filter(|_| update.revokes_tokens) {
            let name = format!("{} {}", token.scheme_name(), token.prefix);
            others.push(difference("token", Some(&name), None));
        }
        if let Some(scheme) = self.scheme(user, user.spec.active.unwrap_or(existing.is_active))? {
            let is_usable = |token: &&Token| {
                token.scheme == Some(scheme) && token.expiry.is_none_or(|expiry| expiry > self.accounts.now)
            };
            if tokens.iter().flatten().find(is_usable).is_none() {
                token_scheme = Some(scheme);
                others.push(difference("token", None, Some(&scheme.to_string())));
            }
        }
        let (mut password, mut encoded) = (None, None);
        if user.may_change_password() {
            let stored = store.encoded_password(&existing.id)?;
            let rule = PasswordRule::of(user.update_password, || Ok(stored.clone()))?;
            password = self.password(user, &existing.username, &rule)?;
            encoded = password.is_some().then_some(stored);
        }
        if differences.is_empty() && others.is_empty() && password.is_none() {
            return Ok(None);
        }
        let username = existing.username.clone();
        let state = AccountState { user: existing, differences, groups: groups.before, tokens, encoded };
        let kind = StepKind::Write(update.into(), Some(Box::new(state)));
        let at = Some(user.at);
        Ok(Some(Step { at, username, action: Action::Change, kind, others, password, token_scheme }))
    }

    fn tokens(&self, user: &User) -> Result<Vec<Token>> {
        self.accounts.store.tokens(&TokenFilter::of(&user.id, None))
    }

    /// Returns the scheme of the desired token. `None` if no token is desired or possible.
    fn scheme(&mut self, user: &DesiredUser<'_>, is_active: bool) -> Result<Option<Scheme>> {
        let asked = match user.token {
            None | Some(DesiredToken::None) => return Ok(None),
            Some(DesiredToken::Any) => None,
            Some(DesiredToken::Of(scheme)) => Some(scheme),
        };
        let obstacle = match self.accounts.scheme(asked) {
            Ok(Some(scheme)) if is_active => return Ok(Some(scheme)),
            Ok(Some(_)) => TokenObstacle::InactiveAccount,
            Ok(None) => TokenObstacle::NoTable,
            Err(error) => match error.refusal() {
                Some(Refusal::DatabaseUnusable { .. }) => TokenObstacle::NoTableOfScheme,
                Some(Refusal::Ambiguous(_)) => TokenObstacle::SeveralSchemes,
                _ => return Err(error),
            },
        };
        self.add(user, Fault::new("token", FaultCode::ImpossibleToken(obstacle)));
        Ok(None)
    }

    fn password(
        &mut self,
        user: &DesiredUser<'_>,
        username: &str,
        rule: &PasswordRule,
    ) -> Result<Option<Password>> {
        let Some(reference) = &user.password else { return Ok(None) };
        match password::choose(reference, user, username, rule, &self.accounts, self.runner)? {
            Ok(password) => Ok(password),
            Err(faults) => {
                for fault in faults {
                    self.add(user, fault);
                }
                Ok(None)
            }
        }
    }

    /// Adds steps for the accounts in the scope that are not in the file.
    ///
    /// Fails if the file has no scope, or if more than `limit` accounts are affected. Also fails if rows of others
    /// refer to rows that would be deleted.
    pub fn prune(&mut self, plan: &mut ApplyPlan<'a>, how: Prune, limit: usize) -> Result<()> {
        let Some(others) = &mut plan.others else {
            return Err(Misuse::NoScope(self.source.name().to_owned()).into());
        };
        others.found = others.scope.others(self.accounts.store, &others.names)?;
        let is_affected = |other: &&UnlistedUser| how == Prune::Delete || other.is_active;
        let (kept, pruned): (Vec<&UnlistedUser>, Vec<&UnlistedUser>) =
            others.found.iter().filter(is_affected).partition(|other| other.is_superuser);
        let kept: Vec<&str> = kept.iter().map(|other| &*other.username).collect();
        let mut found = self.accounts.store.find_users(&kept)?;
        plan.kept = kept.iter().filter_map(|name| found.remove(*name)).collect();
        if pruned.len() > limit {
            return Err(too_many(&pruned, how, limit).into());
        }
        let mut references = Vec::new();
        for other in pruned {
            let user = &self.accounts.store.user(&other.username)?;
            match how {
                Prune::Deactivate => plan.steps.push(self.deactivation(user)?),
                Prune::Delete => {
                    match self
                        .accounts
                        .store
                        .deletion(slice::from_ref(user), &crate::store::Decisions::default())
                    {
                        Ok(deletion) => plan.steps.push(deletion_of(user, deletion)),
                        Err(error) => match error.into_refusal() {
                            Ok(Refusal::StillReferenced(faults)) => {
                                references.extend(
                                    faults
                                        .into_iter()
                                        .map(|fault| fault.of(Form::Key).of_account(&user.username)),
                                );
                            }
                            Ok(refusal) => return Err(refusal.into()),
                            Err(error) => return Err(error),
                        },
                    }
                }
            }
        }
        if references.is_empty() { Ok(()) } else { Err(Refusal::StillReferenced(references).into()) }
    }

    fn deactivation(&self, user: &User) -> Result<Step<'a>> {
        let spec = AccountSpec { active: Some(false), ..AccountSpec::default() };
        let PlannedUpdate { update, faults, .. } = self.accounts.update(&spec, user)?;
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        let differences = update.differences(self.accounts.store, user)?;
        let state =
            AccountState { user: user.clone(), differences, groups: None, tokens: None, encoded: None };
        Ok(Step {
            at: None,
            username: user.username.clone(),
            action: Action::Deactivate,
            kind: StepKind::Write(update.into(), Some(Box::new(state))),
            others: Vec::new(),
            password: None,
            token_scheme: None,
        })
    }
}

fn deletion_of(user: &User, deletion: Deletion) -> Step<'static> {
    let removed = |(table, count): &(String, u64)| Difference {
        field: table.clone(),
        old: Some(Shown::Value((*count).into())),
        new: None,
    };
    Step {
        at: None,
        username: user.username.clone(),
        action: Action::Delete,
        others: deletion.deleted.iter().map(removed).collect(),
        kind: StepKind::Delete(Box::new(user.clone()), deletion),
        password: None,
        token_scheme: None,
    }
}

fn too_many(pruned: &[&UnlistedUser], how: Prune, limit: usize) -> Refusal {
    const NAMED: usize = 10;
    let accounts = PrunedAccounts {
        count: pruned.len(),
        are_deleted: how == Prune::Delete,
        limit,
        names: pruned.iter().take(NAMED).map(|other| other.username.clone()).collect(),
    };
    Refusal::invalid("max_prune", FaultCode::TooMany(Box::new(accounts)))
}

fn difference(field: &str, old: Option<&str>, new: Option<&str>) -> Difference {
    let shown = |text: &str| Shown::Value(text.into());
    Difference { field: field.into(), old: old.map(shown), new: new.map(shown) }
}
