//! Text to [`Ast`].

mod clause;
mod expected;
mod habit;
mod node;
mod predicate;
mod question;
mod set;
mod statement;

use whocan_grammar::{Imbalance, MAX_NESTING, MAX_TEXT_BYTES, SyntaxError};

use crate::ast::{Ast, Span};
use crate::error::{Fault, Problem, QueryError};
pub use expected::{Expected, expected_after};
use node::Node;
pub(crate) use set::is_name;

/// Reads a text: statements parted by semicolons.
///
/// # Errors
///
/// The first place where the text is no sentence of the language, with what
/// was expected there.
pub fn parse(text: &str) -> Result<Ast, QueryError> {
    read(text).map_err(|fault| fault.in_text(text))
}

fn read(text: &str) -> Result<Ast, Fault> {
    let pairs = whocan_grammar::parse(text).map_err(|error| fault(text, error))?;
    let mut statements = Vec::new();
    for whole in pairs {
        for node in Node::new(whole).children() {
            if node.is_statement() {
                statements.push(statement::read(node)?);
            }
        }
    }
    Ok(Ast { statements })
}

fn fault(text: &str, error: SyntaxError) -> Fault {
    let whole = Span::default();
    match error {
        SyntaxError::Imbalance(imbalance) => imbalanced(imbalance, whole),
        SyntaxError::TooComplex => Fault::new(Problem::TooComplex, whole),
        SyntaxError::Unexpected { offset, expected } => {
            expected::unexpected(text, offset, &expected)
        }
    }
}

fn imbalanced(imbalance: Imbalance, whole: Span) -> Fault {
    let at = |start| Span {
        start,
        end: start + 1,
    };
    match imbalance {
        Imbalance::TooLong => {
            let max_bytes = MAX_TEXT_BYTES;
            Fault::new(Problem::TooLong { max_bytes }, whole)
        }
        Imbalance::TooDeep(offset) => Fault::new(Problem::TooDeep { max: MAX_NESTING }, at(offset))
            .with_hint("name the inner sets with `let NAME = SET;`"),
        Imbalance::Unclosed(offset) => Fault::new(Problem::Unclosed('('), at(offset)),
        Imbalance::UnclosedQuote(offset) => Fault::new(Problem::Unclosed('"'), at(offset)),
        Imbalance::Unopened(offset) => Fault::new(Problem::Unopened, at(offset)),
    }
}
