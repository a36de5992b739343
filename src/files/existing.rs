//! Decides which existing files authctl may write to, replace or trust.
//!
//! The owner of a file can read it, whatever its mode. So can anyone who puts a link or a FIFO in its place. So a
//! regular file must belong to the effective user, to root, or under sudo to the user who called sudo. Checks use
//! the open descriptor if there is one, since an entry of a shared folder can change between a check and its use.

use std::env;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Component, Path};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::error::failure::{Error, ErrorContext as _, Result, failed};
use crate::error::refusal::Refusal;
use crate::error::wording::shell_word;

/// How an existing file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file: replaced, or appended to.
    Regular,
    /// A FIFO, a terminal, `/dev/null`, or a descriptor that authctl was started with: only written to.
    Stream,
}

/// An existing file that was opened and passed the checks.
#[derive(Debug)]
pub struct Opened {
    /// The descriptor that was checked.
    pub file: File,
    /// How the file is written.
    pub kind: FileKind,
    /// The metadata of the descriptor.
    pub metadata: Metadata,
}

impl Opened {
    /// Whether the file belongs to the effective user.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.metadata.uid() == effective_user()
    }
}

/// Checks a path that is to be written or replaced. Returns `None` if it does not exist.
///
/// # Errors
/// Fails if the file must not be used. The message names the path and its owner.
pub fn look(path: &Path) -> Result<Option<FileKind>> {
    let is_inherited = is_inherited(path);
    let metadata = if is_inherited { path.metadata() } else { path.symlink_metadata() };
    match metadata {
        Ok(_) if is_inherited => Ok(Some(FileKind::Stream)),
        Ok(metadata) => check(path, &metadata).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| cannot_write(path)),
    }
}

/// Checks that a new file may appear at this path. Only a regular file can be replaced.
///
/// # Errors
/// [`Refusal::FileExists`] for a regular file unless `replaces` is true. Otherwise, the message names the type of file.
pub fn check_target(path: &Path, replaces: bool) -> Result<()> {
    if is_inherited(path) {
        return Err(failed!("{}: it is a descriptor. Name a regular file or a new one.", cannot_write(path)));
    }
    let metadata = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata.with_context(|| cannot_write(path))?,
    };
    if metadata.is_file() && !replaces {
        return Err(Refusal::FileExists { path: path.to_owned(), is_replaceable: true }.into());
    }
    if check(path, &metadata)? == FileKind::Stream {
        let kind = if metadata.file_type().is_fifo() { "a FIFO" } else { "a device" };
        return Err(failed!("{}: it is {kind}. Name a regular file or a new one.", cannot_write(path)));
    }
    Ok(())
}

/// Opens a stream to write to: an inherited descriptor, `/dev/null` or a terminal. Returns `None` for anything else.
///
/// A FIFO in a folder is no such stream, since its reader is unknown.
///
/// # Errors
/// The same as for [`open`].
pub fn open_stream(path: &Path) -> Result<Option<File>> {
    let is_device = || path.symlink_metadata().is_ok_and(|metadata| metadata.file_type().is_char_device());
    if !is_inherited(path) && !is_device() {
        return Ok(None);
    }
    // Opening a regular file by its descriptor gives a new position, at the start of the file.
    Ok(open(path, OFlags::WRONLY | OFlags::APPEND)?.map(|opened| opened.file))
}

/// Whether this is one of the names of standard output.
#[must_use]
pub fn is_standard_output(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
}

/// Opens and checks an existing file. Returns `None` if it does not exist. Waits for the reader of a FIFO.
///
/// # Errors
/// The same as for [`look`], and those of the operating system.
pub fn open(path: &Path, flags: OFlags) -> Result<Option<Opened>> {
    let is_inherited = is_inherited(path);
    let flags = flags | OFlags::CLOEXEC | OFlags::NOCTTY;
    let flags = if is_inherited { flags } else { flags | OFlags::NOFOLLOW };
    // Do not block on another user's FIFO.
    let opened = match rustix::fs::open(path, flags | OFlags::NONBLOCK, Mode::empty()) {
        Err(Errno::NOENT) => return Ok(None),
        // The file type explains more than the error: a link, a folder, or a FIFO without a reader.
        Err(error) => match (look(path)?, error) {
            (Some(FileKind::Stream), Errno::NXIO) => rustix::fs::open(path, flags, Mode::empty()),
            _ => Err(error),
        },
        opened => opened,
    };
    let file = opened.map(File::from).map_err(io::Error::from).with_context(|| cannot_write(path))?;
    let metadata = file.metadata().with_context(|| cannot_write(path))?;
    let kind = if is_inherited { FileKind::Stream } else { check(path, &metadata)? };
    rustix::fs::fcntl_getfl(&file)
        .and_then(|flags| rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK))
        .map_err(io::Error::from)
        .with_context(|| cannot_write(path))?;
    Ok(Some(Opened { file, kind, metadata }))
}

