//! What only a file can store: values of another type than their column's.

use authctl::django::models::{Key, TokenFilter, TokenState};
use authctl::django::tokens::drf;
use authctl::django::tokens::knox::{self, KnoxFormat, TokenHash};

use crate::engines::Engine;
use crate::rows::{add, insert_token, now, row};

#[test]
fn times_are_read_as_leniently_as_django_does() {
    let project = Engine::Sqlite.project("rock");
    let store = project.open();
    add(&store, "meg");
    let half_past = "2024-02-29T12:30:00.5Z".parse().ok();
    for (stored, expected) in [
        ("'2024-02-29 12:30:00.500000'", half_past),
        ("'2024-02-29 12:30:00.500'", half_past),
        ("'2024-02-29T12:30:00.5'", half_past),
        ("'2024-02-29T12:30:00.500000000Z'", half_past),
        ("'2024-02-29 12:30:00.500000+00:00'", half_past),
        // Every Django except the oldest reads a date.
        ("'2024-02-29'", "2024-02-29T00:00:00Z".parse().ok()),
        // Django does not read these as times.
        ("1709209800", None),
        ("1709209800.5", None),
        ("''", None),
        ("'yesterday'", None),
    ] {
        let set = format!("UPDATE auth_user SET date_joined = {stored}, last_login = {stored}");
        project.sql(&set);
        let user = store.user("meg").unwrap();
        assert_eq!((user.date_joined, user.last_login), (expected, expected), "{stored}");
    }
}

#[test]
fn a_flag_is_true_only_if_stored_as_1() {
    let project = Engine::Sqlite.project("rock");
    let store = project.open();
    let meg = add(&store, "meg");
    let generated = drf::generate(&mut rand::rng());
    store
        .transact(|transaction| {
            insert_token(transaction, &meg, &generated, None);
            Ok(())
        })
        .unwrap();
    for (stored, expected) in [("1", true), ("0", false), ("2", false), ("'true'", false), ("'t'", false)] {
        let set = format!("UPDATE auth_user SET is_active = {stored}, is_staff = {stored}");
        project.sql(&set);
        let user = store.user("meg").unwrap();
        assert_eq!((user.is_active, user.is_staff), (expected, expected), "{stored}");
        let state = store.find_token(&generated.plain, TokenHash::Sha512).unwrap().unwrap().state(now());
        let expected = if expected { TokenState::Active } else { TokenState::Inactive };
        assert_eq!(state, expected, "{stored}");
    }
}

#[test]
fn a_uuid_key_stored_with_dashes_is_kept_verbatim() {
    const DASHED: &str = "0011AABB-2233-4455-8677-8899aabbccdd";
    let project = Engine::Sqlite.project("uuid_key");
    let store = project.open();
    let mut person = row("meg");
    person.push(("id".to_owned(), DASHED.into()));
    store.transact(|transaction| transaction.insert_user(&person)).unwrap();
    let user = store.user("meg").unwrap();
    assert_eq!(user.id, Key::Uuid(DASHED.to_owned()));
    let generated = drf::generate(&mut rand::rng());
    store
        .transact(|transaction| {
            insert_token(transaction, &user.id, &generated, None);
            Ok(())
        })
        .unwrap();
    let found = store.find_token(&generated.plain, TokenHash::Sha512).unwrap().unwrap();
    assert_eq!(store.user_of_key(&found.user).unwrap().unwrap().username, "meg");
    let stored = project.row("SELECT user_id FROM authtoken_token");
    assert_eq!(stored, DASHED, "the reference repeats the stored text");
}

#[test]
fn expiry_is_compared_as_a_time_not_as_text() {
    let project = Engine::Sqlite.project("knox");
    let store = project.open();
    let meg = add(&store, "meg");
    let generated = knox::generate(KnoxFormat::Text, TokenHash::Sha512, "", &mut rand::rng());
    store
        .transact(|transaction| {
            insert_token(transaction, &meg, &generated, None);
            Ok(())
        })
        .unwrap();
    for (stored, expected) in [
        ("'2024-02-29 12:29:59'", true),
        ("'2024-02-29 12:31:00'", false),
        ("'2024-02-29T12:29:59'", true),
        ("'2024-02-29 11:00:00-02:00'", false),
        // Django does not read these as times, so the token never expires.
        ("''", false),
        ("1", false),
        ("'2'", false),
        ("NULL", false),
    ] {
        let set = format!("UPDATE knox_authtoken SET expiry = {stored}");
        project.sql(&set);
        let state = store.find_token(&generated.plain, TokenHash::Sha512).unwrap().unwrap().state(now());
        assert_eq!(state == TokenState::Expired, expected, "{stored}");
        let filter = TokenFilter { expired_at: Some(now()), ..TokenFilter::default() };
        assert_eq!(store.tokens(&filter).unwrap().len(), usize::from(expected), "{stored}");
    }
}
