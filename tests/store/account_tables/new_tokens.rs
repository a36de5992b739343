//! `create-token` for the tokens of packages, and the commands that list, recognize and revoke them.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::{count, project};
use crate::engines::{Engine, Project};

/// A created token in a file, and the key of the project's JWTs.
struct Minted {
    folder: TempDir,
}

impl Minted {
    #[track_caller]
    fn new(project: &Project, arguments: &[&str]) -> Self {
        let minted = Self { folder: TempDir::new().unwrap() };
        fs::write(minted.key(), "the key of the project\n").unwrap();
        let (token, key) = (minted.token(), minted.key());
        let mut all = vec!["create-token", "--output-file", &token];
        if arguments.contains(&"jwt") {
            all.extend(["--signing-key-file", &key]);
        }
        all.extend(arguments);
        project.authctl(&all).ends_with(0);
        minted
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn token(&self) -> String {
        self.path("token")
    }

    fn key(&self) -> String {
        self.path("key")
    }

    fn text(&self) -> String {
        fs::read_to_string(Path::new(&self.token())).unwrap().trim_end().to_owned()
    }

    /// Returns the answer of whoami, which must end with this code.
    #[track_caller]
    fn whoami(&self, project: &Project, code: i32) -> Json {
        let (token, key) = (self.token(), self.key());
        let arguments = ["whoami", "--token-file", &token, "--signing-key-file", &key, "--format", "json"];
        let run = project.authctl(&arguments).ends_with(code);
        if code == 0 { run.json() } else { Json::Null }
    }

    #[track_caller]
    fn log_out(&self, project: &Project) {
        project.authctl(&["logout", "--token-file", &self.token()]).ends_with(0);
    }
}

fn an_oauth2_token_is_recognized_and_revoked(engine: Engine) {
    let project = project(engine);
    let arguments =
        ["meg", "--scheme", "oauth2", "--scope", "read", "--scope", "write", "--application", "c1"];
    let minted = Minted::new(&project, &arguments);
    let row = "FROM oauth2_provider_accesstoken WHERE id = 4";
    assert_eq!(project.row(&format!("SELECT token {row}")), minted.text());
    assert_eq!(
        project
            .row(&format!("SELECT scope, application_id, user_id, resource, length(token_checksum) {row}")),
        "read write|1|1|[]|64"
    );
    let answer = minted.whoami(&project, 0);
    assert_eq!((&answer["user"]["username"], &answer["scheme"]), (&json!("meg"), &json!("oauth2")));
    assert_eq!((&answer["type"], &answer["valid"]), (&json!("access"), &json!(true)));
    minted.log_out(&project);
    minted.whoami(&project, 4);
    assert_eq!(count(&project, "oauth2_provider_accesstoken"), "3");
}

fn an_unknown_application_or_no_expiry_is_refused(engine: Engine) {
    let project = project(engine);
    let run =
        project.authctl(&["create-token", "meg", "--scheme", "oauth2", "--application", "c9"]).ends_with(3);
    assert!(run.stderr.contains("client id \"c9\""), "{}", run.stderr);
    project.authctl(&["create-token", "meg", "--scheme", "oauth2", "--expires-in", "never"]).ends_with(2);
    project.authctl(&["create-token", "meg", "--scheme", "oauth2", "--name", "ci"]).ends_with(2);
    project.authctl(&["create-token", "meg", "--scheme", "oauth2", "--rotate"]).ends_with(2);
    project.authctl(&["create-token", "meg", "--scheme", "oauth2", "--dry-run"]).ends_with(0);
    assert_eq!(count(&project, "oauth2_provider_accesstoken"), "3");
}

fn an_api_key_has_a_name_and_maybe_a_user(engine: Engine) {
    let project = project(engine);
    let minted = Minted::new(&project, &["--scheme", "api-key", "--name", "nightly", "--expires-in", "30d"]);
    let answer = minted.whoami(&project, 0);
    assert_eq!((&answer["user"], &answer["name"]), (&Json::Null, &json!("nightly")));
    let listed =
        project.authctl(&["list-tokens", "--scheme", "api-key", "--format", "json"]).ends_with(0).json();
    let states: Vec<&Json> = listed.as_array().unwrap().iter().map(|row| &row["state"]).collect();
    assert_eq!(states, ["active", "revoked", "active"], "{listed:#}");
    assert_eq!(listed[2]["prefix"], minted.text().split_once('.').unwrap().0);
    project.authctl(&["create-token", "meg", "--scheme", "api-key", "--name", "x"]).ends_with(2);

    let prefix = listed[2]["prefix"].as_str().unwrap();
    let answer = project.authctl(&["revoke-token", "--scheme", "api-key", prefix, "--format", "json"]);
    let answer = answer.ends_with(0).json();
    assert_eq!((&answer["counts"]["tokens"], &answer["tokens"][0]["prefix"]), (&json!(1), &json!(prefix)));
    minted.whoami(&project, 4);
    project.authctl(&["revoke-token", "--scheme", "api-key", prefix]).ends_with(3);

    add_bound_keys(&project, engine, "");
    let minted = Minted::new(&project, &["meg", "--scheme", "api-key", "--name", "nightly"]);
    assert_eq!(minted.whoami(&project, 0)["user"]["username"], "meg");
    assert_eq!(project.row("SELECT user_id, name FROM shop_key"), "1|nightly");
}

fn a_column_that_only_the_project_fills_is_named(engine: Engine) {
    let project = project(engine);
    add_bound_keys(&project, engine, "team text NOT NULL,");
    let run = project.authctl(&["create-token", "meg", "--scheme", "api-key", "--name", "x"]).ends_with(15);
    assert!(run.stderr.contains("shop_key needs values that only the project knows: team"), "{}", run.stderr);
    assert_eq!(count(&project, "shop_key"), "0");
}

/// Adds the project's own table of API keys with a user, and this column.
fn add_bound_keys(project: &Project, engine: Engine, column: &str) {
    let time = engine.pick("datetime", "timestamptz");
    project.sql(&format!(
        "CREATE TABLE shop_key (id varchar(150) NOT NULL PRIMARY KEY, prefix varchar(8) NOT NULL UNIQUE,
           hashed_key varchar(150) NOT NULL, name varchar(50) NOT NULL, {column} created {time} NOT NULL,
           revoked boolean NOT NULL, expiry_date {time} NULL,
           user_id integer NOT NULL REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED);"
    ));
}

