//! Finds the word that was probably meant.

/// Returns the candidate nearest to `written`, if one is near enough to suggest.
///
/// Near enough is one slip in three characters, two at least for words of four and more, case aside.
/// Of equally near candidates one with the same first letter wins, then the first.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Longer than any name of AWS; the distance costs the product of the lengths.
    if written.len() > 300 {
        return None;
    }
    let lower = written.to_lowercase();
    let length = lower.chars().count();
    let allowed = if length < 4 { 1 } else { (length / 3).max(2) };
    let mut best: Option<(usize, bool, &str)> = None;
    for candidate in candidates {
        let limit = best.map_or(allowed, |(distance, ..)| distance);
        // Bytes against characters: four bytes a character at most.
        if candidate.len().abs_diff(lower.len()) > 4 * limit {
            continue;
        }
        let candidate_lower = candidate.to_lowercase();
        let distance = strsim::osa_distance(&lower, &candidate_lower);
        let other_start = lower.chars().next() != candidate_lower.chars().next();
        let better = best.is_none_or(|(d, start, _)| (distance, other_start) < (d, start));
        if distance <= limit && distance < candidate.chars().count() && better {
            best = Some((distance, other_start, candidate));
        }
    }
    best.map(|(.., candidate)| candidate)
}

/// Returns `did you mean ...?` for the nearest candidate.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(written, candidates).map(|near| format!("did you mean `{near}`?"))
}
