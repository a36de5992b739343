//! Files that appear whole and readable by their owner alone, or not at all.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use rustix::fs::{AtFlags, CWD};
use tempfile::NamedTempFile;

use super::existing::cannot_write;
use super::stale;
use crate::error::lost_answer::Unanswered;
use crate::error::refusal::Refusal;
use crate::signals::{self, UnfinishedFile};

/// A file in the making, in the folder in which it will appear.
#[derive(Debug)]
pub struct NewFile {
    making: Making,
    target: PathBuf,
}

#[derive(Debug)]
enum Making {
    /// Without a name, so that nothing is left of it when the program is killed. A feature of Linux and of most of its
    /// file systems.
    Unnamed(File),
    Named {
        file: NamedTempFile,
        #[expect(dead_code, reason = "dropping it tells that the file is finished")]
        unfinished: UnfinishedFile,
    },
}

impl NewFile {
    /// An empty file that shall appear at this path.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn at(target: &Path) -> Result<Self> {
        prepare_folder(target)?;
        match unnamed(folder(target)) {
            Some(file) => Ok(Self { making: Making::Unnamed(file), target: target.to_owned() }),
            None => Self::named_at(target),
        }
    }

    /// The same, for a writer that wants a path in the meantime.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn named_at(target: &Path) -> Result<Self> {
        prepare_folder(target)?;
        let (file, unfinished) = signals::unfinished(|| {
            let file = stale::named(folder(target))?;
            let path = file.path().to_owned();
            Ok::<_, io::Error>((file, path))
        })
        .map_err(|error| not_made(&error, target))?;
        Ok(Self { making: Making::Named { file, unfinished }, target: target.to_owned() })
    }

    /// Where it is in the meantime, if it has a name.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.making {
            Making::Unnamed(_) => None,
            Making::Named { file, .. } => Some(file.path()),
        }
    }

    /// Did this process open the file once more? In a folder of somebody else's, its path can lead to another file at any
    /// time, so that whoever opens it by its path has to ask before writing a secret.
    #[must_use]
    pub fn is_open_twice(&self) -> bool {
        let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
        // Without `/proc` it cannot be told.
        let Ok(descriptors) = fs::read_dir("/proc/self/fd") else { return true };
        let Ok(own) = self.file().metadata().map(identity) else { return false };
        let paths = descriptors.flatten().map(|descriptor| descriptor.path());
        paths.filter(|path| path.metadata().map(identity).is_ok_and(|other| other == own)).count() > 1
    }

    fn file(&self) -> &File {
        match &self.making {
            Making::Unnamed(file) => file,
            Making::Named { file, .. } => file.as_file(),
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let mut file = self.file();
        file.write_all(bytes).with_context(|| cannot_write(&self.target))
    }

    /// Gives it another mode than its owner's alone.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn set_mode(&self, mode: u32) -> Result<()> {
        self.file().set_permissions(Permissions::from_mode(mode)).with_context(|| cannot_write(&self.target))
    }

    /// Gives it to this group; false where that is not permitted.
    ///
    /// # Errors
    /// What the operating system says.
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

    /// Waits until the disk has it, so that what is left to do can hardly fail; returns its length.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn sync(&self) -> Result<u64> {
        let length = self.file().sync_all().and_then(|()| self.file().metadata());
        Ok(length.with_context(|| cannot_write(&self.target))?.len())
    }

    /// Lets it appear unless someone has asked the program to end, as [`Self::appear`]; returns its length. From just
    /// before it appears an answer is owed, and the command finishes.
    ///
    /// # Errors
    /// [`Refusal::FileExists`], [`Refusal::Interrupted`], [`Refusal::Unanswered`] where the file is in its place but the
    /// disk may not have its name, or what the operating system says.
    pub fn publish(self, replaces: bool) -> Result<u64> {
        let change = format!("{} was written", self.target.display());
        self.publish_as(replaces, &change)
    }

    /// As [`Self::publish`]; that it appears means `change`, a clause.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn publish_as(self, replaces: bool, change: &str) -> Result<u64> {
        let length = self.sync()?;
        let critical = signals::critical();
        let lost = |is_certain, reason: String| {
            Refusal::Unanswered(Box::new(Unanswered::file(change, is_certain, reason)))
        };
        let is_first = signals::owe_first(lost(false, "interrupted".into()));
        let target = self.target.clone();
        // Where the answer to a larger change is owed already, this is part of it.
        let appeared = if is_first && signals::requested() {
            Err(Refusal::Interrupted.into())
        } else {
            self.take_place(replaces)
        };
        if is_first {
            match &appeared {
                Ok(()) => drop(signals::owe(lost(true, "interrupted".into()))),
                Err(_) => signals::settle(),
            }
        }
        appeared?;
        critical.until_the_end();
        sync_folder(&target).map_err(|error| lost(false, format!("{error:#}")))?;
        Ok(length)
    }

    /// Lets it appear, in the place of a file that is there already only where it `replaces` it.
    ///
    /// # Errors
    /// [`Refusal::FileExists`], or what the operating system says.
    pub fn appear(self, replaces: bool) -> Result<()> {
        let target = self.target.clone();
        self.take_place(replaces)?;
        sync_folder(&target)
    }

    fn take_place(self, replaces: bool) -> Result<()> {
        let Self { making, target } = self;
        let appeared = match making {
            Making::Unnamed(file) if replaces => replace(&file, &target),
            Making::Unnamed(file) => link(&file, &target),
            Making::Named { file, .. } if replaces => {
                file.persist(&target).map(drop).map_err(|failed| failed.error)
            }
            Making::Named { file, .. } => {
                file.persist_noclobber(&target).map(drop).map_err(|failed| failed.error)
            }
        };
        match appeared {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Refusal::FileExists(target).into()),
            appeared => appeared.with_context(|| cannot_write(&target)),
        }
    }
}

