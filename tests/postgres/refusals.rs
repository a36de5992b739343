//! Roles, databases and servers that refuse: each with its exit code, and never with a password in the message.

use std::process::{Command, Stdio};
use std::thread;

use crate::env::{Run, TestEnv};
use crate::postgres::{Cluster, Database};
use crate::site::wait_until;
use crate::{database, environment};

const REGISTER: [&str; 3] = ["register", "meg", "--no-password"];

/// Runs a command that is refused, and returns its message.
#[track_caller]
fn refused(env: &TestEnv, arguments: &[&str], code: i32) -> String {
    let run = env.run(arguments).ends_with(code);
    assert_eq!(run.stdout, "");
    assert!(!run.stderr.contains(&Cluster::shared().server.password), "{}", run.stderr);
    run.stderr
}

#[track_caller]
fn assert_contains(text: &str, part: &str) {
    assert!(text.contains(part), "no {part:?} in {text:?}");
}

/// An environment in which authctl works on a database as a new role that has these rights.
fn environment_as(role: &str, rights: &str, database: &Database) -> TestEnv {
    let cluster = Cluster::shared();
    let server = &cluster.server;
    let create = format!("CREATE ROLE {role} LOGIN PASSWORD '{}'; {rights}", server.password);
    cluster.psql_as(&server.admin, &database.name, &create);
    environment(database.url().replacen(&server.user, role, 1))
}

#[test]
fn a_wrong_password_and_an_unknown_database_are_named() {
    let database = database(Cluster::shared(), "rock");
    let wrong = database.url().replacen(&Cluster::shared().server.password, "not-the-one", 1);
    let message = refused(&environment(wrong), &REGISTER, 9);
    assert_contains(&message, "password");
    assert!(!message.contains("not-the-one"), "{message}");
    let message = refused(&environment(Cluster::shared().url("nowhere")), &REGISTER, 9);
    assert_contains(&message, "no such database");
}

#[test]
fn a_read_only_database_is_read_and_not_written() {
    let database = database(Cluster::shared(), "rock");
    let env = environment(database.url());
    env.run(REGISTER).succeeds();
    database.psql(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name));
    env.run(["show-user", "meg"]).succeeds();
    let message = refused(&env, &["register", "bo", "--no-password"], 9);
    assert_contains(&message, "read-only");
    assert_eq!(database.psql("SELECT username FROM auth_user"), ["meg"]);
}

#[test]
fn a_standby_is_read_and_not_written() {
    let cluster: &'static Cluster = Box::leak(Box::new(Cluster::start()));
    let database = database(cluster, "rock");
    let env = environment(database.url());
    let token = env.run(REGISTER).succeeds().stdout;
    cluster.control("standby");
    assert_eq!(database.psql("SELECT pg_is_in_recovery()"), ["t"]);
    env.run(["show-user", "meg"]).succeeds();
    env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds();
    env.run(["list-users"]).succeeds();
    env.run(["export"]).succeeds();
    for arguments in [
        &["register", "bo", "--no-password"][..],
        &["edit-user", "meg", "--inactive"],
        &["delete-user", "meg", "--yes"],
        &["create-token", "meg", "--rotate"],
    ] {
        assert_contains(&refused(&env, arguments, 9), "the server is a standby");
    }
    cluster.control("promote");
    env.run(["edit-user", "meg", "--inactive"]).succeeds();
}

#[test]
fn a_missing_privilege_is_named_with_its_role() {
    let database = database(Cluster::shared(), "rock");
    let rights = "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader";
    let env = environment_as("reader", rights, &database);
    env.run(["list-users"]).succeeds();
    let message = refused(&env, &REGISTER, 9);
    assert_contains(&message, "reader");
    assert_contains(&message, "auth_user");
    assert_eq!(database.psql("SELECT count(*) FROM auth_user"), ["0"]);
}

#[test]
fn a_server_without_a_free_connection_is_busy() {
    let database = database(Cluster::shared(), "rock");
    let env = environment_as("crowd", "ALTER ROLE crowd CONNECTION LIMIT 0", &database);
    refused(&env, &["list-users"], 8);
}

/// Starts a statement that keeps a table locked, and returns once it is.
fn lock(cluster: &Cluster, database: &Database) -> std::process::Child {
    let server = &cluster.server;
    let sql = "BEGIN; LOCK TABLE auth_user; SELECT pg_sleep(60)";
    let locking = Command::new(server.bin.join("psql"))
        .args(["--no-psqlrc", "--quiet", "--command", sql, "--username", &server.user, "--port"])
        .arg(server.port.to_string())
        .args(["--dbname", &database.name, "--host"])
        .arg(&server.folder)
        .env("PGPASSWORD", &server.password)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let is_locked = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted \
                     AND relation = 'auth_user'::regclass";
    wait_until("the table is locked", || database.psql(is_locked) == ["1"]);
    locking
}

#[test]
fn a_locked_table_is_busy() {
    let database = database(Cluster::shared(), "rock");
    let env = environment(database.url());
    let mut locking = lock(Cluster::shared(), &database);
    refused(&env, &["register", "meg", "--no-password", "--busy-timeout", "1"], 8);
    locking.kill().unwrap();
    locking.wait().unwrap();
}

/// On a server of its own, which it stops.
#[test]
fn a_stopped_server_is_unreachable_and_a_restarted_one_is_not() {
    let cluster: &'static Cluster = Box::leak(Box::new(Cluster::start()));
    let database = database(cluster, "rock");
    let env = environment(database.url());
    let mut locking = lock(cluster, &database);
    let waiting = thread::scope(|scope| {
        let waiting = scope.spawn(|| env.run(["register", "meg", "--no-password", "--busy-timeout", "30"]));
        let is_waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        wait_until("authctl waits", || cluster.psql("postgres", is_waiting) != ["0"]);
        cluster.control("restart");
        waiting.join().unwrap()
    });
    locking.wait().unwrap();
    let Run { code, stderr, .. } = waiting;
    assert!(code == 1 || code == 9, "{code}: {stderr}");
    // The server says so, unless its end comes first.
    let is_told = stderr.contains("ended the connection") || stderr.contains("the connection was lost");
    assert!(is_told, "{stderr}");
    assert_eq!(database.psql("SELECT count(*) FROM auth_user"), ["0"]);

    env.run(REGISTER).succeeds();
    cluster.control("stop");
    assert_contains(&refused(&env, &["list-users"], 9), "cannot be reached");
    cluster.control("start");
    env.run(["show-user", "meg"]).succeeds();
}
