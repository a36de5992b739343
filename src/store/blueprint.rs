//! What `init` is asked to create.

use jiff::Timestamp;

use crate::django::models::Scheme;

/// The content of a new database.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// The schemes whose token tables to create.
    pub schemes: Vec<Scheme>,
    /// The profile tables to create.
    pub profiles: Vec<ProfileBlueprint>,
    /// The time recorded for the migrations.
    pub now: Timestamp,
}

/// A profile table to create.
#[derive(Clone, Debug)]
pub struct ProfileBlueprint {
    /// The table's name.
    pub table: String,
    /// The names and types of the columns, in Django's form for SQLite: `varchar(50)`, `integer`, `bool null`.
    pub fields: Vec<(String, String)>,
    /// The migrations, as `app.name`, that create only such tables.
    pub migrations: Vec<String>,
}
