//! The PostgreSQL engine, for servers of version 12 and newer.
//!
//! A pooler may stand in between, so every statement runs in a transaction, nothing is set for longer than that, and no
//! statement is prepared by name.

mod cancel;
mod catalog;
mod commit;
mod connection;
mod create;
mod definitions;
mod dialect;
mod errors;
mod insertions;
mod irregularities;
mod queue;
mod tls;
mod values;

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use self::catalog::Cache;
use self::connection::Connection;
use self::definitions::Known;
use self::insertions::RowInserter;
use self::queue::Queue;
use self::values::{Decoded, Parameter, exchanged, range_of};
use super::blueprint::Blueprint;
use super::engine::{Access, Engine, FileDatabase, Inserting};
use super::layout::Hints;
use super::opening::Opening;
use super::schema::quoted;
use super::target::Server;
use crate::django::value::{Cell as DataCell, Kind, OnRow, Value};
use crate::error::failure::Result;
use crate::error::faults::{Expected, FaultCode};
use crate::error::refusal::Refusal;

/// Connects to a database on a server.
///
/// # Errors
/// Returns [`Refusal::DatabaseUnusable`] with the reason, or [`Refusal::ServerBusy`] if the server takes no more
/// connections.
pub(super) fn connect(server: &Server, opening: &Opening, hints: &Hints) -> Result<Box<dyn Engine>> {
    let connection = Connection::open(server).map_err(|error| errors::of_connecting(error, server))?;
    let tables = hints.profile_tables.iter().map(|(_, table)| table.clone());
    Ok(Box::new(Postgres {
        name: server.to_string(),
        role: server.user.clone(),
        server: server.clone(),
        connection: RefCell::new(connection),
        busy_timeout: opening.busy_timeout,
        access: Cell::new(None),
        usual: tables.chain(hints.user_table.clone()).chain(hints.token_table.clone()).collect(),
        cache: Cache::default(),
        queue: Queue::default(),
    }))
}

/// An open database on a server.
struct Postgres {
    /// The database, for messages.
    name: String,
    role: String,
    server: Server,
    connection: RefCell<Connection>,
    busy_timeout: Duration,
    /// The open transaction.
    access: Cell<Option<Access>>,
    /// The tables that the configuration names.
    usual: Vec<String>,
    cache: Cache,
    queue: Queue,
}

impl Postgres {
    /// Returns what is known of a table without asking the server.
    fn cached(&self, table: &str) -> Option<Rc<Known>> {
        self.cache.get(table)
    }

    fn can_stop(&self) -> bool {
        self.access.get() == Some(Access::Write)
    }

    /// Runs statements without parameters.
    fn run(&self, sql: &str) -> Result<()> {
        let ran = self.connection.borrow().run(sql, self.can_stop());
        ran.map_err(|error| self.translate(&error))
    }

    /// Runs a query, always in a transaction: outside, the search path is not set. Its result columns are converted to types
    /// that need no look-up, whatever they are.
    fn read(&self, sql: &str, parameters: &[Value], kinds: &[Kind], on_row: &mut OnRow<'_>) -> Result<()> {
        let columns: Vec<String> =
            kinds.iter().enumerate().map(|(index, kind)| exchanged(&format!("r.c{index}"), kind)).collect();
        let names: Vec<String> = (0..kinds.len()).map(|index| format!("c{index}")).collect();
        let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
        let sql = format!("SELECT {} FROM ({sql}) AS r{names}", columns.join(", "));
        self.rows(&sql, parameters, kinds, on_row)
    }

    /// Runs a statement whose result columns are of the types that [`Decoded::of`] reads, in the open transaction or in one
    /// of its own.
    fn rows(&self, sql: &str, parameters: &[Value], kinds: &[Kind], on_row: &mut OnRow<'_>) -> Result<()> {
        let sql = numbered(sql);
        let mut outcome = Ok(());
        let pass = &mut |row: &Row| {
            let decoded: Vec<Decoded<'_>> =
                kinds.iter().enumerate().map(|(index, kind)| Decoded::of(row, index, kind)).collect();
            let cells: Vec<DataCell<'_>> = decoded.iter().map(Decoded::cell).collect();
            match on_row(&cells) {
                Ok(flow) => flow == ControlFlow::Continue(()),
                Err(error) => {
                    outcome = Err(error);
                    false
                }
            }
        };
        let (connection, bound) = (self.connection.borrow(), bound(parameters));
        let asked = match self.access.get() {
            Some(_) => connection.query(&sql, bound, self.can_stop(), pass),
            None => connection.query_apart(&self.opening(Access::Read), &sql, bound, pass),
        };
        outcome?;
        asked.map_err(|error| self.translate_of(&error, &sql))
    }

    /// Refuses whole numbers beyond the range of their columns, and names the column, which the server does not.
    fn check_ranges(&self, table: &str, row: &[(&str, &Value)]) -> Result<()> {
        let Some(known) = self.known(table)? else { return Ok(()) };
        for (column, value) in row {
            if let Value::Integer(number) = value
                && let Some((least, greatest)) = known.type_of(column).and_then(range_of)
                && !(least..=greatest).contains(number)
            {
                let range = FaultCode::Invalid(Expected::Range(least, greatest));
                return Err(Refusal::invalid(*column, range).into());
            }
        }
        Ok(())
    }

