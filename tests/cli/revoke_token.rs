use crate::env::{Run, TestEnv};
use crate::seed;
use crate::terminal::Terminal;

const PAST: &str = "2020-05-06 07:08:09";

/// meg and ann with a DRF key each, and three knox tokens.
fn both() -> TestEnv {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    let database = env.database();
    let meg = seed::user(&database, "meg");
    let ann = seed::user(&database, "ann");
    seed::drf_token(&database, meg, &seed::key("abcdef11"));
    seed::drf_token(&database, ann, &seed::key("abcdef22"));
    seed::knox_token(&database, meg, "knoxmegexpired0", Some(PAST));
    seed::knox_token(&database, meg, "knoxmeg00000000", None);
    seed::knox_token(&database, ann, "knoxannexpired0", Some(PAST));
    env
}

fn revoke(env: &TestEnv, arguments: &[&str]) -> Run {
    env.run(["revoke-token"].iter().chain(arguments))
}

/// Returns the remaining public prefixes.
fn left(env: &TestEnv) -> Vec<String> {
    let run = env.run(["list-tokens", "--format", "plain"]).succeeds();
    let mut left: Vec<String> =
        run.stdout.lines().map(|line| line.split('\t').nth(2).unwrap().to_owned()).collect();
    left.sort();
    left
}

const ALL: [&str; 5] = ["abcdef11", "abcdef22", "knoxannexpired0", "knoxmeg00000000", "knoxmegexpired0"];

fn all_but(gone: &[&str]) -> Vec<String> {
    ALL.iter().filter(|prefix| !gone.contains(prefix)).map(|&prefix| prefix.to_owned()).collect()
}

#[test]
fn unique_prefixes_delete_their_tokens() {
    let env = both();
    let run = revoke(&env, &["abcdef1"]).succeeds();
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", "Deleted 1 token.\n"));
    assert_eq!(left(&env), all_but(&["abcdef11"]));
    revoke(&env, &["knoxan"]).succeeds();
    assert_eq!(left(&env), all_but(&["abcdef11", "knoxannexpired0"]));
    // A complete public prefix of the maximum length.
    revoke(&env, &["knoxmeg00000000"]).succeeds();
    assert_eq!(left(&env), all_but(&["abcdef11", "knoxannexpired0", "knoxmeg00000000"]));
}

