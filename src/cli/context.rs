//! What a command may use: settings, output, prompt, clock, randomness, and the store, opened at first use.

use std::cell::{OnceCell, RefCell, RefMut};

use anyhow::Result;
use jiff::Timestamp;
use rand::CryptoRng;

use crate::accounts::new_password::Password;
use crate::config::settings::Settings;
use crate::django::models::Scheme;
use crate::django::passwords::{self, Algorithm, Encoded, Recipe};
use crate::error::lost_answer::{Aftermath, Unanswered};
use crate::error::refusal::Refusal;
use crate::signals;
use crate::store::{Blueprint, Store};
use crate::terminal::output::Output;
use crate::terminal::prompt::Prompt;

/// How many of the newest users with a password are looked at to see what the project's hasher is.
const LOOKED_AT: u32 = 20;

/// The surroundings of a command. Shared, not exclusive: a command holds on to the store while it writes output.
pub struct Context {
    /// What was configured.
    pub settings: Settings,
    /// Where results and messages go.
    pub output: Output,
    /// Who asks.
    pub prompt: Prompt,
    /// Was consent given beforehand, by `--yes`?
    pub yes: bool,
    clock: fn() -> Timestamp,
    random: RefCell<Box<dyn CryptoRng>>,
    store: OnceCell<Store>,
}

impl Context {
    /// A context with the machine's clock and randomness.
    #[must_use]
    pub fn new(settings: Settings, output: Output, prompt: Prompt, yes: bool) -> Self {
        Self {
            settings,
            output,
            prompt,
            yes,
            clock: Timestamp::now,
            random: RefCell::new(Box::new(rand::rng())),
            store: OnceCell::new(),
        }
    }

    /// The moment, to the microsecond as databases keep it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = (self.clock)();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Randomness fit for keys.
    pub fn random(&self) -> RefMut<'_, dyn CryptoRng> {
        RefMut::map(self.random.borrow_mut(), |random| &mut **random)
    }

    /// The database, opened at the first call.
    ///
    /// # Errors
    /// What [`Store::open`] refuses.
    pub fn store(&self) -> Result<&Store> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let settings = &self.settings;
        let opened = Store::open(&settings.database, &settings.opening, settings.hints());
        let store = opened.map_err(|error| self.located(error))?;
        Ok(self.store.get_or_init(|| store))
    }

    /// What a new database holds: the token tables of these schemes, or else of the configured one, and the profile
    /// tables that the configuration declares.
    #[must_use]
    pub fn blueprint(&self, schemes: &[Scheme]) -> Blueprint {
        let mut schemes = schemes.to_vec();
        if schemes.is_empty() {
            schemes.push(self.settings.tokens.scheme.unwrap_or(Scheme::Drf));
        }
        schemes.sort_unstable();
        schemes.dedup();
        Blueprint { schemes, profiles: self.settings.profile_blueprints(), now: self.now() }
    }

    /// A new database in memory, which gets its file by [`Store::publish`].
    ///
    /// # Errors
    /// What [`Store::draft`] refuses.
    pub fn draft(&self, blueprint: &Blueprint) -> Result<Store> {
        let settings = &self.settings;
        Store::draft(&settings.database, &settings.opening, settings.hints(), blueprint)
            .map_err(|error| self.located(error))
    }

    /// What is wrong with the configuration is said with the file it stands in.
    fn located(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast() {
            Ok(Refusal::Config { path: None, message }) => self.settings.refused(message).into(),
            Ok(refusal) => refusal.into(),
            Err(error) => error,
        }
    }

    /// How new passwords are hashed: as configured, else as the newest users' are, else as the project's Django does
    /// by default; in a database of authctl's own, Argon2.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn recipe(&self, store: &Store) -> Result<Recipe> {
        let newest = store.newest_passwords(LOOKED_AT)?;
        let followed = passwords::follow(newest.iter().map(String::as_str));
        let configured = self.settings.passwords.hasher;
        let default = if store.layout().is_django { Recipe::pbkdf2_sha256() } else { Recipe::argon2() };
        Ok(configured.or(followed).unwrap_or(default))
    }

    /// A password as it is stored. In a rehearsal nothing is hashed, and the result fits no password.
    ///
    /// # Errors
    /// A failure of the database, or too little memory to hash in.
    pub fn encode(&self, password: &Password, store: &Store, is_rehearsal: bool) -> Result<Encoded> {
        Ok(match password {
            Password::Plain(plain) | Password::Random(plain) if !is_rehearsal => {
                passwords::hash(plain, &self.recipe(store)?, &mut *self.random())?
            }
            Password::Encoded(encoded) => encoded.clone(),
            _ => passwords::unusable(&mut *self.random()),
        })
    }

    /// Gives the answer about a change that was made: prints, and reads nothing from the database any more.
    ///
    /// # Errors
    /// [`Refusal::Unanswered`] where the answer is lost; Ctrl-C and other signals that come before it is given end the
    /// program with the same.
    pub fn answer(&self, aftermath: &Aftermath, give: impl FnOnce(&Output) -> Result<()>) -> Result<()> {
        signals::owe(self.unanswered(aftermath, true, "interrupted".into()));
        give(&self.output).map_err(|error| self.unanswered(aftermath, true, format!("{error:#}")))?;
        signals::settle();
        Ok(())
    }

    /// The refusal for a lost answer.
    #[must_use]
    pub fn unanswered(&self, aftermath: &Aftermath, is_certain: bool, reason: String) -> Refusal {
        let (aftermath, target) = (aftermath.clone(), self.settings.target_options.clone());
        Refusal::Unanswered(Box::new(Unanswered { aftermath, is_certain, reason, target }))
    }

    /// Has the person at the terminal, or `--yes`, agreed?
    ///
    /// # Errors
    /// [`Refusal::Usage`] where there is neither, [`Refusal::Declined`] where the person declines.
    pub fn consent(&self, question: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        if !self.prompt.is_interactive() {
            return Err(Refusal::usage(format!(
                "{question} Cannot ask for confirmation: not a terminal. Pass --yes to proceed."
            ))
            .into());
        }
        if self.prompt.confirm(question)? { Ok(()) } else { Err(Refusal::Declined.into()) }
    }
}

/// What a Django project needs to verify passwords that are hashed in this way.
#[must_use]
pub fn hasher_needed(recipe: &Recipe) -> String {
    let algorithm = recipe.method().algorithm();
    if algorithm == Algorithm::ARGON2 {
        return "Passwords are hashed with Argon2. The Django project needs argon2-cffi, and \
                Argon2PasswordHasher first in PASSWORD_HASHERS to avoid rehashing. For Django's default \
                hasher, set `hasher = \"pbkdf2_sha256\"` under `[passwords]`."
            .to_owned();
    }
    format!("Passwords are hashed with {algorithm}. The Django project needs its hasher in PASSWORD_HASHERS.")
}
