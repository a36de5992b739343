//! A change whose answer is lost, and what it leaves in the database.
//!
//! The answer is the output that reports the change. It may contain a secret that is shown only once.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::wording::sentence;

/// The number of tokens and users that are listed. The rest are only counted.
const NAMED: usize = 20;

/// What a change leaves in the database. Contains public facts only, no key and no password.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    /// The change, as a clause: `meg was registered`.
    pub change: String,
    /// The public prefixes of the stored tokens.
    pub prefixes: Vec<String>,
    /// The users who got a random password.
    pub random_passwords: Vec<String>,
    /// The number of tokens and passwords that are not listed.
    pub unnamed: usize,
    /// The results file. It contains all secrets, so none is lost.
    pub results: Option<PathBuf>,
    /// The created file, if the change is nothing else.
    pub file: Option<PathBuf>,
}

impl Effect {
    /// A change without secrets.
    pub fn new(change: impl Into<String>) -> Self {
        Self { change: change.into(), ..Self::default() }
    }

    /// A file that was written.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        Self { file: Some(path.to_owned()), ..Self::new(format!("{} was written", path.display())) }
    }

    /// Sets the results file that receives the secrets. `-` and devices, such as `/dev/full`, keep nothing.
    #[must_use]
    pub fn with_results(self, file: Option<&Path>) -> Self {
        let is_kept = |path: &&Path| {
            *path != Path::new("-") && path.metadata().map_or(true, |metadata| metadata.is_file())
        };
        Self { results: file.filter(is_kept).map(Path::to_owned), ..self }
    }

    /// Adds the token with this prefix, if there is one.
    #[must_use]
    pub fn with_token(mut self, prefix: Option<String>) -> Self {
        self.add_tokens(prefix);
        self
    }

    /// Adds tokens by their public prefixes.
    pub fn add_tokens(&mut self, prefixes: impl IntoIterator<Item = String>) {
        if self.results.is_some() {
            return;
        }
        for prefix in prefixes {
            if self.prefixes.len() < NAMED {
                self.prefixes.push(prefix);
            } else {
                self.unnamed += 1;
            }
        }
    }

    /// Adds a user who got a random password.
    pub fn add_random_password(&mut self, username: &str) {
        if self.results.is_some() {
            return;
        }
        if self.random_passwords.len() < NAMED {
            self.random_passwords.push(username.to_owned());
        } else {
            self.unnamed += 1;
        }
    }
}

/// A change whose answer is lost, and the reason.
#[derive(Clone, Debug)]
pub struct LostAnswer {
    /// What the change leaves.
    pub effect: Effect,
    /// Whether the change was certainly made. False if the commit did not finish.
    pub is_certain: bool,
    /// Why the answer could not be given.
    pub reason: String,
    /// The options that select the same database, such as ` --db test.sqlite3`.
    pub target: String,
}

impl LostAnswer {
    /// A commit that failed halfway. The caller adds the changes that it may have made.
    #[must_use]
    pub fn commit(reason: String) -> Self {
        Self { effect: Effect::default(), is_certain: false, reason, target: String::new() }
    }

    /// A file that is, or may be, in place.
    #[must_use]
    pub fn file(effect: Effect, is_certain: bool, reason: String) -> Self {
        Self { effect, is_certain, reason, target: String::new() }
    }
}

impl fmt::Display for LostAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { effect, is_certain, reason, .. } = self;
        f.write_str(if *is_certain {
            "The change succeeded, but its output was lost: "
        } else {
            "The commit did not finish, but the change may have succeeded: "
        })?;
        f.write_str(&effect.change)?;
        match &effect.prefixes[..] {
            [] => {}
            [prefix] => write!(f, " (token prefix {prefix})")?,
            prefixes => write!(f, " (token prefixes {})", prefixes.join(", "))?,
        }
        write!(f, ". Reason: {}", sentence(reason))
    }
}

/// The clause for a created token.
#[must_use]
pub fn token_created(scheme: impl fmt::Display, username: &str) -> String {
    format!("a {scheme} token of {username} was created")
}
