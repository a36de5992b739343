//! Questions at a terminal; typed secrets are not displayed.

use std::fs;

use crate::env::TestEnv;
use crate::seed;
use crate::terminal::Terminal;

const STRONG: &str = "plum-otter-41-quay";

fn at_terminal(env: &TestEnv, arguments: &[&str]) -> Terminal {
    let mut command = env.command();
    command.args(arguments);
    Terminal::start(&command)
}

fn users(env: &TestEnv) -> String {
    env.value("SELECT count(*) FROM auth_user")
}

#[test]
fn register_asks_for_the_name_and_twice_for_the_password() {
    let env = TestEnv::with_database("");
    let mut terminal = at_terminal(&env, &["register"]);
    terminal.expect("Username");
    terminal.types("meg\n");
    terminal.types_secretly("Password", STRONG);
    terminal.types_secretly("(again)", STRONG);
    let screen = terminal.ends_with(0);
    assert!(!screen.contains(STRONG), "{screen}");
    assert!(terminal.echoes());
    let key = env.value("SELECT key FROM authtoken_token");
    assert!(screen.contains(&key), "{screen}");
    assert_eq!(env.value("SELECT username FROM auth_user"), "meg");
    env.run_with_input(STRONG, ["login", "meg", "--password-stdin"]).succeeds();
}

#[test]
fn required_fields_are_asked_for() {
    let env = TestEnv::with_database(
        "[register]\nrequired = [\"email\", \"first_name\"]\nprofile = \"gamer\"\n\
         [profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"varchar(50)\" }\n",
    );
    let mut terminal = at_terminal(&env, &["register", "meg", "--no-password"]);
    for (question, answer) in [("Email address", "meg@ducharme.com"), ("First name", "Meg"), ("Bio", "plays")]
    {
        terminal.expect(question);
        terminal.types(answer);
        terminal.types("\n");
        terminal.expect(answer);
    }
    terminal.ends_with(0);
    assert_eq!(env.value("SELECT email || ' ' || first_name FROM auth_user"), "meg@ducharme.com Meg");
    assert_eq!(env.value("SELECT bio FROM app_gamer"), "plays");
}

#[test]
fn register_asks_for_the_token_scheme_if_several_are_possible() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    let mut terminal = at_terminal(&env, &["register", "meg", "--no-password"]);
    terminal.expect("Token scheme (one of drf, knox)");
    terminal.types("oauth\n");
    terminal.expect("Choose one of drf, knox.");
    terminal.types("knox\n");
    terminal.ends_with(0);
    assert_eq!(env.value("SELECT count(*) FROM knox_authtoken"), "1");
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");

    at_terminal(&env, &["register", "joe", "--no-password", "--no-token"]).ends_with(0);
    let screen = at_terminal(&env, &["register", "ann", "--no-password", "--no-input"]).ends_with(7);
    assert!(screen.contains("Pass --scheme"), "{screen}");
    env.run(["register", "ann", "--no-password"]).ends_with(7);
}

#[test]
fn a_password_mismatch_is_asked_again() {
    let env = TestEnv::with_database("");
    let mut terminal = at_terminal(&env, &["register", "meg"]);
    terminal.types_secretly("Password", STRONG);
    terminal.types_secretly("(again)", "something else");
    terminal.expect("do not match");
    terminal.types_secretly("Password", "the-second-plum-7");
    terminal.types_secretly("(again)", "the-second-plum-7");
    let screen = terminal.ends_with(0);
    for secret in [STRONG, "something else", "the-second-plum-7"] {
        assert!(!screen.contains(secret), "{screen}");
    }
    env.run_with_input(STRONG, ["login", "meg", "--password-stdin"]).ends_with(4);
    env.run_with_input("the-second-plum-7", ["login", "meg", "--password-stdin"]).succeeds();
}

