//! S3 access control lists and object ownership.

use roaring::RoaringBitmap;
use whocan_policy::{AccountId, Arn};
use whocan_snapshot::{AclGrant, AclGrantee, Bucket, ObjectOwnership};

use super::Scene;
use super::principal::Named;
use super::resource::Owner;
use crate::Planes;

/// What a permission of an ACL stands for (R179).
/// Source: Access control list (ACL) overview, S3 User Guide, read 2026-11-24.
const BUCKET_PERMISSIONS: &[(&str, &[&str])] = &[
    (
        "READ",
        &[
            "s3:listbucket",
            "s3:listbucketversions",
            "s3:listbucketmultipartuploads",
        ],
    ),
    ("READ_ACP", &["s3:getbucketacl"]),
    ("WRITE_ACP", &["s3:putbucketacl"]),
];

/// What a bucket's ACL grants on its objects.
const WRITE_PERMISSION: &[(&str, &[&str])] = &[(
    "WRITE",
    &["s3:putobject", "s3:deleteobject", "s3:deleteobjectversion"],
)];

const OBJECT_PERMISSIONS: &[(&str, &[&str])] = &[
    ("READ", &["s3:getobject", "s3:getobjectversion"]),
    ("READ_ACP", &["s3:getobjectacl", "s3:getobjectversionacl"]),
    ("WRITE_ACP", &["s3:putobjectacl", "s3:putobjectversionacl"]),
];

/// Returns whether this file asks for the action by its name, given in lower case.
pub(crate) fn names(action: &str) -> bool {
    let tables = [BUCKET_PERMISSIONS, WRITE_PERMISSION, OBJECT_PERMISSIONS];
    let mut listed = tables
        .into_iter()
        .flatten()
        .flat_map(|(_, actions)| *actions);
    listed.any(|one| *one == action)
        || action.starts_with("s3:delete")
        || DECIDED_BY_BUCKET_OWNER.contains(&action)
}

/// Writing and deleting are the bucket owner's to grant, whoever owns what is there.
/// Source: How Amazon S3 authorizes a request for an object operation, S3 User Guide.
const DECIDED_BY_BUCKET_OWNER: [&str; 4] = [
    "s3:putobject",
    "s3:deleteobject",
    "s3:deleteobjectversion",
    "s3:abortmultipartupload",
];

