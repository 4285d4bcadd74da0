//! Resolves clauses: what holds for every call, and how chains are followed.

use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_index::{Ask, IDENTITY_CENTER, Ignoring, Walk};
use whocan_policy::catalogue::catalogue;
use whocan_policy::{Document, Given, KeyName, KeyState, Precedence, Session};

use super::Resolver;
use crate::ast::{self, Clauses, GivenState, Span, Spanned};
use crate::error::{Fault, Problem};
use crate::kind::{Kind, kind_of_shorthand};
use crate::nearest::did_you_mean;
use crate::thing::Thing;

/// The kinds of session edges, which `via AssumeRole` means all together.
const FAMILY: [&str; 3] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
];

/// Kinds of edges that the language has and this version does not follow.
const LATER: [&str; 3] = ["PassRole", "CreateAccessKey", "escalation"];

impl Resolver<'_> {
    /// Refuses the clauses that this version does not answer.
    pub(super) fn refuse_unanswered(&self, clauses: &Clauses) -> Result<(), Fault> {
        if let Some(clause) = &clauses.as_of
            && clause.value.text() != self.context.as_of
        {
            let name = clause.value.text().unwrap_or_default();
            let problem = Problem::Senseless(format!("snapshot `{name}` is not at hand"));
            return Err(Fault::new(problem, clause.span));
        }
        Ok(())
    }

    /// Resolves what holds for every call.
    pub(super) fn base(&mut self, clauses: &Clauses) -> Result<Ask, Fault> {
        let given = given(clauses)?;
        Ok(Ask {
            action: String::new(),
            resource: String::new(),
            resource_account: None,
            session: self.session(clauses)?,
            assume: None,
            access_point: self.access_point(clauses)?,
            endpoint: endpoint(&given),
            given,
            precedence: Precedence::Facts,
            ignoring: ignoring(clauses)?,
        })
    }

    /// Resolves how chains are followed.
    pub(super) fn walk(&mut self, clauses: &Clauses, base: &Ask) -> Result<Walk, Fault> {
        let hops = clauses.within.as_ref().map(|within| within.value);
        let within = hops.map(|hops| u32::try_from(hops).unwrap_or(u32::MAX));
        let mut avoiding = RoaringBitmap::new();
        for set in &clauses.avoiding {
            let members = self.set(set)?;
            avoiding |= self.principals(&members, set.span)?;
        }
        if let Some(more) = clauses.through.get(Walk::MAX_THROUGH) {
            let what = format!("more than {} times `through`", Walk::MAX_THROUGH);
            return Err(Fault::not_answered(what, more.span));
        }
        let mut through = Vec::new();
        for set in &clauses.through {
            let members = self.set(set)?;
            through.push(self.principals(&members, set.span)?);
        }
        Ok(Walk {
            via: via(clauses)?,
            within,
            through,
            avoiding,
            given: base.given.clone(),
            ignoring: base.ignoring,
        })
    }

    /// Refuses clauses about chains where the question follows none.
    pub(super) fn refuse_chains(&self, clauses: &Clauses) -> Result<(), Fault> {
        let spans = [
            ("via", clauses.via.as_ref().map(|via| via.span)),
            ("within", clauses.within.as_ref().map(|within| within.span)),
            ("through", clauses.through.first().map(|set| set.span)),
            ("avoiding", clauses.avoiding.first().map(|set| set.span)),
        ];
        for (name, span) in spans {
            if let Some(span) = span {
                let what = format!("`{name}` is about chains, and `can` alone follows none");
                return Err(Fault::senseless(what, span).with_hint("say `can reach`"));
            }
        }
        Ok(())
    }

    fn session(&self, clauses: &Clauses) -> Result<Session, Fault> {
        let mut session = Session::default();
        let Some(clause) = &clauses.session_policy else {
            return Ok(session);
        };
        let file = clause.value.text().unwrap_or_default();
        let text = (self.context.read_policy)(file)
            .map_err(|why| Fault::senseless(format!("cannot read `{file}`: {why}"), clause.span))?;
        let document = Document::parse(&text);
        if document.malformed {
            let why = document.problems.first().map(|problem| problem.to_string());
            let what = format!("`{file}` is no policy: {}", why.unwrap_or_default());
            return Err(Fault::senseless(what, clause.span));
        }
        session.policies.push(Arc::new(document));
        Ok(session)
    }

    fn access_point(&self, clauses: &Clauses) -> Result<Option<String>, Fault> {
        let Some(clause) = &clauses.access_point else {
            return Ok(None);
        };
        let name = clause.value.text().unwrap_or_default();
        if name.starts_with("arn:") {
            return Ok(Some(name.to_owned()));
        }
        let kind = kind_of_shorthand("access-point").unwrap_or(Kind::Resource);
        let name = name.strip_prefix("access-point/").unwrap_or(name);
        let found: Vec<Thing> = self.lookup(kind, name).things().collect();
        match found.as_slice() {
            [one] => Ok(Some(one.arn(self.context.graph).to_string())),
            [] => Err(Fault::new(
                Problem::NoSuchThing(name.to_owned()),
                clause.span,
            )),
            several => {
                let written = name.to_owned();
                let count = several.len();
                Err(
                    Fault::new(Problem::Ambiguous { written, count }, clause.span)
                        .with_hint("write its ARN"),
                )
            }
        }
    }
}

