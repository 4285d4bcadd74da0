//! What a chain of assumed roles fixes: the source identity.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use whocan_graph::Graph;
use whocan_policy::{Condition, Given, KeyName, Test};

/// What a chain fixes of a call (R210, R211, R233).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct State {
    /// The source identity that the calling session carries; `None` where the
    /// chain starts and nothing is known of the session.
    pub carried: Option<Fixed>,
    /// The one that the session which the call starts will carry; `None` where
    /// nothing looks at it.
    pub next: Option<Fixed>,
    /// The tags that the calling session passes on, with their values if known.
    pub transitive: Vec<(String, Option<String>)>,
    /// All tags that were passed to the calling session, where they are known.
    pub tags: Option<Vec<(String, String)>>,
    /// The calling session's name, where it is known.
    pub name: Option<String>,
}

impl State {
    /// Returns whether it says more of the calling session than its source identity.
    pub fn speaks_of_session(&self) -> bool {
        self.tags.is_some() || self.name.is_some() || !self.transitive.is_empty()
    }

    /// Returns the state, if it says anything.
    pub fn if_any(self) -> Option<State> {
        (self != State::default()).then_some(self)
    }
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

/// The source identities that conditions name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SourceIdentities {
    // Whether any condition or variable looks at it.
    looked_at: bool,
    literals: BTreeSet<String>,
}

impl SourceIdentities {
    /// Reads the conditions of all documents.
    pub fn of(graph: &Graph) -> SourceIdentities {
        let mut all = SourceIdentities::default();
        let documents = graph.documents().iter();
        let statements = documents.flat_map(|document| &document.statements);
        for condition in statements.flat_map(|statement| &statement.conditions) {
            all.add(condition);
        }
        all
    }

    fn add(&mut self, condition: &Condition) {
        let values = condition.values.iter();
        let mut variables = values.flat_map(|value| value.template.variables());
        let by_variable = variables.any(|variable| is_source_identity(&variable.key));
        if !is_source_identity(&condition.key) && !by_variable {
            return;
        }
        self.looked_at = true;
        if condition.operator.test != Test::Null {
            let texts = condition.values.iter().map(|value| value.text.to_string());
            self.literals.extend(texts);
        }
    }

    /// Returns the values that are worth telling apart: none where nothing looks.
    pub fn values(&self, given: &Given) -> Vec<Fixed> {
        let mut keys = ["sts:SourceIdentity", "aws:SourceIdentity"].into_iter();
        let is_given = keys.any(|key| given.get(&KeyName::new(key)).is_some());
        if !self.looked_at && !is_given {
            return Vec::new();
        }
        // A pattern stands for itself: a caller can choose a name that fits it.
        let mut values = vec![Fixed::Unset, Fixed::Other];
        values.extend(self.literals.iter().cloned().map(Fixed::Literal));
        values
    }
}

fn is_source_identity(key: &KeyName) -> bool {
    matches!(key.as_lower(), "sts:sourceidentity" | "aws:sourceidentity")
}
