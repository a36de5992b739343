//! A project's database on the server, and an environment in which authctl works on it.

use std::ops::Deref;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use crate::env::TestEnv;
use crate::postgres::{Cluster, Database};

/// The game club: every user is a gamer, and gets a drf key.
const SETTINGS: &str = "[register]\nprofile = \"gamer\"\n[passwords]\nhasher = \"pbkdf2_sha256 1000\"\n\
                        [profiles.gamer]\ntable = \"levelupapi_gamer\"\ndefaults = { bio = \"plays\" }\n";

/// A project's site.
pub struct Site {
    env: TestEnv,
    pub database: Database,
}

impl Site {
    /// Creates the game club's database.
    pub fn new() -> Self {
        Self::on(Cluster::shared())
    }

    /// Creates the game club's database on this server.
    pub fn on(cluster: &'static Cluster) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schemas/postgres/levelup.sql");
        let schema = || std::fs::read_to_string(path).expect("no schema of this name");
        let database = cluster.create_database("levelup", schema);
        let mut env = TestEnv::new();
        env.database_url = Some(database.url());
        env.write("authctl.toml", SETTINGS);
        Self { env, database }
    }

    /// Runs SQL as the owner. Returns the rows, with columns joined by `|`.
    #[track_caller]
    pub fn psql(&self, sql: &str) -> Vec<String> {
        self.database.psql(sql)
    }

    /// Returns the only row of a query.
    #[track_caller]
    pub fn value(&self, sql: &str) -> String {
        let rows = self.psql(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows.into_iter().next().unwrap()
    }

    /// Returns the number of complete accounts whose name starts like this, once no other connection to the database is
    /// left. Fails if one is incomplete.
    #[track_caller]
    pub fn accounts(&self, prefix: &str) -> usize {
        let sql = format!(
            "SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid()), count(DISTINCT u.id), count(u.id), count(g.id), count(t.key) \
             FROM auth_user u LEFT JOIN levelupapi_gamer g ON g.user_id = u.id \
             LEFT JOIN authtoken_token t ON t.user_id = u.id WHERE u.username LIKE '{prefix}%'"
        );
        let mut counts: Vec<usize> = Vec::new();
        wait_until("the connections have ended", || {
            counts = self.value(&sql).split('|').map(|count| count.parse().unwrap()).collect();
            counts[0] == 0
        });
        assert!(counts[1..].iter().all(|count| *count == counts[1]), "{prefix}: {counts:?}");
        counts[1]
    }

    /// Waits until another connection runs a query with this text, and waits for an event of this name.
    #[track_caller]
    pub fn wait_for_query(&self, text: &str, event: &str) {
        let waiting = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid() AND query LIKE '%{text}%' AND wait_event = '{event}'"
        );
        wait_until("a query waits", || self.value(&waiting) != "0");
    }
}

impl Deref for Site {
    type Target = TestEnv;

    fn deref(&self) -> &TestEnv {
        &self.env
    }
}

/// Waits for a condition, at most for half a minute.
#[track_caller]
pub fn wait_until(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_true() {
        assert!(Instant::now() < end, "timed out: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits for the end of a program, and returns its exit code; -1 for the death by a signal.
pub fn exit_code(child: &mut Child) -> i32 {
    child.wait().expect("failed to wait for authctl").code().unwrap_or(-1)
}
