//! A decision in a few lines.

use whocan_eval::{Decision, Evidence, Reach, Reason};

/// Tells a decision with its reasons.
pub fn decision(decision: &Decision) -> String {
    match decision {
        Decision::Allow(why) => format!("allow{}", reason(why)),
        Decision::Deny(why) => {
            let how = if why.explicit { "explicit" } else { "implicit" };
            format!("{how} deny by {:?}{}", why.denied_by, reason(why))
        }
        Decision::If(why, points) => {
            let points: Vec<&str> = points.iter().map(|point| point.subject.as_str()).collect();
            format!("if {}{}", points.join(", "), reason(why))
        }
    }
}

/// Tells a path and the decision on its last call.
pub fn reach(reach: &Reach) -> String {
    let mut text = decision(&reach.decision);
    for hop in reach.path.iter().flatten() {
        let (from, role) = (&hop.from, &hop.role);
        text += &format!("\n    hop {from} -> {role}: {}", decision(&hop.decision));
    }
    text
}

fn reason(reason: &Reason) -> String {
    let mut text = String::new();
    for condition in &reason.conditions {
        text += &format!("\n    if {condition}");
    }
    for one in &reason.evidence {
        text += &format!("\n    {}", evidence(one));
    }
    text + &format!("\n    by R{:?}", reason.rules)
}

fn evidence(one: &Evidence) -> String {
    let (side, source, statement) = (one.side, &one.source, &one.statement);
    let conditions = one.conditions.join(" and ");
    format!(
        "{side:?} {:?}: {source} {statement} {conditions}",
        one.truth
    )
}
