//! The schemas that `options=-csearch_path=…` chooses.

use crate::store::schema::split_quoted;

/// The maximum length of a name in bytes. The server cuts longer ones, and so would find another schema.
const LONGEST: usize = 63;

/// White space for the server, but not for Rust.
const VERTICAL_TAB: char = '\u{b}';

/// Settings that change nothing, since authctl does not show the server's notices.
const WITHOUT_EFFECT: [&str; 1] = ["client_min_messages"];

/// Returns the schemas in the server's command-line options. The error continues a sentence that begins with where the
/// options came from.
pub fn of_options(options: &str) -> Result<Option<Vec<String>>, String> {
    let mut schemas = None;
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
            "search_path" => schemas = Some(of_search_path(value)?),
            name if WITHOUT_EFFECT.contains(&name) => {}
            _ => return Err("may set the search_path only".into()),
        }
    }
    Ok(schemas)
}

/// Returns the schemas in a search path, as the server reads it.
pub fn of_search_path(path: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    let mut rest = path.trim();
    loop {
        let (name, after) = next_name(rest)?;
        if name == "$user" {
            return Err("has a search_path with $user. Name the schema itself".into());
        }
        names.push(name);
        match after.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if after.is_empty() => break,
            None => return Err("has a search_path without a comma between two schemas".into()),
        }
    }
    check_names(&names)?;
    Ok(names)
}

/// Splits off the first name of a search path. The rest begins with the comma, if there is one.
fn next_name(path: &str) -> Result<(String, &str), String> {
    if path.starts_with('"') {
        let (name, after) = split_quoted(path).ok_or("has a search_path with an unfinished quotation")?;
        return Ok((name, after.trim_start()));
    }
    let ends = |c: char| c == ',' || c == '"' || c.is_whitespace();
    let (name, after) = path.split_at(path.find(ends).unwrap_or(path.len()));
    Ok((name.to_ascii_lowercase(), after.trim_start()))
}

/// Checks the names of schemas. The error continues a sentence.
pub fn check_names(names: &[String]) -> Result<(), String> {
    if names.is_empty() || names.iter().any(String::is_empty) {
        return Err("must not name an empty schema".into());
    }
    if names.iter().any(|name| name.len() > LONGEST || name.contains('\0')) {
        return Err(format!("must name schemas of at most {LONGEST} bytes"));
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
    fn every_spelling_of_a_search_path_names_its_schemas() {
        let cases: [(&str, &[&str]); 12] = [
            ("-csearch_path=acme", &["acme"]),
            ("-c search_path=Acme", &["acme"]),
            ("--search-path=acme", &["acme"]),
            ("  -c  client_min_messages=error   -csearch_path=acme ", &["acme"]),
            (r#"-csearch_path="Acme\ Inc""#, &["Acme Inc"]),
            (r#"-csearch_path="a""b""#, &["a\"b"]),
            (r#"-csearch_path="a,b""#, &["a,b"]),
            ("-csearch_path=one -csearch_path=two", &["two"]),
            ("-csearch_path=acme,public", &["acme", "public"]),
            (r"-csearch_path=Acme,\ public\ ,shared", &["acme", "public", "shared"]),
            (r#"-csearch_path="Acme","public""#, &["Acme", "public"]),
            (r#"-csearch_path="a"",""b"\ ,c"#, &["a\",\"b", "c"]),
        ];
        for (options, schemas) in cases {
            let schemas = schemas.iter().map(|schema| (*schema).to_owned()).collect();
            assert_eq!(of_options(options), Ok(Some(schemas)), "{options}");
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
            ("-csearch_path=s3cret,", "empty"),
            ("-csearch_path=,s3cret", "empty"),
            (r#"-csearch_path="s3cret"#, "unfinished"),
            (r#"-csearch_path=a,"s3cret"""#, "unfinished"),
            (r"-csearch_path=a\ b", "comma"),
            (r#"-csearch_path="a"b"#, "comma"),
            (r#"-csearch_path=a"b""#, "comma"),
            ("-csearch_path=", "empty"),
            (r#"-csearch_path="""#, "empty"),
            (r#"-csearch_path="$user""#, "$user"),
            (r#"-csearch_path=public,"$user""#, "$user"),
            (&format!("-csearch_path=public,{}", "a".repeat(64)), "63 bytes"),
        ] {
            let fault = of_options(options).expect_err(options);
            assert!(fault.contains(word) && !fault.contains("s3cret"), "{options}: {fault}");
        }
    }
}
