//! A fixed number of threads that plan rows and hash passwords. Each thread has its own memory for hashing. The rows
//! are returned in order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use rand::rngs::StdRng;
use rand::{CryptoRng, SeedableRng as _};

use super::planning::{HashedRow, Item, Planning};
use crate::django::passwords::Encoder;
use crate::error::failure::{ErrorContext as _, Result, failed};
use crate::signals::NO_THREAD;

/// The maximum number of batches in progress per thread.
const AHEAD: usize = 4;

/// The number of a batch in the order, and its rows.
type Batch<Row> = (usize, Vec<Row>);

/// The worker threads.
pub struct Workers<'a> {
    /// The settings for planning rows.
    pub planning: Planning<'a>,
    /// The number of threads.
    pub jobs: usize,
}

impl<'a> Workers<'a> {
    /// Plans the batches of rows that `next` returns, and passes the rows to `done` in order.
    pub fn run(
        &self,
        random: &mut dyn CryptoRng,
        next: &mut dyn FnMut() -> Result<Option<Vec<Item>>>,
        done: &mut dyn FnMut(&mut HashedRow<'a>) -> Result<()>,
    ) -> Result<()> {
        let (to_workers, batches) = mpsc::channel::<Batch<Item>>();
        let (to_main, planned) = mpsc::channel::<Result<Batch<HashedRow<'a>>>>();
        let batches = Mutex::new(batches);
        thread::scope(|scope| {
            // Dropped at the end of this closure, even after an error. The threads wait for that.
            let to_workers = to_workers;
            for started in 0..self.jobs {
                let mut random = StdRng::from_rng(random);
                let (batches, to_main) = (&batches, to_main.clone());
                let spawned = thread::Builder::new().spawn_scoped(scope, move || {
                    let outcome = self.work(batches, &to_main, &mut random);
                    if let Err(error) = outcome {
                        let _ = to_main.send(Err(error));
                    }
                });
                match spawned {
                    Ok(_) => {}
                    Err(error) if started == 0 => return Err(error).context(NO_THREAD),
                    // Fewer threads do the same work, only slower.
                    Err(_) => break,
                }
            }
            drop(to_main);
            let mut given = 0;
            let mut taken = 0;
            let mut is_end = false;
            let mut waiting: BTreeMap<usize, Vec<HashedRow<'a>>> = BTreeMap::new();
            loop {
                while !is_end && given - taken < self.jobs * AHEAD {
                    match next()? {
                        Some(batch) => {
                            let given_out = to_workers.send((given, batch));
                            given_out.map_err(|_| failed!("the worker threads have stopped"))?;
                            given += 1;
                        }
                        None => is_end = true,
                    }
                }
                if given == taken {
                    return Ok(());
                }
                let (number, batch) = planned.recv().ok().context("the worker threads have stopped")??;
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
        to_main: &mpsc::Sender<Result<Batch<HashedRow<'a>>>>,
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
            if to_main.send(Ok((number, planned))).is_err() {
                return Ok(());
            }
        }
    }
}
