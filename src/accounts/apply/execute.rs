//! Executes a plan completely, or not at all if the database has changed since it was made.

use std::borrow::Cow;
use std::slice;

use serde_json::json;

use super::ChangedAccount;
use super::plan::{AccountState, Action, ApplyPlan, Step, StepKind};
use crate::accounts::Accounts;
use crate::accounts::account_plan::AccountPlan;
use crate::accounts::batches::write_batch;
use crate::accounts::change_runner::ChangeRunner;
use crate::accounts::issue_token::IssuedToken;
use crate::accounts::new_password::Password;
use crate::accounts::update::AccountUpdate;
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
    fresh: Option<Box<IssuedToken>>,
}

/// The names of the changed fields, each once.
#[derive(Default)]
struct FieldNames {
    names: Vec<String>,
    /// The index of the name that is expected next: most accounts have the same fields in the same order.
    next: usize,
}

impl FieldNames {
    fn add(&mut self, name: Cow<'_, str>) {
        let is_same = |known: &String| *known == name;
        let expected = self.names.get(self.next).filter(|known| is_same(known)).map(|_| self.next);
        let index = expected.or_else(|| self.names.iter().position(is_same)).unwrap_or_else(|| {
            self.names.push(name.into_owned());
            self.names.len() - 1
        });
        self.next = index + 1;
    }

    fn sorted(mut self) -> Vec<String> {
        self.names.sort();
        self.names
    }
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
        let object = |_: &ApplyOutcome| {
            let names: Vec<&String> = plan.steps.iter().map(|step| &step.username).collect();
            let mut object = json!({ "file": self.source.name(), "users": names });
            if !plan.groups.steps.is_empty() {
                object["groups"] = plan.groups.steps.iter().map(|step| &*step.name).collect();
            }
            object
        };
        let mut critical = None;
        let done = self.runner.run(self.accounts.store, object, |transaction| {
            plan.check(transaction)?;
            // If the commit fails, the results must be taken back even if a signal arrives.
            critical = Some(signals::critical());
            results.take_back()?;
            self.write(plan, &ready, transaction, &mut results)
        });
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
        let mut fields = FieldNames::default();
        for field in plan.groups.execute(transaction)? {
            fields.add(field.into());
        }
        let steps: Vec<(&Step<'_>, &Ready)> = plan.steps.iter().zip(ready).collect();
        for steps in steps.chunks(transaction.rows_per_batch()) {
            let done = write_batch(
                transaction,
                steps,
                &mut |(step, ready)| step.execute(ready, transaction, &mut fields),
                &mut |(step, _), error| Err(self.located(step, error)),
            )?;
            for ((step, ready), done) in steps.iter().zip(done) {
                if let (Some(made), Some(line)) = (&done, ready.line) {
                    let is_new = step.action == Action::Create;
                    let outcome = if is_new { Outcome::Created } else { Outcome::Changed };
                    results.tell(line, &made.username, Some(&made.id), outcome, &made.secrets())?;
                }
                self.runner.extend_effect(|effect| {
                    effect.add_tokens(ready.fresh.iter().map(|fresh| fresh.stored.prefix()));
                    if done.as_ref().is_some_and(|made| made.password.is_some()) {
                        effect.add_random_password(&step.username);
                    }
                });
                made.extend(done);
            }
        }
        results.sync()?;
        let ends_superusers = had_superuser && !transaction.has_superuser()?;
        Ok(Done { value: ApplyOutcome { made, ends_superusers }, fields: fields.sorted() })
    }

    fn ready(&self, step: &mut Step<'_>, tells: bool) -> Result<Ready> {
        let encode = |password: &Password| self.accounts.encode(password, self.runner.is_rehearsal());
        let generate = |scheme| self.accounts.generate_token(scheme, None, None);
        let encoded = step.password.as_ref().map(encode).transpose()?;
        let fresh = step.token_scheme.map(generate).transpose()?.map(Box::new);
        if let StepKind::Write(plan, _) = &mut step.kind {
            if let Some(encoded) = &encoded {
                plan.set_password(encoded);
            }
            plan.add_tokens(fresh.as_deref().map(IssuedToken::row));
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
        let has_users = store.has_users()?;
        let is_new = |step: &&Step<'_>| has_users && step.action == Action::Create;
        let new: Vec<&str> = self.steps.iter().filter(is_new).map(|step| &*step.username).collect();
        let taken = store.find_users(&new)?;
        for step in &self.steps {
            let is_current = match &step.kind {
                // A unique index is not enough: it may be one that replaces the existing row.
                StepKind::Write(AccountPlan::Create(_), _) => !taken.contains_key(&step.username),
                StepKind::Write(AccountPlan::Update(update), state) => match state {
                    Some(state) => state.is_current(update, store)?,
                    None => false,
                },
                // The deletion checks this itself.
                StepKind::Delete(..) => true,
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
    ///
    /// Adds the names of the changed fields.
    fn execute(
        &self,
        ready: &Ready,
        transaction: &Transaction<'_>,
        fields: &mut FieldNames,
    ) -> Result<Option<ChangedAccount>> {
        let id = match &self.kind {
            StepKind::Write(plan, _) => {
                if let AccountPlan::Create(account) = plan {
                    account.check_free_address(transaction)?;
                }
                let executed = plan.execute(transaction)?;
                for field in executed.fields() {
                    fields.add(field);
                }
                executed.user
            }
            StepKind::Delete(user, deletion) => {
                transaction.delete_users(slice::from_ref(user), &Decisions::default(), deletion)?;
                for (table, _) in &deletion.deleted {
                    fields.add(table.into());
                }
                return Ok(None);
            }
        };
        Ok(Some(ChangedAccount {
            username: self.username.clone(),
            id,
            token: ready.fresh.as_ref().map(|fresh| fresh.plain.clone()),
            scheme: self.token_scheme,
            expiry: ready.fresh.as_ref().and_then(|fresh| fresh.expiry),
            password: match &self.password {
                Some(Password::Random(plain)) => Some(plain.clone()),
                _ => None,
            },
        }))
    }
}

impl AccountState {
    /// Whether the account is still in this state.
    fn is_current(&self, update: &AccountUpdate, store: &Store) -> Result<bool> {
        let Self { user, differences, groups, tokens, encoded } = self;
        let Some(current) = store.user_of_key(&user.id)? else { return Ok(false) };
        if (&current.username, current.is_active) != (&user.username, user.is_active)
            // The administrator vouches for the address that was shown.
            || update.is_verified && current.email != user.email
        {
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
        Ok(update.differences(store, &current)? == *differences)
    }
}

fn changed(username: &str) -> Refusal {
    Refusal::ChangedMeanwhile(format!("Account {username:?}"))
}

#[cfg(test)]
mod tests {
    use super::FieldNames;

    #[test]
    fn field_names_are_listed_once() {
        let mut fields = FieldNames::default();
        for name in ["email", "token", "email", "bio", "token", "token", "email", "token"] {
            fields.add(name.into());
        }
        assert_eq!(fields.sorted(), ["bio", "email", "token"]);
    }
}
