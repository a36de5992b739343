//! Rows that refer to the deleted user.

use super::{delete, is_gone, staff};
use crate::env::TestEnv;
use crate::seed::{self};

/// Each order belongs to a user and may have another user as its agent; meg is the agent of two of ann's orders.
const AGENTS: &str = "CREATE TABLE shop_order (id integer PRIMARY KEY, user_id integer NOT NULL REFERENCES auth_user (id), \
                      agent_id integer REFERENCES auth_user (id));
                      INSERT INTO shop_order VALUES (1, 1, NULL), (2, 2, 1), (3, 2, 1), (4, 2, NULL), (5, 1, 1)";

#[track_caller]
fn refuses(env: &TestEnv, arguments: &[&str], code: i32, words: &[&str]) {
    let before = env.database_bytes();
    for more in [&["--yes"][..], &["--dry-run"]] {
        let run = delete(env, &[arguments, more].concat()).ends_with(code);
        for word in words {
            assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
        }
        assert!(run.stdout.is_empty());
    }
    assert!(env.database_bytes() == before);
}

/// The users meg and ann, with these keys, in a database created by authctl.
fn pair(more: &str) -> TestEnv {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg", "ann"]);
    env.execute(more);
    env
}

const ORDERS: &str = "CREATE TABLE shop_order (id integer PRIMARY KEY, buyer_id integer NOT NULL REFERENCES auth_user (id) \
                      DEFERRABLE INITIALLY DEFERRED);
                      CREATE TABLE shop_line (id integer PRIMARY KEY, order_id integer NOT NULL REFERENCES shop_order \
                      (id) DEFERRABLE INITIALLY DEFERRED);";

#[test]
fn a_users_own_rows_are_deleted_and_counted() {
    let env = staff();
    let answer = delete(&env, &["meg", "--yes", "--format", "json"]).succeeds().json();
    assert_eq!(
        answer,
        serde_json::json!({
            "user": { "id": 1, "username": "meg" },
            "counts": {
                "deleted": {
                    "auth_user_groups": 1,
                    "auth_user_user_permissions": 2,
                    "authtoken_token": 1,
                    "django_admin_log": 3,
                    "knox_authtoken": 2,
                    "levelupapi_gamer": 1,
                    "auth_user": 1,
                },
                "emptied": {},
            },
            "open": [],
            "changed": true,
            "fields": [],
            "dry_run": false,
        })
    );
    is_gone(&env, "meg");
    for table in answer["counts"]["deleted"].as_object().unwrap().keys() {
        let column = if table == "auth_user" { "id" } else { "user_id" };
        let left = env.rows(&format!("SELECT DISTINCT {column} FROM {table}"));
        assert_eq!(left, ["2"], "{table}");
    }
    assert_eq!(env.value("SELECT count(*) FROM auth_group"), "1");
}

#[test]
fn other_rows_prevent_the_deletion_until_an_option_covers_them() {
    let env = TestEnv::with_schema("many_to_many");
    seed::users(&env, &["meg", "ann"]);
    env.execute(
        "INSERT INTO teams_player (nickname, user_id) VALUES ('Meg', 1), ('Ann', 2);
         INSERT INTO teams_player_follows (player_id, user_id) VALUES (1, 2), (2, 1);
         INSERT INTO teams_team (name) VALUES ('reds');
         INSERT INTO teams_team_fans (team_id, user_id) VALUES (1, 1), (1, 2);
         INSERT INTO teams_visit (page, at, user_id) VALUES ('a', '2024-01-01', 1), ('b', '2024-01-01', 1), \
         ('c', '2024-01-01', 2)",
    );
    let error = {
        refuses(
            &env,
            &["meg"],
            6,
            &[
                "teams_visit.user_id: 2 rows",
                "teams_team_fans.user_id: 1 row",
                "--cascade teams_visit.user_id",
            ],
        );
        delete(&env, &["meg", "--yes", "--format", "json"]).ends_with(6).error()
    };
    assert_eq!(error["code"], "still_referenced");
    let columns: Vec<&str> =
        error["faults"].as_array().unwrap().iter().map(|fault| fault["field"].as_str().unwrap()).collect();
    // One row follows meg, and meg's profile follows a user in the other.
    let follows = ["teams_player_follows.player_id", "teams_player_follows.user_id"];
    assert_eq!(columns, [&follows[..], &["teams_team_fans.user_id", "teams_visit.user_id"]].concat());

    let all = ["teams_visit", "teams_team_fans", "teams_player_follows"];
    let cascade: Vec<&str> = all.iter().flat_map(|table| ["--cascade", table]).collect();
    // References without an option still prevent the deletion.
    refuses(&env, &[&["meg"][..], &cascade[2..]].concat(), 6, &["teams_visit.user_id: 2 rows"]);
    let answer = delete(&env, &[&["meg", "--yes", "--format", "json"][..], &cascade].concat());
    let answer = answer.succeeds().json();
    assert_eq!(answer["counts"]["deleted"]["teams_visit"], 2);
    assert_eq!(answer["counts"]["deleted"]["teams_player"], 1);
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT page FROM teams_visit"), ["c"]);
    assert_eq!(env.rows("SELECT user_id FROM teams_team_fans"), ["2"]);
    assert_eq!(env.value("SELECT count(*) FROM teams_player_follows"), "0");
}

