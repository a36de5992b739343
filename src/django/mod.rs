//! What Django, Django REST framework and django-rest-knox store: users and tokens as data, column kinds and values,
//! encoded passwords, token keys, and the rules for names and rates. A specification says what an account should be.
//!
//! This module uses no database, file or terminal. Each function computes its result from its arguments.

pub mod account_spec;
pub mod constraint_names;
pub mod field;
pub mod json;
pub mod models;
pub mod names;
pub mod passwords;
pub mod rate;
pub mod tokens;
pub mod value;
pub mod web_session;
