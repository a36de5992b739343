//! A proxy that cuts connections to the server at a chosen message.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Who sends a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sender {
    Client,
    Server,
}

/// Where a connection is cut.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    pub sender: Sender,
    /// The first message of the sender, from 0, that does not arrive. Rows are not counted.
    pub message: usize,
    /// Whether connections are refused from then on.
    pub refuses: bool,
}

/// A proxy in front of a server's port on localhost.
pub struct Proxy {
    pub port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    cut: Mutex<Option<Cut>>,
    /// The messages of client and server since the last [`Proxy::start_run`].
    counts: [AtomicUsize; 2],
    refuses: AtomicBool,
}

impl Proxy {
    pub fn new(server_port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("failed to listen");
        let port = listener.local_addr().expect("the proxy has no address").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.refuses.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", server_port)) else { continue };
                pump(Sender::Client, &client, &server, &shared);
                pump(Sender::Server, &server, &client, &shared);
            }
        });
        Self { port, state }
    }

    /// Counts messages from 0 again, and cuts one connection there.
    pub fn start_run(&self, cut: Option<Cut>) {
        *self.state.cut.lock().unwrap_or_else(PoisonError::into_inner) = cut;
        self.state.refuses.store(false, Ordering::SeqCst);
        for count in &self.state.counts {
            count.store(0, Ordering::SeqCst);
        }
    }

    /// Returns the number of messages since the start of the run.
    pub fn messages(&self, sender: Sender) -> usize {
        self.state.counts[sender as usize].load(Ordering::SeqCst)
    }

    /// Whether the connection of this run was cut.
    pub fn has_cut(&self) -> bool {
        self.state.cut.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

impl State {
    /// Counts a message. Returns whether the connection is cut instead of forwarding it.
    fn is_cut_at_next(&self, sender: Sender) -> bool {
        let number = self.counts[sender as usize].fetch_add(1, Ordering::SeqCst);
        let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        let is_here = cut.is_some_and(|cut| cut.sender == sender && cut.message == number);
        if is_here {
            self.refuses.store(cut.is_some_and(|cut| cut.refuses), Ordering::SeqCst);
            *cut = None;
        }
        is_here
    }
}

/// Forwards the messages of one side on a thread.
fn pump(sender: Sender, from: &TcpStream, to: &TcpStream, state: &Arc<State>) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    // A message in its own packet arrives at once.
    to.set_nodelay(true).unwrap();
    let state = Arc::clone(state);
    thread::spawn(move || {
        // Only the first message of a client has no type before its length.
        let mut head = if sender == Sender::Client { 4 } else { 5 };
        while let Some(message) = read_message(&mut from, head) {
            // The number of rows depends on the accounts of earlier runs.
            let is_row = sender == Sender::Server && message[0] == b'D';
            head = 5;
            if (!is_row && state.is_cut_at_next(sender)) || to.write_all(&message).is_err() {
                break;
            }
        }
        // The other side may have closed them.
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    });
}

fn read_message(from: &mut TcpStream, head: usize) -> Option<Vec<u8>> {
    let mut message = vec![0; head];
    from.read_exact(&mut message).ok()?;
    let length = u32::from_be_bytes(message[head - 4..].try_into().ok()?);
    message.resize(head - 4 + usize::try_from(length).ok()?, 0);
    from.read_exact(&mut message[head..]).ok()?;
    Some(message)
}
