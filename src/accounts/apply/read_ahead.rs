//! Reads accounts on another thread while those before them are planned.

use std::sync::mpsc;
use std::thread;

use crate::error::failure::{ErrorContext as _, Result};
use crate::signals;

/// The number of accounts that are looked up together.
const BATCH: usize = 1_000;

/// The number of batches that wait to be planned. One more may be complete.
const WAITING: usize = 2;

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
        let (sender, batches) = mpsc::sync_channel(WAITING);
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
