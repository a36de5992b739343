use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use crate::accounts::access_summary::AccessSummary;
use crate::cli::answer::about_users;
use crate::cli::args::users::SeveralUsers;
use crate::cli::context::Context;
use crate::django::models::{Profile, TokenFilter, User, rfc3339};
use crate::django::passwords;
use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::error::wording::counted;
use crate::store::account_tables::ObjectPermission;
use crate::store::schema::Table;
use crate::store::{Store, Token};
use crate::terminal::clock::local;
use crate::terminal::format::Format;
use crate::terminal::listing::Heading;
use crate::terminal::sections::Section;

const EXAMPLES: &str = "\
Examples:
  authctl show-user meg
  authctl show-user meg joe --format json
  authctl show-user meg --format plain | grep ^group";

/// Print everything about users except secrets
///
/// Prints the user's columns, groups and profiles, permissions granted directly to the user, tokens by their public
/// prefixes, other ways in, second factors, and how the password is hashed. Hides the value of a column whose name
/// suggests a secret.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Users, or - to read them from standard input, one per line
    #[arg(value_name = "USER", required = true)]
    users: Vec<String>,

    #[command(flatten)]
    choice: SeveralUsers,
}

/// All data about a user, from one snapshot.
struct UserDetails {
    user: User,
    fields: Map<String, Json>,
    hasher: String,
    groups: Vec<String>,
    permissions: Vec<String>,
    profiles: Vec<Profile>,
    tokens: Vec<Token>,
    /// The tables of the tokens, or nothing if their schemes tell them.
    token_tables: Vec<String>,
    access: AccessSummary,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    let store = context.store()?;
    let now = context.now();
    let users = args.choice.find(store, &args.users)?;
    // Outside the snapshot, since it reads all web sessions.
    let mut found = Vec::new();
    for user in users {
        found.push((AccessSummary::read(store, &user, now)?, user));
    }
    let details: Vec<UserDetails> = store.snapshot(|store| {
        found
            .into_iter()
            .map(|(access, user)| {
                UserDetails::read(store, store.reread_user(&user.id, &user.username)?, access)
            })
            .collect()
    })?;
    let format = context.output.format();
    if matches!(format, Format::Table | Format::Plain) {
        let sections = details.iter().map(|details| details.sections(store, format, now));
        return context.output.sections(&sections.collect::<Result<Vec<_>>>()?.concat());
    }
    let objects = details.into_iter().map(|details| details.into_object(now)).collect();
    context.output.answer(None, &about_users(objects, SeveralUsers::is_one(&args.users)))
}

impl UserDetails {
    fn read(store: &Store, user: User, access: AccessSummary) -> Result<Self> {
        let id = &user.id;
        let tokens = store.tokens(&TokenFilter::of(id, None))?;
        Ok(Self {
            fields: store.extra_fields_of(id)?,
            hasher: passwords::describe(&store.encoded_password(id)?).to_string(),
            groups: store.groups_of(id)?,
            permissions: store.permissions_of(id)?,
            profiles: store.profiles_of(id)?,
            token_tables: token_tables(store, &tokens)?,
            tokens,
            access,
            user,
        })
    }

    fn into_object(self, now: Timestamp) -> Json {
        let token = |(at, token): (usize, &Token)| {
            let mut object = json!({
                "scheme": token.scheme_name(),
                "prefix": token.prefix,
                "created": token.created.map(rfc3339),
                "expiry": token.expiry.map(rfc3339),
                "state": token.state(now),
            });
            if let Some(table) = self.token_tables.get(at) {
                object["table"] = (&**table).into();
            }
            object
        };
        let mut object = json!({
            "user": self.user,
            "columns": null,
            "hasher": self.hasher,
            "groups": self.groups,
            "permissions": self.permissions,
            "profiles": self.profiles,
            "tokens": self.tokens.iter().enumerate().map(token).collect::<Vec<_>>(),
            "access": self.access,
        });
        // Moved, since they can be large.
        object["columns"] = Json::Object(self.fields);
        object
    }

