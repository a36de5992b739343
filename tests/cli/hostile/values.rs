//! Values that no Django project stores.

use super::Base;
use super::battery::faults;

/// The values as SQL expressions.
const VALUES: &[&str] = &[
    "'9999-12-31 23:59:59.9999z9'",
    "'9999-12-31 23:59:59.999999'",
    "'zz:z-zz-zz zz:zz:zz.zzzzzz'",
    "CAST(x'ffffffffffffffffffffffffffffffffffffff' AS TEXT)",
    "'0000-00-00 00:00:00'",
    "'-9999-01-01T00:00:00Z'",
    "'9999-12-31 23:59:59.999999999-23:59'",
    "'2024-02-30 25:61:61'",
    "''",
    "x''",
    "x'00ff'",
    "char(0)",
    "-9223372036854775808",
    "9223372036854775807",
    "9e999",
    "-1.5e308",
    "'true'",
    "printf('%.*c', 300000, 'x')",
    "'pbkdf2_sha256$4294967295$salt$' || printf('%.*c', 43, 'A') || '='",
    "'argon2$argon2id$v=19$m=4294967295,t=4294967295,p=16777215$c29tZXNhbHQ$AAAAAAAA'",
    "'scrypt$2147483648$salt$4294967295$4294967295$' || printf('%.*c', 86, 'A') || '=='",
    "'bcrypt$$2b$31$' || printf('%.*c', 53, 'a')",
    "char(27) || '[2J' || char(155) || char(8238)",
];

#[test]
fn values_of_other_types_and_out_of_range() {
    let base = Base::new();
    let mut found = Vec::new();
    for value in VALUES {
        // One user keeps the name and the token, because the columns of the others may be unique.
        let database = base.changed_by(&format!(
            "UPDATE auth_user SET date_joined = {value}, last_login = {value}, first_name = {value}, last_name = {value},
               email = {value}, is_active = {value}, is_staff = {value}, is_superuser = {value} WHERE id <= 2;
             UPDATE auth_user SET password = {value} WHERE id = 2;
             UPDATE auth_user SET username = {value} WHERE id = 3;
             UPDATE authtoken_token SET created = {value} WHERE user_id <= 2;
             UPDATE authtoken_token SET key = {value} WHERE user_id = 3;
             UPDATE knox_authtoken SET created = {value}, expiry = {value}, token_key = {value}, digest = {value};
             UPDATE app_gamer SET bio = {value} WHERE user_id = 1;
             UPDATE auth_group SET name = {value}"
        ));
        let (faults, _) = faults(&base, &database, &[]);
        found.extend(faults.into_iter().map(|fault| format!("{value}: {fault}")));
    }
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_highest_possible_key_does_not_prevent_new_rows() {
    let base = Base::new();
    let env = Base::environment(&base.changed_by(
        "UPDATE auth_group SET id = 9223372036854775807; UPDATE auth_user_groups SET group_id = 9223372036854775807",
    ));
    env.write(
        "fixture.json",
        r#"[{"model": "auth.group", "fields": {"name": "writers", "permissions": []}},
            {"model": "auth.group", "fields": {"name": "readers", "permissions": []}},
            {"model": "auth.user", "fields": {"username": "zoe", "password": "!", "groups": [["writers"], ["readers"]]}}]"#,
    );
    env.run(["import", "fixture.json"]).succeeds();
    let sql = "SELECT count(*) FROM auth_user_groups AS t JOIN auth_group AS g ON g.id = t.group_id \
               JOIN auth_user AS u ON u.id = t.user_id WHERE u.username = 'zoe' AND g.name IN ('writers', 'readers')";
    assert_eq!(env.value(sql), "2");
}

#[test]
fn a_key_that_is_empty_or_not_text_is_not_returned() {
    let base = Base::new();
    for key in ["''", "x'00ff'"] {
        let env = Base::environment(
            &base.changed_by(&format!("UPDATE authtoken_token SET key = {key} WHERE user_id = 1")),
        );
        for words in [&["create-token", "meg"][..], &["login", "meg", "--password-stdin"]] {
            let run = env.run_with_input(crate::env::PASSWORD, words).ends_with(9);
            assert!(
                run.stdout.is_empty() && run.stderr.contains("empty or invalid key"),
                "{key}: {}",
                run.stderr
            );
        }
    }
}
