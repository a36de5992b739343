//! `edit-user`: changes the given fields and keeps the others.

use serde_json::json;

use crate::env::{LEVELUP, REPAIRS, TestEnv};

fn meg() -> TestEnv {
    let env = TestEnv::with_database(LEVELUP);
    env.run([
        "register",
        "meg",
        "--email",
        "m@example.com",
        "--first-name",
        "Meg",
        "--last-name",
        "D",
        "--set",
        "bio=x",
        "--no-password",
    ])
    .succeeds();
    env
}

fn edit(env: &TestEnv, arguments: &[&str]) -> serde_json::Value {
    let all = ["edit-user", "meg", "--format", "json"].iter().chain(arguments);
    env.run(all).succeeds().json()
}

#[test]
fn only_differences_are_written_and_reported() {
    let env = meg();
    let answer = edit(&env, &["--first-name", "Meg", "--last-name", "Ducharme", "--set", "bio=y", "--staff"]);
    assert_eq!(answer["fields"], json!(["last_name", "is_staff", "gamer.bio"]));
    assert_eq!(answer["changed"], true);
    assert_eq!(answer["profiles"][0]["bio"], "y");
    let before = env.database_bytes();
    let again = edit(&env, &["--last-name", "Ducharme", "--set", "gamer.bio=y", "--staff"]);
    assert_eq!((&again["fields"], &again["changed"]), (&json!([]), &json!(false)));
    assert!(env.database_bytes() == before);
    let run = env.run(["edit-user", "meg", "--no-staff", "--email", ""]).succeeds();
    assert_eq!(run.stderr, "Changed meg: email, is_staff.\n");
    assert_eq!(env.value("SELECT email || is_staff FROM auth_user"), "0");
}

#[test]
fn groups_are_added_and_removed() {
    let env = meg();
    env.execute("INSERT INTO auth_group (name) VALUES ('editors'), ('readers')");
    assert_eq!(
        edit(&env, &["--add-group", "editors", "--add-group", "readers"])["fields"],
        json!(["groups"])
    );
    assert_eq!(edit(&env, &["--add-group", "editors"])["changed"], false);
    assert_eq!(edit(&env, &["--remove-group", "editors"])["fields"], json!(["groups"]));
    let sql = "SELECT g.name FROM auth_user_groups AS t JOIN auth_group AS g ON g.id = t.group_id";
    assert_eq!(env.rows(sql), ["readers"]);
    let run = env.run(["edit-user", "meg", "--add-group", "editor"]).ends_with(3);
    assert!(run.stderr.contains("editors"), "{}", run.stderr);
}

#[test]
fn fields_can_be_unset() {
    let env = meg();
    env.execute("ALTER TABLE auth_user ADD COLUMN phone varchar(20) NULL");
    env.execute("ALTER TABLE auth_user ADD COLUMN age integer NOT NULL DEFAULT 0");
    edit(&env, &["--set", "phone=555", "--set", "age=7"]);
    let answer = edit(&env, &["--unset", "phone", "--unset", "first_name", "--unset", "bio"]);
    assert_eq!(answer["fields"], json!(["phone", "first_name", "gamer.bio"]));
    assert_eq!(env.value("SELECT phone IS NULL AND first_name = '' FROM auth_user"), "1");
    let run = env.run(["edit-user", "meg", "--unset", "age", "--unset", "nothing"]).ends_with(6);
    assert!(run.stderr.contains("age must have a value"), "{}", run.stderr);
    assert!(run.stderr.contains("Unknown field nothing"), "{}", run.stderr);
}

#[test]
fn a_new_username_must_be_free_and_valid() {
    let env = meg();
    env.run([
        "register",
        "joe",
        "--email",
        "j@example.com",
        "--first-name",
        "J",
        "--last-name",
        "S",
        "--set",
        "bio=z",
        "--no-password",
    ])
    .succeeds();
    let taken = env.run(["edit-user", "meg", "--rename", "joe", "--format", "json"]).ends_with(5).error();
    assert_eq!(taken["code"], "username_taken");
    let run = env.run(["edit-user", "meg", "--rename", "joe"]).ends_with(5);
    assert_eq!(
        run.stderr,
        "error: A user with that username already exists.\n\
         hint: Choose another name. `authctl show-user joe` prints the user who has this one.\n"
    );
    env.run(["edit-user", "meg", "--rename", "meg ducharme"]).ends_with(6);
    env.run(["edit-user", "meg", "--rename", " "]).ends_with(6);
    let answer = edit(&env, &["--rename", "ｍａｇｇｉｅ"]);
    assert_eq!((&answer["user"]["username"], &answer["fields"]), (&json!("maggie"), &json!(["username"])));
    assert_eq!(answer["user"]["email"], "m@example.com", "the email address stays the same");
    env.run(["edit-user", "meg", "--staff"]).ends_with(3);
}

