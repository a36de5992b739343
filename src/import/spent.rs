//! What is done with goes to a thread of its own to be dropped: giving back memory that other threads took is slow.

use std::mem;
use std::sync::mpsc;
use std::thread::Scope;

/// So many go at once.
const AT_ONCE: usize = 256;

/// How often that many wait for the thread.
const AHEAD: usize = 4;

/// Things that are done with.
pub struct Spent<T> {
    things: Vec<T>,
    to_thread: mpsc::SyncSender<Vec<T>>,
}

impl<T: Send> Spent<T> {
    /// Nothing yet, and a thread that waits for it.
    pub fn within<'scope>(scope: &'scope Scope<'scope, '_>) -> Self
    where
        T: 'scope,
    {
        let (to_thread, spent) = mpsc::sync_channel::<Vec<T>>(AHEAD);
        scope.spawn(move || spent.into_iter().for_each(drop));
        Self { things: Vec::with_capacity(AT_ONCE), to_thread }
    }

    /// Drops this, sooner or later.
    pub fn push(&mut self, thing: T) {
        self.things.push(thing);
        if self.things.len() == AT_ONCE {
            let things = mem::replace(&mut self.things, Vec::with_capacity(AT_ONCE));
            // A thread that is gone leaves the dropping to this one.
            let _ = self.to_thread.send(things);
        }
    }
}
