//! Groups of arguments shared by several commands.

pub mod account;
pub mod assignment;
pub mod filters;
pub mod json_body;
pub mod new_password;
pub mod package_source;
pub mod package_token;
pub mod secret;
pub mod token_files;
pub mod token_filters;
pub mod token_source;
pub mod users;
pub mod values;
