//! The doors of accounts: the real packages open them, authctl shuts them, and the project's server has the last word.
//! At last a user is deleted by authctl and, rolled back, by Django.
//!
//! `AUTHCTL_DOORS=all` runs every project on every set of [`SETS`] and engine of `AUTHCTL_ENGINES`, and a list of names,
//! separated by commas, these projects. Otherwise the first project runs on SQLite with the newest packages.

use serde_json::Value as Json;

use crate::python::Script;
use crate::site::{Engine, Site, Stack, engines};

pub const SETS: [&str; 3] = ["5.2-doors", "5.2-doors-older", "4.2-doors"];

/// A project of `doors.py`, and what is done to its users in turn.
struct Project {
    name: &'static str,
    /// The sets whose packages have the tables.
    sets: &'static [&'static str],
    /// The project's own tables that refer to users.
    own_tables: &'static [&'static str],
    doors: &'static [&'static str],
    steps: &'static [Step],
}

/// A command of authctl, or nothing when a user first opens the doors.
struct Step {
    user: &'static str,
    command: &'static [&'static str],
    code: i32,
    /// What authctl says that it shut and what stays open.
    told: &'static [&'static str],
    /// What each door answers then.
    answers: &'static [u16],
}

const fn step(
    user: &'static str,
    command: &'static [&'static str],
    told: &'static [&'static str],
    answers: &'static [u16],
) -> Step {
    Step { user, command, code: 0, told, answers }
}

const LOCK: &[&str] = &["lock-user"];
const LOCK_FOR_GOOD: &[&str] = &["lock-user", "--reset-password"];
const UNLOCK: &[&str] = &["unlock-user"];
const UNLOCK_ADDRESS: &[&str] = &["unlock-user", "--ip", "127.0.0.1"];
const REVOKE: &[&str] = &["revoke-access"];
const REVOKE_SOME: &[&str] = &["revoke-access", "--only", "oauth2,api-keys"];
const SET_PASSWORD: &[&str] = &["set-password", "--revoke-tokens", "--random-password"];
const RESET_MFA: &[&str] = &["reset-mfa", "--yes"];

const ROWS: &[&str] = &[
    "api_keys",
    "drf_tokens",
    "jwt_access_tokens",
    "jwt_refresh_tokens",
    "knox_tokens",
    "oauth2_access_tokens",
    "oauth2_grants",
    "oauth2_refresh_tokens",
    "own_tokens",
    "sessions_elsewhere",
    "unbound_api_keys",
    "web_sessions",
];

const DEVICE_ROWS: &[&str] = &[
    "oauth2_access_tokens",
    "oauth2_device_grants",
    "oauth2_refresh_tokens",
    "sessions_elsewhere",
    "web_sessions",
];