#[test]
fn a_cascade_continues_only_where_an_option_allows_it() {
    let env = pair(&format!(
        "{ORDERS} INSERT INTO shop_order VALUES (1, 1), (2, 2), (3, 1);
         INSERT INTO shop_line VALUES (1, 1), (2, 2), (3, 3), (4, 3)"
    ));
    refuses(
        &env,
        &["meg", "--cascade", "shop_order"],
        6,
        &["shop_line.order_id: 3 rows", "rows of shop_order"],
    );
    let run = delete(&env, &["meg", "--cascade", "SHOP_ORDER", "--cascade", "shop_line", "--yes"]).succeeds();
    assert!(run.stderr.ends_with("Deleted meg (id 1) and 5 related rows.\n"), "{}", run.stderr);
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT id FROM shop_order"), ["2"]);
    assert_eq!(env.rows("SELECT id FROM shop_line"), ["2"]);
}

#[test]
fn an_option_may_name_one_column_of_a_table() {
    let env = pair(AGENTS);
    let words = [
        "shop_order.user_id: 2 rows refer to rows of auth_user that would be deleted. Pass \
         --cascade shop_order.user_id to delete",
        "shop_order.agent_id: 3 rows refer to rows of auth_user that would be deleted. Pass \
         --set-null shop_order.agent_id to clear",
    ];
    refuses(&env, &["meg"], 6, &words);
    let cascade = ["meg", "--cascade", "shop_order.user_id"];
    refuses(&env, &cascade, 6, &["shop_order.agent_id: 2 rows", "--set-null shop_order.agent_id"]);
    let both = [&cascade[..], &["--set-null", "Shop_Order.AGENT_id", "--yes", "--format", "json"]].concat();
    let answer = delete(&env, &both).succeeds().json();
    assert_eq!(answer["counts"]["deleted"], serde_json::json!({ "shop_order": 2, "auth_user": 1 }));
    assert_eq!(answer["counts"]["emptied"], serde_json::json!({ "shop_order.agent_id": 2 }));
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT * FROM shop_order"), ["2|2|NULL", "3|2|NULL", "4|2|NULL"]);
}

#[test]
fn a_table_without_a_column_covers_all_its_references() {
    let env = pair(AGENTS);
    delete(&env, &["meg", "--cascade", "shop_order", "--yes"]).succeeds();
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT id FROM shop_order"), ["4"]);

    let env = pair(AGENTS);
    refuses(
        &env,
        &["meg", "--set-null", "shop_order"],
        6,
        &["shop_order.user_id: 2 rows", "must have a value"],
    );
    let one = ["meg", "--cascade", "shop_order", "--set-null", "shop_order.agent_id"];
    refuses(&env, &one, 2, &["shop_order.agent_id: pass --cascade or --set-null, not both."]);
    refuses(
        &env,
        &["meg", "--cascade", "shop_order.id"],
        2,
        &["shop_order.id", "shop_order.agent_id, shop_order.user_id"],
    );
}

