//! The addresses of django-allauth: who may log in, and who gets a link for a new password, after authctl set an address.

use serde_json::json;

use crate::doors::{Doors, SETS};
use crate::site::{Site, Stack, engines};

/// The password of `doors.py`.
const PASSWORD: &str = "correct horse battery";

fn register(site: &Site<'_>, name: &str, address: &str, options: &[&str]) {
    let arguments = ["register", name, "--email", address, "--password-stdin"];
    site.run_with_input(PASSWORD, arguments.iter().chain(options)).succeeds();
}

#[test]
fn only_the_new_address_gets_a_link_and_a_login() {
    for engine in engines() {
        let site = Stack { set: SETS[0], engine }.site();
        let mut doors = Doors::start(&site, "addresses");
        assert_eq!(doors.ask("reset", "meg@example.com"), json!([]));

        register(&site, "meg", "Meg@Example.com", &["--email-verified"]);
        assert_eq!(site.value("SELECT email FROM auth_user"), "Meg@example.com");
        assert_eq!(site.value("SELECT email FROM account_emailaddress"), "meg@example.com");
        assert_eq!(doors.ask("enter", "meg@example.com"), 200);
        assert_eq!(doors.ask("reset", "meg@example.com"), json!(["meg@example.com"]));

        site.run(["edit-user", "meg", "--email", "margaret@example.com", "--email-verified"]).succeeds();
        assert_eq!(doors.ask("reset", "meg@example.com"), json!([]));
        assert_eq!(doors.ask("reset", "margaret@example.com"), json!(["margaret@example.com"]));
        assert_eq!(doors.ask("enter", "meg@example.com"), 403);
        assert_eq!(doors.ask("enter", "margaret@example.com"), 200);

        // Without the administrator's word, allauth asks for a confirmation.
        site.run(["edit-user", "meg", "--email", "m@example.com"]).succeeds();
        assert_eq!(doors.ask("enter", "m@example.com"), 403);
        assert_eq!(doors.ask("reset", "margaret@example.com"), json!([]));
        assert_eq!(site.value("SELECT email FROM account_emailaddress"), "m@example.com");
        register(&site, "joe", "joe@example.com", &[]);
        assert_eq!(doors.ask("enter", "joe@example.com"), 403);
        site.run(["edit-user", "joe", "--email-verified"]).succeeds();
        assert_eq!(doors.ask("enter", "joe@example.com"), 200);
    }
}
