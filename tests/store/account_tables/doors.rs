//! `lock-user` and `revoke-access` on the tables of each package.

use serde_json::{Value as Json, json};

use super::{EARLIER, LATER, add_raw_session, add_session, count, project};
use crate::engines::{Engine, Project};

/// What every door of meg holds: the door and the number of rows that shut it.
const DOORS: [(&str, u64); 9] = [
    ("drf_tokens", 1),
    ("knox_tokens", 2),
    ("oauth2_access_tokens", 2),
    ("oauth2_refresh_tokens", 1),
    ("oauth2_grants", 1),
    ("oauth2_device_grants", 1),
    ("jwt_refresh_tokens", 1),
    ("openid_tokens", 1),
    ("web_sessions", 2),
];

/// The rows of joe that let him in.
const OF_JOE: [&str; 6] = [
    "authtoken_token WHERE user_id = 2",
    "knox_authtoken WHERE user_id = 2",
    "oauth2_provider_accesstoken WHERE user_id = 2",
    "oauth2_provider_refreshtoken WHERE user_id = 2 AND access_token_id = 3",
    "token_blacklist_outstandingtoken WHERE user_id = 2 AND id NOT IN \
     (SELECT token_id FROM token_blacklist_blacklistedtoken)",
    "django_session WHERE session_key LIKE 'joe%'",
];

fn with_sessions(engine: Engine) -> Project {
    let project = project(engine);
    add_session(&project, "one", Some("1"), LATER);
    add_session(&project, "two", Some("1"), LATER);
    add_session(&project, "joe", Some("2"), LATER);
    add_session(&project, "visitor", None, LATER);
    project
}

fn closed(doors: &[(&str, u64)]) -> Json {
    doors.iter().map(|(door, count)| json!({ "door": door, "count": count })).collect()
}

fn locking_shuts_every_door_of_one_user(engine: Engine) {
    let project = with_sessions(engine);
    let answer = project.authctl(&["lock-user", "meg", "--format", "json"]).ends_with(0).json();
    assert_eq!(answer["closed"], closed(&DOORS), "{answer:#}");
    let fields = answer["fields"].as_array().unwrap();
    assert_eq!((fields.len(), &fields[0]), (DOORS.len() + 1, &json!("is_active")));
    assert_eq!(project.row("SELECT username FROM auth_user WHERE is_active"), "joe");
    for table in [
        "authtoken_token",
        "knox_authtoken",
        "oauth2_provider_accesstoken",
        "oauth2_provider_refreshtoken",
        "oauth2_provider_grant",
        "oauth2_provider_devicegrant",
        "allauth_idp_oidc_token",
    ] {
        assert_eq!(count(&project, &format!("{table} WHERE user_id = 1")), "0", "{table}");
    }
    assert_eq!(project.rows("SELECT token_id FROM token_blacklist_blacklistedtoken ORDER BY 1"), ["1", "3"]);
    assert_eq!(
        project.rows("SELECT substr(session_key, 1, 3) FROM django_session ORDER BY 1"),
        ["joe", "vis"]
    );
    for rows in OF_JOE {
        assert_eq!(count(&project, rows), "1", "{rows}");
    }
    let again = project.authctl(&["lock-user", "meg", "--format", "json"]).ends_with(0).json();
    assert_eq!((&again["changed"], &again["fields"]), (&json!(false), &json!([])));
}

