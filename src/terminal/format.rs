//! The formats of standard output, and the use of colors.

/// The format of standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: aligned columns and local times.
    #[default]
    Table,
    /// For scripts: tab-separated, escaped, without headings.
    Plain,
    /// One JSON value. Errors are a JSON object on standard error.
    Json,
    /// JSON lines: one object per row.
    Jsonl,
    /// Comma-separated values after RFC 4180, verbatim.
    Csv,
}

impl Format {
    /// Whether an answer is a structured document rather than a line of text.
    #[must_use]
    pub fn is_for_programs(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Csv)
    }

    /// Whether results and errors are JSON.
    #[must_use]
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    pub(super) fn applies(self, is_terminal: bool) -> bool {
        match self {
            Self::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                is_terminal && !refused && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The ECMA-48 code for bold text.
pub(super) const BOLD: u8 = 1;
