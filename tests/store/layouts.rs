//! Detection of the user, token and profile tables in each project's schema.

use authctl::django::models::Key;
use authctl::django::tokens::knox::KnoxFormat;
use authctl::django::value::Kind;
use authctl::error::faults::Undecided;
use authctl::error::misuse::Selector;
use authctl::error::refusal::Refusal;
use authctl::store::layout::Hints;

use crate::engines::{Engine, Project};

/// For each schema: user table, login column (`?` if ambiguous), schemes and profile kinds.
const EXPECTED: [(&str, &str, &str, &str, &str); 27] = [
    ("repairs", "auth_user", "username", "drf", "customer employee"),
    ("levelup", "auth_user", "username", "drf", "gamer"),
    ("rock", "auth_user", "username", "drf", ""),
    ("function-views", "auth_user", "username", "drf", ""),
    ("knox", "auth_user", "username", "knox", ""),
    ("knox-3.6", "auth_user", "username", "knox", ""),
    ("knox-4.2", "auth_user", "username", "knox", ""),
    ("both_schemes", "auth_user", "username", "drf knox", "gamer"),
    ("no_tokens", "auth_user", "username", "", "gamer"),
    ("bare_user", "bare_login", "username", "drf", ""),
    ("bigint_key", "staffing_account", "username", "knox", "badge"),
    ("uuid_key", "registry_member", "username", "drf", "card"),
    ("uuid_key_knox", "registry_member", "username", "knox", "card"),
    ("renamed_user", "members", "username", "drf", "passport"),
    ("email_login", "mailing_subscriber", "email", "drf", "preference"),
    ("two_unique", "dual_client", "?", "drf", "desk"),
    ("no_staff", "library_reader", "username", "drf", "shelf"),
    ("clashing_kinds", "auth_user", "username", "drf", "club_profile shop_profile"),
    ("inherited_profile", "auth_user", "username", "drf", "author"),
    ("pk_profile", "auth_user", "username", "drf", "patient"),
    ("nullable_link", "auth_user", "username", "drf", "seat"),
    ("two_references", "auth_user", "username", "drf", "trainee"),
    ("many_to_many", "auth_user", "username", "drf", "player"),
    ("proxy_user", "auth_user", "username", "drf", "agent"),
    ("db_defaults", "auth_user", "username", "drf", "setting"),
    ("local_time", "auth_user", "username", "drf", "diarist"),
    ("wide", "auth_user", "username", "drf", "holder"),
];

fn every_layout_is_detected(engine: Engine) {
    for (schema, table, login, schemes, kinds) in EXPECTED {
        let project = engine.project(schema);
        let store = project.open();
        let layout = store.layout();
        assert_eq!(layout.users.table.name, table, "{schema}");
        assert_eq!(layout.users.login().unwrap_or("?"), login, "{schema}");
        let found: Vec<String> = layout.schemes().iter().map(ToString::to_string).collect();
        assert_eq!(found.join(" "), schemes, "{schema}");
        let mut found: Vec<&str> = store.profile_tables().unwrap().iter().map(|table| &*table.kind).collect();
        found.sort_unstable();
        assert_eq!(found.join(" "), kinds, "{schema}");
        assert!(store.is_django().unwrap(), "{schema}");
    }
}

fn a_table_with_an_unrelated_name_is_found_through_the_content_types(engine: Engine) {
    let project = engine.project("plain_table");
    let kinds: Vec<String> =
        project.open().profile_tables().unwrap().iter().map(|table| table.kind.clone()).collect();
    assert_eq!(kinds, ["membership"]);
}

fn key_types_follow_the_columns(engine: Engine) {
    let key = |schema| engine.project(schema).open().layout().users.key_kind.clone();
    assert_eq!(key("rock"), Kind::Integer);
    assert_eq!(key("bigint_key"), Kind::Integer);
    assert_eq!(key("uuid_key"), Kind::Uuid);
}

