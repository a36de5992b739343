//! Files that are given a token: one of its own, or a line in a dotenv file. Staged before the commit, so that nothing is
//! committed that could not be handed over, and put in their places after it.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueHint};
use rustix::fs::{Access, access};
use zeroize::Zeroizing;

use crate::limits;
use crate::new_file::{NewFile, cannot_write, folder};
use crate::refusal::{Refusal, shell_word};
use crate::store::Store;
use crate::token::PlainToken;

/// Where a token goes instead of standard output.
#[derive(Args, Debug)]
#[command(next_help_heading = "Files")]
pub struct TokenFiles {
    /// Write the token to this file, which its owner alone can read, and not to standard output, which `-` stands for
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    output_file: Option<PathBuf>,

    /// Replace the file if it is there already, whatever is in it; one that holds a token alone is replaced anyway
    #[arg(long, requires = "output_file")]
    overwrite: bool,

    /// Write the token as a line NAME=TOKEN into this dotenv file, in place of the line that is there, and not to
    /// standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "variable")]
    env_file: Option<PathBuf>,

    /// The NAME in the dotenv file
    #[arg(id = "variable", long = "as", value_name = "NAME", value_parser = variable, requires = "env_file")]
    variable: Option<String>,
}

/// Files that are written but not in their places yet; dropped, they are gone.
#[derive(Debug, Default)]
#[must_use = "the files have to be put in their places"]
pub struct Staged {
    files: Vec<NewFile>,
    /// What is no ordinary file is written to, and not replaced.
    stream: Option<(PathBuf, Zeroizing<Vec<u8>>)>,
    /// The dotenv file's folder, locked, so that of two programs that add a line each both lines stay.
    lock: Option<File>,
}

impl TokenFiles {
    /// Does the token go to files?
    #[must_use]
    pub fn are_given(&self) -> bool {
        !self.paths().is_empty()
    }

    /// Does the token go to standard output?
    #[must_use]
    pub fn leave_standard_output(&self) -> bool {
        self.output_file.is_some() && self.output_path().is_none() || !self.are_given()
    }

    /// The files, for the answer.
    #[must_use]
    pub fn paths(&self) -> Vec<&Path> {
        self.output_path().into_iter().chain(self.env_file.as_deref()).collect()
    }

    /// The file, if it is not standard output. By its name in `/dev`, that could be a file that something is added to.
    fn output_path(&self) -> Option<&Path> {
        let names = ["-", "/dev/stdout"].map(Path::new);
        self.output_file.as_deref().filter(|path| !names.contains(path))
    }

    /// Refuses files that are the database's own, one file for both, and a file with anything else in it than a token.
    ///
    /// # Errors
    /// [`Refusal::Usage`], [`Refusal::FileExists`], or what the operating system says.
    pub fn check(&self, store: &Store) -> Result<()> {
        self.paths().iter().try_for_each(|path| store.refuse_own(path))?;
        if self.output_file.is_some() && self.output_file == self.env_file {
            return Err(Refusal::usage("--output-file and --env-file name the same file.").into());
        }
        match self.output_path() {
            Some(path) if !self.overwrite && !is_replaceable(path)? => {
                Err(Refusal::FileExists(path.to_owned()).into())
            }
            _ => Ok(()),
        }
    }

    /// The dotenv file, where others than its owner can read it, and so the token. Its mode is its owner's business.
    #[must_use]
    pub fn readable_by_others(&self) -> Option<&Path> {
        let mode = |path: &Path| path.metadata().map_or(0, |there| there.permissions().mode());
        self.env_file.as_deref().filter(|path| mode(path) & 0o044 != 0)
    }

    /// Writes the files beside their places.
    ///
    /// # Errors
    /// What the operating system says; nothing has changed then.
    pub fn stage(&self, token: &PlainToken) -> Result<Staged> {
        let mut staged = Staged::default();
        if let Some(path) = self.output_path() {
            let line = Zeroizing::new(format!("{}\n", token.expose()).into_bytes());
            if is_stream(path) {
                access(path, Access::WRITE_OK)
                    .map_err(io::Error::from)
                    .with_context(|| cannot_write(path))?;
                staged.stream = Some((path.to_owned(), line));
            } else {
                staged.add(path, &line, OWNER_ONLY)?;
            }
        }
        if let (Some(path), Some(name)) = (&self.env_file, &self.variable) {
            let locked = lock(path).with_context(|| cannot_write(path))?;
            staged.lock = Some(locked);
            let (text, mode) = match limits::read_to_string(path, limits::DOTENV) {
                Ok(text) => (Zeroizing::new(text), path.metadata()?.permissions().mode() & 0o777),
                Err(error) if error.kind() == ErrorKind::NotFound => Default::default(),
                Err(error) => {
                    return Err(error).with_context(|| format!("{} cannot be read", path.display()));
                }
            };
            let mode = if mode == 0 { OWNER_ONLY } else { mode };
            staged.add(path, with_line(&text, name, token.expose()).as_bytes(), mode)?;
        }
        Ok(staged)
    }
}