#[test]
fn a_prefix_of_several_is_ambiguous_and_deletes_nothing() {
    let env = both();
    let run = revoke(&env, &["abcdef"]).ends_with(7);
    for word in ["abcdef11", "abcdef22", "meg", "ann", "--user"] {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
    assert_eq!(revoke(&env, &["knoxmeg", "--format", "json"]).ends_with(7).error()["code"], "ambiguous");
    // A unique prefix before it is not deleted either.
    revoke(&env, &["--yes", "knoxann", "abcdef"]).ends_with(7);
    assert_eq!(left(&env), all_but(&[]));
}

#[test]
fn filters_narrow_a_prefix_until_it_is_unique() {
    let env = both();
    revoke(&env, &["abcdef", "--user", "ann"]).succeeds();
    assert_eq!(left(&env), all_but(&["abcdef22"]));
    revoke(&env, &["knoxmeg", "--expired"]).succeeds();
    assert_eq!(left(&env), all_but(&["abcdef22", "knoxmegexpired0"]));
    revoke(&env, &["abcdef11", "--scheme", "knox"]).ends_with(3);
    revoke(&env, &["abcdef11", "--user", "ann"]).ends_with(3);
}

#[test]
fn prefixes_are_exact() {
    let env = both();
    for prefix in ["ABCDEF11", "abcd%%", "abcde_11", "bcdef11", "knox*meg"] {
        let error = revoke(&env, &[prefix, "--format", "json"]).ends_with(3).error();
        assert_eq!(error["code"], "token_not_found", "{prefix}");
    }
    assert_eq!(left(&env), all_but(&[]));
}

#[test]
fn short_prefixes_are_wrong_usage() {
    let env = both();
    for prefix in ["", "a", "abcde"] {
        revoke(&env, &[prefix]).ends_with(2);
    }
    assert_eq!(left(&env), all_but(&[]));
}

#[test]
fn arguments_longer_than_a_public_prefix_are_not_echoed() {
    let env = both();
    for argument in [seed::key("abcdef11"), "abcdef1100000000".to_owned(), "x".repeat(1000), "é".repeat(16)]
    {
        for format in ["table", "json"] {
            let run = revoke(&env, &[&argument, "--format", format]).ends_with(2);
            assert!(!run.stderr.contains(&argument[..16]), "{}", run.stderr);
            assert!(run.stderr.contains("--token-stdin"), "{}", run.stderr);
        }
    }
    // Without knox, only the first eight characters of DRF keys are public.
    let env = TestEnv::with_database("");
    let database = env.database();
    let meg = seed::user(&database, "meg");
    seed::drf_token(&database, meg, &seed::key("abcdef1122"));
    let run = revoke(&env, &["abcdef112"]).ends_with(2);
    assert!(!run.stderr.contains("abcdef112"), "{}", run.stderr);
    revoke(&env, &["abcdef11"]).succeeds();
}

#[test]
fn a_whole_key_is_read_from_standard_input() {
    let env = both();
    let key = seed::key("abcdef11");
    for text in [key.clone(), format!("{key}\n"), format!("Token {key}\n")] {
        let env = both();
        let run = env.run_with_input(text, ["revoke-token", "--token-stdin"]).succeeds();
        assert!(!run.stdout.contains(&key) && !run.stderr.contains(&key));
        assert_eq!(left(&env), all_but(&["abcdef11"]));
    }
    env.run_with_input(seed::key("abcdef33"), ["revoke-token", "--token-stdin"]).ends_with(3);
    env.run_with_input("abcdef11", ["revoke-token", "--token-stdin"]).ends_with(3);
    env.run_with_input("", ["revoke-token", "--token-stdin"]).ends_with(2);
    env.run_with_input(&key, ["revoke-token", "--token-stdin", "--user", "ann"]).ends_with(3);
    env.run_with_input(&key, ["revoke-token", "--token-stdin", "--scheme", "knox"]).ends_with(3);
    env.run_with_input(&key, ["revoke-token", "--token-stdin", "--expired"]).ends_with(3);
    env.run_with_input(&key, ["revoke-token", "--token-stdin", "--dry-run"]).succeeds();
    assert_eq!(left(&env), all_but(&[]));
    env.run_with_input(&key, ["revoke-token", "--token-stdin", "--user", "meg"]).succeeds();
    assert_eq!(left(&env), all_but(&["abcdef11"]));
}

#[test]
fn a_knox_key_is_read_from_standard_input_too() {
    let env = both();
    let key = env.run(["create-token", "meg", "--scheme", "knox"]).succeeds().stdout;
    assert_eq!(left(&env).len(), 6);
    env.run_with_input(&key, ["revoke-token", "--token-stdin"]).succeeds();
    assert_eq!(left(&env), all_but(&[]));
    env.run_with_input(&key, ["whoami", "--token-stdin"]).ends_with(4);
}

#[test]
fn filters_combine_with_and() {
    for (arguments, gone) in [
        (&["--user", "meg"][..], &["abcdef11", "knoxmegexpired0", "knoxmeg00000000"][..]),
        (&["--user", "meg", "--scheme", "drf"], &["abcdef11"]),
        (&["--user", "meg", "--expired"], &["knoxmegexpired0"]),
        (&["--expired"], &["knoxmegexpired0", "knoxannexpired0"]),
        (&["--all"], &ALL),
        (&["--all", "--scheme", "knox"], &["knoxmegexpired0", "knoxmeg00000000", "knoxannexpired0"]),
        (&["--all", "--user", "ann"], &["abcdef22", "knoxannexpired0"]),
        (&["--all", "--expired"], &["knoxmegexpired0", "knoxannexpired0"]),
        (&["--expired", "--scheme", "drf"], &[]),
        (&["abcdef11", "abcdef22", "abcdef1"], &["abcdef11", "abcdef22"]),
    ] {
        let env = both();
        let answer =
            revoke(&env, &[arguments, &["--yes", "--list", "--format", "json"]].concat()).succeeds().json();
        assert_eq!(left(&env), all_but(gone), "{arguments:?}");
        assert_eq!(answer["counts"]["tokens"], gone.len(), "{arguments:?}");
        assert_eq!(answer["tokens"].as_array().unwrap().len(), gone.len(), "{arguments:?}");
        assert_eq!(env.value("SELECT count(*) FROM auth_user"), "2");
    }
}

#[test]
fn several_tokens_need_confirmation() {
    let env = both();
    for arguments in [&["--all"][..], &["--user", "meg"], &["abcdef11", "abcdef22"], &["--all", "--no-input"]]
    {
        let run = revoke(&env, arguments).ends_with(2);
        assert!(run.stderr.contains("--yes"), "{arguments:?}: {}", run.stderr);
        assert_eq!(left(&env), all_but(&[]), "{arguments:?}");
    }
    // A single token needs no confirmation, however it was selected.
    revoke(&env, &["--user", "ann", "--scheme", "drf"]).succeeds();
    assert_eq!(left(&env), all_but(&["abcdef22"]));
}

#[test]
fn a_dry_run_shows_and_deletes_nothing() {
    let env = both();
    let before = env.database_bytes();
    let run = revoke(&env, &["--user", "meg", "--dry-run"]).succeeds();
    for prefix in ["abcdef11", "knoxmegexpired0", "knoxmeg00000000", "Would delete 3 tokens"] {
        assert!(run.stderr.contains(prefix), "{}", run.stderr);
    }
    assert!(!run.stderr.contains("abcdef110") && !run.stderr.contains("abcdef22"), "{}", run.stderr);
    let answer =
        revoke(&env, &["--all", "--list", "--dry-run", "--yes", "--format", "json"]).succeeds().json();
    assert_eq!((&answer["counts"]["tokens"], &answer["dry_run"]), (&5.into(), &true.into()));
    assert_eq!(answer["tokens"].as_array().unwrap().len(), 5);
    assert!(env.database_bytes() == before);
}

#[test]
fn tokens_that_no_longer_match_after_the_confirmation_are_kept() {
    let env = TestEnv::with_database("");
    for name in ["meg", "joe", "ann"] {
        env.register_quickly(name);
    }
    env.execute("UPDATE auth_user SET is_active = 0");
    let mut command = env.command();
    command.args([
        "revoke-token",
        "--inactive-users",
        "--list",
        "--format",
        "json",
        "--audit-log",
        "audit.jsonl",
    ]);
    let mut terminal = Terminal::start(&command);
    terminal.expect("Delete 3 tokens?");
    env.execute(
        "UPDATE auth_user SET is_active = 1 WHERE username = 'meg';
         DELETE FROM authtoken_token WHERE user_id = 2",
    );
    terminal.types("y\n");
    let screen = terminal.ends_with(0);
    assert!(screen.contains("\"tokens\": 1"), "{screen}");
    assert!(screen.contains("Skipped 2 tokens that changed or disappeared in the meantime."), "{screen}");
    let (_, answer) = screen.split_once("\"tokens\"").unwrap();
    assert!(answer.contains("ann") && !answer.contains("meg") && !answer.contains("joe"), "{screen}");
    assert_eq!(env.rows("SELECT user_id FROM authtoken_token"), ["1"]);
    let log = std::fs::read_to_string(env.path("audit.jsonl")).unwrap();
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let tokens = line["object"]["tokens"].as_array().unwrap();
        assert_eq!((tokens.len(), &tokens[0]["user"]), (1, &"ann".into()), "{log}");
    }
    assert_eq!(log.lines().count(), 2);
}

