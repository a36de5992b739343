//! The values that the database offers for an argument.
//!
//! Only a file is read, and nothing is changed, printed or asked: a person who completes a line did not run a command.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Arg;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, ValueCompleter};

use crate::accounts::fields::settable_names;
use crate::config::settings::{Overrides, Settings};
use crate::error::failure::Result;
use crate::store::{Store, UserColumn};

/// What the value of an argument names.
#[derive(Clone, Copy)]
enum Named {
    User,
    Group,
    Permission,
    TokenPrefix,
    ProfileKind,
    Column,
    /// A column, which a minus sign can precede.
    SortColumn,
    /// A column before a comparison.
    Condition,
    Field,
    /// A field before its value.
    Assignment,
}

impl Named {
    fn of(arg: &Arg) -> Option<Self> {
        let is_value = |name: &str| arg.get_value_names().is_some_and(|names| names == [name]);
        Some(match arg.get_long().unwrap_or(arg.get_id().as_str()) {
            "group" | "add-group" | "remove-group" => Self::Group,
            "add-permission" | "remove-permission" => Self::Permission,
            "profile" | "add-profile" | "remove-profile" => Self::ProfileKind,
            "columns" => Self::Column,
            "sort" => Self::SortColumn,
            "where" => Self::Condition,
            "set-random" | "unset" => Self::Field,
            "set" => Self::Assignment,
            _ if is_value("USER") => Self::User,
            _ if is_value("PREFIX") => Self::TokenPrefix,
            _ => return None,
        })
    }

    /// Returns the names in the database. Those of users and tokens are the ones that start with this text.
    fn names(self, start: &str, store: &Store) -> Result<Vec<String>> {
        let columns = |is_offered: fn(&UserColumn) -> bool| {
            let columns = store.user_columns()?.into_iter().filter(is_offered);
            Ok(columns.map(|column| column.name().into_owned()).collect())
        };
        match self {
            Self::User => store.usernames_starting_with(start),
            Self::Group => store.group_names(),
            Self::Permission => store.permission_names(),
            Self::TokenPrefix => store.token_prefixes_starting_with(start),
            Self::ProfileKind => Ok(store.profile_tables()?.iter().map(|table| table.kind.clone()).collect()),
            Self::Column => columns(|column| !column.is_hidden()),
            Self::SortColumn | Self::Condition => columns(UserColumn::is_comparable),
            Self::Field | Self::Assignment => settable_names(store),
        }
    }
}

/// The command line that is completed.
struct Line(Vec<OsString>);

impl Line {
    /// Returns the value of an option, as `--db PATH` or `--db=PATH`.
    fn value(&self, option: &str) -> Option<PathBuf> {
        let mut words = self.0.iter();
        let value = words.find_map(|word| match word.to_str()?.strip_prefix(option)? {
            "" => Some(None),
            value => value.strip_prefix('=').map(Some),
        })?;
        value.map(PathBuf::from).or_else(|| words.next().map(PathBuf::from))
    }

    /// Opens the database of this line, if it is a file.
    fn store(&self) -> Result<Store> {
        let overrides = Overrides {
            db: self.value("--db"),
            config: self.value("--config"),
            busy_timeout: Duration::ZERO,
            force: false,
        };
        let settings = Settings::load(&overrides)?;
        Store::open_read_only(&settings.database, &settings.opening, settings.hints())
    }
}

struct Completer {
    named: Named,
    line: Arc<Line>,
}

impl Completer {
    fn names(&self, start: &str) -> Option<Vec<String>> {
        let is_by_other = self.line.value("--by").is_some_and(|by| by != OsStr::new("username"));
        if matches!(self.named, Named::User) && is_by_other {
            return None;
        }
        let mut names = self.named.names(start, &self.line.store().ok()?).ok()?;
        names.retain(|name| name.starts_with(start) && !name.is_empty() && !name.contains(char::is_control));
        Some(names)
    }
}

impl ValueCompleter for Completer {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        let current = current.to_str().unwrap_or_default();
        let (sign, start) = match (self.named, current.strip_prefix('-')) {
            (Named::SortColumn, Some(column)) => ("-", column),
            _ => ("", current),
        };
        let end = if matches!(self.named, Named::Condition | Named::Assignment) { "=" } else { "" };
        let names = self.names(start).unwrap_or_default().into_iter();
        names.map(|name| CompletionCandidate::new(format!("{sign}{name}{end}"))).collect()
    }
}

/// Adds the names in the database to the arguments, for completing this line.
pub fn with_values(command: clap::Command, words: &[OsString]) -> clap::Command {
    with_completers(command, &Arc::new(Line(words.to_vec())))
}

fn with_completers(command: clap::Command, line: &Arc<Line>) -> clap::Command {
    let command = command.mut_args(|arg| match Named::of(&arg) {
        Some(named) => arg.add(ArgValueCompleter::new(Completer { named, line: Arc::clone(line) })),
        None => arg,
    });
    command.mut_subcommands(|command| with_completers(command, line))
}
