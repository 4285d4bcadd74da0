//! Questions about the example organization and their answers.
//!
//! The answers in `snapshots/` are checked by hand against `example/README.md`.

mod example;
#[allow(dead_code, reason = "other tests use the rest")]
mod sentence;

use example::ask;
use insta::assert_snapshot;
use proptest::prelude::*;

fn all(questions: &[&str]) -> String {
    let answers = questions
        .iter()
        .map(|text| format!("> {text}\n{}", ask(text)));
    answers.collect::<Vec<_>>().join("\n")
}

#[test]
fn who_reaches_payroll() {
    assert_snapshot!(all(&[
        "who can reach s3:GetObject on arn:aws:s3:::payroll/2026.csv via AssumeRole",
        "who can reach s3:GetObject on bucket/payroll via AssumeRole within 1 hop",
        "who can s3:GetObject on payroll/* surely given aws:SourceIp = 198.51.100.7",
        "who can s3:GetObject on all of payroll/*",
        "who can s3:GetObject on bucket/payroll except role/Admin or account/security",
        "who can reach s3:GetObject on payroll/2026.csv through role/ci-deployer",
        "who can reach s3:GetObject on payroll/2026.csv avoiding role/ci-deployer",
        "who can reach s3:GetObject on payroll/2026.csv where path.crosses_account and hops > 3",
        "who in account/dev with kind = user can reach s3:GetObject on payroll/2026.csv",
        "who outside org can reach s3:GetObject on bucket/payroll",
        "which roles can s3:GetObject on bucket/payroll where principal.account = security",
        "who can all of s3:GetObject, s3:ListBucket on bucket/payroll",
        "count who can reach s3:GetObject on bucket/payroll",
        "who can reach s3:GetObject on payroll/2026.csv group by principal.account limit 3",
        "who can reach s3:GetObject on payroll/2026.csv order by hops desc, name limit 3 return name, hops",
    ]));
}

#[test]
fn who_can_on_other_things() {
    assert_snapshot!(all(&[
        "who can kms:Decrypt on key/payroll where principal.account != resource.account",
        "who can secretsmanager:GetSecretValue on secret/ledger/db",
        "count who can secretsmanager:GetSecretValue on secret/ledger/db possibly",
        "who can secretsmanager:GetSecretValue on secret/ledger/db as collected",
        "who can organizations:LeaveOrganization in account/prod",
        "who in account/prod can organizations:LeaveOrganization",
        "who in account/prod can organizations:LeaveOrganization ignoring scps",
        "who can s3:GetObject on acme-events/curated/*",
        "who can s3:GetObject on acme-events/curated/* through access point analytics",
        "who can lambda:InvokeFunction on function/payroll-run explain",
        "who can iam:PassRole on role/deploy in account/prod",
        "who can reach role/reporting where principal.kind = user",
        "who can kms:* on key/payroll where principal.account = security",
        "who can reach s3:GetObject on bucket/payroll where grant.policy_type has identity and path.accounts has tooling return name, path.accounts, path.actions, path.sure, grant.policy, grant.statement",
        "who can reach s3:GetObject on payroll/2026.csv return name, via limit 2",
        "plan who can reach s3:Get*, s3:List* on bucket/payroll via AssumeRole within 3 hops where hops > 1 limit 5",
        "plan what can user/ana reach on queue/jobs",
    ]));
}

#[test]
fn one_principal() {
    assert_snapshot!(all(&[
        "can user/ana reach s3:GetObject on payroll/2026.csv",
        "can user/ana s3:GetObject on payroll/2026.csv",
        "can user/ana reach role/reporting",
        "why can role/reporting s3:GetObject on arn:aws:s3:::payroll/2026.csv",
        "why can user/sam reach s3:GetObject on payroll/2026.csv",
        "why not user/ana s3:GetObject on arn:aws:s3:::payroll/2026.csv",
        "can role/deploy in account/prod s3:GetObject on bucket/payroll",
        "can role/reporting s3:GetObject on payroll/2026.csv given aws:SourceVpce = vpce-0a1b2c3d4e5f67890",
        "can user/sam reach s3:GetObject on payroll/2026.csv given aws:MultiFactorAuthPresent = true",
        "can user/sam reach s3:GetObject on payroll/2026.csv given aws:MultiFactorAuthPresent absent",
        "what can role/reporting do on bucket/payroll",
        "what can user/ana reach",
        "what can user/ana reach on queue/jobs",
        "what can role/ledger-api do on queue/jobs",
    ]));
}

#[test]
fn encrypted_data_needs_its_key() {
    assert_snapshot!(all(&[
        "who can s3:GetObject on acme-events/curated/*",
        "who can s3:GetObject on acme-events/curated/* including dependencies",
        "who can reach s3:GetObject on acme-events/curated/x including dependencies",
        "can role/Admin s3:GetObject on acme-events/curated/x including dependencies",
        "why can role/reporting s3:GetObject on arn:aws:s3:::payroll/2026.csv including dependencies",
        "which buckets can role/Admin in account/prod s3:GetObject including dependencies",
        "who can sqs:SendMessage on queue/jobs including dependencies",
    ]));
}

