//! Discovers which tables of a database hold users, tokens and profiles.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use crate::django::models::Scheme;
use crate::django::tokens::{drf, knox};
use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::error::faults::Undecided;
use crate::error::misuse::Selector;
use crate::error::refusal::Refusal;
use crate::store::engine::Engine;
use crate::store::schema::{Column, Table, quoted};
use crate::store::token_forms::{Confirmation, DRF, KNOX, has_drf_form, is_child};

/// Configured hints about the layout, for ambiguous databases.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// `[database] user_table`.
    pub user_table: Option<String>,
    /// `[database] login_column`.
    pub login_column: Option<String>,
    /// `[tokens] table`.
    pub token_table: Option<String>,
    /// `[tokens] scheme`.
    pub token_scheme: Option<Scheme>,
    /// `[profiles.KIND] table`, as kind and table.
    pub profile_tables: Vec<(String, String)>,
}

/// The layout of a database.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The user table.
    pub users: UserTable,
    /// DRF's token table, or the project's own of the same form.
    pub drf: Option<Table>,
    /// knox's token table, or the one that replaces it.
    pub knox: Option<KnoxTable>,
    /// `[tokens] table`, if the form of its tokens is unknown.
    pub unknown_tokens: Option<String>,
}

/// The user table.
#[derive(Clone, Debug)]
pub struct UserTable {
    /// The table itself.
    pub table: Table,
    /// The primary key's column.
    pub key: String,
    /// The kind of the key.
    pub key_kind: Kind,
    /// The possible login columns, the likeliest first. Several if the layout is ambiguous.
    logins: Vec<String>,
    /// Whether the only possible login column is unique or configured.
    is_login_certain: bool,
}

/// knox's token table, with the storage format of its version.
#[derive(Clone, Debug)]
pub struct KnoxTable {
    /// The table itself.
    pub table: Table,
    /// How digests are computed.
    pub form: knox::KnoxFormat,
    /// The expiry column: `expiry`, or `expires` before knox 4.0.
    pub expiry: String,
}

/// A table that is one-to-one with users.
#[derive(Clone, Debug)]
pub struct ProfileTable {
    /// Its name in commands.
    pub kind: String,
    /// The table itself.
    pub table: Table,
    /// The column that refers to the user.
    pub user_column: String,
}

impl ProfileTable {
    /// Returns the writable columns except the reference to the user.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        self.table.columns.iter().filter(|column| column.name != self.user_column && !column.generated)
    }

    /// Returns the columns with data about the user: all except the keys.
    pub fn fields(&self) -> impl Iterator<Item = &Column> {
        self.columns().filter(|column| !self.table.key.contains(&column.name))
    }
}

impl UserTable {
    /// Returns the login column.
    ///
    /// # Errors
    /// Returns [`Refusal::Ambiguous`] if several columns are possible.
    pub fn login(&self) -> Result<&str> {
        let table = &self.table.name;
        let what = match &self.logins[..] {
            [only] if self.is_login_certain => return Ok(only),
            _ if self.is_login_certain => format!("Table {table} has several possible login columns"),
            _ => format!("Table {table} has no unique text column, so its login column is unknown. Columns"),
        };
        Err(Refusal::Ambiguous(Undecided { what, found: self.logins.clone(), decide: Selector::LoginColumn })
            .into())
    }

    /// Returns the possible login columns, the likeliest first.
    #[must_use]
    pub fn possible_logins(&self) -> &[String] {
        &self.logins
    }

    /// Whether the email address is unique, but not the login name.
    #[must_use]
    pub fn has_unique_address(&self) -> bool {
        self.label() != "email" && self.table.is_unique("email")
    }

    /// Returns the column that names a user for people: the login column, or the first possible one.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.logins[0]
    }
}

impl Layout {
    /// Finds the user table and the token tables.
    ///
    /// # Errors
    /// Returns [`Refusal::Ambiguous`] if hints are needed, and [`Refusal::Config`] if a hint is wrong. Without a user
    /// table, the result is `None`.
    pub fn discover(engine: &dyn Engine, hints: &Hints) -> Result<Option<Self>> {
        let (drf, knox, unknown_tokens) = find_tokens(engine, hints)?;
        let Some(users) = find_users(engine, hints, drf.as_ref(), knox.as_ref())? else { return Ok(None) };
        let users = UserTable::recognize(users, hints)?;
        Ok(Some(Self { users, drf, knox, unknown_tokens }))
    }

    /// Returns the schemes that have a table.
    #[must_use]
    pub fn schemes(&self) -> Vec<Scheme> {
        let drf = self.drf.is_some().then_some(Scheme::Drf);
        let knox = self.knox.is_some().then_some(Scheme::Knox);
        drf.into_iter().chain(knox).collect()
    }

