//! The threads on which the lanes of Argon2 and scrypt are computed.
//!
//! The crates spread lanes over the pool of threads that they are called in. Left to themselves they would take one
//! that is as large as the machine, shared by all, and end the program where it cannot be had.

use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// A pool of threads, or none where nothing is computed that has lanes.
pub(super) struct Threads(Option<ThreadPool>);

impl Threads {
    /// One thread a lane, but no more than there are cores. Where they cannot be had, the one that asks has to do.
    pub(super) fn for_lanes(lanes: u32) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let count = usize::try_from(lanes).map_or(cores, |lanes| lanes.min(cores));
        let build = || {
            let pool = ThreadPoolBuilder::new().num_threads(count).build();
            // This fails too where the thread that asks is in such a pool already.
            pool.or_else(|_| ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()).ok()
        };
        Self((count > 0).then(build).flatten())
    }

    pub(super) fn run<T: Send>(&self, compute: impl FnOnce() -> T + Send) -> T {
        match &self.0 {
            Some(pool) => pool.install(compute),
            None => compute(),
        }
    }
}
