//! All output: results on standard output, messages for people on standard error.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd;

use rustix::fs::OFlags;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::error::exit::Exit;
use crate::error::failure::{ErrorContext as _, Result};
use crate::signals;
use crate::terminal::format::{ColorChoice, Format};
use crate::terminal::listing::{self, Heading, Rows};
use crate::terminal::progress::Progress;
use crate::terminal::sections::{self, Section};
use crate::terminal::spool::{Escape, Sink, Spool};
use crate::terminal::{clock, escape, is_broken_pipe, redaction, table};

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something is broken.
    Error,
    /// Something needs attention.
    Warning,
    /// Information only.
    Note,
}

impl Severity {
    /// Returns the label of a message and its color.
    fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Error => ("error", "31"),
            Self::Warning => ("warning", "33"),
            Self::Note => ("note", "36"),
        }
    }
}

/// Why a command failed, in words.
#[derive(Debug)]
pub struct FailureReport {
    /// The exit code.
    pub exit: Exit,
    /// How severe it is.
    pub severity: Severity,
    /// Whether the exit code says everything, so that no message is printed.
    pub is_silent: bool,
    /// Whether a signal may report the same, so that only the first report is printed.
    pub ends_answer: bool,
    /// The sentences for people, one per line.
    pub sentences: Vec<String>,
    /// How to see the sentences that were left out.
    pub more: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
    /// The lines of a configuration file that avoid the failure.
    pub config: Vec<String>,
    /// The object for programs.
    pub object: Json,
}

/// Prints results, messages and errors.
#[derive(Debug)]
pub struct Output {
    pub(super) format: Format,
    pub(super) quiet: bool,
    pub(super) color: ColorChoice,
    /// In JSON formats, warnings are collected for the one object on standard error.
    warnings: RefCell<Vec<String>>,
}

/// The last part of a listing, which the reader has not read yet.
#[must_use = "what waits has to be written, after the database is let go"]
#[derive(Debug)]
pub struct Pending {
    spool: Spool,
    /// What to say below the listing.
    note: Option<String>,
}

impl Pending {
    /// Writes the remaining output, however long the reader takes.
    pub fn finish(self) -> Result<()> {
        self.spool.finish().context("the rest of the listing cannot be written")?;
        if let Some(note) = self.note {
            say(&note);
        }
        Ok(())
    }
}

impl Output {
    /// Creates an output with this format.
    #[must_use]
    pub fn new(format: Format, quiet: bool, color: ColorChoice) -> Self {
        Self { format, quiet, color, warnings: RefCell::default() }
    }

    /// Returns the format of results.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Prints the answer of a command: `text`, if any, for people and `$(…)`, or `object` for programs.
    ///
    /// # Errors
    /// Fails on a closed pipe too, since the answer may be a secret that is not shown again.
    pub fn answer(&self, text: Option<&str>, object: &impl Serialize) -> Result<()> {
        let mut out = Vec::new();
        match self.format {
            Format::Table | Format::Plain => {
                if let Some(text) = text {
                    writeln!(out, "{}", escape::escaped(text))?;
                }
            }
            Format::Json => {
                serde_json::to_writer_pretty(&mut out, object)?;
                out.push(b'\n');
            }
            Format::Jsonl => {
                serde_json::to_writer(&mut out, object)?;
                out.push(b'\n');
            }
            Format::Csv => write_object_as_csv(&mut out, &serde_json::to_value(object)?)?,
        }
        match escape_for(self.format, &Sink::Standard) {
            Some(escape) => verbatim(escape(&String::from_utf8_lossy(&out)).as_bytes()),
            None => verbatim(&out),
        }
    }

    /// Prints the lines of a text for people, or `object` for programs.
    pub fn lines(&self, lines: &[String], object: &impl Serialize) -> Result<()> {
        if self.format.is_for_programs() {
            return self.answer(None, object);
        }
        let text: String = lines.iter().map(|line| escape::line(line) + "\n").collect();
        verbatim(text.as_bytes())
    }

