//! Reads a Django fixture (`dumpdata`, Django 3.2 to 6.1): users, with the profiles and tokens that refer to them.

use std::collections::{BTreeSet, HashMap};

use jiff::tz::TimeZone;
use serde_json::Value as Json;

use crate::django::account_spec::ProfileChoice;
use crate::django::field::{Input, moment};
use crate::django::models::Key;
use crate::django::tokens::TokenRow;
use crate::django::tokens::{PlainToken, Stored};
use crate::error::failure::Result;
use crate::error::faults::{
    Expected, Fault, FaultCode, FixtureToken, Form, JsonFlaw, JsonPart, MissingTarget, Remedy, Twice,
};
use crate::error::misuse::Misuse;
use crate::error::position::{Position, Scan};
use crate::error::refusal::Refusal;
use crate::error::suggest::nearest;
use crate::formats::RowReader;
use crate::formats::account_row::{self, AccountRow, KnownToken, ValuePositions};
use crate::formats::columns::{AccountColumn, Columns};
use crate::formats::json::{Document, Element, members};
use crate::store::layout::ProfileTable;
use crate::store::schema::Table;
use crate::store::{NewGroup, PlannedGroups, Store};
use crate::syntax::tree::KeyValue;
use crate::syntax::{Flaw, json};

/// The meaning of a model.
enum Model<'a> {
    User,
    Profile(&'a ProfileTable),
    Drf,
    Knox,
    Group,
}

/// An object of a fixture.
struct Object<'t> {
    model: String,
    pk: Json,
    fields: Vec<KeyValue<'t>>,
    element: Element<'t>,
}

/// The rows of a fixture. All of them are assembled before the first one is returned.
pub struct FixtureReader {
    rows: std::vec::IntoIter<AccountRow>,
}

impl RowReader for FixtureReader {
    fn has_passwords(&self) -> Option<bool> {
        // Django has already hashed all passwords.
        Some(false)
    }

    fn next(&mut self, _file: &str) -> Result<Option<AccountRow>> {
        Ok(self.rows.next())
    }
}