impl Scene<'_> {
    /// Decides whom the bucket's or the object's ACL grants the action.
    pub fn acl_allows(&self) -> Named {
        let at_access_point = self.through.is_some() && self.at_access_point();
        if self.service != "s3" || at_access_point || self.ask.ignoring.acls {
            return Named::default();
        }
        let unread = Bucket::default();
        let bucket = match self.target.bucket(self.graph()) {
            Some(bucket) => bucket,
            // A bucket that nobody collected may have any ACL.
            None if self.strict && self.arn().is_some() && !self.target.collected => &unread,
            None => return Named::default(),
        };
        match self.acls_on(bucket) {
            Some(false) => Named::default(),
            Some(true) => self.granted_by_acls(bucket),
            None => doubted(self.granted_by_acls(bucket)),
        }
    }

    // Whether ACLs count (R178); `None` if that was not collected.
    fn acls_on(&self, bucket: &Bucket) -> Option<bool> {
        match self.known(&bucket.ownership) {
            Some(ownership) => Some(*ownership != ObjectOwnership::BucketOwnerEnforced),
            None if self.strict => None,
            None => Some(false),
        }
    }

    fn granted_by_acls(&self, bucket: &Bucket) -> Named {
        if !self.is_object() {
            return self.by_acl(&bucket.acl, BUCKET_PERMISSIONS);
        }
        let mut named = self.by_acl(&bucket.acl, WRITE_PERMISSION);
        // Only the bucket's owner may delete by its ACL.
        if let Owner::Account(owner) = self.target.owner
            && self
                .ask
                .action
                .to_ascii_lowercase()
                .starts_with("s3:delete")
        {
            named = named.within(&self.of_account(owner));
        }
        match self.target.object(self.graph()) {
            Some(object) => merge(&mut named, &self.by_acl(&object.acl, OBJECT_PERMISSIONS)),
            None if self.objects_collected() => {}
            None => {
                let covered = OBJECT_PERMISSIONS.iter().any(|(_, actions)| {
                    actions.contains(&self.ask.action.to_ascii_lowercase().as_str())
                });
                if covered {
                    self.gap_seen.set(true);
                    if self.strict {
                        let callers = self.callers();
                        let anybody = &callers.all - &(&callers.oidc | &callers.saml);
                        let mut open = Named::default();
                        self.public_grant(&anybody, &mut open);
                        let signed = &anybody - &(&callers.anonymous | &callers.services);
                        open.account.or(&Planes::open(signed));
                        merge(&mut named, &doubted(open));
                    }
                }
            }
        }
        named
    }

    fn is_object(&self) -> bool {
        let object = |arn: &Arn| arn.account_text().is_empty() && arn.resource().contains('/');
        self.arn().is_some_and(object)
    }

    // Objects are only listed in accounts that were collected whole.
    fn objects_collected(&self) -> bool {
        let carrier = self
            .target
            .carrier
            .map(|id| self.graph().resource(id).account);
        carrier.is_some_and(|account| self.graph().account(account).complete)
    }

    fn by_acl(
        &self,
        acl: &whocan_graph::Collected<Vec<AclGrant>>,
        permissions: &[(&str, &[&str])],
    ) -> Named {
        let action = self.ask.action.to_ascii_lowercase();
        let wanted: Vec<&str> = permissions
            .iter()
            .filter(|(_, actions)| actions.contains(&action.as_str()))
            .map(|(permission, _)| *permission)
            .collect();
        let mut named = Named::default();
        if wanted.is_empty() {
            return named;
        }
        let Some(grants) = self.known(acl) else {
            if self.strict {
                let callers = self.callers();
                let anybody = &callers.all - &(&callers.oidc | &callers.saml);
                self.public_grant(&anybody, &mut named);
                let signed = &anybody - &(&callers.anonymous | &callers.services);
                named.account.or(&Planes::open(signed));
            }
            return doubted(named);
        };
        let fitting = grants.iter().filter(|grant| {
            grant.permission == "FULL_CONTROL" || wanted.contains(&grant.permission.as_str())
        });
        for grant in fitting {
            self.grantee(&grant.grantee, &mut named);
        }
        named
    }

    fn grantee(&self, grantee: &AclGrantee, named: &mut Named) {
        let callers = self.callers();
        let tokens = &callers.oidc | &callers.saml;
        match grantee {
            AclGrantee::AllUsers => self.public_grant(&(&callers.all - &tokens), named),
            AclGrantee::AuthenticatedUsers => {
                // The group of all AWS accounts, so neither services nor unsigned calls.
                let signed = &(&callers.all - &tokens) - &(&callers.anonymous | &callers.services);
                self.public_grant(&signed, named);
            }
            AclGrantee::Account(account) => named
                .account
                .or(&Planes::certain(self.of_account(*account))),
            AclGrantee::CanonicalUser(id) => {
                named.account.or(&self.canonical(id));
            }
            AclGrantee::Other(_) => {}
        }
    }

    /// Returns everyone with credentials of the account.
    pub fn of_account(&self, account: AccountId) -> RoaringBitmap {
        let index = self.graph().account_of(account);
        index
            .map(|index| self.callers().by_account[index.index()].clone())
            .unwrap_or_default()
    }

    // IgnorePublicAcls makes grants to everybody vanish (R180).
    fn public_grant(&self, set: &RoaringBitmap, named: &mut Named) {
        match self.blocks(|block| block.ignore_public_acls) {
            Some(true) => {}
            Some(false) => named.direct.or(&Planes::certain(set.clone())),
            None => named.direct.or(&Planes::open(set.clone())),
        }
    }

    /// Returns the owner of the object, where it is not the bucket's: only
    /// while ACLs are on (R177).
    pub fn object_owner(&self) -> Option<AccountId> {
        if self.bucket_owner_decides() {
            return None;
        }
        let bucket = self.target.bucket(self.graph())?;
        let owner = self.writer()?;
        (self.acls_on(bucket) != Some(false)).then_some(owner)
    }

    /// Returns the account that wrote the object, if its record says so.
    pub fn writer(&self) -> Option<AccountId> {
        self.graph().resource(self.target.object_record()?).owner
    }

    fn bucket_owner_decides(&self) -> bool {
        DECIDED_BY_BUCKET_OWNER.contains(&self.ask.action.to_ascii_lowercase().as_str())
    }

    /// Returns whether the object belongs to an account that the bucket's
    /// policies do not reach; `None` if that is not known.
    pub fn owned_elsewhere(&self) -> Option<bool> {
        if self.service != "s3" || !self.is_object() || self.bucket_owner_decides() {
            return Some(false);
        }
        let Some(bucket) = self.target.bucket(self.graph()) else {
            if self.target.collected {
                return Some(false);
            }
            self.gap_seen.set(true);
            return if self.strict { None } else { Some(false) };
        };
        let acls_on = self.acls_on(bucket);
        if acls_on == Some(false) {
            return Some(false);
        }
        let carrier = self.target.carrier.map(|id| self.graph().resource(id));
        let bucket_owner = carrier.map(|record| self.graph().account(record.account).id);
        match self.object_owner() {
            Some(owner) if Some(owner) == bucket_owner => Some(false),
            Some(_) if acls_on == Some(true) => Some(true),
            Some(_) => None,
            None if self.target.object_record().is_some() || self.objects_collected() => {
                Some(false)
            }
            None => {
                self.gap_seen.set(true);
                if self.strict { None } else { Some(false) }
            }
        }
    }
}

fn doubted(named: Named) -> Named {
    Named {
        direct: named.direct.doubted(),
        role: named.role.doubted(),
        account: named.account.doubted(),
    }
}

fn merge(named: &mut Named, other: &Named) {
    named.direct.or(&other.direct);
    named.role.or(&other.role);
    named.account.or(&other.account);
}
