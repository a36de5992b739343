//! Checks that only the command line names its options.

use proc_macro2::{TokenStream, TokenTree};

/// Returns the texts in the code of a file that name an option, without comments, attributes and tests.
pub fn named_options(file: &str) -> Vec<String> {
    let code = file.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    collect(code.parse().expect("failed to parse a source file"), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<String>) {
    let mut is_attribute = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if !is_attribute => collect(group.stream(), found),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.split_whitespace().any(is_option) {
                    found.push(text);
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '#' || is_attribute && punct.as_char() == '!' => {
                is_attribute = true;
                continue;
            }
            _ => {}
        }
        is_attribute = false;
    }
}

/// Whether a word is an option, perhaps in quotes or brackets.
fn is_option(word: &str) -> bool {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '-');
    word.strip_prefix("--").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[test]
fn an_option_is_found_in_a_text_and_nowhere_else() {
    let found = |text: &str| named_options(text).len();
    assert_eq!(found("fn f() -> &'static str { \"Pass --yes.\" }"), 1);
    assert_eq!(found("const HINT: &str = r\"(--db)\";"), 1);
    assert_eq!(found("#[test] fn f() { g(\"--db\"); }"), 1);
    assert_eq!(
        found("/// Pass `--yes`.\n#[doc = \"--yes\"]\nfn f() { g(\"a -- b\", \"x--y\"); } // --yes"),
        0
    );
    assert_eq!(found("fn f() {}\n#[cfg(test)]\nmod tests { const OPTION: &str = \"--db\"; }"), 0);
}
