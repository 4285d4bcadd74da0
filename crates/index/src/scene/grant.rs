//! KMS grants.

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_policy::{AccountId, Arn, KeyName, KeyState, NamedPrincipal, Truth};
use whocan_snapshot::{Detail, EncryptionContext, KeyGrant};

use super::{Limits, Scene};
use crate::Planes;

/// Whom one grant names.
enum Grantee {
    /// These principals themselves.
    Principals(Planes),
    /// This user, whose federated sessions only get what their session policies let pass (R132).
    User(Planes, Planes),
    /// An account, which delegates.
    Account(RoaringBitmap),
}

impl Scene<'_> {
    /// Decides whom the key's grants let make the call (R173, A26).
    ///
    /// Source: Grants in AWS KMS, KMS Developer Guide, read 2026-11-24.
    pub fn kms_grants(&self, identity: &Planes, limits: &Limits, own_account: bool) -> Planes {
        let mut granted = Planes::default();
        if !self.is_key() || self.ask.ignoring.grants {
            return granted;
        }
        let Some(Detail::Key(key)) = self
            .target
            .carrier
            .map(|id| &self.graph().resource(id).detail)
        else {
            if !self.target.collected {
                self.gap_seen.set(true);
                if self.strict {
                    granted = Planes::open(self.grantable());
                }
            }
            return granted;
        };
        let Some(grants) = self.known(&key.grants) else {
            if self.strict {
                granted = Planes::open(self.grantable());
            }
            return granted;
        };
        let operation = self.ask.action.split(':').nth(1).unwrap_or_default();
        for grant in grants {
            if grant
                .operations
                .iter()
                .any(|one| one.eq_ignore_ascii_case(operation))
            {
                granted.or(&self.by_grant(grant, identity, limits, own_account));
            }
        }
        granted
    }

    // Users, roles, sessions: no services.
    fn grantable(&self) -> RoaringBitmap {
        let callers = self.callers();
        &callers.all
            - &(&(&callers.services | &callers.oidc) | &(&callers.saml | &callers.anonymous))
    }

    fn by_grant(
        &self,
        grant: &KeyGrant,
        identity: &Planes,
        limits: &Limits,
        own_account: bool,
    ) -> Planes {
        let limit = limits.boundary.clone().and(&limits.session);
        let own = identity.clone().and(&limit);
        let held = match self.grantee_of(&grant.grantee) {
            Some(Grantee::Account(members)) => {
                let roots = Planes::certain(&members & &self.callers().roots);
                let mut held = Planes::certain(members).and(&own);
                held.or(&roots);
                held
            }
            Some(Grantee::Principals(named)) => {
                let sure = if own_account { &limit } else { &own };
                let mut held = named.clone().and(sure);
                held.or(&named.doubted());
                held
            }
            Some(Grantee::User(user, sessions)) => {
                let sure = if own_account { &limit } else { &own };
                let mut held = user.clone().and(sure);
                held.or(&user.doubted());
                held.or(&sessions.and(sure));
                held
            }
            None => return Planes::default(),
        };
        match self.constraint(grant) {
            Truth::True => held,
            Truth::Unknown => held.doubted(),
            Truth::False => Planes::default(),
        }
    }

    fn grantee_of(&self, text: &str) -> Option<Grantee> {
        let graph = self.graph();
        let account = text.parse::<AccountId>().ok().or_else(|| {
            let arn = text.parse::<Arn>().ok()?;
            (arn.resource() == "root").then(|| arn.account()).flatten()
        });
        if let Some(account) = account {
            let index = graph.account_of(account)?;
            return Some(Grantee::Account(
                self.callers().by_account[index.index()].clone(),
            ));
        }
        let arn: Arn = text.parse().ok()?;
        if let Some(role) = self.foreign_named(&arn) {
            return Some(Grantee::Principals(Planes::certain(
                self.callers().of_role(role),
            )));
        }
        let named = self.limited(&NamedPrincipal::aws(arn.as_str()));
        let sessions = &self.callers().federated_users;
        Some(if arn.resource().starts_with("user/") {
            Grantee::User(named.clone().outside(sessions), named.within(sessions))
        } else {
            Grantee::Principals(named)
        })
    }

    fn foreign_named(&self, arn: &Arn) -> Option<PrincipalId> {
        // AWS shows `assumed-role/NAME` for grants to sessions of a role.
        let name = arn.resource().strip_prefix("assumed-role/")?;
        let account = self.graph().account_of(arn.account()?)?;
        if name.contains('/') {
            return None;
        }
        self.graph().role_named(account, name)
    }

    // An encryption context that the grant asks for is open unless given.
    fn constraint(&self, grant: &KeyGrant) -> Truth {
        // Source: KMS API Reference, GrantConstraints (DescribeKey and RetireGrant
        // take no encryption context; what is passed on to another grant is open).
        let action = self.ask.action.to_ascii_lowercase();
        match action.as_str() {
            "kms:describekey" | "kms:retiregrant" => return Truth::True,
            "kms:creategrant" if grant.constraint.is_some() => return Truth::Unknown,
            _ => {}
        }
        let (wanted, exact) = match &grant.constraint {
            None => return Truth::True,
            Some(EncryptionContext::Equals(wanted)) => (wanted, true),
            Some(EncryptionContext::Subset(wanted)) => (wanted, false),
        };
        let given = &self.ask.given;
        let pairs = wanted.iter().map(|(key, value)| {
            match given.get(&KeyName::new(&format!("kms:EncryptionContext:{key}"))) {
                Some(KeyState::Known(values)) => (values.as_slice() == [value.clone()]).into(),
                Some(KeyState::Absent) => Truth::False,
                Some(_) => Truth::Unknown,
                None if given.complete => Truth::False,
                None => Truth::Unknown,
            }
        });
        let all = Truth::all(pairs);
        let others = given.keys.iter().any(|(key, state)| {
            let name = key.behind("kms:encryptioncontext:");
            name.is_some_and(|name| !wanted.keys().any(|one| one.eq_ignore_ascii_case(name)))
                && matches!(state, KeyState::Known(_))
        });
        if exact && others { Truth::False } else { all }
    }
}
