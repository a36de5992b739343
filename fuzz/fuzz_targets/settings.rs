//! `authctl.toml`: every fault names a position in the file, and what is accepted is TOML.
#![no_main]

use authctl::fuzzing::{forget, settings};
use authctl_fuzz::{lines, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = write("authctl.toml", bytes);
    let outcome = settings(&path, None);
    forget();
    let text = String::from_utf8_lossy(bytes);
    match outcome {
        Ok(_) => assert!(toml::de::DeTable::parse(&text).is_ok(), "{text:?}"),
        Err(message) => {
            assert!(!message.is_empty());
            let lines = lines(&text);
            let prefix = format!("{}, line ", path.display());
            for fault in message.split(&prefix).skip(1) {
                let (line, rest) = fault.split_once(", column ").expect("a column");
                let (column, _) = rest.split_once(':').expect("a message");
                let (line, column): (usize, usize) =
                    (line.parse().expect("line"), column.parse().expect("column"));
                let length = lines[line - 1].chars().count();
                assert!((1..=length + 1).contains(&column), "{message}");
            }
        }
    }
});
