//! Searches the text of a table's definition without asking SQLite.
//!
//! SQLite parses definitions slowly, and only a few of hundreds of tables matter.

/// Whether a column of this table may refer to `target`. True for every table that does, and for some others.
///
/// `definition` is the table's `CREATE TABLE`.
pub fn may_refer(definition: &str, target: &str) -> bool {
    // A name that contains a quote is escaped in the definition.
    target.contains('"') || definition.to_ascii_lowercase().contains(&target.to_ascii_lowercase())
}

/// Returns the names of the tables that this table refers to: all of them, and maybe more. `None` if the text is
/// unclear.
///
/// `definition` is the table's `CREATE TABLE`.
pub fn referred(definition: &str) -> Option<Vec<String>> {
    const KEYWORD: &str = "references";
    let lower = definition.to_ascii_lowercase();
    let mut ends = lower.match_indices(KEYWORD).map(|(start, _)| start + KEYWORD.len()).peekable();
    if ends.peek().is_some() && (lower.contains("--") || lower.contains("/*")) {
        return None;
    }
    // White space in SQLite. All characters beyond ASCII are part of a name.
    let spaces = [' ', '\t', '\n', '\u{b}', '\u{c}', '\r'];
    Some(ends.map(|end| name(definition[end..].trim_start_matches(spaces))).collect())
}

/// Returns the name at the start of a text, without its quotes.
fn name(text: &str) -> String {
    let closing = match text.chars().next() {
        Some(quote @ ('"' | '`' | '\'')) => quote,
        Some('[') => ']',
        _ => {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
            return text.chars().take_while(|c| is_part(*c)).collect();
        }
    };
    let mut name = String::new();
    let mut rest = text[1..].chars();
    while let Some(c) = rest.next() {
        // Two quotes within quotes stand for one. Brackets have no escape.
        if c == closing && (c == ']' || rest.next() != Some(closing)) {
            break;
        }
        name.push(c);
    }
    name
}

/// Whether a unique column of this table may refer to `target`.
///
/// True for every table that has such a column. It may be true for others if the text differs from what Django writes.
///
/// `definition` is the table's `CREATE TABLE`, and `unique_indexes` are its `CREATE UNIQUE INDEX` statements.
pub fn may_refer_uniquely(definition: &str, unique_indexes: &[&str], target: &str) -> bool {
    let definition = definition.to_ascii_lowercase();
    let target = target.to_ascii_lowercase();
    if !definition.contains(&target) {
        return false;
    }
    if definition.contains("--") || definition.contains("/*") {
        return true;
    }
    let parts = parts(&definition);
    let is_constraint =
        |part: &str| ["constraint", "foreign", "unique", "primary"].iter().any(|word| part.starts_with(word));
    let is_unique = |part: &str| part.contains("unique") || part.contains("primary key");
    let indexes: Vec<String> = unique_indexes.iter().map(|index| index.to_ascii_lowercase()).collect();
    parts.iter().filter(|part| part.contains("references") && part.contains(&target)).any(|part| {
        let column = first_name(part);
        let is_alone_in = |text: &str| {
            let columns = text.rsplit('(').next().unwrap_or(text);
            columns.contains(column) && !columns.contains(',')
        };
        is_constraint(part)
            || is_unique(part)
            || parts.iter().any(|other| is_constraint(other) && is_unique(other) && is_alone_in(other))
            || indexes.iter().any(|index| is_alone_in(index))
    })
}

/// Splits the columns and constraints within the outer brackets at commas outside of inner brackets and quotes.
fn parts(definition: &str) -> Vec<&str> {
    let Some(start) = definition.find('(') else { return Vec::new() };
    let body = &definition[start + 1..];
    let (mut depth, mut quote, mut begin, mut parts) = (0_usize, None, 0, Vec::new());
    for (index, c) in body.char_indices() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => {
                parts.push(body[begin..index].trim());
                return parts;
            }
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(body[begin..index].trim());
                begin = index + 1;
            }
            _ => {}
        }
    }
    parts
}

/// Returns the name at the start of a column's definition, without its quotes.
fn first_name(part: &str) -> &str {
    let closing = match part.chars().next() {
        Some(quote @ ('"' | '`')) => quote,
        Some('[') => ']',
        _ => return part.split_whitespace().next().unwrap_or(part),
    };
    part[1..].split(closing).next().unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unique_references_are_candidates() {
        let refers = |body: &str, indexes: &[&str]| {
            may_refer_uniquely(&format!(r#"CREATE TABLE "t" ({body})"#), indexes, "Auth_User")
        };
        let plain =
            r#""id" integer NOT NULL PRIMARY KEY, "user_id" integer NOT NULL REFERENCES "auth_user" ("id")"#;
        assert!(!refers(plain, &[]));
        assert!(!refers(r#""id" integer NOT NULL PRIMARY KEY, "name" text UNIQUE"#, &[]));
        assert!(!refers(&format!(r#"{plain}, CONSTRAINT "c" UNIQUE ("user_id", "x")"#), &[]));
        assert!(!refers(plain, &[r#"CREATE UNIQUE INDEX "i" ON "t" ("user_id", "x")"#]));
        assert!(!refers(&format!(r#"{plain}, "note" text DEFAULT 'unique, of auth_user'"#), &[]));

        assert!(refers(r#""user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id")"#, &[]));
        assert!(refers("user_id integer primary key references AUTH_USER", &[]));
        assert!(refers(&format!(r#"{plain}, CONSTRAINT "c" UNIQUE ("user_id")"#), &[]));
        assert!(refers(plain, &[r#"CREATE UNIQUE INDEX "i" ON "t" ("user_id")"#]));
        assert!(refers("user_id integer unique, foreign key (user_id) references auth_user (id)", &[]));
        assert!(refers(&format!("{plain} -- unique"), &[]));
    }

    #[test]
    fn the_tables_behind_references_are_named_in_every_form() {
        let referred = |body: &str| referred(&format!("CREATE TABLE t ({body})"));
        let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(
            referred(
                r#"a REFERENCES "auth_user" ("id"), b references[x y](id), c References`z`, d REFERENCES 'w'"#
            ),
            names(&["auth_user", "x y", "z", "w"])
        );
        assert_eq!(referred("a REFERENCES\tauth_user(id), b REFERENCES ü$1)"), names(&["auth_user", "ü$1"]));
        assert_eq!(referred(r#"a REFERENCES "we""ird""#), names(&["we\"ird"]));
        assert_eq!(referred("a REFERENCES /* b */ c"), None);
        assert_eq!(referred("a int -- of no interest"), names(&[]));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_searched(text: String) {
            may_refer_uniquely(&text, &[&text], "auth_user");
            referred(&text);
            referred(&format!("references{text}"));
        }

        #[test]
        fn a_quoted_name_is_read_back(name in "[^\u{0}]{1,12}") {
            let sql = format!("a REFERENCES {}", crate::store::schema::quoted(&name));
            proptest::prop_assume!(!name.contains("--") && !name.contains("/*") && !name.contains("references"));
            proptest::prop_assert_eq!(referred(&sql), Some(vec![name]));
        }
    }
}
