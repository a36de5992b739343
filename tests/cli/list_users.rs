use crate::env::{Run, TestEnv};
use crate::seed::{self, Person};
use crate::terminal::Terminal;

const CONFIG: &str = r#"
[profiles.customer]
table = "repairsapi_customer"
fields = { address = "varchar(155)" }
[profiles.employee]
table = "repairsapi_employee"
fields = { specialty = "varchar(155)" }
"#;

/// Five users that differ in everything one can filter by.
fn five() -> TestEnv {
    let env = TestEnv::with_database(CONFIG);
    let database = env.database();
    let meg = Person {
        username: "meg",
        email: "meg@ducharme.com",
        first_name: "Meg",
        last_name: "Ducharme",
        staff: true,
        joined: "2024-01-01 00:00:00",
        last_login: Some("2024-06-01 10:00:00.250000"),
        ..Person::default()
    }
    .add_to(&database);
    let root = Person {
        username: "root",
        superuser: true,
        staff: true,
        joined: "2024-01-01 23:59:59.999999",
        ..Person::default()
    };
    root.add_to(&database);
    let ann =
        Person { username: "Ann", first_name: "100%", joined: "2024-01-02 00:00:00", ..Person::default() };
    let ann = ann.add_to(&database);
    Person {
        username: "gone",
        last_name: "O_Neil",
        active: false,
        joined: "2023-12-31 23:59:59.999999",
        ..Person::default()
    }
    .add_to(&database);
    Person {
        username: "zoe",
        email: "zoe@example.com",
        active: false,
        staff: true,
        joined: "2024-03-01 00:00:00.000001",
        ..Person::default()
    }
    .add_to(&database);
    seed::drf_token(&database, meg, &seed::key("aa"));
    seed::group(&database, "editors", &[meg, ann]);
    seed::group(&database, "Night shift, \"late\"", &[ann]);
    seed::group(&database, "nobody", &[]);
    database
        .execute("INSERT INTO repairsapi_customer (address, user_id) VALUES ('12 Oak', ?1)", [ann])
        .unwrap();
    database
        .execute("INSERT INTO repairsapi_employee (specialty, user_id) VALUES ('all', ?1)", [meg])
        .unwrap();
    database
        .execute("INSERT INTO repairsapi_customer (address, user_id) VALUES ('1 Elm', ?1)", [meg])
        .unwrap();
    env
}

fn list(env: &TestEnv, arguments: &[&str]) -> Run {
    env.run(["list-users", "--format", "plain", "--columns", "username"].iter().chain(arguments))
}

#[track_caller]
fn names(env: &TestEnv, arguments: &[&str]) -> Vec<String> {
    list(env, arguments).succeeds().stdout.lines().map(str::to_owned).collect()
}

#[test]
fn without_filters_all_users_are_listed_by_key() {
    assert_eq!(names(&five(), &[]), ["meg", "root", "Ann", "gone", "zoe"]);
}

#[test]
fn filters_combine_with_and() {
    let env = five();
    for (arguments, expected) in [
        (&["--active"][..], &["meg", "root", "Ann"][..]),
        (&["--inactive"], &["gone", "zoe"]),
        (&["--staff"], &["meg", "root", "zoe"]),
        (&["--superuser"], &["root"]),
        (&["--without-token"], &["root", "Ann", "gone", "zoe"]),
        (&["--profile", "customer"], &["meg", "Ann"]),
        (&["--profile", "employee"], &["meg"]),
        (&["--staff", "--inactive"], &["zoe"]),
        (&["--staff", "--active", "--without-token"], &["root"]),
        (&["--profile", "customer", "--without-token"], &["Ann"]),
        (&["--profile", "customer", "--search", "ducharme", "--staff"], &["meg"]),
        (&["--group", "editors"], &["meg", "Ann"]),
        (&["--group", "Night shift, \"late\""], &["Ann"]),
        (&["--group", "nobody"], &[]),
        (&["--group", "editors", "--without-token", "--profile", "customer"], &["Ann"]),
        (&["--superuser", "--inactive"], &[]),
        (&["--active", "--joined-before", "2024-01-02", "--sort", "username"], &["meg", "root"]),
    ] {
        assert_eq!(names(&env, arguments), expected, "{arguments:?}");
    }
}

