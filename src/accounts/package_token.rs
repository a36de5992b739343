//! Issues the tokens of packages: OAuth2 access tokens, JWTs and API keys.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};

use super::Accounts;
use super::change_runner::ChangeRunner;
use super::issue_token::Issued;
use crate::django::models::User;
use crate::django::tokens::jwt::{self, SigningKey};
use crate::django::tokens::{PackageScheme, PlainToken, TokenType, Ttl, api_key, oauth2};
use crate::django::value::Value;
use crate::error::failure::{Result, failed};
use crate::error::lost_answer::{Effect, token_created};
use crate::error::misuse::Misuse;
use crate::store::account_tables::{NewPackageToken, PackageTable};
use crate::store::{Done, Store};

/// What a token of a package should be.
#[derive(Debug)]
pub enum PackageTokenSpec {
    /// An OAuth2 access token.
    OAuth2 {
        /// The scopes, separated by blanks.
        scope: String,
        /// The client id of its application.
        application: Option<String>,
    },
    /// A JWT.
    Jwt {
        /// What it is for.
        token_type: TokenType,
        /// The key of the signature.
        key: SigningKey,
        /// Claims besides those of simplejwt.
        claims: Map<String, Json>,
    },
    /// An API key.
    ApiKey {
        /// Its name for people.
        name: String,
    },
}

impl PackageTokenSpec {
    fn scheme(&self) -> PackageScheme {
        match self {
            Self::OAuth2 { .. } => PackageScheme::OAuth2,
            Self::Jwt { .. } => PackageScheme::Jwt,
            Self::ApiKey { .. } => PackageScheme::ApiKey,
        }
    }

    fn token_type(&self) -> Option<TokenType> {
        match self {
            Self::OAuth2 { .. } => Some(TokenType::Access),
            Self::Jwt { token_type, .. } => Some(*token_type),
            Self::ApiKey { .. } => None,
        }
    }

    /// The default lifetimes of the packages.
    fn default_ttl(&self) -> Ttl {
        match self.token_type() {
            None => Ttl::Never,
            Some(TokenType::Refresh) => Ttl::For(SignedDuration::from_hours(24)),
            Some(TokenType::Access) if self.scheme() == PackageScheme::Jwt => {
                Ttl::For(SignedDuration::from_mins(5))
            }
            Some(TokenType::Access) => Ttl::For(SignedDuration::from_hours(10)),
        }
    }
}

/// A new token of a package that is not stored yet.
pub struct FreshPackageToken {
    spec: PackageTokenSpec,
    /// `None` for a JWT that is not recorded.
    table: Option<PackageTable>,
    application: Option<Value>,
    plain: PlainToken,
    /// The id of a JWT.
    id: String,
    created: Timestamp,
    expiry: Option<Timestamp>,
}

impl FreshPackageToken {
    /// Its scheme.
    #[must_use]
    pub fn scheme(&self) -> PackageScheme {
        self.spec.scheme()
    }

    /// What it is, with its article.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self.spec {
            PackageTokenSpec::OAuth2 { .. } => "an OAuth2 access token",
            PackageTokenSpec::Jwt { token_type: TokenType::Access, .. } => "a JWT access token",
            PackageTokenSpec::Jwt { token_type: TokenType::Refresh, .. } => "a JWT refresh token",
            PackageTokenSpec::ApiKey { .. } => "an API key",
        }
    }

    /// Whether the database records it, so that it can be revoked.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.table.is_some()
    }

    fn prefix(&self) -> String {
        match self.spec {
            PackageTokenSpec::ApiKey { .. } => api_key::prefix(&self.plain).unwrap_or_default().to_owned(),
            PackageTokenSpec::OAuth2 { .. } => {
                self.plain.expose().chars().take(PackageScheme::PUBLIC_LENGTH).collect()
            }
            PackageTokenSpec::Jwt { .. } => self.id.chars().take(PackageScheme::PUBLIC_LENGTH).collect(),
        }
    }
}

