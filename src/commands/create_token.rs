use serde_json::json;

use crate::accounts::issue_token::{self, Issued};
use crate::cli::answer::{Answer, Report};
use crate::cli::args::secret;
use crate::cli::args::token_files::TokenFileArgs;
use crate::cli::args::users::FindBy;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::models::{Scheme, User};
use crate::django::tokens::Ttl;
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::error::wording::shell_word;
use crate::files::token_file::{Staged, TokenFiles};
use crate::signals;
use crate::terminal::clock::local;
use crate::terminal::output::Output;
use crate::terminal::redaction;

const EXAMPLES: &str = "\
Examples:
  TOKEN=$(authctl create-token meg)
  authctl create-token meg --rotate
  authctl create-token ci-bot --scheme knox --expires-in 30d
  openssl rand -hex 20 | authctl create-token ci-bot --token-stdin
  authctl create-token ci-bot --env-file .env --as API_TOKEN

Effect on Django: the new token is accepted from the next request on; with --rotate, the old key is refused. Web \
sessions stay valid. Signals do not run.";

/// Create a token for a user without the password
///
/// With drf, a user has one key: an existing key is printed, a missing one is created, and --rotate replaces it. With
/// knox, and in a table that allows several keys, every call creates a new token. Exits with 15 if the project might not
/// accept the token (`[tokens] table`). A token file is written before the token is stored: if it cannot be written,
/// nothing changes.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// User
    user: String,

    #[command(flatten)]
    by: FindBy,

    /// Replace the drf key with a new one
    #[arg(long)]
    rotate: bool,

    /// Read the key from standard input instead of generating it
    ///
    /// At least 32 characters, such as the output of `openssl rand -hex 20`.
    #[arg(long)]
    token_stdin: bool,

    /// Set a knox token's lifetime, such as 10h, 30d or never [default: `[tokens] ttl`, or 10h]
    #[arg(long, value_name = "DURATION")]
    expires_in: Option<Ttl>,

    /// Use this token scheme if the database has both
    #[arg(long)]
    scheme: Option<Scheme>,

    #[command(flatten)]
    files: TokenFileArgs,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let accounts = context.accounts()?;
    let store = accounts.store;
    accounts.refuse_undecided(true, args.scheme)?;
    let scheme = accounts.needed_scheme(args.scheme)?;
    if args.rotate && scheme == Scheme::Knox {
        return Err(Refusal::usage(
            "--rotate is only valid for drf tokens. Delete old knox tokens with `authctl revoke-token`.",
        )
        .into());
    }
    let user = args.by.user(store, &args.user)?;
    if !user.is_active {
        return Err(Refusal::InactiveUser(user.username).into());
    }
    let files = args.files.files(store)?;
    let mut targets = files.check(args.writing.dry_run)?;
    let given = if args.token_stdin { Some(secret::token_from_stdin()?) } else { None };
    let fresh = accounts.generate_token(scheme, args.expires_in, given.as_ref())?;
    let change = Change::new(context, &args.writing, "create-token");
    files.lock(&mut targets)?;
    if args.files.leave_standard_output() && !args.token_stdin {
        change.shows_secrets(", or pass --output-file FILE");
    }
    // No staged file may be left behind.
    let _critical = files.are_given().then(signals::critical);
    let mut staged = Staged::default();
    let done = issue_token::issue(&change, store, &user, &fresh, args.rotate, |_, token| {
        staged = files.stage(token, &targets)?;
        Ok(())
    })?;
    let report = change.report(done.fields);
    change.answer(report.changed, |output| {
        if !report.dry_run {
            staged.put()?;
        }
        args.answer(output, &user, scheme, &done.value, &files, report)
    })
}

impl Args {
    fn answer(
        &self,
        output: &Output,
        user: &User,
        scheme: Scheme,
        issued: &Issued,
        files: &TokenFiles,
        report: Report,
    ) -> Result<()> {
        let username = &user.username;
        output.status(match (report.changed, report.dry_run, issued.expiry) {
            (true, true, _) if issued.is_replacement => {
                format!("Would replace the {scheme} token of {username}. Nothing was changed.")
            }
            (true, false, _) if issued.is_replacement => {
                format!("Replaced the {scheme} token of {username}.")
            }
            (true, true, _) => format!("Would create a {scheme} token for {username}. Nothing was changed."),
            (true, false, Some(expiry)) => {
                format!("Created a {scheme} token for {username}, valid until {}.", local(expiry))
            }
            (true, false, None) => format!("Created a {scheme} token for {username}."),
            (false, _, _) if self.token_stdin => {
                format!("{username} already has this token. Nothing was changed.")
            }
            (false, _, _) => format!("{username} already has a {scheme} token. Pass --rotate to replace it."),
        });
        for path in files.paths().filter(|_| !report.dry_run) {
            output.status(format_args!("Wrote the token to {}.", path.display()));
        }
        if let Some(path) = files.readable_by_others().filter(|_| !report.dry_run) {
            let word = shell_word(&path.to_string_lossy());
            output.warning(format_args!(
                "Other users can read {} and the token in it. Run `chmod 600 {word}`.",
                path.display()
            ));
        }
        let is_shown = !report.dry_run && self.files.leave_standard_output();
        let is_created = report.changed && !report.dry_run;
        let mut answer = Answer::new(user, &issued.profiles);
        answer.token = Some(issued.key.expose()).filter(|_| is_shown);
        answer.scheme = Some(scheme);
        answer.expiry = issued.expiry;
        answer.report = Some(report);
        let mut object = serde_json::to_value(&answer)?;
        object["created"] = json!(is_created);
        let files: Vec<_> = files.paths().map(redaction::path).collect();
        object["files"] = json!(files);
        output.answer(answer.token, &object)
    }
}
