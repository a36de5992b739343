//! Virtual tables, some of them by modules that only the project has.

use rusqlite::Connection;

use crate::env::TestEnv;

/// A database with tables like those of GeoDjango's SpatiaLite modules, and a virtual table with columns like an
/// account's.
fn with_foreign_modules() -> TestEnv {
    let env = TestEnv::with_database("");
    let database: Connection = env.database();
    database.pragma_update(None, "writable_schema", true).unwrap();
    for (name, arguments) in [
        ("SpatialIndex", "VirtualSpatialIndex()"),
        (
            "people",
            "elsewhere(id, username, password, last_login, is_active, key, digest, token_key, created)",
        ),
        ("badges", "elsewhere(user_id UNIQUE REFERENCES auth_user (id), number)"),
    ] {
        database
            .execute(
                "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', ?1, ?1, 0, ?2)",
                [name, &format!("CREATE VIRTUAL TABLE {name} USING {arguments}")],
            )
            .unwrap();
    }
    env
}

#[test]
fn tables_of_unknown_modules_are_left_alone() {
    let env = with_foreign_modules();
    env.execute("CREATE VIRTUAL TABLE found USING fts5 (username)");
    env.execute(
        "CREATE TRIGGER find AFTER INSERT ON auth_user BEGIN INSERT INTO found VALUES (new.username); END",
    );
    env.register("meg", "a-Password-of-41");
    assert_eq!(env.value("SELECT username FROM found"), "meg", "the trigger did not fill the virtual table");
    env.run(["create-token", "meg"]).succeeds();
    for command in ["list-users", "list-tokens", "check", "export"] {
        env.run([command]).succeeds();
    }
    env.run(["show-user", "meg"]).succeeds();
    env.run(["edit-user", "meg", "--first-name", "Margaret"]).succeeds();
    env.run(["backup", "copy.sqlite3"]).succeeds();
    env.run(["delete-user", "meg", "--yes"]).succeeds();
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}
