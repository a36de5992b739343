//! The command line as a whole, and the options that every command has.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, FromArgMatches as _, Parser, ValueHint};

use crate::commands::Command;
use crate::exit;
use crate::output::{ColorChoice, Format};

const ENVIRONMENT: &str = "\
Environment:
  AUTHCTL_DB       the database file, unless --db names one
  AUTHCTL_CONFIG   the configuration file, unless --config names one
  AUTHCTL_TOKEN    the token for whoami and logout, instead of the saved session
  XDG_STATE_HOME   the folder of saved sessions and counted failures (~/.local/state)
  NO_COLOR         no colours, unless it is empty
  TZ               the time zone of times that are shown, and of filters without an offset";

const EXAMPLES: &str = "\
Examples:
  authctl register --init meg@ducharme.com --random-password
  TOKEN=$(authctl create-token meg@ducharme.com)
  authctl list-users --staff --format json";

/// Administer the accounts and API tokens of a Django REST project, on the project's own SQLite database
///
/// authctl reads and writes users, profiles and tokens as Django, Django REST framework and django-rest-knox store
/// them, without Python. It works on a project's db.sqlite3 as it is, and makes such a file itself where there is none.
#[derive(Debug, Parser)]
#[command(
    name = "authctl",
    // Else clap shows the name that the program was started by, whatever is in it.
    bin_name = "authctl",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = format!("{EXAMPLES}\n\n{}\n\n{ENVIRONMENT}", exit::HELP),
)]
pub struct Cli {
    /// The options of every command.
    #[command(flatten)]
    pub options: Options,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Parses the command line, the program's name included.
    ///
    /// To build all subcommands takes longer than most of them run, so first the named one is built alone. Only help and
    /// errors, which tell of the others too, need all of them and a second look.
    ///
    /// # Errors
    /// Help, the version, or what is wrong with the command line.
    pub fn parse_quickly(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let named = arguments.iter().skip(1).find_map(|word| Command::alone(word.to_str()?));
        if let Some(command) = named {
            let program = Options::augment_args(clap::Command::new("authctl")).subcommand(command);
            let matches = program.try_get_matches_from(arguments);
            if let Ok(cli) = matches.and_then(|matches| Self::from_arg_matches(&matches)) {
                return Ok(cli);
            }
        }
        Self::try_parse_from(arguments)
    }
}

/// The options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every command")]
pub struct Options {
    /// The database file [else AUTHCTL_DB, `db` in authctl.toml, db.sqlite3 here]
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub db: Option<PathBuf>,

    /// The configuration file [else AUTHCTL_CONFIG, authctl.toml here or in the nearest folder above]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// The form of what is written to standard output
    #[arg(long, global = true, value_name = "FORMAT", default_value = "table", hide_possible_values = true)]
    #[arg(help = "The form of the output: table, plain, json, jsonl or csv")]
    pub format: Format,

    /// Say nothing but results, warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Ask nothing, even at a terminal
    #[arg(long, global = true)]
    pub no_input: bool,

    /// Agree beforehand to what would be asked
    #[arg(long, short, global = true)]
    pub yes: bool,

    /// Colours: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub color: ColorChoice,

    /// How many seconds to wait while another program holds the database
    #[arg(long, global = true, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub busy_timeout: f64,

    /// Open the database although that could lock its owner's server out
    #[arg(long, global = true)]
    pub force: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    let range = 0.0..=86_400.0;
    text.parse()
        .ok()
        .filter(|seconds| range.contains(seconds))
        .ok_or_else(|| "give seconds, from 0 to 86400".into())
}
