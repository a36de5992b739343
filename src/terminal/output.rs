//! The only place that writes: results on standard output, everything said to a person on standard error.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd;

use anyhow::{Context as _, Result};
use rustix::fs::OFlags;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::error::exit::Exit;
use crate::error::limits::{FAULTS, SHOWN_FAULTS};
use crate::error::refusal::{Fault, Refusal};
use crate::error::wording;
use crate::signals;
use crate::terminal::format::{ColorChoice, Format};
use crate::terminal::listing::{self, Heading, Rows};
use crate::terminal::progress::Progress;
use crate::terminal::sections::{self, Section};
use crate::terminal::spool::{Escape, Sink, Spool};
use crate::terminal::{clock, escape, is_broken_pipe, redaction};

/// How serious something is that was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something is broken.
    Error,
    /// Something wants attention.
    Warning,
    /// Something is good to know.
    Note,
}

/// Where results, messages and errors go.
#[derive(Debug)]
pub struct Output {
    pub(super) format: Format,
    pub(super) quiet: bool,
    pub(super) color: ColorChoice,
    /// Under JSON, warnings wait for the one object on standard error.
    warnings: RefCell<Vec<String>>,
}

/// The listing's last part, still on its way to the reader.
#[must_use = "what waits has to be written, after the database is let go"]
#[derive(Debug)]
pub struct Pending(Spool);

impl Pending {
    /// Writes what waits, however long the reader takes.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn finish(self) -> Result<()> {
        self.0.finish().context("the listing could not be written to the end")
    }
}

impl Output {
    /// An output of this form.
    #[must_use]
    pub fn new(format: Format, quiet: bool, color: ColorChoice) -> Self {
        Self { format, quiet, color, warnings: RefCell::default() }
    }

    /// The form of results.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The answer of a command: `text`, if there is one, for people and for `$(…)`, `object` for programs.
    ///
    /// # Errors
    /// What the operating system says, a closed pipe included: the answer may be a secret that is not shown again.
    pub fn answer(&self, text: Option<&str>, object: &impl Serialize) -> Result<()> {
        let mut out = Vec::new();
        match self.format {
            Format::Table | Format::Plain | Format::Fixture => {
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
        match self.escape() {
            Some(escape) => verbatim(escape(&String::from_utf8_lossy(&out)).as_bytes()),
            None => verbatim(&out),
        }
    }

    /// How what is for programs is made harmless where a terminal shows it. What is for people is escaped cell by cell.
    fn escape(&self) -> Option<Escape> {
        match self.format {
            Format::Csv => for_terminal(escape::rows),
            Format::Json | Format::Jsonl => for_terminal(escape::json),
            Format::Table | Format::Plain | Format::Fixture => None,
        }
    }

    /// Facts under their headings, one a line, for people; `object` for programs.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn report(&self, facts: &[(&str, String)], object: &impl Serialize) -> Result<()> {
        if self.format.is_for_programs() {
            return self.answer(None, object);
        }
        let width = facts.iter().map(|(heading, _)| heading.len()).max().unwrap_or_default();
        let mut text = String::new();
        for (heading, fact) in facts {
            let fact = escape::escaped(fact);
            let _ = match self.format {
                Format::Plain => writeln!(text, "{heading}\t{fact}"),
                _ => writeln!(text, "{heading:width$}  {fact}"),
            };
        }
        verbatim(text.as_bytes())
    }

    /// Sections under their headings for people, the same rows tab-separated for scripts.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn sections(&self, sections: &[Section]) -> Result<()> {
        let color = self.color.applies(io::stdout().is_terminal());
        verbatim(&match self.format {
            Format::Table => sections::for_people(sections, color).into_bytes(),
            _ => sections::for_scripts(sections).into_bytes(),
        })
    }

    /// Something that was found out, labelled by how serious it is. Under JSON it is part of the answer already.
    pub fn finding(&self, severity: Severity, text: &str) {
        let is_hidden = self.quiet && severity == Severity::Note;
        if !is_hidden && !self.format.is_for_programs() {
            let (label, color) = match severity {
                Severity::Error => ("error", "31"),
                Severity::Warning => ("warning", "33"),
                Severity::Note => ("note", "36"),
            };
            say(&self.labelled(label, color, text));
        }
    }

    /// Rows in the chosen format. What the reader has not taken yet is in the returned [`Pending`].
    ///
    /// # Errors
    /// What `rows` returns, or what the operating system says.
    pub fn list(&self, headings: &[Heading], rows: &mut Rows<'_>) -> Result<Pending> {
        let mut spool = Spool::new(Sink::Standard, self.escape())?;
        let color = self.color.applies(io::stdout().is_terminal());
        listing::write(&mut spool, self.format, color, headings, rows)?;
        Ok(Pending(spool))
    }

