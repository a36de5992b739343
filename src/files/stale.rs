//! What a killed run left: files under a temporary name, which hold secrets and help nobody.
//!
//! A run keeps a lock on each of its temporary files. So a file whose lock can be had belongs to a run that ended.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use tempfile::NamedTempFile;

use super::existing::effective_user;

/// How temporary names begin. Random letters and digits follow.
const PREFIX: &str = ".authctl-";

/// How many random letters and digits follow.
const RANDOM: usize = 6;

/// Temporary files of this program.
pub fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).rand_bytes(RANDOM);
    builder
}

/// A temporary file with a name in this folder, locked.
pub fn named(folder: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = builder().tempfile_in(folder)?;
        lock(file.as_file());
        // Before it was locked, another run could take it for one that was left.
        if file.as_file().metadata()?.nlink() > 0 {
            return Ok(file);
        }
    }
}

/// Locks a temporary file until it is closed. On a file system without locks, what a killed run leaves stays.
pub fn lock(file: &File) {
    let _ = file.lock();
}

/// Removes what killed runs of this user left in the folder. What cannot be removed is no obstacle.
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
