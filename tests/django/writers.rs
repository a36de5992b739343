//! Concurrent writers, including Django: at the end, the database contains every acknowledged write and no other.
//!
//! `AUTHCTL_WRITERS=300 cargo test --features live --test django writers -- --nocapture` writes for 300 seconds in each
//! journal mode of a file, and to a server, and prints what it wrote.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::seq::IteratorRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha512};

use crate::env::{PASSWORD, Run, TestEnv};
use crate::python;
use crate::site::{Database, Engine, Site, Stack, engines};

const SET: &str = "5.2";
const PROJECT: &str = "both_schemes";
const WRITERS: u64 = 32;

/// How long the writers write to each database.
fn duration() -> Duration {
    let seconds = std::env::var("AUTHCTL_WRITERS")
        .map(|seconds| seconds.parse().expect("AUTHCTL_WRITERS is not a number of seconds"));
    Duration::from_secs(seconds.unwrap_or(6))
}

/// The state of a user as acknowledged to its writer.
#[derive(Clone, Debug, Default, PartialEq)]
struct User {
    email: String,
    is_staff: bool,
    password: String,
    bio: String,
    token: Option<String>,
}

/// Everything acknowledged to one writer.
#[derive(Default)]
struct Acknowledged {
    users: BTreeMap<String, User>,
    /// Keys of the knox tokens of the user shared by all writers.
    shared: Vec<String>,
    exits: BTreeMap<(&'static str, i32), usize>,
    wrong: Vec<String>,
}

/// [`PASSWORD`] in encoded form, cheap to verify, with a salt that identifies the writer that stored it.
fn encoded(salt: u32) -> String {
    use base64::Engine as _;
    let salt = format!("salt{salt:010}");
    let mut hash = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(PASSWORD.as_bytes(), salt.as_bytes(), 1, &mut hash);
    format!("pbkdf2_sha256$1${salt}${}", base64::engine::general_purpose::STANDARD.encode(hash))
}

/// Records a successful command, given its answer.
type Done = dyn FnOnce(&mut Acknowledged, &str);

/// A writer's next command with its input, and how its success changes the recorded state.
struct Step {
    name: &'static str,
    arguments: Vec<String>,
    input: String,
    done: Box<Done>,
}

fn step(
    name: &'static str,
    user: &str,
    more: &[&str],
    done: impl FnOnce(&mut Acknowledged, &str) + 'static,
) -> Step {
    let arguments = [name, user].iter().chain(more).map(|word| (*word).to_owned()).collect();
    Step { name, arguments, input: String::new(), done: Box::new(done) }
}

impl Step {
    fn reading(self, input: String) -> Self {
        Self { input, ..self }
    }