    /// Whatever `write` writes, in the form that it gives it, and what it returns; nothing of that where the reader went
    /// away. What the reader has not taken yet is in the returned [`Pending`].
    ///
    /// # Errors
    /// What `write` returns, or what the operating system says.
    pub fn stream<T>(
        &self,
        sink: &Sink,
        write: impl FnOnce(&mut Spool) -> Result<T>,
    ) -> Result<(Option<T>, Pending)> {
        // What is no JSON here is CSV.
        let escape: Escape = match self.format {
            Format::Json | Format::Jsonl | Format::Fixture => escape::json,
            Format::Table | Format::Plain | Format::Csv => escape::rows,
        };
        let mut spool = Spool::new(sink.clone(), sink.is_terminal().then_some(escape))?;
        let written = match write(&mut spool) {
            Err(error) if is_broken_pipe(&error) => None,
            written => Some(written?),
        };
        Ok((written, Pending(spool)))
    }

    /// What `find` finds, for a person to be told; nothing is looked for with `--quiet`.
    ///
    /// # Errors
    /// What `find` returns.
    pub fn unless_quiet<T>(&self, find: impl FnOnce() -> Result<Option<T>>) -> Result<Option<T>> {
        if self.quiet { Ok(None) } else { find() }
    }

    /// What was done, for a person.
    pub fn status(&self, text: impl fmt::Display) {
        if !self.quiet && !self.format.is_json() {
            say(&escape::line(&text.to_string()));
        }
    }

    /// What a person may want to know or do next.
    pub fn hint(&self, text: impl fmt::Display) {
        if !self.quiet && !self.format.is_json() {
            say(&self.labelled("hint", "36", &text.to_string()));
        }
    }

    /// What went through but deserves attention.
    pub fn warning(&self, text: impl fmt::Display) {
        if self.format.is_json() {
            self.warnings.borrow_mut().push(text.to_string());
        } else {
            say(&self.labelled("warning", "33", &text.to_string()));
        }
    }

    /// A second secret made for the one who asked: on standard error, since standard output belongs to the token. Shown even
    /// with `--quiet`. One that is the only result is an answer.
    ///
    /// # Errors
    /// What the operating system says: nobody has seen the secret then.
    pub fn secret(&self, label: &str, secret: &str) -> Result<()> {
        if self.format.is_json() {
            return Ok(());
        }
        writeln!(io::stderr(), "{label}: {secret}").context("standard error cannot be written")
    }

    /// Progress of this work, shown where a person looks on; `total` is how many rows there are, if that is known.
    #[must_use]
    pub fn progress(&self, doing: &'static str, total: Option<usize>) -> Progress {
        let is_shown = !self.quiet && !self.format.is_json() && io::stderr().is_terminal();
        Progress::new(Some(doing).filter(|_| is_shown), total)
    }

    /// Writes what is left to say where there is no error to tell: under JSON, the warnings as one object.
    pub fn close(&self) {
        self.warn_of_zone();
        if !self.warnings.borrow().is_empty() {
            say_json(&json!({ "warnings": *self.warnings.borrow() }));
        }
    }

    /// Says why the run failed, unless the exit code is to say it alone, and returns the exit code that says so too.
    pub fn error(&self, error: &anyhow::Error) -> Exit {
        self.warn_of_zone();
        let refusal = error.downcast_ref::<Refusal>();
        let exit = refusal.map_or(Exit::Failed, Refusal::exit);
        match refusal {
            Some(refusal) if refusal.is_silent() => self.close(),
            Some(Refusal::Interrupted | Refusal::InterruptedLater | Refusal::Unanswered(_)) => {
                signals::tell_once(|| self.tell(error, refusal, exit));
            }
            _ => self.tell(error, refusal, exit),
        }
        exit
    }

    /// Says that the program was interrupted, from the thread that ends it.
    pub fn interrupted(&self, refusal: Refusal) {
        let exit = refusal.exit();
        let error = refusal.into();
        signals::tell_once(|| {
            if io::stderr().is_terminal() {
                // A question or a count may stand on the line.
                say("");
            }
            self.tell(&error, error.downcast_ref(), exit);
        });
    }

    fn tell(&self, error: &anyhow::Error, refusal: Option<&Refusal>, exit: Exit) {
        let sentences = sentences(error, refusal);
        let hint = refusal.and_then(Refusal::hint);
        if self.format.is_json() {
            let mut object = json!({
                "code": refusal.map_or("failed", Refusal::code),
                "message": message(&sentences, refusal),
                "exit": exit.code(),
            });
            if let Some(faults) = refusal.map(Refusal::faults).filter(|faults| !faults.is_empty()) {
                let shown: Vec<Fault> = faults.iter().take(FAULTS).map(Fault::abridged).collect();
                object["faults"] = json!(shown);
                let omitted = refusal.map_or(0, Refusal::omitted_faults) + faults.len() - shown.len();
                if omitted > 0 {
                    object["faults_omitted"] = omitted.into();
                }
            }
            if let Some(Refusal::Throttled(seconds)) = refusal {
                object["retry_after"] = json!(seconds);
            }
            if let Some(Refusal::BusyLater { committed, .. }) = refusal {
                object["committed"] = json!(committed);
            }
            if let Some(Refusal::Unanswered(unanswered)) = refusal {
                object["prefixes"] = json!(unanswered.aftermath.prefixes);
                object["commands"] = json!(unanswered.commands());
            }
            if let Some(hint) = hint {
                object["hint"] = hint.into();
            }
            if !self.warnings.borrow().is_empty() {
                object["warnings"] = json!(*self.warnings.borrow());
            }
            say_json(&object);
        } else {
            for (index, sentence) in sentences.iter().take(SHOWN_FAULTS).enumerate() {
                say(&if index == 0 {
                    self.labelled("error", "31", sentence)
                } else {
                    escape::line(sentence)
                });
            }
            let count = sentences.len() + refusal.map_or(0, Refusal::omitted_faults);
            if count > SHOWN_FAULTS {
                say(&format!("… and {} more; --format json shows up to {FAULTS}.", count - SHOWN_FAULTS));
            }
            if let Some(hint) = hint {
                self.hint(hint);
            }
        }
    }

