//! The contract of the store, run for every engine.
