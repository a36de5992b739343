//! A change whose answer is lost: what it leaves in the database, and the commands that undo or repair it.
//!
//! The answer is the output that reports the change. It may contain a secret that is shown only once.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::wording::{sentence, shell_word};

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

    /// The commands that revoke the tokens and replace the passwords, ready to copy.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        let Self { effect, target, .. } = self;
        let mut commands = Vec::new();
        if !effect.prefixes.is_empty() {
            let prefixes: Vec<String> = effect.prefixes.iter().map(|prefix| shell_word(prefix)).collect();
            let yes = if prefixes.len() > 1 { " --yes" } else { "" };
            commands.push(format!("authctl{target} revoke-token{yes} {}", prefixes.join(" ")));
        }
        let passwords = effect.random_passwords.iter();
        commands.extend(
            passwords
                .map(|user| format!("authctl{target} set-password --random-password {}", shell_word(user))),
        );
        commands
    }

    /// Tells the user what to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        if let Some(results) = &self.effect.results {
            return format!("See {} for the result of each account.", results.display());
        }
        let (tokens, passwords) = (&self.effect.prefixes, &self.effect.random_passwords);
        let commands = self.commands();
        let listed = commands.iter().map(|command| format!("`{command}`")).collect::<Vec<_>>().join(", ");
        let what = match (tokens.len(), passwords.is_empty()) {
            (0, true) => return self.hint_without_secrets(),
            (0, false) => "Set a new password",
            (1, true) => "Revoke the token",
            (_, true) => "Revoke the tokens",
            (_, false) => "Revoke the new tokens and set new passwords",
        };
        let others = match self.effect.unnamed {
            0 => String::new(),
            count => format!(
                " {count} more are not listed here. List all tokens with `authctl{} list-tokens`.",
                self.target
            ),
        };
        format!("{what}: {listed}.{others}")
    }

    fn hint_without_secrets(&self) -> String {
        let target = &self.target;
        match &self.effect.file {
            Some(file) if self.is_certain => {
                format!("{} is complete. There is no need to run the command again.", file.display())
            }
            Some(file) => format!(
                "Check the file with `ls -l {}`. If it is new, it is complete. Otherwise run the command again.",
                shell_word(&file.to_string_lossy())
            ),
            None => format!(
                "Check the database, for example with `authctl{target} list-users`, before you run the command \
                 again."
            ),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(effect: Effect) -> LostAnswer {
        LostAnswer { effect, is_certain: true, reason: "the disk is full".into(), target: " --db x".into() }
    }

    #[test]
    fn a_token_is_named_by_its_prefix_with_the_command_that_revokes_it() {
        let lost = lost(Effect::new("meg was registered").with_token(Some("01234567".into())));
        assert_eq!(
            lost.to_string(),
            "The change succeeded, but its output was lost: meg was registered (token prefix 01234567). \
             Reason: the disk is full."
        );
        assert_eq!(lost.hint(), "Revoke the token: `authctl --db x revoke-token 01234567`.");
    }

    #[test]
    fn of_many_secrets_some_are_named_and_the_others_counted() {
        let mut effect = Effect::new("accounts were imported");
        effect.add_tokens((11..=35).map(|number| format!("aaaaaa{number}")));
        (1..=22).for_each(|number| effect.add_random_password(&format!("user{number}")));
        let lost = lost(effect);
        assert_eq!((lost.effect.prefixes.len(), lost.commands().len()), (NAMED, 1 + NAMED));
        assert!(
            lost.hint()
                .ends_with(" 7 more are not listed here. List all tokens with `authctl --db x list-tokens`."),
            "{}",
            lost.hint()
        );
        assert!(lost.commands()[0].starts_with("authctl --db x revoke-token --yes aaaa"));
        assert!(lost.to_string().contains("(token prefixes aaaa"));
    }

    #[test]
    fn where_no_secret_is_lost_the_database_tells() {
        let lost = LostAnswer { is_certain: false, ..lost(Effect::new("meg was changed")) };
        assert!(
            lost.to_string().starts_with("The commit did not finish, but the change may have succeeded: meg")
        );
        assert_eq!(lost.commands().len(), 0);
        assert_eq!(
            lost.hint(),
            "Check the database, for example with `authctl --db x list-users`, before you run the command again."
        );
    }

    #[test]
    fn a_file_is_complete_if_it_is_there() {
        let effect = Effect::file(Path::new("/my backups/a.sqlite3"));
        let certain = lost(effect.clone());
        assert_eq!(
            certain.hint(),
            "/my backups/a.sqlite3 is complete. There is no need to run the command again."
        );
        let doubtful = LostAnswer::file(effect, false, "interrupted".into());
        assert_eq!(
            doubtful.hint(),
            "Check the file with `ls -l '/my backups/a.sqlite3'`. If it is new, it is complete. Otherwise run the \
             command again."
        );
    }

    #[test]
    fn results_on_a_device_do_not_keep_the_secrets() {
        let on = |results: &str| {
            lost(
                Effect::new("accounts were imported")
                    .with_results(Some(Path::new(results)))
                    .with_token(Some("01234567".into())),
            )
        };
        assert_eq!(on("/dev/full").hint(), "Revoke the token: `authctl --db x revoke-token 01234567`.");
        assert_eq!(on("/nowhere/made.csv").hint(), "See /nowhere/made.csv for the result of each account.");
    }
}
