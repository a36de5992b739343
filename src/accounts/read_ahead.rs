//! Reads input on another thread while what was read before is processed.

use std::sync::mpsc;
use std::thread;

use crate::error::failure::{ErrorContext as _, Result};
use crate::signals;

/// The number of items in a batch.
const BATCH: usize = 1_000;

/// The number of pieces that wait to be processed. One more may be complete.
const WAITING: usize = 2;

/// Passes what `next` returns to `on_piece`. If there is more than one piece, another thread reads ahead.
///
/// Returns the error of `on_piece` as soon as `next` returns. Fails if no thread can be started.
pub(super) fn read_ahead<T: Send>(
    mut next: impl FnMut() -> Option<T> + Send,
    on_piece: &mut dyn FnMut(T) -> Result<()>,
) -> Result<()> {
    let Some(first) = next() else { return Ok(()) };
    let Some(second) = next() else { return on_piece(first) };
    thread::scope(|scope| {
        let (sender, pieces) = mpsc::sync_channel(WAITING);
        let read = move || {
            while let Some(piece) = next() {
                if sender.send(piece).is_err() {
                    break;
                }
            }
        };
        thread::Builder::new().spawn_scoped(scope, read).context(signals::NO_THREAD)?;
        [first, second].into_iter().chain(pieces).try_for_each(on_piece)
    })
}

/// Passes the items to `on_batch` in batches, and [reads ahead](read_ahead).
pub(super) fn in_batches<T: Send>(
    mut items: impl Iterator<Item = T> + Send,
    on_batch: &mut dyn FnMut(Vec<T>) -> Result<()>,
) -> Result<()> {
    let next = move || Some(items.by_ref().take(BATCH).collect()).filter(|batch: &Vec<T>| !batch.is_empty());
    read_ahead(next, on_batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::failure::failed;

    #[test]
    fn batches_have_all_items_in_order() {
        for count in [0, 1, BATCH - 1, BATCH, BATCH + 1, 7 * BATCH + 5] {
            let (mut seen, mut longest) = (Vec::new(), 0);
            in_batches(0..count, &mut |batch| {
                longest = longest.max(batch.len());
                seen.extend(batch);
                Ok(())
            })
            .expect("no error");
            assert!(seen.into_iter().eq(0..count) && longest <= BATCH, "{count}");
        }
    }

    #[test]
    fn an_error_ends_the_reading() {
        for last in [1, 3] {
            let mut calls = 0;
            let outcome = in_batches(0..20 * BATCH, &mut |_| {
                calls += 1;
                if calls == last { Err(failed!("batch {calls}")) } else { Ok(()) }
            });
            assert_eq!(outcome.expect_err("an error").to_string(), format!("batch {last}"));
            assert_eq!(calls, last);
        }
    }
}
