//! One question being decided for all principals.
//!
//! A scene holds what the question looks at: the action, the resource and its
//! owner, the context. Each part of AWS's decision is a method in a file of
//! its own that returns [`Planes`](crate::Planes); [`Scene::decide`] puts them together.

mod access_point;
mod acl;
mod context;
mod fixed;
mod focus;
mod grant;
mod key_state;
mod organization;
mod policies;
mod principal;
mod public_access;
mod resource;
mod statement;
pub(crate) mod trust;

pub(crate) use acl::names as acl_names;
pub(crate) use context::is_delivered;
pub(crate) use focus::BearingByAccount;
pub(crate) use key_state::decide as decide_state;
pub(crate) use resource::Target;
pub(crate) use statement::keys as statement_keys;
pub(crate) use std::cell::{Cell, RefCell};

use roaring::RoaringBitmap;
use whocan_graph::{Collected, Graph, PrincipalId};
use whocan_policy::catalogue::{ActionId, catalogue};
use whocan_policy::{AccountId, Arn, Document};

use crate::callers::Callers;
use crate::facts::KeyId;
use crate::{Ask, Index, Planes, Verdicts};
use focus::Focus;
use principal::Named;

/// One question under one reading of gaps.
pub(crate) struct Scene<'a> {
    pub index: &'a Index,
    pub ask: &'a Ask,
    // The prefix of the action, and its place in the catalogue if it has one.
    pub service: &'a str,
    pub action_id: Option<ActionId>,
    pub target: Target,
    // Whether what was not collected is unknown, or as in a fresh account.
    pub strict: bool,
    // Whether anything was looked at that was not collected.
    pub gap_seen: Cell<bool>,
    // Takes down the keys that statements look at, if somebody wants to know.
    pub keys: Option<&'a RefCell<Vec<KeyId>>>,
    // A state of the calling session that a chain fixes, if a chain is searched.
    pub state: Option<&'a crate::state::State>,
    // Whom alone the question is about, if not everybody.
    pub focus: Option<Focus>,
    // Whether it is a permission that another call needs beside its own.
    pub beside: bool,
    // The access point side of a request looks at another resource.
    pub through: Option<AccessPointSide>,
}

/// Which of the two passes of a request through an access point is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessPointSide {
    AccessPoint,
    Bucket,
}

