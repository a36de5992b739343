//! `delete-user` on the tables of packages: each row goes or stays as in Django.

use serde_json::json;

use super::{count, project};
use crate::engines::Engine;

/// The tables from which Django deletes the rows of a user, with the column that refers to it.
const DELETED: [(&str, &str); 18] = [
    ("account_emailaddress", "user_id"),
    ("allauth_idp_oidc_token", "user_id"),
    ("authtoken_token", "user_id"),
    ("django_otp_webauthn_webauthncredential", "user_id"),
    ("guardian_userobjectpermission", "user_id"),
    ("knox_authtoken", "user_id"),
    ("mfa_authenticator", "user_id"),
    ("oauth2_provider_accesstoken", "user_id"),
    ("oauth2_provider_application", "user_id"),
    ("oauth2_provider_devicegrant", "user_id"),
    ("oauth2_provider_grant", "user_id"),
    ("oauth2_provider_refreshtoken", "user_id"),
    ("organizations_organizationinvitation", "invitee_id"),
    ("otp_static_staticdevice", "user_id"),
    ("otp_totp_totpdevice", "user_id"),
    ("socialaccount_socialaccount", "user_id"),
    ("social_auth_usersocialauth", "user_id"),
    ("user_sessions_session", "user_id"),
];

fn a_user_is_deleted_with_what_django_deletes(engine: Engine) {
    let project = project(engine);
    let of = |user: u8| {
        DELETED.map(|(table, column)| (table, count(&project, &format!("{table} WHERE {column} = {user}"))))
    };
    let of_joe = of(2);
    let jwt = count(&project, "token_blacklist_outstandingtoken WHERE user_id = 1");
    project.authctl(&["delete-user", "meg", "--yes"]).ends_with(0);
    assert!(of(1).iter().all(|(_, count)| count == "0"), "{:?}", of(1));
    assert_eq!(of(2), of_joe);
    // simplejwt keeps them, so that they stay blacklisted.
    assert_eq!(count(&project, "token_blacklist_outstandingtoken WHERE user_id IS NULL"), jwt);
}

fn what_outlives_a_user_is_said(engine: Engine) {
    let project = project(engine);
    let delete = ["delete-user", "meg", "joe", "--dry-run"];
    let told = project.authctl(&delete).ends_with(0).stderr;
    let expected = "warning: These stay without a user, and may still let somebody in: 2 JWT refresh tokens. Shut \
                    them first with `authctl lock-user meg joe`.";
    assert!(told.contains(expected), "{told}");
    assert!(told.contains("whose 1 API key this is"), "{told}");
    project.authctl(&["lock-user", "meg", "--yes"]).ends_with(0);
    let told = project.authctl(&["delete-user", "meg", "--yes", "--format", "json"]).ends_with(0);
    assert!(!told.stderr.contains("These stay"), "{}", told.stderr);
    let open = told.json()["open"].clone();
    assert_eq!(open, json!([{ "door": "unbound_api_keys", "count": 1, "names": [], "known": false }]));
    let answer = project.authctl(&["delete-user", "joe", "--yes", "--format", "json"]).ends_with(0).json();
    assert_eq!(answer["open"][0]["door"], "jwt_refresh_tokens", "{answer:#}");
}

fn an_unknown_table_still_needs_a_decision_and_all_rounds_are_named(engine: Engine) {
    let project = project(engine);
    project.sql(
        "CREATE TABLE shop_order (id integer PRIMARY KEY, buyer_id integer NOT NULL REFERENCES auth_user (id));
         CREATE TABLE shop_line (id integer PRIMARY KEY, order_id integer NOT NULL REFERENCES shop_order (id));
         CREATE TABLE shop_note (id integer PRIMARY KEY, line_id integer NULL REFERENCES shop_line (id));
         INSERT INTO shop_order VALUES (1, 1);
         INSERT INTO shop_line VALUES (1, 1);
         INSERT INTO shop_note VALUES (1, 1);",
    );
    let run = project.authctl(&["delete-user", "meg", "--yes"]).ends_with(6);
    let options = "--cascade shop_order.buyer_id --cascade shop_line.order_id --set-null shop_note.line_id";
    assert!(run.stderr.contains(&format!("add {options}.")), "{}", run.stderr);
    let words =
        options.split(' ').chain(["delete-user", "meg", "--yes", "--format", "json"]).collect::<Vec<_>>();
    let answer = project.authctl(&[&words[6..], &words[..6]].concat()).ends_with(0).json();
    assert_eq!(answer["counts"]["emptied"]["shop_note.line_id"], json!(1), "{answer:#}");
}

fn a_token_without_its_user_is_never_suggested(engine: Engine) {
    let project = project(engine);
    project.sql(
        "CREATE TABLE app_token (id integer PRIMARY KEY, key varchar(40) NOT NULL UNIQUE, \
           created timestamp NOT NULL, user_id integer NULL REFERENCES auth_user (id));
         INSERT INTO app_token VALUES (1, '0123456789012345678901234567890123456789', '2024-01-01 00:00:00', 1);",
    );
    let run = project.authctl(&["delete-user", "meg", "--yes"]).ends_with(6);
    assert!(run.stderr.contains("--cascade app_token.user_id"), "{}", run.stderr);
    assert!(!run.stderr.contains("--set-null"), "{}", run.stderr);
}

on_every_engine! {
    a_user_is_deleted_with_what_django_deletes,
    what_outlives_a_user_is_said,
    an_unknown_table_still_needs_a_decision_and_all_rounds_are_named,
    a_token_without_its_user_is_never_suggested,
}
