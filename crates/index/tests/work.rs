//! What a question costs, counted; and that many threads may ask at once.

#[path = "agreement/harness/mod.rs"]
#[allow(dead_code, reason = "the agreement test uses the rest")]
mod harness;

use std::sync::Arc;
use std::thread;

use harness::case::{self, Case, Counts};
use harness::chain;
use jiff::Timestamp;
use whocan_graph::Graph;
use whocan_index::{Ask, Ignoring, Index, Reached, Verdicts, Walk};
use whocan_policy::{AccountId, Given, Pattern, Precedence, Session};
use whocan_snapshot::{
    AccountObject, Collected, Detail, InlinePolicy, Resource, Role, Snapshot, User,
};

const KEY: &str = "content of the snapshot";

/// As a process finds it that has not built it.
fn stored(graph: Graph) -> Index {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("some.index");
    let index = Index::build(Arc::new(graph));
    index.save(&path, KEY).expect("it is saved");
    Index::load(&path, KEY, Timestamp::UNIX_EPOCH).expect("it was just saved")
}

fn answers(index: &Index, case: &Case, from: usize) -> Vec<(Verdicts, Reached)> {
    let count = case.questions.len();
    let mut answers: Vec<_> = (0..count)
        .map(|at| (from + at) % count)
        .map(|at| {
            let question = &case.questions[at];
            let walk = chain::of_index(index.graph(), question);
            let ask = question.ask(&question.resource);
            (at, index.can(&ask), index.reach(&ask, &walk))
        })
        .collect();
    answers.sort_by_key(|(at, ..)| *at);
    answers
        .into_iter()
        .map(|(_, can, reach)| (can, reach))
        .collect()
}

#[test]
fn thirty_two_threads_get_the_answers_of_one() {
    let counts = Counts {
        can: 30,
        reach: 20,
        region: 0,
    };
    for number in 0..6 {
        let case = Case::draw(11, number, counts);
        let graph = || Graph::build_with(&case.world.snapshot(), &case::callers());
        let alone = answers(&stored(graph()), &case, 0);
        let shared = stored(graph());
        thread::scope(|scope| {
            for thread in 0..32 {
                let (shared, case, alone) = (&shared, &case, &alone);
                scope.spawn(move || assert_eq!(answers(shared, case, thread), *alone));
            }
        });
    }
}

fn number(account: usize) -> AccountId {
    let digits = format!("{:012}", 111_122_223_333 + account);
    digits.parse().expect("twelve digits")
}

fn policy(action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}}}"#
    )
}

fn queue(account: AccountId, at: usize) -> String {
    format!("arn:aws:sqs:eu-west-1:{account}:queue-{at}")
}

fn user(account: AccountId, at: usize) -> User {
    let name = format!("user-{at}");
    User {
        arn: format!("arn:aws:iam::{account}:user/{name}"),
        name,
        id: String::new(),
        path: "/".to_owned(),
        created: None,
        groups: Vec::new(),
        inline: vec![InlinePolicy {
            name: "own".to_owned(),
            document: policy("sqs:SendMessage", &queue(account, at)),
        }],
        attached: Vec::new(),
        boundary: None,
        tags: Collected::Yes(Vec::new()),
    }
}

fn role(account: AccountId, at: usize) -> Role {
    let name = format!("role-{at}");
    let trusted = format!("arn:aws:iam::{account}:user/user-{at}");
    Role {
        arn: format!("arn:aws:iam::{account}:role/{name}"),
        name,
        id: String::new(),
        path: "/".to_owned(),
        created: None,
        trust: Collected::Yes(format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"AWS":"{trusted}"}}}}}}"#
        )),
        inline: vec![InlinePolicy {
            name: "admin".to_owned(),
            document: policy("*", "*"),
        }],
        attached: Vec::new(),
        boundary: None,
        tags: Collected::Yes(Vec::new()),
        max_session_seconds: None,
    }
}

fn account(at: usize) -> AccountObject {
    let id = number(at);
    let resource = |at: usize| Resource {
        arn: queue(id, at),
        policy: Collected::Yes(None),
        tags: Collected::Yes(Vec::new()),
        region: None,
        owner: None,
        encryption_key: Collected::Yes(None),
        role: None,
        detail: Detail::Plain,
    };
    AccountObject {
        identities: true,
        complete: true,
        users: (0..20).map(|at| user(id, at)).collect(),
        roles: (0..20).map(|at| role(id, at)).collect(),
        resources: (0..20).map(resource).collect(),
        ..AccountObject::unread(id)
    }
}

fn organization(accounts: usize) -> Graph {
    Graph::build(&Snapshot {
        taken: Timestamp::UNIX_EPOCH,
        assumptions: Vec::new(),
        organization: None,
        accounts: (0..accounts).map(|at| Arc::new(account(at))).collect(),
        activity: Vec::new(),
    })
}

fn ask(resource: &str) -> Ask {
    Ask {
        action: "sqs:SendMessage".to_owned(),
        resource: resource.to_owned(),
        resource_account: None,
        given: Given::default(),
        precedence: Precedence::Facts,
        session: Session::default(),
        assume: None,
        access_point: None,
        endpoint: None,
        ignoring: Ignoring::default(),
    }
}

/// Documents parsed and principals read for one question to a stored index.
fn looked_at(accounts: usize, question: impl Fn(&Index)) -> (usize, usize) {
    let index = stored(organization(accounts));
    question(&index);
    let graph = index.graph();
    (graph.documents().touched(), graph.principals().touched())
}

#[test]
fn who_can_parses_only_statements_about_the_resource_however_many_accounts_there_are() {
    let queue = queue(number(1), 7);
    let question = |index: &Index| {
        let verdicts = index.can(&ask(&queue));
        // The user, the root user and the twenty administrators of the account.
        assert_eq!(verdicts.strict.surely.len(), 22);
    };
    let (few, _) = looked_at(3, question);
    let (many, _) = looked_at(30, question);
    assert_eq!((few, many), (1, 1));
}

#[test]
fn who_can_reach_reads_no_more_in_an_organization_ten_times_as_large() {
    let queue = queue(number(1), 7);
    let question = |index: &Index| {
        let reached = index.reach(&ask(&queue), &Walk::default());
        // All users of the account: each may become its role.
        assert_eq!(reached.verdicts.strict.surely.len(), 41);
    };
    let (few, of_few) = looked_at(3, question);
    let (many, of_many) = looked_at(30, question);
    assert_eq!(few, many);
    // What is read at once has neighbours in it: a chunk more, no more.
    assert!(of_many <= of_few + 64, "{of_few}, {of_many}");
}

#[test]
fn cells_of_an_account_parse_only_statements_about_it() {
    let queues = Pattern::resource(&format!("arn:aws:sqs:eu-west-1:{}:*", number(1)));
    let question = |index: &Index| {
        let cells = index.cells(&ask(""), &queues, None);
        assert!(cells.len() >= 20, "{}", cells.len());
    };
    let (few, _) = looked_at(3, question);
    let (many, _) = looked_at(30, question);
    assert_eq!((few, many), (20, 20));
}
