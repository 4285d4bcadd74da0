//! Random sentences of the language, about things of the example organization and others.

use proptest::prelude::*;

pub fn word() -> impl Strategy<Value = String> {
    let known = [
        "roles",
        "users",
        "buckets",
        "services",
        "anyone",
        "role/ci-deployer",
        "user/ana",
        "bucket/acme-*",
        "key/payroll",
        "group/developers",
        "account/prod",
        "ou/Prod",
        "payroll/2026.csv",
        "arn:aws:s3:::payroll/*",
        "arn:aws:iam::555566667777:role/*",
        "\"*\"",
    ];
    let odd = [
        "crown",
        "x.y",
        "\"a b\"",
        "\"who\"",
        "\"s3:GetObject\"",
        "\"q\\\"\\\\\"",
    ];
    let known = proptest::sample::select(known.to_vec());
    let odd = proptest::sample::select(odd.to_vec());
    prop_oneof![30 => known, 1 => odd].prop_map(str::to_owned)
}

pub fn value() -> impl Strategy<Value = String> {
    let values = [
        "prod",
        "12",
        "true",
        "\"x y\"",
        "snapshot",
        "snapshot - 90d",
        "a.b",
        "\"and\"",
    ];
    proptest::sample::select(values.to_vec()).prop_map(str::to_owned)
}

pub fn test() -> impl Strategy<Value = String> {
    let attributes = [
        "hops",
        "tag.Team",
        "tag[\"a:b\"]",
        "principal.account",
        "path.x",
    ];
    let attribute = proptest::sample::select(attributes.to_vec());
    let operators = [
        "=", "!=", "<", "<=", ">", ">=", "like", "matches", "has", "not like",
    ];
    let operator = proptest::sample::select(operators.to_vec());
    prop_oneof![
        attribute.clone().prop_map(str::to_owned),
        attribute.clone().prop_map(|one| format!("{one} exists")),
        (attribute.clone(), operator, value()).prop_map(|(a, o, v)| format!("{a} {o} {v}")),
        (attribute.clone(), value(), value()).prop_map(|(a, v, w)| format!("{a} in ({v}, {w})")),
        (attribute, word()).prop_map(|(a, w)| format!("{a} not in {w}")),
    ]
}

pub fn predicate() -> impl Strategy<Value = String> {
    test().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or ({b})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.prop_map(|a| format!("not not not ({a})")),
        ]
    })
}

pub fn set() -> impl Strategy<Value = String> {
    word().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} minus ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and {b}")),
            (inner.clone(), predicate()).prop_map(|(a, p)| format!("({a}) with ({p})")),
            (inner.clone(), test()).prop_map(|(a, p)| format!("({a}) with not {p}")),
            inner
                .clone()
                .prop_map(|a| format!("({a}) in account/prod outside org")),
            inner.prop_map(|a| format!("(who can s3:GetObject on {a})")),
        ]
    })
}

pub fn actions() -> impl Strategy<Value = String> {
    let actions = [
        "s3:GetObject",
        "sqs:*",
        "all of s3:GetObject, kms:Decrypt",
        "iam:PassRole or sts:AssumeRole",
        "kms:Decrypt",
    ];
    proptest::sample::select(actions.to_vec()).prop_map(str::to_owned)
}

pub fn question() -> impl Strategy<Value = String> {
    prop_oneof![
        (actions(), set()).prop_map(|(a, s)| format!("who can {a} on {s}")),
        (set(), actions()).prop_map(|(s, a)| format!("who in org can reach {a} on all of {s}")),
        set().prop_map(|s| format!("who can reach ({s})")),
        (set(), set(), actions()).prop_map(|(s, t, a)| format!("which {s} can ({t}) reach {a}")),
        (set(), actions()).prop_map(|(s, a)| format!("which ({s}) can {a}")),
        (set(), set()).prop_map(|(s, t)| format!("what can ({s}) do on {t}")),
        (set(), actions(), set()).prop_map(|(s, a, t)| format!("why not ({s}) {a} on {t}")),
        (set(), set()).prop_map(|(s, t)| format!("shortest path from ({s}) to ({t})")),
        set().prop_map(|s| format!("count {s}")),
        (set(), set()).prop_map(|(s, t)| format!("matrix ({s}) by ({t})")),
    ]
}

pub fn clauses() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        predicate().prop_map(|p| format!("where {p}")),
        set().prop_map(|s| format!("except {s}")),
        set().prop_map(|s| format!("through {s}")),
        set().prop_map(|s| format!("avoiding {s}")),
        value().prop_map(|v| format!("given aws:k{} = {v}", v.len())),
        Just("given aws:a absent, aws:b in (x, y)".to_owned()),
        Just("surely explain".to_owned()),
        Just("ignoring scps, rcps".to_owned()),
        Just("as collected expand".to_owned()),
    ];
    let once = proptest::sample::subsequence(
        vec![
            "via any, AssumeRole",
            "within 1 hop",
            "limit 3",
            "order by hops desc, tag.X",
            "group by name",
        ],
        0..=5,
    );
    (proptest::collection::vec(one, 0..3), once).prop_map(|(many, once)| {
        let once = once.into_iter().map(str::to_owned);
        many.into_iter().chain(once).collect::<Vec<_>>().join(" ")
    })
}

pub fn text() -> impl Strategy<Value = String> {
    let statement = prop_oneof![
        (question(), clauses()).prop_map(|(q, c)| format!("{q} {c}")),
        (set(), question()).prop_map(|(s, q)| format!("assert only ({s}) {q}")),
        set().prop_map(|s| format!("let x = {s}")),
        question().prop_map(|q| format!("explain {q}")),
    ];
    proptest::collection::vec(statement, 1..3).prop_map(|all| all.join(";\n"))
}
