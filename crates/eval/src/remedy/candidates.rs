//! The changes that might help.

use std::rc::Rc;

use whocan_graph::{Graph, PolicyId};
use whocan_policy::{Arn, Statement, Truth};

use super::{Change, Grantee};
use crate::PolicyType;
use crate::explain::{source, statement_name};
use crate::inquiry::Call;
use crate::judge::Verdict;
use crate::policies::Origin;
use crate::side::{Hit, Side};
use crate::subject::SubjectKind;

/// A change with what it changes.
pub(super) struct Candidate<'a> {
    pub change: Change,
    // The sides that would hold; compared as objects, since equal ones may
    // stand at several places.
    opened: Vec<Rc<Side<'a>>>,
    // The statement that would no longer apply, and where it stands: policies
    // with the same text share their statements.
    lifted: Option<(Place, &'a Statement)>,
}

impl<'a> Candidate<'a> {
    /// Returns whether the change makes `side` hold.
    pub fn opens(&self, side: &Rc<Side<'a>>) -> bool {
        self.opened.iter().any(|one| Rc::ptr_eq(one, side))
    }

    /// Returns whether the change takes the effect of `hit` away.
    pub fn lifts(&self, hit: &Hit<'a>) -> bool {
        match (self.lifted, hit.statement) {
            (Some((place, lifted)), Some(statement)) => {
                place == Place::of(hit.origin) && std::ptr::eq(lifted, statement)
            }
            _ => false,
        }
    }
}

/// The policy that a statement stands in, whichever way it comes to bear.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Policy(PolicyId),
    Given(PolicyType, usize),
    Elsewhere,
}

impl Place {
    fn of(origin: Origin<'_>) -> Place {
        match origin {
            Origin::Policy(policy)
            | Origin::ThroughGroup(policy, _)
            | Origin::AtLevel(policy, _) => Place::Policy(policy),
            Origin::Given(policy_type, number) => Place::Given(policy_type, number),
            Origin::Acl(_) | Origin::Grant(_) | Origin::Assignment(_) => Place::Elsewhere,
        }
    }
}

/// Returns all candidates: what denies first, then what is silent, the caller's
/// own side before the resource's.
pub(super) fn of<'a>(
    graph: &Graph,
    call: &Call<'_>,
    verdicts: &[Verdict<'a>],
) -> Vec<Candidate<'a>> {
    let mut all = Vec::new();
    for verdict in verdicts {
        let hits = verdict.denies.iter().flat_map(|side| {
            let sure = side.hits.iter().filter(|hit| hit.truth == Truth::True);
            sure.map(|hit| (side.policy_type, hit))
        });
        for (policy_type, hit) in hits {
            add_lift(graph, policy_type, hit, &mut all);
        }
    }
    let mut grants = Vec::new();
    for verdict in verdicts {
        for side in silent(verdict) {
            add_grant(graph, call, verdict, side, &mut grants);
        }
    }
    grants.sort_by_key(|candidate| rank(&candidate.change));
    all.extend(grants);
    all
}

/// Returns the sides of a verdict that are silent, each once.
fn silent<'a>(verdict: &Verdict<'a>) -> Vec<Rc<Side<'a>>> {
    let mut found: Vec<Rc<Side<'a>>> = Vec::new();
    let filters = verdict.filters.iter().map(|(_, filter)| filter);
    for formula in std::iter::once(&verdict.grant).chain(filters) {
        formula.each_side(&mut |side| {
            let known = found.iter().any(|one| Rc::ptr_eq(one, side));
            if side.truth == Truth::False && !known {
                found.push(Rc::clone(side));
            }
        });
    }
    found
}

// A statement may deny several parts of a request.
fn add_lift<'a>(
    graph: &Graph,
    policy_type: PolicyType,
    hit: &Hit<'a>,
    all: &mut Vec<Candidate<'a>>,
) {
    let Some(statement) = hit.statement else {
        return;
    };
    if all.iter().any(|one| one.lifts(hit)) {
        return;
    }
    all.push(Candidate {
        change: Change::Lift {
            policy_type,
            source: source(graph, hit.origin),
            statement: statement_name(statement),
        },
        opened: Vec::new(),
        lifted: Some((Place::of(hit.origin), statement)),
    });
}

fn add_grant<'a>(
    graph: &Graph,
    call: &Call<'_>,
    verdict: &Verdict<'a>,
    side: Rc<Side<'a>>,
    all: &mut Vec<Candidate<'a>>,
) {
    let Some(change) = change(graph, call, verdict, &side) else {
        return;
    };
    match all.iter_mut().find(|one| one.change == change) {
        Some(known) => known.opened.push(side),
        None => all.push(Candidate {
            change,
            opened: vec![side],
            lifted: None,
        }),
    }
}

fn change(
    graph: &Graph,
    call: &Call<'_>,
    verdict: &Verdict<'_>,
    side: &Side<'_>,
) -> Option<Change> {
    let of = match side.policy_type {
        PolicyType::PublicAccessBlock => {
            return Some(Change::Unblock {
                resource: verdict.resource.clone(),
            });
        }
        PolicyType::Resource => {
            side.grantee.filter(|grantee| fits(call, *grantee))?;
            carrier(&verdict.resource)
        }
        PolicyType::Scp => side
            .level
            .map_or_else(String::new, |level| graph.level(level).id.to_string()),
        PolicyType::Endpoint => call.request.endpoint.clone().unwrap_or_default(),
        PolicyType::Identity | PolicyType::Boundary | PolicyType::Session => {
            call.request.caller.to_string()
        }
        PolicyType::Rcp | PolicyType::Service => return None,
    };
    Some(Change::Grant {
        policy_type: side.policy_type,
        of,
        grantee: side.grantee,
        action: verdict.permission.to_owned(),
        resource: verdict.resource.clone(),
    })
}

fn carrier(resource: &str) -> String {
    match resource.parse::<Arn>() {
        Ok(arn) => crate::resource::carrier(&arn).to_owned(),
        Err(_) => resource.to_owned(),
    }
}

/// Returns whether a statement can name this caller so.
fn fits(call: &Call<'_>, grantee: Grantee) -> bool {
    match (&call.subject.kind, grantee) {
        (SubjectKind::Role { .. } | SubjectKind::Federated { .. }, _) => true,
        (SubjectKind::User(_), Grantee::Itself | Grantee::Account) => true,
        (SubjectKind::Root(_), Grantee::Account) => true,
        (SubjectKind::User(_) | SubjectKind::Root(_), _) => false,
        (_, grantee) => grantee == Grantee::Itself,
    }
}

// A person looks at the caller first, then at the resource, then at what is
// above both.
fn rank(change: &Change) -> (u8, Option<Grantee>) {
    match change {
        Change::Lift { .. } => (0, None),
        Change::Grant {
            policy_type,
            grantee,
            ..
        } => match policy_type {
            PolicyType::Identity => (1, None),
            PolicyType::Boundary => (2, None),
            PolicyType::Session => (3, None),
            PolicyType::Resource => (4, *grantee),
            _ => (6, None),
        },
        Change::Unblock { .. } => (5, None),
    }
}
