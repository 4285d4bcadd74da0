//! Sets of resources, cut for few principals.
//!
//! Nobody comes to a known resource of another account that does not name him
//! (R137), nor without a policy of his own to any that nobody knows there. So
//! what cannot matter is not cut out at first. Where that leaves a cell in
//! which somebody may do something, the whole set is cut after all.

use std::cell::LazyCell;

use roaring::RoaringBitmap;
use whocan_graph::{AccountIndex, Graph, Presence, PrincipalId, PrincipalKind, ResourceId};
use whocan_policy::{AccountId, Arn, Effect, Pattern, Region};

use super::inside;
use crate::scene::Scene;
use crate::{Ask, Cell, Index, Planes, Verdicts};

/// For more principals than this nothing is left out.
const MOST: u64 = 256;

/// What bears on a question about few principals.
pub(super) struct Few<'a> {
    index: &'a Index,
    focus: &'a RoaringBitmap,
    asked: &'a Region,
    own: Vec<AccountIndex>,
    // The resources of other accounts that may let any of them in.
    doors: RoaringBitmap,
    /// Whether no policy of theirs allows the action on anything of the set.
    pub allows_nothing: bool,
}

impl<'a> Few<'a> {
    /// Looks at a question; `None` if it is not about few users, roles and
    /// sessions of accounts that were collected, or is one of its own kind.
    pub fn of(
        index: &'a Index,
        ask: &'a Ask,
        asked: &'a Region,
        focus: &'a RoaringBitmap,
    ) -> Option<Few<'a>> {
        let service = ask.action.split(':').next().unwrap_or_default();
        let special = ["iam", "sts"]
            .iter()
            .any(|one| one.eq_ignore_ascii_case(service));
        let plain = ask.access_point.is_none() && ask.resource_account.is_none();
        if special || !plain || focus.len() > MOST || focus.is_empty() {
            return None;
        }
        let own = own_accounts(index, focus)?;
        let ids: Vec<AccountId> = own.iter().map(|one| index.graph.account(*one).id).collect();
        Some(Few {
            index,
            focus,
            doors: index.base.doors.of(&ids),
            // A key that nobody knows may have grants for anybody (R173).
            allows_nothing: service != "kms" && allows_nothing(index, ask, asked, focus),
            asked,
            own,
        })
    }

    /// Returns whether nobody of these can do anything with a known resource.
    pub fn leaves_out(&self, id: ResourceId) -> bool {
        let account = self.index.graph.resource(id).account;
        !self.doors.contains(id.0) && !self.own.contains(&account)
    }

    /// Returns the accounts that the principals belong to.
    pub fn accounts(&self) -> &[AccountIndex] {
        &self.own
    }

    /// Returns the cells with what was left out cut out of them, where that is
    /// in a cell in which somebody may do something; `None` if it takes more
    /// than that to say of everything what would have been said.
    pub fn settled(&self, cells: Vec<Cell>, left_out: &[ResourceId]) -> Option<Vec<Cell>> {
        let mut settled = Vec::with_capacity(cells.len());
        let parts = LazyCell::new(|| self.parts(left_out));
        for cell in cells {
            if cell.too_complex || self.is_left_out(&cell.witness) {
                return None;
            }
            match self.is_nobodys(&cell) {
                true => settled.push(cell),
                false => self.settle(cell, &parts, &mut settled)?,
            }
        }
        Some(settled)
    }

    fn is_nobodys(&self, cell: &Cell) -> bool {
        let nobody = |planes: &Planes| planes.possibly.is_disjoint(self.focus);
        nobody(&cell.verdicts.strict) && nobody(&cell.verdicts.as_collected)
    }

    // What was left out of the asked set: resources and what lies in them.
    fn parts(&self, left_out: &[ResourceId]) -> Vec<(Pattern, &'a str)> {
        let graph = &self.index.graph;
        let parts = left_out.iter().flat_map(|id| {
            let arn = &*graph.resource(*id).arn;
            let both = [Some(Pattern::exact(arn)), inside(arn)];
            both.into_iter().flatten().map(move |part| (part, arn))
        });
        parts
            .filter(|(part, _)| !is_apart(self.asked, part))
            .collect()
    }

    fn settle(
        &self,
        mut cell: Cell,
        parts: &[(Pattern, &str)],
        into: &mut Vec<Cell>,
    ) -> Option<()> {
        if self.allows_nothing && !self.is_in_one_account(&cell.region) {
            return None;
        }
        // What types cut may be put together again, and would take in what is cut out here.
        if cell.part_of.is_some() {
            return None;
        }
        let whole = cell.region.clone();
        for (part, arn) in parts {
            if is_apart(&whole, part) {
                continue;
            }
            if !is_clear_of_cuts(&whole, part) {
                return None;
            }
            cell.region.except.push(part.clone());
            into.push(nobodys(part.clone(), arn));
        }
        // In the order in which cutting one by one would have left them.
        cell.region.except.sort();
        into.push(cell);
        Some(())
    }

    // What is made up for a cell may happen to exist.
    fn is_left_out(&self, witness: &str) -> bool {
        let Ok(arn) = witness.parse::<Arn>() else {
            return false;
        };
        let graph = &self.index.graph;
        let carrier: Option<Arn> = Graph::carrier(&arn).parse().ok();
        let carrier = carrier.map(|arn| graph.presence(&arn));
        let carrier = match carrier {
            Some(Presence::Recorded(id)) => Some(id),
            _ => None,
        };
        let known = graph.resource_of(witness).into_iter().chain(carrier);
        known.into_iter().any(|id| self.leaves_out(id))
    }

    // Where places of other accounts were not cut out, only a cell of one account is.
    fn is_in_one_account(&self, region: &Region) -> bool {
        let own = self.own.iter().filter_map(|account| {
            let id = self.index.graph.account(*account).id;
            Pattern::arn(&format!("arn:*:*:*:{id}:*"))
        });
        let own: Vec<Pattern> = own.collect();
        region.within.iter().any(|within| {
            // Buckets and objects, whose ARNs name no account.
            if within.to_string().split(':').nth(4) == Some("") {
                return true;
            }
            let named = within.prefix().matches(':').count() >= COLONS;
            let of_account = within
                .prefix()
                .split(':')
                .nth(4)
                .is_some_and(|one| !one.is_empty());
            (named && of_account) || own.iter().any(|own| own.contains(within) == Some(true))
        })
    }
}

