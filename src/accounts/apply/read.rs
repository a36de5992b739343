//! What the file means: the accounts that it wants, or everything that is wrong with it.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::prune::Scope;
use crate::accounts::new_password::{self, Password};
use crate::accounts::registration::UpdatePassword;
use crate::django::field::Input;
use crate::django::models::Scheme;
use crate::django::passwords::{MIN_LENGTH, RANDOM_LENGTH};
use crate::error::faults::Faults;
use crate::error::limits;
use crate::error::refusal::Fault;
use crate::error::suggest::nearest;
use crate::formats::tree::{KeyValue, Node, NodeValue, TreeFile};
use crate::store::Store;
use crate::store::layout::ProfileTable;
use crate::store::schema::Table;

const TOP: [&str; 3] = ["update_password", "scope", "users"];

/// The keys of an account that are no columns of the project's own.
const OF_USER: [&str; 12] = [
    "username",
    "email",
    "first_name",
    "last_name",
    "is_active",
    "is_staff",
    "is_superuser",
    "groups",
    "profiles",
    "token",
    "password",
    "update_password",
];

const OF_PASSWORD: [&str; 5] = ["env", "file", "random", "hash", "unusable"];

/// How a password is written, for who wrote something else.
const PASSWORD: &str =
    "{ env = \"NAME\" }, { file = \"PATH\" }, { random = true }, { hash = \"…\" } or { unusable = true }";

/// What a file wants.
#[derive(Debug, Default)]
pub struct DesiredState {
    /// Whose accounts the file knows all of.
    pub scope: Option<Scope>,
    /// The accounts, in the file's order.
    pub users: Vec<DesiredUser>,
}

/// An account as a file wants it; what is not named stays as it is.
#[derive(Debug, Default)]
pub struct DesiredUser {
    /// Where it stands.
    pub at: usize,
    pub username: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub active: Option<bool>,
    pub staff: Option<bool>,
    pub superuser: Option<bool>,
    /// The groups to be in, and no others, each with its place.
    pub groups: Option<Vec<(String, usize)>>,
    /// The profile kinds to have.
    pub profiles: Vec<String>,
    /// Columns of the project's own, and `KIND.FIELD`.
    pub fields: Vec<(String, Input)>,
    pub token: Option<DesiredToken>,
    pub password: Option<PasswordReference>,
    pub update_password: UpdatePassword,
    /// Where each of its keys stands.
    places: Vec<(String, usize)>,
}

/// Is there to be a token?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DesiredToken {
    /// None of any scheme.
    None,
    /// One of the scheme that is configured, or the only one there is.
    Any,
    /// One of this scheme.
    Of(Scheme),
}

/// Where a password is to be found.
pub enum PasswordReference {
    /// In this variable.
    Env(String),
    /// In this file.
    File(PathBuf),
    /// Nowhere yet: one of so many characters is to be made.
    Random(usize),
    /// In the file itself, encoded or unusable, with what makes it weak.
    Written(Password, Option<Fault>),
}

impl std::fmt::Debug for PasswordReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordReference(..)")
    }
}

impl DesiredUser {
    /// Where a key of it stands: a field of a profile with its kind or without; else, where the account does.
    pub fn place(&self, field: &str) -> usize {
        let ends_with_it = |name: &str| name.rsplit_once('.').is_some_and(|(_, last)| last == field);
        let place = |fits: &dyn Fn(&str) -> bool| self.places.iter().find(|(name, _)| fits(name));
        let found = place(&|name| name == field).or_else(|| place(&ends_with_it));
        found.map_or(self.at, |(_, at)| *at)
    }

    /// Is this key there, with something behind it that was told to be wrong already?
    pub fn is_unreadable(&self, field: &str) -> bool {
        let is_there = self.places.iter().any(|(name, _)| name == field);
        is_there
            && match field {
                "email" => self.email.is_none() && self.username.is_none(),
                "first_name" => self.first_name.is_none(),
                "last_name" => self.last_name.is_none(),
                "username" => self.username.is_none(),
                _ => false,
            }
    }
}