/// The state of assembling the rows.
struct Assembly<'a, 't> {
    columns: &'a Columns<'a>,
    users: String,
    kinds: Vec<(String, &'a ProfileTable)>,
    drf: String,
    knox: String,
    zone: &'a TimeZone,
    groups: HashMap<String, String>,
    planned_groups: PlannedGroups,
    rows: Vec<AccountRow>,
    by_key: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
    /// Objects that belong to a user who has not been read yet.
    waiting: Vec<Object<'t>>,
    faults: Vec<Fault>,
    file: &'a str,
}

impl FixtureReader {
    /// Assembles the objects of a document into rows, without those of excluded apps and models. Also returns the groups
    /// to create.
    ///
    /// # Errors
    /// Returns [`Refusal::Invalid`] for an object of an unknown model, or one that belongs to no user of the file.
    pub fn new(
        document: &Document,
        file: &str,
        columns: &Columns<'_>,
        store: &Store,
        zone: &TimeZone,
        excluded: &[String],
    ) -> Result<(Self, PlannedGroups)> {
        let label = |table: &Table| -> Result<String> { store.model_of(table) };
        let layout = store.layout();
        let mut kinds = Vec::new();
        for kind in store.profile_tables()? {
            kinds.push((label(&kind.table)?, kind));
        }
        let mut assembly = Assembly {
            columns,
            users: label(&layout.users.table)?,
            kinds,
            drf: layout.drf.as_ref().map_or(Ok(String::new()), label)?,
            knox: layout.knox.as_ref().map_or(Ok(String::new()), |knox| label(&knox.table))?,
            zone,
            groups: HashMap::new(),
            planned_groups: PlannedGroups::default(),
            rows: Vec::new(),
            by_key: HashMap::new(),
            by_name: HashMap::new(),
            waiting: Vec::new(),
            faults: Vec::new(),
            file,
        };
        let objects = assembly.read(document, excluded)?;
        assembly.take_groups(&objects, store)?;
        assembly.refuse_unknown_models(&objects);
        for object in objects {
            match assembly.model(&object.model) {
                Some(Model::User) => assembly.take_user(&object),
                Some(Model::Profile(_) | Model::Drf | Model::Knox) => assembly.waiting.push(object),
                Some(Model::Group) | None => {}
            }
        }
        for object in std::mem::take(&mut assembly.waiting) {
            assembly.take_part(&object);
        }
        if !assembly.faults.is_empty() {
            return Err(Refusal::Invalid(assembly.faults).into());
        }
        Ok((Self { rows: assembly.rows.into_iter() }, assembly.planned_groups))
    }
}

/// Whether this is the name of the model or of its app.
fn is_of(name: &str, model: &str) -> bool {
    let app = model.split('.').next().unwrap_or(model);
    name.eq_ignore_ascii_case(model) || name.eq_ignore_ascii_case(app)
}

/// Refuses to exclude apps and models that the file does not contain.
fn check_excluded(excluded: &[String], models: &BTreeSet<String>) -> Result<(), Misuse> {
    let Some(name) = excluded.iter().find(|name| !models.iter().any(|model| is_of(name, model))) else {
        return Ok(());
    };
    let apps = models.iter().filter_map(|model| model.split_once('.').map(|(app, _)| app));
    let near = nearest(name, models.iter().map(String::as_str).chain(apps)).map(str::to_owned);
    Err(Misuse::NothingToExclude { name: name.clone(), near })
}

impl<'t> Object<'t> {
    fn of(element: Element<'t>) -> Result<Self, Flaw> {
        let node = json::parse(element.text)?;
        members(&JsonPart::FixtureObject, &node)?;
        let start = node.at;
        let (mut model, mut pk, mut fields) = (None, Json::Null, None);
        for KeyValue { key, value, at } in node.into_entries() {
            match &*key {
                "model" => model = value.text().map(str::to_lowercase),
                "pk" => pk = value.to_json(),
                "fields" => {
                    members(&JsonPart::Key(key.to_string()), &value)?;
                    fields = Some(value.into_entries());
                }
                _ => return Err((at, FaultCode::InvalidJson(JsonFlaw::FixtureKey))),
            }
        }
        if let (Some(model), Some(fields)) = (model, fields) {
            return Ok(Self { model, pk, fields, element });
        }
        Err((start, FaultCode::InvalidJson(JsonFlaw::FixtureObject)))
    }

    fn field(&self, name: &str) -> Option<Json> {
        self.fields.iter().find(|field| field.key == name).map(|field| field.value.to_json())
    }

    /// Returns the user that the object refers to in this column.
    fn owner(&self, column: &str) -> Option<Json> {
        self.field(column.strip_suffix("_id").unwrap_or(column)).or_else(|| self.field(column))
    }
}

impl<'a, 't> Assembly<'a, 't> {
    fn fault(&mut self, position: Position, field: &str, code: FaultCode) {
        self.faults.push(Fault::new(field, code).at(self.file, Form::Column, position));
    }

    /// Reads the objects of a document, without those of excluded apps and models.
    fn read(&mut self, document: &'t Document, excluded: &[String]) -> Result<Vec<Object<'t>>> {
        let mut objects = Vec::new();
        let mut models = BTreeSet::new();
        for element in document.elements(self.file)? {
            match Object::of(element) {
                Ok(object) => {
                    models.insert(object.model.clone());
                    if !excluded.iter().any(|name| is_of(name, &object.model)) {
                        objects.push(object);
                    }
                }
                Err((at, code)) => {
                    let position = Scan::new(element.text, element.position).at(at);
                    self.fault(position, "", code);
                }
            }
        }
        check_excluded(excluded, &models)?;
        Ok(objects)
    }

    fn model(&self, name: &str) -> Option<Model<'a>> {
        if name == self.users {
            return Some(Model::User);
        }
        match name {
            "authtoken.token" | "authtoken.tokenproxy" => return Some(Model::Drf),
            "auth.group" => return Some(Model::Group),
            name if name == self.drf => return Some(Model::Drf),
            name if name == self.knox => return Some(Model::Knox),
            _ => {}
        }
        let kind = self.kinds.iter().find(|(label, _)| label == name);
        kind.map(|(_, table)| Model::Profile(table))
    }

