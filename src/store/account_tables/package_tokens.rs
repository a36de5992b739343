//! The tokens of packages one by one: OAuth2 tokens, recorded JWT refresh tokens and API keys.

use std::ops::ControlFlow;

use jiff::Timestamp;
use subtle::ConstantTimeEq as _;

use super::{Door, Doors, Way, api_keys, oauth2, simplejwt};
use crate::django::models::{Key, TokenFilter, TokenState};
use crate::django::tokens::jwt::Jwt;
use crate::django::tokens::{AnyScheme, PackageScheme, PlainToken, TokenType, api_key, oauth2::checksum};
use crate::django::value::{Cell, Kind, Value};
use crate::error::failure::Result;
use crate::store::schema::quoted;
use crate::store::{Store, Transaction};

/// How the rows of a way in are listed.
struct Shape {
    way: &'static Way,
    scheme: PackageScheme,
    token_type: Option<TokenType>,
    /// The column that starts with the public prefix.
    public: &'static str,
    created: &'static str,
    /// The column with the token or its hash, read to compare it.
    secret: &'static str,
    /// The column of a name for people.
    label: Option<&'static str>,
}

const SHAPES: [Shape; 4] = [
    Shape {
        way: &oauth2::ACCESS_TOKEN,
        scheme: PackageScheme::OAuth2,
        token_type: Some(TokenType::Access),
        public: "token",
        created: "created",
        secret: "token",
        label: None,
    },
    Shape {
        way: &oauth2::REFRESH_TOKEN,
        scheme: PackageScheme::OAuth2,
        token_type: Some(TokenType::Refresh),
        public: "token",
        created: "created",
        secret: "token",
        label: None,
    },
    Shape {
        way: &simplejwt::OUTSTANDING_TOKEN,
        scheme: PackageScheme::Jwt,
        token_type: Some(TokenType::Refresh),
        public: "jti",
        created: "created_at",
        secret: "token",
        label: None,
    },
    Shape {
        way: &api_keys::API_KEY,
        scheme: PackageScheme::ApiKey,
        token_type: None,
        public: "prefix",
        created: "created",
        secret: "hashed_key",
        label: Some("name"),
    },
];

/// A table of a package's tokens.
pub struct PackageTable {
    shape: &'static Shape,
    pub(super) door: Door,
}

/// A row of a package's token table.
#[derive(Debug)]
pub struct PackageToken {
    /// The scheme.
    pub scheme: PackageScheme,
    /// What it is for. `None` for API keys.
    pub token_type: Option<TokenType>,
    /// Its public first characters, or those of its id.
    pub prefix: String,
    /// The name of an API key.
    pub label: Option<String>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it expires. `None` means never.
    pub expiry: Option<Timestamp>,
    /// The user's key, if it has a user.
    pub user: Option<Key>,
    /// The user's name. Empty without a user.
    pub username: String,
    is_accepted_of_user: bool,
    is_revoked: bool,
    /// The stored token or hash, if it was looked up.
    secret: PlainToken,
    /// The table, by its place among those of [`Store::package_tables`], and the primary key in it.
    row: (usize, Value),
}

impl PackageToken {
    /// Describes it, such as `oauth2 access token of meg`.
    #[must_use]
    pub fn described(&self) -> String {
        let what = match (self.token_type, &self.label) {
            (Some(token_type), _) => format!("{} {token_type} token", self.scheme),
            (None, label) => format!("{} {}", self.scheme, label.as_deref().unwrap_or_default()),
        };
        if self.username.is_empty() { what } else { format!("{what} of {}", self.username) }
    }

    /// Returns its state at this time.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> TokenState {
        if self.is_revoked {
            TokenState::Revoked
        } else if self.expiry.is_some_and(|expiry| expiry < now) {
            TokenState::Expired
        } else if self.is_accepted_of_user {
            TokenState::Active
        } else {
            TokenState::Inactive
        }
    }

    /// Whether its row was looked up and has this very token.
    #[must_use]
    pub fn has_text(&self, token: &PlainToken) -> bool {
        self.secret.expose().as_bytes().ct_eq(token.expose().as_bytes()).into()
    }

    /// Whether both are the same row.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.row == other.row
    }
}

