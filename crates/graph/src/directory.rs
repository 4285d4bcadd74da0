//! Where to find nodes: by name, by account, by kind.

use whocan_snapshot::{Detail, Hashed, Names, Numbers, Section, hashed};

use crate::{AccountIndex, Policy, PolicyKind, Principal, PrincipalId, Resource, ResourceId};

/// What leads to nodes without looking at all of them.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    arns: Names,
    unique_ids: Names,
    role_names: Names,
    resource_arns: Names,
    /// The first principal of each account, and the end.
    pub starts: Numbers,
    pub roles: Numbers,
    pub resources_by_arn: Numbers,
    pub access_points: Numbers,
    /// Policies of the organization and of VPC endpoints.
    pub guardrails: Numbers,
}

/// How many sections [`Directory::sections`] returns.
pub(crate) const SECTIONS: usize = 9;

impl Directory {
    /// Looks at all nodes.
    pub fn of(
        accounts: usize,
        principals: &[Principal],
        policies: &[Policy],
        resources: &[Resource],
    ) -> Directory {
        let numbered = || (0..principals.len() as u32).zip(principals);
        let ids = numbered().filter_map(|(at, one)| {
            let id = one.identity().map(|identity| &*identity.id)?;
            (!id.is_empty()).then(|| (hash(id), at))
        });
        let roles = || numbered().filter(|(_, one)| one.role().is_some());
        let role_names = roles().filter_map(|(at, one)| {
            let name = &one.identity()?.name;
            Some((hash_in(one.account?, name), at))
        });
        let arns = (0..resources.len() as u32).zip(resources);
        Directory {
            arns: Names::of(numbered().map(|(at, one)| (hash(&one.arn), at))),
            unique_ids: Names::of(ids),
            role_names: Names::of(role_names),
            resource_arns: Names::of(arns.map(|(at, one)| (hash(&one.arn), at))),
            starts: starts(accounts, principals),
            roles: Numbers::of(roles().map(|(at, _)| at)),
            resources_by_arn: by_arn(resources),
            access_points: access_points(resources),
            guardrails: guardrails(policies),
        }
    }

    /// Returns what a file keeps.
    pub fn sections(&self) -> [Vec<u8>; SECTIONS] {
        [
            self.arns.as_bytes().to_vec(),
            self.unique_ids.as_bytes().to_vec(),
            self.role_names.as_bytes().to_vec(),
            self.resource_arns.as_bytes().to_vec(),
            self.starts.as_bytes().to_vec(),
            self.roles.as_bytes().to_vec(),
            self.resources_by_arn.as_bytes().to_vec(),
            self.access_points.as_bytes().to_vec(),
            self.guardrails.as_bytes().to_vec(),
        ]
    }

    /// Takes what a file kept, where the numbers are below those of the nodes.
    pub fn from_sections(
        sections: [Section; SECTIONS],
        [accounts, principals, policies, resources]: [usize; 4],
    ) -> Option<Directory> {
        let [
            arns,
            ids,
            names,
            resource_arns,
            starts,
            roles,
            by_arn,
            points,
            rails,
        ] = sections;
        let directory = Directory {
            arns: Names::from_section(arns, principals)?,
            unique_ids: Names::from_section(ids, principals)?,
            role_names: Names::from_section(names, principals)?,
            resource_arns: Names::from_section(resource_arns, resources)?,
            starts: Numbers::below(starts, principals + 1)?,
            roles: Numbers::below(roles, principals)?,
            resources_by_arn: Numbers::below(by_arn, resources)?,
            access_points: Numbers::below(points, resources)?,
            guardrails: Numbers::below(rails, policies)?,
        };
        (directory.starts.len() == accounts + 1).then_some(directory)
    }

    pub fn principal_by_arn(&self, arn: &str, is: impl Fn(u32) -> bool) -> Option<PrincipalId> {
        self.arns.find(hash(arn), is).map(PrincipalId)
    }

    pub fn principal_by_unique_id(
        &self,
        id: &str,
        is: impl Fn(u32) -> bool,
    ) -> Option<PrincipalId> {
        self.unique_ids.find(hash(id), is).map(PrincipalId)
    }

    pub fn role_by_name(
        &self,
        account: AccountIndex,
        name: &str,
        is: impl Fn(u32) -> bool,
    ) -> Option<PrincipalId> {
        let hashed = hash_in(account, name);
        self.role_names.find(hashed, is).map(PrincipalId)
    }

    pub fn resource_by_arn(&self, arn: &str, is: impl Fn(u32) -> bool) -> Option<ResourceId> {
        self.resource_arns.find(hash(arn), is).map(ResourceId)
    }
}

fn hash(name: &str) -> Hashed {
    hashed(&[name.as_bytes()])
}

fn hash_in(account: AccountIndex, name: &str) -> Hashed {
    hashed(&[&account.0.to_le_bytes(), name.as_bytes()])
}

// Principals stand by account, those without one last.
fn starts(accounts: usize, principals: &[Principal]) -> Numbers {
    let mut counts = vec![0u32; accounts + 1];
    for account in principals.iter().filter_map(|one| one.account) {
        counts[account.index() + 1] += 1;
    }
    let mut end = 0;
    Numbers::of(counts.into_iter().map(|count| {
        end += count;
        end
    }))
}

fn by_arn(resources: &[Resource]) -> Numbers {
    let mut order: Vec<u32> = (0..resources.len() as u32).collect();
    order.sort_by(|one, other| {
        let arn = |at: &u32| &resources[*at as usize].arn;
        arn(one).cmp(arn(other))
    });
    Numbers::of(order)
}

fn access_points(resources: &[Resource]) -> Numbers {
    let all = (0..).zip(resources);
    let points = all.filter(|(_, one)| matches!(one.detail, Detail::AccessPoint(_)));
    Numbers::of(points.map(|(at, _)| at))
}

fn guardrails(policies: &[Policy]) -> Numbers {
    use PolicyKind::{Endpoint, ResourceControl, ServiceControl};
    let all = (0..).zip(policies);
    let bearing =
        all.filter(|(_, one)| matches!(one.kind, ServiceControl | ResourceControl | Endpoint));
    Numbers::of(bearing.map(|(at, _)| at))
}
