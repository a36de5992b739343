//! Rows that wait to be inserted many at a time. One statement for each row would take ten times as long.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;

use bytes::BytesMut;

use super::values::Parameter;
use super::{Postgres, literal};
use crate::django::value::{Kind, Value};
use crate::error::failure::{Result, failed};
use crate::store::engine::Engine as _;
use crate::store::schema::quoted;

/// The number of rows of a table in one statement.
pub(super) const LENGTH: usize = 5_000;

/// The rows that wait, and the keys reserved for them.
#[derive(Default)]
pub(super) struct Queue {
    is_open: Cell<bool>,
    tables: RefCell<Vec<Waiting>>,
    /// The reserved keys of each table; `None` for a table without a sequence that this role may use.
    keys: RefCell<HashMap<String, Option<Reserved>>>,
}

/// Keys of a table that were taken from its sequence.
struct Reserved {
    keys: VecDeque<i64>,
    /// How many to take next. Small imports should not use up many.
    next: usize,
}

/// The number of keys that are reserved first.
const FIRST_RESERVE: usize = 10;

/// The rows of one table that wait.
struct Waiting {
    table: String,
    columns: Vec<String>,
    /// The rows in the text format of `COPY`.
    rows: BytesMut,
    count: usize,
    /// The first row.
    first: Vec<Value>,
}

impl Queue {
    /// Lets rows wait from now on.
    pub(super) fn open(&self) {
        self.is_open.set(true);
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open.get()
    }

    /// Forgets the rows that wait.
    pub(super) fn clear(&self) {
        self.tables.borrow_mut().clear();
    }

    /// Adds a row. Returns whether its table has enough for a statement.
    fn push(&self, table: &str, row: &[(&str, &Value)]) -> bool {
        let mut tables = self.tables.borrow_mut();
        let is_same = |waiting: &Waiting| {
            waiting.table == table && waiting.columns.iter().eq(row.iter().map(|(column, _)| column))
        };
        let index = tables.iter().position(is_same).unwrap_or_else(|| {
            tables.push(Waiting {
                table: table.to_owned(),
                columns: row.iter().map(|(column, _)| (*column).to_owned()).collect(),
                rows: BytesMut::new(),
                count: 0,
                first: row.iter().map(|(_, value)| (*value).clone()).collect(),
            });
            tables.len() - 1
        });
        let waiting = &mut tables[index];
        for (index, (_, value)) in row.iter().enumerate() {
            if index > 0 {
                waiting.rows.extend_from_slice(b"\t");
            }
            Parameter(value).add_to_copy(&mut waiting.rows);
        }
        waiting.rows.extend_from_slice(b"\n");
        waiting.count += 1;
        waiting.count >= LENGTH
    }
}

impl Postgres {
    /// Queues a row, and returns its key. `None` if the row cannot wait: its key, or its table, is of the database's own
    /// making.
    pub(super) fn enqueue(&self, table: &str, row: &[(&str, &Value)]) -> Result<Option<Value>> {
        let Some(known) = self.known(table)?.filter(|known| self.queue.is_open() && known.takes_batches)
        else {
            return Ok(None);
        };
        let missing = match &known.table.key[..] {
            [key] if row.iter().all(|(column, _)| column != key) => Some(key),
            _ => None,
        };
        let Some(column) = missing else {
            if self.queue.push(table, row) {
                self.write_queue()?;
            }
            let key = known.table.key.first().and_then(|key| row.iter().find(|(column, _)| column == key));
            return Ok(Some(key.map_or(Value::Null, |(_, value)| (*value).clone())));
        };
        let Some(key) = self.reserve_key(table, column)? else { return Ok(None) };
        let key = Value::Integer(key);
        let row: Vec<(&str, &Value)> = row.iter().copied().chain([(&**column, &key)]).collect();
        if self.queue.push(table, &row) {
            self.write_queue()?;
        }
        Ok(Some(key))
    }

    /// Takes a key from the sequence of a column. `None` if it has none that this role may use.
    fn reserve_key(&self, table: &str, column: &str) -> Result<Option<i64>> {
        let mut next = FIRST_RESERVE;
        if let Some(reserved) = self.queue.keys.borrow_mut().get_mut(table) {
            match reserved {
                None => return Ok(None),
                Some(reserved) => {
                    if let Some(key) = reserved.keys.pop_front() {
                        return Ok(Some(key));
                    }
                    next = reserved.next;
                }
            }
        }
        let mut keys = VecDeque::new();
        let sql = format!(
            "SELECT nextval(s.name::regclass) FROM (SELECT pg_get_serial_sequence({}, {}) AS name) AS s, \
             generate_series(1, {next}) WHERE s.name IS NOT NULL AND has_sequence_privilege(s.name, 'USAGE')",
            literal(&quoted(table)),
            literal(column)
        );
        self.read(&sql, &[], &[Kind::Integer], &mut |cells| {
            keys.extend(cells[0].integer());
            Ok(ControlFlow::Continue(()))
        })?;
        let first = keys.pop_front();
        let reserved = first.map(|_| Reserved { keys, next: (next * 4).min(LENGTH) });
        self.queue.keys.borrow_mut().insert(table.to_owned(), reserved);
        Ok(first)
    }

    /// Inserts the rows that wait, in the order in which their tables got the first of them.
    pub(super) fn write_queue(&self) -> Result<()> {
        let tables = self.queue.tables.take();
        for Waiting { table, columns, rows, count, first } in tables {
            let into: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
            let into = format!("{} ({})", quoted(&table), into.join(", "));
            let inserted = if count == 1 {
                let overriding = self.known(&table)?.map_or("", |known| known.overriding(&columns));
                // In this form, the server can tell which value it refuses.
                let values: Vec<String> = (1..=first.len()).map(|number| format!("?{number}")).collect();
                let sql = format!("INSERT INTO {into}{overriding} VALUES ({})", values.join(", "));
                self.execute(&sql, &first)?
            } else {
                self.copy(&format!("COPY {into} FROM STDIN"), rows)?
            };
            if inserted != count {
                return Err(failed!(
                    "{}: table {table} did not take every row. A trigger or rule of the table may ignore some.",
                    self.name
                ));
            }
        }
        Ok(())
    }

    fn copy(&self, sql: &str, rows: BytesMut) -> Result<usize> {
        let copied = self.connection.borrow().copy(sql, rows.freeze(), self.can_stop());
        Ok(usize::try_from(copied.map_err(|error| self.translate_of(&error, sql))?)?)
    }
}
