//! Translates the errors of the driver and the server into refusals.
//!
//! The server's DETAIL is never used: it contains values, and often the whole row with its password hash.

use tokio_postgres::Error as DriverError;
use tokio_postgres::error::DbError;

use super::Postgres;
use super::connection::ConnectError;
use crate::error::failure::{Error, failed};
use crate::error::faults::{FaultCode, Remedy, Restriction};
use crate::error::refusal::Refusal;
use crate::signals;
use crate::store::target::Server;

/// Returns the refusal of a connection.
pub(super) fn of_connecting(error: ConnectError, server: &Server) -> Error {
    let error = match error {
        ConnectError::Other(error) => return error,
        ConnectError::Driver(error) => error,
    };
    let role = &server.user;
    let reason = match error.code().map(|code| code.code()) {
        // Too many connections; starting, stopping or recovering.
        Some("53300" | "57P03") => return Refusal::Busy.into(),
        Some("3D000") => "the server has no such database.".into(),
        Some("28P01") => format!("the server refuses the password of role {role:?}."),
        Some("28000") => match error.as_db_error() {
            Some(error) => format!("the server refuses the connection: {}.", error.message()),
            None => format!("the server refuses role {role:?}."),
        },
        Some("42501") => format!("role {role:?} may not connect to it."),
        Some("57P01" | "57P02") => "the server ended the connection.".into(),
        _ => format!("the server cannot be reached: {}.", causes(&error)),
    };
    Refusal::DatabaseUnusable { database: server.to_string(), reason }.into()
}

/// Returns the message of an error of the driver, whose own text names only the operation.
fn causes(error: &DriverError) -> String {
    if let Some(error) = error.as_db_error() {
        return error.message().to_owned();
    }
    let mut causes = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let text = cause.to_string();
        if !causes.contains(&text) {
            causes.push(text);
        }
        source = cause.source();
    }
    let text = error.to_string();
    match &causes[..] {
        [] if text.contains("password missing") => "it asks for a password, and none is known".into(),
        [] => text,
        causes if causes.iter().any(|cause| cause.contains("password missing")) => {
            "it asks for a password, and none is known".into()
        }
        causes => causes.join(": "),
    }
}

impl Postgres {
    /// Translates the error of a statement. The transaction has failed.
    pub(super) fn translate(&self, error: &DriverError) -> Error {
        let Some(server) = error.as_db_error() else {
            return failed!("{}: the connection was lost: {}", self.name, causes(error));
        };
        let unusable = |reason: String| -> Error {
            Refusal::DatabaseUnusable { database: self.name.clone(), reason }.into()
        };
        match server.code().code() {
            "57014" if signals::requested() => Refusal::Interrupted.into(),
            // Lock timeouts, timeouts, deadlocks, conflicts, a server that stops.
            "55P03" | "57014" | "40P01" | "40001" | "57P03" | "53300" => Refusal::Busy.into(),
            "57P01" | "57P02" | "25P03" => failed!("{}: the server ended the connection", self.name),
            "42501" => unusable(format!(
                "role {:?} lacks a privilege: {}.",
                self.role,
                without_end(server.message())
            )),
            "25006" => unusable("it is read-only, as a standby is.".into()),
            "42P01" | "42703" => {
                unusable(format!("its schema is not as expected: {}.", without_end(server.message())))
            }
            code if code.starts_with("23") => self.violation(server),
            // Values that a column cannot hold.
            "22001" => refused(Restriction::Length),
            "22003" => refused(Restriction::Range),
            code if code.starts_with("22") || code == "428C9" => {
                refused(Restriction::Value(without_value(server.message()).to_owned()))
            }
            "P0001" => refused(Restriction::Other(without_end(server.message()).to_owned())),
            _ => failed!("{}: the database failed: {}", self.name, without_end(server.message())),
        }
    }

    /// Returns the refusal of a violated constraint.
    fn violation(&self, error: &DbError) -> Error {
        let table = error.table().unwrap_or_default();
        let constraint = error.constraint().unwrap_or_default();
        let known = self.cached(table);
        let columns = known.as_ref().and_then(|known| known.constraints.get(constraint));
        let column = columns.and_then(|columns| columns.first()).map_or("", String::as_str);
        let column = error.column().unwrap_or(column);
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
                Refusal::invalid(constraint, FaultCode::Restricted(check))
            }
        }
        .into()
    }
}

fn refused(restriction: Restriction) -> Error {
    Refusal::invalid("", FaultCode::Restricted(restriction)).into()
}

fn without_end(message: &str) -> &str {
    message.trim_end_matches('.')
}

/// Returns a message up to the value that it repeats: `invalid input syntax for type uuid: "…"`.
fn without_value(message: &str) -> &str {
    let end = message.find([':', '"']).unwrap_or(message.len());
    message[..end].trim_end()
}
