//! One permission on one resource, with everything looked up that bears on it.

use std::cell::RefCell;

use whocan_graph::{Account, Graph};
use whocan_policy::KeyName;
use whocan_snapshot::Collected;

use crate::context::Derived;
use crate::resource::{Relation, Target};
use crate::route::Route;
use crate::rules::Rules;
use crate::session::{AssumeState, SessionState};
use crate::subject::Subject;
use crate::{OpenKind, OpenPoint, Precedence, Request, Strictness};

/// One call, as far as it does not depend on the resource.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// The facts.
    pub graph: &'a Graph,
    /// The request as it was asked.
    pub request: &'a Request,
    /// How gaps count.
    pub strictness: Strictness,
    /// What wins where the given keys and the facts disagree.
    pub precedence: Precedence,
    /// Who calls.
    pub subject: &'a Subject<'a>,
    /// The state of the calling session.
    pub session: &'a SessionState,
    /// The parameters of an `AssumeRole` call.
    pub assume: &'a AssumeState,
    /// The action that is called, as AWS spells it.
    pub action: &'a str,
    /// The rules that were used.
    pub rules: &'a Rules,
}

/// One permission on one resource of a call.
pub(crate) struct Inquiry<'a> {
    /// The call.
    pub call: Call<'a>,
    /// The permission that it needs here: its action, or `sts:TagSession` or
    /// `sts:SetSourceIdentity` beside it (R209, R211).
    pub permission: &'a str,
    /// The resource.
    pub target: Target<'a>,
    /// How caller and resource stand to each other.
    pub relation: Relation,
    /// The way that the request takes.
    pub route: Route<'a>,
    /// The keys that were derived so far.
    pub keys: RefCell<Vec<(KeyName, Derived)>>,
}

impl<'a> Call<'a> {
    /// Returns the prefix of the action's service.
    pub fn service(&self) -> &'a str {
        let action = self.action;
        action.split_once(':').map_or(action, |(prefix, _)| prefix)
    }

    /// Returns whether there is no snapshot.
    pub fn is_alone(&self) -> bool {
        self.request.overrides.alone
    }

    /// Returns whether what was not collected counts as in a fresh account.
    pub fn as_collected(&self) -> bool {
        self.strictness == Strictness::AsCollected
    }

    /// Returns what was collected, or else its default where gaps count so.
    pub fn collected<T: Clone>(
        &self,
        collected: &Collected<T>,
        default: impl FnOnce() -> T,
    ) -> Option<T> {
        match collected {
            Collected::Yes(value) => Some(value.clone()),
            Collected::Not if self.as_collected() => Some(default()),
            Collected::Not => None,
        }
    }

    /// Returns the caller's account, where the graph has it.
    pub fn caller_account(&self) -> Option<&'a Account> {
        self.subject.index.map(|index| self.graph.account(index))
    }

    /// Notes that a rule was used.
    pub fn rule(&self, number: u16) {
        self.rules.note(number);
    }
}

impl<'a> Inquiry<'a> {
    /// Returns the account of the resource, where the graph has it.
    pub fn owner_account(&self) -> Option<&'a Account> {
        let graph = self.call.graph;
        self.target.index.map(|index| graph.account(index))
    }

    /// Notes that a rule was used.
    pub fn rule(&self, number: u16) {
        self.call.rule(number);
    }
}

/// Something open that is no condition, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// What would have to hold.
    pub text: String,
    /// What is open.
    pub point: OpenPoint,
}

/// Returns the note about a fact that was not collected.
pub(crate) fn not_collected(subject: impl Into<String>) -> Note {
    let subject = subject.into();
    Note {
        text: format!("{subject} {} (not collected)", allows(&subject)),
        point: OpenPoint {
            subject,
            kind: OpenKind::NotCollected,
        },
    }
}

/// Returns the verb that fits: `service control policies of ... allow`.
fn allows(subject: &str) -> &'static str {
    if is_plural(subject) {
        "allow"
    } else {
        "allows"
    }
}

/// Returns whether `subject` names several things: `grants of ...`.
pub(crate) fn is_plural(subject: &str) -> bool {
    let head = subject.split(" of ").next().unwrap_or(subject);
    head.ends_with('s') && !head.ends_with("ss")
}

/// Returns the note about something that AWS's documentation leaves open.
pub(crate) fn undocumented(subject: impl Into<String>) -> Note {
    let subject = subject.into();
    Note {
        text: format!("{subject} (undocumented)"),
        point: OpenPoint {
            subject,
            kind: OpenKind::Undocumented,
        },
    }
}
