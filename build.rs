//! Tells the program the commit that it is built from, and links GCC's unwinder into it.
//!
//! The commit is `AUTHCTL_COMMIT` if that is set, else that of the published crate, else, in a release build, that of
//! the repository. It is unknown to a build without any of them. Other builds do not look: each commit would rebuild
//! the crate.

use std::path::{Path, PathBuf};
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
    let target =
        ["CARGO_CFG_TARGET_OS", "CARGO_CFG_TARGET_ENV"].map(|name| env::var(name).unwrap_or_default());
    if target == ["linux", "gnu"] {
        link_unwinder();
    }
}

/// Links the static form of the unwinder that std asks for as `libgcc_s.so`, if the linker has it.
///
/// The shared library asks for the processor's features when it is loaded. On a virtual machine that takes a sixth of
/// the time of a short command. The program aborts on a panic, and needs it for backtraces only.
fn link_unwinder() {
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    let is_native = env::var_os("HOST") == env::var_os("TARGET");
    let default = is_native.then(|| "cc".into());
    let Some(linker) = env::var_os("RUSTC_LINKER").or(default) else { return };
    let answer = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    let found = answer.ok().and_then(|answer| String::from_utf8(answer.stdout).ok());
    // The name alone if there is no such file.
    if !found.is_some_and(|path| Path::new(path.trim()).is_absolute()) {
        return;
    }
    let Some(folder) = env::var_os("OUT_DIR").map(PathBuf::from) else { return };
    // A linker takes a text in the place of a library for a script.
    if fs::write(folder.join("libgcc_s.so"), "INPUT(-lgcc_eh -lgcc)\n").is_ok() {
        println!("cargo::rustc-link-search=native={}", folder.display());
    }
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
