//! Organizations that grow in one direction each, and what a question then costs.

use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use whocan_graph::Graph;
use whocan_index::{Index, Walk};
use whocan_policy::AccountId;
use whocan_snapshot::{
    AccountObject, Collected, Detail, InlinePolicy, Resource, Role, Snapshot, User,
};

use crate::dice::Dice;
use crate::questions::ask;

const ACCOUNTS: usize = 20;

/// So many questions are asked of each organization.
const QUESTIONS: usize = 300;

/// How often each organization is four times as large as the one before.
const STEPS: u32 = 4;

/// How much an organization holds, all accounts together.
#[derive(Clone, Copy)]
struct Size {
    users: usize,
    statements: usize,
    trusts: usize,
    queues: usize,
}

const SMALLEST: Size = Size {
    users: 1_000,
    statements: 200,
    trusts: 200,
    queues: 200,
};

/// One line of the table and of the picture.
struct Line {
    what: &'static str,
    color: &'static str,
    grown: fn(Size, usize) -> Size,
    of: fn(Size) -> usize,
}

const LINES: [Line; 4] = [
    Line {
        what: "principals",
        color: "#1b6ca8",
        grown: |size, by| Size {
            users: size.users * by,
            ..size
        },
        of: |size| size.users,
    },
    Line {
        what: "distinct statements",
        color: "#b8461b",
        // Those who hold them grow too, or nobody would hold one.
        grown: |size, by| Size {
            statements: size.statements * by,
            users: 64_000,
            ..size
        },
        of: |size| size.statements,
    },
    Line {
        what: "trust edges",
        color: "#3c8031",
        grown: |size, by| Size {
            trusts: size.trusts * by,
            ..size
        },
        of: |size| size.trusts,
    },
    Line {
        what: "resources",
        color: "#7b3fa0",
        grown: |size, by| Size {
            queues: size.queues * by,
            ..size
        },
        of: |size| size.queues,
    },
];

/// Prints the table, and writes the picture.
pub fn measure(picture: &Path, seed: u64) {
    println!(
        "\n| what grows | to | who can A on R | who can reach A on R |\n| --- | --- | --- | --- |"
    );
    let mut curves = Vec::new();
    for line in &LINES {
        let mut points = Vec::new();
        for step in 0..STEPS {
            let size = (line.grown)(SMALLEST, 4_usize.pow(step));
            let [can, reach] = medians(size, seed);
            let count = (line.of)(size);
            println!("| {} | {count} | {can:.1?} | {reach:.1?} |", line.what);
            points.push(reach.as_secs_f64() * 1e6);
        }
        curves.push((line, points));
    }
    fs::write(picture, drawn(&curves)).unwrap();
}

fn medians(size: Size, seed: u64) -> [Duration; 2] {
    let index = Index::build(Arc::new(Graph::build(&organization(size))));
    let mut dice = Dice::new(seed);
    let calls: Vec<_> = (0..QUESTIONS)
        .map(|_| {
            let queue = dice.below(size.queues);
            ask("sqs:SendMessage", queue_arn(queue))
        })
        .collect();
    let plain = Walk::default();
    let median = |question: &dyn Fn(&whocan_index::Ask)| {
        calls.iter().for_each(question);
        let mut times: Vec<Duration> = calls
            .iter()
            .map(|call| {
                let start = Instant::now();
                question(call);
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        times[times.len() / 2]
    };
    [
        median(&|call| drop(black_box(index.can(call)))),
        median(&|call| drop(black_box(index.reach(call, &plain)))),
    ]
}

fn account_of(number: usize) -> AccountId {
    format!("{:012}", 111_122_223_333 + number % ACCOUNTS)
        .parse()
        .unwrap()
}

fn queue_arn(number: usize) -> String {
    format!(
        "arn:aws:sqs:eu-west-1:{}:queue-{number}",
        account_of(number)
    )
}

fn policy(action: &str, on: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}",{on}}}}}"#
    )
}

fn own(statement: usize, queues: usize) -> InlinePolicy {
    let queue = statement % queues;
    // Statements about one queue differ in what else they name.
    let on = format!(
        r#""Resource":["arn:aws:sqs:*:*:queue-{queue}","arn:aws:sqs:*:*:other-{statement}"]"#
    );
    InlinePolicy {
        name: "own".to_owned(),
        document: policy("sqs:SendMessage", &on),
    }
}

