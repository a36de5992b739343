use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::ValueHint;

use crate::accounts::{Account, Missing, ProfileChoice, Request};
use crate::answer::Answer;
use crate::body::Body;
use crate::context::{Context, hasher_needed};
use crate::field::Input;
use crate::interrupt;
use crate::minting::{self, Fresh};
use crate::model::{Key, Scheme};
use crate::password::{self, About, Encoded, MIN_LENGTH, Plain};
use crate::refusal::{Fault, Refusal};
use crate::secret::PasswordSource;
use crate::settings::UsernameFrom;
use crate::store::Store;

const EXAMPLES: &str = "\
Examples:
  authctl register meg --email meg@ducharme.com
  authctl register --init meg@ducharme.com --random-password
  authctl register meg --profile customer --set address='12 Oak Lane' --password-file secret.txt
  TOKEN=$(authctl register ci-bot --no-password)
  authctl register --from-json body.json --format json

What Django notices: the user, the profile and the token are there at its next query. Its signals do not run, so \
what a project does in post_save has to be done by hand.";

/// Register a user, with profile and token
///
/// Writes the user, the user's profile and a token in one transaction, and prints the token. What is missing is asked
/// for at a terminal; elsewhere it is an error that names all of it.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The login name; with `username_from = "email"`, the e-mail address
    username: Option<String>,

    /// The e-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,

    /// The first name
    #[arg(long, value_name = "NAME")]
    first_name: Option<String>,

    /// The last name
    #[arg(long, value_name = "NAME")]
    last_name: Option<String>,

    /// Let the user enter Django's admin
    #[arg(long)]
    staff: bool,

    /// Give the user every permission, and let the user enter Django's admin
    #[arg(long)]
    superuser: bool,

    /// Make an account that cannot log in, and no token
    #[arg(long)]
    inactive: bool,

    /// Take a client's JSON body from a file, or from standard input for `-`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    from_json: Option<PathBuf>,

    /// Make the database first, where there is none
    #[arg(long)]
    init: bool,

    #[command(flatten)]
    password: PasswordSource,

    /// Make a random password and show it once, of LENGTH characters (22 unless told)
    #[arg(
        long,
        value_name = "LENGTH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "22",
        value_parser = length,
        conflicts_with = "PasswordSource",
        help_heading = "Password",
    )]
    random_password: Option<usize>,

    /// Set Django's unusable password: nobody logs in, but the token works
    #[arg(long, conflicts_with_all = ["PasswordSource", "random_password"], help_heading = "Password")]
    no_password: bool,

    /// Refuse a weak password instead of warning
    ///
    /// Weak is what Django's four default validators would refuse: fewer than 8 characters, digits alone, too much like
    /// the name or address, or too common. The list of common passwords is not Django's own, but a longer one.
    #[arg(long, help_heading = "Password")]
    require_strong: bool,

    /// The kind of the profile [else `[register] profile`, or the only kind that has a given field]
    #[arg(long, value_name = "KIND", help_heading = "Profile and fields")]
    profile: Option<String>,

    /// Make no profile
    #[arg(long, conflicts_with = "profile", help_heading = "Profile and fields")]
    no_profile: bool,

    /// Set a field of the profile or the user; VALUE may be @FILE, and @@ stands for @
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment, help_heading = "Profile and fields")]
    set: Vec<(String, String)>,

    /// Make no token
    #[arg(long, help_heading = "Token")]
    no_token: bool,

    /// The token's scheme, where the database has both
    #[arg(long, conflicts_with = "no_token", help_heading = "Token")]
    scheme: Option<Scheme>,
}

fn length(text: &str) -> Result<usize, String> {
    let longest = 128;
    let length = text.parse().ok().filter(|length| (MIN_LENGTH..=longest).contains(length));
    length.ok_or_else(|| format!("give a length from {MIN_LENGTH} to {longest}"))
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, value)) if !field.is_empty() => Ok((field.to_owned(), value.to_owned())),
        _ => Err("give FIELD=VALUE".into()),
    }
}

