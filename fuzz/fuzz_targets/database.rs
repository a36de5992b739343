//! A whole database file: its content is listed or refused, and the file does not change.
#![no_main]

use std::ops::ControlFlow;

use authctl::django::models::{TokenFilter, UserFilter};
use authctl::django::passwords;
use authctl::django::tokens::drf;
use authctl::error::failure::Result;
use authctl::fuzzing::opening;
use authctl::store::layout::Hints;
use authctl::store::target::Target;
use authctl::store::{Store, UserColumn};
use authctl_fuzz::{remove, write};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = write("db.sqlite3", bytes);
    match Store::open(&Target::File(path.clone()), &opening(), Hints::default()) {
        Ok(store) => {
            for command in [list_users, list_tokens, show_user, check] {
                check_outcome(command(&store));
            }
        }
        Err(error) => check_outcome(Err(error)),
    }
    assert!(std::fs::read(&path).expect("the file") == bytes, "the file was changed");
    remove(&path);
});

/// Checks that a failure is one of the file, and that the message says so.
fn check_outcome(outcome: Result<()>) {
    if let Err(error) = outcome {
        let is_known = error.refusal().is_some();
        assert!(is_known || error.to_string().contains("db.sqlite3: "), "{error:?}");
    }
}

fn list_users(store: &Store) -> Result<()> {
    store.snapshot(|store| {
        let mut count = 0;
        let columns = UserColumn::all();
        store.each_user(&UserFilter::default(), &columns, &mut |cells| {
            assert_eq!(cells.len(), columns.len());
            let _ = passwords::describe(cells[columns.len() - 1].text().unwrap_or_default());
            count += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        let search = UserFilter { search: Some("a".into()), staff: true, ..UserFilter::default() };
        store.each_user(&search, &columns, &mut |_| Ok(ControlFlow::Continue(())))?;
        Ok(())
    })
}

fn list_tokens(store: &Store) -> Result<()> {
    let now = Timestamp::UNIX_EPOCH;
    let old = TokenFilter {
        expired_at: Some(now),
        created_before: Some(now),
        of_inactive: true,
        ..TokenFilter::default()
    };
    store.count_tokens(&old)?;
    for token in store.tokens(&TokenFilter::default())? {
        // A key that is not valid text is empty here.
        if let Some(key) = token.drf_key().filter(|key| !key.expose().is_empty()) {
            let length = key.expose().chars().count();
            assert!(token.prefix.chars().count() <= drf::PUBLIC_LENGTH.min(length / 2));
        }
        let _ = token.state(now);
    }
    store.tokens(&TokenFilter { expired_at: Some(now), of_inactive: true, ..TokenFilter::default() })?;
    Ok(())
}

fn show_user(store: &Store) -> Result<()> {
    let mut first = None;
    let filter = UserFilter { limit: Some(1), ..UserFilter::default() };
    store.each_user(&filter, &[UserColumn::Attribute("username")], &mut |cells| {
        first = cells[0].text().map(str::to_owned);
        Ok(ControlFlow::Break(()))
    })?;
    let Some(first) = first else { return Ok(()) };
    store.snapshot(|store| {
        let Some(user) = store.find_user(&first)? else { return Ok(()) };
        let id = &user.id;
        store.extra_fields_of(id)?;
        let _ = passwords::describe(&store.encoded_password(id)?);
        store.groups_of(id)?;
        store.permissions_of(id)?;
        store.profiles_of(id)?;
        store.tokens(&TokenFilter { user: Some(id.clone()), ..TokenFilter::default() })?;
        Ok(())
    })
}

fn check(store: &Store) -> Result<()> {
    if !store.integrity(&mut || {})?.faults.is_empty() {
        return Ok(());
    }
    store.dangling_references()?;
    store.by_password(|encoded| passwords::describe(encoded).is_weak())?;
    store.differing_in_case("username")?;
    store.differing_in_case("email")?;
    store.superusers_who_never_logged_in()?;
    store.tokens_of_inactive_users(Timestamp::UNIX_EPOCH)?;
    store.user_counts()?;
    for table in store.profile_tables()? {
        store.row_count(&table.table.name)?;
    }
    let recipe = passwords::follow(store.newest_passwords(10)?.iter().map(String::as_str));
    assert!(recipe.is_none_or(|recipe| !recipe.method().is_weak()));
    Ok(())
}
