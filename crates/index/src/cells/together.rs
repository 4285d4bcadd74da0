//! The cells of a question, decided together.
//!
//! Most cuts come from policies of a few principals. So the set is cut by what
//! concerns everybody first. Each such piece is cut further by the policies of
//! those only to whom its resource side may grant anything, which mostly are a
//! few again; what comes of that has the same answer for everybody else, so
//! one piece is decided for all and the others only for those few.

use std::collections::BTreeMap;

use rayon::prelude::*;
use roaring::RoaringBitmap;
use whocan_policy::catalogue::facts::is_immutable;
use whocan_policy::{Pattern, Region};

use super::pieces::{Partitions, Piece, leaves_partition_open};
use super::{Whose, by_type};
use crate::scene::{Scene, Target};
use crate::{Ask, Cell, Index, Planes, Verdicts};

/// A question about a set of resources.
pub(super) struct Together<'a> {
    index: &'a Index,
    ask: &'a Ask,
    focus: Option<&'a RoaringBitmap>,
    // Whether there were too many cuts to look at all.
    too_many: bool,
    // What concerns everybody.
    common: Vec<&'a Pattern>,
    // What comes from some principals' own policies.
    own: Vec<(&'a Pattern, &'a RoaringBitmap)>,
    // The forms of types of resources that carry other keys (R100).
    types: Vec<&'a Pattern>,
}

