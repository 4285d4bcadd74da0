//! Rows of answers as findings.

use std::collections::BTreeMap;
use std::rc::Rc;

use whocan_eval::{Decision, EvidenceSide, PolicyType, Reason};
use whocan_graph::{Graph, PrincipalKind};
use whocan_index::Index;
use whocan_policy::{Arn, Truth};
use whocan_query::ast::{Aim, Question, Set, SetKind, Shape, Statement, StatementKind};
use whocan_query::rows::{Answer, Column, Outcome, Part, Row, Verdict};
use whocan_query::thing::Thing;
use whocan_snapshot::{Collected, Snapshot};

use crate::asking::Narrow;
use crate::definition::Asked;
use crate::edit::{self, Edit};
use crate::finding::{Deciding, Fact, Finding, Status, Step};
use crate::held::{Held, HeldPart};
use crate::named::Named;
use crate::narrow;
use crate::value;

/// A finding with what it takes to look into it.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub finding: Finding,
    /// What would undo the changes that brought it.
    pub undo: Vec<Edit>,
    /// The questions about this one finding; none if their shape cannot be narrowed.
    pub narrow: Vec<Rc<Narrow>>,
    /// What might break it.
    pub candidates: Vec<Edit>,
}

/// Returns what of a row nobody knew before.
pub(crate) type Beyond<'a> = dyn Fn(&Held, &Row) -> Option<Held> + 'a;

/// What findings are read from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub report: &'a str,
    pub asked: &'a Asked,
    pub graph: &'a Graph,
    pub snapshot: &'a Snapshot,
    pub lets: &'a [Statement],
    /// The one resource that the question's set stands for, if it is one.
    pub only: Option<&'a str>,
    /// Returns what of it, under the row's conditions, nobody knew before.
    pub beyond: Option<&'a Beyond<'a>>,
}

/// Returns the findings of one answer.
pub(crate) fn of_answer(source: Source<'_>, statement: &Statement, answer: &Answer) -> Vec<Found> {
    let Some(question) = question(statement) else {
        return Vec::new();
    };
    let rows = answer.rows.rows.iter();
    rows.filter(|row| !is_itself(row))
        .flat_map(|row| of_row(source, question, &answer.rows.columns, row))
        .collect()
}

/// Returns whether a row only says that something is itself.
pub(crate) fn is_itself(row: &Row) -> bool {
    row.parts.is_empty()
        && row.action.is_none()
        && row.principal.is_some()
        && row.resource == row.principal.map(Thing::Principal)
}

/// Returns the question of a statement.
pub(crate) fn question(statement: &Statement) -> Option<&Question> {
    match &statement.kind {
        StatementKind::Ask(question) | StatementKind::Assert { question, .. } => Some(question),
        StatementKind::Let { .. } | StatementKind::Plan(_) => None,
    }
}

fn of_row(source: Source<'_>, question: &Question, columns: &[Column], row: &Row) -> Vec<Found> {
    let held = held(question, row, source.graph, source.only);
    let single = held.len() == 1;
    let fresh = held
        .into_iter()
        .filter_map(|(held, parts)| match source.beyond {
            Some(beyond) => beyond(&held, row).map(|held| {
                let kept = parts.into_iter().filter(|part| held.has(part));
                let kept = kept.collect();
                (held, kept)
            }),
            None => Some((held, parts)),
        });
    let each = fresh.map(|(held, parts): (Held, Vec<Part>)| {
        let resource = resource(row, &held, source.graph);
        let principal = principal(question, row, source.graph);
        let mut finding = finding(source, held, &parts, principal, resource, row);
        finding.title = title(question, &finding, row, source);
        finding.facts = facts(columns, row, source.graph);
        let narrow = narrowed(source, question, row, &finding);
        let mut found = Found {
            finding,
            narrow: narrow.map(Rc::new).into_iter().collect(),
            candidates: Vec::new(),
            undo: Vec::new(),
        };
        if single {
            explain(&mut found, row, source.graph, source.snapshot);
        }
        found
    });
    each.collect()
}

