//! `list-sessions`.

use serde_json::json;

use super::{EARLIER, LATER, add_raw_session, add_session, project};
use crate::engines::Engine;

fn sessions_are_listed_with_their_users(engine: Engine) {
    let project = project(engine);
    add_session(&project, "one", Some("1"), LATER);
    add_session(&project, "old", Some("1"), EARLIER);
    add_session(&project, "joe", Some("2"), LATER);
    add_session(&project, "gone", Some("77"), LATER);
    add_session(&project, "visitor", None, LATER);
    add_raw_session(&project, "pickled", "gASVCgAAAAAAAAB9lC4:1uR8aB:x", LATER);
    project.sql("UPDATE auth_user SET is_active = false WHERE id = 2");
    let run = project.authctl(&["list-sessions", "--format", "json"]).ends_with(0);
    let mut states: Vec<String> = Vec::new();
    for row in run.json().as_array().unwrap() {
        states
            .push(format!("{} {} {}", row["user"]["username"], row["state"], row["prefix"]).replace('"', ""));
    }
    // They come in the order of the table.
    states.sort_unstable();
    assert_eq!(
        states,
        [" no user goneaaaa", "joe inactive joeaaaaa", "meg active oneaaaaa", "meg expired oldaaaaa"]
    );
    assert_eq!(run.json()[0]["backend"], json!("django.contrib.auth.backends.ModelBackend"));
    assert!(run.stderr.contains("1 session cannot be decoded"), "{}", run.stderr);
    let run = project.authctl(&["list-sessions", "--user", "meg", "--expired"]).ends_with(0);
    assert!(run.stdout.contains("oldaaaaa") && !run.stdout.contains("oneaaaaa"), "{}", run.stdout);
    assert!(run.stderr.contains("1 session. 1 session without a user."), "{}", run.stderr);
}

fn many_sessions_are_read_in_batches(engine: Engine) {
    let project = project(engine);
    add_session(&project, "x", Some("1"), LATER);
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4999) ";
    project.sql(&format!(
        "INSERT INTO django_session (session_key, session_data, expire_date) {numbers} SELECT 'k' || i, \
         (SELECT session_data FROM django_session), '{LATER}' FROM n"
    ));
    let run = project.authctl(&["list-sessions"]).ends_with(0);
    assert!(run.stderr.contains("5000 sessions."), "{}", run.stderr);
    let run = project.authctl(&["lock-user", "meg"]).ends_with(0);
    assert!(run.stderr.contains("closed: 5000 web sessions"), "{}", run.stderr);
}

fn a_column_tells_whose_session_cannot_be_decoded(engine: Engine) {
    let project = project(engine);
    for (key, user) in [("meg", "1"), ("joe", "2"), ("visitor", "NULL")] {
        project.sql(&format!(
            "INSERT INTO user_sessions_session (session_key, session_data, expire_date, last_activity, user_id) \
             VALUES ('{key:a<32}', 'pickled', '{LATER}', '{EARLIER}', {user})"
        ));
    }
    let run = project.authctl(&["list-sessions", "--user", "meg"]).ends_with(0);
    assert!(run.stdout.contains("megaaaaa") && !run.stdout.contains("joeaaaaa"), "{}", run.stdout);
    let run = project.authctl(&["lock-user", "meg"]).ends_with(0);
    for words in ["closed: 1 web session", "1 web session cannot be decoded"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(
        project.rows("SELECT substr(session_key, 1, 3) FROM user_sessions_session ORDER BY 1"),
        ["joe", "vis"]
    );
}

on_every_engine! {
    sessions_are_listed_with_their_users,
    many_sessions_are_read_in_batches,
    a_column_tells_whose_session_cannot_be_decoded,
}
