//! Typed errors, exit codes, positions in files, suggestions, and the limits of what is read.
//!
//! Every expected "no" is a [`refusal::Refusal`]; a fault of a single value is a [`refusal::Fault`]. Everything may import
//! this room, and it imports no other.

pub mod exit;
pub mod faults;
pub mod limits;
pub mod lost_answer;
pub mod position;
pub mod refusal;
pub mod suggest;
pub mod wording;
