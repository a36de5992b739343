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
        &["delete-user"],
        &["set-password", "--no-password"],
        &["create-token"],
        &["show-user"],
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

#[test]
fn several_users_get_passwords_in_one_transaction() {
    let env = three();
    let run = env.run(["set-password", "meg", "joe", "--random-password"]).ends_with(2);
    assert!(run.stderr.contains("Set the passwords of 2 users (meg, joe)? Cannot ask"), "{}", run.stderr);
    let several = ["set-password", "meg", "joe", "--yes"];
    let run = env.run(several.iter().chain(&["--random-password"])).succeeds();
    let shown: Vec<(&str, &str)> = run.stdout.lines().map(|line| line.split_once('\t').unwrap()).collect();
    assert_eq!(shown.iter().map(|(user, _)| *user).collect::<Vec<_>>(), ["meg", "joe"]);
    assert_ne!(shown[0].1, shown[1].1);
    for (user, password) in shown {
        env.run_with_input(password, ["check-password", user, "--password-stdin"]).succeeds();
    }
    let answer = env.run(several.iter().chain(&["--random-password", "--format", "json"])).succeeds().json();
    assert_eq!((&answer["changed"], &answer["fields"]), (&json!(true), &json!(["password"])));
    assert_eq!(answer["users"][1]["user"]["username"], "joe");
    assert_eq!(answer["users"][1]["password"].as_str().unwrap().len(), 22);

    env.run_with_input("wonderland-7", several.iter().chain(&["--password-stdin"])).succeeds();
    env.run_with_input("wonderland-7", ["check-password", "joe", "--password-stdin"]).succeeds();
    let run = env.run_with_input("meg", ["set-password", "-", "--password-stdin", "--yes"]).ends_with(2);
    assert!(run.stderr.contains("cannot both come from standard input"), "{}", run.stderr);
    env.execute("UPDATE auth_user SET first_name = 'Wonderland' WHERE username = 'joe'");
    let strong = ["--password-stdin", "--require-strong"];
    let run = env.run_with_input("wonderland-7", several.iter().chain(&strong)).ends_with(6);
    assert!(run.stderr.contains("first name"), "{}", run.stderr);

    let before = env.rows("SELECT password FROM auth_user");
    env.execute(
        "CREATE TRIGGER keep BEFORE UPDATE ON auth_user WHEN old.username = 'joe' BEGIN SELECT raise(ABORT, 'no'); END",
    );
    let run = env.run(several.iter().chain(&["--no-password"]));
    assert_ne!(run.code, 0, "{}", run.stderr);
    assert_eq!(env.rows("SELECT password FROM auth_user"), before);
}

#[test]
fn several_users_get_tokens_in_one_transaction() {
    let env = three();
    env.execute("DELETE FROM authtoken_token WHERE user_id <> 1");
    let several = ["create-token", "meg", "joe", "ann"];
    env.run(several).ends_with(2);
    let run = env.run(several.iter().chain(&["--dry-run"])).succeeds();
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    assert!(run.stderr.contains("Would create a drf token for joe"), "{}", run.stderr);
    let answer = env.run(several.iter().chain(&["--yes", "--format", "json"])).succeeds().json();
    let created: Vec<_> = answer["users"].as_array().unwrap().iter().map(|user| &user["changed"]).collect();
    assert_eq!(created, [false, true, true]);
    assert_eq!((&answer["changed"], &answer["fields"]), (&json!(true), &json!(["token"])));
    let run = env.run(several.iter().chain(&["--yes"])).succeeds();
    let stored = env.rows(
        "SELECT username || '\t' || key FROM authtoken_token JOIN auth_user ON id = user_id ORDER BY id",
    );
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), stored);
    assert_eq!(answer["users"][2]["token"].as_str(), stored[2].strip_prefix("ann\t"));
    let run = env.run(several.iter().chain(&["--yes", "--output-file", "token"])).ends_with(2);
    assert!(run.stderr.contains("for one user only"), "{}", run.stderr);
    env.execute("UPDATE auth_user SET is_active = 0 WHERE username = 'ann'");
    env.run(several.iter().chain(&["--yes", "--rotate"])).ends_with(6);
    assert_eq!(env.rows("SELECT count(*) FROM authtoken_token"), ["3"]);
}

