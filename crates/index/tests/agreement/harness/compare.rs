//! Asks both sides and finds where they differ.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use whocan_eval::{Caller, Decision, Request, RequestError, Strictness};
use whocan_graph::{Graph, PrincipalId, PrincipalKind};
use whocan_index::{Cell, Index, Planes, Verdicts};
use whocan_policy::catalogue::catalogue;
use whocan_policy::{AccountId, Pattern, Truth};

use super::case::{self, Case};
use super::chain;
use super::dice::Dice;
use super::member;
use super::question::{Question, Way};
use super::tally::Tally;
use super::told;

/// The most cells of a region, and the most other members, that are compared.
const SAMPLES: usize = 8;

/// For so many principals the region is cut for each alone, too.
const FOCUSED: usize = 3;

/// One request that the two sides decide differently.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The position of the question in its case.
    pub question: usize,
    /// How it was asked.
    pub way: Way,
    /// Who calls.
    pub caller: String,
    /// The resource.
    pub resource: String,
    /// How gaps count.
    pub strictness: Strictness,
    /// What the judge says, with its reasons.
    pub judge: String,
    /// What the index says.
    pub index: String,
    /// Both answers in short, to tell whether a smaller case fails alike.
    pub sign: String,
}

impl Display for Disagreement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let reading = match self.strictness {
            Strictness::Strict => "strictly",
            Strictness::AsCollected => "as collected",
        };
        writeln!(f, "{} on {}, {reading}", self.caller, self.resource)?;
        writeln!(f, "  judge: {}", self.judge)?;
        writeln!(f, "  index: {}", self.index)
    }
}

/// Both sides of one world.
pub struct Sides {
    graph: Arc<Graph>,
    index: Index,
    // Everybody whom the judge can be asked about alone.
    callers: Vec<(PrincipalId, Caller)>,
    // Each account that was not collected, with some of its principals.
    foreign: Vec<(PrincipalId, Vec<Caller>)>,
}

/// Both readings of gaps.
pub const READINGS: [Strictness; 2] = [Strictness::Strict, Strictness::AsCollected];

impl Sides {
    /// Builds both sides of a case's world.
    pub fn of(case: &Case) -> Sides {
        let graph = Graph::build_with(&case.world.snapshot(), &case::callers());
        let graph = Arc::new(graph);
        let mut sides = Sides {
            index: Index::build(Arc::clone(&graph)),
            callers: Vec::new(),
            foreign: Vec::new(),
            graph: Arc::clone(&graph),
        };
        for (at, principal) in (0..).zip(graph.principals()) {
            let id = PrincipalId(at);
            if let PrincipalKind::Foreign(_) = principal.kind {
                sides.foreign.push((id, some_of(&principal.arn)));
            } else if let Ok(caller) = principal.arn.parse() {
                sides.callers.push((id, caller));
            }
        }
        sides
    }

    /// Returns where the two sides differ on a question.
    pub fn differences(&self, case: &Case, at: usize, tally: &mut Tally) -> Vec<Disagreement> {
        let question = &case.questions[at];
        let mut comparison = Comparison {
            sides: self,
            question,
            at,
            tally,
            found: Vec::new(),
            witness: None,
        };
        match question.way() {
            Way::Can => comparison.can(),
            Way::Reach => comparison.reach(),
            Way::Region => comparison.region(),
        }
        comparison.found
    }
}

// The request of an action without resources is for the text `*` (R53).
fn asked(resource: &str) -> Pattern {
    match resource {
        "*" => Pattern::exact("*"),
        // Part by part: in a resource pattern a star runs over colons (R49).
        pattern => Pattern::arn(pattern).unwrap_or_else(|| Pattern::exact(pattern)),
    }
}

// Principals that an account may have; nothing names the last two.
fn some_of(root: &str) -> Vec<Caller> {
    let account = root.trim_end_matches(":root");
    let all = ["root", "user/zoe", "role/zoe"];
    let all = all.iter().map(|name| format!("{account}:{name}"));
    all.filter_map(|arn| arn.parse().ok()).collect()
}

struct Comparison<'a> {
    sides: &'a Sides,
    question: &'a Question,
    at: usize,
    tally: &'a mut Tally,
    found: Vec<Disagreement>,
    // The resource whose verdicts stand for the one that is compared.
    witness: Option<String>,
}

