//! The example organization: the answers that were derived by hand hold.
//!
//! `tests/accounts/example_expected.jsonl` is the hand-derived key, one
//! question a line; `example/README.md` tells the story behind it. Both the
//! judge and the index answer each question, from the export on.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::{Map, Value};
use whocan_eval::{Caller, Overrides, Request, Strictness};
use whocan_graph::Graph;
use whocan_import::{BoxError, Options, Sink, import};
use whocan_index::{Ask, Ignoring, Index, Walk};
use whocan_policy::{Given, KeyName, KeyState, NamedPrincipal, Precedence, Session, Truth};
use whocan_snapshot::{AccountObject, ActivityObject, OrganizationObject, Snapshot};

#[derive(Deserialize)]
struct Expected {
    question: String,
    principal: String,
    action: String,
    resource: String,
    mode: String,
    context: Map<String, Value>,
    expected: String,
    hops: Option<u32>,
    path: Option<Vec<String>>,
    vpce: Option<String>,
    via_access_point: Option<String>,
    as_collected: Option<String>,
}

/// Keeps what an import delivers.
#[derive(Default)]
struct Kept {
    accounts: Mutex<Vec<AccountObject>>,
    organization: Mutex<Option<OrganizationObject>>,
}

impl Sink for Kept {
    fn account(&self, account: AccountObject) -> Result<(), BoxError> {
        self.accounts
            .lock()
            .expect("no thread panics")
            .push(account);
        Ok(())
    }

    fn activity(&self, _activity: ActivityObject) -> Result<(), BoxError> {
        Ok(())
    }

