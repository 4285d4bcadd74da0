//! Reaching something over chains of assumed roles: a plain search, breadth first.

mod choice;
mod name;
mod path;

use std::collections::BTreeSet;

use whocan_graph::{Graph, PrincipalId};
use whocan_policy::Truth;

use crate::inquiry::Call;
use crate::judge;
use crate::rules::Rules;
use crate::session::{AssumeState, OpenTag, SessionState, SetValue, SourceIdentity};
use crate::subject::{Subject, SubjectKind};
use crate::{Overrides, Precedence, Reach, Request, RequestError, Strictness};

use choice::Choice;
use name::Names;

/// Which chains are followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// The most hops; `None` for no limit (R236).
    pub within: Option<u32>,
    /// The calls that count as hops.
    pub via: Via,
    /// Sets of ARNs of principals: a path must pass one of each, its ends included.
    pub through: Vec<Vec<String>>,
    /// The ARNs of principals that no path may pass, its ends included.
    pub avoiding: Vec<String>,
}

/// What counts as a hop: calls of STS, and assignments (R227).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via {
    /// `sts:AssumeRole`.
    pub assume_role: bool,
    /// `sts:AssumeRoleWithWebIdentity`.
    pub web_identity: bool,
    /// `sts:AssumeRoleWithSAML`.
    pub saml: bool,
    /// Assignments of Identity Center's permission sets (R222).
    pub identity_center: bool,
}

impl Default for Via {
    /// All of them.
    fn default() -> Via {
        Via {
            assume_role: true,
            web_identity: true,
            saml: true,
            identity_center: true,
        }
    }
}

/// Decides whether the caller can get `request` allowed, itself or over a
/// chain of assumed roles (section M of the rules).
///
/// Where given keys and facts disagree, facts win, whatever
/// [`Request::precedence`] says: the same keys are given for every call of a
/// path. The state that a chain keeps is its source identity and its
/// transitive tags (R233), and for one call the name of its session (R239);
/// the session, the parameters and the overrides of the caller belong to its
/// first call only.
///
/// # Errors
///
/// As [`crate::decide`].
pub fn reach(
    graph: &Graph,
    request: &Request,
    strictness: Strictness,
    walk: &Walk,
) -> Result<Reach, RequestError> {
    let action = judge::check(request)?;
    let start = Subject::resolve(graph, request)?;
    let complete = request.given.complete;
    let search = Search {
        graph,
        request,
        strictness,
        walk,
        action,
        session: SessionState::of(&request.session, complete).held_by(start.is_session()),
        assume: AssumeState::of(request.assume.as_ref(), complete),
        identities: named_identities(graph),
        names: Names::of(graph, request),
        tags_matter: choice::transitive_tags_matter(graph, request),
        // An ARN that is none names nothing that could be assumed.
        roles: graph
            .roles()
            .filter(|&role| Subject::of_role(graph, role, None).is_some())
            .collect(),
        last: last_request(request),
        start,
    };
    // A sure path is never shortened by an open one (R231).
    for least in [Truth::True, Truth::Unknown] {
        if let Some(found) = search.find(least)? {
            return search.describe(&found);
        }
    }
    search.nothing()
}

/// Everything that stays the same during a search.
struct Search<'a> {
    graph: &'a Graph,
    request: &'a Request,
    strictness: Strictness,
    walk: &'a Walk,
    action: String,
    start: Subject<'a>,
    session: SessionState,
    assume: AssumeState,
    // The source identities that some policy names.
    identities: Vec<String>,
    names: Names,
    // Whether a policy other than a role's trust looks at which tags travel.
    tags_matter: bool,
    roles: Vec<PrincipalId>,
    // The request as a reached role makes it.
    last: Request,
}

/// A session that was reached.
#[derive(Clone, Debug)]
struct Node {
    place: Place,
    state: State,
    // Which of the sets that it must pass its path has passed.
    passed: Vec<bool>,
    // From which node, by which choice.
    from: Option<(usize, Choice)>,
    hops: u32,
}

/// Whose session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Start,
    Role(PrincipalId),
}

/// What a session carries (R210, R211, R233).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    source_identity: SourceIdentity,
    transitive: Vec<OpenTag>,
    tags: Option<Vec<(String, String)>>,
    name: Option<SetValue>,
}

/// The end of a search.
struct Found {
    nodes: Vec<Node>,
    last: usize,
    // Whether the last request goes out unsigned (R238).
    unsigned: bool,
}