    /// Returns the maximum length of a public token prefix, in characters.
    #[must_use]
    pub fn longest_prefix(&self) -> usize {
        let knox = self.knox.as_ref().map_or(0, |knox| knox.form.public_length());
        knox.max(drf::PUBLIC_LENGTH)
    }

    /// Finds the profile tables and names their kinds.
    ///
    /// # Errors
    /// Returns [`Refusal::Config`] if a `[profiles.KIND] table` is not a profile table.
    pub fn discover_profiles(&self, engine: &dyn Engine, hints: &Hints) -> Result<Vec<ProfileTable>> {
        let mut not_profiles = vec![DRF, KNOX, "django_admin_log", "django_otp_webauthn_webauthnuserhandle"];
        not_profiles.extend(self.drf.iter().map(|table| &*table.name));
        let mut found = Vec::new();
        for table in engine.uniquely_referring_to(&self.users.table.name)? {
            if !not_profiles.contains(&&*table.name)
                && let Some(user_column) = self.one_to_one(&table)
            {
                found.push(ProfileTable { kind: String::new(), table, user_column });
            }
        }
        name_kinds(engine, hints, &mut found)?;
        Ok(found)
    }

    /// Returns the unique column that refers to the users. Prefers a column that cannot be NULL, and then `user_id`.
    fn one_to_one(&self, table: &Table) -> Option<String> {
        table
            .references
            .iter()
            .filter(|reference| reference.table.eq_ignore_ascii_case(&self.users.table.name))
            .filter(|reference| table.is_unique(&reference.column))
            .min_by_key(|reference| {
                let nullable = table.column(&reference.column).is_none_or(|column| column.nullable);
                (nullable, reference.column != "user_id")
            })
            .map(|reference| reference.column.clone())
    }
}

/// Finds DRF's and knox's tables that the API reads, and the configured table if it is neither.
fn find_tokens(
    engine: &dyn Engine,
    hints: &Hints,
) -> Result<(Option<Table>, Option<KnoxTable>, Option<String>)> {
    let mut drf = engine.table(DRF)?.filter(|table| table.has("key") && table.has("user_id"));
    let mut knox = KnoxTable::find(engine)?;
    let mut unknown = None;
    if let Some(name) = &hints.token_table {
        let Some(table) = engine.table(name)? else {
            let message = format!("tokens.table: this database has no table {name:?}.");
            return Err(Refusal::Config { path: None, message }.into());
        };
        let is_confirmed = hints.token_scheme == Some(Scheme::Drf);
        let confirmation = if is_confirmed { Confirmation::Scheme } else { Confirmation::Table };
        if let Some(found) = KnoxTable::recognize(&table) {
            knox = Some(found);
        } else if has_drf_form(&table, confirmation) {
            drf = Some(table);
        } else if name != DRF && !is_child(&table, DRF) {
            unknown = Some(name.clone());
        }
    } else if drf.is_none() && knox.is_none() {
        // Without DRF's app, its model is abstract, and a project's model a copy of it.
        let copies = engine.tables_with(&["key", "created", "user_id"])?;
        let mut copies = copies.into_iter().filter(|table| has_drf_form(table, Confirmation::None));
        drf = copies.next().filter(|_| copies.next().is_none());
    }
    Ok((drf, knox, unknown))
}

fn find_users(
    engine: &dyn Engine,
    hints: &Hints,
    drf: Option<&Table>,
    knox: Option<&KnoxTable>,
) -> Result<Option<Table>> {
    if let Some(name) = &hints.user_table {
        let table = engine.table(name)?;
        return match table.filter(|table| table.has("password")) {
            Some(table) => Ok(Some(table)),
            None => Err(Refusal::Config {
                path: None,
                message: format!("database.user_table: this database has no user table {name:?}."),
            }
            .into()),
        };
    }
    let target = |table: &Table| table.reference("user_id").map(|reference| reference.table.clone());
    let mut name = drf.and_then(target).or_else(|| knox.and_then(|knox| target(&knox.table)));
    if name.is_none() {
        name = engine.table("django_admin_log")?.as_ref().and_then(target);
    }
    let name = name.unwrap_or_else(|| "auth_user".into());
    if let Some(table) = engine.table(&name)?.filter(|table| table.has("password")) {
        return Ok(Some(table));
    }
    let mut candidates = engine.tables_with(&["password", "last_login"])?;
    if candidates.len() > 1 {
        let names: HashSet<String> = engine.table_names()?.into_iter().collect();
        // The many-to-many tables of Django's `PermissionsMixin`.
        let has_permissions = |table: &Table| {
            ["groups", "user_permissions"].iter().any(|end| names.contains(&format!("{}_{end}", table.name)))
        };
        let mut with_permissions = candidates.iter().filter(|table| has_permissions(table));
        if let (Some(only), None) = (with_permissions.next(), with_permissions.next()) {
            return Ok(Some(only.clone()));
        }
        return Err(Refusal::Ambiguous(Undecided {
            what: "This database has several possible user tables".into(),
            found: candidates.into_iter().map(|table| table.name).collect(),
            decide: Selector::UserTable,
        })
        .into());
    }
    Ok(candidates.pop())
}

