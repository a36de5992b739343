//! Finds the users that a command is about.

use crate::django::models::User;
use crate::error::failure::Result;
use crate::error::faults::Undecided;
use crate::error::misuse::Selector;
use crate::error::refusal::Refusal;
use crate::error::suggest::nearest;
use crate::error::unknown_users::{UnknownUser, UnknownUsers, UserLookup};
use crate::store::Store;

/// The user of django-guardian that stands for everybody who is not logged in, and a table of that package.
const ANONYMOUS: (&str, &str) = ("AnonymousUser", "guardian_userobjectpermission");

/// Returns the users of these texts, each user once.
///
/// # Errors
/// Returns [`Refusal::UnknownUsers`] with all texts that match no user, or [`Refusal::Ambiguous`] for the email address of
/// several users.
pub fn find_users(store: &Store, texts: &[String], lookup: UserLookup) -> Result<Vec<User>> {
    let (mut users, mut unknown) = (Vec::<User>::new(), Vec::new());
    for text in texts {
        match find(store, text, lookup)? {
            Some(user) if users.iter().any(|known| known.id == user.id) => {}
            Some(user) => users.push(user),
            None => unknown.push(unknown_user(store, text, lookup)?),
        }
    }
    if unknown.is_empty() {
        Ok(users)
    } else {
        Err(Refusal::UnknownUsers(UnknownUsers { lookup, users: unknown }).into())
    }
}

/// Returns the user of this text.
///
/// # Errors
/// The same as for [`find_users`].
pub fn find_user(store: &Store, text: &str, lookup: UserLookup) -> Result<User> {
    if let Some(user) = find(store, text, lookup)? {
        return Ok(user);
    }
    let users = vec![unknown_user(store, text, lookup)?];
    Err(Refusal::UnknownUsers(UnknownUsers { lookup, users }).into())
}

fn find(store: &Store, text: &str, lookup: UserLookup) -> Result<Option<User>> {
    match lookup {
        UserLookup::Username => store.find_user(text),
        UserLookup::Id => store.user_of_shown_key(text),
        UserLookup::Email => {
            let mut found = store.users_of_address(text)?;
            if found.len() > 1 {
                return Err(Refusal::Ambiguous(Undecided {
                    what: format!("Several users have the email address {text}"),
                    found: found.into_iter().map(|user| user.username).collect(),
                    decide: Selector::User,
                })
                .into());
            }
            Ok(found.pop())
        }
    }
}

/// Looks for the user who was probably meant by a username. Another key or address would be somebody else's.
fn unknown_user(store: &Store, text: &str, lookup: UserLookup) -> Result<UnknownUser> {
    let (mut near, mut owner) = (None, None);
    if lookup == UserLookup::Username {
        let known = store.similar_usernames(text)?;
        near = nearest(text, known.iter().map(String::as_str)).map(str::to_owned);
        if text.contains('@') {
            let mut owners = store.users_of_address(text)?;
            owner = owners.pop().filter(|_| owners.is_empty()).map(|user| user.username);
        }
    }
    Ok(UnknownUser { text: text.to_owned(), near, owner })
}

/// Refuses the user that django-guardian keeps for everybody who is not logged in.
///
/// # Errors
/// Returns [`Refusal::Usage`]. Fails on database errors.
pub fn refuse_anonymous(store: &Store, users: &[User]) -> Result<()> {
    let is_anonymous = users.iter().any(|user| user.username == ANONYMOUS.0);
    if !is_anonymous || !store.has_table(ANONYMOUS.1)? {
        return Ok(());
    }
    let message = format!(
        "{} is the user of django-guardian for visitors who are not logged in. Name another user.",
        ANONYMOUS.0
    );
    Err(Refusal::usage(message).into())
}
