use crate::cli::context::Context;
use crate::django::models::{Scheme, TokenFilter};
use crate::django::value::{Cell, Kind};
use crate::error::failure::Result;
use crate::terminal::format::Format;
use crate::terminal::listing::Heading;

const EXAMPLES: &str = "\
Examples:
  authctl list-tokens
  authctl list-tokens --user meg
  authctl list-tokens --scheme knox --expired --format json";

/// List tokens by their public prefixes
///
/// Never prints a whole key: only the first 8 characters of a drf key, or the part of a knox token that knox stores in
/// plain text.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Include only tokens of this user (exact username)
    #[arg(long, value_name = "USER")]
    user: Option<String>,

    /// Include only tokens of this scheme
    #[arg(long)]
    scheme: Option<Scheme>,

    /// Include only expired tokens
    #[arg(long)]
    expired: bool,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    const TEXT: Kind = Kind::Text { max_length: None };
    let store = context.store()?;
    let now = context.now();
    let filter = TokenFilter {
        user: args.user.as_deref().map(|login| store.user(login)).transpose()?.map(|user| user.id),
        scheme: args.scheme,
        expired_at: args.expired.then_some(now),
        ..TokenFilter::default()
    };
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
                    Cell::Text(&token.scheme.to_string()),
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
        context.output.status(match count {
            0 => "No tokens.".to_owned(),
            1 => "1 token.".to_owned(),
            many => format!("{many} tokens."),
        });
    }
    Ok(())
}
