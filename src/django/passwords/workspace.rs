//! The memory and the threads that hashes are computed with.

use std::{io, thread};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::algorithms::{Blocks, Hasher};
use super::method::Method;

/// What hashes of one method are computed with, one after the other.
pub(super) struct Workspace {
    method: Method,
    blocks: Blocks,
    threads: Threads,
}

impl Workspace {
    /// Uses as many cores as the algorithm can.
    pub(super) fn on_all_cores(method: Method) -> io::Result<Self> {
        Self::new(method, u32::MAX)
    }

    /// Uses one core.
    pub(super) fn on_one_core(method: Method) -> io::Result<Self> {
        Self::new(method, 1)
    }

    fn new(method: Method, most_threads: u32) -> io::Result<Self> {
        let hasher = method.algorithm().hasher();
        let threads = Threads::for_lanes(hasher.lanes(method.cost()).min(most_threads));
        Ok(Self { method, blocks: Blocks::new(hasher.blocks(method.cost()))?, threads })
    }

    /// Computes one hash.
    pub(super) fn run<T: Send>(&mut self, compute: impl FnOnce(&dyn Hasher, &mut Blocks) -> T + Send) -> T {
        #[cfg(test)]
        COMPUTED.with_borrow_mut(|computed| computed.push(self.method));
        let hasher = self.method.algorithm().hasher();
        let blocks = &mut self.blocks;
        self.threads.run(|| compute(hasher, blocks))
    }
}

/// The threads that compute the lanes of Argon2 and scrypt. `None` for algorithms without lanes.
///
/// Both crates use the pool of threads that calls them. By default this is a pool as large as the machine, and the
/// program aborts if it cannot be created.
pub(super) struct Threads(Option<ThreadPool>);

impl Threads {
    /// One thread per lane, but at most one per core. If they cannot be created, the calling thread computes all lanes.
    pub(super) fn for_lanes(lanes: u32) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let count = usize::try_from(lanes).map_or(cores, |lanes| lanes.min(cores));
        let build = || {
            let pool = ThreadPoolBuilder::new().num_threads(count).build();
            // This fails too if the calling thread already belongs to such a pool.
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

#[cfg(test)]
thread_local! {
    static COMPUTED: std::cell::RefCell<Vec<Method>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// The hashes that this thread has computed since the last call.
#[cfg(test)]
pub(super) fn take_computed() -> Vec<Method> {
    COMPUTED.take()
}

/// The work of those hashes. They must be of one algorithm.
#[cfg(test)]
pub(crate) fn work_of_this_thread() -> u64 {
    take_computed().into_iter().map(Method::work).sum()
}
