//! `show-user`: everything about a user except secrets.

use insta::assert_snapshot;
use serde_json::json;

use crate::env::TestEnv;
use crate::seed::{self, Person};
use crate::terminal::Terminal;

const CONFIG: &str = r#"
[profiles.gamer]
table = "app_gamer"
fields = { bio = "varchar(50)", api_key = "varchar(40) null", joined = "datetime null", points = "decimal null", steam_otp = "integer null", otp_enabled = "bool null" }
[profiles.employee]
table = "app_employee"
fields = { specialty = "varchar(50)" }
"#;

const SECRET: &str = "hunter2hunter2";

/// Meg, who has one of everything, and a bot, which has nothing.
fn meg_and_bot() -> TestEnv {
    let env = TestEnv::new();
    env.write("authctl.toml", CONFIG);
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    env.execute(&format!(
        "ALTER TABLE auth_user ADD COLUMN phone varchar(20) NOT NULL DEFAULT '+1 615';
         ALTER TABLE auth_user ADD COLUMN vip bool NOT NULL DEFAULT 1;
         ALTER TABLE auth_user ADD COLUMN seen datetime NULL;
         ALTER TABLE auth_user ADD COLUMN mail_password varchar(20) NOT NULL DEFAULT '{SECRET}';
         ALTER TABLE auth_user ADD COLUMN \"privateKey\" varchar(20) NULL;"
    ));
    let database = env.database();
    let meg = Person {
        username: "meg",
        email: "meg@ducharme.com",
        first_name: "Meg",
        last_name: "Ducharme\u{1b}[31m",
        staff: true,
        last_login: Some("2024-06-01 10:00:00.250000"),
        ..Person::default()
    }
    .add_to(&database);
    seed::user(&database, "bot");
    env.execute(&format!(
        "UPDATE auth_user SET seen = '2024-05-01 08:00:00' WHERE id = {meg};
         INSERT INTO app_gamer (user_id, bio, api_key, joined, points, steam_otp, otp_enabled)
           VALUES ({meg}, 'plays chess', '{SECRET}', '2024-02-29 12:30:00', 12.5, 777333, 1);
         INSERT INTO app_employee (user_id, specialty) VALUES ({meg}, 'all');
         INSERT INTO django_content_type (app_label, model) VALUES ('auth', 'group'), ('shop', 'order');
         INSERT INTO auth_permission (content_type_id, codename, name)
           VALUES (1, 'view_group', ''), (2, 'add_order', ''), (2, 'view_order', '');
         INSERT INTO auth_user_user_permissions (user_id, permission_id) VALUES ({meg}, 3), ({meg}, 1);"
    ));
    seed::group(&database, "writers", &[meg]);
    seed::group(&database, "editors", &[meg]);
    seed::group(&database, "others", &[]);
    seed::drf_token(&database, meg, &seed::key("abcdef12"));
    seed::knox_token(&database, meg, "kkkkkkkkkkkkkk1", Some("2024-03-02 08:00:00"));
    env
}

