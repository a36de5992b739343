//! Writes a Django fixture for `loaddata`: one object per row.

use std::io::Write;
use std::ops::ControlFlow;

use jiff::tz::TimeZone;

use super::{IncludedSecrets, push_value};
use crate::django::field::duration_text;
use crate::django::models::UserFilter;
use crate::django::value::Cell;
use crate::error::failure::Result;
use crate::error::misuse::Misuse;
use crate::error::notice::Notice;
use crate::error::refusal::Refusal;
use crate::store::schema::{Column, Table};
use crate::store::{ExportPart, Store};
use crate::terminal::row_writer::{push_local, push_serialized};

/// Facts about a project's models that its database does not contain.
#[derive(Clone, Debug, Default)]
pub struct ModelNames {
    /// Names in Django, as pairs: `table` and `app.model`, or `table.column` and `field`.
    pub given: Vec<(String, String)>,
    /// The columns that are durations, written `column` or `table.column`.
    pub durations: Vec<String>,
    /// The time zone of the stored times if the project stores local times (`USE_TZ = False`).
    pub local_times: Option<TimeZone>,
    /// Whether to write all groups, with their permissions.
    pub all_groups: bool,
}

/// The models of a fixture, in output order.
#[derive(Debug)]
pub struct FixtureWriter<'a> {
    users: Model<'a>,
    others: Vec<Model<'a>>,
    local_times: Option<TimeZone>,
    has_all_groups: bool,
    pub(super) remarks: Vec<Notice>,
}

/// A table whose rows are written.
#[derive(Debug)]
struct Model<'a> {
    table: &'a Table,
    /// The column that refers to the user. In the user table, its own key.
    user_column: &'a str,
    /// The JSON text of an object before its key.
    start: Vec<u8>,
    key: &'a Column,
    fields: Vec<Field<'a>>,
    has_groups: bool,
    has_permissions: bool,
}

#[derive(Debug)]
struct Field<'a> {
    column: &'a Column,
    /// The field's name in the model, as a JSON key with its colon.
    key: Vec<u8>,
    is_duration: bool,
}

impl<'a> FixtureWriter<'a> {
    /// See [`super::Export::plan`].
    pub(super) fn plan(store: &'a Store, secrets: IncludedSecrets, names: ModelNames) -> Result<Self> {
        if !secrets.password_hashes {
            return Err(Misuse::PasswordHashesNeeded.into());
        }
        let layout = store.layout();
        let (users, profiles) = (&layout.users, store.profile_tables()?);
        let mut refused = Vec::new();
        let mut refuse_secret = |table: &Table, column: &Column| {
            if !secrets.columns && column.may_hold_secret() {
                refused.push(format!("{}.{}", table.name, column.name));
            }
        };
        let is_known = |column: &Column| [&users.key, "password", users.label()].contains(&&*column.name);
        let own = users.table.columns.iter();
        own.filter(|column| !is_known(column)).for_each(|column| refuse_secret(&users.table, column));
        for profile in profiles {
            profile.fields().for_each(|column| refuse_secret(&profile.table, column));
        }
        if !refused.is_empty() {
            return Err(Misuse::SecretsNeeded(refused).into());
        }
        let mut planning = Planning { store, names: &names, remarks: Vec::new() };
        let mut user_model = planning.model(&users.table, &users.key)?;
        user_model.has_groups = store.has_groups()?;
        user_model.has_permissions = store.has_permissions()?;
        let mut others = Vec::new();
        for profile in profiles {
            others.push(planning.model(&profile.table, &profile.user_column)?);
        }
        let tokens = layout.drf.iter().chain(layout.knox.iter().map(|knox| &knox.table));
        for table in tokens.filter(|_| secrets.token_keys) {
            others.push(planning.model(table, "user_id")?);
        }
        let remarks = planning.remarks;
        let models: Vec<&Model<'_>> = [&user_model].into_iter().chain(&others).collect();
        refuse_unused(&names, &models)?;
        let (local_times, has_all_groups) = (names.local_times, names.all_groups);
        Ok(Self { users: user_model, others, local_times, has_all_groups, remarks })
    }

