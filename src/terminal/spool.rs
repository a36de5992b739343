//! Standard output, or another stream, for a listing: written while the query runs, never waited for while the database is locked.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Seek as _, Write};
use std::mem;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::thread::{self, JoinHandle};

/// How many bytes go out at once.
pub const CHUNK: usize = 64 * 1024;

/// How many chunks may wait in memory for a slow reader.
const WAITING: usize = 32;

/// A writer that never blocks on its reader: a thread passes chunks on to standard output, and where the reader
/// falls behind, the rest waits in an unlinked file.
///
/// A reader that has gone away ends the listing without an error: [`Write::write`] fails with
/// [`io::ErrorKind::BrokenPipe`] as soon as that is known.
#[derive(Debug)]
pub struct Spool {
    chunk: Vec<u8>,
    to_reader: Option<SyncSender<Vec<u8>>>,
    passer: Option<JoinHandle<io::Result<()>>>,
    overflow: Option<File>,
    escape: Option<Escape>,
    sink: Sink,
}

/// Where a listing goes.
#[derive(Clone, Debug)]
pub enum Sink {
    /// Standard output.
    Standard,
    /// Another stream, such as the descriptor of bash's `>(command)`.
    Stream(Arc<File>),
}

impl Sink {
    /// Does a person see what is written?
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Standard => io::stdout().is_terminal(),
            Self::Stream(file) => file.is_terminal(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard => io::stdout().write(bytes),
            Self::Stream(file) => (&**file).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard => io::stdout().flush(),
            Self::Stream(file) => (&**file).flush(),
        }
    }
}

/// Makes what is written harmless for a terminal.
pub type Escape = fn(&str) -> String;

impl Spool {
    /// A spool before this stream. What is written is escaped, if it is to be, a write at a time. Where no thread can
    /// be started, all of it waits in the file.
    ///
    /// # Errors
    /// What the operating system says of the file.
    pub fn new(sink: Sink, escape: Option<Escape>) -> io::Result<Self> {
        let (to_reader, chunks) = mpsc::sync_channel::<Vec<u8>>(WAITING);
        let mut reader = sink.clone();
        let passer = thread::Builder::new().spawn(move || {
            for chunk in chunks {
                reader.write_all(&chunk)?;
            }
            reader.flush()
        });
        let overflow = if passer.is_ok() { None } else { Some(tempfile::tempfile()?) };
        Ok(Self {
            chunk: Vec::with_capacity(CHUNK),
            to_reader: Some(to_reader),
            passer: passer.ok(),
            overflow,
            escape,
            sink,
        })
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let chunk = mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
        if let Some(file) = &mut self.overflow {
            return file.write_all(&chunk);
        }
        let Some(to_reader) = &self.to_reader else { return Ok(()) };
        match to_reader.try_send(chunk) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(chunk)) => {
                let mut file = tempfile::tempfile()?;
                file.write_all(&chunk)?;
                self.overflow = Some(file);
                Ok(())
            }
            Err(TrySendError::Disconnected(_)) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Writes what still waits, however long the reader takes; to be called when no lock is held any more.
    ///
    /// # Errors
    /// What the operating system says; not for a reader that has gone away.
    pub fn finish(mut self) -> io::Result<()> {
        match self.drain() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome,
        }
    }

    fn drain(&mut self) -> io::Result<()> {
        if self.overflow.is_some() {
            self.pass_on()?;
        }
        if let Some(to_reader) = self.to_reader.take()
            && self.overflow.is_none()
        {
            to_reader
                .send(mem::take(&mut self.chunk))
                .map_err(|_| io::ErrorKind::BrokenPipe)
                .or_else(|_| self.join())?;
        }
        self.join()?;
        let Some(mut file) = self.overflow.take() else { return Ok(()) };
        file.rewind()?;
        let mut buffer = vec![0; CHUNK];
        loop {
            let length = file.read(&mut buffer)?;
            if length == 0 {
                return self.sink.flush();
            }
            self.sink.write_all(&buffer[..length])?;
        }
    }

    fn join(&mut self) -> io::Result<()> {
        let outcome = self.passer.take().map(JoinHandle::join);
        outcome.unwrap_or(Ok(Ok(()))).unwrap_or_else(|_| Err(io::Error::other("writing the listing failed")))
    }
}

impl Write for Spool {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        let escaped;
        let bytes = match self.escape {
            None => written,
            Some(escape) => {
                escaped = escape(&String::from_utf8_lossy(written));
                escaped.as_bytes()
            }
        };
        if self.chunk.len() + bytes.len() > CHUNK && !self.chunk.is_empty() {
            self.pass_on()?;
        }
        self.chunk.extend_from_slice(bytes);
        Ok(written.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
