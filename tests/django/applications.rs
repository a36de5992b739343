//! Applications from PyPI that know nothing of authctl: their own Django judges what it does in their databases, without
//! a configuration file.
//!
//! `AUTHCTL_APPLICATIONS=all` runs every application; otherwise the light ones run.

use crate::env::TestEnv;
use crate::python::Script;

/// An application of `applications.py`.
struct Application {
    name: &'static str,
    /// Its environment installs in seconds.
    is_light: bool,
    login: &'static str,
    /// A user that the application created.
    other: &'static str,
    /// What has to be given, besides the login name, the address and the password.
    register: &'static [&'static str],
    /// The exit code of `create-token`.
    create_token: i32,
    /// What decides about rows that the application wrote at a login.
    delete: &'static [&'static str],
}

const fn application(name: &'static str, register: &'static [&'static str]) -> Application {
    Application {
        name,
        is_light: false,
        login: "ann",
        other: "meg",
        register,
        // Most have no token table.
        create_token: 9,
        delete: &[],
    }
}

const APPLICATIONS: [Application; 7] = [
    Application { delete: &["--set-null", "common_logentry.user_id"], ..application("byro", &[]) },
    application("coderedcms", &[]),
    Application { is_light: true, ..application("django-cms", &["--staff"]) },
    application("graphite-web", &[]),
    Application { is_light: true, ..application("mezzanine", &["--staff"]) },
    Application {
        login: "ann@example.com",
        other: "meg@example.com",
        // Its API reads a table of its own, and not that of DRF.
        create_token: 15,
        ..application("pretalx", &["--like", "meg@example.com", "--set", "name=Ann", "--no-token"])
    },
    Application {
        create_token: 0,
        ..application("wger", &["--like", "meg", "--set", "email_verified=false"])
    },
];

const PASSWORD: &str = "correct horse battery";

impl Application {
    fn check(&self) {
        let env = TestEnv::new();
        let set = format!("applications/{}", self.name);
        let mut script = Script::start(&set, "applications.py", |command| {
            command.args(["--application", self.name, "--folder"]).arg(env.path("."));
        });
        assert_eq!(script.answer()["ready"], true, "{}", self.name);
        env.write("password", PASSWORD);
        let login = self.login;
        let run = |arguments: &[&str]| {
            let run = env.run(arguments);
            assert_eq!(run.code, 0, "{}: {}: {}", self.name, arguments.join(" "), run.stderr);
            run
        };

        let mut register =
            vec!["register", login, "--password-file", "password", "--format", "json", "--yes"];
        if !login.contains('@') {
            register.extend(["--email", "ann@example.com"]);
        }
        register.extend(self.register);
        let registered = run(&register).json();
        assert_eq!(registered["token"].is_string(), self.create_token == 0, "{}: {registered}", self.name);
        self.is_accepted(&mut script, "after register");

        assert_eq!(run(&["show-user", login, "--format", "json"]).json()["user"], registered["user"]);
        assert!(run(&["list-users", "--format", "plain", "--columns", "id"]).stdout.lines().count() == 3);
        run(&["check-password", login, "--password-file", "password"]);
        let token = env.run(["create-token", login]);
        assert_eq!(token.code, self.create_token, "{}: {}", self.name, token.stderr);
        run(&["edit-user", login, "--inactive"]);
        let judgement = script.ask(&format!("judge {login}"));
        assert_eq!(judgement["is_let_in"], false, "{}: {judgement}", self.name);
        run(&["edit-user", login, "--active"]);
        self.is_accepted(&mut script, "after edit-user");

        run(&["export", "accounts.jsonl", "--with-password-hashes"]);
        run(&[&["delete-user", login, "--yes"], self.delete].concat());
        assert_eq!(script.ask(&format!("judge {login}"))["exists"], false, "{}", self.name);
        run(&["import", "accounts.jsonl", "--on-existing", "skip"]);
        self.is_accepted(&mut script, "after import");
    }

    /// Fails unless the application judges the user as it judges those that it created itself.
    fn is_accepted(&self, script: &mut Script, when: &str) {
        let judgement = script.ask(&format!("judge {}", self.login));
        assert_eq!(judgement["authenticates"], true, "{} {when}: {judgement}", self.name);
        assert_eq!(judgement["is_let_in"], true, "{} {when}: {judgement}", self.name);
        assert_eq!(judgement, script.ask(&format!("judge {}", self.other)), "{} {when}", self.name);
    }
}

#[test]
fn applications_accept_what_authctl_does_without_a_configuration() {
    let is_whole = std::env::var("AUTHCTL_APPLICATIONS").is_ok_and(|value| value == "all");
    for application in APPLICATIONS.iter().filter(|application| is_whole || application.is_light) {
        application.check();
    }
}