    /// See [`super::Export::write`].
    pub(super) fn write(&self, store: &Store, filter: &UserFilter, out: &mut dyn Write) -> Result<u64> {
        let mut writer = Writer { fixture: self, out, row: Vec::new(), is_first: true };
        if self.has_all_groups {
            store.each_group(&mut |cells| writer.write_group(cells))?;
        }
        let mut count = 0;
        store.each_account(filter, &self.users.parts(), &mut |cells| {
            count += 1;
            writer.write(&self.users, cells)
        })?;
        for model in &self.others {
            store.each_row_of_users(
                filter,
                (model.table, model.user_column),
                &model.columns(),
                &mut |cells| writer.write(model, cells),
            )?;
        }
        let end: &[u8] = if writer.is_first { b"[]\n" } else { b"\n]\n" };
        out.write_all(end)?;
        Ok(count)
    }
}

struct Writer<'a> {
    fixture: &'a FixtureWriter<'a>,
    out: &'a mut dyn Write,
    row: Vec<u8>,
    is_first: bool,
}

impl Writer<'_> {
    fn begin(&mut self, start: &[u8]) {
        self.row.clear();
        self.row.extend_from_slice(if self.is_first { b"[\n" } else { b",\n" });
        self.is_first = false;
        self.row.extend_from_slice(start);
    }

    fn write_group(&mut self, cells: &[Cell<'_>]) -> Result<ControlFlow<()>> {
        self.begin(b"{\"model\":\"auth.group\",\"pk\":");
        self.row.extend_from_slice(cells[0].integer().unwrap_or_default().to_string().as_bytes());
        self.row.extend_from_slice(b",\"fields\":{\"name\":");
        push_serialized(&mut self.row, cells[1].text().unwrap_or_default());
        self.row.extend_from_slice(b",\"permissions\":");
        self.row.extend_from_slice(cells[2].text().unwrap_or("[]").as_bytes());
        self.row.extend_from_slice(b"}}");
        self.out.write_all(&self.row)?;
        Ok(ControlFlow::Continue(()))
    }

    fn write(&mut self, model: &Model<'_>, cells: &[Cell<'_>]) -> Result<ControlFlow<()>> {
        self.begin(&model.start);
        let mut cells = cells.iter().copied();
        let mut next = || cells.next().unwrap_or(Cell::Null);
        self.push(model.key, false, next())?;
        self.row.extend_from_slice(b",\"fields\":{");
        for (index, field) in model.fields.iter().enumerate() {
            if index > 0 {
                self.row.push(b',');
            }
            self.row.extend_from_slice(&field.key);
            self.push(field.column, field.is_duration, next())?;
        }
        for (has, key) in [(model.has_groups, &b"groups"[..]), (model.has_permissions, b"user_permissions")] {
            if has {
                let keys = next().text().unwrap_or("[]");
                for part in [b",\"", key, b"\":", keys.as_bytes()] {
                    self.row.extend_from_slice(part);
                }
            }
        }
        self.row.extend_from_slice(b"}}");
        self.out.write_all(&self.row)?;
        Ok(ControlFlow::Continue(()))
    }

    fn push(&mut self, column: &Column, is_duration: bool, cell: Cell<'_>) -> Result<()> {
        let local_time = self.fixture.local_times.as_ref().zip(cell.timestamp());
        match (cell, local_time) {
            (_, Some((zone, moment))) => {
                self.row.push(b'"');
                push_local(&mut self.row, zone.to_datetime(moment));
                self.row.push(b'"');
                Ok(())
            }
            (Cell::Integer(microseconds), _) if is_duration => {
                push_serialized(&mut self.row, &duration_text(microseconds));
                Ok(())
            }
            _ => push_value(&mut self.row, &column.name, cell, &column.kind),
        }
    }
}

