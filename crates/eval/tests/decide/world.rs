//! A few lines of text as a snapshot, a question and an answer.
//!
//! ```text
//! account 111122223333            whole; `partial account` leaves gaps
//! user ana | role app | queue jobs | bucket logs | key k1 | secret s-AbCdEf
//!   tag team=red
//!   allow s3:*,sqs:* on bucket/logs for user/ana if StringEquals aws:username ana
//!   boundary allow s3:*
//!   trust allow sts:AssumeRole for account
//!   set ownership=ObjectWriter    acl=AllUsers:READ block=restrict|ignore grant=user/ana:Decrypt
//! organization                    all accounts are members of `o-1` below root `r-1`
//! scp deny sqs:*                  at the root, beside full access
//! rcp deny sqs:*
//! endpoint vpce-1 allow s3:*      a gateway endpoint of the last account
//! ```

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use whocan_eval::{Change, Decision, PolicyType, Request, Strictness, Walk};
use whocan_graph::Graph;
use whocan_policy::{AccountId, KeyName, KeyState, Precedence, Truth};
use whocan_snapshot::{
    AccountObject, AclGrant, AclGrantee, Bucket, Collected, Detail, Endpoint, EndpointKind,
    InlinePolicy, Key, KeyGrant, ManagedPolicy, Member, ObjectOwnership, OrganizationObject,
    OrganizationPolicy, OrganizationPolicyKind, PolicyVersion, Provider, PublicAccessBlock,
    Resource, Role, Root, Snapshot, Tag, User,
};

const FIRST: &str = "111122223333";
const FULL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// Returns the answer to a question: `CALLER ACTION RESOURCE [KEY=VALUE | KEY=absent]...`.
pub fn decide(world: &str, question: &str) -> String {
    let (graph, request) = both(world, question);
    answer(&whocan_eval::decide(&graph, &request, Strictness::Strict).unwrap())
}

/// Returns the answer where gaps count as in a fresh account.
pub fn decide_as_collected(world: &str, question: &str) -> String {
    let (graph, request) = both(world, question);
    answer(&whocan_eval::decide(&graph, &request, Strictness::AsCollected).unwrap())
}

/// Returns the whole decision.
pub fn decision(world: &str, question: &str) -> Decision {
    let (graph, request) = both(world, question);
    whocan_eval::decide(&graph, &request, Strictness::Strict).unwrap()
}

/// Returns the ways to allow a request: changes joined by `+`, ways by `|`.
pub fn remedy(world: &str, question: &str) -> String {
    let (graph, request) = both(world, question);
    let found = whocan_eval::remedy(&graph, &request, Strictness::Strict).unwrap();
    let Some(found) = found else {
        return "none".to_owned();
    };
    let ways = found.ways.iter().map(|way| {
        let changes: Vec<String> = way.iter().map(change).collect();
        changes.join(" + ")
    });
    let ways = ways.collect::<Vec<String>>().join(" | ");
    let sure = if found.smallest { "" } else { " (minimal)" };
    let then = match found.then {
        Truth::Unknown => " then if",
        _ => "",
    };
    format!("{ways}{sure}{then}")
}

fn change(change: &Change) -> String {
    match change {
        Change::Grant {
            policy_type,
            grantee,
            action,
            ..
        } => {
            let whom = grantee.map_or(String::new(), |whom| {
                format!(" to {}", format!("{whom:?}").to_lowercase())
            });
            format!("{} {action}{whom}", name(*policy_type))
        }
        Change::Lift {
            source, statement, ..
        } => format!("not {statement} of {source}"),
        Change::Unblock { .. } => "unblock".to_owned(),
    }
}

/// Returns the answer over chains: hops and the roles on the way, then the answer.
pub fn reach(world: &str, question: &str) -> String {
    reach_within(world, question, &Walk::default())
}

