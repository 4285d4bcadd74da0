//! Texts near the language neither break the parser, the planner nor the formatter.

mod example;
#[path = "fuzz/mod.rs"]
mod texts;

use texts::{Became, Dice, check, seeds, text};

#[test]
fn texts_near_the_language_are_planned_or_refused_with_a_place() {
    let seeds = seeds();
    let mut planned = 0;
    for at in 0..600 {
        let text = text(&mut Dice::new(at), &seeds);
        match check(&text) {
            Ok(became) => planned += usize::from(became == Became::Planned),
            Err(why) => assert!(why.is_empty(), "text {at}:\n{text}\n{why}"),
        }
    }
    // Enough of them get behind the parser.
    assert!(planned > 60, "{planned}");
}
