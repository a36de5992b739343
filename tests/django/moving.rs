//! A project's accounts move from one engine to the other, and Django finds the same ones there.

use serde_json::Value as Json;

use crate::env::LEVELUP;
use crate::exports::EVERYTHING;
use crate::site::for_each_stack;

#[test]
fn accounts_move_between_engines() {
    for_each_stack(|stack| {
        let site = stack.site();
        site.write("authctl.toml", LEVELUP);
        let made = site.make("levelup", &["--hasher", "argon2"]);
        site.execute(
            "INSERT INTO auth_group (id, name) VALUES (3, 'editors'), (7, 'night; \"shift\"');
             INSERT INTO auth_group_permissions (group_id, permission_id) \
                SELECT 3, id FROM auth_permission WHERE codename IN ('add_gamer', 'view_user');
             INSERT INTO auth_user_groups (user_id, group_id) SELECT id, 7 FROM auth_user WHERE id <= 2;
             INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 3);",
        );
        let export =
            |file: &'static str| EVERYTHING.map(|word| if word == "users.json" { file } else { word });
        site.run(export("here.json").iter().chain(&["--with-groups"])).succeeds();
        let there = site.elsewhere("levelup");
        let address = [("AUTHCTL_DB", &*there.address())];
        site.run_with_env(&address, ["import", "here.json"]).succeeds();
        site.run_with_env(&address, export("there.json").iter().chain(&["--with-groups"])).succeeds();
        // As values: Django's migrations leave the columns of a file in another order.
        let text = |name| std::fs::read_to_string(site.path(name)).unwrap();
        let rows = |name| serde_json::from_str::<Vec<Json>>(&text(name)).unwrap();
        let (left, arrived) = (rows("here.json"), rows("there.json"));
        assert_eq!(left.len(), arrived.len());
        for (here, there) in left.iter().zip(&arrived) {
            assert_eq!(here, there);
        }
        assert_eq!(text("here.json").len(), text("there.json").len(), "the files differ in form");
        assert!(text("here.json").contains("[\"add_gamer\""), "no permission of a group was exported");
        there.judge(stack.set, "levelup", &["--hasher", "argon2", "--login", "all"], &made);
        // The sequences of a server are ahead of the keys that came along.
        let late =
            "register late --email late@example.com --first-name L --last-name M --no-password --set bio=x";
        site.run_with_env(&address, late.split(' ')).succeeds();
    });
}
