//! Random small organizations as snapshots.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use whocan_policy::AccountId;
use whocan_snapshot::{
    AccessPoint, AccountObject, AclGrant, AclGrantee, AttachedPolicy, Bucket, Collected,
    DelegatedAdministrator, Detail, EncryptionContext, Endpoint, EndpointKind, Group, InlinePolicy,
    Key, KeyGrant, ManagedPolicy, Member, ObjectOwnership, OrganizationObject, OrganizationPolicy,
    OrganizationPolicyKind, PolicyVersion, Provider, PublicAccessBlock, Resource, ResourceList,
    Role, Root, Snapshot, Tag, Unit, User,
};

use super::dice::Dice;
use super::directory;
use super::key;
use super::policy::{Purpose, Writer};
use super::scenery::{self, Kind, Place, Scenery};

/// A snapshot that can be written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// The organization, if it was collected.
    pub organization: Option<OrganizationObject>,
    /// The accounts, sorted by id.
    pub accounts: Vec<AccountObject>,
}

impl World {
    /// Returns the world as a snapshot.
    pub fn snapshot(&self) -> Snapshot {
        let organization = self.organization.clone();
        Snapshot {
            taken: jiff::Timestamp::UNIX_EPOCH,
            assumptions: Vec::new(),
            organization: organization.map(Into::into),
            accounts: self.accounts.iter().cloned().map(Into::into).collect(),
            activity: Vec::new(),
        }
    }
}

/// Draws a world with the names of `scenery`.
pub fn draw(dice: &mut Dice, scenery: &Scenery, keys: &[key::Key]) -> World {
    let writer = Writer {
        dice,
        scenery,
        keys,
    };
    let mut builder = Builder {
        writer,
        whole: false,
    };
    let organization = scenery.organization.then(|| builder.organization());
    let there = scenery.places.iter().enumerate();
    let there = there.filter(|(_, place)| place.there);
    let accounts = there.map(|(at, place)| builder.account(at, place));
    let mut accounts: Vec<AccountObject> = accounts.collect();
    accounts.sort_by_key(|account| account.id);
    // A row of draws of its own leaves all others as they were.
    directory::add(&mut builder.writer.dice.clone(), &mut accounts);
    World {
        organization,
        accounts,
    }
}

/// Reads an account id of ours.
pub fn account_id(text: &str) -> AccountId {
    text.parse().expect("the scenery's ids have twelve digits")
}

struct Builder<'a> {
    writer: Writer<'a>,
    // Whether the account at hand has no gaps.
    whole: bool,
}

