//! Tells the program the commit that it is built from.
//!
//! The commit is `AUTHCTL_COMMIT` if that is set, else that of the published crate, else, in a release build, that of
//! the repository. It is unknown to a build without any of them. Other builds do not look: each commit would rebuild
//! the crate.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// Where `cargo package` writes the commit.
const CRATE_INFO: &str = ".cargo_vcs_info.json";

const LENGTH: usize = 12;

fn main() {
    watch("build.rs");
    println!("cargo::rerun-if-env-changed=AUTHCTL_COMMIT");
    let named = env::var("AUTHCTL_COMMIT").ok();
    let commit = named.or_else(of_crate).or_else(of_repository);
    let commit =
        commit.filter(|commit| commit.len() >= LENGTH && commit.bytes().all(|byte| byte.is_ascii_hexdigit()));
    println!("cargo::rustc-env=AUTHCTL_COMMIT={}", commit.as_deref().map_or("", |commit| &commit[..LENGTH]));
}

/// Runs this script again if the file changes. If Cargo watched a missing file, it would run it every time.
fn watch(path: &str) {
    if Path::new(path).exists() {
        println!("cargo::rerun-if-changed={path}");
    }
}

fn of_crate() -> Option<String> {
    watch(CRATE_INFO);
    let info = fs::read_to_string(CRATE_INFO).ok()?;
    let (_, rest) = info.split_once("\"sha1\"")?;
    rest.split('"').nth(1).map(ToOwned::to_owned)
}

fn of_repository() -> Option<String> {
    // The crate may be unpacked in the repository of something else.
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") || !Path::new(".git").exists() {
        return None;
    }
    for path in ["HEAD", "logs/HEAD"] {
        watch(&git(&["rev-parse", "--git-path", path])?);
    }
    git(&["rev-parse", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