impl Comparison<'_> {
    // Of several resources all must be allowed (R55).
    fn can(&mut self) {
        let ask = |resource: &str| self.sides.index.can(&self.question.ask(resource));
        let mut verdicts = ask(&self.question.resource);
        if let Some(also) = &self.question.also {
            let also = ask(also);
            verdicts = Verdicts {
                strict: both(verdicts.strict, &also.strict),
                as_collected: both(verdicts.as_collected, &also.as_collected),
            };
        }
        let resource = self.question.resource.clone();
        self.compare_verdicts(&resource, &verdicts);
    }

    fn compare_verdicts(&mut self, resource: &str, verdicts: &Verdicts) {
        for (id, caller) in &self.sides.callers {
            if self.is_skipped(*id, caller) {
                continue;
            }
            let request = self.question.request(caller.clone(), resource);
            for strictness in READINGS {
                let index = plane(verdicts, strictness, *id);
                if let Some(decision) = self.decide(&request, strictness) {
                    let judge = truth(&decision);
                    if judge != index {
                        self.differ(&request, strictness, &decision, index, "");
                    }
                }
            }
        }
        for (id, some) in &self.sides.foreign {
            for strictness in READINGS {
                let index = plane(verdicts, strictness, *id);
                self.compare_foreign(resource, some, strictness, index);
            }
        }
    }

    // Most entry points can do nothing most of the time: each is asked about
    // by every third question.
    fn is_skipped(&self, id: PrincipalId, caller: &Caller) -> bool {
        let identity = matches!(
            caller,
            Caller::User(_) | Caller::Role(_) | Caller::Session(_) | Caller::Root(_)
        );
        !identity && !(self.at + id.index()).is_multiple_of(3)
    }

    // Hops are compared too where gaps count as unknown.
    fn reach(&mut self) {
        let graph = &self.sides.graph;
        let walk = chain::of_index(graph, self.question);
        let reached = self
            .sides
            .index
            .reach(&self.question.ask(&self.question.resource), &walk);
        let judge_walk = chain::of_judge(self.question);
        for (id, caller) in &self.sides.callers {
            let request = self
                .question
                .request(caller.clone(), &self.question.resource);
            for strictness in READINGS {
                let found = whocan_eval::reach(graph, &request, strictness, &judge_walk);
                let found = match found {
                    Ok(found) => found,
                    Err(error) => {
                        self.refuse(&error);
                        continue;
                    }
                };
                self.tally.add(&request, &found.decision);
                let index = plane(&reached.verdicts, strictness, *id);
                let hops = found.path.as_ref().map(|path| path.len() as u32);
                let index_hops = match strictness {
                    Strictness::Strict => reached.hops(*id),
                    Strictness::AsCollected => hops,
                };
                if truth(&found.decision) != index {
                    self.differ(&request, strictness, &found.decision, index, "");
                } else if hops != index_hops {
                    let remark = " in other hops";
                    self.differ(&request, strictness, &found.decision, index, remark);
                } else {
                    continue;
                }
                if let Some(last) = self.found.last_mut() {
                    last.judge = told::reach(&found);
                    last.index += &format!(" {index_hops:?} hops");
                }
            }
        }
    }

    // Every cell's verdict is that of its members, and each member is in one cell.
    fn region(&mut self) {
        let asked = asked(&self.question.resource);
        let cells = self
            .sides
            .index
            .cells(&self.question.ask("*"), &asked, None);
        let mut dice = Dice::new(self.at as u64);
        let mut members = member::of_cells(&cells);
        members.extend(member::of_world(&self.sides.graph, &asked));
        members.sort();
        members.dedup();
        members.retain(|text| asked.matches(text) && self.fits(text));
        while members.len() > SAMPLES {
            members.swap_remove(dice.below(members.len()));
        }
        for member in &members {
            self.member(&cells, member);
        }
        for _ in 0..FOCUSED {
            let principals = self.sides.graph.principals().len();
            let one = PrincipalId(dice.below(principals) as u32);
            self.for_one(one, &asked, &members);
        }
        let mut decided: Vec<&Cell> = cells.iter().filter(|cell| !cell.too_complex).collect();
        while decided.len() > SAMPLES {
            decided.swap_remove(dice.below(decided.len()));
        }
        for cell in decided {
            if !asked.matches(&cell.witness) || !cell.region.holds(&cell.witness) {
                self.misplace(&cell.witness, "is no member of its cell");
            }
            if self.fits(&cell.witness) {
                self.compare_verdicts(&cell.witness, &cell.verdicts);
            }
        }
    }

    // Cells that are cut for one principal say of it what is said without cutting.
    fn for_one(&mut self, one: PrincipalId, asked: &Pattern, members: &[String]) {
        let index = &self.sides.index;
        let cells = index.cells(&self.question.ask("*"), asked, Some(one));
        let mut wrong = Vec::new();
        for member in members {
            let holding = cells.iter().filter(|cell| cell.region.holds(member));
            let holding: Vec<&Cell> = holding.collect();
            let said = index.can(&self.question.ask(member));
            let told = |verdicts: &Verdicts| {
                let planes = [&verdicts.strict, &verdicts.as_collected];
                planes.map(|planes| planes.of(one))
            };
            match holding[..] {
                [cell] if cell.too_complex => {}
                [cell] if told(&cell.verdicts) == told(&said) => {}
                [_] => wrong.push((member, format!("is another thing for {one:?} alone"))),
                _ => wrong.push((member, format!("is in {} cells of {one:?}", holding.len()))),
            }
        }
        for (member, remark) in wrong {
            self.misplace(member, &remark);
        }
    }

    fn member(&mut self, cells: &[Cell], member: &str) {
        let holding = cells.iter().filter(|cell| cell.region.holds(member));
        let holding: Vec<&Cell> = holding.collect();
        match holding[..] {
            [cell] if cell.too_complex => {}
            [cell] => {
                self.witness = Some(cell.witness.clone());
                self.compare_verdicts(member, &cell.verdicts);
                self.witness = None;
            }
            _ => self.misplace(member, &format!("is in {} cells", holding.len())),
        }
    }

    // Cells are cut for resources that the action can be called on.
    fn fits(&self, text: &str) -> bool {
        let Some(action) = catalogue().action(&self.question.action) else {
            return true;
        };
        let service = self.question.action.split(':').next().unwrap_or_default();
        // A bucket's name has no slash, an object's ARN has one.
        let of_s3 = |name: &str| match name {
            "bucket" => !text.contains('/'),
            "object" => text.contains('/'),
            _ => true,
        };
        let types_of_action = catalogue().resource_types(action).iter();
        let mut taken =
            types_of_action.filter(|one| of_s3(catalogue().resource_type(one.resource_type).name));
        let types = catalogue().types_of_arn(service, text);
        let account = text.split(':').nth(4).unwrap_or_default();
        let real = account.parse::<AccountId>().is_ok() || text.contains(":s3:::");
        let real = real && self.is_of_partition(text);
        text == "*" || (real && taken.any(|one| types.contains(&one.resource_type)))
    }

    // Where the question leaves the partition open, it means those of the world.
    fn is_of_partition(&self, text: &str) -> bool {
        let own = |arn: &str| arn.split(':').nth(1).map(str::to_owned);
        let asked = own(&self.question.resource);
        let graph = &self.sides.graph;
        let principals = graph.principals().iter();
        let mut partitions = principals.filter_map(|one| own(&one.arn));
        asked.as_deref() != Some("*") || {
            let partition = own(text);
            partitions.any(|one| Some(one) == partition)
        }
    }

    fn misplace(&mut self, resource: &str, what: &str) {
        self.found.push(Disagreement {
            question: self.at,
            way: Way::Region,
            caller: "nobody".to_owned(),
            resource: resource.to_owned(),
            strictness: Strictness::Strict,
            judge: String::new(),
            index: what.to_owned(),
            sign: what.to_owned(),
        });
    }

    // What holds for an account holds for each of its principals.
    fn compare_foreign(
        &mut self,
        resource: &str,
        some: &[Caller],
        strictness: Strictness,
        index: Truth,
    ) {
        if index == Truth::Unknown {
            return;
        }
        for caller in some {
            let request = self.question.request(caller.clone(), resource);
            if let Some(decision) = self.decide(&request, strictness)
                && truth(&decision) != index
            {
                self.differ(
                    &request,
                    strictness,
                    &decision,
                    index,
                    " for its whole account",
                );
            }
        }
    }

    // Requests that cannot be decided as written are no disagreement.
    fn decide(&mut self, request: &Request, strictness: Strictness) -> Option<Decision> {
        let decided = whocan_eval::decide(&self.sides.graph, request, strictness);
        match decided {
            Ok(decision) => {
                self.tally.add(request, &decision);
                Some(decision)
            }
            Err(error) => {
                self.refuse(&error);
                None
            }
        }
    }

    fn refuse(&mut self, error: &RequestError) {
        let text = error.to_string();
        *self.tally.refused.entry(text).or_default() += 1;
    }

    fn differ(
        &mut self,
        request: &Request,
        strictness: Strictness,
        decision: &Decision,
        index: Truth,
        remark: &str,
    ) {
        self.found.push(Disagreement {
            question: self.at,
            way: self.question.way(),
            caller: request.caller.to_string(),
            resource: request.resources.join(", "),
            strictness,
            judge: told::decision(decision),
            index: match &self.witness {
                Some(witness) => format!("{index:?}{remark}, as for {witness}"),
                None => format!("{index:?}{remark}"),
            },
            sign: format!(
                "{:?} {strictness:?}: judge {:?}, index {index:?}{remark}",
                self.question.way(),
                truth(decision)
            ),
        });
    }
}

fn both(one: Planes, other: &Planes) -> Planes {
    Planes {
        surely: one.surely & &other.surely,
        possibly: one.possibly & &other.possibly,
    }
}

fn plane(verdicts: &Verdicts, strictness: Strictness, id: PrincipalId) -> Truth {
    match strictness {
        Strictness::Strict => verdicts.strict.of(id),
        Strictness::AsCollected => verdicts.as_collected.of(id),
    }
}

/// Returns the truth value of a decision.
pub fn truth(decision: &Decision) -> Truth {
    match decision {
        Decision::Allow(_) => Truth::True,
        Decision::If(..) => Truth::Unknown,
        Decision::Deny(_) => Truth::False,
    }
}
