use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::accounts::change_runner::ChangeRunner as _;
use crate::cli::args::secret;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::models::{Scheme, TokenFilter};
use crate::django::tokens::age;
use crate::error::failure::Result;
use crate::error::lost_answer::Effect;
use crate::error::misuse::Selector;
use crate::error::refusal::Refusal;
use crate::error::wording::counted;
use crate::signals;
use crate::store::{Done, Store, Token};

/// Shorter prefixes match the tokens of other users too easily.
const MIN_PREFIX_LENGTH: usize = 6;

const EXAMPLES: &str = "\
Examples:
  authctl revoke-token 3f9c21
  authctl revoke-token --user meg --dry-run
  authctl revoke-token --expired --yes
  authctl revoke-token --older-than 90d --inactive-users --yes
  echo \"$TOKEN\" | authctl revoke-token --token-stdin

Effect on Django: a revoked token is refused from the next request on. Web sessions, such as a browser in the admin, \
stay valid. Signals do not run.";

/// Delete tokens by prefix, key or filter
///
/// Deletes tokens by unique public prefixes as list-tokens prints them, by the whole key on standard input, or by
/// filters. A token must match all filters. Asks for confirmation before it deletes more than one token. Without a
/// terminal, --yes is required.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES, override_usage = "authctl revoke-token [OPTIONS] [PREFIX]...")]
#[command(group(clap::ArgGroup::new("which").required(true).multiple(true).args([
    "prefixes", "token_stdin", "user", "expired", "older_than", "inactive_users", "all",
])))]
pub struct Args {
    /// Public prefixes of at least 6 characters
    #[arg(value_name = "PREFIX")]
    prefixes: Vec<String>,

    /// Read a whole token from standard input
    #[arg(long, conflicts_with_all = ["prefixes", "all"])]
    token_stdin: bool,

    /// Match tokens of this user (exact username)
    #[arg(long, value_name = "USER")]
    user: Option<String>,

    /// Match expired tokens
    #[arg(long)]
    expired: bool,

    /// Match tokens created longer ago than this, such as 30d
    #[arg(long, value_name = "DURATION", value_parser = age)]
    older_than: Option<SignedDuration>,

    /// Match tokens of inactive users, which Django refuses anyway
    #[arg(long)]
    inactive_users: bool,

    /// Match all tokens
    #[arg(long, conflicts_with = "prefixes")]
    all: bool,

    /// Match only tokens of this scheme
    #[arg(long)]
    scheme: Option<Scheme>,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let store = context.store()?;
    let change = Change::new(context, &args.writing, "revoke-token");
    for prefix in &args.prefixes {
        check_prefix(prefix, store.layout().longest_prefix())?;
    }
    let filter = args.filter(store, context)?;
    let tokens = args.chosen(store, context, &filter)?;
    if change.is_rehearsal() || tokens.len() > 1 {
        let verb = if change.is_rehearsal() { "Would delete" } else { "To delete" };
        for token in &tokens {
            context
                .output
                .status(format_args!("{verb}: {} ({} of {})", token.prefix, token.scheme, token.username));
        }
    }
    if tokens.len() > 1 && !args.token_stdin && !change.is_rehearsal() {
        context.consent(&format!("Delete {} tokens?", tokens.len()))?;
    }
    let done = if tokens.is_empty() {
        Done { value: Vec::new(), fields: Vec::new() }
    } else {
        change.run(
            store,
            |deleted: &Vec<Token>| json!({ "tokens": rows(deleted) }),
            |transaction| {
                // Read the tokens again: an owner may have been reactivated during the confirmation.
                let mut fitting = Vec::new();
                for token in &tokens {
                    fitting.extend(transaction.reread_token(token)?.filter(|token| token.fits(&filter)));
                }
                change.set_effect(Effect::new(format!("{} deleted", count(fitting.len()))));
                let Done { fields, .. } = transaction.delete_tokens(&fitting)?;
                Ok(Done { value: fitting, fields })
            },
        )?
    };
    let (deleted, report) = (done.value, change.report(done.fields));
    change.answer(report.changed, |output| {
        output.status(match (report.dry_run, deleted.len()) {
            (true, number) => format!("Would delete {}. Nothing was changed.", count(number)),
            (false, 0) => "No tokens to delete.".to_owned(),
            (false, number) => format!("Deleted {}.", count(number)),
        });
        if deleted.len() < tokens.len() {
            let others = count(tokens.len() - deleted.len());
            output.warning(format_args!("Skipped {others} that changed or disappeared in the meantime."));
        }
        let mut object = json!({ "deleted": deleted.len(), "tokens": rows(&deleted) });
        report.add_to(&mut object);
        output.answer(None, &object)
    })
}

