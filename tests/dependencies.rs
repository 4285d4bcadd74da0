//! What the program may be made of: licences, bans, no network without being asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, ParseMode};

/// Licences whose terms fit an Apache-2.0 program that is given away in binary form.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that must not come in, each with the reason.
const BANNED: &[(&str, &str)] = &[
    ("bincode", "unmaintained since 3.0.0"),
    (
        "dot-parser",
        "GPL, comes with petgraph's feature `dot_parser`",
    ),
    ("openssl-sys", "TLS is rustls's"),
];

/// Crates that can open a connection.
const NETWORK: &[&str] = &[
    "hyper",
    "reqwest",
    "rustls",
    "tokio",
    "ureq",
    "curl",
    "native-tls",
    "aws-config",
];

/// What cargo resolves for this platform, with these features.
fn metadata(features: &str) -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args([features, "--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {problem}");
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

/// The resolved packages of all crates.
fn packages() -> Vec<Value> {
    let metadata = metadata("--all-features");
    let nodes = metadata["resolve"]["nodes"].as_array().expect("nodes");
    let all = nodes.iter().filter_map(|node| node["id"].as_str());
    among(&metadata, &all.collect())
}

/// The packages that the program is made of without default features.
///
/// Cargo resolves for the whole workspace, so what is only behind a feature is
/// there too: what counts is what the program leads to.
fn packages_without_features() -> Vec<Value> {
    let metadata = metadata("--no-default-features");
    let resolve = &metadata["resolve"];
    let nodes = resolve["nodes"].as_array().expect("nodes");
    let by_id = nodes.iter().map(|node| (node["id"].as_str(), node));
    let by_id: BTreeMap<Option<&str>, &Value> = by_id.collect();
    let mut open = vec![resolve["root"].as_str().expect("the program")];
    let mut used = BTreeSet::new();
    while let Some(id) = open.pop() {
        if used.insert(id) {
            let next = by_id[&Some(id)]["dependencies"].as_array();
            open.extend(next.into_iter().flatten().filter_map(Value::as_str));
        }
    }
    among(&metadata, &used)
}

fn among(metadata: &Value, ids: &BTreeSet<&str>) -> Vec<Value> {
    let packages = metadata["packages"].as_array().expect("packages");
    let used = packages
        .iter()
        .filter(|package| ids.contains(package["id"].as_str().unwrap_or("")));
    used.cloned().collect()
}

fn name(package: &Value) -> &str {
    package["name"].as_str().expect("every package has a name")
}

fn permitted(expression: &str) -> bool {
    // Cargo still accepts the old form `MIT/Apache-2.0`.
    let expression = Expression::parse_mode(expression, ParseMode::LAX);
    expression.is_ok_and(|expression| {
        expression.evaluate(|requirement| LICENCES.contains(&requirement.to_string().as_str()))
    })
}

#[test]
fn every_dependency_has_a_permitted_licence() {
    let mut refused = BTreeMap::new();
    for package in packages() {
        let licence = package["license"].as_str().unwrap_or("none").to_owned();
        if !permitted(&licence) {
            refused.insert(name(&package).to_owned(), licence);
        }
    }
    assert!(refused.is_empty(), "not permitted: {refused:?}");
}

#[test]
fn no_banned_dependency_comes_in() {
    let packages = packages();
    let names: BTreeSet<&str> = packages.iter().map(name).collect();
    for (banned, reason) in BANNED {
        assert!(!names.contains(banned), "`{banned}` is banned: {reason}");
    }
}

#[test]
fn without_default_features_nothing_can_reach_the_network() {
    let packages = packages_without_features();
    let names: BTreeSet<&str> = packages.iter().map(name).collect();
    assert!(names.contains("whocan-import") && !names.contains("whocan-collect"));
    for network in NETWORK {
        assert!(
            !names.contains(network),
            "`{network}` can reach the network"
        );
    }
}

#[test]
fn alternatives_and_conjunctions_of_licences_are_read() {
    assert!(permitted("MIT OR GPL-3.0"));
    assert!(permitted("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(!permitted("GPL-3.0"));
    assert!(!permitted("(MIT OR Apache-2.0) AND GPL-3.0"));
}
