//! E-mail addresses of django-allauth, and logins at other sites of allauth and social-auth.

use std::ops::ControlFlow;

use serde::Serialize;

use super::dependents::Dependents;
use super::has_all;
use crate::django::models::Key;
use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::store::Store;
use crate::store::schema::quoted;

pub(super) const DEPENDENTS: Dependents =
    Dependents { tables: &["social_auth_usersocialauth"], nullable_cascades: &[] };

/// An e-mail address that allauth knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownAddress {
    /// The address.
    pub email: String,
    /// Whether the user has confirmed it.
    pub verified: bool,
    /// Whether it is the user's main address.
    pub primary: bool,
}

/// A login at another site.
#[derive(Clone, Debug, Serialize)]
pub struct SocialLogin {
    /// The site, such as `github`.
    pub provider: String,
    /// The user there.
    pub uid: String,
}

impl Store {
    /// Returns the e-mail addresses of a user, the main one first, and the logins at other sites.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn identities(&self, user: &Key) -> Result<(Vec<KnownAddress>, Vec<SocialLogin>)> {
        let (mut addresses, mut logins) = (Vec::new(), Vec::new());
        for table in self.engine.referring_to(&[&self.layout.users.table.name])? {
            let name = quoted(&table.name);
            if has_all(&table, &["email", "verified", "primary", "user_id"]) {
                let sql = format!(
                    "SELECT email, verified, \"primary\" FROM {name} WHERE user_id = ?1 ORDER BY \"primary\" DESC, email"
                );
                let kinds = [Kind::TEXT, Kind::Boolean, Kind::Boolean];
                self.engine.query(&sql, &[user.into()], &kinds, &mut |cells| {
                    let (verified, primary) = (cells[1].is_true(), cells[2].is_true());
                    addresses.push(KnownAddress { email: cells[0].string(), verified, primary });
                    Ok(ControlFlow::Continue(()))
                })?;
            } else if has_all(&table, &["provider", "uid", "extra_data", "user_id"]) {
                let sql = format!("SELECT provider, uid FROM {name} WHERE user_id = ?1 ORDER BY 1, 2");
                self.engine.query(&sql, &[user.into()], &[Kind::TEXT, Kind::TEXT], &mut |cells| {
                    logins.push(SocialLogin { provider: cells[0].string(), uid: cells[1].string() });
                    Ok(ControlFlow::Continue(()))
                })?;
            }
        }
        Ok((addresses, logins))
    }
}
