//! What a registration or a new token still needs: decisions about the layout, and missing fields.

use super::defaults::may_be_copied;
use super::fields::Owner;
use super::rows::{find_field, must_be_given};
use super::{Accounts, Missing, Planner};
use crate::django::account_spec::AccountSpec;
use crate::django::models::Scheme;
use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, ProjectField, Remedy};
use crate::error::misuse::Selector;
use crate::error::refusal::Refusal;
use crate::store::schema::Column;

impl<'a> Accounts<'a> {
    /// Returns a fault for each thing that several candidates fit: the login column and, if a token is wanted, its
    /// scheme or its table.
    pub fn undecided(&self, wants_token: bool, asked: Option<Scheme>) -> Result<Vec<Fault>> {
        let login = self.store.layout().users.login().err();
        let scheme = if wants_token { self.chosen_scheme(asked).err() } else { None };
        let mut faults = Vec::new();
        for error in login.into_iter().chain(scheme) {
            let Some(undecided) = error.refusal().and_then(Refusal::undecided) else { return Err(error) };
            let field = match undecided.decide {
                Selector::LoginColumn => "login_column",
                Selector::TokenTable => "token_table",
                _ => "scheme",
            };
            faults.push(Fault::new(field, FaultCode::Undecided(Box::new(undecided.clone()))));
        }
        Ok(faults)
    }

    /// Fails with everything that is undecided, as [`Self::undecided`] lists it.
    pub fn refuse_undecided(&self, wants_token: bool, asked: Option<Scheme>) -> Result<()> {
        let faults = self.undecided(wants_token, asked)?;
        if faults.is_empty() { Ok(()) } else { Err(Refusal::Undecided(faults).into()) }
    }

    /// Returns a fault for each missing field of a new account, also if the login column is ambiguous.
    pub fn missing_fields(&self, spec: &AccountSpec) -> Result<Vec<Fault>> {
        let planner = Planner::provisional(self.store, self.policy)?;
        let mut faults: Vec<Fault> = planner.missing(spec)?.iter().map(Missing::fault).collect();
        self.explain_missing(spec, &mut faults)?;
        Ok(faults)
    }

    /// Adds to the faults of missing fields of the project how else they can be provided.
    pub fn explain_missing(&self, spec: &AccountSpec, faults: &mut [Fault]) -> Result<()> {
        let planner = Planner::provisional(self.store, self.policy)?;
        for fault in faults {
            if let FaultCode::Required(Remedy::Field(Some(_))) = fault.code
                && let Some(field) = self.project_field(&planner, spec, &fault.field)?
            {
                fault.code = FaultCode::Required(Remedy::ProjectField(Box::new(field)));
            }
        }
        Ok(())
    }

    /// Returns the required column that a field of a new account means. `None` if only the settings require it.
    pub(super) fn project_field(
        &self,
        planner: &Planner<'a>,
        spec: &AccountSpec,
        field: &str,
    ) -> Result<Option<ProjectField>> {
        let plan = planner.plan(spec)?;
        let Ok((column, owner)) = plan.fields.destination(field) else { return Ok(None) };
        let (table, profile) = self.table_of(owner)?;
        if !must_be_given(column, table) || self.is_required_by_settings(owner, column)? {
            return Ok(None);
        }
        let is_unique = table.is_unique(&column.name);
        let shared = if is_unique { None } else { self.shared_value(profile, column)? };
        Ok(Some(ProjectField {
            kind: (&column.kind).into(),
            column: column.name.clone(),
            profile: profile.map(|profile| profile.kind.clone()),
            may_have_default: shared.is_some() || may_be_copied(column, table),
            may_be_blank: !is_unique && matches!(column.kind, Kind::Text { .. }),
            example: if may_be_copied(column, table) { self.newest_value(profile, column)? } else { None },
            is_random: shared.is_none() && self.random_form(profile, table, column)?.is_some(),
            shared,
        }))
    }

    fn is_required_by_settings(&self, owner: Owner<'_>, column: &Column) -> Result<bool> {
        let register = &self.policy.register.required;
        let Owner::Profile(kind) = owner else { return Ok(register.contains(&column.name)) };
        let table = self.store.profile_table(kind)?;
        let own = self.policy.profiles.get(kind).map_or(&[][..], |kind| &kind.required);
        let is_it = |name: &String| find_field(table, name).is_some_and(|found| found.name == column.name);
        Ok(register.iter().chain(own).any(is_it))
    }
}