fn knox_versions_are_distinguished_by_their_columns(engine: Engine) {
    let form = |schema| engine.project(schema).open().layout().knox.as_ref().map(|knox| knox.form);
    assert_eq!(form("knox-3.6"), Some(KnoxFormat::Salted));
    assert_eq!(form("knox-4.2"), Some(KnoxFormat::Binary));
    assert_eq!(form("knox"), Some(KnoxFormat::Text));
}

fn two_user_tables_are_ambiguous(engine: Engine) {
    let project = engine.project("two_user_tables");
    let refused = project.open_with(Hints::default()).err().unwrap();
    let Some(Refusal::Ambiguous(Undecided { found, decide, .. })) = refused.refusal() else {
        panic!("{refused:?}")
    };
    assert_eq!(found, &["portal_operator", "portal_patron"]);
    assert_eq!(*decide, Selector::UserTable);

    let chosen = Hints { user_table: Some("portal_patron".into()), ..Hints::default() };
    assert_eq!(project.open_with(chosen).unwrap().layout().users.login().unwrap(), "email");
    let wrong = Hints { user_table: Some("portal_post".into()), ..Hints::default() };
    assert!(matches!(project.open_with(wrong).err().unwrap().refusal(), Some(Refusal::Config { .. })));
}

fn two_unique_columns_are_ambiguous_only_when_a_user_is_looked_up(engine: Engine) {
    let project = engine.project("two_unique");
    let store = project.open();
    assert!(matches!(store.find_user("x").unwrap_err().refusal(), Some(Refusal::Ambiguous { .. })));
    assert_eq!(store.tokens(&authctl::django::models::TokenFilter::default()).unwrap().len(), 0);

    let chosen = Hints { login_column: Some("email".into()), ..Hints::default() };
    assert!(project.open_with(chosen).unwrap().find_user("x").unwrap().is_none());
}

fn of_several_user_tables_the_one_with_permissions_is_used(engine: Engine) {
    let project = engine.project("two_user_tables");
    project.sql(
        "CREATE TABLE portal_patron_user_permissions (id integer PRIMARY KEY, patron_id integer, \
         permission_id integer)",
    );
    assert_eq!(project.open().layout().users.table.name, "portal_patron");
    project.sql("CREATE TABLE portal_operator_groups (id integer PRIMARY KEY, operator_id integer)");
    let refused = project.open_with(Hints::default()).err().unwrap();
    assert!(matches!(
        refused.refusal(),
        Some(Refusal::Ambiguous(Undecided { decide: Selector::UserTable, .. }))
    ));
}

/// Makes a user table of these columns the only one, and returns its login column, or the candidates.
fn login_of(engine: Engine, columns: &str) -> Result<String, String> {
    let project = engine.project("two_user_tables");
    project.sql("DROP TABLE portal_post; DROP TABLE portal_operator; DROP TABLE portal_patron");
    project.sql(&format!(
        "CREATE TABLE people (id integer PRIMARY KEY, password varchar(128) NOT NULL, last_login timestamp, \
         {columns})"
    ));
    let store = project.open();
    match store.layout().users.login() {
        Ok(login) => Ok(login.to_owned()),
        Err(error) => match error.refusal() {
            Some(Refusal::Ambiguous(Undecided { found, .. })) => Err(found.join(" ")),
            _ => panic!("{error:?}"),
        },
    }
}

