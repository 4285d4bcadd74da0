//! Documents as AWS writes them, and as it does not.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::Effect;

fn problems(text: &str) -> Vec<String> {
    let document = Document::parse(text);
    document.problems.iter().map(ToString::to_string).collect()
}

/// Reads one statement of a 2012-10-17 document, with the document's problems.
fn statement(elements: &str) -> (Statement, bool, Vec<String>) {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{{{elements}}}]}}"#);
    let document = Document::parse(&text);
    let problems = problems(&text);
    let first = document.statements.into_iter().next();
    (first.expect("one statement"), document.malformed, problems)
}

const PLAIN: &str = r#"{
    "Version": "2012-10-17",
    "Id": "documents",
    "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": ["arn:aws:s3:::b/*"]},
        {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "NotResource": "*",
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    ]
}"#;

#[test]
fn a_document_is_read_in_order() {
    let document = Document::parse(PLAIN);
    assert_eq!(document.version, Version::V2012);
    assert_eq!(document.id.as_deref(), Some("documents"));
    assert_eq!((document.malformed, document.problems), (false, Vec::new()));
    let shown: Vec<_> = document
        .statements
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        shown,
        [
            "Allow s3:Get* on arn:aws:s3:::b/*",
            "Deny all but iam:*, sts:* on all but * if aws:SecureTransport = false",
        ]
    );
    assert_eq!(document.statements[0].sid.as_deref(), Some("Read"));
    assert_eq!(document.statements[1].index, 1);
}

