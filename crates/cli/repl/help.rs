//! What the session says when somebody asks how to ask.

use super::command::COMMANDS;

const QUESTIONS: &str = "\
Questions:
  who can s3:GetObject on bucket/logs            who may, by themselves
  who can reach s3:GetObject on bucket/logs      also over chains of assumed roles
  why can user/ana s3:GetObject on bucket/logs   the statements that decide
  what can role/ci do                            everything that one may do
  which buckets can role/ci reach s3:PutObject   the resources
  paths from user/ana to role/Admin              the chains
  matrix accounts by accounts                    which account leads into which
  list roles where trust.external                facts
  let crown = bucket/logs or bucket/payroll      a name for the questions to come
  list it                                        the rows of the question before
Lists of one kind: principals, users, roles, groups, policies, accounts, buckets, keys, queues ...
";

/// Words of the language: what each does, and an example.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "who",
        "which principals may",
        "who can s3:GetObject on bucket/payroll",
    ),
    (
        "which",
        "which of a set may, or on which of a set somebody may",
        "which buckets can user/ana reach s3:GetObject",
    ),
    (
        "what",
        "what one principal may do, or comes to",
        "what can role/reporting do on bucket/payroll",
    ),
    (
        "can",
        "yes, no or if",
        "can user/ana s3:GetObject on bucket/payroll",
    ),
    (
        "why",
        "the statements that decide; `why not` for a no",
        "why not user/cleo s3:GetObject on bucket/payroll",
    ),
    (
        "paths",
        "the shortest chain from each start",
        "paths from users to role/reporting",
    ),
    (
        "shortest",
        "the shortest chain of all",
        "shortest path from users to role/reporting",
    ),
    (
        "all",
        "`all paths`: every chain without a cycle; `all of`: the whole set",
        "all paths from user/ben to role/reporting",
    ),
    (
        "matrix",
        "crosses two sets",
        "matrix accounts by accounts reach s3:GetObject",
    ),
    (
        "cycles",
        "groups of roles that lead to each other",
        "cycles through role/ci-deployer",
    ),
    (
        "list",
        "facts about a set",
        "list roles where trust.external",
    ),
    ("show", "one thing in full", "show role/reporting"),
    (
        "count",
        "how many rows",
        "count who can s3:GetObject on bucket/payroll",
    ),
    (
        "let",
        "names a set for later",
        "let crown = resources with tag.classification = secret",
    ),
    (
        "it",
        "the rows of the question before",
        "list it return name, account",
    ),
    (
        "assert",
        "a test: none, some, exactly N, at most N, at least N, only SET",
        "assert none who outside org can reach s3:* on bucket/payroll",
    ),
    (
        "explain",
        "adds the statements behind every row",
        "explain who can s3:GetObject on bucket/payroll",
    ),
    (
        "plan",
        "says how a question would run",
        "plan who can reach s3:* on bucket/payroll",
    ),
    (
        "reach",
        "also over chains of assumed roles",
        "who can reach s3:GetObject on bucket/payroll",
    ),
    (
        "on",
        "the resources; without it any that the action takes",
        "who can kms:Decrypt on key/payroll",
    ),
    (
        "with",
        "narrows a set by its members' attributes",
        "list users with tag.team = web",
    ),
    (
        "in",
        "narrows a set to accounts, units or the organization",
        "list roles in account/prod",
    ),
    (
        "outside",
        "narrows a set to what is outside of them",
        "who outside org can reach roles in org",
    ),
    (
        "where",
        "keeps rows",
        "who can s3:GetObject on bucket/payroll where verdict = \"if\"",
    ),
    (
        "except",
        "takes a set away from the rows",
        "who can s3:GetObject on bucket/payroll except role/Admin",
    ),
    (
        "via",
        "which calls chains follow",
        "who can reach s3:GetObject on bucket/payroll via AssumeRole",
    ),
    (
        "within",
        "how many hops chains have at most",
        "who can reach s3:GetObject on bucket/payroll within 1 hop",
    ),
    (
        "through",
        "chains that pass one of a set",
        "who can reach s3:GetObject on bucket/payroll through role/ci-deployer",
    ),
    (
        "avoiding",
        "chains that pass none of a set",
        "who can reach s3:GetObject on bucket/payroll avoiding role/ci-deployer",
    ),
    (
        "given",
        "what is known of the request",
        "can user/sam reach role/Auditor given aws:MultiFactorAuthPresent = true",
    ),
    (
        "ignoring",
        "what would be without scps, rcps, boundaries, identity, resource or endpoint policies, acls, grants, block public access",
        "who can organizations:LeaveOrganization ignoring scps",
    ),
    (
        "surely",
        "only what holds in any case",
        "who can s3:GetObject on bucket/payroll surely",
    ),
    (
        "possibly",
        "also what only a gap keeps open",
        "who can secretsmanager:GetSecretValue on secret/ledger/db possibly",
    ),
    (
        "as",
        "`as of SNAPSHOT` asks another one; `as collected` takes gaps for a fresh account's defaults",
        "who can s3:GetObject on bucket/payroll as collected",
    ),
    (
        "group",
        "counts rows by attributes",
        "who can reach s3:GetObject on bucket/payroll group by principal.account",
    ),
    ("order", "orders rows", "list roles order by created desc"),
    ("limit", "how many rows at most", "list roles limit 5"),
    (
        "return",
        "which columns",
        "list users return name, account, mfa",
    ),
    (
        "expand",
        "also lists sessions that say no more than their role",
        "who can s3:GetObject on bucket/payroll expand",
    ),
];

/// Returns help on a word or command, or how to ask where none is named.
pub fn about(word: &str) -> String {
    let word = word.trim_start_matches('\\').to_lowercase();
    if word.is_empty() {
        return format!("{QUESTIONS}{}", commands());
    }
    if let Some((name, does, example)) = WORDS.iter().find(|(name, ..)| *name == word) {
        return format!("{name}: {does}\n  {example}\n");
    }
    if let Some(command) = COMMANDS.iter().find(|command| command.name == word) {
        return format!("\\{} {}: {}\n", command.name, command.takes, command.does);
    }
    if let Some(attribute) = whocan_query::attribute::ATTRIBUTES
        .iter()
        .find(|one| one.name == word)
    {
        let kind = attribute.kind.words();
        return format!("{word}: {kind}, {}\n", attribute.meaning);
    }
    let words: Vec<&str> = WORDS.iter().map(|(name, ..)| *name).collect();
    format!(
        "there is no help on `{word}`; there is on {} and every attribute\n",
        words.join(", ")
    )
}

fn commands() -> String {
    let mut text = String::from("Commands:\n");
    for command in COMMANDS {
        let called = format!("\\{} {}", command.name, command.takes);
        text.push_str(&format!("  {called:<30} {}\n", command.does));
    }
    text.push_str("Tab completes, Ctrl-R searches the history, Ctrl-C ends a running question.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_a_question() {
        for (word, _, example) in WORDS {
            assert!(whocan_query::parse(example).is_ok(), "{word}: {example}");
        }
    }
}
