mod packages;

use std::ops::ControlFlow;

use serde_json::{Value as Json, json};

use crate::accounts::access_summary::open_after_password;
use crate::accounts::change_runner::ChangeRunner as _;
use crate::cli::access_view::warn_of_open;
use crate::cli::answer::{Report, named_user};
use crate::cli::args::package_token::SigningKeySource;
use crate::cli::args::secret;
use crate::cli::args::token_filters::TokenFilters;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::models::{TokenFilter, User};
use crate::django::tokens::{PackageScheme, PlainToken};
use crate::error::failure::Result;
use crate::error::faults::Undecided;
use crate::error::lost_answer::Effect;
use crate::error::misuse::Selector;
use crate::error::refusal::Refusal;
use crate::error::wording::counted;
use crate::signals;
use crate::store::account_tables::Doors;
use crate::store::{Done, Store, Token};

/// The most tokens that are listed without `--list`.
const LISTED_UNASKED: usize = 10;

/// Shorter prefixes match the tokens of other users too easily.
const MIN_PREFIX_LENGTH: usize = 6;

const EXAMPLES: &str = "\
Examples:
  authctl revoke-token 3f9c21
  authctl revoke-token --user meg --dry-run
  authctl revoke-token --expired --yes
  authctl revoke-token --older-than 90d --inactive-users --yes
  authctl revoke-token --scheme oauth2 --user meg --yes
  echo \"$TOKEN\" | authctl revoke-token --token-stdin

Effect on Django: a revoked token is refused from the next request on. Web sessions, such as a browser in the admin, \
stay valid. Signals do not run.";

/// Delete tokens by prefix, key or filter
///
/// Deletes tokens by unique public prefixes as list-tokens prints them, by the whole key on standard input, or by
/// filters. A token must match all filters. With --scheme, revokes tokens of other packages as these do: OAuth2 tokens
/// are deleted, recorded JWT refresh tokens blacklisted, API keys marked as revoked. Asks for confirmation before it
/// deletes more than one token. Without a terminal, --yes is required.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES, override_usage = "authctl revoke-token [OPTIONS] [PREFIX]...")]
#[command(group(clap::ArgGroup::new("which").required(true).multiple(true).args([
    "prefixes", "token_stdin", "user", "expired", "older_than", "inactive_users", "without_user", "all",
])))]
pub struct Args {
    /// Public prefixes of at least 6 characters
    #[arg(value_name = "PREFIX")]
    prefixes: Vec<String>,

    /// Read a whole token from standard input
    #[arg(long, conflicts_with_all = ["prefixes", "all"])]
    token_stdin: bool,

    #[command(flatten)]
    signing_key: SigningKeySource,

    #[command(flatten)]
    filters: TokenFilters,

    /// Match all tokens
    #[arg(long, conflicts_with = "prefixes")]
    all: bool,

    /// Print each of the tokens that match the filters, however many
    #[arg(long)]
    list: bool,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let store = context.store()?;
    let change = Change::new(context, &args.writing, "revoke-token");
    let package = args.filters.package();
    let longest = match package {
        Some(_) => PackageScheme::PUBLIC_LENGTH,
        None => store.layout().longest_prefix(),
    };
    for prefix in &args.prefixes {
        check_prefix(prefix, longest)?;
    }
    let user = args.filters.user(store)?;
    let filter = args.filters.filter(user.as_ref(), context.now())?;
    let given = if args.token_stdin { Some(secret::token_from_stdin()?) } else { None };
    if package.is_some() {
        return packages::revoke(args, package, given.as_ref(), &filter, user.as_ref(), &change, context);
    }
    match args.chosen(store, context, &filter, given.as_ref())? {
        Some(tokens) if tokens.is_empty() => {
            packages::revoke(args, None, given.as_ref(), &filter, user.as_ref(), &change, context)
        }
        Some(tokens) => revoke_chosen(args, &tokens, &filter, store, &change, context),
        None => revoke_matching(args, user.as_ref(), &filter, store, &change, context),
    }
}

