//! A full disk: a small tmpfs in its own mount namespace, which disappears afterwards.

use std::process::Output;

use tempfile::TempDir;

use super::commands::Case;
use super::place::Place;
use super::strace::arguments;

/// Moves a folder to a tmpfs with this many KiB to spare, runs a command, and moves the folder back. The ballast avoids
/// a size of 0, which means unlimited.
const SCRIPT: &str = r#"
set -eu
folder=$1 aside=$2 free=$3 here=$PWD
shift 3
cp -a "$folder/." "$aside"
mount -t tmpfs -o mode=700 tmpfs "$folder"
cp -a "$aside/." "$folder"
head -c 4096 /dev/zero >"$folder/.ballast"
used=$(df -k --output=used "$folder" | tail -n 1)
mount -o "remount,size=$((used + free))k" "$folder"
cd "$here"
code=0
"$@" || code=$?
cd /
rm "$folder/.ballast"
find "$aside" -mindepth 1 -delete
cp -a "$folder/." "$aside"
umount "$folder"
find "$folder" -mindepth 1 -delete
cp -a "$aside/." "$folder"
exit "$code"
"#;

/// Runs a case with this folder on a disk with this many KiB to spare.
pub fn run(place: &Place, case: &Case, is_audited: bool, folder: &str, free: u32) -> Output {
    let aside = TempDir::new().expect("failed to create a temporary folder");
    let mut command = place.command("unshare", case.input);
    command
        .args(["-m", "sh", "-c", SCRIPT, "sh"])
        .arg(place.path(folder))
        .arg(aside.path())
        .arg(free.to_string());
    command.arg(env!("CARGO_BIN_EXE_authctl")).args(arguments(case, is_audited));
    command.output().expect("failed to start unshare")
}

/// Fails with a clear message if tmpfs cannot be mounted.
pub fn require() {
    let output = std::process::Command::new("unshare")
        .args(["-m", "mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", "/mnt"])
        .output()
        .expect("failed to start unshare (package util-linux)");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "these tests need root to mount a tmpfs: {error}");
}
