//! Messages for invalid files, and unusual files that are read all the same.

use std::fmt::Write as _;
use std::fs;

use crate::env::{Run, TestEnv};
use crate::terminal::Terminal;

fn env() -> TestEnv {
    TestEnv::with_database("")
}

/// Imports a file with this name and content.
pub fn import(env: &TestEnv, name: &str, bytes: impl AsRef<[u8]>, more: &[&str]) -> Run {
    fs::write(env.path(name), bytes).unwrap();
    env.run(["import", name].iter().chain(more))
}

fn users(env: &TestEnv) -> Vec<String> {
    env.rows("SELECT username || '|' || email FROM auth_user ORDER BY id")
}

#[test]
fn an_unclosed_quote_is_reported_with_its_position() {
    let env = env();
    let table = "username,password\nx1,geheim-1\n\"x2,geheim-2\nx3,geheim-3\n";
    for more in [&[][..], &["--keep-going", "--insecure-fast-hash"], &["--dry-run"]] {
        let run = import(&env, "leak.csv", table, more).ends_with(6);
        assert!(
            run.stderr.contains(
                "leak.csv, line 3, column 1 (username): The quote that opens here is never closed.\n"
            ),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("geheim"), "{}", run.stderr);
    }
    // The position is that of the opening quote, after a cell of two lines.
    let table = "username,first_name,last_name\r\nann,\"A\r\nnn\",\"Lee\r\nbob,,\r\n";
    let run = import(&env, "leak.csv", table, &[]).ends_with(6);
    let expected =
        "error: leak.csv, line 3, column 3 (last_name): The quote that opens here is never closed.\n";
    assert_eq!(run.stderr, expected);
    let run = import(&env, "leak.csv", "username,\"email\nann,\n", &[]).ends_with(6);
    assert_eq!(run.stderr, "error: leak.csv, line 1, column 2: The quote that opens here is never closed.\n");
    for table in ["username\n\"cid\"", "username\n\"cid\"\r\n\r\n", "username\nc\"id\n\"dan\"\n"] {
        let run = import(&env, "good.csv", table, &["--dry-run", "--on-existing", "skip"]);
        assert!(!run.stderr.contains("never closed"), "{}", run.stderr);
    }
}

#[test]
fn a_value_has_one_fault() {
    let env = env();
    env.register_quickly("ann");
    let long = "x".repeat(300);
    for name in ["ann", "bob"] {
        let table = format!("username,email,first_name\n{name},{long},{long}\n");
        let lines =
            format!("{{\"username\":\"{name}\",\"email\":\"a\\u0000b\",\"first_name\":\"{long}\"}}\n");
        for (file, text) in [("a.csv", table), ("a.jsonl", lines)] {
            let run = import(&env, file, text, &["--on-existing=update"]).ends_with(6);
            assert_eq!(run.stderr.matches("email must ").count(), 1, "{}", run.stderr);
            assert!(run.stderr.contains("email must be a valid email address."), "{}", run.stderr);
            assert!(run.stderr.contains("first_name must have at most 150 characters."), "{}", run.stderr);
        }
    }
    let run = env.run(["edit-user", "ann", "--rename", &"!".repeat(300)]).ends_with(6);
    assert_eq!(run.stderr.matches("username ").count(), 1, "{}", run.stderr);
}