/// Deletes tokens that were named one by one.
fn revoke_chosen(
    args: &Args,
    tokens: &[Token],
    filter: &TokenFilter,
    store: &Store,
    change: &Change<'_>,
    context: &Context,
) -> Result<()> {
    if change.is_rehearsal() || tokens.len() > 1 {
        for token in tokens {
            announce(token, change, context);
        }
    }
    if tokens.len() > 1 && !args.token_stdin && !change.is_rehearsal() {
        context.consent(&format!("Delete {}?", count(tokens.len())))?;
    }
    let done = change.run(
        store,
        |deleted: &Vec<Token>| json!({ "tokens": logged(deleted) }),
        |transaction| {
            // Read the tokens again: an owner may have been reactivated during the confirmation.
            let mut fitting = Vec::new();
            for token in tokens {
                fitting.extend(transaction.reread_token(token)?.filter(|token| token.fits(filter)));
            }
            change.set_effect(Effect::new(format!("{} deleted", count(fitting.len()))));
            let Done { fields, .. } = transaction.delete_tokens(&fitting)?;
            Ok(Done { value: fitting, fields })
        },
    )?;
    let (deleted, report) = (done.value.len(), change.report(done.fields));
    answer(change, report, deleted, tokens.len(), Some(&done.value))
}

/// Deletes the tokens that match the filters.
fn revoke_matching(
    args: &Args,
    user: Option<&User>,
    filter: &TokenFilter,
    store: &Store,
    change: &Change<'_>,
    context: &Context,
) -> Result<()> {
    let is_confirmed = context.yes && !change.is_rehearsal();
    // An exact count scans the table once more. It is only needed for the question.
    let found = if is_confirmed {
        store.count_tokens_up_to(filter, LISTED_UNASKED + 1)?
    } else {
        store.count_tokens(filter)?
    };
    let found = usize::try_from(found)?;
    if (change.is_rehearsal() || found > 1) && (args.list || found <= LISTED_UNASKED) {
        store.each_token(filter, &mut |token| {
            announce(&token, change, context);
            Ok(ControlFlow::Continue(()))
        })?;
    } else if found > LISTED_UNASKED && !is_confirmed {
        context.output.status(format_args!("{} match. Pass --list to print each of them.", count(found)));
    }
    if found > 1 && !change.is_rehearsal() {
        context.consent(&format!("Delete {}?", count(found)))?;
    }
    // Read before the commit, after which nothing may keep the answer waiting.
    let open = match user.filter(|_| filter.scheme.is_none()) {
        Some(user) => open_after_password(store, &Doors::find(store)?, &user.id, context.now())?,
        None => Vec::new(),
    };
    let mut done = Done { value: (0, Vec::new()), fields: Vec::new() };
    if found > 0 {
        let object = |(deleted, listed): &(usize, Vec<Token>)| {
            let mut object = json!({ "deleted": deleted, "filter": args.filters.described(user) });
            if args.list {
                object["tokens"] = logged(listed);
            }
            object
        };
        done = change.run(store, object, |transaction| {
            let mut listed = Vec::new();
            if args.list {
                transaction.each_token(filter, &mut |token| {
                    listed.push(token);
                    Ok(ControlFlow::Continue(()))
                })?;
            }
            let Done { value: deleted, fields } = transaction.delete_matching_tokens(filter)?;
            change.set_effect(Effect::new(format!("{} deleted", count(deleted))));
            Ok(Done { value: (deleted, listed), fields })
        })?;
    }
    let (deleted, listed) = done.value;
    let listed = Some(&*listed).filter(|_| args.list);
    if let Some(user) = user {
        warn_of_open(&open, &user.username, "revoke-access", &context.output);
    }
    let found = if is_confirmed && found > LISTED_UNASKED { deleted } else { found };
    answer(change, change.report(done.fields), deleted, found, listed)
}

