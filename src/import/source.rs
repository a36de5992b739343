//! The file or standard input, which may be read twice: once to check it, once more to hash its passwords.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rustix::fs::fstat;
use zeroize::Zeroizing;

use super::encoding::{Encoding, decoded};

/// So much of standard input is kept to be read again.
const KEPT: u64 = 64 * 1024 * 1024;

const BUFFER: usize = 64 * 1024;

/// Where the accounts come from.
pub struct Source {
    place: Place,
    encoding: Encoding,
}

enum Place {
    File(PathBuf),
    /// Standard input, with what was read of it.
    Stdin {
        /// Its beginning.
        kept: Zeroizing<Vec<u8>>,
        /// Is that all of it?
        is_whole: bool,
    },
}

impl Source {
    /// The file of this name, or standard input for `-`, in this encoding.
    ///
    /// # Errors
    /// What the operating system says of standard input.
    pub fn new(path: &Path, encoding: Encoding) -> Result<Self> {
        if path != Path::new("-") {
            return Ok(Self { place: Place::File(path.to_owned()), encoding });
        }
        let mut kept = Zeroizing::new(Vec::new());
        io::stdin().take(KEPT).read_to_end(&mut kept).context("standard input cannot be read")?;
        let is_whole = (kept.len() as u64) < KEPT;
        Ok(Self { place: Place::Stdin { kept, is_whole }, encoding })
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.place {
            Place::File(path) => path.display().to_string(),
            Place::Stdin { .. } => "standard input".into(),
        }
    }

    /// Can it be read twice? A pipe of any length cannot.
    #[must_use]
    pub fn is_rereadable(&self) -> bool {
        match &self.place {
            Place::File(path) => path.metadata().is_ok_and(|metadata| metadata.is_file()),
            Place::Stdin { is_whole, .. } => *is_whole,
        }
    }

    /// Is this the same file, whatever its name?
    #[must_use]
    pub fn is_file(&self, path: &Path) -> bool {
        let own = match &self.place {
            Place::File(own) => own.metadata().map(|metadata| (metadata.dev(), metadata.ino())).ok(),
            Place::Stdin { .. } => fstat(io::stdin()).map(|stat| (stat.st_dev, stat.st_ino)).ok(),
        };
        own.is_some() && own == path.metadata().map(|metadata| (metadata.dev(), metadata.ino())).ok()
    }

    /// Reads it from its beginning, as UTF-8 text.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn open(&self) -> Result<Box<dyn BufRead + Send + '_>> {
        let cannot = || format!("{} cannot be read", self.name());
        let reader: Box<dyn BufRead + Send + '_> = match &self.place {
            Place::File(path) => {
                Box::new(BufReader::with_capacity(BUFFER, File::open(path).with_context(cannot)?))
            }
            Place::Stdin { kept, is_whole: true } => Box::new(&kept[..]),
            Place::Stdin { kept, is_whole: false } => {
                Box::new(BufReader::with_capacity(BUFFER, kept.chain(io::stdin())))
            }
        };
        decoded(reader, self.encoding).with_context(cannot)
    }
}
