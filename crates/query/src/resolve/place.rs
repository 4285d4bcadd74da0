//! Resolves places: the accounts that `in` and `outside` speak of.

use roaring::RoaringBitmap;
use whocan_graph::{AccountIndex, Membership, PrincipalId};
use whocan_policy::Region;

use super::Resolver;
use crate::ast::{Place, Span};
use crate::error::Fault;
use crate::members::Members;
use crate::target::account_pattern;
use crate::thing::Thing;

impl Resolver<'_> {
    /// Returns the accounts of a place.
    pub(super) fn place(&mut self, place: &Place) -> Result<RoaringBitmap, Fault> {
        let set = match place {
            Place::Org => return self.organization(Span::default()),
            Place::Set(set) => set,
        };
        let members = self.set(set)?;
        let accounts = members.accounts_with_those_of_units(self.context.graph);
        if accounts.is_empty() {
            return Err(Fault::senseless(
                format!("`{set}` is no account and no unit"),
                set.span,
            ));
        }
        Ok(accounts)
    }

    /// Returns the accounts of the organization.
    pub(super) fn organization(&mut self, span: Span) -> Result<RoaringBitmap, Fault> {
        let graph = self.context.graph;
        if graph.organization().is_none() {
            return Err(Fault::senseless("this snapshot has no organization", span)
                .with_hint("name the accounts: `in account/NAME`"));
        }
        let accounts = graph.accounts().iter().enumerate();
        let own = accounts.filter(|(_, account)| {
            matches!(
                account.membership,
                Membership::Management | Membership::Member
            )
        });
        Ok(own.map(|(at, _)| at as u32).collect())
    }

    /// Keeps what lies in the accounts.
    pub(super) fn inside(&self, mut members: Members, accounts: &RoaringBitmap) -> Members {
        let graph = self.context.graph;
        let principals = std::mem::take(&mut members.principals);
        members.retain(|thing| lies_in(thing.account(graph), accounts));
        members.principals = self.principals_inside(&principals, accounts);
        let regions = std::mem::take(&mut members.regions);
        for region in regions {
            members.regions.extend(self.region_in(&region, accounts));
        }
        members
    }

    /// Keeps what lies outside the accounts; what has no account lies outside.
    pub(super) fn outside(
        &self,
        mut members: Members,
        accounts: &RoaringBitmap,
        span: Span,
    ) -> Result<Members, Fault> {
        let graph = self.context.graph;
        let principals = std::mem::take(&mut members.principals);
        members.retain(|thing: Thing| !lies_in(thing.account(graph), accounts));
        let inside = self.principals_inside(&principals, accounts);
        members.principals = principals - inside;
        if !members.regions.is_empty() {
            return Err(Fault::not_answered("`outside` for ARNs and globs", span)
                .with_hint("filter the rows: `where resource.account != ...`"));
        }
        Ok(members)
    }

    // Those of an account are a range, so that of a million few are looked at.
    fn principals_inside(
        &self,
        principals: &RoaringBitmap,
        accounts: &RoaringBitmap,
    ) -> RoaringBitmap {
        let graph = self.context.graph;
        let mut inside = RoaringBitmap::new();
        for account in accounts.iter().map(AccountIndex) {
            inside.insert_range(graph.principals_of(account));
        }
        let entries = principals.range(graph.entry_points());
        let own = entries.filter(|id| lies_in(graph.principal(PrincipalId(*id)).account, accounts));
        inside.extend(own);
        inside & principals
    }

    /// Cuts a region to ARNs with these accounts, and to known resources whose ARNs have none.
    fn region_in(&self, region: &Region, accounts: &RoaringBitmap) -> Vec<Region> {
        let graph = self.context.graph;
        let mut parts = Vec::new();
        for account in accounts.iter().map(AccountIndex) {
            let of_account = Region::of(account_pattern(graph.account(account).id));
            parts.extend(region.intersect(&of_account));
        }
        for resource in graph.resources() {
            let without_account = resource.arn.split(':').nth(4) == Some("");
            if without_account && accounts.contains(resource.account.0) {
                for pattern in self.reach_of(&resource.arn) {
                    parts.extend(region.intersect(&Region::of(pattern)));
                }
            }
        }
        parts.retain(|part| part.is_empty() != Ok(true));
        parts
    }
}

fn lies_in(account: Option<AccountIndex>, accounts: &RoaringBitmap) -> bool {
    account.is_some_and(|account| accounts.contains(account.0))
}
