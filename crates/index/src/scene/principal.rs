//! Resource-based policies: whom each statement names, and how.

use roaring::RoaringBitmap;
use whocan_graph::{DocumentId, PolicyId, PrincipalId, PrincipalKind};
use whocan_policy::catalogue::catalogue;
use whocan_policy::catalogue::facts::{resource_policy_of, takes_resource_policies};
use whocan_policy::{AccountId, Arn, Effect, NamedPrincipal, PrincipalClause, Truth};

use super::resource::Owner;
use super::statement::Resources;
use super::{AccessPointSide, Scene};
use crate::Planes;
use crate::facts::Line;
use crate::name::SessionName;

/// Whom the allow side of a resource-based policy names, by how it names them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    /// By user, session, service or wildcard: the grant stands alone.
    pub direct: Planes,
    /// By role, or by the user behind a federated session: limited by boundary and session policy.
    pub role: Planes,
    /// By account: delegates to the account's own policies.
    pub account: Planes,
}

impl Named {
    fn or(&mut self, other: &Named) {
        self.direct.or(&other.direct);
        self.role.or(&other.role);
        self.account.or(&other.account);
    }

    /// Returns those whom it names in any way.
    pub fn any(&self) -> Planes {
        let mut any = self.direct.clone();
        any.or(&self.role);
        any.or(&self.account);
        any
    }

    fn anything(set: &RoaringBitmap) -> Named {
        let open = Planes::open(set.clone());
        Named {
            direct: open.clone(),
            role: open.clone(),
            account: open,
        }
    }

    fn and(self, planes: &Planes) -> Named {
        Named {
            direct: self.direct.and(planes),
            role: self.role.and(planes),
            account: self.account.and(planes),
        }
    }
}

/// What is known of the resource's policy.
enum Policy {
    None,
    Document(DocumentId),
    /// Not collected: it may say anything.
    Unread,
}

