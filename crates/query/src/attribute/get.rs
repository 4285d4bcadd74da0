//! How the values of attributes are got.

use std::collections::BTreeSet;
use std::sync::Arc;

use whocan_graph::{
    AccountIndex, Boundary, Collected, Detail, Graph, Identity, Membership, PrincipalKind,
    PublicAccessBlock, RoleFacts,
};
use whocan_policy::catalogue::catalogue;
use whocan_policy::{AccountId, Arn, Truth};

use super::Value;
use crate::rows::Facts;
use crate::thing::Thing;

pub(super) fn name(graph: &Graph, thing: Thing) -> Value {
    Value::text(thing.name(graph))
}

pub(super) fn arn(graph: &Graph, thing: Thing) -> Value {
    Value::text(thing.arn(graph))
}

pub(super) fn kind(graph: &Graph, thing: Thing) -> Value {
    Value::text(thing.kind(graph))
}

pub(super) fn account(graph: &Graph, thing: Thing) -> Value {
    thing
        .account(graph)
        .map_or(Value::Missing, |account| names(graph, account))
}

/// Returns the names of an account: number, aliases, name.
pub(crate) fn names(graph: &Graph, account: AccountIndex) -> Value {
    let account = graph.account(account);
    let mut names: Vec<Arc<str>> = vec![account.id.to_string().into()];
    names.extend(account.aliases.iter().map(|alias| alias.as_str().into()));
    if !account.name.is_empty() {
        names.push(account.name.clone());
    } else if let Some(vendor) = graph.vendor(account.id) {
        names.push(vendor.clone());
    }
    Value::Names(names)
}

pub(super) fn account_name(graph: &Graph, thing: Thing) -> Value {
    let account = thing.account(graph);
    account.map_or(Value::Missing, |account| {
        Value::text(graph.account(account).name.clone())
    })
}

pub(super) fn account_id(graph: &Graph, thing: Thing) -> Value {
    let account = thing.account(graph);
    account.map_or(Value::Missing, |account| {
        Value::text(graph.account(account).id.to_string())
    })
}

pub(super) fn units(graph: &Graph, thing: Thing) -> Value {
    let Some(account) = thing.account(graph) else {
        return Value::Missing;
    };
    let Collected::Yes(levels) = graph.chain(account) else {
        return Value::Unknown;
    };
    let mut units = Vec::new();
    let above = levels.iter().map(|level| graph.level(*level));
    for level in above.filter(|level| level.id.parse::<AccountId>().is_err()) {
        units.push(level.id.clone());
        if level.name != level.id {
            units.push(level.name.clone());
        }
    }
    Value::List(units)
}

pub(super) fn in_org(graph: &Graph, thing: Thing) -> Value {
    let Some(account) = thing.account(graph) else {
        return Value::Flag(false);
    };
    match graph.account(account).membership {
        Membership::Management | Membership::Member => Value::Flag(true),
        Membership::Outside | Membership::Elsewhere => Value::Flag(false),
        Membership::Unknown => Value::Unknown,
    }
}

pub(super) fn collected(graph: &Graph, thing: Thing) -> Value {
    let account = thing.account(graph);
    Value::Flag(account.is_some_and(|account| graph.account(account).collected))
}

fn identity(graph: &Graph, thing: Thing) -> Option<&Identity> {
    match thing {
        Thing::Principal(id) => graph.principal(id).identity(),
        _ => None,
    }
}

fn role_facts(graph: &Graph, thing: Thing) -> Option<&RoleFacts> {
    match thing {
        Thing::Principal(id) => graph.principal(id).role(),
        _ => None,
    }
}

pub(super) fn path(graph: &Graph, thing: Thing) -> Value {
    identity(graph, thing).map_or(Value::Missing, |one| Value::text(one.path.clone()))
}

pub(super) fn id(graph: &Graph, thing: Thing) -> Value {
    match (identity(graph, thing), thing) {
        (Some(one), _) if one.id.is_empty() => Value::Unknown,
        (Some(one), _) => Value::text(one.id.clone()),
        (None, Thing::Account(account)) => Value::text(graph.account(account).id.to_string()),
        (None, Thing::Level(level)) => Value::text(graph.level(level).id.clone()),
        _ => Value::Missing,
    }
}

pub(super) fn created(graph: &Graph, thing: Thing) -> Value {
    identity(graph, thing).map_or(Value::Missing, |one| {
        one.created.map_or(Value::Unknown, Value::Time)
    })
}

pub(super) fn tag(graph: &Graph, thing: Thing, key: &str) -> Value {
    match thing.tags(graph) {
        None => Value::Missing,
        Some(Collected::Not) => Value::Unknown,
        Some(Collected::Yes(tags)) => tags
            .iter()
            .find(|tag| tag.key == key)
            .map_or(Value::Missing, |tag| Value::Text(tag.value.as_str().into())),
    }
}

