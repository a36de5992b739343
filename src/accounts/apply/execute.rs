//! Executes a plan completely, or not at all if the database has changed since it was made.

use std::collections::BTreeSet;
use std::slice;

use serde_json::json;

use super::ChangedAccount;
use super::plan::{Action, ApplyPlan, Step, StepKind, UserChange};
use crate::accounts::Accounts;
use crate::accounts::change_runner::ChangeRunner;
use crate::accounts::issue_token::IssuedToken;
use crate::accounts::new_password::Password;
use crate::django::models::TokenFilter;
use crate::error::failure::{Error, Result};
use crate::error::faults::{Conflict, Fault, FaultCode};
use crate::error::refusal::Refusal;
use crate::files::results::{self, Outcome, Results};
use crate::signals;
use crate::store::{Decisions, Done, Store, Transaction};
use crate::syntax::source::SourceFile;

/// The inputs for the execution of a plan.
pub struct Execution<'a, Runner> {
    pub accounts: Accounts<'a>,
    pub source: &'a SourceFile,
    pub runner: &'a Runner,
}

/// The outcome of an executed plan.
#[derive(Debug)]
pub struct ApplyOutcome {
    /// The created and changed accounts.
    pub made: Vec<ChangedAccount>,
    /// Whether the last active superuser was removed.
    pub ends_superusers: bool,
}

/// The secrets of an account, computed before the transaction because hashing is slow.
struct Ready {
    /// The line of the account in the file, for the results.
    line: Option<usize>,
    fresh: Option<IssuedToken>,
}

impl ChangedAccount {
    fn secrets(&self) -> results::Secrets {
        results::Secrets {
            token: self.token.as_ref().map(|token| token.expose().to_owned()),
            password: self.password.as_ref().map(|password| password.as_str().to_owned()),
        }
    }
}

impl<Runner: ChangeRunner> Execution<'_, Runner> {
    /// Makes all changes in one transaction, and returns the outcome and the names of the changed fields.
    ///
    /// The accounts are added to the results before the commit.
    ///
    /// Fails with [`Refusal::ChangedMeanwhile`] if the database has changed since the plan was made.
    pub fn execute(
        &self,
        plan: &mut ApplyPlan<'_>,
        mut results: Results,
    ) -> Result<(Done<ApplyOutcome>, Results)> {
        let tells = results.are_requested();
        let ready: Vec<Ready> =
            plan.steps.iter_mut().map(|step| self.ready(step, tells)).collect::<Result<_>>()?;
        let plan = &*plan;
        let names: Vec<&String> = plan.steps.iter().map(|step| &step.username).collect();
        let mut object = json!({ "file": self.source.name(), "users": names });
        if !plan.groups.steps.is_empty() {
            object["groups"] = plan.groups.steps.iter().map(|step| &*step.name).collect();
        }
        let mut critical = None;
        let done = self.runner.run(
            self.accounts.store,
            |_| object.clone(),
            |transaction| {
                plan.check(transaction)?;
                // If the commit fails, the results must be taken back even if a signal arrives.
                critical = Some(signals::critical());
                results.take_back()?;
                self.write(plan, &ready, transaction, &mut results)
            },
        );
        let outcome = match done {
            Ok(done) => match results.keep() {
                Ok(()) => Ok((done, results)),
                Err(error) => Err(self.runner.lost(&error)),
            },
            Err(error) if error.is_doubtful_commit() => {
                // If this fails too, the error already names what is lost.
                let _ = results.leave_undecided().and_then(|()| self.runner.show(results));
                Err(error)
            }
            Err(error) => {
                drop(results);
                Err(error)
            }
        };
        drop(critical);
        outcome
    }

    /// Writes all steps, and adds the accounts to the results.
    fn write(
        &self,
        plan: &ApplyPlan<'_>,
        ready: &[Ready],
        transaction: &Transaction<'_>,
        results: &mut Results,
    ) -> Result<Done<ApplyOutcome>> {
        let had_superuser = transaction.has_superuser()?;
        let mut made = Vec::new();
        let mut fields = BTreeSet::from_iter(plan.groups.execute(transaction)?);
        for (step, ready) in plan.steps.iter().zip(ready) {
            let done = step.execute(ready, transaction).map_err(|error| self.located(step, error))?;
            if let (Some(made), Some(line)) = (&done.value, ready.line) {
                let is_new = step.action == Action::Create;
                let outcome = if is_new { Outcome::Created } else { Outcome::Changed };
                results.tell(line, &made.username, Some(&made.id), outcome, &made.secrets())?;
            }
            self.runner.extend_effect(|effect| {
                effect.add_tokens(ready.fresh.iter().map(|fresh| fresh.stored.prefix()));
                if done.value.as_ref().is_some_and(|made| made.password.is_some()) {
                    effect.add_random_password(&step.username);
                }
            });
            made.extend(done.value);
            fields.extend(done.fields);
        }
        results.sync()?;
        let ends_superusers = had_superuser && !transaction.has_superuser()?;
        Ok(Done { value: ApplyOutcome { made, ends_superusers }, fields: fields.into_iter().collect() })
    }

    fn ready(&self, step: &mut Step<'_>, tells: bool) -> Result<Ready> {
        let encode = |password: &Password| self.accounts.encode(password, self.runner.is_rehearsal());
        let generate = |scheme| self.accounts.generate_token(scheme, None, None);
        let encoded = step.password.as_ref().map(encode).transpose()?;
        let fresh = step.token_scheme.map(generate).transpose()?;
        match &mut step.kind {
            StepKind::Create(account) => {
                if let Some(encoded) = &encoded {
                    account.set_password(encoded);
                }
                account.tokens.extend(fresh.as_ref().map(IssuedToken::row));
            }
            StepKind::Change(change) => {
                if let Some(encoded) = &encoded {
                    change.update.set_password(encoded);
                }
            }
            StepKind::Delete(..) => {}
        }
        let line = step.at.filter(|_| tells).map(|at| self.source.position(at).line);
        Ok(Ready { line, fresh })
    }

    /// Adds the position of the account to an error of the database.
    fn located(&self, step: &Step<'_>, error: Error) -> Error {
        let Some(at) = step.at else { return error };
        let name = &step.username;
        let fault = |fault: Fault| self.source.locate(at, fault.of_account(name));
        let faults = match error.into_refusal() {
            Ok(Refusal::Taken(columns)) => {
                vec![fault(Fault::new("", FaultCode::Conflict(Conflict::Taken(columns))))]
            }
            Ok(Refusal::AddressTaken | Refusal::AddressVerified { .. }) => {
                vec![fault(Fault::new("email", FaultCode::Conflict(Conflict::AddressTaken)))]
            }
            Ok(Refusal::Invalid(faults)) => faults.into_iter().map(fault).collect(),
            Ok(Refusal::UsernameTaken | Refusal::EmailTaken | Refusal::UserNotFound(_)) => {
                return changed(name).into();
            }
            Ok(refusal) => return refusal.into(),
            Err(error) => return error,
        };
        Refusal::Invalid(faults).into()
    }
}

