//! Random conditions: every operator, qualifier and kind of value.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::key::{self, Key, Shape};
use super::scenery::Scenery;

/// Draws the `Condition` element of a statement.
pub fn draw(dice: &mut Dice, scenery: &Scenery, keys: &[Key]) -> Value {
    let mut block = Map::new();
    for _ in 0..=dice.weighted(&[70, 25, 5]) {
        let key = if dice.chance(80) {
            dice.pick(keys)
        } else {
            key::draw(dice)
        };
        let operator = operator(dice, key);
        let values = values(dice, scenery, key, &operator);
        let keys = block.entry(operator).or_insert_with(|| json!({}));
        if let Value::Object(keys) = keys {
            keys.insert(spelled(dice, key.name), values);
        }
    }
    Value::Object(block)
}

// Key names ignore case (R66).
fn spelled(dice: &mut Dice, name: &str) -> String {
    if dice.chance(5) {
        name.to_uppercase()
    } else {
        name.to_owned()
    }
}

const STRING: [&str; 8] = [
    "StringEquals",
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
];
const ARN: [&str; 5] = [
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "StringLike",
];
const NUMBER: [&str; 6] = [
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const DATE: [&str; 6] = [
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
];
const ADDRESS: [&str; 3] = ["IpAddress", "IpAddress", "NotIpAddress"];

fn operator(dice: &mut Dice, key: Key) -> String {
    let plain = match dice.weighted(&[78, 10, 10, 2]) {
        0 => fitting(dice, key.shape),
        1 => any(dice),
        2 => "Null",
        _ => "StringMatches",
    };
    let qualifier = match dice.below(100) {
        percent if percent < if key.several { 40 } else { 4 } => "ForAnyValue:",
        percent if percent < if key.several { 70 } else { 8 } => "ForAllValues:",
        _ => "",
    };
    let suffix = if dice.chance(18) { "IfExists" } else { "" };
    format!("{qualifier}{plain}{suffix}")
}

fn fitting(dice: &mut Dice, shape: Shape) -> &'static str {
    match shape {
        Shape::Arn | Shape::ResourceArn => dice.pick(&ARN),
        Shape::Bool => "Bool",
        Shape::Address => dice.pick(&ADDRESS),
        Shape::Date => dice.pick(&DATE),
        Shape::Number => dice.pick(&NUMBER),
        Shape::Bytes => dice.pick(&["BinaryEquals", "BinaryEquals", "StringEquals"]),
        _ => dice.pick(&STRING),
    }
}

fn any(dice: &mut Dice) -> &'static str {
    let all: [&[&'static str]; 6] = [
        &STRING,
        &ARN,
        &NUMBER,
        &DATE,
        &ADDRESS,
        &["Bool", "BinaryEquals"],
    ];
    let some = dice.pick(&all);
    dice.pick(some)
}

fn values(dice: &mut Dice, scenery: &Scenery, key: Key, operator: &str) -> Value {
    let count = match dice.below(100) {
        0..=1 => 0,
        2..=74 => 1,
        75..=92 => 2,
        _ => 3,
    };
    let mut all: Vec<Value> = (0..count)
        .map(|_| value(dice, scenery, key, operator))
        .collect();
    if count == 1 && dice.chance(60) {
        return all.remove(0);
    }
    Value::Array(all)
}

fn value(dice: &mut Dice, scenery: &Scenery, key: Key, operator: &str) -> Value {
    if operator.contains("Null") {
        return json!(dice.pick(&["true", "false", "false", "true", "maybe"]));
    }
    if operator.contains("Binary") {
        return json!(dice.pick(&["cmVk", "Ymx1ZQ==", "Ymx1ZQ", "no base64!"]));
    }
    if operator.contains("Bool") {
        return dice.pick(&[
            json!("true"),
            json!("false"),
            json!(true),
            json!(false),
            json!("TRUE"),
            json!("yes"),
        ]);
    }
    if operator.contains("Ip") && dice.chance(90) {
        return json!(dice.pick(&[
            "203.0.113.0/24",
            "10.0.0.0/8",
            "10.0.0.1",
            "2001:db8::/32",
            "2001:DB8:0:0:0:0:0:1",
            "fe80::/10",
            "::/0",
            "10.0.0.1/33",
            "0.0.0.0/0",
            "no address",
        ]));
    }
    if operator.contains("Numeric") && dice.chance(90) {
        return dice.pick(&[
            json!(10),
            json!("9.5"),
            json!("3600"),
            json!("1E+1"),
            json!(-9.5),
            json!("ten"),
        ]);
    }
    if operator.contains("Date") && dice.chance(90) {
        return dice.pick(&[
            json!("2024-06-01T00:00:00Z"),
            json!("2024-05-31T23:59:59.5-01:00"),
            json!("2024-06"),
            json!(1_717_200_000),
            json!("2025"),
            json!("someday"),
        ]);
    }
    json!(text(dice, scenery, key.shape))
}

fn text(dice: &mut Dice, scenery: &Scenery, shape: Shape) -> String {
    match dice.weighted(&[70, 14, 3, 13]) {
        0 => shape.value(dice, scenery),
        1 => {
            let plain = shape.value(dice, scenery);
            globbed(dice, &plain)
        }
        2 => dice.pick(&["*", "?", "", "${*}"]).to_owned(),
        _ => {
            let variable = variable(dice);
            if shape == Shape::Arn && dice.chance(70) {
                format!("arn:aws:iam::{}:user/{variable}", scenery.place(dice).id)
            } else if dice.chance(70) {
                variable
            } else {
                format!("{variable}*")
            }
        }
    }
}

/// Puts a wildcard into `plain`.
pub fn globbed(dice: &mut Dice, plain: &str) -> String {
    let mut ends = plain.char_indices().map(|(at, _)| at);
    let count = plain.chars().count();
    let at = ends.nth(dice.below(count)).unwrap_or_default();
    let behind = plain[at..].char_indices().nth(1);
    let rest = behind.map_or("", |(next, _)| &plain[at + next..]);
    match dice.below(3) {
        0 => format!("{}*", &plain[..at]),
        1 => format!("{}*{rest}", &plain[..at]),
        _ => format!("{}?{rest}", &plain[..at]),
    }
}

/// Draws a policy variable.
pub fn variable(dice: &mut Dice) -> String {
    let key = dice.pick(&[
        "aws:PrincipalTag/team",
        "aws:PrincipalTag/team",
        "aws:principaltag/Env",
        "aws:username",
        "aws:userid",
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:ResourceTag/team",
        "aws:RequestTag/team",
        "aws:SourceIdentity",
        "aws:TagKeys",
        "aws:PrincipalOrgID",
        "aws:FederatedProvider",
        "sts:RoleSessionName",
        "s3:prefix",
    ]);
    match dice.below(10) {
        0..=1 => format!("${{{key}, 'red'}}"),
        2 => format!("${{{key}, ''}}"),
        3 => dice.pick(&["${*}", "${?}", "${$}", "${open"]).to_owned(),
        _ => format!("${{{key}}}"),
    }
}
