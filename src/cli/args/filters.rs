//! The filter options for commands that read many users.

use clap::Args;
use jiff::Timestamp;

use super::values::count;
use crate::django::field::moment;
use crate::django::models::{Sort, UserCondition, UserFilter};
use crate::django::passwords;
use crate::terminal::clock::zone;

/// Which users, in which order.
#[derive(Args, Debug)]
pub struct Filters {
    /// Include only active users
    #[arg(long, conflicts_with = "inactive", help_heading = "Filters")]
    active: bool,

    /// Include only inactive users
    #[arg(long, help_heading = "Filters")]
    inactive: bool,

    /// Include only staff
    #[arg(long, help_heading = "Filters")]
    staff: bool,

    /// Include only superusers
    #[arg(long, help_heading = "Filters")]
    superuser: bool,

    /// Include only users with a profile of this kind
    #[arg(long, value_name = "KIND", help_heading = "Filters")]
    profile: Option<String>,

    /// Include only users in this group (exact name)
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    group: Option<String>,

    /// Include only users whose name or email address contains this text
    ///
    /// Searches the username, email address, first name, last name, and the texts of the project's own columns and of
    /// profiles. Case is ignored for ASCII letters only.
    #[arg(long, value_name = "TEXT", help_heading = "Filters")]
    search: Option<String>,

    /// Include only users without a token
    #[arg(long, help_heading = "Filters")]
    without_token: bool,

    /// Include only users who joined at or after this date or time
    ///
    /// A time without an offset is local time.
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Filters")]
    #[arg(hide_short_help = true)]
    joined_after: Option<Timestamp>,

    /// Include only users who joined before this date or time
    ///
    /// A time without an offset is local time.
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Filters")]
    #[arg(hide_short_help = true)]
    joined_before: Option<Timestamp>,

    /// Include only users whose last login was at or after this date or time
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Filters")]
    #[arg(hide_short_help = true)]
    last_login_after: Option<Timestamp>,

    /// Include only users whose last login was before this date or time
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Filters")]
    #[arg(hide_short_help = true)]
    last_login_before: Option<Timestamp>,

    /// Include only users who never logged in through Django
    #[arg(long, conflicts_with_all = ["last_login_after", "last_login_before"], help_heading = "Filters")]
    never_logged_in: bool,

    /// Include only users with this value, such as phone=555
    ///
    /// FIELD is a column of the user table, or KIND.FIELD of a profile, such as customer.city~oak. Other comparisons: !=,
    /// <, <=, >, >=, and ~ for "contains". An empty value matches rows without one. A time without an offset is local
    /// time. Repeat the option to match several conditions. Columns that may hold secrets are refused.
    #[arg(long = "where", value_name = "FIELD=VALUE", value_parser = condition, help_heading = "Filters")]
    conditions: Vec<UserCondition>,

    /// Sort by this column, or as -FIELD in descending order [default: id]
    #[arg(long, value_name = "FIELD[:desc]", allow_hyphen_values = true, help_heading = "Rows and columns")]
    sort: Option<Sort>,

    /// Include at most N users
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<u64>,
        allow_negative_numbers = true,
        help_heading = "Rows and columns"
    )]
    limit: Option<u64>,

    /// Skip the first N users
    #[arg(
        long,
        value_name = "N",
        default_value = "0",
        value_parser = count::<u64>,
        allow_negative_numbers = true,
        hide_default_value = true,
        help_heading = "Rows and columns"
    )]
    #[arg(hide_short_help = true)]
    offset: u64,
}

fn time(text: &str) -> Result<Timestamp, String> {
    moment(text, &zone())
        .ok_or_else(|| "expected a date or time such as 2024-02-29 or 2024-02-29T12:30:00Z".into())
}

fn condition(text: &str) -> Result<UserCondition, String> {
    UserCondition::parse(text, zone())
}

impl Filters {
    /// Returns the filter of these options.
    #[must_use]
    pub fn filter(&self) -> UserFilter {
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
            last_login_after: self.last_login_after,
            last_login_before: self.last_login_before,
            never_logged_in: self.never_logged_in,
            conditions: self.conditions.clone(),
            sort: self.sort.clone(),
            limit: self.limit,
            offset: self.offset,
        }
    }
}

/// Which password hashes. The database cannot tell them apart.
#[derive(Args, Debug)]
pub struct HasherFilter {
    /// Include only users with this password algorithm
    ///
    /// The name is the first word of the `hasher` column, such as md5 or unusable.
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    hasher: Option<String>,

    /// Include only users with a weak password hash
    #[arg(long, help_heading = "Filters")]
    weak_hasher: bool,
}

impl HasherFilter {
    /// Whether any of the options is given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.weak_hasher || self.hasher.is_some()
    }

    /// Whether the options include this encoded password.
    #[must_use]
    pub fn includes(&self, encoded: &str) -> bool {
        let summary = passwords::describe(encoded);
        let name = summary.to_string();
        let has_name = |wanted: &str| name.split_whitespace().next() == Some(wanted);
        (!self.weak_hasher || summary.is_weak()) && self.hasher.as_deref().is_none_or(has_name)
    }
}
