//! A file of UTF-8 text that is read at any offset.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;

use zeroize::Zeroizing;

use crate::error::failure::{ErrorContext as _, Result};

/// A file of UTF-8 text.
pub struct TextFile {
    file: File,
    /// The offset of the first character, after a byte order mark.
    start: u64,
}

impl TextFile {
    /// Uses a file whose text starts at this offset.
    #[must_use]
    pub fn new(file: File, start: u64) -> Self {
        Self { file, start }
    }

    /// Copies a text to a temporary file that has no name and that only its owner can read.
    ///
    /// # Errors
    /// Fails if the text cannot be read, or the file not written.
    pub fn copy(text: &mut dyn BufRead) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        io::copy(text, &mut file)?;
        Ok(Self::new(file, 0))
    }

    /// Reads the text from its beginning.
    ///
    /// # Errors
    /// Fails if the file cannot be read.
    pub fn reader(&self) -> io::Result<Box<dyn BufRead + Send + '_>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.start))?;
        Ok(Box::new(BufReader::with_capacity(64 * 1024, file)))
    }
}

/// Reads pieces of a file. Several streams of neighbouring pieces may alternate.
pub struct TextPieces {
    text: TextFile,
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

    /// Reads pieces of this file.
    #[must_use]
    pub fn new(text: TextFile) -> Self {
        let windows = std::iter::repeat_with(Window::default).take(Self::WINDOWS).collect();
        Self { text, windows, clock: 0 }
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
            window.fill(&self.text, offset, length.max(Self::LENGTH)).context("the input cannot be read")?;
        }
        let bytes = range(window).and_then(|range| window.bytes.get(range));
        bytes
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .context("the input has changed while it was read")
    }
}

impl Window {
    /// Reads up to `length` bytes from this offset.
    fn fill(&mut self, text: &TextFile, offset: u64, length: usize) -> io::Result<()> {
        self.offset = offset;
        self.bytes.resize(length, 0);
        let mut filled = 0;
        while filled < length {
            match text.file.read_at(&mut self.bytes[filled..], text.start + offset + filled as u64) {
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
