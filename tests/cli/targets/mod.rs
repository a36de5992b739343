//! Which database is meant. `backup` never connects to a server, but names the one that it would have to.

mod environment;
mod files;
mod refusals;
mod secrets;
mod tls;
mod urls;

use crate::env::{Run, TestEnv};

/// An environment whose home folder is the working folder, without libpq's files.
fn environment(env: &TestEnv) -> Vec<(&'static str, String)> {
    let home = env.path("").display().to_string();
    vec![("HOME", home.clone()), ("PGSYSCONFDIR", home)]
}

fn run(env: &TestEnv, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = env.command();
    command.envs(environment(env)).envs(variables.iter().copied()).args(arguments);
    Run::of(command.output().unwrap())
}

/// Returns the options of `pg_dump` that name the database.
#[track_caller]
fn options_with(env: &TestEnv, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let run = run(env, variables, &[&["backup", "copy"], arguments].concat()).ends_with(2);
    let command = run.stderr.split('`').nth(1).unwrap_or_else(|| panic!("{}", run.stderr));
    let options = command.strip_prefix("pg_dump --format=custom --file=copy ");
    assert!(!env.path("copy").exists());
    options.unwrap_or_else(|| panic!("{command}")).replace('\'', "")
}

/// Returns the options for this `--db`.
#[track_caller]
fn options(db: &str) -> String {
    options_with(&TestEnv::new(), &[], &["--db", db])
}
