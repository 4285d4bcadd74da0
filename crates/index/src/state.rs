//! What a chain of assumed roles fixes: the source identity.

use std::collections::BTreeSet;

use whocan_graph::Graph;
use whocan_policy::{Given, KeyName, Test};

/// What a call in a chain does about the source identity (R211, R233).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct State {
    /// What the calling session carries; `None` where the chain starts and
    /// nothing is known of the session.
    pub carried: Option<Fixed>,
    /// What the session that the call starts will carry.
    pub next: Fixed,
}

/// The value of something that is set once.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fixed {
    /// Not set.
    #[default]
    Unset,
    /// Set to this text, which some condition names.
    Literal(String),
    /// Set to a text that no condition names.
    Other,
}

impl Fixed {
    /// Stands for a text that no condition names.
    pub const OTHER: &str = "(any other source identity)";
}

/// Returns the values that are worth telling apart: none where no condition looks.
pub(crate) fn values(graph: &Graph, given: &Given) -> Vec<Fixed> {
    let mut literals = BTreeSet::new();
    let mut looked_at = [
        given.get(&KeyName::new("sts:SourceIdentity")),
        given.get(&KeyName::new("aws:SourceIdentity")),
    ]
    .iter()
    .any(Option::is_some);
    let statements = graph
        .documents()
        .iter()
        .flat_map(|document| &document.statements);
    for condition in statements.flat_map(|statement| &statement.conditions) {
        let named = condition
            .values
            .iter()
            .flat_map(|value| value.template.variables());
        let by_variable = named
            .into_iter()
            .any(|variable| is_source_identity(&variable.key));
        if !is_source_identity(&condition.key) && !by_variable {
            continue;
        }
        looked_at = true;
        if condition.operator.test != Test::Null {
            literals.extend(condition.values.iter().map(|value| value.text.to_string()));
        }
    }
    if !looked_at {
        return Vec::new();
    }
    // A pattern stands for itself: a caller can choose a name that fits it.
    let mut values = vec![Fixed::Unset, Fixed::Other];
    values.extend(literals.into_iter().map(Fixed::Literal));
    values
}

fn is_source_identity(key: &KeyName) -> bool {
    matches!(key.as_lower(), "sts:sourceidentity" | "aws:sourceidentity")
}
