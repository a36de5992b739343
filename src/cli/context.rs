//! The context of a command: settings, output, prompt, clock, randomness, and the store, which is opened on first
//! use.

use std::cell::{OnceCell, RefCell, RefMut};
use std::path::Path;

use jiff::Timestamp;
use rand::CryptoRng;

use crate::accounts::Accounts;
use crate::config::policy::Policy;
use crate::config::settings::Settings;
use crate::django::models::Scheme;
use crate::django::passwords::{Algorithm, Recipe};
use crate::error::failure::{Error, Result};
use crate::error::lost_answer::{Effect, LostAnswer};
use crate::error::refusal::Refusal;
use crate::files::existing;
use crate::signals;
use crate::store::target::Target;
use crate::store::{Blueprint, Store};
use crate::terminal::output::Output;
use crate::terminal::prompt::Prompt;

/// The context of a command. Shared by reference, since a command uses the store while it writes output.
pub struct Context {
    /// The settings.
    pub settings: Settings,
    /// The output for results and messages.
    pub output: Output,
    /// The prompt for questions.
    pub prompt: Prompt,
    /// Whether `--yes` confirms all questions.
    pub yes: bool,
    clock: fn() -> Timestamp,
    random: RefCell<Box<dyn CryptoRng>>,
    store: OnceCell<Store>,
}

/// Returns the current time, to the microsecond, as databases store it.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

impl Context {
    /// Creates a context with the system's clock and randomness.
    #[must_use]
    pub fn new(settings: Settings, output: Output, prompt: Prompt, yes: bool) -> Self {
        Self {
            settings,
            output,
            prompt,
            yes,
            clock: now,
            random: RefCell::new(Box::new(rand::rng())),
            store: OnceCell::new(),
        }
    }

    /// Returns the current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Returns the cryptographically secure random number generator.
    pub fn random(&self) -> RefMut<'_, dyn CryptoRng> {
        RefMut::map(self.random.borrow_mut(), |random| &mut **random)
    }

    /// Returns the database and opens it on the first call.
    pub fn store(&self) -> Result<&Store> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let settings = &self.settings;
        let store = Store::open(&settings.database, &settings.opening, settings.hints())?;
        Ok(self.store.get_or_init(|| store))
    }

    /// Returns the accounts of the database, which is opened on the first call.
    pub fn accounts(&self) -> Result<Accounts<'_>> {
        Ok(self.accounts_of(self.store()?))
    }

    /// Returns the accounts of this database.
    #[must_use]
    pub fn accounts_of<'a>(&'a self, store: &'a Store) -> Accounts<'a> {
        Accounts::new(store, &self.settings.policy, self.clock, &self.random)
    }

    /// Returns the accounts of this database under another policy than that of the settings.
    #[must_use]
    pub fn accounts_with<'a>(&'a self, store: &'a Store, policy: &'a Policy) -> Accounts<'a> {
        Accounts::new(store, policy, self.clock, &self.random)
    }

    /// Returns the accounts of a new database in memory, or else of the existing one.
    pub fn accounts_in<'a>(&'a self, draft: Option<&'a Store>) -> Result<Accounts<'a>> {
        draft.map_or_else(|| self.accounts(), |draft| Ok(self.accounts_of(draft)))
    }

    /// Returns the blueprint of a new database: the token tables of these schemes, or of the configured scheme if
    /// empty, and the configured profile tables.
    #[must_use]
    pub fn blueprint(&self, schemes: &[Scheme]) -> Blueprint {
        let mut schemes = schemes.to_vec();
        if schemes.is_empty() {
            schemes.push(self.settings.policy.tokens.scheme.unwrap_or(Scheme::Drf));
        }
        schemes.sort_unstable();
        schemes.dedup();
        Blueprint { schemes, profiles: self.settings.profile_blueprints(), now: self.now() }
    }

    /// Creates a new database in memory. [`Store::publish`] writes it to its file.
    pub fn draft(&self, blueprint: &Blueprint) -> Result<Store> {
        let settings = &self.settings;
        Store::draft(&settings.database, &settings.opening, settings.hints(), blueprint)
    }

    /// Adds the path of the configuration file to an error about the configuration.
    #[must_use]
    pub fn with_config_file(&self, error: Error) -> Error {
        match error.into_refusal() {
            Ok(Refusal::Config { path: None, message }) => self.settings.refused(message).into(),
            Ok(refusal) => refusal.into(),
            Err(error) => error,
        }
    }

    /// Prints the answer about a completed change. Does not read the database.
    ///
    /// Returns [`Refusal::LostAnswer`] if the answer is lost. Ctrl-C and other signals before the end of the answer
    /// exit with the same refusal.
    pub fn answer(&self, effect: &Effect, give: impl FnOnce(&Output) -> Result<()>) -> Result<()> {
        signals::owe(self.lost_answer(effect, true, "interrupted".into()));
        give(&self.output).map_err(|error| self.lost_answer(effect, true, format!("{error}")))?;
        signals::settle();
        Ok(())
    }

    /// Returns the refusal for a lost answer.
    #[must_use]
    pub fn lost_answer(&self, effect: &Effect, is_certain: bool, reason: String) -> Refusal {
        let (effect, target) = (effect.clone(), self.settings.target_options.clone());
        Refusal::LostAnswer(Box::new(LostAnswer { effect, is_certain, reason, target }))
    }

    /// Asks for confirmation unless `--yes` was given. The question names a database on a server. Returns [`Refusal::Declined`] if the user declines, and
    /// [`Refusal::Usage`] if there is no terminal.
    pub fn consent(&self, question: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        let question = &on_target(question, &self.settings.database);
        if !self.prompt.is_interactive() {
            return Err(Refusal::usage(format!(
                "{question} Cannot ask for confirmation: not a terminal. Pass --yes to proceed."
            ))
            .into());
        }
        if self.prompt.confirm(question)? { Ok(()) } else { Err(Refusal::Declined.into()) }
    }
}

