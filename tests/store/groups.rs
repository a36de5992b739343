//! Groups and permissions in the tables that Django creates for each project.

use authctl::django::models::{Key, UserFilter};
use authctl::error::refusal::Refusal;
use authctl::store::{Store, UserColumn};
use std::ops::ControlFlow;

use crate::engines::{Engine, Project};

const UUID: &str = "0123456789abcdef0123456789abcdef";

/// Two groups and the users `meg` and `bob`, inserted as Django would; returns meg's key.
fn populated(engine: Engine, schema: &str) -> (Project, Key) {
    let project = engine.project(schema);
    project.sql("INSERT INTO auth_group (name) VALUES ('writers'), ('editors')");
    let store = project.open();
    let users = &store.layout().users;
    let login = users.label().to_owned();
    for (name, key) in [("meg", UUID.to_owned()), ("bob", UUID.replace('0', "f"))] {
        let mut row: Vec<(String, String)> = Vec::new();
        for column in users.table.columns.iter().filter(|column| !column.nullable && !column.filled) {
            let value = match &*column.name {
                name if name == users.key => format!("'{key}'"),
                other if other == login || other == "email" => format!("'{name}'"),
                "is_active" => "true".into(),
                other if other.starts_with("is_") => "false".into(),
                "date_joined" => "'2024-02-29 12:30:00'".into(),
                _ => "''".into(),
            };
            row.push((format!("\"{}\"", column.name), value));
        }
        let (columns, values): (Vec<String>, Vec<String>) = row.into_iter().unzip();
        let (columns, values) = (columns.join(", "), values.join(", "));
        project.sql(&format!("INSERT INTO \"{}\" ({columns}) VALUES ({values})", users.table.name));
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

fn links(project: &Project, table: &str) -> usize {
    project.row(&format!("SELECT count(*) FROM {table}")).parse().unwrap()
}

fn users_join_and_leave_groups_whatever_the_tables_are_called(engine: Engine) {
    for (schema, table) in [
        ("rock", "auth_user_groups"),
        ("renamed_user", "members_groups"),
        ("uuid_key", "registry_member_groups"),
        ("bigint_key", "staffing_account_groups"),
        ("email_login", "mailing_subscriber_groups"),
    ] {
        let (project, meg) = populated(engine, schema);
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
        assert_eq!(links(&project, table), 2, "{schema}");
        assert_eq!(store.groups_of(&meg).unwrap(), ["editors", "writers"], "{schema}");
        assert_eq!(names_in(&store, "editors"), ["meg"], "{schema}");
        assert!(remove(&editors) && !remove(&editors), "{schema}");
        assert_eq!(store.groups_of(&meg).unwrap(), ["writers"], "{schema}");
        assert!(names_in(&store, "editors").is_empty(), "{schema}");
        assert!(store.dangling_references().unwrap().is_empty(), "{schema}");
    }
}

fn group_names_match_exactly_and_errors_list_the_known_ones(engine: Engine) {
    let (project, _) = populated(engine, "rock");
    let refused = project.open().find_group("Editors").unwrap_err();
    let Some(Refusal::GroupNotFound { name, known }) = refused.refusal() else { panic!("{refused:?}") };
    assert_eq!((&**name, known.join(" ")), ("Editors", "editors writers".into()));
}

fn a_user_table_without_groups_has_none(engine: Engine) {
    for schema in ["bare_user", "no_staff"] {
        let project = engine.project(schema);
        project.sql("INSERT INTO auth_group (name) VALUES ('editors')");
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

fn a_renamed_link_table_is_found_and_a_table_with_more_columns_is_not(engine: Engine) {
    let (project, meg) = populated(engine, "rock");
    let invitations = "CREATE TABLE club_invitation (id integer PRIMARY KEY, sent timestamp NOT NULL, \
                       guest_id integer REFERENCES auth_user (id), club_id integer REFERENCES auth_group (id), \
                       UNIQUE (guest_id, club_id)); \
                       ALTER TABLE auth_user_groups RENAME TO who_is_where";
    project.sql(invitations);
    let store = project.open();
    let editors = store.find_group("editors").unwrap();
    assert!(store.transact(|transaction| transaction.add_to_group(&meg, &editors)).unwrap());
    assert_eq!(links(&project, "who_is_where"), 1);

    let copy = "CREATE TABLE who_was_where (id integer PRIMARY KEY, user_id integer REFERENCES auth_user (id), \
                group_id integer REFERENCES auth_group (id), UNIQUE (user_id, group_id))";
    project.sql(copy);
    assert!(project.open().group_names().unwrap().is_empty(), "with two candidates, neither is picked");
}

fn permissions_are_those_granted_directly_to_the_user(engine: Engine) {
    for (schema, table, column) in [
        ("rock", "auth_user_user_permissions", "user_id"),
        ("renamed_user", "members_user_permissions", "person_id"),
        ("uuid_key", "registry_member_user_permissions", "member_id"),
    ] {
        let (project, meg) = populated(engine, schema);
        let key = match &meg {
            Key::Integer(number) => number.to_string(),
            other => format!("'{}'", other.to_string().replace('-', "")),
        };
        let sql = format!(
            "INSERT INTO {table} ({column}, permission_id) SELECT {key}, p.id FROM auth_permission AS p \
             JOIN django_content_type AS c ON c.id = p.content_type_id \
             WHERE p.codename IN ('view_group', 'add_session')"
        );
        project.sql(&sql);
        let found = project.open().permissions_of(&meg).unwrap();
        assert_eq!(found, ["auth.view_group", "sessions.add_session"], "{schema}");
    }
}

on_every_engine! {
    users_join_and_leave_groups_whatever_the_tables_are_called,
    group_names_match_exactly_and_errors_list_the_known_ones,
    a_user_table_without_groups_has_none,
    a_renamed_link_table_is_found_and_a_table_with_more_columns_is_not,
    permissions_are_those_granted_directly_to_the_user,
}
