//! Reports a command line that does not parse.
//!
//! clap quotes the input, and a misplaced word may be a password or a token. So a quoted word is kept only if it
//! resembles a valid word, such as `jsn` for `json`, or looks like an option. Values of options with free values
//! (`--set`, `--ttl`, paths) are never quoted.

use std::ffi::OsString;
use std::io::{self, Write as _};

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::wording;
use crate::error::exit::Exit;
use crate::error::failure::Error;
use crate::error::refusal::Refusal;
use crate::error::suggest::{nearest, sort_by_similarity};
use crate::error::wording::may_be_key;
use crate::terminal::format::{ColorChoice, Format};
use crate::terminal::output::Output;

/// What Django and other programs call a command.
const OTHER_NAMES: [(&str, &str); 12] = [
    ("add-user", "register"),
    ("adduser", "register"),
    ("changepassword", "set-password"),
    ("create-user", "register"),
    ("createsuperuser", "register"),
    ("drf_create_token", "create-token"),
    ("dumpdata", "export"),
    ("loaddata", "import"),
    ("passwd", "set-password"),
    ("remove-user", "delete-user"),
    ("rename-user", "edit-user"),
    ("useradd", "register"),
];

/// What other programs call an option.
const OTHER_OPTIONS: [(&str, &str); 6] = [
    ("deactivate", "inactive"),
    ("disable", "inactive"),
    ("enable", "active"),
    ("full-name", "first-name"),
    ("name", "first-name"),
    ("username", "user"),
];

/// What stands for a hidden word.
const HIDDEN: &str = "hidden, since it may be a secret";

/// Prints help and version on standard output. Prints an error in clap's form, or as JSON if the command line asks
/// for JSON.
pub fn answer(mut error: clap::Error, arguments: &[OsString], program: fn() -> clap::Command) -> Exit {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match error.print().and_then(|()| io::stdout().flush()) {
            Err(failure) if failure.kind() != io::ErrorKind::BrokenPipe => {
                let failure = Error::from(failure).context("standard output cannot be written");
                Output::new(requested_format(arguments), false, ColorChoice::Auto)
                    .error(&wording::failure(&failure))
            }
            _ => Exit::Done,
        };
    }
    if let Some(message) = password_on_command_line(&error, arguments, program) {
        let output = Output::new(requested_format(arguments), false, ColorChoice::Auto);
        return output.error(&wording::failure(&Refusal::usage(message).into()));
    }
    let command = named_command(arguments, program);
    let tip = misplaced_length(&error, arguments)
        .or_else(|| misplaced_word(&error, arguments))
        .or_else(|| valueless(&error, arguments, command.as_ref()?));
    hide_words(&mut error, program);
    keep_best_suggestion(&mut error);
    let tip = tip.or_else(|| command.and_then(|command| suggest_option(&mut error, command)));
    // clap advises to pass an unknown option as a value, which no command expects.
    if error.kind() == ErrorKind::UnknownArgument {
        error.remove(ContextKind::Suggested);
    }
    if let Some(tip) = tip {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    let text = error.to_string().replace(&format!("'{HIDDEN}'"), &format!("({HIDDEN})"));
    let format = requested_format(arguments);
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && !format.is_json() {
        // On standard error. Nothing can be done if that fails.
        let _ = error.print();
        return Exit::Usage;
    }
    if format.is_json() {
        let message = text.split("\n\nUsage:").next().unwrap_or(&text).trim_start_matches("error: ");
        let (message, tip) = message.split_once("\n\n  tip: ").unwrap_or((message, ""));
        let mut failure = wording::failure(&Refusal::usage(message.trim_end()).into());
        if !tip.is_empty() {
            failure.object["hint"] = tip.trim_end().into();
        }
        return Output::new(format, false, ColorChoice::Never).error(&failure);
    }
    Output::new(format, false, ColorChoice::Auto).usage_error(&text);
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
            if let Some(meant) = command_meant(&word, &names) {
                error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![meant]));
                return;
            }
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

/// Returns the command that is known by this name elsewhere, or has this word as a part of its name.
fn command_meant(word: &str, names: &[String]) -> Option<String> {
    let elsewhere = OTHER_NAMES.iter().find(|(other, _)| *other == word).map(|(_, name)| (*name).to_owned());
    elsewhere.or_else(|| names.iter().find(|name| name.split('-').any(|part| part == word)).cloned())
}

/// Returns the command that the command line names.
fn named_command(arguments: &[OsString], program: fn() -> clap::Command) -> Option<clap::Command> {
    let mut program = program();
    program.build();
    let mut names = arguments.iter().skip(1).filter_map(|word| word.to_str());
    names.find_map(|name| program.find_subcommand(name)).cloned()
}

fn find_option<'a>(command: &'a clap::Command, name: &str) -> Option<&'a clap::Arg> {
    command.get_arguments().find(|argument| argument.get_long() == Some(name))
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
    is_length_option.then(|| format!("to set the length, use '{option}={unexpected}'"))
}

/// Suggests the option for a word that follows the name of a command without arguments.
fn misplaced_word(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(unexpected)) = error.get(ContextKind::InvalidArg) else { return None };
    if error.kind() != ErrorKind::UnknownArgument || unexpected.starts_with('-') {
        return None;
    }
    let tip = arguments.iter().find_map(|word| match word.to_str()? {
        "list-tokens" | "list-sessions" => Some("to choose what is listed, use '--user NAME'"),
        "list-users" => Some("to choose what is listed, use '--search TEXT'"),
        "whoami" => {
            Some("to check a token, use '--token-stdin'; to show a user, use 'authctl show-user USER'")
        }
        _ => None,
    })?;
    Some(tip.to_owned())
}

