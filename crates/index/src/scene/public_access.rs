//! S3 Block Public Access, and what makes a bucket policy public.

use whocan_graph::{Collected, Membership};
use whocan_policy::{
    AccountId, Arn, Condition, Document, Effect, NamedPrincipal, Part, SetQualifier, Statement,
    Test, Truth,
};
use whocan_snapshot::{Detail, PublicAccessBlock};

use super::Scene;
use super::principal::Named;
use super::resource::Owner;

/// Keys that, held to fixed values, keep a statement from being public (R183).
/// Source: Blocking public access to your Amazon S3 storage, S3 User Guide, read 2026-11-24.
const FIXING_KEYS: &[&str] = &[
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "aws:sourceip",
];

impl Scene<'_> {
    /// Returns whether a Block Public Access setting is on: at the
    /// organization, the account, or the bucket or access point (R182).
    ///
    /// `None` if none is known to be on and one was not collected.
    pub fn blocks(&self, setting: impl Fn(&PublicAccessBlock) -> bool) -> Option<bool> {
        if self.ask.ignoring.public_access_blocks {
            return Some(false);
        }
        let organization = self.organization_block();
        let account = self
            .carrier_account()
            .map(|account| &self.graph().account(account).public_access_block);
        let own = self.own_block();
        let behind = self.block_behind();
        let levels = [organization, account, own, behind];
        let known = levels.iter().flatten().filter_map(|level| level.known());
        if known.flatten().any(setting) {
            return Some(true);
        }
        if levels.iter().flatten().any(|level| level.is_not()) {
            self.gap_seen.set(true);
            return if self.strict { None } else { Some(false) };
        }
        Some(false)
    }

    // Settings of an organization hold for its own accounts.
    fn organization_block(&self) -> Option<&Collected<Option<PublicAccessBlock>>> {
        let account = self.carrier_account()?;
        let organization = self.graph().organization();
        match (self.graph().account(account).membership, organization) {
            (Membership::Outside, _) => None,
            (Membership::Member | Membership::Management, Some(organization)) => {
                Some(&organization.public_access_block)
            }
            _ => Some(&Collected::Not),
        }
    }

    fn carrier_account(&self) -> Option<whocan_graph::AccountIndex> {
        self.target
            .carrier
            .map(|id| self.graph().resource(id).account)
    }

    fn own_block(&self) -> Option<&Collected<Option<PublicAccessBlock>>> {
        match &self.graph().resource(self.target.carrier?).detail {
            Detail::Bucket(bucket) => Some(&bucket.public_access_block),
            Detail::AccessPoint(point) => Some(&point.public_access_block),
            _ => None,
        }
    }

    // What comes through an access point also meets the settings of its bucket.
    // Source: Blocking public access to your Amazon S3 storage (access points), S3 User Guide.
    fn block_behind(&self) -> Option<&Collected<Option<PublicAccessBlock>>> {
        let graph = self.graph();
        let point = graph.resource(self.target.carrier?);
        let Detail::AccessPoint(settings) = &point.detail else {
            return None;
        };
        let partition = self.arn().map_or("aws", Arn::partition);
        let bucket = format!("arn:{partition}:s3:::{}", settings.bucket);
        match graph
            .resource_of(&bucket)
            .map(|id| &graph.resource(id).detail)
        {
            Some(Detail::Bucket(bucket)) => Some(&bucket.public_access_block),
            _ if self.target.collected => None,
            _ => Some(&Collected::Not),
        }
    }

    /// Takes away what RestrictPublicBuckets suspends: under a public policy
    /// only the owner's account and AWS services keep their grants (R182).
    pub fn restricted(&self, named: Named) -> Named {
        if self.service != "s3" {
            return named;
        }
        let public = self.has_public_policy();
        if public == Truth::False {
            return named;
        }
        let mut kept = self.callers().services.clone();
        if let Owner::Account(owner) = self.target.owner
            && let Some(index) = self.graph().account_of(owner)
        {
            kept |= &self.callers().by_account[index.index()];
        }
        let blocked = self.blocks(|block| block.restrict_public_buckets);
        match blocked.map_or(Truth::Unknown, Truth::from) & public {
            Truth::False => named,
            Truth::True => named.within(&kept),
            Truth::Unknown => {
                let mut open = Named {
                    direct: named.direct.clone().doubted(),
                    role: named.role.clone().doubted(),
                    account: named.account.clone().doubted(),
                };
                let sure = named.within(&kept);
                open.direct.or(&sure.direct);
                open.role.or(&sure.role);
                open.account.or(&sure.account);
                open
            }
        }
    }

    fn has_public_policy(&self) -> Truth {
        let Some(record) = self.target.carrier.map(|id| self.graph().resource(id)) else {
            let ignored = self.ignores_resource_policy();
            let unread = self.strict && !self.target.collected && !ignored;
            return if unread { Truth::Unknown } else { Truth::False };
        };
        // An access point that only a VPC reaches is never public.
        if matches!(&record.detail, Detail::AccessPoint(point) if point.vpc.is_some()) {
            return Truth::False;
        }
        let policy = match record.policy.known() {
            _ if self.ignores_resource_policy() => None,
            Some(policy) => *policy,
            None if self.strict => return Truth::Unknown,
            None => None,
        };
        match policy.map(|policy| self.graph().document_of(policy)) {
            None => Truth::False,
            Some(Some(document)) => is_public(document, &record.detail),
            Some(None) if self.strict => Truth::Unknown,
            Some(None) => Truth::False,
        }
    }

    /// Nothing is denied by these settings beyond what [`Scene::restricted`] takes away.
    pub fn public_access_denies(&self) -> crate::Planes {
        crate::Planes::default()
    }
}

