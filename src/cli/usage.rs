//! Reports a command line that does not parse.
//!
//! clap quotes the input, and a misplaced word may be a password or a token. So a quoted word is kept only if it
//! resembles a valid word, such as `jsn` for `json`, or looks like an option. Values of options with free values
//! (`--set`, `--ttl`, paths) are never quoted.

use std::ffi::OsString;
use std::io;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::exit::Exit;
use crate::error::refusal::{Refusal, may_be_key};
use crate::error::suggest::nearest;
use crate::terminal::format::{ColorChoice, Format};
use crate::terminal::output::{self, Output};

/// The placeholder for a hidden word.
const HIDDEN: &str = "…";

/// Prints help and version on standard output. Prints an error in clap's form, or as JSON if the command line asks
/// for JSON.
pub fn answer(mut error: clap::Error, arguments: &[OsString], program: fn() -> clap::Command) -> Exit {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match error.print() {
            Err(failure) if failure.kind() != io::ErrorKind::BrokenPipe => Exit::Failed,
            _ => Exit::Done,
        };
    }
    let length = misplaced_length(&error, arguments);
    hide_words(&mut error, program);
    if let Some(tip) = length {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    let text = error.to_string();
    if is_json_requested(arguments) {
        let message = text.trim_start_matches("error: ").trim_end().to_owned();
        return Output::new(Format::Json, false, ColorChoice::Never).error(&Refusal::Usage(message).into());
    }
    output::usage_error(&text);
    Exit::Usage
}

/// Hides possible secrets in the words that clap quotes.
fn hide_words(error: &mut clap::Error, program: fn() -> clap::Command) {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let is_shown = |word: &str, known: &[String]| {
        let is_plain = word.bytes().all(|byte| byte.is_ascii_graphic()) && !may_be_key(word);
        is_plain && nearest(word, known.iter().map(String::as_str)).is_some()
    };
    let kind = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand);
            let names: Vec<String> =
                program().get_subcommands().map(|command| command.get_name().to_owned()).collect();
            (!is_shown(&word, &names)).then_some(ContextKind::InvalidSubcommand)
        }
        ErrorKind::InvalidValue => {
            let word = text(ContextKind::InvalidValue);
            let valid = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(valid)) => valid.clone(),
                _ => Vec::new(),
            };
            (!word.is_empty() && !is_shown(&word, &valid)).then_some(ContextKind::InvalidValue)
        }
        ErrorKind::UnknownArgument => {
            (!is_option(&text(ContextKind::InvalidArg))).then_some(ContextKind::InvalidArg)
        }
        ErrorKind::ValueValidation | ErrorKind::TooManyValues => Some(ContextKind::InvalidValue),
        _ => None,
    };
    if let Some(kind) = kind {
        error.insert(kind, ContextValue::String(HIDDEN.into()));
        // A suggestion repeats the word, or reveals which valid words resemble it.
        for suggestion in [
            ContextKind::Suggested,
            ContextKind::SuggestedArg,
            ContextKind::SuggestedValue,
            ContextKind::SuggestedSubcommand,
        ] {
            error.remove(suggestion);
        }
    }
}

/// Whether this looks like an option. A password is unlikely to.
fn is_option(word: &str) -> bool {
    const MAX_LENGTH: usize = 32;
    match word.strip_prefix("--") {
        Some(name) => {
            name.len() <= MAX_LENGTH && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        }
        None => matches!(word.as_bytes(), [b'-', letter] if letter.is_ascii_alphabetic()),
    }
}

/// Suggests `--random-password=N` if N was given as a separate word.
fn misplaced_length(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(unexpected)) = error.get(ContextKind::InvalidArg) else { return None };
    // A longer number may be a password.
    if error.kind() != ErrorKind::UnknownArgument || !unexpected.parse().is_ok_and(|length: u8| length > 0) {
        return None;
    }
    let option = arguments.windows(2).find(|pair| pair[1] == unexpected.as_str())?[0].to_str()?;
    let is_length_option = option.starts_with("--random-password");
    is_length_option.then(|| format!("to make one of {unexpected} characters, use '{option}={unexpected}'"))
}

/// Whether the command line asks for JSON, judging by its words, since it does not parse.
fn is_json_requested(arguments: &[OsString]) -> bool {
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let is_json = |word: &str| matches!(word, "json" | "jsonl");
    words.iter().any(|word| word.strip_prefix("--format=").is_some_and(is_json))
        || words.windows(2).any(|pair| pair[0] == "--format" && is_json(pair[1]))
}