impl<'a> Model<'a> {
    /// The columns to read: first the key, then the fields.
    fn columns(&self) -> Vec<&'a Column> {
        [self.key].into_iter().chain(self.fields.iter().map(|field| field.column)).collect()
    }

    /// The same for the user table, with the parts from other tables.
    fn parts(&self) -> Vec<ExportPart<'a>> {
        let groups = self.has_groups.then_some(ExportPart::Groups);
        let permissions = self.has_permissions.then_some(ExportPart::Permissions);
        self.columns().into_iter().map(ExportPart::Own).chain(groups).chain(permissions).collect()
    }
}

/// Builds models from tables.
struct Planning<'a> {
    store: &'a Store,
    names: &'a ModelNames,
    remarks: Vec<Notice>,
}

impl<'a, 'b> Planning<'b> {
    fn model(&mut self, table: &'a Table, user_column: &'a str) -> Result<Model<'a>> {
        let model = match self.given(&table.name) {
            // Model names in fixtures are in lower case.
            Some(model) => model.to_lowercase(),
            None => self.store.model_of(table)?,
        };
        let key = match &table.key[..] {
            [key] => table.column(key),
            _ => None,
        };
        let key = key.ok_or_else(|| {
            Refusal::usage(format!(
                "Table {} has no single-column primary key, which fixtures require.",
                table.name
            ))
        })?;
        let mut fields = Vec::new();
        for column in table.columns.iter().filter(|column| column.name != key.name && !column.generated) {
            fields.push(self.field(table, column));
        }
        let mut start = b"{\"model\":".to_vec();
        push_serialized(&mut start, &model);
        start.extend_from_slice(b",\"pk\":");
        Ok(Model { table, user_column, start, key, fields, has_groups: false, has_permissions: false })
    }

    /// Returns the name in Django that was given for a table or a column.
    fn given(&self, name: &str) -> Option<&'b str> {
        let mut given = self.names.given.iter();
        given.find(|(given, _)| given == name).map(|(_, name)| &**name)
    }

    fn field(&mut self, table: &Table, column: &'a Column) -> Field<'a> {
        let full = format!("{}.{}", table.name, column.name);
        let is_reference = table.reference(&column.name).is_some();
        let of_reference = column.name.strip_suffix("_id").filter(|_| is_reference);
        let name = self.given(&full).or(of_reference);
        if is_reference && name.is_none() {
            self.remarks.push(Notice::UnnamedReference(full.clone()));
        }
        let is_named = self.names.durations.iter().any(|name| *name == full || *name == column.name);
        let may_be_duration = column.may_be_duration && !is_reference;
        if may_be_duration && !is_named {
            self.remarks.push(Notice::PossibleDuration(full));
        }
        let mut key = Vec::new();
        push_serialized(&mut key, name.unwrap_or(&column.name));
        key.push(b':');
        Field { column, key, is_duration: may_be_duration && is_named }
    }
}

/// Refuses a name of no exported table or column, and a duration that the column cannot be.
fn refuse_unused(names: &ModelNames, models: &[&Model<'_>]) -> Result<(), Misuse> {
    let fields: Vec<(String, &Field<'_>)> = models
        .iter()
        .flat_map(|model| model.fields.iter().map(|field| (model.table, field)))
        .map(|(table, field)| (format!("{}.{}", table.name, field.column.name), field))
        .collect();
    for given in &names.durations {
        let mut found =
            fields.iter().filter(|(full, field)| given == full || *given == field.column.name).peekable();
        if found.peek().is_none() {
            return Err(Misuse::UnknownDuration(given.clone()));
        }
        if !found.any(|(_, field)| field.is_duration) {
            return Err(Misuse::NoDuration(given.clone()));
        }
    }
    for (given, _) in &names.given {
        let is_table = models.iter().any(|model| model.table.name == *given);
        if !is_table && !fields.iter().any(|(full, _)| full == given) {
            return Err(Misuse::UnknownName(given.clone()));
        }
    }
    Ok(())
}
