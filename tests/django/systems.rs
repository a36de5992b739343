//! The five systems, each on a database that authctl creates and the project adopts, and on the project's own.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::env::TestEnv;
use crate::shapes::check_what_django_made;
use crate::site::{Engine, Site, for_each_stack};

/// A system with the registration bodies that its clients send, and what its ORM has to read afterwards.
struct System {
    name: &'static str,
    accounts: fn() -> Vec<(Json, Json)>,
}

const SYSTEMS: [System; 5] = [
    System { name: "repairs", accounts: repairs },
    System { name: "levelup", accounts: levelup },
    System { name: "rock", accounts: rock },
    System { name: "function-views", accounts: function_views },
    System { name: "knox", accounts: knox },
];

fn repairs() -> Vec<(Json, Json)> {
    let person = |email: &str, first: &str| json!({ "email": email, "password": "ducharme", "first_name": first, "last_name": "Ducharme" });
    let with = |body: Json, more: Json| {
        let mut body = body;
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    vec![
        (
            with(
                person("meg@Ducharme.com", "Meg"),
                json!({ "account_type": "customer", "address": "12 Oak Lane" }),
            ),
            json!({
                "user": { "email": "meg@ducharme.com", "first_name": "Meg", "is_staff": false },
                "profiles": [{ "model": "repairsapi.Customer", "fields": { "address": "12 Oak Lane" } }],
            }),
        ),
        (
            with(
                person("bo@ducharme.com", "Bo"),
                json!({ "account_type": "employee", "specialty": "Größe 36" }),
            ),
            json!({
                "user": { "first_name": "Bo", "is_staff": true },
                "profiles": [{ "model": "repairsapi.Employee", "fields": { "specialty": "Größe 36" } }],
            }),
        ),
    ]
}

fn levelup() -> Vec<(Json, Json)> {
    vec![(
        json!({
            "username": "me@me.com", "email": "me@me.com", "password": "me",
            "first_name": "Me", "last_name": "Too", "bio": "Plays \"chess\"",
        }),
        json!({
            "user": { "last_name": "Too" },
            "profiles": [{ "model": "levelupapi.Gamer", "fields": { "bio": "Plays \"chess\"" } }],
        }),
    )]
}

fn rock() -> Vec<(Json, Json)> {
    vec![(
        json!({
            "username": "meg@ducharme.com", "password": "ducharme", "first_name": "Meg", "last_name": "Ducharme",
        }),
        json!({ "user": { "first_name": "Meg", "email": "" }, "profiles": [] }),
    )]
}

fn function_views() -> Vec<(Json, Json)> {
    vec![(
        json!({ "username": "margaret", "password": "ducharme", "email": "meg@Example.com" }),
        json!({ "user": { "email": "meg@example.com" }, "profiles": [] }),
    )]
}

fn knox() -> Vec<(Json, Json)> {
    vec![(
        json!({ "username": "margaret", "password": "correct horse battery", "email": "meg@example.com" }),
        json!({ "user": { "email": "meg@example.com" }, "profiles": [] }),
    )]
}

impl System {
    /// Writes the `authctl.toml` of this system.
    fn configure<'a>(&self, site: Site<'a>) -> Site<'a> {
        let config =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(self.name).join("authctl.toml");
        site.write("authctl.toml", &std::fs::read_to_string(config).unwrap());
        site
    }

    /// Creates the system's accounts and returns what Django has to find.
    fn fill(&self, env: &TestEnv, hasher: &str) -> Vec<Json> {
        (self.accounts)().into_iter().map(|(body, expected)| account(env, &body, expected, hasher)).collect()
    }
}

/// Registers an account, logs it in and revokes one of its tokens.
fn account(env: &TestEnv, body: &Json, mut expected: Json, hasher: &str) -> Json {
    let arguments = ["register", "--from-json", "-", "--format", "json"];
    let registered = env.run_with_input(body.to_string(), arguments).succeeds().json();
    let login = registered["user"]["username"].as_str().unwrap().to_owned();
    let name_key = if body.get("username").is_some() { "username" } else { "email" };
    let credentials = json!({ name_key: body[name_key], "password": body["password"] });
    let arguments = ["login", "--from-json", "-", "--format", "json"];
    let logged_in = env.run_with_input(credentials.to_string(), arguments).succeeds().json();
    let key = |answer: &Json| answer["token"].as_str().unwrap().to_owned();
    let whoami = env.run_with_input(key(&logged_in), ["whoami", "--token-stdin"]).succeeds();
    assert_eq!(whoami.stdout.trim(), login);

    // Revokes the first token and keeps the last one.
    let scheme = registered["scheme"].as_str().unwrap().to_owned();
    env.run_with_input(key(&registered), ["revoke-token", "--token-stdin"]).succeeds();
    let fresh = env.run(["create-token", &login, "--format", "json"]).succeeds().json();
    let mut tokens = vec![json!({ "scheme": scheme, "key": key(&fresh) })];
    if scheme == "knox" {
        tokens[0]["expires_in"] = json!(36_000);
        tokens.push(json!({ "scheme": scheme, "key": key(&logged_in), "expires_in": 36_000 }));
    } else {
        assert_eq!(key(&registered), key(&logged_in), "drf returns the existing key");
    }
    expected["login"] = json!(login);
    expected["password"] = body["password"].clone();
    expected["tokens"] = json!(tokens);
    expected["revoked"] = json!([{ "scheme": scheme, "key": key(&registered) }]);
    expected["hasher"] = json!(hasher);
    expected["must_update"] = json!(false);
    expected["recent"] = json!(600);
    expected
}

/// A project adopts the database of `init` with a plain `migrate` and finds every row as Django writes it.
#[test]
fn a_project_adopts_a_database_created_by_authctl() {
    for_each_stack(|stack| {
        // The table of knox before version 5 differs from the one that authctl creates.
        let has_knox_5 = stack.set.starts_with(['5', '6']) || stack.set.ends_with("knox5");
        for system in SYSTEMS.iter().filter(|system| system.name != "knox" || has_knox_5) {
            let site = system.configure(stack.empty_site());
            site.run(["init"]).succeeds();
            let accounts = system.fill(&site, "argon2");
            let count = accounts.len();
            let mut expected = json!({ "accounts": accounts, "counts": { "auth_user": count } });
            if stack.engine == Engine::Sqlite {
                expected["journal_mode"] = json!("delete");
            }
            let options = ["--migrate", "--hasher", "argon2", "--login", "all"];
            site.judge(system.name, &options, &expected);
        }
    });
}

/// On the project's own database, authctl reads what Django wrote, and Django accepts what authctl adds.
#[test]
fn authctl_works_on_the_projects_own_database() {
    for_each_stack(|stack| {
        for system in &SYSTEMS {
            let site = system.configure(stack.site());
            // Django's own hasher once; Argon2 takes a tenth of its time.
            let hasher = if system.name == "repairs" { "pbkdf2_sha256" } else { "argon2" };
            let mut made = site.make(system.name, &["--accounts", "few", "--hasher", hasher]);
            let accounts = made["accounts"].as_array_mut().unwrap();
            check_what_django_made(&site, accounts, true);
            accounts.extend(system.fill(&site, hasher));
            site.judge(system.name, &["--hasher", hasher], &made);
        }
    });
}

/// Passwords of every algorithm in Django at Django's default cost, and non-ASCII names and passwords.
#[test]
fn authctl_verifies_every_hash_of_django() {
    for_each_stack(|stack| {
        let site = stack.site();
        let made = site.make("rock", &["--accounts", "all"]);
        check_what_django_made(&site, made["accounts"].as_array().unwrap(), true);
    });
}
