//! Outcomes that no policy changes.

use roaring::RoaringBitmap;
use whocan_graph::{Collected, Membership};
use whocan_policy::catalogue::facts::{
    accepts_anonymous_calls, is_immutable, kms_works_across_accounts,
};
use whocan_policy::{AccountId, Arn, Truth};

use super::resource::Owner;
use super::{Scene, trust};
use crate::Planes;

impl Scene<'_> {
    fn is(&self, action: &str) -> bool {
        self.ask.action.eq_ignore_ascii_case(action)
    }

    /// Returns the outcome of calls without permission check, and of those that nobody can make (R144, R145).
    pub fn fixed(&self) -> Option<Planes> {
        let callers = self.callers();
        if self.is("sts:GetCallerIdentity") {
            let unsigned = &(&callers.anonymous | &callers.oidc) | &callers.saml;
            return Some(Planes::certain(&callers.all - &unsigned));
        }
        if self.is("sts:GetSessionToken") {
            let mut planes = Planes::certain(&callers.users | &callers.roots);
            let sessions = &callers.sessions | &callers.federated_users;
            planes.or(&Planes::open(&callers.foreign - &sessions));
            return Some(planes);
        }
        let immutable = self
            .arn()
            .is_some_and(|arn| is_immutable(&self.ask.action, arn.as_str()).is_some());
        if immutable || self.is_assume_root_of_wrong_target() {
            return Some(Planes::default());
        }
        None
    }

    /// Returns those of whom the question is who cannot make the call, whatever policies say.
    pub fn unable(&self) -> RoaringBitmap {
        let callers = self.callers();
        let mut unable = RoaringBitmap::new();
        if trust::is_session_call(&self.ask.action) {
            unable |= self.unfit_for_session_call();
            unable |= self.changes_what_is_fixed();
            if self.is_identity_center_role() {
                unable |= self.among(&(&callers.saml - &callers.identity_center));
                unable |= self.among(&callers.oidc);
            }
        }
        // Credentials of GetFederationToken reach neither IAM nor STS (R131).
        if self.service.eq_ignore_ascii_case("iam") || self.service.eq_ignore_ascii_case("sts") {
            unable |= self.among(&callers.federated_users);
        }
        // It takes the long-term credentials of a user or root (R204).
        // Source: Compare AWS STS credentials, IAM User Guide.
        if self.is("sts:GetFederationToken") {
            unable |= self.among(&callers.sessions);
        }
        if self.is("iam:PassRole") || self.is_foreign_key_administration() {
            unable |= self.outsiders();
        }
        if !accepts_anonymous_calls(&self.ask.action) {
            unable |= self.among(&callers.anonymous);
        }
        unable |= self.of_other_partitions();
        unable
    }

    // Everyone who is not of the owner's account (R172, R192).
    fn outsiders(&self) -> RoaringBitmap {
        let Owner::Account(owner) = self.target.owner else {
            return RoaringBitmap::new();
        };
        let own = self.graph().account_of(owner);
        let own = own
            .map(|index| self.callers().by_account[index.index()].clone())
            .unwrap_or_default();
        let mut outsiders = self.among(&self.callers().all) - &own;
        if !self.is("iam:PassRole") {
            outsiders -= &self.callers().services;
        }
        outsiders
    }

    fn is_foreign_key_administration(&self) -> bool {
        self.is_key() && !kms_works_across_accounts(&self.ask.action)
    }

    // Partitions share no identities (R39).
    fn of_other_partitions(&self) -> RoaringBitmap {
        let mut others = RoaringBitmap::new();
        let Some(partition) = self.arn().map(|arn| arn.partition()) else {
            return others;
        };
        for (own, members) in &self.index.base.partitions {
            if **own != *partition {
                others |= self.among(members);
            }
        }
        others
    }

    // Only root users of member accounts can be reached so.
    fn is_assume_root_of_wrong_target(&self) -> bool {
        self.is("sts:AssumeRoot") && self.root_of_member() == Truth::False
    }

    fn root_of_member(&self) -> Truth {
        let root = |arn: &&Arn| arn.service() == "iam" && arn.resource() == "root";
        let Some(account) = self.arn().filter(root).and_then(|arn| arn.account()) else {
            return Truth::False;
        };
        let index = self.graph().account_of(account);
        match index.map(|index| self.graph().account(index).membership) {
            Some(Membership::Member) => Truth::True,
            Some(Membership::Management | Membership::Outside) => Truth::False,
            Some(Membership::Elsewhere | Membership::Unknown) | None => Truth::Unknown,
        }
    }

    /// Decides who may reach root users: the management account and the
    /// delegated administrator for IAM (R167).
    pub fn root_administrators(&self) -> Planes {
        let callers = self.callers();
        let mut able = Planes::default();
        for (account, members) in self.graph().accounts().iter().zip(&callers.by_account) {
            let truth = match account.membership {
                Membership::Management => Truth::True,
                Membership::Outside => Truth::False,
                Membership::Elsewhere | Membership::Unknown => Truth::Unknown,
                Membership::Member => self.administers_iam(account.id),
            };
            able.or(&Planes::uniform(truth, members));
        }
        let able = able.outside(&callers.roots);
        if self.root_of_member() == Truth::Unknown {
            able.doubted()
        } else {
            able
        }
    }

    // The services of an administrator need not be collected.
    fn administers_iam(&self, account: AccountId) -> Truth {
        let organization = self.graph().organization();
        let Some(Collected::Yes(delegated)) = organization.map(|one| &one.delegated) else {
            return Truth::Unknown;
        };
        let own = delegated.iter().filter(|(id, _)| *id == account);
        Truth::any(own.map(|(_, services)| {
            match services.as_slice() {
                [] => Truth::Unknown,
                services => services
                    .iter()
                    .any(|service| service == "iam.amazonaws.com")
                    .into(),
            }
        }))
    }

    /// Returns whether the call needs the caller's own side only, although the target is another account's.
    pub fn is_assume_root(&self) -> bool {
        self.is("sts:AssumeRoot")
    }
}
