//! The rules as data.

/// A folder or file of `src/`, and the rooms below it that it may import.
pub struct Room {
    pub name: &'static str,
    pub may_import: &'static [&'static str],
}

/// The rooms from top to bottom.
pub const ROOMS: [Room; 11] = [
    Room {
        name: "commands",
        may_import: &[
            "cli", "accounts", "formats", "config", "terminal", "store", "files", "signals", "django",
            "error",
        ],
    },
    Room {
        name: "cli",
        may_import: &[
            "accounts", "formats", "config", "terminal", "store", "files", "signals", "django", "error",
        ],
    },
    Room { name: "accounts", may_import: &["formats", "store", "files", "signals", "django", "error"] },
    Room { name: "formats", may_import: &["terminal", "django", "error"] },
    Room { name: "config", may_import: &["terminal", "store", "files", "django", "error"] },
    Room { name: "terminal", may_import: &["signals", "django", "error"] },
    Room { name: "store", may_import: &["files", "signals", "django", "error"] },
    Room { name: "files", may_import: &["signals", "django", "error"] },
    Room { name: "signals", may_import: &["error"] },
    Room { name: "django", may_import: &["error"] },
    Room { name: "error", may_import: &[] },
];

/// Crates that only some modules may use. The empty name is the module of `lib.rs`.
pub const CRATES: [(&str, &[&str]); 13] = [
    ("clap", &["", "commands", "cli"]),
    ("clap_complete", &["commands"]),
    ("rusqlite", &["store::sqlite"]),
    ("dialoguer", &["terminal"]),
    ("comfy_table", &["terminal"]),
    ("argon2", &["django::passwords"]),
    ("bcrypt", &["django::passwords"]),
    ("pbkdf2", &["django::passwords"]),
    ("scrypt", &["django::passwords"]),
    ("md5", &["django::passwords"]),
    ("sha1", &["django::passwords"]),
    ("sha2", &["django::passwords", "django::tokens"]),
    ("signal_hook", &["signals"]),
];

const SPEC: &str = "plans and writes with what the command line gave, until all changes share one `AccountSpec` and one `Plan`";
const ROWS: &str =
    "rows of a file become accounts here, until they become an `AccountSpec` that formats may know";
const STORE: &str =
    "asks the store for rows and columns, until a second engine gives rows a type of their own";

/// A file, the room or crate that it must not use, and why it still does.
pub const EXCEPTIONS: [(&str, &str, &str); 23] = [
    ("accounts/apply/execute.rs", "cli", SPEC),
    ("accounts/apply/password.rs", "cli", SPEC),
    ("accounts/apply/plan.rs", "cli", SPEC),
    ("accounts/authentication.rs", "cli", SPEC),
    ("accounts/import/mod.rs", "cli", SPEC),
    ("accounts/import/write.rs", "cli", SPEC),
    ("accounts/issue_token.rs", "cli", SPEC),
    ("accounts/registration.rs", "cli", SPEC),
    ("accounts/results.rs", "cli", SPEC),
    ("accounts/edit.rs", "config", SPEC),
    ("accounts/mod.rs", "config", SPEC),
    ("accounts/plan/mod.rs", "config", SPEC),
    ("accounts/apply/execute.rs", "terminal", SPEC),
    ("accounts/apply/show.rs", "terminal", SPEC),
    ("accounts/import/mod.rs", "terminal", SPEC),
    ("formats/account_row.rs", "accounts", ROWS),
    ("formats/columns.rs", "accounts", ROWS),
    ("formats/fixture.rs", "accounts", ROWS),
    ("formats/json.rs", "accounts", ROWS),
    ("formats/export/accounts.rs", "store", STORE),
    ("formats/export/fixture.rs", "store", STORE),
    ("formats/export/mod.rs", "store", STORE),
    ("formats/fixture.rs", "store", STORE),
];

/// Modules that still import each other in a cycle.
pub const CIRCLES: [&str; 0] = [];

/// Names still shared by several public types.
pub const SHARED_NAMES: [&str; 0] = [];

/// Files that still exceed the maximum number of lines.
pub const LONG_FILES: [&str; 0] = [];
