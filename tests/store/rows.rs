//! Users, profiles and tokens, written and read.

use authctl::model::{Key, Scheme, TokenFilter, TokenState, UserFilter};
use authctl::refusal::Refusal;
use authctl::store::{NewToken, Store, Transaction, UserColumn};
use authctl::token::knox::{self, Form, Hash};
use authctl::token::{Minted, drf};
use authctl::value::Value;
use jiff::{SignedDuration, Timestamp};
use std::ops::ControlFlow;

use crate::Project;

const NOW: &str = "2024-02-29T12:30:00.000120Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// The columns of Django's `AbstractUser` for a user of this name.
fn row(username: &str) -> Vec<(String, Value)> {
    let texts = ["first_name", "last_name", "email"].map(|name| (name.to_owned(), Value::from("")));
    let flags = [("is_active", true), ("is_staff", false), ("is_superuser", false)];
    let flags = flags.map(|(name, flag)| (name.to_owned(), Value::from(flag)));
    let mut row = vec![
        ("username".to_owned(), username.into()),
        ("password".to_owned(), "!".into()),
        ("date_joined".to_owned(), now().into()),
    ];
    row.extend(texts);
    row.extend(flags);
    row
}

fn add(store: &Store, username: &str) -> Key {
    store.transact(|transaction| transaction.insert_user(&row(username))).unwrap()
}

fn give(transaction: &Transaction<'_>, user: &Key, minted: &Minted, expiry: Option<Timestamp>) {
    let token = NewToken { stored: &minted.stored, created: now(), expiry };
    transaction.insert_token(user, &token).unwrap();
}

