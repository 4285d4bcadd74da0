//! Evidence as JSON.

use serde::Serialize;
use whocan_eval::{EvidenceSide, PolicyType};
use whocan_policy::{Effect, Truth};

/// One statement or fact that bears on a decision.
#[derive(Debug, Serialize)]
pub struct Evidence<'a> {
    /// The kind of policy: `identity`, `scp`, `resource` ...
    pub policy_type: PolicyType,
    /// `allows`, `denies` or `silent`.
    pub side: EvidenceSide,
    /// `surely`, `possibly` or `not`: whether it applies.
    pub applies: &'static str,
    /// The policy's name and place.
    pub source: &'a str,
    /// The statement: its Sid, or its position as `#2`; `null` if there is none.
    pub statement: Option<&'a str>,
    /// The statement's effect, `Allow` or `Deny`; `null` if there is none.
    pub effect: Option<&'static str>,
    /// The conditions that are open in it.
    pub conditions: &'a [String],
}

impl<'a> Evidence<'a> {
    /// Returns `evidence` in the form that is written.
    pub fn of(evidence: &'a whocan_eval::Evidence) -> Evidence<'a> {
        Evidence {
            policy_type: evidence.policy_type,
            side: evidence.side,
            applies: match evidence.truth {
                Truth::True => "surely",
                Truth::Unknown => "possibly",
                Truth::False => "not",
            },
            source: &evidence.source,
            statement: Some(evidence.statement.as_str()).filter(|text| !text.is_empty()),
            effect: evidence.effect.map(|effect| match effect {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            }),
            conditions: &evidence.conditions,
        }
    }
}
