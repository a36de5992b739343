//! What authctl cannot decide alone: all of it in one error, with the lines for `authctl.toml`.

use insta::assert_snapshot;

use super::faults;
use crate::env::TestEnv;

/// A project with two possible login columns, both token schemes and required columns.
fn undecided() -> TestEnv {
    let env = TestEnv::with_schema("two_unique");
    env.execute(
        "CREATE TABLE knox_authtoken (digest varchar(128) PRIMARY KEY, created datetime NOT NULL, \
         user_id integer NOT NULL REFERENCES dual_client (id), expiry datetime, token_key varchar(25) NOT NULL);
         ALTER TABLE dual_client ADD COLUMN tier varchar(10) NOT NULL DEFAULT 'x';
         PRAGMA writable_schema = on;
         UPDATE sqlite_schema SET sql = replace(sql, 'tier varchar(10) NOT NULL DEFAULT ''x''', \
         'tier varchar(10) NOT NULL, quota integer NOT NULL') WHERE name = 'dual_client'",
    );
    env
}

#[test]
fn everything_undecided_and_missing_is_one_error() {
    let env = undecided();
    assert_snapshot!(env.run(["register", "ann"]).snapshot(&env));
    let run = env.run(["register", "ann", "--format", "json"]).ends_with(7);
    assert_eq!(
        faults(&run),
        [
            "login_column ambiguous",
            "scheme ambiguous",
            "email required",
            "tier required",
            "quota required",
            "password required"
        ]
    );
    let error = run.error();
    assert_eq!(error["code"], "ambiguous");
    env.write("authctl.toml", error["config"].as_str().unwrap());
    env.run(["register", "ann", "--email", "ann@example.com", "--no-password"]).succeeds();
    assert_eq!(env.value("SELECT tier || quota FROM dual_client"), "VALUE0");
}

#[test]
fn commands_that_name_a_user_show_the_lines_too() {
    let env = undecided();
    assert_snapshot!(env.run(["show-user", "ann"]).snapshot(&env));
    assert_snapshot!(env.run(["create-token", "ann"]).snapshot(&env));
    assert_eq!(env.run(["create-token", "ann", "-q"]).ends_with(7).stderr.lines().count(), 2);
}

#[test]
fn several_user_tables_show_the_line() {
    let env = TestEnv::with_schema("two_user_tables");
    assert_snapshot!(env.run(["register", "ann", "--no-password"]).snapshot(&env));
}
