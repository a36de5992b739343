//! The memory and the threads for computing hashes.

use std::{io, thread};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::algorithms::{Blocks, Hasher};
use super::method::Method;

/// The resources for computing hashes of one method, one after another.
pub(super) struct Workspace {
    method: Method,
    blocks: Blocks,
    threads: Threads,
}

impl Workspace {
    /// Uses as many cores as the algorithm supports.
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
/// Both crates run on the thread pool of their caller. The default is a pool as large as the machine. If that
/// cannot be created, the program aborts.
pub(super) struct Threads(Option<ThreadPool>);

impl Threads {
    /// Uses one thread per lane, but at most one per core. If threads cannot be created, the calling thread
    /// computes all lanes.
    pub(super) fn for_lanes(lanes: u32) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let count = usize::try_from(lanes).map_or(cores, |lanes| lanes.min(cores));
        let build = || {
            let pool = ThreadPoolBuilder::new().num_threads(count).build();
            // This also fails if the calling thread already belongs to such a pool.
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

/// Returns and clears the list of hashes that this thread has computed.
#[cfg(test)]
pub(super) fn take_computed() -> Vec<Method> {
    COMPUTED.take()
}

/// Returns the total work of those hashes, which must be of one algorithm, and clears the list.
#[cfg(test)]
pub(crate) fn work_of_this_thread() -> u64 {
    take_computed().into_iter().map(Method::work).sum()
}
