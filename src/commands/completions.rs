use anyhow::Result;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  authctl completions bash > ~/.local/share/bash-completion/completions/authctl
  authctl completions zsh > ~/.zfunc/_authctl
  authctl completions fish > ~/.config/fish/completions/authctl.fish";

/// Print the completion script of a shell
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The shell
    shell: Shell,
}

pub fn run(args: &Args) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "authctl", &mut script);
    output::verbatim(&script)
}
