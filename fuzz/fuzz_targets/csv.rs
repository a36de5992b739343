//! CSV: rows and faults have positions in the file, and do not depend on how much is read at once.
#![no_main]

use authctl_fuzz::{Columns, check_faults, check_rows, with_project};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    with_project(|project| {
        match project.csv(text, None, 1 << 16) {
            Ok(rows) => check_rows(text, &rows, Columns::Cells),
            Err(faults) => check_faults(text, &faults, Columns::Cells),
        }
        // The delimiter is found in the first piece. So are a line `sep=;` and the mark of an encoding.
        // Every fourth text is enough: building a parser takes most of the time.
        let declares =
            text.len() % 4 > 0 || text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"sep="));
        if !declares {
            let delimiter = Some(b",;\t"[text.len() % 3]);
            let pieces = project.csv(text, delimiter, 1 + text.len() % 7);
            assert_eq!(pieces, project.csv(text, delimiter, 1 << 16));
        }
    });
});