/// Says that an option takes no value, if one follows it.
fn valueless(error: &clap::Error, arguments: &[OsString], command: &clap::Command) -> Option<String> {
    let Some(ContextValue::String(unexpected)) = error.get(ContextKind::InvalidArg) else { return None };
    let option = match error.kind() {
        ErrorKind::TooManyValues => unexpected,
        ErrorKind::UnknownArgument if !unexpected.starts_with('-') => {
            arguments.windows(2).find(|pair| pair[1] == unexpected.as_str())?[0].to_str()?
        }
        _ => return None,
    };
    let name = option.strip_prefix("--")?;
    find_option(command, name).filter(|argument| !argument.get_action().takes_values())?;
    let opposite = format!("no-{name}");
    Some(match find_option(command, &opposite) {
        Some(_) => format!("'{option}' takes no value; its opposite is '--{opposite}'"),
        None => format!("'{option}' takes no value"),
    })
}

/// Replaces clap's suggestion for an unknown option if there is a better one, and drops it if it is not similar. Returns a
/// tip instead for a value that needs no option.
fn suggest_option(error: &mut clap::Error, mut command: clap::Command) -> Option<String> {
    let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidArg) else { return None };
    let name = unknown.strip_prefix("--").filter(|_| error.kind() == ErrorKind::UnknownArgument)?;
    let usage = command.render_usage();
    if ["user", "username"].contains(&name)
        && let Some(user) = command.get_positionals().find_map(|argument| argument.get_value_names()?.first())
        && user.starts_with("USER")
    {
        let rename = find_option(&command, "rename").map_or("", |_| "; '--rename' changes the username");
        let tip = format!("{user} is given without an option{rename}");
        replace_suggestion(error, None, usage);
        return Some(tip);
    }
    let elsewhere = OTHER_OPTIONS.iter().find(|(other, _)| *other == name).map(|(_, option)| *option);
    let bare = ["add-", "is-", "set-"].iter().find_map(|prefix| name.strip_prefix(prefix));
    let added = format!("add-{}", name.trim_end_matches('s'));
    let better = elsewhere.into_iter().chain(bare).chain([&*added]);
    let better = better.map(str::to_owned).find(|option| find_option(&command, option).is_some());
    let is_similar = match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(similar)) => nearest(unknown, [&**similar]).is_some(),
        _ => true,
    };
    if better.is_some() || !is_similar {
        replace_suggestion(error, better, usage);
    }
    None
}

/// Replaces the suggested option, and the usage line, which contains it.
fn replace_suggestion(error: &mut clap::Error, option: Option<String>, usage: StyledStr) {
    error.remove(ContextKind::SuggestedArg);
    if let Some(option) = option {
        error.insert(ContextKind::SuggestedArg, ContextValue::String(format!("--{option}")));
    }
    error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
}

/// Keeps only the most similar suggestion. clap lists all, the best last.
fn keep_best_suggestion(error: &mut clap::Error) {
    for (given, suggested) in [
        (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ] {
        if let Some(ContextValue::String(word)) = error.get(given)
            && let Some(ContextValue::Strings(words)) = error.get(suggested)
        {
            let mut words = words.clone();
            sort_by_similarity(&mut words, word);
            words.truncate(1);
            error.insert(suggested, ContextValue::Strings(words));
        }
    }
}

/// The hint for `--password` and `--token`, which would show a secret in the list of processes: it names the options that
/// the command has instead, where clap would suggest a similar one.
fn password_on_command_line(
    error: &clap::Error,
    arguments: &[OsString],
    program: fn() -> clap::Command,
) -> Option<String> {
    let Some(ContextValue::String(unexpected)) = error.get(ContextKind::InvalidArg) else { return None };
    let option = unexpected.split('=').next()?;
    if error.kind() != ErrorKind::UnknownArgument || !["--password", "--token"].contains(&option) {
        return None;
    }
    let command = named_command(arguments, program)?;
    let has = |name: &str| find_option(&command, name).is_some();
    if let Some(instead) = instead_of_password(command.get_name()).filter(|_| option == "--password") {
        return Some(format!(
            "Passwords are not accepted on the command line, where other users can see them. {instead}"
        ));
    }
    let sources = ["stdin", "file"].map(|source| format!("{}-{source}", &option[2..]));
    let sources: Vec<String> =
        sources.into_iter().filter(|name| has(name)).map(|name| format!("--{name}")).collect();
    if sources.is_empty() {
        return None;
    }
    let sources = sources.join(" or ");
    Some(match option {
        "--password" => format!(
            "Passwords are not accepted on the command line, where other users can see them. Use {sources}, or enter it \
             at the prompt."
        ),
        _ => format!(
            "Tokens are not accepted on the command line, where other users can see them. Use {sources}."
        ),
    })
}

/// How to give a password to a command that has no option for one.
fn instead_of_password(command: &str) -> Option<&'static str> {
    Some(match command {
        "edit-user" => "Use `authctl set-password` with --password-stdin or --password-file.",
        "import" => "Put passwords in a `password` column of the file, or use --random-passwords.",
        "apply" => "Use `password = { env = \"NAME\" }` or `password = { file = \"PATH\" }` in the file.",
        _ => return None,
    })
}

/// The format of the answer, judging by the words of a command line that does not parse.
fn requested_format(arguments: &[OsString]) -> Format {
    if is_json_requested(arguments) { Format::Json } else { Format::Table }
}

fn is_json_requested(arguments: &[OsString]) -> bool {
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let is_json = |word: &str| matches!(word, "json" | "jsonl");
    words.iter().any(|word| word.strip_prefix("--format=").is_some_and(is_json))
        || words.windows(2).any(|pair| pair[0] == "--format" && is_json(pair[1]))
}
