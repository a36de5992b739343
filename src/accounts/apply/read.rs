//! Reads the desired accounts from a file, or finds all its faults.

use std::borrow::Cow;
use std::mem;
use std::path::{Path, PathBuf};

use super::groups::DesiredGroup;
use super::prune::Scope;
use crate::accounts::new_password::{self, Password, UpdatePassword};
use crate::django::account_spec::{AccountSpec, GroupChoice, ProfileChoice};
use crate::django::field::Input;
use crate::django::models::Scheme;
use crate::django::passwords::{MIN_LENGTH, RANDOM_LENGTH};
use crate::error::failure::Result;
use crate::error::fault_list::Faults;
use crate::error::faults::{
    Choice, ColumnFlaw, Expected, Fault, FaultCode, NameHint, Remedy, Twice, UnknownName, Unsettable,
};
use crate::error::limits;
use crate::formats::columns::EMAIL_VERIFIED;
use crate::store::Store;
use crate::store::layout::ProfileTable;
use crate::store::schema::Table;
use crate::syntax::source::SourceFile;
use crate::syntax::tree::{KeyValue, Node, NodeValue, distinct};

const TOP: [&str; 4] = ["update_password", "scope", "groups", "users"];

const OF_GROUP: [&str; 2] = ["name", "permissions"];

/// The keys of an account that are not specific to a project.
const OF_USER: [&str; 13] = [
    "username",
    "email",
    EMAIL_VERIFIED,
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

/// The state that a file describes. Each account is read shortly before it is planned, so that few are in memory twice.
pub struct DesiredState<'a, 't> {
    /// The faults, except for those of the accounts.
    pub faults: Faults,
    /// The login names for which the file lists all accounts.
    pub scope: Option<Scope>,
    /// The groups, in file order.
    pub groups: Vec<DesiredGroup>,
    update_password: UpdatePassword,
    /// The accounts, in file order.
    users: Vec<Node<'t>>,
    reader: Reader<'a>,
}

impl<'t> DesiredState<'_, 't> {
    /// Returns the accounts, in file order, each with the faults found in reading it.
    pub fn users(self) -> impl Iterator<Item = (Option<DesiredUser<'t>>, Faults)> {
        let Self { update_password, users, mut reader, .. } = self;
        users
            .into_iter()
            .map(move |user| (reader.user(&user, update_password), mem::take(&mut reader.faults)))
    }

    /// Whether a plain password may have to be compared with a stored hash.
    pub fn may_verify_passwords(&self) -> bool {
        let has = |node: &Node<'_>, keys: &[&str]| {
            node.entries().is_some_and(|entries| entries.iter().any(|entry| keys.contains(&&*entry.key)))
        };
        self.users
            .iter()
            .filter_map(Node::entries)
            .flatten()
            .any(|entry| entry.key == "password" && has(&entry.value, &["env", "file"]))
            && (self.update_password != UpdatePassword::OnCreate
                || self.users.iter().any(|user| has(user, &["update_password"])))
    }
}

/// The desired state of an account.
#[derive(Debug, Default)]
pub struct DesiredUser<'t> {
    /// The position of the account.
    pub at: usize,
    /// What the account should be, except for its password and token.
    pub spec: AccountSpec,
    /// The positions of the group names.
    pub group_positions: Vec<(String, usize)>,
    pub token: Option<DesiredToken>,
    pub password: Option<PasswordReference>,
    pub update_password: UpdatePassword,
    /// The positions of the keys.
    positions: Vec<(Cow<'t, str>, usize)>,
}

/// Whether the user must have a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DesiredToken {
    /// No token of any scheme.
    None,
    /// A token of the configured scheme, or else of the only one.
    Any,
    /// A token of this scheme.
    Of(Scheme),
}

/// The source of a password.
pub enum PasswordReference {
    /// An environment variable.
    Env(String),
    /// A file.
    File(PathBuf),
    /// A random password of this length.
    Random(usize),
    /// An encoded or unusable password in the file itself, with its weakness.
    Written(Password, Option<Fault>),
}

impl std::fmt::Debug for PasswordReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordReference(..)")
    }
}

impl DesiredUser<'_> {
    /// Returns the position of a key, or else that of the account. A profile field is found with or without its kind.
    pub fn position(&self, field: &str) -> usize {
        let is_last_part = |name: &str| name.rsplit_once('.').is_some_and(|(_, last)| last == field);
        let find = |matches: &dyn Fn(&str) -> bool| self.positions.iter().find(|(name, _)| matches(name));
        let found = find(&|name| name == field).or_else(|| find(&is_last_part));
        found.map_or(self.at, |(_, at)| *at)
    }

    /// Whether the password of an existing account may have to be set.
    pub fn may_change_password(&self) -> bool {
        self.password.is_some() && self.update_password != UpdatePassword::OnCreate
    }

    /// Whether this key is given with a value that could not be read. Its fault is already reported.
    pub fn is_unreadable(&self, field: &str) -> bool {
        let is_given = self.positions.iter().any(|(name, _)| name == field);
        is_given
            && match field {
                "email" => self.spec.email.is_none() && self.spec.username.is_none(),
                "first_name" => self.spec.first_name.is_none(),
                "last_name" => self.spec.last_name.is_none(),
                "username" => self.spec.username.is_none(),
                _ => false,
            }
    }
}

