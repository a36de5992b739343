//! The file or standard input, which may be read twice: once to check it, once more to hash its passwords.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use zeroize::Zeroizing;

/// So much of standard input is kept to be read again.
const KEPT: u64 = 64 * 1024 * 1024;

const BUFFER: usize = 64 * 1024;

/// Where the accounts come from.
pub enum Source {
    /// A file.
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
    /// The file of this name, or standard input for `-`.
    ///
    /// # Errors
    /// What the operating system says of standard input.
    pub fn new(path: &Path) -> Result<Self> {
        if path != Path::new("-") {
            return Ok(Self::File(path.to_owned()));
        }
        let mut kept = Zeroizing::new(Vec::new());
        io::stdin().take(KEPT).read_to_end(&mut kept).context("standard input cannot be read")?;
        let is_whole = (kept.len() as u64) < KEPT;
        Ok(Self::Stdin { kept, is_whole })
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin { .. } => "standard input".into(),
        }
    }

    /// Can it be read twice? A pipe of any length cannot.
    #[must_use]
    pub fn is_rereadable(&self) -> bool {
        match self {
            Self::File(path) => path.metadata().is_ok_and(|metadata| metadata.is_file()),
            Self::Stdin { is_whole, .. } => *is_whole,
        }
    }

    /// Reads it from its beginning, without the mark that some programs put before UTF-8 text.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn open(&self) -> Result<Box<dyn BufRead + Send + '_>> {
        let cannot = || format!("{} cannot be read", self.name());
        let mut reader: Box<dyn BufRead + Send + '_> = match self {
            Self::File(path) => {
                Box::new(BufReader::with_capacity(BUFFER, File::open(path).with_context(cannot)?))
            }
            Self::Stdin { kept, is_whole: true } => Box::new(&kept[..]),
            Self::Stdin { kept, is_whole: false } => {
                Box::new(BufReader::with_capacity(BUFFER, kept.chain(io::stdin())))
            }
        };
        if reader.fill_buf().with_context(cannot)?.starts_with(b"\xef\xbb\xbf") {
            reader.consume(3);
        }
        Ok(reader)
    }
}
