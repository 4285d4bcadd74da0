//! The cells of a question, decided together.
//!
//! Most cuts come from policies of a few principals. Cells that differ by such
//! cuts alone have the same answer for everybody else, so one of them is
//! decided for all and the others only for those few.

use std::collections::BTreeMap;

use rayon::prelude::*;
use roaring::RoaringBitmap;
use whocan_policy::Region;
use whocan_policy::catalogue::facts::is_immutable;

use super::Whose;
use super::pieces::Piece;
use crate::scene::{Scene, Target};
use crate::{Ask, Cell, Index, Planes, Verdicts};

/// A question about the pieces of a set.
pub(super) struct Together<'a> {
    index: &'a Index,
    ask: &'a Ask,
    focus: Option<&'a RoaringBitmap>,
    // Whose answers each cut can tell apart, by its position.
    whose: &'a [&'a Whose],
}

impl<'a> Together<'a> {
    /// Asks about pieces that cuts of these principals made.
    pub fn new(
        index: &'a Index,
        ask: &'a Ask,
        focus: Option<&'a RoaringBitmap>,
        whose: &'a [&'a Whose],
    ) -> Together<'a> {
        Together {
            index,
            ask,
            focus,
            whose,
        }
    }

    /// Decides every piece, in their order.
    pub fn cells(&self, pieces: &[Piece]) -> Vec<Cell> {
        let groups = self.groups(pieces);
        let decided = groups
            .into_par_iter()
            .flat_map(|group| self.group(pieces, group));
        let mut decided: Vec<(usize, Verdicts)> = decided.collect();
        decided.sort_unstable_by_key(|(at, _)| *at);
        let mut decided = decided.into_iter().peekable();
        let cells = pieces.iter().enumerate().map(|(at, piece)| {
            match (decided.next_if(|(of, _)| *of == at), &piece.witness) {
                (Some((_, verdicts)), Some(witness)) => Cell {
                    region: piece.region.clone(),
                    part_of: None,
                    witness: witness.clone(),
                    verdicts,
                    too_complex: false,
                },
                _ => self.undecided(piece.region.clone()),
            }
        });
        cells.collect()
    }

    // The pieces that can be decided, put together where they differ by some
    // principals' own policies only.
    fn groups(&self, pieces: &[Piece]) -> Vec<Vec<usize>> {
        let able = pieces.iter().enumerate();
        let able = able.filter(|(_, piece)| piece.witness.is_some());
        if !self.is_apart() {
            return able.map(|(at, _)| vec![at]).collect();
        }
        let mut groups: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
        for (at, piece) in able {
            let cuts = piece.inside.iter().copied();
            let common = cuts.filter(|cut| matches!(self.whose[*cut as usize], Whose::Everybody));
            groups.entry(common.collect()).or_default().push(at);
        }
        groups.into_values().collect()
    }

    // Whether a policy bears on its holders alone: the question may say that a
    // federated session has a user's (R131).
    fn is_apart(&self) -> bool {
        self.ask.session.user.is_none() && self.ask.access_point.is_none()
    }

    fn group(&self, pieces: &[Piece], mut members: Vec<usize>) -> Vec<(usize, Verdicts)> {
        members.sort_by_key(|&at| pieces[at].inside.len());
        let Some((&first, rest)) = members.split_first() else {
            return Vec::new();
        };
        let common = self.decide(&pieces[first], self.focus);
        let shape = (!rest.is_empty()).then(|| self.shape(&pieces[first]));
        let others = rest.par_iter().map(|&at| {
            let piece = &pieces[at];
            let few = self.told_apart(&pieces[first], piece);
            let alike = shape
                .as_ref()
                .is_some_and(|shape| *shape == self.shape(piece));
            match few.filter(|_| alike) {
                Some(few) => (at, self.differing(&common, piece, few)),
                None => (at, self.decide(piece, self.focus)),
            }
        });
        let mut decided: Vec<(usize, Verdicts)> = others.collect();
        decided.push((first, common));
        decided
    }

    // Whose answers the cuts can tell apart that cover one of two pieces;
    // `None` if they are too many for that to be worth it.
    fn told_apart(&self, one: &Piece, other: &Piece) -> Option<RoaringBitmap> {
        let mut few = RoaringBitmap::new();
        for cut in only_in(one, other).chain(only_in(other, one)) {
            match self.whose[cut as usize] {
                Whose::Holders(holders) => few |= holders,
                Whose::Everybody => return None,
            }
        }
        if let Some(focus) = self.focus {
            few &= focus;
        }
        let all = self.focus.unwrap_or(&self.index.base.callers.all);
        (few.len() * 2 <= all.len()).then_some(few)
    }

    fn differing(&self, common: &Verdicts, piece: &Piece, few: RoaringBitmap) -> Verdicts {
        if few.is_empty() {
            return common.clone();
        }
        let own = self.decide(piece, Some(&few));
        let join = |common: &Planes, own: Planes| {
            let mut joined = common.clone().outside(&few);
            joined.or(&own.within(&few));
            joined
        };
        Verdicts {
            strict: join(&common.strict, own.strict),
            as_collected: join(&common.as_collected, own.as_collected),
        }
    }

    fn decide(&self, piece: &Piece, focus: Option<&RoaringBitmap>) -> Verdicts {
        self.index.can_among(&self.ask_about(piece), focus)
    }

    fn ask_about(&self, piece: &Piece) -> Ask {
        Ask {
            resource: piece.witness.clone().unwrap_or_default(),
            ..self.ask.clone()
        }
    }

    // What a decision looks at of a resource, apart from what patterns cover it.
    fn shape(&self, piece: &Piece) -> Shape {
        let ask = self.ask_about(piece);
        Shape {
            immutable: is_immutable(&ask.action, &ask.resource).is_some(),
            target: Target::of(&self.index.graph, &ask),
            service: Scene::new(self.index, &ask, None).service.to_owned(),
        }
    }

    // Too complex to be told apart: possible for everyone, sure for nobody (R240).
    fn undecided(&self, region: Region) -> Cell {
        let open = Planes::open(self.index.base.callers.all.clone());
        Cell {
            region,
            part_of: None,
            witness: String::new(),
            verdicts: Verdicts {
                strict: open.clone(),
                as_collected: open,
            },
            too_complex: true,
        }
    }
}

// The cuts that cover one piece and not another.
fn only_in<'p>(one: &'p Piece, other: &'p Piece) -> impl Iterator<Item = u32> + 'p {
    let cuts = one.inside.iter().copied();
    cuts.filter(|cut| other.inside.binary_search(cut).is_err())
}

struct Shape {
    target: Target,
    service: String,
    immutable: bool,
}

impl PartialEq for Shape {
    fn eq(&self, other: &Shape) -> bool {
        self.immutable == other.immutable && self.target.is_like(&other.target, &self.service)
    }
}
