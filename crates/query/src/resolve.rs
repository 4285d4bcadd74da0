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

use std::collections::BTreeMap;

use whocan_policy::Region;
use whocan_policy::catalogue::ResourceTypeId;

use crate::ast::{Question, Set};
use crate::context::{Context, Names};
use crate::error::Fault;
use crate::members::Members;
use crate::plan::{Plan, Side};
pub(crate) use clause::IGNORED;

/// Resolves one question.
pub(crate) fn question(
    question: &Question,
    context: Context<'_>,
    names: &Names,
) -> Result<Plan, Fault> {
    Resolver::new(context, names).question(question)
}

/// Resolves a set, for `let` and `only`.
pub(crate) fn set(
    set: &Set,
    context: Context<'_>,
    names: &Names,
) -> Result<(Members, Vec<String>), Fault> {
    let mut resolver = Resolver::new(context, names);
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
    Resolver::new(context, names).own_set(set, own)
}

/// Resolves the names of one question and notes what that did to them.
struct Resolver<'a> {
    context: Context<'a>,
    names: &'a Names,
    notes: Vec<String>,
    // The regions of resource types that were asked for, which many actions share.
    forms: BTreeMap<ResourceTypeId, Vec<Region>>,
}

impl<'a> Resolver<'a> {
    fn new(context: Context<'a>, names: &'a Names) -> Resolver<'a> {
        Resolver {
            context,
            names,
            notes: Vec::new(),
            forms: BTreeMap::new(),
        }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