// Some Allow names everybody and no condition holds it to fixed values.
fn is_public(document: &Document, detail: &Detail) -> Truth {
    if document.malformed {
        return Truth::Unknown;
    }
    let of_point = matches!(detail, Detail::AccessPoint(_));
    let statements = document.statements.iter();
    let allows = statements
        .filter(|statement| !statement.is_inert() && statement.effect == Some(Effect::Allow));
    Truth::any(allows.map(|statement| is_public_statement(statement, of_point)))
}

fn is_public_statement(statement: &Statement, of_point: bool) -> Truth {
    let everybody = match &statement.principal {
        Some(clause) => clause.negated || clause.entries.contains(&NamedPrincipal::Everyone),
        None => {
            return if statement.doubtful {
                Truth::Unknown
            } else {
                Truth::False
            };
        }
    };
    let mut conditions = statement.conditions.iter();
    if !everybody || conditions.any(|condition| fixes(condition, of_point)) {
        return Truth::False;
    }
    if statement.doubtful {
        Truth::Unknown
    } else {
        Truth::True
    }
}

fn fixes(condition: &Condition, of_point: bool) -> bool {
    let key = condition.key.as_lower();
    let operator = &condition.operator;
    let positive = !operator.negated
        && !operator.if_exists
        && operator.qualifier != Some(SetQualifier::ForAllValues)
        && matches!(
            operator.test,
            Test::StringEquals
                | Test::StringEqualsIgnoreCase
                | Test::StringLike
                | Test::Arn
                | Test::IpAddress
        );
    if !positive || !FIXING_KEYS.contains(&key) || condition.values.is_empty() {
        return false;
    }
    condition.values.iter().all(|value| match key {
        "aws:sourceip" => is_narrow(&value.text),
        "aws:userid" => is_fixed_text(value.text.strip_suffix(":*").unwrap_or(&value.text)),
        // In the policy of an access point names are fixed too.
        "s3:dataaccesspointarn" if !of_point => is_access_point_of_account(&value.text),
        _ => is_fixed(value),
    })
}

fn is_fixed(value: &whocan_policy::ConditionValue) -> bool {
    value
        .template
        .parts()
        .iter()
        .all(|part| matches!(part, Part::Text(_)))
}

fn is_fixed_text(text: &str) -> bool {
    !text.contains(['*', '?']) && !text.contains("${")
}

// The name may be a wildcard where the account is fixed.
fn is_access_point_of_account(text: &str) -> bool {
    let account = text.split(':').nth(4).unwrap_or_default();
    account.parse::<AccountId>().is_ok() && !text.contains("${")
}

// Not broader than /8 for IPv4, /32 for IPv6.
fn is_narrow(text: &str) -> bool {
    match text.parse::<ipnet::IpNet>() {
        Ok(ipnet::IpNet::V4(net)) => net.prefix_len() >= 8,
        Ok(ipnet::IpNet::V6(net)) => net.prefix_len() >= 32,
        Err(_) => text.parse::<std::net::IpAddr>().is_ok(),
    }
}