fn locking_says_what_stays_open(engine: Engine) {
    let project = with_sessions(engine);
    add_raw_session(&project, "pickled", "gASVCgAAAAAAAAB9lC4:1uR8aB:x", LATER);
    let run = project.authctl(&["lock-user", "meg"]).ends_with(0);
    for words in [
        "Locked meg.",
        "closed: 2 OAuth2 access tokens",
        "closed: 2 web sessions",
        "JWT access tokens",
        "whose 1 API key this is",
        "1 web session cannot be decoded",
        "--reset-password",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let run = project.authctl(&["lock-user", "joe", "--reset-password", "--format", "json"]).ends_with(0);
    let open = run.json()["open"].clone();
    let codes: Vec<&str> =
        open.as_array().unwrap().iter().map(|door| door["door"].as_str().unwrap()).collect();
    assert_eq!(codes, ["unbound_api_keys", "jwt_access_tokens"]);
    assert!(project.row("SELECT password FROM auth_user WHERE id = 2").starts_with('!'));
    assert_ne!(project.row("SELECT password FROM auth_user WHERE id = 2"), "!joe");
    project.authctl(&["unlock-user", "meg"]).ends_with(0);
    let lock = ["lock-user", "meg", "--reset-password"];
    let told = project.authctl(&[&lock[..], &["--dry-run"]].concat()).ends_with(0).stderr;
    assert!(told.contains("  would close: the password, which would be unusable"), "{told}");
    let told = project.authctl(&lock).ends_with(0).stderr;
    assert!(told.contains("  closed: the password, which is unusable now"), "{told}");
}

fn a_door_that_is_known_to_stay_open_has_a_code_of_its_own(engine: Engine) {
    let project = project(engine);
    project.sql(
        "UPDATE oauth2_provider_application SET user_id = 1, authorization_grant_type = 'client-credentials'",
    );
    let run = project.authctl(&["lock-user", "meg"]).ends_with(13);
    let application = project.row("SELECT name || ' (' || client_id || ')' FROM oauth2_provider_application");
    for words in ["1 OAuth2 application of meg", &application] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(project.row("SELECT username FROM auth_user WHERE is_active"), "joe");
    assert_eq!(count(&project, "oauth2_provider_application"), "1");
}

fn a_rehearsal_shuts_nothing(engine: Engine) {
    let project = with_sessions(engine);
    let answer = project.authctl(&["lock-user", "meg", "--dry-run", "--format", "json"]).ends_with(0).json();
    assert_eq!(answer["closed"], closed(&DOORS));
    assert_eq!(count(&project, "auth_user WHERE is_active"), "2");
    assert_eq!(count(&project, "oauth2_provider_accesstoken"), "3");
    assert_eq!(count(&project, "django_session"), "4");
}

fn several_users_are_locked_together_or_not_at_all(engine: Engine) {
    let project = project(engine);
    let run = project.authctl(&["lock-user", "meg", "joe"]).ends_with(2);
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    project.authctl(&["lock-user", "meg", "ann", "--yes"]).ends_with(3);
    assert_eq!(count(&project, "auth_user WHERE is_active"), "2");
    project.authctl(&["lock-user", "meg", "joe", "meg", "--yes"]).ends_with(0);
    assert_eq!(count(&project, "auth_user WHERE is_active"), "0");
    assert_eq!(count(&project, "oauth2_provider_accesstoken"), "0");
}

fn guardians_visitor_is_never_locked(engine: Engine) {
    let project = project(engine);
    project.sql("UPDATE auth_user SET username = 'AnonymousUser' WHERE id = 2");
    project.authctl(&["lock-user", "AnonymousUser"]).ends_with(2);
    assert_eq!(count(&project, "auth_user WHERE is_active"), "2");
}

fn only_the_named_kinds_are_revoked(engine: Engine) {
    let project = with_sessions(engine);
    let words = ["revoke-access", "meg", "--only", "oauth2,jwt", "--format", "json"];
    let answer = project.authctl(&words).ends_with(0).json();
    let mut expected = DOORS[2..].to_vec();
    expected.pop();
    assert_eq!(answer["closed"], closed(&expected));
    assert_eq!(count(&project, "auth_user WHERE is_active"), "2");
    assert_eq!(count(&project, "authtoken_token WHERE user_id = 1"), "1");
    assert_eq!(count(&project, "django_session"), "4");
    let run = project.authctl(&["revoke-access", "meg"]).ends_with(0);
    assert!(run.stderr.contains("closed: 2 web sessions"), "{}", run.stderr);
    assert_eq!(count(&project, "django_session"), "2");
    let run = project.authctl(&["revoke-access", "meg"]).ends_with(0);
    assert!(run.stderr.contains("meg has nothing to revoke"), "{}", run.stderr);
}

fn what_has_expired_is_purged(engine: Engine) {
    let project = with_sessions(engine);
    add_session(&project, "stale", Some("1"), EARLIER);
    // An expired access token with a refresh token, which needs it.
    project.sql(&format!("UPDATE oauth2_provider_accesstoken SET expires = '{EARLIER}' WHERE id = 3"));
    let run = project.authctl(&["revoke-access", "--expired"]).ends_with(2);
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    let words = ["revoke-access", "--expired", "--yes", "--format", "json"];
    let answer = project.authctl(&words).ends_with(0).json();
    let expected =
        [("knox_tokens", 1), ("oauth2_access_tokens", 1), ("jwt_refresh_tokens", 1), ("web_sessions", 1)];
    assert_eq!(answer["deleted"], closed(&expected));
    assert_eq!(count(&project, "django_session"), "4");
    assert_eq!(count(&project, "oauth2_provider_accesstoken"), "2");
    assert_eq!(count(&project, "token_blacklist_blacklistedtoken"), "1");
    let again = project.authctl(&words).ends_with(0).json();
    assert_eq!(again["changed"], json!(false));
    project.authctl(&["revoke-access"]).ends_with(2);
}

fn replaced_and_own_tables_are_found_by_their_columns(engine: Engine) {
    let project = project(engine);
    let time = engine.pick("datetime", "timestamp with time zone");
    project.sql(&format!(
        "CREATE TABLE shop_key (id varchar(150) PRIMARY KEY, prefix varchar(8) NOT NULL UNIQUE, \
           hashed_key varchar(150) NOT NULL, revoked bool NOT NULL, expiry_date {time} NULL, \
           owner_id integer NOT NULL REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TABLE api_apitoken (id integer PRIMARY KEY, token varchar(32) NOT NULL UNIQUE, expires {time} NULL, \
           created_by_id integer NOT NULL REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TABLE shop_knox (digest varchar(128) PRIMARY KEY, token_key varchar(25) NOT NULL, created {time} NOT NULL, \
           expiry {time} NULL, user_id integer NOT NULL REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TABLE shop_device (token_ptr_id varchar(40) PRIMARY KEY \
           REFERENCES authtoken_token (key) DEFERRABLE INITIALLY DEFERRED, name varchar(20) NOT NULL);
         CREATE TABLE shop_wish (id integer PRIMARY KEY, key varchar(32) NOT NULL UNIQUE, \
           user_id integer NOT NULL REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TABLE shop_customer (id integer PRIMARY KEY, api_key varchar(32) NOT NULL UNIQUE, plan_expires {time} NULL, \
           user_id integer NOT NULL UNIQUE REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO shop_key VALUES ('p', 'p', 'h', false, NULL, 1);
         INSERT INTO api_apitoken VALUES (1, 't', NULL, 1);
         INSERT INTO shop_knox VALUES ('d9', 'k9', '{EARLIER}', NULL, 1);
         INSERT INTO shop_device SELECT key, 'phone' FROM authtoken_token WHERE user_id = 1;
         INSERT INTO shop_wish VALUES (1, 'w', 1);
         INSERT INTO shop_customer VALUES (1, 'c', NULL, 1);"
    ));
    project.authctl(&["lock-user", "meg"]).ends_with(0);
    for table in ["api_apitoken", "shop_knox", "shop_device", "authtoken_token WHERE user_id = 1"] {
        assert_eq!(count(&project, table), "0", "{table}");
    }
    assert_eq!(count(&project, "shop_key WHERE revoked"), "1");
    for table in ["shop_wish", "shop_customer"] {
        assert_eq!(count(&project, table), "1", "{table}");
    }
}

fn a_row_that_another_table_needs_stops_the_lock(engine: Engine) {
    let project = project(engine);
    project.sql(
        "CREATE TABLE shop_order (id integer PRIMARY KEY, access_id bigint NOT NULL \
           REFERENCES oauth2_provider_accesstoken (id) DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO shop_order VALUES (1, 1);",
    );
    let run = project.authctl(&["lock-user", "meg"]).ends_with(6);
    assert!(run.stderr.contains("shop_order.access_id"), "{}", run.stderr);
    assert_eq!(count(&project, "auth_user WHERE is_active"), "2");
    assert_eq!(count(&project, "authtoken_token"), "2");
}

on_every_engine! {
    locking_shuts_every_door_of_one_user,
    locking_says_what_stays_open,
    a_door_that_is_known_to_stay_open_has_a_code_of_its_own,
    a_rehearsal_shuts_nothing,
    several_users_are_locked_together_or_not_at_all,
    guardians_visitor_is_never_locked,
    only_the_named_kinds_are_revoked,
    what_has_expired_is_purged,
    replaced_and_own_tables_are_found_by_their_columns,
    a_row_that_another_table_needs_stops_the_lock,
}
