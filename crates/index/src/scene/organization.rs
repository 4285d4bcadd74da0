//! Service and resource control policies, and VPC endpoint policies.

use roaring::RoaringBitmap;
use whocan_graph::{AccountIndex, Collected, PolicyId};
use whocan_policy::catalogue::facts::is_under_rcps;
use whocan_policy::{Effect, NamedPrincipal, PrincipalClause, Statement};
use whocan_snapshot::EndpointKind;

use super::Scene;
use super::resource::Owner;
use super::statement::Resources;
use crate::Planes;

impl Scene<'_> {
    /// Decides whom every level of the caller's account lets pass (R146, R147).
    pub fn scps_allow(&self) -> Planes {
        let mut allowed = Planes::certain(self.among(&self.callers().all));
        if self.ask.ignoring.scps {
            return allowed;
        }
        let guardrails = &self.index.base.guardrails;
        for (policies, below) in &guardrails.scp_levels {
            let set = self.among(below);
            if !set.is_empty() {
                allowed = allowed.and_not(&self.level_stops(policies, &set));
            }
        }
        let unread = self.among(&guardrails.scps_unread);
        if !unread.is_empty() {
            let open = self.gap(&unread, Planes::default());
            allowed = allowed.and_not(&open);
        }
        allowed
    }

    // Those of `set` whom none of the policies lets pass.
    fn level_stops(&self, policies: &[PolicyId], set: &RoaringBitmap) -> Planes {
        let mut allowed = Planes::default();
        for &policy in policies {
            allowed.or(&self.of_policy(policy, Effect::Allow, set));
        }
        Planes {
            surely: set - &allowed.possibly,
            possibly: set - &allowed.surely,
        }
    }

    /// Decides whom a service control policy denies (R148).
    pub fn scps_deny(&self) -> Planes {
        let mut denied = Planes::default();
        if self.ask.ignoring.scps {
            return denied;
        }
        let guardrails = &self.index.base.guardrails;
        for (policy, below) in &guardrails.scps {
            let set = self.among(below);
            if !set.is_empty() {
                denied.or(&self.of_policy(*policy, Effect::Deny, &set));
            }
        }
        let unread = self.among(&guardrails.scps_unread);
        if !unread.is_empty() {
            denied.or(&self.gap(&unread, Planes::default()));
        }
        denied
    }

    fn of_policy(&self, policy: PolicyId, effect: Effect, set: &RoaringBitmap) -> Planes {
        match self.graph().policy(policy).document {
            Some(document) => self.of_document(document, effect, set),
            None => {
                let default = match effect {
                    Effect::Allow => Planes::certain(set.clone()),
                    Effect::Deny => Planes::default(),
                };
                self.gap(set, default)
            }
        }
    }

    /// Decides whom a resource control policy of the owner's account denies (R158 to R164).
    pub fn rcps_deny(&self) -> Planes {
        let exempt_action = self.ask.action.eq_ignore_ascii_case("kms:RetireGrant");
        if self.ask.ignoring.rcps
            || exempt_action
            || !is_under_rcps(self.service)
            || self.is_aws_managed_key()
            || self.hands_out_service_linked_role()
        {
            return Planes::default();
        }
        let set = self.among(&self.callers().all) - &self.callers().service_linked;
        match self.target.owner {
            Owner::Account(owner) => match self.graph().account_of(owner) {
                Some(account) => self.rcps_of(account, &set),
                None => self.gap(&set, Planes::default()),
            },
            // The caller's account owns what has no ARN (A25).
            Owner::Caller => self.rcps_of_callers(&set),
            Owner::Unknown => {
                let own = self.rcps_of_callers(&set);
                self.gap(&set, own)
            }
        }
    }

    fn rcps_of_callers(&self, set: &RoaringBitmap) -> Planes {
        let mut denied = Planes::default();
        let guardrails = &self.index.base.guardrails;
        for (policy, below) in &guardrails.rcps {
            let own = below & set;
            if !own.is_empty() {
                denied.or(&self.rcp_denies(*policy, &own));
            }
        }
        let unread = &guardrails.rcps_unread & set;
        if !unread.is_empty() {
            denied.or(&self.gap(&unread, Planes::default()));
        }
        denied
    }

    fn rcps_of(&self, account: AccountIndex, set: &RoaringBitmap) -> Planes {
        let Collected::Yes(levels) = self.graph().chain(account) else {
            return self.gap(set, Planes::default());
        };
        let mut denied = Planes::default();
        for &level in levels {
            match self.known(&self.graph().level(level).rcps) {
                Some(policies) => {
                    for &policy in policies {
                        denied.or(&self.rcp_denies(policy, set));
                    }
                }
                None => denied.or(&self.gap(set, Planes::default())),
            }
        }
        denied
    }

    fn rcp_denies(&self, policy: PolicyId, set: &RoaringBitmap) -> Planes {
        let Some(document) = self.graph().policy(policy).document else {
            return self.gap(set, Planes::default());
        };
        if self.document(document).malformed {
            return Planes::open(set.clone());
        }
        let mut denied = Planes::default();
        let lines = self.index.facts.lines(self.graph(), document);
        for line in lines.filter(|line| is_rcp_statement(line.statement)) {
            denied.or(&self.applies(line, set, Resources::Needed));
        }
        denied
    }

    // Services assume their service-linked roles past RCPs (R162).
    // Source: Resource control policies (RCPs), AWS Organizations User Guide, read 2026-11-24.
    fn hands_out_service_linked_role(&self) -> bool {
        let role = self.target.role.filter(|_| self.gives_session());
        let facts = role.and_then(|role| self.graph().principal(role).role());
        facts.is_some_and(|role| role.service_linked)
    }

    fn is_aws_managed_key(&self) -> bool {
        let record = self
            .target
            .carrier
            .map(|id| &self.graph().resource(id).detail);
        match record {
            Some(whocan_snapshot::Detail::Key(key)) => self.known(&key.aws_managed) == Some(&true),
            _ => false,
        }
    }

    /// Decides whom the VPC endpoint lets pass (R186, R187).
    pub fn endpoint_allows(&self) -> Planes {
        let all = Planes::certain(self.among(&self.callers().all));
        match self.endpoint_statements(Effect::Allow) {
            Endpoint::None => all,
            Endpoint::Unread => self.gap(&self.callers().all, all),
            Endpoint::Says(planes) => planes,
        }
    }

    /// Decides whom the VPC endpoint's policy denies.
    pub fn endpoint_denies(&self) -> Planes {
        match self.endpoint_statements(Effect::Deny) {
            Endpoint::None => Planes::default(),
            Endpoint::Unread => self.gap(&self.callers().all, Planes::default()),
            Endpoint::Says(planes) => planes,
        }
    }

    fn endpoint_statements(&self, effect: Effect) -> Endpoint {
        let passed = self.ask.endpoint.as_deref();
        let Some(id) = passed.filter(|_| !self.ask.ignoring.endpoint_policies) else {
            return Endpoint::None;
        };
        let Some(endpoint) = self
            .graph()
            .endpoint_of(id)
            .map(|id| self.graph().endpoint(id))
        else {
            return Endpoint::Unread;
        };
        let Some(document) = endpoint
            .policy
            .and_then(|policy| self.graph().policy(policy).document)
        else {
            return Endpoint::None;
        };
        if self.document(document).malformed {
            return Endpoint::Says(Planes::open(self.callers().all.clone()));
        }
        let mut planes = Planes::default();
        let lines = self.index.facts.lines(self.graph(), document);
        for line in lines.filter(|line| line.statement.effect == Some(effect)) {
            let named = self.endpoint_principals(line.statement, endpoint.kind, effect);
            let applies = self.applies(line, &named.possibly, Resources::Expected);
            planes.or(&named.and(&applies));
        }
        Endpoint::Says(planes)
    }

    fn endpoint_principals(
        &self,
        statement: &Statement,
        kind: EndpointKind,
        effect: Effect,
    ) -> Planes {
        match (&statement.principal, kind) {
            (Some(clause), EndpointKind::Gateway) => self.gateway_principals(clause),
            (Some(clause), EndpointKind::Interface) => self.principals_of(clause, effect),
            // Whom a doubtful statement means is open (R12).
            (None, _) if statement.doubtful => Planes::open(self.callers().all.clone()),
            (None, _) => Planes::default(),
        }
    }

    // A gateway endpoint knows everyone, and under an account's name its root
    // user (R187, A31).
    fn gateway_principals(&self, clause: &PrincipalClause) -> Planes {
        let mut named = RoaringBitmap::new();
        let mut perhaps = RoaringBitmap::new();
        for entry in &clause.entries {
            match entry {
                NamedPrincipal::Everyone => named |= &self.callers().all,
                NamedPrincipal::Account(account) => {
                    let members = self.of_account(*account);
                    named |= &members & &self.callers().roots;
                    // An account as a whole may be its root user.
                    perhaps |= members
                        .iter()
                        .filter(|&id| self.is_whole(id))
                        .collect::<RoaringBitmap>();
                }
                _ => {}
            }
        }
        perhaps -= &named;
        if clause.negated {
            named = &self.callers().all - &(named | &perhaps);
        }
        let mut planes = Planes::certain(named);
        planes.or(&Planes::open(perhaps));
        planes
    }
}

enum Endpoint {
    None,
    Unread,
    Says(Planes),
}

// Customer RCPs deny, to everyone, named actions; anything else is ignored (R163).
fn is_rcp_statement(statement: &Statement) -> bool {
    let everyone = statement
        .principal
        .as_ref()
        .is_some_and(|clause| !clause.negated && clause.entries == [NamedPrincipal::Everyone]);
    let actions = statement.actions.as_ref().is_some_and(|clause| {
        !clause.negated
            && clause
                .patterns
                .iter()
                .all(|pattern| pattern.as_str() != "*")
    });
    let resources = statement.resources.is_some();
    resources
        && !statement.is_inert()
        && statement.effect == Some(Effect::Deny)
        && everyone
        && actions
}
