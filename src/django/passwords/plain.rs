//! Passwords as people type them.

use std::fmt;

use zeroize::Zeroizing;

/// A password in plain text: wiped from memory when dropped, and never shown by accident.
#[derive(Clone)]
pub struct Plain(Zeroizing<String>);

impl Plain {
    /// Takes a password as it is; `""` is one too.
    #[must_use]
    pub fn new(password: String) -> Self {
        Self(Zeroizing::new(password))
    }

    /// The password, to show it to the one who asked or to hand it to a hash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
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
