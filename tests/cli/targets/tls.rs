//! `sslmode`, `sslrootcert` and `channel_binding`.

use super::{options, options_with, run};
use crate::env::TestEnv;

const URL: &str = "postgres://ann@db/shop";

/// Returns the parameters of the URL for `pg_dump`.
#[track_caller]
fn parameters(env: &TestEnv, variables: &[(&str, &str)], query: &str) -> String {
    let found = options_with(env, variables, &["--db", &format!("{URL}?{query}")]);
    let found = found.strip_prefix("--dbname=postgresql://ann@db:5432/shop").unwrap_or(&found).to_owned();
    found
        .replace(&*env.path("").to_str().unwrap().replace('/', "%2F"), "ENV")
        .trim_start_matches('?')
        .to_owned()
}

#[test]
fn the_mode_is_libpqs() {
    let env = TestEnv::new();
    let mode = |query: &str| parameters(&env, &[], query);
    assert_eq!(mode("sslmode=disable"), "sslmode=disable");
    assert_eq!(mode("sslmode=allow"), "sslmode=allow");
    assert_eq!(mode("sslmode=prefer"), "");
    assert_eq!(mode("sslmode=require"), "sslmode=require");
    assert_eq!(mode("sslmode=require&channel_binding=require"), "sslmode=require&channel_binding=require");
    assert_eq!(mode("ssl=true"), "sslmode=require");
    assert_eq!(mode("sslmode=verify-full"), "sslmode=verify-full&sslrootcert=system");
    assert_eq!(mode("sslmode=verify-full&sslrootcert=system"), "sslmode=verify-full&sslrootcert=system");
    assert_eq!(mode("sslrootcert=system"), "sslmode=verify-full&sslrootcert=system");
    assert_eq!(parameters(&env, &[("PGSSLMODE", "require")], ""), "sslmode=require");
    assert_eq!(
        parameters(&env, &[("PGSSLROOTCERT", "system")], ""),
        "sslmode=verify-full&sslrootcert=system"
    );
    // A socket is not encrypted.
    assert_eq!(
        options("postgres://ann@%2Frun/shop?sslmode=verify-full"),
        "--dbname=postgresql://ann@%2Frun:5432/shop"
    );
}

#[test]
fn require_with_certificates_verifies_them() {
    let env = TestEnv::new();
    env.write("root.crt", "");
    assert_eq!(
        parameters(&env, &[], "sslmode=require&sslrootcert=root.crt"),
        "sslmode=verify-ca&sslrootcert=ENVroot.crt"
    );
    std::fs::create_dir(env.path(".postgresql")).unwrap();
    env.write(".postgresql/root.crt", "");
    for (mode, found) in
        [("require", "verify-ca"), ("verify-ca", "verify-ca"), ("verify-full", "verify-full")]
    {
        assert_eq!(
            parameters(&env, &[], &format!("sslmode={mode}")),
            format!("sslmode={found}&sslrootcert=ENV.postgresql%2Froot.crt")
        );
    }
    assert_eq!(parameters(&env, &[], "sslmode=prefer"), "");
}

#[test]
fn what_would_verify_less_than_it_says_is_refused() {
    let env = TestEnv::new();
    for (query, message) in [
        ("sslmode=verify-ca", "sslmode in the URL is verify-ca and requires sslrootcert."),
        (
            "sslmode=require&sslrootcert=system",
            "sslmode in the URL must be verify-full with sslrootcert=system.",
        ),
        (
            "sslmode=verify-full&sslrootcert=nowhere",
            "sslrootcert in the URL names a file that does not exist.",
        ),
        ("sslmode=require&sslrootcert=nowhere", "sslrootcert in the URL names a file that does not exist."),
    ] {
        let db = format!("{URL}?{query}");
        let run = run(&env, &[], &["list-users", "--db", &db]).ends_with(2);
        assert!(run.stderr.contains(message), "{query}: {}", run.stderr);
    }
}