fn given(clauses: &Clauses) -> Result<Given, Fault> {
    let mut given = Given::default();
    for item in &clauses.given {
        let key = key(&item.key)?;
        let state = match &item.state {
            GivenState::Absent => KeyState::Absent,
            GivenState::Present => KeyState::Present,
            GivenState::Equals(value) => KeyState::Known(vec![text(value)?]),
            GivenState::In(values) => {
                let each = values
                    .iter()
                    .map(|value| Ok(KeyState::Known(vec![text(value)?])));
                KeyState::OneOf(each.collect::<Result<_, Fault>>()?)
            }
        };
        given.keys.insert(key, state);
    }
    Ok(given)
}

fn text(value: &ast::Value) -> Result<String, Fault> {
    match value.text() {
        Some(text) => Ok(text.to_owned()),
        None => Err(Fault::senseless(
            "a context key's time is written out: 2026-01-31T00:00:00Z",
            value.span,
        )),
    }
}

/// What people call context keys that have another name.
const SYNONYMS: [(&str, &str); 10] = [
    ("mfa", "aws:MultiFactorAuthPresent"),
    ("ip", "aws:SourceIp"),
    ("source_ip", "aws:SourceIp"),
    ("sourceip", "aws:SourceIp"),
    ("vpc", "aws:SourceVpc"),
    ("vpce", "aws:SourceVpce"),
    ("region", "aws:RequestedRegion"),
    ("org", "aws:PrincipalOrgID"),
    ("tls", "aws:SecureTransport"),
    ("external_id", "sts:ExternalId"),
];

/// Reads a context key. Keys of AWS's own namespace must exist; others may be
/// claims of an identity provider.
fn key(written: &Spanned<String>) -> Result<KeyName, Fault> {
    let name = &written.value;
    let global = name.to_ascii_lowercase().starts_with("aws:");
    if name.contains(':') && !(global && catalogue().condition_key(name).is_none()) {
        return Ok(KeyName::new(name));
    }
    let problem = Problem::Senseless(format!("unknown context key `{name}`"));
    let fault = Fault::new(problem, written.span);
    let called = SYNONYMS
        .iter()
        .find(|(synonym, _)| name.eq_ignore_ascii_case(synonym));
    if let Some((_, key)) = called {
        return Err(fault.with_hint(format!("it is called `{key}`")));
    }
    let known = catalogue().condition_key_entries().map(|entry| entry.name);
    Err(match did_you_mean(name, known) {
        Some(hint) => fault.with_hint(hint),
        None => fault.with_hint("a context key is `prefix:Name`"),
    })
}

/// Returns the endpoint that a given `aws:SourceVpce` names: its policy counts too (R186).
fn endpoint(given: &Given) -> Option<String> {
    match given.get(&KeyName::new("aws:SourceVpce")) {
        Some(KeyState::Known(values)) => values.first().cloned(),
        _ => None,
    }
}

