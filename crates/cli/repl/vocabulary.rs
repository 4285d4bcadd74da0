//! The names of a snapshot, ordered so that a prefix finds its own at once.

use std::collections::BTreeSet;

use whocan_graph::{AccountIndex, Graph, GroupId, LevelId, PolicyId, PrincipalId, ResourceId};
use whocan_query::thing::Thing;

/// Shorthands of everything in a snapshot.
#[derive(Debug, Default)]
pub struct Vocabulary {
    // INVARIANT: sorted by the first, which is the second in lower case.
    names: Vec<(String, String)>,
}

impl Vocabulary {
    /// Gathers the names of a graph.
    pub fn of(graph: &Graph) -> Vocabulary {
        let principals = (0..graph.principals().len() as u32).map(PrincipalId);
        let resources = (0..graph.resources().len() as u32).map(ResourceId);
        let groups = (0..graph.groups().len() as u32).map(GroupId);
        let policies = (0..graph.policies().len() as u32).map(PolicyId);
        let accounts = (0..graph.accounts().len() as u32).map(AccountIndex);
        let levels = (0..graph.levels().len() as u32).map(LevelId);
        let named = policies.filter(|id| {
            let kind = graph.policy(*id).kind;
            use whocan_graph::PolicyKind::{Managed, ResourceControl, ServiceControl};
            matches!(kind, Managed | ResourceControl | ServiceControl)
        });
        let all = principals
            .map(Thing::Principal)
            .chain(resources.map(Thing::Resource))
            .chain(groups.map(Thing::Group))
            .chain(named.map(Thing::Policy))
            .chain(accounts.map(Thing::Account))
            .chain(levels.map(Thing::Level));
        let unique: BTreeSet<(String, String)> = all
            .map(|thing| thing.shorthand(graph))
            .map(|name| (name.to_lowercase(), name))
            .collect();
        Vocabulary {
            names: unique.into_iter().collect(),
        }
    }

    /// Returns up to `most` names that begin with `prefix`, case aside.
    pub fn beginning_with(&self, prefix: &str, most: usize) -> Vec<&str> {
        let lower = prefix.to_lowercase();
        let start = self.names.partition_point(|(name, _)| *name < lower);
        let fitting = self.names[start..]
            .iter()
            .take_while(|(name, _)| name.starts_with(&lower));
        fitting.take(most).map(|(_, name)| name.as_str()).collect()
    }
}
