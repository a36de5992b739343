//! Beside other writers: nothing is lost, nothing is written twice, and no lock is waited for longer than allowed.

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::env::Run;
use crate::postgres::Cluster;
use crate::site::{Site, exit_code};

/// A session with an open transaction.
struct Holder(Child);

impl Holder {
    /// Begins a transaction, and waits until this statement is done in it.
    fn new(site: &Site, statement: &str) -> Self {
        let cluster = Cluster::shared();
        let mut psql = cluster.start_psql(&cluster.server.user, &site.database.name);
        let stdin = psql.stdin.as_mut().unwrap();
        writeln!(stdin, "BEGIN;\n/* holder */ {statement};").unwrap();
        site.wait_for_query("holder", "ClientRead");
        Self(psql)
    }

    /// Runs another statement, which may have to wait.
    fn run(&mut self, statement: &str) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{statement};").unwrap();
    }

    fn commit(mut self) {
        self.0.stdin.take().unwrap().write_all(b"COMMIT;\n").unwrap();
        assert!(self.0.wait().unwrap().success());
    }
}

fn start(site: &Site, arguments: &[&str]) -> Child {
    let mut command = site.command();
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("failed to start authctl")
}

fn finish(child: Child) -> Run {
    Run::of(child.wait_with_output().expect("failed to wait for authctl"))
}

#[test]
fn every_acknowledged_registration_of_many_at_once_is_there_once() {
    let site = Site::new();
    let names: Vec<String> = (0..32).map(|number| format!("user{number:02}")).collect();
    let children: Vec<Child> =
        names.iter().map(|name| start(&site, &["register", name, "--no-password"])).collect();
    for (name, child) in names.iter().zip(children) {
        let run = finish(child).succeeds();
        let sql = format!(
            "SELECT t.key FROM authtoken_token t JOIN auth_user u ON u.id = t.user_id \
             JOIN levelupapi_gamer g ON g.user_id = u.id WHERE u.username = '{name}'"
        );
        assert_eq!(site.value(&sql), run.stdout.trim());
        assert!(!run.stderr.contains("deadlock"), "{}", run.stderr);
    }
    assert_eq!(site.accounts("user"), 32);
}

#[test]
fn of_several_registrations_of_one_name_one_succeeds() {
    let site = Site::new();
    let children: Vec<Child> = (0..8).map(|_| start(&site, &["register", "meg", "--no-password"])).collect();
    let mut codes: Vec<i32> = children.into_iter().map(|child| finish(child).code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 5, 5, 5, 5, 5, 5, 5]);
    assert_eq!(site.accounts("meg"), 1);
}

#[test]
fn a_locked_row_is_waited_for_as_long_as_allowed() {
    let site = Site::new();
    site.run(["register", "meg", "--no-password"]).succeeds();
    let holder = Holder::new(&site, "SELECT 1 FROM auth_user FOR UPDATE");
    for arguments in [
        &["edit-user", "meg", "--email", "meg@x.example"][..],
        &["set-password", "meg", "--random-password"],
        &["create-token", "meg", "--rotate"],
        &["delete-user", "meg", "--yes"],
    ] {
        let started = Instant::now();
        let run = finish(start(&site, &[arguments, &["--busy-timeout", "0.3"]].concat())).ends_with(8);
        // The lock would be held for ever. A busy machine needs time too.
        assert!(started.elapsed() < Duration::from_secs(10), "{arguments:?}: {:?}", started.elapsed());
        assert!(run.stderr.contains("error: The database is busy."), "{}", run.stderr);
    }
    let child = start(&site, &["edit-user", "meg", "--email", "meg@x.example", "--busy-timeout", "60"]);
    site.wait_for_query("auth_user", "transactionid");
    holder.commit();
    finish(child).succeeds();
    assert_eq!(site.value("SELECT email FROM auth_user"), "meg@x.example");
}

#[test]
fn a_change_that_a_deadlock_ends_is_repeated() {
    let site = Site::new();
    for name in ["ann", "bob"] {
        site.run(["register", name, "--no-password"]).succeeds();
    }
    let account = |name: &str| format!("[[users]]\nusername = \"{name}\"\nemail = \"{name}@x.example\"\n");
    site.write("accounts.toml", &["ann", "bob", "cy"].map(account).concat());
    let mut holder = Holder::new(&site, "SELECT 1 FROM auth_user WHERE username = 'bob' FOR UPDATE");
    let child = start(
        &site,
        &[
            "apply",
            "accounts.toml",
            "--yes",
            "--results",
            "results.csv",
            "--busy-timeout",
            "60",
            "--audit-log",
            "audit.jsonl",
        ],
    );
    site.wait_for_query("auth_user", "transactionid");
    // The first one that waits is ended, after PostgreSQL's deadlock_timeout of a second.
    holder.run("SELECT 1 FROM auth_user WHERE username = 'ann' FOR UPDATE");
    holder.commit();
    let run = finish(child).succeeds();
    assert!(!run.stderr.contains("deadlock"), "{}", run.stderr);
    assert_eq!(
        site.value("SELECT string_agg(email, ' ' ORDER BY email) FROM auth_user"),
        "ann@x.example bob@x.example cy@x.example"
    );
    crate::site::wait_until("the server has counted a deadlock", || {
        site.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == "1"
    });
    let results = std::fs::read_to_string(site.path("results.csv")).unwrap();
    let states: Vec<&str> = results.lines().map(|line| line.rsplit(',').next().unwrap()).collect();
    assert_eq!(states, ["state", "committed", "committed", "committed"], "{results}");
    let events = std::fs::read_to_string(site.path("audit.jsonl")).unwrap();
    assert_eq!(events.lines().count(), 2, "{events}");
}

#[test]
fn a_login_meanwhile_is_kept() {
    let site = Site::new();
    site.run(["register", "meg", "--no-password"]).succeeds();
    let holder = Holder::new(&site, "UPDATE auth_user SET last_login = '2026-01-02 03:04:05+00'");
    let child = start(&site, &["edit-user", "meg", "--email", "meg@x.example", "--busy-timeout", "60"]);
    site.wait_for_query("auth_user", "transactionid");
    holder.commit();
    finish(child).succeeds();
    assert_eq!(site.value("SELECT email, last_login FROM auth_user"), "meg@x.example|2026-01-02 03:04:05+00");
}

#[test]
fn ctrl_c_while_a_statement_waits_cancels_it() {
    let site = Site::new();
    site.run(["register", "meg", "--no-password"]).succeeds();
    let holder = Holder::new(&site, "SELECT 1 FROM auth_user FOR UPDATE");
    for arguments in [
        &["edit-user", "meg", "--email", "meg@x.example"][..],
        &["delete-user", "meg", "--yes"],
        &["register", "meg", "--on-existing", "update", "--no-password", "--email", "meg@x.example"],
    ] {
        let mut child = start(&site, &[arguments, &["--busy-timeout", "60"]].concat());
        site.wait_for_query("auth_user", "transactionid");
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        assert_eq!(exit_code(&mut child), 130, "{arguments:?}");
        let own = "SELECT count(*) FROM pg_stat_activity \
                   WHERE application_name = 'authctl' AND datname = current_database()";
        crate::site::wait_until("authctl's connection has ended", || site.value(own) == "0");
    }
    holder.commit();
    assert_eq!(site.value("SELECT username, email FROM auth_user"), "meg|");
}
