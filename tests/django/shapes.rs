//! What authctl understands of a database that Django made.

use serde_json::Value as Json;

use crate::env::TestEnv;

/// Passwords are verified, tokens recognised, for every account that Django made.
pub fn check_what_django_made(env: &TestEnv, accounts: &[Json]) {
    let listed = env.run(["list-users", "--format", "plain", "--columns", "username"]).succeeds();
    for account in accounts {
        let login = account["login"].as_str().unwrap();
        assert!(listed.stdout.lines().any(|line| line == login), "{login} is not listed");
        let is_active = account["user"]["is_active"] != Json::Bool(false);
        for token in account["tokens"].as_array().unwrap() {
            let run = env.run_with_input(token["key"].as_str().unwrap(), ["whoami", "--token-stdin"]);
            if is_active {
                assert_eq!(run.succeeds().stdout.trim(), login);
            } else {
                run.ends_with(4);
            }
        }
        let Some(password) = account["password"].as_str() else { continue };
        let arguments = ["login", login, "--password-stdin", "--no-store", "--quiet"];
        let run = env.run_with_input(format!("{password}\n"), arguments);
        let run = run.ends_with(if is_active { 0 } else { 4 });
        let key = run.stdout.trim();
        let is_new = account["tokens"].as_array().unwrap().iter().all(|token| token["key"] != key);
        if is_active && is_new {
            env.run_with_input(key, ["revoke-token", "--token-stdin"]).succeeds();
        }
        env.run_with_input(format!("{password}x"), arguments).ends_with(4);
    }
}
