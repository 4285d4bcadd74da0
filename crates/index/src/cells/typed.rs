//! Witnesses that the action can be called on, where types make a difference.
//!
//! The pattern of a type covers more than its ARNs: a name before a `:` has none
//! itself. What stands for a cell should be a resource of a type all the same.

use whocan_policy::catalogue::catalogue;
use whocan_policy::{Pattern, Region};

use super::pieces::Piece;

/// The lengths that names are tried with.
const LENGTHS: std::ops::RangeInclusive<usize> = 1..=12;

/// Returns the pieces, with witnesses of a type of the action where they have one.
pub(super) fn of(pieces: &[Piece], action: &str) -> Vec<Piece> {
    let all = pieces.iter().map(|piece| {
        let other = piece.witness.as_ref().filter(|text| !fits(action, text));
        let typed = other.and_then(|text| typed(&piece.region, text, action));
        let witness = typed.or_else(|| piece.witness.clone());
        Piece {
            witness,
            ..piece.clone()
        }
    });
    all.collect()
}

fn fits(action: &str, text: &str) -> bool {
    let catalogue = catalogue();
    let service = action.split(':').next().unwrap_or_default();
    let types = catalogue.types_of_arn(service, text);
    let Some(action) = catalogue.action(action) else {
        return true;
    };
    let mut taken = catalogue.resource_types(action).iter();
    taken.any(|used| types.contains(&used.resource_type))
}

// The partition, region and account of `witness` with a name of a type.
fn typed(region: &Region, witness: &str, action: &str) -> Option<String> {
    let catalogue = catalogue();
    let types = catalogue.resource_types(catalogue.action(action)?).iter();
    let forms = types.flat_map(|used| catalogue.resource_type(used.resource_type).arn_forms());
    let (at, _) = witness.match_indices(':').nth(4)?;
    let place = &witness[..at];
    for form in forms {
        for length in LENGTHS {
            let pattern = Pattern::arn(&with_names(form.as_str(), length));
            let inside = pattern.and_then(|pattern| region.intersect(&Region::of(pattern)));
            let Some(Ok(Some(found))) = inside.map(|inside| inside.witness()) else {
                continue;
            };
            let name = found.splitn(6, ':').nth(5)?;
            let text = format!("{place}:{name}");
            if region.holds(&text) && fits(action, &text) {
                return Some(text);
            }
        }
    }
    None
}

// `arn:${Partition}:logs:${Region}:...:log-group:${Name}` with names of so many
// letters; the last may have any.
fn with_names(form: &str, length: usize) -> String {
    let mut pattern = String::new();
    let mut rest = form;
    while let Some((before, behind)) = rest.split_once("${") {
        pattern.push_str(before);
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
        let is_place = pattern.matches(':').count() < 5;
        match is_place || rest.is_empty() {
            true => pattern.push('*'),
            false => pattern.extend(std::iter::repeat_n('?', length)),
        }
    }
    pattern + rest
}
