//! Runs the real program on real files: one module per command, and some for concerns of several commands.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test at its line")]

mod apply;
mod audit;
mod backup;
mod check;
mod check_password;
mod chosen_users;
#[cfg(feature = "live")]
mod commit_faults_live;
#[cfg(feature = "live")]
mod commit_signals_live;
#[cfg(feature = "live")]
mod compare;
mod completed_values;
mod create_token;
mod delete_user;
mod echo;
mod edit_user;
mod env;
mod examples;
#[cfg(target_os = "linux")]
mod exhausted;
mod exit_codes;
mod export;
#[cfg(feature = "live")]
mod faults;
#[cfg(feature = "live")]
mod foreign;
mod formats;
mod from_json;
mod generated;
#[cfg(target_os = "linux")]
mod groups;
mod hardening;
mod help;
mod hostile;
mod import;
mod import_faults;
mod import_lists;
mod import_results;
mod init;
mod interrupts;
mod kills;
mod large_rows;
mod late_batches;
mod late_locks;
#[cfg(feature = "live")]
mod late_locks_live;
mod leftovers;
mod limits;
mod list_tokens;
mod list_users;
mod login;
mod logout;
mod man_page;
mod migrate_tokens;
#[cfg(feature = "live")]
#[path = "../postgres/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
mod prompts;
mod readme;
mod register;
mod revoke_token;
#[cfg(feature = "live")]
mod second_user;
mod seed;
mod session;
mod set_password;
mod settings;
#[cfg(feature = "live")]
mod shells;
mod show_user;
mod streams;
mod targets;
mod terminal;
mod throttle;
mod token_tables;
mod triggers;
mod unanswered;
mod usage;
mod virtual_tables;
mod whoami;
mod writers;
