//! The graph as a whole, and how it is built from a snapshot.

mod accounts;
mod identities;
mod identity_center;
mod interner;
mod organizations;
mod principals;
mod resources;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use whocan_policy::{AccountId, Arn, Document, NamedPrincipal};
use whocan_snapshot::{Collected, SharedWith, Snapshot, Table};

use crate::activity::{self, Activities, Activity};
use crate::directory::Directory;
use crate::saved::Parts;
use crate::{
    Account, AccountIndex, DirectoryGroup, DocumentId, Documents, Endpoint, EndpointId, Group,
    GroupId, Level, LevelId, Membership, Organization, Policy, PolicyId, Presence, Principal,
    PrincipalId, Resource, ResourceId,
};
use interner::Interner;

/// The facts of one snapshot.
///
/// Every list is ordered, and the same snapshot gives the same ids.
#[derive(Debug)]
pub struct Graph {
    pub(crate) taken: Timestamp,
    pub(crate) assumptions: Vec<String>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) principals: Table<Principal>,
    pub(crate) groups: Table<Group>,
    pub(crate) directory_groups: Vec<DirectoryGroup>,
    pub(crate) shared: BTreeMap<ResourceId, Vec<SharedWith>>,
    pub(crate) policies: Table<Policy>,
    pub(crate) documents: Documents,
    pub(crate) resources: Table<Resource>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) levels: Vec<Level>,
    pub(crate) organization: Option<Organization>,
    // The levels above each account, root first, the account's own last.
    pub(crate) positions: Vec<Collected<Vec<LevelId>>>,
    pub(crate) directory: Directory,
    account_by_canonical_id: FxHashMap<Arc<str>, AccountIndex>,
    pub(crate) activity: Activities,
    vendors: OnceLock<BTreeMap<AccountId, Arc<str>>>,
}

impl Graph {
    /// Builds the graph of `snapshot`.
    pub fn build(snapshot: &Snapshot) -> Graph {
        Graph::build_with(snapshot, &[])
    }

    /// Builds the graph of `snapshot` with nodes for `callers` that it need not
    /// name: sessions, services, foreign principals.
    pub fn build_with(snapshot: &Snapshot, callers: &[NamedPrincipal]) -> Graph {
        let mut interner = Interner::default();
        let organization = organizations::read(snapshot, &mut interner);
        let identities = identities::read(snapshot, &mut interner);
        let resources = resources::read(snapshot, &mut interner);
        let (policies, documents) = interner.finish();
        let mentions = crate::mention::all(&documents, callers);
        let accounts = accounts::read(snapshot, &mentions);
        let positions = organizations::positions(snapshot, &organization, &accounts);
        let nodes = principals::number(snapshot, identities, &accounts, &mentions);
        let endpoints = resources.endpoints(&accounts);
        let resources = resources.resources(&accounts);
        let directory = Directory::of(accounts.len(), &nodes.principals, &policies, &resources);
        let mut graph = Graph {
            taken: snapshot.taken,
            assumptions: snapshot.assumptions.clone(),
            account_by_canonical_id: accounts::by_canonical_id(&accounts),
            endpoints,
            levels: organization.levels,
            organization: organization.organization,
            positions,
            principals: nodes.principals.into(),
            groups: nodes.groups.into(),
            directory_groups: nodes.directory_groups,
            shared: resources::shared(snapshot, &resources),
            resources: resources.into(),
            accounts,
            policies: policies.into(),
            documents,
            directory,
            activity: Activities::default(),
            vendors: OnceLock::new(),
        };
        graph.activity = activity::read(&graph, snapshot.activity.iter().map(Arc::as_ref));
        graph
    }

    /// Puts a graph together from what a file kept.
    pub(crate) fn assemble(parts: Parts) -> Graph {
        Graph {
            taken: parts.taken,
            assumptions: parts.base.assumptions,
            account_by_canonical_id: accounts::by_canonical_id(&parts.base.accounts),
            accounts: parts.base.accounts,
            principals: parts.principals,
            groups: parts.groups,
            policies: parts.policies,
            documents: parts.documents,
            resources: parts.resources,
            endpoints: parts.base.endpoints,
            directory_groups: parts.base.directory_groups,
            shared: parts.base.shared,
            levels: parts.base.levels,
            organization: parts.base.organization,
            positions: parts.positions,
            directory: parts.directory,
            activity: parts.activity,
            vendors: OnceLock::new(),
        }
    }

    /// Says whose accounts are; only the first time counts.
    pub fn name_vendors(&self, vendors: BTreeMap<AccountId, Arc<str>>) {
        // A second list would change answers that were given.
        let _ = self.vendors.set(vendors);
    }