impl Builder<'_> {
    fn chance(&mut self, percent: usize) -> bool {
        self.writer.dice.chance(percent)
    }

    fn maybe<T>(&mut self, percent: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(percent).then(|| make(self))
    }

    // Mostly collected, always in an account without gaps.
    fn collected<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Collected<T> {
        if self.whole || self.chance(88) {
            Collected::Yes(make(self))
        } else {
            Collected::Not
        }
    }

    fn document(&mut self, purpose: &Purpose) -> String {
        self.writer.document(purpose)
    }

    fn account(&mut self, at: usize, place: &Place) -> AccountObject {
        let complete = self.chance(60);
        self.whole = complete && self.chance(70);
        let mut object = AccountObject::unread(account_id(place.id));
        place.partition.clone_into(&mut object.partition);
        object.canonical_id = self.maybe(70, |_| scenery::canonical_id(place));
        object.complete = complete;
        object.in_no_organization = !complete && self.chance(25);
        object.identities = complete || self.chance(85);
        object.lists = self.lists();
        if object.identities {
            self.add_identities(at, place, &mut object);
        }
        object.saml_providers = self.collected(|b| b.providers(scenery::saml_provider(place)));
        object.oidc_providers = self.collected(|b| b.providers(scenery::oidc_provider(place)));
        object.public_access_block = self.collected(|b| b.maybe(15, Builder::block));
        object.resources = self.resources(place);
        object.endpoints = self.endpoints(place);
        object
    }

    fn providers(&mut self, arn: String) -> Vec<Provider> {
        self.maybe(75, |_| Provider { arn }).into_iter().collect()
    }

    fn lists(&mut self) -> std::collections::BTreeSet<ResourceList> {
        let list = |service: &str, kind: &str| ResourceList {
            service: service.to_owned(),
            kind: kind.to_owned(),
            region: scenery::REGION.to_owned(),
        };
        let buckets = ResourceList {
            region: String::new(),
            ..list("s3", "")
        };
        let all = [
            buckets,
            list("s3", "accesspoint"),
            list("sqs", ""),
            list("sns", ""),
            list("kms", "key"),
            list("secretsmanager", "secret"),
            list("lambda", "function"),
            list("dynamodb", "table"),
            list("ecr", "repository"),
            list("ec2", "instance"),
            list("events", "event-bus"),
            list("kinesis", "stream"),
            list("logs", "log-group"),
            list("es", "domain"),
        ];
        self.writer.dice.subset(&all, 60).into_iter().collect()
    }

    fn add_identities(&mut self, at: usize, place: &Place, object: &mut AccountObject) {
        object.policies = self.managed_policies(place);
        object.groups = (0..scenery::GROUPS.len())
            .filter_map(|number| self.maybe(50, |b| b.group(place, number)))
            .collect();
        let groups: Vec<String> = object.groups.iter().map(|g| g.name.clone()).collect();
        object.users = (0..scenery::USERS.len())
            .filter_map(|number| self.maybe(60, |b| b.user(place, number, &groups)))
            .collect();
        object.users.sort_by(|a, b| a.arn.cmp(&b.arn));
        object.roles = (0..scenery::ROLES.len())
            .filter_map(|number| {
                let often = if number < 3 { 65 } else { 15 };
                self.maybe(often, |b| b.role(at, place, number))
            })
            .collect();
        object.roles.sort_by(|a, b| a.arn.cmp(&b.arn));
    }

    fn managed_policies(&mut self, place: &Place) -> Vec<ManagedPolicy> {
        let arns = scenery::arns(place, Kind::Policy);
        let all = arns.iter().filter_map(|arn| {
            // One that is attached and missing here was not collected.
            let often = if self.whole { 100 } else { 90 };
            self.maybe(often, |b| b.managed_policy(arn))
        });
        let mut all: Vec<ManagedPolicy> = all.collect();
        all.sort_by(|a, b| a.arn.cmp(&b.arn));
        all
    }

    fn managed_policy(&mut self, arn: &str) -> ManagedPolicy {
        // The same policy may be attached and serve as boundary.
        let purpose = self
            .writer
            .dice
            .pick(&[Purpose::Identity, Purpose::Boundary]);
        let versions = (1..=1 + self.writer.dice.below(2)).map(|number| PolicyVersion {
            id: format!("v{number}"),
            document: self.document(&purpose),
        });
        let versions: Vec<PolicyVersion> = versions.collect();
        ManagedPolicy {
            arn: arn.to_owned(),
            name: arn.rsplit('/').next().unwrap_or_default().to_owned(),
            default_version: self.writer.dice.pick(&versions).id,
            versions,
        }
    }

    fn inline(&mut self) -> Vec<InlinePolicy> {
        let count = self.writer.dice.weighted(&[20, 60, 20]);
        let all = ["p1", "p2"].iter().take(count).map(|name| InlinePolicy {
            name: (*name).to_owned(),
            document: self.document(&Purpose::Identity),
        });
        all.collect()
    }

    fn attached(&mut self, place: &Place) -> Vec<AttachedPolicy> {
        let mut arns = scenery::arns(place, Kind::Policy);
        arns.sort();
        let all = self.writer.dice.subset(&arns, 22).into_iter();
        let all = all.map(|arn| AttachedPolicy {
            name: arn.rsplit('/').next().unwrap_or_default().to_owned(),
            arn,
        });
        all.collect()
    }

    fn boundary(&mut self, place: &Place) -> Option<String> {
        if !self.chance(25) {
            return None;
        }
        let arns = scenery::arns(place, Kind::Policy);
        Some(self.writer.dice.pick(&arns))
    }

    fn group(&mut self, place: &Place, number: usize) -> Group {
        let name = scenery::GROUPS[number];
        Group {
            arn: scenery::iam(place, &format!("group/{name}")),
            name: name.to_owned(),
            id: scenery::unique_id("AGPA", place, name),
            path: "/".to_owned(),
            created: None,
            inline: self.inline(),
            attached: self.attached(place),
        }
    }

    fn user(&mut self, place: &Place, number: usize, groups: &[String]) -> User {
        let (name, path) = scenery::USERS[number];
        User {
            arn: scenery::user(place, number),
            name: name.to_owned(),
            id: scenery::unique_id("AIDA", place, name),
            path: path.to_owned(),
            created: None,
            groups: self.writer.dice.subset(groups, 40),
            inline: self.inline(),
            attached: self.attached(place),
            boundary: self.boundary(place),
            tags: self.collected(Builder::tags),
        }
    }

    fn role(&mut self, at: usize, place: &Place, number: usize) -> Role {
        let (name, path) = scenery::ROLES[number];
        Role {
            arn: scenery::role(place, number),
            name: name.to_owned(),
            // Exports of some tools lack the id.
            id: self
                .maybe(90, |_| scenery::unique_id("AROA", place, name))
                .unwrap_or_default(),
            path: path.to_owned(),
            created: None,
            trust: self.collected(|b| b.document(&Purpose::Trust(at))),
            inline: self.inline(),
            attached: self.attached(place),
            boundary: self.boundary(place),
            tags: self.collected(Builder::tags),
            max_session_seconds: Some(3600),
        }
    }

    fn tags(&mut self) -> Vec<Tag> {
        let mut keys = vec!["team"];
        keys.extend(self.maybe(40, |_| "Env"));
        keys.retain(|_| self.writer.dice.chance(65));
        keys.sort_unstable();
        let all = keys.into_iter().map(|key| Tag {
            key: key.to_owned(),
            value: self.writer.dice.pick(&scenery::WORDS).to_owned(),
        });
        all.collect()
    }

    fn block(&mut self) -> PublicAccessBlock {
        PublicAccessBlock {
            block_public_acls: self.chance(50),
            ignore_public_acls: self.chance(50),
            block_public_policy: self.chance(50),
            restrict_public_buckets: self.chance(50),
        }
    }

    fn resources(&mut self, place: &Place) -> Vec<Resource> {
        let kinds: Vec<Kind> = self.writer.scenery.calls.iter().map(|c| c.1).collect();
        let mut arns = Vec::new();
        for kind in kinds {
            arns.extend(resource_arns(place, kind));
        }
        let mut all = BTreeMap::new();
        for arn in arns {
            if !all.contains_key(&arn) && self.chance(75) {
                let resource = self.resource(place, &arn);
                all.insert(arn, resource);
            }
        }
        all.into_values().collect()
    }

    fn resource(&mut self, place: &Place, arn: &str) -> Resource {
        let service = arn.split(':').nth(2).unwrap_or_default();
        let object = service == "s3" && arn.contains('/') && !arn.contains(":accesspoint/");
        let purpose = Purpose::Resource(arn.to_owned());
        let with_policy = match service {
            "ec2" => 0,
            _ if object => 0,
            _ => 70,
        };
        let owners = ["111111111111", "222222222222", "444444444444"];
        Resource {
            arn: arn.to_owned(),
            policy: self.collected(|b| b.maybe(with_policy, |b| b.document(&purpose))),
            tags: self.collected(Builder::tags),
            region: self.maybe(50, |b| {
                let bucket = service == "s3" && b.chance(90);
                if bucket { "eu-west-1" } else { scenery::REGION }.to_owned()
            }),
            owner: if object && self.chance(60) {
                Some(account_id(self.writer.dice.pick(&owners)))
            } else {
                None
            },
            encryption_key: self.collected(|b| {
                let key = scenery::arns(place, Kind::Key).remove(0);
                b.maybe(15, |_| key)
            }),
            role: None,
            detail: self.detail(place, service, arn),
        }
    }

    fn detail(&mut self, place: &Place, service: &str, arn: &str) -> Detail {
        match service {
            "s3" if arn.contains(":accesspoint/") => Detail::AccessPoint(self.access_point(place)),
            "s3" => Detail::Bucket(self.bucket()),
            "kms" if arn.contains(":key/") => Detail::Key(self.key()),
            _ => Detail::Plain,
        }
    }

    fn bucket(&mut self) -> Bucket {
        Bucket {
            public_access_block: self.collected(|b| b.maybe(30, Builder::block)),
            ownership: self.collected(|b| {
                b.writer.dice.pick(&[
                    ObjectOwnership::BucketOwnerEnforced,
                    ObjectOwnership::BucketOwnerPreferred,
                    ObjectOwnership::ObjectWriter,
                ])
            }),
            acl: self.collected(Builder::acl),
            abac: self.collected(|b| b.chance(40)),
        }
    }

    fn acl(&mut self) -> Vec<AclGrant> {
        let mut all: Vec<AclGrant> = (0..self.writer.dice.below(3))
            .map(|_| self.acl_grant())
            .collect();
        all.sort();
        all.dedup();
        all
    }

    fn acl_grant(&mut self) -> AclGrant {
        let place = self.writer.scenery.place(self.writer.dice);
        let grantee = match self.writer.dice.weighted(&[30, 20, 25, 20, 5]) {
            0 => AclGrantee::AllUsers,
            1 => AclGrantee::AuthenticatedUsers,
            2 => AclGrantee::Account(account_id(place.id)),
            3 => AclGrantee::CanonicalUser(scenery::canonical_id(&place)),
            _ => AclGrantee::Other("http://acs.amazonaws.com/groups/s3/LogDelivery".to_owned()),
        };
        let all = [
            "READ",
            "READ",
            "WRITE",
            "READ_ACP",
            "WRITE_ACP",
            "FULL_CONTROL",
        ];
        AclGrant {
            grantee,
            permission: self.writer.dice.pick(&all).to_owned(),
        }
    }

    fn key(&mut self) -> Key {
        Key {
            grants: self.collected(Builder::grants),
            aws_managed: self.collected(|b| b.chance(12)),
            aliases: self.collected(|b| {
                let alias = b.maybe(50, |_| "alias/app".to_owned());
                alias.into_iter().collect()
            }),
        }
    }

    fn grants(&mut self) -> Vec<KeyGrant> {
        let mut all: Vec<KeyGrant> = (0..self.writer.dice.below(3))
            .map(|number| self.grant(number))
            .collect();
        all.sort();
        all
    }

    fn grant(&mut self, number: usize) -> KeyGrant {
        let operations = [
            "CreateGrant",
            "Decrypt",
            "DescribeKey",
            "Encrypt",
            "GenerateDataKey",
            "RetireGrant",
        ];
        let context = BTreeMap::from([("app".to_owned(), "red".to_owned())]);
        KeyGrant {
            id: format!("g{number}"),
            grantee: if self.chance(8) {
                self.writer.dice.pick(&scenery::SERVICES).to_owned()
            } else {
                self.writer.scenery.principal(self.writer.dice)
            },
            operations: self.writer.dice.subset(&operations.map(str::to_owned), 60),
            constraint: self.maybe(25, |b| {
                if b.chance(50) {
                    EncryptionContext::Equals(context)
                } else {
                    EncryptionContext::Subset(context)
                }
            }),
        }
    }

    fn access_point(&mut self, place: &Place) -> AccessPoint {
        let other = self.writer.scenery.place(self.writer.dice);
        let bucket_of = if self.chance(80) { place } else { &other };
        let bucket_account = account_id(bucket_of.id);
        AccessPoint {
            bucket: scenery::bucket(bucket_of, 1),
            bucket_account: self.maybe(70, |_| bucket_account),
            vpc: self.maybe(25, |_| "vpc-1".to_owned()),
            public_access_block: self.collected(|b| b.maybe(30, Builder::block)),
        }
    }

    fn endpoints(&mut self, place: &Place) -> Vec<Endpoint> {
        let number = match place.letter {
            'a' => "vpce-1",
            'b' => "vpce-2",
            _ => return Vec::new(),
        };
        let endpoint = self.maybe(70, |b| Endpoint {
            id: number.to_owned(),
            vpc: b.writer.dice.pick(&["vpc-1", "vpc-2"]).to_owned(),
            service: b.writer.dice.pick(
                &["s3", "s3", "sqs", "dynamodb"]
                    .map(|name| format!("com.amazonaws.us-east-1.{name}")),
            ),
            kind: b
                .writer
                .dice
                .pick(&[EndpointKind::Gateway, EndpointKind::Interface]),
            policy: b.maybe(80, |b| b.document(&Purpose::Endpoint)),
        });
        endpoint.into_iter().collect()
    }

    fn organization(&mut self) -> OrganizationObject {
        self.whole = self.chance(60);
        let mut policies = vec![
            standing("p-FullAWSAccess", OrganizationPolicyKind::ServiceControl),
            standing(
                "p-RCPFullAWSAccess",
                OrganizationPolicyKind::ResourceControl,
            ),
        ];
        for number in 1..=3 {
            let document = self.collected(|b| b.document(&Purpose::ServiceControl));
            let kind = OrganizationPolicyKind::ServiceControl;
            policies.push(custom(format!("p-s{number}"), kind, document));
        }
        for number in 1..=2 {
            let document = self.collected(|b| b.document(&Purpose::ResourceControl));
            let kind = OrganizationPolicyKind::ResourceControl;
            policies.push(custom(format!("p-r{number}"), kind, document));
        }
        policies.sort_by(|a, b| a.id.cmp(&b.id));
        OrganizationObject {
            id: "o-abc".to_owned(),
            management_account: account_id(scenery::MANAGEMENT),
            root: Root {
                id: "r-1".to_owned(),
                scps: self.scps(),
                rcps: self.rcps(),
            },
            units: vec![self.unit("ou-1", "r-1"), self.unit("ou-2", "ou-1")],
            accounts: self.members(),
            policies,
            all_accounts: self.chance(60),
            delegated_administrators: self.collected(|b| {
                let one = b.maybe(50, |_| DelegatedAdministrator {
                    account: account_id("222222222222"),
                    services: vec!["iam.amazonaws.com".to_owned()],
                });
                one.into_iter().collect()
            }),
            public_access_block: self.collected(|b| b.maybe(10, Builder::block)),
            gaps: Vec::new(),
        }
    }

    fn unit(&mut self, id: &str, parent: &str) -> Unit {
        Unit {
            id: id.to_owned(),
            name: id.to_owned(),
            parent: parent.to_owned(),
            scps: self.scps(),
            rcps: self.rcps(),
        }
    }

    fn members(&mut self) -> Vec<Member> {
        let mut members = Vec::new();
        let places = [
            ("111111111111", 100, "ou-2"),
            ("222222222222", 85, "ou-1"),
            ("333333333333", 35, "ou-1"),
            ("444444444444", 30, "r-1"),
            (scenery::MANAGEMENT, 100, "r-1"),
        ];
        for (id, percent, parent) in places {
            if self.chance(percent) {
                let member = self.member(id, parent);
                members.push(member);
            }
        }
        members
    }

    fn member(&mut self, id: &str, parent: &str) -> Member {
        let known = self.whole || self.chance(95);
        Member {
            id: account_id(id),
            name: format!("account {}", &id[..1]),
            status: "ACTIVE".to_owned(),
            joined: None,
            parent: known.then(|| parent.to_owned()),
            tags: Collected::Not,
            scps: self.scps(),
            rcps: self.rcps(),
        }
    }

    fn scps(&mut self) -> Collected<Vec<String>> {
        self.collected(|b| match b.writer.dice.below(100) {
            0..=2 => Vec::new(),
            3..=9 => vec!["p-s1".to_owned()],
            _ => {
                let mut all = vec!["p-FullAWSAccess".to_owned()];
                let custom = ["p-s1", "p-s2", "p-s3"].map(str::to_owned);
                all.extend(b.writer.dice.subset(&custom, 18));
                all.extend(b.maybe(1, |_| "p-unread".to_owned()));
                all.sort();
                all
            }
        })
    }

    fn rcps(&mut self) -> Collected<Vec<String>> {
        self.collected(|b| {
            let mut all = vec!["p-RCPFullAWSAccess".to_owned()];
            all.extend(
                b.writer
                    .dice
                    .subset(&["p-r1", "p-r2"].map(str::to_owned), 22),
            );
            all
        })
    }
}