    fn organization(&self, organization: OrganizationObject) -> Result<(), BoxError> {
        *self.organization.lock().expect("no thread panics") = Some(organization);
        Ok(())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn expected() -> Vec<Expected> {
    let file = root().join("tests/accounts/example_expected.jsonl");
    let text = std::fs::read_to_string(file).expect("the key is in the repository");
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

fn graph(expected: &[Expected]) -> Arc<Graph> {
    let kept = Kept::default();
    import(&[root().join("example")], &Options::default(), &kept).expect("the example imports");
    let mut accounts = kept.accounts.into_inner().expect("no thread panics");
    accounts.sort_by_key(|account| account.id);
    let snapshot = Snapshot {
        taken: "2026-11-01T00:00:00Z".parse().expect("a time"),
        assumptions: Vec::new(),
        organization: kept
            .organization
            .into_inner()
            .expect("no thread panics")
            .map(Arc::new),
        accounts: accounts.into_iter().map(Arc::new).collect(),
        activity: Vec::new(),
    };
    let callers: Vec<NamedPrincipal> = expected
        .iter()
        .filter_map(|one| named(&one.principal))
        .collect();
    Arc::new(Graph::build_with(&snapshot, &callers))
}

// Callers that need not be named by any policy.
fn named(principal: &str) -> Option<NamedPrincipal> {
    if principal.contains("-provider/") {
        return Some(NamedPrincipal::Federated(principal.into()));
    }
    if principal.ends_with(".amazonaws.com") {
        return Some(NamedPrincipal::Service(principal.into()));
    }
    principal
        .starts_with("arn:")
        .then(|| NamedPrincipal::aws(principal))
}

fn node(principal: &str) -> String {
    if let Some((_, issuer)) = principal.split_once(":oidc-provider/") {
        return format!("oidc:{issuer}");
    }
    if principal.contains(":saml-provider/") {
        return format!("saml:{principal}");
    }
    if principal.ends_with(".amazonaws.com") {
        return format!("service:{principal}");
    }
    principal.to_owned()
}

fn given(context: &Map<String, Value>) -> Given {
    let state = |value: &Value| match value {
        Value::Null => KeyState::Absent,
        Value::Array(all) => KeyState::Known(all.iter().map(text).collect()),
        one => KeyState::Known(vec![text(one)]),
    };
    Given {
        keys: context
            .iter()
            .map(|(key, value)| (KeyName::new(key), state(value)))
            .collect(),
        complete: false,
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "yes",
        Truth::Unknown => "if",
        Truth::False => "no",
    }
}

fn request(one: &Expected) -> Request {
    let caller: Caller = one.principal.parse().expect(&one.question);
    Request {
        given: given(&one.context),
        endpoint: one.vpce.clone(),
        access_point: one.via_access_point.clone(),
        overrides: Overrides::default(),
        ..Request::new(caller, &one.action, vec![one.resource.clone()])
    }
}

fn ask(one: &Expected) -> Ask {
    Ask {
        action: one.action.clone(),
        resource: one.resource.clone(),
        resource_account: None,
        given: given(&one.context),
        precedence: Precedence::Facts,
        session: Session::default(),
        assume: None,
        access_point: one.via_access_point.clone(),
        endpoint: one.vpce.clone(),
        ignoring: Ignoring::default(),
    }
}

#[test]
fn the_judge_gives_the_answers_derived_by_hand() {
    let expected = expected();
    let graph = graph(&expected);
    let mut wrong = Vec::new();
    for one in &expected {
        let request = request(one);
        let (truth, hops, path) = judged(&graph, &request, one, Strictness::Strict);
        let (collected, ..) = judged(&graph, &request, one, Strictness::AsCollected);
        let as_collected = one.as_collected.as_deref().unwrap_or(&one.expected);
        let right_path = one.path.is_none() || one.path == path;
        if word(truth) != one.expected
            || hops != one.hops
            || word(collected) != as_collected
            || !right_path
        {
            wrong.push(format!(
                "{}: expected {} {:?} {:?}, got {} {hops:?} {path:?}, as collected {}",
                one.question,
                one.expected,
                one.hops,
                one.path,
                word(truth),
                word(collected)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        expected.len(),
        wrong.join("\n")
    );
}

type Judged = (Truth, Option<u32>, Option<Vec<String>>);

fn judged(graph: &Graph, request: &Request, one: &Expected, strictness: Strictness) -> Judged {
    if one.mode == "direct" {
        let decision = whocan_eval::decide(graph, request, strictness).expect(&one.question);
        return (decision.truth(), None, None);
    }
    let walk = whocan_eval::Walk::default();
    let reached = whocan_eval::reach(graph, request, strictness, &walk).expect(&one.question);
    let path = reached
        .path
        .map(|hops| hops.into_iter().map(|hop| hop.role).collect::<Vec<_>>());
    let hops = path.as_ref().map(|path| path.len() as u32);
    (reached.decision.truth(), hops, path)
}

#[test]
fn the_index_gives_the_answers_derived_by_hand() {
    let expected = expected();
    let index = Index::build(graph(&expected));
    let mut wrong = Vec::new();
    for one in &expected {
        let node = node(&one.principal);
        let Some(id) = index.graph().principal_of(&node) else {
            wrong.push(format!("{}: there is no node `{node}`", one.question));
            continue;
        };
        let (verdicts, hops) = if one.mode == "direct" {
            (index.can(&ask(one)), None)
        } else {
            let walk = Walk {
                given: given(&one.context),
                ..Walk::default()
            };
            let reached = index.reach(&ask(one), &walk);
            let hops = reached.hops(id);
            (reached.verdicts, hops)
        };
        let (truth, collected) = (
            word(verdicts.strict.of(id)),
            word(verdicts.as_collected.of(id)),
        );
        let as_collected = one.as_collected.as_deref().unwrap_or(&one.expected);
        if truth != one.expected || hops != one.hops || collected != as_collected {
            wrong.push(format!(
                "{}: expected {} {:?}, got {truth} {hops:?}, as collected {collected}",
                one.question, one.expected, one.hops
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        expected.len(),
        wrong.join("\n")
    );
}
