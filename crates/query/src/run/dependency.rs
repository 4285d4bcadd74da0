//! The keys behind encrypted data: what a call on it needs besides (R191).

use std::sync::Arc;

use whocan_eval::{OpenKind, OpenPoint};
use whocan_graph::{Collected, Detail, Graph, Presence, Resource};
use whocan_index::{Ask, Cell, Reached, Verdicts};
use whocan_policy::catalogue::facts::key_permissions;
use whocan_policy::{Arn, KeyName, KeyState, Pattern, Session};

/// What a call needs besides.
#[derive(Clone, Debug, Default)]
pub(super) struct Dependency {
    /// The calls on the key, one for each permission.
    pub calls: Vec<Ask>,
    /// What is not known about the encryption.
    pub gap: Option<String>,
}

impl Dependency {
    /// Returns what is open where the encryption is not known.
    pub fn open(&self) -> Option<OpenPoint> {
        Some(OpenPoint {
            subject: self.gap.clone()?,
            kind: OpenKind::NotCollected,
        })
    }

    /// Narrows who may make a call to those who may use the key.
    pub fn narrow(&self, mut direct: Verdicts, can: impl Fn(&Ask) -> Verdicts) -> Verdicts {
        for call in &self.calls {
            direct = direct.and(&can(call));
        }
        if self.gap.is_some() {
            direct.strict.surely.clear();
        }
        direct
    }

    /// Takes certainty away from whoever reaches what may be encrypted.
    pub fn doubt(&self, reached: Arc<Reached>) -> Arc<Reached> {
        if self.gap.is_none() {
            return reached;
        }
        let mut reached = Reached::clone(&reached);
        reached.verdicts.strict.surely.clear();
        reached
            .surely_by_hops
            .iter_mut()
            .for_each(|set| set.clear());
        Arc::new(reached)
    }
}

/// Returns what a call needs besides: nothing where its data has no key of its own.
pub(super) fn of(ask: &Ask, graph: &Graph) -> Dependency {
    let needs = key_permissions(&ask.action);
    let arn = ask.resource.parse::<Arn>();
    let (false, Ok(arn)) = (needs.is_empty(), arn) else {
        return Dependency::default();
    };
    let carrier = Graph::carrier(&arn);
    let unknown = || Dependency {
        gap: Some(format!("encryption of {carrier}")),
        ..Dependency::default()
    };
    let Ok(carrying) = carrier.parse::<Arn>() else {
        return Dependency::default();
    };
    let resource = match graph.presence(&carrying) {
        Presence::Recorded(id) => behind(graph.resource(id), graph),
        Presence::Absent(_) => return Dependency::default(),
        Presence::NotCollected(_) => return unknown(),
    };
    match &resource.encryption_key {
        Collected::Yes(None) => Dependency::default(),
        Collected::Not => unknown(),
        Collected::Yes(Some(key)) => match key_of(key, resource, graph) {
            Some(key) => Dependency {
                calls: needs.iter().map(|need| call(ask, need, &key)).collect(),
                gap: None,
            },
            None => Dependency {
                gap: Some(format!("which key {key} is")),
                ..Dependency::default()
            },
        },
    }
}

/// Returns the bucket behind an access point.
fn behind<'g>(resource: &'g Resource, graph: &'g Graph) -> &'g Resource {
    let Detail::AccessPoint(point) = &resource.detail else {
        return resource;
    };
    let partition = resource.arn.split(':').nth(1).unwrap_or("aws");
    let bucket = graph.resource_of(&format!("arn:{partition}:s3:::{}", point.bucket));
    bucket.map_or(resource, |id| graph.resource(id))
}

/// The call that the service makes on the key, for the caller.
///
/// Source: Forward access sessions, IAM User Guide; `kms:ViaService`, KMS Developer Guide.
fn call(ask: &Ask, permission: &str, key: &Key) -> Ask {
    let service = ask.action.split(':').next().unwrap_or_default();
    let via = KeyState::Known(vec![format!("{service}.{}.amazonaws.com", key.region)]);
    let mut given = ask.given.clone();
    let mut set = |name: &str, state| given.keys.insert(KeyName::new(name), state);
    set("kms:ViaService", via);
    set(
        "aws:ViaAWSService",
        KeyState::Known(vec!["true".to_owned()]),
    );
    Ask {
        action: permission.to_owned(),
        resource: key.arn.clone(),
        resource_account: None,
        given,
        session: Session::clone(&ask.session),
        assume: None,
        access_point: None,
        endpoint: None,
        ..ask.clone()
    }
}

