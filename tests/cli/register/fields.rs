//! Fields of users and profiles.

use super::{COUNTS, citizen, faults, plain};
use crate::env::{LEVELUP, REPAIRS, TestEnv};
use serde_json::json;

#[test]
fn blank_values_are_missing() {
    let env = TestEnv::with_database(LEVELUP);
    let run = env.run([
        "register",
        "meg",
        "--email",
        " ",
        "--first-name",
        "",
        "--last-name",
        "\t",
        "--set",
        "bio= ",
        "--no-password",
        "--format",
        "json",
    ]);
    assert_eq!(
        faults(&run.ends_with(6)),
        ["email required", "first_name required", "last_name required", "bio required"]
    );
}

#[test]
fn missing_and_invalid_values_are_reported_together() {
    let env = plain();
    let run = env.run(["register", "a b", "--email", "nobody", "--format", "json"]).ends_with(6);
    assert_eq!(faults(&run).len(), 3, "expected faults for username, email and password: {}", run.stderr);
}

#[test]
fn the_profile_comes_from_an_option_the_configuration_or_a_field() {
    let env = TestEnv::with_database(REPAIRS);
    let name = ["--first-name", "A", "--last-name", "B", "--no-password", "--format", "json"];
    let register = |more: &[&str]| env.run(["register"].iter().chain(more).chain(&name));
    let by_field = register(&["a@b.de", "--set", "specialty=x"]).succeeds().json();
    assert_eq!(by_field["profile"]["kind"], "employee");
    assert_eq!(by_field["staff"], true);
    let by_option = register(&["b@b.de", "--profile", "customer", "--set", "address=x"]).succeeds().json();
    assert_eq!(by_option["profile"]["kind"], "customer");
    let wrong = register(&["c@b.de", "--profile", "customer", "--set", "address=x", "--set", "specialty=x"]);
    assert!(wrong.stderr.contains("specialty is a field of the employee profile"), "{}", wrong.stderr);
    wrong.ends_with(6);
    let unknown = register(&["d@b.de", "--profile", "custmer"]).ends_with(3).error();
    assert_eq!(unknown["code"], "profile_kind_not_found");
    assert!(unknown["message"].as_str().unwrap().contains("customer, employee"));
    assert_eq!(unknown["hint"], json!(null));

    let env = TestEnv::with_database("");
    let none = env.run(["register", "meg", "--profile", "customer", "--set", "address=x"]).ends_with(3);
    assert!(none.stderr.contains("hint: Leave out --profile, and --set for its fields."), "{}", none.stderr);

    let env = TestEnv::with_database(
        "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"text null\" }\n",
    );
    let by_settings = env.run(["register", "meg", "--no-password", "--format", "json"]).succeeds().json();
    assert_eq!(by_settings["profile"], json!({ "kind": "gamer", "bio": null }));
    let none = env.run(["register", "joe", "--no-password", "--no-profile", "--format", "json"]);
    assert!(none.succeeds().json()["profile"].is_null());
}

#[test]
fn a_field_of_two_kinds_is_ambiguous() {
    let env = TestEnv::with_database(
        "[profiles.cat]\ntable = \"app_cat\"\nfields = { name = \"varchar(9)\" }\n\
         [profiles.dog]\ntable = \"app_dog\"\nfields = { name = \"varchar(9)\" }\n",
    );
    let run = env.run(["register", "meg", "--no-password", "--set", "name=x"]).ends_with(6);
    assert!(run.stderr.contains("--profile cat or dog"), "{}", run.stderr);
    let answer = env.run(["register", "meg", "--no-password", "--set", "dog.name=x", "--format", "json"]);
    assert_eq!(answer.succeeds().json()["profile"]["kind"], "dog");
}

