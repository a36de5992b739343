//! JSON lines: rows and faults have positions in the file, and rows are those of a list of the same objects.
#![no_main]

use authctl_fuzz::{Columns, bare, check_rows, lines, with_project};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    with_project(|project| {
        let rows = project.json_lines(bytes);
        check_rows(bytes, &rows, Columns::Characters);
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let mut list = String::new();
        let mut line = 1;
        let mut starts = Vec::new();
        for row in text.split_inclusive('\n') {
            let content = row.trim_end();
            if !content.is_empty() {
                list.push_str(if list.is_empty() { "[" } else { "," });
                list.push_str(content);
                starts.push(line);
            }
            line += lines(row).len() - 1;
        }
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), starts);
        if rows.iter().flat_map(|row| &row.faults).any(|fault| fault.code.name() == "invalid_json") {
            return;
        }
        list.push_str(if list.is_empty() { "[]" } else { "]" });
        let listed = project.json_list(list.as_bytes()).expect("a list of valid objects");
        assert!(rows.iter().map(bare).eq(listed.iter().map(bare)), "{rows:?}\n{listed:?}");
    });
});
