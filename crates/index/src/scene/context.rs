//! What is known of each context key for one caller.
//!
//! Sources: AWS global condition context keys; IAM and AWS STS condition
//! context keys; Service Authorization Reference (all read 2026-11-24).

use whocan_graph::{AccountIndex, Collected, Membership, PrincipalId, PrincipalKind};
use whocan_policy::catalogue::facts::{
    EndpointKey, carries_resource_account, lacks_tags_of_resource, region_of_global_service,
    supports_endpoint_key,
};
use whocan_policy::catalogue::{KeyCarriage, catalogue};
use whocan_policy::{AccountId, Assume, KeyName, KeyState, Precedence, Truth};
use whocan_snapshot::{Detail, Tag};

use super::resource::Owner;
use super::{AccessPointSide, Scene, key_state};
use crate::facts::About;
use crate::state::{Fixed, FixedTag, is_other};

pub(super) fn known(text: impl Into<String>) -> KeyState {
    KeyState::Known(vec![text.into()])
}

impl Scene<'_> {
    /// Returns what the state of a key that is about `about` depends on in this question.
    pub fn about(&self, key: &KeyName, about: About) -> About {
        match about {
            // Callers' tags may take the place of the role's (R224).
            About::Question if self.is_trust() && key.as_lower().contains(":resourcetag/") => {
                About::Both
            }
            // A call without ARN is made in the caller's partition (R116).
            About::Question
                if key.as_lower() == "aws:requestedregion"
                    && self.target.arn.is_none()
                    && self.index.base.partitions.len() > 1 =>
            {
                About::Both
            }
            About::Question => About::Question,
            _ if self.given_first(key).is_some() => About::Question,
            About::Owner if matches!(self.target.owner, Owner::Account(_)) => About::Question,
            About::Caller if self.speaks_of(key) => About::Both,
            about => about,
        }
    }

    // Whether the question itself says something about a key of the caller.
    fn speaks_of(&self, key: &KeyName) -> bool {
        let session = &self.ask.session;
        self.ask.given.complete
            || self.ask.given.get(key).is_some()
            || session.tags.is_some()
            || session.user.is_some()
            || !session.transitive.is_empty()
            || session.source_identity.is_some()
            || self.state.is_some_and(|state| {
                key.as_lower() == "aws:sourceidentity" || state.speaks_of_session()
            })
    }

    /// Returns what is known of `key` in requests of `caller`.
    pub fn state_of(&self, key: &KeyName, caller: PrincipalId) -> KeyState {
        if let Some(state) = self.given_first(key) {
            return state.clone();
        }
        let implied = self.implied(key, caller);
        match self.ask.given.get(key) {
            Some(given) if self.is_default(key.as_lower()) => given.clone(),
            // What is said holds for the callers that can carry it, not for a
            // whole account.
            _ if self.is_of_some(key, caller) => implied,
            Some(given) if key_state::fits(&implied, given) => given.clone(),
            _ if self.ask.given.complete => match implied {
                KeyState::Unknown | KeyState::Present => KeyState::Absent,
                state if is_other(&state) => KeyState::Absent,
                KeyState::OneOf(states) if states.contains(&KeyState::Absent) => KeyState::Absent,
                known => known,
            },
            _ => implied,
        }
    }

    fn is_of_some(&self, key: &KeyName, caller: PrincipalId) -> bool {
        let whole = matches!(self.kind(caller), PrincipalKind::Foreign(_));
        whole && self.about(key, About::of(key)) != About::Question
    }

    // A direct call over TLS, unless the question says otherwise (R5, R6);
    // a request without tags where the action lists none (R118).
    fn is_default(&self, name: &str) -> bool {
        if name == "aws:tagkeys" || name.starts_with("aws:requesttag/") {
            return !self.gives_session() && !self.carries(name);
        }
        match name {
            "aws:securetransport"
            | "aws:viaawsservice"
            | "aws:calledvia"
            | "aws:calledviafirst"
            | "aws:calledvialast"
            | "aws:calledviaawsmcp"
            | "aws:viaawsmcpservice"
            | "aws:ismcpserviceaction" => true,
            "kms:viaservice" => self.service == "kms",
            "s3:dataaccesspointarn"
            | "s3:dataaccesspointaccount"
            | "s3:accesspointnetworkorigin" => {
                self.service == "s3" && self.ask.access_point.is_none()
            }
            _ => false,
        }
    }

    fn given_first(&self, key: &KeyName) -> Option<&KeyState> {
        let first = self.ask.precedence == Precedence::Given;
        first.then(|| self.ask.given.get(key)).flatten()
    }

    fn implied(&self, key: &KeyName, caller: PrincipalId) -> KeyState {
        let name = key.as_lower();
        if let Some(state) = self.about_caller(key, name, caller) {
            return state;
        }
        if let Some(state) = self.about_resource(key, name, caller) {
            return state;
        }
        if let Some(state) = self.about_request(key, name, caller) {
            return state;
        }
        self.of_service(key, caller)
    }

    // Keys about the caller (R101 to R106, R109 to R113, R119).
    fn about_caller(&self, key: &KeyName, name: &str, caller: PrincipalId) -> Option<KeyState> {
        if let Some(tag) = key.behind("aws:principaltag/") {
            return Some(self.principal_tag(tag, caller));
        }
        let state = match name {
            "aws:principalarn" => self.principal_arn(caller),
            "aws:principalaccount" => self.principal_account(caller),
            "aws:principaltype" => self.principal_type(caller),
            "aws:principalorgid" => self.principal_org(caller, "", |_, id| known(id)),
            "aws:principalorgpaths" => {
                self.principal_org(caller, "/*", |scene, _| scene.org_path(caller))
            }
            "aws:principalisawsservice" => self.is_service(caller),
            "aws:principalservicename" => self.service_name(caller),
            "aws:principalservicenameslist" => self.service_names(caller),
            "aws:userid" => self.user_id(caller),
            "aws:username" => self.user_name(caller),
            "aws:federatedprovider" => self.federated_provider(caller),
            "aws:sourceidentity" => self.source_identity(caller),
            "aws:multifactorauthpresent" => self.mfa(caller, true),
            "aws:multifactorauthage" => self.mfa(caller, false),
            "aws:tokenissuetime" => self.token_issue_time(caller),
            // Sessions of `sts:AssumeRoot` are no caller that can be asked about.
            "aws:assumedroot" => KeyState::Absent,
            _ => return self.delivered(name, caller),
        };
        Some(state)
    }

    fn kind(&self, caller: PrincipalId) -> &PrincipalKind {
        &self.graph().principal(caller).kind
    }

    fn account_of(&self, caller: PrincipalId) -> Option<AccountIndex> {
        self.graph().principal(caller).account
    }

    fn account_id(&self, caller: PrincipalId) -> Option<AccountId> {
        self.account_of(caller)
            .map(|account| self.graph().account(account).id)
    }

    fn unless_foreign(&self, caller: PrincipalId) -> KeyState {
        match self.kind(caller) {
            PrincipalKind::Foreign(_) => KeyState::Unknown,
            PrincipalKind::ForeignNamed(_) if self.is_foreign_session(caller) => KeyState::Unknown,
            _ => KeyState::Absent,
        }
    }

    // A role of an account that was not collected, or one session of it.
    fn is_foreign_session(&self, caller: PrincipalId) -> bool {
        let callers = self.callers();
        callers.foreign.contains(caller.0) && callers.sessions.contains(caller.0)
    }

    // A session's ARN is its role's (R37).
    fn principal_arn(&self, caller: PrincipalId) -> KeyState {
        let principal = self.graph().principal(caller);
        match &principal.kind {
            PrincipalKind::Session { role, .. } => known(&*self.graph().principal(*role).arn),
            PrincipalKind::Anonymous => KeyState::Absent,
            PrincipalKind::Service
            | PrincipalKind::Oidc { .. }
            | PrincipalKind::Saml
            | PrincipalKind::IdentityCenterUser { .. } => KeyState::Unknown,
            PrincipalKind::Foreign(_) => KeyState::Present,
            // The path of a role that was not collected is not known.
            PrincipalKind::ForeignNamed(_) if principal.arn.contains(":assumed-role/") => {
                let account = principal.arn.replacen(":sts:", ":iam:", 1);
                let account = account.split(":assumed-role/").next().unwrap_or_default();
                KeyState::Prefix(format!("{account}:role/"))
            }
            _ => known(&*principal.arn),
        }
    }

    fn principal_account(&self, caller: PrincipalId) -> KeyState {
        match (self.kind(caller), self.account_id(caller)) {
            (PrincipalKind::Anonymous, _) => known("anonymous"),
            (_, Some(account)) => known(account.to_string()),
            (_, None) => KeyState::Unknown,
        }
    }

    fn principal_type(&self, caller: PrincipalId) -> KeyState {
        let principal = self.graph().principal(caller);
        match &principal.kind {
            PrincipalKind::User(_) => known("User"),
            PrincipalKind::Role(..) | PrincipalKind::Session { .. } => known("AssumedRole"),
            PrincipalKind::Root => known("Account"),
            PrincipalKind::FederatedUser { .. } => known("FederatedUser"),
            PrincipalKind::Anonymous => known("Anonymous"),
            PrincipalKind::ForeignNamed(_) => match principal.arn.split(':').nth(5) {
                Some(resource) if resource.starts_with("user/") => known("User"),
                Some(resource) if resource.starts_with("federated-user/") => known("FederatedUser"),
                _ => known("AssumedRole"),
            },
            PrincipalKind::Foreign(_) => KeyState::Present,
            PrincipalKind::Service
            | PrincipalKind::Oidc { .. }
            | PrincipalKind::Saml
            | PrincipalKind::IdentityCenterUser { .. } => KeyState::Unknown,
        }
    }

    fn principal_org(
        &self,
        caller: PrincipalId,
        beneath: &str,
        of: impl Fn(&Self, &str) -> KeyState,
    ) -> KeyState {
        let Some(account) = self.account_of(caller) else {
            return KeyState::Absent;
        };
        self.org_of(account, beneath, |id| of(self, id))
    }

    // `beneath` ends the pattern of what the key can be inside of the organization.
    fn org_of(
        &self,
        account: AccountIndex,
        beneath: &str,
        of: impl Fn(&str) -> KeyState,
    ) -> KeyState {
        match (
            self.graph().account(account).membership,
            self.graph().organization(),
        ) {
            (Membership::Member | Membership::Management, Some(organization)) => {
                of(&organization.id)
            }
            (Membership::Outside, _) => KeyState::Absent,
            _ => self.org_of_stranger(beneath),
        }
    }

    // An account that no whole list of the organization has belongs to another, or to none.
    // Source: AWS Organizations API Reference, ListAccounts, read 2026-11-25.
    fn org_of_stranger(&self, beneath: &str) -> KeyState {
        let organization = self.graph().organization();
        match organization.filter(|organization| organization.all_accounts) {
            Some(organization) => KeyState::OneOf(vec![
                KeyState::Absent,
                KeyState::Outside(format!("{}{beneath}", organization.id)),
            ]),
            None => KeyState::Unknown,
        }
    }

    fn org_path(&self, caller: PrincipalId) -> KeyState {
        self.account_of(caller)
            .map_or(KeyState::Absent, |account| self.path_of(account))
    }

    fn path_of(&self, account: AccountIndex) -> KeyState {
        match self.graph().organization_path(account) {
            Collected::Yes(Some(path)) => known(path),
            Collected::Yes(None) => KeyState::Absent,
            Collected::Not => {
                self.gap_seen.set(true);
                KeyState::Present
            }
        }
    }

    fn is_service(&self, caller: PrincipalId) -> KeyState {
        match self.kind(caller) {
            PrincipalKind::Service => known("true"),
            PrincipalKind::Anonymous => KeyState::Absent,
            // Documented for signed calls only; true is for services alone.
            PrincipalKind::Oidc { .. }
            | PrincipalKind::Saml
            | PrincipalKind::IdentityCenterUser { .. } => {
                KeyState::OneOf(vec![KeyState::Absent, known("false")])
            }
            _ => known("false"),
        }
    }

    fn service_name(&self, caller: PrincipalId) -> KeyState {
        let arn = &self.graph().principal(caller).arn;
        match self.kind(caller) {
            PrincipalKind::Service => known(arn.trim_start_matches("service:")),
            _ => KeyState::Absent,
        }
    }

    fn service_names(&self, caller: PrincipalId) -> KeyState {
        match self.kind(caller) {
            PrincipalKind::Service => KeyState::Present,
            _ => KeyState::Absent,
        }
    }

    fn user_id(&self, caller: PrincipalId) -> KeyState {
        let graph = self.graph();
        match self.kind(caller) {
            PrincipalKind::User(identity) if identity.id.is_empty() => KeyState::Present,
            PrincipalKind::User(identity) => known(&*identity.id),
            PrincipalKind::Role(identity, _) if identity.id.is_empty() => KeyState::Present,
            PrincipalKind::Role(identity, _) => {
                match self.state.and_then(|state| state.name.as_ref()) {
                    Some(name) => name.key_state(&format!("{}:", identity.id)),
                    None => KeyState::Prefix(format!("{}:", identity.id)),
                }
            }
            PrincipalKind::Session { role, name } => match graph.principal(*role).identity() {
                Some(identity) if !identity.id.is_empty() => {
                    known(format!("{}:{name}", identity.id))
                }
                _ => KeyState::Present,
            },
            PrincipalKind::FederatedUser { name } => match self.account_id(caller) {
                Some(account) => known(format!("{account}:{name}")),
                None => KeyState::Present,
            },
            PrincipalKind::Root => self
                .account_id(caller)
                .map_or(KeyState::Present, |id| known(id.to_string())),
            PrincipalKind::Anonymous => known("anonymous"),
            PrincipalKind::ForeignNamed(_) => self.foreign_user_id(caller),
            PrincipalKind::Foreign(_) => KeyState::Present,
            PrincipalKind::Service
            | PrincipalKind::Oidc { .. }
            | PrincipalKind::Saml
            | PrincipalKind::IdentityCenterUser { .. } => KeyState::Unknown,
        }
    }

    // Of what was not collected only a federated session tells its id (R103).
    fn foreign_user_id(&self, caller: PrincipalId) -> KeyState {
        let arn = &self.graph().principal(caller).arn;
        match (arn.split_once(":federated-user/"), self.account_id(caller)) {
            (Some((_, name)), Some(account)) => known(format!("{account}:{name}")),
            _ => KeyState::Present,
        }
    }

    fn user_name(&self, caller: PrincipalId) -> KeyState {
        let principal = self.graph().principal(caller);
        match &principal.kind {
            PrincipalKind::User(identity) => known(&*identity.name),
            PrincipalKind::Foreign(_) => KeyState::Unknown,
            PrincipalKind::ForeignNamed(_) if principal.arn.contains(":user/") => {
                known(principal.arn.rsplit('/').next().unwrap_or_default())
            }
            _ => KeyState::Absent,
        }
    }

    fn federated_provider(&self, caller: PrincipalId) -> KeyState {
        match self.role_of(caller) {
            Some(role) if self.index.trust_facts(role).federated => KeyState::Unknown,
            _ => self.unless_foreign(caller),
        }
    }

    fn source_identity(&self, caller: PrincipalId) -> KeyState {
        if let Some(carried) = self.state.and_then(|state| state.carried.as_ref())
            && self.role_of(caller).is_some()
        {
            return carried.key_state();
        }
        match self.role_of(caller) {
            Some(role) => match &self.ask.session.source_identity {
                Some(text) => known(text.as_str()),
                None if self.index.trust_facts(role).sets_source_identity => KeyState::Unknown,
                None => KeyState::Absent,
            },
            None => match &self.ask.session.source_identity {
                Some(text) if self.is_foreign_session(caller) => known(text.as_str()),
                _ => self.unless_foreign(caller),
            },
        }
    }

    // Only a user's own call can carry MFA; what AssumeRole hands out cannot (R112).
    fn mfa(&self, caller: PrincipalId, presence: bool) -> KeyState {
        match self.credentials(caller) {
            Credentials::Any | Credentials::LongTerm => KeyState::Unknown,
            Credentials::OfRole if presence => {
                KeyState::OneOf(vec![KeyState::Absent, known("false")])
            }
            _ => KeyState::Absent,
        }
    }

    fn token_issue_time(&self, caller: PrincipalId) -> KeyState {
        match self.credentials(caller) {
            Credentials::OfRole | Credentials::Federated => KeyState::Present,
            Credentials::Any | Credentials::LongTerm | Credentials::OfService => KeyState::Unknown,
            Credentials::None => KeyState::Absent,
        }
    }

    fn credentials(&self, caller: PrincipalId) -> Credentials {
        let callers = self.callers();
        match self.kind(caller) {
            PrincipalKind::Foreign(_) => Credentials::Any,
            PrincipalKind::Service => Credentials::OfService,
            _ if callers.sessions.contains(caller.0) => Credentials::OfRole,
            _ if callers.federated_users.contains(caller.0) => Credentials::Federated,
            _ if callers.users.contains(caller.0) || callers.roots.contains(caller.0) => {
                Credentials::LongTerm
            }
            _ => Credentials::None,
        }
    }

    fn principal_tag(&self, tag: &str, caller: PrincipalId) -> KeyState {
        match self.kind(caller) {
            PrincipalKind::Foreign(_) => KeyState::Unknown,
            _ => match self.credentials(caller) {
                Credentials::OfRole | Credentials::Federated => self.session_tag(tag, caller),
                Credentials::LongTerm if self.callers().users.contains(caller.0) => {
                    self.own_tag(Some(caller), tag)
                }
                _ => KeyState::Absent,
            },
        }
    }

    // Tags that were passed take the place of the role's or the user's (R106).
    fn session_tag(&self, tag: &str, caller: PrincipalId) -> KeyState {
        let own = || match self.role_of(caller) {
            Some(role) => self.own_tag(Some(role), tag),
            None => self.tag_behind(caller, tag),
        };
        let may_be_tagged = match self.role_of(caller) {
            Some(role) => self.index.trust_facts(role).tags_sessions,
            None => true,
        };
        if let Some(carried) = self.transitive_tag(tag) {
            return carried;
        }
        match self.passed_tags() {
            Some(tags) => passed(tags, tag).unwrap_or_else(own),
            None if may_be_tagged => KeyState::Unknown,
            None => own(),
        }
    }

    // The tags that were passed to the calling session, where all are known.
    fn passed_tags(&self) -> Option<&[(String, String)]> {
        let in_chain = self.state.and_then(|state| state.tags.as_deref());
        let asked = self.ask.session.tags.as_deref();
        let none = self.ask.given.complete.then_some(&[][..]);
        in_chain.or(asked).or(none)
    }

    // The value of a tag that the calling session passes on whatever it calls (R210).
    fn transitive_tag(&self, tag: &str) -> Option<KeyState> {
        let in_chain = self.state.iter().flat_map(|state| &state.transitive);
        if let Some(value) = fixed_tag(in_chain, tag) {
            return Some(value.key_state());
        }
        let session = &self.ask.session;
        let mut keys = session.transitive.iter();
        keys.find(|key| key.eq_ignore_ascii_case(tag))?;
        let tags = session.tags.as_deref().unwrap_or_default();
        Some(passed(tags, tag).unwrap_or(KeyState::Present))
    }

    // The user behind a federated session, or who is not known.
    fn behind(&self, session: PrincipalId) -> Option<PrincipalId> {
        let name = self.ask.session.user.as_deref()?;
        self.user_behind(session, name)
    }

    // A collected account that has no such user has no tags of it either (R1).
    fn tag_behind(&self, session: PrincipalId, tag: &str) -> KeyState {
        let said = self.ask.session.user.is_some();
        let user = self.behind(session);
        let user = user.filter(|&id| self.graph().principal(id).identity().is_some());
        match user {
            None if said && !self.callers().foreign.contains(session.0) => KeyState::Absent,
            user => self.own_tag(user, tag),
        }
    }

    fn own_tag(&self, identity: Option<PrincipalId>, tag: &str) -> KeyState {
        let identity = identity.and_then(|id| self.graph().principal(id).identity());
        identity.map_or(KeyState::Unknown, |identity| self.tag(&identity.tags, tag))
    }

    fn tag(&self, tags: &Collected<Vec<Tag>>, tag: &str) -> KeyState {
        match self.known(tags) {
            Some(tags) => find_tag(tags, tag),
            None => KeyState::Unknown,
        }
    }

    // Keys that a service sets in the sessions that it hands out (R119).
    fn delivered(&self, name: &str, caller: PrincipalId) -> Option<KeyState> {
        if name == "identitystore:userid" {
            return Some(if self.may_be_of_identity_center(caller) {
                KeyState::Unknown
            } else {
                KeyState::Absent
            });
        }
        let service = deliverer(name)?;
        let handed_out = self.role_of(caller).is_some_and(|role| {
            let facts = self.index.trust_facts(role);
            facts.any_service || facts.services.iter().any(|trusted| **trusted == *service)
        });
        if handed_out {
            return Some(KeyState::Unknown);
        }
        // `glue:` and `codebuild:` are also keys of the services' own actions.
        let own = |service: &str| name.starts_with(service) && self.service == service;
        if own("glue") || own("codebuild") {
            return None;
        }
        Some(self.unless_foreign(caller))
    }

    // Its roles have a path of their own, and a name that nobody else may give.
    // Source: Referencing permission sets in resource policies, IAM Identity Center User Guide.
    fn may_be_of_identity_center(&self, caller: PrincipalId) -> bool {
        let graph = self.graph();
        if let Some(role) = self.role_of(caller) {
            let facts = graph.principal(role).role();
            return facts.is_some_and(|facts| facts.identity_center);
        }
        match self.kind(caller) {
            PrincipalKind::Foreign(_) => true,
            PrincipalKind::ForeignNamed(_) => {
                let resource = graph.principal(caller).arn.split(':').nth(5);
                let names = resource.unwrap_or_default().split('/').skip(1);
                self.is_foreign_session(caller)
                    && names
                        .into_iter()
                        .any(|name| name.starts_with("AWSReservedSSO_"))
            }
            _ => false,
        }
    }

    // Keys about the resource (R107, R108, R116).
    fn about_resource(&self, key: &KeyName, name: &str, caller: PrincipalId) -> Option<KeyState> {
        if let Some((service, _)) = name.split_once(":resourcetag/") {
            let tag = key.behind(&format!("{service}:resourcetag/"))?;
            let listed = || self.carriage(name) == Some(KeyCarriage::Listed);
            if service != "aws" && service != self.service && !listed() {
                return None;
            }
            return Some(self.resource_tag(name, tag, caller));
        }
        if let Some(tag) = key.behind("s3:existingobjecttag/") {
            let record = self.target.object_record().filter(|_| self.carries(name))?;
            let tags = self.graph().resource(record).tags.known()?;
            return Some(find_tag(tags, tag));
        }
        if let Some(tag) = key.behind("s3:buckettag/") {
            return Some(self.resource_tag(name, tag, caller));
        }
        match name {
            "aws:resourceaccount" | "aws:resourceorgid" | "aws:resourceorgpaths"
                if !carries_resource_account(&self.ask.action) =>
            {
                Some(KeyState::Absent)
            }
            "s3:resourceaccount" if self.service != "s3" => None,
            "aws:resourceaccount" | "s3:resourceaccount" => Some(match self.owner_of(caller) {
                Some(account) => known(account.to_string()),
                None => self.gap_key(),
            }),
            "aws:resourceorgid" => Some(self.owner_org(caller, "", |_, _, id| known(id))),
            "aws:resourceorgpaths" => {
                Some(self.owner_org(caller, "/*", |scene, account, _| scene.path_of(account)))
            }
            "aws:requestedregion" => Some(self.requested_region(caller)),
            "kms:resourcealiases" if self.service == "kms" => Some(self.aliases()),
            _ => None,
        }
    }

    fn aliases(&self) -> KeyState {
        let record = self.target.record.map(|id| self.graph().resource(id));
        match record.map(|record| &record.detail) {
            Some(Detail::Key(key)) => match self.known(&key.aliases) {
                Some(aliases) if aliases.is_empty() => KeyState::Absent,
                Some(aliases) => KeyState::Known(aliases.clone()),
                None => KeyState::Unknown,
            },
            _ if self.target.collected => KeyState::Absent,
            _ => self.gap_unknown(),
        }
    }

    fn gap_unknown(&self) -> KeyState {
        self.gap_seen.set(true);
        KeyState::Unknown
    }

    fn gap_key(&self) -> KeyState {
        self.gap_seen.set(true);
        KeyState::Present
    }

    /// Returns the account that owns the resource, as far as it is known.
    pub fn owner_of(&self, caller: PrincipalId) -> Option<AccountId> {
        match self.target.owner {
            Owner::Account(account) => Some(account),
            Owner::Caller => self.account_id(caller),
            Owner::Unknown if self.strict => {
                self.gap_seen.set(true);
                None
            }
            Owner::Unknown => self.account_id(caller),
        }
    }

    fn owner_org(
        &self,
        caller: PrincipalId,
        beneath: &str,
        of: impl Fn(&Self, AccountIndex, &str) -> KeyState,
    ) -> KeyState {
        let Some(owner) = self.owner_of(caller) else {
            return KeyState::Unknown;
        };
        match self.graph().account_of(owner) {
            Some(account) => self.org_of(account, beneath, |id| of(self, account, id)),
            None => self.org_of_stranger(beneath),
        }
    }

    fn resource_tag(&self, name: &str, tag: &str, caller: PrincipalId) -> KeyState {
        if lacks_tags_of_resource(&self.ask.action, name) || !self.carries(name) {
            return KeyState::Absent;
        }
        if self.service == "s3" {
            match self.abac() {
                Truth::False => return KeyState::Absent,
                Truth::Unknown => return KeyState::Unknown,
                Truth::True => {}
            }
        }
        // The caller's transitive tags override the role's in a trust policy (R224).
        if self.is_trust()
            && self.holds_state(caller)
            && let Some(carried) = self.transitive_tag(tag)
        {
            return carried;
        }
        if self.is_trust() && self.passed_tags().is_none() && self.may_tag(caller) {
            return KeyState::Unknown;
        }
        let own = match self.target.tags(self.graph()) {
            Collected::Yes(tags) => find_tag(tags, tag),
            Collected::Not => {
                self.gap_seen.set(true);
                KeyState::Unknown
            }
        };
        // A whole account also stands for sessions in it that carry the tag.
        let carried = self.transitive_tag(tag).filter(|_| self.is_trust());
        if carried.is_some_and(|carried| carried != own) && self.whole_accounts().contains(caller.0)
        {
            return KeyState::Unknown;
        }
        own
    }

    // Tags of buckets count only where the bucket says so (R107).
    fn abac(&self) -> Truth {
        let Some(bucket) = self.target.bucket(self.graph()) else {
            if self.target.collected || self.at_access_point() {
                return Truth::False;
            }
            self.gap_seen.set(true);
            return if self.strict {
                Truth::Unknown
            } else {
                Truth::False
            };
        };
        match self.known(&bucket.abac) {
            Some(on) => (*on).into(),
            None if self.strict => Truth::Unknown,
            None => Truth::False,
        }
    }

    // Whether transitive tags of the calling session may take the place of the
    // tags of the role that is assumed (R224).
    fn may_tag(&self, caller: PrincipalId) -> bool {
        let callers = self.callers();
        let federated = callers.federated_users.contains(caller.0);
        let own = match self.role_of(caller) {
            Some(role) => self.index.trust_facts(role).tags_sessions,
            None => match self.kind(caller) {
                PrincipalKind::Foreign(_) => true,
                PrincipalKind::ForeignNamed(_) => callers.sessions.contains(caller.0),
                _ => false,
            },
        };
        let target = match self.target.role {
            Some(role) => self.index.trust_facts(role).tags_sessions,
            None => !self.target.collected,
        };
        (federated || own) && target
    }

    // Only sessions carry what a session can.
    fn holds_state(&self, caller: PrincipalId) -> bool {
        matches!(
            self.credentials(caller),
            Credentials::OfRole | Credentials::Federated
        )
    }

    fn carries(&self, name: &str) -> bool {
        !matches!(self.carriage(name), Some(KeyCarriage::NotListed))
    }

    // Whether the action, or the type of its resource, lists the key (R100).
    fn carriage(&self, name: &str) -> Option<KeyCarriage> {
        let Some(action) = self.action_id else {
            return self.carriage_of_unknown_action(name);
        };
        let types = self.target.types_in(self.service);
        Some(if types.is_empty() {
            catalogue().carries_key(action, name)
        } else {
            catalogue().carries_key_on(action, types, name)
        })
    }

    // An action that the catalogue lacks may carry what its own service or all
    // services have, and no key of another service.
    fn carriage_of_unknown_action(&self, name: &str) -> Option<KeyCarriage> {
        let prefix = name.split(':').next().unwrap_or_default();
        let foreign =
            prefix != self.service && prefix != "aws" && catalogue().service(prefix).is_some();
        foreign.then_some(KeyCarriage::NotListed)
    }

    fn requested_region(&self, caller: PrincipalId) -> KeyState {
        let of_target = self.target.arn.as_ref().map(|arn| arn.partition());
        let partition = of_target.unwrap_or_else(|| self.partition_of(caller));
        if let Some(region) = region_of_global_service(partition, self.service) {
            return known(region);
        }
        let in_arn = self.target.arn.as_ref().map_or("", |arn| arn.region());
        if !in_arn.is_empty() {
            return known(in_arn);
        }
        // The region of an object is that of its bucket (R116).
        let region = self
            .target
            .carrier
            .and_then(|bucket| self.graph().resource(bucket).region.clone());
        region.map_or(KeyState::Present, |region| known(&*region))
    }

    fn partition_of(&self, caller: PrincipalId) -> &str {
        let mut all = self.index.base.partitions.iter();
        let own = all.find(|(_, members)| members.contains(caller.0));
        own.map_or("aws", |(partition, _)| &**partition)
    }

    // Keys about the call (R110, R111, R114, R115, R117, R118, R207, R212).
    fn about_request(&self, key: &KeyName, name: &str, caller: PrincipalId) -> Option<KeyState> {
        if let Some(tag) = key.behind("aws:requesttag/") {
            return Some(self.request_tag(name, tag));
        }
        let state = match name {
            "aws:currenttime" | "aws:epochtime" => KeyState::Present,
            "aws:securetransport" => known("true"),
            "aws:useragent" | "aws:referer" => KeyState::Unknown,
            "aws:viaawsservice" => known("false"),
            "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => KeyState::Absent,
            // Calls through AWS's MCP servers are no direct calls either.
            "aws:calledviaawsmcp" | "aws:viaawsmcpservice" | "aws:ismcpserviceaction" => {
                KeyState::Absent
            }
            "aws:sourcearn" | "aws:sourceaccount" | "aws:sourceowner" | "aws:sourceorgid"
            | "aws:sourceorgpaths" => self.source(caller),
            "aws:sourceip" | "aws:sourcevpc" | "aws:sourcevpce" | "aws:vpcsourceip" => {
                self.network(name)
            }
            "aws:sourcevpcarn" | "aws:vpceaccount" | "aws:vpceorgid" | "aws:vpceorgpaths" => {
                self.endpoint_key(name)
            }
            "aws:tagkeys" => self.tag_keys(),
            "sts:externalid"
            | "sts:rolesessionname"
            | "sts:sourceidentity"
            | "sts:transitivetagkeys" => self.assume_parameter(name, caller),
            "kms:calleraccount" if self.service == "kms" => self.principal_account(caller),
            "kms:viaservice" => KeyState::Absent,
            "s3:dataaccesspointarn"
            | "s3:dataaccesspointaccount"
            | "s3:accesspointnetworkorigin" => self.access_point_key(name),
            _ => return None,
        };
        Some(state)
    }

    fn source(&self, caller: PrincipalId) -> KeyState {
        match self.kind(caller) {
            PrincipalKind::Service => KeyState::Unknown,
            _ => KeyState::Absent,
        }
    }

    fn network(&self, name: &str) -> KeyState {
        let Some(id) = self.ask.endpoint.as_deref() else {
            return self.network_as_given(name);
        };
        let endpoint = self
            .graph()
            .endpoint_of(id)
            .map(|id| self.graph().endpoint(id));
        match name {
            "aws:sourceip" => KeyState::Absent,
            "aws:sourcevpce" => known(id),
            "aws:sourcevpc" => endpoint.map_or(KeyState::Present, |endpoint| known(&*endpoint.vpc)),
            _ => KeyState::Present,
        }
    }

    // What a given key of one family says of the other: they exclude each other (R114).
    fn network_as_given(&self, name: &str) -> KeyState {
        let is_given = |key: &str| {
            let state = self.ask.given.get(&KeyName::new(key));
            match state {
                Some(KeyState::Known(values)) => !values.is_empty(),
                Some(KeyState::Present | KeyState::Prefix(_) | KeyState::Outside(_)) => true,
                _ => false,
            }
        };
        let private = [
            "aws:SourceVpc",
            "aws:SourceVpcArn",
            "aws:SourceVpce",
            "aws:VpcSourceIp",
        ];
        match (private.into_iter().any(is_given), name) {
            (true, "aws:sourceip") => KeyState::Absent,
            (true, _) => KeyState::Present,
            (false, "aws:sourceip") => KeyState::Unknown,
            (false, _) if is_given("aws:SourceIp") => KeyState::Absent,
            (false, _) => KeyState::Unknown,
        }
    }

    fn endpoint_key(&self, name: &str) -> KeyState {
        let supported = EndpointKey::named(name)
            .is_some_and(|key| supports_endpoint_key(key, &self.ask.action));
        if !supported {
            return KeyState::Absent;
        }
        let Some(id) = self.ask.endpoint.as_deref() else {
            return match (self.network_as_given("aws:sourcevpce"), name) {
                // Endpoints may belong to accounts without organization.
                (KeyState::Present, "aws:vpceorgid" | "aws:vpceorgpaths") => KeyState::Unknown,
                (state, _) => state,
            };
        };
        let Some(endpoint) = self
            .graph()
            .endpoint_of(id)
            .map(|id| self.graph().endpoint(id))
        else {
            return match name {
                // It may belong to an account without organization.
                "aws:vpceorgid" | "aws:vpceorgpaths" => KeyState::Unknown,
                _ => KeyState::Present,
            };
        };
        let account = self.graph().account(endpoint.account);
        match name {
            "aws:vpceaccount" => known(account.id.to_string()),
            "aws:vpceorgid" => self.org_of(endpoint.account, "", |id| known(id)),
            "aws:vpceorgpaths" => {
                self.org_of(endpoint.account, "/*", |_| self.path_of(endpoint.account))
            }
            // The VPC's ARN holds a region that the endpoint's id does not tell.
            _ => KeyState::Present,
        }
    }

    // Permissions that an AssumeRole call needs besides see the same call (R209, R211).
    fn is_assume_role(&self) -> bool {
        self.ask.action.eq_ignore_ascii_case("sts:AssumeRole")
            || self.action_id.is_some() && self.action_id == catalogue().action("sts:AssumeRole")
    }

    // The parameters of a call that assumes a role, and of the permissions beside it.
    fn parameters(&self) -> Option<&Assume> {
        let assuming = super::trust::is_session_call(&self.ask.action);
        self.ask.assume.as_ref().filter(|_| assuming)
    }

    fn carries_tags(&self, name: &str) -> bool {
        self.gives_session() || self.carries(name)
    }

    fn request_tag(&self, name: &str, tag: &str) -> KeyState {
        match self.parameters() {
            _ if !self.carries_tags(name) => KeyState::Absent,
            Some(assume) => passed(&assume.tags, tag).unwrap_or(KeyState::Absent),
            None => match fixed_tag(self.passed_in_chain().unwrap_or_default(), tag) {
                Some(value) => value.key_state(),
                None => KeyState::Unknown,
            },
        }
    }

    // The transitive tags that the call passes, where a chain fixes them.
    fn passed_in_chain(&self) -> Option<&[FixedTag]> {
        self.state.and_then(|state| state.passed.as_deref())
    }

    fn tag_keys(&self) -> KeyState {
        match self.parameters() {
            _ if !self.carries_tags("aws:tagkeys") => KeyState::Absent,
            Some(assume) if assume.tags.is_empty() => KeyState::Absent,
            Some(assume) => {
                let keys = assume.tags.iter().map(|(key, _)| key.clone());
                KeyState::Known(keys.collect())
            }
            None if self.passed_in_chain().is_some_and(|tags| !tags.is_empty()) => {
                KeyState::Present
            }
            None => KeyState::Unknown,
        }
    }

    fn assume_parameter(&self, name: &str, caller: PrincipalId) -> KeyState {
        let assume = self.ask.assume.as_ref();
        match name {
            "sts:externalid" if self.is_assume_role() => KeyState::Unknown,
            "sts:rolesessionname" if self.gives_session() => {
                let named = assume.and_then(|assume| assume.name.as_deref());
                let in_chain = || self.state?.next_name.as_ref();
                match (named, in_chain()) {
                    (Some(named), _) => known(named),
                    (None, Some(name)) => name.key_state(""),
                    (None, None) => KeyState::Present,
                }
            }
            "sts:sourceidentity" if self.carries_parameter(name) => self.identity_passed(caller),
            "sts:transitivetagkeys" if self.carries_parameter(name) => {
                match (self.passed_in_chain(), assume) {
                    (Some([]), _) => KeyState::Absent,
                    (Some(tags), _) => {
                        KeyState::Known(tags.iter().map(|(key, _)| key.clone()).collect())
                    }
                    (None, Some(assume)) if assume.tags.is_empty() => KeyState::Absent,
                    (None, _) => KeyState::Unknown,
                }
            }
            _ => KeyState::Absent,
        }
    }

    // The permissions beside the call are asked for with its keys.
    fn carries_parameter(&self, name: &str) -> bool {
        super::trust::is_session_call(&self.ask.action) && self.carries_tags(name)
    }

    // What a session carries it also passes on (R211).
    fn identity_passed(&self, caller: PrincipalId) -> KeyState {
        if let Some(next) = self.state.and_then(|state| state.next.as_ref()) {
            return next.key_state();
        }
        let carried = self.identity_carried(caller);
        if carried.is_set() {
            return carried.key_state();
        }
        match &self.ask.assume {
            None if self.ask.given.complete => KeyState::Absent,
            None => KeyState::Unknown,
            Some(assume) => match &assume.source_identity {
                Some(set) => known(set.as_str()),
                None => carried.key_state(),
            },
        }
    }

    // The source identity of the calling session.
    fn identity_carried(&self, caller: PrincipalId) -> Fixed {
        if let Some(carried) = self.state.and_then(|state| state.carried.clone()) {
            return carried;
        }
        let held = self.ask.session.source_identity.as_ref();
        if let Some(held) = held.filter(|_| self.holds_state(caller)) {
            return Fixed::Literal(held.clone());
        }
        if self.index.may_carry_identity(caller) && !self.ask.given.complete {
            Fixed::Open
        } else {
            Fixed::Unset
        }
    }

    fn access_point_key(&self, name: &str) -> KeyState {
        let (Some(arn), Some(AccessPointSide::Bucket | AccessPointSide::AccessPoint)) =
            (&self.ask.access_point, self.through)
        else {
            return KeyState::Absent;
        };
        let record = self.graph().resource_of(arn);
        match name {
            "s3:dataaccesspointarn" => known(arn.as_str()),
            "s3:dataaccesspointaccount" => match arn
                .parse::<whocan_policy::Arn>()
                .ok()
                .and_then(|arn| arn.account())
            {
                Some(account) => known(account.to_string()),
                None => KeyState::Present,
            },
            _ => match record.map(|record| &self.graph().resource(record).detail) {
                Some(Detail::AccessPoint(point)) => known(if point.vpc.is_some() {
                    "VPC"
                } else {
                    "Internet"
                }),
                _ => KeyState::Present,
            },
        }
    }

    // Tokens' claims, and keys of services (R99, R100, R215, R217).
    fn of_service(&self, key: &KeyName, caller: PrincipalId) -> KeyState {
        let name = key.as_lower();
        if let Some(state) = self.claim(name, caller) {
            return state;
        }
        if self.is_unsigned_function_url(name, caller) {
            known("NONE")
        } else if self.carries(name) {
            KeyState::Unknown
        } else {
            KeyState::Absent
        }
    }

    // A function's URL takes unsigned calls only with this type (R142).
    // Source: Control access to Lambda function URLs, Lambda Developer Guide.
    fn is_unsigned_function_url(&self, name: &str, caller: PrincipalId) -> bool {
        name == "lambda:functionurlauthtype"
            && self.ask.action == "lambda:InvokeFunctionUrl"
            && matches!(self.kind(caller), PrincipalKind::Anonymous)
    }

    fn claim(&self, name: &str, caller: PrincipalId) -> Option<KeyState> {
        if name.starts_with("saml:") {
            return Some(match self.kind(caller) {
                PrincipalKind::Saml => KeyState::Unknown,
                PrincipalKind::IdentityCenterUser { .. } => self.assertion(name, caller),
                _ => self.kept_claim(caller, None),
            });
        }
        let (issuer, _) = name.rsplit_once(':')?;
        if !issuer.contains('.') {
            return None;
        }
        Some(match self.kind(caller) {
            PrincipalKind::Oidc { issuer: own } if own.eq_ignore_ascii_case(issuer) => {
                KeyState::Unknown
            }
            _ => self.kept_claim(caller, Some(issuer)),
        })
    }

    // Identity Center addresses its assertions to the partition's sign-in page.
    // Source: Available keys for SAML-based AWS STS federation, IAM User Guide.
    fn assertion(&self, name: &str, caller: PrincipalId) -> KeyState {
        if name != "saml:aud" {
            return KeyState::Unknown;
        }
        let host = match self.graph().principal(caller).arn.split(':').nth(1) {
            Some("aws-cn") => "signin.amazonaws.cn",
            Some("aws-us-gov") => "signin.amazonaws-us-gov.com",
            _ => "signin.aws.amazon.com",
        };
        known(format!("https://{host}/saml"))
    }

    // Some claims remain in the session that a token buys.
    fn kept_claim(&self, caller: PrincipalId, issuer: Option<&str>) -> KeyState {
        match self.role_of(caller) {
            Some(role) if self.index.trust_facts(role).trusts_provider(issuer) => KeyState::Unknown,
            _ => self.unless_foreign(caller),
        }
    }
}

