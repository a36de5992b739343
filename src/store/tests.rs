//! How SQLite finds what is looked up: by index, whatever the size of the tables.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::engine::{Access, Catalog, Dialect, FileDatabase, Inserting, Integrity, RowName, Triggered};
use super::layout::{Hints, Layout};
use super::schema::Table;
use super::sqlite::Sqlite;
use super::target::Target;
use super::{Blueprint, Engine, NewToken, Opening, ProfileBlueprint, Store};
use crate::django::models::{Key, Scheme, TokenFilter};
use crate::django::tokens::knox::{self, KnoxFormat, TokenHash};
use crate::django::tokens::{PlainToken, drf};
use crate::django::value::OnRow;
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;

/// An engine that remembers how each statement it ran found its rows.
struct Explained {
    engine: Sqlite,
    plans: Rc<RefCell<Vec<String>>>,
}

impl Explained {
    fn explain(&self, sql: &str, parameters: &[Value]) -> Result<()> {
        let kinds = [Kind::Integer, Kind::Integer, Kind::Integer, Kind::Text { max_length: None }];
        self.engine.query(&format!("EXPLAIN QUERY PLAN {sql}"), parameters, &kinds, &mut |cells| {
            self.plans.borrow_mut().push(format!("{} in {sql}", cells[3].string()));
            Ok(ControlFlow::Continue(()))
        })
    }
}

impl Catalog for Explained {
    fn table_names(&self) -> Result<Vec<String>> {
        self.engine.table_names()
    }

    fn table(&self, name: &str) -> Result<Option<Table>> {
        self.engine.table(name)
    }

    fn has_table(&self, name: &str) -> Result<bool> {
        self.engine.has_table(name)
    }

    fn tables_with(&self, columns: &[&str]) -> Result<Vec<Table>> {
        self.engine.tables_with(columns)
    }

    fn triggered_tables(&self) -> Result<Triggered> {
        self.engine.triggered_tables()
    }

    fn referring_to(&self, targets: &[&str]) -> Result<Vec<Table>> {
        self.engine.referring_to(targets)
    }

    fn referring_to_with(&self, target: &str, words: &[&str]) -> Result<Vec<Table>> {
        self.engine.referring_to_with(target, words)
    }

    fn uniquely_referring_to(&self, target: &str) -> Result<Vec<Table>> {
        self.engine.uniquely_referring_to(target)
    }

    fn row_name(&self, table: &Table) -> Result<Option<RowName>> {
        self.engine.row_name(table)
    }

    fn integrity(&self, meanwhile: &mut dyn FnMut()) -> Result<Integrity> {
        self.engine.integrity(meanwhile)
    }

    fn system(&self) -> Result<String> {
        self.engine.system()
    }

    fn dangling_references(&self) -> Result<Vec<(String, String, u64)>> {
        self.engine.dangling_references()
    }
}

impl Dialect for Explained {
    fn is_true(&self, expression: &str) -> String {
        self.engine.is_true(expression)
    }

    fn as_text(&self, expression: &str) -> String {
        self.engine.as_text(expression)
    }

    fn sortable_time(&self, expression: &str) -> String {
        self.engine.sortable_time(expression)
    }

    fn is_before(&self, expression: &str, parameter: &str) -> String {
        self.engine.is_before(expression, parameter)
    }

    fn contains(&self, expression: &str, parameter: usize) -> String {
        self.engine.contains(expression, parameter)
    }

    fn starts_with(&self, expression: &str, prefix: &str, bind: &mut dyn FnMut(Value) -> String) -> String {
        self.engine.starts_with(expression, prefix, bind)
    }

    fn differs(&self, table: &str, column: &str, parameter: usize) -> Result<String> {
        self.engine.differs(table, column, parameter)
    }

    fn json_lists(&self, columns: &[&str]) -> String {
        self.engine.json_lists(columns)
    }

    fn row_order(&self) -> &'static str {
        self.engine.row_order()
    }

    fn locking(&self, table: &str, alias: &str) -> String {
        self.engine.locking(table, alias)
    }

    fn temporary(&self, name: &str) -> String {
        self.engine.temporary(name)
    }

    fn row_list(&self) -> &'static str {
        self.engine.row_list()
    }

    fn insert_new(&self, into: &str, query: &str) -> String {
        self.engine.insert_new(into, query)
    }
}

impl Engine for Explained {
    fn query(&self, sql: &str, parameters: &[Value], kinds: &[Kind], on_row: &mut OnRow<'_>) -> Result<()> {
        self.explain(sql, parameters)?;
        self.engine.query(sql, parameters, kinds, on_row)
    }

    fn execute(&self, sql: &str, parameters: &[Value]) -> Result<usize> {
        self.explain(sql, parameters)?;
        self.engine.execute(sql, parameters)
    }

    fn inserting(&self) -> Box<dyn Inserting + '_> {
        self.engine.inserting()
    }

    fn expect_many_changes(&self) -> Result<()> {
        self.engine.expect_many_changes()
    }

    fn begin(&self, access: Access) -> Result<()> {
        self.engine.begin(access)
    }

    fn begin_part(&self) -> Result<()> {
        self.engine.begin_part()
    }

    fn end_part(&self, is_kept: bool) -> Result<()> {
        self.engine.end_part(is_kept)
    }

    fn defer_references(&self) -> Result<()> {
        self.engine.defer_references()
    }

    fn take_back(&self) -> Result<()> {
        self.engine.take_back()
    }

    fn commit(&self) -> Result<()> {
        self.engine.commit()
    }

    fn roll_back(&self) {
        self.engine.roll_back();
    }

    fn rows_per_batch(&self) -> usize {
        self.engine.rows_per_batch()
    }

    fn flush(&self) -> Result<()> {
        self.engine.flush()
    }

    fn keys_were_given(&self, table: &str, column: &str) -> Result<()> {
        self.engine.keys_were_given(table, column)
    }

    fn create(&self, blueprint: &Blueprint) -> Result<()> {
        self.engine.create(blueprint)
    }

    fn as_file(&self) -> Option<&dyn FileDatabase> {
        self.engine.as_file()
    }

    fn as_file_mut(&mut self) -> Option<&mut dyn FileDatabase> {
        self.engine.as_file_mut()
    }
}

