//! Every spelling of a file.

use super::run;
use crate::env::TestEnv;

#[test]
fn every_spelling_of_a_file_is_read() {
    let env = TestEnv::new();
    std::fs::create_dir(env.path("a b")).unwrap();
    let absolute = env.path("a b/new").display().to_string();
    for (db, path) in [
        (absolute.clone(), "a b/new"),
        (format!("sqlite:///{}", absolute.replace(' ', "%20")), "a b/new"),
        ("a b/new".into(), "a b/new"),
        ("sqlite:///a%20b/new".into(), "a b/new"),
        ("SQLite:///a b/new?timeout=20&transaction_mode=IMMEDIATE".into(), "a b/new"),
        ("./env:NAME".into(), "env:NAME"),
        ("./host=db".into(), "host=db"),
        ("./sqlite:new".into(), "sqlite:new"),
    ] {
        run(&env, &[], &["init", "--db", &db]).succeeds();
        std::fs::remove_file(env.path(path)).unwrap_or_else(|error| panic!("{db}: {error}"));
    }
}

#[test]
fn a_relative_file_counts_from_the_place_that_names_it() {
    let env = TestEnv::new();
    std::fs::create_dir(env.path("below")).unwrap();
    let variables = [("DATABASE_URL", "sqlite:///of-project.sqlite3")];
    for (config, found) in [
        ("db = \"sqlite:///of-file.sqlite3\"\n", "of-file.sqlite3"),
        ("db = \"env:DATABASE_URL\"\n", "of-project.sqlite3"),
    ] {
        env.write("authctl.toml", config);
        let mut command = env.command();
        command.current_dir(env.path("below")).envs(variables).arg("init");
        assert!(command.output().unwrap().status.success());
        assert!(env.path(found).exists(), "{found}");
    }
}

#[test]
fn two_spellings_of_a_file_share_the_session() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.log_in(["meg", "--db", "sqlite:///./db.sqlite3"]).succeeds();
    let run = env.run(["whoami"]).succeeds();
    assert!(run.stdout.contains("meg"), "{}", run.stdout);
    let state = std::fs::read_to_string(env.state_file()).unwrap();
    let real = env.path("db.sqlite3").canonicalize().unwrap();
    assert!(state.contains(&format!("{:?}", real.to_str().unwrap())), "{state}");
}