#[test]
fn a_weak_password_is_accepted_when_confirmed() {
    let env = TestEnv::with_database("");
    let mut terminal = at_terminal(&env, &["register", "meg@ducharme.com"]);
    terminal.types_secretly("Password", "ducharme");
    terminal.types_secretly("(again)", "ducharme");
    terminal.expect("warning:");
    terminal.expect("Use this password anyway?");
    terminal.types("y\n");
    terminal.ends_with(0);
    assert_eq!(users(&env), "1");
    env.run_with_input("ducharme", ["login", "meg@ducharme.com", "--password-stdin"]).succeeds();
}

#[test]
fn a_weak_password_that_is_declined_changes_nothing() {
    for answer in ["n\n", "\n", "maybe\n"] {
        let env = TestEnv::with_database("");
        let before = env.database_bytes();
        let mut terminal = at_terminal(&env, &["register", "meg"]);
        terminal.types_secretly("Password", "12345678");
        terminal.types_secretly("(again)", "12345678");
        terminal.expect("Use this password anyway?");
        terminal.types(answer);
        terminal.ends_with(130);
        assert!(env.database_bytes() == before, "{answer:?}");
        assert!(terminal.echoes());
    }
}

#[test]
fn yes_skips_the_question() {
    let env = TestEnv::with_database("");
    let mut terminal = at_terminal(&env, &["register", "meg", "--yes"]);
    terminal.types_secretly("Password", "12345678");
    terminal.types_secretly("(again)", "12345678");
    let screen = terminal.ends_with(0);
    assert!(screen.contains("warning:") && !screen.contains("anyway"), "{screen}");
}

#[test]
fn login_asks_for_name_and_password() {
    let env = TestEnv::with_database("");
    let token = env.register("meg", STRONG);
    let mut terminal = at_terminal(&env, &["login"]);
    terminal.expect("Username");
    terminal.types("meg\n");
    terminal.types_secretly("Password", STRONG);
    let screen = terminal.ends_with(0);
    assert!(screen.contains(&token) && !screen.contains(STRONG), "{screen}");
    assert_eq!(env.run(["whoami"]).succeeds().stdout, "meg\n");
}

#[test]
fn a_wrong_password_at_login_is_neither_shown_nor_asked_again() {
    let env = TestEnv::with_database("");
    env.register("meg", STRONG);
    let mut terminal = at_terminal(&env, &["login", "meg"]);
    terminal.types_secretly("Password", "not the one");
    let screen = terminal.ends_with(4);
    assert!(!screen.contains("not the one"), "{screen}");
    assert!(!env.state_file().exists());
}

fn with_tokens(number: usize) -> TestEnv {
    let env = TestEnv::with_database("");
    let database = env.database();
    for index in 0..number {
        let user = seed::user(&database, &format!("user{index}"));
        seed::drf_token(&database, user, &seed::key(&format!("abcdef{index}")));
    }
    env
}

fn tokens(env: &TestEnv) -> String {
    env.value("SELECT count(*) FROM authtoken_token")
}

#[test]
fn revoking_several_tokens_asks_and_deletes_when_confirmed() {
    let env = with_tokens(2);
    let mut terminal = at_terminal(&env, &["revoke-token", "--all"]);
    terminal.expect("abcdef0");
    terminal.expect("abcdef1");
    terminal.expect("Delete 2 tokens?");
    assert_eq!(tokens(&env), "2");
    terminal.types("y\n");
    terminal.ends_with(0);
    assert_eq!(tokens(&env), "0");
}

#[test]
fn declining_to_revoke_deletes_nothing() {
    for answer in ["n\n", "\n", "\u{3}", "\u{4}"] {
        let env = with_tokens(2);
        let mut terminal = at_terminal(&env, &["revoke-token", "--all"]);
        terminal.expect("Delete 2 tokens?");
        terminal.types(answer);
        terminal.ends_with(130);
        assert_eq!(tokens(&env), "2", "{answer:?}");
        assert!(terminal.echoes());
    }
}

#[test]
fn revoking_one_does_not_ask() {
    let env = with_tokens(2);
    at_terminal(&env, &["revoke-token", "abcdef1"]).ends_with(0);
    assert_eq!(tokens(&env), "1");
}

