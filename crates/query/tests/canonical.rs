//! The canonical text of any tree parses to the same tree, and nothing that
//! people type makes the parser panic.

use proptest::prelude::*;
use whocan_query::ast::{Ast, StatementKind};
use whocan_query::parse;

mod sentence;

use sentence::{actions, clauses, test, text, value, word};

/// Clauses given twice with the same key are mistakes, which is no matter here.
fn parsed(text: &str) -> Option<Ast> {
    parse(text).ok()
}

proptest! {
    #[test]
    fn canonical_text_says_the_same_and_is_stable(text in text()) {
        if let Some(ast) = parsed(&text) {
            let canonical = ast.to_string();
            let again = parse(&canonical);
            prop_assert!(again.is_ok(), "{canonical}\n{}", again.unwrap_err().pointed());
            let again = again.unwrap();
            prop_assert_eq!(&again, &ast, "{}", canonical);
            prop_assert_eq!(again.to_string(), canonical);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(
        tokens in proptest::collection::vec(
            prop_oneof![
                word(), value(), actions(), test(), clauses(),
                "[a-z(),;=\"#é“ ]{0,6}".prop_map(|text: String| text),
                Just("who can".to_owned()), Just("(".to_owned()), Just(")".to_owned()),
            ],
            0..12,
        )
    ) {
        if let Err(error) = parse(&tokens.join(" ")) {
            prop_assert!(error.pointed().starts_with("error: "));
        }
    }
}

#[test]
fn most_generated_texts_parse() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let parsed = (0..200)
        .filter(|_| {
            let text = text().new_tree(&mut runner).unwrap().current();
            parsed(&text)
                .is_some_and(|ast| !matches!(ast.statements[0].kind, StatementKind::Plan(_)))
        })
        .count();
    assert!(parsed > 150, "{parsed}");
}
