//! Stored times: Django fails on exactly the users whose time `check` reports.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use crate::env::TestEnv;
use crate::python;

/// Values of `last_login`, as SQL, and whether Django loads them, if only as NULL.
const STORED: [(&str, bool); 19] = [
    ("NULL", true),
    ("'2024-02-29 12:30:00'", true),
    ("'2024-02-29 12:30:00.250000'", true),
    ("'2024-02-29T12:30:00Z'", true),
    ("'2024-02-29 12:30:00+02:00'", true),
    ("'2024-2-9 1:02'", true),
    ("'0001-01-01 00:00:00'", true),
    ("'9999-12-31 23:59:59.999999'", true),
    ("'10000-01-01 00:00:00'", true),
    ("'yesterday'", true),
    ("''", true),
    ("1709209800", true),
    ("x'00'", true),
    ("'0000-00-00 00:00:00'", false),
    ("'0000-12-31 12:30:00'", false),
    ("'2023-02-29 12:30:00'", false),
    ("'2024-02-29 24:30:00Z'", false),
    ("'2024-02-29 12:60'", false),
    ("'2024-02-29 12:30:60.5 +02:00'", false),
];

#[test]
fn django_fails_on_the_users_whose_time_check_reports() {
    let env = TestEnv::with_database("");
    for (index, (sql, _)) in STORED.iter().enumerate() {
        let name = format!("user{index:02}");
        env.register_quickly(&name);
        env.execute(&format!("UPDATE auth_user SET last_login = {sql} WHERE username = '{name}'"));
    }
    let report = env.run(["check", "--format", "json"]).ends_with(11).json();
    let findings = report["findings"].as_array().unwrap();
    let count =
        findings.iter().find(|finding| finding["code"] == "impossible_time").unwrap()["count"].as_u64();
    let impossible = STORED.iter().filter(|(_, is_loaded)| !is_loaded).count();
    assert_eq!(count, u64::try_from(impossible).ok(), "{findings:?}");
    python::for_each_set(|set| {
        let output = Command::new(python::interpreter(set))
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django/read_users.py"))
            .arg(env.path("db.sqlite3"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let loaded: Json = serde_json::from_slice(&output.stdout).unwrap();
        for (index, (sql, is_loaded)) in STORED.iter().enumerate() {
            assert_eq!(loaded[format!("user{index:02}")], *is_loaded, "{sql} with {set}");
        }
    });
}