/// Returns what a row is about, resource by resource, with the parts of each.
///
/// `only` is the one resource that the question's set stands for, see [`only()`].
pub(crate) fn held(
    question: &Question,
    row: &Row,
    graph: &Graph,
    only: Option<&str>,
) -> Vec<(Held, Vec<Part>)> {
    let verdict = row.verdict.map(|verdict| verdict.strict.word());
    // Of several that may act the row's principal is only one.
    let about_resources = match &question.shape {
        Shape::WhichResources { subject, .. } => !is_one(subject),
        _ => false,
    };
    let who = match question.shape {
        // The row's principal is one of several that get there.
        Shape::Matrix { .. } => row.thing.map(|thing| thing.arn(graph).to_string()),
        _ if about_resources => None,
        _ => row.principal.map(|id| graph.principal(id).arn.to_string()),
    };
    let own = row
        .resource
        .or(row.thing)
        .map(|thing| thing.arn(graph).to_string());
    let own = own.or(row.resource_text.clone());
    // Of several that it becomes the row's role is only the nearest.
    let own = match aim(question) {
        Some(Aim::Become(set)) if !is_one(set) => Some(set.to_string()),
        _ => own,
    };
    let held = |resource: String, parts: Vec<HeldPart>| Held {
        principal: who.clone().unwrap_or_default(),
        resource,
        verdict: surest(&parts).or(verdict).unwrap_or_default().to_owned(),
        parts,
    };
    if let Some(resource) = own {
        let parts: Vec<Part> = row.parts.to_vec();
        let mut own: Vec<HeldPart> = parts.iter().map(HeldPart::of).collect();
        if let (true, Some(action)) = (own.is_empty(), &row.action) {
            own.push(HeldPart {
                actions: vec![action.clone()],
                ..HeldPart::default()
            });
        }
        own.sort();
        return vec![(held(resource, own), parts)];
    }
    let mut by_resource: BTreeMap<String, Vec<Part>> = BTreeMap::new();
    for part in row.parts.iter() {
        let resource = match part.within.first() {
            Some(pattern) => carrier(pattern),
            None => only.map_or_else(|| carrier(&asked_about(question)), str::to_owned),
        };
        by_resource.entry(resource).or_default().push(part.clone());
    }
    if by_resource.is_empty() {
        return vec![(held(asked_about(question), Vec::new()), Vec::new())];
    }
    let each = by_resource.into_iter().map(|(resource, parts)| {
        let within = asked_about(question);
        let inside = carrier(&within) != within;
        let part = |part: &Part| match part.within.is_empty() && inside {
            // All of what was asked about, which is not all of the resource.
            true => HeldPart {
                within: vec![within.clone()],
                ..HeldPart::of(part)
            },
            false => HeldPart::of(part),
        };
        let mut own: Vec<HeldPart> = parts.iter().map(part).collect();
        own.sort();
        (held(resource, own), parts)
    });
    each.collect()
}

impl Held {
    /// Returns whether one of its parts is of this place.
    fn has(&self, part: &Part) -> bool {
        let mut own = self.parts.iter();
        own.any(|own| {
            (own.within == part.within || part.within.is_empty()) && own.except == part.except
        })
    }
}

/// Returns the verdict of the part that is held most surely; `None` if there is no part.
fn surest(parts: &[HeldPart]) -> Option<&'static str> {
    let verdicts = parts.iter().filter(|part| !part.verdict.is_empty());
    let yes = verdicts.map(|part| part.verdict == "yes").max()?;
    Some(if yes { "yes" } else { "if" })
}

fn surest_of(parts: &[Part]) -> Option<Verdict> {
    Some(Verdict {
        strict: parts.iter().map(|part| part.verdict.strict).max()?,
        as_collected: parts.iter().map(|part| part.verdict.as_collected).max()?,
    })
}

/// Returns the resource that a pattern of its insides belongs to.
fn carrier(pattern: &str) -> String {
    match pattern.parse::<Arn>() {
        Ok(arn) => Graph::carrier(&arn).to_owned(),
        Err(_) => pattern.to_owned(),
    }
}

/// Returns what a question is about, as it is written.
fn asked_about(question: &Question) -> String {
    match aim(question) {
        Some(Aim::Become(set)) => set.to_string(),
        Some(Aim::Deed(deed)) => deed
            .on
            .as_ref()
            .map_or(String::new(), |on| on.set.to_string()),
        None => String::new(),
    }
}