impl<'a> Search<'a> {
    /// Finds the nearest session whose path and last request are as sure as `least`.
    fn find(&self, least: Truth) -> Result<Option<Found>, RequestError> {
        let start = self.request.caller.to_string();
        if self.avoids(&start) {
            return Ok(None);
        }
        let mut nodes = vec![self.start_node()];
        let mut seen = BTreeSet::new();
        let mut next = 0;
        // Nodes stand in the order of their hops, so the first that serves is nearest.
        while next < nodes.len() {
            let passed = !nodes[next].passed.contains(&false);
            if passed && self.request_truth(&nodes[next])? >= least {
                return Ok(Some(Found {
                    nodes,
                    last: next,
                    unsigned: false,
                }));
            }
            if passed && next == 0 && self.unsigned_truth()? >= least {
                return Ok(Some(Found {
                    nodes,
                    last: 0,
                    unsigned: true,
                }));
            }
            for (role, state, choice) in self.hops_from(&nodes[next], least)? {
                let passed = self.passes(&nodes[next].passed, &self.graph.principal(role).arn);
                if seen.insert((role, state.clone(), passed.clone())) {
                    nodes.push(Node {
                        place: Place::Role(role),
                        state,
                        passed,
                        from: Some((next, choice)),
                        hops: nodes[next].hops + 1,
                    });
                }
            }
            next += 1;
        }
        Ok(None)
    }

    fn start_node(&self) -> Node {
        Node {
            place: Place::Start,
            state: State::default(),
            passed: self.passes(
                &vec![false; self.walk.through.len()],
                &self.request.caller.to_string(),
            ),
            from: None,
            hops: 0,
        }
    }

    // What a path has passed that had passed `before` and comes to `arn`.
    fn passes(&self, before: &[bool], arn: &str) -> Vec<bool> {
        let sets = before.iter().zip(&self.walk.through);
        sets.map(|(passed, set)| *passed || set.iter().any(|one| one == arn))
            .collect()
    }

    fn avoids(&self, arn: &str) -> bool {
        self.walk.avoiding.iter().any(|one| one == arn)
    }

    fn hops_from(
        &self,
        node: &Node,
        least: Truth,
    ) -> Result<Vec<(PrincipalId, State, Choice)>, RequestError> {
        let mut hops = Vec::new();
        if self.walk.within.is_some_and(|most| node.hops >= most) {
            return Ok(hops);
        }
        let subject = self.subject(node);
        let session = self.session_of(node);
        let Some(action) = self.hop_action(&subject) else {
            return Ok(hops);
        };
        for &role in &self.roles {
            let avoided = self.avoids(&self.graph.principal(role).arn);
            if avoided || !choice::may_permit(self.graph, role, action) {
                continue;
            }
            for choice in self.choices(node, &subject, &session, role, least) {
                if choice.limit < least {
                    continue;
                }
                let truth = self.hop_truth(node, &subject, &session, action, role, &choice)?;
                if truth & choice.limit >= least {
                    let state = self.next_state(&subject, &session, role, &choice.assume);
                    hops.push((role, state, choice));
                }
            }
        }
        Ok(hops)
    }

    // The source identity and the transitive tags go on; all else ends with the
    // hop (R210, R211, R234).
    fn next_state(
        &self,
        subject: &Subject<'_>,
        session: &SessionState,
        role: PrincipalId,
        assume: &AssumeState,
    ) -> State {
        let mut transitive = session.transitive.clone();
        for tag in assume.transitive.iter().flatten() {
            if session.transitive_tag(&tag.0).is_none() {
                transitive.push(tag.clone());
            }
        }
        transitive.sort();
        let set = [&session.source_identity, &assume.source_identity];
        let set = set.into_iter().find(|identity| identity.is_set());
        // What the session may carry goes on where the next role permits it.
        let may_go_on = session.source_identity == SourceIdentity::Open
            && choice::may_carry_identity(self.graph, subject)
            && choice::may_permit(self.graph, role, "sts:SetSourceIdentity");
        let unset = if may_go_on {
            SourceIdentity::Open
        } else {
            SourceIdentity::Unset
        };
        State {
            source_identity: set.cloned().unwrap_or(unset),
            transitive,
            tags: assume.tags.clone(),
            name: assume.name.clone(),
        }
    }

