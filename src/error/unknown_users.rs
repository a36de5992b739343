//! Users that do not exist.

use std::fmt;

use crate::error::wording::may_be_key;

/// What the text is that a command finds a user by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserLookup {
    /// The username, compared exactly.
    #[default]
    Username,
    /// The primary key.
    Id,
    /// The email address, regardless of case.
    Email,
}

/// A text that matches no user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownUser {
    /// The text.
    pub text: String,
    /// A similar username.
    pub near: Option<String>,
    /// The user who has the text as email address.
    pub owner: Option<String>,
}

impl UnknownUser {
    /// Whether the text looks like a row of a table rather than a name.
    #[must_use]
    pub fn is_row(&self) -> bool {
        self.text.contains(['\t', ',']) || self.text.contains("  ")
    }
}

/// The users that a command does not find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownUsers {
    /// What their texts are.
    pub lookup: UserLookup,
    /// At least one.
    pub users: Vec<UnknownUser>,
}

/// The text in quotes, unless it may be a secret that was passed by mistake.
fn shown(user: &UnknownUser) -> Option<String> {
    (!may_be_key(&user.text)).then(|| format!("{:?}", user.text))
}

impl fmt::Display for UnknownUsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let near = |user: &UnknownUser| match (&user.owner, &user.near) {
            (Some(owner), _) => Some(format!("It is the email address of {owner:?}.")),
            (None, near) => near.as_ref().map(|near| format!("Did you mean {near:?}?")),
        };
        if let [user] = &self.users[..] {
            match (self.lookup, shown(user)) {
                (_, None) => f.write_str("The user does not exist.")?,
                (UserLookup::Username, Some(text)) => write!(f, "User {text} does not exist.")?,
                (UserLookup::Id, Some(text)) => write!(f, "No user has the id {text}.")?,
                (UserLookup::Email, Some(text)) => write!(f, "No user has the email address {text}.")?,
            }
            return near(user).map_or(Ok(()), |near| write!(f, " {near}"));
        }
        f.write_str(match self.lookup {
            UserLookup::Username => "These users do not exist: ",
            UserLookup::Id => "No user has these ids: ",
            UserLookup::Email => "No user has these email addresses: ",
        })?;
        for (index, user) in self.users.iter().enumerate() {
            let text = shown(user).unwrap_or_else(|| "(not shown, since it looks like a token)".into());
            let near = near(user).map_or(String::new(), |near| format!(" ({near})"));
            write!(f, "{}{text}{near}", if index == 0 { "" } else { ", " })?;
        }
        f.write_str(".")
    }
}