fn organization(size: Size) -> Snapshot {
    let mut accounts: Vec<AccountObject> = (0..ACCOUNTS)
        .map(|at| AccountObject {
            identities: true,
            complete: true,
            ..AccountObject::unread(account_of(at))
        })
        .collect();
    for at in 0..size.users {
        accounts[at % ACCOUNTS].users.push(user(at, size));
    }
    for at in 0..size.trusts {
        accounts[at % ACCOUNTS].roles.push(role(at, size));
    }
    for at in 0..size.queues {
        accounts[at % ACCOUNTS].resources.push(queue(at));
    }
    Snapshot {
        taken: jiff::Timestamp::UNIX_EPOCH,
        assumptions: Vec::new(),
        organization: None,
        accounts: accounts.into_iter().map(Arc::new).collect(),
        activity: Vec::new(),
    }
}

fn user(at: usize, size: Size) -> User {
    let name = format!("user-{at}");
    User {
        arn: format!("arn:aws:iam::{}:user/{name}", account_of(at)),
        name,
        id: String::new(),
        path: "/".to_owned(),
        created: None,
        groups: Vec::new(),
        inline: vec![own(at % size.statements, size.queues)],
        attached: Vec::new(),
        boundary: None,
        tags: Collected::Yes(Vec::new()),
    }
}

// Every role is assumed by the one before it, in chains of five, or by a user.
fn role(at: usize, size: Size) -> Role {
    let name = format!("role-{at}");
    let account = account_of(at);
    let before = at
        .checked_sub(ACCOUNTS)
        .filter(|_| !(at / ACCOUNTS).is_multiple_of(5));
    let caller = match before {
        Some(before) => format!("role/role-{before}"),
        None => format!("user/user-{}", at % size.users.min(ACCOUNTS)),
    };
    let on = format!(r#""Principal":{{"AWS":"arn:aws:iam::{account}:{caller}"}}"#);
    Role {
        arn: format!("arn:aws:iam::{account}:role/{name}"),
        name,
        id: String::new(),
        path: "/".to_owned(),
        created: None,
        trust: Collected::Yes(policy("sts:AssumeRole", &on)),
        inline: vec![own(at % size.statements, size.queues)],
        attached: Vec::new(),
        boundary: None,
        tags: Collected::Yes(Vec::new()),
        max_session_seconds: None,
    }
}

fn queue(at: usize) -> Resource {
    Resource {
        arn: queue_arn(at),
        policy: Collected::Yes(None),
        tags: Collected::Yes(Vec::new()),
        region: None,
        owner: None,
        encryption_key: Collected::Yes(None),
        role: None,
        detail: Detail::Plain,
    }
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
const MARGIN: f64 = 48.0;

// Both axes are logarithmic: what grows in proportion is a line of its own slope.
fn drawn(curves: &[(&Line, Vec<f64>)]) -> String {
    let all = || curves.iter().flat_map(|(_, points)| points.iter().copied());
    let low = all().fold(f64::MAX, f64::min).log10().floor();
    let high = all().fold(0.0, f64::max).log10().ceil().max(low + 1.0);
    let x = |step: usize| MARGIN + step as f64 * (WIDTH - 4.5 * MARGIN) / f64::from(STEPS - 1);
    let y = |micros: f64| {
        HEIGHT - MARGIN - (micros.log10() - low) / (high - low) * (HEIGHT - 2.0 * MARGIN)
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"{MARGIN}\" y=\"20\">who can reach A on R, median in µs</text>\n"
    );
    for power in low as i32..=high as i32 {
        let (at, label) = (y(10_f64.powi(power)), 10_f64.powi(power));
        let end = x(STEPS as usize - 1);
        let _ = writeln!(
            svg,
            "<path d=\"M{MARGIN} {at}H{end}\" stroke=\"#ddd\"/><text x=\"8\" y=\"{}\">{label}</text>",
            at + 4.0
        );
    }
    for step in 0..STEPS as usize {
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">×{}</text>",
            x(step),
            HEIGHT - MARGIN + 18.0,
            4_usize.pow(step as u32)
        );
    }
    for (at, (line, points)) in curves.iter().enumerate() {
        let path: Vec<String> = points
            .iter()
            .enumerate()
            .map(|(step, micros)| format!("{} {:.1}", x(step), y(*micros)))
            .collect();
        let label = MARGIN + 20.0 * at as f64;
        let _ = writeln!(
            svg,
            "<path d=\"M{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/><text x=\"{}\" y=\"{label}\" fill=\"{}\">{}</text>",
            path.join("L"),
            line.color,
            WIDTH - 3.2 * MARGIN,
            line.color,
            line.what
        );
    }
    svg + "</svg>\n"
}
