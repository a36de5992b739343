//! The token schemes of packages besides DRF and knox.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::django::models::Scheme;

/// The token scheme of a package whose tables are found only if asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageScheme {
    /// django-oauth-toolkit.
    OAuth2,
    /// djangorestframework-simplejwt.
    Jwt,
    /// djangorestframework-api-key.
    ApiKey,
}

impl PackageScheme {
    /// All schemes.
    pub const ALL: [Self; 3] = [Self::OAuth2, Self::Jwt, Self::ApiKey];

    /// The number of characters that are shown of a token, or of the id of a JWT.
    pub const PUBLIC_LENGTH: usize = 8;
}

impl fmt::Display for PackageScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OAuth2 => "oauth2",
            Self::Jwt => "jwt",
            Self::ApiKey => "api-key",
        })
    }
}

/// Any token scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyScheme {
    /// One that every command knows.
    Core(Scheme),
    /// One of a package.
    Package(PackageScheme),
}

impl AnyScheme {
    /// All schemes.
    pub const ALL: [Self; 5] = [
        Self::Core(Scheme::Drf),
        Self::Core(Scheme::Knox),
        Self::Package(PackageScheme::OAuth2),
        Self::Package(PackageScheme::Jwt),
        Self::Package(PackageScheme::ApiKey),
    ];

    /// Names the table of its tokens, with the package that creates it.
    #[must_use]
    pub fn table(self) -> &'static str {
        match self {
            Self::Core(Scheme::Drf) => "table of drf keys (Django REST framework)",
            Self::Core(Scheme::Knox) => "table of knox tokens (django-rest-knox)",
            Self::Package(PackageScheme::OAuth2) => "table of OAuth2 tokens (django-oauth-toolkit)",
            Self::Package(PackageScheme::Jwt) => "table of JWTs (djangorestframework-simplejwt)",
            Self::Package(PackageScheme::ApiKey) => "table of API keys (djangorestframework-api-key)",
        }
    }

    /// Returns the scheme, if every command knows it.
    #[must_use]
    pub fn core(self) -> Option<Scheme> {
        if let Self::Core(scheme) = self { Some(scheme) } else { None }
    }

    /// Returns the scheme, if it is one of a package.
    #[must_use]
    pub fn package(self) -> Option<PackageScheme> {
        if let Self::Package(scheme) = self { Some(scheme) } else { None }
    }
}

impl From<Scheme> for AnyScheme {
    fn from(scheme: Scheme) -> Self {
        Self::Core(scheme)
    }
}

impl fmt::Display for AnyScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Core(scheme) => scheme.fmt(f),
            Self::Package(scheme) => scheme.fmt(f),
        }
    }
}

impl Serialize for AnyScheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a token of OAuth2 or a JWT is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// It opens views.
    Access,
    /// It gets new access tokens.
    Refresh,
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        })
    }
}