impl Scene<'_> {
    /// Decides whom the resource side allows, ACLs included.
    pub fn resource_allows(&self) -> Named {
        let mut named = match self.resource_policy() {
            Policy::None => self.without_policy(),
            Policy::Unread if self.strict => {
                let unread = self.unread_by();
                let mut named = self
                    .without_policy()
                    .within(&(&self.callers().all - &unread));
                named.or(&Named::anything(&unread));
                named
            }
            Policy::Unread => self.without_policy(),
            Policy::Document(document) => self.named_by(document),
        };
        if self.owned_elsewhere() == Some(true) {
            named = Named::default();
        } else if self.owned_elsewhere().is_none() {
            named = named.doubted();
        }
        let acl = self.acl_allows();
        named.direct.or(&acl.direct);
        // What an ACL grants to single accounts stays (A28).
        let mut named = self.restricted(named);
        named.account.or(&acl.account);
        named
    }

    // For whom a resource may have a policy that was not collected: where it is
    // the caller's own, not for those whose account was collected whole.
    fn unread_by(&self) -> RoaringBitmap {
        let mut open = self.callers().all.clone();
        if self.target.owner == Owner::Caller {
            let all = self.graph().accounts().iter();
            for (account, members) in all.zip(&self.callers().by_account) {
                if account.complete {
                    open -= members;
                }
            }
        }
        open
    }

    // A key that has no policy has the default one, which enables its account (R169).
    fn without_policy(&self) -> Named {
        if !self.is_key() {
            return Named::default();
        }
        let members = match self.target.owner {
            Owner::Account(account) => self.of_account(account),
            Owner::Caller => {
                let mut all = RoaringBitmap::new();
                for members in &self.callers().by_account {
                    all |= members;
                }
                all
            }
            Owner::Unknown => RoaringBitmap::new(),
        };
        Named {
            account: Planes::certain(members),
            ..Named::default()
        }
    }

    /// Decides whom the resource's policy denies.
    pub fn resource_denies(&self) -> Planes {
        let graph = self.graph();
        let mut denied = match self.resource_policy() {
            Policy::None => Planes::default(),
            Policy::Unread if self.strict => Planes::open(self.unread_by()),
            Policy::Unread => Planes::default(),
            Policy::Document(document) if self.document(document).malformed => {
                Planes::open(self.callers().all.clone())
            }
            Policy::Document(document) => {
                let lines = self.index.facts.lines(graph, document);
                let mut denied = Planes::default();
                for line in lines.filter(|line| line.statement.effect == Some(Effect::Deny)) {
                    denied.or(&self.denied_by(line));
                }
                denied
            }
        };
        // The bucket owner's root may always mend the bucket policy (R134).
        if matches!(
            self.ask.action.to_ascii_lowercase().as_str(),
            "s3:getbucketpolicy" | "s3:putbucketpolicy" | "s3:deletebucketpolicy"
        ) {
            let (root, whole) = self.owner_root();
            denied = denied.outside(&root);
            denied.surely -= whole;
        }
        denied
    }

    // The root user of the owner, and the account as a whole that it may be one of.
    fn owner_root(&self) -> (RoaringBitmap, RoaringBitmap) {
        let Owner::Account(owner) = self.target.owner else {
            return Default::default();
        };
        let callers = self.callers();
        let index = self.graph().account_of(owner);
        let Some(own) = index.map(|index| &callers.by_account[index.index()]) else {
            return Default::default();
        };
        let foreign = own & &callers.foreign;
        (
            own & &callers.roots,
            foreign.iter().filter(|&id| self.is_whole(id)).collect(),
        )
    }

    /// Returns whether it is an account that was not collected, as a whole.
    pub fn is_whole(&self, id: u32) -> bool {
        let kind = &self.graph().principal(PrincipalId(id)).kind;
        matches!(kind, PrincipalKind::Foreign(_))
    }

    fn resource_policy(&self) -> Policy {
        let graph = self.graph();
        if self.is_trust()
            && let Some(role) = self
                .target
                .role
                .and_then(|role| graph.principal(role).role())
        {
            return self.read(role.trust);
        }
        if self.is_trust_call_on_unknown_role() {
            self.gap_seen.set(true);
            return Policy::Unread;
        }
        if self.target.arn.is_none() || !self.takes_policy() || self.ignores_resource_policy() {
            return Policy::None;
        }
        match self.target.carrier.map(|id| &graph.resource(id).policy) {
            Some(policy) => match self.known(policy) {
                Some(Some(policy)) => self.read(*policy),
                Some(None) => Policy::None,
                None => Policy::Unread,
            },
            None if self.target.collected => self.without_record(),
            None => {
                self.gap_seen.set(true);
                Policy::Unread
            }
        }
    }

    /// Returns whether the policy of the resource is left out of the question.
    ///
    /// What the snapshot does not have stays open: what it is is not known.
    pub fn ignores_resource_policy(&self) -> bool {
        let known = self.target.carrier.is_some();
        self.ask.ignoring.resource_policies && known && !self.is_key()
    }

    // A trust policy of a role that was not collected.
    fn is_trust_call_on_unknown_role(&self) -> bool {
        super::trust::is_session_call(&self.ask.action)
            && self.target.role.is_none()
            && !self.target.collected
    }

    // A collected kind without record has no policy; a key that does not exist grants nothing.
    fn without_record(&self) -> Policy {
        Policy::None
    }

    fn read(&self, policy: PolicyId) -> Policy {
        match self.graph().policy(policy).document {
            Some(document) => Policy::Document(document),
            None => {
                self.gap_seen.set(true);
                Policy::Unread
            }
        }
    }

    // Whether resources of this service can have policies at all (R122, R141).
    fn takes_policy(&self) -> bool {
        if self
            .target
            .carrier
            .is_some_and(|id| !self.graph().resource(id).policy.is_not())
        {
            return true;
        }
        let Some(arn) = self.arn() else {
            return false;
        };
        let types = catalogue().types_of_arn(arn.service(), arn.as_str());
        if types.is_empty() {
            return takes_resource_policies(arn.service());
        }
        types.iter().any(|&id| {
            resource_policy_of(arn.service(), catalogue().resource_type(id).name).is_some()
        })
    }

    fn named_by(&self, document: DocumentId) -> Named {
        if self.document(document).malformed {
            return Named::anything(&self.callers().all);
        }
        let mut named = Named::default();
        let lines = self.index.facts.lines(self.graph(), document);
        for line in lines.filter(|line| line.statement.effect == Some(Effect::Allow)) {
            named.or(&self.allowed_by(line));
        }
        named
    }

    fn allowed_by(&self, line: Line<'_>) -> Named {
        let statement = line.statement;
        if statement.covers_action(&self.ask.action) == Truth::False {
            return Named::default();
        }
        let named = match &statement.principal {
            Some(clause) if clause.negated => self.spared_by_allow(clause),
            Some(clause) => self.named(clause),
            // Nobody where one is needed; in a doubtful statement it may be anybody (R12, R13).
            None if statement.doubtful => Named::anything(&self.callers().all),
            None => Named::default(),
        };
        let set = named.any().possibly;
        let applies = self.applies(line, &set, self.implied_resources());
        named.and(&applies)
    }

    fn denied_by(&self, line: Line<'_>) -> Planes {
        let statement = line.statement;
        if statement.covers_action(&self.ask.action) == Truth::False {
            return Planes::default();
        }
        let named = match &statement.principal {
            Some(clause) if clause.negated => self.denied_unless_listed(clause),
            Some(clause) => self.named(clause).any(),
            None if statement.doubtful => Planes::open(self.callers().all.clone()),
            None => Planes::default(),
        };
        let applies = self.applies(line, &named.possibly, self.implied_resources());
        named.and(&applies)
    }

    // Role trust and ECR repository policies say no resource (R13).
    fn implied_resources(&self) -> Resources {
        if self.is_trust() || self.service == "ecr" || self.service == "ecr-public" {
            Resources::Implied
        } else {
            Resources::Expected
        }
    }

    fn named(&self, clause: &PrincipalClause) -> Named {
        let mut named = Named::default();
        for entry in &clause.entries {
            self.add(entry, &mut named);
        }
        named
    }

    /// Returns those whom an entry names, but not as members of an account.
    pub fn limited(&self, entry: &NamedPrincipal) -> Planes {
        let mut named = Named::default();
        self.add(entry, &mut named);
        named.direct.or(&named.role);
        named.direct
    }

    /// Returns those whom a principal element means in a statement with this effect.
    pub fn principals_of(&self, clause: &PrincipalClause, effect: Effect) -> Planes {
        match effect {
            Effect::Allow if clause.negated => self.spared_by_allow(clause).any(),
            Effect::Deny if clause.negated => self.denied_unless_listed(clause),
            _ => self.named(clause).any(),
        }
    }

    fn add(&self, entry: &NamedPrincipal, named: &mut Named) {
        let callers = self.callers();
        let graph = self.graph();
        match entry {
            NamedPrincipal::Everyone => {
                let tokens = &callers.oidc | &callers.saml;
                named.direct.or(&Planes::certain(&callers.all - &tokens));
                // Whether a wildcard covers web identity calls is not documented (A22).
                named.direct.or(&Planes::open(tokens));
            }
            NamedPrincipal::Account(account) => named.account.or(&self.members(*account)),
            NamedPrincipal::User(arn) => self.add_user(arn, named),
            NamedPrincipal::Role(arn) => self.add_role(arn, named),
            NamedPrincipal::Session {
                account, role, arn, ..
            } => {
                self.add_session(*account, role, arn, named);
            }
            NamedPrincipal::FederatedUser(arn) => {
                if let Some(id) = graph.principal_of(arn.as_str()) {
                    named.direct.or(&one(id));
                }
            }
            NamedPrincipal::Service(name) => {
                if let Some(id) = graph.principal_of(&format!("service:{name}")) {
                    named.direct.or(&one(id));
                }
            }
            NamedPrincipal::Federated(provider) => self.add_provider(provider, named),
            NamedPrincipal::CanonicalUser(id) => {
                named.account.or(&self.canonical(id));
            }
            NamedPrincipal::UniqueId(id) => self.add_unique_id(id, named),
            NamedPrincipal::Nobody(_) => {}
        }
    }

    // Everyone with credentials of the account.
    fn members(&self, account: AccountId) -> Planes {
        let members = self.graph().account_of(account);
        let members = members.map(|index| self.callers().by_account[index.index()].clone());
        Planes::certain(members.unwrap_or_default())
    }

    /// Returns everyone of the account that S3 knows by this id; of accounts
    /// whose own id was not collected, everyone perhaps (R27).
    pub fn canonical(&self, id: &str) -> Planes {
        let graph = self.graph();
        if let Some(account) = graph.account_of_canonical_id(id) {
            return self.members(graph.account(account).id);
        }
        let mut open = RoaringBitmap::new();
        for (account, members) in graph.accounts().iter().zip(&self.callers().by_account) {
            if account.canonical_id.is_none() {
                self.gap_seen.set(true);
                open |= members;
            }
        }
        Planes::open(open)
    }

    fn add_user(&self, arn: &Arn, named: &mut Named) {
        let graph = self.graph();
        let id = graph.principal_of(arn.as_str());
        if let Some(id) = id {
            named.direct.or(&one(id));
        }
        // The user's federated sessions are reached too, as limited grants (R132).
        if let Some(name) = self.ask.session.user.as_deref() {
            for session in &self.callers().federated_users {
                if id.is_some() && self.user_behind(PrincipalId(session), name) == id {
                    named.role.or(&one(PrincipalId(session)));
                }
            }
            let path = arn.resource().strip_suffix(name);
            if path.is_some_and(|path| path.ends_with('/')) {
                named.role.or(&Planes::open(self.foreign_federated(arn)));
            }
            return;
        }
        let account = arn.account().and_then(|account| graph.account_of(account));
        let Some(account) = account else {
            return;
        };
        // A user that a collected account does not have has no sessions.
        if id.is_some() || !graph.account(account).collected {
            let own = &self.callers().by_account[account.index()] & &self.callers().federated_users;
            named.role.or(&Planes::open(own));
        }
    }

    // Federated sessions in the account of a user that was not collected: from
    // a user's name alone its path is not known (R59).
    fn foreign_federated(&self, user: &Arn) -> RoaringBitmap {
        let callers = self.callers();
        let all = &callers.federated_users & &callers.foreign;
        let same = |id: &u32| {
            let session = self.graph().principal(PrincipalId(*id)).arn.parse::<Arn>();
            session.is_ok_and(|session| {
                session.account() == user.account() && session.partition() == user.partition()
            })
        };
        all.iter().filter(same).collect()
    }

    fn add_role(&self, arn: &Arn, named: &mut Named) {
        let graph = self.graph();
        match graph.principal_of(arn.as_str()) {
            Some(id) if graph.principal(id).role().is_some() => {
                named.role.or(&Planes::certain(self.callers().of_role(id)));
            }
            found => {
                if let Some(id) = found {
                    named.role.or(&one(id));
                }
                named.role.or(&Planes::open(self.foreign_sessions(arn)));
            }
        }
    }

    // Named sessions of a foreign role: its path is not known from them.
    fn foreign_sessions(&self, role: &Arn) -> RoaringBitmap {
        let name = role.as_str().rsplit('/').next().unwrap_or_default();
        let graph = self.graph();
        let mut sessions = RoaringBitmap::new();
        for id in &self.callers().foreign {
            let arn = &graph.principal(PrincipalId(id)).arn;
            let Ok(arn) = arn.parse::<Arn>() else {
                continue;
            };
            let session = arn.resource().strip_prefix("assumed-role/");
            let same = session.and_then(|session| session.split('/').next()) == Some(name);
            if same && arn.account() == role.account() {
                sessions.insert(id);
            }
        }
        sessions
    }

    fn add_session(&self, account: AccountId, role: &str, arn: &Arn, named: &mut Named) {
        let graph = self.graph();
        if let Some(id) = graph.principal_of(arn.as_str()) {
            named.direct.or(&one(id));
        }
        let Some(account) = graph.account_of(account) else {
            return;
        };
        // A chain may have fixed the name.
        let asked = arn.resource().rsplit('/').next().unwrap_or_default();
        match self.state.and_then(|state| state.name.as_ref()) {
            Some(SessionName::Literal(fixed)) => {
                let same = *fixed == asked;
                if let Some(id) = graph.role_named(account, role).filter(|_| same) {
                    named.direct.or(&one(id));
                }
                return;
            }
            Some(SessionName::Other(names)) if names.iter().any(|name| name == asked) => return,
            Some(SessionName::Other(_)) | None => {}
        }
        // Whoever assumes the role chooses the session's name (R23).
        if let Some(id) = graph.role_named(account, role) {
            named.direct.or(&Planes::open([id.0].into_iter().collect()));
            return;
        }
        for id in graph.principals_of(account) {
            let principal = graph.principal(PrincipalId(id));
            let foreign_role = matches!(principal.kind, PrincipalKind::ForeignNamed(_))
                && principal.arn.contains(":role/")
                && principal.arn.rsplit('/').next() == Some(role);
            if foreign_role {
                named.direct.or(&Planes::open([id].into_iter().collect()));
            }
        }
    }

    // A provider of the role's own account that exists, or a built-in domain (R26).
    fn add_provider(&self, provider: &str, named: &mut Named) {
        let graph = self.graph();
        let Some(role) = self.target.role.filter(|_| self.is_trust()) else {
            return;
        };
        let exists = if provider.starts_with("arn:") {
            self.provider_exists(role, provider)
        } else {
            Truth::True
        };
        let id = if let Some((_, issuer)) = provider.split_once(":oidc-provider/") {
            graph.principal_of(&format!("oidc:{issuer}"))
        } else if provider.starts_with("arn:") {
            graph.principal_of(&format!("saml:{provider}"))
        } else {
            graph.principal_of(&format!("oidc:{provider}"))
        };
        if let Some(id) = id {
            named
                .direct
                .or(&Planes::uniform(exists, &[id.0].into_iter().collect()));
        }
        // Identity Center makes itself a provider in each account (R222).
        // Source: Using service-linked roles, IAM Identity Center User Guide.
        if provider.contains(":saml-provider/AWSSSO_") {
            let users = &self.callers().identity_center;
            named.direct.or(&Planes::uniform(exists, users));
        }
    }

    fn provider_exists(&self, role: PrincipalId, provider: &str) -> Truth {
        let graph = self.graph();
        let Some(account) = graph
            .principal(role)
            .account
            .map(|index| graph.account(index))
        else {
            return Truth::Unknown;
        };
        let owner = provider.parse::<Arn>().ok().and_then(|arn| arn.account());
        if owner != Some(account.id) {
            return Truth::False;
        }
        let list = if provider.contains(":saml-provider/") {
            &account.saml_providers
        } else {
            &account.oidc_providers
        };
        match self.known(list) {
            Some(all) => all.iter().any(|arn| **arn == *provider).into(),
            None => Truth::Unknown,
        }
    }

    // The id of a live identity is that identity; any other is dead (R30).
    fn add_unique_id(&self, id: &str, named: &mut Named) {
        let graph = self.graph();
        match graph.principal_of_unique_id(id) {
            Some(id) if graph.principal(id).role().is_some() => {
                named.role.or(&Planes::certain(self.callers().of_role(id)));
            }
            Some(id) => match graph.principal(id).arn.parse() {
                Ok(arn) => self.add_user(&arn, named),
                Err(_) => named.direct.or(&one(id)),
            },
            None => {}
        }
    }

    // Allow with NotPrincipal: listed principals get nothing, what others get is open (R36).
    fn spared_by_allow(&self, clause: &PrincipalClause) -> Named {
        let listed = self.named(clause).any();
        let others = Planes::certain(self.callers().all.clone()).and_not(&listed);
        Named::anything(&others.possibly)
    }

    // Deny with NotPrincipal: everyone but the listed (R33 to R35).
    fn denied_unless_listed(&self, clause: &PrincipalClause) -> Planes {
        let listed = self.named(clause);
        let bounded = self.bounded();
        let mut denied = Planes::default();
        for id in &self.callers().all {
            let caller = PrincipalId(id);
            let truth = self.misses(caller, &listed) | bounded.of(caller);
            denied.or(&Planes::uniform(truth, &[id].into_iter().collect()));
        }
        denied
    }

    // Whether NotPrincipal fails to spare the caller: none of what it must
    // list is listed, all of it is, or a part (R33, R34).
    fn misses(&self, caller: PrincipalId, listed: &Named) -> Truth {
        let direct = listed.direct.of(caller);
        let role = listed.role.of(caller);
        let account = listed.account.of(caller);
        if self.everyone_listed(listed) {
            return Truth::False;
        }
        let needed: &[Truth] = match &self.graph().principal(caller).kind {
            PrincipalKind::User(_) => &[direct, account],
            PrincipalKind::Role(..)
            | PrincipalKind::Session { .. }
            | PrincipalKind::FederatedUser { .. } => &[direct, role, account],
            PrincipalKind::Root => &[account],
            PrincipalKind::Foreign(_) | PrincipalKind::ForeignNamed(_) => {
                let some = direct | role | account;
                return if some == Truth::False {
                    Truth::True
                } else {
                    Truth::Unknown
                };
            }
            _ => &[direct],
        };
        let all = Truth::all(needed.iter().copied());
        let any = Truth::any(needed.iter().copied());
        match (all, any) {
            (Truth::True, _) => Truth::False,
            (_, Truth::False) => Truth::True,
            _ => Truth::Unknown,
        }
    }

    fn everyone_listed(&self, listed: &Named) -> bool {
        let anonymous = self.callers().anonymous.min();
        anonymous.is_some_and(|id| listed.direct.surely.contains(id))
    }

    /// Returns whether this pass is the access point's own.
    pub fn at_access_point(&self) -> bool {
        self.through == Some(AccessPointSide::AccessPoint)
    }
}

impl Named {
    fn doubted(self) -> Named {
        Named {
            direct: self.direct.doubted(),
            role: self.role.doubted(),
            account: self.account.doubted(),
        }
    }

    /// Returns the part about the principals of `set`.
    pub fn within(self, set: &RoaringBitmap) -> Named {
        Named {
            direct: self.direct.within(set),
            role: self.role.within(set),
            account: self.account.within(set),
        }
    }
}

fn one(id: PrincipalId) -> Planes {
    Planes::certain([id.0].into_iter().collect())
}
