//! The names of a snapshot, ordered so that a prefix finds its own at once.

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
        Vocabulary::made_of(all.map(|thing| thing.shorthand(graph)))
    }

    fn made_of(names: impl Iterator<Item = String>) -> Vocabulary {
        let mut names: Vec<(String, String)> =
            names.map(|name| (name.to_lowercase(), name)).collect();
        names.sort_unstable();
        names.dedup();
        Vocabulary { names }
    }

    /// Returns up to `most` names that begin with `prefix`, case aside.
    pub fn beginning_with(&self, prefix: &str, most: usize) -> Vec<&str> {
        self.search(prefix, most, &mut 0)
    }

    /// Searches and counts the names that are looked at.
    fn search(&self, prefix: &str, most: usize, looked_at: &mut usize) -> Vec<&str> {
        let lower = prefix.to_lowercase();
        let start = self.names.partition_point(|(name, _)| {
            *looked_at += 1;
            *name < lower
        });
        let fitting = self.names[start..].iter().take_while(|(name, _)| {
            *looked_at += 1;
            name.starts_with(&lower)
        });
        fitting.take(most).map(|(_, name)| name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_among_a_million_names_looks_at_few() {
        let names = (0..1_000_000).map(|number| format!("role/App-{number:06}"));
        let vocabulary = Vocabulary::made_of(names);
        let cases = [
            ("role/", 100, "role/App-000000"),
            ("role/app-73", 100, "role/App-730000"),
            ("ROLE/APP-99999", 10, "role/App-999990"),
        ];
        for (prefix, count, first) in cases {
            let mut looked_at = 0;
            let found = vocabulary.search(prefix, 100, &mut looked_at);
            assert_eq!((found.len(), found[0]), (count, first), "{prefix}");
            // Halving a million takes twenty looks, and each that is found one more.
            assert!(looked_at <= 21 + count + 1, "{prefix}: {looked_at}");
        }
        let mut looked_at = 0;
        assert!(vocabulary.search("user/", 100, &mut looked_at).is_empty());
        assert!(looked_at <= 22, "{looked_at}");
    }
}
