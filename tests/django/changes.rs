//! Changes, deletes and migrates accounts created by Django, and lets Django check the result.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::env::{Run, TestEnv};
use crate::python;
use crate::site::{Site, Stack, for_each_stack};

/// The cheapest hasher that authctl detects in a project.
const ARGON2: [&str; 2] = ["--hasher", "argon2"];

/// A project's database with a few accounts, and what Django has to find in it.
fn made<'a>(stack: Stack<'a>, project: &str) -> (Site<'a>, Json) {
    let site = stack.site();
    let options = [&ARGON2[..], &["--accounts", "few"]].concat();
    let made = site.make(project, &options);
    (site, made)
}

fn login_of(account: &Json) -> &str {
    account["login"].as_str().unwrap()
}

/// knox accepts the migrated keys. DRF rejects them, unless they were copied.
#[test]
fn migrated_keys_are_accepted_by_knox() {
    for_each_stack(|stack| {
        for keep in [false, true] {
            let (site, mut made) = made(stack, "both_schemes");
            let mut arguments = vec!["migrate-tokens", "--to", "knox", "--yes", "--format", "json"];
            arguments.extend(keep.then_some("--keep"));
            let answer = site.run(&arguments).succeeds().json();
            let mut moved = 0;
            for account in made["accounts"].as_array_mut().unwrap() {
                let tokens = account["tokens"].as_array_mut().unwrap();
                let keys: Vec<Json> =
                    tokens.iter().filter(|token| token["scheme"] == "drf").cloned().collect();
                if !keep {
                    tokens.retain(|token| token["scheme"] != "drf");
                }
                for token in &keys {
                    tokens.push(json!({ "scheme": "knox", "key": token["key"], "expires_in": null }));
                }
                moved += keys.len();
                if !keep {
                    account["revoked"].as_array_mut().unwrap().extend(keys);
                }
            }
            assert_eq!(answer["counts"]["migrated"], moved);
            assert!(moved > 1);
            let again = site.run(&arguments).succeeds().json();
            assert_eq!((&again["counts"]["migrated"], &again["changed"]), (&json!(0), &json!(false)));
            site.judge("both_schemes", &ARGON2, &made);
        }
    });
}

/// A project, the SQL that creates rows referring to its first account `KEY`, and the options that decide about these
/// rows.
type Case = (&'static str, &'static str, &'static [&'static str]);

const LOG: &str =
    "INSERT INTO django_admin_log (object_repr, action_flag, change_message, user_id, action_time) \
                   VALUES ('x', 1, '', KEY, '2024-01-01 00:00:00'), ('y', 1, '', KEY, '2024-01-01 00:00:00');
                   INSERT INTO auth_group (name) VALUES ('editors');";

const CASES: [Case; 7] = [
    (
        "repairs",
        "INSERT INTO auth_user_groups (user_id, group_id) VALUES (KEY, 1);
         INSERT INTO auth_user_user_permissions (user_id, permission_id) VALUES (KEY, 1)",
        &[],
    ),
    (
        "uuid_key",
        "INSERT INTO registry_member_groups (member_id, group_id) VALUES (KEY, 1);
         INSERT INTO registry_member_user_permissions (member_id, permission_id) VALUES (KEY, 1)",
        &[],
    ),
    (
        "many_to_many",
        "INSERT INTO teams_visit (page, at, user_id) VALUES ('a', '2024-01-01 00:00:00', KEY);
         INSERT INTO teams_team (name) VALUES ('reds');
         INSERT INTO teams_team_fans (team_id, user_id) VALUES (1, KEY);
         INSERT INTO teams_player_follows (player_id, user_id) SELECT id, KEY FROM teams_player",
        &["--cascade", "teams_visit", "--cascade", "teams_team_fans", "--cascade", "teams_player_follows"],
    ),
    ("inherited_profile", "", &[]),
    ("both_schemes", "", &[]),
    ("nullable_link", "", &["--set-null", "seating_seat"]),
    (
        "two_references",
        "UPDATE mentoring_trainee SET referred_by_id = KEY",
        &["--set-null", "mentoring_trainee"],
    ),
];

