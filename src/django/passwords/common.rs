//! The list of common passwords.

use std::cmp::Ordering;

/// One password per line, sorted by bytes.
static LIST: &str = include_str!("../../../data/common-passwords.txt");

/// Searches the list with a binary search on its bytes. Splitting it into lines would take longer than the search.
pub(super) fn is_listed(password: &str) -> bool {
    let mut lines = LIST.as_bytes();
    while !lines.is_empty() {
        let (before, after) = lines.split_at(lines.len() / 2);
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let end = after.iter().position(|byte| *byte == b'\n').map_or(lines.len(), |end| before.len() + end);
        match lines[start..end].cmp(password.as_bytes()) {
            Ordering::Equal => return true,
            Ordering::Less => lines = lines.get(end + 1..).unwrap_or_default(),
            Ordering::Greater => lines = &lines[..start],
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_no_empty_line() {
        assert!(LIST.lines().is_sorted_by(|one, next| one < next));
        assert!(LIST.lines().all(|line| !line.is_empty() && !line.contains(|c: char| c.is_ascii_control())));
    }

    #[test]
    fn what_is_listed_is_found_and_nothing_else() {
        let listed: HashSet<&str> = LIST.lines().collect();
        for word in LIST.lines() {
            assert!(is_listed(word), "{word}");
            let longer = format!("{word}0");
            assert_eq!(is_listed(&longer), listed.contains(&*longer), "{longer}");
            let mut shorter = word.to_owned();
            shorter.pop();
            assert_eq!(is_listed(&shorter), listed.contains(&*shorter), "{shorter}");
        }
        for text in ["", "\0", "\n", "\u{1f}", "~~~~", "123456\n1234567", "яя", "\u{10ffff}"] {
            assert!(!is_listed(text), "{text:?}");
        }
    }
}