/// The colons of an ARN up to the account's end.
const COLONS: usize = 5;

// Whether a region plainly has nothing of a part.
fn is_apart(region: &Region, part: &Pattern) -> bool {
    let outside = |within: &Pattern| !within.overlaps(part);
    let cut_out = |except: &Pattern| except.contains(part) == Some(true);
    region.within.iter().any(outside) || region.except.iter().any(cut_out)
}

// Whether a region holds a part as a whole.
fn is_clear_of_cuts(region: &Region, part: &Pattern) -> bool {
    let holds = |within: &Pattern| within.contains(part) == Some(true);
    region.within.iter().all(holds) && !region.except.iter().any(|except| except.overlaps(part))
}

fn nobodys(part: Pattern, arn: &str) -> Cell {
    let witness = match part.literal() {
        Some(literal) => literal.to_owned(),
        None => format!("{arn}/x"),
    };
    Cell {
        region: Region::of(part),
        part_of: None,
        witness,
        verdicts: Verdicts::default(),
        too_complex: false,
    }
}

// The accounts of users, roles and sessions whose policies are all known.
fn own_accounts(index: &Index, focus: &RoaringBitmap) -> Option<Vec<AccountIndex>> {
    let callers = &index.base.callers;
    let unknown = [
        &callers.identity_unread,
        &callers.foreign,
        &callers.federated_users,
        &index.base.malformed_identity,
    ];
    if unknown.iter().any(|set| !set.is_disjoint(focus)) {
        return None;
    }
    let mut own: Vec<AccountIndex> = Vec::new();
    for principal in focus
        .iter()
        .map(|id| index.graph.principal(PrincipalId(id)))
    {
        let plain = matches!(
            principal.kind,
            PrincipalKind::User(_) | PrincipalKind::Role(..) | PrincipalKind::Session { .. }
        );
        let account = principal.account.filter(|_| plain)?;
        if !own.contains(&account) {
            own.push(account);
        }
    }
    Some(own)
}

fn allows_nothing(index: &Index, ask: &Ask, asked: &Region, focus: &RoaringBitmap) -> bool {
    let permissions = &index.permissions;
    let mut scene = Scene::new(index, ask, None);
    scene.look_only_at(focus.clone());
    let Some(documents) = scene.identity_documents() else {
        return false;
    };
    let covering = permissions.covering(&ask.action);
    let Some(asked) = asked.within.first() else {
        return false;
    };
    let beginnings = permissions.beginnings_within(asked);
    let mut statements = documents
        .iter()
        .flat_map(|&document| covering.of_document(document));
    !statements.any(|one| {
        permissions.has_effect(one, Effect::Allow)
            && (permissions.is_plain(one) || permissions.may_concern(one, &beginnings))
    })
}