pub(super) fn tags(graph: &Graph, thing: Thing) -> Value {
    match thing.tags(graph) {
        None => Value::Missing,
        Some(Collected::Not) => Value::Unknown,
        Some(Collected::Yes(tags)) => {
            Value::List(tags.iter().map(|tag| tag.key.as_str().into()).collect())
        }
    }
}

pub(super) fn groups(graph: &Graph, thing: Thing) -> Value {
    match thing {
        Thing::Group(group) => {
            let members = graph.group(group).members.iter();
            let names = members.map(|id| Thing::Principal(*id).name(graph).into());
            Value::List(names.collect())
        }
        Thing::Principal(id) if graph.principal(id).role().is_none() => {
            if let PrincipalKind::IdentityCenterUser { .. } = graph.principal(id).kind {
                let groups = graph.directory_groups_of(id);
                return Value::List(groups.map(|group| group.name.clone()).collect());
            }
            if graph.principal(id).identity().is_none() {
                return Value::Missing;
            }
            let groups = graph.groups().iter();
            let own = groups.filter(|group| {
                Some(group.account) == graph.principal(id).account
                    && group.members.binary_search(&id).is_ok()
            });
            Value::List(own.map(|group| group.name.clone()).collect())
        }
        _ => Value::Missing,
    }
}

pub(super) fn policies(graph: &Graph, thing: Thing) -> Value {
    let ids: Vec<_> = match thing {
        Thing::Group(group) => graph.group(group).policies.clone(),
        _ => match identity(graph, thing) {
            Some(one) => one
                .policies
                .iter()
                .map(|attached| attached.policy)
                .collect(),
            None => return Value::Missing,
        },
    };
    let names = ids.iter().map(|policy| graph.policy(*policy).name.clone());
    Value::List(names.collect())
}

pub(super) fn boundary(graph: &Graph, thing: Thing) -> Value {
    match identity(graph, thing).map(|one| one.boundary) {
        Some(Boundary::Policy(policy)) => Value::text(graph.policy(policy).name.clone()),
        _ => Value::Missing,
    }
}

pub(super) fn service_linked(graph: &Graph, thing: Thing) -> Value {
    role_facts(graph, thing).map_or(Value::Missing, |role| Value::Flag(role.service_linked))
}

pub(super) fn identity_center(graph: &Graph, thing: Thing) -> Value {
    role_facts(graph, thing).map_or(Value::Missing, |role| Value::Flag(role.identity_center))
}

pub(super) fn assigned(graph: &Graph, thing: Thing) -> Value {
    let Some(facts) = role_facts(graph, thing).filter(|facts| facts.identity_center) else {
        return Value::Missing;
    };
    match &facts.assigned {
        Some(assigned) if !assigned.unread => {
            let users = assigned.users.iter();
            let users = users.map(|&id| Thing::Principal(id).shorthand(graph).into());
            let groups = assigned.groups.iter();
            let groups = groups.map(|&id| format!("group/{}", graph.directory_group(id).name));
            Value::List(users.chain(groups.map(Arc::from)).collect())
        }
        _ => Value::Unknown,
    }
}

pub(super) fn shared_with(graph: &Graph, thing: Thing) -> Value {
    match thing {
        Thing::Resource(id) => {
            let with = graph.shared_with(id).iter();
            Value::List(with.map(|one| one.principal.as_str().into()).collect())
        }
        _ => Value::Missing,
    }
}

pub(super) fn shared_outside(graph: &Graph, thing: Thing) -> Value {
    let Thing::Resource(id) = thing else {
        return Value::Missing;
    };
    let with = graph.shared_with(id);
    if with.iter().any(|one| one.outside == Some(true)) {
        return Value::Flag(true);
    }
    match with.iter().any(|one| one.outside.is_none()) {
        true => Value::Unknown,
        false => Value::Flag(false),
    }
}

pub(super) fn max_session(graph: &Graph, thing: Thing) -> Value {
    role_facts(graph, thing).map_or(Value::Missing, |role| {
        role.max_session_seconds
            .map_or(Value::Unknown, |seconds| Value::Number(seconds.into()))
    })
}

pub(super) fn instance_profiles(graph: &Graph, thing: Thing) -> Value {
    role_facts(graph, thing).map_or(Value::Missing, |role| {
        Value::List(role.instance_profiles.clone())
    })
}

pub(super) fn service(graph: &Graph, thing: Thing) -> Value {
    let arn = thing.arn(graph);
    arn.parse::<Arn>()
        .map_or(Value::Missing, |arn| Value::text(arn.service()))
}