const PROJECTS: [Project; 12] = [
    Project {
        name: "tokens",
        sets: &SETS,
        own_tables: &["keys_owntoken", "keys_userkey"],
        doors: &[
            "login",
            "session",
            "drf",
            "knox",
            "own",
            "jwt",
            "stateless_jwt",
            "jwt_refresh",
            "oauth2",
            "oauth2_refresh",
            "oauth2_grant",
            "user_key",
            "api_key",
        ],
        steps: &[
            step("meg", &[], &[], &[200; 13]),
            step("meg", LOCK, ROWS, &[403, 403, 401, 401, 401, 401, 200, 401, 401, 400, 400, 403, 200]),
            step("meg", UNLOCK, &[], &[200, 403, 401, 401, 401, 200, 200, 401, 401, 400, 400, 403, 200]),
            step("ann", &[], &[], &[200; 13]),
            step("ann", REVOKE, ROWS, &[200, 403, 401, 401, 401, 200, 200, 401, 401, 400, 400, 403, 200]),
            step("bo", &[], &[], &[200; 13]),
            step(
                "bo",
                REVOKE_SOME,
                &[
                    "api_keys",
                    "oauth2_access_tokens",
                    "oauth2_grants",
                    "oauth2_refresh_tokens",
                    "unbound_api_keys",
                ],
                &[200, 200, 200, 200, 200, 200, 200, 200, 401, 400, 400, 403, 200],
            ),
            step("sue", &[], &[], &[200; 13]),
            step(
                "sue",
                SET_PASSWORD,
                &[],
                &[403, 403, 401, 401, 401, 200, 200, 401, 401, 400, 400, 403, 200],
            ),
        ],
    },
    Project {
        name: "application",
        sets: &SETS,
        own_tables: &[],
        doors: &["login", "application"],
        steps: &[
            step("meg", &[], &[], &[200, 200]),
            Step {
                user: "meg",
                command: LOCK,
                code: 13,
                told: &["owned_applications", "sessions_elsewhere", "web_sessions"],
                answers: &[403, 200],
            },
        ],
    },
    Project {
        name: "cookies",
        sets: &SETS,
        own_tables: &[],
        doors: &["login", "session"],
        steps: &[
            step("meg", &[], &[], &[200, 200]),
            step("meg", LOCK, &["sessions_elsewhere"], &[403, 403]),
            step("meg", UNLOCK, &[], &[200, 200]),
            step("meg", LOCK_FOR_GOOD, &[], &[403, 403]),
            step("meg", UNLOCK, &[], &[403, 403]),
        ],
    },
    Project {
        name: "cached_db",
        sets: &SETS,
        own_tables: &[],
        doors: &["login", "session"],
        steps: &[
            step("meg", &[], &[], &[200, 200]),
            step("meg", REVOKE, &["sessions_elsewhere", "web_sessions"], &[200, 200]),
            step("meg", LOCK_FOR_GOOD, &["web_sessions"], &[403, 403]),
            step("meg", UNLOCK, &[], &[403, 403]),
        ],
    },
    Project {
        name: "allauth",
        sets: &SETS,
        own_tables: &[],
        doors: &["login", "session"],
        steps: &[
            step("meg", &[], &[], &[403, 200]),
            step("meg", RESET_MFA, &[], &[200, 200]),
            step("meg", LOCK, &["sessions_elsewhere", "web_sessions"], &[403, 403]),
            step("meg", UNLOCK, &[], &[200, 403]),
        ],
    },
    Project {
        name: "two_factor",
        sets: &SETS,
        own_tables: &[],
        doors: &["login", "session"],
        steps: &[
            step("meg", &[], &[], &[403, 200]),
            step("meg", RESET_MFA, &[], &[200, 200]),
            step("meg", LOCK, &["sessions_elsewhere", "web_sessions"], &[403, 403]),
            step("meg", UNLOCK, &[], &[200, 403]),
        ],
    },
    Project {
        name: "axes",
        sets: &SETS,
        own_tables: &[],
        doors: &["login", "session"],
        steps: &[
            step("meg", &[], &[], &[403, 200]),
            step("meg", UNLOCK, &["failed_logins"], &[200, 200]),
            step("meg", LOCK, &["sessions_elsewhere", "web_sessions"], &[403, 403]),
            step("meg", UNLOCK, &["failed_logins"], &[200, 403]),
        ],
    },
    Project {
        name: "axes_address",
        sets: &SETS,
        own_tables: &[],
        doors: &["login", "session"],
        steps: &[
            step("meg", &[], &[], &[403, 200]),
            step("meg", UNLOCK, &["failed_logins"], &[403, 200]),
            step("meg", UNLOCK_ADDRESS, &["failed_logins"], &[200, 200]),
        ],
    },
    Project {
        name: "user_sessions",
        sets: &SETS,
        own_tables: &[],
        doors: &["login", "session"],
        steps: &[
            step("meg", &[], &[], &[200, 200]),
            step("meg", LOCK, &["sessions_elsewhere", "web_sessions"], &[403, 403]),
            step("meg", UNLOCK, &[], &[200, 403]),
            step("ann", &[], &[], &[200, 200]),
            step("ann", REVOKE, &["sessions_elsewhere", "web_sessions"], &[200, 403]),
        ],
    },
    Project {
        name: "identities",
        sets: &SETS,
        own_tables: &[],
        doors: &["login", "social", "factor", "guardian"],
        steps: &[
            step("meg", &[], &[], &[200, 200, 403, 200]),
            step("meg", RESET_MFA, &[], &[200, 200, 200, 200]),
            step("meg", LOCK, &["sessions_elsewhere", "web_sessions"], &[403, 403, 200, 403]),
            step("meg", UNLOCK, &[], &[200, 200, 200, 200]),
        ],
    },
    Project {
        name: "idp",
        sets: SETS.split_at(1).0,
        own_tables: &[],
        doors: &["login", "openid", "openid_refresh"],
        steps: &[
            step("meg", &[], &[], &[200, 200, 200]),
            step("meg", LOCK, &["openid_tokens", "sessions_elsewhere", "web_sessions"], &[403, 401, 400]),
            step("meg", UNLOCK, &[], &[200, 401, 400]),
            step("ann", &[], &[], &[200, 200, 200]),
            step("ann", REVOKE_SOME, &["openid_tokens"], &[200, 401, 400]),
        ],
    },
    Project {
        name: "devices",
        sets: SETS.split_at(1).0,
        own_tables: &[],
        doors: &["login", "device"],
        steps: &[
            step("meg", &[], &[], &[200, 200]),
            step("meg", LOCK, DEVICE_ROWS, &[403, 404]),
            step("ann", &[], &[], &[200, 200]),
            step("ann", REVOKE_SOME, DEVICE_ROWS.split_at(3).0, &[200, 404]),
        ],
    },
];