impl<'a> Together<'a> {
    /// Asks about a set that these patterns cut.
    pub fn new(
        index: &'a Index,
        ask: &'a Ask,
        focus: Option<&'a RoaringBitmap>,
        cuts: &'a BTreeMap<Pattern, Whose>,
        too_many: bool,
    ) -> Together<'a> {
        // A policy bears on its holders alone, unless the question says that a
        // federated session has a user's (R131).
        let apart = ask.session.user.is_none() && ask.access_point.is_none();
        let mut together = Together {
            index,
            ask,
            focus,
            too_many,
            common: Vec::new(),
            own: Vec::new(),
            types: Vec::new(),
        };
        for (pattern, whose) in cuts {
            match whose {
                Whose::Holders(holders) if apart => together.own.push((pattern, holders)),
                _ => together.common.push(pattern),
            }
        }
        together
    }

    /// Cuts by forms of types too, last, and only where that tells answers apart.
    pub fn with_types(mut self, types: &'a [(Pattern, Whose)]) -> Together<'a> {
        let bears = |whose: &Whose| match (whose, self.focus) {
            (Whose::Holders(holders), Some(focus)) => !holders.is_disjoint(focus),
            _ => true,
        };
        let bearing = types.iter().filter(|(_, whose)| bears(whose));
        self.types = bearing.map(|(form, _)| form).collect();
        self
    }

    /// Decides every part of `asked`.
    pub fn cells(&self, asked: &Region) -> Vec<Cell> {
        let partitions = self.partitions(asked);
        let pieces = &self.index.pieces;
        let pieces = pieces.of(asked, &self.common, self.too_many, &partitions);
        let cells = side_by_side(&pieces, |piece| {
            let cells = self.within(piece, &partitions).into_iter();
            let typed = cells.flat_map(|cell| self.by_types(cell, &partitions));
            typed.collect::<Vec<Cell>>()
        });
        cells.into_iter().flatten().collect()
    }

    fn partitions(&self, asked: &Region) -> Partitions<'a> {
        let known = self.index.base.partitions.iter();
        Partitions {
            known: known.map(|(name, _)| &**name).collect(),
            is_open: asked.within.iter().all(leaves_partition_open),
        }
    }

    // The cells of a piece that nothing common cuts any more.
    fn within(&self, piece: &Piece, partitions: &Partitions<'_>) -> Vec<Cell> {
        if piece.witness.is_none() {
            return vec![self.undecided(piece.region.clone())];
        }
        let uniform = is_uniform(&piece.region);
        let able = self.able(piece, uniform);
        let cuts: Vec<(&Pattern, &RoaringBitmap)> = self
            .own
            .iter()
            .filter(|(_, holders)| able.as_ref().is_none_or(|able| !able.is_disjoint(holders)))
            .filter(|(cut, _)| overlaps(cut, &piece.region))
            .copied()
            .collect();
        if cuts.is_empty() {
            return vec![self.cell(piece, self.decide(piece, self.focus))];
        }
        let patterns: Vec<&Pattern> = cuts.iter().map(|(pattern, _)| *pattern).collect();
        let pieces = self
            .index
            .pieces
            .of(&piece.region, &patterns, false, partitions);
        let decided = self.pieces(&pieces, &cuts, uniform);
        let cells = pieces.iter().zip(decided);
        let cells = cells.map(|(piece, verdicts)| match verdicts {
            Some(verdicts) => self.cell(piece, verdicts),
            None => self.undecided(piece.region.clone()),
        });
        cells.collect()
    }

    // The parts of a cell that types cut, where answers on them differ; else the cell.
    fn by_types(&self, cell: Cell, partitions: &Partitions<'_>) -> Vec<Cell> {
        let cuts = |form: &&Pattern| overlaps(form, &cell.region) && !covers(form, &cell.region);
        let forms: Vec<&Pattern> = self.types.iter().copied().filter(cuts).collect();
        if forms.is_empty() || cell.too_complex {
            return vec![cell];
        }
        let pieces = self
            .index
            .pieces
            .of(&cell.region, &forms, false, partitions);
        if pieces.len() < 2 {
            return vec![cell];
        }
        let parts = pieces.iter().map(|piece| match &piece.witness {
            Some(_) => self.cell(piece, self.decide(piece, self.focus)),
            None => self.undecided(piece.region.clone()),
        });
        by_type::told_apart(cell, parts.collect())
    }

    // To whom anything may be granted on a piece, as far as its resource side
    // tells; `None` if that may be anybody of whom the question is, or where
    // its resources are not of one kind.
    fn able(&self, piece: &Piece, uniform: bool) -> Option<RoaringBitmap> {
        if !uniform || self.own.is_empty() {
            return None;
        }
        Scene::new(self.index, &self.ask_about(piece), None).grantable_at_all()
    }

    // Decides pieces that some principals' own policies cut: one for all, the
    // others for those whom the cuts between them concern.
    fn pieces(
        &self,
        pieces: &[Piece],
        cuts: &[(&Pattern, &RoaringBitmap)],
        uniform: bool,
    ) -> Vec<Option<Verdicts>> {
        let able = pieces.iter().filter(|piece| piece.witness.is_some());
        let Some(first) = able.min_by_key(|piece| piece.inside.len()) else {
            return vec![None; pieces.len()];
        };
        let common = self.decide(first, self.focus);
        let shape = (!uniform).then(|| self.shape(first));
        side_by_side(pieces, |piece| {
            piece.witness.as_ref()?;
            if std::ptr::eq(piece, first) {
                return Some(common.clone());
            }
            let few = self.told_apart(first, piece, cuts);
            let alike = shape
                .as_ref()
                .is_none_or(|shape| *shape == self.shape(piece));
            Some(match few.filter(|_| alike) {
                Some(few) => self.differing(&common, piece, few),
                None => self.decide(piece, self.focus),
            })
        })
    }

    // Whose answers the cuts can tell apart that cover one of two pieces;
    // `None` if they are too many for that to be worth it.
    fn told_apart(
        &self,
        one: &Piece,
        other: &Piece,
        cuts: &[(&Pattern, &RoaringBitmap)],
    ) -> Option<RoaringBitmap> {
        let mut few = RoaringBitmap::new();
        for cut in only_in(one, other).chain(only_in(other, one)) {
            few |= cuts[cut as usize].1;
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

    fn cell(&self, piece: &Piece, verdicts: Verdicts) -> Cell {
        let mut region = piece.region.clone();
        // What concerns everybody was cut out first; nobody needs to see that.
        region.except.sort();
        Cell {
            region,
            part_of: None,
            witness: piece.witness.clone().unwrap_or_default(),
            verdicts,
            too_complex: false,
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

/// So few pieces are not worth waking another thread.
const FEW: usize = 8;

fn side_by_side<T: Send>(pieces: &[Piece], work: impl Fn(&Piece) -> T + Sync + Send) -> Vec<T> {
    if pieces.len() <= FEW {
        return pieces.iter().map(work).collect();
    }
    pieces.par_iter().map(&work).collect()
}

fn overlaps(cut: &Pattern, region: &Region) -> bool {
    region.within.iter().all(|within| within.overlaps(cut))
}

fn covers(cut: &Pattern, region: &Region) -> bool {
    let mut within = region.within.iter();
    within.any(|within| cut.contains(within) == Some(true))
}

/// Returns whether no rule tells the resources of a region apart but by their
/// patterns: objects of one bucket.
fn is_uniform(region: &Region) -> bool {
    let in_bucket = |pattern: &Pattern| {
        let name = pattern.prefix().strip_prefix("arn:");
        let name = name.and_then(|rest| rest.split_once(":s3:::"));
        name.is_some_and(|(partition, name)| !partition.contains(':') && name.contains('/'))
    };
    region.within.iter().any(in_bucket)
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