#[test]
fn a_username_can_change_its_case_in_a_nocase_column() {
    let env = TestEnv::with_database("");
    // Like Django's `db_collation="NOCASE"`.
    env.execute(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(sql, '\"username\" varchar(150) NOT NULL UNIQUE',
           '\"username\" varchar(150) COLLATE NOCASE NOT NULL UNIQUE') WHERE name = 'auth_user';
         PRAGMA writable_schema = RESET; REINDEX",
    );
    env.run(["register", "meg", "--no-password"]).succeeds();
    env.run(["register", "Meg", "--no-password"]).ends_with(5);
    let run = env.run(["edit-user", "meg", "--rename", "Meg"]).succeeds();
    assert!(!run.stderr.contains("Nothing was changed"), "{}", run.stderr);
    assert_eq!(env.value("SELECT username FROM auth_user"), "Meg");
}

#[test]
fn renaming_changes_the_email_where_it_is_the_username() {
    let env = TestEnv::with_database(REPAIRS);
    let joe =
        ["register", "joe@example.com", "--first-name", "J", "--last-name", "S", "--profile", "employee"];
    env.run(joe.iter().copied().chain(["--set", "specialty=x", "--no-password"])).succeeds();
    let run = env.run(["edit-user", "joe@example.com", "--email", "j@example.com"]).ends_with(6);
    assert!(run.stderr.contains("--rename"), "{}", run.stderr);
    env.run(["edit-user", "joe@example.com", "--rename", "j@Example.com"]).succeeds();
    assert_eq!(env.rows("SELECT username, email FROM auth_user"), ["j@Example.com|j@example.com"]);
}

#[test]
fn deactivation_can_delete_the_tokens_too() {
    let env = meg();
    let answer = edit(&env, &["--inactive", "--revoke-tokens"]);
    assert_eq!(answer["fields"], json!(["is_active", "token"]));
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
    env.execute("UPDATE auth_user SET is_superuser = 1, is_active = 1");
    let run = env.run(["edit-user", "meg", "--no-superuser"]).succeeds();
    assert!(run.stderr.contains("No active superuser"), "{}", run.stderr);
}

#[test]
fn wrong_usage_and_faults_change_nothing() {
    let env = meg();
    let before = env.database_bytes();
    env.run(["edit-user", "meg"]).ends_with(2);
    env.run(["edit-user", "meg", "--staff", "--no-staff"]).ends_with(2);
    env.run(["edit-user", "nobody", "--staff"]).ends_with(3);
    let run =
        env.run(["edit-user", "meg", "--staff", "--email", "x", "--set", "nothing=1", "--set", "password=x"]);
    let run = run.ends_with(6);
    assert_eq!(run.stderr.lines().count(), 3, "{}", run.stderr);
    assert!(env.database_bytes() == before);
    let run = env.run(["edit-user", "meg", "--set", "username=x", "--set", "is_active=0"]).ends_with(6);
    assert!(run.stderr.contains("--rename") && run.stderr.contains("--active"), "{}", run.stderr);
    let run = env.run(["edit-user", "meg", "--staff", "--dry-run"]).succeeds();
    assert_eq!(run.stderr, "Would change meg: is_staff. Nothing was changed.\n");
    assert!(env.database_bytes() == before);
}

#[test]
fn the_modification_time_is_set_like_auto_now() {
    let env = meg();
    env.execute("ALTER TABLE auth_user ADD COLUMN updated_at datetime NULL");
    env.execute("UPDATE auth_user SET updated_at = '2001-01-01 00:00:00'");
    edit(&env, &["--no-staff"]);
    assert_eq!(env.value("SELECT updated_at FROM auth_user"), "2001-01-01 00:00:00", "nothing changed");
    assert_eq!(edit(&env, &["--staff"])["fields"], json!(["is_staff"]));
    assert_eq!(env.value("SELECT updated_at > datetime('now', '-1 hour') FROM auth_user"), "1");
}

