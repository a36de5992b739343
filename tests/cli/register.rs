//! `register`: user, profile and token at once, or nothing.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use crate::env::{KNOX, LEVELUP, REPAIRS, Run, TestEnv};

const COUNTS: &str = "SELECT (SELECT count(*) FROM auth_user), (SELECT count(*) FROM authtoken_token)";

fn plain() -> TestEnv {
    TestEnv::with_database("")
}

/// The code of each fault in the error object, with its field.
fn faults(run: &Run) -> Vec<String> {
    let error = run.error();
    let faults = error["faults"].as_array().unwrap_or_else(|| panic!("no faults in {error}"));
    let text = |fault: &serde_json::Value, key: &str| fault[key].as_str().unwrap().to_owned();
    faults.iter().map(|fault| format!("{} {}", text(fault, "field"), text(fault, "code"))).collect()
}

#[test]
fn makes_user_and_token() {
    let env = plain();
    let run = env.run(["register", "meg", "--email", "meg@ducharme.com", "--no-password"]).succeeds();
    let token = run.stdout.strip_suffix('\n').unwrap();
    assert_eq!(token.len(), 40);
    assert_eq!(env.value("SELECT key FROM authtoken_token"), token);
    assert_snapshot!(run.snapshot(&env), @r"
    exit: 0
    --- stdout
    [KEY]
    --- stderr
    Registered meg (id 1) with a drf token.
    ");
    let row = "SELECT username, email, first_name, last_name, is_active, is_staff, is_superuser, last_login, \
               substr(password, 1, 1), length(password), typeof(is_active), length(date_joined) >= 19 FROM auth_user";
    assert_eq!(env.rows(row), ["meg|meg@ducharme.com|||1|0|0|NULL|!|41|integer|1"]);
    assert_eq!(env.value("SELECT user_id FROM authtoken_token"), "1");
}

#[test]
fn rights_are_given_by_options() {
    let env = plain();
    env.run(["register", "staff", "--staff", "--no-password"]).succeeds();
    env.run(["register", "super", "--superuser", "--no-password"]).succeeds();
    env.run(["register", "off", "--inactive", "--no-password"]).succeeds();
    let rights = "SELECT username, is_staff, is_superuser, is_active FROM auth_user ORDER BY id";
    assert_eq!(env.rows(rights), ["staff|1|0|1", "super|1|1|1", "off|0|0|0"]);
    assert_eq!(
        env.rows("SELECT user_id FROM authtoken_token ORDER BY 1"),
        ["1", "2"],
        "an inactive user has no token"
    );
}

#[test]
fn inactive_and_no_token_answer_no_token() {
    let env = plain();
    for option in ["--inactive", "--no-token"] {
        let run = env.run(["register", option, option.trim_matches('-'), "--no-password"]).succeeds();
        assert_eq!(run.stdout, "");
        let json = ["register", option, &option[3..], "--no-password", "--format", "json"];
        let answer = env.run(json).succeeds().json();
        assert!(answer["token"].is_null() && answer["scheme"].is_null(), "{answer}");
    }
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
}

#[test]
fn the_answer_has_stable_keys() {
    let env = TestEnv::with_database(REPAIRS);
    let run = env.run_with_input(
        "a longer secret",
        [
            "register",
            "Joe@Example.COM",
            "--first-name",
            "Joe",
            "--last-name",
            "Smith",
            "--profile",
            "employee",
            "--set",
            "specialty=Laptops",
            "--password-stdin",
            "--format",
            "json",
        ],
    );
    let answer = run.succeeds().json();
    let keys = |json: &serde_json::Value| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&answer),
        ["valid", "token", "scheme", "expiry", "staff", "user", "profile", "changed", "fields", "dry_run"]
    );
    assert_eq!(
        keys(&answer["user"]),
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
    assert_eq!(answer["valid"], true);
    assert_eq!(answer["staff"], true);
    assert_eq!(answer["user"]["username"], "Joe@Example.COM");
    assert_eq!(answer["user"]["email"], "Joe@example.com");
    assert_eq!(answer["profile"], json!({ "kind": "employee", "specialty": "Laptops" }));
    assert_eq!(answer["token"], env.value("SELECT key FROM authtoken_token"));
}

#[test]
fn nothing_is_left_when_a_later_step_fails() {
    let env = TestEnv::with_database(REPAIRS);
    let customer = [
        "register",
        "meg@ducharme.com",
        "--first-name",
        "Meg",
        "--last-name",
        "Ducharme",
        "--set",
        "address=12 Oak Lane",
        "--no-password",
    ];
    for table in ["auth_user", "repairsapi_customer", "authtoken_token"] {
        env.execute(&format!(
            "CREATE TRIGGER no BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'the rule of {table}'); END"
        ));
        let run = env.run(customer);
        assert_ne!(run.code, 0, "{table}");
        assert_eq!(run.stdout, "");
        assert_eq!(env.rows(COUNTS), ["0|0"], "{table}: {}", run.stderr);
        assert_eq!(env.value("SELECT count(*) FROM repairsapi_customer"), "0", "{table}");
        env.execute("DROP TRIGGER no");
    }
    env.run(customer).succeeds();
    assert_eq!(env.rows(COUNTS), ["1|1"]);
}

#[test]
fn a_rule_of_the_database_is_told_in_its_own_words() {
    let env = plain();
    env.execute(
        "CREATE TRIGGER no BEFORE INSERT ON auth_user BEGIN SELECT RAISE(ABORT, 'closed on Mondays'); END",
    );
    let run = env.run(["register", "meg", "--no-password"]);
    assert!(run.stderr.contains("closed on Mondays"), "{}", run.stderr);
}

