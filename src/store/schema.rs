//! Tables as a database describes them, before anyone knows what they mean.

use crate::django::field::ColumnType;
use crate::django::value::Kind;

/// One table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name, unquoted.
    pub name: String,
    /// Its columns, in the order of the table.
    pub columns: Vec<Column>,
    /// The columns of its primary key.
    pub key: Vec<String>,
    /// References from one column to another table.
    pub references: Vec<Reference>,
    /// The sets of columns that are unique in every row: no partial index, no expression.
    pub uniques: Vec<Vec<String>>,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name, unquoted.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// May it be a `DurationField`, which Django keeps in microseconds in a `bigint`?
    pub may_be_duration: bool,
    /// May it be NULL?
    pub nullable: bool,
    /// Does the database fill it by itself: by a default, by a generated expression, or as the running key?
    pub filled: bool,
    /// Is it computed from other columns, so that it cannot be written?
    pub generated: bool,
}

impl Column {
    /// What it takes.
    #[must_use]
    pub fn column_type(&self) -> ColumnType<'_> {
        ColumnType { kind: &self.kind, nullable: self.nullable, may_be_duration: self.may_be_duration }
    }

    /// Does it tell when its row was last changed? Django's `auto_now` leaves no trace in the schema, so the name has
    /// to say it.
    #[must_use]
    pub fn is_time_of_change(&self) -> bool {
        let (first, second) = self.name.split_once('_').unwrap_or((&self.name, ""));
        let is_change = |word| ["updated", "modified", "changed"].contains(&word);
        let goes_with = |word| ["", "at", "on", "time", "date", "last"].contains(&word);
        self.kind == Kind::Timestamp
            && (is_change(first) && goes_with(second) || is_change(second) && goes_with(first))
    }
}

/// A column that refers to a column of another table.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The column.
    pub column: String,
    /// The table that is referred to.
    pub table: String,
    /// The column that is referred to.
    pub target: String,
}

impl Column {
    /// Does its name say that it holds a secret, such as another service's key? Whatever else is in doubt is one too.
    #[must_use]
    pub fn may_hold_secret(&self) -> bool {
        const PARTS: [&str; 10] = [
            "apikey",
            "cipher",
            "credential",
            "passcode",
            "passphrase",
            "passwd",
            "password",
            "privatekey",
            "secret",
            "token",
        ];
        const WORDS: [&str; 13] = [
            "cvc", "cvv", "hash", "hotp", "key", "keys", "mnemonic", "otp", "pass", "pin", "pwd", "salt",
            "totp",
        ];
        // When a password was changed, or whether a token is wanted, is none.
        if matches!(self.kind, Kind::Boolean | Kind::Timestamp | Kind::Date | Kind::Time) {
            return false;
        }
        let name = self.name.to_lowercase();
        let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
        let is_code = words.contains(&"code") || words.contains(&"codes");
        let is_for_recovery =
            ["backup", "recovery", "reset", "verification"].iter().any(|word| words.contains(word));
        PARTS.iter().any(|part| name.contains(part))
            || WORDS.iter().any(|word| words.contains(word)) && !words.contains(&"public")
            || is_code && is_for_recovery
    }
}

impl Table {
    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Is there a column of this name?
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.column(name).is_some()
    }

    /// Is this one column unique by itself?
    #[must_use]
    pub fn is_unique(&self, name: &str) -> bool {
        self.uniques.iter().any(|columns| columns.len() == 1 && columns[0] == name)
    }

    /// The reference that starts at this column.
    #[must_use]
    pub fn reference(&self, column: &str) -> Option<&Reference> {
        self.references.iter().find(|reference| reference.column == column)
    }
}

/// A name as SQL takes it, whatever is in it.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::{Column, Kind};

    #[test]
    fn names_tell_what_may_be_a_secret() {
        let may_hold_secret = |name: &str, kind| {
            let name = name.to_owned();
            Column { name, kind, may_be_duration: false, nullable: true, filled: false, generated: false }
                .may_hold_secret()
        };
        let text = || Kind::Text { max_length: None };
        for name in [
            "api_key",
            "apiKey",
            "privateKey",
            "APIKEY",
            "private_key",
            "ssh_key",
            "stripe_secret",
            "otp",
            "totp_seed",
            "otp_secret",
            "old_password",
            "password2",
            "pin",
            "refresh_token",
            "tokens",
            "recovery_codes",
            "key",
            "salt",
        ] {
            assert!(may_hold_secret(name, text()), "{name}");
        }
        for name in [
            "bio",
            "address",
            "monkey",
            "pinned_post",
            "public_key",
            "spin",
            "zip_code",
            "keyboard",
            "hashtags",
            "passport",
        ] {
            assert!(!may_hold_secret(name, text()), "{name}");
        }
        assert!(may_hold_secret("pin", Kind::Integer) && may_hold_secret("token", Kind::Uuid));
        assert!(!may_hold_secret("must_change_password", Kind::Boolean));
        assert!(!may_hold_secret("password_changed", Kind::Timestamp));
    }
}