#[test]
fn a_field_of_a_profile_that_the_user_does_not_have_is_refused() {
    let env = TestEnv::with_database(REPAIRS);
    let joe =
        ["register", "joe@example.com", "--first-name", "J", "--last-name", "S", "--profile", "customer"];
    env.run(joe.iter().copied().chain(["--set", "address=x", "--no-password"])).succeeds();
    let run = env.run(["edit-user", "joe@example.com", "--set", "specialty=x"]).ends_with(6);
    assert!(run.stderr.contains("employee profile, which the user does not have"), "{}", run.stderr);
    // Registering the customer again as an employee adds the employee profile and staff status.
    let both =
        ["register", "joe@example.com", "--on-existing", "update", "--first-name", "J", "--last-name", "S"];
    let both = both.iter().copied().chain(["--profile", "employee", "--set", "specialty=y", "--no-password"]);
    let answer = env.run(both.chain(["--format", "json"])).succeeds().json();
    assert_eq!(answer["fields"], json!(["is_staff", "employee"]));
    let run =
        env.run(["edit-user", "joe@example.com", "--set", "specialty=z", "--set", "address=w"]).succeeds();
    assert_eq!(run.stderr, "Changed joe@example.com: employee.specialty, customer.address.\n");
}

/// The repair shop's customer joe.
fn joe() -> TestEnv {
    let env = TestEnv::with_database(REPAIRS);
    let joe = ["register", "joe@example.com", "--first-name", "J", "--last-name", "S", "--set", "address=x"];
    env.run(joe.iter().copied().chain(["--no-password"])).succeeds();
    env
}

#[test]
fn a_profile_is_added_with_its_fields() {
    let env = joe();
    env.execute("ALTER TABLE repairsapi_employee ADD COLUMN wage decimal NOT NULL DEFAULT 0");
    let edit = |more: &[&str]| env.run(["edit-user", "joe@example.com"].iter().chain(more));
    let add = ["--add-profile", "employee"];
    let run = edit(&[&add[..], &["--set", "employee.nothing=1"]].concat()).ends_with(6);
    assert!(run.stderr.contains("specialty is required"), "{}", run.stderr);
    assert!(run.stderr.contains("Unknown field employee.nothing"), "{}", run.stderr);
    let run = edit(&["--add-profile", "clerk"]).ends_with(3);
    assert!(run.stderr.contains("customer, employee"), "{}", run.stderr);
    let add = [&add[..], &["--set", "employee.specialty=x"]].concat();
    let run = edit(&[&add[..], &["--dry-run"]].concat()).succeeds();
    assert_eq!(run.stderr, "Would change joe@example.com: is_staff, employee. Nothing was changed.\n");
    env.execute(
        "CREATE TRIGGER undo AFTER INSERT ON repairsapi_employee BEGIN DELETE FROM repairsapi_employee; END",
    );
    edit(&add).ends_with(1);
    env.execute("DROP TRIGGER undo");
    assert_eq!(env.rows("SELECT is_staff FROM auth_user"), ["0"]);
    let answer = edit(&[&add[..], &add, &["--format", "json"]].concat());
    answer.ends_with(6);
    let answer = edit(&[&add[..], &["--format", "json"]].concat()).succeeds().json();
    assert_eq!(answer["fields"], json!(["is_staff", "employee"]));
    assert_eq!(env.rows("SELECT specialty, wage FROM repairsapi_employee"), ["x|0"]);
    let run = edit(&["--add-profile", "employee", "--add-profile", "customer"]).succeeds();
    assert_eq!(run.stderr, "joe@example.com is already up to date. Nothing was changed.\n");
}

