//! Permissions on objects, of django-guardian.

use super::dependents::Dependents;

pub(super) const DEPENDENTS: Dependents =
    Dependents { tables: &["guardian_userobjectpermission"], nullable_cascades: &[] };
