//! Memberships and invitations of django-organizations. An organization whose owner is deleted has no owner.

use super::dependents::Dependents;

pub(super) const DEPENDENTS: Dependents = Dependents {
    tables: &[
        "organizations_organizationinvitation",
        "organizations_organizationowner",
        "organizations_organizationuser",
    ],
    nullable_cascades: &[("organizations_organizationinvitation", "invitee_id")],
};
