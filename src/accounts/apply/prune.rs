//! Accounts that are there and not in the file, as far as it says that it knows them all.

use std::collections::HashSet;
use std::ops::ControlFlow;

use anyhow::Result;

use crate::django::models::UserFilter;
use crate::store::{Store, UserColumn};

/// Whose accounts a file knows all of: login names by patterns, in which `*` stands for any text and `?` for any one
/// character.
#[derive(Debug, PartialEq, Eq)]
pub struct Scope {
    patterns: Vec<String>,
}

impl Scope {
    /// The names that any of these patterns fits.
    pub fn new(patterns: Vec<String>) -> Self {
        Self { patterns }
    }

    /// Does a pattern fit this name, upper and lower case told apart?
    pub fn contains(&self, name: &str) -> bool {
        self.patterns.iter().any(|pattern| fits(pattern, name))
    }

    /// The patterns, for a sentence.
    pub fn words(&self) -> String {
        self.patterns.join(", ")
    }

    /// The accounts in it but for those of these login names, by login name.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn others(&self, store: &Store, names: &HashSet<String>) -> Result<Vec<Other>> {
        let mut found = Vec::new();
        let columns = ["username", "is_active", "is_superuser"].map(UserColumn::Attribute);
        store.each_user(&UserFilter::default(), &columns, &mut |cells| {
            let username = cells[0].string();
            if self.contains(&username) && !names.contains(&username) {
                found.push(Other {
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

/// An account that is in a scope and not in the file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Other {
    pub username: String,
    pub is_active: bool,
    pub is_superuser: bool,
}

fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    // The last star, and how far the text went when it was met: it takes one character more each time the rest fails.
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        match (pattern.get(at), star) {
            (Some('*'), _) => {
                star = Some((at, place));
                at += 1;
            }
            (Some(c), _) if *c == '?' || *c == text[place] => {
                at += 1;
                place += 1;
            }
            (_, Some((last, taken))) => {
                star = Some((last, taken + 1));
                (at, place) = (last + 1, taken + 1);
            }
            _ => return false,
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::fits;

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
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("ci-*", "CI-bot"), ("ci-*", "xci-bot"), ("?", ""), ("", "a"), ("a*b", "abc"), ("[a]", "a")]
        {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    /// The rules themselves, without the shortcut.
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
            proptest::prop_assert_eq!(fits(&pattern, &text), by_the_rules(&chars(&pattern), &chars(&text)));
        }
    }
}