/// Reads what a file wants of this database's accounts; the faults are all that there are, with their places.
///
/// # Errors
/// A failure of the database.
pub fn read(source: &TreeFile, folder: &Path, tree: &Node, store: &Store) -> Result<(DesiredState, Faults)> {
    let mut reader = Reader {
        source,
        folder,
        users: &store.layout().users.table,
        key: &store.layout().users.key,
        login: store.layout().users.login()?,
        kinds: store.profile_tables()?,
        faults: Faults::default(),
    };
    let wanted = reader.wanted(tree);
    Ok((wanted, reader.faults))
}

struct Reader<'a> {
    source: &'a TreeFile,
    folder: &'a Path,
    users: &'a Table,
    key: &'a str,
    login: &'a str,
    kinds: &'a [ProfileTable],
    faults: Faults,
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, field: &str, code: &'static str, message: impl Into<String>) {
        self.faults.push_with(|| self.source.locate(at, Fault::new(field, code, message)));
    }

    /// The table's entries, of each key the first.
    fn entries<'n>(&mut self, name: &str, node: &'n Node) -> Option<Vec<&'n KeyValue>> {
        let NodeValue::Table(entries) = &node.what else {
            let field = name.rsplit(' ').next().unwrap_or(name);
            self.fault(node.at, field, "invalid", format!("{name} must be a table."));
            return None;
        };
        if entries.len() > limits::COLUMNS {
            let message = format!("{name} has more than {} keys.", limits::COLUMNS);
            self.fault(node.at, "", "columns", message);
            return None;
        }
        let mut known: Vec<&KeyValue> = Vec::new();
        for entry in entries {
            if known.iter().any(|other| other.key == entry.key) {
                self.fault(entry.at, &entry.key, "given_twice", format!("{} is set twice.", entry.key));
            } else {
                known.push(entry);
            }
        }
        Some(known)
    }

    fn unknown<'k>(&mut self, entry: &KeyValue, known: impl Iterator<Item = &'k str> + Clone) {
        let key = &entry.key;
        let message = match nearest(key, known.clone()) {
            Some(near) => format!("Unknown key {key}. Did you mean {near}?"),
            None => format!("Unknown key {key}. Known keys: {}.", known.collect::<Vec<_>>().join(", ")),
        };
        self.fault(entry.at, key, "unknown_field", message);
    }

    fn text(&mut self, name: &str, node: &Node) -> Option<String> {
        if let NodeValue::Text(text) = &node.what {
            return Some(text.clone());
        }
        self.fault(node.at, name, "invalid", format!("{name} must be a string."));
        None
    }

    fn flag(&mut self, name: &str, node: &Node) -> Option<bool> {
        if let NodeValue::Boolean(flag) = node.what {
            return Some(flag);
        }
        self.fault(node.at, name, "invalid", format!("{name} must be true or false."));
        None
    }

    fn texts(&mut self, name: &str, node: &Node) -> Option<Vec<(String, usize)>> {
        let NodeValue::List(items) = &node.what else {
            self.fault(node.at, name, "invalid", format!("{name} must be a list of strings."));
            return None;
        };
        Some(items.iter().filter_map(|item| Some((self.text(name, item)?, item.at))).collect())
    }

    fn wanted(&mut self, tree: &Node) -> DesiredState {
        let mut wanted = DesiredState::default();
        let mut update = UpdatePassword::default();
        let entries = self.entries("The file", tree).unwrap_or_default();
        for entry in &entries {
            match &*entry.key {
                "update_password" => update = self.update(&entry.value).unwrap_or_default(),
                "scope" => wanted.scope = self.scope(&entry.value),
                "users" => {}
                _ => self.unknown(entry, TOP.into_iter()),
            }
        }
        match entries.iter().find(|entry| entry.key == "users").map(|entry| &entry.value) {
            Some(Node { what: NodeValue::List(users), .. }) => {
                wanted.users = users.iter().filter_map(|user| self.user(user, update)).collect();
            }
            node => {
                let code = if node.is_some() { "invalid" } else { "required" };
                let message = "users is required and must be a list of tables: [[users]].";
                self.fault(node.unwrap_or(tree).at, "users", code, message);
            }
        }
        wanted
    }

    fn update(&mut self, node: &Node) -> Option<UpdatePassword> {
        match self.text("update_password", node)?.as_str() {
            "on-create" => Some(UpdatePassword::OnCreate),
            "always" => Some(UpdatePassword::Always),
            "if-different" => Some(UpdatePassword::IfDifferent),
            _ => {
                let message = "update_password must be \"on-create\", \"always\" or \"if-different\".";
                self.fault(node.at, "update_password", "invalid_choice", message);
                None
            }
        }
    }

    fn scope(&mut self, node: &Node) -> Option<Scope> {
        let mut patterns = None;
        for entry in self.entries("scope", node)? {
            match (&*entry.key, &entry.value.what) {
                ("usernames", NodeValue::Text(pattern)) => patterns = Some(vec![pattern.clone()]),
                ("usernames", _) => {
                    let texts = self.texts("usernames", &entry.value)?;
                    patterns = Some(texts.into_iter().map(|(pattern, _)| pattern).collect());
                }
                _ => self.unknown(entry, ["usernames"].into_iter()),
            }
        }
        if patterns.is_none() {
            let message = "scope requires usernames, for example usernames = \"ci-*\".";
            self.fault(node.at, "scope", "required", message);
        }
        patterns.map(Scope::new)
    }

    fn user(&mut self, node: &Node, update_password: UpdatePassword) -> Option<DesiredUser> {
        let mut user = DesiredUser { at: node.at, update_password, ..DesiredUser::default() };
        for entry in self.entries("Each entry of users", node)? {
            let KeyValue { key, value, .. } = entry;
            user.places.push((key.clone(), entry.at));
            match &**key {
                // Where another column is the login name, `username` stands for it, unless there is such a column too.
                "username" if self.login == "username" || !self.users.has("username") => {
                    user.username = self.text(key, value);
                }
                "email" => user.email = self.text(key, value),
                _ if key == self.login => user.username = self.text(key, value),
                "first_name" => user.first_name = self.text(key, value),
                "last_name" => user.last_name = self.text(key, value),
                "is_active" => user.active = self.flag(key, value),
                "is_staff" => user.staff = self.flag(key, value),
                "is_superuser" => user.superuser = self.flag(key, value),
                "groups" => user.groups = self.texts(key, value),
                "profiles" => self.profiles(value, &mut user),
                "token" => user.token = self.token(value),
                "password" => user.password = self.password(value),
                "update_password" => user.update_password = self.update(value).unwrap_or_default(),
                _ if is_column(self.users, key) => {
                    user.fields.push((key.clone(), Input::Json(value.to_json())));
                }
                _ => {
                    let (users, id) = (self.users, self.key);
                    let columns = users.columns.iter().map(|column| &*column.name);
                    let own = columns.filter(|name| *name != id && !OF_USER.contains(name));
                    self.unknown(entry, OF_USER.into_iter().chain(own));
                }
            }
        }
        Some(user)
    }

    fn profiles(&mut self, node: &Node, user: &mut DesiredUser) {
        for entry in self.entries("profiles", node).unwrap_or_default() {
            let KeyValue { key: kind, value, .. } = entry;
            user.places.push((kind.clone(), entry.at));
            let kinds = self.kinds;
            let Some(table) = kinds.iter().find(|table| table.kind == *kind) else {
                self.unknown(entry, kinds.iter().map(|table| &*table.kind));
                continue;
            };
            match &value.what {
                NodeValue::Boolean(true) => {}
                NodeValue::Boolean(false) => {
                    let message = format!(
                        "Profiles cannot be deleted here because other rows may refer to them. Omit {kind}, \
                         or set it to true or to a table of fields."
                    );
                    self.fault(value.at, kind, "not_settable", message);
                    continue;
                }
                _ => {
                    for field in self.entries(kind, value).unwrap_or_default() {
                        let name = format!("{kind}.{}", field.key);
                        user.places.push((name.clone(), field.at));
                        if is_column(&table.table, &field.key) {
                            user.fields.push((name, Input::Json(field.value.to_json())));
                        } else {
                            self.unknown(
                                field,
                                table.fields().map(|column| &*column.name).collect::<Vec<_>>().into_iter(),
                            );
                        }
                    }
                }
            }
            user.profiles.push(kind.clone());
        }
    }

    fn token(&mut self, node: &Node) -> Option<DesiredToken> {
        match &node.what {
            NodeValue::Boolean(true) => return Some(DesiredToken::Any),
            NodeValue::Boolean(false) => return Some(DesiredToken::None),
            NodeValue::Text(scheme) if scheme == "drf" => return Some(DesiredToken::Of(Scheme::Drf)),
            NodeValue::Text(scheme) if scheme == "knox" => return Some(DesiredToken::Of(Scheme::Knox)),
            _ => {}
        }
        self.fault(node.at, "token", "invalid_choice", "token must be true, false, \"drf\" or \"knox\".");
        None
    }

    /// A password's reference. What is written is never repeated: it may be the password itself.
    fn password(&mut self, node: &Node) -> Option<PasswordReference> {
        let entries = match &node.what {
            NodeValue::Text(text) if new_password::encoded(text).is_ok() => {
                let message = "An encoded password must be written as password = { hash = \"…\" }.";
                self.fault(node.at, "password", "invalid", message);
                return None;
            }
            NodeValue::Table(_) => self.entries("password", node)?,
            _ => {
                let message = format!(
                    "Plain-text passwords are not allowed in this file. Write password = {PASSWORD}."
                );
                self.fault(node.at, "password", "plain_password", message);
                return None;
            }
        };
        let [entry] = entries[..] else {
            let message = format!("password must have exactly one source: {PASSWORD}.");
            self.fault(node.at, "password", "invalid", message);
            return None;
        };
        let value = &entry.value;
        match (&*entry.key, &value.what) {
            ("env", NodeValue::Text(name)) => return Some(PasswordReference::Env(name.clone())),
            ("file", NodeValue::Text(path)) => return Some(PasswordReference::File(self.folder.join(path))),
            ("random", NodeValue::Boolean(true)) => return Some(PasswordReference::Random(RANDOM_LENGTH)),
            ("random", NodeValue::Number(length)) => {
                let length = length.as_u64().and_then(|length| usize::try_from(length).ok());
                let longest = 128;
                if let Some(length) = length.filter(|length| (MIN_LENGTH..=longest).contains(length)) {
                    return Some(PasswordReference::Random(length));
                }
                let message = format!("random must be true or a length from {MIN_LENGTH} to {longest}.");
                self.fault(value.at, "password", "invalid", message);
            }
            ("hash", NodeValue::Text(text)) => match new_password::encoded(text) {
                Ok((password, weakness)) => return Some(PasswordReference::Written(password, weakness)),
                Err(fault) => self.faults.push_with(|| self.source.locate(value.at, fault)),
            },
            ("unusable", NodeValue::Boolean(true)) => {
                return Some(PasswordReference::Written(Password::Unusable, None));
            }
            (known, _) if OF_PASSWORD.contains(&known) => {
                self.fault(value.at, "password", "invalid", format!("Write password = {PASSWORD}."));
            }
            _ => self.unknown(entry, OF_PASSWORD.into_iter()),
        }
        None
    }
}

/// Is it the name of a column, or of the foreign key in one?
fn is_column(table: &Table, name: &str) -> bool {
    table.has(name) || table.reference(&format!("{name}_id")).is_some()
}
