use std::ops::ControlFlow;

use crate::cli::args::filters::Filters;
use crate::cli::context::Context;
use crate::django::passwords;
use crate::django::value::Cell;
use crate::error::failure::Result;
use crate::error::wording::counted;
use crate::store::UserColumn;
use crate::terminal::format::Format;
use crate::terminal::listing::Heading;

const EXAMPLES: &str = "\
Examples:
  authctl list-users --search ducharme
  authctl list-users --staff --active --sort date_joined:desc --limit 10
  authctl list-users --group editors
  authctl list-users --without-token --format plain --columns username
  authctl list-users --joined-after 2024-01-01 --joined-before 2025-01-01";

/// List users
///
/// A user must match all filters. The rows show the database at one moment, even if the output is read slowly.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    filters: Filters,

    /// Print these columns, separated by commas
    ///
    /// Columns: id, username, email, first_name, last_name, is_active, is_staff, is_superuser, date_joined, last_login,
    /// profile, tokens, hasher.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Rows and columns")]
    columns: Vec<UserColumn>,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    let store = context.store()?;
    let is_for_people = context.output.format() == Format::Table;
    let columns = args.columns(context.output.format());
    let users = &store.layout().users;
    let heading = |column: &UserColumn| Heading { name: column.name(), kind: users.kind_of(column) };
    let headings: Vec<Heading> = columns.iter().map(heading).collect();
    let mut filter = args.filters.filter();
    let limit = filter.limit;
    // For people, one more row tells whether there are more. Counting all of them could take seconds.
    filter.limit = limit.map(|limit| limit.saturating_add(u64::from(is_for_people)));
    let hasher = columns.iter().position(|column| *column == UserColumn::Hasher);
    let mut count = 0_u64;
    let mut are_more = false;
    let pending = store.snapshot(|store| {
        context.output.list(&headings, &mut |on_row| {
            store.each_user(&filter, &columns, &mut |cells| {
                if Some(count) == limit {
                    are_more = true;
                    return Ok(ControlFlow::Break(()));
                }
                count += 1;
                match hasher {
                    None => on_row(cells),
                    Some(index) => {
                        let hasher = passwords::describe(cells[index].text().unwrap_or_default()).to_string();
                        let mut shown = cells.to_vec();
                        shown[index] = Cell::Text(&hasher);
                        on_row(&shown)
                    }
                }
            })
        })
    })?;
    pending.finish()?;
    if is_for_people {
        let next = filter.offset + count;
        let which = match filter.offset {
            0 => "",
            _ if count == 0 => " at this offset",
            _ => " from this offset on",
        };
        let more = if are_more { format!(" There are more: pass --offset {next}.") } else { String::new() };
        let users = if count == 0 { "No users".to_owned() } else { counted(count, "user") };
        context.output.status(format_args!("{users}{which}.{more}"));
    }
    Ok(())
}

impl Args {
    /// Returns the chosen columns. The default is those that fit a terminal, or for programs all that need no further
    /// query.
    fn columns(&self, format: Format) -> Vec<UserColumn> {
        if !self.columns.is_empty() {
            let mut columns: Vec<UserColumn> = Vec::new();
            for column in &self.columns {
                if !columns.contains(column) {
                    columns.push(column.clone());
                }
            }
            return columns;
        }
        let for_people =
            ["id", "username", "email", "is_active", "is_staff", "date_joined", "profile", "tokens"];
        let all = UserColumn::all().into_iter();
        match format {
            Format::Table => all.filter(|column| for_people.contains(&column.name())).collect(),
            _ => all.filter(|column| matches!(column, UserColumn::Attribute(_))).collect(),
        }
    }
}
