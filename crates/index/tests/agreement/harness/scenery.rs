//! The few names that one world is made of, so that things often match.

use super::dice::Dice;

/// The region of nearly everything.
pub const REGION: &str = "us-east-1";
/// The web identity provider that worlds have.
pub const ISSUER: &str = "token.example.com";
/// A web identity provider that needs no object (R26).
pub const BUILT_IN_ISSUER: &str = "cognito-identity.amazonaws.com";
/// The names of sessions.
pub const SESSIONS: [&str; 2] = ["alice", "i-1"];
/// The names of federated users' sessions.
pub const FEDERATED: [&str; 2] = ["bob", "ana"];
/// The users that may be there, with their paths.
pub const USERS: [(&str, &str); 3] = [("ana", "/"), ("bo", "/team/"), ("cy", "/")];
/// The roles that may be there, with their paths.
pub const ROLES: [(&str, &str); 5] = [
    ("app", "/"),
    ("dev", "/team/"),
    ("ops", "/"),
    (
        "AWSServiceRoleForQueue",
        "/aws-service-role/sqs.amazonaws.com/",
    ),
    (
        "AWSReservedSSO_Admin_1",
        "/aws-reserved/sso.amazonaws.com/us-east-1/",
    ),
];
/// The groups that may be there.
pub const GROUPS: [&str; 2] = ["g1", "g2"];
/// The services that call as themselves.
pub const SERVICES: [&str; 6] = [
    "sns.amazonaws.com",
    "lambda.amazonaws.com",
    "ec2.amazonaws.com",
    "s3.amazonaws.com",
    "pods.eks.amazonaws.com",
    "rolesanywhere.amazonaws.com",
];
/// The values of tags, names and the like.
pub const WORDS: [&str; 4] = ["red", "blue", "ana", ""];
/// The keys of tags.
pub const TAGS: [&str; 2] = ["team", "env"];

/// A kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Bucket,
    Object,
    AccessPoint,
    Queue,
    Topic,
    Key,
    Secret,
    Function,
    Table,
    Repository,
    Instance,
    Bus,
    Stream,
    LogGroup,
    Domain,
    Api,
    Role,
    User,
    Policy,
    Root,
    /// No resource: the text `*`.
    Nothing,
}

