//! The filter options for commands that select tokens.

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::cli::args::users::OfUser;
use crate::django::models::{TokenFilter, User};
use crate::django::tokens::{AnyScheme, PackageScheme, age};
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::store::Store;

/// Which tokens. A token must match all filters.
#[derive(Args, Debug)]
pub struct TokenFilters {
    #[command(flatten)]
    user: OfUser,

    /// Match only expired tokens
    #[arg(long)]
    expired: bool,

    /// Match only tokens created longer ago than this, such as 30d
    #[arg(long, value_name = "DURATION", value_parser = age)]
    older_than: Option<SignedDuration>,

    /// Match only tokens of inactive users, which Django refuses anyway
    #[arg(long)]
    inactive_users: bool,

    /// Match only tokens that belong to no user, such as those of a deleted user
    #[arg(long, conflicts_with_all = ["user", "inactive_users"])]
    without_user: bool,

    /// Match only tokens of this scheme [default: drf, knox and the project's own]
    #[arg(long)]
    scheme: Option<AnyScheme>,
}

impl TokenFilters {
    /// Returns the user of these options, if one was given.
    pub fn user(&self, store: &Store) -> Result<Option<User>> {
        self.user.user(store)
    }

    /// Returns the filter of these options for this user at this time.
    ///
    /// # Errors
    /// Returns a [`Refusal`] for an age before the first date.
    pub fn filter(&self, user: Option<&User>, now: Timestamp) -> Result<TokenFilter> {
        let created_before = |age: SignedDuration| {
            let too_old = || Refusal::usage(format!("--older-than {age:#} is out of range."));
            now.checked_sub(age).map_err(|_| too_old())
        };
        Ok(TokenFilter {
            user: user.map(|user| user.id.clone()),
            scheme: self.scheme.and_then(AnyScheme::core),
            expired_at: self.expired.then_some(now),
            prefix: None,
            created_before: self.older_than.map(created_before).transpose()?,
            of_inactive: self.inactive_users,
            without_user: self.without_user,
        })
    }

    /// Returns the scheme, if it is one of a package.
    #[must_use]
    pub fn package(&self) -> Option<PackageScheme> {
        self.scheme.and_then(AnyScheme::package)
    }

    /// Describes the filters for the audit log.
    #[must_use]
    pub fn described(&self, user: Option<&User>) -> Json {
        json!({
            "user": user.map(|user| &user.username),
            "scheme": self.scheme,
            "expired": self.expired,
            "older_than": self.older_than.map(|age| format!("{age:#}")),
            "inactive_users": self.inactive_users,
            "without_user": self.without_user,
        })
    }
}
