//! The rules as data.

/// A folder or file of `src/`, and the rooms below it, or single modules of them, that it may import.
pub struct Room {
    pub name: &'static str,
    pub may_import: &'static [&'static str],
}

/// The rooms from top to bottom.
pub const ROOMS: [Room; 12] = [
    Room {
        name: "commands",
        may_import: &[
            "cli", "accounts", "formats", "config", "terminal", "store", "files", "signals", "syntax",
            "django", "error",
        ],
    },
    Room {
        name: "cli",
        may_import: &[
            "accounts", "formats", "config", "terminal", "store", "files", "signals", "syntax", "django",
            "error",
        ],
    },
    Room {
        name: "accounts",
        may_import: &[
            "formats",
            "config::policy",
            "terminal::row_writer",
            "store",
            "files",
            "signals",
            "syntax",
            "django",
            "error",
        ],
    },
    Room { name: "formats", may_import: &["syntax", "django", "error"] },
    Room { name: "config", may_import: &["terminal", "store", "files", "syntax", "django", "error"] },
    Room { name: "terminal", may_import: &["signals", "django", "error"] },
    Room { name: "store", may_import: &["files", "signals", "django", "error"] },
    Room { name: "files", may_import: &["signals", "django", "error"] },
    Room { name: "signals", may_import: &["error"] },
    Room { name: "syntax", may_import: &["django", "error"] },
    Room { name: "django", may_import: &["error"] },
    Room { name: "error", may_import: &[] },
];

/// Crates that only some modules may use. The empty name is the module of `lib.rs`.
pub const CRATES: [(&str, &[&str]); 21] = [
    ("anyhow", &["error"]),
    ("clap", &["", "commands", "cli"]),
    ("clap_complete", &["commands"]),
    ("rusqlite", &["store::sqlite"]),
    ("tokio_postgres", &["store::postgres"]),
    ("tokio_postgres_rustls", &["store::postgres"]),
    ("tokio", &["store::postgres"]),
    ("futures_util", &["store::postgres"]),
    ("rustls", &["store::postgres"]),
    ("bytes", &["store::postgres"]),
    ("dialoguer", &["terminal"]),
    ("comfy_table", &["terminal"]),
    ("argon2", &["django::passwords"]),
    ("bcrypt", &["django::passwords"]),
    ("hmac", &["django::tokens"]),
    ("pbkdf2", &["django::passwords"]),
    ("scrypt", &["django::passwords"]),
    ("md5", &["django::passwords", "django::constraint_names"]),
    ("sha1", &["django::passwords"]),
    ("sha2", &["django::passwords", "django::tokens"]),
    ("signal_hook", &["signals"]),
];

/// A file, the room or crate that it must not use, and why it still does.
pub const EXCEPTIONS: [(&str, &str, &str); 0] = [];

/// Modules that still import each other in a cycle.
pub const CIRCLES: [&str; 0] = [];

/// Names still shared by several public types.
pub const SHARED_NAMES: [&str; 0] = [];

/// Files that still exceed the maximum number of lines.
pub const LONG_FILES: [&str; 0] = [];

/// Files below the command line that still name an option, and why.
pub const OPTION_NAMES: [(&str, &str); 3] = [
    ("config/settings.rs", "the settings come from options too"),
    ("store/mod.rs", "a database without a user table is refused in different words for a file and a server"),
    ("terminal/sections.rs", "a cell that is cut says where the rest is"),
];
