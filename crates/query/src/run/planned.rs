//! `plan QUESTION`: how it would run, without running it.

use roaring::RoaringBitmap;
use whocan_policy::catalogue::catalogue;

use super::slice::Asking;
use crate::attribute::{Type, Value};
use crate::check::Check;
use crate::context::Context;
use crate::plan::{Aim, Condition, Deed, Plan, Shape, Target};
use crate::rows::{Column, Row, Rows};

/// Tells a plan as rows of a step and what it does.
pub(super) fn rows(plan: &Plan, context: Context<'_>) -> Rows {
    let mut lines: Vec<(&str, String)> = Vec::new();
    let mut notes = plan.notes.clone();
    shape(plan, context, &mut lines, &mut notes);
    walk(plan, &mut lines);
    let given = plan.base.given.keys.len();
    if given > 0 {
        lines.push(("given", counted(given, "context key")));
    }
    if !plan.except.is_empty() {
        lines.push(("except", "leaves members of a set out".to_owned()));
    }
    if !plan.filter.is_empty() {
        lines.push(("where", filter(&plan.filter)));
    }
    if !plan.group_by.is_empty() {
        lines.push(("group", counted(plan.group_by.len(), "attribute")));
    }
    if !plan.order_by.is_empty() {
        lines.push(("order", counted(plan.order_by.len(), "attribute")));
    }
    if let Some(limit) = plan.limit {
        lines.push((
            "limit",
            format!("{limit} rows; reasons are found for those only"),
        ));
    }
    if plan.count {
        lines.push(("count", "the number of rows only".to_owned()));
    }
    table(lines, notes)
}

fn table(lines: Vec<(&str, String)>, notes: Vec<String>) -> Rows {
    let column = |name: &str| Column {
        name: name.to_owned(),
        kind: Type::Text,
    };
    let rows: Vec<Row> = lines
        .into_iter()
        .map(|(step, what)| Row {
            cells: vec![Value::text(step), Value::text(what)],
            ..Row::default()
        })
        .collect();
    Rows {
        columns: vec![column("step"), column("what")],
        total: rows.len() as u64,
        rows,
        notes,
        ..Rows::default()
    }
}