impl UserTable {
    fn recognize(table: Table, hints: &Hints) -> Result<Self> {
        let [key] = &table.key[..] else {
            return Err(Refusal::Config {
                path: None,
                message: format!(
                    "Table {} has no single-column primary key, so it cannot be the user table.",
                    table.name
                ),
            }
            .into());
        };
        let key = key.clone();
        let key_kind = table.column(&key).map_or(Kind::Integer, |column| column.kind.clone());
        let found = login_candidates(&table, &key);
        let (logins, is_login_certain) = match &hints.login_column {
            // Without any unique column, only the project knows how it tells users apart.
            Some(name) if table.is_unique(name) || !found.1 && found.0.contains(name) => {
                (vec![name.clone()], true)
            }
            Some(name) => {
                return Err(Refusal::Config {
                    path: None,
                    message: format!(
                        "database.login_column: {name:?} is not a unique column of table {}.",
                        table.name
                    ),
                }
                .into());
            }
            None => found,
        };
        Ok(Self { table, key, key_kind, logins, is_login_certain })
    }
}

/// Returns the possible login columns, the likeliest first, and whether they are unique.
///
/// `username` is the login column if it is unique and `email` is not. Otherwise it is the unique text column that cannot
/// be NULL, or else the unique one. If several fit, or none is unique, the project has to be asked.
fn login_candidates(table: &Table, key: &str) -> (Vec<String>, bool) {
    let may_name_users = |column: &&Column| {
        column.name != key
            && matches!(column.kind, Kind::Text { .. })
            && !column.may_hold_secret()
            && table.reference(&column.name).is_none()
    };
    let mut texts: Vec<&Column> = table.columns.iter().filter(may_name_users).collect();
    texts.sort_by_key(|column| match &*column.name {
        "username" => 0,
        "email" => 1,
        _ => 2,
    });
    let names = |columns: &[&Column]| columns.iter().map(|column| column.name.clone()).collect();
    let unique: Vec<&Column> = texts.iter().filter(|column| table.is_unique(&column.name)).copied().collect();
    if unique.first().is_some_and(|first| first.name == "username") && !table.is_unique("email") {
        return (vec!["username".into()], true);
    }
    let required: Vec<&Column> = unique.iter().filter(|column| !column.nullable).copied().collect();
    match (&required[..], &unique[..], &texts[..]) {
        ([], [], []) => (vec![key.to_owned()], false),
        ([], [], texts) => (names(texts), false),
        ([], unique, _) => (names(unique), true),
        (required, ..) => (names(required), true),
    }
}

impl KnoxTable {
    /// Finds knox's own table, or the only similar table: `KNOX_TOKEN_MODEL` can replace it, and leaves it empty.
    pub(super) fn find(engine: &dyn Engine) -> Result<Option<Self>> {
        let own = engine.table(KNOX)?.as_ref().and_then(Self::of);
        let others = engine.tables_with(&["digest", "token_key", "user_id"])?;
        let others = others.iter().filter(|table| table.name != KNOX).filter_map(Self::recognize);
        let other = <[Self; 1]>::try_from(others.collect::<Vec<_>>()).ok();
        Ok(match (own, other) {
            (Some(own), Some([other])) => Some(if own.is_empty(engine)? { other } else { own }),
            (own, other) => own.or(other.map(|[other]| other)),
        })
    }

