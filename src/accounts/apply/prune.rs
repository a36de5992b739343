//! Finds the accounts in the scope of a file that are not in the file.

use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::django::models::UserFilter;
use crate::error::failure::Result;
use crate::store::{Store, UserColumn};

/// The login names for which a file lists all accounts, as patterns.
///
/// `*` matches any text, and `?` matches any single character.
#[derive(Debug, PartialEq, Eq)]
pub struct Scope {
    patterns: Vec<String>,
}

impl Scope {
    /// Creates a scope of the names that match any of these patterns.
    pub fn new(patterns: Vec<String>) -> Self {
        Self { patterns }
    }

    /// Whether a pattern matches this name. Matching is case-sensitive.
    pub fn contains(&self, name: &str) -> bool {
        self.patterns.iter().any(|pattern| matches(pattern, name))
    }

    /// Returns the patterns as text for a message.
    pub fn words(&self) -> String {
        self.patterns.join(", ")
    }

    /// Returns the accounts in the scope except those with these login names, sorted by login name.
    pub fn others(&self, store: &Store, names: &HashMap<String, usize>) -> Result<Vec<UnlistedUser>> {
        let mut found = Vec::new();
        let columns = ["username", "is_active", "is_superuser"].map(UserColumn::Attribute);
        store.each_user(&UserFilter::default(), &columns, &mut |cells| {
            let username = cells[0].string();
            if self.contains(&username) && !names.contains_key(&username) {
                found.push(UnlistedUser {
                    username,
                    is_active: cells[1].is_true(),
                    is_superuser: cells[2].is_true(),
                });
            }
            Ok(ControlFlow::Continue(()))
        })?;
        found.sort();
        Ok(found)
    }
}

/// An account in a scope that is not in the file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnlistedUser {
    pub username: String,
    pub is_active: bool,
    pub is_superuser: bool,
}

fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut index, mut position) = (0, 0);
    // The index of the last star, and the end of the text that it matches. Each time the rest does not match, the star
    // matches one more character.
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        match (pattern.get(index), star) {
            (Some('*'), _) => {
                star = Some((index, position));
                index += 1;
            }
            (Some(c), _) if *c == '?' || *c == text[position] => {
                index += 1;
                position += 1;
            }
            (_, Some((last, end))) => {
                star = Some((last, end + 1));
                (index, position) = (last + 1, end + 1);
            }
            _ => return false,
        }
    }
    pattern[index..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_fit_whole_names() {
        for (pattern, name) in [
            ("ci-*", "ci-"),
            ("ci-*", "ci-bot"),
            ("*", ""),
            ("*-bot", "ci-bot-bot"),
            ("?ä*", "xä"),
            ("a*b*c", "aXbYbc"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("ci-*", "CI-bot"), ("ci-*", "xci-bot"), ("?", ""), ("", "a"), ("a*b", "abc"), ("[a]", "a")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    /// The definition of a match, without the shortcut.
    fn by_the_rules(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], text) => text.is_empty(),
            (['*', rest @ ..], text) => (0..=text.len()).any(|taken| by_the_rules(rest, &text[taken..])),
            ([c, rest @ ..], [d, others @ ..]) => (*c == '?' || c == d) && by_the_rules(rest, others),
            (_, []) => false,
        }
    }

    proptest::proptest! {
        #[test]
        fn the_shortcut_keeps_the_rules(pattern in "[ab*?]{0,7}", text in "[ab]{0,9}") {
            let chars = |text: &str| text.chars().collect::<Vec<char>>();
            proptest::prop_assert_eq!(matches(&pattern, &text), by_the_rules(&chars(&pattern), &chars(&text)));
        }
    }
}
