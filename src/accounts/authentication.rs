//! Checks a user's password.
//!
//! All failed logins return the same error at the same cost, and their number is limited.

use super::Accounts;
use crate::django::models::User;
use crate::django::passwords::{self, Plain, Verdict};
use crate::error::failure::Result;
use crate::error::notice::Notice;
use crate::error::refusal::Refusal;
use crate::files::throttle::Throttle;

impl Accounts<'_> {
    /// Returns the active user with this name and password. `[login] throttle` limits the number of failed logins.
    ///
    /// An attempt counts as failed until it succeeds. If it cannot be counted, the login fails. `warn` receives the
    /// warning that a successful login still counts as failed.
    pub fn authenticate(&self, username: &str, plain: &Plain, warn: impl FnOnce(&Notice)) -> Result<User> {
        let Some(rate) = self.policy.login.throttle else {
            return self.verify(username, plain);
        };
        let throttle = Throttle::of_environment(rate)?;
        let database = self.store.target().identity();
        let moment = throttle.count(&database, self.clock)?;
        let outcome = self.verify(username, plain);
        let is_failed_login =
            outcome.as_ref().is_err_and(|error| matches!(error.refusal(), Some(Refusal::BadCredentials)));
        if !is_failed_login && let Err(error) = throttle.take_back(&database, moment) {
            warn(&Notice::CountedLogin(error.to_string()));
        }
        outcome
    }

    /// Returns the active user with this name and password.
    ///
    /// Every failed login returns the same error. It also costs the same, as far as [`passwords::equalise`] can ensure
    /// it.
    fn verify(&self, username: &str, plain: &Plain) -> Result<User> {
        let found = self.store.find_user(username)?;
        let encoded = match &found {
            Some(user) => self.store.encoded_password(&user.id)?,
            None => String::new(),
        };
        let verdict = passwords::verify(plain, &encoded);
        match found {
            Some(user) if verdict == Verdict::Match && user.is_active => Ok(user),
            _ => {
                let recipe = self.recipe()?;
                passwords::equalise(plain, &encoded, verdict, &recipe, &mut *self.random())?;
                Err(Refusal::BadCredentials.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::cli::context::Context;
    use crate::config::settings::{Overrides, Settings};
    use crate::django::passwords::{Recipe, hash, work_of_this_thread};
    use crate::terminal::format::{ColorChoice, Format};
    use crate::terminal::output::Output;
    use crate::terminal::prompt::Prompt;

    /// Creates a database of users with these stored passwords. New hashes use this hasher.
    fn with_users(folder: &TempDir, hasher: &str, stored: &[(&str, &str, bool)]) -> Context {
        let config = folder.path().join("authctl.toml");
        std::fs::write(&config, format!("[passwords]\nhasher = \"{hasher}\"\n")).expect("a file");
        let database = folder.path().join("db.sqlite3");
        let overrides = Overrides {
            db: Some(database.clone()),
            config: Some(config),
            busy_timeout: Duration::ZERO,
            force: false,
        };
        let settings = Settings::load(&overrides).expect("settings");
        let output = Output::new(Format::Plain, true, ColorChoice::Never);
        let context = Context::new(settings, output, Prompt::new(true), false);
        context.draft(&context.blueprint(&[])).expect("a draft").publish().expect("a file");
        let connection = rusqlite::Connection::open(database).expect("the database");
        for (name, password, is_active) in stored {
            let sql = "INSERT INTO auth_user (username, password, is_active, is_superuser, is_staff, first_name, \
                       last_name, email, date_joined) VALUES (?1, ?2, ?3, 0, 0, '', '', '', '2024-01-01 00:00:00')";
            connection.execute(sql, (name, password, is_active)).expect("a row");
        }
        context
    }

    #[test]
    fn every_failed_login_costs_one_hash_of_the_recipe() {
        let folder = TempDir::new().expect("a folder");
        let recipe = "pbkdf2_sha256 1000".parse::<Recipe>().expect("a recipe");
        let cheap = "pbkdf2_sha256 10".parse::<Recipe>().expect("a recipe");
        let right = Plain::new("wonderland-7".into());
        let stored = |recipe| hash(&right, recipe, &mut rand::rng()).expect("a hash").into_string();
        let (current, old) = (stored(&recipe), stored(&cheap));
        let users = [
            ("meg", &*current, true),
            ("old", &*old, true),
            ("off", &*old, false),
            ("none", "!", true),
            ("odd", "pbkdf2_sha256$x", true),
        ];
        let context = with_users(&folder, &recipe.to_string(), &users);
        let accounts = context.accounts().expect("the database");
        let cost = |name: &str, plain: &Plain| {
            let _ = work_of_this_thread();
            let outcome = accounts.authenticate(name, plain, |_| {});
            (outcome.is_ok(), work_of_this_thread())
        };
        let wrong = Plain::new("wrong".into());
        for name in ["nobody", "meg", "old", "off", "none", "odd"] {
            assert_eq!(cost(name, &wrong), (false, 1_000), "{name}");
        }
        assert_eq!(cost("off", &right), (false, 1_000));
        // A successful login does not need the same cost.
        assert_eq!(cost("old", &right), (true, 10));
        assert_eq!(cost("meg", &right), (true, 1_000));
    }
}
