//! Administers accounts and API tokens of a Django REST project from a shell, on the project's own SQLite or
//! PostgreSQL database.
//!
//! The rooms of the crate. A room imports only from rooms below it, which `tests/architecture/` checks:
//!
//! ```text
//! commands   one subcommand per file: its arguments, which are its help, and its run
//! cli        shared by all commands: options, groups of arguments, the context, every change, and the words of faults
//! accounts   the domain: planning and executing changes of accounts; authentication, tokens, import, export, apply
//! formats    reading files of accounts: CSV, JSON, JSON lines
//! config     settings from authctl.toml, the environment and the options
//! terminal   the only place that prints messages and prompts
//! store      everything that knows SQL; one folder per engine below it
//! files      atomic, owner-only files: state, sessions, audit log, results, tokens
//! signals    Ctrl-C and other signals
//! syntax     parsing TOML and JSON into one tree with the position of each key and value
//! django     what Django stores, independent of any database: passwords, tokens, values, rules for names
//! error      typed errors, exit codes, positions in files, suggestions, limits
//! ```
//!
//! A command asks, computes, transacts and prints, in this order. It hashes before it locks, and one command is one
//! transaction.

mod accounts;
mod cli;
mod commands;
mod config;
pub mod django;
pub mod error;
mod files;
mod formats;
#[cfg(fuzzing)]
#[path = "../fuzz/entry_points.rs"]
pub mod fuzzing;
mod signals;
pub mod store;
mod syntax;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::cli::args::values::FormatArg;
use crate::cli::context::Context;
use crate::cli::{usage, wording};
use crate::commands::{Cli, Command};
use crate::config::settings::Settings;
use crate::error::exit::Exit;
use crate::error::refusal::Refusal;
use crate::terminal::format::Format;
use crate::terminal::output::Output;
use crate::terminal::prompt::{self, Prompt};

/// Parses the command line, runs the command and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if commands::answer_shell(&arguments) {
        return Exit::Done.into();
    }
    for argument in &arguments {
        terminal::redaction::note(&argument.to_string_lossy());
    }
    match Cli::parse_quickly(&arguments) {
        Ok(cli) => run(&cli).into(),
        Err(error) => usage::answer(error, &arguments, command).into(),
    }
}

/// Returns the clap command, for generating completions and man pages.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

fn run(cli: &Cli) -> Exit {
    let options = &cli.options;
    let format = match options.format {
        FormatArg::Answer(format) => format,
        FormatArg::Fixture => Format::Table,
    };
    let output = Output::new(format, options.quiet, options.color);
    let at_the_end = Output::new(format, options.quiet, options.color);
    prompt::choose_colors(options.color);
    signals::restore_by(prompt::show_cursor);
    signals::report_with(move |refusal| at_the_end.interrupted(&wording::failure(&refusal.into())));
    if let Command::Completions(args) = &cli.command {
        return match args.print() {
            Ok(()) => Exit::Done,
            Err(error) => output.error(&wording::failure(&error)),
        };
    }
    if options.format == FormatArg::Fixture && !matches!(cli.command, Command::Export(_)) {
        let refusal = Refusal::usage("--format fixture is only valid with `authctl export`.");
        return output.error(&wording::failure(&refusal.into()));
    }
    let settings = match Settings::load(&options.overrides()) {
        Ok(settings) => settings,
        Err(error) => return output.error(&wording::failure(&error)),
    };
    for warning in &settings.warnings {
        output.warning(warning);
    }
    let context = Context::new(settings, output, Prompt::new(options.no_input), options.yes);
    match cli.command.run(&context).map_err(|error| context.with_config_file(error)) {
        Ok(()) => {
            signals::settle();
            context.output.close();
            Exit::Done
        }
        Err(error) => {
            match error.refusal() {
                // A signal in the meantime reports the same.
                Some(Refusal::LostAnswer(lost)) => {
                    signals::owe(Refusal::LostAnswer(lost.clone()));
                }
                _ => signals::settle(),
            }
            context.output.error(&wording::failure(&error))
        }
    }
}
