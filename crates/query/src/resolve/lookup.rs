//! Finds things by kind and name.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;
use whocan_graph::{
    AccountIndex, Detail, GroupId, LevelId, PolicyId, PrincipalId, PrincipalKind, ResourceId,
};
use whocan_policy::Pattern;

use super::Resolver;
use crate::kind::{Kind, ResourceKind};
use crate::members::{Members, in_order};
use crate::thing::{Thing, is_named_policy};

impl Resolver<'_> {
    /// Returns everything of a kind.
    pub(super) fn kind(&self, kind: Kind) -> Members {
        let graph = self.context.graph;
        let mut members = Members::default();
        match kind {
            Kind::Group => members.groups = all(graph.groups().len()),
            Kind::Account => members.accounts = all(graph.accounts().len()),
            Kind::Resource => members.resources = all(graph.resources().len()),
            Kind::Policy => {
                let ids = (0..graph.policies().len() as u32).map(PolicyId);
                let named = ids.filter(|id| is_named_policy(graph, *id));
                members.policies = named.map(|id| id.0).collect();
            }
            Kind::Unit => {
                let levels = graph.levels().iter().enumerate();
                let units = levels.filter(|(_, level)| level.id.starts_with("ou-"));
                members.levels = units.map(|(at, _)| at as u32).collect();
            }
            Kind::ResourceOf(kind) => {
                let partitions = self.partitions().into_iter();
                let starts = partitions.map(|one| format!("arn:{one}:{}:", kind.service));
                for start in starts {
                    let of_service = graph.resources_beginning(&start);
                    let of_kind = of_service.filter(|id| {
                        ResourceKind::of(&graph.resource(*id).arn).is_some_and(|one| one == kind)
                    });
                    members.resources.extend(of_kind.map(|id| id.0));
                }
            }
            _ => members.principals = self.principals_of_kind(kind),
        }
        members
    }

    // Looks only where principals of the kind can be: of a million, most are roles.
    fn principals_of_kind(&self, kind: Kind) -> RoaringBitmap {
        let graph = self.context.graph;
        let accounts = || (0..graph.accounts().len() as u32).map(AccountIndex);
        let of_accounts = |collected: bool| {
            let some = accounts().filter(move |&id| graph.account(id).collected == collected);
            some.map(|id| graph.principals_of(id))
        };
        let among = |ids: RoaringBitmap| {
            let ids = ids.iter();
            ids.filter(|&id| is_of(&graph.principal(PrincipalId(id)).kind, kind))
                .collect()
        };
        match kind {
            Kind::Principal => all(graph.principals().len()),
            Kind::Role => in_order(graph.roles().map(|role| role.0)),
            Kind::External => of_accounts(false).flatten().collect(),
            Kind::Root => among(of_accounts(true).filter_map(|mut ids| ids.next()).collect()),
            Kind::User | Kind::Session | Kind::FederatedUser => {
                let mut all = RoaringBitmap::new();
                for ids in of_accounts(true) {
                    all.insert_range(ids);
                }
                among(all - in_order(graph.roles().map(|role| role.0)))
            }
            _ => among(graph.entry_points().collect()),
        }
    }

    /// Returns everything of a kind that has this name, which may be a glob.
    pub(super) fn lookup(&self, kind: Kind, name: &str) -> Members {
        let graph = self.context.graph;
        let mut members = match kind {
            Kind::Role if !name.contains(['*', '?', '/']) => self.roles_named(name),
            Kind::ResourceOf(kind) if kind.word == "bucket" && !name.contains(['*', '?']) => {
                self.buckets_named(name)
            }
            _ => self.kind(kind),
        };
        let wanted = Name::new(name);
        members.retain(|thing| self.is_called(thing, &wanted));
        if kind == Kind::User || kind == Kind::Role {
            let word = if kind == Kind::User { "user" } else { "role" };
            let foreign = format!("{word}/{name}");
            for thing in self.kind(Kind::External).things() {
                if thing.shorthand(graph) == foreign {
                    members.insert(thing);
                }
            }
        }
        members
    }

    fn roles_named(&self, name: &str) -> Members {
        let graph = self.context.graph;
        let accounts = (0..graph.accounts().len() as u32).map(AccountIndex);
        let roles = accounts.filter_map(|account| graph.role_named(account, name));
        Members {
            principals: roles.map(|id| id.0).collect(),
            ..Members::default()
        }
    }

    fn partitions(&self) -> BTreeSet<&str> {
        let accounts = self.context.graph.accounts().iter();
        accounts.map(|account| &*account.partition).collect()
    }

    // A bucket's ARN is its name.
    fn buckets_named(&self, name: &str) -> Members {
        let graph = self.context.graph;
        let arns = self
            .partitions()
            .into_iter()
            .map(|one| format!("arn:{one}:s3:::{name}"));
        let buckets = arns.filter_map(|arn| graph.resource_of(&arn));
        Members {
            resources: buckets.map(|id| id.0).collect(),
            ..Members::default()
        }
    }

    fn is_called(&self, thing: Thing, name: &Name<'_>) -> bool {
        let graph = self.context.graph;
        if name.fits(&thing.name(graph)) {
            return true;
        }
        match thing {
            Thing::Account(id) => {
                let account = graph.account(id);
                name.fits(&account.id.to_string())
                    || account.aliases.iter().any(|alias| name.fits(alias))
            }
            Thing::Level(id) => name.fits(&graph.level(id).id),
            Thing::Principal(id) => self.principal_is_called(id, name),
            Thing::Resource(id) => self.resource_is_called(id, name),
            Thing::Group(_) | Thing::Policy(_) => false,
        }
    }

    fn principal_is_called(&self, id: PrincipalId, name: &Name<'_>) -> bool {
        let principal = self.context.graph.principal(id);
        match &principal.kind {
            PrincipalKind::User(one) | PrincipalKind::Role(one, _) => {
                let with_path = format!("{}{}", one.path, one.name);
                name.fits(with_path.trim_start_matches('/'))
            }
            PrincipalKind::Root => {
                let account = principal.account.map(|one| self.context.graph.account(one));
                account.is_some_and(|account| name.fits(&account.id.to_string()))
            }
            PrincipalKind::Service => principal
                .arn
                .strip_prefix("service:")
                .and_then(|service| service.strip_suffix(".amazonaws.com"))
                .is_some_and(|short| name.fits(short)),
            _ => false,
        }
    }

    fn resource_is_called(&self, id: ResourceId, name: &Name<'_>) -> bool {
        let resource = self.context.graph.resource(id);
        if let Detail::Key(key) = &resource.detail
            && let Some(aliases) = key.aliases.known()
        {
            let bare = |alias: &String| {
                name.fits(alias) || name.fits(alias.strip_prefix("alias/").unwrap_or(alias))
            };
            if aliases.iter().any(bare) {
                return true;
            }
        }
        // The name as the ARN has it: a key's id, a secret with its suffix.
        let part = resource.arn.splitn(6, ':').nth(5).unwrap_or_default();
        let rest = part.split_once(['/', ':']).map_or(part, |(_, rest)| rest);
        name.fits(rest)
    }

    /// Returns the shorthands of up to eight things that have exactly this name.
    pub(super) fn called(&self, name: &str) -> Vec<String> {
        let graph = self.context.graph;
        let principals =
            (0..graph.principals().len() as u32).map(|id| Thing::Principal(PrincipalId(id)));
        let resources =
            (0..graph.resources().len() as u32).map(|id| Thing::Resource(ResourceId(id)));
        let groups = (0..graph.groups().len() as u32).map(|id| Thing::Group(GroupId(id)));
        let accounts =
            (0..graph.accounts().len() as u32).map(|id| Thing::Account(AccountIndex(id)));
        let levels = (0..graph.levels().len() as u32).map(|id| Thing::Level(LevelId(id)));
        let all = principals
            .chain(resources)
            .chain(groups)
            .chain(accounts)
            .chain(levels);
        let mut found: Vec<String> = all
            .filter(|thing| thing.name(graph).eq_ignore_ascii_case(name))
            .take(64)
            .map(|thing| thing.shorthand(graph))
            .collect();
        found.sort();
        found.dedup();
        found.truncate(8);
        found
    }
}

