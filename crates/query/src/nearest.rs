//! Finds the word that was probably meant.

/// Returns the candidate nearest to `written`, if one is near enough to suggest.
///
/// Near enough is one slip in three characters, two at least for words of four and more, case aside.
/// Of equally near candidates the first wins.
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
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let limit = best.map_or(allowed + 1, |(distance, _)| distance);
        if candidate.len().abs_diff(lower.len()) >= limit + 4 {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        if distance < limit && distance < candidate.chars().count() {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Returns `did you mean ...?` for the nearest candidate.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(written, candidates).map(|near| format!("did you mean `{near}`?"))
}
