//! Texts that a pattern may cover, to try cells with.

use std::collections::BTreeSet;

use whocan_graph::Graph;
use whocan_index::Cell;
use whocan_policy::{AccountId, Arn, Pattern, Token};

/// What stands in for a `*`.
const MANY: [&str; 5] = ["", "k", "red", "red/k", "x:y"];

/// Returns texts near the borders of cells.
pub fn of_cells(cells: &[Cell]) -> Vec<String> {
    let patterns = cells
        .iter()
        .flat_map(|cell| cell.region.within.iter().chain(&cell.region.except));
    let patterns: BTreeSet<&Pattern> = patterns.collect();
    patterns.into_iter().flat_map(fillings).collect()
}

/// Returns the ARNs of a world, and texts that its policies cover.
pub fn of_world(graph: &Graph, asked: &Pattern) -> Vec<String> {
    let resources = graph.resources().iter().map(|resource| &resource.arn);
    let principals = graph.principals().iter().map(|principal| &principal.arn);
    let mut texts: Vec<String> = Vec::new();
    for arn in resources.chain(principals) {
        texts.push(arn.to_string());
        texts.push(format!("{arn}x"));
        texts.push(format!("{arn}/red"));
    }
    for statement in graph.documents().iter().flat_map(|one| &one.statements) {
        let clause = statement.resources.iter();
        for pattern in clause.flat_map(|clause| &clause.patterns) {
            if let Some(outline) = pattern.outline().filter(|one| one.overlaps(asked)) {
                texts.extend(fillings(outline));
            }
        }
    }
    texts.extend(fillings(asked));
    texts.retain(|text| text == "*" || Arn::is_arn(text));
    texts
}

fn fillings(pattern: &Pattern) -> Vec<String> {
    let texts = MANY.iter().map(|many| fill(pattern, many));
    let texts = texts.flat_map(|text| {
        let accounts = ["444444444444", "555555555555"];
        accounts.map(|account| with_account(&text, account))
    });
    texts
        .filter(|text| pattern.matches(text) && (text == "*" || Arn::is_arn(text)))
        .collect()
}

// Real ARNs name an account, and those of S3 none.
fn with_account(text: &str, account: &str) -> String {
    let mut parts: Vec<&str> = text.splitn(6, ':').collect();
    let odd = |part: &str| part.parse::<AccountId>().is_err() && part != "aws";
    if parts.len() == 6 && odd(parts[4]) && (parts[2] != "s3" || !parts[4].is_empty()) {
        parts[4] = account;
    }
    parts.join(":")
}

fn fill(pattern: &Pattern, many: &str) -> String {
    let mut text = String::new();
    for token in pattern.tokens() {
        match token {
            Token::Literal(letter) => text.push(*letter),
            Token::One { .. } => text.push('1'),
            Token::Many { .. } => text.push_str(many),
        }
    }
    text
}
