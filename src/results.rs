//! What became of each row, with the secrets that were made: a file that is whole before the transaction commits.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::SpooledTempFile;
use zeroize::Zeroize as _;

use crate::interrupt::{self, Unfinished};
use crate::model::Key;
use crate::files::new_file::cannot_write;
use crate::output;
use crate::refusal::Refusal;

/// So much for standard output waits in memory.
const IN_MEMORY: usize = 1024 * 1024;

/// Secrets that were made here, to be handed out with the results and wiped after that.
#[derive(Default, Serialize, Deserialize)]
pub struct Secrets {
    /// A token's key.
    pub token: Option<String>,
    /// A password.
    pub password: Option<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.token.zeroize();
        self.password.zeroize();
    }
}

/// What became of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The account was made.
    Created,
    /// The account was there and got what it lacked.
    Changed,
    /// The account was there and as wanted.
    Unchanged,
    /// The account was there and left as it was.
    Skipped,
    /// The row was not good.
    Refused,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Refused => "refused",
        }
    }
}

/// Where the results go.
pub struct Results {
    sink: BufWriter<Sink>,
    is_json: bool,
    needs_heading: bool,
}

enum Sink {
    /// Nobody asked for them.
    Nobody,
    /// A file, behind what was in it before.
    File(Appended),
    /// Standard output, once the database is let go.
    Stdout(SpooledTempFile),
}

struct Appended {
    file: File,
    path: PathBuf,
    /// The length that is to stay.
    kept: u64,
    /// A file that was made here goes away unless something is kept.
    made: Option<Unfinished>,
}

impl Results {
    /// Opens the file, or takes standard output for `-`. A file that is there is added to, so that what an earlier run
    /// told is not lost.
    ///
    /// # Errors
    /// [`Refusal::Usage`] for a file that others can read, [`Refusal::Busy`] for one that another run writes, or what the
    /// operating system says.
    pub fn open(path: Option<&Path>, is_json: bool) -> Result<Self> {
        let mut needs_heading = true;
        let sink = match path {
            None => Sink::Nobody,
            Some(path) if path == Path::new("-") => Sink::Stdout(tempfile::spooled_tempfile(IN_MEMORY)),
            Some(path) => {
                let appended = Appended::open(path)?;
                needs_heading = appended.kept == 0;
                Sink::File(appended)
            }
        };
        let is_json = match &sink {
            Sink::File(appended) => appended.path.extension().is_some_and(|ending| ending == "jsonl"),
            _ => is_json,
        };
        Ok(Self { sink: BufWriter::new(sink), is_json, needs_heading })
    }

    /// Does anybody get them?
    #[must_use]
    pub fn are_wanted(&self) -> bool {
        !matches!(self.sink.get_ref(), Sink::Nobody)
    }

    /// Tells what became of a row.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn tell(
        &mut self,
        line: usize,
        username: &str,
        id: Option<&Key>,
        outcome: Outcome,
        made: &Secrets,
    ) -> Result<()> {
        if !self.are_wanted() {
            return Ok(());
        }
        let (token, password) = (made.token.as_deref(), made.password.as_deref());
        if self.is_json {
            let row = json!({
                "line": line,
                "username": username,
                "id": id,
                "outcome": outcome.word(),
                "token": token,
                "password": password,
            });
            return writeln!(self.sink, "{row}").context("the results cannot be written");
        }
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut self.sink);
        if std::mem::take(&mut self.needs_heading) {
            writer.write_record(["line", "username", "id", "outcome", "token", "password"])?;
        }
        let (line, id) = (line.to_string(), id.map(ToString::to_string));
        let cells = [
            &*line,
            username,
            id.as_deref().unwrap_or_default(),
            outcome.word(),
            token.unwrap_or_default(),
            password.unwrap_or_default(),
        ];
        writer.write_record(cells)?;
        writer.flush().context("the results cannot be written")
    }

    /// Sees to it that the disk has all of it.
    ///
    /// # Errors
    /// What the operating system says; nothing is to be committed then.
    pub fn sync(&mut self) -> Result<()> {
        self.sink.flush().context("the results cannot be written")?;
        if let Sink::File(appended) = self.sink.get_ref() {
            appended.file.sync_all().with_context(|| cannot_write(&appended.path))?;
        }
        Ok(())
    }

    /// Keeps what was told so far: it has come true.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn keep(&mut self) -> Result<()> {
        if let Sink::File(appended) = self.sink.get_mut() {
            appended.made = None;
            appended.kept = appended.file.metadata().with_context(|| cannot_write(&appended.path))?.len();
        }
        Ok(())
    }

    /// Shows what is for standard output.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn show(mut self) -> Result<()> {
        self.sink.flush().context("the results cannot be written")?;
        if let Sink::Stdout(file) = self.sink.get_mut() {
            file.rewind().context("the results cannot be read")?;
            let mut chunk = vec![0; 64 * 1024];
            loop {
                let length = file.read(&mut chunk).context("the results cannot be read")?;
                if length == 0 {
                    break;
                }
                output::verbatim(&chunk[..length])?;
            }
        }
        Ok(())
    }
}

impl Appended {
    fn open(path: &Path) -> Result<Self> {
        let open = |options: &mut OpenOptions| options.append(true).mode(0o600).open(path);
        let made = interrupt::unfinished(|| {
            open(OpenOptions::new().create_new(true)).map(|file| (file, path.to_owned()))
        });
        let (file, made) = match made {
            Ok((file, unfinished)) => (file, Some(unfinished)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                (open(&mut OpenOptions::new()).with_context(|| cannot_write(path))?, None)
            }
            Err(error) => return Err(error).with_context(|| cannot_write(path)),
        };
        let metadata = file.metadata().with_context(|| cannot_write(path))?;
        if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
            let path = path.display();
            let message =
                format!("--results {path}: others can read that file. Make it yours alone: chmod 600 {path}");
            return Err(Refusal::Usage(message).into());
        }
        if file.try_lock().is_err() {
            return Err(
                Refusal::usage(format!("--results {}: another run writes it.", path.display())).into()
            );
        }
        Ok(Self { file, path: path.to_owned(), kept: metadata.len(), made })
    }
}

impl Drop for Appended {
    /// Takes back what did not come true.
    fn drop(&mut self) {
        if self.made.is_some() {
            let _ = fs::remove_file(&self.path);
        } else if self.file.metadata().is_ok_and(|metadata| metadata.len() > self.kept) {
            let _ = self.file.set_len(self.kept);
            let _ = self.file.seek(SeekFrom::End(0));
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Nobody => Ok(bytes.len()),
            Self::File(appended) => appended.file.write(bytes),
            Self::Stdout(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Nobody => Ok(()),
            Self::File(appended) => appended.file.flush(),
            Self::Stdout(file) => file.flush(),
        }
    }
}
