use std::ffi::OsStr;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context as _, Result};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ValueEnum as _, ValueHint};
use serde_json::json;

use crate::cli::args::filters::Filters;
use crate::cli::args::values::FormatArg;
use crate::cli::context::Context;
use crate::django::models::UserFilter;
use crate::error::lost_answer::Aftermath;
use crate::error::refusal::Refusal;
use crate::error::wording::counted;
use crate::files::existing;
use crate::files::new_file::NewFile;
use crate::formats::export::{Export, ExportFormat, IncludedSecrets, ModelNames};
use crate::signals;
use crate::store::Store;
use crate::terminal::format::Format;
use crate::terminal::output;

const EXAMPLES: &str = "\
Formats:
  csv      one line per user; an empty cell is NULL or empty text
  json     one list of objects, one per user; tells NULL from empty text
  jsonl    one object per line, one per user; tells NULL from empty text
  fixture  every row as an object, for `manage.py loaddata`;
           requires --with-password-hashes, and groups, permissions and
           other rows that these refer to must already exist
Without --format, the extension of FILE selects csv, json or jsonl; no extension, \
csv.

Examples:
  authctl export users.csv
  authctl export --staff --format jsonl | jq -r .email
  authctl export accounts.json --with-password-hashes --with-token-keys
  authctl export users.json --format fixture --with-password-hashes

Effect on Django: none.";

/// Export users with their groups and profiles
///
/// Writes the users as of one moment, in a format that `import` or Django's loaddata reads. Passwords and tokens are
/// omitted unless requested. Only its owner can read FILE, which appears once it is complete. An existing file is never
/// touched without --overwrite.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// File to write [default: standard output]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,

    /// Write this format [default: by the extension of FILE, or csv]
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<FormatArg>,

    /// Replace an existing file
    #[arg(long, requires = "file")]
    overwrite: bool,

    /// Include the encoded passwords
    #[arg(long, help_heading = "Secrets")]
    with_password_hashes: bool,

    /// Include the keys of drf tokens
    ///
    /// A fixture includes the tokens of both schemes as they are stored.
    #[arg(long, help_heading = "Secrets")]
    with_token_keys: bool,

    /// Include columns whose names suggest secrets, such as api_key
    #[arg(long, help_heading = "Secrets")]
    with_secrets: bool,

    /// Set Django's name of a table or a column (repeatable)
    ///
    /// TABLE=APP.MODEL or TABLE.COLUMN=FIELD, for names that cannot be derived from the database.
    #[arg(long = "name", value_name = "TABLE[.COLUMN]=NAME", value_parser = name, help_heading = "Fixture")]
    names: Vec<(String, String)>,

    /// Export this column as a DurationField (repeatable)
    ///
    /// The database does not distinguish a DurationField from a big integer.
    #[arg(long = "duration", value_name = "[TABLE.]COLUMN", help_heading = "Fixture")]
    durations: Vec<String>,

    #[command(flatten)]
    filters: Filters,
}

/// The forms of users, which are others than those of every command's answer.
fn formats() -> impl TypedValueParser<Value = FormatArg> {
    let words = ["csv", "json", "jsonl", "fixture"];
    PossibleValuesParser::new(words).try_map(|word| FormatArg::from_str(&word, false))
}