    /// Prints users with their secrets, separated by a tab, one per line, or `object` for programs.
    pub fn secrets(&self, secrets: &[(&str, &str)], object: &impl Serialize) -> Result<()> {
        if self.format.is_for_programs() {
            return self.answer(None, object);
        }
        let lines = secrets
            .iter()
            .map(|(user, secret)| format!("{}\t{}\n", escape::line(user), escape::line(secret)));
        verbatim(lines.collect::<String>().as_bytes())
    }

    /// Prints facts for people, one heading and fact per line, or `object` for programs.
    pub fn report(&self, facts: &[(&str, String)], object: &impl Serialize) -> Result<()> {
        if self.format.is_for_programs() {
            return self.answer(None, object);
        }
        let mut text = String::new();
        if self.format == Format::Plain {
            for (heading, fact) in facts {
                let _ = writeln!(text, "{heading}\t{}", escape::escaped(fact));
            }
        } else {
            let row = |(heading, fact): &(&str, String)| vec![(*heading).to_owned(), fact.clone()];
            let rows: Vec<Vec<String>> = facts.iter().map(row).collect();
            sections::push_rows(&mut text, "", &[], &rows, terminal_width());
        }
        verbatim(text.as_bytes())
    }

    /// Prints sections for people, or their rows tab-separated for scripts.
    pub fn sections(&self, sections: &[Section]) -> Result<()> {
        let color = self.color.applies(io::stdout().is_terminal());
        if self.format != Format::Table {
            return verbatim(sections::for_scripts(sections).as_bytes());
        }
        let (text, omitted) = sections::for_people(sections, color, terminal_width());
        verbatim(text.as_bytes())?;
        if let Some(note) = self.omission(&omitted) {
            say(&note);
        }
        Ok(())
    }

    /// Prints a finding with its severity. In formats for programs, the answer already contains it.
    pub fn finding(&self, severity: Severity, text: &str) {
        let is_hidden = self.quiet && severity == Severity::Note;
        if !is_hidden && !self.format.is_for_programs() {
            let (label, color) = severity.label();
            say(&self.labeled(label, color, text));
        }
    }

    /// Prints rows in the selected format. [`Pending`] has the part that the reader has not read yet.
    pub fn list(&self, headings: &[Heading], rows: &mut Rows<'_>) -> Result<Pending> {
        let mut spool = Spool::new(Sink::Standard, escape_for(self.format, &Sink::Standard));
        let color = self.color.applies(io::stdout().is_terminal());
        let written = match self.format {
            Format::Table => table::write(&mut spool, color, terminal_width(), headings, rows),
            format => listing::write(&mut spool, format, headings, rows).map(|()| Vec::new()),
        };
        let omitted = match written {
            // The reader has read enough.
            Err(error) if is_broken_pipe(&error) => Vec::new(),
            written => written?,
        };
        Ok(Pending { spool, note: self.omission(&omitted) })
    }

    /// Returns the note about columns that do not fit the terminal.
    fn omission(&self, omitted: &[String]) -> Option<String> {
        (!omitted.is_empty() && !self.quiet)
            .then(|| format!("Not shown, for lack of width: {}.", omitted.join(", ")))
    }

    /// Reports what was done, to people only.
    pub fn status(&self, text: impl fmt::Display) {
        if !self.quiet && !self.format.is_json() {
            say(&escape::line(&text.to_string()));
        }
    }

    /// Prints a hint, to people only.
    pub fn hint(&self, text: impl fmt::Display) {
        if !self.quiet && !self.format.is_json() {
            say(&self.labeled("hint", "36", &text.to_string()));
        }
    }

    /// Prints a warning about something that succeeded.
    pub fn warning(&self, text: impl fmt::Display) {
        if self.format.is_json() {
            self.warnings.borrow_mut().push(text.to_string());
        } else {
            say(&self.labeled("warning", "33", &text.to_string()));
        }
    }