#[test]
fn a_missing_version_is_the_old_one() {
    let version = |text: &str| Document::parse(text).version;
    assert_eq!(version(r#"{"Statement": []}"#), Version::V2008);
    assert_eq!(
        version(r#"{"Version": "2008-10-17", "Statement": []}"#),
        Version::V2008
    );
    assert_eq!(
        version(r#"{"Version": "2012-10-17", "Statement": []}"#),
        Version::V2012
    );
}

#[test]
fn an_unknown_version_cannot_be_trusted() {
    let text = r#"{"Version": "2012-10-18", "Statement": []}"#;
    assert!(Document::parse(text).malformed);
    assert_eq!(
        problems(text),
        ["unknown version `2012-10-18`: expected `2012-10-17` or `2008-10-17` in `Version`"]
    );
    assert!(Document::parse(r#"{"Version": 2012, "Statement": []}"#).malformed);
}

#[test]
fn variables_are_read_only_in_the_new_version_wherever_it_stands() {
    let variables = |text: &str| {
        let document = Document::parse(text);
        let resources = document.statements[0].resources.as_ref();
        resources.expect("a resource").patterns[0]
            .template()
            .variables()
            .count()
    };
    let statement = r#""Statement": {"Effect": "Allow", "Action": "*",
        "Resource": "arn:aws:s3:::b/${aws:username}"}"#;
    assert_eq!(
        variables(&format!(r#"{{{statement}, "Version": "2012-10-17"}}"#)),
        1
    );
    assert_eq!(
        variables(&format!(r#"{{{statement}, "Version": "2008-10-17"}}"#)),
        0
    );
    assert_eq!(variables(&format!("{{{statement}}}")), 0);
}

#[test]
fn operators_that_take_no_variables_keep_their_text() {
    let (read, _, _) = statement(
        r#""Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
            "StringLike": {"s3:prefix": "${aws:username}/*"},
            "NumericEquals": {"s3:max-keys": "${aws:username}"}}"#,
    );
    let counts = read
        .conditions
        .iter()
        .map(|c| c.values[0].template.variables().count());
    assert_eq!(counts.collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn one_statement_may_stand_without_list() {
    let document = Document::parse(
        r#"{"Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
    );
    assert_eq!(document.statements.len(), 1);
    assert_eq!(document.problems, []);
}

#[test]
fn encoded_and_nested_documents_are_the_same() {
    let plain = Document::parse(PLAIN);
    let quoted = serde_json::to_string(PLAIN).expect("text is JSON");
    let twice = serde_json::to_string(&quoted).expect("text is JSON");
    for text in [
        percent_encode(PLAIN),
        quoted.clone(),
        twice.clone(),
        percent_encode(&quoted),
        serde_json::to_string(&percent_encode(PLAIN)).expect("text is JSON"),
        format!("\u{feff}\n {PLAIN}\n"),
    ] {
        assert_eq!(Document::parse(&text), plain);
    }
    let thrice = serde_json::to_string(&twice).expect("text is JSON");
    assert!(Document::parse(&thrice).malformed);
}

fn percent_encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[test]
fn text_that_is_no_document_is_malformed_and_says_where() {
    for (text, problem) in [
        (
            "",
            "not JSON: EOF while parsing a value in `line 1 column 0`",
        ),
        ("{\n\"a\" 1}", "not JSON: expected `:` in `line 2 column 5`"),
        ("[]", "expected an object in `document`"),
        (
            "%ff",
            "not JSON: percent-encoded bytes are not UTF-8 in `document`",
        ),
    ] {
        assert!(Document::parse(text).malformed, "{text}");
        assert_eq!(problems(text), [problem]);
    }
}

#[test]
fn deep_nesting_is_a_problem_and_no_overflow() {
    let deep = format!(
        r#"{{"Statement": {}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let document = Document::parse(&deep);
    assert!(document.malformed);
    assert_eq!(document.problems[0].kind, ProblemKind::TooDeep);
}

#[test]
fn unknown_elements_make_the_document_malformed() {
    let text = r#"{"Version": "2012-10-17", "Statment": []}"#;
    assert!(Document::parse(text).malformed);
    assert_eq!(
        problems(text),
        [
            "unknown element `Statment` in `Statment`",
            "expected an element `Statement` in `document`",
        ]
    );
    let (_, malformed, problems) =
        statement(r#""Effect": "Allow", "Action": "*", "Resources": "*""#);
    assert!(malformed);
    assert_eq!(
        problems,
        ["unknown element `Resources` in `Statement[0].Resources`"]
    );
}

#[test]
fn element_names_respect_case() {
    assert!(Document::parse(r#"{"version": "2012-10-17", "Statement": []}"#).malformed);
    let (_, malformed, _) = statement(r#""effect": "Allow", "Action": "*", "Resource": "*""#);
    assert!(malformed);
}

#[test]
fn duplicate_keys_are_found_at_any_depth() {
    let text = r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:username": "a", "aws:username": "b"}}}]}"#;
    assert!(Document::parse(text).malformed);
    let place = "Statement[0].Condition.StringEquals.aws:username";
    assert_eq!(
        problems(text),
        [format!("`aws:username` stands more than once in `{place}`")]
    );
    assert!(Document::parse(r#"{"Statement": [], "Statement": []}"#).malformed);
}

#[test]
fn a_statement_without_valid_effect_is_kept_and_inert() {
    for (effect, problem) in [
        (
            r#""Effect": "allow","#,
            "unknown effect `allow`: expected `Allow` or `Deny` in `Statement[0].Effect`",
        ),
        (
            r#""Effect": 1,"#,
            "expected `Allow` or `Deny` in `Statement[0].Effect`",
        ),
        ("", "expected an element `Effect` in `Statement[0]`"),
    ] {
        let (read, malformed, problems) =
            statement(&format!(r#"{effect} "Action": "*", "Resource": "*""#));
        assert_eq!(read.effect, None);
        assert!(read.is_inert() && !malformed && !read.doubtful);
        assert_eq!(problems, [problem]);
    }
}

#[test]
fn both_forms_or_no_action_leave_the_meaning_open() {
    for elements in [
        r#""Effect": "Allow", "Action": "s3:*", "NotAction": "s3:*", "Resource": "*""#,
        r#""Effect": "Allow", "Resource": "*""#,
        r#""Effect": "Allow", "Action": 5, "Resource": "*""#,
        r#""Effect": "Allow", "Action": ["s3:*", 5], "Resource": "*""#,
    ] {
        let (read, malformed, problems) = statement(elements);
        assert!(
            read.doubtful && !malformed && !read.is_inert(),
            "{elements}"
        );
        assert_eq!(read.covers_action("s3:GetObject"), crate::Truth::Unknown);
        assert_eq!(problems.len(), 1, "{problems:?}");
    }
    let (read, _, problems) =
        statement(r#""Effect": "Deny", "Action": "*", "Resource": "*", "NotResource": "*""#);
    assert!(read.doubtful && read.resources.is_none());
    assert_eq!(
        problems,
        ["expected exactly one of `Resource` and `NotResource` in `Statement[0]`"]
    );
}

#[test]
fn trust_policies_need_no_resource() {
    let (read, _, problems) = statement(
        r#""Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole""#,
    );
    assert!(!read.doubtful && read.resources.is_none());
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn empty_lists_have_no_effect() {
    for elements in [
        r#""Effect": "Deny", "NotAction": [], "Resource": "*""#,
        r#""Effect": "Deny", "Action": [], "Resource": "*""#,
        r#""Effect": "Deny", "Action": "*", "Resource": []"#,
        r#""Effect": "Deny", "Action": "*", "NotResource": []"#,
    ] {
        let (read, _, problems) = statement(elements);
        assert!(read.is_inert() && !read.doubtful, "{elements}");
        assert_eq!(problems.len(), 1);
    }
}

#[test]
fn condition_values_are_text_as_the_document_writes_it() {
    let (read, _, problems) = statement(
        r#""Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
            "Bool": {"aws:ViaAWSService": false},
            "NumericLessThan": {"s3:max-keys": [10, 1.50, "7"]},
            "StringEquals": {"aws:username": []}}"#,
    );
    let texts: Vec<Vec<&str>> = read
        .conditions
        .iter()
        .map(|condition| condition.values.iter().map(|value| &*value.text).collect())
        .collect();
    assert_eq!(texts, [vec!["false"], vec!["10", "1.50", "7"], vec![]]);
    assert_eq!(problems.len(), 1);
    assert!(!read.doubtful);
}

#[test]
fn an_empty_condition_is_none() {
    let (read, _, problems) =
        statement(r#""Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}"#);
    assert_eq!((read.conditions, problems), (Vec::new(), Vec::new()));
}

#[test]
fn an_unreadable_condition_makes_the_statement_doubtful() {
    for condition in [
        "5",
        "null",
        r#"{"StringEquals": "x"}"#,
        r#"{"StringEquals": {"aws:username": null}}"#,
        r#"{"StringEquals": {"aws:username": {"a": "b"}}}"#,
        r#"{"StringEquals": {"aws:username": [["a"]]}}"#,
    ] {
        let (read, malformed, problems) = statement(&format!(
            r#""Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}"#
        ));
        assert!(read.doubtful && !malformed, "{condition}");
        assert_eq!(
            (read.conditions.len(), problems.len()),
            (0, 1),
            "{condition}"
        );
    }
}

#[test]
fn unknown_operators_and_odd_actions_are_reported() {
    let (read, malformed, problems) = statement(
        r#""Effect": "Allow", "Action": "sqs: *", "Resource": "*",
            "Condition": {"StringMatches": {"aws:username": "a"}}"#,
    );
    assert!(!malformed && !read.doubtful);
    assert_eq!(
        problems,
        [
            "`sqs: *` matches no action: expected `service:Name` in `Statement[0].Action`",
            "unknown operator `StringMatches` in `Statement[0].Condition.StringMatches`",
        ]
    );
}

#[test]
fn positions_count_what_is_no_statement() {
    let document = Document::parse(
        r#"{"Statement": ["x", {"Effect": "Deny", "Action": "*", "Resource": "*"}]}"#,
    );
    assert!(document.malformed);
    assert_eq!(document.statements.len(), 1);
    assert_eq!(document.statements[0].index, 1);
    assert_eq!(document.statements[0].effect, Some(Effect::Deny));
}

#[test]
fn labels_bear_on_no_decision() {
    let document = Document::parse(
        r#"{"Id": 5, "Statement": [
            {"Sid": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Sid": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
    );
    assert!(!document.malformed);
    assert!(
        document
            .statements
            .iter()
            .all(|statement| !statement.doubtful)
    );
    let kinds: Vec<_> = document
        .problems
        .into_iter()
        .map(|problem| problem.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            ProblemKind::WrongType("text"),
            ProblemKind::DuplicateSid("Deny".to_owned()),
        ]
    );
}

#[test]
fn endless_problems_are_counted_and_not_kept() {
    let text = format!(r#"{{"Statement": [{}0]}}"#, "0,".repeat(4999));
    let document = Document::parse(&text);
    assert_eq!(document.problems.len(), 1001);
    assert_eq!(document.problems[1000].kind, ProblemKind::More(4000));
}

/// Texts that are documents but for a few turns.
fn nearly_a_document() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("Version"),
        Just("2012-10-17"),
        Just("Statement"),
        Just("Effect"),
        Just("Allow"),
        Just("Deny"),
        Just("Action"),
        Just("NotAction"),
        Just("s3:*"),
        Just("Resource"),
        Just("NotResource"),
        Just("arn:aws:s3:::${aws:username}"),
        Just("Principal"),
        Just("NotPrincipal"),
        Just("AWS"),
        Just("*"),
        Just("Condition"),
        Just("StringLike"),
        Just("ForAllValues:Null"),
        Just("aws:username"),
        Just("Sid"),
        Just("Id"),
    ];
    let leaf = prop_oneof![
        word.clone().prop_map(|word| Value::String(word.to_owned())),
        "\\PC{0,6}".prop_map(Value::String),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| Value::Number(number.into())),
        Just(Value::Null),
    ];
    leaf.prop_recursive(7, 60, 4, move |inner| {
        let key = word.clone().prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((key, inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_parsing_panic(text in "\\PC{0,40}|[{}\\[\\]\":,%0-9a-z\\\\ ]{0,40}") {
        for problem in Document::parse(&text).problems {
            prop_assert!(!problem.to_string().is_empty());
        }
    }

    #[test]
    fn no_json_makes_parsing_panic(value in nearly_a_document()) {
        let document = Document::parse(&value.to_string());
        for statement in &document.statements {
            prop_assert!(!statement.to_string().is_empty());
            prop_assert!(statement.doubtful || statement.actions.is_some());
        }
        // Whatever is held against a document or a statement is also said.
        let doubted = document.statements.iter().any(|statement| statement.doubtful);
        prop_assert!(!(document.malformed || doubted) || !document.problems.is_empty());
    }

    #[test]
    fn encoding_changes_nothing(value in nearly_a_document()) {
        // A text would be taken for a wrapper.
        prop_assume!(!value.is_string());
        let text = value.to_string();
        let plain = Document::parse(&text);
        prop_assert_eq!(&Document::parse(&percent_encode(&text)), &plain);
        let quoted = Value::String(text).to_string();
        prop_assert_eq!(&Document::parse(&quoted), &plain);
    }

    #[test]
    fn json_is_what_the_library_calls_json(text in "[{}\\[\\]\":,0-9tfnrueals. -]{0,24}") {
        let ours = Json::parse(&text).is_ok();
        prop_assert_eq!(ours, serde_json::from_str::<Value>(&text).is_ok());
    }
}