/// Creates a new file with mode 0600. Fails with [`io::ErrorKind::AlreadyExists`] if the path exists.
pub fn create(path: &Path, flags: OFlags) -> io::Result<File> {
    let flags = flags | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NOCTTY;
    Ok(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?.into())
}

/// Opens a file with secrets that authctl keeps for itself. Returns `None` if it does not exist.
///
/// # Errors
/// Returns [`Refusal::Config`] unless it is a regular file that only its owner can access.
pub fn open_private(path: &Path, access: OFlags) -> Result<Option<File>> {
    let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::LOOP) => return Err(untrusted(path, "it is a symbolic link. Remove it.".into())),
        Err(error) => {
            return Err(io::Error::from(error)).with_context(|| format!("{} cannot be read", path.display()));
        }
    };
    let metadata = file.metadata().with_context(|| format!("{} cannot be read", path.display()))?;
    let (owner, mode) = (owner(&metadata), metadata.mode() & 0o7777);
    if !metadata.is_file() {
        return Err(untrusted(path, format!("it is not a regular file (owner {owner}). Remove it.")));
    }
    if metadata.uid() != effective_user() && Some(metadata.uid()) != sudo_user() {
        return Err(untrusted(path, format!("it belongs to {owner}. Remove it.")));
    }
    if mode & 0o077 != 0 {
        let path_word = shell_word(&path.to_string_lossy());
        let reason =
            format!("other users can access it (owner {owner}, mode {mode:o}). Run `chmod 600 {path_word}`.");
        return Err(untrusted(path, reason));
    }
    Ok(Some(file))
}

/// Checks the folder of such files. Anyone who can write to it can replace the files.
///
/// # Errors
/// Returns [`Refusal::Config`] if other users can write to the folder.
pub fn check_private_folder(folder: &Path) -> Result<()> {
    let metadata = folder.metadata().with_context(|| cannot_write(folder))?;
    let (owner, mode) = (owner(&metadata), metadata.mode() & 0o7777);
    if !is_trusted(metadata.uid()) {
        let reason = format!("it belongs to {owner}. Set XDG_STATE_HOME to a folder of your own.");
        return Err(untrusted(folder, reason));
    }
    if mode & 0o022 != 0 {
        let word = shell_word(&folder.to_string_lossy());
        let reason =
            format!("other users can write to it (owner {owner}, mode {mode:o}). Run `chmod go-w {word}`.");
        return Err(untrusted(folder, reason));
    }
    Ok(())
}

fn untrusted(path: &Path, reason: String) -> Error {
    Refusal::Config { path: Some(path.to_owned()), message: reason }.into()
}

/// Returns the name of a file's owner, or the number if the system has no name for it.
#[must_use]
pub fn owner(metadata: &Metadata) -> String {
    let uid = metadata.uid();
    uzers::get_user_by_uid(uid)
        .map_or_else(|| uid.to_string(), |user| user.name().to_string_lossy().into_owned())
}

