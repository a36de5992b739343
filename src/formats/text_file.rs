//! A file of UTF-8 text that is read at any offset.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;

use zeroize::Zeroizing;

use crate::error::failure::{ErrorContext as _, Result};

/// A file of UTF-8 text.
pub struct TextFile<'s> {
    file: File,
    /// The offset of the first character, after a byte order mark.
    start: u64,
    /// What the file is a copy of, until it has been read.
    source: Option<Box<dyn BufRead + Send + 's>>,
}

/// Reads a text, and copies what it reads to a file.
struct Copying<'s, 'f> {
    source: Box<dyn BufRead + Send + 's>,
    file: &'f File,
}

impl Read for Copying<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        self.file.write_all(&buffer[..length])?;
        Ok(length)
    }
}

impl<'s> TextFile<'s> {
    /// Uses a file whose text starts at this offset.
    #[must_use]
    pub fn new(file: File, start: u64) -> Self {
        Self { file, start, source: None }
    }

    /// Copies a text to a temporary file that has no name and that only its owner can read. The text is copied while it is
    /// read: an endless one ends with its first fault.
    ///
    /// # Errors
    /// Fails if the file cannot be created.
    pub fn copy(text: Box<dyn BufRead + Send + 's>) -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, start: 0, source: Some(text) })
    }

    /// Whether the text is still to come from a stream, which may keep its reader waiting.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.source.is_some()
    }

    /// Reads the text from its beginning.
    ///
    /// # Errors
    /// Fails if the file cannot be read.
    pub fn reader(&mut self) -> io::Result<Box<dyn BufRead + Send + '_>> {
        const BUFFER: usize = 64 * 1024;
        let mut file = &self.file;
        if let Some(source) = self.source.take() {
            return Ok(Box::new(BufReader::with_capacity(BUFFER, Copying { source, file })));
        }
        file.seek(SeekFrom::Start(self.start))?;
        Ok(Box::new(BufReader::with_capacity(BUFFER, file)))
    }
}

/// Reads pieces of a file. Several streams of neighbouring pieces may alternate.
pub struct TextPieces {
    file: File,
    start: u64,
    windows: Vec<Window>,
    /// The number of pieces read so far.
    clock: u64,
}

/// A part of the file in memory.
#[derive(Default)]
struct Window {
    offset: u64,
    bytes: Zeroizing<Vec<u8>>,
    last_use: u64,
}

impl TextPieces {
    /// The number of windows, enough for users, their tokens and several kinds of profiles.
    const WINDOWS: usize = 8;

    /// The length of a window in bytes. A longer one makes pieces in random order slower.
    const LENGTH: usize = 8 * 1024;

    /// Reads pieces of this file, which has been read to its end.
    #[must_use]
    pub fn new(text: TextFile<'_>) -> Self {
        let windows = std::iter::repeat_with(Window::default).take(Self::WINDOWS).collect();
        Self { file: text.file, start: text.start, windows, clock: 0 }
    }

    /// Returns the text at this offset.
    ///
    /// # Errors
    /// Fails if there is no such text any more.
    pub fn read(&mut self, offset: u64, length: usize) -> Result<&str> {
        self.clock += 1;
        let range = |window: &Window| {
            let from = usize::try_from(offset.checked_sub(window.offset)?).ok()?;
            Some(from..from.checked_add(length)?).filter(|range| range.end <= window.bytes.len())
        };
        let found = self.windows.iter().position(|window| range(window).is_some());
        let oldest = || self.windows.iter().enumerate().min_by_key(|(_, window)| window.last_use);
        let number = found.or_else(|| oldest().map(|(number, _)| number)).unwrap_or_default();
        let window = &mut self.windows[number];
        window.last_use = self.clock;
        if found.is_none() {
            let filled = window.fill(&self.file, self.start + offset, length.max(Self::LENGTH));
            filled.context("the input cannot be read")?;
            window.offset = offset;
        }
        let bytes = range(window).and_then(|range| window.bytes.get(range));
        bytes
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .context("the input has changed while it was read")
    }
}

impl Window {
    /// Reads up to `length` bytes from this offset of the file.
    fn fill(&mut self, file: &File, offset: u64, length: usize) -> io::Result<()> {
        self.bytes.resize(length, 0);
        let mut filled = 0;
        while filled < length {
            match file.read_at(&mut self.bytes[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.bytes.truncate(filled);
        Ok(())
    }
}
