//! Third-party packages in a project's database, and the commands that shut their doors.

mod deletion;
mod doors;
mod factors;
mod findings;
mod new_tokens;
mod sessions;
mod summary;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::engines::{Engine, Project};

/// A time that has not passed.
const LATER: &str = "2099-01-01 00:00:00";

/// A time that has passed.
const EARLIER: &str = "2024-01-01 00:00:00";

/// Two users, meg and joe, with rows in the tables of every package.
const ROWS: &str = include_str!("rows.sql");

/// Creates the database of a project with every package.
fn project(engine: Engine) -> Project {
    let project = engine.project("account_tables");
    project.sql(&format!("BEGIN; {} COMMIT;", ROWS.replace("LATER", LATER).replace("EARLIER", EARLIER)));
    project
}

/// Inserts a session of a user, or an anonymous one.
fn add_session(project: &Project, key: &str, user: Option<&str>, expiry: &str) {
    let json = match user {
        Some(user) => format!(
            r#"{{"_auth_user_id":"{user}","_auth_user_backend":"django.contrib.auth.backends.ModelBackend","_auth_user_hash":"{}"}}"#,
            "0".repeat(64)
        ),
        None => "{}".to_owned(),
    };
    // Django compresses what becomes shorter.
    let mut compressed = Vec::with_capacity(json.len() + 1_000);
    flate2::Compress::new(flate2::Compression::default(), true)
        .compress_vec(json.as_bytes(), &mut compressed, flate2::FlushCompress::Finish)
        .expect("compressed");
    let payload = if compressed.len() < json.len() - 1 {
        format!(".{}", URL_SAFE_NO_PAD.encode(compressed))
    } else {
        URL_SAFE_NO_PAD.encode(json)
    };
    add_raw_session(project, key, &format!("{payload}:1uR8aB:{}", "s".repeat(43)), expiry);
}

fn add_raw_session(project: &Project, key: &str, data: &str, expiry: &str) {
    project.sql(&format!(
        "INSERT INTO django_session (session_key, session_data, expire_date) VALUES ('{key:a<32}', '{data}', '{expiry}')"
    ));
}

/// Returns the number of rows of this table that the condition selects.
#[track_caller]
fn count(project: &Project, rows: &str) -> String {
    project.row(&format!("SELECT count(*) FROM {rows}"))
}