/// The script that serves a project and opens its doors.
pub struct Doors(Script);

impl Doors {
    pub fn start(site: &Site<'_>, project: &str) -> Self {
        Self(Script::start(site.stack.set, "doors.py", |command| {
            command.args(["--project", project, "--db", "env:DATABASE"]);
            command.env("DATABASE", site.database.address());
        }))
    }

    /// Returns the answer to a command: for `open` and `knock`, the HTTP status of each door.
    pub fn ask(&mut self, command: &str, user: &str) -> Json {
        self.0.ask(&format!("{command} {user}"))
    }
}

impl Project {
    fn check(&self, stack: Stack<'_>) {
        let site = stack.site();
        let mut doors = Doors::start(&site, self.name);
        let mut faults = Vec::new();
        for step in self.steps {
            let what = format!("{} on {stack:?}: {} {}", self.name, step.command.join(" "), step.user);
            let answers = if step.command.is_empty() {
                doors.ask("open", step.user)
            } else {
                let run = site.run(step.command.iter().chain(&[step.user, "--format", "json"]));
                assert_eq!(run.code, step.code, "{what}: {}", run.stderr);
                let told = told(&run.json());
                if told != step.told {
                    faults.push(format!("{what}: authctl tells {told:?}, not {:?}", step.told));
                }
                doors.ask("knock", step.user)
            };
            for (door, expected) in self.doors.iter().zip(step.answers) {
                if answers[door] != *expected {
                    faults.push(format!("{what}: {door} answers {}, not {expected}", answers[door]));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        self.check_deletion(&site, &mut doors);
    }

    fn check_deletion(&self, site: &Site<'_>, doors: &mut Doors) {
        doors.ask("open", "eve");
        let before = doors.ask("rows", "eve");
        let expected = doors.ask("forget", "eve");
        assert_ne!(before, expected);
        let decisions = self.own_tables.iter().flat_map(|table| ["--cascade", table]);
        let run = site.run(["delete-user", "eve", "--yes"].into_iter().chain(decisions));
        assert_eq!(run.code, 0, "{}: {}", self.name, run.stderr);
        let left = doors.ask("rows", "eve");
        for (table, rows) in expected.as_object().unwrap() {
            assert_eq!(left[table], *rows, "{} on {:?}: {table}", self.name, site.stack);
        }
    }
}

/// Returns the names of what authctl shut, cleared or left open.
fn told(user: &Json) -> Vec<String> {
    let rows = ["closed", "cleared", "open"].iter().filter_map(|list| user[list].as_array()).flatten();
    let mut names: Vec<String> = rows.map(|row| row["door"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Returns the stacks to test.
pub fn stacks() -> Vec<Stack<'static>> {
    if std::env::var_os("AUTHCTL_DOORS").is_none() {
        return vec![Stack { set: SETS[0], engine: Engine::Sqlite }];
    }
    let of_set = |set| engines().into_iter().map(move |engine| Stack { set, engine });
    SETS.into_iter().flat_map(of_set).collect()
}

#[test]
fn what_authctl_shuts_is_shut_and_what_it_reports_open_is_open() {
    let chosen = std::env::var("AUTHCTL_DOORS").unwrap_or_else(|_| PROJECTS[0].name.to_owned());
    let is_chosen =
        |project: &&Project| chosen == "all" || chosen.split(',').any(|name| name == project.name);
    let projects: Vec<&Project> = PROJECTS.iter().filter(is_chosen).collect();
    assert!(!projects.is_empty(), "AUTHCTL_DOORS: no project is called {chosen}");
    for stack in stacks() {
        for project in projects.iter().filter(|project| project.sets.contains(&stack.set)) {
            project.check(stack);
        }
    }
}
