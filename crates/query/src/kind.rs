//! The kinds of things that a question can name: `roles`, `bucket/logs`.

use whocan_policy::Arn;

/// A kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Every principal and entry point.
    Principal,
    /// IAM users.
    User,
    /// Roles.
    Role,
    /// Root users.
    Root,
    /// Role sessions that policies name.
    Session,
    /// Sessions of `GetFederationToken` that policies name.
    FederatedUser,
    /// AWS services as callers.
    Service,
    /// OpenID Connect providers.
    Oidc,
    /// SAML providers.
    Saml,
    /// Providers of either sort.
    Provider,
    /// Users of Identity Center.
    IdentityCenterUser,
    /// Principals of accounts that were not collected.
    External,
    /// A caller without credentials.
    Anyone,
    /// Groups of users.
    Group,
    /// Managed policies.
    Policy,
    /// Accounts.
    Account,
    /// Organizational units.
    Unit,
    /// Every resource that was collected.
    Resource,
    /// Resources of one kind.
    ResourceOf(&'static ResourceKind),
}

/// One row of the table of kinds.
#[derive(Clone, Copy, Debug)]
pub struct KindWord {
    /// The word in shorthands.
    pub singular: &'static str,
    /// The word for all of them.
    pub plural: &'static str,
    /// What it means.
    pub kind: Kind,
}

/// The kinds that are no resources.
const KINDS: &[KindWord] = &[
    row("principal", "principals", Kind::Principal),
    row("user", "users", Kind::User),
    row("role", "roles", Kind::Role),
    row("root", "roots", Kind::Root),
    row("session", "sessions", Kind::Session),
    row("federated-user", "federated-users", Kind::FederatedUser),
    row("service", "services", Kind::Service),
    row("oidc", "oidc-providers", Kind::Oidc),
    row("saml", "saml-providers", Kind::Saml),
    row("provider", "providers", Kind::Provider),
    row(
        "identity-center-user",
        "identity-center-users",
        Kind::IdentityCenterUser,
    ),
    row("external", "externals", Kind::External),
    row("anyone", "anyone", Kind::Anyone),
    row("group", "groups", Kind::Group),
    row("policy", "policies", Kind::Policy),
    row("account", "accounts", Kind::Account),
    row("ou", "ous", Kind::Unit),
    row("resource", "resources", Kind::Resource),
];

const fn row(singular: &'static str, plural: &'static str, kind: Kind) -> KindWord {
    KindWord {
        singular,
        plural,
        kind,
    }
}

/// A kind of resource and the form of its ARNs.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceKind {
    /// The word in shorthands.
    pub word: &'static str,
    /// The word for all of them.
    pub plural: &'static str,
    /// The service part of the ARN.
    pub service: &'static str,
    /// How the resource part starts.
    prefix: &'static str,
    /// Signs that the name never has, because other kinds have them there.
    without: &'static [char],
    /// A sign that the name always has.
    with: Option<char>,
}

/// The kinds of resources, objects behind buckets so that the narrower form wins.
pub const RESOURCE_KINDS: &[ResourceKind] = &[
    resource("bucket", "buckets", "s3", "", &['/']),
    ResourceKind {
        word: "object",
        plural: "objects",
        service: "s3",
        prefix: "",
        without: &[],
        with: Some('/'),
    },
    resource("key", "keys", "kms", "key/", &[]),
    resource("queue", "queues", "sqs", "", &[]),
    resource("topic", "topics", "sns", "", &[':']),
    resource("function", "functions", "lambda", "function:", &[':']),
    resource("secret", "secrets", "secretsmanager", "secret:", &[]),
    resource("table", "tables", "dynamodb", "table/", &['/']),
    resource("parameter", "parameters", "ssm", "parameter/", &[]),
    resource("repository", "repositories", "ecr", "repository/", &[]),
    resource("instance", "instances", "ec2", "instance/", &[]),
    resource("log-group", "log-groups", "logs", "log-group:", &[]),
    resource("stack", "stacks", "cloudformation", "stack/", &[]),
    resource("project", "projects", "codebuild", "project/", &[]),
    resource(
        "state-machine",
        "state-machines",
        "states",
        "stateMachine:",
        &[],
    ),
    resource(
        "file-system",
        "file-systems",
        "elasticfilesystem",
        "file-system/",
        &[],
    ),
    resource("domain", "domains", "es", "domain/", &[]),
];

/// Access points share a service with buckets and have an account in their ARN.
const ACCESS_POINT: ResourceKind = resource(
    "access-point",
    "access-points",
    "s3",
    "accesspoint/",
    &['/'],
);

const fn resource(
    word: &'static str,
    plural: &'static str,
    service: &'static str,
    prefix: &'static str,
    without: &'static [char],
) -> ResourceKind {
    ResourceKind {
        word,
        plural,
        service,
        prefix,
        without,
        with: None,
    }
}

impl ResourceKind {
    /// Returns the kind of the resource with this ARN, `None` for kinds without a word.
    pub fn of(arn: &str) -> Option<&'static ResourceKind> {
        let arn: Arn = arn.parse().ok()?;
        all_resource_kinds().find(|kind| kind.covers(&arn))
    }

    fn covers(&self, arn: &Arn) -> bool {
        let access_point = arn.service() == "s3" && arn.resource().starts_with("accesspoint/");
        if arn.service() != self.service || access_point != (self.word == "access-point") {
            return false;
        }
        let Some(name) = arn.resource().strip_prefix(self.prefix) else {
            return false;
        };
        !name.contains(self.without) && self.with.is_none_or(|sign| name.contains(sign))
    }

    /// Returns the name in an ARN of this kind.
    ///
    /// A secret's without the six characters that Secrets Manager appends (R61).
    pub fn name_in(&self, arn: &str) -> String {
        let Ok(arn) = arn.parse::<Arn>() else {
            return arn.to_owned();
        };
        let name = arn.resource().strip_prefix(self.prefix);
        let name = name.unwrap_or(arn.resource());
        match name.rsplit_once('-') {
            Some((name, suffix)) if self.word == "secret" && suffix.len() == 6 => name.to_owned(),
            _ => name.to_owned(),
        }
    }
}

fn all_resource_kinds() -> impl Iterator<Item = &'static ResourceKind> {
    RESOURCE_KINDS.iter().chain(std::iter::once(&ACCESS_POINT))
}

/// Returns every kind with its words.
pub fn kinds() -> impl Iterator<Item = KindWord> {
    let resources =
        all_resource_kinds().map(|kind| row(kind.word, kind.plural, Kind::ResourceOf(kind)));
    KINDS.iter().copied().chain(resources)
}

/// Returns the kind that a bare word names: the plural, or the singular, in any case.
pub fn kind_named(word: &str) -> Option<Kind> {
    let named = |row: &KindWord| {
        row.plural.eq_ignore_ascii_case(word) || row.singular.eq_ignore_ascii_case(word)
    };
    kinds().find(named).map(|row| row.kind)
}

/// Returns the kind before the slash of a shorthand, in any case.
pub fn kind_of_shorthand(word: &str) -> Option<Kind> {
    kinds()
        .find(|row| row.singular.eq_ignore_ascii_case(word))
        .map(|row| row.kind)
}