/// Returns a primary key that was read as this kind.
pub(super) fn key_value(cell: Cell<'_>, kind: &Kind) -> Value {
    match (cell.integer(), kind) {
        (Some(number), _) => Value::Integer(number),
        (None, Kind::Uuid) => Value::Uuid(cell.string()),
        (None, _) => cell.string().into(),
    }
}

/// Which rows of package tables.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    /// What they match.
    pub filter: &'a TokenFilter,
    /// The only ones, if some were chosen.
    pub chosen: Option<&'a [PackageToken]>,
    /// Whether they are not revoked yet.
    pub is_unrevoked: bool,
}

impl<'a> Selection<'a> {
    /// Selects the rows that match, whether revoked or not.
    #[must_use]
    pub fn matching(filter: &'a TokenFilter) -> Self {
        Self { filter, chosen: None, is_unrevoked: false }
    }
}

/// The end of a query over the rows `t` and their users `u`, and its parameters.
struct Rows {
    sql: String,
    conditions: Vec<String>,
    parameters: Vec<Value>,
}

impl Rows {
    fn bind(&mut self, value: Value) -> String {
        self.parameters.push(value);
        format!("?{}", self.parameters.len())
    }

    fn sql(&self) -> String {
        let joined = self.conditions.join(" AND ");
        let keyword = if joined.is_empty() { "" } else { " WHERE " };
        format!("{}{keyword}{joined}", self.sql)
    }
}

impl PackageTable {
    /// Its scheme.
    #[must_use]
    pub fn scheme(&self) -> PackageScheme {
        self.shape.scheme
    }

    /// What its tokens are for. `None` for API keys.
    #[must_use]
    pub fn token_type(&self) -> Option<TokenType> {
        self.shape.token_type
    }

    fn key(&self) -> String {
        format!("t.{}", quoted(self.door.key()))
    }

    fn key_kind(&self) -> Kind {
        self.door.table.column(self.door.key()).map_or(Kind::TEXT, |column| column.kind.clone())
    }

    fn owner(&self) -> Option<String> {
        self.door.owner.as_ref().map(|owner| format!("t.{}", quoted(owner)))
    }

