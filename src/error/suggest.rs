//! Suggests the word that the user probably meant.

use strsim::{damerau_levenshtein, jaro};

/// Finds the most similar known word. Up to a third of the letters may be wrong, or one if the word is short.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The comparison needs memory and time for each pair of characters, and no known word is nearly as long.
    const LONGEST: usize = 256;
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    known
        .into_iter()
        .map(|candidate| (damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(slips, candidate)| {
            let longer = length.max(candidate.chars().count());
            length > 1 && *slips <= (longer / 3).max(1)
        })
        // Of words that differ in case alone, the one in the given case.
        .min_by_key(|(slips, candidate)| (*slips, damerau_levenshtein(word, candidate)))
        .map(|(_, candidate)| candidate)
}

/// Sorts the words, the most similar one first.
pub fn sort_by_similarity(words: &mut [String], word: &str) {
    let order = |one: &String, other: &String| {
        let slips = damerau_levenshtein(word, one).cmp(&damerau_levenshtein(word, other));
        slips.then_with(|| jaro(word, other).total_cmp(&jaro(word, one)))
    };
    words.sort_by(order);
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_is_near_is_found_and_nothing_else() {
        let near = |word| nearest(word, ["username", "email", "password", "id", "specialty"]);
        assert_eq!(near("emial"), Some("email"));
        assert_eq!(near("Passwort"), Some("password"));
        assert_eq!(near("usrname"), Some("username"));
        assert_eq!(near("specialities"), Some("specialty"));
        assert_eq!(near("ix"), Some("id"));
        for word in ["Vorname", "Nachname", "x", "", "Klasse", "phone"] {
            assert_eq!(near(word), None, "{word}");
        }
        for known in [["Ann", "ann"], ["ann", "Ann"]] {
            assert_eq!((nearest("an", known), nearest("An", known)), (Some("ann"), Some("Ann")));
        }
    }
}
