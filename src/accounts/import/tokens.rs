//! Tokens that wait until all users are written.
//!
//! They are written in key order. In random order, each key would load another page of the index.

use std::mem;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

use super::record_spool::{self, RecordSpool};
use crate::django::models::Key;
use crate::django::tokens::TokenRow;
use crate::error::failure::Result;

/// The number of tokens in a sorted run. The users of a longer run would not stay in memory while it is written.
const RUN_LENGTH: usize = 30_000;

/// The start of a key, which decides its position except among keys with the same start.
type KeyPrefix = [u8; 16];

/// Tokens in insertion order.
pub struct TokenBuffer {
    spool: RecordSpool,
}

/// A token, its user and its line.
#[derive(Debug, Serialize, Deserialize)]
pub struct PendingToken<Row = TokenRow, User = Key> {
    /// Comes first, so that it can be read without decoding the rest.
    prefix: KeyPrefix,
    /// The token's row.
    pub token: Row,
    /// The user's key.
    pub user: User,
    /// The line in the imported file.
    pub line: usize,
}

/// Some of the tokens, sorted by key.
pub struct SortedRun {
    bytes: Vec<u8>,
    order: Vec<(KeyPrefix, Range<usize>)>,
}

impl TokenBuffer {
    /// Creates an empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self { spool: RecordSpool::new() }
    }

    /// Adds a token of this user, from the row on this line.
    pub fn push(&mut self, token: &TokenRow, user: &Key, line: usize) -> Result<()> {
        let mut prefix = KeyPrefix::default();
        prefix.iter_mut().zip(token.key().bytes()).for_each(|(to, from)| *to = from);
        self.spool.push(&PendingToken { prefix, token, user, line })
    }

    /// Passes all tokens to `on_run`, in sorted runs.
    pub fn each_run(self, on_run: &mut dyn FnMut(SortedRun) -> Result<()>) -> Result<()> {
        let mut run = SortedRun::new();
        self.spool.each(&mut |record| {
            run.push(record);
            if run.order.len() == RUN_LENGTH {
                on_run(mem::replace(&mut run, SortedRun::new()).sorted())
            } else {
                Ok(())
            }
        })?;
        on_run(run.sorted())
    }
}

impl SortedRun {
    fn new() -> Self {
        Self { bytes: Vec::new(), order: Vec::new() }
    }

    fn push(&mut self, record: &[u8]) {
        let prefix = record.first_chunk().copied().unwrap_or_default();
        let start = self.bytes.len();
        self.bytes.extend(record);
        self.order.push((prefix, start..self.bytes.len()));
    }

    /// Sorts the tokens by key, and copies them to adjacent memory in this order.
    fn sorted(mut self) -> Self {
        self.order.sort_unstable_by_key(|(prefix, _)| *prefix);
        let mut sorted =
            Self { bytes: Vec::with_capacity(self.bytes.len()), order: Vec::with_capacity(self.order.len()) };
        for (_, range) in mem::take(&mut self.order) {
            sorted.push(&self.bytes[range]);
        }
        sorted
    }

    /// Returns the tokens in order.
    pub fn tokens(&self) -> impl Iterator<Item = Result<PendingToken>> {
        self.order.iter().map(|(_, range)| record_spool::read(&self.bytes[range.clone()]))
    }
}

impl Drop for SortedRun {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}