    /// Prints a second generated secret on standard error, because the token is on standard output. Ignores `--quiet`.
    ///
    /// A secret that is the only result is an answer instead.
    ///
    /// # Errors
    /// Fails if standard error cannot be written, because the user has not seen the secret then.
    pub fn secret(&self, label: &str, secret: &str) -> Result<()> {
        if self.format.is_json() {
            return Ok(());
        }
        writeln!(io::stderr(), "{label}: {secret}").context("standard error cannot be written")
    }

    /// Whether a person is watching the progress of an operation.
    #[must_use]
    pub fn shows_progress(&self) -> bool {
        !self.quiet && !self.format.is_json() && io::stderr().is_terminal()
    }

    /// Shows the progress of an operation, if a person is watching. `total` is the number of rows, if known.
    #[must_use]
    pub fn progress(&self, operation: &'static str, total: Option<usize>) -> Progress {
        Progress::new(Some(operation).filter(|_| self.shows_progress()), total)
    }

    /// Prints the remaining messages if there was no error. In JSON formats, that is one object with all warnings.
    pub fn close(&self) {
        self.warn_of_zone();
        if !self.warnings.borrow().is_empty() {
            say_json(&json!({ "warnings": *self.warnings.borrow() }));
        }
    }

    /// Reports why the command failed, and returns its exit code. Prints no message if the exit code says everything.
    pub fn error(&self, report: &FailureReport) -> Exit {
        self.warn_of_zone();
        if report.is_silent {
            self.close();
        } else if report.ends_answer {
            signals::report_once(|| self.report_error(report));
        } else {
            self.report_error(report);
        }
        report.exit
    }

    /// Reports an interruption, from the thread that ends the program.
    pub fn interrupted(&self, report: &FailureReport) {
        signals::report_once(|| {
            if io::stderr().is_terminal() {
                // The line may already show a question or a progress count.
                say("");
            }
            self.report_error(report);
        });
    }

    fn report_error(&self, report: &FailureReport) {
        if self.format.is_json() {
            let mut object = report.object.clone();
            if !self.warnings.borrow().is_empty() {
                object["warnings"] = json!(*self.warnings.borrow());
            }
            return say_json(&object);
        }
        let (label, color) = report.severity.label();
        for (index, sentence) in report.sentences.iter().enumerate() {
            say(&if index == 0 { self.labeled(label, color, sentence) } else { escape::line(sentence) });
        }
        if let Some(more) = &report.more {
            say(more);
        }
        if let Some(hint) = &report.hint {
            self.hint(hint);
        }
        if !report.config.is_empty() {
            self.hint("To decide this for every run, write to authctl.toml:");
        }
        for line in &report.config {
            self.status(line);
        }
    }

    fn warn_of_zone(&self) {
        if clock::is_zone_unknown_once() {
            self.warning("TZ is not a time zone that this system knows. Times are in UTC.");
        }
    }

    /// Prints an error in the command line, in clap's words. Escapes it even if standard error is not a terminal,
    /// because it contains no results.
    pub fn usage_error(&self, text: &str) {
        let text = escape::rows(text.trim_start_matches("error: ").trim_end());
        let (label, color) = Severity::Error.label();
        say(&self.with_label(label, color, &text));
    }

    fn labeled(&self, label: &str, color: &str, text: &str) -> String {
        self.with_label(label, color, &escape::line(text))
    }

    fn with_label(&self, label: &str, color: &str, escaped: &str) -> String {
        if self.color.applies(io::stderr().is_terminal()) {
            format!("\u{1b}[1;{color}m{label}:\u{1b}[0m {escaped}")
        } else {
            format!("{label}: {escaped}")
        }
    }
}

