//! One line as a request to the judge.

use std::str::FromStr;

use serde_json::value::RawValue;
use whocan_eval::{Assume, Ignoring, Overrides, Request, Session};
use whocan_policy::{AccountId, Precedence};

use super::context;
use super::documents::Documents;
use super::fields::{Fault, Fields, decode, salvage};

const FIELDS: &[&str] = &[
    "id",
    "principal",
    "action",
    "resource",
    "resource_account",
    "context",
    "context_complete",
    "session",
    "assume",
    "vpce",
    "via_access_point",
    "identity_policies",
    "boundary",
    "session_policies",
    "resource_policy",
    "scps",
    "rcps",
    "endpoint_policy",
];
const SESSION_FIELDS: &[&str] = &["policy", "tags", "transitive", "source_identity", "user"];
const ASSUME_FIELDS: &[&str] = &["tags", "source_identity", "name"];

/// Returns the `id` of a line, whatever else is wrong with it.
pub fn id(line: &str) -> Option<&RawValue> {
    salvage(line, "id")
}

/// Reads a line.
///
/// A field that is `null` counts as not given, except in `context`, where
/// `null` is a known absence.
pub fn read(line: &str, documents: &Documents) -> Result<Request, Fault> {
    let fields = Fields::read(line, "", Some(FIELDS))?;
    let mut session = session(&fields, documents)?;
    if let Some(text) = fields.get("session_policies") {
        let policies = documents.read_list(text, "session_policies")?;
        session.policies.extend(policies);
    }
    Ok(Request {
        caller: parsed(&fields, "principal")?.ok_or_else(|| missing("principal"))?,
        action: fields.text("action")?.ok_or_else(|| missing("action"))?,
        resources: resources(&fields)?,
        resource_account: parsed::<AccountId>(&fields, "resource_account")?,
        given: context::read(&fields)?,
        precedence: Precedence::Given,
        session,
        assume: assume(&fields)?,
        endpoint: fields.text("vpce")?,
        access_point: fields.text("via_access_point")?,
        ignoring: Ignoring::default(),
        overrides: overrides(&fields, documents)?,
    })
}

fn missing(name: &str) -> Fault {
    Fault::whole(format!("the field `{name}` is missing"))
}

/// Reads a text field that has a form of its own.
fn parsed<T: FromStr<Err: ToString>>(fields: &Fields<'_>, name: &str) -> Result<Option<T>, Fault> {
    let Some(text) = fields.text(name)? else {
        return Ok(None);
    };
    text.parse()
        .map(Some)
        .map_err(|error: T::Err| Fault::new(fields.at(name), error.to_string()))
}

fn resources(fields: &Fields<'_>) -> Result<Vec<String>, Fault> {
    let text = fields.get("resource").ok_or_else(|| missing("resource"))?;
    let expected = "a string or a list of strings";
    if text.starts_with('[') {
        decode(text, "resource", expected)
    } else {
        decode(text, "resource", expected).map(|one| vec![one])
    }
}

fn session(fields: &Fields<'_>, documents: &Documents) -> Result<Session, Fault> {
    let Some(text) = fields.get("session") else {
        return Ok(Session::default());
    };
    let fields = Fields::read(text, "session", Some(SESSION_FIELDS))?;
    let policy = fields.get("policy");
    let policy = policy.map(|text| documents.read(text, "session.policy"));
    Ok(Session {
        policies: policy.transpose()?.into_iter().collect(),
        tags: fields.texts("tags")?,
        transitive: fields
            .value("transitive", "a list of tag keys")?
            .unwrap_or_default(),
        source_identity: fields.text("source_identity")?,
        user: fields.text("user")?,
    })
}

fn assume(fields: &Fields<'_>) -> Result<Option<Assume>, Fault> {
    let Some(text) = fields.get("assume") else {
        return Ok(None);
    };
    let fields = Fields::read(text, "assume", Some(ASSUME_FIELDS))?;
    Ok(Some(Assume {
        tags: fields.texts("tags")?.unwrap_or_default(),
        source_identity: fields.text("source_identity")?,
        name: fields.text("name")?,
    }))
}

fn overrides(fields: &Fields<'_>, documents: &Documents) -> Result<Overrides, Fault> {
    let one = |name: &str| {
        fields
            .get(name)
            .map(|text| documents.read(text, name))
            .transpose()
    };
    let levels = |name: &str| {
        let text = fields.get(name);
        text.map(|text| documents.read_levels(text, name))
            .transpose()
    };
    let identity = fields.get("identity_policies");
    let identity = identity.map(|text| documents.read_list(text, "identity_policies"));
    Ok(Overrides {
        identity: identity.transpose()?,
        boundary: one("boundary")?,
        resource: one("resource_policy")?,
        scps: levels("scps")?,
        rcps: levels("rcps")?,
        endpoint: one("endpoint_policy")?,
        alone: false,
    })
}
