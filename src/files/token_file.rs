//! Files that are given a token: one of its own, or a line in a dotenv file. Staged before the commit, so that nothing is
//! committed that could not be handed over, and put in their places after it.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use crate::django::tokens::PlainToken;
use crate::error::failure::{ErrorContext as _, Result, failed};
use crate::error::limits;
use crate::error::misuse::Advice;
use crate::error::refusal::Refusal;
use crate::error::wording::shell_word;
use crate::files::existing::{self, FileKind, Opened, cannot_write};
use crate::files::new_file::{NewFile, folder};

/// The files that a token goes to instead of standard output.
#[derive(Debug, Default)]
pub struct TokenFiles {
    /// A file that holds the token alone.
    pub output: Option<PathBuf>,
    /// Replace `output` whatever is in it; one that holds a token alone is replaced anyway.
    pub overwrites: bool,
    /// A dotenv file, and the variable that is set in it.
    pub dotenv: Option<(PathBuf, String)>,
}

/// Files that may be written, before there is a token.
#[derive(Debug, Default)]
#[must_use = "the token is to be written to them"]
pub struct TokenTargets {
    /// The output file, where it is a FIFO, a terminal or a descriptor.
    stream: Option<File>,
    /// The dotenv file's folder, locked, so that of two programs that add a line each both lines stay.
    lock: Option<File>,
}

/// Files that are written but not in their places yet; dropped, they are gone.
#[derive(Debug, Default)]
#[must_use = "the files must be moved into place"]
pub struct Staged {
    files: Vec<NewFile>,
    /// Files that are written where they are.
    in_place: Vec<InPlace>,
}

/// Who can access a file that has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    OwnerOnly,
    /// The same users as before: owner, group and mode stay.
    Kept,
}

/// What is written to an open file: to a stream, or to a regular file that has to keep its owner, who is not the one of a
/// new file.
#[derive(Debug)]
struct InPlace {
    path: PathBuf,
    file: File,
    kind: FileKind,
    content: Zeroizing<Vec<u8>>,
}

impl TokenFiles {
    /// Are there any?
    #[must_use]
    pub fn are_given(&self) -> bool {
        self.output.is_some() || self.dotenv.is_some()
    }

    /// Their paths.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.output.as_deref().into_iter().chain(self.dotenv_path())
    }

    fn dotenv_path(&self) -> Option<&Path> {
        self.dotenv.as_ref().map(|(path, _)| &**path)
    }

    /// Refuses files that the rules of [`existing`] forbid, and an output file with anything in it but a token. Waits for
    /// the reader of a FIFO, unless it is only a `rehearsal`.
    ///
    /// # Errors
    /// [`Refusal::FileExists`], or what the operating system says.
    pub fn check(&self, is_rehearsal: bool) -> Result<TokenTargets> {
        if let Some(path) = self.dotenv_path()
            && existing::look(path)? == Some(FileKind::Stream)
        {
            let error = failed!("{}: it is not a regular file", cannot_write(path));
            return Err(error.advised(Advice::OutputFile));
        }
        let Some(path) = &self.output else { return Ok(TokenTargets::default()) };
        match existing::look(path)? {
            Some(FileKind::Stream) if is_rehearsal => Ok(TokenTargets::default()),
            Some(FileKind::Stream) => {
                let opened = existing::open(path, OFlags::WRONLY | OFlags::APPEND)?;
                Ok(TokenTargets { stream: opened.map(|opened| opened.file), ..TokenTargets::default() })
            }
            Some(FileKind::Regular) if !self.overwrites && !is_replaceable(path)? => {
                Err(Refusal::FileExists { path: path.clone(), is_replaceable: true }.into())
            }
            _ => Ok(TokenTargets::default()),
        }
    }

    /// Locks the folder of the dotenv file until the file is written. To be called before the transaction: any user who can
    /// read the folder can keep the lock, and the database must not be locked in the meantime.
    ///
    /// # Errors
    /// Where another program keeps the lock, or what the operating system says.
    pub fn lock(&self, targets: &mut TokenTargets) -> Result<()> {
        targets.lock = self.dotenv_path().map(lock).transpose()?;
        Ok(())
    }

    /// The dotenv file, where others than its owner can read it, and so the token. Its mode is its owner's business.
    #[must_use]
    pub fn readable_by_others(&self) -> Option<&Path> {
        let mode = |path: &Path| path.metadata().map_or(0, |there| there.permissions().mode());
        self.dotenv_path().filter(|path| mode(path) & 0o044 != 0)
    }

    /// Writes the files beside their places. Keep the targets, and so their lock, until the files are in place.
    ///
    /// # Errors
    /// What the rules of [`existing`] forbid, or what the operating system says; nothing has changed then.
    pub fn stage(&self, token: &PlainToken, targets: &TokenTargets) -> Result<Staged> {
        let mut staged = Staged::default();
        if let Some(path) = &self.output {
            let content = Zeroizing::new(format!("{}\n", token.expose()).into_bytes());
            let path_kind = existing::look(path)?;
            match (&targets.stream, path_kind) {
                (Some(file), _) => {
                    let file = file.try_clone().with_context(|| cannot_write(path))?;
                    staged.in_place.push(InPlace {
                        path: path.into(),
                        file,
                        kind: FileKind::Stream,
                        content,
                    });
                }
                // A rehearsal.
                (None, Some(FileKind::Stream)) => {}
                (None, _) => {
                    let there = existing::open(path, OFlags::RDONLY)?;
                    staged.add(path, there.as_ref(), content, Access::OwnerOnly)?;
                }
            }
        }
        if let Some((path, name)) = &self.dotenv {
            let there = existing::open(path, OFlags::RDONLY)?;
            let mut text = Zeroizing::new(String::new());
            if let Some(Opened { file, .. }) = &there {
                let read = limits::read_text(file, limits::DOTENV);
                text = Zeroizing::new(read.with_context(|| format!("{} cannot be read", path.display()))?);
            }
            let content = with_line(&text, name, token.expose()).as_bytes().to_vec();
            staged.add(path, there.as_ref(), Zeroizing::new(content), Access::Kept)?;
        }
        Ok(staged)
    }
}