/// A store with both schemes and a profile, and the plans of what it runs.
fn explained() -> (Store, Rc<RefCell<Vec<String>>>) {
    let opening = Opening { busy_timeout: Duration::ZERO, time_zone: TimeZone::UTC, force: false };
    let path = Path::new("memory");
    let engine = Sqlite::in_memory(path, &opening).expect("SQLite");
    let blueprint = Blueprint {
        schemes: vec![Scheme::Drf, Scheme::Knox],
        profiles: vec![ProfileBlueprint {
            table: "app_gamer".into(),
            fields: vec![("bio".into(), "varchar(50)".into())],
            migrations: Vec::new(),
        }],
        now: Timestamp::UNIX_EPOCH,
    };
    engine.create(&blueprint).expect("the tables");
    let plans = Rc::default();
    let engine = Explained { engine, plans: Rc::clone(&plans) };
    let layout = Layout::discover(&engine, &Hints::default()).expect("tables").expect("a user table");
    let store = Store::new(Box::new(engine), Target::File(path.to_owned()), Hints::default(), layout);
    store.profile_tables().expect("profiles");
    plans.borrow_mut().clear();
    (store, plans)
}

#[test]
fn every_look_up_goes_by_index() {
    let (store, plans) = explained();
    let mut random = rand::rng();
    let user = Key::Integer(1);
    let drf = drf::generate(&mut random);
    let knox = knox::generate(KnoxFormat::Text, TokenHash::Sha512, "", &mut random);
    store.find_user("meg").expect("a look-up");
    store.user_of_key(&user).expect("a look-up");
    store.encoded_password(&user).expect("a look-up");
    store.newest_passwords(20).expect("a look-up");
    store.drf_key(&user).expect("a look-up");
    store.profiles_of(&user).expect("a look-up");
    store.profiles_of(&user).expect("a look-up");
    store.extra_fields_of(&user).expect("a look-up");
    store.groups_of(&user).expect("a look-up");
    store.permissions_of(&user).expect("a look-up");
    for token in [&drf, &knox] {
        store.find_token(&token.plain, TokenHash::Sha512).expect("a look-up");
        let _ = store.transact(|transaction| {
            let token = NewToken { stored: &token.stored, created: Timestamp::UNIX_EPOCH, expiry: None };
            transaction.insert_token(&user, &token)
        });
    }
    store.tokens(&TokenFilter { user: Some(user), ..TokenFilter::default() }).expect("a look-up");
    store
        .tokens(&TokenFilter { prefix: Some("abcdef".into()), ..TokenFilter::default() })
        .expect("a look-up");
    let absent = store.find_token(&PlainToken::new("absent".into()), TokenHash::Sha512).expect("a look-up");
    assert!(absent.is_none());

    let plans = plans.borrow();
    assert!(plans.len() > 15, "{plans:#?}");
    // The newest users are read from the end of the table, a few and no more.
    let scans = plans.iter().filter(|plan| plan.starts_with("SCAN") && !plan.contains("LIMIT 20"));
    let tables =
        ["auth_user", "authtoken_token", "knox_authtoken", "auth_user_groups", "app_gamer", " u ", " t "];
    let scans: Vec<_> = scans.filter(|plan| tables.iter().any(|table| plan.contains(table))).collect();
    assert!(scans.is_empty(), "{scans:#?}");
}

#[test]
fn the_plans_tell_a_scan() {
    let (store, plans) = explained();
    store
        .each_user(&crate::django::models::UserFilter::default(), &[], &mut |_| Ok(ControlFlow::Continue(())))
        .ok();
    store.tokens(&TokenFilter::default()).expect("a listing");
    assert!(plans.borrow().iter().any(|plan| plan.starts_with("SCAN")), "{:#?}", plans.borrow());
}

#[test]
fn writes_are_read_again_only_where_a_trigger_can_reach_them() {
    let read_again = |trigger: &str| {
        let (store, plans) = explained();
        store
            .engine
            .execute(&format!("CREATE TRIGGER t AFTER INSERT ON {trigger} END"), &[])
            .expect("a trigger");
        let drf = drf::generate(&mut rand::rng());
        // The user does not exist, which only the commit finds.
        let _ = store.transact(|transaction| {
            let token = NewToken { stored: &drf.stored, created: Timestamp::UNIX_EPOCH, expiry: None };
            transaction.insert_token(&Key::Integer(1), &token)
        });
        let plans = plans.borrow();
        plans.iter().filter(|plan| plan.contains("in SELECT 1 FROM \"authtoken_token\" WHERE")).count()
    };
    assert_eq!(read_again("app_gamer BEGIN SELECT 1;"), 0);
    assert_eq!(read_again("app_gamer BEGIN DELETE FROM AUTHTOKEN_TOKEN;"), 1);
    assert_eq!(read_again("authtoken_token BEGIN SELECT 1;"), 2);
}
