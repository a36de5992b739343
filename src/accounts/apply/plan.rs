//! What would have to change for the accounts to be as the file wants them.

use std::collections::HashSet;

use anyhow::Result;
use jiff::Timestamp;

use super::password::{self, Need};
use super::prune::{Other, Scope};
use super::read::{DesiredState, DesiredToken, DesiredUser};
use crate::accounts::issue_token;
use crate::accounts::new_password::Password;
use crate::accounts::{self, Account, Edit, ProfileChoice, Request, Wish};
use crate::cli::context::Context;
use crate::django::models::{Scheme, TokenFilter, User};
use crate::error::faults::Faults;
use crate::error::refusal::{Fault, Refusal};
use crate::formats::tree::TreeFile;
use crate::store::difference::{Difference, Shown};
use crate::store::{Deletion, Store, Token};

/// Everything that would change, in the order in which it is told and done.
#[derive(Debug, Default)]
pub struct ApplyPlan {
    pub steps: Vec<Step>,
    /// How many accounts of the file are as wanted.
    pub as_wanted: usize,
    /// Superusers in the scope who are not in the file, and who stay.
    pub kept: Vec<String>,
    /// All who are in the scope and not in the file, where they are asked for.
    pub others: Option<Others>,
}

/// Accounts in a scope that are not in the file.
#[derive(Debug)]
pub struct Others {
    pub scope: Scope,
    pub names: HashSet<String>,
    pub found: Vec<Other>,
}

/// What is done with one account.
#[derive(Debug)]
pub struct Step {
    /// Where the account stands in the file; `None` for one that is not in it.
    pub at: Option<usize>,
    pub username: String,
    pub action: Action,
    pub kind: StepKind,
    pub differences: Vec<Difference>,
    pub password: Option<Password>,
    /// The scheme of a token to be made.
    pub mints: Option<Scheme>,
}

/// What is done, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Create,
    Change,
    Deactivate,
    Delete,
}

/// What is done, and what was there when it was decided.
#[derive(Debug)]
pub enum StepKind {
    Create(Box<Account<'static>>),
    Change(Box<UserChange>),
    Delete(Box<User>, Deletion),
}

/// A change of an account that is there.
#[derive(Debug)]
pub struct UserChange {
    pub user: User,
    pub edit: Edit,
    /// What differs in fields and profiles.
    pub differences: Vec<Difference>,
    /// The groups that the user was in, where groups are wanted.
    pub groups: Option<Vec<String>>,
    /// The tokens that the user had, where a token is wanted or none.
    pub tokens: Option<Vec<Token>>,
    /// Are those tokens to be deleted?
    pub revokes: bool,
    /// The encoded password that was there, where another is to be set.
    pub encoded: Option<String>,
}

/// How accounts in the scope that are not in the file are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prune {
    /// They are locked out
    Deactivate,
    /// They are deleted, with all that belongs to them
    Delete,
}

/// Measures what a file wants against the accounts that there are, and adds to the faults.
pub struct ApplyPlanner<'a> {
    pub context: &'a Context,
    pub store: &'a Store,
    pub source: &'a TreeFile,
    pub now: Timestamp,
    pub faults: Faults,
}

