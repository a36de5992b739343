//! The list of subcommands; each is one file with its `Args`, whose comments are the help, and its `run`.

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
mod list_tokens;
mod list_users;
mod login;
mod logout;
mod migrate_tokens;
mod register;
mod revoke_token;
mod set_password;
mod show_user;
mod whoami;

use anyhow::Result;
use clap::{Args as _, Subcommand};

use crate::context::Context;

/// Makes the list of subcommands out of one line each: the name, the variant, and the module with `Args` and `run`.
macro_rules! subcommands {
    ($($name:literal => $variant:ident($module:ident),)+) => {
        /// The subcommands.
        #[derive(Debug, Subcommand)]
        pub enum Command {
            $(#[command(name = $name)] $variant(Box<$module::Args>),)+
        }

        impl Command {
            /// The subcommand of this name as clap knows it, without the others.
            pub fn alone(name: &str) -> Option<clap::Command> {
                match name {
                    $($name => Some($module::Args::augment_args(clap::Command::new($name))),)+
                    _ => None,
                }
            }

            /// Runs the subcommand.
            ///
            /// # Errors
            /// A [`crate::refusal::Refusal`] where the answer is an expected no; anything else is a failure.
            pub fn run(&self, context: &Context) -> Result<()> {
                match self {
                    $(Self::$variant(args) => $module::run(args, context),)+
                }
            }
        }
    };
}

subcommands! {
    "init" => Init(init),
    "register" => Register(register),
    "login" => Login(login),
    "check-password" => CheckPassword(check_password),
    "whoami" => Whoami(whoami),
    "logout" => Logout(logout),
    "list-users" => ListUsers(list_users),
    "show-user" => ShowUser(show_user),
    "edit-user" => EditUser(edit_user),
    "set-password" => SetPassword(set_password),
    "delete-user" => DeleteUser(delete_user),
    "apply" => Apply(apply),
    "create-token" => CreateToken(create_token),
    "list-tokens" => ListTokens(list_tokens),
    "revoke-token" => RevokeToken(revoke_token),
    "migrate-tokens" => MigrateTokens(migrate_tokens),
    "import" => Import(import),
    "export" => Export(export),
    "check" => Check(check),
    "backup" => Backup(backup),
    "completions" => Completions(completions),
}
