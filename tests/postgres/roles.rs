//! Servers, roles and databases that cannot be used: each has its message and exit code, and the password is in none.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::env::Run;
use crate::postgres::Cluster;
use crate::site::Site;

/// Runs a command on another URL. Fails if the password, or a detail of the server, is in the output.
fn run_on(site: &Site, url: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let variables: Vec<(&str, &str)> = [("AUTHCTL_DB", url)].iter().chain(variables).copied().collect();
    let run = site.run_with_env(&variables, arguments);
    for part in ["only-for-tests", "DETAIL", "Error {", "pbkdf2_sha256$", "os error"] {
        assert!(!run.stderr.contains(part) && !run.stdout.contains(part), "{part}: {}", run.stderr);
    }
    run
}

/// Returns the address of the server for this role.
fn address(role: &str) -> String {
    format!("{role}@127.0.0.1:{}", Cluster::shared().server.port)
}

fn as_admin(site: &Site, sql: &str) {
    let cluster = Cluster::shared();
    cluster.psql_as(&cluster.server.admin, &site.database.name, sql);
}

/// Creates a role with this name and these options, and returns the URL with which it connects.
fn role(site: &Site, name: &str, options: &str) -> String {
    let password = &Cluster::shared().server.password;
    as_admin(
        site,
        &format!(
            "DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN PASSWORD '{password}'; ALTER ROLE {name} {options}"
        ),
    );
    format!("postgres://{}/{}", address(&format!("{name}:{password}")), site.database.name)
}

#[test]
fn what_cannot_be_connected_to_says_why() {
    let site = Site::new();
    let (database, port) = (&site.database.name, Cluster::shared().server.port);
    let password = ("PGPASSWORD", "only-for-tests");
    let owner = address("project");
    for (url, variables, expected) in [
        (format!("{owner}/{database}"), ("PGPASSWORD", "wrong"), "refuses the password of role \"project\"."),
        (format!("{owner}/{database}"), ("PGAPPNAME", "x"), "none is known. Set PGPASSWORD, or add"),
        (format!("{owner}/nowhere"), password, "the server has no such database."),
        (format!("nobody@127.0.0.1:{port}/{database}"), password, "refuses the password of role \"nobody\"."),
        (format!("project@unknown.invalid/{database}"), password, "the server cannot be reached: "),
        (
            format!("project@127.0.0.1:1/{database}"),
            password,
            "the server cannot be reached: Connection refused.",
        ),
        (format!("project@%2Fnowhere/{database}"), password, "cannot be reached: No such file or directory."),
    ] {
        let run = run_on(&site, &format!("postgres://{url}"), &[variables], &["list-users"]).ends_with(9);
        assert!(run.stderr.contains(" cannot be used: ") && run.stderr.contains(expected), "{}", run.stderr);
        let place = url.split_once('@').unwrap().1.replace("%2F", "/");
        assert!(run.stderr.contains(&place), "{url}: {}", run.stderr);
    }
}

#[test]
fn a_role_that_may_not_connect_is_told_so() {
    let site = Site::new();
    let full = role(&site, "refused_full", "CONNECTION LIMIT 0");
    let run = run_on(&site, &full, &[], &["list-users"]).ends_with(8);
    assert!(
        run.stderr.contains("is busy: too many connections for role \"refused_full\"."),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("hint: Try again later."), "{}", run.stderr);
    let barred = role(&site, "refused_barred", "NOLOGIN");
    let run = run_on(&site, &barred, &[], &["list-users"]).ends_with(9);
    assert!(run.stderr.contains("role \"refused_barred\" is not permitted to log in."), "{}", run.stderr);
    let unwanted = role(&site, "refused_unwanted", "LOGIN");
    site.psql(&format!("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", site.database.name));
    let run = run_on(&site, &unwanted, &[], &["list-users"]).ends_with(9);
    assert!(run.stderr.contains("role \"refused_unwanted\" may not connect to it."), "{}", run.stderr);
}