#[test]
fn no_lock_is_held_while_asking() {
    let env = with_tokens(2);
    let mut terminal = at_terminal(&env, &["revoke-token", "--all"]);
    terminal.expect("Delete 2 tokens?");
    env.database().execute_batch("BEGIN EXCLUSIVE; DELETE FROM authtoken_token; COMMIT").unwrap();
    terminal.types("y\n");
    terminal.expect("No tokens to delete.");
    terminal.ends_with(0);
}

#[test]
fn ctrl_c_at_a_password_exits_and_changes_nothing() {
    let env = TestEnv::new();
    let mut terminal = at_terminal(&env, &["register", "--init", "meg"]);
    terminal.expect("Password");
    terminal.waits_without_echo();
    terminal.types("half a pass");
    terminal.types("\u{3}");
    let screen = terminal.ends_with(130);
    assert!(!screen.contains("half a pass"), "{screen}");
    assert!(terminal.echoes());
    assert_eq!(fs::read_dir(env.path(".")).unwrap().count(), 0);
}

#[test]
fn ctrl_c_at_any_other_question_exits_too() {
    let env = TestEnv::new();
    let mut terminal = at_terminal(&env, &["register", "--init"]);
    terminal.expect("Username");
    terminal.types("me\u{3}");
    terminal.ends_with(130);
    assert!(terminal.echoes());
    assert_eq!(fs::read_dir(env.path(".")).unwrap().count(), 0);

    let env = TestEnv::with_database("");
    let mut terminal = at_terminal(&env, &["login", "meg"]);
    terminal.expect("Password");
    terminal.waits_without_echo();
    terminal.types("\u{3}");
    terminal.ends_with(130);
    assert!(terminal.echoes());
}

#[test]
fn the_end_of_input_at_a_password_exits_too() {
    let env = TestEnv::with_database("");
    let before = env.database_bytes();
    let mut terminal = at_terminal(&env, &["register", "meg"]);
    terminal.expect("Password");
    terminal.waits_without_echo();
    terminal.types("\u{4}");
    let screen = terminal.ends_with(130);
    assert!(screen.contains("Input ended. Nothing was changed."), "{screen}");
    assert!(terminal.echoes());
    assert!(env.database_bytes() == before);
    let mut terminal = at_terminal(&env, &["whoami", "--token-stdin"]);
    terminal.expect("Token");
    terminal.waits_without_echo();
    terminal.types("\u{4}");
    let screen = terminal.ends_with(130);
    assert!(screen.contains("Input ended. Nothing was changed."), "{screen}");
}

#[test]
fn the_end_of_input_at_any_other_question_exits_too() {
    let env = TestEnv::with_database("");
    let mut terminal = at_terminal(&env, &["register"]);
    terminal.expect("Username");
    terminal.types("\u{4}");
    let screen = terminal.ends_with(130);
    assert!(screen.contains("Input ended. Nothing was changed."), "{screen}");
    assert!(terminal.echoes());
    let mut terminal = at_terminal(&env, &["login"]);
    terminal.expect("Username");
    terminal.types("\n");
    terminal.expect("Username");
    terminal.types("\u{4}");
    terminal.ends_with(130);
    let mut terminal = at_terminal(&env, &["register", "meg"]);
    terminal.types_secretly("Password", "weak");
    terminal.types_secretly("(again)", "weak");
    terminal.expect("Use this password anyway?");
    terminal.types("\u{4}");
    let screen = terminal.ends_with(130);
    assert!(screen.contains("Not confirmed. Nothing was changed."), "{screen}");
    assert_eq!(users(&env), "0");
}

