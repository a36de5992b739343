//! Projects whose API reads a token table of their own: a key that authctl prints is accepted by the project's view, or
//! authctl prints none.

use serde_json::Value as Json;

use crate::doors::{Doors, SETS};
use crate::env::Run;
use crate::site::{Site, Stack, engines};

struct Project<'a> {
    site: Site<'a>,
    doors: Doors,
}

impl<'a> Project<'a> {
    /// Starts the project, with an inactive `[tokens] table` if the text is empty.
    fn start(stack: Stack<'a>, name: &str, config: &str) -> Self {
        let site = stack.site();
        site.write("authctl.toml", config);
        let mut doors = Doors::start(&site, name);
        assert_eq!(doors.ask("present", "nothing"), 401, "{name} on {stack:?}");
        Self { site, doors }
    }

    #[track_caller]
    fn answers(&mut self, key: &str, status: u16) {
        assert_eq!(self.doors.ask("present", key), status, "{:?}", self.site.stack);
    }

    /// Runs a command that prints a token, which the project accepts. Returns it.
    #[track_caller]
    fn accepts(&mut self, arguments: &[&str]) -> String {
        let key = self.site.run(arguments).succeeds().stdout.trim().to_owned();
        assert!(!key.is_empty(), "{arguments:?}");
        self.answers(&key, 200);
        let whoami = self.site.run_with_input(&key, ["whoami", "--token-stdin"]);
        assert_eq!(whoami.succeeds().stdout, "meg\n");
        key
    }

    fn refuses(&self, arguments: &[&str]) -> Run {
        let run = self.site.run(arguments).ends_with(15);
        assert_eq!(run.stdout, "", "{arguments:?}");
        run
    }

    fn revoke(&mut self, key: &str) {
        self.site.run_with_input(key, ["revoke-token", "--token-stdin", "--yes"]).succeeds();
        self.answers(key, 401);
    }

    fn listed(&self) -> Vec<Json> {
        self.site.run(["list-tokens", "--format", "json"]).succeeds().json().as_array().unwrap().clone()
    }
}

const REGISTER: &[&str] = &["register", "meg", "--no-password"];
const CREATE: &[&str] = &["create-token", "meg"];

fn for_each_engine(check: impl Fn(Stack<'_>)) {
    for engine in engines() {
        check(Stack { set: SETS[0], engine });
    }
}

/// A table with one key per user: the same commands as for DRF's own.
fn check_single(stack: Stack<'_>, name: &str) {
    let mut project = Project::start(stack, name, "");
    let first = project.accepts(REGISTER);
    assert_eq!(project.accepts(CREATE), first);
    let second = project.accepts(&["create-token", "meg", "--rotate"]);
    project.answers(&first, 401);
    assert_eq!(project.listed().len(), 1, "{name}");
    project.revoke(&second);
    let third = project.accepts(CREATE);
    project.site.run_with_input(&third, ["logout", "--token-stdin"]).succeeds();
    project.answers(&third, 401);
    let last = project.accepts(CREATE);
    project.site.run(["revoke-access", "meg", "--yes"]).succeeds();
    project.answers(&last, 401);
    assert!(project.listed().is_empty(), "{name}");
}

#[test]
fn a_copy_of_drfs_model_is_its_table() {
    for_each_engine(|stack| check_single(stack, "own_copy"));
}

#[test]
fn a_child_of_drfs_model_gets_its_row_too() {
    for_each_engine(|stack| check_single(stack, "own_child"));
}

/// A table with any number of keys per user: each call prints a new key.
fn check_several(stack: Stack<'_>, name: &str) {
    let mut project = Project::start(stack, name, "");
    let first = project.accepts(REGISTER);
    let second = project.accepts(CREATE);
    assert_ne!(first, second);
    project.answers(&first, 200);
    let prefix = project.listed()[0]["prefix"].as_str().unwrap().to_owned();
    project.site.run(["revoke-token", &prefix]).succeeds();
    assert_eq!(project.listed().len(), 1);
    for key in [&first, &second] {
        let is_left = project.listed()[0]["prefix"].as_str().is_some_and(|prefix| key.starts_with(prefix));
        project.answers(key, if is_left { 200 } else { 401 });
    }
    let third = project.accepts(CREATE);
    project.site.run(["lock-user", "meg", "--yes"]).succeeds();
    project.answers(&third, 401);
    project.site.run(["unlock-user", "meg"]).succeeds();
    project.answers(&third, 401);
}

#[test]
fn a_foreign_key_allows_several_keys() {
    for_each_engine(|stack| check_several(stack, "own_foreign_key"));
}

#[test]
fn the_table_that_replaces_knoxs_is_written() {
    for_each_engine(|stack| check_several(stack, "own_knox"));
}

#[test]
fn no_key_is_printed_that_the_project_would_refuse() {
    for_each_engine(|stack| {
        let named = Project::start(stack, "own_named", "");
        let refused = named.refuses(REGISTER);
        assert!(
            refused.stderr.contains("own_keys_ownkey") && refused.stderr.contains("name"),
            "{}",
            refused.stderr
        );
        for (config, table) in [
            ("", "authtoken_token, own_keys_ownkey"),
            ("[tokens]\ntable = \"own_keys_ownkey\"\n", "own_keys_ownkey"),
        ] {
            let project = Project::start(stack, "own_digest", config);
            assert!(project.refuses(REGISTER).stderr.contains(table), "{config}");
            project.site.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
            assert!(project.refuses(CREATE).stderr.contains(table), "{config}");
            let key = "0123456789abcdef".repeat(4);
            project.site.execute(&format!(
                "INSERT INTO own_keys_ownkey (key_hash, user_id) SELECT '{key}', id FROM auth_user"
            ));
            let listed = project.listed();
            assert_eq!((&listed[0]["scheme"], &listed[0]["prefix"]), (&"own".into(), &"01234567".into()));
            project.site.run(["revoke-token", "01234567"]).succeeds();
            assert!(project.listed().is_empty());
        }
    });
}
