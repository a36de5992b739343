//! Behind pgbouncer in transaction mode, where each transaction of a connection may run in another session.

use std::fs::{self, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::env::Run;
use crate::postgres::Cluster;
use crate::proxy::{Cut, Proxy, Sender};
use crate::site::{Site, wait_until};

/// A running pooler with two sessions.
struct Pooler {
    port: u16,
    child: Child,
    _folder: TempDir,
}

impl Pooler {
    /// Starts a pooler for the server at this port on localhost.
    fn new(server_port: u16) -> Self {
        let server = &Cluster::shared().server;
        let folder = TempDir::new_in(&server.folder).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let users = folder.path().join("users");
        fs::write(&users, format!("\"{}\" \"{}\"\n", server.user, server.password)).unwrap();
        let settings = folder.path().join("settings");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = plain\nauth_file = {}\n\
             pool_mode = transaction\ndefault_pool_size = 2\nserver_login_retry = 1\n",
            users.display()
        );
        fs::write(&settings, text).unwrap();
        let mut command = Command::new(program());
        command.arg(settings).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // It refuses to run as root.
        if rustix::process::geteuid().is_root() {
            let user = uzers::get_user_by_name("postgres").expect("no user postgres");
            command.uid(user.uid()).gid(user.primary_group_id());
        }
        let child = command.spawn().expect("failed to start pgbouncer");
        wait_until("pgbouncer listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { port, child, _folder: folder }
    }

    fn run(&self, site: &Site, arguments: &[&str]) -> Run {
        let run = site.run_with_env(&[("AUTHCTL_DB", &self.url(&site.database.name))], arguments);
        assert!(!run.stderr.contains("prepared statement"), "{arguments:?}: {}", run.stderr);
        run
    }

    fn url(&self, database: &str) -> String {
        let server = &Cluster::shared().server;
        format!("postgres://{}:{}@127.0.0.1:{}/{database}", server.user, server.password, self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns Debian's program, which is not in every `PATH`.
fn program() -> PathBuf {
    let debian = PathBuf::from("/usr/sbin/pgbouncer");
    if debian.exists() { debian } else { "pgbouncer".into() }
}

#[test]
fn every_command_works_and_leaves_no_setting() {
    let pooler = Pooler::new(Cluster::shared().server.port);
    let site = Site::new();
    site.write("new.csv", "username\nann\nbob\n");
    site.write("apply.toml", "[[users]]\nusername = \"carl\"\nfirst_name = \"Carl\"\n");
    for arguments in [
        &["register", "meg", "--no-password"][..],
        &["import", "new.csv", "--tokens", "--results", "-"],
        &["list-users"],
        &["show-user", "meg"],
        &["edit-user", "meg", "--email", "meg@x.example"],
        &["set-password", "meg", "--random-password"],
        &["create-token", "meg", "--rotate"],
        &["list-tokens"],
        &["revoke-token", "--user", "meg", "--yes"],
        &["apply", "apply.toml", "--yes"],
        &["export", "users.json", "--format", "json"],
        &["check"],
        &["delete-user", "meg", "--yes"],
    ] {
        let run = pooler.run(&site, arguments);
        assert!([0, 11].contains(&run.code), "{arguments:?}: {} {}", run.code, run.stderr);
    }
    assert_eq!(site.psql("SELECT username FROM auth_user ORDER BY username"), ["ann", "bob", "carl"]);
    let server = &Cluster::shared().server;
    let shown = Command::new(server.bin.join("psql"))
        .args(["--no-psqlrc", "--no-align", "--tuples-only", "--dbname", &pooler.url(&site.database.name)])
        .args(["--command", "SHOW lock_timeout", "--command", "SHOW DateStyle", "--command", "SHOW TimeZone"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(shown.stdout).unwrap(), "0\nSQL, DMY\nAsia/Kolkata\n");
}

#[test]
fn an_empty_database_is_initialized() {
    let pooler = Pooler::new(Cluster::shared().server.port);
    let site = Site::new();
    site.write("authctl.toml", "");
    site.psql("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    pooler.run(&site, &["init"]).succeeds();
    pooler.run(&site, &["init"]).ends_with(9);
    pooler.run(&site, &["register", "meg", "--no-password"]).succeeds();
}

#[test]
fn more_commands_at_once_than_sessions_succeed() {
    let pooler = Pooler::new(Cluster::shared().server.port);
    let site = Site::new();
    let url = pooler.url(&site.database.name);
    let start = |number: usize| {
        let mut command = site.command();
        command.args(["register", &format!("user{number}"), "--no-password"]).env("AUTHCTL_DB", &url);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..6).map(start).collect();
    for child in children {
        Run::of(child.wait_with_output().unwrap()).succeeds();
    }
    drop(pooler);
    assert_eq!(site.accounts("user"), 6);
}

#[test]
fn the_outcome_of_a_commit_is_known_when_the_pooler_loses_its_session() {
    let proxy = Proxy::new(Cluster::shared().server.port);
    let pooler = Pooler::new(proxy.port);
    let site = Site::new();
    let register = |name: &str| pooler.run(&site, &["register", name, "--no-password"]);
    let cut = |message| Some(Cut { sender: Sender::Server, message, refuses: false });
    let is_there =
        |name: &str| site.value(&format!("SELECT count(*) FROM auth_user WHERE username = '{name}'")) == "1";
    // The messages of a new session.
    register("ann").succeeds();
    proxy.start_run(cut(0));
    register("bob");
    proxy.start_run(None);
    register("carl").succeeds();
    let messages = proxy.messages(Sender::Server);
    proxy.start_run(cut(0));
    register("dora");
    let mut outcomes = Vec::new();
    // Not every run has as many messages: the session may be new, or not.
    for message in messages.saturating_sub(60)..messages {
        let name = format!("user{message}");
        proxy.start_run(cut(message));
        let run = register(&name);
        let context = format!("{message}: {} {}", run.code, run.stderr);
        match run.code {
            0 => assert!(is_there(&name), "{context}"),
            1 | 9 => assert!(!is_there(&name), "{context}"),
            _ => panic!("{context}"),
        }
        outcomes.push((run.code, proxy.has_cut()));
    }
    assert!(outcomes.contains(&(0, true)) && outcomes.contains(&(1, true)), "{outcomes:?}");
}
