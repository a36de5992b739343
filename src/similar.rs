//! The word that was probably meant.

/// The most similar of the known words, if one is similar enough to have been meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| {
            let is_slip = word.len() > 1 && strsim::damerau_levenshtein(word, candidate) == 1;
            (if is_slip { 1.0 } else { strsim::jaro_winkler(word, candidate) }, candidate)
        })
        .filter(|(similarity, _)| *similarity > 0.7)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}
