//! Revokes OAuth2 tokens, recorded JWT refresh tokens and API keys.

use std::ops::ControlFlow;

use serde_json::{Value as Json, json};

use super::{Args, LISTED_UNASKED, count};
use crate::accounts::change_runner::ChangeRunner as _;
use crate::cli::answer::named_user;
use crate::cli::args::package_source::revocable;
use crate::cli::change::Change;
use crate::cli::context::Context;
use crate::django::models::{Key, TokenFilter, User};
use crate::django::tokens::{PackageScheme, PlainToken};
use crate::error::failure::Result;
use crate::error::faults::Undecided;
use crate::error::lost_answer::Effect;
use crate::error::misuse::Selector;
use crate::error::refusal::Refusal;
use crate::store::account_tables::{PackageTable, PackageToken, Selection};
use crate::store::{Done, Store};

/// Revokes the given token, or those of the package that are named by prefixes or match the filters.
pub(super) fn revoke(
    args: &Args,
    scheme: Option<PackageScheme>,
    given: Option<&PlainToken>,
    filter: &TokenFilter,
    user: Option<&User>,
    change: &Change<'_>,
    context: &Context,
) -> Result<()> {
    let (store, now) = (context.store()?, context.now());
    let (tables, chosen) = match (given, scheme) {
        (Some(token), _) => {
            let found = revocable(store, token, &args.signing_key, now)?;
            let found = found.filter(|(_, token)| scheme.is_none_or(|scheme| scheme == token.scheme));
            let (tables, token) = found.ok_or_else(|| Refusal::TokenNotFound("the given key".into()))?;
            (tables, Some(vec![token]))
        }
        (None, Some(scheme)) => {
            let tables = store.package_tables(Some(scheme))?;
            let chosen = named(&args.prefixes, &tables, filter, store)?;
            (tables, Some(chosen).filter(|_| !args.prefixes.is_empty()))
        }
        (None, None) => (Vec::new(), None),
    };
    let selection = Selection { filter, chosen: chosen.as_deref(), is_unrevoked: true };
    let found = usize::try_from(store.count_package_tokens(&tables, selection)?)?;
    let (is_rehearsal, is_short) = (change.is_rehearsal(), found <= LISTED_UNASKED || chosen.is_some());
    let mut listed: Vec<PackageToken> = Vec::new();
    if args.list || chosen.is_some() || (is_rehearsal || found > 1) && is_short {
        store.each_package_token(&tables, selection, &mut |token| {
            if is_rehearsal || found > 1 {
                let verb = if is_rehearsal { "Would revoke" } else { "To revoke" };
                context.output.status(format_args!("{verb}: {} ({})", token.prefix, token.described()));
            }
            listed.push(token);
            Ok(ControlFlow::Continue(()))
        })?;
    } else if found > LISTED_UNASKED {
        context.output.status(format_args!("{} match. Pass --list to print each of them.", count(found)));
    }
    if found > 1 && !is_rehearsal {
        context.consent(&format!("Revoke {}?", count(found)))?;
    }
    let listed = Some(listed).filter(|_| args.list || chosen.is_some());
    let mut done = Done { value: 0, fields: Vec::new() };
    if found > 0 {
        let tokens = listed.as_deref().map(|listed| rows(listed, &|_, name| name.into()));
        let object = |revoked: &usize| json!({ "revoked": revoked, "filter": args.filters.described(user), "tokens": tokens });
        done = change.run(store, object, |transaction| {
            let revoked = usize::try_from(transaction.revoke_package_tokens(&tables, selection, now)?)?;
            change.set_effect(Effect::new(format!("{} revoked", count(revoked))));
            let fields = if revoked == 0 { Vec::new() } else { vec!["token".into()] };
            Ok(Done { value: revoked, fields })
        })?;
    }
    let (revoked, report) = (done.value, change.report(done.fields));
    change.answer(report.changed, |output| {
        output.status(match (report.dry_run, revoked) {
            (true, number) => format!("Would revoke {}. Nothing was changed.", count(number)),
            (false, 0) => "No tokens to revoke.".to_owned(),
            (false, number) => format!("Revoked {}.", count(number)),
        });
        let mut object = json!({ "counts": { "tokens": revoked } });
        if let Some(listed) = listed {
            object["tokens"] = rows(&listed, &named_user);
        }
        report.add_to(&mut object);
        output.answer(None, &object)
    })
}

/// Returns the tokens that are not revoked and have these prefixes, each of which must match one token.
fn named(
    prefixes: &[String],
    tables: &[PackageTable],
    filter: &TokenFilter,
    store: &Store,
) -> Result<Vec<PackageToken>> {
    let mut chosen: Vec<PackageToken> = Vec::new();
    for prefix in prefixes {
        let filter = TokenFilter { prefix: Some(prefix.clone()), ..filter.clone() };
        let selection = Selection { is_unrevoked: true, ..Selection::matching(&filter) };
        let mut found = Vec::new();
        store.each_package_token(tables, selection, &mut |token| {
            found.push(token);
            Ok(ControlFlow::Continue(()))
        })?;
        if found.len() > 1 {
            return Err(Refusal::Ambiguous(Undecided {
                what: format!("Several tokens match the prefix {prefix}"),
                found: found
                    .iter()
                    .map(|token| format!("{} ({})", token.prefix, token.described()))
                    .collect(),
                decide: Selector::TokenPrefix,
            })
            .into());
        }
        let token = found.pop().ok_or_else(|| Refusal::TokenNotFound(format!("the prefix {prefix}")))?;
        if !chosen.iter().any(|known| known.is_same(&token)) {
            chosen.push(token);
        }
    }
    Ok(chosen)
}

/// Returns the package whose tokens have this prefix, unless another scheme is meant.
pub(super) fn scheme_of(prefix: &str, filter: &TokenFilter, store: &Store) -> Result<Option<PackageScheme>> {
    if filter.scheme.is_some() {
        return Ok(None);
    }
    let filter = TokenFilter { prefix: Some(prefix.to_owned()), ..filter.clone() };
    for scheme in PackageScheme::ALL {
        let tables = store.package_tables(Some(scheme))?;
        if store.count_package_tokens(&tables, Selection::matching(&filter))? > 0 {
            return Ok(Some(scheme));
        }
    }
    Ok(None)
}

/// Describes the tokens for programs, and their users as `user` does.
fn rows(tokens: &[PackageToken], user: &dyn Fn(&Key, &str) -> Json) -> Json {
    let row = |token: &PackageToken| {
        json!({
            "user": token.user.as_ref().map(|key| user(key, &token.username)),
            "scheme": token.scheme.to_string(),
            "type": token.token_type.map(|kind| kind.to_string()),
            "prefix": token.prefix,
        })
    };
    tokens.iter().map(row).collect()
}
