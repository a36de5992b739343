//! Creates files that appear complete and readable by their owner only, or not at all.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD};
use tempfile::NamedTempFile;

use super::existing::cannot_write;
use super::stale;
use crate::error::failure::{Error, ErrorContext as _, Result, failed};
use crate::error::lost_answer::{Effect, LostAnswer};
use crate::error::refusal::Refusal;
use crate::signals::{self, UnfinishedFile};

/// A new file, not yet visible under its target path. It is in the target's folder.
#[derive(Debug)]
pub struct NewFile {
    temporary: Temporary,
    target: PathBuf,
}

#[derive(Debug)]
enum Temporary {
    /// A file without a name, so that nothing remains if the program is killed.
    ///
    /// Linux supports this on most of its file systems.
    Unnamed(File),
    Named {
        file: NamedTempFile,
        #[expect(dead_code, reason = "dropping it tells that the file is finished")]
        unfinished: UnfinishedFile,
    },
}

impl NewFile {
    /// Creates an empty file that will appear at this path.
    pub fn at(target: &Path) -> Result<Self> {
        prepare_folder(target)?;
        match unnamed(folder(target)) {
            Some(file) => Ok(Self { temporary: Temporary::Unnamed(file), target: target.to_owned() }),
            None => Self::named_at(target),
        }
    }

    /// Creates the same file with a temporary name, for a writer that needs a path.
    pub fn named_at(target: &Path) -> Result<Self> {
        prepare_folder(target)?;
        let (file, unfinished) = signals::unfinished(|| {
            let file = stale::named(folder(target))?;
            let path = file.path().to_owned();
            Ok::<_, io::Error>((file, path))
        })
        .map_err(|error| cannot_create(&error, target))?;
        Ok(Self { temporary: Temporary::Named { file, unfinished }, target: target.to_owned() })
    }

    /// Returns the temporary path, if the file has one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.temporary {
            Temporary::Unnamed(_) => None,
            Temporary::Named { file, .. } => Some(file.path()),
        }
    }

    /// Whether this process has opened the file a second time.
    ///
    /// In another user's folder, the path may lead to a different file at any time. A caller that opens the path
    /// must check this before it writes a secret.
    #[must_use]
    pub fn is_open_twice(&self) -> bool {
        let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
        // Without `/proc`, this cannot be checked.
        let Ok(descriptors) = fs::read_dir("/proc/self/fd") else { return true };
        let Ok(own) = self.file().metadata().map(identity) else { return false };
        let paths = descriptors.flatten().map(|descriptor| descriptor.path());
        paths.filter(|path| path.metadata().map(identity).is_ok_and(|other| other == own)).count() > 1
    }

    fn file(&self) -> &File {
        match &self.temporary {
            Temporary::Unnamed(file) => file,
            Temporary::Named { file, .. } => file.as_file(),
        }
    }

    /// Writes all of these bytes.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let mut file = self.file();
        file.write_all(bytes).with_context(|| cannot_write(&self.target))
    }

    /// Changes the mode, which is 0600 at first.
    pub fn set_mode(&self, mode: u32) -> Result<()> {
        self.file().set_permissions(Permissions::from_mode(mode)).with_context(|| cannot_write(&self.target))
    }

    /// Changes the group. Returns false if that is not permitted.
    pub fn set_group(&self, group: u32) -> Result<bool> {
        let has_group = self.file().metadata().map(|metadata| metadata.gid() == group);
        if has_group.with_context(|| cannot_write(&self.target))? {
            return Ok(true);
        }
        match fchown(self.file(), None, Some(group)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(false),
            Err(error) => Err(error).with_context(|| cannot_write(&self.target)),
        }
    }

    /// Syncs the file to disk, so that later steps are unlikely to fail. Returns its length.
    pub fn sync(&self) -> Result<u64> {
        let length = self.file().sync_all().and_then(|()| self.file().metadata());
        Ok(length.with_context(|| cannot_write(&self.target))?.len())
    }

    /// Syncs the file and lets it appear like [`Self::appear`], unless the user has interrupted the program.
    /// Returns the length of the file.
    ///
    /// Just before the file appears, the command starts to owe an answer ([`signals::owe_first`]). Afterwards, the
    /// command runs to its end.
    ///
    /// # Errors
    /// Returns [`Refusal::FileExists`], [`Refusal::Interrupted`], or [`Refusal::LostAnswer`] if the file is in
    /// place but its name may not be on disk.
    pub fn publish(self, replaces: bool) -> Result<u64> {
        let effect = Effect::file(&self.target);
        self.publish_as(replaces, &effect)
    }

    /// Like [`Self::publish`], for a file that is part of another change.
    pub fn publish_as(self, replaces: bool, effect: &Effect) -> Result<u64> {
        let length = self.sync()?;
        let critical = signals::critical();
        let lost = |is_certain, reason: String| {
            Refusal::LostAnswer(Box::new(LostAnswer::file(effect.clone(), is_certain, reason)))
        };
        let is_first = signals::owe_first(lost(false, "interrupted".into()));
        let target = self.target.clone();
        // If the answer to a larger change is already owed, this file is part of that change.
        let appeared = if is_first && signals::requested() {
            Err(Refusal::Interrupted.into())
        } else {
            self.move_into_place(replaces)
        };
        if is_first {
            match &appeared {
                Ok(()) => drop(signals::owe(lost(true, "interrupted".into()))),
                Err(_) => signals::settle(),
            }
        }
        appeared?;
        critical.until_the_end();
        sync_folder(&target).map_err(|error| lost(false, format!("{error}")))?;
        Ok(length)
    }

    /// Lets the file appear under its target path. An existing file is replaced only if `replaces` is true.
    ///
    /// # Errors
    /// Returns [`Refusal::FileExists`] if the file exists and is not replaced.
    pub fn appear(self, replaces: bool) -> Result<()> {
        let target = self.target.clone();
        self.move_into_place(replaces)?;
        sync_folder(&target)
    }

    fn move_into_place(self, replaces: bool) -> Result<()> {
        let Self { temporary, target } = self;
        let appeared = match temporary {
            Temporary::Unnamed(file) if replaces => replace(&file, &target),
            Temporary::Unnamed(file) => link(&file, &target),
            Temporary::Named { file, .. } if replaces => {
                file.persist(&target).map(drop).map_err(|failed| failed.error)
            }
            Temporary::Named { file, .. } => {
                file.persist_noclobber(&target).map(drop).map_err(|failed| failed.error)
            }
        };
        match appeared {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(Refusal::FileExists { path: target, is_replaceable: false }.into())
            }
            appeared => appeared.with_context(|| cannot_write(&target)),
        }
    }
}

