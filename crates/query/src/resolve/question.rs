//! Resolves questions, shape by shape.

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_index::Walk;

use super::Resolver;
use crate::ast::{self, Filter, On, Predicate, PredicateKind, Question, Set};
use crate::error::Fault;
use crate::kind::Kind;
use crate::members::{Members, in_order};
use crate::plan::{Access, Aim, Column, Condition, Plan, Shape, Side};
use crate::thing::Thing;

impl Resolver<'_> {
    pub(super) fn question(mut self, question: &Question) -> Result<Plan, Fault> {
        let clauses = &question.clauses;
        self.refuse_unanswered(clauses)?;
        let base = self.base(clauses)?;
        let shape = self.shape(&question.shape)?;
        let own = crate::run::own_side(&shape);
        if let Shape::Cycles = shape {
            refuse_length(clauses)?;
        }
        let walk = if follows(&shape) {
            self.walk(clauses, &base)?
        } else {
            self.refuse_chains(clauses)?;
            Walk::default()
        };
        let mut filter = Vec::new();
        for predicate in clauses.filter.iter().flat_map(conjuncts) {
            let check = self.row_predicate(predicate, own)?;
            let written = predicate.to_string();
            filter.push(Condition { check, written });
        }
        let mut except = Members::default();
        for set in &clauses.except {
            except = except.or(self.own_set(set, own)?);
        }
        let group_by = self.columns(&clauses.group_by, own)?;
        let columns = self.shown(&clauses.returning, &group_by, own)?;
        let mut order_by = Vec::new();
        for key in &clauses.order_by {
            let attribute = std::slice::from_ref(&key.attribute);
            let resolved = self.shown(attribute, &group_by, own)?;
            order_by.extend(resolved.into_iter().map(|column| (column, key.descending)));
        }
        Ok(Plan {
            shape,
            count: question.count,
            base,
            walk,
            filter,
            except,
            certainty: clauses.certainty.as_ref().map(|one| one.value),
            as_collected: clauses.as_collected.is_some(),
            dependencies: clauses.dependencies.is_some(),
            group_by,
            order_by,
            limit: clauses.limit.as_ref().map(|limit| limit.value),
            columns,
            expand: clauses.expand.is_some(),
            explain: clauses.explain.is_some(),
            notes: self.notes,
        })
    }

    fn columns(&mut self, attributes: &[ast::Attribute], own: Side) -> Result<Vec<Column>, Fault> {
        attributes.iter().map(|one| self.column(one, own)).collect()
    }

    /// Resolves columns; of groups there are those they are made by, and `count`.
    fn shown(
        &mut self,
        attributes: &[ast::Attribute],
        group_by: &[Column],
        own: Side,
    ) -> Result<Vec<Column>, Fault> {
        if group_by.is_empty() {
            return self.columns(attributes, own);
        }
        let columns = attributes.iter().map(|attribute| {
            if attribute.to_string() == "count" {
                return Ok(super::predicate::count());
            }
            let column = self.column(attribute, own)?;
            if group_by.iter().any(|one| one.is(&column)) {
                return Ok(column);
            }
            let made_by: Vec<&str> = group_by.iter().map(|one| &*one.name).collect();
            let what = format!("groups have no `{attribute}`");
            let hint = format!("they have {} and count", made_by.join(", "));
            Err(Fault::senseless(what, attribute.span).with_hint(hint))
        });
        columns.collect()
    }

    pub(super) fn own_set(&mut self, set: &Set, own: Side) -> Result<Members, Fault> {
        let mut members = self.set(set)?;
        if own == Side::Principal {
            members.principals |= self.principals(&members, set.span)?;
        }
        Ok(members)
    }

    fn shape(&mut self, shape: &ast::Shape) -> Result<Shape, Fault> {
        match shape {
            ast::Shape::Who { filters, access } => self.who(filters, access),
            ast::Shape::WhichPrincipals { set, access } => {
                let members = self.set(set)?;
                let principals = self.principals(&members, set.span)?;
                let access = self.access(access)?;
                Ok(Shape::Who { principals, access })
            }
            ast::Shape::WhichResources {
                set,
                subject,
                reach,
                actions,
            } => self.which(set, subject, *reach, actions.as_ref()),
            ast::Shape::What { subject, reach, on } => self.what(subject, *reach, on.as_ref()),
            ast::Shape::Can { subject, access }
            | ast::Shape::Why {
                subject, access, ..
            } => {
                let subject = self.one_principal(subject)?;
                let access = self.access(access)?;
                Ok(Shape::Can { subject, access })
            }
            ast::Shape::Paths { kind, from, to } => self.paths(*kind, from, to),
            ast::Shape::Cycles => Ok(Shape::Cycles),
            ast::Shape::List { set } => {
                let members = self.set(set)?;
                let listed = self.listed(members, set)?;
                Ok(Shape::List(listed))
            }
            ast::Shape::Show { set } => self.show(set),
            ast::Shape::Matrix {
                rows,
                columns,
                reach,
            } => self.matrix(rows, columns, reach.as_ref()),
        }
    }

    fn who(&mut self, filters: &[Filter], access: &ast::Access) -> Result<Shape, Fault> {
        let mut members = self.kind(Kind::Principal);
        for filter in filters {
            members = self.filtered(members, filter)?;
        }
        let principals = members.principals;
        let access = self.access(access)?;
        Ok(Shape::Who { principals, access })
    }

    fn which(
        &mut self,
        set: &Set,
        subject: &Set,
        reach: bool,
        actions: Option<&ast::Actions>,
    ) -> Result<Shape, Fault> {
        let members = self.set(subject)?;
        let subjects = self.principals(&members, subject.span)?;
        if let Some(actions) = actions {
            refuse_all_of(actions.all)?;
            let resources = self.items(set, actions)?;
            return Ok(Shape::Which {
                subjects,
                reach,
                resources,
            });
        }
        let members = self.set(set)?;
        let roles = self.roles(&members, set)?;
        Ok(Shape::WhichRoles { subjects, roles })
    }

    fn what(&mut self, subject: &Set, reach: bool, on: Option<&On>) -> Result<Shape, Fault> {
        let subject = self.one_principal(subject)?;
        if reach && on.is_none() {
            return Ok(Shape::Reachable { subject });
        }
        if let Some(on) = on {
            refuse_all_of(on.all)?;
        }
        let deeds = self.every_deed(on)?;
        Ok(Shape::What {
            subject,
            reach,
            deeds,
        })
    }

    fn paths(&mut self, kind: ast::PathKind, from: &Set, to: &ast::Aim) -> Result<Shape, Fault> {
        let members = self.set(from)?;
        let starts = self.principals(&members, from.span)?;
        let shorthand = matches!(&from.kind, ast::SetKind::Thing(text) if !text.contains('*'));
        if shorthand && members.principals.len() > 1 && starts.len() > 1 {
            let things = starts.iter().map(|id| Thing::Principal(PrincipalId(id)));
            return Err(self.ambiguous(from, starts.len(), things));
        }
        let aim = self.aim(to)?;
        let access = Access { reach: true, aim };
        Ok(Shape::Paths {
            kind,
            from: starts,
            access,
        })
    }

    fn show(&mut self, set: &Set) -> Result<Shape, Fault> {
        let members = self.set(set)?;
        let members = self.listed(members, set)?;
        let mut things = members.things();
        match (things.next(), members.count()) {
            (Some(thing), 1) => Ok(Shape::Show(thing)),
            (None, _) => Err(Fault::senseless("nothing is in this set", set.span)),
            (Some(first @ Thing::Policy(_)), count) if self.are_copies(&members) => {
                let name = first.name(self.context.graph);
                self.note(format!(
                    "this is one of {count} copies of AWS's policy, one for each account, and counts the \
                     attachments of one; `list principals where policies has {name}` finds all"
                ));
                Ok(Shape::Show(first))
            }
            (Some(_), count) => Err(self.ambiguous(set, count, members.things())),
        }
    }

    /// Returns whether these are one policy of AWS, as several accounts have it.
    fn are_copies(&self, members: &Members) -> bool {
        let graph = self.context.graph;
        let copy = |thing: Thing| match thing {
            Thing::Policy(id) => {
                let document = graph.document_of(id);
                let statements = document.map(|one| &one.statements);
                let says = statements.map(|all| all.iter().map(|one| one.to_string()));
                Some((graph.policy(id).at.clone(), says.map(Vec::from_iter)))
            }
            _ => None,
        };
        let mut copies = members.things().map(copy);
        let first = copies.next().flatten();
        first.is_some() && copies.all(|other| other == first)
    }

    fn access(&mut self, access: &ast::Access) -> Result<Access, Fault> {
        let reach = access.reach.is_some();
        let aim = self.aim(&access.aim)?;
        Ok(Access { reach, aim })
    }

    fn aim(&mut self, aim: &ast::Aim) -> Result<Aim, Fault> {
        match aim {
            ast::Aim::Deed(deed) => {
                let deeds = self.deeds(&deed.actions, deed.on.as_ref())?;
                Ok(Aim::Deeds {
                    deeds,
                    all_actions: deed.actions.all.is_some(),
                    all_resources: deed.on.as_ref().is_some_and(|on| on.all.is_some()),
                })
            }
            ast::Aim::Become(set) => {
                let members = self.set(set)?;
                Ok(Aim::Become(self.roles(&members, set)?))
            }
        }
    }

    /// Returns what one can become: roles, and sessions of them.
    fn roles(&mut self, members: &Members, set: &Set) -> Result<RoaringBitmap, Fault> {
        let graph = self.context.graph;
        let principals = self.principals(members, set.span)?;
        let is_role = |id: &u32| graph.principal(PrincipalId(*id)).role().is_some();
        let roles = in_order(principals.iter().filter(is_role));
        if roles.is_empty() && !principals.is_empty() {
            return Err(Fault::senseless(
                format!("`{set}` is no role, and only roles are assumed"),
                set.span,
            ));
        }
        Ok(roles)
    }

    /// Returns the known things of a set; ARNs that nothing has are an error.
    pub(super) fn listed(&mut self, members: Members, set: &Set) -> Result<Members, Fault> {
        if members.regions.is_empty() {
            return Ok(members);
        }
        self.known(members, set.span)
    }
}

