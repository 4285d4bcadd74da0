//! The questions that show what a changed statement brought or took.

use whocan_graph::{Graph, PolicyId, PrincipalId};
use whocan_policy::catalogue::catalogue;
use whocan_policy::{Arn, Statement};

use crate::cause::Cause;
use crate::fact::Aspect;

/// Statements that cover more actions than this are asked about by example.
const MOST_ACTIONS: usize = 250;

/// Whom a change bears on that is not of one principal.
const EVERYBODY: &str = "";

/// What stands for a statement that covers too many actions: those that give
/// more access, and those that read, change or run what is most often guarded.
const TELLING: [&str; 24] = [
    "iam:AttachRolePolicy",
    "iam:CreateAccessKey",
    "iam:PassRole",
    "iam:PutUserPolicy",
    "iam:UpdateAssumeRolePolicy",
    "organizations:LeaveOrganization",
    "cloudformation:CreateStack",
    "cloudtrail:StopLogging",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "ec2:RunInstances",
    "kms:Decrypt",
    "kms:PutKeyPolicy",
    "lambda:InvokeFunction",
    "lambda:UpdateFunctionCode",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:PutBucketPolicy",
    "s3:PutObject",
    "secretsmanager:GetSecretValue",
    "sns:Publish",
    "sqs:ReceiveMessage",
    "ssm:GetParameter",
    "ssm:SendCommand",
];

/// A question about a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// This one.
    Plain(String),
    /// What one user has, by ARN: `can reach s3:GetObject`.
    User { user: String, access: String },
    /// What a role has and whoever comes to it.
    Role { role: String, access: String },
}

impl Question {
    /// Returns who `access` of whomever a change of this thing bears on.
    fn about(thing: &str, access: String) -> Question {
        let (user, role) = (thing.to_owned(), thing.to_owned());
        if thing.contains(":user/") {
            Question::User { user, access }
        } else if thing.contains(":role/") {
            Question::Role { role, access }
        } else {
            Question::Plain(format!("who {access}"))
        }
    }

    /// Returns the question as anybody can ask it.
    pub fn text(&self) -> String {
        match self {
            Question::Plain(text) => text.clone(),
            Question::User { user, access } => format!("which {} {access}", quoted(user)),
            Question::Role { role, access } => {
                let role = quoted(role);
                format!("which ({role} or (who can reach {role})) {access}")
            }
        }
    }
}