    /// Picks a random command for one of the writer's users.
    #[expect(clippy::too_many_lines, reason = "one table of cases")]
    fn choose(random: &mut SmallRng, writer: u64, acknowledged: &Acknowledged) -> Self {
        let number: u32 = random.random();
        let known = acknowledged.users.keys().choose(random).cloned();
        let Some(user) = known.filter(|_| random.random_ratio(3, 4)) else {
            let user = format!("writer-{writer}-{number}");
            let name = user.clone();
            let hash = encoded(number);
            let stored = hash.clone();
            let options = ["--password-hash-stdin", "--set", "bio=new"];
            return step("register", &user, &options, move |acknowledged, stdout| {
                let token = Some(stdout.to_owned());
                acknowledged
                    .users
                    .insert(name, User { password: stored, bio: "new".into(), token, ..User::default() });
            })
            .reading(hash);
        };
        let name = user.clone();
        let change = move |acknowledged: &mut Acknowledged, change: &dyn Fn(&mut User)| {
            change(acknowledged.users.get_mut(&name).expect("no registered user"));
        };
        match random.random_range(0..9) {
            0 | 1 => {
                let email = format!("{number}@example.com");
                let set = [format!("--email={email}"), format!("--set=bio={number}")];
                step("edit-user", &user, &["--staff", &set[0], &set[1]], move |acknowledged, _| {
                    change(acknowledged, &|user| {
                        user.email.clone_from(&email);
                        user.bio = number.to_string();
                        user.is_staff = true;
                    });
                })
            }
            2 => {
                let hash = encoded(number);
                let stored = hash.clone();
                step("set-password", &user, &["--password-hash-stdin"], move |acknowledged, _| {
                    change(acknowledged, &|user| user.password.clone_from(&stored));
                })
                .reading(hash)
            }
            3 => step("create-token", &user, &["--rotate"], move |acknowledged, stdout| {
                change(acknowledged, &|user| user.token = Some(stdout.to_owned()));
            }),
            4 => step("create-token", "shared", &["--scheme=knox"], |acknowledged, stdout| {
                acknowledged.shared.push(stdout.to_owned());
            }),
            5 => step("login", &user, &["--password-stdin"], move |acknowledged, stdout| {
                change(acknowledged, &|user| user.token = Some(stdout.to_owned()));
            })
            .reading(PASSWORD.to_owned()),
            6 => step("revoke-token", "--user", &[&user, "--scheme=drf", "--yes"], move |acknowledged, _| {
                change(acknowledged, &|user| user.token = None);
            }),
            7 => step("delete-user", &user.clone(), &["--yes"], move |acknowledged, _| {
                drop(acknowledged.users.remove(&user));
            }),
            _ => match acknowledged.users[&user].token.clone() {
                Some(token) => step("logout", "--token-stdin", &[], move |acknowledged, _| {
                    change(acknowledged, &|user| user.token = None);
                })
                .reading(token),
                None => step("create-token", &user, &[], move |acknowledged, stdout| {
                    change(acknowledged, &|user| user.token = Some(stdout.to_owned()));
                }),
            },
        }
    }
}

/// Writes until the deadline. One command in three does not wait for a locked database.
fn write(env: &TestEnv, writer: u64, end: Instant) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    let mut random = SmallRng::seed_from_u64(writer);
    while Instant::now() < end {
        let Step { name, arguments, input, done } = Step::choose(&mut random, writer, &acknowledged);
        let patience = if random.random_ratio(1, 3) { "0" } else { "10" };
        let common = ["--busy-timeout", patience, "--quiet"].map(str::to_owned);
        let Run { code, stdout, stderr, .. } = env.run_with_input(input, arguments.iter().chain(&common));
        *acknowledged.exits.entry((name, code)).or_default() += 1;
        // `revoke-token` and `logout` change nothing if there is no token to delete.
        match code {
            0 => done(&mut acknowledged, stdout.trim()),
            8 => {}
            _ => acknowledged.wrong.push(format!("{} ended with {code}: {stderr}", arguments.join(" "))),
        }
    }
    acknowledged
}

/// A process that writes through the project's Django.
struct Django(Child);

