//! The password of a new account, or an old account's new one: where it comes from, and whether it will do.

use anyhow::Result;
use clap::Args;

use crate::cli::args::secret::{self, PasswordSource};
use crate::cli::context::Context;
use crate::django::passwords::{self, About, Algorithm, Encoded, MIN_LENGTH, Malformed, Plain, Summary};
use crate::error::refusal::{Fault, Refusal};
use crate::store::Store;

/// Where a new password comes from, other than from a prompt.
#[derive(Args, Debug)]
#[command(next_help_heading = "Password")]
pub struct NewPassword {
    #[command(flatten)]
    source: PasswordSource,

    /// Make a random password and show it once, of LENGTH characters (22 unless told): on standard output, or beside a token
    /// on standard error
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

    /// Set Django's unusable password: nobody logs in, but the token works
    #[arg(id = "no_password", long = "no-password", conflicts_with_all = ["PasswordSource", "random_password"])]
    none: bool,

    /// Read an encoded password, as Django stores it, from standard input
    #[arg(long, conflicts_with_all = ["PasswordSource", "random_password", "no_password"])]
    password_hash_stdin: bool,

    /// Refuse a weak password instead of warning
    ///
    /// Weak is what Django's four default validators would refuse: fewer than 8 characters, digits alone, too much like
    /// the name or address, or too common. The list of common passwords is not Django's own, but a longer one.
    #[arg(long)]
    require_strong: bool,
}

/// A new password.
#[derive(Clone, Debug)]
pub enum Password {
    /// As someone gave it.
    Plain(Plain),
    /// Made here, so that it has to be shown.
    Random(Plain),
    /// Encoded elsewhere.
    Encoded(Encoded),
    /// None that fits.
    Unusable,
}

impl NewPassword {
    /// Is there a source at all?
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.source.is_given() || self.random.is_some() || self.none || self.password_hash_stdin
    }

    /// Does the source want standard input?
    #[must_use]
    pub fn wants_stdin(&self) -> bool {
        self.source.stdin || self.password_hash_stdin
    }

    /// The password from its one source, `from_body` among them, or asked for; weak ones are spoken about.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for what cannot be a password, or is too weak where that is not to be; what reading the
    /// source says.
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
        if let Some(fault) = null_fault(&plain) {
            return Err(Refusal::Invalid(vec![fault]).into());
        }
        if plain.as_str().is_empty() {
            return Err(Refusal::invalid(
                "password",
                "required",
                "password: it is empty. For an account without one, say --no-password.",
            )
            .into());
        }
        self.judge(&plain, about, context)?;
        Ok(Password::Plain(plain))
    }

    /// A password that was encoded elsewhere.
    fn encoded(&self, text: &str, context: &Context) -> Result<Password> {
        let (password, weakness) = encoded(text).map_err(|fault| Refusal::Invalid(vec![fault]))?;
        match (weakness, &password) {
            (Some(fault), _) if self.is_strict(context) => return Err(Refusal::Invalid(vec![fault]).into()),
            (Some(fault), _) => context.output.warning(fault.message),
            (None, Password::Encoded(encoded)) => {
                if let Some(algorithm) = not_in_djangos_list(encoded.summary()) {
                    context.output.warning(refused_by_default(algorithm));
                }
            }
            (None, _) => {}
        }
        Ok(password)
    }

    /// Is a weak one refused?
    fn is_strict(&self, context: &Context) -> bool {
        self.require_strong || context.settings.passwords.require_strong
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
            context.output.warning(&fault.message);
        }
        if context.prompt.is_interactive() && !context.yes {
            context.consent("Use this password all the same?")?;
        }
        Ok(())
    }
}

impl Password {
    /// The password as it is stored. As a rehearsal nothing is hashed, and what comes out is good for nothing.
    ///
    /// # Errors
    /// A failure of the database, which tells how its passwords are hashed, or no memory to hash in.
    pub fn encode(&self, store: &Store, context: &Context, is_rehearsal: bool) -> Result<Encoded> {
        Ok(match self {
            Self::Plain(plain) | Self::Random(plain) if !is_rehearsal => {
                passwords::hash(plain, &context.recipe(store)?, &mut *context.random())?
            }
            Self::Encoded(encoded) => encoded.clone(),
            _ => passwords::unusable(&mut *context.random()),
        })
    }

