//! Words faults of passwords and tokens.

use super::values::PASSWORD;
use crate::django::passwords::MIN_LENGTH;
use crate::error::faults::{Attribute, FixtureToken, KeyFlaw, TokenObstacle, Weakness};
use crate::error::wording::capitalized;

/// Words that a text contains a null character.
pub fn null_character(field: &str) -> String {
    let reason = if field == "password" { ", which Django's login form refuses" } else { "" };
    format!("{field} must not contain a null character{reason}.")
}

/// Words why a password is weak.
pub fn weak(weakness: Weakness) -> String {
    match weakness {
        Weakness::TooSimilar(attribute) => {
            let attribute = match attribute {
                Attribute::Username => "username",
                Attribute::FirstName => "first name",
                Attribute::LastName => "last name",
                Attribute::Email => "email address",
            };
            format!("The password is too similar to the {attribute}.")
        }
        Weakness::TooShort => {
            format!("The password is too short. It must have at least {MIN_LENGTH} characters.")
        }
        Weakness::TooCommon => "The password is too common.".into(),
        Weakness::EntirelyNumeric => "The password is entirely numeric.".into(),
    }
}

/// Words that a password hash is weak. `refused` is its algorithm if Django refuses it by default.
pub fn weak_hash(method: &str, refused: Option<&str>) -> String {
    let refused = refused.map_or(String::new(), |algorithm| format!(" {}", refused_by_default(algorithm)));
    format!("The hash ({method}) is weak.{refused}")
}

/// Explains that Django refuses the algorithm by default.
#[must_use]
pub fn refused_by_default(algorithm: &str) -> String {
    format!(
        "Django's default PASSWORD_HASHERS does not include {algorithm}. Logins fail until the project adds \
         its hasher there."
    )
}

/// Words that a text is no password hash.
pub fn invalid_hash(algorithm: Option<&str>) -> String {
    let reason = match algorithm {
        Some(algorithm) => format!("it starts with {algorithm} but is malformed"),
        None => "it does not start with the name of a Django algorithm".into(),
    };
    format!("Not a valid Django password hash: {reason}.")
}

/// Words that a file contains a plain-text password.
pub fn plain_password(field: &str) -> String {
    format!("Plain-text passwords are not allowed in this file. Write {field} = {PASSWORD}.")
}

/// Words why a key cannot be a token, as a clause. It does not repeat the key.
#[must_use]
pub fn key_flaw(flaw: KeyFlaw) -> &'static str {
    match flaw {
        KeyFlaw::Characters => "a key may contain only visible ASCII characters and no spaces",
        KeyFlaw::TooShort => "a key must have at least 32 characters",
        KeyFlaw::Guessable => "a key with so few different characters can be guessed",
        KeyFlaw::Published => "this key is public because it appears in published examples",
        KeyFlaw::TooLong => "a drf key may have at most 40 characters",
        KeyFlaw::Prefix => {
            "knox publishes the first characters of a key, and this key is too short for the rest to be secret"
        }
        KeyFlaw::NotHexadecimal => {
            "this version of knox accepts only keys with an even number of hexadecimal digits"
        }
        KeyFlaw::NoUser => "the user of such a key does not exist",
    }
}

/// Words that keys of these users cannot be moved to knox.
pub fn unfit(reason: KeyFlaw, names: &[String]) -> String {
    let keys = if names.len() == 1 { "1 key".into() } else { format!("{} keys", names.len()) };
    format!(
        "{keys} of {} cannot be migrated to knox. {}. Pass --skip-unfit to skip such keys.",
        names.join(", "),
        capitalized(key_flaw(reason).into())
    )
}

/// Words what is wrong with a token of a fixture.
pub fn fixture_token(what: FixtureToken) -> &'static str {
    match what {
        FixtureToken::Key => "The pk of a token must be its key.",
        FixtureToken::Created => "A token must have a created time.",
        FixtureToken::TokenKey => "A knox token must have a token_key.",
        FixtureToken::Expiry => "The expiry of a token must be a time or null.",
    }
}

/// Words why an account cannot have the desired token.
pub fn impossible_token(obstacle: TokenObstacle) -> &'static str {
    match obstacle {
        TokenObstacle::NoTable => "This database has no token table.",
        TokenObstacle::NoTableOfScheme => "This database has no token table for that scheme.",
        TokenObstacle::SeveralSchemes => {
            "This database has several token schemes. Write token = \"drf\" or token = \"knox\"."
        }
        TokenObstacle::InactiveAccount => {
            "Django refuses the tokens of inactive accounts. Write is_active = true or token = false."
        }
    }
}