/// Describes the tokens for programs.
fn rows(tokens: &[Token]) -> Json {
    let row =
        |token: &Token| json!({ "user": token.username, "scheme": token.scheme, "prefix": token.prefix });
    tokens.iter().map(row).collect()
}

fn count(number: usize) -> String {
    counted(number as u64, "token")
}

impl Args {
    fn filter(&self, store: &Store, context: &Context) -> Result<TokenFilter> {
        let now = context.now();
        let made_before = |age: SignedDuration| {
            let too_old = || Refusal::usage(format!("--older-than {age:#} is out of range."));
            now.checked_sub(age).map_err(|_| too_old())
        };
        Ok(TokenFilter {
            user: self.user.as_deref().map(|login| store.user(login)).transpose()?.map(|user| user.id),
            scheme: self.scheme,
            expired_at: self.expired.then_some(now),
            prefix: None,
            created_before: self.older_than.map(made_before).transpose()?,
            of_inactive: self.inactive_users,
        })
    }

    fn chosen(&self, store: &Store, context: &Context, filter: &TokenFilter) -> Result<Vec<Token>> {
        if self.token_stdin {
            let token = secret::token_from_stdin()?;
            let mut found = store.rows_of_key(&token, context.settings.policy.tokens.hash)?;
            found.retain(|token| token.fits(filter));
            if found.is_empty() {
                return Err(Refusal::TokenNotFound("the given key".into()).into());
            }
            return Ok(found);
        }
        if self.prefixes.is_empty() {
            return store.tokens(filter);
        }
        let mut chosen: Vec<Token> = Vec::new();
        for prefix in &self.prefixes {
            let token = find_by_prefix(store, filter, prefix)?;
            if !chosen.iter().any(|known| known.is_same(&token)) {
                chosen.push(token);
            }
        }
        Ok(chosen)
    }
}

/// Returns the only token with this prefix that matches the filter.
fn find_by_prefix(store: &Store, filter: &TokenFilter, prefix: &str) -> Result<Token> {
    let mut found = store.tokens(&TokenFilter { prefix: Some(prefix.to_owned()), ..filter.clone() })?;
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(Refusal::TokenNotFound(format!("the prefix {prefix}")).into()),
        (Some(token), true) => Ok(token),
        (Some(last), false) => {
            found.push(last);
            Err(Refusal::Ambiguous {
                what: format!("Several tokens match the prefix {prefix}"),
                found: found.iter().map(|token| format!("{} of {}", token.prefix, token.username)).collect(),
                decide: Selector::TokenPrefix,
            }
            .into())
        }
    }
}

/// Refuses an invalid prefix without repeating it: a longer text may be a whole key.
fn check_prefix(prefix: &str, longest: usize) -> Result<()> {
    let length = prefix.chars().count();
    if length > longest {
        return Err(Refusal::usage(format!(
            "An argument is longer than a public prefix, which has at most {longest} characters here. Pass a \
             whole key with --token-stdin, where other users cannot see it. If the argument was a key, \
             revoke that token."
        ))
        .into());
    }
    if length < MIN_PREFIX_LENGTH {
        return Err(Refusal::usage(format!(
            "The prefix {prefix:?} is too short. Pass at least {MIN_PREFIX_LENGTH} characters."
        ))
        .into());
    }
    Ok(())
}
