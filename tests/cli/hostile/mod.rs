//! Hostile and damaged databases. No command may crash, hang, change something and report failure, damage an intact
//! database, or report something untrue.
//!
//! `AUTHCTL_DAMAGED=2000 cargo test --test cli hostile::damage -- --nocapture` tries that many damaged files, each with
//! every command.

mod battery;
mod damage;
mod limits;
mod schemas;
mod values;

use std::fs;

use crate::env::TestEnv;
use crate::seed;

/// Fast hashes, a profile, and one of the two token schemes.
const CONFIG: &str = "[passwords]\nhasher = \"pbkdf2_sha256 1\"\n[tokens]\nscheme = \"drf\"\n\
                      [profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"varchar(50) null\" }\n";

/// An ordinary database from which the others are derived, and the key of meg's token.
struct Base {
    bytes: Vec<u8>,
    key: String,
}

impl Base {
    fn new() -> Self {
        let env = TestEnv::new();
        env.write("authctl.toml", CONFIG);
        env.run(["init", "--scheme", "drf,knox"]).succeeds();
        let key = env.register_quickly("meg");
        let database = env.database();
        let others = ["ann", "off", "a'b\"c", "tab\there"].map(|name| seed::user(&database, name));
        seed::group(&database, "editors", &others);
        for (user, start) in others.iter().zip(["aa", "bb", "cc", "dd"]) {
            seed::drf_token(&database, *user, &seed::key(start));
        }
        seed::knox_token(&database, others[0], "kkkkkkkkkkkkkk1", Some("2024-03-02 08:00:00"));
        database
            .execute_batch(
                "UPDATE auth_user SET is_active = 0 WHERE username = 'off';
                 INSERT INTO app_gamer (user_id, bio) VALUES (1, 'plays chess'), (2, NULL)",
            )
            .unwrap();
        drop(database);
        Self { bytes: env.database_bytes(), key }
    }

    /// Creates a folder with this database and the input files of the commands.
    fn environment(database: &[u8]) -> TestEnv {
        let env = TestEnv::new();
        env.write("authctl.toml", CONFIG);
        env.write("users.csv", "username,email\nzoe1,zoe1@example.com\nzoe2,zoe2@example.com\n");
        env.write(
            "accounts.toml",
            "[[users]]\nusername = \"ann\"\nemail = \"ann@new.example\"\n[[users]]\nusername = \"zoe3\"\n\
             email = \"zoe3@example.com\"\ntoken = true\n",
        );
        fs::write(env.path("db.sqlite3"), database).unwrap();
        env
    }

    /// Returns the database after these statements, run without authctl's settings.
    fn changed_by(&self, sql: &str) -> Vec<u8> {
        let env = Self::environment(&self.bytes);
        let database = env.database();
        database.pragma_update(None, "foreign_keys", false).unwrap();
        database.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        drop(database);
        env.database_bytes()
    }
}
