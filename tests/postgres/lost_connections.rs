//! The connection is cut at every message around the commit: authctl tells whether the change was made.

use crate::postgres::Cluster;
use crate::proxy::{Cut, Message, Proxy};
use crate::{database, environment};

/// Messages before the commit at which to cut, too.
const BEFORE: usize = 12;

/// A run of authctl through the proxy: its exit code, its messages, and whether it created the user.
struct Outcome {
    code: i32,
    stderr: String,
    messages: Vec<Message>,
    is_created: bool,
}

/// Registers a user in a new database, through a proxy.
fn register(cut: Option<Cut>) -> Outcome {
    let cluster = Cluster::shared();
    let database = database(cluster, "rock");
    let proxy = Proxy::start(cluster.server.port, cut);
    let env = environment(cluster.url_on(proxy.port, &database.name));
    let run = env.run(["register", "meg", "--no-password"]);
    let is_created = database.psql("SELECT username FROM auth_user") == ["meg"];
    // With its token, or not at all.
    let tokens = database.psql("SELECT count(*) FROM authtoken_token");
    assert_eq!(tokens, [if is_created { "1" } else { "0" }], "{cut:?}");
    Outcome { code: run.code, stderr: run.stderr, messages: proxy.messages(), is_created }
}

/// The position of the commit among the messages of an undisturbed run, and their number.
fn undisturbed() -> (usize, usize) {
    let Outcome { code, stderr, messages, is_created } = register(None);
    assert!(code == 0 && is_created, "{code}: {stderr}");
    let commits: Vec<usize> = (0..messages.len()).filter(|&index| messages[index].is_commit()).collect();
    let commit = *commits.last().expect("no commit");
    assert!(commit >= BEFORE, "only {commit} messages before the commit");
    (commit, messages.len())
}

#[test]
fn a_new_connection_tells_whether_the_change_was_made() {
    let (commit, total) = undisturbed();
    for after in commit - BEFORE..total {
        let Outcome { code, stderr, messages, is_created } =
            register(Some(Cut { after, refuses_others: false }));
        let cut = format!("{:?} of {:?}: {stderr}", messages.last(), messages.len());
        match code {
            0 => assert!(is_created, "not created, {cut}"),
            1 | 8 | 9 => assert!(!is_created, "created, {cut}"),
            _ => panic!("ended with {code}, {cut}"),
        }
        // Once the server has received it, the change is made.
        assert_eq!(is_created, after > commit, "{cut}");
    }
}

#[test]
fn without_a_new_connection_the_outcome_is_unknown() {
    let (commit, total) = undisturbed();
    for after in commit - 2..total {
        let Outcome { code, stderr, messages, is_created } =
            register(Some(Cut { after, refuses_others: true }));
        let cut = format!("{:?} of {:?}: {stderr}", messages.last(), messages.len());
        match code {
            // Cut before the commit: the server rolls back.
            1 | 8 | 9 => assert!(!is_created && after < commit, "{cut}"),
            // The commit was answered.
            0 => assert!(is_created && after > commit, "{cut}"),
            // The row that authctl waits for passed: it may have sent the commit.
            14 => {}
            _ => panic!("ended with {code}, {cut}"),
        }
    }
}
