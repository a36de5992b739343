//! Groups and permissions: `list-groups`, the permissions of `edit-user`, and the groups that `apply` declares.

use serde_json::json;

use crate::env::{LEVELUP, TestEnv};
use crate::seed;

/// The user meg, the group editors with one of three permissions, and the empty group readers.
fn shop() -> TestEnv {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    env.execute(
        "DELETE FROM auth_permission; DELETE FROM django_content_type;
         INSERT INTO django_content_type (id, app_label, model) VALUES (1, 'shop', 'order'), (2, 'shop', 'line');
         INSERT INTO auth_permission (id, content_type_id, codename, name) VALUES (1, 1, 'add_order', ''),
           (2, 1, 'close', ''), (3, 2, 'close', '');
         INSERT INTO auth_group (id, name) VALUES (1, 'editors'), (2, 'readers');
         INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (1, 1), (1, 2), (1, 3);
         INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1)",
    );
    env
}

fn group_permissions(env: &TestEnv) -> Vec<String> {
    env.rows(
        "SELECT g.name, p.permission_id FROM auth_group AS g \
         LEFT JOIN auth_group_permissions AS p ON p.group_id = g.id ORDER BY 1, 2",
    )
}

#[test]
fn groups_are_listed_with_their_members_and_permissions() {
    let env = shop();
    let run = env.run(["list-groups", "--format", "json"]).succeeds();
    assert_eq!(
        run.json(),
        json!([
            { "name": "editors", "members": 1, "permissions": ["shop.add_order", "shop.close"] },
            { "name": "readers", "members": 0, "permissions": [] },
        ])
    );
    let run = env.run(["list-groups", "--format", "plain"]).succeeds();
    assert_eq!(run.stdout, "editors\t1\tshop.add_order,shop.close\nreaders\t0\t\n");
    let run = env.run(["list-groups"]).succeeds();
    assert!(run.stderr.ends_with("2 groups.\n"), "{}", run.stderr);
}

#[test]
fn a_user_gets_and_loses_permissions() {
    let env = shop();
    let edit = |more: &[&str]| env.run(["edit-user", "meg", "--format", "json"].iter().chain(more));
    let own = "SELECT permission_id FROM auth_user_user_permissions ORDER BY 1";
    let add = ["--add-permission", "shop.add_order", "--add-permission", "shop.close"];
    assert_eq!(edit(&add).succeeds().json()["fields"], json!(["user_permissions"]));
    assert_eq!(env.rows(own), ["1", "2", "3"], "both models have the permission");
    assert_eq!(edit(&add).succeeds().json()["changed"], false);
    assert_eq!(
        edit(&["--remove-permission", "shop.close"]).succeeds().json()["fields"],
        json!(["user_permissions"])
    );
    assert_eq!(env.rows(own), ["1"]);
    assert_eq!(edit(&["--remove-permission", "shop.close"]).succeeds().json()["changed"], false);
    let run = env.run(["edit-user", "meg", "--add-permission", "shop.add_oder"]).ends_with(6);
    assert!(
        run.stderr.contains("Permission shop.add_oder does not exist. Did you mean shop.add_order?"),
        "{}",
        run.stderr
    );
    let both = ["--add-permission", "shop.close", "--remove-permission", "shop.close"];
    let run = env.run(["edit-user", "meg"].iter().chain(&both)).ends_with(6);
    assert!(run.stderr.contains("Permission shop.close is both added and removed"), "{}", run.stderr);
    env.run(["edit-user", "meg", "--add-permission", "close"]).ends_with(2);
    assert_eq!(env.rows(own), ["1"]);
}

#[test]
fn apply_creates_groups_and_sets_their_permissions() {
    let env = shop();
    env.write(
        "wanted.toml",
        r#"
[[groups]]
name = "editors"
permissions = ["shop.close"]

[[groups]]
name = "authors"
permissions = ["shop.add_order", "shop.add_order"]

[[groups]]
name = "readers"

[[users]]
username = "meg"
groups = ["authors", "editors"]

[[users]]
username = "joe"
groups = ["authors"]
"#,
    );
    let apply = ["apply", "wanted.toml", "--yes"];
    let before = env.database_bytes();
    let run = env.run(apply.iter().chain(&["--dry-run"])).succeeds();
    assert!(run.stdout.contains("group editors") && run.stdout.contains("group authors"), "{}", run.stdout);
    assert!(!run.stdout.contains("group readers"), "{}", run.stdout);
    let summary = "Would create 1 group, change 1 group, create 1 account and change 1 account.";
    assert!(run.stderr.contains(summary), "{}", run.stderr);
    assert!(env.database_bytes() == before);
    let answer = env.run(apply.iter().chain(&["--format", "json"])).succeeds().json();
    assert_eq!(
        answer["group_changes"],
        json!([
            {
                "name": "editors",
                "action": "change",
                "changes": [{ "field": "permission", "old": "shop.add_order", "new": null }],
            },
            {
                "name": "authors",
                "action": "create",
                "changes": [{ "field": "permission", "old": null, "new": "shop.add_order" }],
            },
        ])
    );
    assert_eq!(group_permissions(&env), ["authors|1", "editors|2", "editors|3", "readers|NULL"]);
    let members = "SELECT u.username, g.name FROM auth_user_groups AS t JOIN auth_user AS u ON u.id = t.user_id \
                   JOIN auth_group AS g ON g.id = t.group_id ORDER BY 1, 2";
    assert_eq!(env.rows(members), ["joe|authors", "meg|authors", "meg|editors"]);
    let again = env.run(apply).succeeds();
    assert!(again.stderr.contains("Nothing to change"), "{}", again.stderr);

    // A trigger that undoes the change fails it.
    env.write("groups.toml", "[[groups]]\nname = \"editors\"\npermissions = []\n");
    env.execute(
        "CREATE TRIGGER undo AFTER DELETE ON auth_group_permissions BEGIN INSERT INTO auth_group_permissions \
         (group_id, permission_id) VALUES (old.group_id, old.permission_id); END",
    );
    env.run(["apply", "groups.toml", "--yes"]).ends_with(1);
    env.execute("DROP TRIGGER undo");
    env.run(["apply", "groups.toml", "--yes"]).succeeds();
    assert_eq!(group_permissions(&env), ["authors|1", "editors|NULL", "readers|NULL"]);
}

#[test]
fn faults_of_declared_groups_name_their_lines() {
    let env = shop();
    env.write(
        "wanted.toml",
        r#"[[groups]]
name = "editors"
permissions = ["shop.add_oder", "close"]
[[groups]]
name = "editors"
[[groups]]
permission = []
"#,
    );
    let before = env.database_bytes();
    let error = env.run(["apply", "wanted.toml", "--yes", "--format", "json"]).ends_with(6).error();
    let faults: Vec<(u64, &str)> = error["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["line"].as_u64().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        faults,
        [(3, "does_not_exist"), (3, "invalid"), (4, "given_twice"), (6, "required"), (7, "unknown_field")]
    );
    assert!(env.database_bytes() == before);
}

#[test]
fn a_database_without_groups_lists_none() {
    let env = TestEnv::with_database(LEVELUP);
    env.execute("DROP TABLE auth_user_groups");
    let run = env.run(["list-groups", "--format", "json"]).succeeds();
    assert_eq!(run.json(), json!([]));
    env.write("wanted.toml", "[[groups]]\nname = \"editors\"\n");
    env.run(["apply", "wanted.toml", "--yes"]).ends_with(9);
}
