//! Where the shapes of a report's pictures stand; the page draws them.

use serde::Serialize;

use crate::finding::Finding;
use crate::finished::{Finished, Matrix};
use crate::named::Named;

/// The chain of a finding, from top to bottom.
#[derive(Debug, Serialize)]
pub(crate) struct Chain {
    width: usize,
    height: usize,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

#[derive(Debug, Serialize)]
struct Node {
    y: usize,
    name: String,
    detail: String,
    full: String,
    class: &'static str,
}

#[derive(Debug, Serialize)]
struct Edge {
    y: usize,
    label: String,
    class: &'static str,
}

// Pixels, as the page draws them.
const WIDTH: usize = 340;
const NODE: usize = 46;
const GAP: usize = 40;

/// So many letters of a name fit into a node.
const LETTERS: usize = 38;

impl Chain {
    /// Returns the picture of a finding's way; `None` where there is none to draw.
    pub fn of(finding: &Finding) -> Option<Chain> {
        let principal = finding.principal.as_ref()?;
        let mut chain = Chain {
            width: WIDTH,
            height: 0,
            nodes: Vec::new(),
            edges: Vec::new(),
        };
        let first = finding.path.first().map_or(principal, |step| &step.from);
        chain.node(
            first,
            if is_outside(first) {
                "outside"
            } else {
                "start"
            },
        );
        for step in &finding.path {
            chain.edge(&step.edge, step.verdict);
            chain.node(&step.to, "step");
        }
        let last = finding.path.last().map(|step| &step.to.arn);
        let target = finding.resource.as_ref();
        // The account that a way leads into is where its last role is.
        let target = target.filter(|target| target.kind != "account");
        if let Some(target) = target.filter(|target| last != Some(&target.arn)) {
            chain.edge(&actions(finding), finding.verdict.unwrap_or("yes"));
            chain.node(target, "target");
        } else if let Some(last) = chain.nodes.last_mut().filter(|_| !finding.path.is_empty()) {
            last.class = "target";
        }
        chain.height = chain.nodes.len() * (NODE + GAP) - GAP + 2;
        (chain.nodes.len() > 1).then_some(chain)
    }

    fn node(&mut self, named: &Named, class: &'static str) {
        let detail = match (named.account_name.as_str(), named.account.as_str()) {
            ("", _) => named.kind.clone(),
            (name, number) if name == number => number.to_owned(),
            (name, number) => format!("{name} · {number}"),
        };
        self.nodes.push(Node {
            y: self.nodes.len() * (NODE + GAP) + 1,
            name: shortened(&named.name),
            detail,
            full: named.arn.clone(),
            class,
        });
    }