fn a_jwt_is_valid_only_with_its_key(engine: Engine) {
    let project = project(engine);
    let access = Minted::new(&project, &["meg", "--scheme", "jwt", "--claim", "admin=true"]);
    assert_eq!(count(&project, "token_blacklist_outstandingtoken"), "4");
    assert_eq!(access.whoami(&project, 0)["user"]["username"], "meg");
    let run = project.authctl(&["whoami", "--token-file", &access.token()]).ends_with(2);
    assert!(run.stderr.contains("--signing-key-env"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    fs::write(access.key(), "another key").unwrap();
    access.whoami(&project, 4);
    project.authctl(&["logout", "--token-file", &access.token()]).ends_with(2);
    project.authctl(&["create-token", "meg", "--scheme", "jwt"]).ends_with(2);
    let text = access.text();
    let parts: Vec<&str> = text.split('.').collect();
    fs::write(access.token(), format!("eyJhbGciOiJub25lIn0.{}.", parts[1])).unwrap();
    access.whoami(&project, 2);
}

fn a_recorded_jwt_is_revoked(engine: Engine) {
    let project = project(engine);
    let refresh = Minted::new(&project, &["meg", "--scheme", "jwt", "--refresh", "--expires-in", "2d"]);
    let row = "FROM token_blacklist_outstandingtoken WHERE id = 5";
    assert_eq!(project.row(&format!("SELECT token {row}")), refresh.text());
    assert_eq!(project.row(&format!("SELECT user_id, length(jti) {row}")), "1|32");
    assert_eq!(refresh.whoami(&project, 0)["type"], "refresh");
    refresh.log_out(&project);
    refresh.whoami(&project, 4);
    assert_eq!(count(&project, "token_blacklist_blacklistedtoken WHERE token_id = 5"), "1");
    project.authctl(&["logout", "--token-file", &refresh.token()]).ends_with(4);
}

fn tokens_of_packages_are_listed_and_revoked_by_filters(engine: Engine) {
    let project = project(engine);
    let list = |filters: &[&str]| {
        let run = project.authctl(&[&["list-tokens", "--format", "json", "--scheme"], filters].concat());
        run.ends_with(0).json()
    };
    let listed = list(&["oauth2", "--user", "meg"]);
    let rows: Vec<String> = (listed.as_array().unwrap().iter())
        .map(|row| format!("{} {}", row["type"].as_str().unwrap(), row["state"].as_str().unwrap()))
        .collect();
    assert_eq!(rows, ["access active", "access expired", "refresh active"]);
    assert_eq!(list(&["oauth2", "--expired"]).as_array().unwrap().len(), 1);
    assert_eq!(list(&["jwt", "--user", "meg"])[2]["state"], "revoked");
    assert_eq!(list(&["api-key", "--without-user"]).as_array().unwrap().len(), 2);

    let revoke = |filters: &[&str]| {
        let run =
            project.authctl(&[&["revoke-token", "--yes", "--format", "json", "--scheme"], filters].concat());
        run.ends_with(0).json()["counts"]["tokens"].clone()
    };
    // A token of an application belongs to no user, so to no inactive one.
    project.sql("UPDATE oauth2_provider_accesstoken SET user_id = NULL WHERE user_id = 2");
    assert_eq!(revoke(&["oauth2", "--inactive-users", "--dry-run"]), 0);
    assert_eq!(revoke(&["oauth2", "--without-user", "--dry-run"]), 1);
    project.sql("UPDATE oauth2_provider_accesstoken SET user_id = 2 WHERE user_id IS NULL");
    assert_eq!(revoke(&["oauth2", "--user", "meg", "--dry-run"]), 3);
    assert_eq!(count(&project, "oauth2_provider_accesstoken"), "3");
    assert_eq!(revoke(&["oauth2", "--user", "meg"]), 3);
    assert_eq!(project.rows("SELECT user_id FROM oauth2_provider_accesstoken"), ["2"]);
    assert_eq!(project.rows("SELECT user_id FROM oauth2_provider_refreshtoken"), ["2"]);
    assert_eq!(revoke(&["jwt", "--user", "meg"]), 2);
    assert_eq!(revoke(&["jwt", "--user", "meg"]), 0);
    assert_eq!(count(&project, "token_blacklist_blacklistedtoken"), "3");
    assert_eq!(revoke(&["api-key", "--all"]), 1);
    assert_eq!(count(&project, "rest_framework_api_key_apikey WHERE revoked"), "2");
    assert_eq!(count(&project, "authtoken_token"), "2");
}

on_every_engine! {
    an_oauth2_token_is_recognized_and_revoked,
    an_unknown_application_or_no_expiry_is_refused,
    an_api_key_has_a_name_and_maybe_a_user,
    a_column_that_only_the_project_fills_is_named,
    a_jwt_is_valid_only_with_its_key,
    a_recorded_jwt_is_revoked,
    tokens_of_packages_are_listed_and_revoked_by_filters,
}
