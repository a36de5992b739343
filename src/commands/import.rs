use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use clap::ValueHint;
use serde_json::json;

use crate::accounts::import::{self, ImportCounts, ImportOptions, Imported};
use crate::accounts::new_password::UpdatePassword;
use crate::accounts::registration::OnExisting;
use crate::cli::args::new_password;
use crate::cli::args::values::check_update;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::models::Scheme;
use crate::django::passwords::RANDOM_LENGTH;
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::error::wording::counted;
use crate::formats::encoding::Encoding;
use crate::formats::format::InputFormat;
use crate::signals;
use crate::terminal::output;

const EXAMPLES: &str = "\
Examples:
  authctl import pupils.csv --dry-run
  authctl import pupils.csv --map 'E-Mail=email' --map 'Class=groups'
  authctl import pupils.csv --random-passwords --results passwords.csv
  authctl import users.jsonl --tokens --on-existing skip --batch 500
  authctl import fixtures/accounts.json
  authctl import load-test.csv --tokens --insecure-fast-hash

Columns: username, email, first_name, last_name, is_active, is_staff, is_superuser, date_joined, last_login, id, the \
project's own user columns, groups (separated by ;), profile (its kind), profile.FIELD or profile.KIND.FIELD, \
password, password_hash and token. JSON has the same names as keys, and profiles as an object by kind. An empty cell \
is ignored. A user without a password gets an unusable one: logins fail, but the token works.

Effect on Django: the accounts exist from the next query on. Signals do not run. Django's writers wait while the \
transaction writes, about one second for 100,000 users. Beyond about 64 MB of changes its readers wait too. --batch \
keeps transactions short.";

/// Import accounts from CSV, JSON or a Django fixture
///
/// Checks all rows before it writes anything, and reports every error with its line. Writes all rows in one transaction
/// or none of them, unless --batch is given. Passwords are hashed beforehand, on all cores.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// File to read, or `-` for standard input
    #[arg(value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// Read csv, json, jsonl or fixture [default: detected from the content]
    #[arg(long, value_name = "FORMAT", hide_possible_values = true, help_heading = "Input")]
    #[arg(hide_short_help = true)]
    input_format: Option<InputFormat>,

    /// Read the file as utf-8, or as windows-1252 from old Windows programs
    ///
    /// UTF-16 is detected by its byte order mark.
    #[arg(long, value_name = "ENCODING", default_value = "utf-8", hide_possible_values = true)]
    #[arg(help_heading = "Input")]
    #[arg(hide_short_help = true)]
    encoding: Encoding,

    /// Separate CSV values at this character, \t for a tab [default: detected from the headings]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, help_heading = "Input")]
    #[arg(hide_short_help = true)]
    delimiter: Option<u8>,

    /// Read the column HEADING as FIELD, or skip it if FIELD is empty (repeatable)
    #[arg(long, value_name = "HEADING=FIELD", value_parser = mapping, help_heading = "Input")]
    map: Vec<(String, String)>,

    /// Skip an app or a model of a fixture (repeatable)
    #[arg(long, value_name = "APP[.MODEL]", help_heading = "Input")]
    #[arg(hide_short_help = true)]
    exclude: Vec<String>,

    /// Generate missing passwords of new users, LENGTH characters [default: 22]
    ///
    /// The passwords are written to the results. An existing user keeps its password if the file has none.
    #[arg(
        long,
        value_name = "LENGTH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "22",
        value_parser = new_password::length,
        help_heading = "Password"
    )]
    random_passwords: Option<usize>,

    /// Fail on weak passwords instead of counting them
    #[arg(long, help_heading = "Password")]
    #[arg(hide_short_help = true)]
    require_strong: bool,

    /// Hash at the lowest cost, for test data only
    ///
    /// Such passwords are easy to guess from their hashes.
    #[arg(long, help_heading = "Password")]
    #[arg(hide_short_help = true)]
    insecure_fast_hash: bool,

    /// Hash with N threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    #[arg(allow_negative_numbers = true, help_heading = "Password")]
    #[arg(hide_short_help = true)]
    jobs: Option<u16>,

    /// Create a token for each account without one
    #[arg(long, help_heading = "Token")]
    tokens: bool,

    /// Use this token scheme if the database has both
    #[arg(long, help_heading = "Token")]
    #[arg(hide_short_help = true)]
    scheme: Option<Scheme>,

    /// Handle existing accounts: fail, skip or update
    ///
    /// skip leaves the account unchanged. update writes values of the row that differ; an empty cell changes nothing.
    #[arg(long, value_name = "ACTION", default_value = "fail", hide_possible_values = true)]
    #[arg(help_heading = "Existing accounts")]
    on_existing: OnExisting,

    /// Replace existing passwords: on-create (never), always or if-different
    ///
    /// Used with --on-existing update.
    #[arg(long, value_name = "WHEN", default_value = "on-create", hide_possible_values = true)]
    #[arg(help_heading = "Existing accounts")]
    #[arg(hide_short_help = true)]
    update_password: UpdatePassword,

    /// Write valid rows, report invalid ones, and exit with 6
    #[arg(long, help_heading = "Rows and results")]
    keep_going: bool,

    /// Commit after every N rows
    ///
    /// Committed rows remain after a later error or an interruption. To continue, use --on-existing skip.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    #[arg(allow_negative_numbers = true, help_heading = "Rows and results")]
    #[arg(hide_short_help = true)]
    batch: Option<u32>,

    /// Write the result of each row to this file, or `-` for standard output
    ///
    /// Results include new tokens and passwords. The format is CSV, or JSON lines if the file name ends in .jsonl or
    /// --format is json. Only its owner can read the file. It is complete before the database commits, and an existing
    /// file is appended to. The state of each row is `undecided` until the commit and `committed` after it. After a
    /// kill, the next run with this file marks or removes undecided results. It refuses the file if the database does
    /// not show which ones were committed.
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath, help_heading = "Rows and results")]
    results: Option<PathBuf>,

    #[command(flatten)]
    writing: Writing,
}

