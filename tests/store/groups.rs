//! Groups and permissions in the tables that Django creates for each project.

use authctl::django::models::{Key, UserFilter};
use authctl::error::refusal::Refusal;
use authctl::store::{Store, UserColumn};
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};
use std::ops::ControlFlow;

use crate::Project;

const UUID: &str = "0123456789abcdef0123456789abcdef";

/// Two groups and the users `meg` and `bob`, inserted as Django would; returns meg's key.
fn populated(schema: &str) -> (Project, Key) {
    let project = Project::of(schema);
    let connection = project.connection();
    connection.execute_batch("INSERT INTO auth_group (name) VALUES ('writers'), ('editors')").unwrap();
    let store = project.open();
    let users = &store.layout().users;
    let login = users.label().to_owned();
    for (name, key) in [("meg", UUID.to_owned()), ("bob", UUID.replace('0', "f"))] {
        let mut row: Vec<(String, Stored)> = Vec::new();
        for column in users.table.columns.iter().filter(|column| !column.nullable && !column.filled) {
            let value = match &*column.name {
                name if name == users.key => Stored::Text(key.clone()),
                other if other == login || other == "email" => Stored::Text(name.to_owned()),
                "is_active" => Stored::Integer(1),
                other if other.starts_with("is_") => Stored::Integer(0),
                "date_joined" => Stored::Text("2024-02-29 12:30:00".into()),
                _ => Stored::Text(String::new()),
            };
            row.push((format!("\"{}\"", column.name), value));
        }
        let columns: Vec<&str> = row.iter().map(|(column, _)| &**column).collect();
        let places = vec!["?"; row.len()].join(", ");
        let sql = format!("INSERT INTO \"{}\" ({}) VALUES ({places})", users.table.name, columns.join(", "));
        connection.execute(&sql, params_from_iter(row.iter().map(|(_, value)| value))).unwrap();
    }
    let key = store.user("meg").unwrap().id;
    (project, key)
}

fn names_in(store: &Store, group: &str) -> Vec<String> {
    let filter = UserFilter { group: Some(group.into()), ..UserFilter::default() };
    let mut names = Vec::new();
    store
        .each_user(&filter, &[UserColumn::Attribute("username")], &mut |cells| {
            names.push(cells[0].string());
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    names
}

fn links(connection: &Connection, table: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn users_join_and_leave_groups_whatever_the_tables_are_called() {
    for (schema, table) in [
        ("rock", "auth_user_groups"),
        ("renamed_user", "members_groups"),
        ("uuid_key", "registry_member_groups"),
        ("bigint_key", "staffing_account_groups"),
        ("email_login", "mailing_subscriber_groups"),
    ] {
        let (project, meg) = populated(schema);
        let store = project.open();
        assert_eq!(store.group_names().unwrap(), ["editors", "writers"], "{schema}");
        let editors = store.find_group("editors").unwrap();
        let writers = store.find_group("writers").unwrap();
        assert!(store.groups_of(&meg).unwrap().is_empty(), "{schema}");
        let add = |group| store.transact(|transaction| transaction.add_to_group(&meg, group)).unwrap();
        let remove =
            |group| store.transact(|transaction| transaction.remove_from_group(&meg, group)).unwrap();
        assert!(add(&writers) && add(&editors), "{schema}");
        assert!(!add(&editors), "{schema}");
        assert_eq!(links(&project.connection(), table), 2, "{schema}");
        assert_eq!(store.groups_of(&meg).unwrap(), ["editors", "writers"], "{schema}");
        assert_eq!(names_in(&store, "editors"), ["meg"], "{schema}");
        assert!(remove(&editors) && !remove(&editors), "{schema}");
        assert_eq!(store.groups_of(&meg).unwrap(), ["writers"], "{schema}");
        assert!(names_in(&store, "editors").is_empty(), "{schema}");
        assert!(store.dangling_references().unwrap().is_empty(), "{schema}");
    }
}

#[test]
fn group_names_match_exactly_and_errors_list_the_known_ones() {
    let (project, _) = populated("rock");
    let refused = project.open().find_group("Editors").unwrap_err();
    let Some(Refusal::GroupNotFound { name, known }) = refused.refusal() else { panic!("{refused:?}") };
    assert_eq!((&**name, known.join(" ")), ("Editors", "editors writers".into()));
}

#[test]
fn a_user_table_without_groups_has_none() {
    for schema in ["bare_user", "no_staff"] {
        let project = Project::of(schema);
        project.connection().execute_batch("INSERT INTO auth_group (name) VALUES ('editors')").unwrap();
        let store = project.open();
        assert!(store.group_names().unwrap().is_empty(), "{schema}");
        let refused = store.find_group("editors").unwrap_err();
        assert!(refused.to_string().contains("no groups"), "{schema}: {refused}");
        assert!(store.groups_of(&Key::Integer(1)).unwrap().is_empty(), "{schema}");
        assert!(store.permissions_of(&Key::Integer(1)).unwrap().is_empty(), "{schema}");
        let refused = store
            .transact(|transaction| transaction.add_to_group(&Key::Integer(1), &Key::Integer(1)))
            .unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::DatabaseUnusable { .. })), "{schema}");
    }
}

#[test]
fn a_renamed_link_table_is_found_and_a_table_with_more_columns_is_not() {
    let (project, meg) = populated("rock");
    let connection = project.connection();
    let invitations = "CREATE TABLE club_invitation (id integer PRIMARY KEY, sent datetime NOT NULL, \
                       guest_id integer REFERENCES auth_user (id), club_id integer REFERENCES auth_group (id), \
                       UNIQUE (guest_id, club_id)); \
                       ALTER TABLE auth_user_groups RENAME TO who_is_where";
    connection.execute_batch(invitations).unwrap();
    let store = project.open();
    let editors = store.find_group("editors").unwrap();
    assert!(store.transact(|transaction| transaction.add_to_group(&meg, &editors)).unwrap());
    assert_eq!(links(&connection, "who_is_where"), 1);

    let copy = "CREATE TABLE who_was_where (id integer PRIMARY KEY, user_id integer REFERENCES auth_user (id), \
                group_id integer REFERENCES auth_group (id), UNIQUE (user_id, group_id))";
    connection.execute_batch(copy).unwrap();
    assert!(project.open().group_names().unwrap().is_empty(), "with two candidates, neither is picked");
}

#[test]
fn permissions_are_those_granted_directly_to_the_user() {
    for (schema, table, column) in [
        ("rock", "auth_user_user_permissions", "user_id"),
        ("renamed_user", "members_user_permissions", "person_id"),
        ("uuid_key", "registry_member_user_permissions", "member_id"),
    ] {
        let (project, meg) = populated(schema);
        let key = match &meg {
            Key::Integer(number) => Stored::Integer(*number),
            other => Stored::Text(other.to_string().replace('-', "")),
        };
        let sql = format!(
            "INSERT INTO {table} ({column}, permission_id) SELECT ?1, p.id FROM auth_permission AS p \
             JOIN django_content_type AS c ON c.id = p.content_type_id \
             WHERE p.codename IN ('view_group', 'add_session')"
        );
        project.connection().execute(&sql, [key]).unwrap();
        let found = project.open().permissions_of(&meg).unwrap();
        assert_eq!(found, ["auth.view_group", "sessions.add_session"], "{schema}");
    }
}
