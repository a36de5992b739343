//! A proxy between authctl and the server that cuts a connection at a chosen message.

use std::io::{self, Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Where to cut.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// The number of messages, of both directions, that pass before the cut.
    pub after: usize,
    /// Whether connections after the first one are refused.
    pub refuses_others: bool,
}

/// A running proxy. Its thread ends with the process.
pub struct Proxy {
    pub port: u16,
    passed: Arc<Mutex<Vec<Message>>>,
}

/// A message that reached the proxy on the first connection.
#[derive(Clone, Debug)]
pub struct Message {
    pub is_request: bool,
    /// Its type, or 0 for the first message of a connection.
    pub kind: u8,
    pub body: Vec<u8>,
}

impl Message {
    /// Whether it is the statement `COMMIT`.
    pub fn is_commit(&self) -> bool {
        self.is_request && self.kind == b'Q' && self.body.starts_with(b"COMMIT")
    }

    fn read(from: &mut impl Read, is_request: bool, is_first: bool) -> io::Result<Self> {
        let mut kind = [0];
        if !is_first {
            from.read_exact(&mut kind)?;
        }
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        let mut body = vec![0; length.saturating_sub(4)];
        from.read_exact(&mut body)?;
        Ok(Self { is_request, kind: kind[0], body })
    }

    fn bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.body.len() + 4).expect("a message of usual length").to_be_bytes();
        let kind: &[u8] = if self.kind == 0 { &[] } else { std::slice::from_ref(&self.kind) };
        [kind, &length, &self.body].concat()
    }
}

impl Proxy {
    /// Starts a proxy to a port of this machine. Without a cut, it only records.
    pub fn start(server: u16, cut: Option<Cut>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("no free port");
        let port = listener.local_addr().expect("no address").port();
        let passed = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&passed);
        thread::spawn(move || {
            for (number, client) in listener.incoming().enumerate() {
                let Ok(client) = client else { break };
                if number == 0 {
                    record(&client, server, &shared, cut);
                } else if !cut.is_some_and(|cut| cut.refuses_others) {
                    pass(&client, server);
                }
            }
        });
        Self { port, passed }
    }

    /// Returns the messages of the first connection, with the one that was cut off.
    pub fn messages(&self) -> Vec<Message> {
        self.passed.lock().unwrap().clone()
    }
}

/// Passes a connection on, message by message, in the background.
fn record(client: &TcpStream, server: u16, passed: &Arc<Mutex<Vec<Message>>>, cut: Option<Cut>) {
    let server = TcpStream::connect(("127.0.0.1", server)).expect("the server cannot be reached");
    for is_request in [true, false] {
        let (source, target) = if is_request { (client, &server) } else { (&server, client) };
        let mut source = source.try_clone().expect("no copy of the socket");
        let mut target = target.try_clone().expect("no copy of the socket");
        let passed = Arc::clone(passed);
        thread::spawn(move || {
            let mut is_first = is_request;
            while let Ok(message) = Message::read(&mut source, is_request, is_first) {
                is_first = false;
                // Held while writing, so that the order of the messages is theirs.
                let mut passed = passed.lock().unwrap();
                let bytes = message.bytes();
                passed.push(message);
                if cut.is_some_and(|cut| passed.len() > cut.after) || target.write_all(&bytes).is_err() {
                    break;
                }
            }
            let _ = source.shutdown(Shutdown::Both);
            let _ = target.shutdown(Shutdown::Both);
        });
    }
}

/// Passes a connection on, in the background.
fn pass(client: &TcpStream, server: u16) {
    let server = TcpStream::connect(("127.0.0.1", server)).expect("the server cannot be reached");
    for (source, target) in [(client, &server), (&server, client)] {
        let mut source = source.try_clone().expect("no copy of the socket");
        let mut target = target.try_clone().expect("no copy of the socket");
        thread::spawn(move || {
            let _ = io::copy(&mut source, &mut target);
            let _ = target.shutdown(Shutdown::Both);
        });
    }
}
