//! The input file, pipe or standard input. It may be read twice: first to check it, then to hash its passwords.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::failure::{ErrorContext as _, Result};
use crate::formats::encoding::{Encoding, decoded, utf8_mark};
use crate::formats::text_file::TextFile;

/// The number of bytes of a pipe that are kept so that they can be read again.
const KEPT: u64 = 64 * 1024 * 1024;

const BUFFER: usize = 64 * 1024;

/// The length of the longest byte order mark.
const LONGEST_MARK: u64 = 3;

/// The input of an import.
pub struct InputFile {
    name: String,
    bytes: Bytes,
    encoding: Encoding,
}

enum Bytes {
    File(PathBuf),
    /// Standard input or a named pipe, which can be read only once.
    Pipe {
        /// The first bytes.
        kept: Zeroizing<Vec<u8>>,
        /// Whether these are all bytes.
        is_whole: bool,
        /// The remaining bytes.
        rest: File,
    },
}

impl InputFile {
    /// Opens the file at this path, or standard input for `-`, with this encoding.
    pub fn new(path: &Path, encoding: Encoding) -> Result<Self> {
        let is_stdin = path == Path::new("-");
        let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
        if !is_stdin && path.metadata().is_ok_and(|metadata| metadata.is_file()) {
            return Ok(Self { name, bytes: Bytes::File(path.to_owned()), encoding });
        }
        let open = || {
            let rest =
                if is_stdin { io::stdin().as_fd().try_clone_to_owned()?.into() } else { File::open(path)? };
            let mut kept = Zeroizing::new(Vec::new());
            (&rest).take(KEPT).read_to_end(&mut kept)?;
            let is_whole = (kept.len() as u64) < KEPT;
            io::Result::Ok(Bytes::Pipe { kept, is_whole, rest })
        };
        let bytes = open().with_context(|| format!("{name} cannot be read"))?;
        Ok(Self { name, bytes, encoding })
    }

    /// Returns the name of the input in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the input can be read twice.
    #[must_use]
    pub fn is_rereadable(&self) -> bool {
        match &self.bytes {
            Bytes::File(_) => true,
            Bytes::Pipe { is_whole, .. } => *is_whole,
        }
    }

    /// Returns the number of lines that are not blank. A line end between quotes belongs to its line.
    pub fn line_count(&self) -> Result<usize> {
        let mut input = self.open()?;
        let (mut count, mut is_quoted, mut is_blank) = (0, false, true);
        loop {
            let bytes = input.fill_buf().with_context(|| format!("{} cannot be read", self.name))?;
            if bytes.is_empty() {
                return Ok(count + usize::from(!is_blank));
            }
            let mut start = 0;
            for at in memchr::memchr2_iter(b'"', b'\n', bytes) {
                is_blank &= bytes[start..at].trim_ascii().is_empty();
                start = at + 1;
                if bytes[at] == b'"' {
                    (is_quoted, is_blank) = (!is_quoted, false);
                } else if !is_quoted {
                    count += usize::from(!is_blank);
                    is_blank = true;
                }
            }
            is_blank &= bytes[start..].trim_ascii().is_empty();
            let length = bytes.len();
            input.consume(length);
        }
    }

    /// Whether this path leads to the same file.
    #[must_use]
    pub fn is_file(&self, path: &Path) -> bool {
        let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
        let own = match &self.bytes {
            Bytes::File(own) => own.metadata(),
            Bytes::Pipe { rest, .. } => rest.metadata(),
        };
        let own = own.map(identity).ok();
        own.is_some() && own == path.metadata().map(identity).ok()
    }

    /// Reads the input from its beginning, as UTF-8 text.
    pub fn open(&self) -> Result<Box<dyn BufRead + Send + '_>> {
        self.decoded().with_context(|| format!("{} cannot be read", self.name))
    }

    fn decoded(&self) -> io::Result<Box<dyn BufRead + Send + '_>> {
        let reader: Box<dyn BufRead + Send + '_> = match &self.bytes {
            Bytes::File(path) => Box::new(BufReader::with_capacity(BUFFER, File::open(path)?)),
            Bytes::Pipe { kept, is_whole: true, .. } => Box::new(&kept[..]),
            Bytes::Pipe { kept, is_whole: false, rest } => {
                Box::new(BufReader::with_capacity(BUFFER, kept.chain(rest)))
            }
        };
        decoded(reader, self.encoding)
    }

    /// Opens the input as UTF-8 text that can be read at any offset. Other input than UTF-8 files is copied.
    pub fn open_text(&self) -> Result<TextFile<'_>> {
        let open = || {
            if let Bytes::File(path) = &self.bytes {
                let file = File::open(path)?;
                let mut start = Vec::new();
                (&file).take(LONGEST_MARK).read_to_end(&mut start)?;
                if let Some(mark) = utf8_mark(&start, self.encoding) {
                    return Ok(TextFile::new(file, mark as u64));
                }
            }
            TextFile::copy(self.decoded()?)
        };
        open().with_context(|| format!("{} cannot be read", self.name))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::{Encoding, InputFile};

    #[test]
    fn lines_are_counted_as_rows() {
        for (text, count) in [
            ("", 0),
            ("a,b\n1,2\n", 2),
            ("a,b\r\n\r\n \n1,2", 2),
            ("a\n\"x\n\ny\"\n\"say \"\"hi\"\"\n\"\n", 3),
        ] {
            let counted = || -> Option<usize> {
                let mut file = tempfile::NamedTempFile::new().ok()?;
                file.write_all(text.as_bytes()).ok()?;
                InputFile::new(file.path(), Encoding::Utf8).ok()?.line_count().ok()
            };
            assert_eq!(counted(), Some(count), "{text:?}");
        }
    }
}