#[test]
fn values_can_be_read_from_files() {
    let env =
        TestEnv::with_database("[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"text\" }\n");
    env.write("bio.txt", "line one\nline two");
    let bio = |name: &str, value: &str| {
        env.run(["register", name, "--no-password", "--set", &format!("bio={value}")]).succeeds();
        env.value("SELECT bio FROM app_gamer ORDER BY id DESC LIMIT 1")
    };
    assert_eq!(bio("a", "@bio.txt"), "line one\nline two");
    assert_eq!(bio("b", "@@home"), "@home");
    assert_eq!(bio("c", "a=b@c"), "a=b@c");
    let run = env.run(["register", "d", "--no-password", "--set", "bio=@nowhere"]).ends_with(1);
    assert!(!run.stderr.contains("nowhere") && run.stderr.contains("@@"), "{}", run.stderr);
    env.run(["register", "d", "--no-password", "--set", "bio"]).ends_with(2);
    env.run(["register", "d", "--no-password", "--set", "=x"]).ends_with(2);
    env.run(["register", "d", "--no-password", "--set", "bio=x", "--set", "bio=y"]).ends_with(2);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of cases")]
fn set_refuses_fields_with_an_option_of_their_own() {
    let env = TestEnv::with_database(REPAIRS);
    let fields = [
        "username",
        "email",
        "first_name",
        "last_name",
        "is_staff",
        "is_superuser",
        "is_active",
        "password",
        "id",
        "pk",
    ];
    for field in fields {
        let run = env.run([
            "register",
            "a@b.de",
            "--first-name",
            "A",
            "--last-name",
            "B",
            "--profile",
            "customer",
            "--set",
            "address=x",
            "--no-password",
            "--set",
            &format!("{field}=hunter2"),
            "--format",
            "json",
        ]);
        assert_eq!(faults(&run), [format!("{field} not_settable")]);
        assert!(!run.stderr.contains("hunter2"));
        run.ends_with(6);
    }
    let run = env.run([
        "register",
        "a@b.de",
        "--first-name",
        "A",
        "--last-name",
        "B",
        "--profile",
        "customer",
        "--set",
        "adress=x",
        "--no-password",
    ]);
    assert!(run.stderr.contains("address is required"), "{}", run.stderr);
    for foreign in ["user_id=1", "user=1", "customer.id=7", "customer.user_id=1"] {
        let run = env.run([
            "register",
            "a@b.de",
            "--first-name",
            "A",
            "--last-name",
            "B",
            "--profile",
            "customer",
            "--set",
            "address=x",
            "--no-password",
            "--set",
            foreign,
        ]);
        run.ends_with(6);
    }
    assert_eq!(env.rows(COUNTS), ["0|0"]);
}

#[test]
fn unique_values_of_a_profile_are_exit_5() {
    let env = TestEnv::with_database(
        "[profiles.gamer]\ntable = \"app_gamer\"\nfields = { tag = \"varchar(9)\" }\n",
    );
    env.execute("CREATE UNIQUE INDEX one_tag ON app_gamer (tag)");
    env.run(["register", "meg", "--no-password", "--set", "tag=x"]).succeeds();
    let run = env.run(["register", "joe", "--no-password", "--set", "tag=x"]).ends_with(5);
    assert!(run.stderr.contains("app_gamer.tag"), "{}", run.stderr);
    assert_eq!(env.rows(COUNTS), ["1|1"]);
}

#[test]
fn times_are_written_as_django_writes_them() {
    let env = plain();
    env.run_with_env(&[("TZ", "Asia/Tokyo")], ["register", "meg", "--no-password"]).succeeds();
    let form = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*";
    for column in ["date_joined FROM auth_user", "created FROM authtoken_token"] {
        let sql = column.replacen(" FROM", &format!(" GLOB '{form}' FROM"), 1);
        assert_eq!(env.value(&format!("SELECT {sql}")), "1");
    }
    let age = "SELECT abs(julianday('now') - julianday(date_joined)) * 24 < 1 FROM auth_user";
    assert_eq!(env.value(age), "1", "the time is not in UTC");
}

#[test]
fn a_binary_file_is_accepted_only_for_a_binary_column() {
    let env = plain();
    env.execute("ALTER TABLE auth_user ADD COLUMN photo BLOB NULL");
    env.execute("ALTER TABLE auth_user ADD COLUMN motto varchar(20) NULL");
    std::fs::write(env.path("photo.bin"), [0xff, 0xd8, 0]).unwrap();
    env.run(["register", "meg", "--no-password", "--set", "photo=@photo.bin"]).succeeds();
    assert_eq!(env.value("SELECT hex(photo) FROM auth_user"), "FFD800");
    let run = env.run(["register", "joe", "--no-password", "--set", "motto=@photo.bin"]).ends_with(6);
    assert!(run.stderr.contains("motto") && run.stderr.contains("UTF-8"), "{}", run.stderr);
}

#[test]
fn every_type_is_stored_as_django_stores_it() {
    let env = TestEnv::with_schema("every_type");
    let answer = env.run(citizen(&[])).succeeds().json();
    let stored =
        |column: &str| env.rows(&format!("SELECT typeof({column}), {column} FROM census_dossier")).remove(0);
    for (column, expected) in [
        ("born", "text|1985-02-28"),
        ("seen_at", "text|2024-02-29 23:59:01.000120"),
        ("wakes_at", "text|06:30:00"),
        ("shift", "integer|93600000003"),
        ("consents", "integer|1"),
        ("vaccinated", "null|NULL"),
        ("reference", "text|0000000000004000800000000000000a"),
        ("income", "real|12345.6"),
        ("weight", "real|71.5"),
        ("answers", r#"text|{"zeta": [1, 2.5, null], "alpha": "gr\u00f6\u00dfe"}"#),
        ("points", "integer|7"),
        ("level", "integer|3"),
        ("host", "text|192.0.2.7"),
        ("remarks", "text|first line"),
        ("scan", "null|NULL"),
        ("country_id", "integer|2"),
    ] {
        assert_eq!(stored(column), expected, "{column}");
    }
    let profile = &answer["profile"];
    assert_eq!(profile["income"], "12345.6");
    assert_eq!(profile["reference"], "00000000-0000-4000-8000-00000000000a");
    assert_eq!(profile["answers"], json!({ "zeta": [1, 2.5, null], "alpha": "größe" }));
    // The table shows only the name and type of columns that Django's model fills.
    let filled = "SELECT length(tracking), tracking GLOB '*[^0-9a-f]*', created_at = updated_at, \
                  abs(julianday('now') - julianday(created_at)) * 24 < 1 FROM census_dossier";
    assert_eq!(env.rows(filled), ["32|0|1|1"]);
}

#[test]
fn a_decimal_can_be_whole_and_json_can_be_null() {
    let env = TestEnv::with_schema("every_type");
    let answer = env.run(citizen(&["income=3.00", "answers=null"])).succeeds().json();
    let stored = "SELECT typeof(income), income, typeof(answers), answers FROM census_dossier";
    assert_eq!(env.rows(stored), ["integer|3|text|null"]);
    assert_eq!(answer["profile"]["income"], "3");
    assert!(answer["profile"]["answers"].is_null());
}

#[test]
fn a_decimal_with_too_many_digits_is_refused() {
    let env = TestEnv::with_schema("every_type");
    let run = env.run(citizen(&["income=12345678901234.56"])).ends_with(6);
    assert_eq!(faults(&run), ["income max_digits"]);
    let answer = env.run(citizen(&["income=1234567890123.45"])).succeeds().json();
    assert_eq!(answer["profile"]["income"], "1234567890123.45");
}

#[test]
fn columns_with_only_a_model_default_are_required() {
    let env = TestEnv::with_schema("every_type");
    let run = env.run(citizen(&["consents=", "points=", "remarks=", "quota="])).ends_with(6);
    let expected = ["quota required", "consents required", "points required", "remarks required"];
    assert_eq!(faults(&run), expected);
    assert_eq!(env.value("SELECT count(*) FROM census_citizen"), "0");
}

#[test]
fn a_reference_to_a_missing_row_is_reported_by_its_field() {
    let env = TestEnv::with_schema("every_type");
    let run = env.run(citizen(&["country=99", "home=98"])).ends_with(6);
    assert_eq!(faults(&run), ["home_id does_not_exist", "country_id does_not_exist"]);
    assert_eq!(env.value("SELECT count(*) FROM census_citizen"), "0");
}

#[test]
fn an_unknown_field_is_reported_with_the_known_ones() {
    let env = plain();
    let message_for = |env: &TestEnv, more: &[&str]| {
        let arguments = ["register", "meg@example.com", "--no-password", "--format", "json"];
        let error = env.run(arguments.iter().chain(more)).ends_with(6).error();
        let faults = error["faults"].as_array().unwrap().clone();
        let unknown = faults.iter().find(|fault| fault["code"] == "unknown_field").unwrap();
        unknown["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message_for(&env, &["--set", "zzzzzz=1"]), "Unknown field zzzzzz.");
    let env = TestEnv::with_database(REPAIRS);
    assert_eq!(
        message_for(&env, &["--profile", "customer", "--set", "zzzzzz=1"]),
        "Unknown field zzzzzz. Known fields: address."
    );
    assert_eq!(
        message_for(&env, &["--profile", "customer", "--set", "specialty=1"]),
        "specialty is a field of the employee profile, not of customer."
    );
}

#[test]
fn groups_are_reported_as_written_only_if_given() {
    let env = plain();
    env.execute("INSERT INTO auth_group (name) VALUES ('editors')");
    let register = |more: &[&str]| {
        let arguments = ["register", "--no-password", "--format", "json"];
        let answer = env.run(arguments.iter().chain(more)).succeeds().json();
        answer["fields"].as_array().unwrap().contains(&json!("groups"))
    };
    assert_eq!([register(&["meg"]), register(&["joe", "--group", "editors"])], [false, true]);
}