#[test]
fn a_referenced_profile_prevents_the_deletion() {
    let env = TestEnv::with_schema("repairs");
    seed::users(&env, &["meg", "ann"]);
    env.execute(
        "INSERT INTO repairsapi_customer (address, user_id) VALUES ('a', 1), ('b', 2);
         CREATE TABLE repairsapi_ticket (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES \
         repairsapi_customer (id) DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO repairsapi_ticket VALUES (1, 1), (2, 2)",
    );
    refuses(&env, &["meg"], 6, &["repairsapi_ticket.customer_id: 1 row", "rows of repairsapi_customer"]);
    delete(&env, &["meg", "--cascade", "repairsapi_ticket", "--yes"]).succeeds();
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT user_id FROM repairsapi_customer"), ["2"]);
    assert_eq!(env.rows("SELECT id FROM repairsapi_ticket"), ["2"]);
}

#[test]
fn a_nullable_reference_can_be_set_to_null() {
    let env = pair(
        "CREATE TABLE blog_post (id integer PRIMARY KEY, author_id integer REFERENCES auth_user (id), editor_id integer \
         REFERENCES auth_user (id));
         INSERT INTO blog_post VALUES (1, 1, 1), (2, 2, 1), (3, 2, 2), (4, NULL, 1)",
    );
    refuses(&env, &["meg"], 6, &["blog_post.editor_id: 3 rows", "--set-null blog_post.author_id"]);
    let answer = delete(&env, &["meg", "--set-null", "blog_post", "--yes", "--format", "json"]);
    let answer = answer.succeeds().json();
    assert_eq!(
        answer["counts"]["emptied"],
        serde_json::json!({ "blog_post.author_id": 1, "blog_post.editor_id": 3 })
    );
    assert_eq!(answer["counts"]["deleted"], serde_json::json!({ "auth_user": 1 }));
    is_gone(&env, "meg");
    let posts = env.rows("SELECT * FROM blog_post");
    assert_eq!(posts, ["1|NULL|NULL", "2|2|NULL", "3|2|2", "4|NULL|NULL"]);
}

#[test]
fn a_required_reference_cannot_be_set_to_null() {
    let env = pair(&format!("{ORDERS} INSERT INTO shop_order VALUES (1, 1)"));
    refuses(
        &env,
        &["meg", "--set-null", "shop_order"],
        6,
        &["buyer_id must have a value", "--cascade shop_order.buyer_id"],
    );
    // If no row needs the option, it is accepted.
    delete(&env, &["ann", "--set-null", "shop_order", "--yes"]).succeeds();
    is_gone(&env, "ann");
}

#[test]
fn a_profile_with_a_nullable_user_needs_an_option() {
    for (option, left) in [("--set-null", &["A1|NULL", "A2|2"][..]), ("--cascade", &["A2|2"])] {
        let env = TestEnv::with_schema("nullable_link");
        seed::users(&env, &["meg", "ann"]);
        env.execute("INSERT INTO seating_seat (label, user_id) VALUES ('A1', 1), ('A2', 2)");
        refuses(&env, &["meg"], 6, &["seating_seat.user_id: 1 row", "--set-null seating_seat.user_id"]);
        delete(&env, &["meg", option, "seating_seat", "--yes"]).succeeds();
        is_gone(&env, "meg");
        assert_eq!(env.rows("SELECT label, user_id FROM seating_seat"), left);
    }
}

#[test]
fn other_references_of_a_profile_table_prevent_the_deletion() {
    let env = TestEnv::with_schema("two_references");
    seed::users(&env, &["meg", "ann", "joe"]);
    env.execute(
        "INSERT INTO mentoring_trainee (goal, mentor_id, referred_by_id, user_id) VALUES ('a', NULL, NULL, 1), \
         ('b', 1, 1, 2), ('c', NULL, 1, 3)",
    );
    refuses(
        &env,
        &["meg"],
        6,
        &["mentoring_trainee.mentor_id: 1 row", "mentoring_trainee.referred_by_id: 2 rows"],
    );
    delete(&env, &["meg", "--set-null", "mentoring_trainee", "--yes"]).succeeds();
    is_gone(&env, "meg");
    let left = env.rows("SELECT goal, mentor_id, referred_by_id, user_id FROM mentoring_trainee");
    assert_eq!(left, ["b|NULL|NULL|2", "c|NULL|NULL|3"]);
}

#[test]
fn an_inheritance_child_is_deleted_with_its_parent() {
    let env = TestEnv::with_schema("inherited_profile");
    seed::users(&env, &["meg", "ann"]);
    env.execute(
        "INSERT INTO press_author (user_ptr_id, pen_name, royalty) VALUES (1, 'M', 1), (2, 'A', 1);
         CREATE TABLE press_poet (author_ptr_id integer PRIMARY KEY REFERENCES press_author (user_ptr_id) DEFERRABLE \
         INITIALLY DEFERRED);
         INSERT INTO press_poet VALUES (1), (2)",
    );
    let answer = delete(&env, &["meg", "--yes", "--format", "json"]).succeeds().json();
    assert_eq!(
        answer["counts"]["deleted"],
        serde_json::json!({ "press_poet": 1, "press_author": 1, "auth_user": 1 })
    );
    is_gone(&env, "meg");

    // The parent of a profile is deleted too, and with it the parent's other children. References to any of them
    // prevent the deletion.
    let env = pair(
        "CREATE TABLE app_person (id integer PRIMARY KEY);
         CREATE TABLE app_worker (person_ptr_id integer PRIMARY KEY REFERENCES app_person (id), user_id integer NOT NULL \
         UNIQUE REFERENCES auth_user (id));
         CREATE TABLE app_driver (person_ptr_id integer PRIMARY KEY REFERENCES app_person (id));
         CREATE TABLE app_trip (id integer PRIMARY KEY, person_id integer REFERENCES app_person (id));
         INSERT INTO app_person VALUES (7), (8), (9);
         INSERT INTO app_worker VALUES (7, 1), (8, 2);
         INSERT INTO app_driver VALUES (7), (9);
         INSERT INTO app_trip VALUES (1, 7), (2, 8)",
    );
    refuses(&env, &["meg"], 6, &["app_trip.person_id: 1 row", "rows of app_person"]);
    delete(&env, &["meg", "--set-null", "app_trip", "--yes"]).succeeds();
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT id FROM app_person"), ["8", "9"]);
    assert_eq!(env.rows("SELECT person_ptr_id FROM app_worker"), ["8"]);
    assert_eq!(env.rows("SELECT person_ptr_id FROM app_driver"), ["9"]);
    assert_eq!(env.rows("SELECT * FROM app_trip"), ["1|NULL", "2|8"]);
}

#[test]
fn self_referencing_rows_are_deleted_from_the_root() {
    const TREE: &str = "CREATE TABLE forum_note (id integer PRIMARY KEY, parent_id integer REFERENCES forum_note (id), \
                        user_id integer REFERENCES auth_user (id));
                        INSERT INTO forum_note VALUES (1, NULL, 1), (2, 1, 2), (3, 2, 2), (4, 3, 1), (5, 5, 2), \
                        (6, NULL, 2)";
    let env = pair(TREE);
    delete(&env, &["meg", "--cascade", "forum_note", "--yes"]).succeeds();
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT id FROM forum_note"), ["5", "6"]);

    let env = pair(TREE);
    delete(&env, &["meg", "--set-null", "forum_note", "--yes"]).succeeds();
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT * FROM forum_note")[..2], ["1|NULL|NULL", "2|1|2"]);
}

#[test]
fn tables_that_refer_to_each_other_are_deleted_together() {
    let env = pair(
        "CREATE TABLE app_team (id integer PRIMARY KEY, captain_id integer NOT NULL REFERENCES app_player (id));
         CREATE TABLE app_player (id integer PRIMARY KEY, team_id integer NOT NULL REFERENCES app_team (id), user_id \
         integer NOT NULL REFERENCES auth_user (id));
         PRAGMA foreign_keys = OFF;
         INSERT INTO app_team VALUES (1, 10), (2, 20);
         INSERT INTO app_player VALUES (10, 1, 1), (11, 1, 1), (20, 2, 2)",
    );
    refuses(&env, &["meg", "--cascade", "app_player"], 6, &["app_team.captain_id: 1 row"]);
    delete(&env, &["meg", "--cascade", "app_player", "--cascade", "app_team", "--yes"]).succeeds();
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT id FROM app_player"), ["20"]);
    assert_eq!(env.rows("SELECT id FROM app_team"), ["2"]);
}

#[test]
fn a_reference_may_target_a_column_other_than_the_key() {
    let env = pair(
        "CREATE TABLE app_badge (id integer PRIMARY KEY, name varchar(150) NOT NULL REFERENCES auth_user (username) \
         ON DELETE RESTRICT, code text UNIQUE);
         CREATE TABLE app_door (code text REFERENCES app_badge (code) ON DELETE RESTRICT, PRIMARY KEY (code)) \
         WITHOUT ROWID;
         INSERT INTO app_badge VALUES (5, 'meg', 'x'), (6, 'ann', 'y');
         INSERT INTO app_door VALUES ('x'), ('y')",
    );
    refuses(&env, &["meg"], 6, &["app_badge.name: 1 row", "rows of auth_user"]);
    refuses(&env, &["meg", "--cascade", "app_badge"], 6, &["app_door.code: 1 row", "rows of app_badge"]);
    delete(&env, &["meg", "--cascade", "app_badge", "--cascade", "app_door", "--yes"]).succeeds();
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT id FROM app_badge"), ["6"]);
    assert_eq!(env.rows("SELECT code FROM app_door"), ["y"]);
}

#[test]
fn cascaded_users_are_deleted_with_their_own_rows() {
    let env = pair(
        "ALTER TABLE auth_user ADD COLUMN invited_by_id integer REFERENCES auth_user (id);
         UPDATE auth_user SET invited_by_id = 1 WHERE username = 'ann'",
    );
    seed::drf_token(&env.database(), 2, &seed::key("abcdef"));
    refuses(&env, &["meg"], 6, &["auth_user.invited_by_id: 1 row", "--set-null auth_user.invited_by_id"]);
    let answer = delete(&env, &["meg", "--cascade", "auth_user", "--dry-run", "--format", "json"]);
    let deleted = &answer.succeeds().json()["counts"]["deleted"];
    assert_eq!(*deleted, serde_json::json!({ "authtoken_token": 1, "auth_user": 2 }));
    delete(&env, &["meg", "--set-null", "auth_user", "--yes"]).succeeds();
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT username, invited_by_id FROM auth_user"), ["ann|NULL"]);
}

#[test]
fn unseen_references_are_refused_by_the_database() {
    let env = pair(
        "CREATE UNIQUE INDEX both ON auth_user (id, username);
         CREATE TABLE app_pair (id integer PRIMARY KEY, a integer, b text, FOREIGN KEY (a, b) REFERENCES auth_user (id, \
         username) DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO app_pair VALUES (1, 1, 'meg')",
    );
    refuses(&env, &["meg"], 6, &["The database still has references to meg", "Nothing was changed"]);
    assert_eq!(
        delete(&env, &["meg", "--yes", "--format", "json"]).ends_with(6).error()["code"],
        "still_referenced"
    );
    delete(&env, &["ann", "--yes"]).succeeds();
    is_gone(&env, "ann");
}

#[test]
fn a_table_without_references_to_the_user_is_wrong_usage() {
    let env = pair(&format!("{ORDERS} INSERT INTO shop_order VALUES (1, 1)"));
    for option in ["--cascade", "--set-null"] {
        for table in ["shop_ordr", "auth_group", "shop_line"] {
            refuses(
                &env,
                &["meg", option, table],
                2,
                &[option, table, "References that need a decision: shop_order.buyer_id."],
            );
        }
    }
    refuses(&env, &["meg", "--cascade", "shop_order", "--set-null", "shop_order"], 2, &["not both"]);
    // These are deleted in any case.
    delete(&env, &["ann", "--cascade", "authtoken_token", "--yes"]).succeeds();
    let none = pair("");
    refuses(&none, &["meg", "--cascade", "shop_order"], 2, &["No reference needs a decision."]);
}

#[test]
fn a_users_own_rows_cannot_be_kept() {
    let env = staff();
    let words = ["these rows are deleted with the user"];
    for table in ["levelupapi_gamer", "LevelUpAPI_Gamer", "authtoken_token", "auth_user_groups"] {
        refuses(&env, &["meg", "--set-null", table], 2, &words);
    }
    let env = TestEnv::with_schema("inherited_profile");
    seed::users(&env, &["meg"]);
    refuses(&env, &["meg", "--set-null", "press_author"], 2, &words);
}

#[test]
fn keys_may_be_uuids() {
    const MEG: &str = "0123456789abcdef0123456789abcdef";
    let env = TestEnv::with_schema("uuid_key");
    for (key, name) in [(MEG, "meg"), ("ffffffffffffffffffffffffffffffff", "ann")] {
        env.execute(&format!(
            "INSERT INTO registry_member (id, password, is_superuser, username, first_name, last_name, email, is_staff, \
             is_active, date_joined) VALUES ('{key}', '!', 0, '{name}', '', '', '', 0, 1, '2024-01-01');
             INSERT INTO registry_card (id, motto, member_id) VALUES ('{key}', 'x', '{key}');
             INSERT INTO authtoken_token (key, created, user_id) VALUES ('{key}', '2024-01-01', '{key}');
             INSERT INTO registry_member_user_permissions (member_id, permission_id) VALUES ('{key}', 1)"
        ));
    }
    let answer = delete(&env, &["meg", "--yes", "--format", "json"]).succeeds().json();
    assert_eq!(answer["user"]["id"], "01234567-89ab-cdef-0123-456789abcdef");
    for table in ["registry_card", "authtoken_token", "registry_member_user_permissions", "registry_member"] {
        assert_eq!(answer["counts"]["deleted"][table], 1, "{table}");
        assert_eq!(env.value(&format!("SELECT count(*) FROM {table}")), "1", "{table}");
    }
    assert_eq!(env.rows("PRAGMA foreign_key_check"), Vec::<String>::new());
}

#[test]
fn a_reference_to_a_missing_column_is_refused_by_the_database() {
    let env =
        pair("CREATE TABLE app_odd (id integer PRIMARY KEY, who integer REFERENCES auth_user (missing))");
    let run = delete(&env, &["meg", "--yes"]).ends_with(1);
    assert!(run.stderr.contains("foreign key mismatch"), "{}", run.stderr);
}
