//! Every supported shape of a project's tables: authctl reads what Django wrote, and Django accepts what authctl
//! writes.

use std::panic::{RefUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use serde_json::{Value as Json, json};

use crate::env::TestEnv;
use crate::site::{Stack, for_each_stack};

/// The shapes, each with the configuration for what its tables leave open.
const SHAPES: [(&str, &str); 25] = [
    ("renamed_user", ""),
    ("bigint_key", ""),
    ("uuid_key", ""),
    ("uuid_key_knox", ""),
    ("email_login", ""),
    ("no_staff", ""),
    ("bare_user", ""),
    ("two_user_tables", "[database]\nuser_table = \"portal_operator\"\n"),
    ("two_unique", "[database]\nlogin_column = \"username\"\n"),
    ("two_unique_email", "[database]\nlogin_column = \"email\"\n"),
    ("inherited_profile", ""),
    ("pk_profile", ""),
    ("two_references", ""),
    ("nullable_link", ""),
    ("many_to_many", ""),
    ("clashing_kinds", ""),
    ("plain_table", ""),
    ("every_type", ""),
    ("both_schemes", "[tokens]\nscheme = \"drf\"\n"),
    ("no_tokens", ""),
    ("proxy_user", ""),
    ("local_time", "[database]\ntime_zone = \"America/New_York\"\n"),
    ("local_time_knox", "[database]\ntime_zone = \"America/New_York\"\n"),
    ("wide", ""),
    ("db_defaults", ""),
];

#[test]
fn authctl_works_on_every_shape() {
    for_each_stack(|stack| {
        for_each_shape(stack, |shape, config| works_on(stack, shape, Some(config)));
    });
}

#[test]
fn authctl_works_with_the_settings_that_it_suggests() {
    for_each_stack(|stack| {
        for shape in ["two_user_tables", "two_unique", "both_schemes"] {
            works_on(stack, shape, None);
        }
    });
}

/// Runs a check for every shape that this Django supports, several at a time, and reports all that failed.
pub fn for_each_shape(stack: Stack<'_>, check: impl Fn(&str, &str) + RefUnwindSafe + Sync) {
    // Database defaults need Django 5.0 or later.
    let is_new = stack.set.starts_with(['5', '6']);
    let shapes = SHAPES.iter().filter(|(shape, _)| *shape != "db_defaults" || is_new);
    let (waiting, failed) = (Mutex::new(shapes), Mutex::new(Vec::new()));
    let work = || {
        let next = || waiting.lock().unwrap().next();
        while let Some((shape, config)) = next() {
            if catch_unwind(|| check(shape, config)).is_err() {
                failed.lock().unwrap().push(*shape);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(work);
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "failed with {stack:?}: {failed:?}");
}

/// Checks a shape with this configuration, or else with the suggested one.
fn works_on(stack: Stack<'_>, shape: &str, config: Option<&str>) {
    let site = stack.site();
    site.write("authctl.toml", config.unwrap_or_default());
    // Argon2 is the fastest hasher that authctl detects.
    let hasher = ["--hasher", "argon2"];
    let mut made = site.make(shape, &hasher);
    if config.is_none() {
        let suggested = site.run(["check", "--suggest-config"]).succeeds().stdout;
        site.write("authctl.toml", &suggested);
    }
    let accounts = made["accounts"].as_array_mut().unwrap();
    let has_tokens = shape != "two_user_tables" && shape != "no_tokens";
    check_what_django_made(&site, accounts, has_tokens);
    let newcomer = register(&site, accounts, has_tokens);
    accounts.push(newcomer);
    if shape == "two_user_tables" {
        // This project's tables do not record when a row was created.
        accounts.last_mut().unwrap().as_object_mut().unwrap().remove("recent");
    }
    site.judge(shape, &hasher, &made);
}

/// Registers a user like the first account, with other values where they may have to be unique.
fn register(env: &TestEnv, accounts: &[Json], has_tokens: bool) -> Json {
    let model = accounts.iter().find(|account| !account["profiles"].as_array().unwrap().is_empty());
    let model = model.unwrap_or(&accounts[0]);
    let by_email = model["login"].as_str().unwrap().contains('@');
    let login = if by_email { "newcomer@example.com" } else { "newcomer" };
    let mut arguments: Vec<String> =
        ["register", login, "--password-stdin", "--format", "json"].map(Into::into).into();
    let mut expected =
        json!({ "login": login, "password": "ducharme", "user": {}, "profiles": [], "recent": 600 });
    for (field, value) in model["user"].as_object().unwrap() {
        let value = fresh(value);
        match &**field {
            "is_active" | "last_login" => continue,
            "is_staff" if value == json!(true) => arguments.push("--staff".into()),
            "is_staff" => {}
            "email" | "first_name" | "last_name" => {
                arguments.extend([format!("--{}", field.replace('_', "-")), text(&value)]);
            }
            field => arguments.extend(["--set".into(), format!("{field}={}", text(&value))]),
        }
        expected["user"][field] = value;
    }
    if let Some(profile) = model["profiles"].get(0) {
        let kinds = env.run(["check", "--format", "json"]).json()["profile_tables"].clone();
        let kind = kind_of(profile["model"].as_str().unwrap(), &kinds);
        arguments.extend(["--profile".into(), kind.clone()]);
        let mut fields = json!({});
        for (field, value) in profile["fields"].as_object().unwrap() {
            let value = fresh(value);
            if !value.is_null() {
                // The only column whose name differs from its field.
                let column = if field == "plan" { "p1" } else { field };
                arguments.extend(["--set".into(), format!("{kind}.{column}={}", text(&value))]);
            }
            fields[field] = value;
        }
        expected["profiles"] = json!([{ "model": profile["model"], "fields": fields }]);
    }
    let answer = env.run_with_input("ducharme", arguments).succeeds().json();
    if has_tokens {
        let mut token = json!({ "scheme": answer["scheme"], "key": answer["token"] });
        if answer["scheme"] == "knox" {
            token["expires_in"] = json!(36_000);
        }
        expected["tokens"] = json!([token]);
    }
    expected
}

/// The kind that authctl gives a model: its lowercase name, or the full table name where two would clash.
fn kind_of(model: &str, kinds: &Json) -> String {
    let (app, name) = model.split_once('.').unwrap();
    let name = name.to_lowercase();
    let kinds: Vec<&str> =
        kinds.as_array().unwrap().iter().map(|kind| kind["kind"].as_str().unwrap()).collect();
    let whole = format!("{app}_{name}");
    let kind = kinds.iter().find(|kind| **kind == name || **kind == whole);
    kind.unwrap_or_else(|| panic!("{model} is not among {kinds:?}")).to_string()
}

/// Returns a different value for text that ends in a digit or is an email address, since it may have to be unique.
fn fresh(value: &Json) -> Json {
    let Some(text) = value.as_str() else { return value.clone() };
    let is_numbered =
        text.starts_with(|c: char| c.is_alphabetic()) && text.ends_with(|c: char| c.is_ascii_digit());
    if is_numbered && !text.contains('\n') {
        return json!(format!("{text}9"));
    }
    match text.split_once('@') {
        Some((_, domain)) => json!(format!("newcomer@{domain}")),
        None => value.clone(),
    }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Verifies the password and the tokens of every account that Django created.
pub fn check_what_django_made(env: &TestEnv, accounts: &[Json], has_tokens: bool) {
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
        let Some(password) = account["password"].as_str().filter(|_| has_tokens) else { continue };
        let arguments = ["login", login, "--password-stdin", "--no-store", "--quiet"];
        let run = env.run_with_input(format!("{password}\n"), arguments);
        let run = run.ends_with(if is_active { 0 } else { 4 });
        let key = run.stdout.trim();
        let is_new = account["tokens"].as_array().unwrap().iter().all(|token| token["key"] != key);
        if is_active && is_new {
            env.run_with_input(key, ["revoke-token", "--token-stdin"]).succeeds();
        }
        if account == &accounts[0] {
            env.run_with_input(format!("{password}x"), arguments).ends_with(4);
        }
    }
}
