//! [`Ast`](crate::ast::Ast) to [`Plan`]: names become ids.

mod action;
mod clause;
mod lookup;
mod matrix;
mod place;
mod predicate;
mod question;
mod set;
mod target;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::{Question, Set};
use crate::context::{Context, Names};
use crate::error::Fault;
use crate::members::Members;
use crate::plan::{Asked, Plan, Side};
pub(crate) use action::nearest as nearest_action;
pub(crate) use clause::IGNORED;

/// What the questions inside of a statement were answered: sets in
/// parentheses, and what is `public`.
///
/// They are asked before the question around them is planned, each once.
#[derive(Debug, Default)]
pub struct Inner {
    // By where they stand, which is where no other stands.
    answers: RefCell<BTreeMap<(usize, usize), Answered>>,
    public: OnceCell<Members>,
    // With what may be public as well.
    asked_public: OnceCell<Arc<Asked>>,
}

/// A set that was a question, and what happened on the way.
#[derive(Clone, Debug)]
struct Answered {
    members: Members,
    notes: Vec<String>,
}

/// Resolves one question.
pub(crate) fn question(
    question: &Question,
    context: Context<'_>,
    names: &Names,
    inner: &Inner,
) -> Result<Plan, Fault> {
    Resolver::new(context, names, inner).question(question)
}

/// Resolves a set, for `let` and `only`.
pub(crate) fn set(
    set: &Set,
    context: Context<'_>,
    names: &Names,
) -> Result<(Members, Vec<String>), Fault> {
    let inner = Inner::default();
    let mut resolver = Resolver::new(context, names, &inner);
    let members = resolver.set(set)?;
    Ok((members, resolver.notes))
}

/// Resolves a set of what rows are about: where they are principals, groups
/// and accounts stand for theirs.
pub(crate) fn own_set(
    set: &Set,
    own: Side,
    context: Context<'_>,
    names: &Names,
) -> Result<Members, Fault> {
    Resolver::new(context, names, &Inner::default()).own_set(set, own)
}

/// Resolves the names of one question and notes what that did to them.
struct Resolver<'a> {
    context: Context<'a>,
    names: &'a Names,
    notes: Vec<String>,
    inner: &'a Inner,
}

impl<'a> Resolver<'a> {
    fn new(context: Context<'a>, names: &'a Names, inner: &'a Inner) -> Resolver<'a> {
        Resolver {
            context,
            names,
            notes: Vec::new(),
            inner,
        }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