pub(super) fn region(graph: &Graph, thing: Thing) -> Value {
    match thing {
        Thing::Resource(id) => match &graph.resource(id).region {
            Some(region) => Value::text(region.clone()),
            None => Value::Unknown,
        },
        _ => Value::Missing,
    }
}

pub(super) fn has_policy(graph: &Graph, thing: Thing) -> Value {
    match thing {
        Thing::Resource(id) => match &graph.resource(id).policy {
            Collected::Not => Value::Unknown,
            Collected::Yes(policy) => Value::Flag(policy.is_some()),
        },
        _ => Value::Missing,
    }
}

/// Each setting is on where it is on for the organization, the account or the bucket.
///
/// Source: Blocking public access to your Amazon S3 storage, S3 User Guide.
pub(super) fn block_public_access(graph: &Graph, thing: Thing) -> Value {
    let account = match thing {
        Thing::Resource(id) => graph.resource(id).account,
        Thing::Account(id) => id,
        _ => return Value::Missing,
    };
    let bucket = match thing {
        Thing::Resource(id) => match &graph.resource(id).detail {
            Detail::Bucket(bucket) => Some(&bucket.public_access_block),
            _ => return Value::Missing,
        },
        _ => None,
    };
    let above = match (graph.account(account).membership, graph.organization()) {
        (Membership::Outside, _) => Truth::False,
        (Membership::Management | Membership::Member, Some(organization)) => {
            return all_settings(
                [
                    Some(&organization.public_access_block),
                    own(graph, account),
                    bucket,
                ],
                Truth::False,
            );
        }
        _ => Truth::Unknown,
    };
    all_settings([None, own(graph, account), bucket], above)
}

type Block = Collected<Option<PublicAccessBlock>>;

fn own(graph: &Graph, account: AccountIndex) -> Option<&Block> {
    Some(&graph.account(account).public_access_block)
}

/// `above` is what levels say that are no settings.
fn all_settings(levels: [Option<&Block>; 3], above: Truth) -> Value {
    let settings: [fn(&PublicAccessBlock) -> bool; 4] = [
        |block| block.block_public_acls,
        |block| block.ignore_public_acls,
        |block| block.block_public_policy,
        |block| block.restrict_public_buckets,
    ];
    let is_on = |setting: fn(&PublicAccessBlock) -> bool| {
        let of_level = |level: &Block| match level {
            Collected::Not => Truth::Unknown,
            Collected::Yes(block) => Truth::from(block.as_ref().is_some_and(setting)),
        };
        Truth::any(levels.into_iter().flatten().map(of_level).chain([above]))
    };
    match Truth::all(settings.map(is_on)) {
        Truth::True => Value::Flag(true),
        Truth::False => Value::Flag(false),
        Truth::Unknown => Value::Unknown,
    }
}

pub(super) fn encryption_key(graph: &Graph, thing: Thing) -> Value {
    match thing {
        Thing::Resource(id) => match &graph.resource(id).encryption_key {
            Collected::Not => Value::Unknown,
            Collected::Yes(None) => Value::Missing,
            Collected::Yes(Some(key)) => Value::text(key.clone()),
        },
        _ => Value::Missing,
    }
}

pub(super) fn role(graph: &Graph, thing: Thing) -> Value {
    match thing {
        Thing::Resource(id) => {
            let role = graph.resource(id).role.clone();
            role.map_or(Value::Missing, Value::Text)
        }
        _ => Value::Missing,
    }
}

pub(super) fn vendor(graph: &Graph, thing: Thing) -> Value {
    let account = thing
        .account(graph)
        .map(|account| graph.account(account).id);
    let vendor = account.and_then(|account| graph.vendor(account));
    vendor.map_or(Value::Missing, |vendor| Value::text(vendor.clone()))
}

pub(super) fn row_principal(facts: &Facts<'_>) -> Value {
    facts.principal.map_or(Value::Missing, Value::Thing)
}

pub(super) fn row_resource(facts: &Facts<'_>) -> Value {
    match (facts.resource, facts.resource_text) {
        (Some(thing), _) => Value::Thing(thing),
        (None, Some(text)) => Value::text(text),
        _ => Value::Missing,
    }
}

pub(super) fn row_thing(facts: &Facts<'_>) -> Value {
    facts.thing.map_or(Value::Missing, Value::Thing)
}

pub(super) fn verdict(facts: &Facts<'_>) -> Value {
    facts
        .verdict
        .map_or(Value::Missing, |verdict| Value::text(verdict.strict.word()))
}

pub(super) fn as_collected(facts: &Facts<'_>) -> Value {
    facts.verdict.map_or(Value::Missing, |verdict| {
        Value::text(verdict.as_collected.word())
    })
}