    /// Refuses objects of other models. Skipping them would lose data silently.
    fn refuse_unknown_models(&mut self, objects: &[Object<'_>]) {
        let mut counts: Vec<(&str, Position, usize)> = Vec::new();
        for object in objects.iter().filter(|object| self.model(&object.model).is_none()) {
            match counts.iter_mut().find(|(model, ..)| *model == object.model) {
                Some((.., count)) => *count += 1,
                None => counts.push((&object.model, object.element.position, 1)),
            }
        }
        for (model, position, count) in counts {
            let unknown = FaultCode::UnknownModel(Box::new((model.to_owned(), count)));
            self.fault(position, "model", unknown);
        }
    }

    /// Reads the names of the groups that users refer to by key. Groups of the file take precedence over the database.
    ///
    /// Groups that the database lacks are to be created.
    fn take_groups(&mut self, objects: &[Object<'_>], store: &Store) -> Result<()> {
        for (key, name) in store.groups()? {
            self.groups.insert(key.to_string(), name);
        }
        let mut new_groups = Vec::new();
        for object in objects.iter().filter(|object| object.model == "auth.group") {
            let position = object.element.position;
            let Some(Json::String(name)) = object.field("name") else {
                self.fault(position, "name", FaultCode::Required(Remedy::GroupName));
                continue;
            };
            self.groups.insert(plain(&object.pk), name.clone());
            if new_groups.iter().any(|group: &NewGroup| group.name == name) {
                self.fault(position, "name", FaultCode::GivenTwice(Twice::GroupName));
            }
            let permissions = self.permissions(object, store)?;
            new_groups.push(NewGroup { key: object.pk.as_i64(), name, permissions });
        }
        self.planned_groups = store.plan_groups(new_groups)?;
        Ok(())
    }

    /// Returns the keys of a group's permissions.
    fn permissions(&mut self, object: &Object<'_>, store: &Store) -> Result<Vec<Key>> {
        let position = object.element.position;
        let mut keys = Vec::new();
        let Some(given) = account_row::permissions(&object.field("permissions").unwrap_or_default()) else {
            self.fault(position, "permissions", FaultCode::Invalid(Expected::Permissions));
            return Ok(keys);
        };
        for permission in given {
            let found = store.find_permissions(&permission)?;
            if found.is_empty() {
                let target = MissingTarget::Permission { name: permission.to_string(), near: None };
                self.fault(position, "permissions", FaultCode::DoesNotExist(target));
            }
            // A permission that is listed twice counts once.
            keys.retain(|known| !found.contains(known));
            keys.extend(found);
        }
        Ok(keys)
    }

    fn take_user(&mut self, object: &Object<'t>) {
        let mut account = AccountRow::at(object.element.position.line, ValuePositions::default());
        account.set_position("", object.element.position);
        account.spec.profile = ProfileChoice::None;
        if !object.pk.is_null() {
            account.set_position("id", object.element.position);
            account.take(&AccountColumn::Key, Input::Json(object.pk.clone()));
        }
        let mut scan = Scan::new(object.element.text, object.element.position);
        for KeyValue { key: name, value, .. } in &object.fields {
            let position = scan.at(value.at);
            let json = value.to_json();
            let column = match &**name {
                "password" => Ok(AccountColumn::PasswordHash),
                name => self.columns.find(name),
            };
            match column {
                Ok(column) => {
                    account.set_position(column.name(), position);
                    let json =
                        if matches!(column, AccountColumn::Groups) { self.group_names(json) } else { json };
                    account.take(&column, Input::Json(json));
                }
                Err(fault) => {
                    account.set_position(name, position);
                    account.faults.push(fault);
                }
            }
        }
        let row = self.rows.len();
        self.by_key.insert(plain(&object.pk), row);
        if let Some(name) = &account.spec.username {
            self.by_name.insert(name.clone(), row);
        }
        self.rows.push(account);
    }

    /// Replaces the keys or natural keys of a user's groups by the groups' names.
    fn group_names(&self, json: Json) -> Json {
        let name = |json: Json| match json {
            Json::Array(mut natural) if natural.len() == 1 => natural.remove(0),
            Json::Number(_) => {
                let key = plain(&json);
                self.groups
                    .get(&key)
                    .map_or_else(|| format!("(key {key})").into(), |name| name.clone().into())
            }
            other => other,
        };
        match json {
            Json::Array(groups) => groups.into_iter().map(name).collect(),
            other => other,
        }
    }

    /// Adds a profile or a token to its user.
    fn take_part(&mut self, object: &Object<'t>) {
        let position = object.element.position;
        let Some(model) = self.model(&object.model) else { return };
        let column = match &model {
            Model::Profile(table) => &*table.user_column,
            _ => "user_id",
        };
        let is_key = matches!(&model, Model::Profile(table) if table.table.key.contains(&table.user_column));
        // Most fixtures call the field `user`, even if the column has another name.
        let owner = object.owner(column).or_else(|| is_key.then(|| object.pk.clone()));
        let owner = owner.or_else(|| object.field("user")).unwrap_or_default();
        let row = match &owner {
            Json::Array(natural) => {
                natural.first().and_then(Json::as_str).and_then(|name| self.by_name.get(name))
            }
            key => self.by_key.get(&plain(key)),
        };
        let Some(row) = row.copied() else {
            let field = column.strip_suffix("_id").unwrap_or(column);
            return self.fault(position, field, FaultCode::DoesNotExist(MissingTarget::UserInFile));
        };
        match model {
            Model::Profile(table) => self.take_profile(object, table, row),
            model => match self.token(object, &model) {
                Ok(token) => {
                    let account = &mut self.rows[row];
                    account.set_position("token", position);
                    account.tokens.push(KnownToken::Row(token));
                }
                Err(what) => self.fault(position, "token", FaultCode::FixtureToken(what)),
            },
        }
    }

    fn take_profile(&mut self, object: &Object<'t>, table: &ProfileTable, row: usize) {
        let account = &mut self.rows[row];
        match &mut account.spec.profile {
            ProfileChoice::Kinds(kinds) => kinds.push(table.kind.clone()),
            choice => *choice = ProfileChoice::Kinds(vec![table.kind.clone()]),
        }
        if !object.pk.is_null() {
            account.spec.profile_keys.push((table.kind.clone(), Input::Json(object.pk.clone())));
        }
        let user = table.user_column.strip_suffix("_id").unwrap_or(&table.user_column);
        let mut scan = Scan::new(object.element.text, object.element.position);
        for KeyValue { key: name, value, .. } in &object.fields {
            let position = scan.at(value.at);
            if name == user || *name == table.user_column || name == "user" {
                continue;
            }
            let heading = format!("profile.{}.{name}", table.kind);
            match self.columns.find(&heading) {
                Ok(column) => {
                    account.set_position(column.name(), position);
                    account.take(&column, Input::Json(value.to_json()));
                }
                Err(fault) => {
                    account.set_position(&heading, position);
                    account.faults.push(fault);
                }
            }
        }
    }

    /// Converts a token to the form that its table stores.
    fn token(&self, object: &Object<'_>, model: &Model<'_>) -> Result<TokenRow, FixtureToken> {
        let text = |name: &str| match object.field(name) {
            Some(Json::String(text)) => Some(text),
            _ => None,
        };
        let time = |name: &str| text(name).and_then(|text| moment(&text, self.zone));
        let Json::String(key) = &object.pk else { return Err(FixtureToken::Key) };
        let created = time("created").ok_or(FixtureToken::Created)?;
        if matches!(model, Model::Drf) {
            let stored = Stored::Drf { key: PlainToken::new(key.clone()) };
            return Ok(TokenRow::new(stored, created, None));
        }
        let token_key = text("token_key").ok_or(FixtureToken::TokenKey)?;
        let stored = Stored::Knox { digest: key.clone(), token_key, salt: text("salt") };
        // Without an expiry, the token would be valid forever.
        let is_given = |name: &&str| object.field(name).is_some_and(|json| !json.is_null());
        let expiry = match ["expiry", "expires"].into_iter().find(is_given) {
            Some(name) => Some(time(name).ok_or(FixtureToken::Expiry)?),
            None => None,
        };
        Ok(TokenRow::new(stored, created, expiry))
    }
}

/// Returns a primary key as text, the same for each spelling.
fn plain(key: &Json) -> String {
    match key {
        Json::String(text) if text.len() == 36 => text.replace('-', "").to_lowercase(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