    /// Returns the call that gives this caller a session, if there is one that counts.
    fn hop_action(&self, subject: &Subject<'_>) -> Option<&'static str> {
        let via = &self.walk.via;
        match &subject.kind {
            SubjectKind::User(_) | SubjectKind::Role { .. } | SubjectKind::Service(_) => {
                via.assume_role.then_some("sts:AssumeRole")
            }
            SubjectKind::Oidc(_) => via.web_identity.then_some("sts:AssumeRoleWithWebIdentity"),
            SubjectKind::Saml(_) => via.saml.then_some("sts:AssumeRoleWithSAML"),
            SubjectKind::IdentityCenter(..) => {
                via.identity_center.then_some("sts:AssumeRoleWithSAML")
            }
            // Neither root nor federated sessions can assume roles (R204).
            SubjectKind::Root(_) | SubjectKind::Federated { .. } | SubjectKind::Anonymous => None,
        }
    }

    fn hop_truth(
        &self,
        node: &Node,
        subject: &Subject<'_>,
        session: &SessionState,
        action: &str,
        role: PrincipalId,
        choice: &Choice,
    ) -> Result<Truth, RequestError> {
        let request = self.hop_request(node, action, role);
        let rules = Rules::default();
        let call = self.call(&request, subject, session, &choice.assume, action, &rules);
        truth(call)
    }

    fn request_truth(&self, node: &Node) -> Result<Truth, RequestError> {
        let subject = self.subject(node);
        let session = self.session_of(node);
        let request = self.last_of(node);
        let rules = Rules::default();
        let assume = &self.assume;
        truth(self.call(request, &subject, &session, assume, &self.action, &rules))
    }

    // Whoever has credentials can also call without them (R238).
    fn unsigned_truth(&self) -> Result<Truth, RequestError> {
        let subject = Subject::anonymous();
        let session = SessionState::default();
        let rules = Rules::default();
        let (request, assume) = (&self.last, &self.assume);
        truth(self.call(request, &subject, &session, assume, &self.action, &rules))
    }

    fn call<'c>(
        &'c self,
        request: &'c Request,
        subject: &'c Subject<'c>,
        session: &'c SessionState,
        assume: &'c AssumeState,
        action: &'c str,
        rules: &'c Rules,
    ) -> Call<'c> {
        Call {
            graph: self.graph,
            request,
            strictness: self.strictness,
            precedence: Precedence::Facts,
            subject,
            session,
            assume,
            action,
            rules,
        }
    }

    fn subject(&self, node: &Node) -> Subject<'a> {
        let session = node.state.name.clone();
        match node.place {
            Place::Start => self.start.clone(),
            Place::Role(role) => Subject::of_role(self.graph, role, session)
                .expect("the search only goes to roles with an ARN"),
        }
    }

    fn session_of(&self, node: &Node) -> SessionState {
        match node.place {
            Place::Start => self.session.clone(),
            Place::Role(_) => SessionState {
                policies: Vec::new(),
                tags: node.state.tags.clone().or_else(|| {
                    let nothing_else = self.request.given.complete;
                    nothing_else.then(Vec::new)
                }),
                transitive: node.state.transitive.clone(),
                source_identity: node.state.source_identity.clone(),
            },
        }
    }

    fn last_of<'c>(&'c self, node: &Node) -> &'c Request {
        match node.place {
            Place::Start => self.request,
            Place::Role(_) => &self.last,
        }
    }

    /// Returns the call for a session of `role`; the caller's own overrides
    /// belong to the start, those of the resource to the last request.
    fn hop_request(&self, node: &Node, action: &str, role: PrincipalId) -> Request {
        let overrides = &self.request.overrides;
        let own = match node.place {
            Place::Start => Overrides {
                resource: None,
                rcps: None,
                endpoint: None,
                ..overrides.clone()
            },
            Place::Role(_) => Overrides::default(),
        };
        Request {
            action: action.to_owned(),
            resources: vec![self.graph.principal(role).arn.to_string()],
            resource_account: None,
            assume: None,
            endpoint: None,
            access_point: None,
            overrides: own,
            ..self.request.clone()
        }
    }
}

fn truth(call: Call<'_>) -> Result<Truth, RequestError> {
    let verdicts = judge::judge(call)?;
    Ok(Truth::all(verdicts.iter().map(|verdict| verdict.truth)))
}

// Nothing of the start's own policies follows into a role (R232).
fn last_request(request: &Request) -> Request {
    Request {
        overrides: Overrides {
            identity: None,
            boundary: None,
            scps: None,
            ..request.overrides.clone()
        },
        ..request.clone()
    }
}

/// Returns the source identities that conditions of the snapshot's policies name.
fn named_identities(graph: &Graph) -> Vec<String> {
    let mut named = BTreeSet::new();
    for document in graph.documents().iter() {
        named.extend(choice::values_of(document, "sts:SourceIdentity"));
        named.extend(choice::values_of(document, "aws:SourceIdentity"));
    }
    named.into_iter().collect()
}
