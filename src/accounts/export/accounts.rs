//! Writes one record per user: CSV, JSON and JSON lines.

use std::io::Write;
use std::ops::ControlFlow;

use super::{ExportFormat, IncludedSecrets, base64, not_text, push_value};
use crate::django::models::UserFilter;
use crate::django::value::{Cell, Kind};
use crate::error::failure::Result;
use crate::error::misuse::Misuse;
use crate::error::notice::Notice;
use crate::formats::json;
use crate::store::layout::ProfileTable;
use crate::store::schema::Column;
use crate::store::{ExportPart, Store};
use crate::terminal::row_writer::{end_csv, push_csv, push_csv_text, push_serialized};

/// The columns of an export and its format.
#[derive(Debug)]
pub struct AccountsWriter<'a> {
    form: ExportFormat,
    own: Vec<Field<'a>>,
    has_groups: bool,
    profiles: Vec<Profile<'a>>,
    password: Option<Field<'a>>,
    has_token: bool,
    pub(super) remarks: Vec<Notice>,
}

/// A column with its name in the export.
#[derive(Debug)]
struct Field<'a> {
    name: String,
    column: &'a Column,
}

#[derive(Debug)]
struct Profile<'a> {
    table: &'a ProfileTable,
    fields: Vec<Field<'a>>,
}

impl<'a> AccountsWriter<'a> {
    /// See [`super::Export::plan`].
    pub(super) fn plan(store: &'a Store, form: ExportFormat, secrets: IncludedSecrets) -> Result<Self> {
        if secrets.token_keys && !store.layout().has_one_key_per_user() {
            return Err(Misuse::NoTokenKeys.into());
        }
        let users = &store.layout().users;
        let mut left_out = Vec::new();
        let mut field = |name: String, column: &'a Column, is_known: bool| {
            if !is_known && !secrets.columns && column.may_hold_secret() {
                left_out.push(name);
                return None;
            }
            Some(Field { name, column })
        };
        let is_known = |column: &Column| column.name == users.key || column.name == users.label();
        let exported = users.exported();
        let own = exported.filter_map(|(name, column)| field(name.to_owned(), column, is_known(column)));
        let own = own.collect();
        let mut profiles = Vec::new();
        for table in store.profile_tables()? {
            let name = |column: &Column| format!("profile.{}.{}", table.kind, column.name);
            let fields = table.fields().filter_map(|column| field(name(column), column, false)).collect();
            profiles.push(Profile { table, fields });
        }
        let password = users.table.column("password").filter(|_| secrets.password_hashes);
        let password = password.map(|column| Field { name: "password_hash".into(), column });
        let (has_groups, has_token) = (store.has_groups()?, secrets.token_keys);
        let mut remarks = Vec::new();
        if !left_out.is_empty() {
            remarks.push(Notice::SkippedSecrets(left_out));
        }
        if has_token && store.layout().knox.is_some() {
            remarks.push(Notice::SkippedKnoxTokens);
        }
        Ok(Self { form, own, has_groups, profiles, password, has_token, remarks })
    }

    /// See [`super::Export::write`].
    pub(super) fn write(&self, store: &Store, filter: &UserFilter, out: &mut dyn Write) -> Result<u64> {
        let mut row = Vec::new();
        if self.form == ExportFormat::Csv {
            self.push_headings(&mut row);
            out.write_all(&row)?;
        }
        let mut count = 0;
        store.each_account(filter, &self.parts(), &mut |cells| {
            row.clear();
            match self.form {
                ExportFormat::Json if count == 0 => row.extend_from_slice(b"[\n  "),
                ExportFormat::Json => row.extend_from_slice(b",\n  "),
                _ => {}
            }
            count += 1;
            if self.form == ExportFormat::Csv {
                self.push_line(&mut row, cells)?;
            } else {
                self.push_object(&mut row, cells)?;
            }
            if self.form == ExportFormat::Jsonl {
                row.push(b'\n');
            }
            out.write_all(&row)?;
            Ok(ControlFlow::Continue(()))
        })?;
        if self.form == ExportFormat::Json {
            out.write_all(if count == 0 { b"[]\n" } else { b"\n]\n" })?;
        }
        Ok(count)
    }

    /// The parts to read, in the order in which they are written.
    fn parts(&self) -> Vec<ExportPart<'a>> {
        let own = self.own.iter().map(|field| ExportPart::Own(field.column));
        let groups = self.has_groups.then_some(ExportPart::Groups);
        let kinds = self.profiles.iter().map(|profile| ExportPart::HasProfile(profile.table));
        let of_profile = |profile: &Profile<'a>| -> Vec<ExportPart<'a>> {
            profile.fields.iter().map(|field| ExportPart::Field(profile.table, field.column)).collect()
        };
        let fields = self.profiles.iter().flat_map(of_profile);
        let password = self.password.iter().map(|field| ExportPart::Own(field.column));
        let token = [ExportPart::DrfKey, ExportPart::DrfCreated].into_iter().filter(|_| self.has_token);
        own.chain(groups).chain(kinds).chain(fields).chain(password).chain(token).collect()
    }

    fn push_headings(&self, row: &mut Vec<u8>) {
        let mut headings: Vec<&str> = self.own.iter().map(|field| &*field.name).collect();
        headings.extend(self.has_groups.then_some("groups"));
        headings.extend((!self.profiles.is_empty()).then_some("profile"));
        headings.extend(self.fields_after_profile().map(|field| &*field.name));
        headings.extend(["token", "token_created"].into_iter().filter(|_| self.has_token));
        for heading in headings {
            push_csv_text(row, heading);
            row.push(b',');
        }
        end_line(row);
    }

    /// The fields of a CSV line after the column with the profile kinds.
    fn fields_after_profile(&self) -> impl Iterator<Item = &Field<'a>> {
        self.profiles.iter().flat_map(|profile| &profile.fields).chain(&self.password)
    }

    fn push_line(&self, row: &mut Vec<u8>, cells: &[Cell<'_>]) -> Result<()> {
        let mut cells = cells.iter().copied();
        let mut next = || cells.next().unwrap_or(Cell::Null);
        for field in &self.own {
            field.push_csv(row, next())?;
            row.push(b',');
        }
        if self.has_groups {
            push_csv_text(row, &listed(&groups(next())));
            row.push(b',');
        }
        if !self.profiles.is_empty() {
            let of_user = self.profiles.iter().filter(|_| next().is_true());
            let kinds: Vec<String> = of_user.map(|profile| profile.table.kind.clone()).collect();
            push_csv_text(row, &listed(&kinds));
            row.push(b',');
        }
        for field in self.fields_after_profile() {
            field.push_csv(row, next())?;
            row.push(b',');
        }
        if self.has_token {
            push_csv(row, next(), &TEXT);
            row.push(b',');
            push_csv(row, next(), &Kind::Timestamp);
            row.push(b',');
        }
        end_line(row);
        Ok(())
    }

    fn push_object(&self, row: &mut Vec<u8>, cells: &[Cell<'_>]) -> Result<()> {
        let mut cells = cells.iter().copied();
        let mut next = || cells.next().unwrap_or(Cell::Null);
        for (index, field) in self.own.iter().enumerate() {
            push_key(row, index == 0, &field.name);
            field.push_value(row, next())?;
        }
        if self.has_groups {
            push_key(row, false, "groups");
            push_serialized(row, &groups(next()));
        }
        if !self.profiles.is_empty() {
            let has: Vec<bool> = self.profiles.iter().map(|_| next().is_true()).collect();
            push_key(row, false, "profiles");
            let mut is_first = true;
            for (profile, has) in self.profiles.iter().zip(has) {
                let values: Vec<Cell<'_>> = profile.fields.iter().map(|_| next()).collect();
                if has {
                    push_key(row, is_first, &profile.table.kind);
                    is_first = false;
                    if profile.fields.is_empty() {
                        row.push(b'{');
                    }
                    for (index, (field, cell)) in profile.fields.iter().zip(values).enumerate() {
                        push_key(row, index == 0, &field.column.name);
                        field.push_value(row, cell)?;
                    }
                    row.push(b'}');
                }
            }
            row.extend_from_slice(if is_first { b"{}" } else { b"}" });
        }
        if let Some(field) = &self.password {
            push_key(row, false, &field.name);
            field.push_value(row, next())?;
        }
        if self.has_token {
            for (name, kind) in [("token", TEXT), ("token_created", Kind::Timestamp)] {
                push_key(row, false, name);
                push_value(row, name, next(), &kind)?;
            }
        }
        row.push(b'}');
        Ok(())
    }
}

impl Field<'_> {
    /// Writes a value as JSON, in which null stands for NULL and no document of a JSON column does.
    fn push_value(&self, row: &mut Vec<u8>, cell: Cell<'_>) -> Result<()> {
        let kind = &self.column.kind;
        let is_wrapped = *kind == Kind::Json && cell.text().is_some_and(json::is_ambiguous);
        if is_wrapped {
            push_key(row, true, json::DOCUMENT);
        }
        push_value(row, &self.name, cell, kind)?;
        if is_wrapped {
            row.push(b'}');
        }
        Ok(())
    }

    fn push_csv(&self, row: &mut Vec<u8>, cell: Cell<'_>) -> Result<()> {
        match (&self.column.kind, cell) {
            (Kind::Bytes, Cell::Bytes(_) | Cell::Text(_)) => push_csv_text(row, &base64(cell)),
            (_, Cell::Bytes(_)) => return Err(not_text(&self.name)),
            (kind, cell) => push_csv(row, cell, kind),
        }
        Ok(())
    }
}

