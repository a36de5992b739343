//! Stored times: `check` reports exactly those that Django fails to load.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use crate::env::TestEnv;
use crate::python;

/// Values of `last_login`, as SQL, and whether Django loads them, if only as NULL.
const STORED: [(&str, bool); 23] = [
    ("NULL", true),
    ("'2024-02-29 12:30:00'", true),
    ("'2024-02-29 12:30:00.250000'", true),
    ("'2024-02-29T12:30:00Z'", true),
    ("'2024-02-29 12:30:00+02:00'", true),
    ("'2024-02-29 12:30:00+02:60'", true),
    ("'2024-2-9 1:02'", true),
    ("'0001-01-01 00:00:00'", true),
    ("'9999-12-31 23:59:59.999999'", true),
    ("'10000-01-01 00:00:00'", true),
    ("'2023-02-29'", true),
    ("'yesterday'", true),
    ("''", true),
    ("1709209800", true),
    ("x'00'", true),
    ("'0000-00-00 00:00:00'", false),
    ("'0000-12-31 12:30:00'", false),
    ("'2023-02-29 12:30:00'", false),
    ("'2023-02-29 12:30:00Z' || char(10)", false),
    ("CAST('2023-02-29 12:30:00' AS BLOB)", false),
    ("'2024-02-29 24:30:00Z'", false),
    ("'2024-02-29 12:60'", false),
    ("'2024-02-29 12:30:00-24:00'", false),
];

fn name(index: usize) -> String {
    format!("user{index:02}")
}

#[test]
fn check_reports_the_times_that_django_fails_to_load() {
    let (all, one) = (TestEnv::with_database(""), TestEnv::with_database(""));
    one.register_quickly("meg");
    for (index, (sql, is_loaded)) in STORED.iter().enumerate() {
        all.register_quickly(&name(index));
        all.execute(&format!("UPDATE auth_user SET last_login = {sql} WHERE username = '{}'", name(index)));
        one.execute(&format!("UPDATE auth_user SET last_login = {sql}"));
        // The weak hash of the user is a finding too.
        let report = one.run(["check", "--format", "json"]).ends_with(11).json();
        let findings = report["findings"].as_array().unwrap();
        let is_found = findings.iter().any(|finding| finding["code"] == "impossible_time");
        assert_eq!(is_found, !is_loaded, "{sql}");
    }
    python::for_each_set(|set| {
        let output = Command::new(python::interpreter(set))
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django/read_users.py"))
            .arg(all.path("db.sqlite3"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let loaded: Json = serde_json::from_slice(&output.stdout).unwrap();
        for (index, (sql, is_loaded)) in STORED.iter().enumerate() {
            assert_eq!(loaded[name(index)], *is_loaded, "{sql} with {set}");
        }
    });
}