    /// The password that was made here, to be shown.
    #[must_use]
    pub fn into_shown(self) -> Option<Plain> {
        match self {
            Self::Random(plain) => Some(plain),
            _ => None,
        }
    }

    /// Is this what is stored already?
    #[must_use]
    pub fn is(&self, stored: &str) -> bool {
        match self {
            Self::Plain(plain) | Self::Random(plain) => {
                passwords::verify(plain, stored) == passwords::Verdict::Match
            }
            Self::Encoded(encoded) => encoded.as_str() == stored,
            Self::Unusable => passwords::describe(stored) == passwords::Summary::Unusable,
        }
    }
}

/// What is wrong with a text that Django's login form would refuse.
#[must_use]
pub fn null_fault(plain: &Plain) -> Option<Fault> {
    let message = "password: it contains a null character, which Django's login form refuses.";
    plain.as_str().contains('\0').then(|| Fault::new("password", "invalid", message))
}

/// What makes a password weak.
#[must_use]
pub fn weaknesses(plain: &Plain, about: &About<'_>) -> Vec<Fault> {
    let fault =
        |weakness: &passwords::Weakness| Fault::new("password", weakness.code(), weakness.to_string());
    passwords::weaknesses(plain, about).iter().map(fault).collect()
}

/// A password that was encoded elsewhere, and what makes it weak. A plain text is refused: Django would store it and
/// never let anyone in.
///
/// # Errors
/// A fault of `password`, which does not repeat the text.
pub fn encoded(text: &str) -> Result<(Password, Option<Fault>), Fault> {
    let (encoded, weakness) = verbatim(text.to_owned())?;
    let is_unusable = encoded.summary() == Summary::Unusable;
    Ok((if is_unusable { Password::Unusable } else { Password::Encoded(encoded) }, weakness))
}

/// The same, where an unusable one is to stay the very text that it is.
///
/// # Errors
/// As [`encoded`].
pub fn verbatim(text: String) -> Result<(Encoded, Option<Fault>), Fault> {
    let (encoded, summary) = Encoded::described(text).map_err(|malformed| {
        let reason = match malformed {
            Malformed::UnknownAlgorithm => "it does not begin with one of Django's algorithms".to_owned(),
            Malformed::Not(algorithm) => format!("it begins with {algorithm} and is not of its form"),
        };
        let message = format!("That is not a password as Django encodes it: {reason}.");
        Fault::new("password", "invalid_hash", message)
    })?;
    let message = || {
        let refused = not_in_djangos_list(summary).map(refused_by_default);
        let refused = refused.map_or_else(String::new, |refused| format!(" {refused}"));
        format!("The hash ({summary}) is weaker than it should be.{refused}")
    };
    let weakness = summary.is_weak().then(|| Fault::new("password", "weak_hash", message()));
    Ok((encoded, weakness))
}

/// The algorithm of a hash that a Django project takes only where it says so.
fn not_in_djangos_list(summary: Summary) -> Option<Algorithm> {
    match summary {
        Summary::Hashed(method) => Some(method.algorithm()).filter(|algorithm| !algorithm.makes_hashes()),
        _ => None,
    }
}

fn refused_by_default(algorithm: Algorithm) -> String {
    format!(
        "Django's default PASSWORD_HASHERS does not accept {algorithm}: nobody logs in with it, unless the project names \
         its hasher there."
    )
}

/// A length that a random password may have.
///
/// # Errors
/// What is accepted.
pub fn length(text: &str) -> Result<usize, String> {
    let longest = 128;
    let length = text.parse().ok().filter(|length| (MIN_LENGTH..=longest).contains(length));
    length.ok_or_else(|| format!("give a length from {MIN_LENGTH} to {longest}"))
}
