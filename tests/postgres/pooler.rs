//! Every command through pgbouncer in transaction mode, where each transaction may get another connection.

use std::sync::OnceLock;
use std::thread;

use crate::env::{ENCODED, PASSWORD, TestEnv};
use crate::postgres::{Cluster, Database};
use crate::{database, environment};

/// Returns the URL of a database behind the pooler.
fn url(database: &Database) -> String {
    static STARTED: OnceLock<()> = OnceLock::new();
    let cluster = Cluster::shared();
    STARTED.get_or_init(|| cluster.control("bouncer"));
    cluster.url_on(cluster.server.bouncer, &database.name)
}

/// Registers a user with [`PASSWORD`] and runs every command that works on an account.
fn use_every_command(env: &TestEnv, name: &str) {
    let token = env.run_with_input(ENCODED, ["register", name, "--password-hash-stdin"]).succeeds().stdout;
    let whoami = env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds();
    assert_eq!(whoami.stdout.trim(), name);
    env.run_with_input(PASSWORD, ["login", name, "--password-stdin", "--no-store"]).succeeds();
    env.run_with_input(PASSWORD, ["check-password", name, "--password-stdin"]).succeeds();
    env.run(["show-user", name]).succeeds();
    env.run(["edit-user", name, "--email", "meg@example.com"]).succeeds();
    env.run_with_input(ENCODED, ["set-password", name, "--password-hash-stdin"]).succeeds();
    let rotated = env.run(["create-token", name, "--rotate"]).succeeds().stdout;
    env.run(["list-users", "--format", "plain"]).succeeds();
    env.run(["list-tokens"]).succeeds();
    env.run_with_input(&rotated, ["logout", "--token-stdin"]).succeeds();
    env.run(["create-token", name]).succeeds();
    env.run(["revoke-token", "--user", name, "--yes"]).succeeds();
    env.write(&format!("{name}.csv"), &format!("username,email\n{name}-imported,x@example.com\n"));
    env.run(["import", &format!("{name}.csv")]).succeeds();
    let wanted = format!(r#"{{"users": [{{"username": "{name}", "first_name": "Meg"}}]}}"#);
    env.write(&format!("{name}.json"), &wanted);
    env.run(["apply", &format!("{name}.json"), "--yes"]).succeeds();
    env.run(["register", &format!("{name}-rehearsed"), "--no-password", "--dry-run"]).succeeds();
    env.run(["delete-user", name, "--yes"]).succeeds();
}

#[test]
fn every_command_works() {
    let database = database(Cluster::shared(), "rock");
    let env = environment(url(&database));
    use_every_command(&env, "meg");
    env.run(["export", "users.json", "--format", "fixture", "--with-password-hashes"]).succeeds();
    env.run(["check"]).succeeds();
    assert_eq!(database.psql("SELECT username FROM auth_user"), ["meg-imported"]);
}

#[test]
fn six_commands_run_at_once() {
    let database = database(Cluster::shared(), "rock");
    let url = url(&database);
    thread::scope(|scope| {
        for number in 0..6 {
            let url = url.clone();
            scope.spawn(move || use_every_command(&environment(url), &format!("user-{number}")));
        }
    });
    let left = database.psql("SELECT username FROM auth_user ORDER BY username");
    let expected: Vec<String> = (0..6).map(|number| format!("user-{number}-imported")).collect();
    assert_eq!(left, expected);
}

#[test]
fn nothing_is_left_set_for_the_next_client() {
    let database = database(Cluster::shared(), "rock");
    let env = environment(url(&database));
    env.write("authctl.toml", "[database]\nschema = \"public\"\n");
    env.run(["register", "meg", "--no-password"]).succeeds();
    let settings = "SELECT name, setting FROM pg_settings \
                    WHERE source = 'session' AND name NOT IN ('application_name', 'client_encoding')";
    let cluster = Cluster::shared();
    assert_eq!(cluster.psql_on(cluster.server.bouncer, &database.name, settings), [""; 0]);
}