fn ignoring(clauses: &Clauses) -> Result<Ignoring, Fault> {
    let mut ignoring = Ignoring::default();
    for word in &clauses.ignoring {
        let plural = word.value.strip_suffix(" policy");
        let name = plural.map(|stem| format!("{stem} policies"));
        match name.as_deref().unwrap_or(&word.value) {
            "scp" | "scps" => ignoring.scps = true,
            "rcp" | "rcps" => ignoring.rcps = true,
            "boundary" | "boundaries" => ignoring.boundaries = true,
            "identity policies" => ignoring.identity_policies = true,
            "resource policies" => ignoring.resource_policies = true,
            "endpoint policies" => ignoring.endpoint_policies = true,
            "acl" | "acls" => ignoring.acls = true,
            "grant" | "grants" => ignoring.grants = true,
            "block public access" => ignoring.public_access_blocks = true,
            _ => return Err(unknown_policy_type(&word.value, word.span)),
        }
    }
    Ok(ignoring)
}

/// What `ignoring` leaves out, in its words.
pub(crate) const IGNORED: [&str; 9] = [
    "scps",
    "rcps",
    "boundaries",
    "identity policies",
    "resource policies",
    "endpoint policies",
    "acls",
    "grants",
    "block public access",
];

fn unknown_policy_type(word: &str, span: Span) -> Fault {
    if word.starts_with("session polic") {
        let fault = Fault::senseless("no session policy counts unless the question says so", span);
        return fault.with_hint("`under session policy \"FILE\"` adds one");
    }
    let (last, others) = IGNORED.split_last().expect("there are some");
    let others: Vec<String> = others.iter().map(|one| format!("`{one}`")).collect();
    let problem = Problem::Expected {
        expected: format!("{} or `{last}`", others.join(", ")),
        found: format!("`{word}`"),
    };
    let fault = Fault::new(problem, span);
    if [
        "trust policies",
        "trust policy",
        "key policies",
        "key policy",
    ]
    .contains(&word)
    {
        let why = "without these nobody has any access, so they stay; `list roles where trust.external` looks at trust";
        return fault.with_hint(why);
    }
    match did_you_mean(word, IGNORED) {
        Some(hint) => fault.with_hint(hint),
        None => fault,
    }
}

/// Resolves kinds of edges; empty means every session edge.
fn via(clauses: &Clauses) -> Result<Vec<&'static str>, Fault> {
    let mut kinds = Vec::new();
    for word in clauses.via.iter().flat_map(|via| &via.value) {
        kinds.extend(edge(word)?);
    }
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

fn edge(word: &Spanned<String>) -> Result<Vec<&'static str>, Fault> {
    let name = word.value.as_str();
    let is = |other: &str| other.eq_ignore_ascii_case(name);
    if is("AssumeRole") {
        return Ok(FAMILY.to_vec());
    }
    if is("any") {
        return Ok(FAMILY.into_iter().chain([IDENTITY_CENTER]).collect());
    }
    if is(IDENTITY_CENTER) {
        return Ok(vec![IDENTITY_CENTER]);
    }
    if let Some(one) = FAMILY.iter().find(|full| is(full)) {
        return Ok(vec![one]);
    }
    if let Some(one) = FAMILY
        .iter()
        .find(|full| full.strip_prefix("sts:").is_some_and(is))
    {
        return Ok(vec![one]);
    }
    if LATER.iter().any(|later| is(later)) {
        return Err(Fault::not_answered(format!("`via {name}`"), word.span));
    }
    let fault = Fault::new(Problem::UnknownEdge(name.to_owned()), word.span);
    let known = FAMILY
        .into_iter()
        .chain(["AssumeRole", IDENTITY_CENTER, "any"]);
    Err(match did_you_mean(name, known) {
        Some(hint) => fault.with_hint(hint),
        None => fault.with_hint(
            "`via AssumeRole`, a full action name such as `sts:AssumeRoleWithSAML`, `via IdentityCenter` or `via any`",
        ),
    })
}