/// Returns the answer over chains of some kind.
pub fn reach_within(world: &str, question: &str, walk: &Walk) -> String {
    let (graph, request) = both(world, question);
    let reached = whocan_eval::reach(&graph, &request, Strictness::Strict, walk).unwrap();
    let Some(path) = &reached.path else {
        return "unreachable".to_owned();
    };
    let roles = path.iter().map(|hop| hop.role.rsplit('/').next().unwrap());
    let way: Vec<&str> = roles.collect();
    format!("{} via [{}]", answer(&reached.decision), way.join(" "))
}

/// Returns the graph and the request of a question.
pub fn both(world: &str, question: &str) -> (Graph, Request) {
    (Graph::build(&snapshot(world)), request(question))
}

/// Reads a question.
pub fn request(question: &str) -> Request {
    let mut words = question.split_whitespace();
    let caller = principal(words.next().unwrap(), FIRST).parse().unwrap();
    let action = words.next().unwrap();
    let resources = words.next().unwrap().split(',');
    let resources = resources.map(|one| resource(one, FIRST)).collect();
    let mut request = Request::new(caller, action, resources);
    request.precedence = Precedence::Given;
    for word in words {
        let (key, value) = word.split_once('=').unwrap();
        let state = match value {
            "absent" => KeyState::Absent,
            value => KeyState::Known(value.split('|').map(str::to_owned).collect()),
        };
        request.given.keys.insert(KeyName::new(key), state);
    }
    request
}

/// Returns a decision in one line.
pub fn answer(decision: &Decision) -> String {
    match decision {
        Decision::Allow(_) => "allow".to_owned(),
        Decision::If(reason, _) => format!("if {}", reason.conditions.join("; ")),
        Decision::Deny(reason) => {
            let kinds = reason.denied_by.iter().map(|kind| {
                let denies = reason.evidence.iter().any(|one| {
                    one.policy_type == *kind && one.side == whocan_eval::EvidenceSide::Denies
                });
                match (kind, denies) {
                    (PolicyType::Service, true) => {
                        let fixed = reason.evidence.first().unwrap();
                        fixed.source.clone()
                    }
                    (kind, true) => format!("{} denies", name(*kind)),
                    (kind, false) => format!("{} is silent", name(*kind)),
                }
            });
            let kinds: Vec<String> = kinds.collect();
            format!("deny: {}", kinds.join(", "))
        }
    }
}

fn name(kind: PolicyType) -> String {
    let json = serde_json::to_value(kind).unwrap();
    json.as_str().unwrap().to_owned()
}

fn principal(text: &str, account: &str) -> String {
    match text.split_once('/') {
        _ if text.starts_with("arn:") || text.contains(':') || text == "anonymous" => {
            text.to_owned()
        }
        Some(("user" | "role", _)) => format!("arn:aws:iam::{account}:{text}"),
        Some(("assumed-role" | "federated-user", _)) => format!("arn:aws:sts::{account}:{text}"),
        Some((other, rest)) => principal(rest, other),
        None if text == "account" || text == "root" => format!("arn:aws:iam::{account}:root"),
        None => panic!("`{text}` is no principal"),
    }
}

fn resource(text: &str, account: &str) -> String {
    match text.split_once('/') {
        Some(("queue", name)) => format!("arn:aws:sqs:eu-west-1:{account}:{name}"),
        Some(("bucket", name)) => format!("arn:aws:s3:::{name}"),
        Some(("key", name)) => format!("arn:aws:kms:eu-west-1:{account}:key/{name}"),
        Some(("secret", name)) => {
            format!("arn:aws:secretsmanager:eu-west-1:{account}:secret:{name}")
        }
        Some(("role" | "user", _)) => format!("arn:aws:iam::{account}:{text}"),
        Some((other, rest)) if other.len() == 12 => resource(rest, other),
        _ => text.to_owned(),
    }
}

