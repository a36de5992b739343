use std::ffi::OsStr;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;

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
use crate::terminal::redaction;
use crate::terminal::spool::Sink;

const EXAMPLES: &str = "\
Forms:
  csv      one line a user; an empty cell is NULL or an empty text, which only JSON tells apart
  json     one list of objects, one a user
  jsonl    one object a line
  fixture  every row as an object, for `manage.py loaddata`; needs --with-password-hashes. The groups, permissions and
           other rows that these refer to have to be there already
Without --format, the FILE's ending decides between csv, json and jsonl; without an ending, it is csv.

Examples:
  authctl export users.csv
  authctl export --staff --format jsonl | jq -r .email
  authctl export accounts.json --with-password-hashes --with-token-keys
  authctl export users.json --format fixture --with-password-hashes && manage.py loaddata users.json

What Django notices: nothing.";

/// Export users with their groups and profiles
///
/// What is written is of one moment, in a form that `import` and Django's loaddata take back. Passwords and tokens are
/// left out unless they are asked for. A FILE is readable by its owner alone, appears once it is whole, and is not touched
/// if it is there already.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The file to make [else standard output]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,

    /// The form of what is written [else what the FILE's ending says, csv]
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<FormatArg>,

    /// Replace the file if it is there already
    #[arg(long, requires = "file")]
    overwrite: bool,

    /// Write the encoded passwords too
    #[arg(long, help_heading = "Secrets")]
    with_password_hashes: bool,

    /// Write the keys of drf tokens too; in a fixture, the tokens of both schemes as they are stored
    #[arg(long, help_heading = "Secrets")]
    with_token_keys: bool,

    /// Write the columns too whose names say that they may be secrets, such as api_key
    #[arg(long, help_heading = "Secrets")]
    with_secrets: bool,

    /// What Django calls a table or a column, where its name does not tell: TABLE=APP.MODEL or TABLE.COLUMN=FIELD
    #[arg(long = "name", value_name = "NAME=NAME", value_parser = name, help_heading = "Fixture")]
    names: Vec<(String, String)>,

    /// A column that is a DurationField, which the database does not tell from a big number: [TABLE.]COLUMN
    #[arg(long = "duration", value_name = "COLUMN", help_heading = "Fixture")]
    durations: Vec<String>,

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
    if form != ExportFormat::Fixture && !(args.names.is_empty() && args.durations.is_empty()) {
        return Err(Refusal::usage("--name and --duration are only valid with --format fixture.").into());
    }
    let names = ModelNames {
        given: args.names.clone(),
        durations: args.durations.clone(),
        local_times: context.settings.local_times(),
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
            context.output.status(format_args!("Exported {} as {}.", counted(count, "user"), form.name()));
        }
        return Ok(());
    };
    remark(&export, context);
    let count = to_file(store, &export, &filter, &path, args.overwrite)?;
    let users = counted(count, "user");
    context.answer(&Aftermath::new(format!("{} was written", path.display())), |output| {
        output.status(format_args!("Exported {users} as {}.", form.name()));
        output.answer(
            Some(&redaction::path(&path)),
            &json!({ "export": redaction::path(&path), "format": form.name(), "users": count }),
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
        context.output.warning(remark);
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