fn name(text: &str) -> Result<(String, String), String> {
    let is_pair = |text: &str| {
        text.split_once('.').is_none_or(|(first, second)| !first.is_empty() && !second.is_empty())
    };
    let parts = text.split_once('=').filter(|(table, name)| {
        // Either the table or the name has two parts: a table's column, or an app's model.
        !table.is_empty()
            && !name.is_empty()
            && is_pair(table)
            && is_pair(name)
            && table.contains('.') != name.contains('.')
    });
    let (table, name) = parts.ok_or("give TABLE=APP.MODEL or TABLE.COLUMN=FIELD")?;
    Ok((table.to_owned(), name.to_owned()))
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let file = args.file.as_deref().filter(|file| *file != Path::new("-"));
    let form = form(file, args.format.unwrap_or(FormatArg::Answer(context.output.format())))?;
    let store = context.store()?;
    let secrets = IncludedSecrets {
        password_hashes: args.with_password_hashes,
        token_keys: args.with_token_keys,
        columns: args.with_secrets,
    };
    if form != ExportFormat::Fixture && !(args.names.is_empty() && args.durations.is_empty()) {
        return Err(Refusal::usage("--name and --duration are for --format fixture.").into());
    }
    let names = ModelNames {
        given: args.names.clone(),
        durations: args.durations.clone(),
        local_times: context.settings.local_times(),
    };
    let export = Export::plan(store, form, secrets, names)?;
    let filter = args.filters.filter();
    let has_secrets = args.with_password_hashes || args.with_token_keys || args.with_secrets;
    match file {
        Some(file) => {
            let path = absolute(file).context("the file's path cannot be found out")?;
            remark(&export, context);
            let count = to_file(store, &export, &filter, &path, args.overwrite)?;
            let users = counted(count, "user");
            context.answer(&Aftermath::new(format!("{} was written", path.display())), |output| {
                output.status(format_args!("Exported {users} as {}.", form.name()));
                output.answer(
                    Some(&path.display().to_string()),
                    &json!({ "export": path.to_string_lossy(), "format": form.name(), "users": count }),
                )
            })
        }
        None if has_secrets && io::stdout().is_terminal() => Err(Refusal::usage(
            "Secrets are not written to a terminal: name a FILE, or a reader behind a pipe.",
        )
        .into()),
        None => {
            remark(&export, context);
            let (count, pending) = store.snapshot(|store| {
                output::stream(escaped_as(form), |out| export.write(store, &filter, out))
            })?;
            pending.finish()?;
            if let Some(count) = count {
                context.output.status(format_args!(
                    "Exported {} as {}.",
                    counted(count, "user"),
                    form.name()
                ));
            }
            Ok(())
        }
    }
}

/// The format whose rules of escaping hold for this one.
fn escaped_as(form: ExportFormat) -> Format {
    match form {
        ExportFormat::Csv => Format::Csv,
        ExportFormat::Json | ExportFormat::Fixture => Format::Json,
        ExportFormat::Jsonl => Format::Jsonl,
    }
}

fn remark(export: &Export<'_>, context: &Context) {
    for remark in export.remarks() {
        context.output.warning(remark);
    }
}

/// The form that was asked for; else what the file's ending says; else CSV.
fn form(file: Option<&Path>, format: FormatArg) -> Result<ExportFormat> {
    let FormatArg::Answer(format) = format else { return Ok(ExportFormat::Fixture) };
    let ending = file.and_then(Path::extension).map(OsStr::to_ascii_lowercase);
    Ok(match (format, ending.as_ref().and_then(|ending| ending.to_str())) {
        (Format::Json, _) | (Format::Table, Some("json")) => ExportFormat::Json,
        (Format::Jsonl, _) | (Format::Table, Some("jsonl")) => ExportFormat::Jsonl,
        (Format::Csv, _) | (Format::Table, Some("csv")) => ExportFormat::Csv,
        (Format::Table, _) => match ending {
            None => ExportFormat::Csv,
            Some(ending) => {
                let message = format!(
                    "No format is known by the ending .{}: the known ones are .csv, .json and .jsonl. Choose with --format.",
                    ending.to_string_lossy()
                );
                return Err(Refusal::Usage(message).into());
            }
        },
        (Format::Plain, _) => {
            return Err(Refusal::usage("--format plain: choose from csv, json, jsonl and fixture.").into());
        }
    })
}

/// Writes the file beside its place, and puts it there once it is whole.
fn to_file(
    store: &Store,
    export: &Export<'_>,
    filter: &UserFilter,
    path: &Path,
    replaces: bool,
) -> Result<u64> {
    store.refuse_own(path)?;
    // A device or a link is not what anybody wants to have replaced.
    if path.symlink_metadata().is_ok_and(|there| !(replaces && there.is_file())) {
        return Err(Refusal::FileExists(path.to_owned()).into());
    }
    existing::look(path)?;
    let file = NewFile::at(path)?;
    let mut out = BufWriter::with_capacity(64 * 1024, &file);
    let count = store.snapshot(|store| export.write(store, filter, &mut out))?;
    out.flush().with_context(|| format!("{} cannot be written", path.display()))?;
    drop(out);
    file.publish(replaces)?;
    Ok(count)
}
