//! What `edit-user`, `set-password` and `show-user` say about the doors of other packages.

use serde_json::json;

use super::{EARLIER, LATER, add_session, count, project};
use crate::engines::Engine;

fn an_inactive_user_may_still_get_in(engine: Engine) {
    let project = project(engine);
    let run = project.authctl(&["edit-user", "meg", "--inactive"]).ends_with(0);
    assert!(run.stderr.contains("1 OAuth2 access token, 1 OAuth2 refresh token"), "{}", run.stderr);
    assert!(run.stderr.contains("`authctl lock-user meg`") && !run.stderr.contains("DRF"), "{}", run.stderr);
    let run = project.authctl(&["edit-user", "meg", "--inactive", "--revoke-tokens", "--format", "json"]);
    assert_eq!(run.ends_with(0).json()["fields"], json!(["token"]));
    for table in ["authtoken_token", "knox_authtoken", "oauth2_provider_accesstoken"] {
        assert_eq!(count(&project, &format!("{table} WHERE user_id = 1")), "0", "{table}");
        assert_eq!(count(&project, &format!("{table} WHERE user_id = 2")), "1", "{table}");
    }
    let run = project.authctl(&["edit-user", "meg", "--inactive"]).ends_with(0);
    assert!(!run.stderr.contains("lock-user"), "{}", run.stderr);
}

fn a_new_password_leaves_other_tokens(engine: Engine) {
    let project = project(engine);
    let run = project.authctl(&["set-password", "meg", "--no-password"]).ends_with(0);
    assert!(run.stderr.contains("These stay valid too: 1 OAuth2 access token,"), "{}", run.stderr);
    assert!(run.stderr.contains("`authctl lock-user meg`"), "{}", run.stderr);
    let words = ["set-password", "meg", "--no-password", "--revoke-tokens", "--format", "json"];
    assert_eq!(project.authctl(&words).ends_with(0).json()["counts"]["tokens"], json!(10));
    let run = project.authctl(&["set-password", "meg", "--no-password"]).ends_with(0);
    assert!(!run.stderr.contains("These stay valid"), "{}", run.stderr);
}

fn a_user_is_shown_with_every_way_in(engine: Engine) {
    let project = project(engine);
    add_session(&project, "one", Some("1"), LATER);
    add_session(&project, "old", Some("1"), EARLIER);
    project.sql(&format!(
        "INSERT INTO account_emailaddress (email, verified, \"primary\", user_id)
           VALUES ('meg@example.com', true, true, 1), ('meg@example.org', false, false, 1);
         INSERT INTO socialaccount_socialaccount (provider, uid, last_login, date_joined, user_id, extra_data)
           VALUES ('github', '77', '{EARLIER}', '{EARLIER}', 1, '{{}}');
         INSERT INTO django_content_type (id, app_label, model) VALUES (77, 'shop', 'order');
         INSERT INTO auth_permission (id, content_type_id, codename, name) VALUES (77, 77, 'view_order', '');
         INSERT INTO guardian_userobjectpermission (object_pk, content_type_id, permission_id, user_id)
           VALUES ('1', 77, 77, 1), ('2', 77, 77, 1), ('1', 77, 77, 2);
         INSERT INTO mfa_authenticator (type, data, user_id, created_at) VALUES ('totp', '{{}}', 1, '{EARLIER}');"
    ));
    let access =
        project.authctl(&["show-user", "meg", "--format", "json"]).ends_with(0).json()["access"].clone();
    assert_eq!(
        access,
        json!({
            "doors": [
                { "door": "oauth2_access_tokens", "count": 1 },
                { "door": "oauth2_refresh_tokens", "count": 1 },
                { "door": "oauth2_grants", "count": 1 },
                { "door": "oauth2_device_grants", "count": 1 },
                { "door": "jwt_refresh_tokens", "count": 1 },
                { "door": "openid_tokens", "count": 1 },
            ],
            "web_sessions": 1,
            "second_factors": [
                { "kind": "totp", "name": "", "confirmed": true, "created": "2024-01-01T00:00:00Z" },
            ],
            "email_addresses": [
                { "email": "meg@example.com", "verified": true, "primary": true },
                { "email": "meg@example.org", "verified": false, "primary": false },
            ],
            "social_logins": [{ "provider": "github", "uid": "77" }],
            "failed_logins": 0,
            "object_permissions": [{ "permission": "shop.view_order", "count": 2 }],
        })
    );
    let run = project.authctl(&["show-user", "meg"]).ends_with(0);
    assert!(run.stdout.contains("access\n  oauth2_access_tokens"), "{}", run.stdout);
    assert!(run.stdout.contains("verified yes, primary yes"), "{}", run.stdout);
    assert!(run.stdout.contains("shop.view_order  "), "{}", run.stdout);
}

on_every_engine! {
    an_inactive_user_may_still_get_in,
    a_new_password_leaves_other_tokens,
    a_user_is_shown_with_every_way_in,
}