/// What of a body is not part of the request.
struct FromBody {
    password: Option<Plain>,
    faults: Vec<Fault>,
}

/// The password of a new account.
enum Password {
    Plain(Plain),
    /// Made here, so that it has to be shown.
    Random(Plain),
    Unusable,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    interrupt::watch()?;
    let (mut request, from_body) = args.request()?;
    let draft = args.draft(context)?;
    let store = match &draft {
        Some(draft) => draft,
        None => context.store()?,
    };

    if context.prompt.is_interactive() {
        ask_for_missing(&mut request, store, context)?;
    }
    let account = args.account(&request, &from_body, store, context)?;
    account.check_free(store)?;
    let scheme = if args.wants_token() { minting::scheme(context, store, args.scheme)? } else { None };
    let password = args.password(from_body.password, &request, &account, context)?;
    let recipe = context.recipe(store)?;
    let encoded = match &password {
        Password::Plain(plain) | Password::Random(plain) => {
            password::hash(plain, &recipe, &mut *context.random())
        }
        Password::Unusable => password::unusable(&mut *context.random()),
    };
    let token = scheme.map(|scheme| minting::mint(context, store, scheme, None)).transpose()?;

    let (published, key) = commit(context, draft, &account, &encoded, token.as_ref())?;
    let store = match &published {
        Some(published) => published,
        None => context.store()?,
    };
    report(args, context, store, &key, &password, token.as_ref())
}

/// Writes the account into the database, or a new database with the account in it. Where someone else has made the
/// file in the meantime, the account goes there. Returns the new database, if it is one, and the user's key.
fn commit(
    context: &Context,
    draft: Option<Store>,
    account: &Account,
    password: &Encoded,
    token: Option<&Fresh>,
) -> Result<(Option<Store>, Key)> {
    let create = |store: &Store| {
        let token = token.map(Fresh::as_new);
        store.transact(|transaction| account.create(transaction, password, token.as_ref()))
    };
    if let Some(mut draft) = draft {
        let key = create(&draft)?;
        match draft.publish() {
            Ok(()) => {
                context.output.status(format_args!("Made {}.", draft.path().display()));
                context.output.hint(hasher_needed(&context.recipe(&draft)?));
                return Ok((Some(draft), key));
            }
            Err(error) if matches!(error.downcast_ref(), Some(Refusal::FileExists(_))) => {}
            Err(error) => return Err(error),
        }
    }
    let key = create(context.store()?)?;
    Ok((None, key))
}

fn report(
    args: &Args,
    context: &Context,
    store: &Store,
    key: &Key,
    password: &Password,
    token: Option<&Fresh>,
) -> Result<()> {
    let output = &context.output;
    let user = store.user_of_key(key)?.with_context(|| format!("user {key} was made, and is gone again"))?;
    let profiles = store.profiles_of(key)?;
    let with = match (profiles.first(), token) {
        (Some(profile), Some(token)) => {
            format!(" with a {} profile and a {} token", profile.kind, token.scheme)
        }
        (Some(profile), None) => format!(" with a {} profile", profile.kind),
        (None, Some(token)) => format!(" with a {} token", token.scheme),
        (None, None) => String::new(),
    };
    output.status(format_args!("Registered {} (id {key}){with}.", user.username));
    if token.is_none() && args.wants_token() {
        output.warning("No token was made: this database has no token table.");
    }
    if store.layout().is_django {
        output
            .hint("Django's signals did not run: what the project does in post_save has to be done by hand.");
    }
    let random = match password {
        Password::Random(plain) => Some(plain.as_str()),
        _ => None,
    };
    let mut answer = Answer::new(&user, &profiles);
    answer.token = token.map(|token| token.plain.expose());
    answer.scheme = token.map(|token| token.scheme);
    answer.expiry = token.and_then(|token| token.expiry);
    answer.password = random;
    let text = token.map(|token| token.plain.expose());
    let username = &user.username;
    let password_shown = random.map_or(Ok(()), |random| output.secret("Password", random));
    output.answer(text, &answer).with_context(|| {
        format!("{username} was registered, but the answer could not be shown; `authctl create-token` gives a token")
    })?;
    password_shown.with_context(|| format!("{username} was registered, but the password could not be shown"))
}

