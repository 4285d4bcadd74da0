//! Runs cases, catches panics, and makes failures small.

use std::panic::{self, AssertUnwindSafe};

use whocan_eval::Strictness;

use super::case::Case;
use super::compare::{Disagreement, Sides};
use super::shrink;
use super::tally::Tally;

/// How many candidates are tried to make one failure small.
const BUDGET: usize = 4000;

/// Returns where the two sides differ on a case.
pub fn check(case: &Case, tally: &mut Tally) -> Vec<Disagreement> {
    let mut found = Vec::new();
    let built = caught(0, case, || Sides::of(case));
    let sides = match built {
        Ok(sides) => sides,
        Err(panicked) => return vec![*panicked],
    };
    for at in 0..case.questions.len() {
        let mut own = Tally::default();
        match caught(at, case, || sides.differences(case, at, &mut own)) {
            Ok(differences) => found.extend(differences),
            Err(panicked) => found.push(*panicked),
        }
        tally.merge(&own);
    }
    found
}

fn caught<T>(at: usize, case: &Case, ask: impl FnOnce() -> T) -> Result<T, Box<Disagreement>> {
    panic::catch_unwind(AssertUnwindSafe(ask)).map_err(|panicked| {
        let text = panicked.downcast_ref::<String>().cloned();
        let text = text.or_else(|| {
            panicked
                .downcast_ref()
                .map(|text: &&str| (*text).to_owned())
        });
        let text = format!("panic: {}", text.unwrap_or_default());
        Box::new(Disagreement {
            question: at,
            way: case.questions[at].way(),
            caller: "anybody".to_owned(),
            resource: case.questions[at].resource.clone(),
            strictness: Strictness::Strict,
            judge: String::new(),
            index: text.clone(),
            sign: text,
        })
    })
}

/// Returns a smaller case that fails as `found` does, and how it fails.
pub fn smallest(case: &Case, found: &Disagreement) -> (Case, Disagreement) {
    let alone = Case {
        questions: vec![case.questions[found.question].clone()],
        ..case.clone()
    };
    let mut last = (alone.clone(), found.clone());
    let Ok(value) = serde_json::to_value(&alone) else {
        return last;
    };
    shrink::shrink(value, BUDGET, |candidate| {
        let Ok(candidate) = serde_json::from_value::<Case>(candidate.clone()) else {
            return false;
        };
        if candidate.questions.len() != 1 || candidate.questions[0].way() != found.way {
            return false;
        }
        let differences = check(&candidate, &mut Tally::default());
        let alike = differences.into_iter().find(|one| one.sign == found.sign);
        match alike {
            Some(alike) => {
                last = (candidate, alike);
                true
            }
            None => false,
        }
    });
    last
}