fn mapping(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((heading, field)) => Ok((heading.trim().to_owned(), field.trim().to_owned())),
        None => Err("expected HEADING=FIELD".into()),
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    let delimiter = if text == r"\t" { "\t" } else { text };
    match delimiter.as_bytes() {
        [byte] if import::may_delimit(*byte) => Ok(*byte),
        _ => Err(r"expected one ASCII character other than a quote, such as ; or \t for a tab".into()),
    }
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    args.check()?;
    let output = &context.output;
    if args.insecure_fast_hash {
        output.warning(
            "The passwords are hashed at the lowest possible cost. Anyone who gets the database can guess \
             them.",
        );
    }
    let started = Instant::now();
    let change = Change::new(context, &args.writing, "import");
    if args.results_are_answer() {
        change.shows_secrets(", or pass --results FILE");
    }
    let Imported { counts, mut faults, passwords, results } =
        import::import(&args.options(context), &change, context.accounts()?)?;
    let seconds = started.elapsed().as_secs_f64();
    change.answer(counts.has_changes(), |output| {
        results.show(output::verbatim)?;
        if passwords.weak > 0 {
            let weak = counted(passwords.weak as u64, "password");
            output.warning(format_args!(
                "Accepted {weak} that Django would refuse as too weak. Pass --require-strong to refuse \
                 and list them."
            ));
        }
        output.status(args.summary(&counts, seconds));
        if passwords.ignored > 0 {
            let ignored = counted(passwords.ignored as u64, "password");
            output.hint(format_args!(
                "Ignored {ignored} of existing users. Pass --update-password if-different to set those that differ."
            ));
        }
        if args.results_are_answer() {
            return Ok(());
        }
        let mut answer = json!({ "counts": counts });
        change.report(counts.changed_fields()).add_to(&mut answer);
        output.answer(None, &answer)
    })?;
    faults.refuse()
}

impl Args {
    fn check(&self) -> Result<(), Refusal> {
        check_update(self.update_password, self.on_existing)?;
        for (index, (heading, _)) in self.map.iter().enumerate() {
            if self.map[..index].iter().any(|(before, _)| before == heading) {
                return Err(Refusal::usage(format!("--map {heading}=…: the heading is mapped twice.")));
            }
        }
        if self.random_passwords.is_some() && self.results.is_none() {
            return Err(Refusal::usage(
                "--random-passwords requires --results, the only place where the passwords are written.",
            ));
        }
        if self.writing.dry_run && self.results.is_some() && !self.results_are_answer() {
            return Err(Refusal::usage(
                "--dry-run writes no results file. Pass --results - to print what would happen to each row.",
            ));
        }
        Ok(())
    }

    /// Whether the results go to standard output.
    fn results_are_answer(&self) -> bool {
        self.results.as_deref() == Some(Path::new("-"))
    }

    fn options(&self, context: &Context) -> ImportOptions<'_> {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        ImportOptions {
            file: &self.file,
            format: self.input_format,
            encoding: self.encoding,
            delimiter: self.delimiter,
            map: &self.map,
            exclude: &self.exclude,
            random_passwords: self.random_passwords,
            tokens: self.tokens,
            scheme: self.scheme,
            on_existing: self.on_existing,
            update_password: self.update_password,
            keep_going: self.keep_going,
            require_strong: self.require_strong,
            results: self.results.clone(),
            is_json: context.output.format().is_json(),
            batch: self.batch.and_then(|batch| usize::try_from(batch).ok()),
            jobs: self.jobs.map_or_else(cores, usize::from),
            is_fast: self.insecure_fast_hash,
        }
    }

    fn summary(&self, counts: &ImportCounts, seconds: f64) -> String {
        let parts = [
            (counts.created, "created"),
            (counts.changed, "changed"),
            (counts.unchanged, "unchanged"),
            (counts.skipped, "skipped"),
            (counts.refused, "refused"),
        ];
        let more = [(counts.tokens, "token"), (counts.groups, "group")];
        let more = more.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, word)| *count > 0 || *word == "created")
            .map(|(count, word)| format!("{count} {word}"))
            .chain(more.map(|(count, noun)| counted(*count as u64, noun)))
            .collect();
        let (rows, parts) = (counted(counts.rows() as u64, "row"), parts.join(", "));
        if self.writing.dry_run {
            format!("Would import {rows}: {parts}. Nothing was changed.")
        } else {
            let verb = if counts.skipped + counts.refused > 0 { "Processed" } else { "Imported" };
            format!("{verb} {rows} in {seconds:.1} s: {parts}.")
        }
    }
}

const _: () = assert!(RANDOM_LENGTH == 22, "the help says so");
