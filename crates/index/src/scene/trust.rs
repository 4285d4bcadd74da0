//! Calls that start sessions of a role.

use super::Scene;
use crate::Planes;
use crate::state::Fixed;
use roaring::RoaringBitmap;
use whocan_policy::catalogue::facts::{POD_IDENTITY, ROLES_ANYWHERE};

/// Returns whether the action hands out credentials of a role, or belongs to such a call (R60).
pub(crate) fn is_session_call(action: &str) -> bool {
    [
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        TAG,
        SET_IDENTITY,
    ]
    .iter()
    .any(|one| action.eq_ignore_ascii_case(one))
}

const TAG: &str = "sts:TagSession";
const SET_IDENTITY: &str = "sts:SetSourceIdentity";

/// Returns the action with those that it may need besides (R209 to R211).
pub(crate) fn with_permissions_beside(action: &str) -> Vec<&str> {
    match is_session_call(action) {
        true => vec![action, TAG, SET_IDENTITY],
        false => vec![action],
    }
}

impl Scene<'_> {
    /// Returns whether the call gives a session of a role, or is a permission beside such a call.
    pub fn gives_session(&self) -> bool {
        self.beside || self.calls_for_role()
    }

    fn calls_for_role(&self) -> bool {
        let mut forms = ["", "WithWebIdentity", "WithSAML"].iter();
        forms.any(|form| self.calls(&format!("sts:AssumeRole{form}")))
    }

    fn calls(&self, action: &str) -> bool {
        self.ask.action.eq_ignore_ascii_case(action)
    }

    /// Returns those who cannot make this call whatever policies say: their
    /// kind has another call, or their credentials cannot assume roles (R204, R215, R217).
    pub fn unfit_for_session_call(&self) -> RoaringBitmap {
        let callers = self.callers();
        if self.calls("sts:AssumeRoleWithWebIdentity") {
            return self.among(&callers.all) - &callers.oidc;
        }
        if self.calls("sts:AssumeRoleWithSAML") {
            return self.among(&callers.all) - &callers.saml;
        }
        let mut unfit = self.among(&callers.roots) | self.among(&callers.federated_users);
        unfit |= self.among(&callers.anonymous);
        if !self.beside {
            unfit |= self.among(&callers.oidc);
            unfit |= self.among(&callers.saml);
        }
        unfit
    }

    /// Returns the calls that must be allowed besides the call itself: passing
    /// tags and setting or carrying a source identity (R209 to R211, R220, R221).
    pub fn also_needed(&self) -> Vec<(&'static str, RoaringBitmap)> {
        if !self.calls_for_role() {
            return Vec::new();
        }
        let callers = self.callers();
        // Sets of everybody are large, and mostly nobody needs them.
        let everyone = || self.among(&callers.all);
        let carriers = || self.among(&callers.sessions) | self.among(&callers.federated_users);
        let mut tags = self.services_that(&[POD_IDENTITY, ROLES_ANYWHERE]);
        let mut identity = self.services_that(&[ROLES_ANYWHERE]);
        if let Some(assume) = &self.ask.assume {
            if !assume.tags.is_empty() {
                tags |= everyone();
            }
            if assume.source_identity.is_some() {
                identity |= everyone();
            }
        }
        if !self.ask.session.transitive.is_empty() {
            tags |= carriers();
        }
        if self.ask.session.source_identity.is_some() {
            identity |= carriers();
        }
        if let Some(state) = self.state {
            let passes = state.passed.as_ref().is_some_and(|tags| !tags.is_empty());
            if passes || !state.transitive.is_empty() {
                tags |= everyone();
            }
            let mut identities = [&state.carried, &state.next].into_iter().flatten();
            if identities.any(Fixed::is_set) {
                identity |= everyone();
            }
        }
        vec![(TAG, tags), (SET_IDENTITY, identity)]
    }

    fn services_that(&self, names: &[&str]) -> RoaringBitmap {
        let ids = names.iter().filter_map(|name| self.index.service(name));
        ids.map(|id| id.0).collect()
    }

    /// Returns those whose source identity or transitive tags the call would change (R210, R211).
    pub fn changes_what_is_fixed(&self) -> RoaringBitmap {
        let Some(assume) = self.ask.assume.as_ref().filter(|_| self.gives_session()) else {
            return RoaringBitmap::new();
        };
        let session = &self.ask.session;
        let identity = match (&session.source_identity, &assume.source_identity) {
            (Some(fixed), Some(wanted)) => fixed != wanted,
            _ => false,
        };
        let tags = assume.tags.iter().any(|(key, value)| {
            let fixed = session
                .transitive
                .iter()
                .any(|one| one.eq_ignore_ascii_case(key));
            let own = session
                .tags
                .iter()
                .flatten()
                .find(|(name, _)| name.eq_ignore_ascii_case(key));
            fixed && own.is_none_or(|(_, own)| own != value)
        });
        if identity || tags {
            self.callers().sessions.clone()
        } else {
            RoaringBitmap::new()
        }
    }

    /// Returns whether only Identity Center hands the role out (R222).
    pub fn is_identity_center_role(&self) -> bool {
        let reserved = "role/aws-reserved/sso.amazonaws.com/";
        self.arn()
            .is_some_and(|arn| arn.resource().starts_with(reserved))
    }

    /// Returns what is left of a decision where users of Identity Center only
    /// sign in as roles that are assigned to them (R222).
    ///
    /// Source: Assign user or group access to AWS accounts, IAM Identity Center User Guide.
    pub fn as_assigned(&self, decided: Planes) -> Planes {
        let callers = self.callers();
        let users = &callers.identity_center;
        if decided.possibly.is_disjoint(users) {
            return decided;
        }
        let mut able = self.assigned();
        able.or(&Planes::certain(&callers.all - users));
        decided.and(&able)
    }

    fn assigned(&self) -> Planes {
        let graph = self.graph();
        let role = self.target.role;
        let Some(assigned) = role.and_then(|role| graph.assigned(role)) else {
            return Planes::default();
        };
        let mut users: RoaringBitmap = assigned.users.iter().map(|id| id.0).collect();
        let mut unread = assigned.unread;
        for &group in &assigned.groups {
            match &graph.directory_group(group).members {
                Some(members) => users.extend(members.iter().map(|id| id.0)),
                None => unread = true,
            }
        }
        let mut planes = Planes::certain(users);
        if unread {
            let everybody = &self.callers().identity_center;
            planes.or(&self.gap(everybody, Planes::default()));
        }
        planes
    }

    /// Decides the other calls that belong to this one.
    pub fn with_also_needed(&self, decided: Planes) -> Planes {
        let mut decided = decided;
        for (action, set) in self.also_needed() {
            if set.is_disjoint(&decided.possibly) {
                continue;
            }
            let ask = crate::Ask {
                action: action.to_owned(),
                ..self.ask.clone()
            };
            let mut other = Scene::new(self.index, &ask, self.state);
            other.strict = self.strict;
            other.keys = self.keys;
            other.beside = true;
            // It is one call, with one context.
            other.action_id = self.action_id;
            other.focus.clone_from(&self.focus);
            let allowed = other.decide();
            if other.gap_seen.get() {
                self.gap_seen.set(true);
            }
            let needed = decided.clone().within(&set).and(&allowed);
            decided = decided.outside(&set);
            decided.or(&needed);
        }
        decided
    }
}