#[test]
fn a_deleted_user_is_gone_and_the_rest_is_intact() {
    for_each_stack(|stack| {
        for (project, rows, decisions) in CASES {
            let (site, mut made) = made(stack, project);
            let gone = made["accounts"].as_array_mut().unwrap().remove(0);
            let login = login_of(&gone);
            let user = site.run(["show-user", login, "--format", "json"]).succeeds().json();
            let id = &user["user"]["id"];
            let key = id.as_str().map_or_else(|| id.to_string(), |id| format!("'{}'", id.replace('-', "")));
            site.execute(&format!("{LOG}{rows}").replace("KEY", &key));
            let arguments = [&["delete-user", login, "--yes", "--format", "json"][..], decisions].concat();
            let answer = site.run(arguments).succeeds().json();
            assert_eq!(answer["counts"]["deleted"]["django_admin_log"], 2, "{project}");
            made["absent"] = json!([login]);
            let mut revoked = gone["tokens"].as_array().unwrap().clone();
            revoked.extend(gone["revoked"].as_array().unwrap().clone());
            made["revoked"] = json!(revoked);
            site.judge(project, &ARGON2, &made);
        }
    });
}

/// Django logs in with the new password and reads the new values, and its checks find no fault in them.
#[test]
fn accounts_are_changed_as_django_changes_them() {
    for_each_stack(|stack| {
        for project in ["repairs", "uuid_key", "email_login"] {
            let (site, mut made) = made(stack, project);
            for account in made["accounts"].as_array_mut().unwrap() {
                change(&site, project, account);
            }
            site.judge(project, &ARGON2, &made);
        }
    });
}

fn change(site: &TestEnv, project: &str, account: &mut Json) {
    let login = login_of(account).to_owned();
    let password = "größer-als-zuvor-41";
    let arguments = ["set-password", &login, "--password-stdin"];
    site.run_with_input(format!("{password}\n"), arguments).succeeds();
    account["password"] = json!(password);
    let is_active = account["user"]["is_active"] != json!(false);
    let mut edit = vec!["edit-user".to_owned(), login.clone()];
    let mut set = |option: &str, value: &str| edit.extend([option.to_owned(), value.to_owned()]);
    if project == "email_login" {
        set("--rename", &format!("New.{}", login.replace("example", "EXAMPLE")));
        account["login"] = json!(format!("New.{login}"));
        set("--set", "full_name=Zoë Ünal");
        account["user"]["full_name"] = json!("Zoë Ünal");
    } else {
        set("--rename", &format!("new-{login}"));
        account["login"] = json!(format!("new-{login}"));
        set("--email", "Zoe@EXAMPLE.com");
        set("--first-name", "Zoë");
        set("--last-name", "");
        account["user"]["email"] = json!("Zoe@example.com");
        account["user"]["first_name"] = json!("Zoë");
        account["user"]["last_name"] = json!("");
    }
    if let Some(profile) = account["profiles"].get_mut(0) {
        for (field, value) in profile["fields"].as_object_mut().unwrap() {
            if value.is_string() {
                set("--set", &format!("{field}=12 Größenweg"));
                *value = json!("12 Größenweg");
            }
        }
    }
    // Activates inactive users and deactivates an active employee.
    edit.push(if is_active && login.contains("employee") { "--inactive" } else { "--active" }.into());
    account["user"]["is_active"] = json!(!(is_active && login.contains("employee")));
    edit.push("--staff".into());
    account["user"]["is_staff"] = json!(true);
    let run = site.run(&edit).succeeds();
    assert!(run.stderr.starts_with("Changed "), "{}", run.stderr);
}

