//! Words options that contradict the database, the files or each other.

use std::path::Path;

use crate::error::faults::Undecided;
use crate::error::misuse::{Advice, ColumnUse, Misuse, ReferenceDecision, Selector};
use crate::error::wording::{counted, shell_word};

/// Words a request that cannot be carried out.
#[expect(clippy::too_many_lines, reason = "one table")]
pub fn misuse(misuse: &Misuse) -> String {
    match misuse {
        Misuse::LongLifetime(ttl) => format!("--expires-in {ttl} is beyond the year 9999."),
        Misuse::NoExpiry => "--expires-in: drf tokens do not expire.".into(),
        Misuse::ExpiryNeeded => "--expires-in never: OAuth2 tokens and JWTs have to expire.".into(),
        Misuse::ApiKeyOwner { is_given: true } => {
            "The API keys of this database have no user. Omit USER.".into()
        }
        Misuse::ApiKeyOwner { is_given: false } => {
            "The API keys of this database belong to users. Pass USER.".into()
        }
        Misuse::SigningKeyNeeded => {
            "This is a JWT, whose signature must be checked. Pass --signing-key-env NAME or --signing-key-file FILE."
                .into()
        }
        Misuse::UnknownAlgorithm => {
            "This is a JWT, whose signature cannot be checked: its algorithm is not HS256.".into()
        }
        Misuse::UnrecordedJwt => {
            "This JWT cannot be revoked, because the database does not record it. It is valid until it expires.".into()
        }
        Misuse::NoScope(file) => {
            format!("--prune: {file} has no `[scope]`. Add one to declare which accounts the file manages.")
        }
        Misuse::ResultsAreInput(path) => results(path, " is the input file. Pass another file."),
        Misuse::NoResults => {
            "--tokens requires --results here: knox stores no key that could be printed later.".into()
        }
        Misuse::Delimiter => "--delimiter is only valid for CSV.".into(),
        Misuse::NothingToExclude { name, near } => {
            format!("--exclude {name}: the file contains no such app or model.{}", meant(near.as_deref()))
        }
        Misuse::NoHeadingToMap { heading, near } => {
            let near = near.as_ref().map(|near| format!("{near:?}"));
            format!("--map {heading}=…: the file has no heading {heading:?}.{}", meant(near.as_deref()))
        }
        Misuse::ForeignResults(path) => results(
            path,
            " is not a results file of this version of authctl. Move it away, or pass another file.",
        ),
        Misuse::ReadableResults(path) => {
            let word = shell_word(&path.to_string_lossy());
            results(path, &format!(": other users can read this file. Run `chmod 600 {word}`."))
        }
        Misuse::LockedResults(path) => results(path, ": another run is writing to this file."),
        Misuse::UndecidedRows { path, rows, database } => undecided_rows(path, *rows, database.as_deref()),
        Misuse::PasswordHashesNeeded => {
            "Without password hashes, `loaddata` would empty the passwords. Pass --with-password-hashes."
                .into()
        }
        Misuse::SecretsNeeded(columns) => format!(
            "These columns look like secrets: {}. Without them, `loaddata` would empty them. Pass --with-secrets.",
            columns.join(", ")
        ),
        Misuse::NoTokenKeys => {
            "--with-token-keys: this database has no drf tokens. For knox only digests are stored, which \
             --format fixture exports."
                .into()
        }
        Misuse::UnknownDuration(name) => format!("--duration {name}: no exported table has this column."),
        Misuse::NoDuration(name) => format!(
            "--duration {name}: this column cannot be a DurationField, which Django stores as bigint."
        ),
        Misuse::UnknownName(name) => format!("--name {name}: no exported table or column has this name."),
        Misuse::UnknownModel(table) => {
            format!("The model of table {table} is unknown. {}", selector(&Selector::Model(table.clone())))
        }
        Misuse::UnknownColumn { usage, name, near, known } => format!(
            // A name that resembles no column may be a secret.
            "{}{}: users have no such column.{} Known columns: {}.",
            column_option(*usage),
            if near.is_some() { format!(" {name}") } else { String::new() },
            meant(near.as_deref()),
            known.join(", ")
        ),
        Misuse::NotComparable { usage, name } => format!(
            "{} {name}: this column cannot be compared. A column that may hold secrets, `groups` and `hasher` can \
             only be printed; --group and --hasher select users by them.",
            column_option(*usage)
        ),
        Misuse::NoValue(name) => {
            format!("--where {name}: a missing value is neither less nor more. Use = or !=.")
        }
        Misuse::UnknownReference { decision, name, known } => unknown_reference(*decision, name, known),
        Misuse::DeletedReference(name) => {
            format!("--set-null {name}: these rows are deleted with the user.")
        }
        Misuse::Workbook(file) => workbook(file),
        Misuse::SqliteFile(file) => sqlite_file(file),
        Misuse::ProfileOfUserRow(kind) => format!(
            "A profile of the kind {kind} cannot be removed: its model inherits from the user model. Use `authctl delete-user`."
        ),
        Misuse::TwoDecisions(name) => format!("{name}: pass --cascade or --set-null, not both."),
    }
}