/// Streams what `write` writes in `format`, and returns its result, or nothing if the reader went away. What the reader
/// has not read yet is in the returned [`Pending`].
pub fn stream<T>(
    sink: &Sink,
    format: Format,
    write: impl FnOnce(&mut Spool) -> Result<T>,
) -> Result<(Option<T>, Pending)> {
    let mut spool = Spool::new(sink.clone(), escape_for(format, sink));
    let written = match write(&mut spool) {
        Err(error) if is_broken_pipe(&error) => None,
        written => Some(written?),
    };
    Ok((written, Pending { spool, note: None }))
}

/// How output for programs is escaped if it goes to a terminal. Tables are escaped cell by cell.
fn escape_for(format: Format, sink: &Sink) -> Option<Escape> {
    let escape: Escape = match format {
        Format::Csv => escape::rows,
        Format::Json | Format::Jsonl => escape::json,
        Format::Table | Format::Plain => return None,
    };
    sink.is_terminal().then_some(escape)
}

/// Returns the width of the terminal that standard output is. `None` if it is not one, or too narrow for a table.
fn terminal_width() -> Option<usize> {
    // A terminal that does not know its width reports zero.
    const MIN_WIDTH: u16 = 20;
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col >= MIN_WIDTH).then_some(size.ws_col.into())
}

/// Writes text to standard output, unchanged.
pub fn verbatim(text: &[u8]) -> Result<()> {
    let mut stdout = io::stdout();
    stdout.write_all(text).and_then(|()| stdout.flush()).context("standard output cannot be written")
}

/// Whether standard output was closed when the program started.
///
/// Also true if it is `/dev/null`, opened for reading and writing.
#[must_use]
pub fn is_standard_output_closed() -> bool {
    is_closed(io::stdout())
}

/// Like [`is_standard_output_closed`], for standard error.
#[must_use]
pub fn is_standard_error_closed() -> bool {
    is_closed(io::stderr())
}

/// Rust opens `/dev/null` for reading and writing in place of a closed descriptor, before `main`. A shell's
/// `>/dev/null` opens it for writing only. Some programs open it for both when they start another program.
fn is_closed(stream: impl AsFd) -> bool {
    let is_for_both =
        rustix::fs::fcntl_getfl(&stream).is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::RDWR);
    let is_null = || {
        let opened = rustix::fs::fstat(&stream);
        let null = rustix::fs::stat("/dev/null");
        matches!((opened, null), (Ok(opened), Ok(null)) if (opened.st_dev, opened.st_ino) == (null.st_dev, null.st_ino))
    };
    is_for_both && is_null()
}

/// Prints a line on standard error. Ignores errors, since a closed standard error cannot report its own failure.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", redaction::redacted(text));
}

/// Prints a JSON object on standard error, escaped for terminals but still the same JSON.
fn say_json(object: &Json) {
    say(&escape::json(&object.to_string()));
}

/// Writes an object as a heading and a row.
///
/// The keys of a nested object follow the key of their parent and a dot. A list of texts is one cell, separated by
/// commas.
fn write_object_as_csv(out: &mut Vec<u8>, object: &Json) -> Result<()> {
    fn joined(values: &[Json]) -> Option<String> {
        let texts: Option<Vec<&str>> = values.iter().map(Json::as_str).collect();
        texts.map(|texts| texts.join(","))
    }
    fn flatten(prefix: &str, value: &Json, names: &mut Vec<String>, cells: &mut Vec<String>) {
        match value {
            Json::Object(fields) => {
                for (name, value) in fields {
                    let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    flatten(&name, value, names, cells);
                }
            }
            value => {
                names.push(prefix.to_owned());
                cells.push(match value {
                    Json::Null => String::new(),
                    Json::String(text) => text.clone(),
                    Json::Array(values) => joined(values).unwrap_or_else(|| value.to_string()),
                    value => value.to_string(),
                });
            }
        }
    }
    let (mut names, mut cells) = (Vec::new(), Vec::new());
    flatten("", object, &mut names, &mut cells);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(&names)?;
    writer.write_record(&cells)?;
    Ok(writer.flush()?)
}