    fn is_empty(&self, engine: &dyn Engine) -> Result<bool> {
        let mut is_empty = true;
        let sql = format!("SELECT 1 FROM {} LIMIT 1", quoted(&self.table.name));
        engine.query(&sql, &[], &[Kind::Integer], &mut |_| {
            is_empty = false;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(is_empty)
    }

    /// Recognizes a table with the columns of knox.
    pub(super) fn recognize(table: &Table) -> Option<Self> {
        let columns = ["digest", "token_key", "user_id", "created"];
        columns.iter().all(|name| table.has(name)).then(|| Self::of(table))?
    }

    fn of(table: &Table) -> Option<Self> {
        let expiry = ["expiry", "expires"].into_iter().find(|name| table.has(name))?.to_owned();
        let public = table.column("token_key")?;
        let form = match public.kind {
            _ if table.has("salt") => knox::KnoxFormat::Salted,
            Kind::Text { max_length: Some(8) } => knox::KnoxFormat::Binary,
            _ => knox::KnoxFormat::Text,
        };
        Some(Self { table: table.clone(), form, expiry })
    }
}

/// Names each kind after the configuration, or else after the model in the table's name.
///
/// Falls back to the full table name if two names would clash or no model is found.
fn name_kinds(engine: &dyn Engine, hints: &Hints, found: &mut [ProfileTable]) -> Result<()> {
    for (kind, table) in &hints.profile_tables {
        if let Some(profile) = found.iter_mut().find(|profile| profile.table.name == *table) {
            profile.kind.clone_from(kind);
        } else if engine.has_table(table)? {
            return Err(Refusal::Config {
                path: None,
                message: format!(
                    "profiles.{kind}.table: {table:?} has no one-to-one reference to the users."
                ),
            }
            .into());
        }
    }
    if found.iter().all(|profile| !profile.kind.is_empty()) {
        return Ok(());
    }
    let models = Models::of(engine)?;
    let mut short: Vec<String> = Vec::new();
    for profile in found.iter() {
        short.push(if profile.kind.is_empty() {
            models.model_name(&profile.table.name)
        } else {
            profile.kind.clone()
        });
    }
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for name in &short {
        *uses.entry(name).or_default() += 1;
    }
    for (profile, short) in found.iter_mut().zip(&short) {
        if profile.kind.is_empty() {
            profile.kind = if uses[&**short] > 1 { profile.table.name.clone() } else { short.clone() };
        }
    }
    Ok(())
}

/// The models in the content types, by their default table names in lower case.
struct Models {
    by_table: HashMap<String, (String, String)>,
    /// Models whose tables do not have the default name.
    without_table: Vec<(String, String)>,
}

impl Models {
    fn of(engine: &dyn Engine) -> Result<Self> {
        let models = models(engine)?;
        let mut by_table = HashMap::new();
        for model in &models {
            by_table.entry(default_table(model).to_ascii_lowercase()).or_insert_with(|| model.clone());
        }
        Ok(Self { by_table, without_table: models_without_table(engine, models)? })
    }

    /// Returns the name of a table's model: the part after the app label. The content types tell where the label ends
    /// if it contains an underscore. A name without an app label belongs to the only model that has no default table.
    fn model_name(&self, table: &str) -> String {
        if let Some((_, model)) = self.by_table.get(&table.to_ascii_lowercase()) {
            return model.clone();
        }
        match (table.split_once('_'), &self.without_table[..]) {
            (Some((_, rest)), _) if !rest.is_empty() => rest.to_owned(),
            (_, [(_, only)]) => only.clone(),
            _ => table.to_owned(),
        }
    }
}

/// Returns the possible models of a table, as app label and lower-case name. It is one model if the table has a default
/// name. Without content types, the part before the first underscore is the app label.
pub(super) fn models_of(engine: &dyn Engine, table: &str) -> Result<Vec<(String, String)>> {
    let models = models(engine)?;
    if models.is_empty() {
        let parts = table.split_once('_').filter(|(label, model)| !label.is_empty() && !model.is_empty());
        return Ok(parts.map(|(label, model)| (label.to_owned(), model.to_owned())).into_iter().collect());
    }
    match model_by_name(&models, table) {
        Some(model) => Ok(vec![model]),
        None => models_without_table(engine, models),
    }
}

fn default_table((label, model): &(String, String)) -> String {
    format!("{label}_{model}")
}

fn model_by_name(models: &[(String, String)], table: &str) -> Option<(String, String)> {
    models.iter().find(|model| table.eq_ignore_ascii_case(&default_table(model))).cloned()
}

/// Returns the models without a table of the default name.
fn models_without_table(
    engine: &dyn Engine,
    mut models: Vec<(String, String)>,
) -> Result<Vec<(String, String)>> {
    let names = engine.table_names()?;
    let tables: HashSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let has_table = |model: &(String, String)| tables.contains(&default_table(model).to_ascii_lowercase());
    // Models of these Django and DRF apps have tables with other names, or no tables.
    let is_known = |label: &str| ["admin", "authtoken", "contenttypes", "sessions", "sites"].contains(&label);
    models.retain(|model| !is_known(&model.0) && !has_table(model));
    Ok(models)
}

/// Returns the models in the content types, as app label and lower-case name.
fn models(engine: &dyn Engine) -> Result<Vec<(String, String)>> {
    let mut models = Vec::new();
    if engine.has_table("django_content_type")? {
        let sql = "SELECT app_label, model FROM django_content_type";
        engine.query(sql, &[], &[Kind::TEXT, Kind::TEXT], &mut |cells| {
            models.push((cells[0].string(), cells[1].string()));
            Ok(ControlFlow::Continue(()))
        })?;
    }
    Ok(models)
}