/// Returns the conditions that must all hold, each on its own.
fn conjuncts(predicate: &Predicate) -> &[Predicate] {
    match &predicate.kind {
        PredicateKind::And(all) => all,
        _ => std::slice::from_ref(predicate),
    }
}

/// Refuses a limit where roles lead to each other by any number of hops.
fn refuse_length(clauses: &ast::Clauses) -> Result<(), Fault> {
    match &clauses.within {
        Some(within) => {
            let fault = Fault::senseless("a cycle is a cycle, however long", within.span);
            Err(fault.with_hint("`where hops <= N` keeps those with a short way around"))
        }
        None => Ok(()),
    }
}

fn refuse_all_of(all: Option<ast::Span>) -> Result<(), Fault> {
    match all {
        Some(span) => Err(Fault::not_answered("`all of` here", span)),
        None => Ok(()),
    }
}

/// Returns whether the question follows chains.
fn follows(shape: &Shape) -> bool {
    match shape {
        Shape::Who { access, .. } | Shape::Can { access, .. } => access.reach,
        Shape::Which { reach, .. } | Shape::What { reach, .. } => *reach,
        Shape::WhichRoles { .. }
        | Shape::Reachable { .. }
        | Shape::Paths { .. }
        | Shape::Cycles
        | Shape::Matrix { .. } => true,
        Shape::List(_) | Shape::Show(_) => false,
    }
}
