use std::path::{Path, PathBuf, absolute};

use clap::ValueHint;
use serde_json::json;

use crate::cli::context::Context;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::error::wording::shell_word;
use crate::signals;
use crate::store::Copying;
use crate::store::target::{Server, quoted_name};
use crate::terminal::redaction;

const EXAMPLES: &str = "\
Examples:
  authctl backup before-migrate.sqlite3
  authctl backup \"backups/$(date +%F).sqlite3\"
  authctl backup /var/backups/accounts.sqlite3 --overwrite
  authctl backup large.sqlite3 --skip-check

Effect on Django: none, except that a write may wait while the database is copied.

PostgreSQL: a database on a server is refused. The error contains the complete pg_dump command for it.";

/// Copy an SQLite database to a file while its server keeps running
///
/// The copy contains the whole database at one moment, including password hashes and drf keys. Only its owner can read
/// it. The file appears once it is complete and has passed SQLite's integrity check, which covers indexes too. The
/// check takes longer than the copy. An existing file is never touched without --overwrite.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// File to write
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// Replace an existing file
    #[arg(long)]
    overwrite: bool,

    /// Skip the integrity check of the copy
    ///
    /// Damage in the database is then copied without a warning.
    #[arg(long)]
    skip_check: bool,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    if args.file == Path::new("-") {
        return Err(Refusal::usage("A backup cannot be written to standard output. Pass a FILE.").into());
    }
    if let Some(server) = context.settings.database.server() {
        return Err(Refusal::usage(format!(
            "{server} is on a PostgreSQL server, which has its own program for backups. Run `{}`. It reads the password \
             from PGPASSWORD or ~/.pgpass, or asks for it.",
            dump_command(server, &args.file)
        ))
        .into());
    }
    let path = absolute(&args.file).context("the path of the file cannot be resolved")?;
    let store = context.store()?;
    let how = Copying { replaces: args.overwrite, checks: !args.skip_check };
    let bytes = store.back_up(&path, how)?;
    context.answer(&Effect::file(&path), |output| {
        output.status(format_args!("Copied {} ({bytes} bytes).", context.settings.database));
        output
            .answer(Some(&redaction::path(&path)), &json!({ "file": redaction::path(&path), "bytes": bytes }))
    })
}

/// Returns the command that copies the database to the file.
fn dump_command(server: &Server, file: &Path) -> String {
    let mut words = vec![format!("--file={}", shell_word(&file.to_string_lossy()))];
    let schemas = server.schemas.iter();
    words.extend(schemas.map(|schema| format!("--schema={}", shell_word(&quoted_name(schema)))));
    words.push(format!("--dbname={}", shell_word(&server.url())));
    format!("pg_dump --format=custom {}", words.join(" "))
}