    /// Returns whose account this is, if it was said.
    pub fn vendor(&self, account: AccountId) -> Option<&Arc<str>> {
        self.vendors.get()?.get(&account)
    }

    /// Returns how a user or role signs in, and when it last did; `None` if
    /// nothing of that was collected.
    pub fn activity(&self, principal: PrincipalId) -> Option<&Activity> {
        self.activity.get(principal)
    }

    /// Returns when the snapshot was taken.
    pub fn taken(&self) -> Timestamp {
        self.taken
    }

    /// Returns what was assumed at import, sorted.
    pub fn assumptions(&self) -> &[String] {
        &self.assumptions
    }

    /// Returns the accounts by number.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Returns the principals and entry points: by account (root, users, roles,
    /// named sessions and others), those without account last.
    pub fn principals(&self) -> &Table<Principal> {
        &self.principals
    }

    /// Returns the groups by ARN.
    pub fn groups(&self) -> &Table<Group> {
        &self.groups
    }

    /// Returns the policies.
    pub fn policies(&self) -> &Table<Policy> {
        &self.policies
    }

    /// Returns the distinct documents.
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// Returns the resources by account and ARN.
    pub fn resources(&self) -> &Table<Resource> {
        &self.resources
    }

    /// Returns with whom AWS RAM shares a resource, sorted.
    pub fn shared_with(&self, resource: ResourceId) -> &[SharedWith] {
        self.shared.get(&resource).map_or(&[], Vec::as_slice)
    }

    /// Returns the VPC endpoints by id.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// Returns the levels of the organization.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Returns the organization, if it was collected.
    pub fn organization(&self) -> Option<&Organization> {
        self.organization.as_ref()
    }

    /// Returns the levels whose policies bear on `account`: root first, its own last.
    ///
    /// Empty for accounts outside any organization and for the management
    /// account, which is exempt (R149, R161); [`Collected::Not`] where the
    /// position is not known.
    pub fn chain(&self, account: AccountIndex) -> Collected<&[LevelId]> {
        if self.account(account).membership == Membership::Management {
            return Collected::Yes(&[]);
        }
        match &self.positions[account.index()] {
            Collected::Not => Collected::Not,
            Collected::Yes(levels) => Collected::Yes(levels),
        }
    }

    /// Returns the account's path in its organization, as `aws:PrincipalOrgPaths`
    /// has it: `o-id/r-id/ou-id/`; `Yes(None)` outside any organization.
    ///
    /// Source: AWS global condition context keys, IAM User Guide.
    pub fn organization_path(&self, account: AccountIndex) -> Collected<Option<String>> {
        let Collected::Yes(levels) = &self.positions[account.index()] else {
            return Collected::Not;
        };
        let (Some(organization), Some((_own, above))) = (&self.organization, levels.split_last())
        else {
            return Collected::Yes(None);
        };
        let mut path = format!("{}/", organization.id);
        for &level in above {
            path.push_str(&self.level(level).id);
            path.push('/');
        }
        Collected::Yes(Some(path))
    }

    /// Returns one account.
    pub fn account(&self, account: AccountIndex) -> &Account {
        &self.accounts[account.index()]
    }

    /// Returns one principal.
    pub fn principal(&self, principal: PrincipalId) -> &Principal {
        &self.principals[principal.index()]
    }

    /// Returns one group.
    pub fn group(&self, group: GroupId) -> &Group {
        &self.groups[group.index()]
    }

    /// Returns one policy.
    pub fn policy(&self, policy: PolicyId) -> &Policy {
        &self.policies[policy.index()]
    }

    /// Returns one document.
    pub fn document(&self, document: DocumentId) -> &Arc<Document> {
        self.documents.get(document.index())
    }

    /// Returns the document of a policy; `None` if it was not collected.
    pub fn document_of(&self, policy: PolicyId) -> Option<&Arc<Document>> {
        self.policy(policy).document.map(|id| self.document(id))
    }

    /// Returns one resource.
    pub fn resource(&self, resource: ResourceId) -> &Resource {
        &self.resources[resource.index()]
    }

    /// Returns one endpoint.
    pub fn endpoint(&self, endpoint: EndpointId) -> &Endpoint {
        &self.endpoints[endpoint.index()]
    }

    /// Returns one level.
    pub fn level(&self, level: LevelId) -> &Level {
        &self.levels[level.index()]
    }

    /// Finds an account by its number.
    pub fn account_of(&self, id: AccountId) -> Option<AccountIndex> {
        let found = self
            .accounts
            .binary_search_by_key(&id, |account| account.id);
        found.ok().map(AccountIndex::next)
    }

