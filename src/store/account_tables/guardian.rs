//! Permissions on objects, of django-guardian.

use std::ops::ControlFlow;

use serde::Serialize;

use super::dependents::Dependents;
use super::has_all;
use crate::django::models::Key;
use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::store::Store;
use crate::store::groups::{CONTENT_TYPES, PERMISSIONS};
use crate::store::schema::quoted;

pub(super) const DEPENDENTS: Dependents =
    Dependents { tables: &["guardian_userobjectpermission"], nullable_cascades: &[] };

/// A permission that a user has on some objects.
#[derive(Clone, Debug, Serialize)]
pub struct ObjectPermission {
    /// The permission, as `app_label.codename`.
    pub permission: String,
    /// The number of objects.
    pub count: u64,
}

impl Store {
    /// Returns a user's own permissions on objects, without those of groups, by name.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn object_permissions(&self, user: &Key) -> Result<Vec<ObjectPermission>> {
        let mut found = Vec::new();
        for table in self.engine.referring_to(&[&self.layout.users.table.name])? {
            if !has_all(&table, &["permission_id", "object_pk", "user_id"]) {
                continue;
            }
            let sql = format!(
                "SELECT c.app_label || '.' || p.codename, count(*) FROM {} AS t \
                 JOIN {PERMISSIONS} AS p ON p.id = t.permission_id \
                 JOIN {CONTENT_TYPES} AS c ON c.id = p.content_type_id \
                 WHERE t.user_id = ?1 GROUP BY 1 ORDER BY 1",
                quoted(&table.name),
            );
            self.engine.query(&sql, &[user.into()], &[Kind::TEXT, Kind::Integer], &mut |cells| {
                let count = cells[1].integer().map_or(0, i64::unsigned_abs);
                found.push(ObjectPermission { permission: cells[0].string(), count });
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(found)
    }
}
