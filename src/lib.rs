//! Accounts and API tokens of a Django REST project, from a shell, on the project's own SQLite database.
//!
//! The way through the house, in which imports go one way:
//!
//! ```text
//! main → lib (parse → run → exit code) → commands → context → store, output, prompt, session, settings
//! ```
//!
//! - A command asks, computes, transacts and prints, in this order: it hashes before it locks, and one command is one
//!   transaction.
//! - `store` finds out what the database's tables mean and is the only place that knows SQL.
//! - `accounts` makes an account whole; `field`, `password` and `token` know Django's stored forms.
//! - `wanted` reads a file of accounts, and finds and makes the changes by which they become what it says.
//! - `export` writes accounts out whole, in forms that can be read back; `filters` choose among users.
//! - `authentication` tells whether a password is right; `state` keeps sessions and counted failures between runs.
//! - `files` holds what is written for somebody: new files, and the rules for existing ones.
//! - `output` is the only place that writes, `prompt` the only one that asks.
//! - Every expected "no" is a [`refusal::Refusal`], which knows its message and its exit code.

mod abridged;
mod accounts;
mod answer;
mod assignment;
mod audit;
mod authentication;
mod body;
mod changing;
mod cli;
mod commands;
mod context;
mod difference;
pub mod exit;
mod export;
mod faults;
mod field;
mod files;
mod filters;
mod import;
mod interrupt;
mod limits;
mod minting;
pub mod model;
mod new_password;
mod output;
pub mod password;
pub mod place;
mod presented;
mod prompt;
mod rate;
pub mod refusal;
mod registration;
mod results;
mod secret;
mod session;
mod settings;
mod similar;
mod state;
pub mod store;
mod throttle;
pub mod token;
mod token_file;
mod unanswered;
mod usage;
pub mod value;
mod wanted;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::cli::Cli;
use crate::commands::Command;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Format, Output};
use crate::prompt::Prompt;
use crate::refusal::Refusal;
use crate::settings::Settings;

/// Parses the command line, runs the command and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    for argument in &arguments {
        output::redaction::note(&argument.to_string_lossy());
    }
    match Cli::parse_quickly(&arguments) {
        Ok(cli) => run(&cli).into(),
        Err(error) => usage::answer(error, &arguments).into(),
    }
}

/// The command line as clap knows it, from which completions and man pages are made.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

fn run(cli: &Cli) -> Exit {
    let options = &cli.options;
    let output = Output::new(options.format, options.quiet, options.color);
    let at_the_end = Output::new(options.format, options.quiet, options.color);
    interrupt::tell_by(move |refusal| at_the_end.interrupted(refusal));
    if let Command::Completions(args) = &cli.command {
        return match args.print() {
            Ok(()) => Exit::Done,
            Err(error) => output.error(&error),
        };
    }
    if options.format == Format::Fixture && !matches!(cli.command, Command::Export(_)) {
        return output
            .error(&Refusal::usage("--format fixture: only `authctl export` writes fixtures.").into());
    }
    let settings = match Settings::load(options) {
        Ok(settings) => settings,
        Err(error) => return output.error(&error),
    };
    if let Some(file) = &settings.ignored_file {
        output.warning(format_args!(
            "{} was not read, since another user owns it; name it with --config to use it.",
            file.display()
        ));
    }
    if let Some(file) = settings.file.as_deref().filter(|_| settings.is_group_writable) {
        output
            .warning(format_args!("The group of {} can write to it; run `chmod g-w` on it.", file.display()));
    }
    let context = Context::new(settings, output, Prompt::new(options.no_input), options.yes);
    match cli.command.run(&context) {
        Ok(()) => {
            context.output.close();
            Exit::Done
        }
        Err(error) => context.output.error(&error),
    }
}
