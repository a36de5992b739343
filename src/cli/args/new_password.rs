//! The sources of a new password.

use clap::Args;

use crate::accounts::new_password::{Password, encoded, not_in_djangos_list, weaknesses};
use crate::cli::args::secret::{self, PasswordSource};
use crate::cli::context::Context;
use crate::cli::wording;
use crate::django::models::User;
use crate::django::passwords::{self, About, MIN_LENGTH, Plain};
use crate::error::failure::Result;
use crate::error::faults::{FaultCode, Remedy};
use crate::error::refusal::Refusal;

/// Where a new password comes from, other than from a prompt.
#[derive(Args, Debug)]
#[command(next_help_heading = "Password")]
pub struct NewPassword {
    #[command(flatten)]
    source: PasswordSource,

    /// Generate and print a password of LENGTH characters [default: 22]
    ///
    /// The password is printed once, on standard output. If a token is printed there, the password is printed on
    /// standard error.
    #[arg(
        id = "random_password",
        long = "random-password",
        value_name = "LENGTH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "22",
        value_parser = length,
        conflicts_with = "PasswordSource",
    )]
    random: Option<usize>,

    /// Set an unusable password: logins fail, but the token works
    #[arg(id = "no_password", long = "no-password", conflicts_with_all = ["PasswordSource", "random_password"])]
    none: bool,

    /// Read an encoded password, as Django stores it, from standard input
    #[arg(long, conflicts_with_all = ["PasswordSource", "random_password", "no_password"])]
    #[arg(hide_short_help = true)]
    password_hash_stdin: bool,

    /// Fail on a weak password instead of warning
    ///
    /// A password is weak if Django's four default validators would refuse it: it has fewer than 8 characters, contains
    /// only digits, resembles the name or address, or is too common. The list of common passwords is longer than
    /// Django's.
    #[arg(long)]
    #[arg(hide_short_help = true)]
    require_strong: bool,
}

impl NewPassword {
    /// Whether a source was given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.source.is_given() || self.random.is_some() || self.none || self.password_hash_stdin
    }

    /// Whether passwords are generated.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.random.is_some()
    }

    /// Whether the source is standard input.
    #[must_use]
    pub fn wants_stdin(&self) -> bool {
        self.source.stdin || self.password_hash_stdin
    }

    /// Returns the password from its source, from the body, or from a prompt. Refuses weak passwords or warns about
    /// them.
    pub fn choose(
        &self,
        from_body: Option<&Plain>,
        about: &About<'_>,
        context: &Context,
    ) -> Result<Password> {
        if self.none {
            return Ok(Password::Unusable);
        }
        if self.password_hash_stdin {
            return self.encoded(&secret::from_stdin("Encoded password")?, context);
        }
        if let Some(length) = self.random {
            return Ok(Password::Random(passwords::random_password(length, about, &mut *context.random())));
        }
        let given = match from_body {
            Some(plain) => Some(plain.clone()),
            None => self.source.read()?,
        };
        let plain = match given {
            Some(plain) => plain,
            None => context.prompt.new_password("Password")?,
        };
        if let Some(fault) = plain.null_fault() {
            return Err(Refusal::Invalid(vec![fault]).into());
        }
        if plain.as_str().is_empty() {
            let code = FaultCode::Required(Remedy::FilledPassword);
            return Err(Refusal::invalid("password", code).into());
        }
        self.judge(&plain, about, context)?;
        Ok(Password::Plain(plain))
    }

    /// Returns a password for each user. Generated passwords differ; any other is the same for all.
    pub fn choose_for(&self, users: &[User], context: &Context) -> Result<Vec<Password>> {
        let mut chosen: Vec<Password> = Vec::new();
        for user in users {
            let about = About {
                username: Some(&user.username),
                first_name: Some(&user.first_name),
                last_name: Some(&user.last_name),
                email: Some(&user.email),
            };
            let password = match chosen.first() {
                Some(Password::Plain(plain)) => {
                    self.judge(plain, &about, context)?;
                    Password::Plain(plain.clone())
                }
                Some(Password::Encoded(encoded)) => Password::Encoded(encoded.clone()),
                Some(Password::Random(_) | Password::Unusable) | None => {
                    self.choose(None, &about, context)?
                }
            };
            chosen.push(password);
        }
        Ok(chosen)
    }

    /// Checks an encoded password.
    fn encoded(&self, text: &str, context: &Context) -> Result<Password> {
        let (password, weakness) = encoded(text).map_err(|fault| Refusal::Invalid(vec![fault]))?;
        match (weakness, &password) {
            (Some(fault), _) if self.is_strict(context) => return Err(Refusal::Invalid(vec![fault]).into()),
            (Some(fault), _) => context.output.warning(wording::fault(&fault)),
            (None, Password::Encoded(encoded)) => {
                if let Some(algorithm) = not_in_djangos_list(encoded.summary()) {
                    context.output.warning(wording::refused_by_default(&algorithm.to_string()));
                }
            }
            (None, _) => {}
        }
        Ok(password)
    }

    /// Whether weak passwords are refused.
    fn is_strict(&self, context: &Context) -> bool {
        self.require_strong || context.settings.policy.passwords.require_strong
    }

    fn judge(&self, plain: &Plain, about: &About<'_>, context: &Context) -> Result<()> {
        let faults = weaknesses(plain, about);
        if faults.is_empty() {
            return Ok(());
        }
        if self.is_strict(context) {
            return Err(Refusal::Invalid(faults).into());
        }
        for fault in &faults {
            context.output.warning(wording::fault(fault));
        }
        if context.prompt.is_interactive() && !context.yes {
            context.consent("Use this password anyway?")?;
        }
        Ok(())
    }
}

/// Parses the length of a random password.
pub fn length(text: &str) -> Result<usize, String> {
    let longest = 128;
    let length = text.parse().ok().filter(|length| (MIN_LENGTH..=longest).contains(length));
    length.ok_or_else(|| format!("expected a length from {MIN_LENGTH} to {longest}"))
}