/// Returns the user who owns the files that authctl creates.
#[must_use]
pub fn effective_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Applies the rules for files that a user asked authctl to write.
fn check(path: &Path, metadata: &Metadata) -> Result<FileKind> {
    let (kind, owner, mode) = (metadata.file_type(), owner(metadata), metadata.mode() & 0o7777);
    let refused = |reason: String| Err(failed!("{}: {reason}", cannot_write(path)));
    if kind.is_symlink() {
        return refused(format!(
            "it is a symbolic link that belongs to {owner}. Pass the file it points to."
        ));
    }
    if kind.is_dir() {
        return refused(format!("it is a folder that belongs to {owner}. Pass a file."));
    }
    if kind.is_char_device() {
        if is_trusted(metadata.uid()) || is_own_terminal(metadata) {
            return Ok(FileKind::Stream);
        }
        return refused(format!("it is a device that belongs to {owner}. Pass another file."));
    }
    if kind.is_fifo() {
        if metadata.uid() != effective_user() {
            return refused(format!("it is a FIFO that belongs to {owner}. Use one of your own."));
        }
        if mode & 0o066 != 0 {
            let word = shell_word(&path.to_string_lossy());
            let reason = format!("it is a FIFO that other users can open (owner {owner}, mode {mode:o})");
            return refused(format!("{reason}. Run `chmod 600 {word}`."));
        }
        return Ok(FileKind::Stream);
    }
    if !kind.is_file() {
        return refused(format!("it is not a regular file (owner {owner}). Pass another file."));
    }
    if !is_trusted(metadata.uid()) {
        return refused(format!("it belongs to {owner}. Remove it, or pass another file."));
    }
    if mode & 0o002 != 0 {
        let word = shell_word(&path.to_string_lossy());
        let reason = format!("every user can write to it (owner {owner}, mode {mode:o})");
        return refused(format!("{reason}. Run `chmod o-w {word}`."));
    }
    Ok(FileKind::Regular)
}

/// Whether files of this user may be used: the effective user, root, or under sudo the caller.
///
/// Each of them could do the same without authctl.
fn is_trusted(uid: u32) -> bool {
    uid == effective_user() || uid == 0 || Some(uid) == sudo_user()
}

/// Returns the user who called sudo. Ignores the variable unless the effective user is root: others could set it
/// by hand.
fn sudo_user() -> Option<u32> {
    let variable = || env::var("SUDO_UID").ok()?.parse().ok();
    if effective_user() == 0 { variable() } else { None }
}

/// Whether this is the terminal that authctl was started at. After `su`, it still belongs to another user.
fn is_own_terminal(metadata: &Metadata) -> bool {
    let (input, output, error) = (io::stdin(), io::stdout(), io::stderr());
    [input.as_fd(), output.as_fd(), error.as_fd()].into_iter().any(|descriptor| {
        rustix::termios::isatty(descriptor)
            && fs::metadata(format!("/dev/fd/{}", descriptor.as_raw_fd()))
                .is_ok_and(|standard| standard.rdev() == metadata.rdev())
    })
}

/// Whether the path names an inherited descriptor, like `/dev/stdout` and bash's `>(…)`.
///
/// The process that started authctl opened it. So the rules do not apply, as for standard output.
fn is_inherited(path: &Path) -> bool {
    let names: Vec<&str> = path
        .components()
        .filter(|component| *component != Component::RootDir)
        .map(|component| component.as_os_str().to_str().unwrap_or_default())
        .collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    path.is_absolute()
        && match names[..] {
            ["dev", "stdout" | "stderr"] => true,
            ["dev", "fd", number] | ["proc", "self" | "thread-self", "fd", number] => is_number(number),
            _ => false,
        }
}

/// Whether this is a regular file of no bytes, which SQLite and Django take for an empty database.
#[must_use]
pub fn is_empty(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0)
}

/// Returns the mode of a file that every user can reach and read or write.
pub fn mode_open_to_all(path: &Path) -> Option<u32> {
    let path = path.canonicalize().ok()?;
    let mode = |path: &Path| path.metadata().ok().map(|metadata| metadata.mode() & 0o7777);
    let is_reachable =
        path.ancestors().skip(1).all(|folder| mode(folder).is_some_and(|mode| mode & 0o001 != 0));
    mode(&path).filter(|mode| mode & 0o006 != 0 && is_reachable)
}

/// Whether the `manage.py` of a Django project is beside this file, or in the working folder.
#[must_use]
pub fn is_in_project(path: &Path) -> bool {
    let is_beside = |folder: &Path| folder.join("manage.py").is_file();
    path.parent().is_some_and(is_beside) || is_beside(Path::new("."))
}

/// Returns the start of the message for a file that cannot be written.
#[must_use]
pub fn cannot_write(target: &Path) -> String {
    format!("{} cannot be written", target.display())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::is_inherited;

    #[test]
    fn descriptors_are_known_by_their_paths() {
        for path in ["/dev/stdout", "/dev/fd/63", "/proc/self/fd/3", "//dev//fd/3"] {
            assert!(is_inherited(Path::new(path)), "{path}");
        }
        for path in ["dev/stdout", "/dev/fd", "/dev/fd/x", "/dev/fd/../null", "/proc/1/fd/3", "/tmp/dev/fd/3"]
        {
            assert!(!is_inherited(Path::new(path)), "{path}");
        }
    }
}
