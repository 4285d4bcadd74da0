//! `whocan simulate`: concrete requests, judged in bulk.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use whocan_eval::{Overrides, Strictness};
use whocan_graph::Graph;

use crate::args::Simulate;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::{loaded, store_location};

mod answer;
mod context;
mod documents;
mod fields;
mod lines;
mod request;

use documents::Documents;
use lines::{Line, Lines};

/// Judges every line of the file and answers in order.
pub fn run(args: &Simulate, store: Option<&Path>) -> Result<Outcome, Failure> {
    let judge = Judge::new(args, store)?;
    let mut lines = Lines::new(open(&args.requests)?);
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut all, mut failed) = (0_u64, 0_u64);
    while let Some(chunk) = lines
        .next_chunk()
        .map_err(|error| Failure::reading(&args.requests, &error))?
    {
        let answers: Vec<Answered> = chunk.par_iter().map(|line| judge.answer(line)).collect();
        for answered in answers {
            all += 1;
            failed += u64::from(answered.failed);
            out.write_all(&answered.text)?;
        }
        // Whoever writes requests one by one waits for each answer.
        out.flush()?;
    }
    if failed == 0 {
        return Ok(Outcome::Yes);
    }
    let told = format!("{failed} of {all} requests could not be judged\n");
    let _ = io::stderr().write_all(told.as_bytes());
    Ok(Outcome::Errors)
}

fn open(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).map_err(|error| Failure::reading(path, &error))?;
    Ok(Box::new(file))
}

/// Everything that bears on an answer besides the request.
struct Judge {
    graph: Arc<Graph>,
    alone: bool,
    strictness: Strictness,
    documents: Documents,
}

/// The answer to one line, as a line.
struct Answered {
    text: Vec<u8>,
    failed: bool,
}

impl Judge {
    fn new(args: &Simulate, store: Option<&Path>) -> Result<Judge, Failure> {
        let graph = match &args.snapshot {
            Some(id) => loaded::graph(&store_location::open(store)?, id)?,
            None => Arc::new(loaded::empty_graph()),
        };
        Ok(Judge {
            graph,
            alone: args.snapshot.is_none(),
            strictness: if args.as_collected {
                Strictness::AsCollected
            } else {
                Strictness::Strict
            },
            documents: Documents::default(),
        })
    }

    fn answer(&self, line: &Line) -> Answered {
        let (id, decided) = match line.text() {
            Ok(text) => (request::id(text), self.decide(text)),
            Err(problem) => (None, Err(problem.to_owned())),
        };
        let failed = decided.is_err();
        let text = match decided {
            Ok(decision) => answer::decided(id, &decision),
            Err(problem) => answer::failed(id, &problem),
        };
        Answered { text, failed }
    }

    fn decide(&self, text: &str) -> Result<whocan_eval::Decision, String> {
        let mut request =
            request::read(text, &self.documents).map_err(|fault| fault.to_string())?;
        request.overrides = Overrides {
            alone: self.alone,
            ..request.overrides
        };
        whocan_eval::decide(&self.graph, &request, self.strictness)
            .map_err(|error| error.to_string())
    }
}
