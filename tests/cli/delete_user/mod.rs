mod confirmation;
mod references;

use crate::env::{Run, TestEnv};
use crate::seed::{self, Person};

fn delete(env: &TestEnv, arguments: &[&str]) -> Run {
    env.run(["delete-user"].iter().chain(arguments))
}

/// Asserts that the user left no rows, ann is unchanged, and no reference is dangling.
#[track_caller]
fn is_gone(env: &TestEnv, name: &str) {
    let users = env.rows("SELECT username FROM auth_user");
    assert!(!users.contains(&name.to_owned()), "{users:?}");
    assert_eq!(env.rows("PRAGMA foreign_key_check"), Vec::<String>::new());
    assert_eq!(env.value("PRAGMA integrity_check"), "ok");
}

/// The staff user meg with a group, a permission, tokens of both schemes, a profile and admin log entries.
fn staff() -> TestEnv {
    let env = TestEnv::with_schema("both_schemes");
    let database = env.database();
    for username in ["meg", "ann"] {
        let key = Person { username, staff: true, ..Person::default() }.add_to(&database);
        seed::drf_token(&database, key, &seed::key(&format!("abcdef{key}")));
        seed::knox_token(&database, key, &format!("knox{key}aaaaaaaaaa"), None);
        seed::knox_token(&database, key, &format!("knox{key}bbbbbbbbbb"), None);
        let sql = format!(
            "INSERT INTO levelupapi_gamer (bio, user_id) VALUES ('plays', {key});
             INSERT INTO auth_user_user_permissions (user_id, permission_id) VALUES ({key}, 1), ({key}, 2);
             INSERT INTO django_admin_log (object_repr, action_flag, change_message, user_id, action_time) VALUES \
             ('x', 1, '', {key}, '2024-01-01'), ('y', 2, '', {key}, '2024-01-01'), ('z', 3, '', {key}, '2024-01-01')"
        );
        env.execute(&sql);
    }
    seed::group(&database, "editors", &[1, 2]);
    env
}