#[test]
fn search_matches_literally_in_four_columns() {
    let env = five();
    for (text, expected) in [
        ("ROOT", &["root"][..]),
        ("@example", &["zoe"]),
        ("ducharme.com", &["meg"]),
        ("Ducharme", &["meg"]),
        ("100", &["Ann"]),
        ("%", &["Ann"]),
        ("_", &["gone"]),
        ("\\", &[]),
        ("' OR 1=1 --", &[]),
        ("", &["meg", "root", "Ann", "gone", "zoe"]),
        // The password column is not searched.
        ("pbkdf2", &[]),
    ] {
        assert_eq!(names(&env, &["--search", text]), expected, "{text:?}");
    }
}

#[test]
fn joined_after_is_inclusive_and_joined_before_is_not() {
    let env = five();
    for (arguments, expected) in [
        (&["--joined-after", "2024-01-01"][..], &["meg", "root", "Ann", "zoe"][..]),
        (&["--joined-before", "2024-01-01"], &["gone"]),
        (&["--joined-after", "2024-01-01", "--joined-before", "2024-01-02"], &["meg", "root"]),
        (&["--joined-after", "2024-01-01T00:00:00.000001"], &["root", "Ann", "zoe"]),
        (&["--joined-after", "2024-01-01 23:59:59.999999Z"], &["root", "Ann", "zoe"]),
        (&["--joined-before", "2024-01-01 23:59:59.999999Z"], &["meg", "gone"]),
        // The same times with another offset.
        (&["--joined-after", "2024-01-02T01:00:00+01:00"], &["Ann", "zoe"]),
        (&["--joined-before", "2024-01-01T19:00:00-05:00"], &["meg", "root", "gone"]),
        (&["--joined-after", "2024-03-01T00:00:00"], &["zoe"]),
        (&["--joined-after", "2024-03-01T00:00:00.000002Z"], &[]),
    ] {
        assert_eq!(names(&env, arguments), expected, "{arguments:?}");
    }
}

#[test]
fn dates_without_an_offset_are_local() {
    let env = five();
    let joined_on_new_year = |zone: &str| {
        let mut command = env.command();
        command.env("TZ", zone);
        command.args(["list-users", "--format", "plain", "--columns", "username"]);
        command.args(["--joined-after", "2024-01-01", "--joined-before", "2024-01-02"]);
        Run::of(command.output().unwrap()).succeeds().stdout
    };
    assert_eq!(joined_on_new_year("UTC0"), "meg\nroot\n");
    // One hour ahead of UTC, the day starts and ends an hour earlier.
    assert_eq!(joined_on_new_year("XXX-1"), "meg\ngone\n");
}

#[test]
fn invalid_times_are_wrong_usage() {
    let env = five();
    for time in ["yesterday", "2024-02-30", "2024-13-01", "", "12:30", "1704067200"] {
        let run = list(&env, &["--joined-after", time]).ends_with(2);
        assert!(run.stderr.contains("2024-02-29"), "{time:?}: {}", run.stderr);
    }
}

#[test]
fn users_are_sorted_by_any_attribute_then_by_key() {
    let env = five();
    for (sort, expected) in [
        ("username", ["Ann", "gone", "meg", "root", "zoe"]),
        ("username:asc", ["Ann", "gone", "meg", "root", "zoe"]),
        ("username:desc", ["zoe", "root", "meg", "gone", "Ann"]),
        ("date_joined", ["gone", "meg", "root", "Ann", "zoe"]),
        ("date-joined:desc", ["zoe", "Ann", "root", "meg", "gone"]),
        ("id:desc", ["zoe", "gone", "Ann", "root", "meg"]),
        ("is_staff", ["Ann", "gone", "meg", "root", "zoe"]),
        ("is_staff:desc", ["meg", "root", "zoe", "Ann", "gone"]),
        ("last_login:desc", ["meg", "root", "Ann", "gone", "zoe"]),
    ] {
        assert_eq!(names(&env, &["--sort", sort]), expected, "{sort}");
    }
}

