use std::path::{PathBuf, absolute};

use anyhow::{Context as _, Result};
use clap::ValueHint;
use serde_json::json;

use crate::cli::context::Context;
use crate::error::lost_answer::Aftermath;
use crate::signals;
use crate::store::Copying;
use crate::terminal::redaction;

const EXAMPLES: &str = "\
Examples:
  authctl backup before-migrate.sqlite3
  authctl backup \"backups/$(date +%F).sqlite3\"
  authctl backup /var/backups/accounts.sqlite3 --overwrite
  authctl backup large.sqlite3 --skip-check

What Django notices: nothing, but that a write in between may wait for the time of the copy.";

/// Copy the database to a file, while its server goes on
///
/// The copy is the whole database at one moment, with everything in it, password hashes and drf keys included. Its owner
/// alone can read it. The file appears once it is whole and SQLite's integrity check has found no damage in it, indexes
/// included; one that is there already is not touched. The check takes longer than the copy.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The file to make
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// Replace the file if it is there already
    #[arg(long)]
    overwrite: bool,

    /// Do not check the copy: a damaged database is then copied with its damage, and nothing says so
    #[arg(long)]
    skip_check: bool,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let path = absolute(&args.file).context("the path of the file cannot be resolved")?;
    let store = context.store()?;
    let how = Copying { replaces: args.overwrite, checks: !args.skip_check };
    let bytes = store.back_up(&path, how)?;
    context.answer(&Aftermath::new(format!("{} was written", path.display())), |output| {
        output.status(format_args!("Copied {} ({bytes} bytes).", context.settings.database.display()));
        output.answer(
            Some(&redaction::path(&path)),
            &json!({ "backup": redaction::path(&path), "bytes": bytes }),
        )
    })
}