fn column_option(usage: ColumnUse) -> &'static str {
    match usage {
        ColumnUse::Columns => "--columns",
        ColumnUse::Sort => "--sort",
        ColumnUse::Where => "--where",
    }
}

fn results(path: &Path, what: &str) -> String {
    format!("--results {}{what}", path.display())
}

/// Words a suggestion, with a leading space.
fn meant(near: Option<&str>) -> String {
    near.map_or(String::new(), |near| format!(" Did you mean {near}?"))
}

fn undecided_rows(path: &Path, rows: u64, database: Option<&str>) -> String {
    let (path, rows) = (path.display(), counted(rows, "row"));
    match database {
        Some(database) => format!(
            "--results {path}: an interrupted run against another database left {rows} undecided. Pass another \
             file, or pass --db {}.",
            shell_word(database)
        ),
        None => format!(
            "--results {path}: an interrupted run left {rows} undecided, and the database does not show whether \
             they were committed. Keep this file and pass another one."
        ),
    }
}

fn unknown_reference(decision: ReferenceDecision, name: &str, known: &[String]) -> String {
    let option = match decision {
        ReferenceDecision::Cascade => "--cascade",
        ReferenceDecision::SetNull => "--set-null",
    };
    let known = match known {
        [] => "No reference needs a decision".to_owned(),
        names => format!("References that need a decision: {}", names.join(", ")),
    };
    format!("{option} {name}: this is not a reference to the deleted rows. {known}.")
}

/// Words that several candidates match, and what selects one of them.
pub fn undecided(undecided: &Undecided) -> String {
    let Undecided { what, found, decide } = undecided;
    format!("{what}: {}. {}", found.join(", "), selector(decide))
}

/// Words what selects one of several candidates.
pub fn selector(selector: &Selector) -> String {
    match selector {
        Selector::Scheme => "Pass --scheme, or set `scheme` under `[tokens]`.".into(),
        Selector::TokenTable => "Set `table` under `[tokens]` to the one that it reads.".into(),
        Selector::Model(table) => format!("Pass --name {table}=APP.MODEL."),
        Selector::LoginColumn => "Set `login_column` under `[database]`.".into(),
        Selector::UserTable => "Set `user_table` under `[database]`.".into(),
        Selector::User => "Pass the username, or the id with --by id.".into(),
        Selector::TokenPrefix => "Pass more characters, or pass --user.".into(),
    }
}

/// Words how to avoid an error.
pub fn advice(advice: Advice) -> &'static str {
    match advice {
        Advice::SkipCheck => "Pass --skip-check to copy without the check.",
        Advice::OutputFile => "Pass it with --output-file instead.",
    }
}

fn workbook(file: &str) -> String {
    format!(
        "{file} is a workbook (.xlsx, .ods) or another ZIP file, not text. Save the sheet as CSV (UTF-8), and import that \
         file."
    )
}

fn sqlite_file(file: &str) -> String {
    let word = shell_word(file);
    format!(
        "{file} is an SQLite database, not text. Export its accounts with `authctl --db {word} export accounts.jsonl`, and \
         import that file."
    )
}