impl<'a> Scene<'a> {
    /// Looks at one question.
    pub fn new(
        index: &'a Index,
        ask: &'a Ask,
        state: Option<&'a crate::state::State>,
    ) -> Scene<'a> {
        Scene {
            index,
            ask,
            service: ask.action.split(':').next().unwrap_or_default(),
            action_id: catalogue().action(&ask.action),
            target: Target::of(&index.graph, ask),
            strict: true,
            gap_seen: Cell::new(false),
            keys: None,
            state,
            focus: None,
            beside: false,
            through: None,
        }
    }

    /// Decides the question under both readings of gaps.
    pub fn verdicts(mut self) -> Verdicts {
        let strict = self.decide();
        if !self.gap_seen.get() {
            let as_collected = strict.clone();
            return Verdicts {
                strict,
                as_collected,
            };
        }
        self.strict = false;
        let as_collected = self.decide();
        Verdicts {
            strict,
            as_collected,
        }
    }

    pub fn graph(&self) -> &'a Graph {
        &self.index.graph
    }

    pub fn callers(&self) -> &'a Callers {
        &self.index.base.callers
    }

    /// Returns what a thing that was not collected counts as: open, or `default`.
    pub fn gap(&self, set: &RoaringBitmap, default: Planes) -> Planes {
        self.gap_seen.set(true);
        if self.strict {
            Planes::open(set.clone())
        } else {
            default
        }
    }

    /// Decides the question for everybody.
    ///
    /// Source: How AWS enforcement code logic evaluates requests to allow or
    /// deny access, IAM User Guide, read 2026-11-24.
    pub fn decide(&mut self) -> Planes {
        if self.ask.access_point.is_some() && self.through.is_none() {
            return self.decide_through_access_point();
        }
        if let Some(fixed) = self.fixed() {
            return fixed;
        }
        let asked = self.focus.clone();
        let decided = self.decide_step_by_step();
        self.focus = asked;
        decided
    }

    // Each step only looks at those whom the steps before leave.
    fn decide_step_by_step(&mut self) -> Planes {
        let resource = self.resource_allows();
        if let Some(grantable) = self.grantable_by(&resource) {
            let grantable = self.among(&grantable);
            if grantable.is_empty() {
                return Planes::default();
            }
            self.look_only_at(grantable);
        }
        let granted = self.granted(&resource);
        let left = self.among(&granted.possibly);
        if left.is_empty() {
            return Planes::default();
        }
        self.look_only_at(left);
        let granted = granted.and(&self.scps_allow()).and(&self.endpoint_allows());
        let mut decided = granted.and_not(&self.denied()).outside(&self.unable());
        if self.is_assume_root() {
            decided = decided.and(&self.root_administrators());
        }
        decided = self.as_assigned(decided);
        self.with_also_needed(decided)
    }

    // The table of who is granted by what, by kind of caller and relation (R122 to R143, R168, R195).
    fn granted(&self, resource: &Named) -> Planes {
        let limits = self.limits();
        let identity = self.identity_allows();
        let same = || self.granted_in_own_account(resource, &identity, &limits);
        let other = || self.granted_across(resource, &identity, &limits);
        let mut granted = match self.relation() {
            // Whether it is a foreign resource is open for everyone.
            resource::Owner::Unknown if self.strict => {
                self.gap_seen.set(true);
                let open = self.possible_owners();
                let mut granted = same().either(&other()).within(&open);
                granted.or(&other().outside(&open));
                granted
            }
            resource::Owner::Unknown => same(),
            resource::Owner::Caller => same(),
            resource::Owner::Account(account) => {
                let own = self.members_of(account);
                let mut granted = same().within(&own);
                granted.or(&other().outside(&own));
                granted
            }
        };
        granted = granted.outside(&self.without_identity());
        granted.or(&self.granted_without_identity(resource));
        granted
    }

    /// Returns everyone whom anything may grant the action on the resource,
    /// under either reading of gaps and whatever identity-based policies say;
    /// `None` if that may be anybody.
    pub fn grantable_at_all(mut self) -> Option<RoaringBitmap> {
        if self.ask.access_point.is_some() {
            return None;
        }
        let strict = self.grantable_by(&self.resource_allows())?;
        if !self.gap_seen.get() {
            return Some(strict);
        }
        self.strict = false;
        Some(strict | self.grantable_by(&self.resource_allows())?)
    }

    // Everyone whom anything may grant the action, as far as the resource side
    // tells: whom it names, and its own account where that needs no naming.
    // `None` if it may be anybody.
    fn grantable_by(&self, resource: &Named) -> Option<RoaringBitmap> {
        let named = resource.any().possibly;
        if self.is_trust() {
            return Some(named);
        }
        match self.relation() {
            // Grants of keys and access points are looked at apart.
            resource::Owner::Account(owner) if !self.is_key() && self.through.is_none() => {
                Some(named | self.members_of(owner))
            }
            _ => None,
        }
    }

    /// Returns everyone who belongs to an account.
    pub fn members_of(&self, account: AccountId) -> RoaringBitmap {
        let index = self.graph().account_of(account);
        let members = index.map(|index| self.callers().by_account[index.index()].clone());
        members.unwrap_or_default()
    }

    // Whose account the caller must belong to for the rules of one account.
    fn relation(&self) -> resource::Owner {
        if self.is_assume_root() {
            // The organization reaches into its members (R167).
            return resource::Owner::Caller;
        }
        if self.owned_elsewhere().is_none() {
            return resource::Owner::Unknown;
        }
        self.object_owner()
            .map_or(self.target.owner, resource::Owner::Account)
    }

    // Those to whose account a resource may belong whose owner is not known.
    fn possible_owners(&self) -> RoaringBitmap {
        if self.owned_elsewhere().is_none() {
            return self.possible_writers();
        }
        // A bucket that no list names is in no account whose buckets are all listed.
        let mut possible = self.callers().all.clone();
        let all = self.graph().accounts().iter();
        for (account, members) in all.zip(&self.callers().by_account) {
            if resource::lists_buckets(account) {
                possible -= members;
            }
        }
        possible
    }

    // An object is the bucket owner's or, if ACLs are on, its writer's.
    fn possible_writers(&self) -> RoaringBitmap {
        let all = &self.callers().all;
        match (self.target.owner, self.writer()) {
            (resource::Owner::Account(owner), Some(writer)) => {
                &self.of_account(owner) | &self.of_account(writer)
            }
            _ => all.clone(),
        }
    }

    // Those whose access never comes from an identity-based policy.
    fn without_identity(&self) -> RoaringBitmap {
        let callers = self.callers();
        &callers.services | &callers.oidc | &callers.saml | &callers.anonymous
    }

    fn granted_without_identity(&self, resource: &Named) -> Planes {
        let callers = self.callers();
        let mut entry = &callers.services | &callers.anonymous;
        if self.is_trust() {
            entry |= &callers.oidc;
            entry |= &callers.saml;
        }
        resource.direct.clone().within(&entry)
    }

    // Same account: direct grants stand alone, grants to a role are limited by
    // its boundary and session policy, identity-based ones too.
    // Source: Policy evaluation for requests within a single account, IAM User Guide.
    fn granted_in_own_account(
        &self,
        resource: &Named,
        identity: &Planes,
        limits: &Limits,
    ) -> Planes {
        let limit = limits.boundary.clone().and(&limits.session);
        let own = identity.clone().and(&limit);
        let mut granted = self.direct_in_own_account(&resource.direct, limits);
        granted.or(&resource.role.clone().and(&limit));
        if self.needs_resource_side() {
            granted.or(&resource.account.clone().and(&own));
        } else {
            granted.or(&own);
        }
        granted.or(&self.kms_grants(identity, limits, true));
        granted.or(&self.roots_in_own_account(resource));
        granted.or(&self.delegated_by_bucket());
        granted
    }

    // A trust policy that names a user whose boundary lacks the call: AWS's
    // pages disagree (R200).
    fn direct_in_own_account(&self, direct: &Planes, limits: &Limits) -> Planes {
        if !self.is_trust() {
            return direct.clone();
        }
        let mut within = direct.clone().and(&limits.boundary);
        within.or(&direct.clone().doubted());
        within
    }

    // The root user needs no identity-based policy, but for KMS the key policy must name the account (R134, R168).
    fn roots_in_own_account(&self, resource: &Named) -> Planes {
        let roots = &self.callers().roots;
        if self.needs_resource_side() {
            let mut named = resource.account.clone();
            named.or(&resource.direct);
            return named.within(roots);
        }
        Planes::certain(roots.clone())
    }

    // Another account: the resource side and the whole identity side (R137 to R140).
    // Source: Cross-account policy evaluation logic, IAM User Guide.
    fn granted_across(&self, resource: &Named, identity: &Planes, limits: &Limits) -> Planes {
        let mut named = resource.direct.clone();
        named.or(&resource.role);
        named.or(&resource.account);
        let roots = named.clone().within(&self.callers().roots);
        let own = identity.clone().and(&limits.boundary).and(&limits.session);
        let mut granted = named.and(&own);
        granted.or(&self.kms_grants(identity, limits, false));
        granted.or(&roots);
        granted.or(&self.delegated_by_bucket());
        granted
    }

    // On the bucket's side of a request through an access point.
    fn delegated_by_bucket(&self) -> Planes {
        if self.through == Some(AccessPointSide::Bucket) {
            self.delegated()
        } else {
            Planes::default()
        }
    }

    // Every applicable Deny, whoever wrote it (R121).
    fn denied(&self) -> Planes {
        let mut denied = self.identity_denies();
        denied.or(&self.boundary_denies());
        denied.or(&self.session_denies());
        denied.or(&self.resource_denies());
        denied.or(&self.scps_deny());
        denied.or(&self.rcps_deny());
        denied.or(&self.endpoint_denies());
        denied.or(&self.public_access_denies());
        denied
    }

    // KMS keys and role trust: an identity-based policy alone is nothing.
    fn needs_resource_side(&self) -> bool {
        self.is_trust() || self.is_key()
    }

    pub fn is_trust(&self) -> bool {
        let role = |arn: &Arn| arn.service() == "iam" && arn.resource().starts_with("role/");
        self.arn().is_some_and(role) && trust::is_session_call(&self.ask.action)
    }

    pub fn is_key(&self) -> bool {
        let arn = self.target.arn.as_ref();
        arn.is_some_and(|arn| arn.service() == "kms" && arn.resource().starts_with("key/"))
    }

    /// Returns the documents that a statement may come from.
    pub fn document(&self, id: whocan_graph::DocumentId) -> &'a Document {
        self.graph().document(id)
    }

    /// Returns the role whose session or self the principal is.
    pub fn role_of(&self, principal: PrincipalId) -> Option<PrincipalId> {
        match &self.graph().principal(principal).kind {
            whocan_graph::PrincipalKind::Role(..) => Some(principal),
            whocan_graph::PrincipalKind::Session { role, .. } => Some(*role),
            _ => None,
        }
    }

    pub fn arn(&self) -> Option<&Arn> {
        self.target.arn.as_ref()
    }

    pub fn known<'b, T>(&self, collected: &'b Collected<T>) -> Option<&'b T> {
        if collected.is_not() {
            self.gap_seen.set(true);
        }
        collected.known()
    }
}

/// What limits an identity-based grant.
pub(crate) struct Limits {
    pub boundary: Planes,
    pub session: Planes,
}
