//! Users, profiles and tokens, written and read back.

use authctl::django::models::{Key, Scheme, TokenFilter, TokenState, UserCondition, UserFilter};
use authctl::django::tokens::knox::{self, KnoxFormat, TokenHash};
use authctl::django::tokens::{GeneratedToken, drf};
use authctl::django::value::Value;
use authctl::error::refusal::Refusal;
use authctl::store::{NewToken, Store, Transaction, UserColumn};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::ops::ControlFlow;

use crate::engines::Engine;

const NOW: &str = "2024-02-29T12:30:00.000120Z";

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// The columns of Django's `AbstractUser` for a user with this name.
pub fn row(username: &str) -> Vec<(String, Value)> {
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

pub fn add(store: &Store, username: &str) -> Key {
    store.transact(|transaction| transaction.insert_user(&row(username))).unwrap()
}

pub fn insert_token(
    transaction: &Transaction<'_>,
    user: &Key,
    generated: &GeneratedToken,
    expiry: Option<Timestamp>,
) {
    let token = NewToken { stored: &generated.stored, created: now(), expiry };
    transaction.insert_token(user, &token).unwrap();
}

fn a_user_is_stored_in_djangos_form_and_read_back(engine: Engine) {
    let project = engine.project("rock");
    let store = project.open();
    let key = add(&store, "meg");
    let user = store.user("meg").unwrap();
    assert_eq!((user.id, user.date_joined, user.is_active), (key, Some(now()), true));
    assert!(store.find_user("MEG").unwrap().is_none(), "usernames are case-sensitive");
    let stored = engine.pick("2024-02-29 12:30:00.000120|1", "2024-02-29 12:30:00.00012+00|t");
    assert_eq!(project.row("SELECT date_joined, is_active FROM auth_user"), stored);
}

fn a_failed_transaction_leaves_nothing(engine: Engine) {
    let project = engine.project("rock");
    let store = project.open();
    let refused = store.transact(|transaction| {
        transaction.insert_user(&row("meg"))?;
        transaction.insert_user(&row("meg"))
    });
    assert!(
        matches!(refused.unwrap_err().refusal(), Some(Refusal::Taken(what)) if what == "auth_user.username")
    );
    assert!(store.find_user("meg").unwrap().is_none());
}

fn every_form_of_token_is_found_by_its_key(engine: Engine) {
    let mut random = rand::rng();
    for (schema, form) in [
        ("rock", None),
        ("knox", Some(KnoxFormat::Text)),
        ("knox-4.2", Some(KnoxFormat::Binary)),
        ("knox-3.6", Some(KnoxFormat::Salted)),
    ] {
        let project = engine.project(schema);
        let store = project.open();
        let key = add(&store, "meg");
        let mut mint = || match form {
            Some(form) => knox::generate(form, TokenHash::Sha512, "", &mut random),
            None => drf::generate(&mut random),
        };
        let (generated, other) = (mint(), mint());
        store
            .transact(|transaction| {
                insert_token(transaction, &key, &generated, None);
                Ok(())
            })
            .unwrap();
        let found = store.find_token(&generated.plain, TokenHash::Sha512).unwrap().unwrap();
        assert_eq!((&*found.username, found.state(now())), ("meg", TokenState::Active), "{schema}");
        assert!(generated.plain.expose().starts_with(&found.prefix), "{schema}");
        assert!(store.find_token(&other.plain, TokenHash::Sha512).unwrap().is_none(), "{schema}");
        assert!(!format!("{found:?}").contains(generated.plain.expose()), "{schema}");

        store.transact(|transaction| transaction.delete_token(&found)).unwrap();
        assert!(store.transact(|transaction| transaction.delete_token(&found)).is_err(), "{schema}");
        assert!(store.find_token(&generated.plain, TokenHash::Sha512).unwrap().is_none(), "{schema}");
    }
}

fn tokens_are_filtered_by_user_scheme_expiry_and_prefix(engine: Engine) {
    let mut random = rand::rng();
    let project = engine.project("both_schemes");
    let store = project.open();
    let (meg, bob) = (add(&store, "meg"), add(&store, "bob"));
    let old = knox::generate(KnoxFormat::Text, TokenHash::Sha512, "", &mut random);
    let key = drf::generate(&mut random);
    store
        .transact(|transaction| {
            insert_token(transaction, &meg, &old, Some(now() - SignedDuration::from_secs(1)));
            insert_token(
                transaction,
                &meg,
                &knox::generate(KnoxFormat::Text, TokenHash::Sha512, "", &mut random),
                None,
            );
            insert_token(transaction, &bob, &key, None);
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
    let found = store.find_token(&old.plain, TokenHash::Sha512).unwrap().unwrap();
    assert_eq!(found.state(now()), TokenState::Expired);
}

fn a_users_tokens_are_deleted_together_or_by_scheme(engine: Engine) {
    let mut random = rand::rng();
    let project = engine.project("both_schemes");
    let store = project.open();
    let (meg, bob) = (add(&store, "meg"), add(&store, "bob"));
    store
        .transact(|transaction| {
            for user in [&meg, &bob] {
                insert_token(
                    transaction,
                    user,
                    &knox::generate(KnoxFormat::Text, TokenHash::Sha512, "", &mut random),
                    None,
                );
                insert_token(transaction, user, &drf::generate(&mut random), None);
            }
            Ok(())
        })
        .unwrap();
    let delete = |user, scheme| {
        store.transact(|transaction| transaction.delete_tokens_of(user, scheme)).unwrap().value
    };
    let left = || -> Vec<(String, Scheme)> {
        let tokens = store.tokens(&TokenFilter::default()).unwrap();
        tokens.into_iter().filter_map(|token| Some((token.username, token.scheme?))).collect()
    };
    assert_eq!(delete(&meg, Some(Scheme::Drf)), 1);
    assert_eq!(delete(&meg, Some(Scheme::Drf)), 0);
    assert!(left().contains(&("meg".into(), Scheme::Knox)));
    assert_eq!(delete(&bob, None), 2);
    assert_eq!(left(), [("meg".into(), Scheme::Knox)]);
}

fn a_profile_is_written_and_read_back(engine: Engine) {
    let project = engine.project("repairs");
    let store = project.open();
    let key = add(&store, "meg");
    let table = store.profile_table("customer").unwrap();
    let values = [("address".to_owned(), Value::from("12 Oak Lane"))];
    store.transact(|transaction| transaction.insert_profile(table, &key, &values)).unwrap();
    let profiles = store.profiles_of(&key).unwrap();
    assert_eq!(serde_json::to_string(&profiles).unwrap(), r#"[{"kind":"customer","address":"12 Oak Lane"}]"#);
}

fn listed_users_have_their_profiles_and_tokens(engine: Engine) {
    let mut random = rand::rng();
    let project = engine.project("repairs");
    let store = project.open();
    let (meg, bob) = (add(&store, "meg"), add(&store, "bob"));
    store
        .transact(|transaction| {
            let address = [("address".to_owned(), Value::from("x"))];
            transaction.insert_profile(transaction.profile_table("customer")?, &meg, &address)?;
            let specialty = [("specialty".to_owned(), Value::from("y"))];
            transaction.insert_profile(transaction.profile_table("employee")?, &meg, &specialty)?;
            insert_token(transaction, &bob, &drf::generate(&mut random), None);
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

fn tokens_of_knox_4_are_listed_but_not_accepted_by_knox_5(engine: Engine) {
    let mut random = rand::rng();
    let project = engine.project("knox");
    let store = project.open();
    let meg = add(&store, "meg");
    let old = knox::generate(KnoxFormat::Binary, TokenHash::Sha512, "", &mut random);
    let new = knox::generate(KnoxFormat::Text, TokenHash::Sha512, "", &mut random);
    store
        .transact(|transaction| {
            insert_token(transaction, &meg, &old, None);
            insert_token(transaction, &meg, &new, None);
            Ok(())
        })
        .unwrap();
    assert!(store.find_token(&old.plain, TokenHash::Sha512).unwrap().is_none());
    assert!(store.find_token(&new.plain, TokenHash::Sha512).unwrap().is_some());
    let mut listed: Vec<usize> =
        store.tokens(&TokenFilter::default()).unwrap().iter().map(|token| token.prefix.len()).collect();
    listed.sort_unstable();
    assert_eq!(listed, [8, 15]);
}

fn tokens_without_an_expiry_count_towards_the_limit_since_knox_5(engine: Engine) {
    let mut random = rand::rng();
    for (schema, form, counted) in [
        ("knox", KnoxFormat::Text, 2),
        ("knox-4.2", KnoxFormat::Binary, 1),
        ("knox-3.6", KnoxFormat::Salted, 1),
    ] {
        let project = engine.project(schema);
        let store = project.open();
        let (meg, bob) = (add(&store, "meg"), add(&store, "bob"));
        let second = SignedDuration::from_secs(1);
        store
            .transact(|transaction| {
                for expiry in [None, Some(now() - second), Some(now()), Some(now() + second)] {
                    insert_token(
                        transaction,
                        &meg,
                        &knox::generate(form, TokenHash::Sha512, "", &mut random),
                        expiry,
                    );
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(store.valid_knox_tokens(&meg, now()).unwrap(), counted, "{schema}");
        assert_eq!(store.valid_knox_tokens(&bob, now()).unwrap(), 0, "{schema}");
    }
    let project = engine.project("both_schemes");
    let store = project.open();
    let meg = add(&store, "meg");
    store
        .transact(|transaction| {
            insert_token(transaction, &meg, &drf::generate(&mut random), None);
            Ok(())
        })
        .unwrap();
    assert_eq!(store.valid_knox_tokens(&meg, now()).unwrap(), 0, "tokens of the other scheme do not count");
}

fn database_defaults_are_read_back(engine: Engine) {
    let project = engine.project("db_defaults");
    let store = project.open();
    let key = add(&store, "meg");
    let table = store.profile_table("setting").unwrap();
    let values = [("theme".to_owned(), Value::from("dark"))];
    store.transact(|transaction| transaction.insert_profile(table, &key, &values)).unwrap();
    let stored = project.row("SELECT since FROM modern_setting");
    let fields = &store.profiles_of(&key).unwrap()[0].fields;
    let since: Timestamp = fields["since"].as_str().unwrap().parse().unwrap();
    let expected: Timestamp = format!("{stored}{}", engine.pick("Z", "")).parse().unwrap();
    assert_eq!(since, expected);
    assert_eq!((&fields["language"], &fields["retries"]), (&"en".into(), &3.into()));
}

fn tokens_with_the_same_public_prefix_are_distinguished(engine: Engine) {
    let mut random = rand::rng();
    for (schema, form) in
        [("knox", KnoxFormat::Text), ("knox-4.2", KnoxFormat::Binary), ("knox-3.6", KnoxFormat::Salted)]
    {
        let project = engine.project(schema);
        let store = project.open();
        let (meg, bob) = (add(&store, "meg"), add(&store, "bob"));
        let [first, second] = [(); 2].map(|()| knox::generate(form, TokenHash::Sha512, "", &mut random));
        store
            .transact(|transaction| {
                insert_token(transaction, &meg, &first, None);
                insert_token(transaction, &bob, &second, None);
                Ok(())
            })
            .unwrap();
        project.sql(&format!("UPDATE knox_authtoken SET token_key = '{}'", form.token_key(&second.plain)));
        let found = store.find_token(&second.plain, TokenHash::Sha512).unwrap().unwrap();
        assert_eq!(found.username, "bob", "{schema}");
        store.transact(|transaction| transaction.delete_token(&found)).unwrap();
        let left = store.tokens(&TokenFilter::default()).unwrap();
        assert_eq!(left.iter().map(|token| &*token.username).collect::<Vec<_>>(), ["meg"], "{schema}");
    }
}

fn a_deactivated_or_deleted_user_gets_no_token(engine: Engine) {
    let project = engine.project("rock");
    let store = project.open();
    add(&store, "meg");
    let user = store.user("meg").unwrap();
    assert_eq!(store.active_user(&user).unwrap().id, user.id);
    let refusal = || store.active_user(&user).unwrap_err().into_refusal().unwrap();
    project.sql("UPDATE auth_user SET is_active = false");
    assert!(matches!(refusal(), Refusal::InactiveUser(name) if name == "meg"));
    project.sql("DELETE FROM auth_user");
    assert!(matches!(refusal(), Refusal::UserNotFound(name) if name == "meg"));
}

fn a_token_is_valid_up_to_and_including_its_expiry(engine: Engine) {
    let project = engine.project("knox");
    let store = project.open();
    let meg = add(&store, "meg");
    let generated = knox::generate(KnoxFormat::Text, TokenHash::Sha512, "", &mut rand::rng());
    store
        .transact(|transaction| {
            insert_token(transaction, &meg, &generated, Some(now()));
            Ok(())
        })
        .unwrap();
    let token = store.find_token(&generated.plain, TokenHash::Sha512).unwrap().unwrap();
    let microsecond = SignedDuration::from_micros(1);
    assert_eq!(token.state(now()), TokenState::Active);
    assert_eq!(token.state(now() + microsecond), TokenState::Expired);
    let expired_at = |moment| TokenFilter { expired_at: Some(moment), ..TokenFilter::default() };
    assert!(!token.fits(&expired_at(now())) && token.fits(&expired_at(now() + microsecond)));
    let created_before = |moment| TokenFilter { created_before: Some(moment), ..TokenFilter::default() };
    assert!(!token.fits(&created_before(now())) && token.fits(&created_before(now() + microsecond)));
}

fn newest_passwords_come_first_by_integer_key_or_else_by_date_joined(engine: Engine) {
    let earlier = "2020-01-01 00:00:00";
    let later = "2024-01-01 00:00:00";
    for (schema, table, first, second) in [
        ("rock", "auth_user", ("old", later), ("new", earlier)),
        ("uuid_key", "registry_member", ("new", later), ("old", earlier)),
    ] {
        let project = engine.project(schema);
        let store = project.open();
        for (digit, (name, joined)) in [("1", first), ("2", second)] {
            let mut row = row(name);
            if schema == "uuid_key" {
                row.push(("id".to_owned(), Value::Uuid(digit.repeat(32))));
            }
            store.transact(|transaction| transaction.insert_user(&row)).unwrap();
            let set = format!("password = '{name}', date_joined = '{joined}'");
            project.sql(&format!("UPDATE {table} SET {set} WHERE username = '{name}'"));
        }
        assert_eq!(store.newest_passwords(20).unwrap(), ["new", "old"], "{schema}");
        assert_eq!(store.newest_passwords(1).unwrap(), ["new"], "{schema}");
    }
}

fn newest_values_come_first_and_only_those_of_users_with_a_profile(engine: Engine) {
    let project = engine.project("uuid_key");
    let store = project.open();
    let card = store.profile_table("card").unwrap();
    for (digit, name, joined) in
        [("3", "old", "2020"), ("1", "mid", "2022"), ("2", "new", "2024"), ("4", "bare", "2025")]
    {
        let mut row = row(name);
        row.push(("id".to_owned(), Value::Uuid(digit.repeat(32))));
        let key = store.transact(|transaction| transaction.insert_user(&row)).unwrap();
        project.sql(&format!(
            "UPDATE registry_member SET first_name = '{name}', date_joined = '{joined}-01-01' WHERE username = '{name}'"
        ));
        if name != "bare" {
            let motto =
                [("motto".to_owned(), Value::from(name)), ("id".into(), Value::Uuid(digit.repeat(32)))];
            store.transact(|transaction| transaction.insert_profile(card, &key, &motto)).unwrap();
        }
    }
    let users = &store.layout().users.table;
    let first_name = users.column("first_name").unwrap();
    assert_eq!(store.newest_values(None, first_name, 3).unwrap(), ["bare", "new", "mid"]);
    let motto = card.table.column("motto").unwrap();
    assert_eq!(store.newest_values(Some(card), motto, 2).unwrap(), ["new", "mid"]);
    assert!(store.has_value(users, "first_name", &"old".into()).unwrap());
    assert!(!store.has_value(users, "first_name", &"OLD".into()).unwrap());
}

fn a_user_is_found_by_the_displayed_key(engine: Engine) {
    let digits = "0123456789abcdef0123456789abcdef";
    for (schema, key, shown) in [
        ("levelup", Value::Integer(7), "7"),
        ("uuid_key", Value::Uuid(digits.into()), "01234567-89AB-cdef-0123-456789abcdef"),
    ] {
        let project = engine.project(schema);
        let store = project.open();
        let mut values = row("meg");
        values.push(("id".into(), key));
        store.transact(|transaction| transaction.insert_user(&values)).unwrap();
        assert_eq!(store.user_of_shown_key(shown).unwrap().unwrap().username, "meg", "{schema}");
        assert!(store.user_of_shown_key("nobody").unwrap().is_none(), "{schema}");
    }
}

fn a_text_key_is_never_treated_as_a_uuid(engine: Engine) {
    let project = engine.project("levelup");
    let with_text = match engine {
        Engine::Sqlite => {
            let sql = project.row("SELECT sql FROM sqlite_master WHERE name = 'auth_user'");
            let key = "NOT NULL PRIMARY KEY";
            let sql = sql.replace(&format!("integer {key} AUTOINCREMENT"), &format!("varchar(40) {key}"));
            format!("PRAGMA foreign_keys = off; DROP TABLE auth_user; {sql}")
        }
        #[cfg(feature = "live")]
        Engine::Postgres => "ALTER TABLE auth_user DROP CONSTRAINT auth_user_pkey CASCADE;
            ALTER TABLE auth_user ALTER id DROP IDENTITY;
            ALTER TABLE auth_user ALTER id TYPE varchar(40), ADD PRIMARY KEY (id)"
            .to_owned(),
    };
    project.sql(&with_text);
    let digits = "0123456789abcdef0123456789abcdef";
    let store = project.open();
    let mut values = row("meg");
    values.push(("id".into(), digits.into()));
    store.transact(|transaction| transaction.insert_user(&values)).unwrap();
    assert_eq!(store.user("meg").unwrap().id, Key::Text(digits.into()));
}

fn users_are_filtered_and_sorted_by_columns_of_the_project(engine: Engine) {
    let project = engine.project("rock");
    let store = project.open();
    for name in ["meg", "ann", "zoe"] {
        add(&store, name);
    }
    project.sql(
        "ALTER TABLE auth_user ADD COLUMN age integer; ALTER TABLE auth_user ADD COLUMN born date;
         ALTER TABLE auth_user ADD COLUMN rate numeric(6, 2); ALTER TABLE auth_user ADD COLUMN phone varchar(20);
         UPDATE auth_user SET age = 9, born = '2001-02-03', rate = 10.50, phone = '5' WHERE username = 'meg';
         UPDATE auth_user SET age = 10, born = '1999-12-31', rate = 9.25, phone = '' WHERE username = 'ann'",
    );
    let store = project.open();
    let found = |conditions: &[&str], sort: &str| {
        let parse = |text: &&str| UserCondition::parse(text, TimeZone::UTC).unwrap();
        let conditions = conditions.iter().map(parse).collect();
        let filter = UserFilter { conditions, sort: Some(sort.parse().unwrap()), ..UserFilter::default() };
        let mut names = Vec::new();
        let columns = [UserColumn::Attribute("username"), UserColumn::Groups];
        let listed = store.each_user(&filter, &columns, &mut |cells| {
            assert_eq!(cells[1].text(), Some("[]"));
            names.push(cells[0].string());
            Ok(ControlFlow::Continue(()))
        });
        listed.unwrap();
        names.join(" ")
    };
    for (conditions, sort, expected) in [
        (&[][..], "age", "zoe meg ann"),
        (&[], "-age", "ann meg zoe"),
        (&["age>9"], "id", "ann"),
        (&["age<10", "age!=3"], "id", "meg"),
        (&["age!=9"], "id", "ann zoe"),
        (&["age="], "id", "zoe"),
        (&["born>=2001-02-03"], "id", "meg"),
        (&["born=1999-12-31"], "id", "ann"),
        (&["rate>9.5"], "id", "meg"),
        (&["rate=9.25"], "id", "ann"),
        (&["phone="], "id", "ann zoe"),
        (&["phone!="], "id", "meg"),
        (&["phone!=5"], "id", "ann zoe"),
        (&["username~E"], "-username", "zoe meg"),
        (&["is_active=no"], "id", ""),
        (&["date_joined>=2024-02-29T12:30:00.000120"], "id", "meg ann zoe"),
        (&["date_joined<2024-02-29"], "id", ""),
        (&["tokens=0", "profile="], "id", "meg ann zoe"),
    ] {
        assert_eq!(found(conditions, sort), expected, "{conditions:?} {sort}");
    }
}

on_every_engine! {
    users_are_filtered_and_sorted_by_columns_of_the_project,
    a_user_is_stored_in_djangos_form_and_read_back,
    a_failed_transaction_leaves_nothing,
    every_form_of_token_is_found_by_its_key,
    tokens_are_filtered_by_user_scheme_expiry_and_prefix,
    a_users_tokens_are_deleted_together_or_by_scheme,
    a_profile_is_written_and_read_back,
    listed_users_have_their_profiles_and_tokens,
    tokens_of_knox_4_are_listed_but_not_accepted_by_knox_5,
    tokens_without_an_expiry_count_towards_the_limit_since_knox_5,
    database_defaults_are_read_back,
    tokens_with_the_same_public_prefix_are_distinguished,
    a_deactivated_or_deleted_user_gets_no_token,
    a_token_is_valid_up_to_and_including_its_expiry,
    newest_passwords_come_first_by_integer_key_or_else_by_date_joined,
    newest_values_come_first_and_only_those_of_users_with_a_profile,
    a_user_is_found_by_the_displayed_key,
    a_text_key_is_never_treated_as_a_uuid,
}
