//! `cycles`: groups of roles that lead to each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_index::{Hop, Verdicts};
use whocan_policy::Truth;

use super::draft::{Combine, Draft, Found};
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::Plan;
use crate::rows::{Outcome, Row, Verdict};
use crate::thing::Thing;

/// Reads one plane of one reading.
type Read = fn(&Verdicts) -> &RoaringBitmap;

const SURELY: Read = |verdicts| &verdicts.strict.surely;
const POSSIBLY: Read = |verdicts| &verdicts.strict.possibly;
const SURELY_AS_COLLECTED: Read = |verdicts| &verdicts.as_collected.surely;
const POSSIBLY_AS_COLLECTED: Read = |verdicts| &verdicts.as_collected.possibly;

/// Finds the groups: each role of one comes to every other.
pub(super) fn find(plan: &Plan, context: Context<'_>) -> Found {
    let shown = ["members", "count", "verdict", "hops", "via", "conditions"];
    let mut found = Found::new(&shown, Combine::Nothing);
    found.reach = true;
    let edges = Edges::new(plan, context);
    let mut groups = Groups::of(&edges);
    let doubted = context.engine.tells_sessions_apart(&plan.walk);
    for (members, mut verdict) in groups.take() {
        let passes = |set: &RoaringBitmap| !set.is_disjoint(&members);
        if !plan.walk.through.iter().all(passes) {
            continue;
        }
        if doubted {
            verdict.strict = verdict.strict.min(Outcome::If);
            verdict.as_collected = verdict.as_collected.min(Outcome::If);
        }
        if let Some(draft) = edges.draft(&members, verdict, found.goals.len()) {
            let first = draft.row.principal.into_iter();
            found.goals.extend(first.map(Goal::Become));
            found.drafts.push(draft);
        }
    }
    if doubted && !found.drafts.is_empty() {
        found.notes.push(
            "policies look at what sessions carry along a chain, so cycles are if".to_owned(),
        );
    }
    found
}

/// Who starts sessions of whom. Roles that the same callers can assume share
/// one class, so that edges are not written out pair by pair.
struct Edges {
    roles: RoaringBitmap,
    classes: Vec<Arc<Verdicts>>,
    class_of: BTreeMap<u32, usize>,
}

impl Edges {
    fn new(plan: &Plan, context: Context<'_>) -> Edges {
        let all: RoaringBitmap = context.graph.roles().map(|role| role.0).collect();
        let roles = all - &plan.walk.avoiding;
        let mut classes: Vec<Arc<Verdicts>> = Vec::new();
        let mut known: BTreeMap<*const Verdicts, usize> = BTreeMap::new();
        let mut class_of = BTreeMap::new();
        for role in &roles {
            let callers = context.engine.callers(PrincipalId(role), &plan.walk);
            let class = *known.entry(Arc::as_ptr(&callers)).or_insert_with(|| {
                classes.push(callers);
                classes.len() - 1
            });
            class_of.insert(role, class);
        }
        Edges {
            roles,
            classes,
            class_of,
        }
    }

    /// Returns the groups of more than one role in one plane, each role's group by number.
    fn components(&self, read: Read) -> (Vec<RoaringBitmap>, BTreeMap<u32, usize>) {
        let callers = self.classes.iter().map(|class| read(class) & &self.roles);
        let callers: Vec<RoaringBitmap> = callers.collect();
        let found = Components::of(&self.roles, &self.class_of, &callers);
        let groups = found.into_iter().filter(|group| group.len() > 1);
        let groups: Vec<RoaringBitmap> = groups.collect();
        let numbered = groups.iter().enumerate();
        let of = numbered.flat_map(|(at, group)| group.iter().map(move |role| (role, at)));
        let of = of.collect();
        (groups, of)
    }

    fn callers(&self, role: u32) -> Option<&Verdicts> {
        Some(&self.classes[*self.class_of.get(&role)?])
    }

    /// Drafts the row of a group, with a shortest cycle of its first role.
    fn draft(&self, members: &RoaringBitmap, verdict: Verdict, goal: usize) -> Option<Draft> {
        let first = members.min()?;
        let read = match verdict.strict {
            Outcome::Yes => SURELY,
            _ => POSSIBLY,
        };
        let path = self
            .cycle(first, members, read)
            .or_else(|| self.cycle(first, members, POSSIBLY))?;
        let row = Row {
            verdict: Some(verdict),
            principal: Some(PrincipalId(first)),
            members: members
                .iter()
                .map(|id| Thing::Principal(PrincipalId(id)))
                .collect(),
            hops: u32::try_from(path.len()).ok(),
            path: Some(path),
            count: i64::try_from(members.len()).ok(),
            ..Row::default()
        };
        Some(Draft {
            row,
            goal: Some(goal),
            caller: Some(PrincipalId(first)),
            ..Draft::default()
        })
    }

    /// Returns the shortest way from a role back to itself.
    fn cycle(&self, first: u32, members: &RoaringBitmap, read: Read) -> Option<Vec<Hop>> {
        let mut next: BTreeMap<u32, u32> = BTreeMap::new();
        let mut queue = std::collections::VecDeque::from([first]);
        while let Some(role) = queue.pop_front() {
            let callers = read(self.callers(role)?) & members;
            if role != first && callers.contains(first) {
                return self.hops(first, role, &next);
            }
            for caller in callers.iter().filter(|caller| *caller != first) {
                next.entry(caller).or_insert_with(|| {
                    queue.push_back(caller);
                    role
                });
            }
        }
        None
    }

