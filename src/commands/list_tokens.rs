use crate::cli::args::token_filters::TokenFilters;
use crate::cli::context::Context;
use crate::django::value::{Cell, Kind};
use crate::error::failure::Result;
use crate::error::wording::counted;
use crate::terminal::format::Format;
use crate::terminal::listing::Heading;

const EXAMPLES: &str = "\
Examples:
  authctl list-tokens
  authctl list-tokens --user meg
  authctl list-tokens --by email --user meg@example.com
  authctl list-tokens --scheme knox --expired --format json
  authctl list-tokens --older-than 90d --inactive-users";

/// List tokens by their public prefixes
///
/// Never prints a whole key: only the first 8 characters of a drf key, or the part of a knox token that knox stores in
/// plain text.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    filters: TokenFilters,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    const TEXT: Kind = Kind::Text { max_length: None };
    let store = context.store()?;
    let now = context.now();
    let filter = args.filters.filter(args.filters.user(store)?.as_ref(), now)?;
    let headings = [
        ("user", TEXT),
        ("scheme", TEXT),
        ("prefix", TEXT),
        ("created", Kind::Timestamp),
        ("expiry", Kind::Timestamp),
        ("state", TEXT),
    ]
    .map(|(name, kind)| Heading { name: name.to_owned(), kind });
    let mut count = 0_u64;
    let pending = store.snapshot(|store| {
        context.output.list(&headings, &mut |on_row| {
            store.each_token(&filter, &mut |token| {
                count += 1;
                on_row(&[
                    Cell::Text(&token.username),
                    Cell::Text(&token.scheme_name()),
                    Cell::Text(&token.prefix),
                    token.created.into(),
                    token.expiry.into(),
                    Cell::Text(&token.state(now).to_string()),
                ])
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
