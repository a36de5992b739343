//! A connection that is cut: afterwards a change is there completely or not at all, and the exit code says which.

use crate::env::Run;
use crate::postgres::Cluster;
use crate::proxy::{Cut, Proxy, Sender};
use crate::site::Site;

/// A site behind a proxy.
struct Behind {
    site: Site,
    proxy: Proxy,
}

impl Behind {
    fn new() -> Self {
        let site = Site::new();
        let proxy = Proxy::new(Cluster::shared().server.port);
        Self { site, proxy }
    }

    fn run(&self, cut: Option<Cut>, arguments: &[&str]) -> Run {
        self.proxy.start_run(cut);
        let server = &Cluster::shared().server;
        let url = format!(
            "postgres://{}:{}@127.0.0.1:{}/{}?sslmode=disable&connect_timeout=2",
            server.user, server.password, self.proxy.port, self.site.database.name
        );
        self.site.run_with_env(&[("AUTHCTL_DB", &url)], arguments)
    }

    /// Cuts the connection at every message of a command in turn, and compares the exit code with the database.
    /// `prefix` names the accounts of a run by its number, and `count` is how many it creates.
    fn cut_everywhere(&self, count: usize, arguments: &dyn Fn(&str) -> Vec<String>) {
        let run = |prefix: &str, cut| {
            let arguments = arguments(prefix);
            self.run(cut, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
        };
        // In an empty table, there is less to ask for.
        run("t000000", None).succeeds();
        run("u000000", None).succeeds();
        // Connections are refused only near the commit: before, the client would not try again.
        let near_the_commit = 12;
        let cuts = |sender| {
            let messages = self.proxy.messages(sender);
            let cut = move |message, refuses| Cut { sender, message, refuses };
            let refused = messages.saturating_sub(near_the_commit)..messages;
            (0..messages).map(move |message| cut(message, false)).chain(refused.map(move |at| cut(at, true)))
        };
        let all: Vec<Cut> = cuts(Sender::Client).chain(cuts(Sender::Server)).collect();
        assert!(all.len() > 50, "{}", all.len());
        let mut codes = Vec::new();
        for (number, cut) in all.into_iter().enumerate() {
            let prefix = format!("v{number:06}");
            let run = run(&prefix, Some(cut));
            let accounts = self.site.accounts(&prefix);
            let context = format!("{cut:?}: {}, {accounts} accounts\n{}", run.code, run.stderr);
            assert!(self.proxy.has_cut(), "{context}");
            match run.code {
                0 => assert_eq!(accounts, count, "{context}"),
                1 | 9 => assert_eq!(accounts, 0, "{context}"),
                14 if cut.refuses => assert!([0, count].contains(&accounts), "{context}"),
                _ => panic!("{context}"),
            }
            assert!(!run.stderr.contains("only-for-tests"), "{context}");
            codes.push((run.code, accounts > 0));
        }
        // Cuts before the commit, during it with both outcomes, and after it.
        for outcome in [(1, false), (0, true), (14, false), (14, true)] {
            assert!(codes.contains(&outcome), "{outcome:?} in {codes:?}");
        }
    }
}

#[test]
fn a_registration_is_complete_or_absent_wherever_its_connection_is_cut() {
    let behind = Behind::new();
    behind.cut_everywhere(1, &|prefix| vec!["register".into(), prefix.into(), "--no-password".into()]);
}

#[test]
fn an_import_is_complete_or_absent_wherever_its_connection_is_cut() {
    let behind = Behind::new();
    behind.cut_everywhere(3, &|prefix| {
        behind.site.write("new.csv", &format!("username\n{prefix}1\n{prefix}2\n{prefix}3\n"));
        ["import", "new.csv", "--tokens", "--results", "-"].map(str::to_owned).to_vec()
    });
}
