//! The program file is hardened: it can be loaded at any address, and no memory is both writable and executable.
//!
//! `readelf` is part of binutils, which a C compiler on Linux needs to link.

use std::process::Command;

/// What `readelf` prints of the program with this option.
fn readelf(option: &str) -> String {
    let output = Command::new("readelf")
        .args(["--wide", option, env!("CARGO_BIN_EXE_authctl")])
        .output()
        .expect("readelf, of binutils, to start");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_program_is_position_independent() {
    assert!(readelf("--file-header").contains("DYN (Position-Independent Executable file)"));
}

#[test]
fn relocations_are_read_only_before_the_program_starts() {
    assert!(readelf("--program-headers").contains("GNU_RELRO"));
    let dynamic = readelf("--dynamic");
    let flags = dynamic.lines().find(|line| line.contains("(FLAGS_1)")).expect("FLAGS_1");
    assert!(flags.contains("NOW") && flags.contains("PIE"), "{flags}");
}

#[test]
fn no_segment_is_writable_and_executable() {
    let headers = readelf("--program-headers");
    assert!(headers.contains(" R E "), "no executable segment was found\n{headers}");
    assert!(
        headers.contains("GNU_STACK"),
        "the stack is executable unless a header says otherwise\n{headers}"
    );
    assert!(!headers.contains(" RWE "), "{headers}");
}

/// Only builds from this repository: the flags are in `.cargo/config.toml`.
#[test]
fn the_c_part_has_a_stack_protector_and_checked_buffers() {
    let symbols = readelf("--dyn-syms");
    assert!(symbols.contains("__stack_chk_fail"), "no stack protector");
    assert!(symbols.contains("_chk@"), "no buffer check of _FORTIFY_SOURCE\n{symbols}");
}
