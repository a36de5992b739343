use anyhow::Result;
use serde_json::json;

use crate::context::Context;
use crate::interrupt;
use crate::model::{Scheme, TokenFilter};
use crate::refusal::Refusal;
use crate::secret;
use crate::store::{Store, Token};
use crate::token::PlainToken;

/// Shorter prefixes are too easily someone else's.
const SHORTEST_PREFIX: usize = 6;

const EXAMPLES: &str = "\
Examples:
  authctl revoke-token 3f9c21
  authctl revoke-token --user meg --dry-run
  authctl revoke-token --expired --yes
  echo \"$TOKEN\" | authctl revoke-token --token-stdin

What Django notices: requests with a revoked token are refused from the next one on. Django's own sessions, as of a \
browser in the admin, go on, and no signal runs.";

/// Delete tokens
///
/// By unique public prefixes as list-tokens shows them, by the whole key on standard input, or by filters, which combine
/// by and. Asks before more than one is deleted; where nobody can be asked, wants --yes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
#[command(group(clap::ArgGroup::new("which").required(true).multiple(true).args([
    "prefixes", "token_stdin", "user", "expired", "all",
])))]
pub struct Args {
    /// Public prefixes, of 6 characters at least
    #[arg(value_name = "PREFIX")]
    prefixes: Vec<String>,

    /// Read a whole token from standard input
    #[arg(long, conflicts_with_all = ["prefixes", "all"])]
    token_stdin: bool,

    /// Tokens of this user, by the exact login name
    #[arg(long, value_name = "USER")]
    user: Option<String>,

    /// Tokens that have expired
    #[arg(long)]
    expired: bool,

    /// All tokens
    #[arg(long, conflicts_with = "prefixes")]
    all: bool,

    /// Only tokens of this scheme
    #[arg(long)]
    scheme: Option<Scheme>,

    /// Show what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    interrupt::watch()?;
    let store = context.store()?;
    let tokens = args.chosen(store, context)?;
    for token in &tokens {
        let verb = if args.dry_run { "Would delete" } else { "To delete" };
        if args.dry_run || tokens.len() > 1 {
            context
                .output
                .status(format_args!("{verb}: {} ({} of {})", token.prefix, token.scheme, token.username));
        }
    }
    let mut deleted = 0;
    if !args.dry_run && !tokens.is_empty() {
        if tokens.len() > 1 {
            context.consent(&format!("Delete {} tokens?", tokens.len()))?;
        }
        deleted = store.transact(|transaction| {
            let mut deleted = 0;
            for token in &tokens {
                deleted += usize::from(transaction.delete_token(token)?);
            }
            Ok(deleted)
        })?;
    }
    context.output.status(match (args.dry_run, deleted) {
        (true, _) => format!("{} would be deleted; nothing was.", count(tokens.len())),
        (false, 0) => "No token was there to delete.".to_owned(),
        (false, deleted) => format!("Deleted {}.", count(deleted)),
    });
    let rows: Vec<_> = tokens
        .iter()
        .map(|token| json!({ "user": token.username, "scheme": token.scheme, "prefix": token.prefix }))
        .collect();
    context.output.answer(None, &json!({ "deleted": deleted, "dry_run": args.dry_run, "tokens": rows }))
}

fn count(number: usize) -> String {
    if number == 1 { "1 token".to_owned() } else { format!("{number} tokens") }
}

impl Args {
    fn chosen(&self, store: &Store, context: &Context) -> Result<Vec<Token>> {
        for prefix in &self.prefixes {
            check_prefix(prefix, store.layout().longest_prefix())?;
        }
        let filter = TokenFilter {
            user: self.user.as_deref().map(|login| store.user(login)).transpose()?.map(|user| user.id),
            scheme: self.scheme,
            expired_at: self.expired.then(|| context.now()),
            prefix: None,
        };
        if self.token_stdin {
            let token = PlainToken::presented(&secret::from_stdin()?);
            let found = store.find_token(&token, context.settings.tokens.hash)?;
            let fits = |token: &Token| {
                filter.user.as_ref().is_none_or(|user| *user == token.user)
                    && filter.scheme.is_none_or(|scheme| scheme == token.scheme)
                    && filter.expired_at.is_none_or(|now| token.expiry.is_some_and(|expiry| expiry < now))
            };
            let found = found.filter(fits).ok_or_else(|| Refusal::TokenNotFound("with that key".into()))?;
            return Ok(vec![found]);
        }
        if self.prefixes.is_empty() {
            return store.tokens(&filter);
        }
        let mut chosen: Vec<Token> = Vec::new();
        for prefix in &self.prefixes {
            let one = TokenFilter { prefix: Some(prefix.clone()), ..filter.clone() };
            let mut found = store.tokens(&one)?;
            let token = match (found.pop(), found.is_empty()) {
                (None, _) => return Err(Refusal::TokenNotFound(format!("whose prefix is {prefix}")).into()),
                (Some(token), true) => token,
                (Some(last), false) => {
                    found.push(last);
                    return Err(Refusal::Ambiguous {
                        what: format!("The token with the prefix {prefix}"),
                        found: found
                            .iter()
                            .map(|token| format!("{} of {}", token.prefix, token.username))
                            .collect(),
                        decide: "Give more characters, or --user.".into(),
                    }
                    .into());
                }
            };
            if !chosen.iter().any(|known| known.is_same(&token)) {
                chosen.push(token);
            }
        }
        Ok(chosen)
    }
}

/// Refuses what is no public prefix, without repeating it: a longer text may be a whole key.
fn check_prefix(prefix: &str, longest: usize) -> Result<()> {
    let length = prefix.chars().count();
    if length > longest {
        return Err(Refusal::usage(format!(
            "An argument is longer than a public prefix, which has at most {longest} characters here. A whole key goes to \
             --token-stdin, where nobody else sees it; if that was one, revoke it."
        ))
        .into());
    }
    if length < SHORTEST_PREFIX {
        return Err(Refusal::usage(format!(
            "The prefix {prefix:?} is too short: give {SHORTEST_PREFIX} characters at least."
        ))
        .into());
    }
    Ok(())
}