/// A name as people write it: literal, or a glob.
struct Name<'n> {
    literal: &'n str,
    glob: Option<Pattern>,
}

impl<'n> Name<'n> {
    fn new(name: &'n str) -> Name<'n> {
        let glob = name.contains(['*', '?']).then(|| Pattern::glob(name));
        Name {
            literal: name,
            glob,
        }
    }

    fn fits(&self, name: &str) -> bool {
        match &self.glob {
            Some(glob) => glob.matches(name),
            None => self.literal == name,
        }
    }
}

fn all(count: usize) -> RoaringBitmap {
    let mut all = RoaringBitmap::new();
    all.insert_range(0..count as u32);
    all
}

fn is_of(principal: &PrincipalKind, kind: Kind) -> bool {
    match kind {
        Kind::Principal => true,
        Kind::User => matches!(principal, PrincipalKind::User(_)),
        Kind::Role => matches!(principal, PrincipalKind::Role(..)),
        Kind::Root => matches!(principal, PrincipalKind::Root),
        Kind::Session => matches!(principal, PrincipalKind::Session { .. }),
        Kind::FederatedUser => matches!(principal, PrincipalKind::FederatedUser { .. }),
        Kind::Service => matches!(principal, PrincipalKind::Service),
        Kind::Oidc => matches!(principal, PrincipalKind::Oidc { .. }),
        Kind::Saml => matches!(principal, PrincipalKind::Saml),
        Kind::Provider => matches!(principal, PrincipalKind::Oidc { .. } | PrincipalKind::Saml),
        Kind::IdentityCenterUser => {
            matches!(principal, PrincipalKind::IdentityCenterUser { .. })
        }
        Kind::External => {
            matches!(
                principal,
                PrincipalKind::Foreign(_) | PrincipalKind::ForeignNamed(_)
            )
        }
        Kind::Anyone => matches!(principal, PrincipalKind::Anonymous),
        _ => false,
    }
}
