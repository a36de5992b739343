//! Temporary files, and the removal of those that killed runs left behind, since they contain secrets.
//!
//! A run locks each of its temporary files. So a file that can be locked belongs to a run that has ended.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use tempfile::NamedTempFile;

use super::existing::effective_user;

/// The prefix of temporary names. Random letters and digits follow.
const PREFIX: &str = ".authctl-";

/// The number of random letters and digits.
const RANDOM: usize = 6;

/// Creates temporary files with names of this program.
pub fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).rand_bytes(RANDOM);
    builder
}

/// Creates a named temporary file in this folder, and locks it.
pub fn named(folder: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = builder().tempfile_in(folder)?;
        lock(file.as_file());
        // Before the lock, another run may have taken the file for a stale one and removed it.
        if file.as_file().metadata()?.nlink() > 0 {
            return Ok(file);
        }
    }
}

/// Locks a temporary file until it is closed. Without locks in the file system, files of killed runs are never
/// removed.
pub fn lock(file: &File) {
    let _ = file.lock();
}

/// Removes files that killed runs of this user left in the folder. Ignores failures.
pub fn remove(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if random.is_some_and(|random| {
            random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }) {
            let _ = remove_if_stale(&entry.path());
        }
    }
}

fn remove_if_stale(path: &Path) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let metadata = file.metadata()?;
    if metadata.is_file() && metadata.uid() == effective_user() && file.try_lock().is_ok() {
        fs::remove_file(path)?;
    }
    Ok(())
}