fn shape(
    plan: &Plan,
    context: Context<'_>,
    lines: &mut Vec<(&'static str, String)>,
    noted: &mut Vec<String>,
) {
    match &plan.shape {
        Shape::Who { principals, access } => {
            lines.push(("principals", people(principals)));
            aim(&access.aim, principals, access.reach, plan, context, lines);
        }
        Shape::Can { subject, access } => {
            let alone: RoaringBitmap = [subject.0].into_iter().collect();
            lines.push((
                "principal",
                context.graph.principal(*subject).arn.to_string(),
            ));
            aim(&access.aim, &alone, access.reach, plan, context, lines);
        }
        Shape::Paths { from, access, .. } => {
            lines.push(("starts", people(from)));
            aim(&access.aim, from, true, plan, context, lines);
        }
        Shape::Which {
            subjects,
            reach,
            resources,
        } => {
            lines.push(("principals", people(subjects)));
            let (items, notes) = resources.deeds(context.graph);
            lines.push(("resources", counted(items.len(), "item")));
            noted.extend(notes);
            let all: Vec<Deed> = items.into_iter().flat_map(|(_, deeds)| deeds).collect();
            deeds(Some(&all), subjects, *reach, plan, context, lines);
        }
        Shape::WhichRoles { subjects, roles } => {
            lines.push(("principals", people(subjects)));
            lines.push(("roles", people(roles)));
        }
        Shape::What {
            subject,
            reach,
            deeds: all,
        } => {
            let alone = [subject.0].into_iter().collect();
            lines.push((
                "principal",
                context.graph.principal(*subject).arn.to_string(),
            ));
            deeds(all.as_deref(), &alone, *reach, plan, context, lines);
        }
        Shape::Reachable { subject } => {
            lines.push((
                "principal",
                context.graph.principal(*subject).arn.to_string(),
            ));
        }
        Shape::Matrix { rows, columns } => {
            lines.push(("rows", counted(rows.len(), "thing")));
            lines.push(("columns", counted(columns.len(), "thing")));
            lines.push(("searches", "one for each column, backwards".to_owned()));
        }
        Shape::Cycles => {
            let roles = context.graph.roles().count();
            lines.push(("roles", counted(roles, "role")));
        }
        Shape::List(members) => lines.push(("list", format!("{} things", members.count()))),
        Shape::Show(thing) => lines.push(("show", thing.shorthand(context.graph))),
    }
}

fn aim(
    aim: &Aim,
    principals: &RoaringBitmap,
    reach: bool,
    plan: &Plan,
    context: Context<'_>,
    lines: &mut Vec<(&'static str, String)>,
) {
    match aim {
        Aim::Become(roles) => lines.push(("become", people(roles))),
        Aim::Deeds { deeds: all, .. } => deeds(Some(all), principals, reach, plan, context, lines),
    }
}

fn deeds(
    all: Option<&[Deed]>,
    principals: &RoaringBitmap,
    reach: bool,
    plan: &Plan,
    context: Context<'_>,
    lines: &mut Vec<(&'static str, String)>,
) {
    let mut asking = Asking::about(principals, reach, plan, context);
    let anything: Vec<Deed>;
    let (all, asked_for) = match all {
        Some(all) => (all, all.len()),
        None => {
            anything = asking.anything();
            (&*anything, catalogue().actions().len())
        }
    };
    let possible = asking.possible(all);
    let alike = asking.alike(all);
    let asked = |at: &usize| alike[*at] == *at && possible[*at];
    let distinct: Vec<usize> = (0..all.len()).filter(asked).collect();
    lines.push(("actions", counted(asked_for, "action")));
    lines.push((
        "decided",
        format!(
            "{} of them, the others are alike or nobody can have them",
            distinct.len()
        ),
    ));
    if let Some(makers) = &asking.makers {
        lines.push(("for", format!("{} principals only", makers.len())));
    }
    let targets = distinct.iter().flat_map(|at| &all[*at].targets);
    let (mut exact, mut sets) = (0, 0);
    for target in targets {
        match target {
            Target::Region(_) => sets += 1,
            Target::Star | Target::Exact(_) => exact += 1,
        }
    }
    lines.push((
        "resources",
        format!("{exact} single, {sets} sets that policies cut into parts"),
    ));
}

fn walk(plan: &Plan, lines: &mut Vec<(&'static str, String)>) {
    let walk = &plan.walk;
    let follows = match &plan.shape {
        Shape::Who { access, .. } | Shape::Can { access, .. } => access.reach,
        Shape::Which { reach, .. } | Shape::What { reach, .. } => *reach,
        Shape::List(_) | Shape::Show(_) => false,
        _ => true,
    };
    if !follows {
        return;
    }
    let via = match walk.via.as_slice() {
        [] => "every call that starts a session of a role".to_owned(),
        some => some.join(", "),
    };
    lines.push(("via", via));
    if let Some(within) = walk.within {
        lines.push(("within", format!("{within} hops")));
    }
    for through in &walk.through {
        lines.push(("through", people(through)));
    }
    if !walk.avoiding.is_empty() {
        lines.push(("avoiding", people(&walk.avoiding)));
    }
}

fn filter(filter: &[Condition]) -> String {
    let checks = || filter.iter().map(|condition| &condition.check);
    if checks().any(Check::looks_at_details) {
        return "looks at paths or reasons, which are found for every row".to_owned();
    }
    if checks().any(Check::looks_at_parts) {
        return "looks at the parts of rows".to_owned();
    }
    "looks at facts only".to_owned()
}

fn people(set: &RoaringBitmap) -> String {
    counted(set.len() as usize, "principal")
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
