//! The path that a search found, hop by hop, with reasons.

use std::collections::BTreeSet;

use whocan_graph::PrincipalId;
use whocan_policy::Truth;

use super::choice::Choice;
use super::{Found, Node, Place, Search};
use crate::explain;
use crate::inquiry::Call;
use crate::judge;
use crate::rules::Rules;
use crate::session::{SessionState, SourceIdentity};
use crate::subject::{Subject, SubjectKind};
use crate::{Decision, OpenKind, OpenPoint, Reach, ReachHop, RequestError};

impl Search<'_> {
    /// Describes the path that was found.
    pub(super) fn describe(&self, found: &Found) -> Result<Reach, RequestError> {
        let last = &found.nodes[found.last];
        let mut path = Vec::new();
        let mut to = last;
        let (mut chosen, mut named) = (false, false);
        while let (Place::Role(role), Some((from, choice))) = (to.place, &to.from) {
            let from = &found.nodes[*from];
            chosen |= choice.limit != Truth::True;
            named |= choice.names;
            path.push(self.hop(from, role, choice)?);
            to = from;
        }
        path.reverse();
        let decision = if found.unsigned {
            self.unsigned()?
        } else {
            self.last(last)?
        };
        let mut decision = along(&path, decision);
        let mut note = |rule: u16| note(&mut decision, rule);
        if path.is_empty() {
            note(228);
        } else {
            [227, 229, 231, 232, 237].into_iter().for_each(&mut note);
        }
        let carries = last.state.source_identity.is_set() || !last.state.transitive.is_empty();
        if carries {
            note(233);
        }
        if path.len() > 1 {
            [234, 236].into_iter().for_each(&mut note);
        }
        if found.unsigned {
            note(238);
        }
        if chosen {
            note(240);
        }
        if named {
            note(239);
        }
        note(230);
        Ok(Reach {
            decision,
            path: Some(path),
        })
    }

    /// Describes that nothing was found: why the caller's own request fails.
    pub(super) fn nothing(&self) -> Result<Reach, RequestError> {
        let decision = self.last(&self.start_node())?;
        let walks_past = self.start_node().passed.contains(&false)
            || self.avoids(&self.request.caller.to_string());
        Ok(Reach {
            // What the caller itself may do is no path that the walk takes.
            decision: match decision {
                Decision::Allow(reason) | Decision::If(reason, _) if walks_past => {
                    Decision::Deny(reason)
                }
                decision => decision,
            },
            path: None,
        })
    }

    fn hop(
        &self,
        from: &Node,
        role: PrincipalId,
        choice: &Choice,
    ) -> Result<ReachHop, RequestError> {
        let subject = self.subject(from);
        let session = self.session_of(from);
        let action = self.hop_action(&subject).unwrap_or("sts:AssumeRole");
        let request = self.hop_request(from, action, role);
        let rules = Rules::default();
        let assume = &choice.assume;
        let call = self.call(&request, &subject, &session, assume, action, &rules);
        Ok(ReachHop {
            from: self.name(from),
            action,
            role: self.graph.principal(role).arn.to_string(),
            decision: chosen(choice, explained(call)?),
        })
    }

    fn last(&self, node: &Node) -> Result<Decision, RequestError> {
        let subject = self.subject(node);
        let session = self.session_of(node);
        let rules = Rules::default();
        let (request, assume) = (self.last_of(node), &self.assume);
        explained(self.call(request, &subject, &session, assume, &self.action, &rules))
    }

    fn unsigned(&self) -> Result<Decision, RequestError> {
        let subject = Subject::anonymous();
        let session = SessionState::default();
        let rules = Rules::default();
        let (request, assume) = (&self.last, &self.assume);
        explained(self.call(request, &subject, &session, assume, &self.action, &rules))
    }

    fn name(&self, node: &Node) -> String {
        match (node.place, self.subject(node).kind) {
            (Place::Role(_), SubjectKind::Role { arn: Some(arn), .. }) => arn.to_string(),
            _ => self.request.caller.to_string(),
        }
    }
}

fn explained(call: Call<'_>) -> Result<Decision, RequestError> {
    let (graph, rules) = (call.graph, call.rules);
    let verdicts = judge::judge(call)?;
    Ok(explain::decision(graph, &verdicts, rules))
}

/// Returns the decision on a hop that only works because of what its caller chooses.
fn chosen(choice: &Choice, decision: Decision) -> Decision {
    if choice.limit == Truth::True {
        return decision;
    }
    let mut texts = Vec::new();
    let mut points = Vec::new();
    let mut choose = |key: &str, value: Option<&str>| {
        texts.push(match value {
            Some(value) => format!("{key} = {value}"),
            None => format!("{key} is present"),
        });
        points.push(OpenPoint {
            subject: key.to_owned(),
            kind: OpenKind::CallerChosen,
        });
    };
    if let SourceIdentity::Set(identity) = &choice.assume.source_identity {
        choose("sts:SourceIdentity", identity.known());
    }
    if choice.assume.transitive.is_none() {
        choose("sts:TransitiveTagKeys", None);
    }
    for (key, value) in choice.assume.transitive.iter().flatten() {
        choose(&format!("aws:RequestTag/{key}"), value.known());
    }
    if let Some(name) = choice.assume.name.as_ref().filter(|_| choice.names) {
        choose("sts:RoleSessionName", name.known());
    }
    open(decision, texts, points)
}

// Notes a rule of the search itself.
fn note(decision: &mut Decision, rule: u16) {
    let (Decision::Allow(reason) | Decision::Deny(reason) | Decision::If(reason, _)) = decision;
    if let Err(at) = reason.rules.binary_search(&rule) {
        reason.rules.insert(at, rule);
    }
}

// One open hop makes the path open (R229).
fn along(path: &[ReachHop], decision: Decision) -> Decision {
    let mut texts = Vec::new();
    let mut points = Vec::new();
    for hop in path {
        if let Decision::If(reason, open) = &hop.decision {
            texts.extend(reason.conditions.iter().cloned());
            points.extend(open.iter().cloned());
        }
    }
    if points.is_empty() && texts.is_empty() {
        return decision;
    }
    open(decision, texts, points)
}

fn open(decision: Decision, texts: Vec<String>, points: Vec<OpenPoint>) -> Decision {
    let (mut reason, own) = match decision {
        Decision::Allow(reason) => (reason, Vec::new()),
        Decision::If(reason, points) => (reason, points),
        Decision::Deny(reason) => return Decision::Deny(reason),
    };
    let mut all: BTreeSet<OpenPoint> = own.into_iter().collect();
    all.extend(points);
    let conditions = std::mem::take(&mut reason.conditions);
    for text in texts.into_iter().chain(conditions) {
        if !reason.conditions.contains(&text) {
            reason.conditions.push(text);
        }
    }
    Decision::If(reason, all.into_iter().collect())
}
