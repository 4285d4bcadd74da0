//! What the language says: which sentences it has, and how they group.

use whocan_query::ast::Ast;

fn parse(text: &str) -> Ast {
    let parsed = whocan_query::parse(text);
    parsed
        .map_err(|error| error.pointed())
        .expect("a sentence of the language")
}

/// Sentences that people say; each must parse, and its canonical text must say the same.
const SENTENCES: &[&str] = &[
    "who can reach s3:GetObject on arn:aws:s3:::payroll/* via AssumeRole",
    "who can kms:Decrypt on arn:aws:kms:*:111122223333:key/* where principal.account != resource.account",
    "can role/ci-deployer reach iam:PutUserPolicy within 3 hops",
    "why can user/ana s3:GetObject on arn:aws:s3:::payroll/2026.csv",
    "why not role/reporting sqs:SendMessage on queue/jobs",
    "what can role/ci-deployer do on arn:aws:s3:::payroll",
    "what can role/ci-deployer reach",
    "which buckets can (principals outside org) reach s3:GetObject",
    "which roles can s3:GetObject on bucket/logs",
    "which roles can role/ci reach",
    "paths from user/ana to role/Admin within 4 hops",
    "shortest path from users to kms:Decrypt on key/payroll through role/hub avoiding role/Admin",
    "all paths from account/dev to account/prod limit 10",
    "list roles where trust.external and not trust.requires has sts:ExternalId",
    "let crown = resources with tag.classification = \"secret\";",
    "count who can reach s3:GetObject on crown except role/Auditor given aws:MultiFactorAuthPresent = true",
    "assert none who outside org can reach s3:* on crown",
    "assert none as collected can role/R reach s3:* on crown",
    "assert no more than 3 who can iam:* on *",
    "assert at least 2 which buckets can anyone s3:GetObject",
    "assert only role/Admin or role/Break-Glass who can reach iam:*",
    "list principals where tag[\"cost:center\"] exists and tag.team in (red, blue)",
    "who can s3:GetObject, s3:PutObject on all of payroll/*",
    "who can all of s3:GetObject or s3:PutObject on bucket/logs",
    "list users where principal.last_used < snapshot - 90d or created >= snapshot",
    "list roles where name matches \"^prod-.*\" and path.crosses_account = true and hops>1",
    "who can s3:GetObject on bucket/x given aws:SourceVpce = vpce-1, aws:username absent and aws:SourceIp present, aws:x in (a, b)",
    "who can s3:GetObject on bucket/x under session policy \"p.json\" through access point ap1 ignoring scps, rcps",
    "who can s3:GetObject on bucket/x surely as collected as of yesterday group by account order by hops desc, name limit 5 return principal, hops expand explain including dependencies",
    "show role/Admin",
    "matrix accounts by accounts reach s3:* on buckets",
    "plan who can s3:*",
    "explain who can s3:*",
    "count roles",
    "who in account/prod with tag.team = red can iam:PassRole on role/Admin",
    "list (users or roles) outside account/prod with (mfa = false or not mfa exists)",
    "list principals with name like *admin* minus (who can iam:*)",
    "who can reach role/Admin",
    "who can reach sts:AssumeRole via any",
    "WHO CAN s3:GetObject ON bucket/logs",
    "list \"role/with blank\"",
    "which principals can * on *",
    "list roles where principal in (who can iam:*) or principal in crown or principal not in (role/a, role/b)",
];

#[test]
fn people_can_say_this_and_its_canonical_text_says_the_same() {
    for sentence in SENTENCES {
        let ast = parse(sentence);
        let canonical = ast.to_string();
        assert_eq!(parse(&canonical), ast, "{sentence}\n{canonical}");
        assert_eq!(parse(&canonical).to_string(), canonical);
    }
}

#[test]
fn and_binds_tighter_than_or_between_sets() {
    assert_eq!(parse("list a or b and c"), parse("list a or (b and c)"));
    assert_ne!(parse("list a or b and c"), parse("list (a or b) and c"));
}