#[test]
fn resources_and_paths() {
    assert_snapshot!(all(&[
        "which buckets can user/ana reach s3:GetObject",
        "which buckets can anyone s3:GetObject",
        "which buckets can (principals outside org) reach s3:GetObject",
        "which roles can user/ana reach",
        "which roles can users in account/dev reach",
        "which keys can role/Auditor kms:Decrypt",
        "paths from user/ana to role/reporting",
        "paths from users in account/dev to s3:GetObject on bucket/payroll within 3 hops",
        "shortest path from roles to s3:GetObject on payroll/2026.csv where hops > 0",
        "all paths from user/ben to role/deploy in account/prod",
        "all paths from user/ben to s3:GetObject on payroll/2026.csv within 3 hops",
        "all paths from users in account/dev to role/deploy in account/prod avoiding role/ci-deployer",
        "matrix accounts by accounts",
        "matrix accounts by accounts reach s3:GetObject on bucket/payroll",
        "matrix users in account/dev by bucket/payroll or bucket/acme-www reach s3:GetObject within 2 hops",
    ]));
}

#[test]
fn facts() {
    assert_snapshot!(all(&[
        "list roles where trust.external",
        "list roles where trust.external and not trust.requires has sts:ExternalId",
        "list users with tag.team = web",
        "list users where tag.team in (web, data) order by created desc return name, tag.team, created",
        "list users where created < snapshot - 300d",
        "list accounts outside org",
        "list accounts where ou has Workloads",
        "list roles where boundary exists return name, account, boundary",
        "list (roles in account/prod) minus (who can reach s3:* on bucket/payroll) minus roles with service_linked",
        "list roles where trust.services has lambda.* return name, account",
        "list services where name like *lambda*",
        "count roles",
        "show role/reporting",
        "show account/dev",
        "list bucket/acme-* return name, account, policy",
        "list public",
        "list public; list it return name, account",
        "list roles where name matches \"^(ci|app)-\" return name, account",
        "list users where access_keys > 0 and not mfa return name, account, access_keys, last_used, console",
        "list roles where last_used < snapshot - 200d and not service_linked return name, account, last_used",
        "list policies where attachments > 2 and not aws_managed return name, attachments, statement_count, condition_keys",
        "show policy/workload-boundary in account/dev",
    ]));
}

#[test]
fn names_and_assertions() {
    assert_snapshot!(all(&[
        "let readers = who can reach s3:GetObject on payroll/2026.csv surely; list readers with kind = user",
        "let crown = bucket/payroll or bucket/acme-trail; who outside org can reach s3:GetObject on crown",
        "assert none who outside org can s3:GetObject on bucket/payroll",
        "assert none who outside org can reach s3:* on bucket/payroll",
        "assert some can role/reporting s3:GetObject on bucket/payroll",
        "assert none can user/cleo reach s3:GetObject on bucket/payroll",
        "assert only role/Admin or role/reporting or role/payroll-app or role/Auditor who can s3:GetObject on payroll/2026.csv",
        "assert only role/Admin who can s3:GetObject on payroll/2026.csv",
        "assert at most 4 who can s3:GetObject on payroll/2026.csv",
        "assert exactly 3 who can s3:GetObject on payroll/2026.csv",
        "assert none who can secretsmanager:GetSecretValue on secret/ledger/db except account/prod limit 1",
        "assert none as collected who can secretsmanager:GetSecretValue on secret/ledger/db except account/prod or externals",
    ]));
}

#[test]
fn chains_that_pass_several_sets() {
    assert_snapshot!(all(&[
        "who can reach s3:GetObject on payroll/2026.csv through role/ci-deployer through role/reporting where kind = user return name, hops, via",
        "who can reach s3:GetObject on payroll/2026.csv through role/reporting through role/ci-deployer where kind = user return name, hops, via",
        "count who can reach s3:GetObject on payroll/2026.csv through role/Auditor through role/reporting",
        "who can reach s3:GetObject on payroll/2026.csv through role/ci-deployer through role/reporting within 2 hops return name, hops, via",
        "who can reach role/reporting through role/ci-deployer through users return name, hops, via",
        "paths from user/ana to role/reporting through role/ci-deployer through role/deploy in account/prod",
        "all paths from user/ana to role/deploy through role/ci-deployer through account/dev",
        "who can reach s3:GetObject on bucket/payroll through users through users through users through users through users through users through users through users through users",
    ]));
}

#[test]
fn two_snapshots_in_one_question() {
    assert_snapshot!(all(&[
        "list (who can reach s3:GetObject on payroll/2026.csv) minus (who can reach s3:GetObject on payroll/2026.csv as of earlier)",
        "who can reach s3:GetObject on payroll/2026.csv except (who can reach s3:GetObject on payroll/2026.csv as of earlier) return name, hops, via",
        "let readers = (who can s3:GetObject on payroll/2026.csv as of earlier); list readers",
        "let crown = bucket/payroll; count (who can reach s3:GetObject on crown as of earlier)",
        "list (roles with name = reporting)",
        "list (list roles with name = reporting as of earlier)",
        "list (list (list roles as of earlier) minus roles)",
        "assert none who can reach s3:GetObject on payroll/2026.csv except (who can reach s3:GetObject on payroll/2026.csv as of earlier)",
    ]));
}

