//! Hostile schemas: a user who can write to the file controls its tables, views, triggers and constraints.

use super::Base;
use super::battery::faults;

/// Statements that are run on an ordinary database.
const SCHEMAS: &[(&str, &str)] = &[
    ("nothing", "SELECT 1"),
    // Names.
    (
        "quotes in names",
        r#"CREATE TABLE "app_we""ird" ("a""b" text NULL, [c d] text NULL, `e``f` int NULL, "user'id" integer NOT NULL
             UNIQUE REFERENCES auth_user (id));
           INSERT INTO "app_we""ird" VALUES ('x', 'y', 1, 1)"#,
    ),
    (
        "control characters in names",
        "CREATE TABLE \"app_\u{1b}[31m\n\u{1}\u{202e}\" (\"a\u{7}\r\n\" text NULL, \"\u{9b}31m\" text NULL, user_id integer
           NOT NULL UNIQUE REFERENCES auth_user (id));
         INSERT INTO auth_user (username, password, is_active, is_superuser, is_staff, first_name, last_name, email, date_joined)
           VALUES (char(27) || '[2J' || char(10) || char(155), '', 1, 0, 0, char(0), char(7), 'e', '2024-01-01 00:00:00');
         INSERT INTO auth_group (name) VALUES (char(27) || ']0;x' || char(7))",
    ),
    (
        "a null character in names",
        "PRAGMA writable_schema = ON;
         INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) SELECT type, 'a' || char(0) || 'b', 'a' || char(0)
           || 'b', rootpage, replace(sql, 'app_gamer', 'a') FROM sqlite_master WHERE name = 'app_gamer'",
    ),
    (
        "names that are no text",
        "PRAGMA writable_schema = ON;
         INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) SELECT type, x'ff00fe', x'ff00fe', rootpage,
           CAST(replace(sql, 'app_gamer', CAST(x'fffe' AS TEXT)) AS BLOB) FROM sqlite_master WHERE name = 'app_gamer'",
    ),
    ("a name of a million characters", "UPDATE auth_user SET username = printf('%.*c', 1000000, 'x') WHERE id = 2"),
    ("a null character in a login name", "UPDATE auth_user SET username = 'me' || char(0) || 'g' WHERE id = 1"),
    // Other objects in place of tables.
    (
        "a view for the tokens",
        "CREATE TABLE t AS SELECT * FROM authtoken_token; DROP TABLE authtoken_token;
         CREATE VIEW authtoken_token AS SELECT * FROM t",
    ),
    (
        "an endless view for the users",
        "CREATE TABLE t AS SELECT * FROM auth_user; DROP TABLE auth_user; CREATE VIEW auth_user AS
           WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT t.* FROM t, n",
    ),
    ("views that multiply", "CREATE VIEW v0 AS SELECT 1 AS a; CREATE VIEW v1 AS SELECT x.a FROM v0 x, v0 y;
         CREATE VIEW v2 AS SELECT x.a FROM v1 x, v1 y; CREATE VIEW v3 AS SELECT x.a FROM v2 x, v2 y;
         CREATE VIEW v4 AS SELECT x.a FROM v3 x, v3 y; CREATE VIEW v5 AS SELECT x.a FROM v4 x, v4 y;
         CREATE VIEW v6 AS SELECT x.a FROM v5 x, v5 y; CREATE VIEW v7 AS SELECT x.a FROM v6 x, v6 y;
         CREATE VIEW v8 AS SELECT x.a FROM v7 x, v7 y; CREATE VIEW v9 AS SELECT x.a FROM v8 x, v8 y;
         CREATE TRIGGER t AFTER UPDATE ON auth_user BEGIN SELECT count(*) FROM v9; END"),
    (
        "a virtual table for the users",
        "DROP TABLE auth_user; CREATE VIRTUAL TABLE auth_user USING fts5 (id, password, username, email, last_login)",
    ),
    (
        "a virtual table of an unknown module for the tokens",
        "DROP TABLE authtoken_token; PRAGMA writable_schema = ON;
         INSERT INTO sqlite_master VALUES ('table', 'authtoken_token', 'authtoken_token', 0,
           'CREATE VIRTUAL TABLE authtoken_token USING elsewhere (key, created, user_id)')",
    ),
    (
        "shadow tables for profiles",
        "CREATE VIRTUAL TABLE app_found USING fts5 (a); DROP TABLE app_gamer;
         CREATE TABLE app_gamer (user_id integer PRIMARY KEY REFERENCES auth_user (id), bio text) WITHOUT ROWID",
    ),
    // Kinds of tables.
    (
        "no row ids",
        "CREATE TABLE t (id integer PRIMARY KEY NOT NULL, password varchar(128) NOT NULL, last_login datetime NULL,
           is_superuser bool NOT NULL, username varchar(150) NOT NULL UNIQUE, last_name varchar(150) NOT NULL,
           email varchar(254) NOT NULL, is_staff bool NOT NULL, is_active bool NOT NULL, date_joined datetime NOT NULL,
           first_name varchar(150) NOT NULL) WITHOUT ROWID;
         INSERT INTO t SELECT id, password, last_login, is_superuser, username, last_name, email, is_staff, is_active,
           date_joined, first_name FROM auth_user;
         DROP TABLE auth_user; ALTER TABLE t RENAME TO auth_user",
    ),
    (
        "strict tables",
        "CREATE TABLE t (key text NOT NULL PRIMARY KEY, created text NOT NULL, user_id integer NOT NULL UNIQUE REFERENCES
           auth_user (id)) STRICT, WITHOUT ROWID;
         INSERT INTO t SELECT * FROM authtoken_token; DROP TABLE authtoken_token; ALTER TABLE t RENAME TO authtoken_token",
    ),
    (
        "columns named as the row id",
        "DROP TABLE app_gamer;
         CREATE TABLE app_gamer (rowid text, oid text, _rowid_ text, user_id integer NOT NULL UNIQUE REFERENCES auth_user
           (id));
         INSERT INTO app_gamer VALUES ('a', 'b', 'c', 1)",
    ),
    // Triggers.
    ("users are not updated", "CREATE TRIGGER t BEFORE UPDATE ON auth_user BEGIN SELECT RAISE (IGNORE); END"),
    ("users are not inserted", "CREATE TRIGGER t BEFORE INSERT ON auth_user BEGIN SELECT RAISE (IGNORE); END"),
    ("users are not deleted", "CREATE TRIGGER t BEFORE DELETE ON auth_user BEGIN SELECT RAISE (IGNORE); END"),
    ("tokens are not updated", "CREATE TRIGGER t BEFORE UPDATE ON authtoken_token BEGIN SELECT RAISE (IGNORE); END"),
    ("tokens are not inserted", "CREATE TRIGGER t BEFORE INSERT ON authtoken_token BEGIN SELECT RAISE (IGNORE); END"),
    ("tokens are not deleted", "CREATE TRIGGER t BEFORE DELETE ON authtoken_token BEGIN SELECT RAISE (IGNORE); END"),
    ("members are not inserted", "CREATE TRIGGER t BEFORE INSERT ON auth_user_groups BEGIN SELECT RAISE (IGNORE); END"),
    ("profiles are not inserted", "CREATE TRIGGER t BEFORE INSERT ON app_gamer BEGIN SELECT RAISE (IGNORE); END"),
    ("updates are refused", "CREATE TRIGGER t AFTER UPDATE ON auth_user BEGIN SELECT RAISE (ABORT, 'no'); END"),
    ("inserts fail", "CREATE TRIGGER t AFTER INSERT ON auth_user BEGIN SELECT RAISE (FAIL, 'no'); END"),
    (
        "the first insert undoes everything",
        "CREATE TRIGGER t AFTER INSERT ON auth_user WHEN new.username IN ('zoe', 'zoe1')
           BEGIN SELECT RAISE (ROLLBACK, 'no'); END",
    ),
    ("an update undoes everything", "CREATE TRIGGER t AFTER UPDATE ON auth_user BEGIN SELECT RAISE (ROLLBACK, 'no'); END"),
    ("a deletion undoes everything", "CREATE TRIGGER t AFTER DELETE ON authtoken_token BEGIN SELECT RAISE (ROLLBACK, 'no'); END"),
    (
        "triggers that call each other",
        "CREATE TABLE one (a); CREATE TABLE two (a);
         CREATE TRIGGER t AFTER UPDATE ON auth_user BEGIN INSERT INTO one VALUES (1); END;
         CREATE TRIGGER u AFTER INSERT ON one BEGIN INSERT INTO two VALUES (1); END;
         CREATE TRIGGER v AFTER INSERT ON two BEGIN INSERT INTO one VALUES (1); END;
         CREATE TRIGGER w AFTER UPDATE ON auth_user BEGIN UPDATE auth_user SET first_name = first_name || 'x'; END",
    ),
    (
        "a trigger that deletes the user",
        "CREATE TRIGGER t AFTER INSERT ON authtoken_token BEGIN DELETE FROM auth_user WHERE id = new.user_id; END",
    ),
    (
        "a trigger that refers to nothing",
        "CREATE TRIGGER t AFTER INSERT ON auth_user BEGIN INSERT INTO nowhere VALUES (new.id); END",
    ),
    // Computed values.
    ("a huge generated column", "ALTER TABLE auth_user ADD COLUMN big text GENERATED ALWAYS AS (hex(zeroblob(400000000)))"),
    ("a huge generated column of a profile", "ALTER TABLE app_gamer ADD COLUMN big text GENERATED ALWAYS AS (printf('%.*c', 900000000, 'x'))"),
    ("an activity that is generated", "ALTER TABLE auth_user DROP COLUMN is_active;
         ALTER TABLE auth_user ADD COLUMN is_active bool GENERATED ALWAYS AS (id <> 3)"),
    ("a huge default", "ALTER TABLE app_gamer RENAME TO t; CREATE TABLE app_gamer (id integer PRIMARY KEY, bio text NULL,
           big text NOT NULL DEFAULT (hex(zeroblob(400000000))), user_id integer NOT NULL UNIQUE REFERENCES auth_user (id))"),
    ("a function that the schema must not use", "CREATE TRIGGER t AFTER UPDATE ON auth_user BEGIN
           SELECT load_extension('/tmp/x'), writefile('/tmp/authctl-hostile', 'x'); END"),
    ("an index of an unknown function", "PRAGMA writable_schema = ON; INSERT INTO sqlite_master SELECT 'index', 'i',
           'auth_user', rootpage, 'CREATE INDEX i ON auth_user (md5(email))' FROM sqlite_master
           WHERE name = 'auth_user_groups_user_id_6a12ed8b'"),
    ("an unknown collation", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,
           '\"username\" varchar(150)', '\"username\" varchar(150) COLLATE python') WHERE name = 'auth_user'"),
    ("a constraint that is never true", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,
           '\"email\" varchar(254) NOT NULL', '\"email\" varchar(254) NOT NULL CHECK (0)') WHERE name = 'auth_user'"),
    ("a pattern that takes forever", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,
           '\"email\" varchar(254) NOT NULL', '\"email\" varchar(254) NOT NULL
           CHECK (printf(''%.*c'', 5000, ''a'') REGEXP ''^(?=(a|aa)+$)(a*)*\\2b$'')') WHERE name = 'auth_user'"),
    // Conflict clauses.
    ("conflicts that replace", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,
           'NOT NULL UNIQUE', 'NOT NULL UNIQUE ON CONFLICT REPLACE') WHERE name IN ('auth_user', 'authtoken_token')"),
    ("conflicts that are ignored", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,
           'NOT NULL UNIQUE', 'NOT NULL UNIQUE ON CONFLICT IGNORE') WHERE name IN ('auth_user', 'authtoken_token')"),
    // References.
    ("references to nothing", "CREATE TABLE app_t (id integer PRIMARY KEY, a REFERENCES nowhere (id), user_id integer UNIQUE
           REFERENCES auth_user (nowhere)); INSERT INTO app_t VALUES (1, 1, 1)"),
    ("references in a circle", "CREATE TABLE app_a (id integer PRIMARY KEY REFERENCES app_b (id), user_id integer NOT NULL
           UNIQUE REFERENCES auth_user (id)); CREATE TABLE app_b (id integer PRIMARY KEY REFERENCES app_a (id));
         INSERT INTO app_a VALUES (1, 1); INSERT INTO app_b VALUES (1);
         ALTER TABLE auth_user ADD COLUMN boss_id integer NULL REFERENCES auth_user (id);
         UPDATE auth_user SET boss_id = 1"),
    ("references of two columns", "CREATE TABLE app_t (a, b, FOREIGN KEY (a, b) REFERENCES auth_user (id, username));
         INSERT INTO app_t VALUES (1, 'meg')"),
    // The schema table and counters.
    ("two tables in one place", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM
           sqlite_master WHERE name = 'auth_user') WHERE name = 'authtoken_token'"),
    ("a table nowhere", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 99999 WHERE name = 'auth_user'"),
    ("a definition that is none", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE x (' WHERE
           name = 'app_gamer'"),
    ("a definition that is missing", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = NULL WHERE name = 'app_gamer'"),
    ("a definition of other columns", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql =
           'CREATE TABLE auth_user (id text, password, username integer UNIQUE, last_login)' WHERE name = 'auth_user'"),
    ("no sequence", "DELETE FROM sqlite_sequence"),
    ("a sequence at its end", "UPDATE sqlite_sequence SET seq = 9223372036854775807"),
    ("statistics that lie", "CREATE TABLE t (a); ANALYZE; DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 VALUES
           ('auth_user', 'sqlite_autoindex_auth_user_1', '-1 99999999999999999999 x'), (NULL, NULL, 'x'), ('t', 't', NULL)"),
    ("UTF-16 in the middle", "PRAGMA user_version = -1; PRAGMA application_id = 2147483647"),
];

/// Runs every command on the database after these statements.
#[track_caller]
fn check(base: &Base, schemas: impl IntoIterator<Item = (String, Vec<u8>)>) {
    let mut found = Vec::new();
    for (name, database) in schemas {
        let (faults, _) = faults(base, &database, &[]);
        found.extend(faults.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_command_works_on_an_ordinary_database() {
    let base = Base::new();
    let (faults, done) = faults(&base, &base.bytes, &[]);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // `check` has warnings, for example about the weak hash.
    assert_eq!(done as usize, super::battery::COMMANDS.len() - 1);
}

#[test]
fn hostile_schemas() {
    let base = Base::new();
    let schemas: Vec<_> =
        SCHEMAS.iter().map(|(name, sql)| ((*name).to_owned(), base.changed_by(sql))).collect();
    check(&base, schemas);
}

#[test]
fn thousands_of_columns_and_tables() {
    let base = Base::new();
    let columns = |count: u32| -> Vec<String> { (0..count).map(|at| format!("c{at} text NULL, ")).collect() };
    let wide = |count| {
        format!(
            "CREATE TABLE app_wide ({}user_id integer NOT NULL UNIQUE REFERENCES auth_user (id));
             INSERT INTO app_wide (user_id) VALUES (1)",
            columns(count).concat()
        )
    };
    let link = |at: u32| {
        let before = at - 1;
        format!("CREATE TABLE t{at} (id integer PRIMARY KEY, t{before}_ptr_id REFERENCES t{before} (id));")
    };
    let chain: Vec<String> = (1..400).map(link).collect();
    let chain =
        format!("CREATE TABLE t0 (id integer PRIMARY KEY, up REFERENCES auth_user (id));{}", chain.concat());
    let deep = format!("CREATE TABLE app_deep (a text CHECK ({}a{}))", "(".repeat(90), ")".repeat(90));
    let schemas =
        [("1,000 columns", wide(1_000)), ("1,999 columns", wide(1_999)), ("a chain", chain), ("depth", deep)];
    check(&base, schemas.into_iter().map(|(name, sql)| (name.to_owned(), base.changed_by(&sql))));
}

#[test]
fn other_file_formats() {
    let base = Base::new();
    let forms = [
        ("pages of 512", "PRAGMA page_size = 512; VACUUM"),
        ("pages of 65536", "PRAGMA page_size = 65536; VACUUM"),
        ("auto-vacuum", "PRAGMA auto_vacuum = INCREMENTAL; VACUUM"),
        ("a write-ahead log", "PRAGMA journal_mode = WAL"),
        ("an old format", "PRAGMA legacy_file_format = ON; VACUUM"),
    ];
    check(&base, forms.into_iter().map(|(name, sql)| (name.to_owned(), base.changed_by(sql))));
}
