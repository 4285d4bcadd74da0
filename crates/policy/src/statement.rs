//! Statements of a policy document.

use crate::{ActionPattern, Condition, PrincipalClause, ResourcePattern};

/// Whether a statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`.
    Deny,
}

/// One statement, as its document writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Statement {
    /// The position in the document, from 0.
    pub index: u32,
    /// The label, if any.
    pub sid: Option<Box<str>>,
    /// The effect; `None` if it is missing or not exactly `Allow` or `Deny` (R10, R11).
    pub effect: Option<Effect>,
    /// `Principal` or `NotPrincipal`, if any.
    pub principal: Option<PrincipalClause>,
    /// `Action` or `NotAction`; `None` if both are missing.
    pub actions: Option<ActionClause>,
    /// `Resource` or `NotResource`, if any.
    pub resources: Option<ResourceClause>,
    /// All conditions, in document order; every one must hold.
    pub conditions: Vec<Condition>,
    /// Whether the statement breaks the grammar so that its meaning is open:
    /// where it would otherwise match, it counts as unknown (R12, R16).
    pub doubtful: bool,
}

/// `Action` or `NotAction`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionClause {
    /// Whether it is `NotAction`.
    pub negated: bool,
    /// The patterns, in document order.
    pub patterns: Vec<ActionPattern>,
}

/// `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceClause {
    /// Whether it is `NotResource`.
    pub negated: bool,
    /// The patterns, in document order.
    pub patterns: Vec<ResourcePattern>,
}

impl ActionClause {
    /// Returns whether the clause covers the action `name`.
    pub fn covers(&self, name: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(name)) != self.negated
    }
}

impl Statement {
    /// Returns whether the statement can never have an effect: no valid
    /// effect (R11), or an empty list of actions or resources (R14).
    pub fn is_inert(&self) -> bool {
        let no_actions = self
            .actions
            .as_ref()
            .is_none_or(|clause| clause.patterns.is_empty());
        let no_resources = self
            .resources
            .as_ref()
            .is_some_and(|clause| clause.patterns.is_empty());
        self.effect.is_none() || no_actions || no_resources
    }
}
