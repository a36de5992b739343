use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::env::{Run, TestEnv};

const PROFILES: &str = r#"
[profiles.gamer]
table = "levelupapi_gamer"
fields = { bio = "varchar(50)", score = "integer null" }
migrations = ["levelupapi.0001_initial", "levelupapi.0002_gamer"]

[profiles.customer]
table = "repairsapi_customer"
fields = { address = "varchar(155)" }
"#;

/// The names of all files in the working folder except the configuration.
fn left_behind(env: &TestEnv) -> Vec<String> {
    let entries = fs::read_dir(env.path(".")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "authctl.toml").collect();
    names.sort();
    names
}

fn tables(env: &TestEnv) -> Vec<String> {
    let list =
        env.value("SELECT group_concat(name) FROM (SELECT name FROM sqlite_master WHERE type = 'table')");
    list.split(',').map(str::to_owned).collect()
}

/// Runs `init` with a wrong configuration, which must fail and leave nothing.
#[track_caller]
fn assert_refused(config: &str, word: &str) -> Run {
    let env = TestEnv::new();
    env.write("authctl.toml", config);
    let run = env.run(["init"]).ends_with(2);
    assert!(run.stderr.contains(word), "no {word:?} in {}", run.stderr);
    assert_eq!(run.stdout, "");
    assert_eq!(left_behind(&env), Vec::<String>::new());
    run
}

#[test]
fn the_file_has_djangos_tables_and_is_private() {
    let env = TestEnv::new();
    let run = env.run(["init"]).succeeds();
    assert_eq!(run.stdout, format!("{}\n", env.path("db.sqlite3").display()));
    assert_eq!(fs::metadata(env.path("db.sqlite3")).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(left_behind(&env), ["db.sqlite3"]);
    for table in ["auth_user", "auth_group", "auth_permission", "django_content_type", "authtoken_token"] {
        assert!(tables(&env).iter().any(|name| name == table), "{table}");
    }
    assert!(!tables(&env).contains(&"knox_authtoken".to_owned()));
    assert_eq!(env.value("PRAGMA integrity_check"), "ok");
    assert_eq!(env.value("PRAGMA journal_mode"), "delete");
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}

#[test]
fn the_umask_does_not_affect_the_mode() {
    let env = TestEnv::new();
    let shell = format!("umask 000; exec {} init", env!("CARGO_BIN_EXE_authctl"));
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &shell]).current_dir(env.path("."));
    Run::of(command.output().unwrap()).succeeds();
    assert_eq!(fs::metadata(env.path("db.sqlite3")).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn migrations_are_recorded() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    let count = |app: &str| env.value(&format!("SELECT count(*) FROM django_migrations WHERE app = '{app}'"));
    assert_eq!(count("contenttypes"), "2");
    assert_eq!(count("auth"), "12");
    assert_eq!(count("authtoken"), "3");
    assert_eq!(count("knox"), "9");
    assert_eq!(
        env.value("SELECT max(name) FROM django_migrations WHERE app = 'auth'"),
        "0012_alter_user_first_name_max_length"
    );
    // Django reads times with a space and at most microseconds.
    let applied = env.value("SELECT applied FROM django_migrations LIMIT 1");
    assert!(applied.len() <= 26 && applied.as_bytes()[10] == b' ', "{applied}");
    assert_eq!(env.value("SELECT count(*) FROM django_content_type"), "0");
}

#[test]
fn schemes_come_from_the_option_the_configuration_or_drf() {
    let schemes = |config: &str, arguments: &[&str]| {
        let env = TestEnv::new();
        env.write("authctl.toml", config);
        env.run(arguments).succeeds();
        let tables = tables(&env);
        let has = |name: &str| tables.iter().any(|table| table == name);
        (has("authtoken_token"), has("knox_authtoken"))
    };
    let knox = "[tokens]\nscheme = \"knox\"\n";
    assert_eq!(schemes("", &["init"]), (true, false));
    assert_eq!(schemes(knox, &["init"]), (false, true));
    assert_eq!(schemes(knox, &["init", "--scheme", "drf"]), (true, false));
    assert_eq!(schemes("", &["init", "--scheme", "knox"]), (false, true));
    assert_eq!(schemes("", &["init", "--scheme", "drf,knox"]), (true, true));
    assert_eq!(schemes("", &["init", "--scheme", "knox", "--scheme", "drf"]), (true, true));
}