    fn edge(&mut self, label: &str, verdict: &str) {
        self.edges.push(Edge {
            y: self.nodes.len() * (NODE + GAP) - GAP + 1,
            label: shortened(label),
            class: if verdict == "if" { "open" } else { "sure" },
        });
    }
}

fn is_outside(named: &Named) -> bool {
    !named.arn.starts_with("arn:") || named.account_name == named.account
}

fn actions(finding: &Finding) -> String {
    if let Some(action) = &finding.way_of {
        return action.clone();
    }
    match finding.actions.as_slice() {
        [] => "becomes".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// Leaves out the middle of a long name: both ends tell names apart.
fn shortened(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= LETTERS {
        return name.to_owned();
    }
    let half = (LETTERS - 1) / 2;
    let head: String = letters[..half].iter().collect();
    let tail: String = letters[letters.len() - half..].iter().collect();
    format!("{head}…{tail}")
}

/// Which accounts lead into which, as a grid.
#[derive(Debug, Serialize)]
pub(crate) struct Grid {
    width: usize,
    height: usize,
    left: usize,
    top: usize,
    rows: Vec<Label>,
    columns: Vec<Label>,
    cells: Vec<GridCell>,
    // How many accounts are too many to be drawn.
    more: usize,
}

#[derive(Debug, Serialize)]
struct Label {
    at: usize,
    text: String,
    full: String,
}

#[derive(Debug, Serialize)]
struct GridCell {
    x: usize,
    y: usize,
    count: i64,
    class: String,
    title: String,
}

const CELL: usize = 30;
const LABEL: usize = 150;
// Column labels stand at an angle: this high, and reaching this far beyond the last.
const TOP: usize = 120;
const SLANT: usize = 70;

/// So many accounts are drawn each way; the table has all.
const MOST_ACCOUNTS: usize = 40;

impl Grid {
    /// Returns the picture of a matrix.
    pub fn of(matrix: &Matrix) -> Grid {
        let labels = |all: &[Named], from: usize| -> Vec<Label> {
            let shown = all.iter().take(MOST_ACCOUNTS).enumerate();
            shown
                .map(|(at, one)| Label {
                    at: from + at * CELL + CELL / 2,
                    text: clipped(&one.account_name, 18),
                    full: format!("{} · {}", one.account_name, one.account),
                })
                .collect()
        };
        let (rows, columns) = (labels(&matrix.rows, TOP), labels(&matrix.columns, LABEL));
        let drawn =
            |cell: &&crate::finished::Cell| cell.row < MOST_ACCOUNTS && cell.column < MOST_ACCOUNTS;
        let cells = matrix.cells.iter().filter(drawn).map(|cell| {
            let (from, to) = (&matrix.rows[cell.row], &matrix.columns[cell.column]);
            let hops = match cell.hops {
                1 => "1 hop".to_owned(),
                more => format!("{more} hops"),
            };
            GridCell {
                x: LABEL + cell.column * CELL,
                y: TOP + cell.row * CELL,
                count: cell.count,
                class: format!("{} {}", cell.verdict, weight(cell.count)),
                title: format!(
                    "{} into {}: {} principals, {hops} at best",
                    from.account_name, to.account_name, cell.count
                ),
            }
        });
        let most = matrix.rows.len().max(matrix.columns.len());
        Grid {
            width: LABEL + columns.len() * CELL + SLANT,
            height: TOP + rows.len() * CELL + 12,
            left: LABEL,
            top: TOP,
            cells: cells.collect(),
            more: most.saturating_sub(MOST_ACCOUNTS),
            rows,
            columns,
        }
    }
}

fn clipped(text: &str, most: usize) -> String {
    match text.chars().count() <= most {
        true => text.to_owned(),
        false => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

fn weight(count: i64) -> &'static str {
    match count {
        ..=1 => "w1",
        2..=5 => "w2",
        6..=20 => "w3",
        _ => "w4",
    }
}

/// How many findings the last snapshots had, as bars.
#[derive(Debug, Serialize)]
pub(crate) struct Bars {
    width: usize,
    height: usize,
    base: usize,
    bars: Vec<Bar>,
    first: String,
    last: String,
}

#[derive(Debug, Serialize)]
struct Bar {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    count: usize,
    title: String,
    last: bool,
}

const CHART: usize = 300;
const TALL: usize = 64;
const HEAD: usize = 16;

impl Bars {
    /// Returns the chart; `None` for fewer than two snapshots.
    pub fn of(report: &Finished) -> Option<Bars> {
        let points = &report.trend;
        let (first, last) = (points.first()?, points.last()?);
        if points.len() < 2 {
            return None;
        }
        let most = points
            .iter()
            .map(|point| point.findings)
            .max()
            .unwrap_or(1)
            .max(1);
        let slot = (CHART / points.len()).min(40);
        let width = slot.saturating_sub(6).max(2);
        let bars = points.iter().enumerate().map(|(at, point)| {
            let height = (point.findings * TALL / most).max(usize::from(point.findings > 0) * 2);
            Bar {
                x: at * slot,
                y: HEAD + TALL - height,
                width,
                height,
                count: point.findings,
                title: format!("{}: {} findings", point.snapshot.name(), point.findings),
                last: at + 1 == points.len(),
            }
        });
        Some(Bars {
            width: slot * points.len(),
            height: HEAD + TALL + 18,
            base: HEAD + TALL,
            bars: bars.collect(),
            first: first.snapshot.day(),
            last: last.snapshot.day(),
        })
    }
}
