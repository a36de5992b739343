//! A queue of records that wait for the database. It is in memory up to a limit, and then in an unlinked file that only
//! its owner can read.

use std::io::{self, BufReader, BufWriter, IntoInnerError, Read as _, Seek as _, Write as _};

use serde::{Deserialize, Serialize};
use tempfile::SpooledTempFile;
use zeroize::Zeroize as _;

use crate::error::failure::{ErrorContext as _, Result};

const UNREADABLE: &str = "the temporary file cannot be read";

/// The number of bytes that are kept in memory.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// Records in insertion order.
pub struct RecordSpool {
    file: BufWriter<SpooledTempFile>,
    count: usize,
    frame: Vec<u8>,
}

impl RecordSpool {
    /// Creates an empty spool.
    #[must_use]
    pub fn new() -> Self {
        Self { file: BufWriter::new(tempfile::spooled_tempfile(IN_MEMORY)), count: 0, frame: Vec::new() }
    }

    /// Returns the number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Appends a record.
    pub fn push(&mut self, record: &impl Serialize) -> Result<()> {
        self.frame.zeroize();
        self.frame = postcard::to_extend(record, std::mem::take(&mut self.frame))?;
        let length = u32::try_from(self.frame.len()).ok().context("a row is too long")?;
        let written =
            self.file.write_all(&length.to_le_bytes()).and_then(|()| self.file.write_all(&self.frame));
        self.count += 1;
        written.context("the temporary file cannot be written")
    }

    /// Passes the records to `on_record` in order. [`read`] decodes them.
    pub fn each(self, on_record: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let opened = self.file.into_inner().map_err(IntoInnerError::into_error);
        let opened = opened.and_then(|mut file| file.rewind().map(|()| file));
        let mut file = BufReader::new(opened.context("the temporary file cannot be written")?);
        let mut frame = Vec::new();
        for _ in 0..self.count {
            read_frame(&mut file, &mut frame).context(UNREADABLE)?;
            on_record(&frame)?;
            frame.zeroize();
        }
        Ok(())
    }
}

/// Decodes a record.
pub fn read<'r, T: Deserialize<'r>>(record: &'r [u8]) -> Result<T> {
    postcard::from_bytes(record).context(UNREADABLE)
}

fn read_frame(file: &mut BufReader<SpooledTempFile>, frame: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; 4];
    file.read_exact(&mut length)?;
    frame.resize(usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?, 0);
    file.read_exact(frame)
}