/// What a caller signs its requests with.
enum Credentials {
    /// Those of anybody in an account that was not collected.
    Any,
    /// A user's or root user's own.
    LongTerm,
    OfRole,
    /// Of `GetFederationToken`.
    Federated,
    OfService,
    None,
}

// Tag keys are found without case (R66).
fn fixed_tag<'a>(tags: impl IntoIterator<Item = &'a FixedTag>, tag: &str) -> Option<&'a Fixed> {
    let mut tags = tags.into_iter();
    let found = tags.find(|(key, _)| key.eq_ignore_ascii_case(tag));
    found.map(|(_, value)| value)
}

// Services, and the keys that only sessions handed out by them carry.
const DELIVERED: &[(&str, &[&str])] = &[
    (
        "ec2.amazonaws.com",
        &[
            "aws:ec2instancesourcevpc",
            "aws:ec2instancesourceprivateipv4",
            "ec2:sourceinstancearn",
            "ec2:roledelivery",
        ],
    ),
    ("lambda.amazonaws.com", &["lambda:sourcefunctionarn"]),
    ("ssm.amazonaws.com", &["ssm:sourceinstancearn"]),
    ("glue.amazonaws.com", &["glue:"]),
    ("codebuild.amazonaws.com", &["codebuild:"]),
    ("chatbot.amazonaws.com", &["aws:chatbotsourcearn"]),
    ("signin.amazonaws.com", &["aws:signinsessionarn"]),
];

fn deliverer(name: &str) -> Option<&'static str> {
    let names = |key: &&str| name == *key || (key.ends_with(':') && name.starts_with(key));
    let mut services = DELIVERED.iter();
    let found = services.find(|(_, keys)| keys.iter().any(names));
    found.map(|(service, _)| *service)
}

/// Returns whether some service sets the key in the sessions that it hands out.
pub(crate) fn is_delivered(name: &str) -> bool {
    name == "identitystore:userid" || deliverer(name).is_some()
}

// Tag keys are found without case (R66).
fn find_tag(tags: &[Tag], key: &str) -> KeyState {
    let found = tags.iter().find(|tag| tag.key == key);
    let found = found.or_else(|| tags.iter().find(|tag| tag.key.eq_ignore_ascii_case(key)));
    found.map_or(KeyState::Absent, |tag| known(tag.value.as_str()))
}

fn passed(tags: &[(String, String)], key: &str) -> Option<KeyState> {
    let found = tags.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    found.map(|(_, value)| known(value.as_str()))
}