impl ApplyPlanner<'_> {
    /// What would have to change. With faults, the plan is not to be carried out.
    ///
    /// # Errors
    /// What the settings do not allow, or a failure of the database.
    pub fn plan(&mut self, wanted: DesiredState) -> Result<ApplyPlan> {
        let mut plan = ApplyPlan::default();
        let mut names: HashSet<String> = HashSet::new();
        let groups = self.store.group_names()?;
        let accounts = accounts::Planner::new(self.store, &self.context.settings)?;
        for mut user in wanted.users {
            self.check_groups(&mut user, &groups);
            let request = request(&user);
            let Some(name) = accounts.login_name(&request) else {
                self.add(&user, Fault::new(accounts.login_column(), "required", ""));
                continue;
            };
            if names.contains(&name) {
                let message = format!("{name} appears twice in the file.");
                self.add(&user, Fault::new("username", "given_twice", message));
                continue;
            }
            if let Some(scope) = wanted.scope.as_ref().filter(|scope| !scope.contains(&name)) {
                let message = format!(
                    "{name} is outside the file's scope ({}), so --prune would ignore it.",
                    scope.words()
                );
                self.add(&user, Fault::new("username", "out_of_scope", message));
            }
            let step = match self.store.find_user(&name)? {
                None => Some(self.create(&user, &request, &accounts)?),
                Some(there) => self.change(&user, there)?,
            };
            names.insert(name);
            match step {
                Some(step) => plan.steps.push(step),
                None => plan.as_wanted += 1,
            }
        }
        plan.others = wanted.scope.map(|scope| Others { scope, names, found: Vec::new() });
        Ok(plan)
    }

    /// Adds a fault with its place, in words that fit a file; not where what is wrong was told in reading.
    fn add(&mut self, user: &DesiredUser, mut fault: Fault) {
        if fault.code == "required" {
            if user.is_unreadable(&fault.field) {
                return;
            }
            fault.message = format!("{} is required.", fault.field);
        }
        fault.message = fault.message.replace(" Use --rename.", "");
        let at = user.place(&fault.field);
        self.faults.push_with(|| self.source.locate(at, fault));
    }

    /// Takes groups that there are not out of what is wanted.
    fn check_groups(&mut self, user: &mut DesiredUser, known: &[String]) {
        for (name, at) in user.groups.iter().flatten().filter(|(name, _)| !known.contains(name)) {
            let refusal = Refusal::GroupNotFound { name: name.clone(), known: known.to_vec() };
            if let Some(fault) = refusal.name_fault() {
                self.faults.push_with(|| self.source.locate(*at, fault));
            }
        }
        if let Some(groups) = &mut user.groups {
            let mut seen: Vec<String> = Vec::new();
            groups.retain(|(name, _)| {
                let is_new = known.contains(name) && !seen.contains(name);
                seen.push(name.clone());
                is_new
            });
        }
    }

    fn create(
        &mut self,
        user: &DesiredUser,
        request: &Request,
        accounts: &accounts::Planner<'_>,
    ) -> Result<Step> {
        let store = self.store;
        let (mut account, mut faults) = accounts.account(request, self.now, &mut *self.context.random())?;
        faults.extend(account.settle(request, store)?);
        let username = account.username.clone();
        for fault in faults {
            self.add(user, fault);
        }
        let mut differences = account.differences(store)?;
        for (group, _) in user.groups.iter().flatten() {
            differences.push(difference("group", None, Some(group)));
        }
        let mints = self.scheme(user, user.active != Some(false))?;
        differences.extend(mints.map(|scheme| difference("token", None, Some(&scheme.to_string()))));
        let password = self.password(user, &username, Need::New)?.unwrap_or(Password::Unusable);
        differences.push(Difference {
            field: "password".into(),
            old: None,
            new: Some(password::shown(&password)),
        });
        let kind = StepKind::Create(Box::new(account.into_owned()));
        let (at, password) = (Some(user.at), Some(password));
        Ok(Step { at, username, action: Action::Create, kind, differences, password, mints })
    }

    /// What is to be changed of an account that is there; `None` where it is as wanted.
    fn change(&mut self, user: &DesiredUser, there: User) -> Result<Option<Step>> {
        let (store, settings) = (self.store, &self.context.settings);
        let groups = user.groups.as_ref().map(|_| store.groups_of(&there.id)).transpose()?;
        let mut wish = wish(user);
        let mut changes = Vec::new();
        if let (Some(wanted), Some(present)) = (&user.groups, &groups) {
            let is_wanted = |name: &String| wanted.iter().any(|(wanted, _)| wanted == name);
            let added = wanted.iter().map(|(name, _)| name).filter(|name| !present.contains(name));
            wish.add_groups = added.cloned().collect();
            wish.remove_groups = present.iter().filter(|name| !is_wanted(name)).cloned().collect();
            changes.extend(wish.add_groups.iter().map(|name| difference("group", None, Some(name))));
            changes.extend(wish.remove_groups.iter().map(|name| difference("group", Some(name), None)));
        }
        let (edit, faults) = wish.edit(store, settings, &there, self.now, &mut *self.context.random())?;
        for fault in faults {
            self.add(user, fault);
        }
        let differences = edit.differences(store, &there)?;

        let tokens = user.token.map(|_| self.tokens(&there)).transpose()?;
        let revokes = user.token == Some(DesiredToken::None);
        let mut mints = None;
        for token in tokens.iter().flatten().filter(|_| revokes) {
            let name = format!("{} {}", token.scheme, token.prefix);
            changes.push(difference("token", Some(&name), None));
        }
        if let Some(scheme) = self.scheme(user, user.active.unwrap_or(there.is_active))? {
            let is_good = |token: &&Token| {
                token.scheme == scheme && token.expiry.is_none_or(|expiry| expiry > self.now)
            };
            if tokens.iter().flatten().find(is_good).is_none() {
                mints = Some(scheme);
                changes.push(difference("token", None, Some(&scheme.to_string())));
            }
        }
        let encoded = store.encoded_password(&there.id)?;
        let password = self.password(user, &there.username, Need::of(user.update_password, &encoded))?;
        if let Some(password) = &password {
            changes.push(Difference {
                field: "password".into(),
                old: Some(password::shown_encoded(&encoded)),
                new: Some(password::shown(password)),
            });
        }
        let all: Vec<Difference> = differences.iter().cloned().chain(changes).collect();
        if all.is_empty() {
            return Ok(None);
        }
        let username = there.username.clone();
        let encoded = password.as_ref().map(|_| encoded);
        let change = UserChange { user: there, edit, differences, groups, tokens, revokes, encoded };
        let kind = StepKind::Change(Box::new(change));
        let at = Some(user.at);
        Ok(Some(Step { at, username, action: Action::Change, kind, differences: all, password, mints }))
    }

    fn tokens(&self, user: &User) -> Result<Vec<Token>> {
        self.store.tokens(&TokenFilter { user: Some(user.id.clone()), ..TokenFilter::default() })
    }

    /// The scheme of the token that is wanted; `None` where none is, or none is possible.
    fn scheme(&mut self, user: &DesiredUser, is_active: bool) -> Result<Option<Scheme>> {
        let asked = match user.token {
            None | Some(DesiredToken::None) => return Ok(None),
            Some(DesiredToken::Any) => None,
            Some(DesiredToken::Of(scheme)) => Some(scheme),
        };
        let found = match issue_token::scheme(self.context, self.store, asked) {
            Ok(Some(scheme)) => Ok(scheme),
            Ok(None) => Err("This database has no token table.".to_owned()),
            Err(error) => match error.downcast_ref() {
                Some(Refusal::DatabaseUnusable { .. }) => {
                    Err("This database has no token table for that scheme.".to_owned())
                }
                Some(Refusal::Ambiguous { .. }) => {
                    Err("This database has several token schemes. Write token = \"drf\" or token = \"knox\"."
                        .to_owned())
                }
                _ => return Err(error),
            },
        };
        let refused = match found {
            Ok(scheme) if is_active => return Ok(Some(scheme)),
            Ok(_) => {
                "Django refuses the tokens of inactive accounts. Write is_active = true or token = false."
                    .into()
            }
            Err(message) => message,
        };
        self.add(user, Fault::new("token", "invalid", refused));
        Ok(None)
    }

    fn password(&mut self, user: &DesiredUser, username: &str, need: Need<'_>) -> Result<Option<Password>> {
        let Some(reference) = &user.password else { return Ok(None) };
        match password::choose(reference, user, username, need, self.context)? {
            Ok(password) => Ok(password),
            Err(faults) => {
                for fault in faults {
                    self.add(user, fault);
                }
                Ok(None)
            }
        }
    }

    /// Adds what becomes of the accounts in the scope that are not in the file.
    ///
    /// # Errors
    /// [`Refusal::Usage`] for a file without a scope, [`Refusal::Invalid`] where there are more than `limit`,
    /// [`Refusal::StillReferenced`] where rows of others refer to what would be deleted, or a failure of the database.
    pub fn prune(&mut self, plan: &mut ApplyPlan, how: Prune, limit: usize) -> Result<()> {
        let Some(others) = &mut plan.others else {
            let message = format!(
                "--prune: {} has no `[scope]`. Add one to declare which accounts the file manages.",
                self.source.name()
            );
            return Err(Refusal::usage(message).into());
        };
        others.found = others.scope.others(self.store, &others.names)?;
        let is_there = |other: &&Other| how == Prune::Delete || other.is_active;
        let (kept, pruned): (Vec<&Other>, Vec<&Other>) =
            others.found.iter().filter(is_there).partition(|other| other.is_superuser);
        plan.kept = kept.iter().map(|other| other.username.clone()).collect();
        if pruned.len() > limit {
            return Err(too_many(&pruned, how, limit).into());
        }
        let mut in_the_way = Vec::new();
        for other in pruned {
            let user = &self.store.user(&other.username)?;
            match how {
                Prune::Deactivate => plan.steps.push(self.deactivation(user)?),
                Prune::Delete => match self.store.deletion(user, &crate::store::Decisions::default()) {
                    Ok(deletion) => plan.steps.push(deletion_of(user, deletion)),
                    Err(error) => match error.downcast() {
                        Ok(Refusal::StillReferenced(faults)) => {
                            in_the_way.extend(faults.into_iter().map(|fault| of_user(user, fault)));
                        }
                        Ok(refusal) => return Err(refusal.into()),
                        Err(error) => return Err(error),
                    },
                },
            }
        }
        if in_the_way.is_empty() { Ok(()) } else { Err(Refusal::StillReferenced(in_the_way).into()) }
    }

    fn deactivation(&self, user: &User) -> Result<Step> {
        let wish = Wish { active: Some(false), ..Wish::default() };
        let settings = &self.context.settings;
        let (edit, faults) = wish.edit(self.store, settings, user, self.now, &mut *self.context.random())?;
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        let differences = edit.differences(self.store, user)?;
        let change = UserChange {
            user: user.clone(),
            edit,
            differences: differences.clone(),
            groups: None,
            tokens: None,
            revokes: false,
            encoded: None,
        };
        Ok(Step {
            at: None,
            username: user.username.clone(),
            action: Action::Deactivate,
            kind: StepKind::Change(Box::new(change)),
            differences,
            password: None,
            mints: None,
        })
    }
}