#[test]
fn what_would_be_without() {
    assert_snapshot!(all(&[
        "who can s3:GetObject on arn:aws:s3:::payroll/2026.csv ignoring resource policies return name, verdict",
        "who can s3:GetObject on arn:aws:s3:::payroll/2026.csv ignoring identity policies return name, verdict",
        "who can kms:Decrypt on key/payroll ignoring resource policies and grants return name, verdict",
        "who can kms:Decrypt on key/payroll ignoring identity policies return name, verdict",
        "which buckets can anyone s3:GetObject ignoring block public access, acls return name, verdict",
        "who can s3:GetObject ignoring session policies",
        "who can s3:GetObject ignoring Resource   Policy and endpoint policies limit 1",
        "why can user/dan s3:GetObject on arn:aws:s3:::payroll/2026.csv ignoring resource policies",
    ]));
}

#[test]
fn groups_of_roles_that_lead_to_each_other() {
    assert_snapshot!(all(&[
        "cycles",
        "cycles through role/deploy",
        "cycles avoiding role/deploy",
        "cycles where count > 2",
        "count cycles",
        "list (cycles)",
        "cycles within 3 hops",
        "plan cycles",
        "assert none cycles through account/prod",
    ]));
}

#[test]
fn mistakes_in_names() {
    assert_snapshot!(all(&[
        "who can s3:GetObjekt on bucket/payroll",
        "who can s3:ListObjectsV2 on bucket/payroll",
        "who can s4:Get* on bucket/payroll",
        "list arn:aws:iam::444455556666:user/clea",
        "list arn:aws:iam::444455556666:user/nobody-like-this",
        "list users where mfa = null",
        "who can s3:PutObject on bucket/payroll group by resource",
        "can role/ci-deployer reach s3:GetObject on bucket/payroll avoiding role/reporting",
        "list users with access_keys > 0 and mfa",
        "can users reach role/Admin",
        "show policy/AdministratorAccess",
        "who can s3:GetObject on bucket/payroll where grant.policy like *Readers*",
        "list roles where name = 'Admin'",
        "list roles where name like %admin%",
        "list roles where trust.principals has \"*\"",
        "list roles where tags.env = prod",
        "list roles in account/production",
        "list roles in prod",
        "who can s3:GetObject on s3://payroll/2026.csv",
        "who can s3:GetObject given mfa = true",
        "list users where created < 2025",
        "who can s3:GetObject on queue/jobs",
        "who can s3:GetObject on arn:aws:s3:::payroll",
        "who can s3:GetObject on arn:aws:s3",
        "who can s3:GetObject on buckt/payroll",
        "who can sqs:SendMessage on queue/job",
        "who can sqs:SendMessage on jobs",
        "who can organizations:LeaveOrganization on bucket/payroll",
        "list rolse",
        "list lambda.amazonaws.com",
        "can role/deploy s3:GetObject on bucket/payroll",
        "can bucket/payroll s3:GetObject on bucket/payroll",
        "can user/ana kms:Decrypt on payroll",
        "matrix buckets by accounts",
        "matrix accounts by buckets",
        "matrix accounts by queues reach s3:GetObject",
        "show roles",
        "show role/nobody",
        "list roles where name matches \"(\"",
        "list roles where mfa matches x",
        "who can s3:GetObject on bucket/payroll ignoring scpz",
        "list (who can s3:GetObject on bucket/payroll as of yesterday)",
        "list roles where path.accounts has prod",
        "who can s3:GetObject on bucket/payroll where last_usd exists",
        "who can ec2:RunInstance",
        "who can s3:GetObject given aws:MultiFactorAuthPresnt = true",
        "who can reach s3:GetObject via PassRole",
        "can arn:aws:iam::444455556666:user/anna s3:GetObject on bucket/payroll",
        "list roles where nme = x",
        "list roles where hops > 1",
        "list roles with hops > 1",
        "list roles where name > x",
        "list roles where name",
        "list roles where trust.requires = x",
        "list roles where created < yesterday",
        "list roles where tag = x",
        "list users where last_used < snapshot - 90d",
        "who can s3:GetObject within 3 hops",
        "who can reach s3:GetObject via AssumeRol",
        "who can reach s3:GetObject via PassRole",
        "who can s3:GetObject given aws:SourceIpp = 1.2.3.4",
        "who can s3:GetObject ignoring scp, boundries",
        "matrix accounts by accounts",
        "all paths from user/ana to role/reporting",
        "who can s3:GetObject as of yesterday",
        "list public",
    ]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_sentence_is_answered_or_refused_with_a_place(text in sentence::text()) {
        let answer = ask(&text);
        let lets_only = answer.is_empty();
        prop_assert!(lets_only || answer.contains(" rows\n") || answer.starts_with("error: "), "{text}\n{answer}");
    }
}
