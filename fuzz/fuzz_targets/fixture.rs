//! Django fixtures: there is a row for each user, and faults have positions in the file.
#![no_main]

use authctl_fuzz::{Columns, check_faults, check_rows, with_project};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &[u8]| {
    with_project(|project| match project.fixture(text) {
        Ok(rows) => {
            check_rows(text, &rows, Columns::Characters);
            let Ok(Value::Array(objects)) = serde_json::from_slice(text) else { return };
            let is_user = |object: &&Value| {
                object["model"].as_str().is_some_and(|model| model.eq_ignore_ascii_case("auth.user"))
            };
            assert_eq!(rows.len(), objects.iter().filter(is_user).count());
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            check_faults(text, &faults, Columns::Characters);
        }
    });
});