fn deletion_of(user: &User, deletion: Deletion) -> Step {
    let gone = |(table, count): &(String, u64)| Difference {
        field: table.clone(),
        old: Some(Shown::Value((*count).into())),
        new: None,
    };
    Step {
        at: None,
        username: user.username.clone(),
        action: Action::Delete,
        differences: deletion.deleted.iter().map(gone).collect(),
        kind: StepKind::Delete(Box::new(user.clone()), deletion),
        password: None,
        mints: None,
    }
}

/// What is in the way of deleting a user; there is no option here that decides about it.
fn of_user(user: &User, fault: Fault) -> Fault {
    let name = &user.username;
    let message = format!("{name}: {} Use `authctl delete-user` with these options.", fault.message);
    Fault { message, ..fault }
}

fn too_many(pruned: &[&Other], how: Prune, limit: usize) -> Refusal {
    const NAMED: usize = 10;
    let verb = if how == Prune::Delete { "deleted" } else { "deactivated" };
    let mut names: Vec<&str> = pruned.iter().take(NAMED).map(|other| &*other.username).collect();
    if pruned.len() > NAMED {
        names.push("…");
    }
    let message = format!(
        "{} accounts are not in the file and would be {verb}, more than --max-prune {limit} allows: {}. \
         Nothing was changed.",
        pruned.len(),
        names.join(", ")
    );
    Refusal::invalid("max_prune", "too_many", message)
}

fn difference(field: &str, old: Option<&str>, new: Option<&str>) -> Difference {
    let shown = |text: &str| Shown::Value(text.into());
    Difference { field: field.into(), old: old.map(shown), new: new.map(shown) }
}

/// What is wanted of a new account.
fn request(user: &DesiredUser) -> Request {
    Request {
        username: user.username.clone(),
        email: user.email.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        staff: user.staff,
        superuser: user.superuser,
        active: user.active,
        fields: user.fields.clone(),
        profile: if user.profiles.is_empty() {
            ProfileChoice::Decide
        } else {
            ProfileChoice::Kinds(user.profiles.clone())
        },
        groups: user.groups.iter().flatten().map(|(name, _)| name.clone()).collect(),
        ..Request::default()
    }
}

/// What is wanted of an account that is there, but for its groups.
fn wish(user: &DesiredUser) -> Wish {
    Wish {
        email: user.email.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        active: user.active,
        staff: user.staff,
        superuser: user.superuser,
        fields: user.fields.clone(),
        profiles: user.profiles.clone(),
        ..Wish::default()
    }
}