fn the_login_column_is_the_unique_required_text(engine: Engine) {
    let cases = [
        ("username text NOT NULL UNIQUE, email text NOT NULL", Ok("username")),
        ("code varchar(16) UNIQUE, email varchar(254) NOT NULL UNIQUE", Ok("email")),
        ("username text UNIQUE, email text NOT NULL UNIQUE", Ok("email")),
        ("email varchar(254) UNIQUE, full_name text NOT NULL", Ok("email")),
        ("username text NOT NULL, email text NOT NULL UNIQUE", Ok("email")),
        // A key of an API names no one, nor does a reference.
        ("api_token varchar(40) NOT NULL UNIQUE, email text NOT NULL UNIQUE", Ok("email")),
        ("email text NOT NULL UNIQUE, username text NOT NULL UNIQUE", Err("username email")),
        ("phone text UNIQUE, email text UNIQUE", Err("email phone")),
        ("full_name text NOT NULL, username text NOT NULL", Err("username full_name")),
        ("username text NOT NULL", Err("username")),
        ("age integer", Err("id")),
    ];
    for (columns, expected) in cases {
        let found = login_of(engine, columns);
        assert_eq!(found.as_deref().map_err(|found| &**found), expected, "{columns}");
    }
}

fn a_login_column_that_is_not_unique_must_be_configured_and_may_name_one_user(engine: Engine) {
    let project = engine.project("two_user_tables");
    project.sql(
        "DROP TABLE portal_post; DROP TABLE portal_operator; DROP TABLE portal_patron;
         CREATE TABLE people (id integer PRIMARY KEY, password text NOT NULL, last_login timestamp, \
         username text NOT NULL);
         INSERT INTO people VALUES (1, '', NULL, 'ann'), (2, '', NULL, 'joe'), (3, '', NULL, 'joe')",
    );
    assert!(project.open().find_user("ann").is_err());
    let store =
        project.open_with(Hints { login_column: Some("username".into()), ..Hints::default() }).unwrap();
    assert_eq!(store.user("ann").unwrap().id, Key::Integer(1));
    let refused = store.user("joe").unwrap_err();
    assert!(matches!(refused.refusal(), Some(Refusal::Ambiguous { .. })), "{refused:?}");
    let wrong = Hints { login_column: Some("last_login".into()), ..Hints::default() };
    assert!(matches!(project.open_with(wrong).err().unwrap().refusal(), Some(Refusal::Config { .. })));
}

fn profile_fields_exclude_keys_and_generated_columns(engine: Engine) {
    let fields = |schema, kind: &str| -> Vec<String> {
        let project = engine.project(schema);
        let store = project.open();
        store.profile_table(kind).unwrap().fields().map(|column| column.name.clone()).collect()
    };
    assert_eq!(fields("levelup", "gamer"), ["bio"]);
    assert_eq!(fields("inherited_profile", "author"), ["pen_name", "royalty"]);
    assert_eq!(fields("pk_profile", "patient"), ["chart"]);
    assert_eq!(fields("db_defaults", "setting"), ["theme", "language", "retries", "since"]);
    assert_eq!(fields("uuid_key", "card"), ["motto"]);
}

fn a_profile_is_linked_by_its_required_reference(engine: Engine) {
    let project = engine.project("two_references");
    assert_eq!(project.open().profile_table("trainee").unwrap().user_column, "user_id");
}

fn the_configuration_can_name_a_kind(engine: Engine) {
    let project = engine.project("clashing_kinds");
    let hints = Hints { profile_tables: vec![("member".into(), "club_profile".into())], ..Hints::default() };
    let store = project.open_with(hints).unwrap();
    let mut kinds: Vec<&str> = store.profile_tables().unwrap().iter().map(|table| &*table.kind).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["member", "profile"]);
}

fn a_custom_token_model_replaces_knoxs(engine: Engine) {
    let project = engine.project("knox");
    project.sql("ALTER TABLE knox_authtoken RENAME TO doors_pass");
    let table = |project: &Project| project.open().layout().knox.as_ref().map(|knox| knox.table.name.clone());
    assert_eq!(table(&project).as_deref(), Some("doors_pass"));
    let copy = "CREATE TABLE doors_other (digest text PRIMARY KEY, token_key varchar(25), created timestamp, expiry timestamp, \
                user_id integer REFERENCES auth_user (id))";
    project.sql(copy);
    assert_eq!(table(&project), None, "with two candidates, neither is picked");
}