pub(super) fn hops(facts: &Facts<'_>) -> Value {
    facts
        .hops
        .map_or(Value::Missing, |hops| Value::Number(hops.into()))
}

pub(super) fn via(facts: &Facts<'_>) -> Value {
    let Some(path) = facts.path else {
        return Value::Missing;
    };
    let mut before = facts.principal.and_then(|start| start.account(facts.graph));
    let mut roles = Vec::new();
    for hop in path {
        let role = Thing::Principal(hop.role);
        let account = role.account(facts.graph);
        // Names repeat across accounts, so a hop into another says which.
        let place = match account.filter(|_| account != before) {
            Some(account) => format!(" ({})", crate::thing::account_name(facts.graph, account)),
            None => String::new(),
        };
        roles.push(format!("{}{place}", role.shorthand(facts.graph)).into());
        before = account;
    }
    Value::List(roles)
}

pub(super) fn crosses_account(facts: &Facts<'_>) -> Value {
    let Some(path) = facts.path else {
        return Value::Missing;
    };
    let start = facts.principal.and_then(|start| start.account(facts.graph));
    let roles = path
        .iter()
        .map(|hop| Thing::Principal(hop.role).account(facts.graph));
    let accounts: Vec<_> = std::iter::once(start).chain(roles).collect();
    Value::Flag(accounts.windows(2).any(|pair| pair[0] != pair[1]))
}

pub(super) fn action(facts: &Facts<'_>) -> Value {
    facts.action.map_or(Value::Missing, Value::text)
}

pub(super) fn action_service(facts: &Facts<'_>) -> Value {
    let service = facts.action.and_then(|name| name.split_once(':'));
    service.map_or(Value::Missing, |(service, _)| Value::text(service))
}

pub(super) fn level(facts: &Facts<'_>) -> Value {
    let known = facts.action.and_then(|name| catalogue().action(name));
    known.map_or(Value::Missing, |id| {
        Value::text(catalogue().level(id).as_str())
    })
}

pub(super) fn actions(facts: &Facts<'_>) -> Value {
    let all = facts.parts.iter().flat_map(|part| &part.actions);
    let unique: BTreeSet<&str> = all.map(String::as_str).collect();
    list(unique)
}

/// How many parts of a row are told in words.
const PARTS_TOLD: usize = 5;

pub(super) fn parts(facts: &Facts<'_>) -> Value {
    let mut pairs = facts.parts.windows(2);
    let alike = pairs.all(|pair| pair[0].actions == pair[1].actions);
    let words = facts
        .parts
        .iter()
        .take(PARTS_TOLD)
        .map(|part| match part.actions.as_slice() {
            [one] if !alike => format!("{one}: {}", part.text).into(),
            [one, rest @ ..] if !alike => format!("{one} +{}: {}", rest.len(), part.text).into(),
            _ => part.text.as_str().into(),
        });
    let mut words: Vec<Arc<str>> = words.collect();
    if facts.parts.len() > PARTS_TOLD {
        words.push(format!("{} more", facts.parts.len() - PARTS_TOLD).into());
    }
    Value::List(words)
}

pub(super) fn needs(facts: &Facts<'_>) -> Value {
    let texts: Vec<String> = facts.needs.iter().map(ToString::to_string).collect();
    list(texts.iter().map(String::as_str))
}

pub(super) fn members(facts: &Facts<'_>) -> Value {
    let text = |thing: &Thing| match thing.account(facts.graph) {
        Some(account) => {
            let account = crate::thing::account_name(facts.graph, account);
            format!("{} ({account})", thing.shorthand(facts.graph))
        }
        None => thing.shorthand(facts.graph),
    };
    let texts: Vec<String> = facts.members.iter().map(text).collect();
    list(texts.iter().map(String::as_str))
}

pub(super) fn conditions(facts: &Facts<'_>) -> Value {
    list(facts.conditions.iter().map(String::as_str))
}

pub(super) fn condition_keys(facts: &Facts<'_>) -> Value {
    list(facts.open.iter().map(|open| open.subject.as_str()))
}

fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value {
    Value::List(texts.into_iter().map(Arc::from).collect())
}

pub(super) fn count(facts: &Facts<'_>) -> Value {
    facts.count.map_or(Value::Missing, Value::Number)
}

pub(super) fn property(facts: &Facts<'_>) -> Value {
    facts
        .property
        .map_or(Value::Missing, |(name, _)| Value::text(name))
}

pub(super) fn value(facts: &Facts<'_>) -> Value {
    facts
        .property
        .map_or(Value::Missing, |(_, value)| value.clone())
}
