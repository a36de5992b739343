//! Translates the errors of the driver and the server into refusals.
//!
//! The server's DETAIL is never used: it contains values, and often the whole row with its password hash.

use tokio_postgres::Error as DriverError;
use tokio_postgres::error::{DbError, SqlState};

use super::Postgres;
use super::connection::ConnectError;
use crate::error::failure::{Error, failed};
use crate::error::faults::{FaultCode, Remedy, Restriction, Unsettable};
use crate::error::refusal::Refusal;
use crate::signals;
use crate::store::schema::split_quoted;
use crate::store::target::Server;

/// Returns the refusal of a connection.
pub(super) fn of_connecting(error: ConnectError, server: &Server) -> Error {
    let error = match error {
        ConnectError::Other(error) => return error,
        ConnectError::Driver(error) => error,
    };
    let role = &server.user;
    let reason = match (error.code().map(SqlState::code), error.as_db_error()) {
        // Too many connections; starting, stopping or recovering.
        (Some("53300" | "57P03"), Some(error)) => {
            let reason = format!("{}.", without_end(error.message()));
            return Refusal::ServerBusy { database: server.to_string(), reason }.into();
        }
        (Some("3D000"), _) => "the server has no such database.".into(),
        (Some("28P01"), _) => format!("the server refuses the password of role {role:?}."),
        (Some("42501"), _) => format!("role {role:?} may not connect to it."),
        (Some("57P01" | "57P02"), _) => "the server ended the connection.".into(),
        (_, Some(error)) => format!("the server refuses the connection: {}.", without_end(error.message())),
        _ => unreached(&causes(&error)),
    };
    Refusal::unusable(server, reason).into()
}

/// Says why the driver made no connection.
fn unreached(causes: &[String]) -> String {
    let is_about = |what: &str| causes.iter().any(|cause| cause.contains(what));
    if is_about("password missing") {
        return "the server asks for a password, and none is known. Set PGPASSWORD, or add the server to ~/.pgpass."
            .into();
    }
    let text = causes.join(": ");
    if is_about("invalid peer certificate") {
        return format!(
            "the server's certificate is not accepted: {text}. Check `sslrootcert` and the name of the host."
        );
    }
    format!("the server cannot be reached: {text}.")
}

/// Returns the causes of an error of the driver, whose own text names only the operation.
fn causes(error: &DriverError) -> Vec<String> {
    if let Some(error) = error.as_db_error() {
        return vec![error.message().to_owned()];
    }
    let mut causes: Vec<String> = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let text = cause.to_string();
        // The number says nothing more.
        let text = text.split_once(" (os error ").map_or(&*text, |(text, _)| text);
        if !causes.iter().any(|known| known == text) {
            causes.push(text.to_owned());
        }
        source = cause.source();
    }
    if causes.is_empty() {
        causes.push(error.to_string());
    }
    causes
}

impl Postgres {
    /// Translates the error of statements without parameters. The transaction has failed.
    pub(super) fn translate(&self, error: &DriverError) -> Error {
        self.translate_of(error, "")
    }

    /// Translates the error of this statement.
    pub(super) fn translate_of(&self, error: &DriverError, sql: &str) -> Error {
        let Some(server) = error.as_db_error() else {
            return failed!("{}: the connection was lost: {}", self.name, causes(error).join(": "));
        };
        let column = refused_parameter(server).and_then(|number| column_of(sql, number));
        let column = &*column.unwrap_or_default();
        let unusable = |reason: String| -> Error { Refusal::unusable(&self.name, reason).into() };
        match server.code().code() {
            "57014" if signals::requested() => Refusal::Interrupted.into(),
            // A lock timeout.
            "55P03" => Refusal::Busy.into(),
            // Deadlocks, and conflicts of serializable transactions.
            "40P01" | "40001" => Refusal::Deadlock.into(),
            // Other timeouts, a server that stops, too many connections behind a pooler.
            "57014" | "57P03" | "53300" => {
                let reason = format!("{}.", without_end(server.message()));
                Refusal::ServerBusy { database: self.name.clone(), reason }.into()
            }
            "57P01" | "57P02" | "25P03" => failed!("{}: the server ended the connection", self.name),
            // The same code for policies and privileges, and no other mark that no language changes.
            "42501" if server.routine() == Some("ExecWithCheckOptions") => unusable(format!(
                "row-level security refuses this change by role {:?}: {}.",
                self.role,
                without_end(server.message())
            )),
            "42501" => unusable(format!(
                "role {:?} lacks a privilege: {}.",
                self.role,
                without_end(server.message())
            )),
            "25006" => unusable(
                "it is read-only: the server is a standby, or `default_transaction_read_only` is on.".into(),
            ),
            "42P01" | "42703" => {
                unusable(format!("its schema is not as expected: {}.", without_end(server.message())))
            }
            code if code.starts_with("23") => self.violation(server, column),
            // Values that a column cannot hold.
            "22001" => refused(column, Restriction::Length),
            "22003" => refused(column, Restriction::Range),
            "428C9" => {
                Refusal::invalid(named_in(server), FaultCode::NotSettable(Unsettable::Assigned)).into()
            }
            code if code.starts_with("22") || !column.is_empty() => {
                refused(column, Restriction::Value(without_value(server.message()).to_owned()))
            }
            // How `hstore` refuses values up to PostgreSQL 15, and perhaps other types.
            "42601" | "XX000" if sql.starts_with("INSERT ") || sql.starts_with("COPY ") => {
                refused("", Restriction::Value(without_value(server.message()).to_owned()))
            }
            "P0001" => refused("", Restriction::Other(without_end(server.message()).to_owned())),
            _ => failed!("{}: the database failed: {}", self.name, without_end(server.message())),
        }
    }