fn without_tokens_the_user_table_is_found_through_the_admin_log_or_by_its_columns(engine: Engine) {
    let project = engine.project("renamed_user");
    let user_table = || project.open().layout().users.table.name.clone();
    // Two decoys: a table that looks like a user table, and one with the name of Django's default user table.
    let decoys = "CREATE TABLE vault (id integer PRIMARY KEY, password text, last_login timestamp);
                  CREATE TABLE auth_user (id integer PRIMARY KEY, password text, username text)";
    project.sql(decoys);
    assert_eq!(user_table(), "members");
    project.sql("DROP TABLE authtoken_token");
    assert_eq!(user_table(), "members");
    project.sql("DROP TABLE django_admin_log");
    assert_eq!(user_table(), "auth_user");
    project.sql("DROP TABLE auth_user; DROP TABLE vault");
    assert_eq!(user_table(), "members");
}

fn partial_and_expression_indexes_do_not_make_a_column_unique(engine: Engine) {
    let project = engine.project("many_to_many");
    let indexes = "CREATE UNIQUE INDEX one_address ON auth_user (LOWER(email));
                   CREATE UNIQUE INDEX one_name ON auth_user (email, LOWER(first_name));
                   CREATE UNIQUE INDEX one_staff_address ON auth_user (email) WHERE is_staff;
                   CREATE UNIQUE INDEX one_page ON teams_visit (user_id, LOWER(page));
                   CREATE UNIQUE INDEX one_early_page ON teams_visit (user_id) WHERE at < '2020-01-01'";
    project.sql(indexes);
    let store = project.open();
    assert_eq!(store.layout().users.login().unwrap(), "username");
    let kinds: Vec<&str> = store.profile_tables().unwrap().iter().map(|table| &*table.kind).collect();
    assert_eq!(kinds, ["player"]);
}

fn a_profiles_reference_may_have_any_name_and_be_nullable(engine: Engine) {
    let user_column =
        |schema, kind: &str| engine.project(schema).open().profile_table(kind).unwrap().user_column.clone();
    assert_eq!(user_column("plain_table", "membership"), "whose");
    assert_eq!(user_column("nullable_link", "seat"), "user_id");
    assert_eq!(user_column("inherited_profile", "author"), "user_ptr_id");
}

fn of_two_required_references_user_id_is_used(engine: Engine) {
    for [first, second] in [["guardian_id", "user_id"], ["user_id", "guardian_id"]] {
        let project = engine.project("rock");
        let table = format!(
            "CREATE TABLE app_ward (id integer PRIMARY KEY, \
             {first} integer NOT NULL UNIQUE REFERENCES auth_user (id), \
             {second} integer NOT NULL UNIQUE REFERENCES auth_user (id))"
        );
        project.sql(&table);
        assert_eq!(project.open().profile_table("ward").unwrap().user_column, "user_id", "{first}");
    }
}

on_every_engine! {
    every_layout_is_detected,
    a_table_with_an_unrelated_name_is_found_through_the_content_types,
    key_types_follow_the_columns,
    knox_versions_are_distinguished_by_their_columns,
    two_user_tables_are_ambiguous,
    two_unique_columns_are_ambiguous_only_when_a_user_is_looked_up,
    of_several_user_tables_the_one_with_permissions_is_used,
    the_login_column_is_the_unique_required_text,
    a_login_column_that_is_not_unique_must_be_configured_and_may_name_one_user,
    profile_fields_exclude_keys_and_generated_columns,
    a_profile_is_linked_by_its_required_reference,
    the_configuration_can_name_a_kind,
    a_custom_token_model_replaces_knoxs,
    without_tokens_the_user_table_is_found_through_the_admin_log_or_by_its_columns,
    partial_and_expression_indexes_do_not_make_a_column_unique,
    a_profiles_reference_may_have_any_name_and_be_nullable,
    of_two_required_references_user_id_is_used,
}
