//! Assuming roles.

use super::world::{answer, both, decide};
use whocan_eval::{Assume, Strictness};

#[test]
fn a_trust_policy_naming_the_user_needs_no_identity_policy() {
    let world = "
        user ana
        user bob
          allow sts:AssumeRole
        role app
          trust allow sts:AssumeRole for user/ana
    ";
    let ask = |caller: &str| decide(world, &format!("{caller} sts:AssumeRole role/app"));
    assert_eq!(ask("user/ana"), "allow");
    assert_eq!(ask("user/bob"), "deny: resource is silent");
    assert_eq!(ask("root"), "deny: root credentials cannot assume roles");
    assert_eq!(ask("anonymous"), "deny: service is silent");
}

#[test]
fn a_trust_policy_naming_the_account_delegates() {
    let world = "
        user ana
        user bob
          allow sts:AssumeRole on role/app
        role app
          trust allow sts:AssumeRole for account
    ";
    let ask = |caller: &str| decide(world, &format!("{caller} sts:AssumeRole role/app"));
    assert_eq!(ask("user/ana"), "deny: identity is silent");
    assert_eq!(ask("user/bob"), "allow");
}

#[test]
fn whether_a_boundary_limits_a_named_user_is_open() {
    let world = "
        user ana
          boundary allow s3:*
        role app
          trust allow sts:AssumeRole for user/ana
    ";
    assert_eq!(
        decide(world, "user/ana sts:AssumeRole role/app"),
        "if whether a boundary limits a caller that the trust policy names (undocumented)"
    );
}

#[test]
fn tags_and_a_source_identity_need_their_own_permissions() {
    let world = "
        user ana
        role plain
          trust allow sts:AssumeRole for user/ana
        role rich
          trust allow sts:AssumeRole,sts:TagSession,sts:SetSourceIdentity for user/ana
    ";
    let ask = |role: &str, assume: Assume| {
        let question = format!("user/ana sts:AssumeRole role/{role}");
        let (graph, mut request) = both(world, &question);
        request.assume = Some(assume);
        answer(&whocan_eval::decide(&graph, &request, Strictness::Strict).unwrap())
    };
    let tagged = Assume {
        tags: vec![("team".to_owned(), "red".to_owned())],
        ..Assume::default()
    };
    let signed = Assume {
        source_identity: Some("ana".to_owned()),
        ..Assume::default()
    };
    assert_eq!(ask("plain", Assume::default()), "allow");
    assert_eq!(ask("plain", tagged.clone()), "deny: resource is silent");
    assert_eq!(ask("plain", signed.clone()), "deny: resource is silent");
    assert_eq!(ask("rich", tagged), "allow");
    assert_eq!(ask("rich", signed), "allow");
}

#[test]
fn pod_identity_always_passes_tags() {
    let world = |actions: &str| {
        format!(
            "
            role app
              trust allow {actions} for service:pods.eks.amazonaws.com
            "
        )
    };
    let question = "service:pods.eks.amazonaws.com sts:AssumeRole role/app";
    assert_eq!(
        decide(&world("sts:AssumeRole"), question),
        "deny: resource is silent"
    );
    assert_eq!(
        decide(&world("sts:AssumeRole,sts:TagSession"), question),
        "allow"
    );
}

#[test]
fn a_token_opens_only_roles_of_its_own_provider() {
    let world = "
        oidc idp.example.com
        role app
          trust allow sts:AssumeRoleWithWebIdentity for oidc:idp.example.com if StringLike idp.example.com:sub repo:me/*
    ";
    let ask = |question: &str| decide(world, question);
    assert_eq!(
        ask("oidc:idp.example.com sts:AssumeRoleWithWebIdentity role/app"),
        "if idp.example.com:sub like repo:me/*"
    );
    assert_eq!(
        ask(
            "oidc:idp.example.com sts:AssumeRoleWithWebIdentity role/app idp.example.com:sub=repo:you/x"
        ),
        "deny: resource is silent"
    );
    assert_eq!(
        ask("oidc:other.example.com sts:AssumeRoleWithWebIdentity role/app"),
        "deny: resource is silent"
    );
    assert_eq!(
        ask("oidc:idp.example.com sqs:SendMessage queue/jobs"),
        "deny: a token or an assertion only opens roles"
    );
}

#[test]
fn a_chained_session_keeps_its_source_identity() {
    let world = "
        role a
          trust allow sts:AssumeRole,sts:SetSourceIdentity for account
        role b
          trust allow sts:AssumeRole,sts:SetSourceIdentity for role/a
    ";
    let (graph, mut request) = both(world, "assumed-role/a/s sts:AssumeRole role/b");
    request.session.source_identity = Some("ana".to_owned());
    let decide = |request: &whocan_eval::Request| {
        answer(&whocan_eval::decide(&graph, request, Strictness::Strict).unwrap())
    };
    assert_eq!(decide(&request), "allow");
    request.assume = Some(Assume {
        source_identity: Some("bob".to_owned()),
        ..Assume::default()
    });
    assert_eq!(
        decide(&request),
        "deny: a source identity cannot change along a chain"
    );
}
