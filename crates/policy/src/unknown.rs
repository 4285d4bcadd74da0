//! Names in a document that the catalogue does not have.
//!
//! They are no mistakes by themselves: AWS grows faster than any list. What
//! they mean is unknown, and a person should see that.

use std::collections::BTreeSet;

use crate::catalogue::{Catalogue, catalogue};
use crate::clipped::Clipped;
use crate::{Document, Statement};

/// Returns what of a document's actions and condition keys is in no list, in
/// words, each once and sorted.
pub fn unknown_names(document: &Document) -> Vec<String> {
    let catalogue = catalogue();
    let mut names = BTreeSet::new();
    for statement in &document.statements {
        add_actions(statement, catalogue, &mut names);
        add_keys(statement, catalogue, &mut names);
    }
    names.into_iter().collect()
}

fn add_actions(statement: &Statement, catalogue: &Catalogue, names: &mut BTreeSet<String>) {
    let patterns = statement.actions.iter().flat_map(|clause| &clause.patterns);
    for pattern in patterns.filter(|pattern| !pattern.is_odd()) {
        let text = pattern.as_str();
        if !catalogue.matching(text).is_empty() {
            continue;
        }
        let service = text.split(':').next().unwrap_or_default();
        let what = match catalogue.service(&service.to_ascii_lowercase()) {
            Some(_) => "action",
            None if service.contains(['*', '?']) => "action",
            None => "service",
        };
        names.insert(format!("unknown {what} `{}`", Clipped(text)));
    }
}

fn add_keys(statement: &Statement, catalogue: &Catalogue, names: &mut BTreeSet<String>) {
    for condition in &statement.conditions {
        let key = condition.key.as_lower();
        // Claims of an identity provider: `token.actions.githubusercontent.com:sub`.
        let provider = key
            .split(':')
            .next()
            .is_some_and(|start| start.contains('.'));
        if !provider && catalogue.condition_key(key).is_none() {
            let written = condition.key.as_written();
            names.insert(format!("unknown condition key `{}`", Clipped(written)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_list_has_is_named_once() {
        let document = Document::parse(
            r#"{"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjekt", "s3:Get*", "new-service:Run", "*"], "Resource": "*",
                 "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1", "aws:SourceVpcee": "x", "aws:RequestTag/team": "a",
                    "token.actions.githubusercontent.com:sub": "repo:x"}}},
                {"Effect": "Deny", "NotAction": "s3:GetObjekt", "Resource": "*"}]}"#,
        );
        assert_eq!(
            unknown_names(&document),
            [
                "unknown action `s3:GetObjekt`",
                "unknown condition key `aws:SourceVpcee`",
                "unknown service `new-service:Run`"
            ]
        );
    }
}