#[test]
fn an_unknown_scheme_is_wrong_usage() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "jwt"]).ends_with(2);
    assert_eq!(left_behind(&env), Vec::<String>::new());
}

#[test]
fn declared_profiles_get_their_tables_and_migrations() {
    let env = TestEnv::new();
    env.write("authctl.toml", PROFILES);
    let run = env.run(["init"]).succeeds();
    assert_eq!(
        env.value("SELECT group_concat(name || ' ' || lower(type) || ' ' || \"notnull\", '; ') FROM pragma_table_info('levelupapi_gamer')"),
        "id integer 1; bio varchar(50) 1; score integer 0; user_id integer 1"
    );
    assert_eq!(
        env.value("SELECT \"table\" || '.' || \"to\" FROM pragma_foreign_key_list('repairsapi_customer')"),
        "auth_user.id"
    );
    assert_eq!(
        env.value("SELECT group_concat(name) FROM django_migrations WHERE app = 'levelupapi'"),
        "0001_initial,0002_gamer"
    );
    // Warns only about the profile that Django could not adopt.
    assert!(
        run.stderr.contains("repairsapi_customer") && run.stderr.contains("migrations"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("levelupapi_gamer"), "{}", run.stderr);
    assert!(run.stderr.contains("customer, gamer"), "{}", run.stderr);
}

#[test]
fn a_migration_named_by_two_profiles_is_recorded_once() {
    let env = TestEnv::with_database(
        "[profiles.a]\ntable = \"app_a\"\nfields = { x = \"text\" }\nmigrations = [\"app.0001_initial\"]\n\
         [profiles.b]\ntable = \"app_b\"\nfields = { y = \"text\" }\nmigrations = [\"app.0001_initial\"]\n",
    );
    assert_eq!(env.value("SELECT count(*) FROM django_migrations WHERE app = 'app'"), "1");
}

#[test]
fn the_required_hasher_is_reported() {
    let env = TestEnv::new();
    let run = env.run(["init"]).succeeds();
    assert!(
        run.stderr.contains("Argon2PasswordHasher") && run.stderr.contains("pbkdf2_sha256"),
        "{}",
        run.stderr
    );

    let env = TestEnv::new();
    env.write("authctl.toml", "[passwords]\nhasher = \"pbkdf2_sha256\"\n");
    let run = env.run(["init"]).succeeds();
    assert!(!run.stderr.contains("hint: "), "{}", run.stderr);

    let env = TestEnv::new();
    env.write("authctl.toml", "[passwords]\nhasher = \"scrypt\"\n");
    let run = env.run(["init"]).succeeds();
    assert!(run.stderr.contains("The Django project needs its hasher"), "{}", run.stderr);
}

#[test]
fn the_json_answer_lists_what_was_created() {
    let env = TestEnv::new();
    env.write("authctl.toml", PROFILES);
    let run = env.run(["init", "--format", "json", "--scheme", "drf,knox"]).succeeds();
    let answer = run.json();
    assert_eq!(answer["database"], env.path("db.sqlite3").to_str().unwrap());
    assert_eq!(answer["schemes"], serde_json::json!(["drf", "knox"]));
    assert_eq!(answer["profiles"], serde_json::json!([{ "kind": "customer" }, { "kind": "gamer" }]));
    assert_eq!(answer["new_hashes"], "argon2 m=102400,t=2,p=8");
}

#[test]
fn existing_files_are_left_alone() {
    for make in ["file", "folder", "symlink", "dangling symlink"] {
        let env = TestEnv::new();
        let path = env.path("db.sqlite3");
        match make {
            "file" => fs::write(&path, "mine").unwrap(),
            "folder" => fs::create_dir(&path).unwrap(),
            "symlink" => {
                fs::write(env.path("other"), "mine").unwrap();
                symlink("other", &path).unwrap();
            }
            _ => symlink("nowhere", &path).unwrap(),
        }
        let before = left_behind(&env);
        let run = env.run(["init"]).ends_with(5);
        assert!(run.stderr.contains(path.to_str().unwrap()), "{make}: {}", run.stderr);
        assert_eq!(left_behind(&env), before, "{make}");
        match make {
            "file" => assert_eq!(fs::read_to_string(&path).unwrap(), "mine"),
            "symlink" => assert_eq!(fs::read_to_string(env.path("other")).unwrap(), "mine"),
            _ => {}
        }
        let error = env.run(["init", "--format", "json"]).ends_with(5).error();
        assert_eq!(error["code"], "file_exists", "{make}");
    }
}

#[test]
fn an_empty_file_is_filled_and_keeps_its_mode() {
    let env = TestEnv::new();
    let path = env.path("db.sqlite3");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let run = env.run(["init", "--dry-run"]).succeeds();
    assert!(run.stderr.contains("Would create a database"), "{}", run.stderr);
    assert_eq!((fs::read(&path).unwrap().len(), left_behind(&env)), (0, vec!["db.sqlite3".to_owned()]));

    env.write("authctl.toml", "[profiles.gamer]\ntable = \"auth_gamer\"\nfields = { bio = \"text\" }\n");
    env.run(["init"]).ends_with(2);
    assert_eq!((fs::read(&path).unwrap().len(), left_behind(&env)), (0, vec!["db.sqlite3".to_owned()]));
    fs::remove_file(env.path("authctl.toml")).unwrap();

    let run = env.run(["init"]).succeeds();
    assert_eq!(run.stdout, format!("{}\n", path.display()));
    assert_eq!(left_behind(&env), ["db.sqlite3"]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o640);
    assert_eq!(env.value("PRAGMA integrity_check"), "ok");
    env.register_quickly("meg");
    env.run(["init"]).ends_with(5);
}

#[test]
fn running_it_twice_keeps_the_rows() {
    let env = TestEnv::with_database("");
    crate::seed::users(&env, &["meg"]);
    let before = env.database_bytes();
    env.run(["init"]).ends_with(5);
    assert!(env.database_bytes() == before);
}

#[test]
fn the_path_comes_from_the_option_variable_or_configuration() {
    let env = TestEnv::new();
    env.run(["init", "--db", "by-option.sqlite3"]).succeeds();
    Run::of(env.command().arg("init").env("AUTHCTL_DB", "by-variable.sqlite3").output().unwrap()).succeeds();
    env.write("authctl.toml", "db = \"by-file.sqlite3\"\n");
    env.run(["init"]).succeeds();
    assert_eq!(left_behind(&env), ["by-file.sqlite3", "by-option.sqlite3", "by-variable.sqlite3"]);
}

#[test]
fn a_missing_folder_is_a_failure_and_leaves_nothing() {
    let env = TestEnv::new();
    let run = env.run(["init", "--db", "no/such/folder.sqlite3"]).ends_with(1);
    assert!(run.stderr.contains("no/such/folder.sqlite3"), "{}", run.stderr);
    assert_eq!(left_behind(&env), Vec::<String>::new());
}

#[test]
fn unknown_column_types_are_refused_with_their_field() {
    for kind in ["varchar", "varchar(0)", "varchar(-1)", "jsonb", "", "text); DROP TABLE auth_user; --"] {
        let config = format!("[profiles.gamer]\ntable = \"app_gamer\"\nfields = {{ bio = \"{kind}\" }}\n");
        let run = assert_refused(&config, "bio");
        assert!(run.stderr.contains("varchar(N)"), "{kind:?}: {}", run.stderr);
    }
}

#[test]
fn a_wrong_declaration_is_refused_with_its_file() {
    assert_refused("[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"jsonb\" }\n", "authctl.toml");
}

#[test]
fn migrations_have_an_app_and_a_name() {
    for migration in ["0001_initial", ".0001_initial", "app."] {
        let config = format!(
            "[profiles.gamer]\ntable = \"app_gamer\"\nfields = {{ bio = \"text\" }}\nmigrations = [\"{migration}\"]\n"
        );
        assert_refused(&config, "app.name");
    }
}

#[test]
fn fields_without_a_table_are_refused() {
    assert_refused("[profiles.gamer]\nfields = { bio = \"text\" }\n", "table");
}

#[test]
fn conflicting_declarations_are_wrong_configuration() {
    for (config, word) in [
        ("[profiles.a]\ntable = \"app_a\"\nfields = { id = \"integer\" }\n", "id"),
        ("[profiles.a]\ntable = \"app_a\"\nfields = { user_id = \"integer\" }\n", "user_id"),
        ("[profiles.a]\ntable = \"app_a\"\nfields = { bio = \"text\", BIO = \"text\" }\n", "BIO"),
        ("[profiles.a]\ntable = \"auth_user\"\nfields = { bio = \"text\" }\n", "auth_user"),
        ("[profiles.a]\ntable = \"sqlite_a\"\nfields = { bio = \"text\" }\n", "sqlite_a"),
        (
            "[profiles.a]\ntable = \"x\"\nfields = { b = \"text\" }\n\
             [profiles.c]\ntable = \"X\"\nfields = { b = \"text\" }\n",
            "X",
        ),
    ] {
        assert_refused(config, word);
    }
}

#[test]
fn names_in_a_declaration_cannot_run_sql() {
    let name = r#"bio\" text, \"is_admin"#;
    let env = TestEnv::with_database(&format!(
        "[profiles.a]\ntable = \"app_a\"\nfields = {{ \"{name}\" = \"text null\" }}\n"
    ));
    assert_eq!(env.value("SELECT count(*) FROM pragma_table_info('app_a')"), "3");
}

#[test]
fn a_manage_py_beside_the_new_database_is_a_warning() {
    let env = TestEnv::new();
    env.write("manage.py", "");
    let warning = "warning: A manage.py is here. If its project has its own user model";
    for command in [&["init"][..], &["register", "meg", "--init", "--no-password"]] {
        let run = env.run(command).succeeds();
        assert!(run.stderr.contains(warning), "{}", run.stderr);
        std::fs::remove_file(env.path("db.sqlite3")).unwrap();
    }
    let run = env.run(["init", "--format", "json"]).succeeds();
    assert!(run.error()["warnings"][0].as_str().unwrap().contains("`manage.py migrate`"));
    let run = env.run(["register", "joe", "--no-password"]).succeeds();
    assert!(!run.stderr.contains("manage.py"), "{}", run.stderr);
    std::fs::remove_file(env.path("db.sqlite3")).unwrap();
    let run = env.run(["list-users"]).ends_with(9);
    assert!(
        run.stderr.contains("hint: In a Django project, go to the folder with manage.py"),
        "{}",
        run.stderr
    );
}

#[test]
fn beside_a_manage_py_passwords_are_hashed_as_django_does_by_default() {
    let env = TestEnv::new();
    env.write("manage.py", "");
    let run = env.run(["register", "meg", "--init", "--random-password"]).succeeds();
    assert!(!run.stderr.contains("hint: Passwords are hashed"), "{}", run.stderr);
    let encoded = env.value("SELECT password FROM auth_user");
    assert!(encoded.starts_with("pbkdf2_sha256$1500000$"), "{encoded}");
}

#[test]
fn the_first_argon2_hash_of_a_database_is_announced_once() {
    const NEEDED: &str = "hint: Passwords are hashed with Argon2. The Django project needs argon2-cffi";
    let env = TestEnv::with_database("");
    let register = |name: &str, more: &[&str]| {
        let run = env.run(["register", name].iter().chain(more)).succeeds();
        run.stderr.matches(NEEDED).count()
    };
    assert_eq!(register("bot", &["--no-password"]), 0);
    assert_eq!(register("ada", &["--random-password", "--dry-run"]), 1);
    assert_eq!(register("quiet", &["--random-password", "--quiet", "--no-token"]), 0);
    env.execute("DELETE FROM authtoken_token; DELETE FROM auth_user");
    assert_eq!(register("json", &["--random-password", "--format", "json"]), 0);
    env.execute("DELETE FROM authtoken_token; DELETE FROM auth_user");
    assert_eq!(register("ann", &["--random-password"]), 1);
    assert_eq!(register("joe", &["--random-password"]), 0);
    let env = TestEnv::new();
    let run = env.run(["register", "ann", "--init", "--random-password"]).succeeds();
    assert_eq!(run.stderr.matches(NEEDED).count(), 1, "{}", run.stderr);
    let env = TestEnv::with_database("[passwords]\nhasher = \"pbkdf2_sha256 1000\"\n");
    let run = env.run(["register", "ann", "--random-password"]).succeeds();
    assert_eq!(run.stderr.matches(NEEDED).count(), 0, "{}", run.stderr);
}
