//! `unlock-user` and `reset-mfa`.

use serde_json::json;

use super::{EARLIER, count, project};
use crate::engines::{Engine, Project};

/// Meg has a second factor of every package, joe one of them. Both have failed to log in.
fn with_factors(engine: Engine) -> Project {
    let project = project(engine);
    let device = "name, confirmed, user_id, throttling_failure_count, throttling_failure_timestamp";
    let bytes = engine.pick("x'00'", "'\\x00'");
    project.sql(&format!(
        "BEGIN;
         INSERT INTO otp_totp_totpdevice ({device}, key, step, t0, digits, tolerance, drift, last_t)
           VALUES ('default', true, 1, 3, '{EARLIER}', 'aa', 30, 0, 6, 1, 0, -1),
                  ('default', true, 2, 3, '{EARLIER}', 'bb', 30, 0, 6, 1, 0, -1);
         INSERT INTO otp_static_staticdevice ({device}) VALUES ('backup', true, 1, 0, NULL);
         INSERT INTO otp_static_statictoken (token, device_id) VALUES ('t1', 1), ('t2', 1);
         INSERT INTO two_factor_phonedevice ({device}, number, key, method)
           VALUES ('backup', false, 1, 0, NULL, '+1', 'cc', 'sms');
         INSERT INTO django_otp_webauthn_webauthncredential (name, confirmed, credential_type, credential_id, public_key,
           transports, sign_count, backup_eligible, backup_state, aaguid, credential_id_sha256, user_id)
           VALUES ('yubikey', true, 'public-key', {bytes}, {bytes}, '[]', 0, false, false, '', 'x', 1);
         INSERT INTO django_otp_webauthn_webauthnattestation (fmt, data, client_data_json, credential_id)
           VALUES ('none', {bytes}, {bytes}, 1);
         INSERT INTO mfa_authenticator (type, data, user_id, created_at)
           VALUES ('totp', '{{}}', 1, '{EARLIER}'), ('recovery_codes', '{{}}', 1, '{EARLIER}');
         INSERT INTO axes_accessattempt (user_agent, ip_address, username, http_accept, path_info, attempt_time, get_data,
           post_data, failures_since_start)
           VALUES ('a', '203.0.113.7', 'meg', '', '', '{EARLIER}', '', '', 3),
                  ('a', '203.0.113.8', 'meg@example.com', '', '', '{EARLIER}', '', '', 3),
                  ('a', '203.0.113.9', 'joe', '', '', '{EARLIER}', '', '', 3),
                  ('a', '203.0.113.9', 'someone', '', '', '{EARLIER}', '', '', 3);
         INSERT INTO axes_accessattemptexpiration (access_attempt_id, expires_at) VALUES (1, '{EARLIER}');
         COMMIT;"
    ));
    project
}

fn all_second_factors_are_shown_and_deleted(engine: Engine) {
    let project = with_factors(engine);
    let run = project.authctl(&["reset-mfa", "meg"]).ends_with(2);
    for words in
        ["totp \"default\" of meg", "recovery_codes", "phone \"backup\" of meg, unconfirmed", "webauthn"]
    {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let run = project.authctl(&["reset-mfa", "meg", "--dry-run"]).ends_with(0);
    assert!(run.stderr.contains("Would delete 6 second factors."), "{}", run.stderr);
    assert_eq!(count(&project, "mfa_authenticator"), "2");
    let answer = project.authctl(&["reset-mfa", "meg", "--yes", "--format", "json"]).ends_with(0).json();
    assert_eq!((&answer["counts"]["second_factors"], &answer["changed"]), (&json!(6), &json!(true)));
    for table in [
        "otp_static_staticdevice",
        "otp_static_statictoken",
        "two_factor_phonedevice",
        "django_otp_webauthn_webauthncredential",
        "django_otp_webauthn_webauthnattestation",
        "mfa_authenticator",
    ] {
        assert_eq!(count(&project, table), "0", "{table}");
    }
    assert_eq!(project.row("SELECT user_id FROM otp_totp_totpdevice"), "2");
    let run = project.authctl(&["reset-mfa", "meg"]).ends_with(0);
    assert!(run.stderr.contains("No second factors to delete."), "{}", run.stderr);
}

fn unlocking_clears_what_keeps_a_user_out(engine: Engine) {
    let project = with_factors(engine);
    let shown = project.authctl(&["show-user", "meg", "--format", "json"]).ends_with(0).json();
    assert_eq!(shown["access"]["failed_logins"], 6);
    project.authctl(&["lock-user", "meg", "--reset-password"]).ends_with(0);
    let run = project.authctl(&["unlock-user", "meg"]).ends_with(0);
    for words in [
        "Unlocked meg.",
        "cleared: 2 records of failed logins",
        "cleared: 1 throttled second factor",
        "`authctl set-password meg`",
        "meg has no token. If one is needed, create it with `authctl create-token meg`.",
        "`authctl reset-mfa meg`",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(count(&project, "auth_user WHERE is_active"), "2");
    assert_eq!(count(&project, "axes_accessattemptexpiration"), "0");
    assert_eq!(project.rows("SELECT username FROM axes_accessattempt ORDER BY 1"), ["joe", "someone"]);
    let throttled = "SELECT user_id, throttling_failure_count FROM otp_totp_totpdevice ORDER BY 1";
    assert_eq!(project.rows(throttled), ["1|0", "2|3"]);
    let run = project.authctl(&["unlock-user", "meg"]).ends_with(0);
    assert!(run.stderr.contains("meg is not locked."), "{}", run.stderr);
    // Nothing says that somebody who was not locked ever had a token.
    assert!(!run.stderr.contains("has no token"), "{}", run.stderr);
}

fn an_address_is_unlocked_under_every_name(engine: Engine) {
    let project = with_factors(engine);
    project.authctl(&["unlock-user", "meg", "--ip", "203.0.113"]).ends_with(2);
    project.authctl(&["unlock-user"]).ends_with(2);
    let alone = project.authctl(&["unlock-user", "--ip", "203.0.113.9", "--dry-run"]).ends_with(0);
    assert!(alone.stderr.contains("2 records of failed logins"), "{}", alone.stderr);
    let words = ["unlock-user", "meg", "--ip", "203.0.113.9", "--format", "json"];
    let tried = project.authctl(&[&words[..], &["--dry-run"]].concat()).ends_with(0).json();
    assert_eq!(count(&project, "axes_accessattempt"), "4");
    let answer = project.authctl(&words).ends_with(0).json();
    assert_eq!(answer["counts"]["failed_logins_from_addresses"], json!(2));
    assert_eq!(answer["fields"], tried["fields"]);
    assert_eq!(answer["fields"], json!(["failed_logins", "throttled_second_factors"]));
    assert_eq!(count(&project, "axes_accessattempt"), "0");
}

fn no_table_of_a_package_is_a_profile(engine: Engine) {
    let project = project(engine);
    let store = project.open();
    let kinds: Vec<&str> = store.profile_tables().unwrap().iter().map(|table| &*table.kind).collect();
    assert!(kinds.is_empty(), "{kinds:?}");
}

on_every_engine! {
    no_table_of_a_package_is_a_profile,
    all_second_factors_are_shown_and_deleted,
    unlocking_clears_what_keeps_a_user_out,
    an_address_is_unlocked_under_every_name,
}
