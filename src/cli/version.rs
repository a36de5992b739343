//! What `--version` prints: what a report of a fault needs.

use std::sync::LazyLock;

use crate::store::sqlite_version;

/// Returns the version, the commit if known, the engines and the features.
pub fn long() -> &'static str {
    static LONG: LazyLock<String> = LazyLock::new(|| {
        let commit = match env!("AUTHCTL_COMMIT") {
            "" => "unknown commit",
            commit => commit,
        };
        let engines = if cfg!(feature = "postgres") { ", PostgreSQL 12 and newer" } else { "" };
        let names = [("postgres", cfg!(feature = "postgres")), ("tls", cfg!(feature = "tls"))];
        let features: Vec<&str> =
            names.into_iter().filter_map(|(name, is_on)| is_on.then_some(name)).collect();
        let features = if features.is_empty() { "none".to_owned() } else { features.join(", ") };
        format!(
            "{} ({commit})\nengines:  SQLite {}{engines}\nfeatures: {features}",
            env!("CARGO_PKG_VERSION"),
            sqlite_version()
        )
    });
    &LONG
}