struct Key {
    arn: String,
    region: String,
}

/// Returns the key that a setting names by ARN, id or alias.
fn key_of(text: &str, resource: &Resource, graph: &Graph) -> Option<Key> {
    if let Ok(arn) = text.parse::<Arn>() {
        let arn = match arn.resource().starts_with("alias/") {
            true => by_alias(
                arn.resource(),
                arn.region(),
                &arn.account()?.to_string(),
                graph,
            )?,
            false => arn,
        };
        return Some(Key {
            region: arn.region().to_owned(),
            arn: arn.to_string(),
        });
    }
    let own: Arn = resource.arn.parse().ok()?;
    let region = resource.region.as_deref().unwrap_or(own.region());
    let account = graph.account(resource.account).id.to_string();
    let arn = match text.starts_with("alias/") {
        true => by_alias(text, region, &account, graph)?.to_string(),
        false if region.is_empty() => return None,
        false => format!("arn:{}:kms:{region}:{account}:key/{text}", own.partition()),
    };
    let region = arn.split(':').nth(3)?.to_owned();
    Some(Key { arn, region })
}

fn by_alias(alias: &str, region: &str, account: &str, graph: &Graph) -> Option<Arn> {
    let named = graph
        .resources()
        .iter()
        .filter(|resource| match &resource.detail {
            Detail::Key(key) => key
                .aliases
                .known()
                .is_some_and(|aliases| aliases.iter().any(|one| one == alias)),
            _ => false,
        });
    let arns = named.filter_map(|resource| resource.arn.parse::<Arn>().ok());
    let mut fitting = arns.filter(|arn| {
        let here = region.is_empty() || arn.region() == region;
        here && arn.account().is_some_and(|id| id.to_string() == account)
    });
    let found = fitting.next()?;
    // Without a region an alias may name several keys.
    fitting.next().is_none().then_some(found)
}

/// Cuts a part where the data of one bucket, queue, topic or secret has a key,
/// or may have one.
pub(super) fn cut(cell: Cell, ask: &Ask, graph: &Graph) -> Vec<Cell> {
    if key_permissions(&ask.action).is_empty() || cell.too_complex {
        return vec![cell];
    }
    let mut cells = Vec::new();
    let mut rest = Some(cell);
    for pattern in keyed(ask, graph) {
        let Some(left) = rest.take() else { break };
        let (inside, outside) = left.region.split(&pattern);
        let part = |region| Cell {
            region,
            ..left.clone()
        };
        cells.extend(inside.and_then(|region| settled(part(region))));
        rest = outside.and_then(|region| settled(part(region)));
    }
    cells.extend(rest);
    cells
}

/// Returns the patterns of what may be encrypted, one for each carrier.
fn keyed<'g>(ask: &Ask, graph: &'g Graph) -> impl Iterator<Item = Pattern> + 'g {
    let service = ask.action.split(':').next().unwrap_or_default();
    let start = format!(":{service}:");
    let of_service = graph
        .resources()
        .iter()
        .filter(move |resource| resource.arn.contains(&start));
    of_service.filter_map(
        |resource| match (&resource.encryption_key, &resource.detail) {
            (Collected::Yes(None), _) | (_, Detail::AccessPoint(_)) => None,
            (_, Detail::Bucket(_)) if resource.arn.contains('/') => None,
            // No name of a bucket has a wildcard in it.
            (_, Detail::Bucket(_)) if resource.arn.contains(['*', '?']) => None,
            (_, Detail::Bucket(_)) => Some(Pattern::glob(&format!("{}/*", resource.arn))),
            _ => Some(Pattern::exact(&resource.arn)),
        },
    )
}

/// Returns the part with a resource of its own as witness; `None` if it is empty.
fn settled(mut cell: Cell) -> Option<Cell> {
    match cell.region.witness() {
        Ok(Some(witness)) => cell.witness = witness,
        Ok(None) => return None,
        Err(_) => cell.too_complex = true,
    }
    Some(cell)
}