impl Args {
    /// What is wanted, from the options and the body together, and the rest of the body.
    fn request(&self) -> Result<(Request, FromBody)> {
        let body = match &self.from_json {
            Some(path) if path == Path::new("-") && self.password.stdin => {
                return Err(Refusal::usage(
                    "--from-json - and --password-stdin both want standard input; give one of them a file.",
                )
                .into());
            }
            Some(path) => Body::read(path)?,
            None => Body::default(),
        };
        let has_source = self.password.is_given() || self.random_password.is_some() || self.no_password;
        if body.password.is_some() && has_source {
            return Err(Refusal::usage(
                "The body has a password, and an option gives another; drop one of them.",
            )
            .into());
        }
        let mut fields = body.fields;
        for (field, value) in &self.set {
            if fields.iter().any(|(name, _)| name == field) {
                return Err(Refusal::usage(format!("{field} is given twice.")).into());
            }
            fields.push((field.clone(), value_of(field, value)?));
        }
        let profile = match (&self.profile, &body.account_type, self.no_profile) {
            (Some(_), Some(_), _) | (None, Some(_), true) => {
                return Err(Refusal::usage(
                    "The body has an account_type, and an option decides on the profile; drop one of them.",
                )
                .into());
            }
            (Some(kind), None, _) => ProfileChoice::Kind(kind.clone()),
            (None, Some(kind), false) => ProfileChoice::AccountType(kind.clone()),
            (None, None, true) => ProfileChoice::None,
            (None, None, false) => ProfileChoice::Decide,
        };
        let request = Request {
            username: once("USERNAME", self.username.as_ref(), body.username)?,
            email: once("--email", self.email.as_ref(), body.email)?,
            first_name: once("--first-name", self.first_name.as_ref(), body.first_name)?,
            last_name: once("--last-name", self.last_name.as_ref(), body.last_name)?,
            staff: self.staff,
            superuser: self.superuser,
            inactive: self.inactive,
            fields,
            profile,
        };
        Ok((request, FromBody { password: body.password, faults: body.faults }))
    }

    /// A new database, where one is to be made.
    fn draft(&self, context: &Context) -> Result<Option<Store>> {
        let is_there = context.settings.database.symlink_metadata().is_ok();
        (self.init && !is_there).then(|| context.draft(&context.blueprint(&self.schemes()))).transpose()
    }

    fn schemes(&self) -> Vec<Scheme> {
        self.scheme.into_iter().collect()
    }

    fn wants_token(&self) -> bool {
        !self.no_token && !self.inactive
    }

    /// The account without faults, or all of them at once, a missing password included.
    fn account(
        &self,
        request: &Request,
        from_body: &FromBody,
        store: &Store,
        context: &Context,
    ) -> Result<Account> {
        let (account, mut faults) =
            request.account(store, &context.settings, context.now(), &mut *context.random())?;
        let has_source = self.password.is_given() || self.random_password.is_some() || self.no_password;
        if from_body.password.is_none() && !has_source && !context.prompt.is_interactive() {
            let how = "--password-stdin, --password-file, --password-env, --random-password or --no-password";
            faults.push(Fault::new("password", "required", format!("password must be provided: {how}")));
        }
        // What is in the body, though wrong, is not missing.
        let is_told = |fault: &Fault| from_body.faults.iter().any(|told| told.field == fault.field);
        faults.retain(|fault| !is_told(fault));
        faults.extend(from_body.faults.iter().cloned());
        if faults.is_empty() { Ok(account) } else { Err(Refusal::Invalid(faults).into()) }
    }

