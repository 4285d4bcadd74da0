//! Resolves `matrix SET by SET`: each thing of either set on its own.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;

use super::{Resolver, action};
use crate::ast::{self, Set};
use crate::error::Fault;
use crate::members::Members;
use crate::plan::{Aim, Deed, Shape};
use crate::target::targets;
use crate::thing::Thing;

/// How many rows and columns a matrix may have.
const LINES: u64 = 2_000;

impl Resolver<'_> {
    pub(super) fn matrix(
        &mut self,
        rows: &Set,
        columns: &Set,
        deed: Option<&ast::Deed>,
    ) -> Result<Shape, Fault> {
        let mut starts = Vec::new();
        for thing in self.lines(rows)? {
            let principals = self.principals_of(thing);
            if !principals.is_empty() {
                starts.push((thing, principals));
            }
        }
        if starts.is_empty() {
            return Err(Fault::senseless(
                format!("nobody is in `{rows}`"),
                rows.span,
            ));
        }
        let things = self.lines(columns)?;
        let ends = match deed {
            Some(deed) => self.ends(&things, deed)?,
            None => self.ways_in(&things),
        };
        if ends.is_empty() {
            let what = match deed {
                Some(deed) => format!("`{}` takes nothing of `{columns}`", deed.actions),
                None => format!("`{columns}` has no role that one could become"),
            };
            return Err(Fault::senseless(what, columns.span));
        }
        let left_out = things.len() - ends.len();
        if left_out > 0 {
            self.note(format!(
                "{left_out} of `{columns}` left out: nothing there to reach"
            ));
        }
        Ok(Shape::Matrix {
            rows: starts,
            columns: ends,
        })
    }

    fn lines(&mut self, set: &Set) -> Result<Vec<Thing>, Fault> {
        let members = self.set(set)?;
        let members = self.listed(members, set)?;
        if members.count() > LINES {
            let what = format!(
                "`{set}` is {} things; a matrix has {LINES} lines at most",
                members.count()
            );
            return Err(Fault::senseless(what, set.span).with_hint("cross accounts or units"));
        }
        Ok(members.things().collect())
    }

    fn principals_of(&mut self, thing: Thing) -> RoaringBitmap {
        let members = Members::of(thing);
        // What is no principal has none.
        self.principals(&members, ast::Span::default())
            .unwrap_or_default()
    }

    fn ways_in(&mut self, things: &[Thing]) -> Vec<(Thing, Aim)> {
        let graph = self.context.graph;
        let mut ends = Vec::new();
        for thing in things {
            let is_role = |id: &u32| graph.principal(PrincipalId(*id)).role().is_some();
            let roles: RoaringBitmap = self.principals_of(*thing).iter().filter(is_role).collect();
            if !roles.is_empty() {
                ends.push((*thing, Aim::Become(roles)));
            }
        }
        ends
    }

    fn ends(&mut self, things: &[Thing], deed: &ast::Deed) -> Result<Vec<(Thing, Aim)>, Fault> {
        let resolved = action::resolve(&deed.actions)?;
        let on = match &deed.on {
            Some(on) => Some(self.set(&on.set)?),
            None => None,
        };
        let mut ends = Vec::new();
        for thing in things {
            let members = match &on {
                Some(on) => self.part_in(on, *thing),
                None => Members::of(*thing),
            };
            let mut widened = BTreeSet::new();
            let each = resolved.actions.iter().map(|id| Deed {
                action: whocan_policy::catalogue::catalogue().name(*id),
                targets: targets(*id, &members, self.context.graph, &mut widened),
            });
            let deeds: Vec<Deed> = each.filter(|deed| !deed.targets.is_empty()).collect();
            if !deeds.is_empty() {
                let aim = Aim::Deeds {
                    deeds,
                    all_actions: deed.actions.all.is_some(),
                    all_resources: false,
                };
                ends.push((*thing, aim));
            }
        }
        Ok(ends)
    }

    /// Returns the part of a set that is a thing, or lies in an account or unit.
    fn part_in(&self, set: &Members, thing: Thing) -> Members {
        let accounts = match thing {
            Thing::Account(account) => [account.0].into_iter().collect(),
            Thing::Level(_) => Members::of(thing).accounts_with_those_of_units(self.context.graph),
            _ => return set.and(&Members::of(thing), self.context.graph),
        };
        self.inside(set.clone(), &accounts)
    }
}