    fn warn_of_zone(&self) {
        if clock::is_zone_unknown_once() {
            self.warning("TZ names no time zone that this machine knows: times are in UTC.");
        }
    }

    fn labelled(&self, label: &str, color: &str, text: &str) -> String {
        let text = escape::line(text);
        if self.color.applies(io::stderr().is_terminal()) {
            format!("\u{1b}[1;{color}m{label}:\u{1b}[0m {text}")
        } else {
            format!("{label}: {text}")
        }
    }
}

fn for_terminal(escape: Escape) -> Option<Escape> {
    io::stdout().is_terminal().then_some(escape)
}

/// Writes text that is a result as it stands to standard output.
///
/// # Errors
/// What the operating system says.
pub fn verbatim(text: &[u8]) -> Result<()> {
    let mut stdout = io::stdout();
    stdout.write_all(text).and_then(|()| stdout.flush()).context("standard output cannot be written")
}

/// Was standard output closed when the program was started, or opened so that the same is to be seen?
#[must_use]
pub fn is_standard_output_closed() -> bool {
    is_closed(io::stdout())
}

/// As [`is_standard_output_closed`].
#[must_use]
pub fn is_standard_error_closed() -> bool {
    is_closed(io::stderr())
}

/// Rust opens `/dev/null` for reading and writing in place of a closed descriptor, before `main`. A shell's `>/dev/null`
/// is for writing only. Some programs open it as Rust does for the programs that they start.
fn is_closed(stream: impl AsFd) -> bool {
    let is_for_both =
        rustix::fs::fcntl_getfl(&stream).is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::RDWR);
    let is_null = || {
        let there = rustix::fs::fstat(&stream);
        let null = rustix::fs::stat("/dev/null");
        matches!((there, null), (Ok(there), Ok(null)) if (there.st_dev, there.st_ino) == (null.st_dev, null.st_ino))
    };
    is_for_both && is_null()
}

/// An error in sentences, one a line, with its causes where they are not the domain's own words.
fn sentences(error: &anyhow::Error, refusal: Option<&Refusal>) -> Vec<String> {
    let sentences: Vec<String> = match refusal {
        Some(
            Refusal::Invalid(faults)
            | Refusal::InvalidInput { faults, .. }
            | Refusal::StillReferenced(faults),
        ) => faults.iter().map(|fault| fault.message.clone()).collect(),
        Some(refusal @ Refusal::Config { .. }) => refusal.to_string().lines().map(str::to_owned).collect(),
        Some(refusal) => vec![refusal.to_string()],
        None => vec![format!("{error:#}")],
    };
    sentences.iter().map(|sentence| wording::message(sentence)).collect()
}

/// The message for programs, which find each of several faults in the list of them.
fn message(sentences: &[String], refusal: Option<&Refusal>) -> String {
    let count = sentences.len() + refusal.map_or(0, Refusal::omitted_faults);
    match refusal {
        Some(Refusal::Invalid(_) | Refusal::InvalidInput { .. }) if count > 1 => {
            format!("{count} values are missing or not accepted.")
        }
        Some(Refusal::StillReferenced(_)) if count > 1 => {
            format!("{count} kinds of rows refer to what would be deleted.")
        }
        _ => sentences.join("\n"),
    }
}

/// Says what is wrong with the command line, in lines of clap's own. Nothing in them is a result, so what could steer a
/// terminal is escaped wherever they go.
pub fn usage_error(text: &str) {
    let _ = io::stderr().write_all(redaction::redacted(&escape::rows(text)).as_bytes());
}

/// A line on standard error. A reader that has gone away cannot be told that it has.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", redaction::redacted(text));
}

/// The same of a JSON object, escaped so that it is harmless on a terminal and still the same JSON.
fn say_json(object: &Json) {
    say(&escape::json(&object.to_string()));
}

/// One object as a heading and a row; the keys of nested objects follow their parents' after a dot, and a list of texts is
/// one cell with commas in it.
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
