//! JSON lists and fixtures are read element by element, whatever the order and the length.

use std::fmt::Write as _;

use crate::env::TestEnv;
use crate::import_faults::{import, object};

/// The number of accounts: more than one batch.
const COUNT: u32 = 600;

fn env() -> TestEnv {
    TestEnv::with_database("[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"text null\" }\n")
}

fn user(number: u32) -> String {
    object("auth.user", number, &format!("\"username\": \"üser{number}\", \"password\": \"!x\""))
}

fn gamer(number: u32, user: &str) -> String {
    object("app.gamer", 1000 + number, &format!("\"user\": {user}, \"bio\": \"bio {number}\""))
}

fn token(number: u32, user: &str) -> String {
    let fields = format!("\"user\": {user}, \"created\": \"2024-01-01T00:00:00Z\"");
    let token = object("authtoken.token", number, &fields);
    token.replace(&format!("\"pk\": {number}"), &format!("\"pk\": \"{number:040}\""))
}

fn fixture(objects: &[String]) -> String {
    format!("[\n{}\n]\n", objects.join(",\n"))
}

#[test]
fn the_objects_of_an_account_may_be_anywhere() {
    let parts = |number: u32| {
        let owner = match number % 3 {
            0 => format!("[\"üser{number}\"]"),
            1 => format!("\"{number}\""),
            _ => number.to_string(),
        };
        [user(number), gamer(number, &owner), token(number, &owner)]
    };
    let accounts: Vec<[String; 3]> = (1..=COUNT).map(parts).collect();
    let interleaved = accounts.concat();
    let by_model: Vec<String> =
        (0..3).flat_map(|part| accounts.iter().map(move |account| account[part].clone())).collect();
    let backwards = interleaved.iter().rev().cloned().collect();
    // 7 and the number of objects have no common factor.
    let scattered = (0..interleaved.len()).map(|n| interleaved[n * 7 % interleaved.len()].clone()).collect();
    for objects in [interleaved, by_model, backwards, scattered] {
        let env = env();
        import(&env, "a.json", fixture(&objects), &[]).succeeds();
        let expected: Vec<String> =
            (1..=COUNT).map(|n| format!("{n}|üser{n}|{}|bio {n}|{n:040}", 1000 + n)).collect();
        let found = env.rows(
            "SELECT user.id || '|' || username || '|' || app_gamer.id || '|' || bio || '|' || key
             FROM auth_user AS user JOIN app_gamer ON app_gamer.user_id = user.id
             JOIN authtoken_token AS token ON token.user_id = user.id ORDER BY user.id",
        );
        assert_eq!(found, expected);
    }
}

#[test]
fn a_fixture_from_a_pipe_or_in_utf_16_is_read_twice_all_the_same() {
    let text = fixture(&[gamer(1, "1"), token(1, "1"), user(1)]);
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, path) in [(utf16, "a.json"), (format!("\u{feff}{text}").into_bytes(), "a.json")] {
        let env = env();
        import(&env, path, bytes, &[]).succeeds();
        assert_eq!(env.rows("SELECT bio FROM app_gamer"), ["bio 1"]);
    }
    let env = env();
    env.run_with_input(&text, ["import", "-"]).succeeds();
    assert_eq!(env.rows("SELECT bio FROM app_gamer"), ["bio 1"]);
    assert_eq!(env.rows("SELECT user_id FROM authtoken_token"), ["1"]);
}

#[test]
fn an_object_without_its_user_is_refused_with_its_position() {
    let keyless = |number: u32| user(number).replace(&format!("\"pk\": {number}, "), "");
    let bad_token = token(8, "1").replace("2024-01-01", "2024-01-99");
    let objects = [
        gamer(1, "5"),
        keyless(1),
        token(2, "null"),
        gamer(3, "[\"üser9\"]"),
        object("app.gamer", 4, ""),
        token(5, "[\"üser1\"]"),
        gamer(6, "[]"),
        token(7, "[\"üser1\"]").replace("\"created\": \"2024", "\"made\": \"2024"),
        user(2),
        bad_token,
    ];
    let env = env();
    let run = import(&env, "a.json", fixture(&objects), &["--keep-going"]).ends_with(6);
    let lines: Vec<&str> = run.stderr.lines().filter(|line| line.contains("line ")).collect();
    let nobody = |line: usize| format!("a.json, line {line}, column 1: The user is not in the file.");
    let unfit = "a.json, line 9, column 1: A token".to_owned();
    let expected = [nobody(2), nobody(4), nobody(5), nobody(6), nobody(8), unfit, nobody(11)];
    assert_eq!(lines.len(), expected.len(), "{}", run.stderr);
    for (line, expected) in lines.iter().zip(&expected) {
        assert!(line.contains(expected.as_str()), "{line}\n{expected}");
    }
    assert!(env.rows("SELECT 1 FROM auth_user").is_empty());
}

#[test]
fn repeated_objects_of_a_fixture_are_refused() {
    let env = env();
    for (objects, fault) in [
        (vec![user(1), user(1)], "line 3"),
        (vec![gamer(1, "1"), user(1), gamer(1, "1")], "gamer"),
        (vec![token(1, "1"), user(1), token(1, "1")], "token"),
    ] {
        let run = import(&env, "a.json", fixture(&objects), &[]).ends_with(6);
        assert!(run.stderr.contains(fault), "{}", run.stderr);
        assert!(env.rows("SELECT 1 FROM auth_user").is_empty());
    }
}

#[test]
fn a_syntax_error_late_in_a_list_refuses_all_of_it() {
    let mut rows = String::new();
    for number in 1..=COUNT {
        writeln!(rows, "{{\"username\": \"user{number}\", \"password_hash\": \"!x\"}},").unwrap();
    }
    let objects: Vec<String> = (1..=COUNT).map(user).collect();
    let objects = format!("{},\n", objects.join(",\n"));
    let last = COUNT + 1;
    for (end, position, reason) in [
        ("{\"username\": }]", format!("line {last}, column 14"), "expected value"),
        ("{} {}]", format!("line {last}, column 4"), "expected `,` or `]`"),
        ("{", format!("line {last}, column 1"), "The JSON ends unexpectedly."),
    ] {
        for text in [format!("[{rows}{end}"), format!("[{objects}{end}")] {
            let env = env();
            for more in [&[][..], &["--keep-going"], &["--dry-run"]] {
                let run = import(&env, "a.json", &text, more).ends_with(6);
                assert!(run.stderr.contains(&position) && run.stderr.contains(reason), "{}", run.stderr);
            }
            assert!(env.rows("SELECT 1 FROM auth_user").is_empty());
        }
    }
}

#[test]
fn an_element_has_the_same_limit_as_a_line() {
    let env = env();
    let long = "x".repeat(16 * 1024 * 1024);
    let text = format!("[{{\"username\": \"ann\"}},\n {{\"username\": \"{long}\"}}]");
    let run = import(&env, "a.json", text, &[]).ends_with(6);
    assert!(
        run.stderr.contains("a.json, line 2, column 2: The row is larger than 16 MiB."),
        "{}",
        run.stderr
    );
    assert!(env.rows("SELECT 1 FROM auth_user").is_empty());
}
