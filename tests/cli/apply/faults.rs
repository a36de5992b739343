//! Invalid files.

use super::{apply, faults, shop, users};
use crate::seed::{self};

#[test]
fn all_faults_of_a_toml_file_are_reported_at_once() {
    let env = shop("");
    seed::users(&env, &["joe"]);
    env.write(
        "bad.toml",
        r#"update_pasword = "always"
[scope]
usernames = "ci-*"
user = 1

[[users]]
username = "ci-bot"
emial = "x"
is_active = "yes"
password = "hunter2-hunter2"
groups = ["editors", "editers"]

[[users]]
username = "ci bot"
email = "nonsense"
token = "jwt"
password = { hash = "hunter2-hunter2" }
profiles.custmer = true
profiles.customer = { adress = "x", address = "far too long for this column" }

[[users]]
username = "joe"
department = 7
profiles.customer = false
password = { env = "NO_SUCH_VARIABLE" }
update_password = "sometimes"

[[users]]
email = "a@b.cd"
token = true
is_active = false
"#,
    );
    faults(
        &env,
        "bad.toml",
        &[
            (1, 1, "Unknown key update_pasword. Did you mean update_password?"),
            (4, 1, "Unknown key user. Known keys: usernames."),
            (8, 1, "Did you mean email?"),
            (9, 13, "is_active must be true or false."),
            (10, 12, "Write password = { env = \"NAME\" }"),
            (11, 22, "The group does not exist. Known groups: editors, viewers."),
            (14, 1, "outside the file's scope (ci-*)"),
            (14, 1, "may contain only letters"),
            (15, 1, "must be a valid email address"),
            (16, 9, "token must be true, false, \"drf\" or \"knox\"."),
            (17, 21, "Not a valid Django password hash"),
            (18, 10, "Did you mean customer?"),
            (19, 23, "Did you mean address?"),
            (19, 37, "at most 20 characters"),
            (22, 1, "outside"),
            (23, 1, "department must be"),
            (24, 21, "Profiles cannot be deleted here"),
            (26, 19, "\"on-create\", \"always\" or \"if-different\""),
            (28, 1, "username is required."),
        ],
    );
    let run = env.run(["apply", "bad.toml"]).ends_with(6);
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
}

#[test]
fn all_faults_of_a_json_file_are_reported_at_once() {
    let env = shop("");
    env.write(
        "bad.json",
        r#"{
  "users": [
    {"username": "ä", "email": "a", "username": "b"},
    {"username": "ann", "emial": 1, "token": null,
     "profiles": {"customer": {}}},
    {"username": "ann", "is_superuser": true, "is_staff": false},
    7,
    {"username": "bob", "password": {"random": 3}},
    {"username": "eve", "is_active": false, "token": true, "password": {"env": "A", "file": "b"}}
  ]
}"#,
    );
    faults(
        &env,
        "bad.json",
        &[
            (3, 23, "must be a valid email address"),
            (3, 37, "username is set twice."),
            (4, 5, "address is required."),
            (4, 25, "Did you mean email?"),
            (4, 46, "token must be"),
            (6, 6, "ann appears twice in the file, first on line 4."),
            (7, 5, "Each entry of users must be a table."),
            (8, 48, "a length from 8 to 128"),
            (9, 45, "Django refuses the tokens of inactive accounts"),
            (9, 72, "password must have exactly one source"),
        ],
    );
    env.write("broken.json", "{\"users\": [\n  {\"username\": \"a\" \"b\"}]}");
    faults(&env, "broken.json", &[(2, 20, "not valid JSON")]);
    env.write("broken.toml", "users = 1\nusers = 2\n[scope\n");
    faults(&env, "broken.toml", &[(2, 1, "duplicate"), (3, 7, "")]);
    env.write("empty.toml", "");
    faults(&env, "empty.toml", &[(1, 1, "users is required and must be a list")]);
    env.run(["apply", "no-such-file.toml"]).ends_with(1);
}

#[test]
fn faults_found_by_the_database_have_a_position_too() {
    let env = shop(
        "[[users]]\nusername = \"meg\"\ndepartment = \"a\"\n[[users]]\nusername = \"joe\"\ndepartment = \"a\"\n",
    );
    env.execute("CREATE UNIQUE INDEX one_each ON auth_user (department)");
    for arguments in [&["--dry-run"][..], &["--yes"]] {
        let run = apply(&env, arguments).ends_with(6);
        assert!(
            run.stderr.contains(
                "wanted.toml, line 4, column 1: joe: A row with the same auth_user.department already exists"
            ),
            "{}",
            run.stderr
        );
    }
    assert_eq!(users(&env), Vec::<String>::new());
}

#[test]
fn an_unset_variable_is_named_unless_it_may_be_the_password() {
    let env = shop("[[users]]\nusername = \"a\"\npassword = { env = \"CI_BOT_2\" }\n");
    let run = apply(&env, &["--yes"]).ends_with(6);
    assert!(
        run.stderr.contains(
            "The environment variable CI_BOT_2 for the password is not \
                                 set."
        ),
        "{}",
        run.stderr
    );
    env.write("wanted.toml", "[[users]]\nusername = \"a\"\npassword = { env = \"Hunter2\" }\n");
    let run = apply(&env, &["--yes"]).ends_with(6);
    assert!(
        run.stderr.contains("variable for the password is not set.") && !run.stderr.contains("Hunter2"),
        "{}",
        run.stderr
    );
}
