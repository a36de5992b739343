//! Live: the real Django, DRF and knox judge what authctl wrote, and authctl reads what they wrote.
//!
//! Runs for the version sets in `AUTHCTL_DJANGO_SETS` (comma-separated; 4.2 and 5.2 unless told). The Python side,
//! with every set and script, is described in `README.md` beside this file.

#![expect(clippy::unwrap_used, reason = "a test that unwraps nothing fails with the place")]

mod changes;
#[path = "../cli/env.rs"]
#[expect(dead_code, reason = "the tests of the command line use all of it")]
mod env;
mod exports;
mod hashes;
mod imports;
mod python;
mod shapes;
mod systems;
mod writers;