    fn sections(&self, store: &Store, format: Format, now: Timestamp) -> Result<Vec<Section>> {
        let row = |name: &str, text: String| vec![name.to_owned(), text];
        let rows = |fields: &Map<String, Json>, table: &Table| -> Vec<Vec<String>> {
            fields
                .iter()
                .map(|(name, value)| row(name, shown(value, is_moment(table, name), format)))
                .collect()
        };
        let moment = |moment: Option<Timestamp>| moment.map_or_else(String::new, |at| time(at, format));
        let user = &self.user;
        let flag = |flag: bool| shown(&flag.into(), false, format);
        let mut of_user = vec![
            row("id", user.id.to_string()),
            row("username", user.username.clone()),
            row("email", user.email.clone()),
            row("first_name", user.first_name.clone()),
            row("last_name", user.last_name.clone()),
            row("is_active", flag(user.is_active)),
            row("is_staff", flag(user.is_staff)),
            row("is_superuser", flag(user.is_superuser)),
            row("date_joined", moment(user.date_joined)),
            row("last_login", moment(user.last_login)),
        ];
        of_user.extend(rows(&self.fields, &store.layout().users.table));
        of_user.push(row("hasher", self.hasher.clone()));
        let alone = |names: &[String]| names.iter().map(|name| vec![name.clone()]).collect();
        let mut sections = vec![
            Section::new("user", of_user),
            Section::new("groups", alone(&self.groups)),
            Section::new("permissions", alone(&self.permissions)),
        ];
        for profile in &self.profiles {
            let table = &store.profile_table(&profile.kind)?.table;
            let heading = vec!["profile".to_owned(), profile.kind.clone()];
            sections.push(Section { heading, ..Section::new("", rows(&profile.fields, table)) });
        }
        let tokens = self.tokens.iter().enumerate().map(|(at, token)| {
            let (scheme, state) = (token.scheme_name(), token.state(now).to_string());
            let cells = [scheme, token.prefix.clone(), moment(token.created), moment(token.expiry), state];
            cells.into_iter().chain(self.token_tables.get(at).cloned()).collect()
        });
        let mut columns = token_columns();
        if !self.token_tables.is_empty() {
            columns.push(Heading::from(("table", Kind::TEXT)));
        }
        sections.push(Section { columns, ..Section::new("tokens", tokens.collect()) });
        let of_access = access_rows(&self.access, flag);
        if !of_access.is_empty() {
            sections.push(Section::new("access", of_access));
        }
        Ok(sections)
    }
}

/// Returns the tables of these tokens if the project has token tables of its own, or nothing.
fn token_tables(store: &Store, tokens: &[Token]) -> Result<Vec<String>> {
    if !store.has_own_token_tables()? {
        return Ok(Vec::new());
    }
    tokens.iter().map(|token| Ok(store.table_of(token)?.to_owned())).collect()
}

fn token_columns() -> Vec<Heading> {
    let columns = [
        ("scheme", Kind::TEXT),
        ("prefix", Kind::TEXT),
        ("created", Kind::Timestamp),
        ("expiry", Kind::Timestamp),
        ("state", Kind::TEXT),
    ];
    columns.map(Heading::from).into()
}

/// Returns the rows about other ways in, and what belongs to them.
fn access_rows(access: &AccessSummary, flag: impl Fn(bool) -> String) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for door in &access.doors {
        rows.push(vec![door.name.to_owned(), door.count.to_string()]);
    }
    for (name, count) in [("web_sessions", access.web_sessions), ("failed_logins", access.failed_logins)] {
        if count > 0 {
            rows.push(vec![name.to_owned(), count.to_string()]);
        }
    }
    for factor in &access.second_factors {
        rows.push(vec!["second_factor".to_owned(), factor.kind.clone(), factor.name.clone()]);
    }
    for address in &access.email_addresses {
        let flags = format!("verified {}, primary {}", flag(address.verified), flag(address.primary));
        rows.push(vec!["email_address".to_owned(), address.email.clone(), flags]);
    }
    for login in &access.social_logins {
        rows.push(vec!["social_login".to_owned(), login.provider.clone(), login.uid.clone()]);
    }
    for ObjectPermission { permission, count } in &access.object_permissions {
        rows.push(vec!["object_permission".to_owned(), permission.clone(), counted(*count, "object")]);
    }
    rows
}

fn is_moment(table: &Table, column: &str) -> bool {
    table.column(column).is_some_and(|column| column.kind == Kind::Timestamp)
}

/// Formats a value for people or for programs.
fn shown(value: &Json, is_moment: bool, format: Format) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(flag) if format == Format::Table => if *flag { "yes" } else { "no" }.to_owned(),
        Json::String(text) => match text.parse() {
            Ok(moment) if is_moment => time(moment, format),
            _ => text.clone(),
        },
        value => value.to_string(),
    }
}

fn time(moment: Timestamp, format: Format) -> String {
    if format == Format::Table { local(moment) } else { rfc3339(moment) }
}
