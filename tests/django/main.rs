//! Live tests: the real Django, DRF and knox check what authctl wrote, and authctl reads what they wrote.
//!
//! `AUTHCTL_DJANGO_SETS` lists the version sets to test, separated by commas (default: 4.2,5.2), and `AUTHCTL_ENGINES` the
//! engines (default: sqlite,postgres). The Python side, with every set and script, is described in the `README.md` of
//! this folder.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test at its line")]

mod addresses;
mod applications;
mod changes;
mod doors;
#[path = "../cli/env.rs"]
#[expect(dead_code, reason = "only tests/cli uses all of it")]
mod env;
mod exports;
mod hashes;
mod imports;
mod minting;
mod moving;
mod own_tokens;
#[path = "../postgres/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
mod python;
mod shapes;
mod site;
mod systems;
mod times;
mod writers;
