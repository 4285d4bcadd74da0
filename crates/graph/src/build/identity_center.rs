//! The users of Identity Center, and which roles its permission sets became.

use std::collections::{BTreeMap, BTreeSet};

use whocan_policy::AccountId;
use whocan_snapshot::{Assignments, IdentityCenter, Snapshot};

use super::principals::Nodes;
use crate::{Account, Assigned, DirectoryGroup, DirectoryGroupId, PrincipalId, PrincipalKind};

/// What stands before and behind a permission set's name in the names of its roles.
///
/// Source: Referencing permission sets in resource policies, IAM Identity Center User Guide.
const PREFIX: &str = "AWSReservedSSO_";

/// Numbers the users of every instance, and returns its groups.
pub(super) fn number(
    snapshot: &Snapshot,
    accounts: &[Account],
    nodes: &mut Nodes,
) -> Vec<DirectoryGroup> {
    let mut directory = Directory::default();
    for object in &snapshot.accounts {
        if let Some(center) = &object.identity_center {
            directory.add(center, &object.partition, nodes);
        }
    }
    directory.assign(snapshot, accounts, nodes);
    directory.groups
}

/// Users and groups by id.
#[derive(Default)]
struct Directory<'a> {
    users: BTreeMap<&'a str, PrincipalId>,
    groups: Vec<DirectoryGroup>,
    group_ids: BTreeMap<&'a str, DirectoryGroupId>,
}

impl<'a> Directory<'a> {
    fn add(&mut self, center: &'a IdentityCenter, partition: &str, nodes: &mut Nodes) {
        let listed = center.users.iter().map(|user| (&*user.id, &*user.name));
        let mut users: BTreeMap<&str, &str> = listed.collect();
        // Whoever an assignment or a membership names exists, listed or not.
        let assigned = center.assignments.iter().flat_map(|one| &one.users);
        let members = center.memberships.iter().flat_map(|one| &one.users);
        for id in assigned.chain(members) {
            users.entry(id).or_insert(id);
        }
        for (id, name) in users {
            self.users.entry(id).or_insert_with(|| {
                let arn = format!("arn:{partition}:identitystore:::user/{id}");
                let name = name.into();
                nodes.add(arn.into(), None, PrincipalKind::IdentityCenterUser { name })
            });
        }
        self.add_groups(center);
    }

    fn add_groups(&mut self, center: &'a IdentityCenter) {
        let listed = center.groups.iter().map(|group| (&*group.id, &*group.name));
        let mut groups: BTreeMap<&str, &str> = listed.collect();
        for id in center.assignments.iter().flat_map(|one| &one.groups) {
            groups.entry(id).or_insert(id);
        }
        for (id, name) in groups {
            let members = center.members(id).map(|members| self.users_of(members));
            self.group_ids.entry(id).or_insert_with(|| {
                let fresh = DirectoryGroupId::next(self.groups.len());
                self.groups.push(DirectoryGroup {
                    id: id.into(),
                    name: name.into(),
                    members,
                });
                fresh
            });
        }
    }

    fn users_of(&self, ids: &[String]) -> Vec<PrincipalId> {
        let found = ids.iter().filter_map(|id| self.users.get(id.as_str()));
        let found: BTreeSet<PrincipalId> = found.copied().collect();
        found.into_iter().collect()
    }

    fn assign(&self, snapshot: &Snapshot, accounts: &[Account], nodes: &mut Nodes) {
        let centers = snapshot.accounts.iter();
        let centers = centers.filter_map(|object| object.identity_center.as_ref());
        let centers: Vec<&IdentityCenter> = centers.collect();
        if centers.is_empty() {
            return;
        }
        for principal in &mut nodes.principals {
            let PrincipalKind::Role(identity, facts) = &mut principal.kind else {
                continue;
            };
            if let Some(account) = principal.account.filter(|_| facts.identity_center) {
                let account = accounts[account.index()].id;
                facts.assigned = Some(self.assigned(&centers, account, &identity.name));
            }
        }
    }

    fn assigned(&self, centers: &[&IdentityCenter], account: AccountId, role: &str) -> Assigned {
        let mut assigned = Assigned::default();
        for center in centers {
            match sets_behind(center, role) {
                Some(sets) => {
                    for set in sets {
                        match center.assignments(account, set) {
                            Some(one) => self.add_assignments(&mut assigned, one),
                            None => assigned.unread = true,
                        }
                    }
                }
                None => assigned.unread = true,
            }
        }
        assigned.users.sort();
        assigned.users.dedup();
        assigned.groups.sort();
        assigned.groups.dedup();
        assigned
    }

    fn add_assignments(&self, assigned: &mut Assigned, one: &Assignments) {
        let users = one.users.iter().filter_map(|id| self.users.get(&**id));
        assigned.users.extend(users);
        let groups = one.groups.iter().filter_map(|id| self.group_ids.get(&**id));
        assigned.groups.extend(groups);
    }
}

// The permission sets whose role this is; `None` if one that was not read may be.
fn sets_behind<'c>(center: &'c IdentityCenter, role: &str) -> Option<Vec<&'c str>> {
    let named = set_name(role)?;
    let sets = center.permission_sets.iter();
    let fits = sets.filter(|set| set.name.as_deref() == Some(named));
    let fits: Vec<&str> = fits.map(|set| set.arn.as_str()).collect();
    let all_named = center.permission_sets.iter().all(|set| set.name.is_some());
    let sure = !fits.is_empty() || (center.all_permission_sets && all_named);
    sure.then_some(fits)
}

// `AWSReservedSSO_NAME_SUFFIX`.
fn set_name(role: &str) -> Option<&str> {
    let (name, _suffix) = role.strip_prefix(PREFIX)?.rsplit_once('_')?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::set_name;

    #[test]
    fn the_name_of_a_permission_set_stands_between_prefix_and_suffix() {
        assert_eq!(
            set_name("AWSReservedSSO_Admin_0123456789abcdef"),
            Some("Admin")
        );
        assert_eq!(
            set_name("AWSReservedSSO_Data_Read_0123456789abcdef"),
            Some("Data_Read")
        );
        assert_eq!(set_name("Admin"), None);
    }
}