/// Returns the ARN of what a question's set of resources stands for, if it is one thing.
///
/// Of the whole of such a set an answer does not say which resource it is.
pub(crate) fn only(question: &Question, lets: &[Statement], index: &Index) -> Option<String> {
    let Some(Aim::Deed(deed)) = aim(question) else {
        return None;
    };
    let set = deed
        .on
        .as_ref()
        .map(|on| &on.set)
        .filter(|set| !is_one(set))?;
    let statement = narrow::list(set.clone());
    let narrow = Narrow {
        lets: lets.to_vec(),
        statement,
    };
    let rows = narrow.rows(index, 0)?;
    match rows.rows.as_slice() {
        [row] => Some(row.thing?.arn(index.graph()).to_string()),
        _ => None,
    }
}

/// Returns whether a question follows chains.
pub(crate) fn is_reach(question: &Question) -> bool {
    match &question.shape {
        Shape::Who { access, .. }
        | Shape::WhichPrincipals { access, .. }
        | Shape::Can { access, .. }
        | Shape::Why { access, .. } => access.reach.is_some(),
        Shape::WhichResources { reach, .. } => *reach,
        Shape::Paths { .. } | Shape::Matrix { .. } => true,
        _ => false,
    }
}

fn aim(question: &Question) -> Option<&Aim> {
    match &question.shape {
        Shape::Who { access, .. }
        | Shape::WhichPrincipals { access, .. }
        | Shape::Can { access, .. }
        | Shape::Why { access, .. } => Some(&access.aim),
        Shape::Paths { to, .. } => Some(to),
        _ => None,
    }
}

/// Returns whether a set is written as one thing.
fn is_one(set: &Set) -> bool {
    match &set.kind {
        SetKind::Thing(text) => !text.contains('*'),
        SetKind::Name(name) => name == "anyone",
        _ => false,
    }
}

fn principal(question: &Question, row: &Row, graph: &Graph) -> Option<Named> {
    let thing = match question.shape {
        Shape::Matrix { .. } => row.thing,
        _ => row.principal.map(Thing::Principal),
    };
    thing.map(|thing| Named::of(thing, graph))
}

fn resource(row: &Row, held: &Held, graph: &Graph) -> Option<Named> {
    if let Some(thing) = row.resource.or(row.thing) {
        return Some(Named::of(thing, graph));
    }
    let known = graph.resource_of(&held.resource).map(Thing::Resource);
    let known = known.or_else(|| graph.principal_of(&held.resource).map(Thing::Principal));
    match known {
        Some(thing) => Some(Named::of(thing, graph)),
        None if held.resource.is_empty() => None,
        None => Some(Named::text(&held.resource)),
    }
}

fn finding(
    source: Source<'_>,
    held: Held,
    parts: &[Part],
    principal: Option<Named>,
    resource: Option<Named>,
    row: &Row,
) -> Finding {
    let asked = source.asked;
    let mut places: Vec<String> = parts.iter().map(|part| part.words().to_owned()).collect();
    places.sort();
    places.dedup();
    let verdict = surest_of(parts).or(row.verdict);
    // The row's conditions may be those of its other parts.
    let conditions = match verdict.map(|verdict| verdict.strict) {
        Some(Outcome::Yes) => Vec::new(),
        _ => row.conditions.clone(),
    };
    Finding {
        id: held.id(source.report, &asked.code),
        code: asked.code.clone(),
        title: String::new(),
        kind: asked.title.clone(),
        advice: asked.advice.clone(),
        severity: asked.severity,
        status: Status::New,
        principal,
        resource,
        actions: held.actions(),
        parts: held.parts.clone(),
        places,
        verdict: verdict.map(|verdict| verdict.strict.word()),
        as_collected: verdict.map(|verdict| verdict.as_collected.word()),
        path: Vec::new(),
        way_of: None,
        conditions,
        statements: Vec::new(),
        facts: Vec::new(),
        first_seen: None,
        maybe_older: false,
        breaks: None,
        causes: Vec::new(),
        accepted: None,
        held,
    }
}