#[test]
fn a_user_is_stored_in_djangos_form_and_read_back() {
    let project = Project::of("rock");
    let store = project.open();
    let key = add(&store, "meg");
    let user = store.user("meg").unwrap();
    assert_eq!((user.id, user.date_joined, user.is_active), (key, Some(now()), true));
    assert!(store.find_user("MEG").unwrap().is_none(), "names are compared exactly");
    let stored: (String, i64) = project
        .connection()
        .query_row("SELECT date_joined, is_active FROM auth_user", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!(stored, ("2024-02-29 12:30:00.000120".into(), 1));
}

#[test]
fn what_fails_within_a_transaction_leaves_nothing() {
    let project = Project::of("rock");
    let store = project.open();
    let refused = store.transact(|transaction| {
        transaction.insert_user(&row("meg"))?;
        transaction.insert_user(&row("meg"))
    });
    assert!(
        matches!(refused.unwrap_err().downcast_ref(), Some(Refusal::Taken(what)) if what == "auth_user.username")
    );
    assert!(store.find_user("meg").unwrap().is_none());
}

#[test]
fn every_form_of_token_is_found_by_its_key_alone() {
    let mut random = rand::rng();
    for (schema, form) in [
        ("rock", None),
        ("knox", Some(Form::Text)),
        ("knox-4.2", Some(Form::Binary)),
        ("knox-3.6", Some(Form::Salted)),
    ] {
        let project = Project::of(schema);
        let store = project.open();
        let key = add(&store, "meg");
        let mut mint = || match form {
            Some(form) => knox::mint(form, Hash::Sha512, "", &mut random),
            None => drf::mint(&mut random),
        };
        let (minted, other) = (mint(), mint());
        store
            .transact(|transaction| {
                give(transaction, &key, &minted, None);
                Ok(())
            })
            .unwrap();
        let found = store.find_token(&minted.plain, Hash::Sha512).unwrap().unwrap();
        assert_eq!((&*found.username, found.state(now())), ("meg", TokenState::Active), "{schema}");
        assert!(minted.plain.expose().starts_with(&found.prefix), "{schema}");
        assert!(store.find_token(&other.plain, Hash::Sha512).unwrap().is_none(), "{schema}");
        assert!(!format!("{found:?}").contains(minted.plain.expose()), "{schema}");

        assert!(store.transact(|transaction| transaction.delete_token(&found)).unwrap(), "{schema}");
        assert!(!store.transact(|transaction| transaction.delete_token(&found)).unwrap(), "{schema}");
        assert!(store.find_token(&minted.plain, Hash::Sha512).unwrap().is_none(), "{schema}");
    }
}

#[test]
fn tokens_are_filtered_by_user_scheme_expiry_and_prefix() {
    let mut random = rand::rng();
    let project = Project::of("both_schemes");
    let store = project.open();
    let (meg, bob) = (add(&store, "meg"), add(&store, "bob"));
    let old = knox::mint(Form::Text, Hash::Sha512, "", &mut random);
    let key = drf::mint(&mut random);
    store
        .transact(|transaction| {
            give(transaction, &meg, &old, Some(now() - SignedDuration::from_secs(1)));
            give(transaction, &meg, &knox::mint(Form::Text, Hash::Sha512, "", &mut random), None);
            give(transaction, &bob, &key, None);
            Ok(())
        })
        .unwrap();
    let count = |filter: TokenFilter| store.tokens(&filter).unwrap().len();
    let all = TokenFilter::default;
    assert_eq!(count(all()), 3);
    assert_eq!(count(TokenFilter { user: Some(meg.clone()), ..all() }), 2);
    assert_eq!(count(TokenFilter { scheme: Some(Scheme::Drf), ..all() }), 1);
    assert_eq!(count(TokenFilter { expired_at: Some(now()), ..all() }), 1);
    assert_eq!(count(TokenFilter { expired_at: Some(now()), user: Some(bob), ..all() }), 0);
    assert_eq!(count(TokenFilter { prefix: Some(key.plain.expose()[..8].into()), ..all() }), 1);
    assert_eq!(count(TokenFilter { prefix: Some(old.plain.expose()[..6].into()), ..all() }), 1);
    let found = store.find_token(&old.plain, Hash::Sha512).unwrap().unwrap();
    assert_eq!(found.state(now()), TokenState::Expired);
}

#[test]
fn a_profile_is_written_and_read_back() {
    let project = Project::of("repairs");
    let store = project.open();
    let key = add(&store, "meg");
    let table = store.profile_table("customer").unwrap();
    let values = [("address".to_owned(), Value::from("12 Oak Lane"))];
    store.transact(|transaction| transaction.insert_profile(table, &key, &values)).unwrap();
    let profiles = store.profiles_of(&key).unwrap();
    assert_eq!(serde_json::to_string(&profiles).unwrap(), r#"[{"kind":"customer","address":"12 Oak Lane"}]"#);
}

#[test]
fn listed_users_have_their_profiles_and_tokens() {
    let mut random = rand::rng();
    let project = Project::of("repairs");
    let store = project.open();
    let (meg, bob) = (add(&store, "meg"), add(&store, "bob"));
    store
        .transact(|transaction| {
            let address = [("address".to_owned(), Value::from("x"))];
            transaction.insert_profile(transaction.profile_table("customer")?, &meg, &address)?;
            let specialty = [("specialty".to_owned(), Value::from("y"))];
            transaction.insert_profile(transaction.profile_table("employee")?, &meg, &specialty)?;
            give(transaction, &bob, &drf::mint(&mut random), None);
            Ok(())
        })
        .unwrap();
    let mut rows = Vec::new();
    let columns = [UserColumn::Attribute("username"), UserColumn::Profile, UserColumn::Tokens];
    store
        .each_user(&UserFilter::default(), &columns, &mut |cells| {
            rows.push((cells[0].string(), cells[1].string(), cells[2].integer()));
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    let expected = [("meg", "customer,employee", Some(0)), ("bob", "", Some(1))];
    assert_eq!(rows, expected.map(|(name, kinds, tokens)| (name.to_owned(), kinds.to_owned(), tokens)));
}
