//! Checks a user's password.
//!
//! All failed logins return the same error at the same cost, and their number is limited.

use anyhow::Result;

use crate::cli::args::secret::PasswordSource;
use crate::cli::context::Context;
use crate::django::models::User;
use crate::django::passwords::{self, Plain, Verdict};
use crate::error::refusal::{Fault, Refusal};
use crate::error::wording::sentence;
use crate::files::throttle::Throttle;
use crate::store::Store;

/// Reads the password from the given source, or else asks for it on the terminal. Fails if there is neither.
pub fn password(source: &PasswordSource, context: &Context) -> Result<Plain> {
    match source.read()? {
        Some(plain) => Ok(plain),
        None if context.prompt.is_interactive() => context.prompt.secret("Password"),
        None => Err(Refusal::Invalid(vec![password_missing()]).into()),
    }
}

/// Returns the fault of a missing password that cannot be asked for.
#[must_use]
pub fn password_missing() -> Fault {
    let how = "--password-stdin, --password-file or --password-env";
    Fault::new("password", "required", format!("password is required. Pass {how}."))
}

/// Returns the active user with this name and password. `[login] throttle` limits the number of failed logins.
///
/// An attempt counts as failed until it succeeds. If it cannot be counted, the login fails.
pub fn authenticate(context: &Context, store: &Store, username: &str, plain: &Plain) -> Result<User> {
    let Some(rate) = context.settings.policy.login.throttle else {
        return verify(context, store, username, plain);
    };
    let throttle = Throttle::of_environment(rate)?;
    let moment = throttle.count(store.path(), || context.now())?;
    let outcome = verify(context, store, username, plain);
    let is_failed_login =
        outcome.as_ref().is_err_and(|error| matches!(error.downcast_ref(), Some(Refusal::BadCredentials)));
    if !is_failed_login && let Err(error) = throttle.take_back(store.path(), moment) {
        context
            .output
            .warning(format_args!("This login still counts as failed: {}", sentence(&format!("{error:#}"))));
    }
    outcome
}

/// Returns the active user with this name and password.
///
/// Every failed login returns the same error. It also costs the same, as far as [`passwords::equalise`] can ensure it.
fn verify(context: &Context, store: &Store, username: &str, plain: &Plain) -> Result<User> {
    let found = store.find_user(username)?;
    let encoded = match &found {
        Some(user) => store.encoded_password(&user.id)?,
        None => String::new(),
    };
    let verdict = passwords::verify(plain, &encoded);
    match found {
        Some(user) if verdict == Verdict::Match && user.is_active => Ok(user),
        _ => {
            let recipe = context.recipe(store)?;
            passwords::equalise(plain, &encoded, verdict, &recipe, &mut *context.random())?;
            Err(Refusal::BadCredentials.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
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
        let store = context.store().expect("the database");
        let cost = |name: &str, plain: &Plain| {
            let _ = work_of_this_thread();
            let outcome = authenticate(&context, store, name, plain);
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