#[test]
fn people_see_headings_and_local_times() {
    let env = meg_and_bot();
    assert_snapshot!(env.run(["show-user", "meg"]).snapshot(&env), @r"
    exit: 0
    --- stdout
    user
      id             1
      username       meg
      email          meg@ducharme.com
      first_name     Meg
      last_name      Ducharme\u{1b}[31m
      is_active      yes
      is_staff       yes
      is_superuser   no
      date_joined    2024-01-01 12:00:00
      last_login     2024-06-01 10:00:00
      phone          +1 615
      vip            yes
      seen           2024-05-01 08:00:00
      mail_password  (hidden)
      privateKey     (hidden)
      hasher         pbkdf2_sha256 1000000
    groups
      editors
      writers
    permissions
      auth.view_group
      shop.view_order
    profile employee
      specialty  all
    profile gamer
      bio          plays chess
      api_key      (hidden)
      joined       2024-02-29 12:30:00
      points       12.5
      steam_otp    (hidden)
      otp_enabled  yes
    tokens
      scheme  prefix           created              expiry               state
      knox    kkkkkkkkkkkkkk1  2024-03-01 08:00:00  2024-03-02 08:00:00  expired
      drf     abcdef12         2024-03-01 08:00:00                       active
    --- stderr
    ");
    let run = env.run_with_env(&[("TZ", "Europe/Paris")], ["show-user", "meg"]).succeeds();
    assert!(run.stdout.contains("2024-06-01 12:00:00") && run.stdout.contains("2024-05-01 10:00:00"));
}

#[test]
fn plain_has_one_value_per_line() {
    let env = meg_and_bot();
    assert_snapshot!(env.run(["show-user", "meg", "--format", "plain"]).snapshot(&env), @r"
    exit: 0
    --- stdout
    user	id	1
    user	username	meg
    user	email	meg@ducharme.com
    user	first_name	Meg
    user	last_name	Ducharme\u{1b}[31m
    user	is_active	true
    user	is_staff	true
    user	is_superuser	false
    user	date_joined	2024-01-01T12:00:00Z
    user	last_login	2024-06-01T10:00:00.250000Z
    user	phone	+1 615
    user	vip	true
    user	seen	2024-05-01T08:00:00Z
    user	mail_password	(hidden)
    user	privateKey	(hidden)
    user	hasher	pbkdf2_sha256 1000000
    groups	editors
    groups	writers
    permissions	auth.view_group
    permissions	shop.view_order
    profile	employee	specialty	all
    profile	gamer	bio	plays chess
    profile	gamer	api_key	(hidden)
    profile	gamer	joined	2024-02-29T12:30:00Z
    profile	gamer	points	12.5
    profile	gamer	steam_otp	(hidden)
    profile	gamer	otp_enabled	true
    tokens	knox	kkkkkkkkkkkkkk1	2024-03-01T08:00:00Z	2024-03-02T08:00:00Z	expired
    tokens	drf	abcdef12	2024-03-01T08:00:00.000001Z		active
    --- stderr
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one object")]
fn json_is_one_object_with_stable_keys() {
    let env = meg_and_bot();
    let shown = env.run(["show-user", "meg", "--format", "json"]).succeeds().json();
    assert_eq!(
        shown,
        json!({
            "user": {
                "id": 1,
                "username": "meg",
                "email": "meg@ducharme.com",
                "first_name": "Meg",
                "last_name": "Ducharme\u{1b}[31m",
                "is_active": true,
                "is_staff": true,
                "is_superuser": false,
                "date_joined": "2024-01-01T12:00:00Z",
                "last_login": "2024-06-01T10:00:00.250000Z",
            },
            "columns": {
                "phone": "+1 615",
                "vip": true,
                "seen": "2024-05-01T08:00:00Z",
                "mail_password": "(hidden)",
                "privateKey": "(hidden)",
            },
            "hasher": "pbkdf2_sha256 1000000",
            "groups": ["editors", "writers"],
            "permissions": ["auth.view_group", "shop.view_order"],
            "profiles": [
                {
                    "kind": "employee",
                    "specialty": "all",
                },
                {
                    "kind": "gamer",
                    "bio": "plays chess",
                    "api_key": "(hidden)",
                    "joined": "2024-02-29T12:30:00Z",
                    "points": "12.5",
                    "steam_otp": "(hidden)",
                    "otp_enabled": true,
                },
            ],
            "tokens": [
                {
                    "scheme": "knox",
                    "prefix": "kkkkkkkkkkkkkk1",
                    "created": "2024-03-01T08:00:00Z",
                    "expiry": "2024-03-02T08:00:00Z",
                    "state": "expired",
                },
                {
                    "scheme": "drf",
                    "prefix": "abcdef12",
                    "created": "2024-03-01T08:00:00.000001Z",
                    "expiry": null,
                    "state": "active",
                },
            ],
            "access": {
                "doors": [],
                "web_sessions": 0,
                "second_factors": [],
                "email_addresses": [],
                "social_logins": [],
                "failed_logins": 0,
                "object_permissions": [],
            },
        })
    );
    let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["user", "columns", "hasher", "groups", "permissions", "profiles", "tokens", "access"]);
    let line = env.run(["show-user", "meg", "--format", "jsonl"]).succeeds().stdout;
    assert_eq!(line.lines().count(), 1);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), shown);
    let csv = env.run(["show-user", "meg", "--format", "csv"]).succeeds().stdout;
    assert!(csv.starts_with("user.id,user.username,"), "{csv}");
    assert_eq!(csv.lines().count(), 2);
}

#[test]
fn missing_parts_are_shown_as_missing() {
    let env = meg_and_bot();
    let shown = env.run(["show-user", "bot", "--format", "json"]).succeeds().json();
    for key in ["groups", "permissions", "profiles", "tokens"] {
        assert_eq!(shown[key], json!([]), "{key}");
    }
    let run = env.run(["show-user", "bot"]).succeeds();
    assert!(run.stdout.contains("groups\n  none\npermissions\n  none\ntokens\n  none\n"), "{}", run.stdout);
}

#[test]
fn no_format_shows_a_secret() {
    let env = meg_and_bot();
    for format in ["table", "plain", "json", "jsonl", "csv"] {
        let run = env.run(["show-user", "meg", "--format", format]).succeeds();
        for secret in [SECRET, "777333", "saltsalt", "AAAA", "abcdef1200", "kkkkkkkkkkkkkk10"] {
            assert!(!run.stdout.contains(secret), "{format}: {secret} in {}", run.stdout);
        }
    }
}

#[test]
fn an_unknown_user_is_not_found() {
    let env = meg_and_bot();
    let run = env.run(["show-user", "Meg"]).ends_with(3);
    assert!(run.stdout.is_empty() && run.stderr.contains("\"Meg\""), "{}", run.stderr);
    let error = env.run(["show-user", "nobody", "--format", "json"]).ends_with(3).error();
    assert_eq!(error["code"], "user_not_found");
}

#[test]
fn writes_nothing() {
    let env = meg_and_bot();
    let before = env.database_bytes();
    env.run(["show-user", "meg"]).succeeds();
    assert!(env.database_bytes() == before);
}

#[test]
fn sections_fit_the_terminal() {
    let env = meg_and_bot();
    let long = format!("UPDATE auth_user SET last_name = '{}'", "Ducharme ".repeat(12).trim());
    env.execute(&long);
    env.run(["create-token", "meg", "--scheme", "drf"]);
    let mut command = env.command();
    command.args(["show-user", "meg", "--color", "never"]);
    for width in [80, 60, 45] {
        let screen = Terminal::start_with_width(&command, width).ends_with(0);
        let lines: Vec<&str> = screen.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= width.into()), "{width}: {screen}");
        let name = lines.iter().position(|line| line.starts_with("  last_name ")).expect(&screen);
        let indent = lines[name].find("Ducharme").expect(&screen);
        assert!(lines[name + 1].starts_with(&(" ".repeat(indent) + "Ducharme")), "{screen}");
        let tokens = lines.iter().position(|line| *line == "tokens").unwrap();
        assert!(lines[tokens + 1].starts_with("  scheme  prefix"), "{screen}");
        assert_eq!(screen.contains("Not shown, for lack of width: "), width < 80, "{screen}");
    }
    let run = env.run(["show-user", "meg"]).succeeds();
    assert!(run.stdout.contains(&"Ducharme ".repeat(12).trim().to_owned()), "{}", run.stdout);
}

#[test]
fn a_column_called_kind_does_not_hide_the_kind_of_a_profile() {
    let env = TestEnv::with_database("");
    env.execute(
        "CREATE TABLE shop_member (id integer PRIMARY KEY, kind varchar(9) NOT NULL,
           user_id integer NOT NULL UNIQUE REFERENCES auth_user (id));",
    );
    let member = ["--profile", "member", "--set", "member.kind=gold"];
    env.run(["register", "meg", "--no-password", "--quiet"].iter().chain(&member)).succeeds();
    let profiles = env.run(["show-user", "meg", "--format", "json"]).json()["profiles"].clone();
    assert_eq!(profiles, json!([{ "kind": "member", "member.kind": "gold" }]));
}