impl Staged {
    fn add(
        &mut self,
        path: &Path,
        there: Option<&Opened>,
        content: Zeroizing<Vec<u8>>,
        access: Access,
    ) -> Result<()> {
        // Replaced by a file of ours, it would be out of its owner's reach.
        if there.is_some_and(|there| !there.is_ours()) {
            return self.add_in_place(path, content, access);
        }
        let file = NewFile::at(path)?;
        if let Some(there) = there.filter(|_| access == Access::Kept) {
            // The web server may read it as a member of the group.
            if !file.set_group(there.metadata.gid())? {
                return self.add_in_place(path, content, access);
            }
            file.set_mode(there.metadata.mode() & 0o777)?;
        }
        file.write(&content)?;
        file.sync()?;
        self.files.push(file);
        Ok(())
    }

    fn add_in_place(&mut self, path: &Path, content: Zeroizing<Vec<u8>>, access: Access) -> Result<()> {
        let opened = existing::open(path, OFlags::WRONLY)?;
        let Opened { file, kind, metadata } =
            opened.with_context(|| format!("{}: it has just been deleted", cannot_write(path)))?;
        if access == Access::OwnerOnly && metadata.mode() & 0o077 != 0 {
            let owner = existing::owner(&metadata);
            let word = shell_word(&path.to_string_lossy());
            return Err(failed!(
                "{}: it belongs to {owner}, and other users can access it. Run `chmod 600 {word}`.",
                cannot_write(path)
            ));
        }
        self.in_place.push(InPlace { path: path.into(), file, kind, content });
        Ok(())
    }

    /// Puts the files in their places.
    pub fn put(self) -> Result<()> {
        let put = self.files.into_iter().try_for_each(|file| file.appear(true));
        let written = self.in_place.iter().try_for_each(InPlace::write);
        put.and(written)
    }
}

impl InPlace {
    fn write(&self) -> Result<()> {
        let mut file = &self.file;
        let written = file.write_all(&self.content).and_then(|()| match self.kind {
            FileKind::Stream => Ok(()),
            FileKind::Regular => file.set_len(self.content.len() as u64).and_then(|()| file.sync_all()),
        });
        written.with_context(|| cannot_write(&self.path))
    }
}

/// Whether a token may replace this file: none, an empty one, or the token of an earlier run.
fn is_replaceable(path: &Path) -> Result<bool> {
    const SHORTEST: usize = 32;
    const LONGEST: usize = 128;
    let Some(Opened { file, .. }) = existing::open(path, OFlags::RDONLY)? else { return Ok(true) };
    let mut content = Zeroizing::new(Vec::new());
    file.take(LONGEST as u64 + 3)
        .read_to_end(&mut content)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let line = content.strip_suffix(b"\n").unwrap_or(&content);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    // A line of a dotenv file contains `=`.
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let is_token = (SHORTEST..=LONGEST).contains(&line.len()) && line.iter().all(fits);
    Ok(content.is_empty() || is_token)
}

/// Locks the folder of a file that is read, changed and replaced: the file itself is another one after that. Any user
/// who can read the folder can keep such a lock, so the wait has an end.
fn lock(path: &Path) -> Result<File> {
    const PATIENCE: Duration = Duration::from_secs(5);
    let name = folder(path);
    let folder = File::open(name).with_context(|| cannot_write(path))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(folder),
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| cannot_write(path)),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                let message = format!("another program has locked the folder {}", name.display());
                return Err(failed!("{}: {message}", cannot_write(path)));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Replaces the line of a dotenv file that sets this variable, or adds one at the end. Keeps all other lines to the byte.
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
