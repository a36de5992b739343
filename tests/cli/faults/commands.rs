//! The writing commands, as data.

use crate::env::PASSWORD;

/// A command and its setup in addition to the database with the users meg and joe.
#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub arguments: &'static [&'static str],
    pub input: &'static str,
    /// Commands that run first, with their input.
    pub before: &'static [(&'static [&'static str], &'static str)],
    /// Whether the command changes, reads or creates the database.
    pub database: Database,
    /// The exit code of a good run.
    pub code: i32,
    /// Whether the command changes only the saved session.
    pub is_of_session: bool,
    /// Whether the command commits in batches.
    pub is_in_batches: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Changed,
    Read,
    Created,
}

const HASH: &str = "pbkdf2_sha256$1$abcdefghijklmnopqrstuv$YHVtR8W0A6AxDrxvEgGXR2SIv6SdNZBbs7B7bH1JZh0=";

const LOGIN: &[&str] = &["login", "meg", "--password-stdin"];

const fn changing(name: &'static str, arguments: &'static [&'static str], input: &'static str) -> Case {
    Case {
        name,
        arguments,
        input,
        before: &[],
        database: Database::Changed,
        code: 0,
        is_of_session: false,
        is_in_batches: false,
    }
}

impl Case {
    const fn after(self, before: &'static [(&'static [&'static str], &'static str)]) -> Self {
        Self { before, ..self }
    }

    const fn reading(self) -> Self {
        Self { database: Database::Read, ..self }
    }

    const fn of_session(self) -> Self {
        Self { database: Database::Read, is_of_session: true, ..self }
    }

    const fn in_batches(self) -> Self {
        Self { is_in_batches: true, ..self }
    }

    const fn creating(self) -> Self {
        Self { database: Database::Created, ..self }
    }

    const fn ending_with(self, code: i32) -> Self {
        Self { code, ..self }
    }
}

pub const CASES: &[Case] = &[
    changing("init", &["init", "--scheme", "drf,knox"], "").creating(),
    changing("register --init", &["register", "ann", "--init", "--no-password", "--set", "bio=x"], "")
        .creating(),
    changing(
        "register",
        &["register", "ann", "--password-hash-stdin", "--group", "editors", "--set", "bio=x"],
        HASH,
    ),
    changing("register a random password", &["register", "ann", "--random-password", "--set", "bio=x"], ""),
    changing(
        "register --on-existing update",
        &["register", "meg", "--on-existing", "update", "--set", "bio=y", "--staff", "--no-password"],
        "",
    ),
    changing("login", LOGIN, PASSWORD),
    changing("login with knox", &["login", "joe", "--password-stdin", "--scheme", "knox"], PASSWORD),
    changing("login that fails", LOGIN, "not-the-password-7").reading().ending_with(4),
    changing("logout", &["logout"], "").after(&[(LOGIN, PASSWORD)]),
    changing("logout --keep-token", &["logout", "--keep-token"], "").of_session().after(&[(LOGIN, PASSWORD)]),
    changing("create-token", &["create-token", "joe"], ""),
    changing("create-token --rotate", &["create-token", "meg", "--rotate"], ""),
    changing("create-token with knox", &["create-token", "meg", "--scheme", "knox"], ""),
    changing("create-token to a file", &["create-token", "joe", "--output-file", "out/key"], ""),
    changing(
        "create-token over a file",
        &["create-token", "meg", "--rotate", "--output-file", "out/key"],
        "",
    )
    .after(&[(&["create-token", "meg", "--output-file", "out/key"], "")]),
    changing(
        "create-token to a dotenv file",
        &["create-token", "joe", "--env-file", "out/env", "--as", "KEY"],
        "",
    )
    .after(&[(&["create-token", "meg", "--env-file", "out/env", "--as", "MEGS"], "")]),
    changing(
        "create-token with knox to both files",
        &[
            "create-token",
            "meg",
            "--scheme",
            "knox",
            "--output-file",
            "out/key",
            "--env-file",
            "out/env",
            "--as",
            "KEY",
        ],
        "",
    ),
    changing(
        "edit-user",
        &["edit-user", "meg", "--set", "bio=y", "--staff", "--add-group", "editors", "--revoke-tokens"],
        "",
    ),
    changing("set-password", &["set-password", "meg", "--password-hash-stdin", "--revoke-tokens"], HASH),
    changing("set-password to a random one", &["set-password", "meg", "--random-password"], ""),
    changing("revoke-token", &["revoke-token", "--all", "--yes"], ""),
    changing("delete-user", &["delete-user", "meg", "--yes"], ""),
    changing("migrate-tokens", &["migrate-tokens", "--to", "knox", "--yes"], ""),
    changing("import", &["import", "users.csv", "--on-existing", "update"], ""),
    changing(
        "import with results",
        &[
            "import",
            "users.csv",
            "--on-existing",
            "update",
            "--tokens",
            "--random-passwords",
            "--results",
            "out/made.csv",
        ],
        "",
    ),
    changing(
        "import behind other results",
        &["import", "users.csv", "--on-existing", "update", "--tokens", "--results", "out/made.csv"],
        "",
    )
    .after(&[(&["import", "old.csv", "--tokens", "--results", "out/made.csv"], "")]),
    changing(
        "import with results on standard output",
        &["import", "users.csv", "--on-existing", "update", "--tokens", "--results", "-"],
        "",
    ),
    changing(
        "import in batches",
        &[
            "import",
            "users.csv",
            "--on-existing",
            "update",
            "--tokens",
            "--random-passwords",
            "--batch",
            "1",
            "--results",
            "out/made.csv",
        ],
        "",
    )
    .in_batches(),
    changing("apply", &["apply", "wanted.toml", "--prune", "delete", "--yes"], ""),
    changing(
        "apply with results",
        &["apply", "wanted.toml", "--prune", "delete", "--yes", "--results", "out/made.csv"],
        "",
    ),
    changing("export", &["export", "out/users.json", "--with-password-hashes", "--with-token-keys"], "")
        .reading(),
    changing("export over a file", &["export", "out/users.csv", "--with-password-hashes", "--overwrite"], "")
        .reading()
        .after(&[(&["export", "out/users.csv"], "")]),
    changing("backup", &["backup", "out/copy.sqlite3"], "").reading(),
    changing("backup over a file", &["backup", "out/copy.sqlite3", "--overwrite"], "")
        .reading()
        .after(&[(&["backup", "out/copy.sqlite3"], ""), (&["edit-user", "joe", "--staff"], "")]),
];