/// Accounts from a file log in through Django, and their tokens are accepted. Pruned accounts are refused.
#[test]
fn applied_accounts_are_as_django_creates_them() {
    for_each_stack(|stack| {
        for project in ["repairs", "knox"] {
            let (site, mut made) = made(stack, project);
            site.execute("INSERT INTO auth_group (name) VALUES ('editors')");
            let accounts = made["accounts"].as_array_mut().unwrap();
            let kept: Vec<&str> = accounts[1..].iter().map(login_of).collect();
            let mut users: Vec<Json> = kept.iter().map(|login| json!({ "username": login })).collect();
            users[0]["email"] = json!("Zoe@EXAMPLE.com");
            users[0]["password"] = json!({ "env": "NEW_PASSWORD" });
            let profiles = match project {
                "repairs" => {
                    json!([{ "model": "repairsapi.Customer", "fields": { "address": "12 Größenweg" } }])
                }
                _ => json!([]),
            };
            let mut user = json!({
                "username": "ci-bot", "email": "ci@example.com", "first_name": "Zoë", "is_staff": true,
                "groups": ["editors"], "token": true, "password": { "random": true },
            });
            if project == "repairs" {
                user["profiles"] = json!({ "customer": { "address": "12 Größenweg" } });
            }
            users.push(user);
            let wanted =
                json!({ "update_password": "if-different", "scope": { "usernames": "*" }, "users": users });
            site.write("wanted.json", &wanted.to_string());
            let apply = ["apply", "wanted.json", "--prune", "deactivate", "--yes", "--format", "json"];
            let password = "größer-als-zuvor-41";
            let answer = site.run_with_env(&[("NEW_PASSWORD", password)], apply).succeeds().json();
            let again = site.run_with_env(&[("NEW_PASSWORD", password)], apply).succeeds().json();
            assert_eq!(again["changed"], false, "{project}: {again:#}");

            accounts[0]["user"]["is_active"] = json!(false);
            accounts[1]["user"]["email"] = json!("Zoe@example.com");
            accounts[1]["password"] = json!(password);
            let new = answer["users"]
                .as_array()
                .unwrap()
                .iter()
                .find(|account| account["action"] == "create")
                .unwrap();
            let mut token = json!({ "scheme": new["scheme"], "key": new["token"] });
            if project == "knox" {
                token["expires_in"] = json!(36_000);
            }
            accounts.push(json!({
                "login": "ci-bot",
                "password": new["password"],
                "user": { "email": "ci@example.com", "first_name": "Zoë", "is_staff": true, "is_active": true },
                "profiles": profiles,
                "tokens": [token],
                "hasher": "argon2",
                "must_update": false,
                "recent": 300,
            }));
            site.judge(project, &ARGON2, &made);
            assert_eq!(site.value("SELECT count(*) FROM auth_user_groups"), "1");
        }
    });
}

/// Runs the CI example against a server on the database that the script creates.
#[test]
fn a_server_accepts_the_predefined_token_of_a_ci_job() {
    python::for_each_set(|set| {
        let env = TestEnv::new();
        let database = env.path("db.sqlite3");
        let server = python::Server::start(set, "rock", &database);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci-token.sh");
        let manage = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django/manage.py");
        let program = Path::new(env!("CARGO_BIN_EXE_authctl")).parent().unwrap();
        let run = |arguments: &[&str]| {
            let output = Command::new("sh")
                .arg(&script)
                .args(arguments)
                .current_dir(env.path(""))
                .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
                .env("PROJECT", "rock")
                .env("PROJECT_DB", &database)
                .env_remove("API_URL")
                .stdin(Stdio::null())
                .output();
            Run::of(output.expect("failed to start sh"))
        };
        let page = format!("{}/drf/whoami/", server.address);
        let python = python::interpreter(set);
        let migrate = [&*page, &*python, manage.to_str().unwrap(), "migrate", "--verbosity", "0"];
        let first = run(&migrate).succeeds();
        assert!(
            first.stdout.ends_with("With the token the server answers 200, without it 401.\n"),
            "{}{}",
            first.stdout,
            first.stderr
        );
        let key = env.value("SELECT key FROM authtoken_token");
        assert_eq!(std::fs::read_to_string(env.path(".env")).unwrap(), format!("API_TOKEN={key}\n"));
        assert!(!first.stdout.contains(&key) && !first.stderr.contains(&key));
        assert_ne!(env.value("SELECT count(*) FROM django_content_type"), "0");
        // The script only works in an empty folder.
        run(&migrate).ends_with(5);
    });
}