const TEXT: Kind = Kind::Text { max_length: None };

/// Replaces the trailing comma by the end of the line.
fn end_line(row: &mut Vec<u8>) {
    row.pop();
    end_csv(row);
}

/// Writes a key of an object. The first key also opens the object.
fn push_key(row: &mut Vec<u8>, is_first: bool, name: &str) {
    row.push(if is_first { b'{' } else { b',' });
    push_serialized(row, name);
    row.push(b':');
}

/// Parses a JSON list of natural keys, each of which is a list with one name.
fn groups(keys: Cell<'_>) -> Vec<String> {
    let keys = keys.text().filter(|keys| *keys != "[]");
    let keys: Option<Vec<[String; 1]>> = keys.and_then(|keys| serde_json::from_str(keys).ok());
    keys.unwrap_or_default().into_iter().map(|[name]| name).collect()
}

/// Writes a list into one cell: joined by `;`, or as JSON if that would be ambiguous.
fn listed(names: &[String]) -> String {
    let is_plain = |name: &String| {
        !name.is_empty() && !name.contains(';') && !name.starts_with('[') && name.trim() == name
    };
    if names.iter().all(is_plain) { names.join(";") } else { serde_json::json!(names).to_string() }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn a_list_in_one_cell_can_be_told_apart() {
        let of = |names: &[&str]| listed(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(of(&[]), "");
        assert_eq!(of(&["editors", "night shift, \"late\""]), "editors;night shift, \"late\"");
        assert_eq!(of(&["a;b", "c"]), r#"["a;b","c"]"#);
        assert_eq!(of(&["[a]"]), r#"["[a]"]"#);
        assert_eq!(of(&[" a"]), r#"[" a"]"#);
        assert_eq!(of(&[""]), r#"[""]"#);
    }
}
