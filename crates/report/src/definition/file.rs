//! The tables of a report's file.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Changes, Delivery, Form};
use crate::Severity;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub code: Option<Spanned<String>>,
    pub title: String,
    pub why: String,
    pub audience: Option<String>,
    pub severity: Severity,
    pub owner: Option<String>,
    #[serde(default)]
    pub formats: Vec<Form>,
    pub baseline: Option<String>,
    pub schedule: Option<Spanned<String>>,
    pub history: Option<usize>,
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterTable>,
    #[serde(default)]
    pub query: Vec<QueryTable>,
    #[serde(default)]
    pub assertion: Vec<AssertionTable>,
    pub changes: Option<Changes>,
    #[serde(default)]
    pub deliver: Vec<Delivery>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParameterTable {
    #[serde(rename = "type")]
    pub kind: String,
    pub default: String,
    // For people who read the file.
    #[expect(dead_code, reason = "the file says it to its reader")]
    pub meaning: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QueryTable {
    pub code: Spanned<String>,
    pub title: String,
    pub advice: Option<String>,
    pub severity: Option<Severity>,
    pub text: Option<Spanned<String>>,
    pub file: Option<Spanned<String>>,
    #[serde(default)]
    pub pairs: bool,
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AssertionTable {
    pub code: Spanned<String>,
    pub title: String,
    pub advice: Option<String>,
    pub severity: Option<Severity>,
    pub text: Spanned<String>,
}
