//! A case's question as a request to the judge.

use std::collections::BTreeMap;
use std::sync::Arc;

use whocan_eval::{Assume, Ignoring, Overrides, Precedence, Request, RequestError, Session};
use whocan_policy::{Document, Given, KeyName, KeyState};

use crate::case;
use crate::world::text;

/// Returns the request that `asked` describes.
pub fn request(asked: &case::Asked) -> Result<Request, RequestError> {
    Ok(Request {
        caller: asked.principal.parse()?,
        action: asked.action.clone(),
        resources: match &asked.resource {
            case::OneOrMany::One(one) => vec![one.clone()],
            case::OneOrMany::Many(all) => all.clone(),
        },
        resource_account: asked.resource_account,
        given: given(&asked.context),
        // What a case writes down is what the call carries.
        precedence: Precedence::Given,
        session: asked.session.as_ref().map(session).unwrap_or_default(),
        assume: asked.assume.as_ref().map(assume),
        endpoint: asked.vpce.clone(),
        access_point: asked.via_access_point.clone(),
        overrides: Overrides::default(),
        ignoring: Ignoring::default(),
    })
}

fn given(context: &BTreeMap<String, serde_json::Value>) -> Given {
    let keys = context.iter();
    Given {
        keys: keys
            .map(|(key, value)| (KeyName::new(key), state(value)))
            .collect(),
        complete: false,
    }
}

fn state(value: &serde_json::Value) -> KeyState {
    match value {
        serde_json::Value::Null => KeyState::Absent,
        serde_json::Value::Array(all) => KeyState::Known(all.iter().map(scalar).collect()),
        one => KeyState::Known(vec![scalar(one)]),
    }
}

fn scalar(value: &serde_json::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn pairs(map: &BTreeMap<String, String>) -> Vec<(String, String)> {
    map.iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn session(described: &case::Session) -> Session {
    let policy = described.policy.iter();
    Session {
        policies: policy
            .map(|policy| Arc::new(Document::parse(&text(policy))))
            .collect(),
        tags: described.tags.as_ref().map(pairs),
        transitive: described.transitive.clone(),
        source_identity: described.source_identity.clone(),
        user: described.user.clone(),
    }
}

fn assume(described: &case::Assume) -> Assume {
    Assume {
        tags: pairs(&described.tags),
        source_identity: described.source_identity.clone(),
        name: described.name.clone(),
    }
}