/// Reads a world.
pub fn snapshot(world: &str) -> Snapshot {
    let mut reader = Reader::default();
    for line in world.lines().filter(|line| !line.trim().is_empty()) {
        reader.line(line.trim());
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    accounts: Vec<AccountObject>,
    organization: bool,
    scps: Vec<Value>,
    rcps: Vec<Value>,
    // What the next indented lines belong to.
    thing: Option<Thing>,
}

struct Thing {
    kind: String,
    name: String,
    statements: Vec<Value>,
    boundary: Vec<Value>,
    trust: Vec<Value>,
    tags: Vec<Tag>,
    bucket: Bucket,
    key: Key,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "account" | "partial" => {
                self.flush();
                let id = rest.trim_start_matches("account ").parse().unwrap();
                self.accounts.push(account(id, word == "account"));
            }
            "organization" => self.organization = true,
            "scp" => {
                let statement = statement(rest, FIRST);
                self.scps.push(statement);
            }
            "rcp" => {
                let statement = statement(&format!("{rest} for *"), FIRST);
                self.rcps.push(statement);
            }
            "endpoint" => {
                let (id, rest) = rest.split_once(' ').unwrap();
                let policy = document(&[statement(&format!("{rest} for *"), FIRST)]);
                self.account().endpoints.push(Endpoint {
                    id: id.to_owned(),
                    vpc: "vpc-1".to_owned(),
                    service: String::new(),
                    kind: EndpointKind::Gateway,
                    policy: Some(policy),
                });
            }
            "oidc" => {
                let account = self.account();
                let arn = format!("arn:aws:iam::{}:oidc-provider/{rest}", account.id);
                account.oidc_providers = Collected::Yes(vec![Provider { arn }]);
            }
            "user" | "role" | "queue" | "bucket" | "key" | "secret" => {
                self.flush();
                self.thing = Some(Thing::new(word, rest));
            }
            _ => self.detail(word, rest),
        }
    }

    fn detail(&mut self, word: &str, rest: &str) {
        let id = self.account().id.to_string();
        let thing = self.thing.as_mut().unwrap();
        match word {
            "tag" => {
                let (key, value) = rest.split_once('=').unwrap();
                thing.tags.push(Tag {
                    key: key.to_owned(),
                    value: value.to_owned(),
                });
            }
            "boundary" => thing.boundary.push(statement(rest, &id)),
            "trust" => thing.trust.push(statement(rest, &id)),
            "set" => thing.set(rest, &id),
            _ => thing
                .statements
                .push(statement(&format!("{word} {rest}"), &id)),
        }
    }

    fn account(&mut self) -> &mut AccountObject {
        if self.accounts.is_empty() {
            self.accounts.push(account(FIRST.parse().unwrap(), true));
        }
        self.accounts.last_mut().unwrap()
    }

    fn flush(&mut self) {
        let Some(thing) = self.thing.take() else {
            return;
        };
        let account = self.account();
        match thing.kind.as_str() {
            "user" => {
                let user = thing.user(account);
                account.users.push(user);
            }
            "role" => {
                let role = thing.role(account);
                account.roles.push(role);
            }
            _ => {
                let resource = thing.resource(account.id);
                account.resources.push(resource);
            }
        }
    }

    fn finish(mut self) -> Snapshot {
        self.flush();
        let organization = self.organization.then(|| Arc::new(self.tree()));
        self.accounts.sort_by_key(|account| account.id);
        Snapshot {
            taken: Timestamp::UNIX_EPOCH,
            assumptions: Vec::new(),
            organization,
            accounts: self.accounts.into_iter().map(Arc::new).collect(),
            activity: Vec::new(),
        }
    }

    fn tree(&self) -> OrganizationObject {
        let policy = |id: &str, kind, text: String| OrganizationPolicy {
            id: id.to_owned(),
            name: id.to_owned(),
            kind,
            aws_managed: false,
            document: Collected::Yes(text),
        };
        let member = |account: &AccountObject| Member {
            id: account.id,
            name: String::new(),
            status: String::new(),
            joined: None,
            parent: Some("r-1".to_owned()),
            tags: Collected::Not,
            scps: Collected::Yes(vec!["p-full".to_owned()]),
            rcps: Collected::Yes(Vec::new()),
        };
        OrganizationObject {
            id: "o-1".to_owned(),
            management_account: "999999999999".parse().unwrap(),
            root: Root {
                id: "r-1".to_owned(),
                scps: Collected::Yes(vec!["p-full".to_owned(), "p-scp".to_owned()]),
                rcps: Collected::Yes(vec!["p-rcp".to_owned()]),
            },
            units: Vec::new(),
            accounts: self.accounts.iter().map(member).collect(),
            policies: vec![
                policy(
                    "p-full",
                    OrganizationPolicyKind::ServiceControl,
                    FULL.to_owned(),
                ),
                policy(
                    "p-rcp",
                    OrganizationPolicyKind::ResourceControl,
                    document(&self.rcps),
                ),
                policy(
                    "p-scp",
                    OrganizationPolicyKind::ServiceControl,
                    document(&self.scps),
                ),
            ],
            all_accounts: false,
            delegated_administrators: Collected::Yes(Vec::new()),
            public_access_block: Collected::Yes(None),
            gaps: Vec::new(),
        }
    }
}

