//! Fixed threads that plan and hash, each with memory of its own, and hand the rows back in their order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use rand::rngs::StdRng;
use rand::{CryptoRng, SeedableRng as _};

use super::planning::{HashedRow, Item, Planning};
use crate::django::passwords::Encoder;
use crate::signals::NO_THREAD;

/// So many batches for each thread are on their way at any time.
const AHEAD: usize = 4;

/// Where a batch comes in the order, and its rows.
type Batch<Row> = (usize, Vec<Row>);

/// The threads.
pub struct Workers<'a> {
    /// What they do.
    pub planning: Planning<'a>,
    /// How many there are.
    pub jobs: usize,
}

impl<'a> Workers<'a> {
    /// Works on the batches of rows that `next` gives, and hands the rows to `done` in their order.
    ///
    /// # Errors
    /// What `next` and `done` return, or where memory or threads cannot be had.
    pub fn run(
        &self,
        random: &mut dyn CryptoRng,
        next: &mut dyn FnMut() -> Result<Option<Vec<Item>>>,
        done: &mut dyn FnMut(&mut HashedRow<'a>) -> Result<()>,
    ) -> Result<()> {
        let (to_workers, batches) = mpsc::channel::<Batch<Item>>();
        let (to_here, planned) = mpsc::channel::<Result<Batch<HashedRow<'a>>>>();
        let batches = Mutex::new(batches);
        thread::scope(|scope| {
            // Dropped at the end of this closure, even after an error: the threads wait for that.
            let to_workers = to_workers;
            for started in 0..self.jobs {
                let mut random = StdRng::from_rng(random);
                let (batches, to_here) = (&batches, to_here.clone());
                let spawned = thread::Builder::new().spawn_scoped(scope, move || {
                    let outcome = self.work(batches, &to_here, &mut random);
                    if let Err(error) = outcome {
                        let _ = to_here.send(Err(error));
                    }
                });
                match spawned {
                    Ok(_) => {}
                    Err(error) if started == 0 => return Err(error).context(NO_THREAD),
                    // Fewer threads do the same, and take longer.
                    Err(_) => break,
                }
            }
            drop(to_here);
            let mut given = 0;
            let mut taken = 0;
            let mut is_end = false;
            let mut waiting: BTreeMap<usize, Vec<HashedRow<'a>>> = BTreeMap::new();
            loop {
                while !is_end && given - taken < self.jobs * AHEAD {
                    match next()? {
                        Some(batch) => {
                            let given_out = to_workers.send((given, batch));
                            given_out.map_err(|_| anyhow!("the worker threads have stopped"))?;
                            given += 1;
                        }
                        None => is_end = true,
                    }
                }
                if given == taken {
                    return Ok(());
                }
                let (number, batch) = planned.recv().context("the worker threads have stopped")??;
                waiting.insert(number, batch);
                while let Some(mut batch) = waiting.remove(&taken) {
                    taken += 1;
                    batch.iter_mut().try_for_each(&mut *done)?;
                }
            }
        })
    }

    fn work(
        &self,
        batches: &Mutex<mpsc::Receiver<Batch<Item>>>,
        to_here: &mpsc::Sender<Result<Batch<HashedRow<'a>>>>,
        random: &mut StdRng,
    ) -> Result<()> {
        let mut encoder: Option<Encoder> = None;
        loop {
            let batch = batches.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((number, items)) = batch else { return Ok(()) };
            let mut planned = Vec::with_capacity(items.len());
            for item in items {
                planned.push(self.planning.plan(item, &mut encoder, random)?);
            }
            if to_here.send(Ok((number, planned))).is_err() {
                return Ok(());
            }
        }
    }
}
