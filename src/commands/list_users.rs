use std::ops::ControlFlow;

use serde_json::json;

use crate::cli::args::filters::{Filters, HasherFilter};
use crate::cli::context::Context;
use crate::django::passwords;
use crate::django::value::{Cell, Kind};
use crate::error::failure::Result;
use crate::error::wording::counted;
use crate::store::{Store, UserColumn};
use crate::terminal::format::Format;
use crate::terminal::listing::Heading;

const EXAMPLES: &str = "\
Examples:
  authctl list-users --search ducharme
  authctl list-users --staff --active --sort -date_joined --limit 10
  authctl list-users --group editors
  authctl list-users --without-token --format plain --columns username
  authctl list-users --joined-after 2024-01-01 --joined-before 2025-01-01
  authctl list-users --where customer.address~oak --columns username,customer.address
  authctl list-users --weak-hasher --columns username,hasher";

/// List users
///
/// A user must match all filters. The rows show the database at one moment, even if the output is read slowly.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    filters: Filters,

    #[command(flatten)]
    hasher: HasherFilter,

    /// Print these columns, separated by commas
    ///
    /// Columns: id, username, email, first_name, last_name, is_active, is_staff, is_superuser, date_joined, last_login,
    /// profile, groups, tokens, hasher, the project's own columns of the user table, and KIND.FIELD for a profile's
    /// column. The values of columns that may hold secrets are hidden.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Rows and columns")]
    columns: Vec<String>,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    let store = context.store()?;
    let format = context.output.format();
    let is_for_people = format == Format::Table;
    let mut columns = store.chosen_columns(&args.columns, is_for_people)?;
    let headings: Vec<Heading> = columns.iter().map(|column| heading(column, store, format)).collect();
    let mut filter = args.filters.filter();
    let limit = filter.limit;
    let offset = filter.offset;
    let mut skipped = offset;
    if args.hasher.is_given() {
        // The database cannot tell hashers apart, so all rows are read.
        columns.push(UserColumn::Hasher);
        (filter.limit, filter.offset, skipped) = (None, 0, 0);
    } else {
        // For people, one more row tells whether there are more. Counting all of them could take seconds.
        filter.limit = limit.map(|limit| limit.saturating_add(u64::from(is_for_people)));
    }
    let mut count = 0_u64;
    let mut are_more = false;
    let mut texts = Vec::new();
    let is_plain = |column: &UserColumn| !matches!(column, UserColumn::Hasher | UserColumn::Groups);
    let are_all_plain = columns.iter().all(is_plain);
    let pending = store.snapshot(|store| {
        context.output.list(&headings, &mut |on_row| {
            store.each_user(&filter, &columns, &mut |cells| {
                if args.hasher.is_given() {
                    if !args.hasher.includes(cells.last().and_then(|cell| cell.text()).unwrap_or_default()) {
                        return Ok(ControlFlow::Continue(()));
                    }
                    if skipped < offset {
                        skipped += 1;
                        return Ok(ControlFlow::Continue(()));
                    }
                }
                if Some(count) == limit {
                    are_more = true;
                    return Ok(ControlFlow::Break(()));
                }
                count += 1;
                if are_all_plain {
                    return on_row(cells);
                }
                texts.clear();
                texts.extend(columns.iter().zip(cells).map(|(column, cell)| shown(column, *cell, format)));
                let shown = texts.iter().zip(cells).map(|(text, cell)| match text {
                    Some(text) => Cell::Text(text),
                    None => *cell,
                });
                on_row(&shown.take(headings.len()).collect::<Vec<_>>())
            })
        })
    })?;
    pending.finish()?;
    if is_for_people {
        context.output.status(summary(count, offset, are_more));
    }
    Ok(())
}

fn heading(column: &UserColumn, store: &Store, format: Format) -> Heading {
    let is_list = *column == UserColumn::Groups && format.is_json();
    Heading {
        name: column.name().into_owned(),
        kind: if is_list { Kind::Json } else { store.kind_of(column) },
    }
}

/// Says how many users were listed from an offset on, and how to list the next ones.
fn summary(count: u64, offset: u64, are_more: bool) -> String {
    let which = match offset {
        0 => "",
        _ if count == 0 => " at this offset",
        _ => " from this offset on",
    };
    let next = offset + count;
    let more = if are_more { format!(" There are more: pass --offset {next}.") } else { String::new() };
    let users = if count == 0 { "No users".to_owned() } else { counted(count, "user") };
    format!("{users}{which}.{more}")
}

/// Returns the text of a cell that is not shown as the database has it.
fn shown(column: &UserColumn, cell: Cell<'_>, format: Format) -> Option<String> {
    let stored = cell.text().unwrap_or_default();
    match column {
        UserColumn::Hasher => Some(passwords::describe(stored).to_string()),
        UserColumn::Groups => {
            let names: Vec<Vec<String>> = serde_json::from_str(stored).unwrap_or_default();
            let names = names.concat();
            Some(if format.is_json() { json!(names).to_string() } else { names.join(",") })
        }
        _ => None,
    }
}