#[test]
fn a_missing_privilege_is_named() {
    let site = Site::new();
    site.run(["register", "meg", "--no-password"]).succeeds();
    let reader = role(&site, "refused_reader", "LOGIN");
    as_admin(&site, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO refused_reader");
    run_on(&site, &reader, &[], &["list-users"]).succeeds();
    run_on(&site, &reader, &[], &["check"]).ends_with(11);
    site.write("new.csv", "username\nann\n");
    for arguments in [
        &["register", "ann", "--no-password"][..],
        &["edit-user", "meg", "--email", "meg@x.example"],
        &["set-password", "meg", "--random-password"],
        &["create-token", "meg", "--rotate"],
        &["revoke-token", "--user", "meg", "--yes"],
        &["delete-user", "meg", "--yes"],
        &["import", "new.csv"],
    ] {
        let run = run_on(&site, &reader, &[], arguments).ends_with(9);
        let expected = "role \"refused_reader\" lacks a privilege: permission denied for table ";
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
    let issuer = role(&site, "refused_issuer", "LOGIN");
    as_admin(&site, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO refused_issuer");
    as_admin(&site, "GRANT INSERT ON authtoken_token TO refused_issuer");
    site.psql("DELETE FROM authtoken_token");
    run_on(&site, &issuer, &[], &["create-token", "meg"]).succeeds();
    run_on(&site, &issuer, &[], &["create-token", "meg", "--rotate"]).ends_with(9);
    assert_eq!(site.value("SELECT count(*) FROM authtoken_token"), "1");
}

#[test]
fn a_read_only_role_changes_nothing() {
    let site = Site::new();
    site.run(["register", "meg", "--no-password"]).succeeds();
    let name = &site.database.name;
    as_admin(&site, &format!("ALTER ROLE project IN DATABASE {name} SET default_transaction_read_only = on"));
    site.run(["list-users"]).succeeds();
    for arguments in [
        &["register", "ann", "--no-password"][..],
        &["edit-user", "meg", "--email", "meg@x.example"],
        &["delete-user", "meg", "--yes"],
    ] {
        let run = site.run(arguments).ends_with(9);
        assert!(run.stderr.contains("cannot be used: it is read-only: "), "{}", run.stderr);
    }
    assert_eq!(site.value("SELECT username, email FROM auth_user"), "meg|");
}

#[test]
fn row_level_security_is_named() {
    let site = Site::new();
    site.run(["register", "meg", "--no-password"]).succeeds();
    site.psql(
        "ALTER TABLE auth_user ENABLE ROW LEVEL SECURITY; ALTER TABLE auth_user FORCE ROW LEVEL SECURITY; \
         CREATE POLICY reads ON auth_user FOR SELECT USING (true); \
         CREATE POLICY writes ON auth_user FOR UPDATE USING (true) WITH CHECK (email = '')",
    );
    site.write("new.csv", "username\nann\n");
    for arguments in [
        &["register", "ann", "--no-password"][..],
        &["edit-user", "meg", "--email", "meg@x.example"],
        &["import", "new.csv"],
    ] {
        let run = site.run(arguments).ends_with(9);
        assert!(run.stderr.contains("row-level security refuses this change by role"), "{}", run.stderr);
    }
    assert_eq!(site.value("SELECT username, email FROM auth_user"), "meg|");
}

#[test]
fn a_server_that_restarts_between_commands_is_found_again() {
    let cluster: &'static Cluster = Box::leak(Box::new(Cluster::start()));
    let site = Site::on(cluster);
    site.run(["register", "ann", "--no-password"]).succeeds();
    cluster.control("restart");
    site.run(["register", "bob", "--no-password"]).succeeds();
    cluster.control("stop");
    let run = site.run(["list-users"]).ends_with(9);
    assert!(run.stderr.contains("the server cannot be reached: "), "{}", run.stderr);
    cluster.control("start");
    assert_eq!(site.accounts(""), 2);
    // The server dies while a statement runs, and starts again.
    site.psql("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NEW; END'");
    site.psql("CREATE TRIGGER slow BEFORE INSERT ON authtoken_token FOR EACH ROW EXECUTE FUNCTION slow()");
    thread::scope(|scope| {
        let run = scope.spawn(|| site.run(["register", "carl", "--no-password"]));
        site.wait_for_query("authtoken_token", "PgSleep");
        let data = cluster.server.folder.join("data/postmaster.pid");
        let state = fs::read_to_string(Path::new(&data)).unwrap();
        let postmaster: i32 = state.lines().next().unwrap().parse().unwrap();
        let postmaster = rustix::process::Pid::from_raw(postmaster).unwrap();
        // As `pg_ctl stop --mode immediate` does.
        rustix::process::kill_process(postmaster, rustix::process::Signal::QUIT).unwrap();
        let run = run.join().unwrap().ends_with(1);
        assert!(run.stderr.contains("the connection was lost: "), "{}", run.stderr);
    });
    thread::sleep(Duration::from_millis(200));
    cluster.control("restart");
    assert_eq!(site.accounts(""), 2);
}