#[test]
fn faults_contain_no_values() {
    let env = env();
    let table = "username,email,is_active,password_hash,token,id,date_joined\n\
                 geheim 1,geheim-2,geheim-3,geheim-4,geheim 5,geheim-6,geheim-7\n";
    let run = import(&env, "a.csv", table, &[]).ends_with(6);
    assert!(run.stderr.contains("a.csv, line 2, column 2 (email): email must be a valid email address."));
    assert!(
        run.stderr.contains("column 1 (username): username may contain only letters, digits and"),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 7, "{}", run.stderr);
    assert!(!run.stderr.contains("geheim"), "{}", run.stderr);
    import(&env, "a.csv", "username\nann\n", &[]).succeeds();
    let table = "username,email\nann,geheim-2\n";
    let run = import(&env, "a.csv", table, &["--on-existing", "update"]).ends_with(6);
    assert!(!run.stderr.contains("geheim"), "{}", run.stderr);
    let long = "g".repeat(200);
    let run = import(&env, "a.csv", format!("username,groups,{long}\n"), &[]).ends_with(6);
    assert!(run.stderr.len() < 500 && run.stderr.contains("ggg…"), "{}", run.stderr);
    let run = import(&env, "a.csv", format!("username,groups\nbob,{long}\n"), &[]).ends_with(6);
    assert!(run.stderr.len() < 200 && !run.stderr.contains("ggg"), "{}", run.stderr);
    let run = env.run(["register", "bob", "--email", "geheim", "--no-password"]).ends_with(6);
    assert_eq!(run.stderr, "error: email must be a valid email address.\n");
}

#[test]
fn line_numbers_match_an_editors() {
    let env = env();
    let rows =
        ["ok1,a@x.de", "", "bad 2,b@x.de", "\"bad 3\",\"c@x.de\"", "\"ok\"4,\"d{}@x.de\"", "", "", "bad 5,"];
    for end in ["\n", "\r\n", "\r"] {
        // A cell of two lines is not a valid email address.
        let table = ["username,email"].iter().chain(&rows).map(|row| format!("{row}{end}"));
        let table = table.collect::<Vec<_>>().concat();
        let run = import(&env, "a.csv", table.replace("{}", end), &["--keep-going", "--results", "-"]);
        let run = run.ends_with(6);
        for place in ["4, column 1", "5, column 1", "6, column 2", "10, column 1"] {
            assert!(run.stderr.contains(&format!("a.csv, line {place}")), "{end:?} {place}: {}", run.stderr);
        }
        let lines: Vec<&str> = run.stdout.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
        assert_eq!(lines, ["2", "4", "5", "6", "10"], "{end:?}");
        env.execute("DELETE FROM auth_user");
    }
}

#[test]
fn a_column_without_a_heading_is_empty_or_a_fault() {
    let env = env();
    import(&env, "a.csv", "username;email;\nann;a@x.de;\n", &[]).succeeds();
    import(&env, "a.csv", ";username;;email;\n;bob;;b@x.de;;\n;cid;;\n", &[]).succeeds();
    assert_eq!(users(&env), ["ann|a@x.de", "bob|b@x.de", "cid|"]);
    let run = import(&env, "a.csv", "username;;email\ndan;\neva;geheim;;x\n", &[]).ends_with(6);
    assert_eq!(
        run.stderr,
        "error: a.csv, line 2: The row has 2 columns, but there are 3 headings.\na.csv, line 3: The row has \
         4 columns, but there are 3 headings.\na.csv, line 3, column 2: This value has no heading. Pass \
         --map '=FIELD' to map it, or --map '=' to ignore it.\n"
    );
    let table = "username;;email\ndan;D;\n";
    import(&env, "a.csv", table, &["--map", "="]).succeeds();
    env.execute("DELETE FROM auth_user");
    import(&env, "a.csv", table, &["--map", "=first_name"]).succeeds();
    assert_eq!(env.value("SELECT first_name FROM auth_user"), "D");
}

#[test]
fn a_heading_is_mapped_once() {
    let env = env();
    let twice = ["--map", "username=username", "--map", "username=email"];
    let run = import(&env, "a.csv", "username\nann\n", &twice).ends_with(2);
    assert!(run.stderr.contains("--map username=…: the heading is mapped twice."), "{}", run.stderr);
}

#[test]
fn results_cannot_overwrite_the_input() {
    let env = env();
    let table = "username\nann\n";
    let path = env.write("a.csv", table);
    fs::hard_link(&path, env.path("b.csv")).unwrap();
    std::os::unix::fs::symlink(&path, env.path("c.csv")).unwrap();
    for results in ["a.csv", "b.csv", "c.csv", "./a.csv"] {
        let run = env.run(["import", "a.csv", "--results", results]).ends_with(2);
        assert!(run.stderr.contains("is the input file"), "{}", run.stderr);
    }
    let stdin = fs::File::open(&path).unwrap();
    let output = env.command().args(["import", "-", "--results", "b.csv"]).stdin(stdin).output().unwrap();
    Run::of(output).ends_with(2);
    assert_eq!(fs::read_to_string(&path).unwrap(), table);
}