/// Waits until the disk has the file's name.
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

/// A file without a name in this folder; `None` where there is no such thing.
#[cfg(not(target_os = "linux"))]
fn unnamed(_folder: &Path) -> Option<File> {
    None
}

/// A file without a name in this folder; `None` where there is no such thing.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR).ok().map(File::from)?;
    entry(&file).exists().then_some(file)
}

/// The name of an open file among those of this process, by which it can be linked.
fn entry(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

fn link(file: &File, target: &Path) -> io::Result<()> {
    Ok(rustix::fs::linkat(CWD, entry(file), CWD, target, AtFlags::SYMLINK_FOLLOW)?)
}

/// A link never replaces what is there, a change of name does. Where nothing is there, no temporary name is needed.
fn replace(file: &File, target: &Path) -> io::Result<()> {
    let _critical = signals::critical();
    match link(file, target) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        linked => return linked,
    }
    stale::lock(file);
    let named = stale::builder().make_in(folder(target), |path| link(file, path));
    // Without the name under which it was tried.
    let named = named.map_err(|error| io::Error::from(error.kind()))?;
    fs::rename(named.path(), target)?;
    // It has its name now, and is not to be removed under the one before.
    let _ = named.into_temp_path().keep();
    Ok(())
}

fn prepare_folder(target: &Path) -> Result<()> {
    let folder = folder(target);
    if !folder.is_dir() {
        bail!("{}: there is no folder {}", cannot_write(target), folder.display());
    }
    stale::remove(folder);
    Ok(())
}

/// The folder in which a file lies.
pub fn folder(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// No file can be made in the target's folder. The name under which it was tried says nothing to anybody.
fn not_made(error: &io::Error, target: &Path) -> anyhow::Error {
    let text = error.to_string();
    let reason = text.split(" at path ").next().unwrap_or_default();
    anyhow!("{}: no file can be made in {}: {reason}", cannot_write(target), folder(target).display())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::{NewFile, Refusal};

    #[test]
    fn an_existing_file_is_replaced_only_where_that_is_asked_for() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let target = folder.path().join("target");
        let create: [fn(&std::path::Path) -> anyhow::Result<NewFile>; 2] = [NewFile::at, NewFile::named_at];
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

    #[test]
    fn a_file_that_was_put_in_its_place_is_another() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let file = NewFile::named_at(&folder.path().join("copy")).expect("a file");
        assert!(!file.is_open_twice());
        let path = file.path().expect("a name");
        let again = File::open(path).expect("the file");
        assert!(file.is_open_twice());
        drop(again);
        fs::remove_file(path).expect("the file to go");
        let _other = File::create(path).expect("another file");
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
        assert!(error.downcast_ref::<Refusal>().is_none(), "{error}");
    }
}
