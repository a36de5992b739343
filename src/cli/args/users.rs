//! The users that a command is about.

use std::collections::HashSet;
use std::io::{self, Read as _};

use clap::Args;

use crate::accounts::chosen_users::{find_user, find_users};
use crate::django::models::User;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::limits;
use crate::error::refusal::Refusal;
use crate::error::unknown_users::UserLookup;
use crate::store::Store;

/// The option that says what USER is.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct FindBy {
    /// Find USER by this
    #[arg(long, value_name = "ATTRIBUTE", default_value = "username")]
    by: UserLookup,
}

impl FindBy {
    /// Whether USER is a username.
    #[must_use]
    pub fn is_username(self) -> bool {
        self.by == UserLookup::Username
    }

    /// Returns the user.
    pub fn user(self, store: &Store, text: &str) -> Result<User> {
        find_user(store, text, self.by)
    }
}

/// The option that filters by user.
#[derive(Args, Debug)]
pub struct OfUser {
    /// Match only those of this user
    #[arg(long, value_name = "USER")]
    user: Option<String>,

    #[command(flatten)]
    by: FindBy,
}

impl OfUser {
    /// Returns the user, if one was given.
    pub fn user(&self, store: &Store) -> Result<Option<User>> {
        match &self.user {
            Some(text) => self.by.user(store, text).map(Some),
            None if self.by.is_username() => Ok(None),
            None => Err(Refusal::usage("--by is only valid with --user.").into()),
        }
    }
}

/// The options of commands about several users.
#[derive(Args, Clone, Copy, Debug)]
pub struct SeveralUsers {
    #[command(flatten)]
    by: FindBy,

    /// Refuse more users than this, except one
    #[arg(long, value_name = "N", default_value_t = 10, hide_short_help = true)]
    max: usize,
}

impl SeveralUsers {
    /// Whether the texts are usernames.
    #[must_use]
    pub fn are_usernames(self) -> bool {
        self.by.is_username()
    }

    /// Whether the command is about one user. The form of its answer depends on what was asked for, not on the number of
    /// lines of standard input.
    #[must_use]
    pub fn is_one(texts: &[String]) -> bool {
        matches!(texts, [text] if text != "-")
    }

    /// Returns the users, each once. A text `-` stands for the lines of standard input.
    pub fn find(self, store: &Store, texts: &[String]) -> Result<Vec<User>> {
        let mut texts = with_standard_input(texts)?;
        let mut seen = HashSet::new();
        texts.retain(|text| seen.insert(text.clone()));
        let count = texts.len();
        if count > self.max.max(1) {
            return Err(Refusal::usage(format!(
                "These are {count} users, more than --max {}. Nothing was changed. Pass --max {count} if all of them are \
                 meant.",
                self.max,
            ))
            .into());
        }
        find_users(store, &texts, self.by.by)
    }
}

fn with_standard_input(texts: &[String]) -> Result<Vec<String>> {
    match texts.iter().filter(|text| *text == "-").count() {
        0 => return Ok(texts.to_vec()),
        1 => {}
        _ => return Err(Refusal::usage("Standard input can be read only once. Pass one - only.").into()),
    }
    let mut input = String::new();
    let read = io::stdin().take(limits::BODY + 1).read_to_string(&mut input);
    read.context("standard input cannot be read")?;
    if input.len() as u64 > limits::BODY {
        let message = format!("Standard input has more than {} bytes.", limits::BODY);
        return Err(Refusal::usage(message).into());
    }
    let lines: Vec<&str> = input.lines().filter(|line| !line.is_empty()).collect();
    let mut all = Vec::new();
    for text in texts {
        if text == "-" {
            all.extend(lines.iter().map(|line| (*line).to_owned()));
        } else {
            all.push(text.clone());
        }
    }
    if all.is_empty() {
        return Err(Refusal::usage("Standard input names no user.").into());
    }
    Ok(all)
}
