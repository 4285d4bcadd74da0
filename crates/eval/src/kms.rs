//! KMS keys: the key policy is mandatory, grants add to it.

use whocan_policy::{Arn, KeyName, KeyState, NamedPrincipal, Truth};
use whocan_snapshot::{EncryptionContext, KeyGrant};

use crate::PolicyType;
use crate::context::derived;
use crate::granted::{Granted, ResourceGrants, blame_by_naming, doubt, limited, silent_sides};
use crate::inquiry::{Inquiry, Note, undocumented};
use crate::policies::{Origin, PrincipalSides, fact};
use crate::principal;
use crate::side::{Formula, Hit, Side};
use crate::subject::SubjectKind;

/// The own account: nothing without the key policy, not even for root (R168, R173).
///
/// Source: Key policies in AWS KMS; Default key policy, KMS Developer Guide.
pub(crate) fn same_account<'a>(
    inquiry: &Inquiry<'a>,
    resource: &ResourceGrants<'a>,
    own: &PrincipalSides<'a>,
) -> Granted<'a> {
    inquiry.rule(168);
    let delegated =
        |account: &Formula<'a>| Formula::All(vec![account.clone(), limited(&own.identity, own)]);
    let grants = grants(inquiry);
    // Whether a boundary or a session policy limits a grant is not stated (A26).
    let limits = Formula::Any(vec![
        Formula::All(vec![own.boundary.clone(), own.session.clone()]),
        doubt(
            PolicyType::Boundary,
            "a KMS grant past a boundary or session policy",
        ),
    ]);
    let blame = if grants.user.truth | grants.account.truth == Truth::False {
        blame_by_naming(resource, own)
    } else {
        silent_sides(own)
    };
    let formula = Formula::Any(vec![
        resource.direct.clone(),
        limited(&resource.role, own),
        delegated(&resource.account),
        Formula::All(vec![grants.named.formula(), limits]),
        limited(&grants.user.formula(), own),
        delegated(&grants.account.formula()),
    ]);
    Granted { formula, blame }
}

/// Another account: both sides (R172); a grant counts as the key's side (R173).
///
/// Source: Allowing users in other accounts to use a KMS key, KMS Developer Guide.
pub(crate) fn other_account<'a>(
    inquiry: &Inquiry<'a>,
    resource: &ResourceGrants<'a>,
    own: &PrincipalSides<'a>,
) -> Granted<'a> {
    inquiry.rule(172);
    let identity = limited(&own.identity, own);
    let grants = grants(inquiry);
    let named = resource.any();
    let mut blame = silent_sides(own);
    if named.truth() | grants.user.truth | grants.account.truth == Truth::False {
        blame.push(PolicyType::Resource);
    }
    // Whether a foreign grantee needs its own side too is not stated (A26).
    let either = Formula::Any(vec![
        identity.clone(),
        doubt(
            PolicyType::Identity,
            "a KMS grant to a principal of another account",
        ),
    ]);
    let both_sides = Formula::Any(vec![named, grants.user.formula(), grants.account.formula()]);
    let formula = Formula::Any(vec![
        Formula::All(vec![both_sides, identity]),
        Formula::All(vec![grants.named.formula(), either]),
    ]);
    Granted { formula, blame }
}

/// Grants to the account, which its root user may use.
pub(crate) fn granted_to_root<'a>(inquiry: &Inquiry<'a>) -> Formula<'a> {
    let grants = grants(inquiry);
    Formula::Any(vec![grants.named.formula(), grants.account.formula()])
}

/// The grants of a key, by whom they name.
struct Grants<'a> {
    /// The caller or its role.
    named: Side<'a>,
    /// The user behind a federated session, which that session only gets as
    /// far as its session policy lets it pass (R132).
    user: Side<'a>,
    /// The caller's account.
    account: Side<'a>,
}

/// Reads the grants of the key (R173).
///
/// Source: Grants in AWS KMS, KMS Developer Guide.
fn grants<'a>(inquiry: &Inquiry<'a>) -> Grants<'a> {
    let mut found = Grants {
        named: Side::silent(PolicyType::Resource),
        user: Side::silent(PolicyType::Resource),
        account: Side::silent(PolicyType::Resource),
    };
    if inquiry.call.request.ignoring.grants {
        return found;
    }
    let Some(key) = inquiry.target.key() else {
        add_unrecorded(inquiry, &mut found);
        return found;
    };
    let subject = || format!("grants of {}", inquiry.target.text);
    match &key.grants {
        whocan_snapshot::Collected::Yes(grants) => {
            let operation = inquiry.permission.trim_start_matches("kms:");
            let listed = grants.iter().filter(|grant| {
                let mut operations = grant.operations.iter();
                operations.any(|one| one == operation)
            });
            for grant in listed {
                add_grant(inquiry, &mut found, grant);
            }
        }
        missing => {
            if let Err(note) = fact(inquiry, missing, Vec::new, subject) {
                found.named.add_note(note);
            }
        }
    }
    found
}

