use serde_json::{Value as Json, json};

use crate::accounts::Accounts;
use crate::accounts::issue_token::{self, Issued, IssuedToken};
use crate::accounts::package_token::{self, FreshPackageToken};
use crate::cli::access_view::confirm;
use crate::cli::answer::{Answer, Report};
use crate::cli::args::package_token::PackageTokenArgs;
use crate::cli::args::secret;
use crate::cli::args::token_files::TokenFileArgs;
use crate::cli::args::users::SeveralUsers;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::models::{Scheme, User};
use crate::django::tokens::{AnyScheme, PlainToken, Ttl};
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::error::wording::shell_word;
use crate::files::token_file::{Staged, TokenFiles};
use crate::signals;
use crate::store::{Done, Store};
use crate::terminal::clock::local;
use crate::terminal::output::Output;
use crate::terminal::redaction;

const EXAMPLES: &str = "\
Examples:
  TOKEN=$(authctl create-token meg)
  authctl create-token meg --rotate
  authctl create-token ci-bot --scheme knox --expires-in 30d
  authctl create-token meg --scheme oauth2 --scope read --expires-in 1h
  authctl create-token --scheme api-key --name ci
  authctl create-token meg --scheme jwt --refresh --signing-key-env SECRET_KEY
  openssl rand -hex 20 | authctl create-token ci-bot --token-stdin
  authctl create-token meg joe --yes --format json
  authctl create-token ci-bot --env-file .env --as API_TOKEN

Effect on Django: the new token is accepted from the next request on; with --rotate, the old key is refused. Web \
sessions stay valid. Signals do not run.";

/// Create tokens for users without their passwords
///
/// With drf, a user has one key: an existing key is printed, a missing one is created, and --rotate replaces it. With
/// the other schemes, and in a table that allows several keys, every call creates a new token. Exits with 15 if the
/// project might not accept the token (`[tokens] table`). A JWT cannot be revoked before it expires, unless it is a
/// refresh token and simplejwt records these. A token file is written before the token is stored: if it cannot be
/// written, nothing changes. Asks for confirmation before it creates tokens for more than one user, and prints each
/// after its username.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Users, or - to read them from standard input; omit for an API key without one
    #[arg(value_name = "USER", required_unless_present = "name")]
    users: Vec<String>,

    #[command(flatten)]
    choice: SeveralUsers,

    /// Replace the drf key with a new one
    #[arg(long)]
    rotate: bool,

    /// Read the key from standard input instead of generating it
    ///
    /// At least 32 characters, such as the output of `openssl rand -hex 20`.
    #[arg(long)]
    token_stdin: bool,

    /// Set the token's lifetime, such as 10h, 30d or never
    ///
    /// The default is 10h for an oauth2 token, and for a knox token unless `ttl` is set under `[tokens]`. It is 5m for
    /// a JWT, 24h for a JWT refresh token, and never for an API key. A drf token does not expire.
    #[arg(long, alias = "lifetime", value_name = "DURATION")]
    expires_in: Option<Ttl>,

    /// Use this token scheme
    ///
    /// Without it, a scheme of drf and knox is used: the one that is configured or that the database has.
    #[arg(long)]
    scheme: Option<AnyScheme>,

    #[command(flatten)]
    package: PackageTokenArgs,

    #[command(flatten)]
    files: TokenFileArgs,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let accounts = context.accounts()?;
    let store = accounts.store;
    let package = args.package.spec(args.scheme)?;
    if package.is_some() && (args.rotate || args.token_stdin) {
        return Err(Refusal::usage("--rotate and --token-stdin are not valid with this scheme.").into());
    }
    let users = args.find_users(&accounts, package.is_some())?;
    let wanted = match package {
        Some(spec) => Origin::Package(spec),
        None => Origin::Core(args.core_scheme(&accounts)?),
    };
    if let Some(user) = users.iter().find(|user| !user.is_active) {
        return Err(Refusal::InactiveUser(user.username.clone()).into());
    }
    let files = args.files.files(store)?;
    let user = match (&users[..], &wanted) {
        ([], Origin::Package(_)) if args.users.is_empty() => None,
        ([user], _) if SeveralUsers::is_one(&args.users) => Some(user),
        _ if args.token_stdin || files.are_given() => {
            let message = "--token-stdin, --output-file and --env-file are for one user only. Name one user.";
            return Err(Refusal::usage(message).into());
        }
        (users, Origin::Core(scheme)) => return args.issue_all(users, *scheme, &accounts, context),
        (_, Origin::Package(_)) => return Err(Refusal::usage("With this scheme, name one user.").into()),
    };
    let mut targets = files.check(args.writing.dry_run)?;
    let given = if args.token_stdin { Some(secret::token_from_stdin()?) } else { None };
    let fresh = match wanted {
        Origin::Core(scheme) => {
            Origin::Core(accounts.generate_token(scheme, args.expires_in, given.as_ref())?)
        }
        Origin::Package(spec) => Origin::Package(accounts.package_token(spec, user, args.expires_in)?),
    };
    let change = Change::new(context, &args.writing, "create-token");
    files.lock(&mut targets)?;
    if args.files.leave_standard_output() && !args.token_stdin {
        change.shows_secrets(", or pass --output-file FILE");
    }
    // No staged file may be left behind.
    let _critical = files.are_given().then(signals::critical);
    let mut staged = Staged::default();
    let ready = |_: &Store, token: &PlainToken| {
        staged = files.stage(token, &targets)?;
        Ok(())
    };
    let done = match (&fresh, user) {
        (Origin::Core(fresh), Some(user)) => {
            issue_token::issue(&change, store, user, fresh, args.rotate, ready)?
        }
        (Origin::Core(_), None) => return Err(Refusal::usage("USER is missing.").into()),
        (Origin::Package(fresh), user) => package_token::issue(&change, store, user, fresh, ready)?,
    };
    let report = change.report(done.fields);
    change.answer(report.changed, |output| {
        if !report.dry_run {
            staged.put()?;
        }
        args.answer(output, user, &fresh, &done.value, &files, report)
    })
}

