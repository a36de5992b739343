//! What an administrator should know about a user who is let in again.

use crate::django::models::{TokenFilter, User};
use crate::django::passwords::{self, Summary};
use crate::error::failure::Result;
use crate::error::wording::{counted, shell_word};
use crate::store::Store;
use crate::store::account_tables::FactorTable;

/// Returns what the user still lacks, and what locking has left. `user` is as before it is unlocked.
pub fn unlock_hints(store: &Store, tables: &[FactorTable], user: &User) -> Result<Vec<String>> {
    let hints = [without_password(store, user)?, without_token(store, user)?, kept(store, tables, user)?];
    Ok(hints.into_iter().flatten().collect())
}

/// Says that a user has no usable password.
fn without_password(store: &Store, user: &User) -> Result<Option<String>> {
    let (name, word) = (&user.username, shell_word(&user.username));
    let is_unusable = passwords::describe(&store.encoded_password(&user.id)?) == Summary::Unusable;
    let text = || format!("{name} has no usable password. Set one with `authctl set-password {word}`.");
    Ok(is_unusable.then(text))
}

/// Says that a locked user has no token any more.
fn without_token(store: &Store, user: &User) -> Result<Option<String>> {
    let filter = TokenFilter::of(&user.id, None);
    if user.is_active || store.layout().schemes().is_empty() || store.count_tokens(&filter)? > 0 {
        return Ok(None);
    }
    let (name, word) = (&user.username, shell_word(&user.username));
    Ok(Some(format!("{name} has no token. If one is needed, create it with `authctl create-token {word}`.")))
}

/// Says what locking has left, with which somebody else may come back.
fn kept(store: &Store, tables: &[FactorTable], user: &User) -> Result<Option<String>> {
    let factors = store.second_factors(tables, &user.id)?.len() as u64;
    let (_, logins) = store.identities(&user.id)?;
    let (name, word) = (&user.username, shell_word(&user.username));
    let kept = [(factors, "second factor"), (logins.len() as u64, "social login")];
    let kept = kept.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(*count, noun));
    let what = kept.collect::<Vec<_>>().join(" and ");
    if what.is_empty() {
        return Ok(None);
    }
    let reset = if factors > 0 {
        format!(" Reset second factors with `authctl reset-mfa {word}`.")
    } else {
        String::new()
    };
    Ok(Some(format!("{name} has {what}, as before.{reset}")))
}
