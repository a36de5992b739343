use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::context::Context;
use crate::field::moment;
use crate::model::{Sort, UserFilter};
use crate::output::{Format, Heading};
use crate::password;
use crate::store::UserColumn;
use crate::value::Cell;

const EXAMPLES: &str = "\
Examples:
  authctl list-users --search ducharme
  authctl list-users --staff --active --sort date_joined:desc --limit 10
  authctl list-users --group editors
  authctl list-users --without-token --format plain --columns username
  authctl list-users --joined-after 2024-01-01 --joined-before 2025-01-01 --format csv > users.csv";

/// List users
///
/// Filters combine by and. The rows are of one moment, however long the reader takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only active users
    #[arg(long, conflicts_with = "inactive", help_heading = "Filters")]
    active: bool,

    /// Only inactive users
    #[arg(long, help_heading = "Filters")]
    inactive: bool,

    /// Only staff
    #[arg(long, help_heading = "Filters")]
    staff: bool,

    /// Only superusers
    #[arg(long, help_heading = "Filters")]
    superuser: bool,

    /// Only users with a profile of this kind
    #[arg(long, value_name = "KIND", help_heading = "Filters")]
    profile: Option<String>,

    /// Only users in this group, by its exact name
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    group: Option<String>,

    /// Only users with this text in user name, e-mail address, first or last name
    #[arg(long, value_name = "TEXT", help_heading = "Filters")]
    search: Option<String>,

    /// Only users without any token
    #[arg(long, help_heading = "Filters")]
    without_token: bool,

    /// Only users who joined at this date or time, or later; local time unless it has an offset
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Filters")]
    joined_after: Option<Timestamp>,

    /// Only users who joined before this date or time
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Filters")]
    joined_before: Option<Timestamp>,

    /// Sort by a column, with :desc from the largest to the smallest [else by id]
    #[arg(long, value_name = "FIELD[:desc]", help_heading = "Rows and columns")]
    sort: Option<Sort>,

    /// Show at most so many
    #[arg(long, value_name = "N", help_heading = "Rows and columns")]
    limit: Option<u64>,

    /// Leave out the first so many
    #[arg(
        long,
        value_name = "N",
        default_value = "0",
        hide_default_value = true,
        help_heading = "Rows and columns"
    )]
    offset: u64,

    /// The columns: id, username, email, first_name, last_name, is_active, is_staff, is_superuser, date_joined,
    /// last_login, profile, tokens, hasher
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Rows and columns")]
    columns: Vec<UserColumn>,
}

fn time(text: &str) -> Result<Timestamp, String> {
    moment(text, &TimeZone::system())
        .ok_or_else(|| "give a date or time such as 2024-02-29 or 2024-02-29T12:30:00Z".into())
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    let store = context.store()?;
    let columns = args.columns(context.output.format());
    let headings: Vec<Heading> =
        columns.iter().map(|column| Heading { name: column.name(), kind: column.kind() }).collect();
    let filter = args.filter();
    let mut count = 0_u64;
    let pending = store.snapshot(|store| {
        context.output.list(&headings, &mut |on_row| {
            count = 0;
            store.each_user(&filter, &columns, &mut |cells| {
                count += 1;
                match columns.iter().position(|column| *column == UserColumn::Hasher) {
                    None => on_row(cells),
                    Some(index) => {
                        let hasher = password::describe(cells[index].text().unwrap_or_default()).to_string();
                        let mut shown = cells.to_vec();
                        shown[index] = Cell::Text(&hasher);
                        on_row(&shown)
                    }
                }
            })
        })
    })?;
    pending.finish()?;
    if context.output.format() == Format::Table {
        context.output.status(match count {
            0 => "No users.".to_owned(),
            1 => "1 user.".to_owned(),
            many => format!("{many} users."),
        });
    }
    Ok(())
}

impl Args {
    fn filter(&self) -> UserFilter {
        UserFilter {
            active: (self.active || self.inactive).then_some(self.active),
            staff: self.staff,
            superuser: self.superuser,
            profile: self.profile.clone(),
            group: self.group.clone(),
            search: self.search.clone(),
            without_token: self.without_token,
            joined_after: self.joined_after,
            joined_before: self.joined_before,
            sort: self.sort.clone(),
            limit: self.limit,
            offset: self.offset,
        }
    }

    /// The chosen columns; else those that a terminal has room for, or all that cost nothing for programs.
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
