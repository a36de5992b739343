use std::path::PathBuf;

use clap::ValueHint;
use serde_json::json;

use crate::accounts::issue_token;
use crate::cli::answer::Answer;
use crate::cli::args::json_body::Body;
use crate::cli::args::secret::{PasswordSource, password_missing};
use crate::cli::args::token_source::save_session;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::cli::wording;
use crate::django::models::Scheme;
use crate::django::passwords::Plain;
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, PasswordSources, Remedy};
use crate::error::refusal::Refusal;
use crate::error::wording::label;
use crate::signals;
use crate::store::{Done, Store};

const EXAMPLES: &str = "\
Examples:
  authctl login meg@ducharme.com
  TOKEN=$(authctl login meg --password-file secret.txt --no-store)
  authctl login --from-json body.json --format json

Effect on Django: a new token, if one was created. last_login and the password do not change. Signals do not run.";

/// Check a password, print the user's token and save the session
///
/// With drf, prints the user's existing token, or creates one. With knox, creates a new token with an expiry. An
/// unknown user, a wrong password and an inactive user get the same answer. Exits with 10 after too many failures
/// (`[login] throttle`).
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Username
    username: Option<String>,

    /// Read a client's JSON body from a file, or `-` for standard input
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    #[arg(conflicts_with_all = ["username", "PasswordSource"])]
    from_json: Option<PathBuf>,

    /// Do not save the session
    #[arg(long)]
    no_store: bool,

    /// Use this token scheme if the database has both
    #[arg(long)]
    scheme: Option<Scheme>,

    #[command(flatten)]
    password: PasswordSource,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let accounts = context.accounts()?;
    let scheme = accounts.needed_scheme(args.scheme)?;
    let (username, plain) = args.credentials(accounts.store, context)?;
    let user = match accounts
        .authenticate(&username, &plain, |notice| context.output.warning(wording::notice(notice)))
    {
        Err(error) if matches!(error.refusal(), Some(Refusal::BadCredentials)) => {
            if context.output.format().is_json() {
                context.output.answer(None, &json!({ "valid": false }))?;
            }
            return Err(error);
        }
        user => user?,
    };

    // The lifetime of the token begins after the prompt.
    let fresh = context.accounts()?.generate_token(scheme, None, None)?;
    let change = Change::new(context, &args.writing, "login");
    if args.no_store {
        change.shows_secrets(", or omit --no-store");
    }
    let issued = issue_token::issue(&change, accounts.store, &user, &fresh, false, |store, _| {
        match (scheme, context.settings.policy.tokens.limit) {
            (Scheme::Knox, Some(limit)) if store.valid_knox_tokens(&user.id, context.now())? >= limit => {
                Err(Refusal::TokenLimit(limit).into())
            }
            _ => Ok(()),
        }
    });
    let Done { value: issued, fields } = issued.map_err(|error| match error.refusal() {
        Some(Refusal::InactiveUser(_) | Refusal::UserNotFound(_)) => Refusal::BadCredentials.into(),
        _ => error,
    })?;
    let report = change.report(fields);

    change.answer(report.changed, |output| {
        if report.dry_run {
            output.status(format_args!("Would log in as {}. Nothing was changed.", user.username));
        } else {
            output.status(format_args!("Logged in as {}.", user.username));
            if !args.no_store {
                save_session(&user.username, scheme, &issued.key, context);
            }
        }
        let mut answer = Answer::new(&user, &issued.profiles);
        answer.token = Some(issued.key.expose()).filter(|_| !report.dry_run);
        answer.scheme = Some(scheme.into());
        answer.expiry = issued.expiry;
        answer.report = Some(report);
        output.answer(answer.token, &answer)
    })
}

impl Args {
    fn credentials(&self, store: &Store, context: &Context) -> Result<(String, Plain)> {
        if let Some(path) = &self.from_json {
            let by_email = context.settings.policy.is_named_by_email(store.layout().users.login()?);
            return Ok(Body::read(path)?.into_credentials(by_email)?);
        }
        let is_interactive = context.prompt.is_interactive();
        let mut faults = Vec::new();
        if self.username.is_none() && !is_interactive {
            faults.push(Fault::new("username", FaultCode::Required(Remedy::LoginName)));
        }
        if !self.password.is_given() && !is_interactive {
            faults.push(password_missing(PasswordSources::Known));
        }
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        let username = match &self.username {
            Some(username) => username.clone(),
            None => context.prompt.text(&label(store.layout().users.login()?), |_| Ok(()))?,
        };
        Ok((username, self.password.read_or_ask(&context.prompt)?))
    }
}