    fn hops(&self, first: u32, second: u32, next: &BTreeMap<u32, u32>) -> Option<Vec<Hop>> {
        let (mut at, mut to) = (first, second);
        let mut hops = Vec::new();
        loop {
            let truth: Truth = self.callers(to)?.strict.of(PrincipalId(at));
            hops.push(Hop {
                action: "sts:AssumeRole",
                role: PrincipalId(to),
                truth,
                state: None,
            });
            if to == first {
                return Some(hops);
            }
            (at, to) = (to, *next.get(&to)?);
        }
    }
}

/// The groups of all planes, put together.
struct Groups {
    found: Vec<(RoaringBitmap, Verdict)>,
}

impl Groups {
    fn of(edges: &Edges) -> Groups {
        let (sure, sure_of) = edges.components(SURELY);
        let (possible, _) = edges.components(POSSIBLY);
        let (_, sure_collected) = edges.components(SURELY_AS_COLLECTED);
        let (_, possible_collected) = edges.components(POSSIBLY_AS_COLLECTED);
        let verdict = |group: &RoaringBitmap| Verdict {
            strict: match together(group, &sure_of) {
                true => Outcome::Yes,
                false => Outcome::If,
            },
            as_collected: match together(group, &sure_collected) {
                true => Outcome::Yes,
                false if together(group, &possible_collected) => Outcome::If,
                false => Outcome::No,
            },
        };
        let mut found: Vec<_> = possible
            .into_iter()
            .map(|group| (verdict(&group), group))
            .map(|(verdict, group)| (group, verdict))
            .collect();
        // What is sure may be a part of a larger group that is possible.
        for group in sure {
            if !found.iter().any(|(known, _)| *known == group) {
                let verdict = verdict(&group);
                found.push((group, verdict));
            }
        }
        Groups { found }
    }

    /// Returns the groups, by their first roles.
    fn take(&mut self) -> Vec<(RoaringBitmap, Verdict)> {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|(group, _)| group.min());
        found
    }
}

/// Returns whether all of a group is in one group of a plane.
fn together(group: &RoaringBitmap, of: &BTreeMap<u32, usize>) -> bool {
    let mut at = group.iter().map(|role| of.get(&role));
    let first = at.next().flatten();
    first.is_some() && at.all(|other| other == first)
}

/// Strongly connected components, found in one walk over all edges without
/// recursion. Source: R. Tarjan, Depth-first search and linear graph
/// algorithms, 1972.
struct Components<'a> {
    class_of: &'a BTreeMap<u32, usize>,
    callers: &'a [RoaringBitmap],
    // When each node was met and the earliest that it leads back to.
    met: BTreeMap<Node, (usize, usize)>,
    open: Vec<Node>,
    is_open: std::collections::BTreeSet<Node>,
    found: Vec<RoaringBitmap>,
}

/// A role, or a class of roles with the same callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Role(u32),
    Class(usize),
}

impl<'a> Components<'a> {
    fn of(
        roles: &RoaringBitmap,
        class_of: &'a BTreeMap<u32, usize>,
        callers: &'a [RoaringBitmap],
    ) -> Vec<RoaringBitmap> {
        let mut search = Components {
            class_of,
            callers,
            met: BTreeMap::new(),
            open: Vec::new(),
            is_open: Default::default(),
            found: Vec::new(),
        };
        for role in roles {
            if !search.met.contains_key(&Node::Role(role)) {
                search.from(Node::Role(role));
            }
        }
        search.found
    }

    fn from(&mut self, start: Node) {
        let mut stack = vec![(start, self.enter(start))];
        while let Some((node, before)) = stack.last_mut() {
            let node = *node;
            match before.next() {
                Some(other) if !self.met.contains_key(&other) => {
                    let before = self.enter(other);
                    stack.push((other, before));
                }
                Some(other) if self.is_open.contains(&other) => {
                    let back = self.met[&other].0;
                    self.leads_back(node, back);
                }
                Some(_) => {}
                None => {
                    stack.pop();
                    let back = self.met[&node].1;
                    if let Some((parent, _)) = stack.last() {
                        self.leads_back(*parent, back);
                    }
                    self.close(node);
                }
            }
        }
    }

    // Meets a node; returns the nodes that lead to it.
    fn enter(&mut self, node: Node) -> Box<dyn Iterator<Item = Node> + 'a> {
        let order = self.met.len();
        self.met.insert(node, (order, order));
        self.open.push(node);
        self.is_open.insert(node);
        match node {
            Node::Role(role) => {
                let class = self.class_of.get(&role);
                Box::new(class.copied().map(Node::Class).into_iter())
            }
            Node::Class(class) => Box::new(self.callers[class].iter().map(Node::Role)),
        }
    }

    fn leads_back(&mut self, node: Node, order: usize) {
        if let Some((_, back)) = self.met.get_mut(&node) {
            *back = order.min(*back);
        }
    }

    fn close(&mut self, node: Node) {
        let (order, back) = self.met[&node];
        if order != back {
            return;
        }
        let mut group = RoaringBitmap::new();
        while let Some(member) = self.open.pop() {
            self.is_open.remove(&member);
            if let Node::Role(role) = member {
                group.insert(role);
            }
            if member == node {
                break;
            }
        }
        self.found.push(group);
    }
}