/// So many actions are written out in a title.
const ACTIONS_SHOWN: usize = 3;

fn title(question: &Question, finding: &Finding, row: &Row, source: Source<'_>) -> String {
    let resource = finding
        .resource
        .as_ref()
        .map(Named::full)
        .unwrap_or_default();
    let Some(principal) = &finding.principal else {
        return format!("{resource}: {}", source.asked.title);
    };
    let principal = principal.full();
    if matches!(question.shape, Shape::Matrix { .. }) {
        let count = row.count.unwrap_or(1);
        let noun = if count == 1 {
            "principal"
        } else {
            "principals"
        };
        return format!("{principal} leads into {resource} ({count} {noun})");
    }
    access_title(
        &principal,
        is_reach(question),
        &finding.actions,
        &finding.places,
        &resource,
        finding.verdict,
    )
}

/// Returns `user/ana (dev) can reach s3:GetObject on bucket/payroll (prod), if conditions hold`.
pub(crate) fn access_title(
    principal: &str,
    reach: bool,
    actions: &[String],
    places: &[String],
    resource: &str,
    verdict: Option<&str>,
) -> String {
    let condition = match verdict {
        Some("if") => ", if conditions hold",
        _ => "",
    };
    if actions.is_empty() {
        return format!("{principal} can become {resource}{condition}");
    }
    let shown: Vec<&str> = actions
        .iter()
        .take(ACTIONS_SHOWN)
        .map(String::as_str)
        .collect();
    let mut shown = shown.join(", ");
    if actions.len() > ACTIONS_SHOWN {
        shown.push_str(&format!(" and {} more", actions.len() - ACTIONS_SHOWN));
    }
    let verb = if reach { "can reach" } else { "can" };
    let place = match places {
        [one] if one != "all" => format!(", {one}"),
        _ => String::new(),
    };
    match resource {
        "" => format!("{principal} {verb} {shown}{condition}"),
        _ => format!("{principal} {verb} {shown} on {resource}{place}{condition}"),
    }
}

fn facts(columns: &[Column], row: &Row, graph: &Graph) -> Vec<Fact> {
    let told = [
        "principal",
        "principal.account",
        "resource",
        "resource.account",
        "thing",
        "verdict",
        "via",
        "hops",
        "parts",
        "conditions",
        "name",
        "kind",
        "account",
        "actions",
        "row",
        "column",
        "count",
        "condition.keys",
        "needs",
    ];
    let pairs = columns.iter().zip(&row.cells);
    let shown = pairs.filter(|(column, _)| !told.contains(&column.name.as_str()));
    let facts = shown.map(|(column, value)| Fact {
        name: column.name.clone(),
        value: value::text(value, graph),
    });
    let mut facts: Vec<Fact> = facts.filter(|fact| !fact.value.is_empty()).collect();
    facts.extend(row.needs.iter().map(|need| Fact {
        name: "also needs".to_owned(),
        value: need.to_string(),
    }));
    facts
}

/// Adds path, conditions and deciding statements, and what might break them.
pub(crate) fn explain(found: &mut Found, row: &Row, graph: &Graph, snapshot: &Snapshot) {
    let finding = &mut found.finding;
    finding.path = steps(row, graph);
    let last = row.evidence.last().map(|call| call.action.clone());
    finding.way_of = last.filter(|action| finding.actions.contains(action));
    finding.conditions.clone_from(&row.conditions);
    finding.statements = deciding(row, graph, snapshot);
    found.candidates = candidates(row, graph);
}

fn steps(row: &Row, graph: &Graph) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut from = row.principal.map(Thing::Principal);
    for hop in row.path.iter().flatten() {
        let to = Thing::Principal(hop.role);
        if let Some(from) = from {
            steps.push(Step {
                from: Named::of(from, graph),
                edge: hop.action.to_owned(),
                to: Named::of(to, graph),
                verdict: truth(hop.truth),
            });
        }
        from = Some(to);
    }
    steps
}

fn truth(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "yes",
        Truth::Unknown => "if",
        Truth::False => "no",
    }
}