    /// Finds an account by the canonical id that S3 knows it by.
    pub fn account_of_canonical_id(&self, id: &str) -> Option<AccountIndex> {
        self.account_by_canonical_id.get(id).copied()
    }

    /// Finds a principal by its ARN, or an entry point by its name (`service:NAME`, `oidc:ISSUER`, `anonymous`).
    pub fn principal_of(&self, arn: &str) -> Option<PrincipalId> {
        let is = |id: u32| *self.principals[id as usize].arn == *arn;
        self.directory.principal_by_arn(arn, is)
    }

    /// Finds the live user or role with a unique id (R30).
    pub fn principal_of_unique_id(&self, id: &str) -> Option<PrincipalId> {
        let is = |at: u32| {
            let identity = self.principals[at as usize].identity();
            identity.is_some_and(|identity| *identity.id == *id)
        };
        self.directory.principal_by_unique_id(id, is)
    }

    /// Finds a role by its name, which is unique in the account (R22).
    pub fn role_named(&self, account: AccountIndex, name: &str) -> Option<PrincipalId> {
        let is = |at: u32| {
            let principal = &self.principals[at as usize];
            let identity = principal.identity();
            principal.account == Some(account)
                && principal.role().is_some()
                && identity.is_some_and(|identity| *identity.name == *name)
        };
        self.directory.role_by_name(account, name, is)
    }

    /// Finds a resource by its ARN.
    pub fn resource_of(&self, arn: &str) -> Option<ResourceId> {
        let is = |id: u32| *self.resources[id as usize].arn == *arn;
        self.directory.resource_by_arn(arn, is)
    }

    /// Returns the resources whose ARNs begin with `prefix`, by ARN.
    pub fn resources_beginning(&self, prefix: &str) -> impl Iterator<Item = ResourceId> {
        let order = &self.directory.resources_by_arn;
        let arn = |at: usize| order.get(at).map(|id| &*self.resources[id as usize].arn);
        let start = order.partition_point(|id| *self.resources[id as usize].arn < *prefix);
        (start..order.len())
            .take_while(move |&at| arn(at).is_some_and(|arn| arn.starts_with(prefix)))
            .filter_map(|at| order.get(at).map(ResourceId))
    }

    /// Returns the access points.
    pub fn access_points(&self) -> impl Iterator<Item = ResourceId> {
        self.directory.access_points.iter().map(ResourceId)
    }

    /// Returns the policies of the organization and of VPC endpoints.
    pub fn guardrails(&self) -> impl Iterator<Item = PolicyId> {
        self.directory.guardrails.iter().map(PolicyId)
    }

    /// Finds a VPC endpoint by its id.
    pub fn endpoint_of(&self, id: &str) -> Option<EndpointId> {
        let found = self
            .endpoints
            .binary_search_by(|endpoint| (*endpoint.id).cmp(id));
        found.ok().map(EndpointId::next)
    }

    /// Returns the principals of an account, as a range of ids.
    pub fn principals_of(&self, account: AccountIndex) -> std::ops::Range<u32> {
        let start = |at: usize| self.directory.starts.get(at).unwrap_or(0);
        start(account.index())..start(account.index() + 1)
    }

    /// Returns the principals and entry points without account, as a range of ids.
    pub fn entry_points(&self) -> std::ops::Range<u32> {
        let end = self.directory.starts.get(self.accounts.len());
        end.unwrap_or(0)..self.principals.len() as u32
    }

    /// Returns the ids of all roles, ascending.
    pub fn roles(&self) -> impl Iterator<Item = PrincipalId> {
        self.directory.roles.iter().map(PrincipalId)
    }

    /// Returns the ARN of the resource whose policy and settings bear on
    /// `arn`: the bucket of an object, the table of an index, else itself.
    pub fn carrier(arn: &Arn) -> &str {
        resources::carrier(arn)
    }

    /// Returns whether the snapshot knows the resource that `arn` names.
    pub fn presence(&self, arn: &Arn) -> Presence {
        if let Some(resource) = self.resource_of(arn.as_str()) {
            return Presence::Recorded(resource);
        }
        let Some(id) = arn.account() else {
            return Presence::NotCollected(None);
        };
        match self.account_of(id) {
            Some(account) if self.lists(account, arn) => Presence::Absent(account),
            _ => Presence::NotCollected(Some(id)),
        }
    }

    fn lists(&self, account: AccountIndex, arn: &Arn) -> bool {
        let account = self.account(account);
        account.complete || account.lists.contains(&resources::list_of(arn))
    }
}
