//! The output of listings. It is written while the query runs, but never blocks while the database is locked.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Seek as _, Write};
use std::mem;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::thread::{self, JoinHandle};

/// The number of bytes written at once.
pub const CHUNK: usize = 64 * 1024;

/// The number of chunks that wait in memory for a slow reader.
const WAITING: usize = 32;

/// A writer that never blocks on its reader.
///
/// From the second chunk on, a thread writes them. If the reader falls behind, or no thread can be started, the rest is
/// stored in an unlinked file.
///
/// A listing ends without an error if its reader closes the pipe. [`Write::write`] then fails with
/// [`io::ErrorKind::BrokenPipe`] as soon as that is known.
#[derive(Debug)]
pub struct Spool {
    chunk: Vec<u8>,
    writer: Option<Writer>,
    overflow: Option<File>,
    escape: Option<Escape>,
    sink: Sink,
}

/// The thread that writes chunks.
#[derive(Debug)]
struct Writer {
    chunks: SyncSender<Vec<u8>>,
    thread: JoinHandle<io::Result<()>>,
}

impl Writer {
    fn start(mut sink: Sink) -> io::Result<Self> {
        let (sender, chunks) = mpsc::sync_channel::<Vec<u8>>(WAITING);
        let thread = thread::Builder::new().spawn(move || {
            for chunk in chunks {
                sink.write_all(&chunk)?;
            }
            sink.flush()
        })?;
        Ok(Self { chunks: sender, thread })
    }

    /// Waits until all chunks are written.
    fn finish(self) -> io::Result<()> {
        drop(self.chunks);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the listing cannot be written")))
    }
}

/// The destination of a listing.
#[derive(Clone, Debug)]
pub enum Sink {
    /// Standard output.
    Standard,
    /// Another stream, such as the descriptor of bash's `>(command)`.
    Stream(Arc<File>),
}

impl Sink {
    /// Whether the stream is a terminal.
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

/// Escapes text for a terminal.
pub type Escape = fn(&str) -> String;

impl Spool {
    /// Creates a spool for a stream. With `escape`, each write is escaped separately.
    pub fn new(sink: Sink, escape: Option<Escape>) -> Self {
        Self { chunk: Vec::with_capacity(CHUNK), writer: None, overflow: None, escape, sink }
    }

    fn send_chunk(&mut self) -> io::Result<()> {
        let chunk = mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
        if let Some(file) = &mut self.overflow {
            return file.write_all(&chunk);
        }
        if self.writer.is_none() {
            self.writer = Writer::start(self.sink.clone()).ok();
        }
        let sent = match &self.writer {
            Some(writer) => writer.chunks.try_send(chunk),
            None => Err(TrySendError::Full(chunk)),
        };
        match sent {
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

    /// Writes the remaining output, however long the reader takes. Call it only after all locks are released.
    ///
    /// A closed pipe is not an error.
    pub fn finish(mut self) -> io::Result<()> {
        match self.drain() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome,
        }
    }

    fn drain(&mut self) -> io::Result<()> {
        if let Some(file) = &mut self.overflow {
            file.write_all(&self.chunk)?;
            self.chunk.clear();
        }
        if let Some(writer) = self.writer.take() {
            writer.finish()?;
        }
        if let Some(file) = &mut self.overflow {
            file.rewind()?;
            let mut buffer = vec![0; CHUNK];
            loop {
                let length = file.read(&mut buffer)?;
                if length == 0 {
                    break;
                }
                self.sink.write_all(&buffer[..length])?;
            }
        }
        self.sink.write_all(&self.chunk)?;
        self.sink.flush()
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
            self.send_chunk()?;
        }
        self.chunk.extend_from_slice(bytes);
        Ok(written.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