#[test]
fn many_tokens_are_only_counted_unless_each_is_asked_for() {
    let env = TestEnv::with_database("");
    env.execute(
        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 30)
         INSERT INTO auth_user (id, username, password, first_name, last_name, email, is_staff, is_active, is_superuser,
             date_joined) SELECT i, 'user' || i, '!', '', '', '', 0, i > 10, 0, '2024-01-01 00:00:00' FROM n;
         INSERT INTO authtoken_token (key, user_id, created) SELECT printf('%040x', id), id, '2024-01-01' FROM auth_user",
    );
    let run = revoke(&env, &["--all", "--dry-run"]).succeeds();
    assert!(run.stderr.contains("30 tokens match. Pass --list to print each of them.\n"), "{}", run.stderr);
    assert!(!run.stderr.contains("Would delete:"), "{}", run.stderr);
    let answer = revoke(&env, &["--all", "--dry-run", "--format", "json"]).succeeds().json();
    assert_eq!((&answer["counts"]["tokens"], answer.get("tokens")), (&30.into(), None));
    let run = revoke(&env, &["--all", "--dry-run", "--list"]).succeeds();
    assert_eq!(run.stderr.matches("Would delete: 00000000 (drf of user").count(), 30);
    let run = revoke(&env, &["--inactive-users", "--yes"]).succeeds();
    assert_eq!(run.stderr.matches("To delete: ").count(), 10, "{}", run.stderr);
    let run = revoke(&env, &["--all", "--yes", "--audit-log", "audit.jsonl"]).succeeds();
    assert_eq!(run.stderr, "Deleted 20 tokens.\n");
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
    let log = std::fs::read_to_string(env.path("audit.jsonl")).unwrap();
    let line: serde_json::Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(line["object"]["deleted"], 20);
    assert_eq!(line["object"]["filter"]["inactive_users"], false);
}