fn account(id: AccountId, complete: bool) -> AccountObject {
    let mut account = AccountObject::unread(id);
    account.identities = true;
    account.complete = complete;
    if complete {
        account.public_access_block = Collected::Yes(None);
        account.oidc_providers = Collected::Yes(Vec::new());
        account.saml_providers = Collected::Yes(Vec::new());
    }
    account
}

impl Thing {
    fn new(kind: &str, name: &str) -> Thing {
        Thing {
            kind: kind.to_owned(),
            name: name.to_owned(),
            statements: Vec::new(),
            boundary: Vec::new(),
            trust: Vec::new(),
            tags: Vec::new(),
            bucket: Bucket {
                public_access_block: Collected::Yes(None),
                ownership: Collected::Yes(ObjectOwnership::BucketOwnerEnforced),
                acl: Collected::Yes(Vec::new()),
                abac: Collected::Yes(false),
            },
            key: Key {
                grants: Collected::Yes(Vec::new()),
                aws_managed: Collected::Yes(false),
                aliases: Collected::Yes(Vec::new()),
            },
        }
    }

    fn set(&mut self, what: &str, account: &str) {
        let (name, value) = what.split_once('=').unwrap();
        match name {
            "ownership" => self.bucket.ownership = Collected::Yes(ObjectOwnership::ObjectWriter),
            "block" => {
                let block = PublicAccessBlock {
                    restrict_public_buckets: value == "restrict",
                    ignore_public_acls: value == "ignore",
                    ..PublicAccessBlock::default()
                };
                self.bucket.public_access_block = Collected::Yes(Some(block));
            }
            "acl" => {
                let (grantee, permission) = value.split_once(':').unwrap();
                let grantee = match grantee {
                    "AllUsers" => AclGrantee::AllUsers,
                    id => AclGrantee::Account(id.parse().unwrap()),
                };
                self.bucket.acl = Collected::Yes(vec![AclGrant {
                    grantee,
                    permission: permission.to_owned(),
                }]);
            }
            "grant" => {
                let (grantee, operation) = value.split_once(':').unwrap();
                self.key.grants = Collected::Yes(vec![KeyGrant {
                    id: String::new(),
                    grantee: principal(grantee, account),
                    operations: vec![operation.to_owned()],
                    constraint: None,
                }]);
            }
            _ => panic!("nothing is called `{name}`"),
        }
    }

    fn arn(&self, account: AccountId) -> String {
        format!("arn:aws:iam::{account}:{}/{}", self.kind, self.name)
    }

    fn inline(&self) -> Vec<InlinePolicy> {
        let policy = InlinePolicy {
            name: "p".to_owned(),
            document: document(&self.statements),
        };
        (!self.statements.is_empty())
            .then_some(policy)
            .into_iter()
            .collect()
    }

    fn boundary(&self, account: &mut AccountObject) -> Option<String> {
        if self.boundary.is_empty() {
            return None;
        }
        let arn = format!("arn:aws:iam::{}:policy/limit-{}", account.id, self.name);
        account.policies.push(ManagedPolicy {
            arn: arn.clone(),
            name: format!("limit-{}", self.name),
            default_version: "v1".to_owned(),
            versions: vec![PolicyVersion {
                id: "v1".to_owned(),
                document: document(&self.boundary),
            }],
        });
        Some(arn)
    }

