//! The names that Django gives to constraints (`BaseDatabaseSchemaEditor._create_index_name`, Django 3.2 to 6.1).

use md5::{Digest as _, Md5};

/// The maximum number of characters of a name in PostgreSQL.
const MAX_LENGTH: usize = 63;

/// Returns the name of a constraint on one column: table, column, a digest of both, and the suffix. A long name is
/// shortened as Django shortens it.
#[must_use]
pub fn constraint_name(table: &str, column: &str, suffix: &str) -> String {
    let digest = Md5::new().chain_update(table).chain_update(column).finalize();
    let end: String =
        digest[..4].iter().map(|byte| format!("{byte:02x}")).chain([suffix.to_owned()]).collect();
    let name = format!("{table}_{column}_{end}");
    if name.chars().count() <= MAX_LENGTH {
        return name;
    }
    let end = first(&end, MAX_LENGTH / 3);
    let other = (MAX_LENGTH - end.chars().count()) / 2 - 1;
    format!("{}_{}_{end}", first(table, other), first(column, other))
}

fn first(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::constraint_name;

    #[test]
    fn names_are_those_of_django() {
        // The expected names are in the schema that Django 5.2 creates.
        for (table, column, suffix, expected) in [
            (
                "auth_user_groups",
                "user_id",
                "_fk_auth_user_id",
                "auth_user_groups_user_id_6a12ed8b_fk_auth_user_id",
            ),
            (
                "auth_permission",
                "content_type_id",
                "_fk_django_content_type_id",
                "auth_permission_content_type_id_2f476e4b_fk_django_co",
            ),
            (
                "auth_group_permissions",
                "permission_id",
                "_fk_auth_permission_id",
                "auth_group_permissio_permission_id_84c5c92e_fk_auth_perm",
            ),
        ] {
            assert_eq!(constraint_name(table, column, suffix), expected);
        }
    }
}