/// Reads the desired state of this database's accounts, with the positions of all faults.
pub fn read<'a, 't>(
    source: &'a SourceFile,
    folder: &'a Path,
    tree: Node<'t>,
    store: &'a Store,
) -> Result<DesiredState<'a, 't>> {
    let mut reader = Reader {
        source,
        folder,
        users: &store.layout().users.table,
        key: &store.layout().users.key,
        login: store.layout().users.login()?,
        kinds: store.profile_tables()?,
        has_addresses: store.has_addresses()?,
        faults: Faults::default(),
    };
    let (scope, groups, update_password) = reader.head(&tree);
    let users = tree.into_entries().into_iter().find(|entry| entry.key == "users");
    let users = match users.map(|entry| entry.value.what) {
        Some(NodeValue::List(users)) => users,
        _ => Vec::new(),
    };
    let faults = mem::take(&mut reader.faults);
    Ok(DesiredState { faults, scope, groups, update_password, users, reader })
}

struct Reader<'a> {
    source: &'a SourceFile,
    folder: &'a Path,
    users: &'a Table,
    key: &'a str,
    login: &'a str,
    kinds: &'a [ProfileTable],
    has_addresses: bool,
    /// The faults since the last account.
    faults: Faults,
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, field: &str, code: FaultCode) {
        self.faults.push_with(|| self.source.locate(at, Fault::new(field, code)));
    }

    fn invalid(&mut self, at: usize, field: &str, expected: Expected) {
        self.fault(at, field, FaultCode::Invalid(expected));
    }

    /// Returns the entries of a table. Of repeated keys, it returns the first.
    fn entries<'n, 't>(&mut self, name: &str, node: &'n Node<'t>) -> Option<Vec<&'n KeyValue<'t>>> {
        let NodeValue::Table(entries) = &node.what else {
            self.invalid(node.at, name, Expected::Table);
            return None;
        };
        if entries.len() > limits::COLUMNS {
            let flaw = ColumnFlaw::TooManyKeys(name.to_owned());
            self.fault(node.at, "", FaultCode::Columns(flaw));
            return None;
        }
        let (known, repeated) = distinct(entries);
        for entry in repeated {
            self.fault(entry.at, &entry.key, FaultCode::GivenTwice(Twice::Field));
        }
        Some(known)
    }

    fn unknown<'k>(&mut self, entry: &KeyValue<'_>, known: impl Iterator<Item = &'k str> + Clone) {
        let unknown = UnknownName::Key(NameHint::of(&entry.key, known));
        self.fault(entry.at, &entry.key, FaultCode::Unknown(unknown));
    }

    fn text(&mut self, name: &str, node: &Node<'_>) -> Option<String> {
        if let NodeValue::Text(text) = &node.what {
            return Some(text.to_string());
        }
        self.invalid(node.at, name, Expected::Text);
        None
    }

    fn flag(&mut self, name: &str, node: &Node<'_>) -> Option<bool> {
        if let NodeValue::Boolean(flag) = node.what {
            return Some(flag);
        }
        self.invalid(node.at, name, Expected::Flag);
        None
    }

    fn texts(&mut self, name: &str, node: &Node<'_>) -> Option<Vec<(String, usize)>> {
        let NodeValue::List(items) = &node.what else {
            self.invalid(node.at, name, Expected::Texts);
            return None;
        };
        Some(items.iter().filter_map(|item| Some((self.text(name, item)?, item.at))).collect())
    }

    /// Reads everything except the accounts.
    fn head(&mut self, tree: &Node<'_>) -> (Option<Scope>, Vec<DesiredGroup>, UpdatePassword) {
        let (mut scope, mut groups, mut update) = (None, None, UpdatePassword::default());
        let entries = self.entries("file", tree).unwrap_or_default();
        for entry in &entries {
            match &*entry.key {
                "update_password" => update = self.update(&entry.value).unwrap_or_default(),
                "scope" => scope = self.scope(&entry.value),
                "groups" => groups = Some(self.declared_groups(&entry.value)),
                "users" => {}
                _ => self.unknown(entry, TOP.into_iter()),
            }
        }
        let users = entries.iter().find(|entry| entry.key == "users").map(|entry| &entry.value);
        let is_list = |users: &Node<'_>| matches!(users.what, NodeValue::List(_));
        if !users.map_or(groups.is_some(), is_list) {
            let code = match users {
                Some(_) => FaultCode::Invalid(Expected::Accounts),
                None => FaultCode::Required(Remedy::Accounts),
            };
            self.fault(users.unwrap_or(tree).at, "users", code);
        }
        (scope, groups.unwrap_or_default(), update)
    }

    /// Reads the groups that the file declares.
    fn declared_groups(&mut self, node: &Node<'_>) -> Vec<DesiredGroup> {
        let NodeValue::List(items) = &node.what else {
            self.fault(node.at, "groups", FaultCode::Invalid(Expected::Accounts));
            return Vec::new();
        };
        let mut groups: Vec<DesiredGroup> = Vec::new();
        for item in items {
            let (mut name, mut permissions) = (None, None);
            for entry in self.entries("groups", item).unwrap_or_default() {
                match &*entry.key {
                    "name" => name = self.text("name", &entry.value).filter(|name| !name.trim().is_empty()),
                    "permissions" => permissions = self.texts("permissions", &entry.value),
                    _ => self.unknown(entry, OF_GROUP.into_iter()),
                }
            }
            match name {
                None => self.fault(item.at, "name", FaultCode::Required(Remedy::GroupName)),
                Some(name) if groups.iter().any(|group| group.name == name) => {
                    self.fault(item.at, "name", FaultCode::GivenTwice(Twice::GroupName));
                }
                Some(name) => groups.push(DesiredGroup { name, permissions }),
            }
        }
        groups
    }

    fn update(&mut self, node: &Node<'_>) -> Option<UpdatePassword> {
        match self.text("update_password", node)?.as_str() {
            "on-create" => Some(UpdatePassword::OnCreate),
            "always" => Some(UpdatePassword::Always),
            "if-different" => Some(UpdatePassword::IfDifferent),
            _ => {
                self.fault(node.at, "update_password", FaultCode::InvalidChoice(Choice::UpdatePassword));
                None
            }
        }
    }

    fn scope(&mut self, node: &Node<'_>) -> Option<Scope> {
        let mut patterns = None;
        for entry in self.entries("scope", node)? {
            match (&*entry.key, &entry.value.what) {
                ("usernames", NodeValue::Text(pattern)) => patterns = Some(vec![pattern.to_string()]),
                ("usernames", _) => {
                    let texts = self.texts("usernames", &entry.value)?;
                    patterns = Some(texts.into_iter().map(|(pattern, _)| pattern).collect());
                }
                _ => self.unknown(entry, ["usernames"].into_iter()),
            }
        }
        if patterns.is_none() {
            self.fault(node.at, "scope", FaultCode::Required(Remedy::ScopePatterns));
        }
        patterns.map(Scope::new)
    }

    fn user<'t>(&mut self, node: &Node<'t>, update_password: UpdatePassword) -> Option<DesiredUser<'t>> {
        let mut user = DesiredUser { at: node.at, update_password, ..DesiredUser::default() };
        for entry in self.entries("users", node)? {
            let KeyValue { key, value, .. } = entry;
            user.positions.push((key.clone(), entry.at));
            match &**key {
                // If another column is the login name, `username` is an alias of it, unless the table has both columns.
                "username" if self.login == "username" || !self.users.has("username") => {
                    user.spec.username = self.text(key, value);
                }
                "email" => user.spec.email = self.text(key, value),
                _ if key == self.login => user.spec.username = self.text(key, value),
                "first_name" => user.spec.first_name = self.text(key, value),
                "last_name" => user.spec.last_name = self.text(key, value),
                "is_active" => user.spec.active = self.flag(key, value),
                "is_staff" => user.spec.staff = self.flag(key, value),
                "is_superuser" => user.spec.superuser = self.flag(key, value),
                "groups" => self.groups(key, value, &mut user),
                "profiles" => self.profiles(value, &mut user),
                "token" => user.token = self.token(value),
                "password" => user.password = self.password(value),
                "update_password" => user.update_password = self.update(value).unwrap_or_default(),
                EMAIL_VERIFIED if self.has_addresses && !self.users.has(key) => {
                    user.spec.email_verified = self.flag(key, value) == Some(true);
                }
                _ if is_column(self.users, key) => {
                    user.spec.fields.push((key.to_string(), Input::Json(value.to_json())));
                }
                _ => {
                    let (users, id, has_addresses) = (self.users, self.key, self.has_addresses);
                    let columns = users.columns.iter().map(|column| &*column.name);
                    let own = columns.filter(|name| *name != id && !OF_USER.contains(name));
                    let usual = OF_USER.into_iter().filter(|name| *name != EMAIL_VERIFIED || has_addresses);
                    self.unknown(entry, usual.chain(own));
                }
            }
        }
        Some(user)
    }

    fn groups(&mut self, key: &str, node: &Node<'_>, user: &mut DesiredUser<'_>) {
        let Some(groups) = self.texts(key, node) else { return };
        let names = groups.iter().map(|(name, _)| name.clone()).collect();
        user.spec.groups = GroupChoice::Exactly(names);
        user.group_positions = groups;
    }

    fn profiles<'t>(&mut self, node: &Node<'t>, user: &mut DesiredUser<'t>) {
        let mut own = Vec::new();
        for entry in self.entries("profiles", node).unwrap_or_default() {
            let KeyValue { key: kind, value, .. } = entry;
            user.positions.push((kind.clone(), entry.at));
            let kinds = self.kinds;
            let Some(table) = kinds.iter().find(|table| table.kind == *kind) else {
                self.unknown(entry, kinds.iter().map(|table| &*table.kind));
                continue;
            };
            match &value.what {
                NodeValue::Boolean(true) => {}
                NodeValue::Boolean(false) => {
                    self.fault(value.at, kind, FaultCode::NotSettable(Unsettable::ProfileDeletion));
                    continue;
                }
                _ => {
                    for field in self.entries(kind, value).unwrap_or_default() {
                        let name = format!("{kind}.{}", field.key);
                        user.positions.push((name.clone().into(), field.at));
                        if is_column(&table.table, &field.key) {
                            user.spec.fields.push((name, Input::Json(field.value.to_json())));
                        } else {
                            self.unknown(
                                field,
                                table.fields().map(|column| &*column.name).collect::<Vec<_>>().into_iter(),
                            );
                        }
                    }
                }
            }
            own.push(kind.to_string());
        }
        if !own.is_empty() {
            user.spec.profile = ProfileChoice::Kinds(own);
        }
    }

    fn token(&mut self, node: &Node<'_>) -> Option<DesiredToken> {
        match &node.what {
            NodeValue::Boolean(true) => return Some(DesiredToken::Any),
            NodeValue::Boolean(false) => return Some(DesiredToken::None),
            NodeValue::Text(scheme) if scheme == "drf" => return Some(DesiredToken::Of(Scheme::Drf)),
            NodeValue::Text(scheme) if scheme == "knox" => return Some(DesiredToken::Of(Scheme::Knox)),
            _ => {}
        }
        self.fault(node.at, "token", FaultCode::InvalidChoice(Choice::Token));
        None
    }

    /// Reads a password reference. Faults never repeat the text, since it may be the password itself.
    fn password(&mut self, node: &Node<'_>) -> Option<PasswordReference> {
        let entries = match &node.what {
            NodeValue::Text(text) if new_password::encoded(text).is_ok() => {
                self.invalid(node.at, "password", Expected::HashReference);
                return None;
            }
            NodeValue::Table(_) => self.entries("password", node)?,
            _ => {
                self.fault(node.at, "password", FaultCode::PlainPassword);
                return None;
            }
        };
        let [entry] = entries[..] else {
            self.invalid(node.at, "password", Expected::OnePasswordSource);
            return None;
        };
        let value = &entry.value;
        match (&*entry.key, &value.what) {
            ("env", NodeValue::Text(name)) => return Some(PasswordReference::Env(name.to_string())),
            ("file", NodeValue::Text(path)) => {
                return Some(PasswordReference::File(self.folder.join(&**path)));
            }
            ("random", NodeValue::Boolean(true)) => return Some(PasswordReference::Random(RANDOM_LENGTH)),
            ("random", NodeValue::Number(length)) => {
                let length = length.as_u64().and_then(|length| usize::try_from(length).ok());
                let (least, most) = (MIN_LENGTH, 128);
                if let Some(length) = length.filter(|length| (least..=most).contains(length)) {
                    return Some(PasswordReference::Random(length));
                }
                self.invalid(value.at, "password", Expected::RandomPassword { least, most });
            }
            ("hash", NodeValue::Text(text)) => match new_password::encoded(text) {
                Ok((password, weakness)) => return Some(PasswordReference::Written(password, weakness)),
                Err(fault) => self.faults.push_with(|| self.source.locate(value.at, fault)),
            },
            ("unusable", NodeValue::Boolean(true)) => {
                return Some(PasswordReference::Written(Password::Unusable, None));
            }
            (known, _) if OF_PASSWORD.contains(&known) => {
                self.invalid(value.at, "password", Expected::PasswordReference);
            }
            _ => self.unknown(entry, OF_PASSWORD.into_iter()),
        }
        None
    }
}

/// Whether this is the name of a column, or of a foreign key.
fn is_column(table: &Table, name: &str) -> bool {
    table.has(name) || table.reference(&format!("{name}_id")).is_some()
}
