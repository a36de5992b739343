//! Passwords in plain text.

use std::fmt;

use zeroize::Zeroizing;

use crate::error::faults::{Fault, FaultCode};

/// A password in plain text. Wiped from memory on drop, and hidden from `Debug`.
#[derive(Clone)]
pub struct Plain(Zeroizing<String>);

impl Plain {
    /// Wraps a password, which may be empty.
    #[must_use]
    pub fn new(password: String) -> Self {
        Self(Zeroizing::new(password))
    }

    /// Returns the password.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns a fault for a null character, which Django's login form refuses.
    #[must_use]
    pub fn null_fault(&self) -> Option<Fault> {
        self.as_str().contains('\0').then(|| Fault::new("password", FaultCode::NullCharacter))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plain(..)")
    }
}