fn reason(decision: &Decision) -> &Reason {
    match decision {
        Decision::Allow(reason) | Decision::Deny(reason) | Decision::If(reason, _) => reason,
    }
}

fn deciding(row: &Row, graph: &Graph, snapshot: &Snapshot) -> Vec<Deciding> {
    let mut all: Vec<Deciding> = Vec::new();
    for call in &row.evidence {
        let resource = match graph.principal_of(&call.resource) {
            Some(id) => Thing::Principal(id).shorthand(graph),
            None => call.resource.clone(),
        };
        let assumes = call.action.starts_with("sts:AssumeRole");
        for evidence in &reason(&call.decision).evidence {
            let allows = evidence.side == EvidenceSide::Allows;
            if !allows || evidence.policy_type == PolicyType::Scp || evidence.truth == Truth::False
            {
                continue;
            }
            let text = evidence.policy.and_then(|policy| {
                edit::statement_text(snapshot, graph, policy, &evidence.statement)
            });
            all.push(Deciding {
                call: format!("{} on {resource}", call.action),
                policy_type: words(evidence.policy_type, assumes),
                source: evidence.source.clone(),
                statement: evidence.statement.clone(),
                text,
                conditions: evidence.conditions.clone(),
            });
        }
    }
    all
}

fn words(kind: PolicyType, assumes: bool) -> &'static str {
    match (kind, assumes) {
        (PolicyType::Resource, true) => "trust policy",
        (PolicyType::Resource, false) => "resource policy",
        (PolicyType::Identity, _) => "identity policy",
        (PolicyType::Boundary, _) => "permissions boundary",
        (PolicyType::Session, _) => "session policy",
        (PolicyType::Endpoint, _) => "endpoint policy",
        (PolicyType::Scp, _) => "service control policy",
        (PolicyType::Rcp, _) => "resource control policy",
        (PolicyType::PublicAccessBlock, _) => "Block Public Access",
        (PolicyType::Service, _) => "service",
    }
}

/// Returns the edits that take a statement on the row's path away.
pub(crate) fn candidates(row: &Row, graph: &Graph) -> Vec<Edit> {
    let mut all = Vec::new();
    for call in &row.evidence {
        let holders = |policy| {
            let identity = graph.principal(call.from).identity();
            let own = identity.iter().flat_map(|one| &one.policies);
            let own = own.filter(move |attachment| attachment.policy == policy);
            let named = own.map(|attachment| match attachment.group {
                Some(group) => graph.group(group).arn.to_string(),
                None => graph.principal(call.from).arn.to_string(),
            });
            named.collect::<Vec<String>>()
        };
        for evidence in &reason(&call.decision).evidence {
            let (EvidenceSide::Allows, Some(policy)) = (evidence.side, evidence.policy) else {
                continue;
            };
            if matches!(
                evidence.policy_type,
                PolicyType::Identity | PolicyType::Resource
            ) {
                all.extend(Edit::of(
                    graph,
                    policy,
                    &evidence.statement,
                    &holders(policy),
                ));
            }
        }
    }
    if let (true, Some(thing)) = (row.evidence.is_empty(), row.thing) {
        all.extend(of_thing(thing, graph));
    }
    all.sort_by_key(|edit| (edit.rank(), edit.clone()));
    all.dedup();
    all
}

/// Returns the edits of a listed thing's own door: its trust policy or its resource policy.
fn of_thing(thing: Thing, graph: &Graph) -> Vec<Edit> {
    let policy = match thing {
        Thing::Principal(id) => match &graph.principal(id).kind {
            PrincipalKind::Role(_, facts) => Some(facts.trust),
            _ => None,
        },
        Thing::Resource(id) => match &graph.resource(id).policy {
            Collected::Yes(policy) => *policy,
            Collected::Not => None,
        },
        _ => None,
    };
    let Some(policy) = policy else {
        return Vec::new();
    };
    let statements = graph.document_of(policy).into_iter();
    let statements = statements.flat_map(|document| document.statements.iter());
    statements
        .filter(|statement| statement.effect == Some(whocan_policy::Effect::Allow))
        .flat_map(|statement| {
            let label = match &statement.sid {
                Some(sid) => sid.to_string(),
                None => format!("#{}", statement.index + 1),
            };
            Edit::of(graph, policy, &label, &[])
        })
        .collect()
}