    /// The password from its one source, or asked for; weak ones are spoken about.
    fn password(
        &self,
        from_body: Option<Plain>,
        request: &Request,
        account: &Account,
        context: &Context,
    ) -> Result<Password> {
        let about = About {
            username: Some(&account.username),
            first_name: request.first_name.as_deref(),
            last_name: request.last_name.as_deref(),
            email: request.email.as_deref(),
        };
        if self.no_password {
            return Ok(Password::Unusable);
        }
        if let Some(length) = self.random_password {
            return Ok(Password::Random(password::random_password(length, &about, &mut *context.random())));
        }
        let given = match from_body {
            Some(plain) => Some(plain),
            None => self.password.read()?,
        };
        let plain = match given {
            Some(plain) => plain,
            None => context.prompt.new_password("Password")?,
        };
        if plain.as_str().is_empty() {
            return Err(Refusal::invalid(
                "password",
                "required",
                "password: it is empty. For an account without one, say --no-password.",
            )
            .into());
        }
        let faults: Vec<Fault> = password::weaknesses(&plain, &about)
            .iter()
            .map(|weakness| Fault::new("password", weakness.code(), weakness.to_string()))
            .collect();
        if faults.is_empty() {
            return Ok(Password::Plain(plain));
        }
        if self.require_strong || context.settings.passwords.require_strong {
            return Err(Refusal::Invalid(faults).into());
        }
        for fault in &faults {
            context.output.warning(&fault.message);
        }
        if context.prompt.is_interactive() && !context.yes {
            context.consent("Use this password all the same?")?;
        }
        Ok(Password::Plain(plain))
    }
}

/// Asks for every missing field.
fn ask_for_missing(request: &mut Request, store: &Store, context: &Context) -> Result<()> {
    let missing = request.missing(store, &context.settings)?;
    if missing.is_empty() {
        return Ok(());
    }
    for Missing { field, .. } in missing {
        let answer = context.prompt.text(&field)?;
        let by_email = context.settings.register.username_from == UsernameFrom::Email;
        match &*field {
            "email" => request.email = Some(answer),
            "first_name" => request.first_name = Some(answer),
            "last_name" => request.last_name = Some(answer),
            "account_type" | "profile" => request.profile = ProfileChoice::Kind(answer),
            field if !by_email && store.layout().users.login().is_ok_and(|login| login == field) => {
                request.username = Some(answer);
            }
            field => request.fields.push((field.to_owned(), Input::Text(answer))),
        }
    }
    // A profile that was chosen just now may want fields of its own.
    ask_for_missing(request, store, context)
}

/// A value from the option and one from the body: not both.
fn once(option: &str, given: Option<&String>, from_body: Option<String>) -> Result<Option<String>> {
    match (given, from_body) {
        (Some(_), Some(_)) => {
            Err(Refusal::usage(format!("The body gives what {option} gives too; drop one of them.")).into())
        }
        (Some(given), None) => Ok(Some(given.clone())),
        (None, from_body) => Ok(from_body),
    }
}

/// The value of `--set`: as it stands, or what is in the file behind an `@`.
fn value_of(field: &str, value: &str) -> Result<Input> {
    let path = match value.strip_prefix('@') {
        None => return Ok(Input::Text(value.to_owned())),
        Some(literal) if literal.starts_with('@') => return Ok(Input::Text(literal.to_owned())),
        Some(path) => path,
    };
    let bytes = std::fs::read(path).with_context(|| {
        format!("--set {field}=@{path}: the file cannot be read; for the text itself, write @@")
    })?;
    Ok(String::from_utf8(bytes).map_or_else(|error| Input::Bytes(error.into_bytes()), Input::Text))
}
