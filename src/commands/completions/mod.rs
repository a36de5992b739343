//! `completions`: the scripts for shells, and the values that a shell asks for while it completes a command line.

mod shells;
mod values;

use clap::{CommandFactory as _, ValueHint};
use clap_complete::Shell;

pub use self::shells::answer_shell;
use crate::cli::context::Context;
use crate::commands::Cli;
use crate::error::failure::Result;
use crate::terminal::{is_broken_pipe, output};

const EXAMPLES: &str = "\
Examples:
  authctl completions bash > ~/.local/share/bash-completion/completions/authctl
  authctl completions zsh > ~/.zfunc/_authctl
  authctl completions fish > ~/.config/fish/completions/authctl.fish";

/// Print a shell completion script
///
/// The script completes commands and options. To complete usernames, groups, permissions, token prefixes, columns and
/// fields of an SQLite database too, add `source <(COMPLETE=bash authctl)` to ~/.bashrc instead, the same with zsh to
/// ~/.zshrc, or `COMPLETE=fish authctl | source` to ~/.config/fish/config.fish.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Shell to print the script for
    shell: Shell,
}

pub fn run(args: &Args, _context: &Context) -> Result<()> {
    args.print()
}

impl Args {
    /// Prints the script. Needs no context, so that it works in any folder in which a shell starts.
    pub fn print(&self) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(
            self.shell,
            &mut without_other_file_names(Cli::command()),
            "authctl",
            &mut script,
        );
        match output::verbatim(&script) {
            Err(error) if is_broken_pipe(&error) => Ok(()),
            outcome => outcome,
        }
    }
}

/// Says of each option whose value is not a file that it is not one. Shells would otherwise offer file names for it. Of
/// an argument without an option, zsh would then not complete the options beside it.
fn without_other_file_names(command: clap::Command) -> clap::Command {
    let hinted = command.mut_args(|arg| {
        let is_option = !arg.is_positional() && arg.get_action().takes_values();
        if is_option && arg.get_value_hint() == ValueHint::Unknown {
            arg.value_hint(ValueHint::Other)
        } else {
            arg
        }
    });
    hinted.mut_subcommands(without_other_file_names)
}