#[test]
fn an_unknown_sort_key_is_wrong_usage() {
    let env = five();
    for sort in ["nonsense", "password", "username:down", "", "username; DROP TABLE auth_user"] {
        list(&env, &["--sort", sort]).ends_with(2);
    }
    assert!(list(&env, &["--sort", "nonsense"]).stderr.contains("date_joined"));
}

#[test]
fn limit_and_offset_select_a_range() {
    let env = five();
    for (arguments, expected) in [
        (&["--limit", "2"][..], &["meg", "root"][..]),
        (&["--limit", "0"], &[]),
        (&["--offset", "3"], &["gone", "zoe"]),
        (&["--limit", "2", "--offset", "1"], &["root", "Ann"]),
        (&["--limit", "2", "--offset", "4"], &["zoe"]),
        (&["--offset", "99"], &[]),
        (&["--limit", "1", "--sort", "username:desc"], &["zoe"]),
        (&["--limit", "1", "--offset", "1", "--inactive"], &["zoe"]),
        (&["--limit", "18446744073709551615"], &["meg", "root", "Ann", "gone", "zoe"]),
    ] {
        assert_eq!(names(&env, arguments), expected, "{arguments:?}");
    }
    list(&env, &["--limit", "-1"]).ends_with(2);
    list(&env, &["--offset", "x"]).ends_with(2);
}

#[test]
fn an_offset_beyond_all_rows_lists_none() {
    assert_eq!(names(&five(), &["--offset", "18446744073709551615"]), Vec::<String>::new());
}

#[test]
fn columns_are_listed_in_the_given_order() {
    let env = five();
    let run = env
        .run([
            "list-users",
            "--format",
            "plain",
            "--columns",
            "tokens,username,profile,hasher,is-staff",
            "--limit",
            "2",
        ])
        .succeeds();
    let lines: Vec<&str> = run.stdout.lines().collect();
    let cells: Vec<&str> = lines[0].split('\t').collect();
    assert_eq!(cells[..3], ["1", "meg", "customer,employee"]);
    assert!(cells[3].contains("pbkdf2_sha256") && !cells[3].contains("salt"), "{}", cells[3]);
    assert_eq!(cells[4], "true");
    assert!(lines[1].starts_with("0\troot\t\t"), "{}", lines[1]);
    let run = env.run(["list-users", "--columns", "username,password"]).ends_with(2);
    assert!(run.stderr.contains("Known columns: id, username"), "{}", run.stderr);
}

#[test]
fn no_choice_of_columns_shows_an_encoded_password() {
    let env = five();
    for format in ["table", "plain", "json", "csv"] {
        let run = env.run(["list-users", "--format", format, "--columns", "hasher,hasher"]);
        assert!(!run.stdout.contains("saltsalt"), "{}", run.stdout);
    }
}

#[test]
fn an_object_has_each_key_once() {
    let run = five().run(["list-users", "--format", "jsonl", "--columns", "id,username,id", "--limit", "1"]);
    assert!(run.code == 2 || run.stdout.matches("\"id\":").count() == 1, "{}", run.stdout);
}

#[test]
fn people_see_a_heading_and_programs_every_attribute() {
    let env = five();
    let run = env.run(["list-users"]).succeeds();
    let heading: Vec<&str> = run.stdout.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(
        heading,
        ["id", "username", "email", "is_active", "is_staff", "date_joined", "profile", "tokens"]
    );
    assert_eq!(run.stderr, "5 users.\n");
    let users = env.run(["list-users", "--format", "json"]).succeeds().json();
    let keys: Vec<&String> = users[0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id",
            "username",
            "email",
            "first_name",
            "last_name",
            "is_active",
            "is_staff",
            "is_superuser",
            "date_joined",
            "last_login"
        ]
    );
    assert_eq!(users[0]["id"], 1);
    assert_eq!(users[0]["is_staff"], true);
    assert_eq!(users[0]["date_joined"], "2024-01-01T00:00:00Z");
    assert_eq!(users[0]["last_login"], "2024-06-01T10:00:00.250000Z");
    assert!(users[1]["last_login"].is_null());
    assert!(!env.run(["list-users", "--format", "json"]).stdout.contains("pbkdf2"));
}