#[test]
fn or_and_minus_go_from_left_to_right() {
    assert_eq!(
        parse("list (a or b) minus c"),
        parse("list ((a or b) minus c)")
    );
    assert_ne!(parse("list a minus b or c"), parse("list a minus (b or c)"));
    assert_eq!(
        parse("list a minus b and c"),
        parse("list a minus (b and c)")
    );
}

#[test]
fn filters_bind_tightest() {
    assert_eq!(
        parse("list a or b with x = 1"),
        parse("list a or (b with x = 1)")
    );
    assert_eq!(
        parse("list a with x = 1 in account/p or b"),
        parse("list (a with x = 1 in account/p) or b")
    );
    assert_eq!(
        parse("list a with x = 1 and b"),
        parse("list (a with x = 1) and b")
    );
}

#[test]
fn not_binds_tighter_than_and_and_and_tighter_than_or() {
    let grouped = "list a where ((not x = 1) and y = 2) or z = 3";
    assert_eq!(
        parse("list a where not x = 1 and y = 2 or z = 3"),
        parse(grouped)
    );
    assert_eq!(parse("list a where not not x"), parse("list a where x"));
    assert_eq!(
        parse("list a where x not in (p, q)"),
        parse("list a where not x in (p, q)")
    );
}

#[test]
fn what_follows_can_decides_what_which_asks_for() {
    use whocan_query::ast::{Shape, StatementKind};
    let shape = |text| match parse(text).statements.remove(0).kind {
        StatementKind::Ask(question) => question.shape,
        other => unreachable!("{other:?}"),
    };
    assert!(matches!(
        shape("which roles can s3:* on bucket/b"),
        Shape::WhichPrincipals { .. }
    ));
    assert!(matches!(
        shape("which roles can reach s3:*"),
        Shape::WhichPrincipals { .. }
    ));
    assert!(matches!(
        shape("which buckets can role/a s3:*"),
        Shape::WhichResources { .. }
    ));
    assert!(matches!(
        shape("which roles can role/a reach"),
        Shape::WhichResources { .. }
    ));
}

#[test]
fn parentheses_case_and_blanks_change_nothing() {
    assert_eq!(
        parse("WHO Can s3:*\n ON ((bucket/a))"),
        parse("who can s3:* on bucket/a")
    );
}

#[test]
fn several_statements_comments_and_trailing_semicolons() {
    let text = "# audit\n;;let a = roles; # all of them\nwho can s3:* on bucket/b;\n;";
    assert_eq!(parse(text).statements.len(), 2);
    assert_eq!(parse(" # nothing\n"), Ast::default());
}

#[test]
fn clauses_come_in_any_order() {
    assert_eq!(
        parse("who can s3:* limit 3 where hops = 1 via any"),
        parse("who can s3:* via any where hops = 1 limit 3")
    );
}

#[test]
fn a_tag_key_behind_a_dot_or_in_brackets_is_the_same() {
    assert_eq!(
        parse("list roles where tag.team = a"),
        parse("list roles where TAG[\"team\"] = a")
    );
    assert_ne!(
        parse("list roles where tag.team = a"),
        parse("list roles where tag.Team = a")
    );
}

#[test]
fn sixty_nested_parentheses_are_no_problem() {
    let deep = format!("list {}roles{}", "(".repeat(60), ")".repeat(60));
    assert_eq!(parse(&deep), parse("list roles"));
    let deep = format!("list a where {}x = 1{}", "(".repeat(60), ")".repeat(60));
    assert_eq!(parse(&deep), parse("list a where x = 1"));
}

#[test]
fn a_union_of_ten_thousand_names_parses() {
    let names: Vec<String> = (0..10_000).map(|at| format!("role/r{at}")).collect();
    parse(&format!("list {}", names.join(" or ")));
}
