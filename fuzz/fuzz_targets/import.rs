//! Files of any format and encoding, read in the format that is detected, as `import` does.
#![no_main]

use authctl::fuzzing::{decoded, sniffed};
use authctl_fuzz::{Columns, check_faults, check_rows, with_project, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(format) = sniffed(&write("input", bytes)) else { return };
    let text = decoded(bytes, false, 1 << 16);
    let columns = if format == "csv" { Columns::Cells } else { Columns::Characters };
    let rows = with_project(|project| match format {
        "csv" => project.csv(&text, None, 1 << 16),
        "json" => project.json_list(&text),
        "jsonl" => Ok(project.json_lines(&text)),
        _ => project.fixture(&text),
    });
    match rows {
        Ok(rows) => check_rows(&text, &rows, columns),
        Err(faults) => check_faults(&text, &faults, columns),
    }
});