#[test]
fn an_empty_list_is_not_an_error() {
    let env = five();
    assert_eq!(list(&env, &["--search", "nobody"]).succeeds().stdout, "");
    let run = env.run(["list-users", "--search", "nobody"]).succeeds();
    assert_eq!(run.stderr, "No users.\n");
    assert_eq!(env.run(["list-users", "--search", "meg"]).succeeds().stderr, "1 user.\n");
    assert_eq!(
        env.run(["list-users", "--search", "nobody", "--format", "json"]).succeeds().json(),
        serde_json::json!([])
    );
    assert_eq!(env.run(["list-users", "--search", "nobody", "--format", "jsonl"]).succeeds().stdout, "");
    let run =
        env.run(["list-users", "--search", "nobody", "--format", "csv", "--columns", "id,email"]).succeeds();
    assert_eq!(run.stdout, "id,email\r\n");
}

#[test]
fn filters_that_exclude_each_other_are_wrong_usage() {
    list(&five(), &["--active", "--inactive"]).ends_with(2);
}

#[test]
fn an_unknown_profile_kind_is_an_error_that_lists_the_known_ones() {
    let run = list(&five(), &["--profile", "plumber"]).ends_with(3);
    assert!(run.stderr.contains("customer") && run.stderr.contains("employee"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn an_unknown_group_is_an_error_that_lists_the_known_ones() {
    let env = five();
    for name in ["Editors", "editors ", "", "edit%"] {
        let run = list(&env, &["--group", name]).ends_with(3);
        assert!(
            run.stderr.contains("Known groups: Night shift, \"late\", editors, nobody."),
            "{}",
            run.stderr
        );
        assert_eq!(run.stdout, "");
    }
    env.execute("DELETE FROM auth_user_groups; DELETE FROM auth_group");
    let error = env.run(["list-users", "--group", "editors", "--format", "json"]).ends_with(3).error();
    assert_eq!(error["code"], "group_not_found");
    assert!(error["message"].as_str().unwrap().contains("no groups"), "{error}");
}

#[test]
fn tokens_of_both_schemes_count() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    let database = env.database();
    let drf = seed::user(&database, "drf");
    let knox = seed::user(&database, "knox");
    seed::user(&database, "none");
    seed::drf_token(&database, drf, &seed::key("aa"));
    seed::knox_token(&database, drf, "kkkkkkkkkkkkkk1", None);
    seed::knox_token(&database, knox, "kkkkkkkkkkkkkk2", None);
    assert_eq!(names(&env, &["--without-token"]), ["none"]);
    let run = env.run(["list-users", "--format", "plain", "--columns", "username,tokens"]).succeeds();
    assert_eq!(run.stdout, "drf\t2\nknox\t1\nnone\t0\n");
}

#[test]
fn listing_writes_nothing() {
    let env = five();
    let before = env.database_bytes();
    env.run(["list-users"]).succeeds();
    assert!(env.database_bytes() == before);
}

#[test]
fn the_active_filters_match_the_displayed_value() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["one", "zero", "two", "word"]);
    env.execute(
        "UPDATE auth_user SET is_active = 0 WHERE username = 'zero';
         UPDATE auth_user SET is_active = 2 WHERE username = 'two';
         UPDATE auth_user SET is_active = 'true' WHERE username = 'word'",
    );
    assert_eq!(names(&env, &["--active"]), ["one"]);
    assert_eq!(names(&env, &["--inactive"]), ["zero", "two", "word"]);
    let run = env.run(["list-users", "--format", "plain", "--columns", "username,is_active"]).succeeds();
    assert_eq!(run.stdout, "one\ttrue\nzero\tfalse\ntwo\tfalse\nword\tfalse\n");
}

#[test]
fn times_with_a_t_are_sorted_correctly() {
    let env = TestEnv::with_database("");
    let database = env.database();
    for (username, joined) in [
        ("noon", "2024-01-01 12:00:00"),
        ("morning", "2024-01-01T08:00:00"),
        ("night", "2024-01-01T23:00:00Z"),
    ] {
        Person { username, joined, ..Person::default() }.add_to(&database);
    }
    assert_eq!(names(&env, &["--sort", "date_joined"]), ["morning", "noon", "night"]);
    assert_eq!(names(&env, &["--joined-before", "2024-01-01T12:00:00Z"]), ["morning"]);
    assert_eq!(names(&env, &["--joined-after", "2024-01-01T12:00:00Z"]), ["noon", "night"]);
}

