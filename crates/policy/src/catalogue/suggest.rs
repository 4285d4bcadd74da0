//! What somebody may have meant by a name that does not exist.

use super::{ActionId, Catalogue, Service};

/// Longer texts than any action name are cut, so that the cost stays bounded.
const LONGEST: usize = 128;
/// Less alike than this is no help.
const ALIKE: f64 = 0.8;

impl Catalogue {
    /// Returns the names of at most `n` actions that are most like `text`, best first.
    ///
    /// Empty if nothing is much like it. For hints in error messages only.
    pub fn nearest_actions(&self, text: &str, n: usize) -> Vec<&'static str> {
        let text: String = text.chars().take(LONGEST).collect();
        let text = text.to_ascii_lowercase();
        let (prefix, name) = match text.split_once(':') {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, text.as_str()),
        };
        let mut scored: Vec<(f64, ActionId)> = Vec::new();
        for service in self.services() {
            let weight = prefix.map_or(1.0, |prefix| likeness_of_prefixes(prefix, service.prefix));
            if weight >= ALIKE {
                self.score(service, name, weight, &mut scored);
            }
        }
        scored.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
        scored.truncate(n);
        scored.into_iter().map(|(_, id)| self.name(id)).collect()
    }

    fn score(&self, service: &Service, name: &str, weight: f64, scored: &mut Vec<(f64, ActionId)>) {
        for action in service.actions() {
            let known = &self.name(action)[service.prefix.len() + 1..];
            let alike = likeness(name, &known.to_ascii_lowercase());
            if alike >= ALIKE {
                scored.push((alike * weight, action));
            }
        }
    }
}

/// Prefixes may be as short as `s3`, where one wrong letter already looks like much.
fn likeness_of_prefixes(a: &str, b: &str) -> f64 {
    let one_mistake = strsim::osa_distance(a, b) <= 1;
    likeness(a, b).max(if one_mistake { ALIKE } else { 0.0 })
}

fn likeness(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    strsim::jaro_winkler(a, b).min(0.999)
}

#[cfg(test)]
mod tests {
    use crate::catalogue::catalogue;

    #[test]
    fn a_typing_mistake_finds_the_action() {
        assert_eq!(
            catalogue().nearest_actions("s3:GetObjekt", 1),
            ["s3:GetObject"]
        );
        assert_eq!(
            catalogue().nearest_actions("sts:AssumRole", 1),
            ["sts:AssumeRole"]
        );
        assert_eq!(
            catalogue().nearest_actions("S3:getobject", 1),
            ["s3:GetObject"]
        );
    }

    #[test]
    fn a_wrong_or_missing_prefix_is_no_hindrance() {
        assert_eq!(
            catalogue().nearest_actions("secretmanager:GetSecretValue", 1),
            ["secretsmanager:GetSecretValue"]
        );
        let found = catalogue().nearest_actions("AssumeRole", 3);
        assert!(found.contains(&"sts:AssumeRole"), "{found:?}");
    }

    #[test]
    fn one_wrong_letter_in_a_short_prefix_is_forgiven() {
        let found = catalogue().nearest_actions("s4:GetObject", 1);
        assert_eq!(found, ["s3:GetObject"]);
    }

    #[test]
    fn nonsense_suggests_nothing() {
        assert!(catalogue().nearest_actions("", 3).is_empty());
        assert!(catalogue().nearest_actions("qq:zz", 3).is_empty());
        assert!(
            catalogue()
                .nearest_actions(&"x".repeat(1 << 20), 3)
                .is_empty()
        );
        assert!(catalogue().nearest_actions("s3:GetObjekt", 0).is_empty());
    }
}
