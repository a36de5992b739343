//! Makes the list of common passwords small, in the form that `src/password/common.rs` searches, and says how to link.

use std::path::Path;
use std::{env, fs, iter};

use miniz_oxide::deflate::compress_to_vec;

const LIST: &str = "data/common-passwords.txt";

/// The characters that a word can share with the one before it; as bytes, none is in a word.
const MOST_SHARED: usize = 0x1f;

/// How many words there are from one that is written whole to the next.
const BLOCK: usize = 64;

/// How hard the compressor tries, from 0 to 10.
const BEST: u8 = 10;

fn main() {
    println!("cargo::rerun-if-changed={LIST}");
    println!("cargo::rerun-if-changed=build.rs");
    let list = fs::read_to_string(LIST).expect("the list");
    let folder = env::var("OUT_DIR").expect("cargo says where to");
    let small = compress_to_vec(&front_coded(&list), BEST);
    fs::write(Path::new(&folder).join("common-passwords"), small).expect("a place to write");
    let names = |variable: &str, name: &str| env::var(variable).is_ok_and(|value| value.contains(name));
    if names("TARGET", "-linux-gnu") && !names("CARGO_CFG_TARGET_FEATURE", "crt-static") {
        at_a_fixed_place(Path::new(&folder));
    }
}

/// Has the program linked for one place in memory, and without the tables for unwinding.
///
/// Otherwise the 10,000 pointers in its constants are adjusted at each start, which takes longer than a command's
/// look-ups; libraries, stack and heap keep their random places. The release aborts on a panic and has no symbols, so a
/// backtrace would say nothing.
fn at_a_fixed_place(folder: &Path) {
    println!("cargo::rustc-link-arg-bins=-no-pie");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let script = folder.join("no-unwinding.ld");
        let discard = "SECTIONS { /DISCARD/ : { *(.eh_frame) *(.gcc_except_table*) } } INSERT AFTER .text;\n";
        fs::write(&script, discard).expect("a place to write");
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{},--no-eh-frame-hdr", script.display());
    }
}

/// Each word as the number of bytes that it shares with the one before it, in one byte, and its other bytes.
fn front_coded(list: &str) -> Vec<u8> {
    let mut coded = Vec::new();
    for (index, (word, before)) in list.lines().zip(iter::once("").chain(list.lines())).enumerate() {
        assert!(before < word, "{word:?} comes after {before:?}: the list is to be sorted by bytes");
        assert!(!word.contains(|c: char| c.is_ascii_control()), "{word:?} has a control character");
        let in_common =
            iter::zip(word.bytes(), before.bytes()).take_while(|(one, other)| one == other).count();
        let shared = if index % BLOCK == 0 { 0 } else { in_common.min(MOST_SHARED) };
        coded.push(u8::try_from(shared).expect("at most 31"));
        coded.extend(&word.as_bytes()[shared..]);
    }
    coded
}
