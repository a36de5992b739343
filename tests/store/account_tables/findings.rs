//! What `check` finds in the tables of packages, and the addresses of django-allauth.

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::{EARLIER, project};
use crate::engines::{Engine, Project};

const ADDRESSES: &str = "SELECT email || ' ' || CASE WHEN verified THEN 'verified' ELSE 'unverified' END || \
     CASE WHEN \"primary\" THEN ' primary' ELSE '' END FROM account_emailaddress WHERE user_id = 1 ORDER BY 1";

fn add_address(project: &Project, user: u8, email: &str, verified: bool, primary: bool) {
    project.sql(&format!(
        "INSERT INTO account_emailaddress (user_id, email, verified, \"primary\") \
         VALUES ({user}, '{email}', {verified}, {primary})"
    ));
}

/// Returns the number that `check` counts under this code, by message.
fn found(project: &Project, code: &str) -> Vec<(String, Json)> {
    let answer = project.authctl(&["check", "--format", "json"]).json();
    let findings = answer["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == code);
    findings
        .map(|finding| (finding["message"].as_str().unwrap().to_owned(), finding["count"].clone()))
        .collect()
}

fn check_counts_what_packages_leave_open(engine: Engine) {
    let project = project(engine);
    for code in
        ["open_to_inactive_user", "application_of_inactive_user", "email_out_of_step", "failed_logins"]
    {
        assert_eq!(found(&project, code), [], "{code}");
    }
    assert_eq!(
        found(&project, "token_without_owner"),
        [(
            "Accepted without a user: 1 API key. List them with `authctl list-tokens --scheme api-key --without-user`."
                .into(),
            json!(1)
        )]
    );

    add_address(&project, 1, "meg@example.com", true, true);
    add_address(&project, 2, "other@example.com", true, true);
    project.sql(&format!(
        "UPDATE auth_user SET email = 'Meg@Example.com' WHERE id = 1;
         UPDATE auth_user SET is_active = false WHERE id = 2;
         UPDATE oauth2_provider_application SET user_id = 2, authorization_grant_type = 'client-credentials';
         UPDATE token_blacklist_outstandingtoken SET user_id = NULL WHERE id = 1;
         INSERT INTO axes_accessattempt (user_agent, ip_address, username, http_accept, path_info, attempt_time, get_data, \
           post_data, failures_since_start) VALUES ('a', '203.0.113.7', 'meg', '', '', '{EARLIER}', '', '', 2), \
           ('b', '203.0.113.7', 'meg', '', '', '{EARLIER}', '', '', 1), \
           ('a', '203.0.113.7', 'joe', '', '', '{EARLIER}', '', '', 2)"
    ));
    let open = found(&project, "open_to_inactive_user");
    let counts: Vec<&Json> = open.iter().map(|(_, count)| count).collect();
    assert_eq!(counts, [1, 1, 1], "tokens of OAuth2 and a JWT of joe: {open:?}");
    assert!(open[0].0.contains("1 OAuth2 access token"), "{open:?}");
    let without_user = found(&project, "token_without_owner");
    assert!(
        without_user[0].0.contains("1 JWT refresh token. List them with `authctl list-tokens --scheme jwt"),
        "{without_user:?}"
    );
    let applications = found(&project, "application_of_inactive_user");
    let application = project.row("SELECT name || ' (' || client_id || ')' FROM oauth2_provider_application");
    assert!(applications[0].0.contains(&application), "{applications:?}");
    for (code, user) in [("email_out_of_step", "joe"), ("failed_logins", "meg")] {
        let found = found(&project, code);
        assert_eq!(found.len(), 1, "{code}");
        assert!(found[0].0.contains(&format!("1 ({user})")), "{found:?}");
    }
}

fn a_new_address_replaces_the_main_one(engine: Engine) {
    let project = project(engine);
    let edit = |options: &[&str]| {
        let run = project.authctl(&[&["edit-user", "meg", "--format", "json"], options].concat());
        run.ends_with(0).json()["fields"].clone()
    };
    assert_eq!(edit(&["--email", "meg@example.com"]), json!([]), "allauth does not know the address");
    add_address(&project, 1, "meg@example.com", true, true);
    add_address(&project, 1, "spare@example.com", true, false);
    add_address(&project, 1, "new@example.com", false, false);
    project.sql(&format!(
        "INSERT INTO account_emailconfirmation (created, sent, key, email_address_id) \
         SELECT '{EARLIER}', NULL, email, id FROM account_emailaddress"
    ));
    assert_eq!(edit(&["--email", "New@example.com", "--dry-run"]), json!(["email", "email_addresses"]));
    assert_eq!(project.rows(ADDRESSES).len(), 3);
    assert_eq!(edit(&["--email", "New@example.com"]), json!(["email", "email_addresses"]));
    assert_eq!(project.rows(ADDRESSES), ["new@example.com unverified primary", "spare@example.com verified"]);
    assert_eq!(edit(&["--email", "New@example.com"]), json!([]));
    assert_eq!(edit(&["--email-verified"]), json!(["email_addresses"]));
    assert_eq!(edit(&["--email", "spare@example.com"]), json!(["email", "email_addresses"]));
    assert_eq!(project.rows(ADDRESSES), ["spare@example.com verified primary"]);

    add_address(&project, 2, "joe@example.com", true, true);
    let taken = project.authctl(&["edit-user", "meg", "--email", "joe@example.com", "--email-verified"]);
    let taken = taken.ends_with(5).stderr;
    let expected = "The email address joe@example.com is verified for \"joe\" in django-allauth.";
    assert!(taken.contains(expected), "{taken}");
    let new = ["register", "new", "--no-password", "--no-token", "--email", "Joe@example.com"];
    let taken = project.authctl(&[&new[..], &["--email-verified"]].concat()).ends_with(5).stderr;
    assert!(taken.contains("Joe@example.com is verified for \"joe\""), "{taken}");
    let told = project.authctl(&[&new[..], &["--dry-run"]].concat()).ends_with(0).stderr;
    assert!(told.contains("warning: The email address Joe@example.com is verified for \"joe\""), "{told}");
    let edited = ["edit-user", "meg", "--email", "joe@example.com", "--dry-run"];
    let told = project.authctl(&edited).ends_with(0).stderr;
    assert!(told.contains("warning: The email address joe@example.com is verified for \"joe\""), "{told}");
    let own =
        project.authctl(&["edit-user", "joe", "--email", "joe@example.com", "--dry-run"]).ends_with(0).stderr;
    assert!(!own.contains("warning"), "{own}");
    assert_eq!(edit(&["--unset", "email"]), json!(["email", "email_addresses"]));
    assert_eq!(project.rows(ADDRESSES), Vec::<String>::new());
}

fn addresses_need_allauth(engine: Engine) {
    let project = engine.project("levelup");
    project.sql("INSERT INTO auth_user (password, is_superuser, username, last_name, email, is_staff, is_active, date_joined, \
                 first_name) VALUES ('!', false, 'meg', '', '', false, true, '2024-01-01 00:00:00', '')");
    let run = project.authctl(&["edit-user", "meg", "--email-verified"]).ends_with(2);
    assert!(
        run.stderr.contains("--email-verified needs the email addresses of django-allauth"),
        "{}",
        run.stderr
    );
}

fn files_say_that_an_address_is_verified(engine: Engine) {
    let project = project(engine);
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let file = write(
        "users.csv",
        "username,email,email_verified\nann,Ann@example.com,yes\nbea,bea@example.com,no\n",
    );
    let import = ["import", &file, "--on-existing", "update"];
    project.authctl(&import).ends_with(0);
    let verified =
        "SELECT email || ' ' || CASE WHEN verified THEN 1 ELSE 0 END FROM account_emailaddress ORDER BY 1";
    assert_eq!(project.rows(verified), ["ann@example.com 1", "bea@example.com 0"]);
    let wanted = "[[users]]\nusername = \"bea\"\nemail_verified = true\n\n[[users]]\nusername = \"cid\"\n\
         email = \"cid@example.com\"\nemail_verified = true\n";
    let file = write("users.toml", wanted);
    let plan = project.authctl(&["apply", &file, "--dry-run", "--format", "json"]).ends_with(0).json();
    let change = |old: Json| json!({ "field": "email_verified", "old": old, "new": true });
    assert!(plan["users"][0]["changes"] == json!([change(json!(false))]), "{plan:#}");
    assert!(plan["users"][1]["changes"].as_array().unwrap().contains(&change(Json::Null)), "{plan:#}");
    project.authctl(&["apply", &file, "--yes"]).ends_with(0);
    assert_eq!(project.rows(verified), ["ann@example.com 1", "bea@example.com 1", "cid@example.com 1"]);
    let again = project.authctl(&["apply", &file, "--yes", "--format", "json"]).ends_with(0).json();
    assert_eq!(again["changed"], json!(false));

    project.sql("UPDATE auth_user SET email = '' WHERE username = 'ann'");
    for name in ["ann", "new"] {
        let file = write("bare.csv", &format!("username,email_verified\n{name},yes\n"));
        let run = project.authctl(&["import", &file, "--on-existing", "update"]).ends_with(6);
        let expected =
            "column 2 (email_verified): email_verified needs an email address, and the account has none.";
        assert!(run.stderr.contains(expected), "{}", run.stderr);
        let file = write("bare.toml", &format!("[[users]]\nusername = \"{name}\"\nemail_verified = true\n"));
        let run = project.authctl(&["apply", &file]).ends_with(6);
        assert!(run.stderr.contains("email_verified needs an email address"), "{}", run.stderr);
    }

    project.sql("DROP TABLE account_emailconfirmation; DROP TABLE account_emailaddress");
    let unknown = project.authctl(&["apply", &file]).ends_with(6);
    assert!(unknown.stderr.contains("email_verified"), "{}", unknown.stderr);
    assert!(project.authctl(&import).ends_with(6).stderr.contains("email_verified"));
}

fn what_other_schemes_leave_open_is_said(engine: Engine) {
    let project = project(engine);
    let run = project.authctl(&["revoke-token", "--user", "meg", "--yes"]).ends_with(0);
    for words in ["These may still let meg in", "OAuth2 access token", "authctl revoke-access meg"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let prefix = "abcd1234";
    project.sql(&format!("UPDATE rest_framework_api_key_apikey SET prefix = '{prefix}' WHERE prefix = 'p1'"));
    let run = project.authctl(&["revoke-token", prefix]).ends_with(2);
    assert!(run.stderr.contains("--scheme api-key"), "{}", run.stderr);
    project.authctl(&["revoke-token", "--scheme", "api-key", prefix]).ends_with(0);
}

on_every_engine! {
    check_counts_what_packages_leave_open,
    a_new_address_replaces_the_main_one,
    addresses_need_allauth,
    files_say_that_an_address_is_verified,
    what_other_schemes_leave_open_is_said,
}
