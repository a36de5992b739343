//! What is wrong with an input that may have any number of faults.

use anyhow::Result;

use crate::error::limits;
use crate::error::refusal::{Fault, Refusal};

/// Faults of one input: the first are kept, the others only counted.
#[derive(Debug, Default)]
pub struct Faults {
    kept: Vec<Fault>,
    omitted: usize,
}

impl Faults {
    /// Adds a fault, which `make` makes only if it is kept: to find its position may take long.
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

    /// Is nothing wrong?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The faults that are kept.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.kept.iter()
    }

    /// Puts the faults in the order of their positions.
    pub fn sort(&mut self) {
        self.kept.sort_by_key(|fault| fault.place.map(|place| (place.line, place.column)));
    }

    /// Refuses the input if it has a fault, and is empty after that.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], or [`Refusal::InvalidInput`] if not all faults are kept.
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