#[test]
fn uuids_have_their_hyphens_in_every_format() {
    let env = TestEnv::with_schema("uuid_key");
    env.execute(
        "INSERT INTO registry_member (id, password, is_superuser, username, first_name, last_name, email, is_staff, \
         is_active, date_joined) VALUES ('0123456789abcdef0123456789abcdef', '!', 0, 'meg', '', '', '', 0, 1, '2024-01-01')",
    );
    let dashed = "01234567-89ab-cdef-0123-456789abcdef";
    for format in ["table", "plain", "csv", "json", "jsonl"] {
        let run = env.run(["list-users", "--columns", "id,username", "--format", format]).succeeds();
        assert!(run.stdout.contains(dashed), "{format}: {}", run.stdout);
    }
}

#[test]
fn a_partial_list_says_how_to_go_on() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["ann", "ben", "meg", "joe"]);
    env.execute("UPDATE auth_user SET is_active = 0 WHERE username = 'joe'");
    for (words, expected_message) in [
        (&["--limit", "2"][..], "2 users. There are more: pass --offset 2.\n"),
        (&["--limit", "2", "--active"], "2 users. There are more: pass --offset 2.\n"),
        (
            &["--limit", "1", "--search", "e", "--sort", "username"],
            "1 user. There are more: pass --offset 1.\n",
        ),
        (
            &["--offset", "1", "--limit", "2"],
            "2 users from this offset on. There are more: pass --offset 3.\n",
        ),
        (&["--offset", "3"], "1 user from this offset on.\n"),
        (&["--offset", "9"], "No users at this offset.\n"),
        (&["--limit", "4"], "4 users.\n"),
        (&["--limit", "9"], "4 users.\n"),
        (&["--limit", "2", "--search", "nobody"], "No users.\n"),
        (&["--limit", "2", "--quiet"], ""),
        (&["--limit", "2", "--format", "csv"], ""),
    ] {
        let run = env.run(["list-users"].iter().chain(words)).succeeds();
        assert_eq!(run.stderr, expected_message, "{words:?}");
    }
}

#[test]
fn a_minus_sorts_in_descending_order() {
    let env = five();
    assert_eq!(names(&env, &["--sort", "-username", "--limit", "2"]), ["zoe", "root"]);
    assert_eq!(names(&env, &["--sort=-username", "--limit", "1"]), ["zoe"]);
}

#[test]
fn columns_of_the_project_and_of_profiles_are_listed_sorted_and_filtered() {
    let env = five();
    let database = env.database();
    let columns =
        "ALTER TABLE auth_user ADD COLUMN age integer; ALTER TABLE auth_user ADD COLUMN api_key varchar(40);
        UPDATE auth_user SET age = 9, api_key = 's3cret' WHERE username = 'meg';
        UPDATE auth_user SET age = 10 WHERE username = 'Ann'";
    database.execute_batch(columns).unwrap();
    for (arguments, expected) in [
        (&["--where", "age>9"][..], &["Ann"][..]),
        (&["--where", "age<=10", "--sort", "-age"], &["Ann", "meg"]),
        (&["--where", "age="], &["root", "gone", "zoe"]),
        (&["--where", "age!=9"], &["root", "Ann", "gone", "zoe"]),
        (&["--where", "customer.address~OAK"], &["Ann"]),
        (&["--where", "employee.specialty=all"], &["meg"]),
        (&["--where", "is_staff=yes", "--where", "username~o"], &["root", "zoe"]),
        (&["--where", "last_login>2024-05-01"], &["meg"]),
        (&["--search", "12 oak"], &["Ann"]),
        (&["--sort", "-customer.address", "--limit", "2"], &["Ann", "meg"]),
        (&["--never-logged-in", "--staff"], &["root", "zoe"]),
        (&["--last-login-after", "2024-06-01"], &["meg"]),
        (&["--last-login-before", "2024-06-01"], &[]),
    ] {
        assert_eq!(names(&env, arguments), expected, "{arguments:?}");
    }
    let columns = ["--columns", "age,api_key,customer.address,groups", "--limit", "1"];
    let run = env.run(["list-users", "--format", "jsonl"].iter().chain(&columns)).succeeds();
    let expected = r#"{"age":9,"api_key":"(hidden)","customer.address":"1 Elm","groups":["editors"]}"#;
    assert_eq!(run.stdout.trim_end(), expected);
    let run = env.run(["list-users", "--format", "csv"].iter().chain(&columns)).succeeds();
    assert_eq!(run.stdout, "age,api_key,customer.address,groups\r\n9,(hidden),1 Elm,editors\r\n");
    for refused in ["api_key=s3cret", "groups=editors", "hasher=md5", "agee=1", "age<", "age"] {
        let run = list(&env, &["--where", refused]).ends_with(2);
        assert!(!run.stderr.contains("s3cret"), "{refused}: {}", run.stderr);
    }
    let run = list(&env, &["--where", "agee=1"]).ends_with(2);
    assert!(
        run.stderr.contains("Did you mean age?") && run.stderr.contains("customer.address"),
        "{}",
        run.stderr
    );
    list(&env, &["--where", "age=old"]).ends_with(6);
}

