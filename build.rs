//! Makes the list of common passwords small, in the form that `src/django/passwords/common.rs` searches.

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
