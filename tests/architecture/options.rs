//! Checks that only the command line names its options.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Returns the texts in the code of a file that name an option, without comments, attributes and tests.
pub fn named_options(file: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(file.parse().expect("failed to parse a source file"), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<String>) {
    let mut is_attribute = false;
    // Set from the attribute of a test to the end of the item.
    let mut is_test = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if is_attribute => is_test |= group.stream().to_string() == "cfg (test)",
            TokenTree::Group(group) if is_test => is_test = group.delimiter() != Delimiter::Brace,
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) if !is_test => {
                found.extend(Some(literal.to_string()).filter(|text| names_option(text)));
            }
            TokenTree::Punct(punct) if punct.as_char() == '#' || is_attribute && punct.as_char() == '!' => {
                is_attribute = true;
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => is_test = false,
            _ => {}
        }
        is_attribute = false;
    }
}

/// Whether a text contains two dashes that begin a word.
fn names_option(text: &str) -> bool {
    text.match_indices("--").any(|(at, dashes)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + dashes.len()..].chars().next());
        after.is_some_and(|c| c.is_ascii_lowercase())
            && before.is_none_or(|c| !c.is_alphanumeric() && c != '-')
    })
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
    assert_eq!(found("#[cfg(test)]\nmod tests { const OPTION: &str = \"--db\"; }"), 0);
    assert_eq!(found("#[cfg(test)]\nuse a::b; const OPTION: &str = \"--db\";"), 1);
}