/// An action, and what it is done to.
pub type Call = (&'static str, Kind);

/// The actions that worlds are about, those that AWS treats alike only once.
pub const CALLS: [Call; 55] = [
    ("s3:GetObject", Kind::Object),
    ("s3:PutObject", Kind::Object),
    ("s3:DeleteObject", Kind::Object),
    ("s3:GetObjectVersion", Kind::Object),
    ("s3:GetObjectAcl", Kind::Object),
    ("s3:PutObjectAcl", Kind::Object),
    ("s3:ListBucket", Kind::Bucket),
    ("s3:GetBucketAcl", Kind::Bucket),
    ("s3:PutBucketPolicy", Kind::Bucket),
    ("s3:DeleteBucketPolicy", Kind::Bucket),
    ("s3:ListAllMyBuckets", Kind::Nothing),
    ("sqs:SendMessage", Kind::Queue),
    ("sqs:ReceiveMessage", Kind::Queue),
    ("sns:Publish", Kind::Topic),
    ("kms:Decrypt", Kind::Key),
    ("kms:Encrypt", Kind::Key),
    ("kms:GenerateDataKey", Kind::Key),
    ("kms:DescribeKey", Kind::Key),
    ("kms:PutKeyPolicy", Kind::Key),
    ("kms:CreateGrant", Kind::Key),
    ("kms:RetireGrant", Kind::Key),
    ("kms:ListKeys", Kind::Nothing),
    ("secretsmanager:GetSecretValue", Kind::Secret),
    ("lambda:InvokeFunction", Kind::Function),
    ("lambda:InvokeFunctionUrl", Kind::Function),
    ("dynamodb:GetItem", Kind::Table),
    ("dynamodb:Query", Kind::Table),
    ("ecr:BatchGetImage", Kind::Repository),
    ("ec2:DescribeInstances", Kind::Nothing),
    ("ec2:TerminateInstances", Kind::Instance),
    ("ec2:CreateTags", Kind::Instance),
    ("iam:GetUser", Kind::User),
    ("iam:ListUsers", Kind::Nothing),
    ("iam:GetRole", Kind::Role),
    ("iam:PassRole", Kind::Role),
    ("iam:PutRolePolicy", Kind::Role),
    ("iam:CreatePolicyVersion", Kind::Policy),
    ("sts:AssumeRole", Kind::Role),
    ("sts:TagSession", Kind::Role),
    ("sts:SetSourceIdentity", Kind::Role),
    ("sts:AssumeRoleWithWebIdentity", Kind::Role),
    ("sts:AssumeRoleWithSAML", Kind::Role),
    ("sts:AssumeRoot", Kind::Root),
    ("sts:GetCallerIdentity", Kind::Nothing),
    ("sts:GetSessionToken", Kind::Nothing),
    ("sts:GetFederationToken", Kind::User),
    ("organizations:DescribeOrganization", Kind::Nothing),
    ("execute-api:Invoke", Kind::Api),
    ("es:ESHttpGet", Kind::Domain),
    ("events:PutEvents", Kind::Bus),
    ("kinesis:GetRecords", Kind::Stream),
    ("logs:PutLogEvents", Kind::LogGroup),
    ("logs:DescribeLogGroups", Kind::LogGroup),
    ("lambda:ListFunctions", Kind::Nothing),
    ("nosuch:Thing", Kind::Nothing),
];

/// An account that a world has or mentions.
#[derive(Clone, Debug)]
pub struct Place {
    /// The twelve digits.
    pub id: &'static str,
    /// A letter for names that are unique beyond the account.
    pub letter: char,
    /// The partition.
    pub partition: &'static str,
    /// Whether the snapshot has an object of it.
    pub there: bool,
}

/// The names of one world.
#[derive(Clone, Debug)]
pub struct Scenery {
    /// The accounts; the first is there.
    pub places: Vec<Place>,
    /// The calls that policies and questions are mostly about.
    pub calls: Vec<Call>,
    /// Whether there is an organization.
    pub organization: bool,
}

/// The management account.
pub const MANAGEMENT: &str = "999999999999";

impl Scenery {
    /// Draws the names of a world.
    pub fn draw(dice: &mut Dice) -> Scenery {
        let foreign = dice.pick(&["aws", "aws", "aws", "aws", "aws-cn"]);
        let mut places = vec![place("111111111111", 'a', "aws", true)];
        let others = [
            ("222222222222", 'b', "aws"),
            ("333333333333", 'c', foreign),
            (MANAGEMENT, 'm', "aws"),
        ];
        for (id, letter, partition) in others {
            if dice.chance(55) {
                places.push(place(id, letter, partition, true));
            }
        }
        if dice.chance(70) {
            places.push(place("444444444444", 'x', "aws", false));
        }
        let mut calls: Vec<Call> = (0..4).map(|_| dice.pick(&CALLS)).collect();
        if dice.chance(50) {
            calls.push(("sts:AssumeRole", Kind::Role));
        }
        calls.extend(service_mates(dice, &calls));
        Scenery {
            places,
            calls,
            organization: dice.chance(70),
        }
    }

    /// Draws an account, the first most often.
    pub fn place(&self, dice: &mut Dice) -> Place {
        if dice.chance(45) {
            return self.places[0].clone();
        }
        dice.pick(&self.places)
    }

    /// Draws a call, mostly one of those that the world is about.
    pub fn call(&self, dice: &mut Dice) -> Call {
        if dice.chance(85) {
            dice.pick(&self.calls)
        } else {
            dice.pick(&CALLS)
        }
    }

    /// Draws the ARN of a resource, or `*`.
    pub fn resource(&self, dice: &mut Dice, kind: Kind) -> String {
        let place = self.place(dice);
        let all = arns(&place, kind);
        // The first stands in the snapshot if anything does.
        if dice.chance(50) {
            return all[0].clone();
        }
        dice.pick(&all)
    }

    /// Draws the ARN of a user, role or root, or of a session of one.
    pub fn principal(&self, dice: &mut Dice) -> String {
        let place = self.place(dice);
        match dice.weighted(&[34, 34, 10, 12, 5, 5]) {
            0 => user(&place, dice.below(USERS.len())),
            1 => role(&place, ordinary_role(dice)),
            2 => root(&place),
            3 => session(&place, ordinary_role(dice), dice.pick(&SESSIONS)),
            4 => federated(&place, dice.pick(&FEDERATED)),
            _ => role(&place, dice.below(ROLES.len())),
        }
    }
}

fn place(id: &'static str, letter: char, partition: &'static str, there: bool) -> Place {
    Place {
        id,
        letter,
        partition,
        there,
    }
}

// Calls on the same kind of resource make richer worlds.
fn service_mates(dice: &mut Dice, calls: &[Call]) -> Vec<Call> {
    let kind = dice.pick(calls).1;
    let mates: Vec<Call> = CALLS.iter().copied().filter(|c| c.1 == kind).collect();
    vec![dice.pick(&mates), dice.pick(&mates)]
}

/// Draws a role that people make, by its number.
pub fn ordinary_role(dice: &mut Dice) -> usize {
    dice.below(3)
}

/// Returns the ARN of a user.
pub fn user(place: &Place, number: usize) -> String {
    let (name, path) = USERS[number];
    iam(place, &format!("user{path}{name}"))
}

/// Returns the ARN of a role.
pub fn role(place: &Place, number: usize) -> String {
    let (name, path) = ROLES[number];
    iam(place, &format!("role{path}{name}"))
}

/// Returns the ARN of a root user.
pub fn root(place: &Place) -> String {
    iam(place, "root")
}

/// Returns the ARN of a role's session.
pub fn session(place: &Place, number: usize, name: &str) -> String {
    let role = ROLES[number].0;
    sts(place, &format!("assumed-role/{role}/{name}"))
}

/// Returns the ARN of a federated user's session.
pub fn federated(place: &Place, name: &str) -> String {
    sts(place, &format!("federated-user/{name}"))
}

/// Returns the unique id of a user (`AIDA`) or role (`AROA`).
pub fn unique_id(kind: &str, place: &Place, name: &str) -> String {
    format!("{kind}{}{}", name.to_uppercase(), place.letter).to_uppercase()
}

/// Returns the canonical id of an account.
pub fn canonical_id(place: &Place) -> String {
    format!("c{}", place.id)
}

/// Returns the ARN of the web identity provider.
pub fn oidc_provider(place: &Place) -> String {
    iam(place, &format!("oidc-provider/{ISSUER}"))
}

/// Returns the ARN of the SAML provider.
pub fn saml_provider(place: &Place) -> String {
    iam(place, "saml-provider/idp")
}

/// Returns the ARN of something of IAM.
pub fn iam(place: &Place, resource: &str) -> String {
    format!("arn:{}:iam::{}:{resource}", place.partition, place.id)
}

fn sts(place: &Place, resource: &str) -> String {
    format!("arn:{}:sts::{}:{resource}", place.partition, place.id)
}

/// Returns the name of an account's first or second bucket.
pub fn bucket(place: &Place, number: usize) -> String {
    format!("{}{number}", place.letter)
}

/// Returns the ARNs of a kind that an account may have; the last are often not recorded.
pub fn arns(place: &Place, kind: Kind) -> Vec<String> {
    let (partition, id) = (place.partition, place.id);
    let regional = |service: &str, names: &[&str]| -> Vec<String> {
        let one = |name: &&str| format!("arn:{partition}:{service}:{REGION}:{id}:{name}");
        names.iter().map(one).collect()
    };
    match kind {
        Kind::Bucket => (1..=2)
            .map(|number| format!("arn:{partition}:s3:::{}", bucket(place, number)))
            .collect(),
        Kind::Object => ["1/k", "1/red/k", "2/k", "1/ana/x/y", "1/*"]
            .iter()
            .map(|rest| format!("arn:{partition}:s3:::{}{rest}", place.letter))
            .collect(),
        Kind::AccessPoint => regional("s3", &["accesspoint/p1", "accesspoint/p2"]),
        Kind::Queue => {
            let mut all = regional("sqs", &["q1", "q2"]);
            all.push(format!("arn:{partition}:sqs:eu-west-1:{id}:q1"));
            all
        }
        Kind::Topic => regional("sns", &["t1", "t2"]),
        Kind::Key => regional("kms", &["key/k1", "key/k2", "key/k3", "alias/app"]),
        Kind::Secret => regional("secretsmanager", &["secret:s1-AbCdEf", "secret:s2-AbCdEf"]),
        Kind::Function => regional("lambda", &["function:f1", "function:f1:prod"]),
        Kind::Table => regional("dynamodb", &["table/t1", "table/t1/index/i1", "table/t2"]),
        Kind::Repository => regional("ecr", &["repository/r1"]),
        Kind::Instance => regional("ec2", &["instance/i-1", "instance/i-2"]),
        Kind::Bus => regional("events", &["event-bus/default", "event-bus/b1"]),
        Kind::Stream => regional("kinesis", &["stream/s1"]),
        Kind::LogGroup => regional("logs", &["log-group:g1:log-stream:s1", "log-group:g1"]),
        Kind::Domain => regional("es", &["domain/d1/red", "domain/d1"]),
        Kind::Api => vec![
            format!("arn:{partition}:execute-api:{REGION}:{id}:abc/prod/GET/red"),
            format!("arn:{partition}:execute-api:{REGION}:{id}:abc/*"),
        ],
        Kind::Role => (0..ROLES.len()).map(|number| role(place, number)).collect(),
        Kind::User => (0..USERS.len()).map(|number| user(place, number)).collect(),
        Kind::Policy => vec![
            iam(place, "policy/P1"),
            "arn:aws:iam::aws:policy/Managed".to_owned(),
        ],
        Kind::Root => vec![root(place)],
        Kind::Nothing => vec!["*".to_owned()],
    }
}
