//! What a finding is about, apart from how it comes about.

use serde::{Deserialize, Serialize};
use whocan_policy::{Pattern, Region};

/// Whose access to what: two findings with the same are one, whatever the policies say.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Held {
    /// The ARN of who has it; empty where it is not about one principal.
    pub principal: String,
    /// The ARN of the resource, or what was asked about.
    pub resource: String,
    /// Which actions, on which part of the resource; none is to become it, or a fact.
    pub parts: Vec<HeldPart>,
    /// `yes` or `if`; empty for facts.
    pub verdict: String,
}

/// Some actions on some part of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HeldPart {
    /// The actions, sorted.
    pub actions: Vec<String>,
    /// The patterns that all cover the part; none is the whole resource.
    pub within: Vec<String>,
    /// The patterns that do not.
    pub except: Vec<String>,
}

/// So many pieces are looked at before two sets of resources count as different.
const MOST_PIECES: usize = 64;

impl Held {
    /// Returns all actions, sorted, each once.
    pub fn actions(&self) -> Vec<String> {
        let parts = self.parts.iter();
        let mut all: Vec<String> = parts.flat_map(|part| part.actions.clone()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Returns the stable id of a finding with this code in this report.
    ///
    /// A hash of the report, the code, the principal, the actions and the
    /// resource, and of nothing that a policy says.
    pub fn id(&self, report: &str, code: &str) -> String {
        let said = (
            report,
            code,
            &self.principal,
            self.actions(),
            &self.resource,
        );
        let text = serde_json::to_vec(&said).expect("texts are always JSON");
        let hash = blake3::hash(&text).to_hex();
        hash.as_str()[..16].to_owned()
    }

    /// Returns whether whoever knows of this knows of `other` too: nobody
    /// else, no more actions, no more resources, no fewer conditions.
    pub fn covers(&self, other: &Held) -> bool {
        self.principal == other.principal
            && self.resource == other.resource
            && (self.verdict == other.verdict || other.verdict == "if")
            && other.parts.iter().all(|part| self.covers_part(part))
            && (self.parts.is_empty() == other.parts.is_empty())
    }

    /// Returns what of this none of `known` covers; `None` if nothing is left.
    pub(crate) fn beyond(&self, known: &[&Held]) -> Option<Held> {
        let about_same = |one: &&&Held| {
            one.principal == self.principal
                && one.resource == self.resource
                && (one.verdict == self.verdict || self.verdict == "if")
        };
        let known: Vec<&Held> = known.iter().filter(about_same).copied().collect();
        if self.parts.is_empty() {
            let new = !known.iter().any(|one| one.parts.is_empty());
            return new.then(|| self.clone());
        }
        let parts = self.parts.iter().filter_map(|part| {
            let fresh = part.actions.iter().filter(|action| {
                let one = HeldPart {
                    actions: vec![(*action).clone()],
                    ..part.clone()
                };
                !known.iter().any(|held| held.covers_part(&one))
            });
            let actions: Vec<String> = fresh.cloned().collect();
            (!actions.is_empty()).then(|| HeldPart {
                actions,
                ..part.clone()
            })
        });
        let parts: Vec<HeldPart> = parts.collect();
        (!parts.is_empty()).then(|| Held {
            parts,
            ..self.clone()
        })
    }

    fn covers_part(&self, part: &HeldPart) -> bool {
        if self.parts.contains(part) {
            return true;
        }
        part.actions.iter().all(|action| {
            let own = self.parts.iter().filter(|own| own.actions.contains(action));
            let mut left = vec![part.region()];
            for own in own {
                left = minus(left, &own.region());
                if left.len() > MOST_PIECES {
                    return false;
                }
            }
            left.iter().all(|piece| piece.is_empty() == Ok(true))
        })
    }
}

impl HeldPart {
    fn region(&self) -> Region {
        let patterns = |texts: &[String]| texts.iter().map(|text| pattern(text)).collect();
        Region {
            within: patterns(&self.within),
            except: patterns(&self.except),
        }
    }
}

fn pattern(text: &str) -> Pattern {
    Pattern::arn(text).unwrap_or_else(|| Pattern::glob(text))
}

/// Returns what is in `pieces` and not in `region`.
fn minus(pieces: Vec<Region>, region: &Region) -> Vec<Region> {
    let mut left = Vec::new();
    for piece in pieces {
        for pattern in &region.within {
            left.extend(piece.split(pattern).1);
        }
        for pattern in &region.except {
            left.extend(piece.split(pattern).0);
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(verdict: &str, parts: &[(&str, &[&str], &[&str])]) -> Held {
        let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        Held {
            principal: "arn:aws:iam::111122223333:user/ana".to_owned(),
            resource: "arn:aws:s3:::b".to_owned(),
            verdict: verdict.to_owned(),
            parts: parts
                .iter()
                .map(|(actions, within, except)| HeldPart {
                    actions: actions.split(' ').map(str::to_owned).collect(),
                    within: texts(within),
                    except: texts(except),
                })
                .collect(),
        }
    }

    #[test]
    fn less_is_known_and_more_is_new() {
        let known = held(
            "if",
            &[("s3:GetObject s3:PutObject", &["arn:aws:s3:::b/a/*"], &[])],
        );
        let cases = [
            (
                held("if", &[("s3:GetObject", &["arn:aws:s3:::b/a/*"], &[])]),
                true,
            ),
            (
                held("if", &[("s3:GetObject", &["arn:aws:s3:::b/a/x/*"], &[])]),
                true,
            ),
            (
                held("if", &[("s3:GetObject", &["arn:aws:s3:::b/*"], &[])]),
                false,
            ),
            (
                held("if", &[("s3:DeleteObject", &["arn:aws:s3:::b/a/*"], &[])]),
                false,
            ),
            (
                held("yes", &[("s3:GetObject", &["arn:aws:s3:::b/a/*"], &[])]),
                false,
            ),
            (held("if", &[]), false),
        ];
        for (other, covered) in cases {
            assert_eq!(known.covers(&other), covered, "{other:?}");
        }
    }

    #[test]
    fn the_same_resources_cut_otherwise_are_the_same() {
        let whole = held("yes", &[("s3:GetObject", &["arn:aws:s3:::b/*"], &[])]);
        let cut = held(
            "yes",
            &[
                ("s3:GetObject", &["arn:aws:s3:::b/a/*"], &[]),
                (
                    "s3:GetObject",
                    &["arn:aws:s3:::b/*"],
                    &["arn:aws:s3:::b/a/*"],
                ),
            ],
        );
        assert!(whole.covers(&cut) && cut.covers(&whole));
        assert_eq!(whole.id("r", "c"), cut.id("r", "c"));
    }
}
