use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use anyhow::Result;
use clap::ValueHint;
use serde_json::json;

use crate::accounts::import::{self, ImportCounts, ImportOptions, Imported};
use crate::accounts::registration::{OnExisting, UpdatePassword};
use crate::cli::args::new_password;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::models::Scheme;
use crate::django::passwords::RANDOM_LENGTH;
use crate::error::refusal::Refusal;
use crate::error::wording::counted;
use crate::formats::encoding::Encoding;
use crate::formats::format::InputFormat;
use crate::signals;
use crate::terminal::output;

const EXAMPLES: &str = "\
Examples:
  authctl import pupils.csv --dry-run
  authctl import pupils.csv --map 'E-Mail=email' --map 'Class=groups' --random-passwords --results passwords.csv
  authctl import users.jsonl --tokens --on-existing skip --batch 500
  authctl import fixtures/accounts.json
  authctl import load-test.csv --tokens --insecure-fast-hash

Columns are username, email, first_name, last_name, is_active, is_staff, is_superuser, date_joined, last_login, id, the \
project's own user columns, groups (with ; between them), profile (its kind), profile.FIELD or profile.KIND.FIELD, \
password, password_hash and token. JSON has the same as keys, and profiles as an object by kind. An empty cell says \
nothing. A user without a password gets an unusable one: nobody logs in, but the token works.

What Django notices: all of it, at its next query. Its signals do not run. While the one transaction writes, which \
takes a second for 100,000 users, Django's writers wait, and past some 64 MB of changes its readers too; --batch keeps \
it short.";

/// Import many accounts from CSV, JSON or a Django fixture
///
/// All rows are checked before anything is written, every fault is told with its line, and all is written in one
/// transaction or not at all; but --batch commits rows as it goes. Passwords are hashed on all cores beforehand.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The file, or - for standard input
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// The file's format, where its content does not tell: csv, json, jsonl or fixture
    #[arg(long, value_name = "FORMAT", hide_possible_values = true, help_heading = "File")]
    input_format: Option<InputFormat>,

    /// What the file's bytes mean: utf-8, or windows-1252 from old Windows programs; UTF-16 is seen by its mark
    #[arg(long, value_name = "ENCODING", default_value = "utf-8", hide_possible_values = true)]
    #[arg(hide_default_value = true, help_heading = "File")]
    encoding: Encoding,

    /// What is between the values of CSV, \t for a tab [else what the headings show]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, help_heading = "File")]
    delimiter: Option<u8>,

    /// Take the column HEADING for FIELD, or leave it out where FIELD is empty; may be given several times
    #[arg(long, value_name = "HEADING=FIELD", value_parser = mapping, help_heading = "File")]
    map: Vec<(String, String)>,

    /// Leave an app or a model of a fixture out; may be given several times
    #[arg(long, value_name = "APP[.MODEL]", help_heading = "File")]
    exclude: Vec<String>,

    /// Make a random password for each row without one, of LENGTH characters (22 unless told), told in the results
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

    /// Refuse weak passwords instead of counting them
    #[arg(long, help_heading = "Password")]
    require_strong: bool,

    /// Hash at the least cost there is: for test data alone, since anybody can guess such passwords
    #[arg(long, help_heading = "Password")]
    insecure_fast_hash: bool,

    /// Hash with so many threads [else one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    #[arg(allow_negative_numbers = true, help_heading = "Password")]
    jobs: Option<u16>,

    /// Make a token for each account without one
    #[arg(long, help_heading = "Token")]
    tokens: bool,

    /// The token's scheme, where the database has both
    #[arg(long, help_heading = "Token")]
    scheme: Option<Scheme>,

    /// What happens to an account that is there already: fail, skip or update
    ///
    /// skip leaves it as it is. update writes what the row gives and differs; an empty cell changes nothing.
    #[arg(long, value_name = "WHAT", default_value = "fail", hide_possible_values = true)]
    #[arg(help_heading = "Existing accounts")]
    on_existing: OnExisting,

    /// With --on-existing update, when the password is set: on-create, always or if-different
    #[arg(long, value_name = "WHEN", default_value = "on-create", hide_possible_values = true)]
    #[arg(help_heading = "Existing accounts")]
    update_password: UpdatePassword,

    /// Write the good rows, tell the bad ones, and end with 6
    #[arg(long, help_heading = "Rows")]
    keep_going: bool,

    /// Commit after each N rows, so that rows before a bad one stay
    ///
    /// What was committed stays, whatever comes after, be it an interruption: go on with --on-existing skip.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    #[arg(allow_negative_numbers = true, help_heading = "Rows")]
    batch: Option<u32>,

    /// Tell what became of each row, with the tokens and passwords that were made, in this file or on standard output
    ///
    /// CSV, or JSON lines where the file is called .jsonl or --format says json. The file is readable by its owner alone,
    /// whole before the database commits, and added to where it is there already. The state of each row is `undecided`
    /// until the commit and `committed` after it. After a kill, the next run with this file marks or removes what is
    /// undecided, or refuses the file if the database does not tell.
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath, help_heading = "Rows")]
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
    let Imported { counts, mut faults, weak, results } = import::import(&args.options(), &change, context)?;
    let seconds = started.elapsed().as_secs_f64();
    change.answer(counts.has_changes(), |output| {
        results.show(output::verbatim)?;
        if weak > 0 {
            let passwords = counted(weak as u64, "password");
            output.warning(format_args!(
                "Accepted {passwords} that Django would refuse as too weak. Pass --require-strong to refuse \
                 and list them."
            ));
        }
        output.status(args.summary(&counts, seconds));
        if args.results_are_answer() {
            return Ok(());
        }
        let mut answer = json!(counts);
        answer["dry_run"] = args.writing.dry_run.into();
        output.answer(None, &answer)
    })?;
    faults.refuse()
}

impl Args {
    fn check(&self) -> Result<(), Refusal> {
        self.update_password.check(self.on_existing)?;
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

    fn options(&self) -> ImportOptions<'_> {
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
            format!("Imported {rows} in {seconds:.1} s: {parts}.")
        }
    }
}

const _: () = assert!(RANDOM_LENGTH == 22, "the help says so");
