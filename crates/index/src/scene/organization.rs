//! Service and resource control policies, and VPC endpoint policies.

use roaring::RoaringBitmap;
use whocan_graph::{AccountIndex, Collected, Level, PolicyId};
use whocan_policy::catalogue::facts::is_under_rcps;
use whocan_policy::{Effect, NamedPrincipal, PrincipalClause, Statement};
use whocan_snapshot::EndpointKind;

use super::Scene;
use super::resource::Owner;
use super::statement::Resources;
use crate::Planes;

impl Scene<'_> {
    // Whom service control policies can restrict: principals of accounts, but
    // no service-linked roles (R150 to R152).
    fn under_scps(&self, account: AccountIndex) -> RoaringBitmap {
        &self.callers().by_account[account.index()] - &self.callers().service_linked
    }

    /// Decides whom every level of the caller's account lets pass (R146, R147).
    pub fn scps_allow(&self) -> Planes {
        let callers = self.callers();
        if self.ask.ignoring.scps {
            return Planes::certain(callers.all.clone());
        }
        let mut allowed = Planes::certain(callers.all.clone());
        for account in self.accounts() {
            let set = self.under_scps(account);
            if set.is_empty() {
                continue;
            }
            let passes = match self.graph().chain(account) {
                Collected::Not => self.gap(&set, Planes::certain(set.clone())),
                Collected::Yes(levels) => {
                    let mut passes = Planes::certain(set.clone());
                    for &level in levels {
                        passes = passes.and(&self.level_allows(self.graph().level(level), &set));
                    }
                    passes
                }
            };
            allowed = allowed.outside(&set);
            allowed.or(&passes);
        }
        allowed
    }

    fn accounts(&self) -> impl Iterator<Item = AccountIndex> + use<> {
        (0..self.graph().accounts().len() as u32).map(AccountIndex)
    }

    fn level_allows(&self, level: &Level, set: &RoaringBitmap) -> Planes {
        let Some(policies) = self.known(&level.scps) else {
            return self.gap(set, Planes::certain(set.clone()));
        };
        let mut allowed = Planes::default();
        for &policy in policies {
            allowed.or(&self.of_policy(policy, Effect::Allow, set));
        }
        allowed
    }

    /// Decides whom a service control policy denies (R148).
    pub fn scps_deny(&self) -> Planes {
        let mut denied = Planes::default();
        if self.ask.ignoring.scps {
            return denied;
        }
        for account in self.accounts() {
            let set = self.under_scps(account);
            if set.is_empty() {
                continue;
            }
            let Collected::Yes(levels) = self.graph().chain(account) else {
                denied.or(&self.gap(&set, Planes::default()));
                continue;
            };
            for &level in levels {
                match self.known(&self.graph().level(level).scps) {
                    Some(policies) => {
                        for &policy in policies {
                            denied.or(&self.of_policy(policy, Effect::Deny, &set));
                        }
                    }
                    None => denied.or(&self.gap(&set, Planes::default())),
                }
            }
        }
        denied
    }

    fn of_policy(&self, policy: PolicyId, effect: Effect, set: &RoaringBitmap) -> Planes {
        match self.graph().document_of(policy) {
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
        let set = &self.callers().all - &self.callers().service_linked;
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
        for account in self.accounts() {
            let own = &self.callers().by_account[account.index()] & set;
            if !own.is_empty() {
                denied.or(&self.rcps_of(account, &own));
            }
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
        let Some(document) = self.graph().document_of(policy) else {
            return self.gap(set, Planes::default());
        };
        if document.malformed {
            return Planes::open(set.clone());
        }
        let mut denied = Planes::default();
        for statement in document
            .statements
            .iter()
            .filter(|statement| is_rcp_statement(statement))
        {
            denied.or(&self.applies(statement, set, Resources::Needed));
        }
        denied
    }

    // Services assume their service-linked roles past RCPs (R162).
    // Source: Resource control policies (RCPs), AWS Organizations User Guide, read 2026-11-24.
    fn hands_out_service_linked_role(&self) -> bool {
        let role = self.target.role.filter(|_| self.is_trust());
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
        let all = Planes::certain(self.callers().all.clone());
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
        let Some(id) = self.ask.endpoint_passed(self.graph()) else {
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
            .and_then(|policy| self.graph().document_of(policy))
        else {
            return Endpoint::None;
        };
        if document.malformed {
            return Endpoint::Says(Planes::open(self.callers().all.clone()));
        }
        let mut planes = Planes::default();
        let live = document
            .statements
            .iter()
            .filter(|statement| !statement.is_inert());
        for statement in live.filter(|statement| statement.effect == Some(effect)) {
            let named = self.endpoint_principals(statement.principal.as_ref(), endpoint.kind);
            let applies = self.applies(statement, &named.possibly, Resources::Needed);
            planes.or(&named.and(&applies));
        }
        Endpoint::Says(planes)
    }

    // An account in a gateway endpoint's policy is its root user only (R187, A31).
    fn endpoint_principals(&self, clause: Option<&PrincipalClause>, kind: EndpointKind) -> Planes {
        let Some(clause) = clause else {
            return Planes::open(self.callers().all.clone());
        };
        let roots_only = kind == EndpointKind::Gateway;
        let mut named = self.endpoint_named(clause, roots_only);
        if clause.negated {
            named = Planes::certain(self.callers().all.clone()).and_not(&named);
        }
        named
    }

    fn endpoint_named(&self, clause: &PrincipalClause, roots_only: bool) -> Planes {
        let single = |entry: &NamedPrincipal| PrincipalClause {
            negated: false,
            entries: vec![entry.clone()],
        };
        let mut all = Planes::default();
        for entry in &clause.entries {
            let mut named = self.named_in(&single(entry));
            if roots_only && matches!(entry, NamedPrincipal::Account(_)) {
                named = named.within(&self.callers().roots);
            }
            all.or(&named);
        }
        all
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
    !statement.is_inert() && statement.effect == Some(Effect::Deny) && everyone && actions
}
