//! Parameters about files and other inputs as a whole.

/// A wrong number of columns or keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnFlaw {
    /// The row has more columns than are read.
    TooMany,
    /// The row has another number of columns than there are headings.
    Count {
        /// The number of columns.
        columns: usize,
        /// The number of headings.
        headings: usize,
    },
    /// The table of this name has more keys than are read.
    TooManyKeys(String),
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// One value.
    Value,
    /// A line.
    Line,
    /// The whole document in this file.
    Document(String),
}

/// An input that exceeds a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TooLong {
    /// A row of a table.
    Row,
    /// A line.
    Line,
    /// The file of accounts of this name.
    AccountsFile(String),
    /// A secret from this source.
    Secret(String),
    /// A value in this file.
    ValueFile(String),
}

/// A text that is not UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecodable {
    /// The file, from its position on.
    File,
    /// A secret from this source.
    Secret(String),
    /// The environment variable of this name, if the name may be shown.
    Variable(Option<String>),
    /// A row of the database.
    Row,
}

/// Why a text is not the expected JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonFlaw {
    /// It is nested too deeply.
    Nesting,
    /// It ends too early.
    End,
    /// Its syntax is wrong, for the parser's reason if there is one.
    Syntax(Option<String>),
    /// This must be an object without duplicate keys.
    NoObject(JsonPart),
    /// This has too many keys.
    TooManyKeys(JsonPart),
    /// The document in this file must be a list of objects.
    NoList(String),
    /// The object of a fixture has another key.
    FixtureKey,
    /// The object of a fixture lacks a key.
    FixtureObject,
    /// The body is not an object.
    Body,
    /// The body in this file is too long.
    LongBody(String),
    /// The body in this file is empty.
    EmptyBody(String),
    /// It is not UTF-8.
    Undecodable,
}

/// A part of a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonPart {
    /// A row.
    Row,
    /// An object of a fixture.
    FixtureObject,
    /// The value of this key.
    Key(String),
}

/// Why a text is not TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TomlFlaw {
    /// A number is out of range.
    Number,
    /// Its syntax is wrong, for the parser's reason.
    Syntax(String),
}
