use std::ops::ControlFlow;

use crate::cli::answer::user_cell;
use crate::cli::args::token_filters::TokenFilters;
use crate::cli::context::Context;
use crate::django::tokens::PackageScheme;
use crate::django::value::{Cell, Kind};
use crate::error::failure::Result;
use crate::error::wording::counted;
use crate::store::Store;
use crate::store::account_tables::Selection;
use crate::terminal::format::Format;
use crate::terminal::listing::Heading;

const EXAMPLES: &str = "\
Examples:
  authctl list-tokens
  authctl list-tokens --user meg
  authctl list-tokens --by email --user meg@example.com
  authctl list-tokens --scheme knox --expired --format json
  authctl list-tokens --older-than 90d --inactive-users
  authctl list-tokens --scheme oauth2 --user meg";

/// List tokens by their public prefixes
///
/// Never prints a whole key: only the first 8 characters of a drf key, or the part of a knox token that knox stores in
/// plain text. OAuth2 tokens, recorded JWT refresh tokens and API keys are listed with --scheme only.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    filters: TokenFilters,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    let store = context.store()?;
    let now = context.now();
    let filter = args.filters.filter(args.filters.user(store)?.as_ref(), now)?;
    let is_json = context.output.format().is_json();
    let Some(scheme) = args.filters.package() else {
        let mut headings = headings(None, is_json);
        // Only then does the scheme not tell the table.
        if store.has_own_token_tables()? {
            headings.push(Heading::from(("table", Kind::TEXT)));
        }
        return list(&headings, store, context, &mut |store, on_row| {
            store.each_token(&filter, &mut |token| {
                let cells = [
                    Cell::Text(&user_cell(&token.user, &token.username, is_json)),
                    Cell::Text(&token.scheme_name()),
                    Cell::Text(&token.prefix),
                    token.created.into(),
                    token.expiry.into(),
                    Cell::Text(&token.state(now).to_string()),
                    Cell::Text(store.table_of(&token)?),
                ];
                on_row(&cells[..headings.len()])
            })
        });
    };
    let tables = store.package_tables(Some(scheme))?;
    let what = if scheme == PackageScheme::ApiKey { "name" } else { "type" };
    list(&headings(Some(what), is_json), store, context, &mut |store, on_row| {
        store.each_package_token(&tables, Selection::matching(&filter), &mut |token| {
            let what = token.token_type.map(|kind| kind.to_string()).or(token.label.clone());
            let user = token.user.as_ref().map(|user| user_cell(user, &token.username, is_json));
            on_row(&[
                user.as_deref().map_or(Cell::Null, Cell::Text),
                Cell::Text(&scheme.to_string()),
                what.as_deref().map_or(Cell::Null, Cell::Text),
                Cell::Text(&token.prefix),
                token.created.into(),
                token.expiry.into(),
                Cell::Text(&token.state(now).to_string()),
            ])
        })
    })
}

type OnRow<'a> = &'a mut dyn FnMut(&[Cell<'_>]) -> Result<ControlFlow<()>>;

/// Returns the headings. `what` is that of a column that only the tokens of packages have.
fn headings(what: Option<&str>, is_json: bool) -> Vec<Heading> {
    let user = if is_json { Kind::Json } else { Kind::TEXT };
    [("user", user), ("scheme", Kind::TEXT)]
        .into_iter()
        .chain(what.map(|what| (what, Kind::TEXT)))
        .chain([
            ("prefix", Kind::TEXT),
            ("created", Kind::Timestamp),
            ("expiry", Kind::Timestamp),
            ("state", Kind::TEXT),
        ])
        .map(Heading::from)
        .collect()
}

/// Lists the tokens that `each` passes on.
fn list(
    headings: &[Heading],
    store: &Store,
    context: &Context,
    each: &mut dyn FnMut(&Store, OnRow<'_>) -> Result<()>,
) -> Result<()> {
    let mut count = 0_u64;
    let pending = store.snapshot(|store| {
        context.output.list(headings, &mut |on_row| {
            each(store, &mut |row| {
                count += 1;
                on_row(row)
            })
        })
    })?;
    pending.finish()?;
    if context.output.format() == Format::Table {
        let tokens = if count == 0 { "No tokens".to_owned() } else { counted(count, "token") };
        context.output.status(format_args!("{tokens}."));
    }
    Ok(())
}