#[test]
fn a_profile_is_removed_unless_other_rows_refer_to_it() {
    let env = joe();
    let edit = |more: &[&str]| {
        env.run(["edit-user", "joe@example.com", "--remove-profile", "customer"].iter().chain(more))
    };
    let run = edit(&[]).ends_with(2);
    assert!(run.stderr.contains("To delete: repairsapi_customer (1 row)"), "{}", run.stderr);
    assert!(
        run.stderr.contains("Delete the profile customer of joe@example.com? Cannot ask"),
        "{}",
        run.stderr
    );
    let run = edit(&["--dry-run"]).succeeds();
    assert!(run.stderr.contains("Would delete: repairsapi_customer (1 row)"), "{}", run.stderr);
    for (more, message) in [
        (["--set", "customer.address=y"], "which the user does not have"),
        (["--add-profile", "customer"], "Profile customer is both added and removed"),
    ] {
        let run = edit(&[&more[..], &["--yes"]].concat()).ends_with(6);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
    env.execute(
        "CREATE TABLE ticket (id integer PRIMARY KEY, customer_id integer NULL REFERENCES repairsapi_customer (id));
         INSERT INTO ticket VALUES (1, (SELECT id FROM repairsapi_customer))",
    );
    let run = edit(&["--yes"]).ends_with(6);
    assert_eq!(
        run.stderr,
        "error: ticket.customer_id: 1 row refers to rows of repairsapi_customer that would be deleted. Delete these \
         rows, or change their reference, in the project first.\nhint: Nothing was changed.\n"
    );
    assert_eq!(env.value("SELECT count(*) FROM repairsapi_customer"), "1");
    env.execute("DELETE FROM ticket");
    env.execute(
        "CREATE TRIGGER undo AFTER DELETE ON repairsapi_customer BEGIN \
         INSERT INTO repairsapi_customer (id, address, user_id) VALUES (old.id, old.address, old.user_id); END",
    );
    edit(&["--yes"]).ends_with(1);
    env.execute("DROP TRIGGER undo");
    let answer = edit(&["--yes", "--format", "json"]).succeeds().json();
    assert_eq!((&answer["fields"], &answer["profiles"]), (&json!(["customer"]), &json!([])));
    assert_eq!(env.value("SELECT count(*) FROM repairsapi_customer"), "0");
    assert_eq!(edit(&["--format", "json"]).succeeds().json()["changed"], false);
}

#[test]
fn contradictory_options_are_refused() {
    let env = meg();
    env.execute("INSERT INTO auth_group (name) VALUES ('editors')");
    let before = env.database_bytes();
    for words in [
        &["--first-name", "X", "--unset", "first_name"][..],
        &["--set", "bio=z", "--unset", "bio"],
        &["--set", "bio=z", "--set", "gamer.bio=w"],
        &["--add-group", "editors", "--remove-group", "editors"],
    ] {
        env.run(["edit-user", "meg"].iter().chain(words)).ends_with(6);
    }
    assert!(env.database_bytes() == before);
}

#[test]
fn secrets_in_a_profile_are_hidden() {
    let env = meg();
    env.execute("ALTER TABLE levelupapi_gamer ADD COLUMN api_key varchar(40) NOT NULL DEFAULT 'hush-hush'");
    let token = env.run(["create-token", "meg"]).succeeds().stdout;
    for (words, input) in [
        (&["edit-user", "meg", "--staff"][..], ""),
        (&["create-token", "meg"], ""),
        (&["register", "meg", "--on-existing", "skip", "--no-password"], ""),
        (&["show-user", "meg"], ""),
        (&["whoami", "--token-stdin"], &token),
    ] {
        let run = env.run_with_input(input, words.iter().chain(&["--format", "json"])).succeeds();
        assert!(run.stdout.contains("(hidden)") && !run.stdout.contains("hush-hush"), "{}", run.stdout);
    }
    env.run_with_input("wonderland-7", ["set-password", "meg", "--password-stdin"]).succeeds();
    for format in ["json", "csv"] {
        let login = ["login", "meg", "--password-stdin", "--format", format];
        let run = env.run_with_input("wonderland-7", login).succeeds();
        assert!(run.stdout.contains("(hidden)") && !run.stdout.contains("hush-hush"), "{}", run.stdout);
    }
}

#[test]
fn an_email_username_keeps_its_spelling_and_its_email() {
    let env = TestEnv::with_database(REPAIRS);
    let joe =
        ["register", "Joe@Example.com", "--first-name", "J", "--last-name", "S", "--profile", "customer"];
    env.run(joe.iter().copied().chain(["--set", "address=x", "--no-password"])).succeeds();
    env.run(["edit-user", "Joe@Example.com", "--unset", "email"]).ends_with(6);
    let emptied = env.run(["edit-user", "Joe@Example.com", "--unset", "first_name"]).succeeds();
    assert_eq!(emptied.stderr, "Changed Joe@Example.com: first_name.\n");
    let same = env.run(["edit-user", "Joe@Example.com", "--rename", "Joe@Example.com", "--format", "json"]);
    assert_eq!(same.succeeds().json()["changed"], false);
    env.execute("UPDATE auth_user SET email = ''");
    let converge =
        ["register", "Joe@Example.com", "--on-existing", "update", "--no-password", "--format", "json"];
    let answer = env.run(converge.iter().copied().chain(["--email", "Joe@Example.com"])).succeeds().json();
    assert_eq!(answer["fields"], json!(["email"]));
}

#[test]
fn a_taken_email_username_is_reported_as_a_taken_email() {
    let env = TestEnv::with_database("[register]\nusername_from = \"email\"\n");
    for address in ["a@example.com", "b@example.com"] {
        env.run(["register", address, "--no-password"]).succeeds();
    }
    let rename = ["edit-user", "a@example.com", "--rename", "b@example.com", "--format", "json"];
    assert_eq!(env.run(rename).ends_with(5).error()["code"], "email_taken");
}

#[test]
fn a_superuser_becomes_staff_too() {
    let env = meg();
    assert_eq!(edit(&env, &["--superuser", "--no-staff"])["fields"], json!(["is_superuser"]));
    assert_eq!(edit(&env, &["--superuser"])["fields"], json!(["is_staff"]));
}