fn narrowed(
    source: Source<'_>,
    question: &Question,
    row: &Row,
    finding: &Finding,
) -> Option<Narrow> {
    let graph = source.graph;
    let principal = row
        .principal
        .map(|id| narrow::principal(Thing::Principal(id), graph));
    let pattern = |part: &HeldPart| part.within.first().cloned();
    let resource = match (
        row.resource.or(row.thing),
        finding.parts.iter().find_map(pattern),
    ) {
        (Some(thing), _) => Some(thing_set(thing, graph)),
        (None, Some(_)) => {
            let patterns = finding.parts.iter().filter_map(pattern);
            narrow::any(patterns)
        }
        (None, None) => None,
    };
    let statement = narrow::narrowed(question, principal, resource, &finding.actions)?;
    Some(Narrow {
        lets: source.lets.to_vec(),
        statement,
    })
}

fn thing_set(thing: Thing, graph: &Graph) -> Set {
    match thing {
        Thing::Principal(_) => narrow::principal(thing, graph),
        _ => narrow::literal(&thing.arn(graph)),
    }
}

/// Returns the finding of an assertion that fails without rows.
pub(crate) fn of_assertion(source: Source<'_>, statement: &str, reason: &str) -> Found {
    let held = Held {
        resource: statement.to_owned(),
        ..Held::default()
    };
    let mut finding = finding(source, held, &[], None, None, &Row::default());
    finding.title = format!("{}: {reason}", source.asked.title);
    Found {
        finding,
        narrow: Vec::new(),
        candidates: Vec::new(),
        undo: Vec::new(),
    }
}

impl Found {
    /// Returns the rows of the finding's own questions; `None` if they cannot be asked.
    pub(crate) fn rows(&self, index: &Index, explained: usize) -> Option<Vec<Row>> {
        let (first, rest) = self.narrow.split_first()?;
        let mut rows = first.rows(index, explained)?.rows;
        for narrow in rest {
            rows.extend(narrow.rows(index, explained)?.rows);
        }
        Some(rows)
    }

    /// Takes in what another question showed of the same access of the same principal.
    pub(crate) fn join(&mut self, other: Found, source: (&str, &str)) {
        let (report, code) = source;
        let finding = &mut self.finding;
        let held = &mut finding.held;
        held.parts.extend(other.finding.held.parts);
        held.parts.sort();
        held.parts.dedup();
        finding.parts.clone_from(&held.parts);
        finding.actions = held.actions();
        finding.id = held.id(report, code);
        finding.places.extend(other.finding.places);
        finding.places.sort();
        finding.places.dedup();
        finding.causes.extend(other.finding.causes);
        finding.causes.sort_unstable();
        finding.causes.dedup();
        let facts = other.finding.facts.into_iter();
        let new: Vec<Fact> = facts.filter(|fact| !finding.facts.contains(fact)).collect();
        finding.facts.extend(new);
        finding.title = access_title(
            &finding
                .principal
                .as_ref()
                .map(Named::full)
                .unwrap_or_default(),
            self.narrow
                .first()
                .and_then(|one| question(&one.statement))
                .is_none_or(is_reach),
            &finding.actions,
            &finding.places,
            &finding
                .resource
                .as_ref()
                .map(Named::full)
                .unwrap_or_default(),
            finding.verdict,
        );
        self.narrow.extend(other.narrow);
        for (own, others) in [
            (&mut self.candidates, other.candidates),
            (&mut self.undo, other.undo),
        ] {
            let new: Vec<Edit> = others
                .into_iter()
                .filter(|edit| !own.contains(edit))
                .collect();
            own.extend(new);
        }
    }
}

/// Asks the finding's own question where the row was about several resources.
pub(crate) fn look_closer(found: &mut Found, source: Source<'_>, index: &Index) {
    let told = !found.finding.statements.is_empty() || !found.candidates.is_empty();
    let rows = match told {
        true => None,
        false => found.rows(index, 8),
    };
    if let Some(row) = rows.as_ref().and_then(|rows| rows.first()) {
        explain(found, row, source.graph, source.snapshot);
    }
}
