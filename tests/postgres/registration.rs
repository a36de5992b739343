//! Values of other users for a new account, with the types of PostgreSQL.

use crate::site::Site;

/// Required columns of every type that users can share, and a random key.
const COLUMNS: &str = "\
ALTER TABLE levelupapi_gamer ADD COLUMN tier varchar(10) NOT NULL, ADD COLUMN quota bigint NOT NULL,
  ADD COLUMN active boolean NOT NULL, ADD COLUMN born date NOT NULL, ADD COLUMN shift interval NOT NULL,
  ADD COLUMN rate numeric(6, 2) NOT NULL, ADD COLUMN extra jsonb NOT NULL, ADD COLUMN since timestamptz NOT NULL,
  ADD COLUMN wakes time NOT NULL, ADD COLUMN api_key varchar(40) NOT NULL UNIQUE;";

const VALUES: [&str; 9] = [
    "tier=basic",
    "quota=5",
    "active=true",
    "born=2001-02-03",
    "shift=1 02:00:00.000003",
    "rate=12.50",
    "extra={\"a\": [1, \"b\"]}",
    "since=2024-02-29T12:30:00Z",
    "wakes=06:30:00",
];

const KEYS: [&str; 2] =
    ["9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b", "4bc1d7ab0e9a2f83c02fd15be19a6d7431ab08fe"];

const SHOWN: &str = "SELECT tier, quota, active, born, shift, rate, extra, since, wakes FROM levelupapi_gamer g \
                     JOIN auth_user u ON u.id = g.user_id ORDER BY username";

fn site() -> Site {
    let site = Site::new();
    site.psql(COLUMNS);
    for (name, key) in ["ann", "joe"].iter().zip(KEYS) {
        let key = format!("api_key={key}");
        let mut arguments = vec!["register", name, "--no-password", "--set", &key];
        arguments.extend(VALUES.iter().flat_map(|value| ["--set", value]));
        site.run(arguments).succeeds();
    }
    site
}

#[test]
fn values_of_every_type_are_copied() {
    let site = site();
    let run = site.run(["register", "zoe", "--no-password", "--like", "ann"]).succeeds();
    assert!(
        run.stderr.starts_with("Like ann: tier=basic, quota=5, active=true, born=2001-02-03"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains(KEYS[0]) && run.stderr.contains("api_key (random)"), "{}", run.stderr);
    let rows = site.psql(SHOWN);
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| *row == rows[0]), "{rows:?}");
    assert_eq!(
        site.value("SELECT count(DISTINCT api_key) FROM levelupapi_gamer WHERE api_key ~ '^[0-9a-f]{40}$'"),
        "3"
    );
}

#[test]
fn shared_values_are_shown_as_set_and_the_settings_accept_them() {
    let site = site();
    let run = site.run(["register", "zoe", "--no-password"]).ends_with(6);
    let shared = ", which the 2 newest users have (";
    assert_eq!(run.stderr.matches(shared).count(), VALUES.len(), "{}", run.stderr);
    assert!(run.stderr.contains("Pass --set 'extra={\"a\":[1,\"b\"]}'"), "{}", run.stderr);
    let suggested = site.run(["check", "--suggest-config"]).succeeds().stdout;
    site.write("authctl.toml", &suggested);
    site.run(["register", "zoe", "--no-password", "--profile", "gamer", "--set-random", "api_key"])
        .succeeds();
    let rows = site.psql(SHOWN);
    assert!(rows.len() == 3 && rows.iter().all(|row| *row == rows[0]), "{rows:?}");
}
