//! Is this the user's password? One answer to who cannot log in, at one cost, and no more often than is allowed.

use anyhow::Result;

use crate::context::Context;
use crate::model::User;
use crate::password::{self, Plain, Verdict};
use crate::refusal::{Fault, Refusal};
use crate::secret::PasswordSource;
use crate::store::Store;
use crate::throttle::Throttle;

/// The password from the source that was given, else from the person at the terminal.
///
/// # Errors
/// [`Refusal::Invalid`] where there is neither, or where the source cannot be read.
pub fn password(source: &PasswordSource, context: &Context) -> Result<Plain> {
    match source.read()? {
        Some(plain) => Ok(plain),
        None if context.prompt.is_interactive() => context.prompt.secret("Password"),
        None => Err(Refusal::Invalid(vec![password_missing()]).into()),
    }
}

/// What is wrong where nobody gives the password and nobody can be asked.
#[must_use]
pub fn password_missing() -> Fault {
    let how = "--password-stdin, --password-file or --password-env";
    Fault::new("password", "required", format!("password must be provided: {how}"))
}

/// The user whose password this is, unless too many were tried, as `[login] throttle` says.
///
/// # Errors
/// [`Refusal::BadCredentials`], [`Refusal::Throttled`], where failures are to be counted and cannot be, or a failure of
/// the database.
pub fn authenticate(context: &Context, store: &Store, username: &str, plain: &Plain) -> Result<User> {
    let Some(rate) = context.settings.login.throttle else {
        return verify(context, store, username, plain);
    };
    let throttle = Throttle::of_environment(rate)?;
    let moment = throttle.count(store.path(), || context.now())?;
    let outcome = verify(context, store, username, plain);
    let is_failed_login =
        outcome.as_ref().is_err_and(|error| matches!(error.downcast_ref(), Some(Refusal::BadCredentials)));
    if !is_failed_login && let Err(error) = throttle.take_back(store.path(), moment) {
        context.output.warning(format_args!("This login counts as one that failed: {error:#}."));
    }
    outcome
}

/// The user whose password this is. Whoever cannot log in costs and is told the same, whatever the reason.
fn verify(context: &Context, store: &Store, username: &str, plain: &Plain) -> Result<User> {
    let found = store.find_user(username)?;
    let encoded = match &found {
        Some(user) => store.encoded_password(&user.id)?,
        None => String::new(),
    };
    let verdict = password::verify(plain, &encoded);
    // A weak hash is computed sooner than one of today's, which would tell that there is such a user.
    let is_slow =
        matches!(verdict, Verdict::Match | Verdict::Mismatch) && !password::describe(&encoded).is_weak();
    if !is_slow {
        password::dummy_verify(plain, &context.recipe(store)?, &mut *context.random())?;
    }
    match found {
        Some(user) if verdict == Verdict::Match && user.is_active => Ok(user),
        _ => Err(Refusal::BadCredentials.into()),
    }
}
