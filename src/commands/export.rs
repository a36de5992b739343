use std::ffi::OsStr;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ValueEnum as _, ValueHint};
use serde_json::json;

use crate::accounts::export::{Export, ExportFormat, IncludedSecrets, ModelNames};
use crate::cli::args::filters::Filters;
use crate::cli::args::values::FormatArg;
use crate::cli::context::Context;
use crate::cli::wording;
use crate::django::models::UserFilter;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::error::wording::counted;
use crate::files::existing;
use crate::files::new_file::NewFile;
use crate::signals;
use crate::store::Store;
use crate::terminal::format::Format;
use crate::terminal::output;
use crate::terminal::redaction;
use crate::terminal::spool::Sink;

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
    #[arg(hide_short_help = true)]
    with_secrets: bool,

    /// Set Django's name of a table or a column (repeatable)
    ///
    /// TABLE=APP.MODEL or TABLE.COLUMN=FIELD, for names that cannot be derived from the database.
    #[arg(long = "name", value_name = "TABLE[.COLUMN]=NAME", value_parser = name, help_heading = "Fixture")]
    #[arg(hide_short_help = true)]
    names: Vec<(String, String)>,

    /// Export this column as a DurationField (repeatable)
    ///
    /// The database does not distinguish a DurationField from a big integer.
    #[arg(long = "duration", value_name = "[TABLE.]COLUMN", help_heading = "Fixture")]
    #[arg(hide_short_help = true)]
    durations: Vec<String>,

    /// Include all groups, with their permissions
    #[arg(long, help_heading = "Fixture")]
    #[arg(hide_short_help = true)]
    with_groups: bool,

    #[command(flatten)]
    filters: Filters,
}

/// The formats of exported users, which differ from those of answers.
fn formats() -> impl TypedValueParser<Value = FormatArg> {
    let words = ["csv", "json", "jsonl", "fixture"];
    PossibleValuesParser::new(words).try_map(|word| FormatArg::from_str(&word, false))
}

fn name(text: &str) -> Result<(String, String), String> {
    let is_pair = |text: &str| {
        text.split_once('.').is_none_or(|(first, second)| !first.is_empty() && !second.is_empty())
    };
    let parts = text.split_once('=').filter(|(table, name)| {
        // Exactly one side has two parts: `TABLE.COLUMN` on the left or `APP.MODEL` on the right.
        !table.is_empty()
            && !name.is_empty()
            && is_pair(table)
            && is_pair(name)
            && table.contains('.') != name.contains('.')
    });
    let (table, name) = parts.ok_or("expected TABLE=APP.MODEL or TABLE.COLUMN=FIELD")?;
    Ok((table.to_owned(), name.to_owned()))
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let file = args.file.as_deref().filter(|file| !existing::is_standard_output(file));
    let form = form(file, args.format.unwrap_or(FormatArg::Answer(context.output.format())))?;
    let store = context.store()?;
    let secrets = IncludedSecrets {
        password_hashes: args.with_password_hashes,
        token_keys: args.with_token_keys,
        columns: args.with_secrets,
    };
    let has_fixture_options = !args.names.is_empty() || !args.durations.is_empty() || args.with_groups;
    if form != ExportFormat::Fixture && has_fixture_options {
        let message = "--name, --duration and --with-groups are only valid with --format fixture.";
        return Err(Refusal::usage(message).into());
    }
    let names = ModelNames {
        given: args.names.clone(),
        durations: args.durations.clone(),
        local_times: context.settings.local_times(),
        all_groups: args.with_groups,
    };
    let export = Export::plan(store, form, secrets, names)?;
    let filter = args.filters.filter();
    let has_secrets = args.with_password_hashes || args.with_token_keys || args.with_secrets;
    let path = file.map(absolute).transpose().context("the path of the file cannot be resolved")?;
    let stream = path.as_deref().map(existing::open_stream).transpose()?.flatten();
    let Some(path) = path.filter(|_| stream.is_none()) else {
        let sink = stream.map_or(Sink::Standard, |file| Sink::Stream(Arc::new(file)));
        if has_secrets && sink.is_terminal() {
            let message = "Secrets are not printed to a terminal. Pass a FILE, or pipe the output.";
            return Err(Refusal::usage(message).into());
        }
        remark(&export, context);
        let (count, pending) = store.snapshot(|store| {
            output::stream(&sink, escaped_as(form), |out| export.write(store, &filter, out))
        })?;
        pending.finish()?;
        if let Some(count) = count {
            context.output.status(format_args!("Exported {} as {}.", counted(count, "user"), form.label()));
        }
        return Ok(());
    };
    remark(&export, context);
    let count = to_file(store, &export, &filter, &path, args.overwrite)?;
    let users = counted(count, "user");
    context.answer(&Effect::file(&path), |output| {
        output.status(format_args!("Exported {users} as {}.", form.label()));
        output.answer(
            Some(&redaction::path(&path)),
            &json!({ "file": redaction::path(&path), "format": form.name(), "counts": { "users": count } }),
        )
    })
}

/// Returns the output format with the same escaping.
fn escaped_as(form: ExportFormat) -> Format {
    match form {
        ExportFormat::Csv => Format::Csv,
        ExportFormat::Json | ExportFormat::Fixture => Format::Json,
        ExportFormat::Jsonl => Format::Jsonl,
    }
}

fn remark(export: &Export<'_>, context: &Context) {
    for remark in export.remarks() {
        context.output.warning(wording::notice(remark));
    }
}

/// Returns the requested format, or else that of the file extension, or else CSV.
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
                    "Unknown file extension .{}. Known extensions: .csv, .json, .jsonl. Pass --format to \
                     choose a format.",
                    ending.to_string_lossy()
                );
                return Err(Refusal::Usage(message).into());
            }
        },
        (Format::Plain, _) => {
            return Err(Refusal::usage(
                "--format plain is not valid here. Valid formats: csv, json, jsonl, fixture.",
            )
            .into());
        }
    })
}

/// Writes a temporary file beside the target, and moves it into place once it is complete.
fn to_file(
    store: &Store,
    export: &Export<'_>,
    filter: &UserFilter,
    path: &Path,
    replaces: bool,
) -> Result<u64> {
    store.refuse_own(path)?;
    existing::check_target(path, replaces)?;
    let file = NewFile::at(path)?;
    let mut out = BufWriter::with_capacity(64 * 1024, &file);
    let count = store.snapshot(|store| export.write(store, filter, &mut out))?;
    out.flush().with_context(|| format!("{} cannot be written", path.display()))?;
    drop(out);
    file.publish(replaces)?;
    Ok(count)
}
