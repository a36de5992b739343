//! Names and help of option values whose types are defined in other rooms.

use std::str::FromStr;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::accounts::apply::Prune;
use crate::accounts::new_password::UpdatePassword;
use crate::accounts::registration::OnExisting;
use crate::django::models::Scheme;
use crate::django::tokens::{AnyScheme, PackageScheme};
use crate::error::refusal::Refusal;
use crate::error::unknown_users::UserLookup;
use crate::formats::encoding::Encoding;
use crate::formats::format::InputFormat;
use crate::store::account_tables::AccessKind;
use crate::terminal::format::{ColorChoice, Format};

/// Implements `ValueEnum` from the name and the help of each value.
macro_rules! option_values {
    ($type:ident { $($variant:ident => $value:expr,)+ }) => {
        impl ValueEnum for $type {
            fn value_variants<'a>() -> &'a [Self] {
                &[$(Self::$variant),+]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(match self {
                    $(Self::$variant => $value,)+
                })
            }
        }
    };
}

fn value(name: &'static str, help: &'static str) -> PossibleValue {
    PossibleValue::new(name).help(help)
}

option_values!(Scheme {
    Drf => value("drf", "Django REST framework's `authtoken`: one token per user, stored in plain text"),
    Knox => value("knox", "django-rest-knox: many tokens per user, stored as digests, with an expiry"),
});

impl ValueEnum for AnyScheme {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Core(scheme) => scheme.to_possible_value(),
            Self::Package(scheme) => scheme.to_possible_value(),
        }
    }
}

option_values!(PackageScheme {
    OAuth2 => value("oauth2", "django-oauth-toolkit: access and refresh tokens with an expiry"),
    Jwt => value("jwt", "djangorestframework-simplejwt: signed tokens, of which refresh tokens may be recorded"),
    ApiKey => value("api-key", "djangorestframework-api-key: keys with a name, with or without a user"),
});

option_values!(AccessKind {
    Tokens => value("tokens", "Tokens of DRF, knox and the project itself"),
    OAuth2 => value("oauth2", "OAuth2 access tokens, refresh tokens and grants"),
    Jwt => value("jwt", "Recorded JWT refresh tokens, which are blacklisted"),
    ApiKeys => value("api-keys", "API keys that refer to the user"),
    Sessions => value("sessions", "Web sessions in the database"),
});

option_values!(UserLookup {
    Username => value("username", "The username, compared exactly"),
    Id => value("id", "The id"),
    Email => value("email", "The email address, regardless of case"),
});

option_values!(Encoding {
    Utf8 => value("utf-8", "UTF-8, or UTF-16 with a byte order mark"),
    Windows1252 => value("windows-1252", "The ANSI code page of Windows in western Europe and America"),
});

option_values!(InputFormat {
    Csv => value("csv", "Values separated by comma, semicolon or tab, with headings in the first line"),
    Json => value("json", "JSON list of objects"),
    Jsonl => value("jsonl", "JSON lines, one object per line"),
    Fixture => value("fixture", "Django fixture"),
});

option_values!(OnExisting {
    Fail => value("fail", "Fail with an error"),
    Skip => value("skip", "Leave the account unchanged"),
    Update => value("update", "Write the given values and keep the others"),
});

option_values!(UpdatePassword {
    OnCreate => value("on-create", "Set only the password of a new account"),
    Always => value("always", "Set the password every time"),
    IfDifferent => value("if-different", "Set the password if it differs from the stored one"),
});

option_values!(Prune {
    Deactivate => value("deactivate", "Lock the accounts out"),
    Delete => value("delete", "Delete the accounts and everything that belongs to them"),
});

option_values!(Format {
    Table => value("table", "Aligned columns and local times, for people"),
    Plain => value("plain", "Tab-separated and escaped, without a heading, for scripts"),
    Json => value("json", "One JSON value; errors are a JSON object on standard error"),
    Jsonl => value("jsonl", "JSON lines, one object per row"),
    Csv => value("csv", "Comma-separated values as in RFC 4180, verbatim"),
});

/// Refuses `--update-password` unless existing accounts are updated.
pub fn check_update(update: UpdatePassword, on_existing: OnExisting) -> Result<(), Refusal> {
    if update != UpdatePassword::OnCreate && on_existing != OnExisting::Update {
        return Err(Refusal::usage("--update-password requires --on-existing update."));
    }
    Ok(())
}

/// Parses the N of options such as `--limit`.
pub fn count<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "N must be a whole number of at least 0".into())
}

/// `--format`: how answers are printed, or the one format that only `export` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatArg {
    Answer(Format),
    Fixture,
}

impl ValueEnum for FormatArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Answer(Format::Table),
            Self::Answer(Format::Plain),
            Self::Answer(Format::Json),
            Self::Answer(Format::Jsonl),
            Self::Answer(Format::Csv),
            Self::Fixture,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Answer(format) => format.to_possible_value(),
            Self::Fixture => Some(value("fixture", "Django fixture, written only by `export`").hide(true)),
        }
    }
}

option_values!(ColorChoice {
    Auto => value("auto", "Use colors on a terminal, unless `NO_COLOR` is set"),
    Always => value("always", "Always use colors"),
    Never => value("never", "Never use colors"),
});
