//! The command line: one subcommand per file, with its `Args` and its `run`. The doc comments of `Args` are the help.
//!
//! A command asks, computes, transacts and prints, in this order. Commands contain no SQL and do not use each other.

mod apply;
mod backup;
mod check;
mod check_password;
mod completions;
mod create_token;
mod delete_user;
mod edit_user;
mod export;
mod import;
mod init;
mod list_groups;
mod list_sessions;
mod list_tokens;
mod list_users;
mod lock_user;
mod login;
mod logout;
mod migrate_tokens;
mod register;
mod reset_mfa;
mod revoke_access;
mod revoke_token;
mod set_password;
mod show_user;
mod unlock_user;
mod whoami;

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::{Args as _, FromArgMatches as _, Parser, Subcommand};

pub use self::completions::answer_shell;
use crate::cli::context::Context;
use crate::cli::options::Options;
use crate::cli::version;
use crate::error::failure::Result;

const ENVIRONMENT: &str = "\
Environment:
  AUTHCTL_DB       database, as for --db, which overrides it
  AUTHCTL_CONFIG   configuration file; --config overrides it
  AUTHCTL_TOKEN    token for whoami and logout, instead of the saved session
  PGHOST, PGUSER, PGPASSWORD, PGPASSFILE, PGSERVICE, PGSSLMODE and others
                   what the URL of a PostgreSQL server leaves out, as for psql
  XDG_STATE_HOME   sessions and login failures [default: ~/.local/state]
  NO_COLOR         turns colors off, unless empty
  TZ               time zone of printed times, and of filters without an offset";

const FILES: &str = "\
Files:
  authctl.toml             configuration, in this folder or the nearest one above
  db.sqlite3               default database
  ~/.local/state/authctl   saved sessions and failed logins";

const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  failed (input or output, the database, anything unexpected)
    2  wrong usage or configuration
    3  not found
    4  not authenticated (bad credentials or token, inactive user, no session)
    5  already exists
    6  refused by validation (missing field, bad name, weak password)
    7  ambiguous
    8  database busy, or data changed after confirmation; try again
    9  database not usable (missing, unreachable, not SQLite, missing tables, damaged)
   10  too many failed logins; wait
   11  check found errors or warnings
   12  something would change (--exit-code)
   13  change made, but a known way into the account stays open
   14  change made, or possibly made, but the answer could not be printed
   15  no token created: the table or the form of the project's tokens is unknown
  130  interrupted, or declined at a confirmation";

/// The end of a command's `-h`, which omits rarely used options.
const MORE: &str = "Run with --help for all options.";

const EXAMPLES: &str = "\
Examples:
  authctl register --init meg@ducharme.com --random-password
  TOKEN=$(authctl create-token meg@ducharme.com)
  authctl list-users --staff --format json";

/// Administer accounts and API tokens in a Django REST project's SQLite or PostgreSQL database
///
/// authctl reads and writes users, profiles and tokens as Django, Django REST framework and django-rest-knox store
/// them, without Python. It works on a project's own db.sqlite3. Without a project, it creates such a file.
#[derive(Debug, Parser)]
#[command(
    name = "authctl",
    // Otherwise clap prints the name that the program was started with, which may contain anything.
    bin_name = "authctl",
    version,
    long_version = version::long(),
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    help_template = help_template(),
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}\n\n{ENVIRONMENT}\n\n{FILES}"),
)]
pub struct Cli {
    /// The options of every command.
    #[command(flatten)]
    pub options: Options,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Parses the command line, including the program's name.
    ///
    /// Building all subcommands takes longer than most of them run. So it first builds only the named one. For help
    /// and errors, which list the others, it parses again with all of them.
    pub fn parse_quickly(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let named = arguments.iter().skip(1).find_map(|word| Command::alone(word.to_str()?));
        if let Some(command) = named {
            let program = Options::augment_args(clap::Command::new("authctl")).subcommand(command);
            let matches = program.try_get_matches_from(arguments);
            if let Ok(cli) = matches.and_then(|matches| Self::from_arg_matches(&matches)) {
                return Ok(cli);
            }
        }
        Self::try_parse_from(arguments)
    }
}

/// Defines the subcommands under their headings, with one line each: the name, the variant, and the module with `Args`
/// and `run`.
macro_rules! subcommands {
    ($($heading:literal { $($name:literal => $variant:ident($module:ident),)+ })+) => {
        /// The subcommands.
        #[derive(Debug, Subcommand)]
        pub enum Command {
            $($(#[command(name = $name, after_help = MORE)] $variant(Box<$module::Args>),)+)+
        }

        /// The headings of the help, each with the names of its subcommands.
        const HEADINGS: &[(&str, &[&str])] = &[$(($heading, &[$($name),+])),+];

        impl Command {
            /// Returns the clap command of this subcommand alone.
            pub fn alone(name: &str) -> Option<clap::Command> {
                match name {
                    $($($name => Some($module::Args::augment_args(clap::Command::new($name))),)+)+
                    _ => None,
                }
            }

            /// Runs the subcommand. A [`crate::error::refusal::Refusal`] is an expected negative answer. Any other
            /// error is a failure.
            pub fn run(&self, context: &Context) -> Result<()> {
                match self {
                    $($(Self::$variant(args) => $module::run(args, context),)+)+
                }
            }
        }
    };
}

/// Returns the template of the program's help, because clap lists all subcommands under one heading.
fn help_template() -> String {
    const WIDTH: usize = 16;
    let header = |text: &str| format!("\n\u{1b}[1m\u{1b}[4m{text}:\u{1b}[0m\n");
    let mut template = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    for (heading, names) in HEADINGS {
        template.push_str(&header(heading));
        for name in *names {
            let command = Command::alone(name);
            let about = command.as_ref().and_then(clap::Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let space = " ".repeat(WIDTH - name.len());
            let _ = writeln!(template, "  \u{1b}[1m{name}\u{1b}[0m{space}{about}");
        }
    }
    template.push_str(&header("Global options"));
    template.push_str("{options}{after-help}");
    template
}

subcommands! {
    "Accounts" {
        "register" => Register(register),
        "list-users" => ListUsers(list_users),
        "show-user" => ShowUser(show_user),
        "edit-user" => EditUser(edit_user),
        "set-password" => SetPassword(set_password),
        "check-password" => CheckPassword(check_password),
        "delete-user" => DeleteUser(delete_user),
        "list-groups" => ListGroups(list_groups),
    }
    "Tokens" {
        "create-token" => CreateToken(create_token),
        "list-tokens" => ListTokens(list_tokens),
        "revoke-token" => RevokeToken(revoke_token),
        "migrate-tokens" => MigrateTokens(migrate_tokens),
        "login" => Login(login),
        "whoami" => Whoami(whoami),
        "logout" => Logout(logout),
    }
    "Access" {
        "lock-user" => LockUser(lock_user),
        "unlock-user" => UnlockUser(unlock_user),
        "revoke-access" => RevokeAccess(revoke_access),
        "list-sessions" => ListSessions(list_sessions),
        "reset-mfa" => ResetMfa(reset_mfa),
    }
    "Many at once" {
        "import" => Import(import),
        "export" => Export(export),
        "apply" => Apply(apply),
    }
    "Database" {
        "init" => Init(init),
        "check" => Check(check),
        "backup" => Backup(backup),
        "completions" => Completions(completions),
    }
}