/// Syncs the file's name to disk.
fn sync_folder(target: &Path) -> Result<()> {
    File::open(folder(target)).and_then(|folder| folder.sync_all()).with_context(|| cannot_write(target))
}

impl io::Write for &NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.file();
        file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Creates a file without a name. `None` if the system does not support that.
#[cfg(not(target_os = "linux"))]
fn unnamed(_folder: &Path) -> Option<File> {
    None
}

/// Creates a file without a name. `None` if the file system does not support that.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR).ok().map(File::from)?;
    entry(&file).exists().then_some(file)
}

/// Returns the path of an open file in `/proc`, which can be linked.
fn entry(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

fn link(file: &File, target: &Path) -> io::Result<()> {
    Ok(rustix::fs::linkat(CWD, entry(file), CWD, target, AtFlags::SYMLINK_FOLLOW)?)
}

/// Replaces the target by linking the file to a temporary name and renaming that, since a link never replaces a file.
///
/// A target that does not exist needs no temporary name.
fn replace(file: &File, target: &Path) -> io::Result<()> {
    let _critical = signals::critical();
    match link(file, target) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        linked => return linked,
    }
    stale::lock(file);
    let named = stale::builder().make_in(folder(target), |path| link(file, path));
    // Drop the temporary name from the error.
    let named = named.map_err(|error| io::Error::from(error.kind()))?;
    fs::rename(named.path(), target)?;
    // The file now has its final name, so the temporary name must not be removed.
    let _ = named.into_temp_path().keep();
    Ok(())
}

fn prepare_folder(target: &Path) -> Result<()> {
    let folder = folder(target);
    if !folder.is_dir() {
        return Err(failed!("{}: the folder {} does not exist", cannot_write(target), folder.display()));
    }
    stale::remove(folder);
    Ok(())
}

/// Returns the folder of a file.
pub fn folder(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The error if no file can be created in the target's folder. It omits the temporary name, which means nothing to
/// users.
fn cannot_create(error: &io::Error, target: &Path) -> Error {
    let text = error.to_string();
    let reason = text.split(" at path ").next().unwrap_or_default();
    failed!("{}: no file can be created in {}: {reason}", cannot_write(target), folder(target).display())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::NewFile;
    use crate::error::failure::Result;

    #[test]
    fn an_existing_file_is_replaced_only_where_that_is_asked_for() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let target = folder.path().join("target");
        let create: [fn(&std::path::Path) -> Result<NewFile>; 2] = [NewFile::at, NewFile::named_at];
        for create in create {
            fs::write(&target, "old").expect("a file");
            let new = || {
                let file = create(&target).expect("a new file");
                file.write(b"new").expect("a write");
                file
            };
            assert!(new().appear(false).is_err());
            assert!(new().publish(false).is_err());
            assert_eq!(fs::read(&target).expect("the file"), b"old");
            new().appear(true).expect("the file to be replaced");
            assert_eq!(fs::read(&target).expect("the file"), b"new");
            assert_eq!(fs::read_dir(&folder).expect("a list").count(), 1);
        }
    }

    // Elsewhere, no descriptors can be compared, and every file is accepted.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_that_was_put_in_its_place_is_another() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let file = NewFile::named_at(&folder.path().join("copy")).expect("a file");
        assert!(!file.is_open_twice());
        let path = file.path().expect("a name");
        let again = fs::File::open(path).expect("the file");
        assert!(file.is_open_twice());
        drop(again);
        fs::remove_file(path).expect("the file to go");
        let _other = fs::File::create(path).expect("another file");
        assert!(!file.is_open_twice());
    }

    #[test]
    fn a_folder_that_is_gone_is_not_told_as_a_file_that_is_there() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("a folder");
        let file = NewFile::at(&inner.join("target")).expect("a new file");
        fs::remove_dir_all(&inner).expect("no folder");
        let error = file.appear(false).expect_err("no place to appear in");
        assert!(error.refusal().is_none(), "{error}");
    }
}
