//! The schema that `options=-csearch_path=…` chooses.

/// The maximum length of a name in bytes. The server cuts longer ones, and so would find another schema.
const LONGEST: usize = 63;

/// White space for the server, but not for Rust.
const VERTICAL_TAB: char = '\u{b}';

/// Settings that change nothing, since authctl does not show the server's notices.
const WITHOUT_EFFECT: [&str; 1] = ["client_min_messages"];

/// Returns the schema in the server's command-line options. The error continues a sentence that begins with where the
/// options came from.
pub fn of_options(options: &str) -> Result<Option<String>, String> {
    let mut schema = None;
    let mut words = words(options).into_iter();
    while let Some(word) = words.next() {
        let setting = if word == "-c" {
            words.next()
        } else {
            word.strip_prefix("-c").or_else(|| word.strip_prefix("--")).map(str::to_owned)
        };
        let (name, value) = setting
            .as_deref()
            .and_then(|setting| setting.split_once('='))
            .ok_or("must be of the form -csearch_path=SCHEMA")?;
        match &*name.replace('-', "_").to_ascii_lowercase() {
            "search_path" => schema = Some(of_search_path(value)?),
            name if WITHOUT_EFFECT.contains(&name) => {}
            _ => return Err("may set the search_path only".into()),
        }
    }
    Ok(schema)
}

/// Returns the only schema in a search path.
fn of_search_path(path: &str) -> Result<String, String> {
    let path = path.trim();
    let name = if let Some(rest) = path.strip_prefix('"') {
        let inner = rest.strip_suffix('"').ok_or("has a search_path with an unfinished quotation")?;
        let name = inner.replace("\"\"", "\"");
        // What is left are quotation marks between two names.
        if inner.replace("\"\"", "").contains('"') {
            return Err(SEVERAL.into());
        }
        name
    } else if path.contains(',') {
        return Err(SEVERAL.into());
    } else if path.contains(|c: char| c.is_whitespace() || c == '"') {
        return Err("has a search_path that is not the name of one schema".into());
    } else {
        path.to_ascii_lowercase()
    };
    if name == "$user" {
        return Err("has a search_path with $user. Name the schema itself".into());
    }
    check_name(&name)?;
    Ok(name)
}

const SEVERAL: &str =
    "has a search_path with several schemas, which is not supported. Name the one with the user table";

/// Checks the name of a schema. The error continues a sentence.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("must not name an empty schema".into());
    }
    if name.len() > LONGEST || name.contains('\0') {
        return Err(format!("must name a schema of at most {LONGEST} bytes"));
    }
    Ok(())
}

/// Splits options at white space, as the server does. A backslash quotes the next character.
fn words(options: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = options.chars();
    while let Some(c) = chars.next() {
        if c.is_ascii_whitespace() || c == VERTICAL_TAB {
            words.extend(word.take());
            continue;
        }
        let c = if c == '\\' { chars.next() } else { Some(c) };
        word.get_or_insert_default().extend(c);
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::of_options;

    #[test]
    fn every_spelling_of_a_search_path_names_its_schema() {
        for (options, schema) in [
            ("-csearch_path=acme", "acme"),
            ("-c search_path=Acme", "acme"),
            ("--search-path=acme", "acme"),
            ("  -c  client_min_messages=error   -csearch_path=acme ", "acme"),
            (r#"-csearch_path="Acme\ Inc""#, "Acme Inc"),
            (r#"-csearch_path="a""b""#, "a\"b"),
            (r#"-csearch_path="a,b""#, "a,b"),
            ("-csearch_path=one -csearch_path=two", "two"),
        ] {
            assert_eq!(of_options(options), Ok(Some(schema.into())), "{options}");
        }
        assert_eq!(of_options(" "), Ok(None));
        assert_eq!(of_options("--client-min-messages=warning"), Ok(None));
    }

    #[test]
    fn other_options_are_refused_without_their_values() {
        for (options, word) in [
            ("-crole=s3cret", "search_path only"),
            ("-c", "of the form"),
            ("s3cret", "of the form"),
            ("-csearch_path", "of the form"),
            ("-csearch_path=s3cret,public", "several schemas"),
            (r#"-csearch_path="s3cret","public""#, "several schemas"),
            (r"-csearch_path=s3cret,\ public", "several schemas"),
            (r#"-csearch_path="s3cret"#, "unfinished"),
            (r"-csearch_path=a\ b", "one schema"),
            ("-csearch_path=", "empty"),
            (r#"-csearch_path="$user""#, "$user"),
            (&format!("-csearch_path={}", "a".repeat(64)), "63 bytes"),
        ] {
            let fault = of_options(options).expect_err(options);
            assert!(fault.contains(word) && !fault.contains("s3cret"), "{options}: {fault}");
        }
    }
}
