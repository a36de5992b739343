//! Entries that wait for the database: in memory, and past a limit in an unlinked file that its owner alone can read.

use std::io::{self, BufReader, BufWriter, IntoInnerError, Read as _, Seek as _, Write as _};

use anyhow::{Context as _, Result};
use tempfile::SpooledTempFile;
use zeroize::Zeroize as _;

use super::entry::Entry;

/// So many bytes wait in memory.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// Entries in the order in which they came.
pub struct Spill {
    file: BufWriter<SpooledTempFile>,
    count: usize,
    frame: Vec<u8>,
}

impl Spill {
    /// With nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self { file: BufWriter::new(tempfile::spooled_tempfile(IN_MEMORY)), count: 0, frame: Vec::new() }
    }

    /// How many entries wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Adds an entry behind the others.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn push(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.frame.zeroize();
        self.frame = postcard::to_extend(entry, std::mem::take(&mut self.frame))?;
        let length = u32::try_from(self.frame.len()).context("a row is too long")?;
        let written =
            self.file.write_all(&length.to_le_bytes()).and_then(|()| self.file.write_all(&self.frame));
        self.count += 1;
        written.context("the temporary file cannot be written")
    }

    /// Hands out the entries, from the first to the last.
    ///
    /// # Errors
    /// What `on_entry` returns, or what the operating system says.
    pub fn each(self, on_entry: &mut dyn FnMut(Entry<'_>) -> Result<()>) -> Result<()> {
        const UNREADABLE: &str = "the temporary file cannot be read";
        let opened = self.file.into_inner().map_err(IntoInnerError::into_error);
        let opened = opened.and_then(|mut file| file.rewind().map(|()| file));
        let mut file = BufReader::new(opened.context("the temporary file cannot be written")?);
        let mut frame = Vec::new();
        for _ in 0..self.count {
            read_frame(&mut file, &mut frame).context(UNREADABLE)?;
            on_entry(postcard::from_bytes(&frame).context(UNREADABLE)?)?;
            frame.zeroize();
        }
        Ok(())
    }
}

fn read_frame(file: &mut BufReader<SpooledTempFile>, frame: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; 4];
    file.read_exact(&mut length)?;
    frame.resize(usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?, 0);
    file.read_exact(frame)
}
