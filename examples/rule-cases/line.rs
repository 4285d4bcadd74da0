//! A case's answers as a line of output.

use serde::Serialize;
use whocan_eval::{Decision, OpenKind};

use crate::answer::{answers, word};
use crate::case::Case;

/// One line of output.
#[derive(Serialize)]
pub struct Line {
    id: String,
    eval: &'static str,
    index: &'static str,
    hops: Option<u32>,
    open: Vec<Open>,
}

#[derive(Serialize)]
struct Open {
    key: String,
    kind: OpenKind,
}

/// Answers one case.
pub fn line(case: &Case) -> Result<Line, String> {
    let said = answers(case)?;
    if said.judged_hops != said.indexed_hops {
        return Err(format!(
            "hops differ: eval {:?}, index {:?}",
            said.judged_hops, said.indexed_hops
        ));
    }
    Ok(Line {
        id: case.id.clone(),
        eval: word(said.judged.truth()),
        index: word(said.indexed),
        hops: said.judged_hops,
        open: open_points(said.judged),
    })
}

fn open_points(decision: Decision) -> Vec<Open> {
    let Decision::If(_, points) = decision else {
        return Vec::new();
    };
    let points = points.into_iter();
    points
        .map(|point| Open {
            key: point.subject,
            kind: point.kind,
        })
        .collect()
}