impl ApplyPlan<'_> {
    /// Fails if an account has changed since the plan was made.
    fn check(&self, store: &Store) -> Result<()> {
        for step in &self.steps {
            let is_current = match &step.kind {
                StepKind::Change(change) => change.is_current(store)?,
                // The creation and the deletion check this themselves.
                StepKind::Create(_) | StepKind::Delete(..) => true,
            };
            if !is_current {
                return Err(changed(&step.username).into());
            }
        }
        match &self.others {
            Some(others)
                if !others.found.is_empty() && others.scope.others(store, &others.names)? != others.found =>
            {
                Err(Refusal::ChangedMeanwhile("The set of accounts in the scope".into()).into())
            }
            _ => Ok(()),
        }
    }
}

impl Step<'_> {
    /// Executes the step in the transaction. Returns the account, unless it was deleted.
    fn execute(&self, ready: &Ready, transaction: &Transaction<'_>) -> Result<Done<Option<ChangedAccount>>> {
        let token = ready.fresh.as_ref().map(IssuedToken::as_new);
        let Done { value: id, fields } = match &self.kind {
            StepKind::Create(account) => account.create(transaction)?,
            StepKind::Change(change) => {
                let id = change.user.id.clone();
                let mut fields = change.update.apply(transaction, &change.user)?;
                if change.revokes {
                    fields.extend(transaction.delete_tokens_of(&id, None)?.fields);
                }
                if let Some(token) = &token {
                    transaction.insert_token(&id, token)?;
                    fields.push("token".into());
                }
                Done { value: id, fields }
            }
            StepKind::Delete(user, deletion) => {
                transaction.delete_users(slice::from_ref(user), &Decisions::default(), deletion)?;
                let fields = deletion.deleted.iter().map(|(table, _)| table.clone()).collect();
                return Ok(Done { value: None, fields });
            }
        };
        let made = ChangedAccount {
            username: self.username.clone(),
            id,
            token: ready.fresh.as_ref().map(|fresh| fresh.plain.clone()),
            scheme: self.token_scheme,
            expiry: ready.fresh.as_ref().and_then(|fresh| fresh.expiry),
            password: self.password.clone().and_then(Password::into_shown),
        };
        Ok(Done { value: Some(made), fields })
    }
}

impl UserChange {
    /// Whether the account has not changed since it was planned.
    fn is_current(&self, store: &Store) -> Result<bool> {
        let Self { user, update, differences, groups, tokens, encoded, .. } = self;
        let Some(current) = store.user_of_key(&user.id)? else { return Ok(false) };
        if (&current.username, current.is_active) != (&user.username, user.is_active) {
            return Ok(false);
        }
        if let Some(groups) = groups
            && store.groups_of(&user.id)? != *groups
        {
            return Ok(false);
        }
        if let Some(encoded) = encoded
            && store.encoded_password(&user.id)? != *encoded
        {
            return Ok(false);
        }
        if let Some(tokens) = tokens {
            let filter = TokenFilter::of(&user.id, None);
            let current = store.tokens(&filter)?;
            let is_same = current.len() == tokens.len()
                && current.iter().zip(tokens).all(|(current, token)| current.is_same(token));
            if !is_same {
                return Ok(false);
            }
        }
        Ok(update.differences(store, user)? == *differences)
    }
}

fn changed(username: &str) -> Refusal {
    Refusal::ChangedMeanwhile(format!("Account {username:?}"))
}