    /// Returns the statements that open a transaction.
    fn opening(&self, access: Access) -> String {
        let mode = match access {
            Access::Read => "ISOLATION LEVEL REPEATABLE READ READ ONLY",
            // Without READ WRITE, which would override a role's or a database's default_transaction_read_only.
            Access::Plan => "ISOLATION LEVEL REPEATABLE READ",
            // Django's own level. Rows are locked before they are changed.
            Access::Write => "ISOLATION LEVEL READ COMMITTED",
        };
        // Zero would mean no limit.
        let timeout = self.busy_timeout.as_millis().max(1);
        let schemas: Vec<String> = self.server.schemas.iter().map(|schema| quoted(schema)).collect();
        let search_path = if schemas.is_empty() {
            String::new()
        } else {
            format!("; SET LOCAL search_path = {}", schemas.join(", "))
        };
        format!(
            "BEGIN {mode}; SET LOCAL lock_timeout = {timeout}; SET LOCAL DateStyle = ISO; SET LOCAL TimeZone = 'UTC'; \
             SET LOCAL jit = off{search_path}"
        )
    }
}

impl Engine for Postgres {
    fn query(&self, sql: &str, parameters: &[Value], kinds: &[Kind], on_row: &mut OnRow<'_>) -> Result<()> {
        self.flush()?;
        self.read(sql, parameters, kinds, on_row)
    }

    fn execute(&self, sql: &str, parameters: &[Value]) -> Result<usize> {
        self.flush()?;
        let sql = numbered(sql);
        let ran = self.connection.borrow().execute(&sql, &bound(parameters), self.can_stop());
        let changed = ran.map_err(|error| self.translate_of(&error, &sql))?;
        Ok(usize::try_from(changed)?)
    }

    fn inserting(&self) -> Box<dyn Inserting + '_> {
        Box::new(RowInserter::new(self))
    }

    fn expect_many_changes(&self) -> Result<()> {
        self.queue.open();
        Ok(())
    }

    fn rows_per_batch(&self) -> usize {
        if self.queue.is_open() { queue::LENGTH } else { 1 }
    }

    fn flush(&self) -> Result<()> {
        self.write_queue()
    }

    fn check_part(&self) -> Result<()> {
        self.flush()?;
        let deferrable = self.cache.deferrable();
        if deferrable.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = deferrable.iter().map(|name| quoted(name)).collect();
        let names = names.join(", ");
        self.run(&format!("SET CONSTRAINTS {names} IMMEDIATE; SET CONSTRAINTS {names} DEFERRED"))
    }

    fn keys_were_given(&self, table: &str, column: &str) -> Result<()> {
        self.flush()?;
        let sequence = format!("pg_get_serial_sequence({}, ?1)", literal(&quoted(table)));
        let (table, column_name) = (quoted(table), quoted(column));
        // Forward only: other programs may be ahead.
        let sql = format!(
            "SELECT setval(s.name::regclass, greatest((SELECT max({column_name}) FROM {table}), \
             coalesce(pg_sequence_last_value(s.name::regclass), 1))) \
             FROM (SELECT {sequence} AS name) AS s WHERE s.name IS NOT NULL"
        );
        self.read(&sql, &[column.into()], &[Kind::Integer], &mut |_| Ok(ControlFlow::Break(())))
    }

    fn begin(&self, access: Access) -> Result<()> {
        self.run(&self.opening(access))?;
        self.access.set(Some(access));
        Ok(())
    }

    fn begin_part(&self) -> Result<()> {
        self.flush()?;
        self.run("SAVEPOINT part")
    }

    fn end_part(&self, is_kept: bool) -> Result<()> {
        if is_kept {
            self.flush()?;
            return self.run("RELEASE part");
        }
        self.queue.clear();
        self.run("ROLLBACK TO part; RELEASE part")
    }

    fn defer_references(&self) -> Result<()> {
        self.run("SET CONSTRAINTS ALL DEFERRED")
    }

    fn commit(&self) -> Result<()> {
        self.flush()?;
        self.commit_surely()
    }

    fn take_back(&self) -> Result<()> {
        self.flush()?;
        self.run("SET CONSTRAINTS ALL IMMEDIATE")?;
        self.roll_back();
        Ok(())
    }

    fn roll_back(&self) {
        self.queue.clear();
        if self.access.replace(None).is_some() {
            // A failure is harmless: the end of the connection rolls back as well.
            let _ = self.connection.borrow().run("ROLLBACK", false);
        }
    }

    fn create(&self, blueprint: &Blueprint) -> Result<()> {
        create::create(self, blueprint)
    }

    fn as_file(&self) -> Option<&dyn FileDatabase> {
        None
    }

    fn as_file_mut(&mut self) -> Option<&mut dyn FileDatabase> {
        None
    }
}

fn bound(parameters: &[Value]) -> Vec<(Parameter<'_>, Type)> {
    let typed = |value| {
        let parameter = Parameter(value);
        let declared = parameter.declared();
        (parameter, declared)
    };
    parameters.iter().map(typed).collect()
}

/// Returns a text as SQL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Returns a statement with `$1` for `?1`. A question mark in quotes stays.
fn numbered(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut quote = None;
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '?') if chars.peek().is_some_and(char::is_ascii_digit) => {
                out.push('$');
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(end), c) if c == end => quote = None,
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn only_parameters_are_numbered() {
        assert_eq!(
            numbered(r#"a = ?1 AND "b?2" = '?3''?4' OR c ? ?12"#),
            r#"a = $1 AND "b?2" = '?3''?4' OR c ? $12"#
        );
    }
}