    fn user(&self, account: &mut AccountObject) -> User {
        User {
            arn: self.arn(account.id),
            name: self.name.clone(),
            id: format!("AIDA{}", self.name.to_uppercase()),
            path: "/".to_owned(),
            created: None,
            groups: Vec::new(),
            inline: self.inline(),
            attached: Vec::new(),
            boundary: self.boundary(account),
            tags: Collected::Yes(self.tags.clone()),
        }
    }

    fn role(&self, account: &mut AccountObject) -> Role {
        Role {
            arn: self.arn(account.id),
            name: self.name.clone(),
            id: format!("AROA{}", self.name.to_uppercase()),
            path: "/".to_owned(),
            created: None,
            trust: Collected::Yes(document(&self.trust)),
            inline: self.inline(),
            attached: Vec::new(),
            boundary: self.boundary(account),
            tags: Collected::Yes(self.tags.clone()),
            max_session_seconds: None,
        }
    }

    fn resource(&self, account: AccountId) -> Resource {
        let policy = (!self.statements.is_empty()).then(|| document(&self.statements));
        Resource {
            arn: resource(
                &format!("{}/{}", self.kind, self.name),
                &account.to_string(),
            ),
            policy: Collected::Yes(policy),
            tags: Collected::Yes(self.tags.clone()),
            region: Some("eu-west-1".to_owned()),
            owner: None,
            encryption_key: Collected::Yes(None),
            role: None,
            detail: match self.kind.as_str() {
                "bucket" => Detail::Bucket(self.bucket.clone()),
                "key" => Detail::Key(self.key.clone()),
                _ => Detail::Plain,
            },
        }
    }
}

/// Returns the text of a document.
pub fn document(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// Reads `allow ACTIONS [on RESOURCES] [for PRINCIPALS] [if OPERATOR KEY VALUES]...`.
pub fn statement(text: &str, account: &str) -> Value {
    let mut words = text.split_whitespace();
    let effect = match words.next() {
        Some("allow") => "Allow",
        Some("deny") => "Deny",
        other => panic!("expected `allow` or `deny`, not {other:?}"),
    };
    let actions: Vec<&str> = words.next().unwrap().split(',').collect();
    let mut statement = json!({"Effect": effect, "Action": actions, "Resource": "*"});
    while let Some(word) = words.next() {
        match word {
            "on" => {
                let all = words.next().unwrap().split(',');
                let all: Vec<String> = all.map(|one| resource(one, account)).collect();
                statement["Resource"] = json!(all);
            }
            "for" => statement["Principal"] = principals(words.next().unwrap(), account),
            "if" => {
                let operator = words.next().unwrap();
                let key = words.next().unwrap();
                let values: Vec<&str> = words.next().unwrap().split(',').collect();
                let conditions = &mut statement["Condition"];
                if conditions.is_null() {
                    *conditions = Value::Object(Map::new());
                }
                conditions[operator][key] = json!(values);
            }
            _ => panic!("`{word}` is not expected in `{text}`"),
        }
    }
    if statement.get("Principal").is_some() && text.contains("sts:") {
        statement.as_object_mut().unwrap().remove("Resource");
    }
    statement
}

fn principals(text: &str, account: &str) -> Value {
    if text == "*" {
        return json!("*");
    }
    let mut by_kind = Map::new();
    for one in text.split(',') {
        let (kind, value) = match one.split_once(':') {
            Some(("service", name)) => ("Service", name.to_owned()),
            Some(("oidc", issuer)) => (
                "Federated",
                format!("arn:aws:iam::{account}:oidc-provider/{issuer}"),
            ),
            _ => ("AWS", principal(one, account)),
        };
        let values = by_kind.entry(kind).or_insert_with(|| json!([]));
        values.as_array_mut().unwrap().push(json!(value));
    }
    Value::Object(by_kind)
}
