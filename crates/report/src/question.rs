//! The questions that show what a changed statement brought or took.

use whocan_graph::{Graph, PolicyId, PrincipalId};
use whocan_policy::catalogue::catalogue;
use whocan_policy::{Arn, Statement};

use crate::cause::Cause;
use crate::fact::Aspect;

/// Statements that cover more actions than this are not asked about.
const MOST_ACTIONS: usize = 250;

/// What to ask about a cause.
pub(crate) enum Asked {
    /// These questions.
    Questions(Vec<String>),
    /// Nothing, and why.
    Nothing(&'static str),
}

/// Returns what to ask about `cause`; `graphs` are the facts before and after.
pub(crate) fn about(cause: &Cause, graphs: [&Graph; 2]) -> Asked {
    match &cause.aspect {
        Aspect::Trust => Asked::Questions(vec![become_role(&cause.thing)]),
        Aspect::Existence if is_identity(&cause.thing) => existing(&cause.thing, graphs),
        Aspect::Existence => Asked::Nothing("what is in it is not asked about one by one"),
        Aspect::Boundary => of_statements(&own_statements(&cause.thing, graphs)),
        Aspect::Attachment(policy) => of_statements(&statements_of(policy, graphs)),
        Aspect::Membership(group) => of_statements(&group_statements(&cause.thing, group, graphs)),
        Aspect::Setting("Block Public Access") if cause.thing.contains(":s3:") => {
            Asked::Questions(vec![public_bucket(&cause.thing)])
        }
        Aspect::Setting(_) => Asked::Nothing("what rests on this setting is not asked one by one"),
        _ => of_statements(&cause.says),
    }
}

fn is_identity(thing: &str) -> bool {
    thing.contains(":user/") || thing.contains(":role/")
}

fn become_role(role: &str) -> String {
    format!("who can reach {}", quoted(role))
}

fn public_bucket(bucket: &str) -> String {
    let (bucket, objects) = (quoted(bucket), quoted(&format!("{bucket}/*")));
    format!("who can s3:GetObject, s3:PutObject, s3:ListBucket on {bucket} or {objects}")
}

// What its policies say, and for a role who comes to it.
fn existing(thing: &str, graphs: [&Graph; 2]) -> Asked {
    let mut questions = match of_statements(&own_statements(thing, graphs)) {
        Asked::Questions(questions) => questions,
        Asked::Nothing(_) => Vec::new(),
    };
    if thing.contains(":role/") {
        questions.insert(0, become_role(thing));
    }
    match questions.is_empty() {
        true => Asked::Nothing("it has no policies of its own"),
        false => Asked::Questions(questions),
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

fn of_statements(statements: &[Statement]) -> Asked {
    let mut questions = Vec::new();
    let mut wide = false;
    for statement in statements {
        match question(statement) {
            Some(question) if !questions.contains(&question) => questions.push(question),
            Some(_) => {}
            None => wide = true,
        }
    }
    match (questions.is_empty(), wide) {
        (false, _) => Asked::Questions(questions),
        (true, true) => Asked::Nothing("it covers too many actions to be asked about one by one"),
        (true, false) => Asked::Nothing("it has no statements"),
    }
}

// `None` where the statement covers too much.
fn question(statement: &Statement) -> Option<String> {
    let clause = statement.actions.as_ref().filter(|one| !one.negated)?;
    let known = catalogue().actions().map(|id| catalogue().name(id));
    let covered = known
        .filter(|name| clause.covers(name))
        .take(MOST_ACTIONS + 1);
    if clause.patterns.is_empty() || covered.count() > MOST_ACTIONS {
        return None;
    }
    let actions: Vec<&str> = clause.patterns.iter().map(|one| one.as_str()).collect();
    let mut question = format!("who can reach {}", actions.join(", "));
    let resources = statement.resources.as_ref().filter(|one| !one.negated);
    let patterns = resources.iter().flat_map(|clause| &clause.patterns);
    let patterns: Vec<String> = patterns
        .map(|one| without_variables(one.as_str()))
        .collect();
    let anything = patterns.is_empty() || patterns.iter().any(|one| one == "*");
    if !anything {
        let arns = patterns.iter().filter(|one| one.parse::<Arn>().is_ok());
        let arns: Vec<String> = arns.map(|one| quoted(one)).collect();
        if !arns.is_empty() {
            question.push_str(" on ");
            question.push_str(&arns.join(" or "));
        }
    }
    Some(question)
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
