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
use clap::Subcommand;

use crate::context::Context;

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::Args),
    Register(Box<register::Args>),
    Login(login::Args),
    CheckPassword(check_password::Args),
    Whoami(whoami::Args),
    Logout(logout::Args),
    ListUsers(list_users::Args),
    ShowUser(show_user::Args),
    EditUser(edit_user::Args),
    SetPassword(set_password::Args),
    DeleteUser(delete_user::Args),
    Apply(apply::Args),
    CreateToken(create_token::Args),
    ListTokens(list_tokens::Args),
    RevokeToken(revoke_token::Args),
    MigrateTokens(migrate_tokens::Args),
    Import(Box<import::Args>),
    Export(export::Args),
    Check(check::Args),
    Backup(backup::Args),
    Completions(completions::Args),
}

impl Command {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// A [`crate::refusal::Refusal`] where the answer is an expected no; anything else is a failure.
    pub fn run(&self, context: &Context) -> Result<()> {
        match self {
            Self::Init(args) => init::run(args, context),
            Self::Register(args) => register::run(args, context),
            Self::Login(args) => login::run(args, context),
            Self::CheckPassword(args) => check_password::run(args, context),
            Self::Whoami(args) => whoami::run(args, context),
            Self::Logout(args) => logout::run(args, context),
            Self::ListUsers(args) => list_users::run(args, context),
            Self::ShowUser(args) => show_user::run(args, context),
            Self::EditUser(args) => edit_user::run(args, context),
            Self::SetPassword(args) => set_password::run(args, context),
            Self::DeleteUser(args) => delete_user::run(args, context),
            Self::Apply(args) => apply::run(args, context),
            Self::CreateToken(args) => create_token::run(args, context),
            Self::ListTokens(args) => list_tokens::run(args, context),
            Self::RevokeToken(args) => revoke_token::run(args, context),
            Self::MigrateTokens(args) => migrate_tokens::run(args, context),
            Self::Import(args) => import::run(args, context),
            Self::Export(args) => export::run(args, context),
            Self::Check(args) => check::run(args, context),
            Self::Backup(args) => backup::run(args, context),
            Self::Completions(args) => args.print(),
        }
    }
}