    /// Returns the column, if the table has it.
    fn existing(&self, column: &'static str) -> Option<&'static str> {
        Some(column).filter(|column| self.door.table.has(column))
    }

    /// Returns all rows.
    fn rows(&self, store: &Store) -> Rows {
        let users = &store.layout.users;
        let join = self.owner().map(|owner| {
            let (table, key) = (quoted(&users.table.name), quoted(&users.key));
            format!("LEFT JOIN {table} AS u ON u.{key} = {owner}")
        });
        let sql = format!("FROM {} AS t {}", quoted(&self.door.table.name), join.unwrap_or_default());
        Rows { sql, conditions: Vec::new(), parameters: Vec::new() }
    }

    /// Returns the rows of a selection. `place` is that of the table among those of the scheme.
    fn selected(&self, store: &Store, place: usize, selection: Selection<'_>) -> Rows {
        const NONE: &str = "1 = 0";
        let Selection { filter, chosen, is_unrevoked } = selection;
        let mut rows = self.rows(store);
        let owner = self.owner();
        if let Some(user) = &filter.user {
            let condition = match &owner {
                Some(owner) => format!("{owner} = {}", rows.bind(user.into())),
                None => NONE.to_owned(),
            };
            rows.conditions.push(condition);
        }
        if filter.of_inactive {
            let is_active = store.engine.is_true(&store.layout.users.attribute("is_active"));
            // A token that was issued without a user is none of an inactive one.
            let of_inactive = |owner| format!("{owner} IS NOT NULL AND NOT {is_active}");
            rows.conditions.push(owner.as_ref().map_or(NONE.to_owned(), of_inactive));
        }
        if filter.without_user {
            rows.conditions.extend(owner.map(|owner| format!("{owner} IS NULL")));
        }
        if let Some(prefix) = &filter.prefix {
            let column = format!("t.{}", self.shape.public);
            let condition = store.engine.starts_with(&column, prefix, &mut |value| rows.bind(value));
            rows.conditions.push(condition);
        }
        let times = [
            (self.door.expiry.as_deref(), filter.expired_at),
            (self.existing(self.shape.created), filter.created_before),
        ];
        for (column, moment) in times {
            let Some(moment) = moment else { continue };
            let condition = match column {
                Some(column) => {
                    let moment = rows.bind(moment.into());
                    store.engine.is_before(&format!("t.{}", quoted(column)), &moment)
                }
                None => NONE.to_owned(),
            };
            rows.conditions.push(condition);
        }
        if let Some(chosen) = chosen {
            let keys = chosen.iter().filter(|token| token.row.0 == place);
            let keys: Vec<String> = keys.map(|token| rows.bind(token.row.1.clone())).collect();
            let condition = format!("{} IN ({})", self.key(), keys.join(", "));
            rows.conditions.push(if keys.is_empty() { NONE.to_owned() } else { condition });
        }
        rows.conditions.extend(self.door.is_unshut(store).filter(|_| is_unrevoked));
        rows
    }

    /// Returns the columns of a [`PackageToken`], and their kinds.
    fn columns(&self, store: &Store, with_secret: bool) -> (String, Vec<Kind>) {
        let (users, shape) = (&store.layout.users, self.shape);
        let public = format!("t.{}", shape.public);
        // At least half of a short token stays secret.
        let (half, most) = (format!("length({public}) / 2"), PackageScheme::PUBLIC_LENGTH);
        let public = match shape.scheme {
            PackageScheme::ApiKey => public,
            _ => format!("substr({public}, 1, CASE WHEN {half} < {most} THEN {half} ELSE {most} END)"),
        };
        let text =
            |column: Option<&str>| column.map_or("NULL".to_owned(), |column| format!("t.{}", quoted(column)));
        let (name, is_active) = match self.door.owner {
            Some(_) => (
                format!("coalesce({}, '')", store.engine.as_text(&format!("u.{}", quoted(users.label())))),
                users.attribute("is_active"),
            ),
            None => ("''".to_owned(), "NULL".to_owned()),
        };
        let is_revoked =
            self.door.is_unshut(store).map_or("1 = 0".to_owned(), |open| format!("NOT ({open})"));
        let sql = [
            public,
            text(self.existing(shape.created)),
            text(self.door.expiry.as_deref()),
            self.owner().unwrap_or_else(|| "NULL".to_owned()),
            name,
            is_active,
            format!("CASE WHEN {is_revoked} THEN 1 ELSE 0 END"),
            self.key(),
            text(shape.label.and_then(|label| self.existing(label))),
            text(Some(shape.secret).filter(|_| with_secret)),
        ];
        let kinds = vec![
            Kind::TEXT,
            Kind::Timestamp,
            Kind::Timestamp,
            users.key_kind.clone(),
            Kind::TEXT,
            Kind::Boolean,
            Kind::Integer,
            self.key_kind(),
            Kind::TEXT,
            Kind::TEXT,
        ];
        (sql.join(", "), kinds)
    }

    fn read(&self, store: &Store, place: usize, cells: &[Cell<'_>]) -> PackageToken {
        let user = Some(cells[3]).filter(|cell| *cell != Cell::Null);
        PackageToken {
            scheme: self.shape.scheme,
            token_type: self.shape.token_type,
            prefix: cells[0].string(),
            label: cells[8].text().map(str::to_owned),
            created: cells[1].timestamp(),
            expiry: cells[2].timestamp(),
            user: user.map(|cell| store.layout.users.read_key(cell)),
            username: cells[4].string(),
            is_accepted_of_user: user.is_none() || self.door.ignores_inactivity() || cells[5].is_true(),
            is_revoked: cells[6].integer() == Some(1),
            secret: PlainToken::new(cells[9].string()),
            row: (place, key_value(cells[7], &self.key_kind())),
        }
    }
}

impl Store {
    /// Finds the tables of tokens of this package, or of all packages. There may be none.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn package_tables(&self, scheme: Option<PackageScheme>) -> Result<Vec<PackageTable>> {
        let Doors { mut doors, unbound_keys, .. } = Doors::find(self)?;
        doors.extend(unbound_keys.into_iter().map(api_keys::unbound));
        let shaped = doors.into_iter().filter_map(|door| {
            let shape = SHAPES.iter().find(|shape| shape.way.name == door.way.name)?;
            Some(PackageTable { shape, door })
        });
        Ok(shaped.filter(|table| scheme.is_none_or(|scheme| scheme == table.scheme())).collect())
    }

    /// Finds the tables of tokens of this package.
    ///
    /// # Errors
    /// Returns [`crate::error::refusal::Refusal::DatabaseUnusable`] if the database has no such table. Fails on database
    /// errors.
    pub fn needed_package_tables(&self, scheme: PackageScheme) -> Result<Vec<PackageTable>> {
        let tables = self.package_tables(Some(scheme))?;
        if tables.is_empty() {
            Err(self.unusable(format!("it has no {}.", AnyScheme::Package(scheme).table())))
        } else {
            Ok(tables)
        }
    }

    /// Passes each token of these tables to the callback, table by table, by user name and age.
    ///
    /// # Errors
    /// Returns the error of `on_token`. Fails on database errors.
    pub fn each_package_token(
        &self,
        tables: &[PackageTable],
        selection: Selection<'_>,
        on_token: &mut dyn FnMut(PackageToken) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        for (place, table) in tables.iter().enumerate() {
            let rows = table.selected(self, place, selection);
            let (columns, kinds) = table.columns(self, false);
            let sql = format!("SELECT {columns} {} ORDER BY 5, 2, 1", rows.sql());
            let mut flow = ControlFlow::Continue(());
            self.engine.query(&sql, &rows.parameters, &kinds, &mut |cells| {
                flow = on_token(table.read(self, place, cells))?;
                Ok(flow)
            })?;
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Counts the tokens of these tables.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn count_package_tokens(&self, tables: &[PackageTable], selection: Selection<'_>) -> Result<u64> {
        let count = |(place, table): (usize, &PackageTable)| {
            let rows = table.selected(self, place, selection);
            self.count(&format!("SELECT count(*) {}", rows.sql()), &rows.parameters)
        };
        tables.iter().enumerate().map(count).sum()
    }

    /// Finds the row of an OAuth2 token or an API key, or that with the id of a JWT, in any state. Whether a JWT is the
    /// recorded one remains to be checked.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn find_package_token(
        &self,
        tables: &[PackageTable],
        token: &PlainToken,
    ) -> Result<Option<PackageToken>> {
        let jwt = Jwt::parse(token);
        for (place, table) in tables.iter().enumerate() {
            let scheme = table.scheme();
            let (column, value) = match scheme {
                PackageScheme::OAuth2 if table.door.table.has(oauth2::CHECKSUM) => {
                    (oauth2::CHECKSUM, checksum(token))
                }
                PackageScheme::OAuth2 => ("token", token.expose().to_owned()),
                PackageScheme::Jwt => match jwt.as_ref().and_then(Jwt::id) {
                    Some(id) => ("jti", id.to_owned()),
                    None => continue,
                },
                PackageScheme::ApiKey => match api_key::prefix(token) {
                    Some(prefix) => ("prefix", prefix.to_owned()),
                    None => continue,
                },
            };
            let mut rows = table.rows(self);
            let value = rows.bind(value.into());
            rows.conditions.push(format!("t.{column} = {value}"));
            let (columns, kinds) = table.columns(self, true);
            let mut found = None;
            self.engine.query(
                &format!("SELECT {columns} {}", rows.sql()),
                &rows.parameters,
                &kinds,
                &mut |cells| {
                    let row = table.read(self, place, cells);
                    let is_it =
                        scheme != PackageScheme::ApiKey || api_key::matches(token, row.secret.expose());
                    found = Some(row).filter(|_| is_it);
                    Ok(ControlFlow::Break(()))
                },
            )?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

impl Transaction<'_> {
    /// Revokes the selected tokens that are not revoked yet as their packages do, and counts them.
    ///
    /// # Errors
    /// The errors of [`Self::shut`].
    pub fn revoke_package_tokens(
        &self,
        tables: &[PackageTable],
        selection: Selection<'_>,
        now: Timestamp,
    ) -> Result<u64> {
        let selection = Selection { is_unrevoked: true, ..selection };
        let mut revoked = 0;
        for (place, table) in tables.iter().enumerate() {
            let rows = table.selected(self, place, selection);
            let condition =
                format!("{} IN (SELECT {} {})", quoted(table.door.key()), table.key(), rows.sql());
            revoked += self.shut_rows(&table.door, &condition, &rows.parameters, now)?;
        }
        if let Some(table) = tables.first()
            && self.count_package_tokens(tables, selection)? > 0
        {
            return Err(self.not_as_planned(&table.door.table.name));
        }
        Ok(revoked)
    }
}
