//! The words for everything that the rooms below describe as data: faults of values, refusals and warnings.
//!
//! The same fault is worded for an option, a column of a sheet, a key of a file of accounts, or a key of a JSON body.
//! `faults` is the table of all fault codes. The other modules word their parameters.

pub mod config;
mod faults;
mod fields;
mod inputs;
mod lost_answer;
mod misuse;
mod notices;
mod passwords;
mod refusals;
mod report;
#[cfg(test)]
mod tests;
mod values;

pub use self::faults::fault;
pub use self::notices::notice;
pub use self::passwords::{key_flaw, refused_by_default};
pub use self::refusals::token_table;
pub use self::report::{error, failure};
pub use self::values::{kind, noun as value_kind};