/// Something of a scheme that every command knows, or of a package.
enum Origin<C, P> {
    Core(C),
    Package(P),
}

impl Args {
    fn find_users(&self, accounts: &Accounts<'_>, is_of_package: bool) -> Result<Vec<User>> {
        self.choice.find(accounts.store, &self.users).or_else(|error| match error.refusal() {
            // All that is ambiguous is said at once.
            Some(Refusal::Ambiguous(_)) if !is_of_package => {
                accounts.refuse_undecided(true, self.scheme.and_then(AnyScheme::core)).and(Err(error))
            }
            _ => Err(error),
        })
    }

    fn core_scheme(&self, accounts: &Accounts<'_>) -> Result<Scheme> {
        let asked = self.scheme.and_then(AnyScheme::core);
        accounts.refuse_undecided(true, asked)?;
        let scheme = accounts.needed_scheme(asked)?;
        if self.rotate && scheme == Scheme::Knox {
            return Err(Refusal::usage(
                "--rotate is only valid for drf tokens. Delete old knox tokens with `authctl revoke-token`.",
            )
            .into());
        }
        Ok(scheme)
    }

    /// Creates a token for each of these users.
    fn issue_all(
        &self,
        users: &[User],
        scheme: Scheme,
        accounts: &Accounts<'_>,
        context: &Context,
    ) -> Result<()> {
        let mut fresh = Vec::new();
        for _ in users {
            fresh.push(accounts.generate_token(scheme, self.expires_in, None)?);
        }
        let change = Change::new(context, &self.writing, "create-token");
        change.shows_secrets("");
        confirm("Create tokens for", users, &change, context)?;
        let done = issue_token::issue_all(&change, accounts.store, users, &fresh, self.rotate)?;
        let report = change.report(done.fields);
        let noun = format!("a {scheme} token");
        change.answer(report.changed, |output| {
            let (mut shown, mut objects) = (Vec::new(), Vec::new());
            for (user, Done { value: issued, fields }) in users.iter().zip(&done.value) {
                let report = change.report(fields.clone());
                self.print(output, Some(user), scheme.into(), &noun, issued, &report);
                if !report.dry_run {
                    shown.push((&*user.username, issued.key.expose()));
                }
                objects.push(self.object(
                    Some(user),
                    scheme.into(),
                    issued,
                    &TokenFiles::default(),
                    report,
                )?);
            }
            let mut object = json!({ "users": objects });
            report.add_to(&mut object);
            output.secrets(&shown, &object)
        })
    }

    fn answer(
        &self,
        output: &Output,
        user: Option<&User>,
        fresh: &Origin<IssuedToken, FreshPackageToken>,
        issued: &Issued,
        files: &TokenFiles,
        report: Report,
    ) -> Result<()> {
        let (scheme, noun) = match fresh {
            Origin::Core(fresh) => (fresh.scheme.into(), format!("a {} token", fresh.scheme)),
            Origin::Package(fresh) => (AnyScheme::Package(fresh.scheme()), fresh.noun().to_owned()),
        };
        self.print(output, user, scheme, &noun, issued, &report);
        if matches!(fresh, Origin::Package(fresh) if !fresh.is_recorded()) && !report.dry_run {
            output.status("It cannot be revoked before it expires, because the database does not record it.");
        }
        Args::print_files(output, files, &report);
        let object = self.object(user, scheme, issued, files, report)?;
        output.answer(object["token"].as_str(), &object)
    }

    fn print(
        &self,
        output: &Output,
        user: Option<&User>,
        scheme: AnyScheme,
        noun: &str,
        issued: &Issued,
        report: &Report,
    ) {
        let username = user.map(|user| &*user.username).unwrap_or_default();
        let owner = if user.is_some() { format!(" for {username}") } else { String::new() };
        output.status(match (report.changed, report.dry_run, issued.expiry) {
            (true, true, _) if issued.is_replacement => {
                format!("Would replace the {scheme} token of {username}. Nothing was changed.")
            }
            (true, false, _) if issued.is_replacement => {
                format!("Replaced the {scheme} token of {username}.")
            }
            (true, true, _) => format!("Would create {noun}{owner}. Nothing was changed."),
            (true, false, Some(expiry)) => format!("Created {noun}{owner}, valid until {}.", local(expiry)),
            (true, false, None) => format!("Created {noun}{owner}."),
            (false, _, _) if self.token_stdin => {
                format!("{username} already has this token. Nothing was changed.")
            }
            (false, _, _) => format!("{username} already has a {scheme} token. Pass --rotate to replace it."),
        });
    }

    fn print_files(output: &Output, files: &TokenFiles, report: &Report) {
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
    }

    /// Describes the token for programs.
    fn object(
        &self,
        user: Option<&User>,
        scheme: AnyScheme,
        issued: &Issued,
        files: &TokenFiles,
        report: Report,
    ) -> Result<Json> {
        let is_shown = !report.dry_run && self.files.leave_standard_output();
        let mut answer = Answer::new(user, &issued.profiles);
        answer.token = Some(issued.key.expose()).filter(|_| is_shown);
        answer.scheme = Some(scheme);
        answer.expiry = issued.expiry;
        answer.report = Some(report);
        let mut object = serde_json::to_value(&answer)?;
        let files: Vec<_> = files.paths().map(redaction::path).collect();
        object["files"] = json!(files);
        Ok(object)
    }
}
