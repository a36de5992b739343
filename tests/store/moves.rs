//! What `export` writes and `import` reads back, where files could lose it.

use tempfile::TempDir;

use crate::engines::{Engine, Project};
use crate::rows::add;

const ROWS: &str = "SELECT u.username, coalesce(CAST(wish AS text), 'NULL'), CAST(need AS text), t.key, \
                    CAST(created AS text) FROM auth_user AS u JOIN shop_list AS l ON l.user_id = u.id JOIN \
                    authtoken_token AS t ON t.user_id = u.id ORDER BY 1";

/// A project with a profile that has a JSON column with NULL and another without.
fn project(engine: Engine) -> Project {
    let project = engine.project("rock");
    let column = |name: &str, null: &str| {
        let sqlite = format!("{name} text {null} CHECK ((JSON_VALID(\"{name}\") OR \"{name}\" IS NULL))");
        engine.pick(sqlite, format!("{name} jsonb {null}"))
    };
    project.sql(&format!(
        "INSERT INTO django_content_type (app_label, model) VALUES ('shop', 'list');
         CREATE TABLE shop_list (user_id integer PRIMARY KEY REFERENCES auth_user (id), {}, {})",
        column("wish", "NULL"),
        column("need", "NOT NULL")
    ));
    project
}

fn filled(engine: Engine) -> Project {
    let project = project(engine);
    let store = project.open();
    let lists = [
        ("ann", "NULL", "'null'"),
        ("bob", "'null'", "'{}'"),
        ("cid", r#"'{"$json": null}'"#, "'[null]'"),
        ("dan", r#"'{"$json": {"$json": 1}}'"#, r#"'"null"'"#),
        ("eve", r#"'{"$json": 1, "b": 2}'"#, r#"'["$json"]'"#),
    ];
    for (index, (name, wish, need)) in lists.into_iter().enumerate() {
        let id = add(&store, name);
        let (key, now) =
            (format!("{index}123456789abcdef0123456789abcdef01234567"), "2024-02-29 12:30:00.000120");
        project.sql(&format!(
            "INSERT INTO shop_list VALUES ({id}, {wish}, {need});
             INSERT INTO authtoken_token (key, created, user_id) VALUES ('{key}', '{now}', {id})"
        ));
    }
    project
}

fn export_and_import_keep_null_documents_and_times_of_tokens(engine: Engine) {
    let (from, folder) = (filled(engine), TempDir::new().unwrap());
    for name in ["users.csv", "users.json", "users.jsonl"] {
        let path = folder.path().join(name);
        let path = path.to_str().unwrap();
        from.authctl(&["export", path, "--with-password-hashes", "--with-token-keys"]).ends_with(0);
        let to = project(engine);
        to.authctl(&["import", path]).ends_with(0);
        assert_eq!(to.rows(ROWS), from.rows(ROWS), "{name}");
        if name != "users.csv" {
            // An empty cell of a table would change nothing.
            to.sql("UPDATE shop_list SET wish = '1', need = '2'");
            to.authctl(&["import", path, "--on-existing", "update"]).ends_with(0);
            assert_eq!(to.rows(ROWS), from.rows(ROWS), "{name}");
        }
        let again = to.authctl(&["import", path, "--on-existing", "update", "--format", "json"]).ends_with(0);
        assert_eq!(again.json()["changed"], false, "{name}: {}", again.stdout);
    }
}

fn a_null_of_a_fixture_is_a_document_where_null_is_not_allowed(engine: Engine) {
    let (from, folder) = (filled(engine), TempDir::new().unwrap());
    let path = folder.path().join("users.json");
    let path = path.to_str().unwrap();
    let words = ["export", path, "--format", "fixture", "--with-password-hashes", "--with-token-keys"];
    from.authctl(&words).ends_with(0);
    let to = project(engine);
    to.authctl(&["import", path]).ends_with(0);
    // Django's loaddata, too, reads a null as NULL.
    from.sql("UPDATE shop_list SET wish = NULL WHERE user_id = 2");
    assert_eq!(to.rows(ROWS), from.rows(ROWS));
}

fn the_time_of_a_token_is_checked(engine: Engine) {
    let (project, folder) = (project(engine), TempDir::new().unwrap());
    let path = folder.path().join("users.csv");
    std::fs::write(
        &path,
        "username,token,token_created\nann,0123456789abcdef0123456789abcdef01234567,soon\n",
    )
    .unwrap();
    let run = project.authctl(&["import", path.to_str().unwrap()]).ends_with(6);
    assert!(
        run.stderr.contains("line 2, column 3 (token_created): token_created must be a date"),
        "{}",
        run.stderr
    );
}

on_every_engine! {
    export_and_import_keep_null_documents_and_times_of_tokens,
    a_null_of_a_fixture_is_a_document_where_null_is_not_allowed,
    the_time_of_a_token_is_checked,
}
