//! The options of every command.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use crate::cli::args::values::FormatArg;
use crate::config::settings::Overrides;
use crate::terminal::format::ColorChoice;

/// The options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub struct Options {
    /// Use this database [default: AUTHCTL_DB, `db` in authctl.toml, or db.sqlite3 beside it or here]
    ///
    /// The path of an SQLite file, a URL such as postgres://ann@db.example.com/shop, or env:NAME for a variable that
    /// contains either, such as env:DATABASE_URL. A URL with a password is refused here, because other users can see
    /// the command line.
    #[arg(long, global = true, value_name = "PATH|URL", value_hint = ValueHint::FilePath)]
    pub db: Option<PathBuf>,

    /// Read this configuration file [default: AUTHCTL_CONFIG, or the nearest authctl.toml here or above]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(hide_short_help = true)]
    pub config: Option<PathBuf>,

    /// Print results as table, plain, json, jsonl or csv
    #[arg(long, global = true, value_name = "FORMAT", default_value = "table", hide_possible_values = true)]
    pub format: FormatArg,

    /// Print only results, warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Never prompt, even at a terminal
    #[arg(long, global = true)]
    #[arg(hide_short_help = true)]
    pub no_input: bool,

    /// Answer yes to every confirmation
    #[arg(long, short, global = true)]
    pub yes: bool,

    /// Use colors: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(hide_possible_values = true, hide_short_help = true)]
    pub color: ColorChoice,

    /// Wait up to this many seconds while another program locks the database
    #[arg(long, global = true, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    #[arg(allow_negative_numbers = true, hide_short_help = true)]
    pub busy_timeout: f64,

    /// Open the database even if this could lock its owner's server out
    ///
    /// Files created beside the database (WAL) would belong to another user than the server's. Applies to SQLite files
    /// only.
    #[arg(long, global = true, hide_short_help = true)]
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