    /// Returns the refusal of a violated constraint. `refused` is the column of a value that its own type refuses.
    fn violation(&self, error: &DbError, refused: &str) -> Error {
        let table = error.table().unwrap_or_default();
        let constraint = error.constraint().unwrap_or_default();
        let known = self.cached(table);
        let columns = known.as_ref().and_then(|known| known.constraints.get(constraint));
        let of_domain =
            error.datatype().and_then(|domain| self.cache.only_column_of(domain)).unwrap_or_default();
        let refused = if refused.is_empty() { &of_domain } else { refused };
        let first = columns.and_then(|columns| columns.first()).map_or(refused, String::as_str);
        let column = error.column().unwrap_or(first);
        match error.code().code() {
            "23505" | "23P01" => {
                let columns = columns.map(|columns| columns.iter().map(|name| format!("{table}.{name}")));
                let what = columns.map(|columns| columns.collect::<Vec<_>>().join(", "));
                Refusal::Taken(what.unwrap_or_else(|| format!("{table}.{constraint}")))
            }
            "23502" => {
                let remedy = Remedy::Column(format!("{table}.{column}"));
                Refusal::invalid(column, FaultCode::Required(remedy))
            }
            "23503" => Refusal::invalid(column, FaultCode::Restricted(Restriction::Reference)),
            _ => {
                let check = Restriction::Check(constraint.to_owned());
                let is_of_one = columns.is_none_or(|columns| columns.len() == 1) && !column.is_empty();
                let field = if is_of_one { column } else { constraint };
                Refusal::invalid(field, FaultCode::Restricted(check))
            }
        }
        .into()
    }
}

fn refused(column: &str, restriction: Restriction) -> Error {
    Refusal::invalid(column, FaultCode::Restricted(restriction)).into()
}

/// Returns the column that a message names in quotation marks.
fn named_in(error: &DbError) -> &str {
    error.message().split('"').nth(1).unwrap_or_default()
}

/// Returns the number of the parameter that the server could not convert, for servers of version 13 and newer. It stands
/// in the context of the error, in every language: `unnamed portal parameter $3`.
fn refused_parameter(error: &DbError) -> Option<usize> {
    let (before, after) = error.where_()?.split_once('$')?;
    // The contexts of functions quote statements, which have parameters of their own.
    if before.contains(['"', '\n']) {
        return None;
    }
    let digits = after.find(|c: char| !c.is_ascii_digit()).map_or(after, |end| &after[..end]);
    digits.parse().ok()
}

/// Returns the column that a parameter of a statement is written to, or compared with. The names in our statements are
/// quoted.
fn column_of(sql: &str, number: usize) -> Option<String> {
    if let Some(rest) = sql.strip_prefix("INSERT INTO ") {
        let (_table, rest) = split_quoted(rest)?;
        let mut rest = rest.strip_prefix(" (")?;
        for _ in 1..number {
            rest = split_quoted(rest)?.1.strip_prefix(", ")?;
        }
        return Some(split_quoted(rest)?.0);
    }
    let parameter = format!("${number}");
    let is_whole = |end: usize| !sql[end..].starts_with(|c: char| c.is_ascii_digit());
    let mut found = sql.match_indices(&parameter).map(|(start, text)| (start, start + text.len()));
    let (start, _) = found.find(|(_, end)| is_whole(*end))?;
    // The name before the parameter. Quotation marks in it are doubled.
    let before = &sql[..sql[..start].rfind('"')?];
    let mut from = before.len();
    loop {
        from = before[..from].rfind('"')?;
        match before[..from].strip_suffix('"') {
            Some(rest) => from = rest.len(),
            None => return Some(before[from + 1..].replace("\"\"", "\"")),
        }
    }
}

fn without_end(message: &str) -> &str {
    message.trim_end_matches('.')
}

/// Returns a message up to the value that it repeats: `invalid input syntax for type uuid: "…"`.
fn without_value(message: &str) -> &str {
    let end = message.find([':', '"']).unwrap_or(message.len());
    message[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::column_of;

    #[test]
    fn the_column_of_a_parameter_is_found() {
        let insert = r#"INSERT INTO "t" ("a", "b c", "d") VALUES ($1, $2, $3) RETURNING "id"::int8"#;
        let found = |sql, number| column_of(sql, number).unwrap_or_default();
        assert_eq!([1, 2].map(|number| found(insert, number)), ["a", "b c"]);
        let update = r#"UPDATE "t" SET "a" = $1, "b" = $12 WHERE "id" = $2"#;
        assert_eq!([1, 12, 2].map(|number| found(update, number)), ["a", "b", "id"]);
        assert_eq!(found(r#"SELECT ("a"::text IS DISTINCT FROM $1::text)"#, 1), "a");
        assert_eq!(column_of("", 1), None);
        let odd = r#"INSERT INTO "a"" (b" ("""c""", "d) ""e") VALUES ($1, $2)"#;
        assert_eq!([1, 2].map(|number| found(odd, number)), ["\"c\"", "d) \"e"]);
        assert_eq!(found(r#"UPDATE "t" SET "b" = $2, """c"" d" = $1"#, 1), "\"c\" d");
    }
}