impl Django {
    fn start(database: &Database) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django");
        let mut child = Command::new(python::interpreter(SET))
            .arg(folder.join("writer.py"))
            .envs([("PROJECT", PROJECT), ("DJANGO_SETTINGS_MODULE", "settings")])
            .env("PROJECT_DB", database.address())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("failed to start python");
        let mut ready = [0; 6];
        child
            .stdout
            .as_mut()
            .expect("no pipe from Django")
            .read_exact(&mut ready)
            .expect("Django is not ready");
        Self(child)
    }

    /// Stops the process and returns what Django reported as stored.
    fn end(mut self) -> Json {
        drop(self.0.stdin.take());
        let mut line = String::new();
        BufReader::new(self.0.stdout.take().expect("no pipe from Django"))
            .read_line(&mut line)
            .expect("no report from Django");
        assert!(self.0.wait().expect("failed to wait for Django").success());
        serde_json::from_str(&line).expect("the report is not JSON")
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "prints the totals on request")]
fn every_acknowledged_write_persists() {
    let databases = engines().into_iter().flat_map(|engine| match engine {
        Engine::Sqlite => vec![(engine, Some("delete")), (engine, Some("wal"))],
        Engine::Postgres => vec![(engine, None)],
    });
    for (engine, journal_mode) in databases {
        let site = Stack { set: SET, engine }.site();
        site.make(PROJECT, &["--accounts", "none"]);
        if let Some(mode) = journal_mode {
            site.database()
                .pragma_update(None, "journal_mode", mode)
                .expect("failed to set the journal mode");
        }
        let named = journal_mode.unwrap_or("server");
        site.write("authctl.toml", "[tokens]\nscheme = \"drf\"\n");
        site.run(["register", "shared", "--no-password", "--no-token", "--set", "bio=x"]).succeeds();

        let django = Django::start(&site.database);
        let end = Instant::now() + duration();
        let all: Vec<Acknowledged> = thread::scope(|scope| {
            let env: &TestEnv = &site;
            let writers: Vec<_> =
                (0..WRITERS).map(|writer| scope.spawn(move || write(env, writer, end))).collect();
            writers.into_iter().map(|writer| writer.join().expect("a writer panicked")).collect()
        });
        let django = django.end();

        let mut exits: BTreeMap<(&str, i32), usize> = BTreeMap::new();
        for (key, count) in all.iter().flat_map(|writer| &writer.exits) {
            *exits.entry(*key).or_default() += count;
        }
        let wrong: Vec<&String> = all.iter().flat_map(|writer| &writer.wrong).take(20).collect();
        let (users, failed) = (&django["users"], &django["failed"]);
        println!(
            "{named}: {exits:?}, Django: {} users, {failed} failures {}",
            users.as_object().map_or(0, serde_json::Map::len),
            django["error"]
        );
        assert!(wrong.is_empty(), "{named}: {wrong:#?}");
        assert!(exits.values().sum::<usize>() > 64, "almost nothing was written: {exits:?}");
        compare(&site, &all, &django);
    }
}

/// Compares the database with what was acknowledged to the writers.
fn compare(site: &Site<'_>, all: &[Acknowledged], django: &Json) {
    // A server checks references itself.
    if site.stack.engine == Engine::Sqlite {
        assert_eq!(site.rows("PRAGMA integrity_check"), ["ok"]);
        assert_eq!(site.rows("PRAGMA foreign_key_check"), [""; 0]);
    }
    let mut expected: Vec<String> = Vec::new();
    for (name, user) in all.iter().flat_map(|writer| &writer.users) {
        let User { email, is_staff, password, bio, token } = user;
        let token = token.as_deref().unwrap_or("NULL");
        expected.push(format!("{name}|{email}|{}|{password}|{bio}|{token}", i32::from(*is_staff)));
    }
    expected.sort();
    let mut stored = site.rows(
        "SELECT username, email, CASE WHEN is_staff THEN 1 ELSE 0 END, password, bio, key FROM auth_user u \
         JOIN levelupapi_gamer g ON g.user_id = u.id LEFT JOIN authtoken_token t ON t.user_id = u.id \
         WHERE username LIKE 'writer-%'",
    );
    stored.sort();
    let missing = expected.iter().filter(|row| !stored.contains(row)).collect::<Vec<_>>();
    let surplus = stored.iter().filter(|row| !expected.contains(row)).collect::<Vec<_>>();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "acknowledged, not stored: {missing:#?}\nnot acknowledged: {surplus:#?}"
    );

    let mut keys: Vec<String> = all.iter().flat_map(|writer| &writer.shared).map(|key| digest(key)).collect();
    keys.sort();
    let mut digests = site.rows("SELECT digest FROM knox_authtoken");
    digests.sort();
    assert_eq!(digests, keys);

    let users = site.rows(
        "SELECT username, first_name, key FROM auth_user JOIN authtoken_token ON user_id = id \
                          WHERE username LIKE 'django-%'",
    );
    let users: serde_json::Map<String, Json> = users
        .iter()
        .map(|row| {
            let cells: Vec<&str> = row.split('|').collect();
            (cells[0].to_owned(), json!([cells[1], cells[2]]))
        })
        .collect();
    assert_eq!(Json::from(users), django["users"]);
    let expected = 1
        + all.iter().map(|writer| writer.users.len()).sum::<usize>()
        + django["users"].as_object().unwrap().len();
    assert_eq!(site.value("SELECT count(*) FROM auth_user"), expected.to_string());
}

/// How knox stores a key.
fn digest(key: &str) -> String {
    use std::fmt::Write as _;
    Sha512::digest(key).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
