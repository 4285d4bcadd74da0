//! What a finding is about, apart from how it comes about.

use serde::{Deserialize, Serialize};
use whocan_policy::{Pattern, Region};
use whocan_query::rows::Part;

/// Whose access to what: two findings with the same are one, whatever the policies say.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Held {
    /// The ARN of who has it; empty where it is not about one principal.
    pub principal: String,
    /// The ARN of the resource, or what was asked about.
    pub resource: String,
    /// Which actions, on which part of the resource; none is to become it, or a fact.
    pub parts: Vec<HeldPart>,
    /// `yes` or `if`, the surest of its parts; empty for facts.
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
    /// `yes` or `if`; empty is that of the whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub verdict: String,
}

/// So many pieces are looked at before two sets of resources count as different.
const MOST_PIECES: usize = 256;

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
        other.beyond(&[self]).is_none()
    }

    /// Returns what of this `known` together do not cover; `None` if nothing is left.
    pub(crate) fn beyond(&self, known: &[&Held]) -> Option<Held> {
        let known = known.iter().filter(|one| one.principal == self.principal);
        let known: Vec<&Held> = known.copied().collect();
        if self.parts.is_empty() {
            let is_known = |one: &&Held| {
                one.resource == self.resource
                    && one.parts.is_empty()
                    && is_as_sure(&one.verdict, &self.verdict)
            };
            return (!known.iter().any(is_known)).then(|| self.clone());
        }
        let parts = self.parts.iter().filter_map(|part| {
            let fresh = part.actions.iter().filter(|action| {
                let known = known
                    .iter()
                    .flat_map(|held| held.regions(self, part, action));
                !is_covered(part.region(), known)
            });
            let actions: Vec<String> = fresh.cloned().collect();
            (!actions.is_empty()).then(|| HeldPart {
                actions,
                ..part.clone()
            })
        });
        let parts: Vec<HeldPart> = parts.collect();
        let surest = parts.iter().map(|part| self.verdict_of(part));
        let surest = surest.max_by_key(|verdict| *verdict == "yes")?.to_owned();
        Some(Held {
            verdict: surest,
            parts,
            ..self.clone()
        })
    }

    /// Returns how sure the access to one of its parts is.
    pub(crate) fn verdict_of<'a>(&'a self, part: &'a HeldPart) -> &'a str {
        match part.verdict.as_str() {
            "" => &self.verdict,
            own => own,
        }
    }

    /// Returns where this has the action no less surely than `other` has it on `part`.
    ///
    /// Another question's parts may be told of another resource, or of none:
    /// their patterns are of whole ARNs, so that they hold wherever they are told.
    fn regions<'a>(
        &'a self,
        other: &'a Held,
        part: &'a HeldPart,
        action: &'a String,
    ) -> impl Iterator<Item = Region> + 'a {
        let verdict = other.verdict_of(part);
        let same = self.resource == other.resource;
        let apart = |own: &HeldPart| {
            let is_placed = self.resource.is_empty() || !own.within.is_empty();
            is_placed && !part.within.is_empty()
        };
        self.parts
            .iter()
            .filter(move |own| same || apart(own))
            .filter(move |own| {
                own.actions.contains(action) && is_as_sure(self.verdict_of(own), verdict)
            })
            .map(HeldPart::region)
    }
}

/// Returns whether regions together cover another one.
fn is_covered(region: Region, known: impl Iterator<Item = Region>) -> bool {
    let known: Vec<Region> = known.collect();
    if known.contains(&region) {
        return true;
    }
    let mut left = vec![region];
    for known in &known {
        left = minus(left, known);
        left.retain(|piece| piece.is_empty() != Ok(true));
        if left.is_empty() || left.len() > MOST_PIECES {
            break;
        }
    }
    left.is_empty()
}

/// Returns whether who knows of access with the verdict `known` knows of it with `verdict` too.
fn is_as_sure(known: &str, verdict: &str) -> bool {
    known == verdict || verdict == "if"
}

impl HeldPart {
    /// Returns what a row says of one of its parts.
    pub(crate) fn of(part: &Part) -> HeldPart {
        let mut actions = part.actions.clone();
        actions.sort();
        HeldPart {
            actions,
            within: part.within.clone(),
            except: part.except.clone(),
            verdict: part.verdict.strict.word().to_owned(),
        }
    }

    /// Returns whether both are the same place, held as surely.
    pub(crate) fn is_of_the_place_of(&self, other: &HeldPart) -> bool {
        self.within == other.within && self.except == other.except && self.verdict == other.verdict
    }

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

/// Returns what is in `pieces` and not in `region`, in pieces that have nothing in common.
fn minus(pieces: Vec<Region>, region: &Region) -> Vec<Region> {
    let mut left = Vec::new();
    for piece in pieces {
        let common = piece.intersect(region);
        if common.is_none_or(|common| common.is_empty() == Ok(true)) {
            left.push(piece);
            continue;
        }
        let within = region.within.iter().map(|pattern| (pattern, true));
        let except = region.except.iter().map(|pattern| (pattern, false));
        let mut common = Some(piece);
        for (pattern, holds) in within.chain(except) {
            let Some(piece) = common else { break };
            let (inside, outside) = piece.split(pattern);
            let (kept, cut) = match holds {
                true => (inside, outside),
                false => (outside, inside),
            };
            left.extend(cut);
            common = kept;
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
                    verdict: String::new(),
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

    #[test]
    fn a_part_that_was_open_is_not_new_beside_one_that_is_sure_now() {
        let before = held("if", &[("s3:PutObject", &["*"], &[])]);
        let open = HeldPart {
            verdict: "if".to_owned(),
            ..held("", &[("s3:PutObject", &["*"], &["arn:aws:s3:::b/*"])])
                .parts
                .remove(0)
        };
        let mut after = held("yes", &[("s3:PutObject", &["arn:aws:s3:::b/*"], &[])]);
        let sure = after.parts.clone();
        after.parts.push(open);
        let new = after.beyond(&[&before]).unwrap();
        assert_eq!((new.verdict.as_str(), &new.parts), ("yes", &sure));
    }

    #[test]
    fn what_is_left_of_the_open_parts_is_open() {
        let open = |within: &[&str]| HeldPart {
            verdict: "if".to_owned(),
            ..held("", &[("s3:PutObject", within, &[])]).parts.remove(0)
        };
        let before = held("yes", &[("s3:PutObject", &["arn:aws:s3:::b/*"], &[])]);
        let mut after = before.clone();
        after.parts.push(open(&["arn:aws:s3:::c/*"]));
        let new = after.beyond(&[&before]).unwrap();
        assert_eq!((new.verdict.as_str(), new.parts.len()), ("if", 1));
    }

    #[test]
    fn what_a_question_without_a_place_told_is_known_of_each_resource() {
        let mut before = held("if", &[("s3:PutObject", &[], &["arn:aws:s3:::c/*"])]);
        before.resource = String::new();
        let after = held("if", &[("s3:PutObject", &["arn:aws:s3:::b/*"], &[])]);
        assert!(before.covers(&after));
        let other = held("if", &[("s3:PutObject", &["arn:aws:s3:::c/*"], &[])]);
        assert!(!before.covers(&other));
    }
}