fn announce(token: &Token, change: &Change<'_>, context: &Context) {
    let verb = if change.is_rehearsal() { "Would delete" } else { "To delete" };
    context.output.status(format_args!(
        "{verb}: {} ({} of {})",
        token.prefix,
        token.scheme_name(),
        token.username
    ));
}

/// Prints how many tokens were deleted, how many were not that had been `found`, and which if they are `listed`.
fn answer(
    change: &Change<'_>,
    report: Report,
    deleted: usize,
    found: usize,
    listed: Option<&[Token]>,
) -> Result<()> {
    change.answer(report.changed, |output| {
        output.status(match (report.dry_run, deleted) {
            (true, number) => format!("Would delete {}. Nothing was changed.", count(number)),
            (false, 0) => "No tokens to delete.".to_owned(),
            (false, number) => format!("Deleted {}.", count(number)),
        });
        if deleted < found {
            let others = count(found - deleted);
            output.warning(format_args!("Skipped {others} that changed or disappeared in the meantime."));
        }
        let mut object = json!({ "counts": { "tokens": deleted } });
        if let Some(listed) = listed {
            object["tokens"] =
                listed.iter().map(|token| row(token, &named_user(&token.user, &token.username))).collect();
        }
        report.add_to(&mut object);
        output.answer(None, &object)
    })
}

/// Describes the tokens for the audit log, in which users are names.
fn logged(tokens: &[Token]) -> Json {
    tokens.iter().map(|token| row(token, &token.username.as_str().into())).collect()
}

fn row(token: &Token, user: &Json) -> Json {
    json!({ "user": user, "scheme": token.scheme_name(), "prefix": token.prefix })
}

fn count(number: usize) -> String {
    counted(number as u64, "token")
}

impl Args {
    /// Returns the tokens that are named one by one, or `None` if the filters select them. Empty for a given token that
    /// may be one of a package.
    fn chosen(
        &self,
        store: &Store,
        context: &Context,
        filter: &TokenFilter,
        given: Option<&PlainToken>,
    ) -> Result<Option<Vec<Token>>> {
        if let Some(token) = given {
            let mut found = store.rows_of_key(token, context.settings.policy.tokens.hash)?;
            let is_core = !found.is_empty() || filter.scheme.is_some();
            found.retain(|token| token.fits(filter));
            if found.is_empty() && is_core {
                return Err(Refusal::TokenNotFound("the given key".into()).into());
            }
            return Ok(Some(found));
        }
        if self.prefixes.is_empty() {
            return Ok(None);
        }
        let mut chosen: Vec<Token> = Vec::new();
        for prefix in &self.prefixes {
            let token = find_by_prefix(store, filter, prefix)?;
            if !chosen.iter().any(|known| known.is_same(&token)) {
                chosen.push(token);
            }
        }
        Ok(Some(chosen))
    }
}

/// Returns the only token with this prefix that matches the filter.
fn find_by_prefix(store: &Store, filter: &TokenFilter, prefix: &str) -> Result<Token> {
    let mut found = store.tokens(&TokenFilter { prefix: Some(prefix.to_owned()), ..filter.clone() })?;
    match (found.pop(), found.is_empty()) {
        (None, _) => match packages::scheme_of(prefix, filter, store)? {
            Some(scheme) => {
                let message = format!("The prefix {prefix} is one of a package. Pass --scheme {scheme}.");
                Err(Refusal::usage(message).into())
            }
            None => Err(Refusal::TokenNotFound(format!("the prefix {prefix}")).into()),
        },
        (Some(token), true) => Ok(token),
        (Some(last), false) => {
            found.push(last);
            Err(Refusal::Ambiguous(Undecided {
                what: format!("Several tokens match the prefix {prefix}"),
                found: found.iter().map(|token| format!("{} of {}", token.prefix, token.username)).collect(),
                decide: Selector::TokenPrefix,
            })
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