fn add_unrecorded(inquiry: &Inquiry<'_>, found: &mut Grants<'_>) {
    let alone = inquiry.call.is_alone() || inquiry.call.request.overrides.resource.is_some();
    if !(inquiry.target.listed || alone || inquiry.call.as_collected()) {
        let note = crate::inquiry::not_collected(format!("grants of {}", inquiry.target.text));
        found.named.add_note(note);
    }
}

fn add_grant<'a>(inquiry: &Inquiry<'a>, found: &mut Grants<'a>, grant: &'a KeyGrant) {
    // Neither groups nor services can be grantees.
    let grantee: Option<Arn> = grant.grantee.parse().ok();
    let entry = match grantee {
        Some(_) => NamedPrincipal::aws(&grant.grantee),
        None => match grant.grantee.parse() {
            Ok(account) => NamedPrincipal::Account(account),
            Err(_) => return,
        },
    };
    let naming = principal::named(inquiry, &entry);
    if naming.any() == Truth::False {
        return;
    }
    inquiry.rule(173);
    let (context, notes) = encryption_context(inquiry, grant);
    let add = |side: &mut Side<'a>, named: Truth| {
        let truth = named & context;
        if truth != Truth::False {
            let mut notes = notes.clone();
            notes.extend(naming.open.iter().cloned());
            side.add(Hit {
                origin: Origin::Grant(grant),
                statement: None,
                truth,
                conditions: Vec::new(),
                notes,
            });
        }
    };
    let federated = matches!(inquiry.call.subject.kind, SubjectKind::Federated { .. });
    add(&mut found.named, naming.direct);
    let by_role = if federated {
        &mut found.user
    } else {
        &mut found.named
    };
    add(by_role, naming.role);
    add(&mut found.account, naming.account);
}

// Source: KMS API Reference, GrantConstraints (supported only on operations
// that take an encryption context; DescribeKey and RetireGrant ignore it).
fn encryption_context(inquiry: &Inquiry<'_>, grant: &KeyGrant) -> (Truth, Vec<Note>) {
    let (wanted, exact) = match &grant.constraint {
        None => return (Truth::True, Vec::new()),
        Some(EncryptionContext::Equals(pairs)) => (pairs, true),
        Some(EncryptionContext::Subset(pairs)) => (pairs, false),
    };
    match inquiry.permission {
        "kms:DescribeKey" | "kms:RetireGrant" => return (Truth::True, Vec::new()),
        "kms:CreateGrant" => {
            let note = undocumented("the constraint of the grant, passed on to another grant");
            return (Truth::Unknown, vec![note]);
        }
        _ => {}
    }
    let mut truth = Truth::True;
    let mut notes = Vec::new();
    for (name, value) in wanted {
        let one = pair(inquiry, name, value, &mut notes);
        truth = truth & one;
    }
    if exact && has_other_pair(inquiry, wanted) {
        truth = Truth::False;
    }
    (truth, notes)
}

fn pair(inquiry: &Inquiry<'_>, name: &str, value: &str, notes: &mut Vec<Note>) -> Truth {
    let key = KeyName::new(&format!("kms:EncryptionContext:{name}"));
    let known = derived(inquiry, &key);
    match known.state {
        KeyState::Known(values) => (values == [value]).into(),
        KeyState::Absent => Truth::False,
        _ => {
            notes.push(Note {
                text: format!("{} = {value}", key.as_written()),
                point: crate::OpenPoint {
                    subject: key.as_written().to_owned(),
                    kind: known.kind,
                },
            });
            Truth::Unknown
        }
    }
}

fn has_other_pair(
    inquiry: &Inquiry<'_>,
    wanted: &std::collections::BTreeMap<String, String>,
) -> bool {
    let given = inquiry.call.request.given.keys.iter();
    let mut present = given.filter(|(_, state)| matches!(state, KeyState::Known(_)));
    present.any(|(key, _)| {
        key.behind("kms:encryptioncontext:")
            .is_some_and(|name| !wanted.contains_key(name))
    })
}