#[test]
fn users_are_found_by_their_hasher() {
    let env = five();
    let weak =
        "UPDATE auth_user SET password = 'md5$salt$0123456789abcdef0123456789abcdef' WHERE username < 'm'";
    env.database().execute(weak, []).unwrap();
    for (arguments, expected) in [
        (&["--weak-hasher"][..], &["Ann", "gone"][..]),
        (&["--hasher", "md5"], &["Ann", "gone"]),
        (&["--weak-hasher", "--offset", "1"], &["gone"]),
        (&["--weak-hasher", "--limit", "1"], &["Ann"]),
        (&["--hasher", "argon2"], &[]),
    ] {
        assert_eq!(names(&env, arguments), expected, "{arguments:?}");
    }
}

#[test]
fn a_table_has_no_columns_of_tables_that_are_missing() {
    let heading = |schema: &str| {
        let run = TestEnv::with_schema(schema).run(["list-users"]).succeeds();
        run.stdout.lines().next().unwrap().split_whitespace().skip(6).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(heading("levelup"), ["profile", "tokens"]);
    assert_eq!(heading("no_tokens"), ["profile"]);
    let env = TestEnv::with_database("");
    let run = env.run(["list-users"]).succeeds();
    assert!(run.stdout.ends_with("date_joined  tokens\n"), "{}", run.stdout);
}

#[test]
fn texts_that_the_table_lacks_are_empty_in_every_answer() {
    let env = TestEnv::with_schema("bare_user");
    env.run(["register", "meg", "--no-password"]).succeeds();
    let listed = env.run(["list-users", "--sort", "email", "--format", "json"]).succeeds().json();
    let shown = env.run(["show-user", "meg", "--format", "json"]).succeeds().json();
    for key in ["email", "first_name", "last_name"] {
        assert_eq!((&listed[0][key], &shown["user"][key]), (&"".into(), &"".into()), "{key}");
    }
}

#[test]
fn a_table_fits_the_terminal() {
    let env = five();
    let long =
        "UPDATE auth_user SET email = 'a.very.long.address.of.somebody@subdomain.example.com' WHERE id = 1";
    env.database().execute(long, []).unwrap();
    let mut command = env.command();
    command.args(["list-users", "--color", "never"]);
    for width in [80, 60, 40] {
        let screen = Terminal::start_with_width(&command, width).ends_with(0);
        let table: Vec<&str> = screen.lines().filter(|line| !line.starts_with("Not shown")).collect();
        assert_eq!(table.len(), 7, "{screen}");
        let fits = |line: &&str| line.chars().count() <= width.into();
        assert!(table.iter().all(fits), "{width}: {screen}");
        assert!(screen.contains("Not shown, for lack of width: ") && screen.contains('…'), "{screen}");
        assert!(table[0].starts_with("id  username"), "{screen}");
    }
    let run = env.run(["list-users"]).succeeds();
    assert!(run.stdout.contains("subdomain.example.com") && !run.stderr.contains("Not shown"));
}
