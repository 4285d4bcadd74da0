//! The rules that the form of a statement or a condition brings into play, for the reasons.

use whocan_policy::{Condition, Effect, KeyState, SetQualifier, Statement, Test};

use crate::inquiry::Inquiry;
use crate::principal::Naming;
use crate::resource::{Family, Relation};
use crate::subject::SubjectKind;
use whocan_policy::Truth;

/// Notes the rules about how a statement says what it covers (R41 to R53, R91 to R93).
pub(crate) fn statement(inquiry: &Inquiry<'_>, statement: &Statement) {
    if let Some(clause) = &statement.actions {
        let wild = |text: &str| text.contains(['*', '?']);
        if clause.patterns.iter().any(|one| wild(one.as_str())) {
            inquiry.rule(41);
        }
        match statement.effect {
            Some(Effect::Allow) if clause.negated => inquiry.rule(43),
            Some(Effect::Deny) if clause.negated => inquiry.rule(44),
            _ => {}
        }
    }
    if let Some(clause) = &statement.resources {
        if clause.negated {
            inquiry.rule(51);
        }
        if clause.negated && statement.effect == Some(Effect::Allow) {
            inquiry.rule(52);
        }
        match &inquiry.target.arn {
            None => inquiry.rule(53),
            Some(arn) if arn.service() == "kms" && arn.resource().starts_with("alias/") => {
                inquiry.rule(175);
            }
            Some(_) => {}
        }
        let mut patterns = clause.patterns.iter();
        if patterns.any(|one| one.template().variables().next().is_some()) {
            inquiry.rule(89);
        }
    }
    if statement.conditions.len() > 1 {
        inquiry.rule(62);
    }
}

/// Notes the rules about how a condition is read in the state of its key (R64, R65, R76 to R87).
pub(crate) fn condition(inquiry: &Inquiry<'_>, condition: &Condition, state: &KeyState) {
    let operator = &condition.operator;
    if condition.values.len() > 1 {
        inquiry.rule(if operator.negated { 65 } else { 64 });
    }
    let mut values = condition.values.iter();
    if values.any(|value| value.template.variables().next().is_some()) {
        inquiry.rule(90);
    }
    let absent = *state == KeyState::Absent;
    match operator.qualifier {
        Some(SetQualifier::ForAllValues) => inquiry.rule(if absent { 81 } else { 80 }),
        Some(SetQualifier::ForAnyValue) => inquiry.rule(if absent { 83 } else { 82 }),
        None if operator.test == Test::Null => {}
        None if absent && operator.if_exists => inquiry.rule(78),
        None if absent => inquiry.rule(if operator.negated { 77 } else { 76 }),
        None => {}
    }
    if operator.qualifier.is_some() {
        if operator.negated {
            inquiry.rule(84);
        }
        if operator.if_exists {
            inquiry.rule(87);
        }
    } else if matches!(state, KeyState::Known(values) if values.len() > 1) {
        inquiry.rule(85);
    }
}

/// Notes the rules about a grant by how it names the caller (R123, R126 to R129,
/// R132, R138, R169, R170, R196 to R199, R203, R206).
pub(crate) fn naming(inquiry: &Inquiry<'_>, naming: &Naming) {
    let kind = &inquiry.call.subject.kind;
    let (direct, role, account) = (
        naming.direct != Truth::False,
        naming.role != Truth::False,
        naming.account != Truth::False,
    );
    if inquiry.call.service() == "lambda" {
        inquiry.rule(188);
    }
    let in_session = matches!(
        kind,
        SubjectKind::Role {
            session: Some(_),
            ..
        }
    );
    let rules = match (inquiry.target.family, inquiry.relation) {
        (Family::Role, _) if matches!(kind, SubjectKind::Service(_)) => [(direct, 203); 3],
        (Family::Role, Relation::Other) => [(direct, 198), (role, 198), (account, 198)],
        (Family::Role, _) => [(direct && in_session, 206), (role, 196), (account, 197)],
        (Family::Key, Relation::Same) => [(direct, 170), (role, 170), (account, 169)],
        (_, Relation::Other) => [(direct && in_session, 138), (role, 138), (false, 138)],
        _ => match kind {
            SubjectKind::User(_) => [(direct, 126), (false, 0), (account, 123)],
            SubjectKind::Federated { .. } => [(direct, 128), (role, 132), (account, 123)],
            _ => [(direct && in_session, 128), (role, 127), (account, 123)],
        },
    };
    for (applies, rule) in rules {
        if applies {
            inquiry.rule(rule);
        }
    }
}
