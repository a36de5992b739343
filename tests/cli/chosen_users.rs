//! How commands find their users: by name, id or email address, several at once, and from standard input.

use std::fmt::Write as _;

use serde_json::json;

use crate::env::{LEVELUP, TestEnv};

/// A database with meg, joe and ann. Ann and joe share an email address.
fn three() -> TestEnv {
    let env = TestEnv::with_database(LEVELUP);
    for (name, email) in [("meg", "Meg@example.com"), ("joe", "j@example.com"), ("ann", "J@example.com")] {
        env.run([
            "register",
            name,
            "--email",
            email,
            "--no-password",
            "--first-name",
            "A",
            "--last-name",
            "B",
            "--set",
            "bio=x",
        ])
        .succeeds();
    }
    env
}

fn active(env: &TestEnv) -> Vec<String> {
    env.rows("SELECT username FROM auth_user WHERE is_active ORDER BY username")
}

#[test]
fn a_user_is_found_by_name_id_or_address() {
    let env = three();
    for (arguments, name) in [
        (["--by", "username", "joe"], "joe"),
        (["--by", "id", "1"], "meg"),
        (["--by", "email", "meg@EXAMPLE.com"], "meg"),
    ] {
        for command in ["show-user", "create-token"] {
            let run = env.run([command].iter().chain(&arguments).chain(&["--format", "json"])).succeeds();
            assert_eq!(run.json()["user"]["username"], name, "{command} {arguments:?}");
        }
    }
    // Nothing is guessed from the text.
    for (arguments, message) in [
        (["--by", "username", "1"], r#"User "1" does not exist."#),
        (["--by", "username", "meg@example.com"], r#"User "meg@example.com" does not exist."#),
        (["--by", "id", "meg"], r#"No user has the id "meg"."#),
        (["--by", "email", "meg"], r#"No user has the email address "meg"."#),
    ] {
        let run = env.run(["show-user"].iter().chain(&arguments)).ends_with(3);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
    let run = env.run(["edit-user", "--by", "email", "j@example.com", "--inactive"]).ends_with(7);
    assert!(run.stderr.contains("joe, ann"), "{}", run.stderr);
    assert!(run.stderr.contains("--by id"), "{}", run.stderr);
    assert_eq!(active(&env).len(), 3);
}

#[test]
fn a_missing_name_gets_the_nearest_one_and_nothing_is_changed() {
    let env = three();
    let run = env.run(["edit-user", "meg", "jeo", "an", "nobody", "--inactive", "--yes"]).ends_with(3);
    let message =
        r#"These users do not exist: "jeo" (Did you mean "joe"?), "an" (Did you mean "ann"?), "nobody"."#;
    assert!(run.stderr.contains(message), "{}", run.stderr);
    assert_eq!(active(&env), ["ann", "joe", "meg"]);
    let run = env.run(["delete-user", "Meg", "--yes"]).ends_with(3);
    assert!(run.stderr.contains(r#"User "Meg" does not exist. Did you mean "meg"?"#), "{}", run.stderr);
}

#[test]
fn several_users_are_changed_together_after_a_question() {
    let env = three();
    let run = env.run(["edit-user", "meg", "joe", "--inactive"]).ends_with(2);
    assert!(run.stderr.contains("Change 2 users (meg, joe)? Cannot ask"), "{}", run.stderr);
    let answer =
        env.run(["edit-user", "meg", "joe", "meg", "--inactive", "--yes", "--format", "json"]).succeeds();
    let answer = answer.json();
    assert_eq!((&answer["changed"], &answer["fields"]), (&json!(true), &json!(["is_active"])));
    let users: Vec<_> =
        answer["users"].as_array().unwrap().iter().map(|user| &user["user"]["username"]).collect();
    assert_eq!(users, ["meg", "joe"]);
    assert_eq!(active(&env), ["ann"]);
    for option in ["--rename", "--email"] {
        let run = env.run(["edit-user", "meg", "joe", option, "x@y.z", "--yes"]).ends_with(2);
        assert!(run.stderr.contains("for one user only"), "{}", run.stderr);
    }
    // The second user's fault keeps the first one as it was.
    env.execute("INSERT INTO auth_group (name) VALUES ('editors')");
    env.execute(
        "CREATE TRIGGER keep BEFORE UPDATE ON auth_user WHEN old.username = 'joe' BEGIN SELECT raise(ABORT, 'no'); END",
    );
    let run = env.run(["edit-user", "meg", "joe", "--active", "--yes"]);
    assert_ne!(run.code, 0, "{}", run.stderr);
    assert_eq!(active(&env), ["ann"]);
}

#[test]
fn users_come_from_standard_input_up_to_a_limit() {
    let env = three();
    let listed = env.run(["list-users", "--format", "plain", "--columns", "id"]).succeeds().stdout;
    let arguments = ["edit-user", "--by", "id", "-", "--inactive", "--yes"];
    env.run_with_input(&listed, arguments).succeeds();
    assert!(active(&env).is_empty());

    let mut names = String::new();
    for number in 0..11 {
        let name = format!("user{number}");
        env.run([
            "register",
            &name,
            "--email",
            "x@example.com",
            "--no-password",
            "--first-name",
            "A",
            "--last-name",
            "B",
            "--set",
            "bio=x",
        ])
        .succeeds();
        writeln!(names, "{name}").unwrap();
    }
    for command in [
        &["edit-user", "--inactive"][..],
        &["lock-user"],
        &["unlock-user"],
        &["revoke-access"],
        &["reset-mfa"],
    ] {
        let run = env.run_with_input(&names, command.iter().chain(&["-", "--yes"])).ends_with(2);
        assert!(run.stderr.contains("11 users, more than --max 10"), "{command:?}: {}", run.stderr);
        assert_eq!(active(&env).len(), 11, "{command:?}");
    }
    env.run_with_input(&names, ["lock-user", "-", "--yes", "--max", "11"]).succeeds();
    assert!(active(&env).is_empty());

    for (arguments, input, message) in [
        (["lock-user", "-", "-"], "meg\n", "Pass one - only"),
        (["lock-user", "-", "--yes"], "\n\n", "names no user"),
    ] {
        let run = env.run_with_input(input, arguments).ends_with(2);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}
