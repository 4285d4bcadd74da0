//! Whether one statement applies to a request.

use whocan_policy::{Effect, Statement, Truth};

use crate::condition::{self, OpenCondition};
use crate::context::variable;
use crate::inquiry::{Inquiry, Note, undocumented};
use crate::noted;
use crate::resource::Family;

/// How a statement applies, its principal apart.
#[derive(Clone, Debug)]
pub(crate) struct Applies<'a> {
    /// Whether it does.
    pub truth: Truth,
    /// The conditions that may hold or not.
    pub conditions: Vec<OpenCondition<'a>>,
    /// What else is open.
    pub notes: Vec<Note>,
}

/// What a statement without `Resource` and `NotResource` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MissingResource {
    /// The resource that carries the policy, where its kind needs none (R13,
    /// R193); else it is open (R12).
    Implied,
    /// Open: AWS refuses to store a statement without it (R12).
    Open,
    /// Nothing: the kind of policy needs the element.
    Nothing,
}

/// Returns whether `statement` has this effect and covers the permission asked for.
///
/// Cheap, and most statements end here.
pub(crate) fn concerns(inquiry: &Inquiry<'_>, statement: &Statement, effect: Effect) -> bool {
    statement.effect == Some(effect)
        && statement.covers_action(inquiry.permission) != Truth::False
        && !statement.is_inert()
}

/// Decides a statement that concerns the permission: resource, then conditions.
pub(crate) fn applies<'a>(
    inquiry: &Inquiry<'_>,
    statement: &'a Statement,
    missing: MissingResource,
) -> Applies<'a> {
    noted::statement(inquiry, statement);
    let mut applies = Applies {
        truth: covers_resource(inquiry, statement, missing),
        conditions: Vec::new(),
        notes: Vec::new(),
    };
    if applies.truth == Truth::Unknown {
        applies.notes = open_resource(inquiry, statement, missing);
    }
    for condition in &statement.conditions {
        if applies.truth == Truth::False {
            return applies;
        }
        let truth = condition::decide(inquiry, condition);
        applies.truth = applies.truth & truth;
        if truth == Truth::Unknown {
            applies.conditions.push(OpenCondition {
                condition,
                points: condition::open_points(inquiry, condition),
            });
        }
    }
    if statement.doubtful {
        inquiry.rule(12);
        applies.truth = applies.truth & Truth::Unknown;
        applies
            .notes
            .push(undocumented("a statement that breaks the grammar"));
    }
    applies
}

// R47 to R61, R90 to R97.
fn covers_resource(
    inquiry: &Inquiry<'_>,
    statement: &Statement,
    missing: MissingResource,
) -> Truth {
    let Some(clause) = &statement.resources else {
        // A doubtful statement has both elements or an unreadable one.
        return match missing {
            _ if statement.doubtful => Truth::True,
            MissingResource::Implied if needs_none(inquiry) => Truth::True,
            MissingResource::Implied | MissingResource::Open => Truth::Unknown,
            MissingResource::Nothing => {
                inquiry.rule(193);
                Truth::False
            }
        };
    };
    if missing == MissingResource::Implied && inquiry.target.family == Family::Role {
        // AWS refuses one in a trust policy, so what it means is open (R12, R13).
        return Truth::Unknown;
    }
    let text = &inquiry.target.text;
    let matched = clause
        .patterns
        .iter()
        .map(|pattern| pattern.matches(text, |name| variable(inquiry, &name.key)));
    let matched = Truth::any(matched);
    if clause.negated { !matched } else { matched }
}

// Role trust and repository policies.
// Source: Private repository policies in Amazon ECR, ECR User Guide.
fn needs_none(inquiry: &Inquiry<'_>) -> bool {
    let repository = matches!(inquiry.call.service(), "ecr" | "ecr-public");
    repository || inquiry.target.family == Family::Role
}

/// Returns the notes about what leaves the resource open.
fn open_resource(
    inquiry: &Inquiry<'_>,
    statement: &Statement,
    missing: MissingResource,
) -> Vec<Note> {
    let in_trust = missing == MissingResource::Implied && inquiry.target.family == Family::Role;
    if in_trust && statement.resources.is_some() {
        inquiry.rule(12);
        return vec![undocumented(
            "a resource in a trust policy, which takes none",
        )];
    }
    if statement.resources.is_none() {
        inquiry.rule(12);
        return vec![undocumented(
            "a statement without resource in a policy that needs one",
        )];
    }
    let patterns = statement
        .resources
        .iter()
        .flat_map(|clause| &clause.patterns);
    let variables = patterns.flat_map(|pattern| pattern.template().variables());
    let mut notes = Vec::new();
    for name in variables {
        let known = crate::context::derived(inquiry, &name.key);
        if variable(inquiry, &name.key) == whocan_policy::VariableValue::Unknown {
            let subject = name.key.as_written();
            notes.push(Note {
                text: format!("{subject} fits the resource"),
                point: crate::OpenPoint {
                    subject: subject.to_owned(),
                    kind: known.kind,
                },
            });
        }
    }
    notes
}
