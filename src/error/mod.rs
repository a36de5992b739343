//! Typed errors, exit codes, positions in files, suggestions, and limits on input.
//!
//! Every operation fails with a [`failure::Error`]. Every expected failure is a [`refusal::Refusal`], and a fault of a
//! single value is a [`faults::Fault`]. Every room may import this one, and it imports no other.

pub mod exit;
pub mod failure;
pub mod fault_list;
pub mod faults;
pub mod limits;
pub mod lost_answer;
pub mod misuse;
pub mod notice;
pub mod position;
pub mod refusal;
pub mod suggest;
pub mod token_table;
pub mod unknown_users;
pub mod wording;