const OWNER_ONLY: u32 = 0o600;

impl Staged {
    fn add(&mut self, path: &Path, content: &[u8], mode: u32) -> Result<()> {
        let there = path.symlink_metadata().ok().map(|_| path.canonicalize()).transpose();
        // A link stays a link: what it points at gets the token.
        let there = there.with_context(|| format!("{} leads to nothing", path.display()))?;
        let owner = match &there {
            None => None,
            Some(path) => {
                let metadata =
                    path.metadata().with_context(|| format!("{} cannot be read", path.display()))?;
                if !metadata.is_file() {
                    bail!("{} cannot be written: it is no ordinary file", path.display());
                }
                Some((metadata.uid(), metadata.gid()))
            }
        };
        let file = NewFile::at(there.as_deref().unwrap_or(path))?;
        file.write(content)?;
        if let Some((user, group)) = owner {
            file.set_owner(user, group)?;
        }
        file.set_mode(mode)?;
        file.sync()?;
        self.files.push(file);
        Ok(())
    }

    /// Puts the files in their places.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn put(self) -> Result<()> {
        let put = self.files.into_iter().try_for_each(|file| file.appear(true));
        drop(self.lock);
        if let Some((path, line)) = self.stream {
            let stream = OpenOptions::new().write(true).open(&path);
            stream.and_then(|mut stream| stream.write_all(&line)).with_context(|| cannot_write(&path))?;
        }
        put
    }
}

/// Is this there, and neither a file nor a folder? A FIFO or a device cannot be replaced, but written to.
fn is_stream(path: &Path) -> bool {
    path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// May a token take the place of what is there: of nothing, of an empty file, or of the token of an earlier run?
fn is_replaceable(path: &Path) -> Result<bool> {
    const SHORTEST: usize = 32;
    const LONGEST: usize = 128;
    // What cannot be found, or is no file, is told when it is written.
    if !path.metadata().is_ok_and(|there| there.is_file()) {
        return Ok(true);
    }
    let mut content = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(LONGEST as u64 + 3).read_to_end(&mut content))
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let line = content.strip_suffix(b"\n").unwrap_or(&content);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let is_token = (SHORTEST..=LONGEST).contains(&line.len()) && line.iter().all(u8::is_ascii_graphic);
    Ok(content.is_empty() || is_token)
}

/// Locks the folder of a file that is read, changed and replaced: the file itself is another one after that.
fn lock(path: &Path) -> io::Result<File> {
    let folder = File::open(folder(&path.canonicalize().unwrap_or_else(|_| path.to_owned())))?;
    folder.lock()?;
    Ok(folder)
}

/// A dotenv file's text with this variable in the place of the line that sets it, or at the end. Other lines stay as they
/// are, to the byte.
fn with_line(text: &str, name: &str, value: &str) -> Zeroizing<String> {
    let sets_it = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").map_or(line, str::trim_start);
        line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let value = Zeroizing::new(shell_word(value));
    let mut out = Zeroizing::new(String::with_capacity(text.len() + name.len() + value.len() + 2));
    let mut is_set = false;
    for line in text.split_inclusive('\n') {
        if !sets_it(line) {
            out.push_str(line);
        } else if !is_set {
            let export = if line.trim_start().starts_with("export ") { "export " } else { "" };
            let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
            out.extend([export, name, "=", &value, end]);
            is_set = true;
        }
    }
    if !is_set {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.extend([name, "=", &value, "\n"]);
    }
    out
}

fn variable(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !text.is_empty() && text.chars().all(fits) && !text.starts_with(|c: char| c.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("give a name of letters, digits and underscores".into())
    }
}

#[cfg(test)]
mod tests {
    use super::with_line;

    #[test]
    fn a_line_is_replaced_where_it_stands_and_added_where_there_is_none() {
        assert_eq!(&**with_line("", "T", "x"), "T=x\n");
        assert_eq!(&**with_line("A=1\nB=2", "T", "x"), "A=1\nB=2\nT=x\n");
        assert_eq!(&**with_line("A=1\nT=old\nB=2\n", "T", "x"), "A=1\nT=x\nB=2\n");
        assert_eq!(&**with_line("export T = old\n", "T", "x"), "export T=x\n");
        assert_eq!(&**with_line("T=1\nT=2\n", "T", "x"), "T=x\n");
        assert_eq!(&**with_line("#T=1\nT2=2\n", "T", "x"), "#T=1\nT2=2\nT=x\n");
        assert_eq!(&**with_line("A=1\r\nT=old\r\n", "T", "x"), "A=1\r\nT=x\r\n");
        assert_eq!(&**with_line("", "T", "a$(b)'c"), "T='a$(b)'\\''c'\n");
    }
}