#[test]
fn several_users_are_shown_and_deleted_together() {
    let env = three();
    let run = env.run_with_input("meg\njoe\n", ["show-user", "-", "--format", "json"]).succeeds();
    let users = run.json()["users"].clone();
    assert_eq!(
        (&users[0]["user"]["username"], &users[1]["user"]["username"]),
        (&json!("meg"), &json!("joe"))
    );
    let run = env.run(["show-user", "meg", "joe", "--format", "plain"]).succeeds();
    assert!(run.stdout.contains("meg") && run.stdout.contains("joe"), "{}", run.stdout);

    // A row that belongs to one of the users and refers to the other is counted once.
    env.execute(
        "CREATE TABLE shop_order (id integer PRIMARY KEY, user_id integer NOT NULL REFERENCES auth_user (id), \
         agent_id integer NULL REFERENCES auth_user (id)); INSERT INTO shop_order VALUES (1, 1, 2)",
    );
    let delete =
        ["delete-user", "meg", "joe", "--cascade", "shop_order.user_id", "--set-null", "shop_order.agent_id"];
    let run = env.run(delete).ends_with(2);
    assert!(run.stderr.contains("Delete 2 users (meg, joe)"), "{}", run.stderr);
    let answer = env.run(delete.iter().chain(&["--yes", "--format", "json"])).succeeds().json();
    assert_eq!(
        answer["users"],
        json!([{ "user": { "id": 1, "username": "meg" } }, { "user": { "id": 2, "username": "joe" } }])
    );
    assert_eq!(
        (&answer["counts"]["deleted"]["shop_order"], &answer["counts"]["deleted"]["auth_user"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(answer["counts"]["emptied"], json!({}));
    assert_eq!(active(&env), ["ann"]);
    let answer =
        env.run_with_input("ann\n", ["delete-user", "-", "--yes", "--format", "json"]).succeeds().json();
    assert_eq!(
        answer["users"][0]["user"]["username"], "ann",
        "the form does not depend on the number of lines"
    );
}

#[test]
fn filters_find_their_user_by_id_or_address() {
    let env = three();
    for by in [["--by", "id", "--user", "1"], ["--by", "email", "--user", "MEG@example.com"]] {
        let run = env.run(["list-tokens", "--format", "plain"].iter().chain(&by)).succeeds();
        assert!(run.stdout.starts_with("meg\t") && run.stdout.lines().count() == 1, "{}", run.stdout);
        env.run(["list-sessions"].iter().chain(&by)).succeeds();
        let run = env.run(["revoke-token", "--dry-run"].iter().chain(&by)).succeeds();
        assert!(run.stderr.contains("of meg"), "{}", run.stderr);
    }
    for command in [&["list-tokens"][..], &["list-sessions"], &["revoke-token", "--all", "--yes"]] {
        let run = env.run(command.iter().chain(&["--by", "id"])).ends_with(2);
        assert!(run.stderr.contains("--by is only valid with --user"), "{}", run.stderr);
    }
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "3");
}

#[test]
fn an_address_a_table_or_the_wrong_case_is_recognized() {
    let env = TestEnv::with_database("");
    for name in ["ann", "Ann"] {
        let email = format!("{name}.{}@example.com", if name == "ann" { "a" } else { "b" });
        env.run(["register", name, "--email", &email, "--no-password", "--no-token"]).succeeds();
    }
    let run = env.run(["show-user", "ANN.A@example.com"]).ends_with(3);
    for words in ["It is the email address of \"ann\".", "--by email"] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    for (text, near) in [("an", "ann"), ("An", "Ann")] {
        let run = env.run(["show-user", text]).ends_with(3);
        assert!(run.stderr.contains(&format!("Did you mean {near:?}?")), "{}", run.stderr);
    }
    let table = env.run(["list-users"]).succeeds().stdout;
    let run = env.run_with_input(table, ["edit-user", "-", "--active"]).ends_with(3);
    assert!(run.stderr.contains("--format plain --columns username"), "{}", run.stderr);
}
