//! The options of every command.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use crate::cli::args::values::FormatArg;
use crate::config::settings::Overrides;
use crate::terminal::format::ColorChoice;

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
    pub format: FormatArg,

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
    #[arg(allow_negative_numbers = true)]
    pub busy_timeout: f64,

    /// Open the database although that could lock its owner's server out
    #[arg(long, global = true)]
    pub force: bool,
}

impl Options {
    /// The options that take precedence over the configuration.
    #[must_use]
    pub fn overrides(&self) -> Overrides {
        Overrides {
            db: self.db.clone(),
            config: self.config.clone(),
            busy_timeout: Duration::from_secs_f64(self.busy_timeout),
            force: self.force,
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let range = 0.0..=86_400.0;
    text.parse()
        .ok()
        .filter(|seconds| range.contains(seconds))
        .ok_or_else(|| "expected seconds from 0 to 86400".into())
}
