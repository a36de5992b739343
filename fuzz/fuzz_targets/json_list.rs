//! JSON lists: rows and faults have positions in the file.
#![no_main]

use authctl_fuzz::{Columns, check_faults, check_rows, with_project};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    with_project(|project| match project.json_list(text) {
        Ok(rows) => {
            check_rows(text, &rows, Columns::Characters);
            let whole = text.trim_ascii();
            if whole.first() == Some(&b'{') {
                assert_eq!(rows.len(), 1);
                let listed = project.json_list(&[b"[", whole, b"]"].concat()).expect("a list");
                assert_eq!(authctl_fuzz::bare(&listed[0]), authctl_fuzz::bare(&rows[0]));
            }
        }
        Err(faults) => check_faults(text, &faults, Columns::Characters),
    });
});