#[test]
fn taken_names() {
    let env = plain();
    env.run(["register", "meg", "--email", "a@b.de", "--no-password"]).succeeds();
    assert_snapshot!(env.run(["register", "meg", "--no-password"]).snapshot(&env), @r"
    exit: 5
    --- stdout
    --- stderr
    error: A user with that username already exists.
    ");
    let error = env.run(["register", "meg", "--no-password", "--format", "json"]).ends_with(5).error();
    assert_eq!(error["code"], "username_taken");
    assert_eq!(error["message"], "A user with that username already exists.");
    // Names are case-sensitive, and addresses need not be unique.
    env.run(["register", "Meg", "--email", "a@b.de", "--no-password"]).succeeds();
    assert_eq!(env.rows(COUNTS), ["2|2"]);
}

#[test]
fn taken_addresses() {
    let env = TestEnv::with_database("[register]\nusername_from = \"email\"\n");
    env.run(["register", "meg@Ducharme.com", "--no-password"]).succeeds();
    assert_eq!(env.rows("SELECT username, email FROM auth_user"), ["meg@Ducharme.com|meg@ducharme.com"]);
    let run = env.run(["register", "--email", "meg@Ducharme.com", "--no-password"]).ends_with(5);
    assert_eq!(run.stderr, "error: An account with that email address already exists.\n");
    // The name keeps the domain's case, so this is another one, as in the app itself.
    env.run(["register", "meg@ducharme.com", "--no-password"]).succeeds();
}

#[test]
fn a_name_beside_an_address_that_is_the_name() {
    let env = TestEnv::with_database("[register]\nusername_from = \"email\"\n");
    let run = env.run(["register", "meg", "--email", "meg@ducharme.com", "--no-password"]);
    assert!([2, 6].contains(&run.code), "the address is the name, so meg cannot be: {}", run.stderr);
    assert_eq!(env.rows(COUNTS), ["0|0"]);
}

#[test]
fn an_address_that_is_none() {
    let env = TestEnv::with_database("[register]\nusername_from = \"email\"\n");
    for bad in ["meg", "@ducharme.com", "meg@", "m eg@ducharme.com"] {
        let run = env.run(["register", bad, "--no-password", "--format", "json"]).ends_with(6);
        assert!(faults(&run).contains(&"email invalid".to_owned()), "{bad}: {}", run.stderr);
    }
}

#[test]
fn names_are_normalized_and_validated() {
    let env = plain();
    env.run(["register", "ｍｅｇﬁ", "--no-password"]).succeeds();
    assert_eq!(env.value("SELECT username FROM auth_user"), "megfi");
    for good in ["José", "李小龍", "a.b@c+d-e_f", "Ⅷ²"] {
        env.run(["register", good, "--no-password"]).succeeds();
    }
    for bad in ["a b", "a/b", "a\u{301}\u{301}b", "a\tb", "a\nb", "meg\n", "a‿b", "€", " meg"] {
        let run = env.run(["register", bad, "--no-password", "--format", "json"]).ends_with(6);
        assert_eq!(faults(&run), ["username invalid"], "{bad:?}");
    }
    for blank in ["", " ", "\t"] {
        let run = env.run(["register", blank, "--no-password", "--format", "json"]).ends_with(6);
        assert_eq!(faults(&run), ["username required"], "{blank:?}");
    }
}

#[test]
fn names_taken_after_normalizing() {
    let env = plain();
    env.run(["register", "meg", "--no-password"]).succeeds();
    env.run(["register", "ｍｅｇ", "--no-password"]).ends_with(5);
}

#[test]
fn lengths_are_checked_in_characters() {
    let env = plain();
    let long = |count: usize| "ä".repeat(count);
    let domain = "@example.com";
    let run = env.run([
        "register",
        &long(151),
        "--email",
        &("x".repeat(255 - domain.len()) + domain),
        "--first-name",
        &long(151),
        "--last-name",
        &long(151),
        "--no-password",
        "--format",
        "json",
    ]);
    let mut faults = faults(&run.ends_with(6));
    faults.dedup();
    assert_eq!(
        faults,
        ["username max_length", "email max_length", "first_name max_length", "last_name max_length"]
    );
    env.run([
        "register",
        &long(150),
        "--email",
        &("x".repeat(254 - domain.len()) + domain),
        "--first-name",
        &long(150),
        "--last-name",
        &long(150),
        "--no-password",
    ])
    .succeeds();
}

#[test]
fn a_long_name_is_one_fault() {
    let env = plain();
    let run = env.run(["register", &"a".repeat(151), "--no-password", "--format", "json"]).ends_with(6);
    assert_eq!(faults(&run), ["username max_length"]);
}

#[test]
fn profile_lengths_are_checked() {
    let env = TestEnv::with_database(
        "[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"varchar(5)\" }\n",
    );
    let run = env.run(["register", "meg", "--no-password", "--set", "bio=sixsix", "--format", "json"]);
    assert_eq!(faults(&run.ends_with(6)), ["bio max_length"]);
    env.run(["register", "meg", "--no-password", "--set", "bio=fünfe"]).succeeds();
}

#[test]
fn everything_missing_is_named_at_once() {
    let env = TestEnv::with_database(REPAIRS);
    assert_snapshot!(env.run(["register"]).snapshot(&env), @r"
    exit: 6
    --- stdout
    --- stderr
    error: email must be provided: --email ADDRESS
    first_name must be provided: --first-name NAME
    last_name must be provided: --last-name NAME
    account_type must be provided: --profile KIND, one of customer, employee
    password must be provided: --password-stdin, --password-file, --password-env, --random-password or --no-password
    ");
    let run = env.run(["register", "--profile", "customer", "--no-password", "--format", "json"]);
    assert_eq!(
        faults(&run.ends_with(6)),
        ["email required", "first_name required", "last_name required", "address required"]
    );
    let error = run_error(
        &env,
        &[
            "register",
            "--profile",
            "employee",
            "a@b.de",
            "--first-name",
            "A",
            "--last-name",
            "B",
            "--no-password",
        ],
    );
    assert!(error["message"].as_str().unwrap().contains("specialty must be provided"), "{error}");
    assert_eq!(error["code"], "invalid");
    assert_eq!(env.rows(COUNTS), ["0|0"]);
}

fn run_error(env: &TestEnv, arguments: &[&str]) -> serde_json::Value {
    env.run(arguments.iter().chain(&["--format", "json"])).error()
}

#[test]
fn blank_is_missing() {
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
fn missing_and_bad_values_are_told_together() {
    let env = plain();
    let run = env.run(["register", "a b", "--email", "nobody", "--format", "json"]).ends_with(6);
    assert_eq!(faults(&run).len(), 3, "name, address and password: {}", run.stderr);
}

#[test]
fn the_profile_is_decided_by_option_settings_or_field() {
    let env = TestEnv::with_database(REPAIRS);
    let name = ["--first-name", "A", "--last-name", "B", "--no-password", "--format", "json"];
    let register = |more: &[&str]| env.run(["register"].iter().chain(more).chain(&name));
    let by_field = register(&["a@b.de", "--set", "specialty=x"]).succeeds().json();
    assert_eq!(by_field["profile"]["kind"], "employee");
    assert_eq!(by_field["staff"], true);
    let by_option = register(&["b@b.de", "--profile", "customer", "--set", "address=x"]).succeeds().json();
    assert_eq!(by_option["profile"]["kind"], "customer");
    let wrong = register(&["c@b.de", "--profile", "customer", "--set", "address=x", "--set", "specialty=x"]);
    assert!(wrong.stderr.contains("specialty is a field of the profile kind employee"), "{}", wrong.stderr);
    wrong.ends_with(6);
    let unknown = register(&["d@b.de", "--profile", "custmer"]).ends_with(3).error();
    assert_eq!(unknown["code"], "profile_kind_not_found");
    assert!(unknown["message"].as_str().unwrap().contains("customer, employee"));

    let env = TestEnv::with_database(
        "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"text null\" }\n",
    );
    let by_settings = env.run(["register", "meg", "--no-password", "--format", "json"]).succeeds().json();
    assert_eq!(by_settings["profile"], json!({ "kind": "gamer", "bio": null }));
    let none = env.run(["register", "joe", "--no-password", "--no-profile", "--format", "json"]);
    assert!(none.succeeds().json()["profile"].is_null());
}

#[test]
fn a_field_of_two_kinds_decides_nothing() {
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
fn values_come_from_files_too() {
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
fn what_has_an_option_of_its_own_is_not_set() {
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
    assert!(run.stderr.contains("address must be provided"), "{}", run.stderr);
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
fn unknown_fields_name_the_nearest() {
    let env = TestEnv::with_database(
        "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\nfields = { nickname = \"text null\" }\n",
    );
    let run = env.run(["register", "meg", "--no-password", "--set", "nikname=x"]).ends_with(6);
    assert_eq!(run.stderr, "error: There is no field nikname. Did you mean nickname?\n");
}

#[test]
fn one_line_end_is_dropped_from_a_password() {
    let env = plain();
    env.write("secret", "wonderland-7\r\n");
    env.run(["register", "meg", "--password-file", "secret", "--no-token"]).succeeds();
    env.log_in(["meg", "--no-store"]).succeeds();
    env.execute("DELETE FROM authtoken_token; DELETE FROM auth_user");
    env.run_with_input("wonderland-7\n\n", ["register", "meg", "--password-stdin", "--no-token"]).succeeds();
    env.log_in(["meg", "--no-store"]).ends_with(4);
    env.run_with_input("wonderland-7\n\n", ["login", "meg", "--password-stdin", "--no-store"]).succeeds();
}

#[test]
fn passwords_have_one_source() {
    let env = plain();
    env.write("secret", "x");
    for pair in [
        ["--password-stdin", "--no-password"],
        ["--password-stdin", "--random-password"],
        ["--no-password", "--random-password"],
        ["--password-stdin", "--password-file=secret"],
        ["--password-env=X", "--password-file=secret"],
    ] {
        env.run(["register", "meg"].iter().chain(&pair)).ends_with(2);
    }
    for (value, code) in
        [("--random-password=7", 2), ("--random-password=129", 2), ("--random-password=x", 2)]
    {
        env.run(["register", "meg", value]).ends_with(code);
    }
    env.run(["register", "meg", "--password-env", "NOT_THERE"]).ends_with(2);
    env.run(["register", "meg", "--password-file", "nowhere"]).ends_with(1);
    let run = env.run_with_input("", ["register", "meg", "--password-stdin", "--format", "json"]);
    assert_eq!(faults(&run.ends_with(6)), ["password required"]);
    let run = env.run_with_input([0xff, 0xfe], ["register", "meg", "--password-stdin"]);
    run.ends_with(6);
    assert_eq!(env.rows(COUNTS), ["0|0"]);
}

#[test]
fn two_things_that_want_standard_input() {
    let env = plain();
    let run = env.run_with_input("{}", ["register", "--from-json", "-", "--password-stdin"]).ends_with(2);
    assert!(run.stderr.contains("--from-json -") && run.stderr.contains("--password-stdin"));
}

#[test]
fn random_passwords_are_shown_once() {
    let env = plain();
    let run = env.run(["register", "meg", "--random-password"]).succeeds();
    let password = run.stderr.lines().find_map(|line| line.strip_prefix("Password: ")).unwrap().to_owned();
    assert_eq!(password.chars().count(), 22);
    assert_eq!(run.stdout.lines().count(), 1);
    env.run_with_input(&password, ["login", "meg", "--password-stdin"]).succeeds();
    let answer =
        env.run(["register", "joe", "--random-password=30", "--format", "json", "--quiet"]).succeeds();
    let password = answer.json()["password"].as_str().unwrap().to_owned();
    assert_eq!(password.chars().count(), 30);
    assert_eq!(answer.stderr, "");
    let quiet = env.run(["register", "ann", "--random-password", "--quiet"]).succeeds();
    assert_eq!(quiet.stderr.lines().count(), 1, "quiet or not, the password is shown: {}", quiet.stderr);
    // Where there is no token, the password is the answer.
    let alone = env.run(["register", "eve", "--random-password", "--no-token", "--quiet"]).succeeds();
    assert_eq!((alone.stdout.len(), alone.stderr.as_str()), (23, ""));
    env.run_with_input(alone.stdout, ["login", "eve", "--password-stdin"]).succeeds();
}

#[test]
fn a_length_behind_a_blank_is_told_its_place() {
    let env = plain();
    for command in ["register", "set-password"] {
        let run = env.run([command, "meg", "--random-password", "30"]).ends_with(2);
        assert!(
            run.stderr.contains("tip: ") && run.stderr.contains("use '--random-password=30'"),
            "{}",
            run.stderr
        );
        let run = env.run([command, "meg", "--random-password", "hunter2"]).ends_with(2);
        assert!(!run.stderr.contains("hunter2") && !run.stderr.contains("characters, use"), "{}", run.stderr);
    }
}

#[test]
fn weak_passwords_warn_and_go_through() {
    let env = plain();
    let run =
        env.run_with_input("ducharme\n", ["register", "meg@ducharme.com", "--password-stdin", "--no-token"]);
    assert_snapshot!(run.snapshot(&env), @r"
    exit: 0
    --- stdout
    --- stderr
    warning: The password resembles the username.
    Registered meg@ducharme.com (id 1).
    ");
    let run = env.run_with_input(
        "me",
        ["register", "me@me.com", "--password-stdin", "--no-token", "--format", "json"],
    );
    let warnings = run.succeeds().error()["warnings"].clone();
    assert!(warnings.as_array().unwrap().len() >= 2, "{warnings}");
}

#[test]
fn weak_passwords_are_refused_where_strong_ones_are_required() {
    let env = plain();
    let weak = ["register", "meg", "--password-stdin", "--require-strong", "--format", "json"];
    let run = env.run_with_input("12345", weak).ends_with(6);
    assert_eq!(
        faults(&run),
        ["password password_too_short", "password password_too_common", "password password_entirely_numeric"]
    );
    assert!(!run.stderr.contains("12345"));
    let run = env.run_with_input("meg-meg-", ["register", "meg-meg", "--password-stdin", "--require-strong"]);
    assert_eq!(run.ends_with(6).stderr, "error: The password resembles the username.\n");
    env.write("authctl.toml", "[passwords]\nrequire_strong = true\n");
    env.run_with_input("12345", ["register", "meg", "--password-stdin"]).ends_with(6);
    env.run_with_input("wonderland-7", ["register", "meg", "--password-stdin"]).succeeds();
    assert_eq!(env.rows(COUNTS), ["1|1"]);
}

#[test]
fn hashes_are_djangos() {
    let env = plain();
    env.register("meg", "wonderland-7");
    let hash = env.value("SELECT password FROM auth_user");
    assert!(hash.starts_with("argon2$argon2id$v=19$m=102400,t=2,p=8$"), "{hash}");
    env.execute("DELETE FROM authtoken_token; DELETE FROM auth_user");
    env.write("authctl.toml", "[passwords]\nhasher = \"pbkdf2_sha256\"\n");
    env.register("meg", "wonderland-7");
    let hash = env.value("SELECT password FROM auth_user");
    let parts: Vec<&str> = hash.split('$').collect();
    assert_eq!((parts[0], parts[2].len(), parts[3].len()), ("pbkdf2_sha256", 22, 44), "{hash}");
    assert!(parts[1].parse::<u32>().unwrap() >= 1_000_000, "{hash}");
    env.log_in(["meg"]).succeeds();
}

#[test]
fn no_output_holds_a_secret() {
    let env = TestEnv::with_database(LEVELUP);
    let secret = "Zebra-Crossing-42";
    let mut outputs = Vec::new();
    let fields = ["--email", "a@b.de", "--first-name", "A", "--last-name", "B", "--set", "bio=x"];
    for format in ["table", "json", "csv"] {
        let name = format!("u{format}");
        let first = ["register", &name, "--password-stdin", "--format", format];
        outputs.push(env.run_with_input(secret, first.iter().chain(&fields)).succeeds());
        let again = ["register", &name, "--password-stdin", "--format", format];
        outputs.push(env.run_with_input(secret, again.iter().chain(&fields)).ends_with(5));
        outputs.push(env.run_with_input(secret, ["login", &name, "--password-stdin", "--format", format]));
        outputs.push(env.run_with_input(secret, ["login", "no", "--password-stdin", "--format", format]));
        let body = format!("{{\"username\": \"no\", \"password\": \"{secret}\", \"x\": 1, }}");
        outputs.push(env.run_with_input(&body, ["register", "--from-json", "-", "--format", format]));
        let body = format!("{{\"username\": \"no\", \"password\": [\"{secret}\"], \"id\": 1}}");
        outputs.push(env.run_with_input(&body, ["register", "--from-json", "-", "--format", format]));
        let set = format!("password={secret}");
        outputs.push(env.run(["register", "no", "--no-password", "--set", &set, "--format", format]));
        let option = format!("--password={secret}");
        outputs.push(env.run(["register", "no", &option, "--format", format]));
        outputs.push(env.run(["whoami", "--format", format]));
        outputs.push(env.run(["list-users", "--format", format]));
    }
    let hashes = env.rows("SELECT password FROM auth_user");
    assert_eq!(hashes.len(), 3);
    for run in &outputs {
        let text = format!("{}{}", run.stdout, run.stderr);
        assert!(!text.contains(secret), "{text}");
        for hash in &hashes {
            assert!(!text.contains(hash) && !text.contains(&hash[hash.len() - 20..]), "{text}");
        }
    }
}

#[test]
fn a_project_is_told_that_signals_do_not_run() {
    let env = plain();
    let run = env.run(["register", "meg", "--no-password"]).succeeds();
    assert!(!run.stderr.contains("signals"), "{}", run.stderr);
    env.execute("INSERT INTO django_content_type (app_label, model) VALUES ('auth', 'user')");
    let run = env.run(["register", "joe", "--no-password"]).succeeds();
    assert!(run.stderr.contains("hint: Django's signals did not run"), "{}", run.stderr);
    let run = env.run(["register", "ann", "--no-password", "--quiet"]).succeeds();
    assert_eq!(run.stderr, "");
}

#[test]
fn init_makes_the_database_or_uses_it() {
    let env = TestEnv::new();
    let run = env.run(["register", "meg", "--no-password"]).ends_with(9);
    assert!(run.stderr.contains("db.sqlite3") && run.stderr.contains("init"), "{}", run.stderr);
    assert!(!env.path("db.sqlite3").exists());
    env.run(["register", "--init", "meg", "--no-password"]).succeeds();
    let mode = fs::metadata(env.path("db.sqlite3")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    env.run(["register", "--init", "joe", "--no-password"]).succeeds();
    assert_eq!(env.rows(COUNTS), ["2|2"]);
}

#[test]
fn init_leaves_no_file_where_registering_is_refused() {
    let env = TestEnv::new();
    env.run(["register", "--init", "a b", "--no-password"]).ends_with(6);
    env.run(["register", "--init", "meg"]).ends_with(6);
    env.run(["register", "--init", "meg", "--no-password", "--set", "bio=x"]).ends_with(6);
    assert_eq!(fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn two_that_make_the_database_at_once() {
    for _ in 0..5 {
        let env = TestEnv::new();
        let runs: Vec<Run> = thread::scope(|scope| {
            let start = |name: &'static str| {
                let env = &env;
                scope.spawn(move || env.run(["register", "--init", name, "--no-password"]))
            };
            let started = ["meg", "joe"].map(start);
            started.into_iter().map(|run| run.join().unwrap()).collect()
        });
        for run in runs {
            run.succeeds();
        }
        assert_eq!(env.rows(COUNTS), ["2|2"]);
        assert_eq!(fs::read_dir(env.path("")).unwrap().count(), 1, "the database alone");
    }
}

#[test]
fn many_at_once_all_succeed() {
    let env = plain();
    let names: Vec<String> = (0..32).map(|number| format!("user{number}")).collect();
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            let mut command = env.command();
            command.args(["register", name, "--no-password"]).stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in children {
        Run::of(child.wait_with_output().unwrap()).succeeds();
    }
    assert_eq!(env.rows(COUNTS), ["32|32"]);
}

#[test]
fn of_many_with_one_name_one_succeeds() {
    let env = plain();
    let children: Vec<_> = (0..16)
        .map(|_| {
            let mut command = env.command();
            command.args(["register", "meg", "--no-password"]).stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let mut codes: Vec<i32> =
        children.into_iter().map(|child| Run::of(child.wait_with_output().unwrap()).code).collect();
    codes.sort_unstable();
    assert_eq!(codes[0], 0);
    assert!(codes[1..].iter().all(|code| *code == 5), "{codes:?}");
    assert_eq!(env.rows(COUNTS), ["1|1"]);
}

#[test]
fn a_busy_database_is_exit_8() {
    let env = plain();
    let database = env.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let arguments = ["register", "meg", "--no-password", "--busy-timeout", "0.1", "--format", "json"];
    assert_eq!(env.run(arguments).ends_with(8).error()["code"], "busy");
    database.execute_batch("ROLLBACK").unwrap();
    env.run(arguments).succeeds();
}

#[test]
fn what_is_no_database_is_exit_9() {
    let env = TestEnv::new();
    env.write("text", "This is no database, but it is long enough to look like one to a careless reader.");
    let run = env.run(["register", "meg", "--no-password", "--db", "text", "--format", "json"]).ends_with(9);
    assert_eq!(run.error()["code"], "database_unusable");
    env.write("empty", "");
    env.run(["register", "meg", "--no-password", "--db", "empty"]).ends_with(9);
    assert_eq!(fs::metadata(env.path("empty")).unwrap().len(), 0);
    fs::create_dir(env.path("folder")).unwrap();
    env.run(["register", "meg", "--no-password", "--db", "folder"]).ends_with(9);
}

#[test]
fn two_schemes_want_a_choice() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    assert_snapshot!(env.run(["register", "meg", "--no-password"]).snapshot(&env), @r#"
    exit: 7
    --- stdout
    --- stderr
    error: The scheme of a new token: drf, knox all fit. Choose with --scheme, or in authctl.toml: [tokens] scheme = "…"
    "#);
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
    let token = env.run(["register", "meg", "--no-password", "--scheme", "knox"]).succeeds().stdout;
    assert_eq!(token.trim_end().len(), 64);
    env.run(["register", "joe", "--no-password", "--no-token"]).succeeds();
    env.write("authctl.toml", "[tokens]\nscheme = \"drf\"\n");
    let token = env.run(["register", "ann", "--no-password"]).succeeds().stdout;
    assert_eq!(token.trim_end().len(), 40);
}

#[test]
fn knox_tokens_are_stored_as_digests() {
    let env = TestEnv::with_database(KNOX);
    let run = env.run(["register", "meg", "--no-password", "--format", "json"]).succeeds();
    let answer = run.json();
    let token = answer["token"].as_str().unwrap();
    assert_eq!(answer["scheme"], "knox");
    let row = "SELECT token_key, length(digest), \
               round((julianday(expiry) - julianday(created)) * 24, 3) FROM knox_authtoken";
    assert_eq!(env.rows(row), [format!("{}|128|10", &token[..15])]);
}

#[test]
fn a_database_without_token_tables() {
    let env = plain();
    env.execute("DROP TABLE authtoken_token");
    let run = env.run(["register", "meg", "--no-password"]).succeeds();
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("warning: No token was made"), "{}", run.stderr);
    env.run(["register", "joe", "--no-password", "--scheme", "drf"]).ends_with(9);
}

#[test]
fn a_secret_that_cannot_be_written_is_told_with_what_was_done() {
    let env = plain();
    let mut command = env.command();
    command.args(["register", "meg", "--no-password"]).stdout(File::create("/dev/full").unwrap());
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let run = Run::of(output).ends_with(14);
    assert!(
        run.stderr.contains("meg was registered") && run.stderr.contains("revoke-token"),
        "{}",
        run.stderr
    );
    assert_eq!(env.rows(COUNTS), ["1|1"]);
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    let env = TestEnv::new();
    let mut command = env.command();
    command.args(["register", "--init", "meg", "--password-stdin"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"half a pass").unwrap();
    thread::sleep(Duration::from_millis(300));
    let id = child.id().to_string();
    Command::new("/bin/sh").args(["-c", &format!("kill -INT {id}")]).status().unwrap();
    let run = Run::of(child.wait_with_output().unwrap()).ends_with(130);
    drop(stdin);
    assert_eq!(run.stdout, "");
    assert_eq!(fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn a_wrong_command_line_is_exit_2() {
    let env = plain();
    env.run(["register", "meg", "--no-such-option"]).ends_with(2);
    env.run(["register", "meg", "joe", "--no-password"]).ends_with(2);
    env.run(["register", "meg", "--profile", "x", "--no-profile", "--no-password"]).ends_with(2);
    env.run(["register", "meg", "--scheme", "jwt", "--no-password"]).ends_with(2);
    let error = env.run(["register", "--format", "json", "--no-such-option"]).ends_with(2).error();
    assert_eq!((&error["code"], &error["exit"]), (&json!("usage"), &json!(2)));
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
fn a_random_password_that_cannot_be_written_is_exit_14() {
    let env = plain();
    let mut command = env.command();
    command.args(["register", "meg", "--random-password"]).stderr(File::create("/dev/full").unwrap());
    let output = command.stdout(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(14), "the password is lost, and nobody is told");
}

#[test]
fn a_reader_that_is_gone_is_exit_14_since_the_token_is_lost() {
    let env = plain();
    let mut command = env.command();
    command.args(["register", "meg", "--no-password"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::of(child.wait_with_output().unwrap()).ends_with(14);
    assert!(run.stderr.contains("meg was registered"), "{}", run.stderr);
}

#[test]
fn a_field_under_two_names_is_given_twice() {
    let env = TestEnv::with_database(
        "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"text\" }\n",
    );
    let run = env.run(["register", "meg", "--no-password", "--set", "bio=x", "--set", "gamer.bio=y"]);
    assert!([2, 6].contains(&run.code) && run.stderr.contains("given twice"), "{}", run.stderr);
    assert_eq!(env.rows(COUNTS), ["0|0"]);
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
    assert_eq!(env.value(age), "1", "in UTC, wherever one is");
}

#[test]
fn the_journal_mode_stays_as_it_is() {
    for mode in ["delete", "wal"] {
        let env = plain();
        env.database().pragma_update(None, "journal_mode", mode).unwrap();
        env.run(["register", "meg", "--no-password"]).succeeds();
        assert_eq!(env.value("PRAGMA journal_mode"), mode);
        assert_eq!(env.rows(COUNTS), ["1|1"]);
    }
}

#[test]
fn a_damaged_database_is_exit_9() {
    let env = plain();
    let mut bytes = env.database_bytes();
    for byte in &mut bytes[4096..] {
        *byte = 0x5a;
    }
    fs::write(env.path("db.sqlite3"), bytes).unwrap();
    let run = env.run(["register", "meg", "--no-password"]).ends_with(9);
    assert!(run.stderr.contains("damaged"), "{}", run.stderr);
}

#[test]
fn a_database_of_something_else_is_exit_9() {
    let env = TestEnv::new();
    env.execute("CREATE TABLE recipes (id integer PRIMARY KEY)");
    let run = env.run(["register", "meg", "--no-password"]).ends_with(9);
    assert!(run.stderr.contains("no user table"), "{}", run.stderr);
}

#[test]
fn csv_is_one_heading_and_one_row() {
    let env = TestEnv::with_database(LEVELUP);
    let run = env.run([
        "register",
        "meg",
        "--email",
        "a@b.de",
        "--first-name",
        "A, \"B\"",
        "--last-name",
        "C",
        "--set",
        "bio=x",
        "--no-password",
        "--format",
        "csv",
    ]);
    let run = run.succeeds();
    let lines: Vec<&str> = run.stdout.split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{:?}", run.stdout);
    assert!(lines[0].starts_with("valid,token,scheme,expiry,staff,user.id,user.username,"), "{}", lines[0]);
    assert!(lines[0].ends_with("profile.kind,profile.bio,changed,fields,dry_run"), "{}", lines[0]);
    assert!(lines[1].contains(",\"A, \"\"B\"\"\","), "{}", lines[1]);
    assert!(lines[1].ends_with(",gamer.bio,token\",false"), "{}", lines[1]);
}

#[test]
fn a_password_in_the_place_of_an_argument_is_not_echoed() {
    let env = plain();
    for arguments in [["register", "meg", "Zebra-Crossing-42"], ["login", "meg", "Zebra-Crossing-42"]] {
        let run = env.run(arguments).ends_with(2);
        assert!(!run.stderr.contains("Zebra"), "{}", run.stderr);
    }
}

#[test]
fn a_field_of_the_user_and_the_profile_is_named_with_its_kind() {
    let env = TestEnv::with_database(
        "[profiles.gamer]\ntable = \"app_gamer\"\nfields = { tier = \"varchar(9)\" }\n[register]\nprofile = \"gamer\"\n",
    );
    env.execute("ALTER TABLE auth_user ADD COLUMN tier varchar(9) NOT NULL DEFAULT 'none'");
    let arguments = ["register", "meg", "--no-password", "--format", "json"];
    assert_eq!(faults(&env.run(arguments).ends_with(6)), ["gamer.tier required"]);
    let sets = ["--set", "tier=user", "--set", "gamer.tier=game"];
    env.run(arguments.iter().chain(&sets)).succeeds();
    assert_eq!(env.value("SELECT u.tier || g.tier FROM auth_user u, app_gamer g"), "usergame");
}

#[test]
fn the_moment_of_joining_can_be_set() {
    let env = plain();
    env.run(["register", "meg", "--no-password", "--set", "date_joined=2020-01-02"]).succeeds();
    assert_eq!(env.value("SELECT date_joined FROM auth_user"), "2020-01-02 00:00:00");
}

#[test]
fn a_file_of_bytes_fills_a_column_of_bytes_alone() {
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
fn addresses_that_django_would_refuse_are_refused() {
    let env = plain();
    for address in ["meg@nowhere", "meg ducharme@example.com", "@example.com", "meg@-example.com"] {
        let run = env.run(["register", "meg", "--no-password", "--email", address]).ends_with(6);
        assert!(run.stderr.contains("e-mail address"), "{}", run.stderr);
    }
    env.run(["register", "meg", "--no-password", "--email", "meg@localhost"]).succeeds();
}

/// A profile with a required column of every type, and someone who has it; `more` overrides.
fn citizen(more: &[&str]) -> Vec<String> {
    let fields = [
        "birthday=1990-12-31",
        "citizen.tier=basic",
        "quota=5",
        "home=1",
        "born=1985-02-28",
        "seen_at=2024-02-29T23:59:01.000120Z",
        "wakes_at=06:30",
        "shift=1 02:00:00.000003",
        "consents=true",
        "reference=00000000-0000-4000-8000-00000000000A",
        "income=12345.600",
        "weight=71.5",
        r#"answers={"zeta":[1,2.50,null],"alpha":"größe"}"#,
        "dossier.tier=gold",
        "points=7",
        "level=3",
        "code=ABC",
        "host=192.0.2.7",
        "handle=slug-1",
        "homepage=https://example.com/a?b=c",
        "remarks=first line",
        "country=2",
    ];
    let name = |field: &str| field.split_once('=').unwrap().0.to_owned();
    let is_given = |field: &&&str| !more.iter().any(|other| name(other) == name(field));
    let fields = fields.iter().filter(is_given).chain(more).filter(|field| !field.ends_with('='));
    let fields = fields.flat_map(|field| ["--set".to_owned(), field.replacen("citizen.", "", 1)]);
    let command = ["register", "meg", "--no-password", "--profile", "dossier", "--format", "json"];
    command.into_iter().map(str::to_owned).chain(fields).collect()
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
    // What Django's model would fill by itself has no trace in the table but its name and its type.
    let filled = "SELECT length(tracking), tracking GLOB '*[^0-9a-f]*', created_at = updated_at, \
                  abs(julianday('now') - julianday(created_at)) * 24 < 1 FROM census_dossier";
    assert_eq!(env.rows(filled), ["32|0|1|1"]);
}

#[test]
fn a_decimal_may_turn_out_whole_and_json_may_be_null() {
    let env = TestEnv::with_schema("every_type");
    let answer = env.run(citizen(&["income=3.00", "answers=null"])).succeeds().json();
    let stored = "SELECT typeof(income), income, typeof(answers), answers FROM census_dossier";
    assert_eq!(env.rows(stored), ["integer|3|text|null"]);
    assert_eq!(answer["profile"]["income"], "3");
    assert!(answer["profile"]["answers"].is_null());
}

#[test]
fn a_decimal_that_django_could_not_read_is_refused() {
    let env = TestEnv::with_schema("every_type");
    let run = env.run(citizen(&["income=12345678901234.56"])).ends_with(6);
    assert_eq!(faults(&run), ["income max_digits"]);
    let answer = env.run(citizen(&["income=1234567890123.45"])).succeeds().json();
    assert_eq!(answer["profile"]["income"], "1234567890123.45");
}

#[test]
fn what_only_the_model_has_a_default_for_is_asked_for() {
    let env = TestEnv::with_schema("every_type");
    let run = env.run(citizen(&["consents=", "points=", "remarks=", "quota="])).ends_with(6);
    let expected = ["quota required", "consents required", "points required", "remarks required"];
    assert_eq!(faults(&run), expected);
    assert_eq!(env.value("SELECT count(*) FROM census_citizen"), "0");
}

#[test]
fn a_reference_to_a_row_that_does_not_exist_is_refused_by_its_field() {
    let env = TestEnv::with_schema("every_type");
    let run = env.run(citizen(&["country=99", "home=98"])).ends_with(6);
    assert_eq!(faults(&run), ["home_id does_not_exist", "country_id does_not_exist"]);
    assert_eq!(env.value("SELECT count(*) FROM census_citizen"), "0");
}

#[test]
fn rules_with_a_regular_expression_or_a_range_are_the_databases() {
    for (field, rule) in
        [("code=AbC", "dossier_code_form"), ("level=10", "dossier_level_range"), ("points=-1", "points")]
    {
        let env = TestEnv::with_schema("every_type");
        let run = env.run(citizen(&[field])).ends_with(6);
        assert!(run.stderr.contains("check") && run.stderr.contains(rule), "{field}: {}", run.stderr);
        assert_eq!(env.value("SELECT count(*) FROM census_citizen"), "0");
    }
}

#[test]
fn the_number_of_a_user_who_is_gone_is_not_given_again() {
    for env in [plain(), TestEnv::with_schema("rock")] {
        env.run(["register", "meg", "--no-password"]).succeeds();
        env.execute("DELETE FROM authtoken_token; DELETE FROM auth_user");
        env.run(["register", "joe", "--no-password"]).succeeds();
        assert_eq!(env.value("SELECT id FROM auth_user"), "2");
    }
}

#[test]
fn a_column_that_the_database_fills_need_not_be_given() {
    let env = TestEnv::with_schema("db_defaults");
    let arguments = ["register", "meg", "--no-password", "--profile", "setting", "--format", "json"];
    assert_eq!(faults(&env.run(arguments).ends_with(6)), ["theme required"]);
    env.run(arguments.iter().chain(&["--set", "theme=dark"])).succeeds();
    let row = "SELECT theme, language, retries, label FROM modern_setting";
    assert_eq!(env.rows(row), ["dark|en|3|dark/en"]);
    let run = env.run(arguments.iter().chain(&["--set", "theme=x", "--set", "label=y"])).ends_with(6);
    assert!(run.stderr.contains("label"), "a generated column is nobody's to set: {}", run.stderr);
}

#[test]
fn an_account_that_is_there_is_left_as_it_is_with_skip() {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    let before = env.database_bytes();
    let skip = ["register", "meg", "--on-existing", "skip", "--email", "other@example.com", "--no-password"];
    let run = env.run(skip).succeeds();
    assert_eq!(run.stdout, format!("{token}\n"));
    assert!(run.stderr.contains("nothing was changed"), "{}", run.stderr);
    assert!(env.database_bytes() == before);
    let answer = env.run(skip.iter().copied().chain(["--format", "json"])).succeeds().json();
    assert_eq!((&answer["changed"], &answer["fields"]), (&json!(false), &json!([])));
    assert_eq!(answer["token"], *token);
    // Without the option it is an error as ever.
    env.run(["register", "meg", "--no-password"]).ends_with(5);
}

#[test]
fn an_account_that_is_there_gets_what_is_given_with_update() {
    let env = TestEnv::with_database(LEVELUP);
    env.execute("INSERT INTO auth_group (name) VALUES ('editors')");
    env.run(["register", "meg", "--email", "m@example.com", "--first-name", "Meg", "--no-password"])
        .ends_with(6);
    let first = [
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
    ];
    env.run(first).succeeds();
    let update = [
        "register",
        "meg",
        "--on-existing",
        "update",
        "--last-name",
        "Ducharme",
        "--set",
        "bio=new",
        "--group",
        "editors",
        "--staff",
        "--no-password",
        "--format",
        "json",
    ];
    let answer = env.run(update).succeeds().json();
    assert_eq!(answer["fields"], json!(["last_name", "is_staff", "gamer.bio", "groups"]));
    assert_eq!(answer["user"]["first_name"], "Meg", "what is not given stays");
    assert_eq!(answer["user"]["last_name"], "Ducharme");
    assert_eq!(answer["profile"]["bio"], "new");
    assert_eq!(answer["token"], env.value("SELECT key FROM authtoken_token"));
    let before = env.database_bytes();
    let again = env.run(update).succeeds().json();
    assert_eq!((&again["changed"], &again["fields"]), (&json!(false), &json!([])));
    assert!(env.database_bytes() == before, "the second time nothing is written");
    env.run(["register", "meg", "--on-existing", "update", "--group", "nobody", "--no-password"])
        .ends_with(3);
}

#[test]
fn update_changes_names_flags_and_the_address() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let update = ["register", "meg", "--on-existing", "update", "--no-password", "--format", "json"];
    let with = |more: &[&'static str]| env.run(update.iter().chain(more)).succeeds().json()["fields"].clone();
    assert_eq!(with(&["--first-name", "Meg", "--last-name", "D"]), json!(["first_name", "last_name"]));
    assert_eq!(with(&["--email", "meg@example.com"]), json!(["email"]));
    assert_eq!(with(&["--superuser"]), json!(["is_staff", "is_superuser"]));
    assert_eq!(with(&["--inactive"]), json!(["is_active"]));
    let stored = "SELECT first_name, email, is_staff, is_superuser, is_active FROM auth_user";
    assert_eq!(env.rows(stored), ["Meg|meg@example.com|1|1|0"]);
}

#[test]
fn an_updated_account_gets_the_profile_that_is_asked_for_and_the_token_that_it_lacks() {
    let env = TestEnv::with_database(LEVELUP);
    env.write("authctl.toml", "");
    env.run(["register", "meg", "--no-profile", "--no-token", "--no-password"]).succeeds();
    env.write("authctl.toml", LEVELUP);
    let update = ["register", "meg", "--on-existing", "update", "--no-password", "--format", "json"];
    let with = |more: &[&'static str]| env.run(update.iter().chain(more));
    // The configured kind is one of new users.
    assert_eq!(with(&["--no-token"]).succeeds().json()["changed"], false);
    with(&["--profile", "gamer"]).ends_with(6);
    with(&["--profile", "gamer", "--set", "bio="]).ends_with(6);
    let answer = with(&["--set", "bio=hello"]).succeeds().json();
    assert_eq!(answer["fields"], json!(["gamer", "token"]));
    assert_eq!(env.value("SELECT bio FROM levelupapi_gamer"), "hello");
    let body = r#"{"username": "meg", "account_type": "gamr"}"#;
    env.run_with_input(body, ["register", "--from-json", "-", "--on-existing", "update"]).ends_with(6);
}

#[test]
fn the_key_of_an_inactive_account_is_not_handed_out() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.execute("UPDATE auth_user SET is_active = 0");
    let run = env.run(["register", "meg", "--on-existing", "skip", "--no-password"]).succeeds();
    assert_eq!(run.stdout, "");
}

#[test]
fn the_password_of_an_account_that_is_there_changes_as_told() {
    let env = TestEnv::with_database("[passwords]\nhasher = \"pbkdf2_sha256\"\n");
    env.register("meg", "wonderland-7");
    let stored = || env.value("SELECT password FROM auth_user");
    let update = |password: &str, when: &str| {
        let arguments =
            ["register", "meg", "--on-existing", "update", "--password-stdin", "--update-password", when];
        let run = env.run_with_input(password, arguments.iter().copied().chain(["--format", "json"]));
        run.succeeds().json()["fields"].clone()
    };
    let first = stored();
    assert_eq!(update("another-7-word", "on-create"), json!([]));
    assert_eq!(update("wonderland-7", "if-different"), json!([]));
    assert_eq!(stored(), first);
    assert_eq!(update("another-7-word", "if-different"), json!(["password"]));
    let second = stored();
    assert_ne!(second, first);
    assert_eq!(update("another-7-word", "always"), json!(["password"]));
    assert_ne!(stored(), second, "always hashes anew");
}

#[test]
fn an_encoded_password_is_taken_as_it_is_and_a_plain_one_refused() {
    let env = plain();
    let encoded = "pbkdf2_sha256$1$abcdefghijklmnopqrstuv$YHVtR8W0A6AxDrxvEgGXR2SIv6SdNZBbs7B7bH1JZh0=";
    let run = env.run_with_input(encoded, ["register", "meg", "--password-hash-stdin"]).succeeds();
    assert!(run.stderr.contains("weaker"), "{}", run.stderr);
    assert_eq!(env.value("SELECT password FROM auth_user"), encoded);
    env.log_in(["meg"]).succeeds();
    for wrong in ["wonderland-7", "", "pbkdf2_sha256$bad", "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aaaa"] {
        let run = env.run_with_input(wrong, ["register", "joe", "--password-hash-stdin"]).ends_with(6);
        assert!(wrong.is_empty() || !run.stderr.contains(wrong), "{}", run.stderr);
    }
}

#[test]
fn a_rehearsal_shows_what_would_be_and_writes_nothing() {
    let env = TestEnv::with_database(LEVELUP);
    let before = env.database_bytes();
    let rehearse = [
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
        "--random-password",
        "--dry-run",
    ];
    let run = env.run(rehearse).succeeds();
    assert_eq!(run.stdout, "", "no token is shown");
    assert!(run.stderr.contains("Would register meg with a gamer profile and a drf token"), "{}", run.stderr);
    assert!(!run.stderr.contains("Password:"), "{}", run.stderr);
    let answer = env.run(rehearse.iter().copied().chain(["--format", "json"])).succeeds().json();
    assert_eq!((&answer["changed"], &answer["dry_run"]), (&json!(true), &json!(true)));
    assert_eq!((&answer["token"], &answer["user"]["username"]), (&json!(null), &json!("meg")));
    assert!(env.database_bytes() == before);
    // What the real run would refuse, the rehearsal refuses too.
    env.run(["register", "meg", "--dry-run", "--no-password"]).ends_with(6);
    env.execute("DELETE FROM authtoken_token");
    env.execute("CREATE TRIGGER no BEFORE INSERT ON authtoken_token BEGIN SELECT RAISE(ABORT, 'no'); END");
    assert_ne!(env.run(rehearse).code, 0);
}

#[test]
fn a_rehearsal_with_init_makes_no_file() {
    let env = TestEnv::new();
    let run = env.run(["register", "meg", "--init", "--no-password", "--dry-run"]).succeeds();
    assert!(run.stderr.contains("Would make") && run.stderr.contains("Would register meg"), "{}", run.stderr);
    assert!(!env.path("db.sqlite3").exists());
    assert_eq!(std::fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn options_that_would_be_passed_over_are_refused() {
    let env = plain();
    env.run(["register", "meg", "--no-password", "--update-password", "always"]).ends_with(2);
}
