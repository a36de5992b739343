//! Tables as the database describes them, before their meaning is known.

use crate::django::field::ColumnType;
use crate::django::value::Kind;

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The name, unquoted.
    pub name: String,
    /// The columns, in the order of the table.
    pub columns: Vec<Column>,
    /// The columns of the primary key.
    pub key: Vec<String>,
    /// References of single columns to other tables.
    pub references: Vec<Reference>,
    /// The unique sets of columns, without partial indexes and expressions.
    pub uniques: Vec<Vec<String>>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name, unquoted.
    pub name: String,
    /// The kind of its values.
    pub kind: Kind,
    /// Whether it may be a `DurationField`, which Django stores in microseconds in a `bigint`.
    pub may_be_duration: bool,
    /// Whether it can be NULL.
    pub nullable: bool,
    /// Whether the database fills it: by a default, by a generated expression, or as the auto-increment key.
    pub filled: bool,
    /// Whether it is computed from other columns and so cannot be written.
    pub generated: bool,
}

impl Column {
    /// Returns the type of values that the column accepts.
    #[must_use]
    pub fn column_type(&self) -> ColumnType<'_> {
        ColumnType { kind: &self.kind, nullable: self.nullable, may_be_duration: self.may_be_duration }
    }

    /// Whether it holds the time of the last change of its row.
    ///
    /// Django's `auto_now` leaves no trace in the schema, so the name decides.
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
    /// The referenced table.
    pub table: String,
    /// The referenced column.
    pub target: String,
}

impl Column {
    /// Whether its name suggests a secret, such as the key of another service. In case of doubt, it does.
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
        // The time of a password change, or a flag about tokens, is no secret.
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
    /// Returns the column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether a column of this name exists.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.column(name).is_some()
    }

    /// Whether the last word of a column's name is one of these.
    #[must_use]
    pub fn has_column_with(&self, words: &[&str]) -> bool {
        self.columns.iter().any(|column| words.contains(&last_word(&column.name)))
    }

    /// Whether this column alone is unique.
    #[must_use]
    pub fn is_unique(&self, name: &str) -> bool {
        self.uniques.iter().any(|columns| columns.len() == 1 && columns[0] == name)
    }

    /// Returns the columns besides these that need a value which only the project knows.
    #[must_use]
    pub fn required_besides(&self, known: &[&str]) -> Vec<String> {
        let is_required = |column: &&Column| {
            !column.nullable
                && !column.filled
                && !column.is_time_of_change()
                && !known.contains(&&*column.name)
        };
        self.columns.iter().filter(is_required).map(|column| column.name.clone()).collect()
    }

    /// Returns the reference of this column.
    #[must_use]
    pub fn reference(&self, column: &str) -> Option<&Reference> {
        self.references.iter().find(|reference| reference.column == column)
    }
}

/// Returns the last word of a name, such as `token` of `api_token`.
#[must_use]
pub fn last_word(name: &str) -> &str {
    name.rsplit('_').next().unwrap_or_default()
}

/// Quotes a name for SQL.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Splits off the quoted name at the start of a text. Returns it as [`quoted`] accepts it, and the rest. `None` if there
/// is none, or if it does not end.
#[must_use]
pub fn split_quoted(text: &str) -> Option<(String, &str)> {
    let name = text.strip_prefix('"')?;
    let mut from = 0;
    loop {
        let end = from + name[from..].find('"')?;
        if !name[end + 1..].starts_with('"') {
            return Some((name[..end].replace("\"\"", "\""), &name[end + 1..]));
        }
        from = end + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, Kind, quoted, split_quoted};

    #[test]
    fn a_quoted_name_is_split_off() {
        for (text, expected) in [
            (r#""a b", c"#, Some(("a b", ", c"))),
            (r#""a""b"""x"#, Some(("a\"b\"", "x"))),
            (r#""""#, Some(("", ""))),
            (r#""a"#, None),
            (r#""a"""#, None),
            ("a", None),
            ("", None),
        ] {
            let found = split_quoted(text);
            assert_eq!(found.as_ref().map(|(name, rest)| (&**name, *rest)), expected, "{text}");
        }
        assert_eq!(split_quoted(&quoted("\"é\"")), Some(("\"é\"".into(), "")));
    }

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