/// What to ask about a cause.
pub(crate) enum Asked {
    /// These questions, and why they do not show it all.
    Questions(Vec<Question>, Option<&'static str>),
    /// Nothing, and why.
    Nothing(&'static str),
}

/// Returns what to ask about `cause`; `graphs` are the facts before and after.
pub(crate) fn about(cause: &Cause, graphs: [&Graph; 2]) -> Asked {
    let whose = cause.thing.as_str();
    match &cause.aspect {
        Aspect::Trust => existing(&cause.thing, graphs),
        Aspect::Existence if is_identity(&cause.thing) => existing(&cause.thing, graphs),
        Aspect::Existence => Asked::Nothing("what is in it is not asked about one by one"),
        Aspect::Boundary => of_statements(whose, &own_statements(&cause.thing, graphs)),
        Aspect::Attachment(policy) => of_statements(whose, &statements_of(policy, graphs)),
        Aspect::Membership(group) => {
            of_statements(whose, &group_statements(&cause.thing, group, graphs))
        }
        Aspect::Setting("Block Public Access") if cause.thing.contains(":s3:") => {
            only(public_bucket(&cause.thing))
        }
        Aspect::Assignment(one) => only(become_role(&one.roles)),
        Aspect::DirectoryMembership { user, .. } => only(Question::Plain(format!(
            "which roles can {} reach",
            quoted(user)
        ))),
        Aspect::Share(_) => {
            Asked::Nothing("RAM tells by a resource policy of its own what it allows")
        }
        Aspect::Setting(_) => Asked::Nothing("what rests on this setting is not asked one by one"),
        Aspect::Inline(_) => of_statements(whose, &cause.says),
        _ => of_statements(EVERYBODY, &cause.says),
    }
}

fn only(question: Question) -> Asked {
    Asked::Questions(vec![question], None)
}

fn is_identity(thing: &str) -> bool {
    thing.contains(":user/") || thing.contains(":role/")
}

fn become_role(role: &str) -> Question {
    Question::Plain(format!("who can reach {}", quoted(role)))
}

fn public_bucket(bucket: &str) -> Question {
    let (bucket, objects) = (quoted(bucket), quoted(&format!("{bucket}/*")));
    Question::Plain(format!(
        "who can s3:GetObject, s3:PutObject, s3:ListBucket on {bucket} or {objects}"
    ))
}

// What its policies say, and for a role who comes to it.
fn existing(thing: &str, graphs: [&Graph; 2]) -> Asked {
    let own = own_statements(thing, graphs);
    let (mut questions, partly) = match of_statements(thing, &own) {
        Asked::Questions(questions, partly) => (questions, partly),
        Asked::Nothing(_) => (Vec::new(), None),
    };
    if thing.contains(":role/") {
        questions.insert(0, become_role(thing));
    }
    match questions.is_empty() {
        true => Asked::Nothing("it has no policies of its own"),
        false => Asked::Questions(questions, partly),
    }
}

fn own_statements(thing: &str, graphs: [&Graph; 2]) -> Vec<Statement> {
    let mut all = Vec::new();
    for graph in graphs {
        let found = graph.principal_of(thing);
        let identity = found.and_then(|id| graph.principal(id).identity());
        for attachment in identity.iter().flat_map(|identity| &identity.policies) {
            add(graph, attachment.policy, &mut all);
        }
    }
    all
}

fn group_statements(user: &str, group: &str, graphs: [&Graph; 2]) -> Vec<Statement> {
    let mut all = Vec::new();
    for graph in graphs {
        let account = graph.principal_of(user);
        let account = account.and_then(|id: PrincipalId| graph.principal(id).account);
        let groups = graph.groups().iter();
        for known in groups.filter(|one| *one.name == *group && Some(one.account) == account) {
            for &policy in &known.policies {
                add(graph, policy, &mut all);
            }
        }
    }
    all
}

// Managed policies by ARN, control policies by id.
fn statements_of(policy: &str, graphs: [&Graph; 2]) -> Vec<Statement> {
    let mut all = Vec::new();
    for graph in graphs {
        let numbered = (0..).map(PolicyId).zip(graph.policies());
        for (id, _) in numbered.filter(|(_, one)| *one.at == *policy) {
            add(graph, id, &mut all);
        }
    }
    all
}

fn add(graph: &Graph, policy: PolicyId, all: &mut Vec<Statement>) {
    let document = graph.document_of(policy);
    for statement in document.iter().flat_map(|document| &document.statements) {
        if !all.contains(statement) {
            all.push(statement.clone());
        }
    }
}

fn of_statements(whose: &str, statements: &[Statement]) -> Asked {
    let (mut questions, mut partly) = (Vec::new(), false);
    for statement in statements {
        let actions = Actions::of(statement);
        partly |= actions.partly;
        let access = actions.access(statement);
        let question = access.map(|access| Question::about(whose, access));
        questions.extend(question.filter(|question| !questions.contains(question)));
    }
    let by_example = "it covers too many actions to ask about each: these are examples";
    match (questions.is_empty(), partly) {
        (false, partly) => Asked::Questions(questions, partly.then_some(by_example)),
        (true, true) => Asked::Nothing("it covers too many actions to be asked about one by one"),
        (true, false) => Asked::Nothing("it has no statements"),
    }
}

/// The actions by which a statement is asked about.
struct Actions<'a> {
    names: Vec<&'a str>,
    /// Whether it covers more.
    partly: bool,
}

impl<'a> Actions<'a> {
    fn of(statement: &'a Statement) -> Actions<'a> {
        let Some(clause) = &statement.actions else {
            return Actions {
                names: Vec::new(),
                partly: false,
            };
        };
        let known = catalogue().actions().map(|id| catalogue().name(id));
        let covered = known.filter(|name| clause.covers(name));
        let covered: Vec<&str> = covered.take(MOST_ACTIONS + 1).collect();
        if covered.len() > MOST_ACTIONS {
            let telling = TELLING.into_iter().filter(|name| clause.covers(name));
            return Actions {
                names: telling.collect(),
                partly: true,
            };
        }
        Actions {
            names: match clause.negated {
                true => covered,
                false => clause.patterns.iter().map(|one| one.as_str()).collect(),
            },
            partly: false,
        }
    }

    fn access(&self, statement: &Statement) -> Option<String> {
        let arns = arns(statement);
        let services: Vec<&str> = arns
            .iter()
            .filter_map(|arn| arn.split(':').nth(2))
            .collect();
        let fits = |name: &&&str| {
            let service = name.split(':').next().unwrap_or_default();
            !self.partly || services.is_empty() || services.contains(&service)
        };
        let names: Vec<&str> = self.names.iter().filter(fits).copied().collect();
        if names.is_empty() {
            return None;
        }
        let mut access = format!("can reach {}", names.join(", "));
        if !arns.is_empty() {
            let arns: Vec<String> = arns.iter().map(|arn| quoted(arn)).collect();
            access.push_str(" on ");
            access.push_str(&arns.join(" or "));
        }
        Some(access)
    }
}

// The resources of a statement, none if it is about any.
fn arns(statement: &Statement) -> Vec<String> {
    let resources = statement.resources.as_ref().filter(|one| !one.negated);
    let patterns = resources.iter().flat_map(|clause| &clause.patterns);
    let patterns: Vec<String> = patterns
        .map(|one| without_variables(one.as_str()))
        .collect();
    match patterns.iter().any(|one| one == "*") {
        true => Vec::new(),
        false => {
            let arns = patterns.into_iter();
            arns.filter(|one| one.parse::<Arn>().is_ok()).collect()
        }
    }
}

fn without_variables(pattern: &str) -> String {
    let mut plain = String::new();
    let mut rest = pattern;
    while let Some(start) = rest.find("${") {
        plain.push_str(&rest[..start]);
        plain.push('*');
        rest = rest[start..].split_once('}').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace(['"', '\\'], "?"))
}