impl Accounts<'_> {
    /// Creates a token of a package. `ttl` overrides the default lifetime of the package.
    ///
    /// # Errors
    /// Returns [`Refusal::DatabaseUnusable`] if no table or several tables are for such tokens,
    /// [`Refusal::ApplicationNotFound`], or a [`Misuse`] if the lifetime or the user does not fit the tokens.
    ///
    /// [`Refusal::DatabaseUnusable`]: crate::error::refusal::Refusal::DatabaseUnusable
    /// [`Refusal::ApplicationNotFound`]: crate::error::refusal::Refusal::ApplicationNotFound
    pub fn package_token(
        &self,
        spec: PackageTokenSpec,
        user: Option<&User>,
        ttl: Option<Ttl>,
    ) -> Result<FreshPackageToken> {
        let (store, created, scheme) = (self.store, self.now, spec.scheme());
        let ttl = ttl.unwrap_or(spec.default_ttl());
        let expiry = ttl.expiry(created).map_err(|_| Misuse::LongLifetime(ttl.to_string()))?;
        if expiry.is_none() && scheme != PackageScheme::ApiKey {
            return Err(Misuse::ExpiryNeeded.into());
        }
        let tables = match scheme {
            PackageScheme::Jwt => store.package_tables(Some(scheme))?,
            _ => store.needed_package_tables(scheme)?,
        };
        let table = store.table_for(tables, spec.token_type(), user.is_some())?;
        if table.is_none() && scheme == PackageScheme::ApiKey {
            return Err(Misuse::ApiKeyOwner { is_given: user.is_some() }.into());
        }
        let application = match (&spec, &table) {
            (PackageTokenSpec::OAuth2 { application: Some(client_id), .. }, Some(table)) => {
                Some(store.oauth2_application(table, client_id)?)
            }
            _ => None,
        };
        let random = &mut *self.random();
        let id = jwt::generate_id(random);
        let plain = match (&spec, user, expiry) {
            (PackageTokenSpec::Jwt { token_type, key, claims }, Some(user), Some(expiry)) => {
                let claims = jwt::claims(*token_type, &id, &user.id, (created, expiry), claims);
                jwt::sign(&claims, key).ok_or_else(|| failed!("the token cannot be signed"))?
            }
            (PackageTokenSpec::ApiKey { .. }, ..) => api_key::generate(random),
            _ => oauth2::generate(random),
        };
        Ok(FreshPackageToken { spec, table, application, plain, id, created, expiry })
    }
}

/// Stores a new token of a package. A JWT access token is in no table, and a refresh token only where simplejwt records
/// them.
///
/// `ready` receives the key before anything is written. If it fails, nothing is written.
pub fn issue(
    runner: &impl ChangeRunner,
    store: &Store,
    user: Option<&User>,
    fresh: &FreshPackageToken,
    mut ready: impl FnMut(&Store, &PlainToken) -> Result<()>,
) -> Result<Done<Issued>> {
    let FreshPackageToken { spec, plain, created, expiry, .. } = fresh;
    let (scheme, prefix) = (fresh.scheme(), fresh.prefix());
    let owner = user.map(|user| &*user.username);
    let (new, created_what) = match (spec, owner) {
        (PackageTokenSpec::OAuth2 { scope, .. }, _) => {
            (NewPackageToken::OAuth2 { scope, application: fresh.application.clone() }, None)
        }
        (PackageTokenSpec::Jwt { .. }, _) => (NewPackageToken::Jwt { id: &fresh.id }, None),
        (PackageTokenSpec::ApiKey { name }, _) => {
            (NewPackageToken::ApiKey { name }, Some(format!("the API key {name:?} was created")))
        }
    };
    let created_what = created_what.unwrap_or_else(|| token_created(scheme, owner.unwrap_or_default()));
    runner.set_effect(Effect::new(created_what).with_token(Some(prefix.clone())));
    runner.run(
        store,
        |_| json!({ "user": owner, "scheme": scheme.to_string(), "prefix": prefix }),
        |transaction| {
            if let Some(user) = user {
                transaction.active_user(user)?;
            }
            ready(transaction, plain)?;
            if let Some(table) = &fresh.table {
                let user = user.map(|user| &user.id);
                transaction.insert_package_token(table, user, plain, &new, (*created, *expiry))?;
            }
            let profiles = user.map_or(Ok(Vec::new()), |user| transaction.profiles_of(&user.id))?;
            let issued = Issued { key: plain.clone(), expiry: *expiry, is_replacement: false, profiles };
            Ok(Done { value: issued, fields: vec!["token".into()] })
        },
    )
}
