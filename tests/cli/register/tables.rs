//! User tables with fewer or more columns than Django's.

use super::faults;
use crate::env::TestEnv;

#[test]
fn a_missing_column_matters_only_if_a_value_is_given() {
    let env = TestEnv::with_schema("bare_user");
    env.run(["register", "meg", "--no-password"]).succeeds();
    for (given, field) in [
        (&["--first-name", "J"][..], "first_name"),
        (&["--last-name", "S"], "last_name"),
        (&["--email", "j@example.com"], "email"),
        (&["--staff"], "is_staff"),
        (&["--superuser"], "is_superuser"),
        (&["--inactive"], "is_active"),
    ] {
        let run = env.run(["register", "joe", "--no-password", "--format", "json"].iter().chain(given));
        assert_eq!(faults(&run.ends_with(6)), [format!("{field} unknown_field")]);
    }
    assert_eq!(env.rows("SELECT username FROM bare_login"), ["meg"]);
}

#[test]
fn a_default_that_is_too_long_is_refused() {
    let long = "x".repeat(151);
    let env = TestEnv::with_database(&format!("[register]\ndefaults = {{ first_name = \"{long}\" }}\n"));
    let run = env.run(["register", "meg", "--no-password", "--format", "json"]).ends_with(6);
    assert_eq!(faults(&run), ["first_name max_length"]);
}

#[test]
fn a_username_column_is_an_ordinary_field_if_users_log_in_by_email() {
    let env = TestEnv::with_schema("two_unique_email");
    env.write("authctl.toml", "[database]\nlogin_column = \"email\"\n");
    let register = ["register", "meg@example.com", "--no-password", "--format", "json"];
    env.run(register.iter().chain(&["--set", "username=meg"])).succeeds();
    assert_eq!(env.rows("SELECT username, email FROM dual_client"), ["meg|meg@example.com"]);
    let given = ["--set", "username=joe", "--set", "is_staff=true", "--set", "first_name=J"];
    let run = env.run(register.iter().chain(&given)).ends_with(6);
    assert_eq!(faults(&run), ["is_staff not_settable", "first_name not_settable"]);
}

#[test]
fn missing_values_are_reported_with_their_options() {
    let env = TestEnv::with_database("");
    env.execute("ALTER TABLE auth_user ADD COLUMN phone varchar(9) NULL");
    env.write("authctl.toml", "[register]\nrequired = [\"username\", \"phone\"]\n");
    let run = env.run(["register", "--no-password"]).ends_with(6);
    assert_eq!(
        run.stderr,
        "error: username is required. Pass USERNAME.\nphone is required. Pass --set phone=VALUE.\n"
    );
}

#[test]
fn the_primary_key_cannot_be_set_under_any_name() {
    let env = TestEnv::with_database("");
    env.execute("ALTER TABLE auth_user RENAME COLUMN id TO number");
    for name in ["number", "id", "pk"] {
        let set = format!("{name}=7");
        let run = env.run(["register", "meg", "--no-password", "--set", &set, "--format", "json"]);
        assert_eq!(faults(&run.ends_with(6)), [format!("{name} not_settable")]);
    }
}

#[test]
fn only_required_columns_are_filled_automatically() {
    let env = TestEnv::with_database(
        "[profiles.log]\ntable = \"app_log\"\nfields = { seen_at = \"datetime\", created_by = \"varchar(9)\", \
         created_at = \"datetime\" }\n",
    );
    env.execute("ALTER TABLE auth_user ADD COLUMN changed_at datetime NULL");
    env.execute("ALTER TABLE auth_user ADD COLUMN reference char(32) NULL");
    let register = ["register", "meg", "--no-password", "--profile", "log", "--format", "json"];
    assert_eq!(faults(&env.run(register).ends_with(6)), ["seen_at required", "created_by required"]);
    env.run(register.iter().chain(&["--set", "seen_at=2024-01-02", "--set", "created_by=joe"])).succeeds();
    assert_eq!(env.rows("SELECT changed_at, reference FROM auth_user"), ["NULL|NULL"]);
    assert_eq!(env.value("SELECT created_at > datetime('now', '-1 hour') FROM app_log"), "1");
}
