//! The program is hardened: it is position-independent, and no memory is both writable and executable.
//!
//! `readelf` is part of binutils, which a C compiler on Linux needs to link.

use std::process::Command;

/// Returns the output of `readelf` for the program.
fn readelf(option: &str) -> String {
    let output = Command::new("readelf")
        .args(["--wide", option, env!("CARGO_BIN_EXE_authctl")])
        .output()
        .expect("failed to start readelf (package binutils)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_program_is_position_independent() {
    assert!(readelf("--file-header").contains("DYN (Position-Independent Executable file)"));
}

#[test]
fn relocations_are_read_only() {
    assert!(readelf("--program-headers").contains("GNU_RELRO"));
    let dynamic = readelf("--dynamic");
    let flags =
        dynamic.lines().find(|line| line.contains("(FLAGS_1)")).expect("no FLAGS_1 in the dynamic section");
    assert!(flags.contains("NOW") && flags.contains("PIE"), "{flags}");
}

#[test]
fn no_segment_is_writable_and_executable() {
    let headers = readelf("--program-headers");
    assert!(headers.contains(" R E "), "no executable segment\n{headers}");
    assert!(headers.contains("GNU_STACK"), "without GNU_STACK, the stack is executable\n{headers}");
    assert!(!headers.contains(" RWE "), "{headers}");
}

/// Applies only to builds in this repository, because the flags are in `.cargo/config.toml`.
#[test]
fn the_c_code_has_a_stack_protector_and_checked_buffers() {
    let symbols = readelf("--dyn-syms");
    assert!(symbols.contains("__stack_chk_fail"), "no stack protector");
    assert!(symbols.contains("_chk@"), "no buffer checks from _FORTIFY_SOURCE\n{symbols}");
}
