//! Behind a pooler that loses its session, and one whose database is still empty.

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
fn the_outcome_of_a_commit_is_known_when_the_pooler_loses_its_session() {
    let proxy = Proxy::new(Cluster::shared().server.port);
    let site = Site::new();
    // With a pooler of its own, each run has the messages of a new session.
    let register = |name: &str, message: Option<usize>| {
        let cut = |message| Cut { sender: Sender::Server, message, refuses: false };
        proxy.start_run(message.map(cut));
        let run = Pooler::new(proxy.port).run(&site, &["register", name, "--no-password"]);
        (run, proxy.messages(Sender::Server))
    };
    // In an empty table, there is less to ask for.
    register("ann", None).0.succeeds();
    let (run, messages) = register("bea", None);
    run.succeeds();
    let mut codes = Vec::new();
    for message in messages - 12..messages {
        let name = format!("user{message}");
        let (run, _) = register(&name, Some(message));
        let accounts = site.accounts(&name);
        let context = format!("{message} of {messages}: {}, {accounts} accounts\n{}", run.code, run.stderr);
        assert!(proxy.has_cut(), "{context}");
        assert_eq!((run.code, accounts), if run.code == 0 { (0, 1) } else { (1, 0) }, "{context}");
        codes.push(run.code);
    }
    assert!(codes.contains(&0) && codes.contains(&1), "{codes:?}");
}
