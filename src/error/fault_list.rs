//! Collects the faults of one input.

use crate::error::failure::Result;
use crate::error::faults::Fault;
use crate::error::limits;
use crate::error::refusal::Refusal;

/// The faults of one input. The first ones are kept, the rest only counted.
#[derive(Debug, Default)]
pub struct Faults {
    kept: Vec<Fault>,
    omitted: usize,
}

impl Faults {
    /// Adds a fault. Calls `make` only if the fault is kept, since finding its position may be slow.
    pub fn push_with(&mut self, make: impl FnOnce() -> Fault) {
        if self.kept.len() < limits::FAULTS {
            self.kept.push(make());
        } else {
            self.omitted += 1;
        }
    }

    /// Adds a fault.
    pub fn push(&mut self, fault: Fault) {
        self.push_with(|| fault);
    }

    /// Adds faults.
    pub fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        faults.into_iter().for_each(|fault| self.push(fault));
    }

    /// Adds the faults of a part of the input.
    pub fn append(&mut self, part: Self) {
        self.extend(part.kept);
        self.omitted += part.omitted;
    }

    /// Whether there are no faults.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Returns the faults that were kept.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.kept.iter()
    }

    /// Sorts the faults by position.
    pub fn sort(&mut self) {
        self.kept.sort_by_key(|fault| fault.position.map(|position| (position.line, position.column)));
    }

    /// Refuses the input if it has faults, and clears them.
    ///
    /// # Errors
    /// Returns [`Refusal::Invalid`], or [`Refusal::InvalidInput`] if some faults were only counted.
    pub fn refuse(&mut self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(Refusal::from(std::mem::take(self)).into()) }
    }
}

impl From<Faults> for Refusal {
    fn from(faults: Faults) -> Self {
        match faults {
            Faults { kept, omitted: 0 } => Self::Invalid(kept),
            Faults { kept, omitted } => Self::InvalidInput { faults: kept, omitted },
        }
    }
}