#[test]
fn times_are_compared_in_every_form_that_django_reads() {
    let env = both();
    env.execute("DELETE FROM knox_authtoken");
    let forms = [
        ("2020-01-01 00:00:00", true),
        ("2020-01-01T00:00:00.5", true),
        ("2020-01-01 00:00:00+05:30", true),
        ("2999-01-01T00:00:00Z", false),
        ("soon", false),
        ("", false),
    ];
    let database = env.database();
    for (index, (expiry, _)) in forms.iter().enumerate() {
        seed::knox_token(&database, 1, &format!("knox{index}0000000000"), Some(expiry));
    }
    let answer = revoke(&env, &["--expired", "--yes", "--list", "--format", "json"]).succeeds().json();
    assert_eq!(answer["counts"]["tokens"], 3, "{answer}");
    let left: Vec<String> = env.rows("SELECT expiry FROM knox_authtoken");
    let expected: Vec<&str> =
        forms.iter().filter(|(_, is_past)| !is_past).map(|(expiry, _)| *expiry).collect();
    assert_eq!(left, expected);
}

#[test]
fn nothing_to_delete_is_a_success() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    for arguments in [&["--all"][..], &["--expired"], &["--user", "meg"]] {
        let run = revoke(&env, arguments).succeeds();
        assert_eq!(run.stderr, "No tokens to delete.\n", "{arguments:?}");
    }
}

#[test]
fn no_selection_is_wrong_usage() {
    let env = both();
    revoke(&env, &[]).ends_with(2);
    revoke(&env, &["--yes"]).ends_with(2);
    revoke(&env, &["--scheme", "drf", "--yes"]).ends_with(2);
    revoke(&env, &["--dry-run"]).ends_with(2);
    revoke(&env, &["abcdef11", "--all", "--yes"]).ends_with(2);
    revoke(&env, &["abcdef11", "--token-stdin"]).ends_with(2);
    revoke(&env, &["--all", "--token-stdin"]).ends_with(2);
    assert_eq!(left(&env), all_but(&[]));
}

#[test]
fn an_unknown_user_is_not_found() {
    let env = both();
    revoke(&env, &["--user", "Meg", "--yes"]).ends_with(3);
    assert_eq!(left(&env), all_but(&[]));
}

#[test]
fn tokens_are_selected_by_age_and_by_inactive_users() {
    let env = TestEnv::with_database("");
    for name in ["meg", "joe", "ann"] {
        env.register_quickly(name);
    }
    env.execute("UPDATE authtoken_token SET created = '2020-01-01T00:00:00Z' WHERE user_id = 1");
    env.execute("UPDATE auth_user SET is_active = 0 WHERE username = 'joe'");
    let run = env.run(["revoke-token", "--older-than", "30d", "--list", "--format", "json"]).succeeds();
    assert_eq!(run.json()["tokens"][0]["user"]["username"], "meg");
    let run = env.run(["revoke-token", "--inactive-users", "--list", "--format", "json"]).succeeds();
    assert_eq!(run.json()["tokens"][0]["user"]["username"], "joe");
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "1");
    for (age, words) in [
        ("never", "expected a duration such as 12h or 30d"),
        ("5x", "expected a duration such as 12h or 30d"),
        ("0s", "expected an age greater than zero, such as 12h or 30d"),
        ("-3d", "expected an age greater than zero, such as 12h or 30d"),
    ] {
        let run = env.run(["revoke-token".into(), format!("--older-than={age}")]).ends_with(2);
        assert!(run.stderr.contains(words) && !run.stderr.contains("or never"), "{}", run.stderr);
    }
    let none = env.run(["revoke-token", "--older-than", "1d", "--inactive-users", "--format", "json"]);
    assert_eq!(none.succeeds().json()["changed"], false);
}