#[test]
fn questions_have_no_colors_if_disabled() {
    let env = TestEnv::with_database("");
    for (arguments, variables, is_colored) in [
        (&[][..], &[][..], true),
        (&["--color", "never"], &[], false),
        (&[], &[("NO_COLOR", "1")], false),
        (&[], &[("NO_COLOR", "")], true),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
    ] {
        let mut command = env.command();
        command.args(["register"]).args(arguments).envs(variables.iter().copied());
        let mut terminal = Terminal::start(&command);
        terminal.expect("Username");
        terminal.types("me g\n");
        terminal.expect("may contain only letters");
        terminal.types("meg\n");
        terminal.types_secretly("Password", "weak");
        terminal.types_secretly("(again)", "weak");
        terminal.expect("Use this password anyway?");
        terminal.types("\u{4}");
        let screen = terminal.ends_with(130);
        let has_colors = screen
            .split("\u{1b}[")
            .skip(1)
            .any(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'));
        assert_eq!(has_colors, is_colored, "{arguments:?} {variables:?}: {screen:?}");
    }
}

#[test]
fn no_input_disables_questions() {
    let env = TestEnv::with_database("");
    let screen = at_terminal(&env, &["register", "--no-input"]).ends_with(6);
    assert!(screen.contains("username") && screen.contains("password"), "{screen}");
    at_terminal(&env, &["register", "meg", "--no-input"]).ends_with(6);
    at_terminal(&env, &["login", "--no-input"]).ends_with(6);
    assert_eq!(users(&env), "0");
    let env = with_tokens(2);
    at_terminal(&env, &["revoke-token", "--all", "--no-input"]).ends_with(2);
    assert_eq!(tokens(&env), "2");
}

#[test]
fn a_taken_username_is_reported_before_the_password_question() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    let screen = at_terminal(&env, &["register", "meg"]).ends_with(5);
    assert!(!screen.contains("Password"), "{screen}");
}

#[test]
fn text_from_the_database_cannot_control_the_terminal_in_a_question() {
    let env = with_tokens(2);
    env.database().execute("UPDATE auth_user SET username = 'x\u{1b}[2Jy' || id", []).unwrap();
    let mut terminal = at_terminal(&env, &["revoke-token", "--all"]);
    terminal.expect("Delete 2 tokens?");
    terminal.types("n\n");
    let screen = terminal.ends_with(130);
    assert!(!screen.contains("\u{1b}[2J"), "{screen:?}");
}

#[test]
fn a_secret_on_standard_input_is_asked_for_at_a_terminal() {
    let env = TestEnv::with_database("");
    let mut terminal = at_terminal(&env, &["register", "meg", "--password-stdin"]);
    terminal.types_secretly("Password", STRONG);
    let screen = terminal.ends_with(0);
    assert!(!screen.contains(STRONG) && !screen.contains("again"), "{screen}");
    env.run_with_input(STRONG, ["login", "meg", "--password-stdin"]).succeeds();
    let token = env.value("SELECT key FROM authtoken_token");
    let mut terminal = at_terminal(&env, &["whoami", "--token-stdin"]);
    terminal.types_secretly("Token", &token);
    let screen = terminal.ends_with(0);
    assert!(!screen.contains(&token), "{screen}");
}

#[test]
fn an_invalid_answer_is_reported_at_its_question() {
    let env = TestEnv::with_database(
        "[register]\nrequired = [\"email\", \"account_type\"]\n\
         [profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"varchar(5)\", age = \"integer\" }\nrequired = [\"bio\", \"age\"]\n",
    );
    let mut terminal = at_terminal(&env, &["register", "--no-password"]);
    for (question, wrong, message, right) in [
        ("Username", "me g", "may contain only letters", "meg"),
        ("Email address", "meg@", "must be a valid email address", "meg@ducharme.com"),
        ("Account type", "gamr", "does not exist. Known kinds", "gamer"),
        ("Bio", "much too long", "must have at most 5 characters", "short"),
        ("Age", "old", "must be a whole number", "30"),
    ] {
        terminal.expect(question);
        terminal.types(&format!("{wrong}\n"));
        terminal.expect(message);
        // The typed line may still be there to be corrected.
        terminal.types(&"\u{7f}".repeat(wrong.len()));
        terminal.types(&format!("{right}\n"));
    }
    terminal.ends_with(0);
    assert_eq!(env.rows("SELECT username, email FROM auth_user"), ["meg|meg@ducharme.com"]);
    assert_eq!(env.rows("SELECT bio, age FROM app_gamer"), ["short|30"]);
}
