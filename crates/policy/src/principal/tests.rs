//! Principal values rule by rule.

use super::*;
use crate::Document;

fn arn(text: &str) -> Arn {
    text.parse().expect("an ARN")
}

fn account() -> AccountId {
    "111122223333".parse().expect("an account id")
}

/// Reads the principal clause of a statement, and the document's problems.
fn read_clause(principal: &str) -> (Option<PrincipalClause>, bool, Vec<String>) {
    let document = Document::parse(&format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {principal},
            "Action": "s3:GetObject", "Resource": "*"}}}}"#
    ));
    let statement = document.statements.into_iter().next();
    let statement = statement.expect("one statement");
    let problems = document.problems.iter().map(ToString::to_string).collect();
    (statement.principal, statement.doubtful, problems)
}

fn entries(principal: &str) -> Vec<NamedPrincipal> {
    let (clause, doubtful, problems) = read_clause(principal);
    assert!(!doubtful && problems.is_empty(), "{problems:?}");
    clause.expect("a principal").entries
}

#[test]
fn a_star_alone_or_under_aws_is_everyone() {
    for text in [
        r#""Principal": "*""#,
        r#""Principal": {"AWS": "*"}"#,
        r#""Principal": {"AWS": ["*"]}"#,
    ] {
        assert_eq!(entries(text), [NamedPrincipal::Everyone], "{text}");
    }
}

#[test]
fn twelve_digits_and_the_root_arn_are_the_account() {
    for text in [
        "111122223333",
        "arn:aws:iam::111122223333:root",
        "arn:aws-us-gov:iam::111122223333:root",
    ] {
        assert_eq!(
            NamedPrincipal::aws(text),
            NamedPrincipal::Account(account())
        );
    }
}

#[test]
fn users_and_roles_keep_their_path() {
    let user = "arn:aws:iam::111122223333:user/team/u";
    assert_eq!(NamedPrincipal::aws(user), NamedPrincipal::User(arn(user)));
    let role = "arn:aws-cn:iam::111122223333:role/aws-service-role/x/r";
    assert_eq!(NamedPrincipal::aws(role), NamedPrincipal::Role(arn(role)));
}

#[test]
fn a_session_names_role_and_session() {
    let session = "arn:aws:sts::111122223333:assumed-role/r/alice@example.com";
    assert_eq!(
        NamedPrincipal::aws(session),
        NamedPrincipal::Session {
            account: account(),
            role: "r".into(),
            session: "alice@example.com".into(),
            arn: arn(session),
        }
    );
    let federated = "arn:aws:sts::111122223333:federated-user/bob";
    assert_eq!(
        NamedPrincipal::aws(federated),
        NamedPrincipal::FederatedUser(arn(federated))
    );
}

#[test]
fn unique_ids_are_kept_as_such() {
    for id in ["AIDAJQABLZS4A3QDU576Q", "AROAOLD", "AGPAEXAMPLE"] {
        assert_eq!(NamedPrincipal::aws(id), NamedPrincipal::UniqueId(id.into()));
    }
}

#[test]
fn groups_partial_wildcards_and_other_texts_name_nobody() {
    for text in [
        "arn:aws:iam::111122223333:group/g",
        "arn:aws:iam::111122223333:user/*",
        "arn:aws:iam::111122223333:role/r?",
        "arn:aws:iam::*:root",
        "arn:aws:sts::111122223333:assumed-role/r/*",
        "arn:aws:sts::111122223333:assumed-role/r",
        "arn:aws:sts::111122223333:assumed-role/r/",
        "arn:aws:sts::111122223333:assumed-role/r/a/b",
        "arn:aws:iam::111122223333:user/",
        "arn:aws:iam::111122223333:user",
        "arn:aws:iam::111122223333:oidc-provider/example.com",
        "arn:aws:iam:us-east-1:111122223333:user/u",
        "arn:aws:iam::aws:role/r",
        "arn:aws:s3:::b",
        "11112222333",
        "aidaexample",
        "AIDAEXAMPLE:x",
        "lambda.amazonaws.com",
        "",
    ] {
        assert_eq!(
            NamedPrincipal::aws(text),
            NamedPrincipal::Nobody(text.into())
        );
    }
}

#[test]
fn types_and_values_stand_in_document_order() {
    assert_eq!(
        entries(
            r#""Principal": {"Service": ["ec2.amazonaws.com", "ssm.amazonaws.com"],
                "CanonicalUser": "79a59df9", "Federated": "cognito-identity.amazonaws.com",
                "AWS": "111122223333"}"#
        ),
        [
            NamedPrincipal::Service("ec2.amazonaws.com".into()),
            NamedPrincipal::Service("ssm.amazonaws.com".into()),
            NamedPrincipal::CanonicalUser("79a59df9".into()),
            NamedPrincipal::Federated("cognito-identity.amazonaws.com".into()),
            NamedPrincipal::Account(account()),
        ]
    );
}

#[test]
fn not_principal_is_the_negated_clause() {
    let (clause, doubtful, _) = read_clause(r#""NotPrincipal": {"AWS": "111122223333"}"#);
    let clause = clause.expect("a principal");
    assert!(clause.negated && !doubtful);
    assert_eq!(clause.entries, [NamedPrincipal::Account(account())]);
}

#[test]
fn a_value_that_names_nobody_is_reported() {
    let (clause, doubtful, problems) = read_clause(
        r#""Principal": {"Service": "*", "AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}"#,
    );
    assert_eq!(clause.map(|clause| clause.entries.len()), Some(2));
    assert!(!doubtful);
    assert_eq!(
        problems,
        [
            "the principal `*` matches nobody in `Statement.Principal.Service`",
            "`arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1` is a CloudFront \
             identity and matches no IAM principal in `Statement.Principal.AWS`",
        ]
    );
}

#[test]
fn what_breaks_the_grammar_makes_the_statement_doubtful() {
    for text in [
        r#""Principal": 5"#,
        r#""Principal": ["*"]"#,
        r#""Principal": null"#,
        r#""Principal": {"AWS": 5}"#,
        r#""Principal": {"AWS": ["*", {}]}"#,
        r#""Principal": {"aws": "*"}"#,
        r#""Principal": "*", "NotPrincipal": "*""#,
    ] {
        let (clause, doubtful, problems) = read_clause(text);
        assert_eq!(clause, None, "{text}");
        assert!(doubtful && problems.len() == 1, "{text}: {problems:?}");
    }
}

#[test]
fn a_text_that_should_stand_under_aws_is_doubtful_but_understood() {
    let (clause, doubtful, problems) = read_clause(r#""Principal": "111122223333""#);
    let clause = clause.expect("a principal");
    assert_eq!(clause.entries, [NamedPrincipal::Account(account())]);
    assert!(doubtful);
    assert_eq!(
        problems,
        ["expected `*` or an object in `Statement.Principal`"]
    );
}

#[test]
fn an_empty_principal_names_nobody() {
    for text in [r#""Principal": {}"#, r#""Principal": {"AWS": []}"#] {
        let (clause, doubtful, problems) = read_clause(text);
        assert_eq!(clause.map(|clause| clause.entries), Some(Vec::new()));
        assert!(!doubtful && problems.len() == 1, "{text}");
    }
}
