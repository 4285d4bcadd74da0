//! Identity Center: which of its users may sign in as which role.

use std::sync::Arc;

use whocan_policy::Truth;

use crate::{DirectoryGroupId, Graph, PrincipalId};

/// A group of Identity Center's directory. No principal: its members sign in.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct DirectoryGroup {
    /// The id, unique in the directory.
    pub id: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// The members, ascending; `None` if their list was not collected.
    pub members: Option<Vec<PrincipalId>>,
}

/// Those to whom the permission set behind a role is assigned.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Assigned {
    /// Users, ascending.
    pub users: Vec<PrincipalId>,
    /// Groups, ascending.
    pub groups: Vec<DirectoryGroupId>,
    /// Whether somebody may be missing: the assignments were not collected.
    pub unread: bool,
}

impl Graph {
    /// Returns the groups of Identity Center's directory.
    pub fn directory_groups(&self) -> &[DirectoryGroup] {
        &self.directory_groups
    }

    /// Returns one group of Identity Center's directory.
    pub fn directory_group(&self, group: DirectoryGroupId) -> &DirectoryGroup {
        &self.directory_groups[group.index()]
    }

    /// Returns whether a user of Identity Center may sign in as `role`;
    /// unknown where assignments or members were not collected.
    pub fn is_assigned(&self, role: PrincipalId, user: PrincipalId) -> Truth {
        let Some(assigned) = self.assigned(role) else {
            return Truth::False;
        };
        if assigned.users.binary_search(&user).is_ok() {
            return Truth::True;
        }
        let groups = assigned.groups.iter();
        let through = groups.map(|&group| match &self.directory_group(group).members {
            Some(members) => members.binary_search(&user).is_ok().into(),
            None => Truth::Unknown,
        });
        let unread = if assigned.unread {
            Truth::Unknown
        } else {
            Truth::False
        };
        Truth::any(through) | unread
    }

    /// Returns the groups of which somebody is a member.
    pub fn directory_groups_of(&self, user: PrincipalId) -> impl Iterator<Item = &DirectoryGroup> {
        self.directory_groups.iter().filter(move |group| {
            let members = group.members.as_ref();
            members.is_some_and(|members| members.binary_search(&user).is_ok())
        })
    }

    /// Returns the groups through which a user of Identity Center may sign in as `role`.
    pub fn assigned_through(
        &self,
        role: PrincipalId,
        user: PrincipalId,
    ) -> impl Iterator<Item = &DirectoryGroup> {
        let groups = self.assigned(role).map(|assigned| &assigned.groups);
        let groups = groups.into_iter().flatten();
        let groups = groups.map(|&group| self.directory_group(group));
        groups.filter(move |group| {
            let members = group.members.as_ref();
            members.is_some_and(|members| members.binary_search(&user).is_ok())
        })
    }

    /// Returns to whom the permission set behind a role is assigned; `None` for
    /// other roles, and where nothing of Identity Center was collected.
    pub fn assigned(&self, role: PrincipalId) -> Option<&Assigned> {
        self.principal(role).role()?.assigned.as_ref()
    }
}
