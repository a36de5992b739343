//! How much hashing was done, for the tests that compare what logins cost.

use super::method::Method;

#[cfg(test)]
thread_local! {
    static COMPUTED: std::cell::RefCell<Vec<Method>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Notes a hash that is computed; nothing outside of tests.
pub(super) fn note(method: Method) {
    #[cfg(test)]
    COMPUTED.with_borrow_mut(|computed| computed.push(method));
    #[cfg(not(test))]
    let _ = method;
}

/// The hashes that this thread has computed since it was last asked.
#[cfg(test)]
pub(super) fn take() -> Vec<Method> {
    COMPUTED.take()
}

/// The work of those hashes, which are to be of one algorithm.
#[cfg(test)]
pub(crate) fn work_of_this_thread() -> u64 {
    take().into_iter().map(Method::work).sum()
}
