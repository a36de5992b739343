//! What Django, Django REST framework and django-rest-knox store: users and tokens as data, kinds of columns and their
//! values, encoded passwords, token keys, rules for names and rates.
//!
//! Free of any database, file or terminal: what is here can be computed from its arguments alone.

pub mod field;
pub mod models;
pub mod names;
pub mod passwords;
pub mod rate;
pub mod tokens;
pub mod value;
