//! Files that are truncated, overwritten, or have a foreign journal.

use std::env;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::Base;
use super::battery::{COMMANDS, faults};

const PAGE: usize = 4096;

/// The number of damaged files; `AUTHCTL_DAMAGED` raises it.
fn files() -> u64 {
    env::var("AUTHCTL_DAMAGED").map_or(24, |count| count.parse().expect("AUTHCTL_DAMAGED is not a number"))
}

/// Returns a file with one kind of damage, and its description.
fn damaged(bytes: &[u8], random: &mut StdRng) -> (String, Vec<u8>) {
    let mut bytes = bytes.to_vec();
    let pages = bytes.len() / PAGE;
    let page = random.random_range(0..pages) * PAGE;
    let place = random.random_range(0..bytes.len());
    let what = match random.random_range(0..8) {
        0 => {
            bytes.truncate(place);
            format!("cut off at {place}")
        }
        1 => {
            bytes.truncate(page);
            format!("cut off at the page at {page}")
        }
        2 => {
            bytes[place] = random.random();
            format!("a byte at {place}")
        }
        // The header of a page: its type, free blocks, and cell pointers.
        3 | 4 => {
            let place = page + random.random_range(0..48) + if page == 0 { 100 } else { 0 };
            bytes[place] = random.random();
            format!("a byte at {place} in the head of a page")
        }
        5 => {
            let bits: Vec<usize> = (0..32).map(|_| random.random_range(0..bytes.len())).collect();
            for at in &bits {
                bytes[*at] ^= 1 << random.random_range(0..8);
            }
            format!("bits at {bits:?}")
        }
        6 => {
            bytes[page..page + PAGE].fill_with(|| random.random());
            format!("the whole page at {page}")
        }
        _ => {
            let other = random.random_range(0..pages) * PAGE;
            let copy = bytes[other..other + PAGE].to_vec();
            bytes[page..page + PAGE].copy_from_slice(&copy);
            format!("the page at {other} in place of that at {page}")
        }
    };
    (what, bytes)
}

#[test]
#[expect(clippy::print_stdout, reason = "prints the summary on request")]
fn damaged_files() {
    let base = Base::new();
    let mut found = Vec::new();
    let (mut done, mut runs) = (0, 0);
    for seed in 0..files() {
        let (what, bytes) = damaged(&base.bytes, &mut StdRng::seed_from_u64(seed));
        let (faults, ended_well) = faults(&base, &bytes, &[]);
        done += ended_well;
        runs += COMMANDS.len();
        found.extend(faults.into_iter().map(|fault| format!("seed {seed}, {what}: {fault}")));
    }
    println!("{} files, {runs} runs, of which {done} ended with 0, {} faults", files(), found.len());
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    // Damage that no command reads is no reason to fail.
    assert!(done > 0 && (done as usize) < runs, "{done} of {runs} ended with 0");
}

#[test]
fn foreign_journals() {
    let base = Base::new();
    let env = Base::environment(&base.bytes);
    let writer = env.database();
    writer
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; UPDATE auth_user SET first_name = 'x'",
        )
        .unwrap();
    let (bytes, log) = (env.database_bytes(), std::fs::read(env.path("db.sqlite3-wal")).unwrap());
    drop(writer);
    let mut cut = log.clone();
    cut.truncate(log.len() / 2 + 7);
    let mut flipped = log.clone();
    flipped[60] ^= 0xff;
    let mut header = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7".to_vec();
    header.extend([0xff; 600]);
    let mut found = Vec::new();
    for (what, database, beside) in [
        ("its own log", &bytes, [("-wal", &log[..])]),
        ("half of its log", &bytes, [("-wal", &cut[..])]),
        ("a damaged log", &bytes, [("-wal", &flipped[..])]),
        ("a log without its mode", &base.bytes, [("-wal", &log[..])]),
        ("a journal of nothing", &base.bytes, [("-journal", &b"not a journal"[..])]),
        ("a journal that lies", &base.bytes, [("-journal", &header[..])]),
    ] {
        let (faults, _) = faults(&base, database, &beside);
        found.extend(faults.into_iter().map(|fault| format!("{what}: {fault}")));
    }
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

#[test]
fn files_that_are_not_databases() {
    let base = Base::new();
    let header = &base.bytes[..100];
    let mut found = Vec::new();
    for (what, bytes) in [
        ("nothing", &b""[..]),
        ("one byte", b"S"),
        ("the magic alone", b"SQLite format 3\0"),
        ("a header alone", header),
        ("one page", &base.bytes[..PAGE]),
        ("text", b"username,email\nmeg,meg@ducharme.com\n"),
        ("zeros", &[0; 8192]),
    ] {
        let (faults, done) = faults(&base, bytes, &[]);
        found.extend(faults.into_iter().map(|fault| format!("{what}: {fault}")));
        assert_eq!(done, 0, "{what}");
    }
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}
