//! Reads a batch of accounts on another thread while the batch before is planned.

use std::sync::mpsc;
use std::thread;

use crate::error::failure::{ErrorContext as _, Result};
use crate::signals;

/// The number of accounts that are looked up together.
const BATCH: usize = 1_000;

/// The number of batches that are read ahead.
const AHEAD: usize = 2;

/// Passes the items to `on_batch` in batches. If there are many, another thread reads them ahead.
///
/// Returns the error of `on_batch`. Fails if no thread can be started.
pub(super) fn in_batches<T: Send>(
    mut items: impl Iterator<Item = T> + Send,
    on_batch: &mut dyn FnMut(Vec<T>) -> Result<()>,
) -> Result<()> {
    let mut next = move || -> Vec<T> { items.by_ref().take(BATCH).collect() };
    let first = next();
    if first.len() < BATCH {
        return on_batch(first);
    }
    thread::scope(|scope| {
        let (sender, batches) = mpsc::sync_channel(AHEAD);
        let read = move || {
            loop {
                let batch = next();
                if batch.is_empty() || sender.send(batch).is_err() {
                    break;
                }
            }
        };
        thread::Builder::new().spawn_scoped(scope, read).context(signals::NO_THREAD)?;
        on_batch(first)?;
        batches.into_iter().try_for_each(on_batch)
    })
}
