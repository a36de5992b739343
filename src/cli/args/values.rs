//! Names and help of option values whose types are defined in other rooms.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::accounts::apply::Prune;
use crate::accounts::registration::{OnExisting, UpdatePassword};
use crate::django::models::Scheme;
use crate::formats::encoding::Encoding;
use crate::formats::format::InputFormat;
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
    Drf => value("drf", "Django REST framework's `authtoken`: one token a user, stored as it is"),
    Knox => value("knox", "django-rest-knox: many tokens a user, stored as digests, with an expiry"),
});

option_values!(Encoding {
    Utf8 => value("utf-8", "UTF-8, or UTF-16 with a byte order mark"),
    Windows1252 => value("windows-1252", "What Windows calls ANSI in western Europe and America"),
});

option_values!(InputFormat {
    Csv => value("csv", "A table: comma, semicolon or tab between the values, headings in the first line"),
    Json => value("json", "A JSON list of objects"),
    Jsonl => value("jsonl", "One JSON object a line"),
    Fixture => value("fixture", "A Django fixture"),
});

option_values!(OnExisting {
    Fail => value("fail", "It is an error"),
    Skip => value("skip", "It stays as it is"),
    Update => value("update", "It gets what is given; what is not given stays"),
});

option_values!(UpdatePassword {
    OnCreate => value("on-create", "Never: only a new account does"),
    Always => value("always", "Each time"),
    IfDifferent => value("if-different", "Where it is another one"),
});

option_values!(Prune {
    Deactivate => value("deactivate", "They are locked out"),
    Delete => value("delete", "They are deleted, with all that belongs to them"),
});

option_values!(Format {
    Table => value("table", "For people: aligned columns, local times"),
    Plain => value("plain", "For scripts: tab-separated, escaped, without a heading"),
    Json => value("json", "One JSON value; errors are a JSON object on standard error"),
    Jsonl => value("jsonl", "JSON lines: one object a row"),
    Csv => value("csv", "Comma-separated values after RFC 4180, verbatim"),
});

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
            Self::Fixture => {
                Some(value("fixture", "A Django fixture, which only `export` writes").hide(true))
            }
        }
    }
}

option_values!(ColorChoice {
    Auto => value("auto", "On a terminal, unless `NO_COLOR` is set"),
    Always => value("always", "Always"),
    Never => value("never", "Never"),
});