// Of an object's kind stand its bucket and, now and then, a record of itself.
fn resource_arns(place: &Place, kind: Kind) -> Vec<String> {
    match kind {
        Kind::Bucket => scenery::arns(place, kind),
        Kind::Object => {
            let mut all = scenery::arns(place, Kind::Bucket);
            all.extend(scenery::arns(place, kind).into_iter().take(2));
            all.extend(scenery::arns(place, Kind::AccessPoint));
            all
        }
        Kind::Key => {
            let mut all = scenery::arns(place, kind);
            all.retain(|arn| arn.contains(":key/"));
            all
        }
        Kind::Role | Kind::User | Kind::Policy | Kind::Root | Kind::Nothing => Vec::new(),
        _ => scenery::arns(place, kind),
    }
}

fn standing(id: &str, kind: OrganizationPolicyKind) -> OrganizationPolicy {
    OrganizationPolicy {
        id: id.to_owned(),
        name: id.trim_start_matches("p-").to_owned(),
        kind,
        aws_managed: true,
        document: Collected::Not,
    }
}

fn custom(
    id: String,
    kind: OrganizationPolicyKind,
    document: Collected<String>,
) -> OrganizationPolicy {
    OrganizationPolicy {
        name: id.clone(),
        id,
        kind,
        aws_managed: false,
        document,
    }
}