fn utf16(text: &str, is_big_endian: bool) -> Vec<u8> {
    let bytes = |unit: u16| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn utf_16_is_detected_by_its_byte_order_mark() {
    let env = env();
    let mut table = String::from("username\tfirst_name\r\n");
    for number in 0..20_000 {
        let _ = write!(table, "u{number}\tZoë 😀\r\n");
    }
    for is_big_endian in [false, true] {
        import(&env, "a.txt", utf16(&table, is_big_endian), &[]).succeeds();
        assert_eq!(env.value("SELECT count(*) FROM auth_user WHERE first_name = 'Zoë 😀'"), "20000");
        env.execute("DELETE FROM auth_user");
    }
    let run = env.run_with_input(utf16("[{\"username\": \"zoë\"}]", false), ["import", "-"]);
    run.succeeds();
    assert_eq!(users(&env), ["zoë|"]);
    let mut half = utf16("username\nzo", false);
    half.extend([0x3d, 0xd8, b'x', 0, b'\n', 0, b'y']);
    let run = import(&env, "a.txt", half, &[]).ends_with(6);
    assert!(run.stderr.contains("a.txt, line 2, column 1 (username)"), "{}", run.stderr);
    assert!(run.stderr.contains("a.txt, line 3, column 1 (username)"), "{}", run.stderr);
}

#[test]
fn windows_1252_is_read_with_encoding() {
    let env = env();
    let table = b"username,first_name\nzo\xeb,\x80 \x9f\x81\n";
    let run = import(&env, "a.csv", table, &[]).ends_with(6);
    assert!(
        run.stderr.contains(
            "a.csv, line 2, column 1 (username): This is not valid UTF-8. Try --encoding windows-1252."
        ),
        "{}",
        run.stderr
    );
    let run = import(&env, "b.json", b"[{\"username\": \"zo\xeb\"}]", &[]).ends_with(6);
    assert!(run.stderr.contains("b.json is not valid UTF-8. Try --encoding windows-1252."), "{}", run.stderr);
    let run = import(&env, "b.jsonl", b"{\"username\": \"zo\xeb\"}\n", &[]).ends_with(6);
    assert!(run.stderr.contains("not valid UTF-8. Try --encoding windows-1252."), "{}", run.stderr);
    let run = import(&env, "a.csv", b"us\xebrname\n", &[]).ends_with(6);
    assert!(run.stderr.contains("line 1, column 1: This is not valid UTF-8. Try"), "{}", run.stderr);
    import(&env, "a.csv", table, &["--encoding", "windows-1252"]).succeeds();
    assert_eq!(env.rows("SELECT username || first_name FROM auth_user"), ["zoë\u{20ac} \u{178}\u{81}"]);
    let more = ["--encoding", "windows-1252"];
    import(&env, "b.json", b"[{\"username\": \"j\xf6\"}]", &more).succeeds();
    assert_eq!(env.value("SELECT max(username) FROM auth_user"), "zoë");
    import(&env, "a.csv", table, &["--encoding", "latin1"]).ends_with(2);
}

#[test]
fn the_delimiter_is_detected_or_given() {
    let env = env();
    for table in [
        "\"username\";\"e-mail\"\nann;a@x.de\n",
        "\"username\";\"first name, or, what, not\";\"email\"\nann;;a@x.de\n",
        "sep=;\nusername;email\nann;a@x.de\n",
        "\u{feff}sep=;\r\nusername;email,private\r\nann;a@x.de\r\n",
        "\r\n\n\"username\";email\nann;a@x.de\n",
        "sep=\t\nusername\temail\nann\ta@x.de\n",
    ] {
        let map = ["--map", "first name, or, what, not=first_name", "--map", "email,private=email"];
        let map = if table.contains("or, what") {
            &map[..2]
        } else if table.contains("private") {
            &map[2..]
        } else {
            &[]
        };
        import(&env, "a.csv", table, map).succeeds();
        assert_eq!(users(&env), ["ann|a@x.de"], "{table}");
        env.execute("DELETE FROM auth_user");
    }
    let run = import(&env, "a.csv", "sep=|\r\n\r\nusername|email\r\nb b|\r\n", &[]).ends_with(6);
    assert!(run.stderr.contains("a.csv, line 4, column 1"), "{}", run.stderr);
    let run = import(&env, "a.csv", "sep=;\nusername;emial\n", &[]).ends_with(6);
    assert!(run.stderr.contains("a.csv, line 2, column 2: Unknown field"), "{}", run.stderr);
    import(&env, "a.csv", "username|email\nann|a@x.de\n", &["--delimiter", "|"]).succeeds();
    import(
        &env,
        "a.csv",
        "username\temail;x\nbob\tb@x.de\n",
        &["--delimiter", "\\t", "--map", "email;x=email"],
    )
    .succeeds();
    assert_eq!(users(&env), ["ann|a@x.de", "bob|b@x.de"]);
    for delimiter in ["", "||", "ä", "\"", "\n"] {
        import(&env, "a.csv", "username\n", &["--delimiter", delimiter]).ends_with(2);
    }
    let run = import(&env, "a.json", "[]", &["--delimiter", ";"]).ends_with(2);
    assert!(run.stderr.contains("--delimiter"), "{}", run.stderr);
}

#[test]
fn only_close_matches_are_suggested() {
    let env = env();
    let run = import(&env, "a.csv", "Vorname,username\n,ann\n", &[]).ends_with(6);
    assert!(!run.stderr.contains("Did you mean"), "{}", run.stderr);
    assert!(
        run.stderr.contains("Unknown field \"Vorname\". Known fields: username, id, email, first_name,"),
        "{}",
        run.stderr
    );
    let run = import(&env, "a.csv", "usrname,is_active\nann,yes\n", &[]).ends_with(6);
    assert!(run.stderr.contains("Unknown field \"usrname\". Did you mean username?"), "{}", run.stderr);
    let run = import(&env, "a.csv", "username,is_active\nann,ja\n", &[]).ends_with(6);
    assert!(
        run.stderr.contains("line 2, column 2 (is_active): is_active must be true/false, yes/no or 1/0."),
        "{}",
        run.stderr
    );
}

#[test]
fn a_json_error_has_each_fault_once() {
    let env = env();
    let run = import(&env, "a.csv", "username,email\na b,x\nc d,\n", &["--format", "json"]).ends_with(6);
    let error = run.error();
    assert_eq!(error["message"], "3 values are missing or invalid.");
    assert_eq!(error["faults"].as_array().map(Vec::len), Some(3));
    assert_eq!(run.stderr.matches("a.csv, line 3").count(), 1, "{}", run.stderr);
    // A single fault is also the message.
    let run = import(&env, "a.csv", "username\na b\n", &["--format", "json"]).ends_with(6);
    assert_eq!(run.error()["message"], run.error()["faults"][0]["message"]);
}

#[test]
fn people_see_the_first_twenty() {
    let env = env();
    let mut table = String::from("username\n");
    for number in 0..150 {
        let _ = writeln!(table, "a b{number}");
    }
    let run = import(&env, "a.csv", table, &[]).ends_with(6);
    let mut command = env.command();
    command.args(["import", "a.csv"]);
    let screen = Terminal::start(&command).ends_with(6);
    for text in [run.stderr, screen] {
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        assert!(lines[19].contains("a.csv, line 21, column 1"), "{text}");
        assert_eq!(lines[20].trim(), "… and 130 more. Pass --format json to see up to 1000.");
        assert_eq!(lines.len(), 21);
    }
}

#[test]
fn a_value_of_the_wrong_type_is_not_reported_as_missing() {
    let env = env();
    let run = import(&env, "a.json", "[{\"username\": 2, \"email\": \"x@y.de\"}]", &[]).ends_with(6);
    assert_eq!(run.stderr, "error: a.json, line 1, column 15: username must be a string.\n");
    let env = TestEnv::with_database("[register]\nusername_from = \"email\"\n");
    let run = import(&env, "a.json", "[{\"username\": 2}]", &[]).ends_with(6);
    assert_eq!(run.stderr, "error: a.json, line 1, column 15: username must be a string.\n");
}

#[test]
fn positions_look_alike_in_all_formats() {
    let env = env();
    let run = import(&env, "a.json", "[\r\n {\"username\": \"a b\"}]", &[]).ends_with(6);
    assert!(run.stderr.starts_with("error: a.json, line 2, column 15: "), "{}", run.stderr);
    let run = import(&env, "a.json", "[\n {\"username\" \"a b\"}]", &[]).ends_with(6);
    assert_eq!(run.stderr, "error: a.json, line 2, column 14: This is not valid JSON: expected `:`.\n");
    let run = import(&env, "a.jsonl", "{\"username\": \"a b\"}\n", &[]).ends_with(6);
    assert!(run.stderr.starts_with("error: a.jsonl, line 1, column 14: "), "{}", run.stderr);
    // A carriage return between values ends a line, too.
    let lines = "{\"username\":\r\"ann\"}\r\n{\"username\": \"a b\"}\n{\"username\"\n";
    let run = import(&env, "a.jsonl", lines, &[]).ends_with(6);
    assert!(run.stderr.starts_with("error: a.jsonl, line 3, column 14: "), "{}", run.stderr);
    assert!(run.stderr.contains("a.jsonl, line 4, column 11: The JSON ends unexpectedly."), "{}", run.stderr);
    env.write("a.toml", "\nusers = 1\n");
    let run = env.run(["apply", "a.toml", "--yes"]).ends_with(6);
    assert!(run.stderr.starts_with("error: a.toml, line 2, column 9: "), "{}", run.stderr);
}

pub fn object(model: &str, pk: u32, fields: &str) -> String {
    format!("{{\"model\": \"{model}\", \"pk\": {pk}, \"fields\": {{{fields}}}}}")
}

#[test]
fn a_pipe_with_a_path_is_read_completely() {
    let env = env();
    env.run_with_input("username,email\nann,\n", ["import", "/dev/stdin"]).succeeds();
    assert_eq!(users(&env), ["ann|"]);
    env.run(["import", "."]).ends_with(1);
}

#[test]
fn excluded_models_must_exist() {
    let env = env();
    let user = object("auth.user", 1, "\"username\": \"ann\", \"password\": \"!x\"");
    let text = format!("[{user}, {}]", object("sessions.session", 1, ""));
    let run = import(&env, "a.json", &text, &["--exclude", "session"]).ends_with(2);
    assert!(
        run.stderr.contains(
            "--exclude session: the file contains no such app or model. Did you mean \
                             sessions?"
        ),
        "{}",
        run.stderr
    );
    import(&env, "a.json", &text, &["--exclude", "sessions"]).succeeds();
}

#[test]
fn groups_in_a_fixture_are_created_with_their_permissions() {
    let env = env();
    env.execute(
        "INSERT INTO django_content_type (id, app_label, model) VALUES (7, 'shop', 'order'), (8, 'auth', 'user');
         INSERT INTO auth_permission (id, name, content_type_id, codename)
         VALUES (3, 'x', 7, 'view_order'), (4, 'y', 7, 'add_order');",
    );
    env.execute("INSERT INTO auth_group (id, name) VALUES (5, 'taken')");
    let group = |pk, name: &str, permissions: &str| {
        object("auth.group", pk, &format!("\"name\": \"{name}\", \"permissions\": [{permissions}]"))
    };
    let user = object("auth.user", 1, "\"username\": \"ann\", \"password\": \"!x\", \"groups\": [5, 9]");
    let groups = [
        group(5, "editors", "3, [\"add_order\", \"shop\", \"order\"], 3"),
        group(9, "writers", ""),
        group(1, "taken", "3"),
    ];
    let text = format!("[{user}, {}]", groups.join(", "));
    let run = import(&env, "a.json", &text, &["--dry-run"]).succeeds();
    assert!(
        run.stderr.contains("Would import 1 row: 1 created, 2 groups. Nothing was changed."),
        "{}",
        run.stderr
    );
    assert_eq!(env.value("SELECT count(*) FROM auth_group"), "1");
    import(&env, "a.json", &text, &["--dry-run", "--batch", "1"]).succeeds();
    for more in [&[][..], &["--batch", "1"]] {
        import(&env, "a.json", &text, more).succeeds();
        assert_eq!(
            env.rows("SELECT name FROM auth_group g JOIN auth_user_groups l ON l.group_id = g.id ORDER BY 1"),
            ["editors", "writers"]
        );
        assert_eq!(env.value("SELECT id FROM auth_group WHERE name = 'writers'"), "9");
        assert_eq!(
            env.rows(
                "SELECT name || p.permission_id FROM auth_group g JOIN auth_group_permissions p \
                 ON p.group_id = g.id ORDER BY p.permission_id"
            ),
            ["editors3", "editors4"]
        );
        env.execute(
            "DELETE FROM auth_user_groups; DELETE FROM auth_group_permissions; DELETE FROM auth_user;",
        );
        env.execute("DELETE FROM auth_group WHERE name <> 'taken'");
    }
    let run = import(&env, "a.json", format!("[{}, {}]", groups[1], groups[1]), &[]).ends_with(6);
    assert!(run.stderr.contains("A previous group has the same name."), "{}", run.stderr);
    let text = format!("[{}]", group(11, "lost", "[\"x\", \"y\", \"z\"]"));
    let run = import(&env, "a.json", text, &[]).ends_with(6);
    assert!(run.stderr.contains("Permission y.x of z does not exist."), "{}", run.stderr);
    assert_eq!(env.value("SELECT count(*) FROM auth_group WHERE name = 'lost'"), "0");
}

#[test]
fn a_username_of_the_wrong_type_hides_no_other_fault() {
    let env = env();
    let run = import(&env, "a.jsonl", "{\"username\": 5, \"email\": \"nobody\"}\n", &[]).ends_with(6);
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    assert!(run.stderr.contains("username") && run.stderr.contains("email address"), "{}", run.stderr);
    // If the email address is the username, a fault is reported for one of the two only.
    let env = TestEnv::with_database("[register]\nusername_from = \"email\"\n");
    let run = import(&env, "a.jsonl", "{\"username\": 5}\n", &[]).ends_with(6);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}

#[test]
fn a_key_or_a_generated_column_is_refused_as_a_heading() {
    let env = env();
    env.execute(
        "ALTER TABLE auth_user RENAME COLUMN id TO number;
         ALTER TABLE auth_user ADD COLUMN loud varchar(9) GENERATED ALWAYS AS (upper(username)) VIRTUAL;
         ALTER TABLE auth_user ADD COLUMN phone varchar(9) NOT NULL DEFAULT '';",
    );
    for heading in ["number", "loud"] {
        let run = import(&env, "a.csv", format!("username,{heading}\nann,7\n"), &[]).ends_with(6);
        assert!(run.stderr.contains("line 1, column 2"), "{heading}: {}", run.stderr);
    }
    import(&env, "a.csv", "username,phone\nann,7\n", &[]).succeeds();
    assert_eq!(env.rows("SELECT username, phone FROM auth_user"), ["ann|7"]);
}

#[test]
fn a_fixture_is_accepted_if_django_accepted_it() {
    let env = TestEnv::with_database(
        "[register]\nrequired = [\"username\", \"last_name\"]\nprofile = \"gamer\"\n[profiles.gamer]\n\
         table = \"app_gamer\"\nfields = { bio = \"varchar(9)\" }\nrequired = [\"bio\"]\n",
    );
    let fields = "\"username\": \"Meg ﬁ\", \"email\": \"Meg@EXAMPLE.com\", \"password\": \"!x\"";
    let gamer = object("app.gamer", 1, "\"user\": 3, \"bio\": \"\"");
    import(&env, "a.json", format!("[{}, {gamer}]", object("auth.user", 3, fields)), &[]).succeeds();
    assert_eq!(users(&env), ["Meg ﬁ|Meg@EXAMPLE.com"]);
}

#[test]
fn an_existing_account_gets_missing_permissions_and_knox_tokens() {
    let env = TestEnv::with_database("[tokens]\nscheme = \"knox\"\n");
    env.execute(
        "INSERT INTO django_content_type (id, app_label, model)
         VALUES (7, 'shop', 'order'), (8, 'auth', 'user'), (9, 'knox', 'authtoken');
         INSERT INTO auth_permission (id, name, content_type_id, codename) VALUES (3, 'x', 7, 'view_order');",
    );
    env.run(["register", "ann", "--no-password", "--no-token"]).succeeds();
    let permission = "\"user_permissions\": [[\"view_order\", \"shop\", \"order\"]]";
    let user = object("auth.user", 1, &format!("\"username\": \"ann\", \"password\": \"!x\", {permission}"));
    let token = format!(
        "{{\"model\": \"knox.authtoken\", \"pk\": \"{}\", \"fields\": {{\"token_key\": \"abcdefghijklmno\", \
         \"user\": 1, \"created\": \"2024-01-01T00:00:00Z\", \"expiry\": null}}}}",
        "0f".repeat(64)
    );
    let update = ["--on-existing", "update"];
    let run = import(&env, "a.json", format!("[{user}, {token}]"), &update).succeeds();
    assert!(run.stderr.contains("1 changed"), "{}", run.stderr);
    let links = "SELECT permission_id FROM auth_user_user_permissions";
    assert_eq!(env.rows(links), ["3"]);
    assert_eq!(env.rows("SELECT user_id, token_key FROM knox_authtoken"), ["1|abcdefghijklmno"]);
    let before = env.database_bytes();
    let run = import(&env, "a.json", format!("[{user}, {token}]"), &update).succeeds();
    assert!(run.stderr.contains("1 unchanged"), "{}", run.stderr);
    assert!(env.database_bytes() == before);
    // A missing permission counts as a change.
    env.execute("DELETE FROM auth_user_user_permissions");
    let run = import(&env, "a.json", format!("[{user}, {token}]"), &update).succeeds();
    assert!(run.stderr.contains("1 changed"), "{}", run.stderr);
    assert_eq!(env.rows(links), ["3"]);
}

#[test]
fn a_token_of_a_fixture_does_not_lose_its_expiry() {
    let env = TestEnv::with_database("[tokens]\nscheme = \"knox\"\n");
    let user = object("auth.user", 1, "\"username\": \"ann\", \"password\": \"!x\"");
    let token = |expiry: &str| {
        let times = format!("\"created\": \"2024-01-01T00:00:00Z\", {expiry}");
        let token =
            object("knox.authtoken", 1, &format!("\"token_key\": \"abcdefgh\", \"user\": 1, {times}"));
        format!("[{user}, {}]", token.replace("\"pk\": 1", "\"pk\": \"00ff\""))
    };
    for wrong in ["\"expiry\": \"soon\"", "\"expiry\": 1", "\"expires\": \"0000-01-01T00:00:00Z\""] {
        let run = import(&env, "a.json", token(wrong), &[]).ends_with(6);
        assert!(run.stderr.contains("The expiry of a token must be a time or null."), "{}", run.stderr);
    }
    import(&env, "a.json", token("\"expiry\": null, \"expires\": \"2030-01-01T00:00:00Z\""), &[]).succeeds();
    assert_eq!(env.value("SELECT expiry FROM knox_authtoken"), "2030-01-01 00:00:00");
}

#[test]
fn a_value_of_a_fixture_that_cannot_be_read_is_a_fault() {
    let env =
        TestEnv::with_database("[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"text null\" }\n");
    let deep = format!("{}{}", "[".repeat(130), "]".repeat(130));
    let user = |fields: &str| {
        object("auth.user", 1, &format!("\"username\": \"ann\", \"password\": \"!x\"{fields}"))
    };
    let group = |permissions: &str| {
        object("auth.group", 1, &format!("\"name\": \"a\", \"permissions\": {permissions}"))
    };
    let gamer = |bio: &str| object("app.gamer", 1, &format!("\"user\": 1, \"bio\": {bio}"));
    let cases = [
        format!("[{}]", user(&format!(", \"groups\": {deep}"))),
        format!("[{}, {}]", user(""), gamer(&deep)),
        format!("[{}]", user("").replace("\"pk\": 1", &format!("\"pk\": {deep}"))),
        format!("[{}, {}]", group(&deep), user("")),
    ];
    for fixture in cases {
        let run = import(&env, "a.json", &fixture, &[]).ends_with(6);
        assert!(run.stderr.contains("The JSON is nested more than 128 levels deep."), "{}", run.stderr);
        assert!(users(&env).is_empty(), "{fixture}");
    }
}

#[test]
fn keys_that_a_json_library_reserves_have_no_meaning() {
    let env = env();
    let mut json = String::from("1");
    for _ in 0..300 {
        let escaped = json.replace('\\', "\\u005c").replace('"', "\\u0022");
        json = format!(
            "{}{{\"$serde_json::private::RawValue\":\"{escaped}\"}}{}",
            "[".repeat(100),
            "]".repeat(100)
        );
    }
    let row = format!("{{\"username\":\"ann\",\"first_name\":{json}}}");
    let fixture = object("auth.user", 1, &format!("\"username\": \"ann\", \"first_name\": {json}"));
    for (name, text) in
        [("a.json", format!("[{row}]")), ("a.jsonl", row.clone()), ("b.json", format!("[{fixture}]"))]
    {
        let run = import(&env, name, text, &[]).ends_with(6);
        assert!(run.stderr.contains("first_name must be a string."), "{}", run.stderr);
    }
    env.write("body.json", &row);
    let run = env.run(["register", "--no-password", "--from-json", "body.json"]).ends_with(6);
    assert!(run.stderr.contains("first_name must be a string."), "{}", run.stderr);
    env.write("accounts.json", &format!("{{\"users\":[{row}]}}"));
    let run = env.run(["apply", "accounts.json", "--yes"]).ends_with(6);
    assert!(run.stderr.contains("first_name must be a string."), "{}", run.stderr);
}

#[test]
fn files_of_other_programs_are_recognized() {
    let env = TestEnv::with_database("");
    std::fs::write(env.path("pupils.xlsx"), b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml").unwrap();
    let run = env.run(["import", "pupils.xlsx"]).ends_with(2);
    assert!(run.stderr.contains("Save the sheet as CSV (UTF-8)"), "{}", run.stderr);
    env.run(["register", "meg", "--no-password"]).succeeds();
    std::fs::copy(env.path("db.sqlite3"), env.path("old.sqlite3")).unwrap();
    let run = env.run(["import", "old.sqlite3"]).ends_with(2);
    assert!(run.stderr.contains("`authctl --db old.sqlite3 export accounts.jsonl`"), "{}", run.stderr);
    env.run(["--db", "old.sqlite3", "export", "accounts.jsonl"]).succeeds();
    env.run(["import", "accounts.jsonl", "--on-existing", "skip"]).succeeds();
}

#[test]
fn the_projects_own_fields_come_first_among_the_known_ones() {
    let env = TestEnv::with_database(crate::env::LEVELUP);
    env.write("a.csv", "username,Vorname\nann,Ann\n");
    let run = env.run(["import", "a.csv"]).ends_with(6);
    assert!(run.stderr.contains("Known fields: profile.gamer.bio, username"), "{}", run.stderr);
}
