//! Tokens that wait until all users are written, to be written in the order of their keys: random keys one by one would
//! fetch another page of the index each.

use std::mem;
use std::ops::Range;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

use super::spill::{self, Spill};
use crate::django::models::Key;
use crate::formats::token_row::TokenRow;

/// So many are sorted at once. Of more, the users to whom they refer would not stay in memory meanwhile.
const AT_ONCE: usize = 30_000;

/// As much of a key as tells its place among others, but for keys that begin alike.
type Beginning = [u8; 16];

/// Tokens in the order in which they came.
pub struct TokenBuffer {
    spill: Spill,
}

/// A token with what it is written with.
#[derive(Debug, Serialize, Deserialize)]
pub struct Waiting<Row = TokenRow, User = Key> {
    /// Comes first, so that it can be seen without reading the rest.
    beginning: Beginning,
    /// Its row.
    pub token: Row,
    /// The user's key.
    pub user: User,
    /// The line of the row it is of.
    pub line: usize,
}

/// Some of the tokens, sorted.
pub struct SortedRun {
    bytes: Vec<u8>,
    order: Vec<(Beginning, Range<usize>)>,
}

impl TokenBuffer {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self { spill: Spill::new() }
    }

    /// Adds a token of this user, which the row of this line gives.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn push(&mut self, token: &TokenRow, user: &Key, line: usize) -> Result<()> {
        let mut beginning = Beginning::default();
        beginning.iter_mut().zip(token.key().bytes()).for_each(|(to, from)| *to = from);
        self.spill.push(&Waiting { beginning, token, user, line })
    }

    /// Hands out all of them, a part at a time.
    ///
    /// # Errors
    /// What `on_part` returns, or what the operating system says.
    pub fn each_part(self, on_part: &mut dyn FnMut(SortedRun) -> Result<()>) -> Result<()> {
        let mut part = SortedRun::new();
        self.spill.each(&mut |record| {
            part.push(record);
            if part.order.len() == AT_ONCE {
                on_part(mem::replace(&mut part, SortedRun::new()).sorted())
            } else {
                Ok(())
            }
        })?;
        on_part(part.sorted())
    }
}

impl SortedRun {
    fn new() -> Self {
        Self { bytes: Vec::new(), order: Vec::new() }
    }

    fn push(&mut self, record: &[u8]) {
        let beginning = record.first_chunk().copied().unwrap_or_default();
        let start = self.bytes.len();
        self.bytes.extend(record);
        self.order.push((beginning, start..self.bytes.len()));
    }

    /// The tokens in the order of their keys, and next to one another in memory.
    fn sorted(mut self) -> Self {
        self.order.sort_unstable_by_key(|(beginning, _)| *beginning);
        let mut sorted =
            Self { bytes: Vec::with_capacity(self.bytes.len()), order: Vec::with_capacity(self.order.len()) };
        for (_, range) in mem::take(&mut self.order) {
            sorted.push(&self.bytes[range]);
        }
        sorted
    }

    /// The tokens, one after the other.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn tokens(&self) -> impl Iterator<Item = Result<Waiting>> {
        self.order.iter().map(|(_, range)| spill::read(&self.bytes[range.clone()]))
    }
}

impl Drop for SortedRun {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}
