//! Files for `apply`, in TOML and JSON: every key, value and fault has its position, JSON goes out and in again, and no
//! fault repeats a password.
#![no_main]

use authctl::fuzzing::{AppliedFile, worded};
use authctl_fuzz::{Columns, check_faults, with_project};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    for name in ["input", "input.toml", "input.json"] {
        check(name, bytes);
    }
});

fn check(name: &str, bytes: &[u8]) {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let file = match with_project(|project| project.apply(name, bytes)) {
        Ok(file) => file,
        Err(faults) => {
            assert!(!faults.is_empty());
            return check_faults(bytes, &faults, Columns::Characters);
        }
    };
    check_faults(bytes, &file.faults, Columns::Characters);
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let is_json = name != "input.toml" && (name == "input.json" || text.trim_start().starts_with('{'));
    for (at, kind) in &file.offsets {
        assert!(text.is_char_boundary(*at), "{at} in {text:?}");
        let first = text[*at..].chars().next();
        let expected = match *kind {
            "null" => "n",
            "boolean" => "tf",
            "number" if is_json => "-0123456789",
            "list" if is_json => "[",
            "table" if is_json => "{",
            "key" | "text" if is_json => "\"",
            // In TOML, dates are texts, and tables start at their headings or keys.
            "text" => "\"'0123456789",
            "number" => "+-0123456789",
            _ => continue,
        };
        assert!(first.is_some_and(|first| expected.contains(first)), "{kind} at {at} in {text:?}");
    }
    assert!(file.users.iter().all(|at| file.offsets.iter().any(|(other, _)| other == at)));
    if is_json && has_reserved_key(&file.json) {
        // serde_json reads such an object as something else.
    } else if is_json {
        assert_eq!(serde_json::from_str::<Value>(text).ok().as_ref(), Some(&file.json));
    } else {
        toml::from_str::<toml::Table>(text).expect("TOML");
    }
    let again = with_project(|project| project.apply("again.json", file.json.to_string().as_bytes()));
    assert!(again.is_ok_and(|again| again.json == file.json), "{}", file.json);
    check_secrets(&file, text);
}

fn has_reserved_key(json: &Value) -> bool {
    match json {
        Value::Object(members) => members
            .iter()
            .any(|(key, value)| key.starts_with("$serde_json::private::") || has_reserved_key(value)),
        Value::Array(items) => items.iter().any(has_reserved_key),
        _ => false,
    }
}

/// Checks plain passwords that are nowhere else in the file, and are not like a part of a message.
fn check_secrets(file: &AppliedFile, text: &str) {
    let users = file.json["users"].as_array().into_iter().flatten();
    for password in users.filter_map(|user| user["password"].as_str()) {
        let is_distinct = password.len() >= 8
            && password.bytes().any(|byte| byte.is_ascii_digit())
            && password.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_distinct && !text.contains('\\') && text.matches(password).count() == 1 {
            assert!(file.faults.iter().all(|fault| !worded(fault).contains(password)), "{:?}", file.faults);
        }
    }
}
