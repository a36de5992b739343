//! Tokens that authctl creates for packages: the project's server accepts them until authctl revokes them.

use crate::doors::{Doors, stacks};

/// The `SECRET_KEY` of `doors.py`.
const SECRET_KEY: &str = "only-for-tests-and-longer-than-thirty-two-bytes";

/// The options, the door that the token opens, and what that answers once the token is revoked.
const TOKENS: [(&[&str], &str, u16); 4] = [
    (&["meg", "--scheme", "oauth2", "--scope", "read"], "oauth2", 401),
    (&["--scheme", "api-key", "--name", "nightly"], "api_key", 403),
    (&["meg", "--scheme", "api-key", "--name", "nightly"], "user_key", 403),
    (&["meg", "--scheme", "jwt", "--refresh"], "jwt_refresh", 401),
];

#[test]
fn a_created_token_is_accepted_until_it_is_revoked() {
    for stack in stacks() {
        let site = stack.site();
        let mut doors = Doors::start(&site, "tokens");
        doors.ask("open", "meg");
        let key = site.write("key", SECRET_KEY);
        let key = key.to_str().unwrap();
        let create = |options: &[&str]| {
            let key = if options.contains(&"jwt") { &["--signing-key-file", key][..] } else { &[] };
            let run = site.run([&["create-token"], options, key].concat());
            assert_eq!(run.code, 0, "{options:?} on {stack:?}: {}", run.stderr);
            run.stdout.trim_end().to_owned()
        };
        let mut answer = |door: &str, token: &str| doors.ask("try", &format!("meg {door} {token}"));
        for (options, door, refused) in TOKENS {
            let token = create(options);
            assert_eq!(answer(door, &token), 200, "{options:?} on {stack:?}");
            let known = site.run_with_input(&token, ["whoami", "--token-stdin", "--signing-key-file", key]);
            assert_eq!(known.code, 0, "{options:?} on {stack:?}: {}", known.stderr);
            let run = site.run_with_input(&token, ["revoke-token", "--token-stdin"]);
            assert_eq!(run.code, 0, "{options:?} on {stack:?}: {}", run.stderr);
            assert_eq!(answer(door, &token), refused, "{options:?} on {stack:?}");
            let unknown = site.run_with_input(&token, ["whoami", "--token-stdin", "--signing-key-file", key]);
            assert_eq!(unknown.code, 4, "{options:?} on {stack:?}: {}", unknown.stderr);
        }
        let access = ["meg", "--scheme", "jwt", "--claim", "admin=true"];
        assert_eq!(answer("jwt", &create(&access)), 200, "{stack:?}");
        let with_other_key = site.write("other", "another key of thirty-two bytes or more");
        let options = [
            "create-token",
            "meg",
            "--scheme",
            "jwt",
            "--signing-key-file",
            with_other_key.to_str().unwrap(),
        ];
        let token = site.run(options).stdout;
        assert_eq!(answer("jwt", token.trim_end()), 401, "{stack:?}");
    }
}