/// Adds to a question which server it is about. A file is in plain view, but a server may be the wrong one.
fn on_target(question: &str, target: &Target) -> String {
    match (question.strip_suffix('?'), target) {
        (Some(question), Target::Server(_)) => format!("{question} on {target}?"),
        _ => question.to_owned(),
    }
}

/// Warns about a new database file beside a `manage.py`, whose project may not be able to adopt it.
#[must_use]
pub fn project_warning(database: &Path) -> Option<&'static str> {
    existing::is_in_project(database).then_some(
        "A manage.py is here. If its project has its own user model (AUTH_USER_MODEL), `migrate` cannot adopt this \
         database and fails with InconsistentMigrationHistory. Create the database with `manage.py migrate` \
         instead.",
    )
}

/// Describes what a Django project needs to verify passwords with this hash. Nothing for Django's default.
#[must_use]
pub fn hasher_needed(recipe: &Recipe) -> Option<String> {
    let algorithm = recipe.method().algorithm();
    if algorithm == Algorithm::PBKDF2_SHA256 {
        return None;
    }
    if algorithm == Algorithm::ARGON2 {
        let message = "Passwords are hashed with Argon2. The Django project needs argon2-cffi: without it, a login \
                       ends with error 500. It also needs Argon2PasswordHasher first in PASSWORD_HASHERS to avoid \
                       rehashing. For Django's default hasher, set `hasher = \"pbkdf2_sha256\"` under `[passwords]` \
                       in authctl.toml before you set passwords.";
        return Some(message.to_owned());
    }
    Some(format!(
        "Passwords are hashed with {algorithm}. The Django project needs its hasher in PASSWORD_HASHERS."
    ))
}

/// The hint for new accounts without profiles of these kinds, which Django's signals may create.
#[must_use]
pub fn signals_hint(kinds: &[String]) -> String {
    format!(
        "Django's signals did not run, and most of the newest users have a profile that is missing here: {}. Do by hand \
         what the project's post_save handlers do.",
        kinds.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Target, on_target};
    use crate::store::target::{ChannelBinding, Host, Server, SslMode, Tls};

    #[test]
    fn a_question_names_the_server() {
        let tls =
            Tls { mode: SslMode::Prefer, root_certificates: None, channel_binding: ChannelBinding::Prefer };
        let server = Server {
            host: Host::Name("db.example.com".into()),
            port: 5432,
            user: "app".into(),
            password: None,
            database: "shop".into(),
            schemas: Vec::new(),
            tls,
            connect_timeout: None,
            application_name: "authctl".into(),
        };
        let server = Target::Server(Box::new(server));
        assert_eq!(on_target("Delete ann?", &server), "Delete ann on db.example.com/shop?");
        let file = Target::File(PathBuf::from("db.sqlite3"));
        assert_eq!(on_target("Delete ann?", &file), "Delete ann?");
    }
}
