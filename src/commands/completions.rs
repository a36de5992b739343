use clap::CommandFactory as _;
use clap_complete::Shell;

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
        clap_complete::generate(self.shell, &mut Cli::command(), "authctl", &mut script);
        match output::verbatim(&script) {
            Err(error) if is_broken_pipe(&error) => Ok(()),
            outcome => outcome,
        }
    }
}
