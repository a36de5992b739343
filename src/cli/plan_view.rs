//! Presents a plan of `apply` to people and programs.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use crate::accounts::account_plan::AccountPlan;
use crate::accounts::apply::groups::GroupStep;
use crate::accounts::apply::plan::{Step, StepKind};
use crate::accounts::apply::{Action, ApplyPlan, ChangedAccount};
use crate::cli::answer::user_object;
use crate::django::tokens::PlainToken;
use crate::error::failure::Result;
use crate::error::wording::{counted, with_article};
use crate::store::Store;
use crate::store::difference::{Difference, Shown};
use crate::terminal::changes::{Changed, Sign};

/// Returns the changes for people, in order of execution.
pub fn changes(plan: &ApplyPlan<'_>, store: &Store) -> impl Iterator<Item = Result<Changed>> {
    let groups = plan.groups.steps.iter().map(|step| Ok(changed_group(step)));
    groups.chain(plan.steps.iter().map(|step| changed(step, store)))
}

fn action_of(step: &GroupStep) -> Action {
    if step.change.is_none() { Action::Create } else { Action::Change }
}

fn changed_group(step: &GroupStep) -> Changed {
    let value = |Difference { field, old, new }: &Difference| {
        (field.clone(), old.as_ref().map(words), new.as_ref().map(words))
    };
    let sign = if action_of(step) == Action::Create { Sign::Add } else { Sign::Change };
    let values = step.differences.iter().map(value).collect();
    Changed { sign, name: format!("group {}", step.name), note: String::new(), values }
}

fn changed(step: &Step<'_>, store: &Store) -> Result<Changed> {
    let (sign, note) = match (&step.kind, step.action) {
        (StepKind::Write(AccountPlan::Create(account), _), _) => {
            let profiles = account.profile_kinds().map(|kind| format!("{} profile", with_article(kind)));
            let token = step.token_scheme.map(|scheme| format!("a {scheme} token"));
            let with: Vec<String> = profiles.chain(token).collect();
            (Sign::Add, if with.is_empty() { String::new() } else { format!("(with {})", with.join(", ")) })
        }
        (StepKind::Write(..), Action::Deactivate) => (Sign::Change, "(not in the file)".into()),
        (StepKind::Write(..), _) => (Sign::Change, String::new()),
        (StepKind::Delete(..), _) => (Sign::Remove, "(not in the file, with all related rows)".into()),
    };
    let is_delete = step.action == Action::Delete;
    let differences = step.differences(store)?;
    let shown = |difference: &Difference| sign != Sign::Add || difference.field != "token";
    let values = differences.into_iter().filter(shown);
    let values = values.map(|Difference { field, old, new }| {
        let rows = |shown: &Shown| match shown {
            Shown::Value(Json::Number(count)) if is_delete => {
                counted(count.as_u64().unwrap_or_default(), "row")
            }
            shown => words(shown),
        };
        (field, old.as_ref().map(rows), new.as_ref().map(words))
    });
    Ok(Changed { sign, name: step.username.clone(), note, values: values.collect() })
}

fn words(shown: &Shown) -> String {
    match shown {
        Shown::Value(json) => json.to_string(),
        Shown::Word(word) => (*word).to_owned(),
    }
}

/// Returns a clause with the number of groups and accounts per action, in the past tense if `are_done` is set.
pub fn summary(plan: &ApplyPlan<'_>, are_done: bool) -> String {
    let verb = |action| match (action, are_done) {
        (Action::Create, false) => "create",
        (Action::Create, true) => "created",
        (Action::Change, false) => "change",
        (Action::Change, true) => "changed",
        (Action::Deactivate, false) => "deactivate",
        (Action::Deactivate, true) => "deactivated",
        (Action::Delete, false) => "delete",
        (Action::Delete, true) => "deleted",
    };
    let part = |action, count: usize, noun| {
        (count > 0).then(|| format!("{} {}", verb(action), counted(count as u64, noun)))
    };
    let of_groups = [Action::Create, Action::Change].map(|action| {
        let steps = plan.groups.steps.iter().filter(|step| action_of(step) == action);
        part(action, steps.count(), "group")
    });
    let of_accounts = [Action::Create, Action::Change, Action::Deactivate, Action::Delete].map(|action| {
        let steps = plan.steps.iter().filter(|step| step.action == action);
        part(action, steps.count(), "account")
    });
    let parts: Vec<String> = of_groups.into_iter().chain(of_accounts).flatten().collect();
    match &parts[..] {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Returns the changes for programs. New secrets are included only if `issued` is set.
pub fn object(plan: &ApplyPlan<'_>, made: &[ChangedAccount], issued: bool, store: &Store) -> Result<Json> {
    let by_name: HashMap<&str, &ChangedAccount> = made.iter().map(|made| (&*made.username, made)).collect();
    let account = |step: &Step<'_>| {
        let made = by_name.get(&*step.username).copied();
        let id = made.map(|made| json!(made.id)).or_else(|| match &step.kind {
            StepKind::Write(_, state) => state.as_ref().map(|state| json!(state.user.id)),
            StepKind::Delete(user, _) => Some(json!(user.id)),
        });
        let mut object = json!({
            "user": { "id": id, "username": step.username },
            "action": step.action,
            "changes": step.differences(store)?,
        });
        add_secrets(&mut object, made.filter(|_| issued));
        Ok(object)
    };
    let users: Vec<Json> = plan.steps.iter().map(account).collect::<Result<_>>()?;
    let group = |step: &GroupStep| json!({ "name": step.name, "action": action_of(step), "changes": step.differences });
    let groups: Vec<Json> = plan.groups.steps.iter().map(group).collect();
    let kept: Vec<Json> = plan.kept.iter().map(user_object).collect();
    let count = |action| plan.steps.iter().filter(|step| step.action == action).count();
    let counts = json!({
        "created": count(Action::Create),
        "changed": count(Action::Change),
        "deactivated": count(Action::Deactivate),
        "deleted": count(Action::Delete),
        "unchanged": plan.as_wanted,
        "groups": groups.len(),
    });
    Ok(json!({ "users": users, "group_changes": groups, "kept": kept, "counts": counts }))
}

/// Adds the new token and password of the account, or null.
fn add_secrets(object: &mut Json, made: Option<&ChangedAccount>) {
    let token = made.and_then(|made| made.token.as_ref());
    object["token"] = json!(token.map(PlainToken::expose));
    object["scheme"] = json!(made.and_then(|made| made.scheme));
    object["expiry"] = json!(made.and_then(|made| made.expiry).map(crate::django::models::rfc3339));
    object["password"] =
        json!(made.and_then(|made| made.password.as_ref()).map(crate::django::passwords::Plain::as_str));
}
