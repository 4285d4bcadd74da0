//! IAM: identities, providers, aliases, the credential report.

mod credential_report;
mod details;
mod shapes;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::mem;

use serde::Deserialize;
use whocan_snapshot::{Collected, GapCode, InstanceProfile, Provider};

use crate::draft::Draft;
use crate::json::{List, Text, Wrong};
use crate::table::{Page, Row};

pub(crate) use shapes::Owners;

pub(crate) const ROWS: &[Row] = &[
    Row::account("iam", "get-account-authorization-details", details::read),
    Row::account("iam", "list-saml-providers", saml_providers),
    Row::account("iam", "list-open-id-connect-providers", oidc_providers),
    Row::account("iam", "list-account-aliases", account_aliases).optional(),
    Row::account("iam", "list-instance-profiles", instance_profiles).optional(),
    Row::account("iam", "get-credential-report", credential_report::read).optional(),
];

#[derive(Deserialize)]
#[serde(expecting = "an object with a list of providers")]
struct Providers<'a> {
    #[serde(
        borrow,
        rename = "SAMLProviderList",
        alias = "OpenIDConnectProviderList"
    )]
    list: List<Named<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a provider with `Arn`")]
struct Named<'a> {
    #[serde(borrow)]
    arn: Text<'a>,
}

fn saml_providers(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let providers = providers(page)?;
    draft.object.saml_providers = all_or_gap(draft, page, "list-saml-providers", providers);
    Ok(())
}

fn oidc_providers(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let providers = providers(page)?;
    let call = "list-open-id-connect-providers";
    draft.object.oidc_providers = all_or_gap(draft, page, call, providers);
    Ok(())
}

/// Returns the providers, unless some may be missing: then it is a gap.
fn all_or_gap(
    draft: &mut Draft,
    page: &Page<'_>,
    call: &str,
    providers: Vec<Provider>,
) -> Collected<Vec<Provider>> {
    if page.source.is_part() && !draft.absent_means_none {
        draft.gap("iam", None, call, None, GapCode::NotExported);
        return Collected::Not;
    }
    Collected::Yes(providers)
}

fn providers(page: &Page<'_>) -> Result<Vec<Provider>, Wrong> {
    let answer = page.answer.read::<Providers<'_>>()?;
    let list = answer.map(|answer| answer.list.0).unwrap_or_default();
    let arns = list.into_iter().map(|named| named.arn.0.into_owned());
    let mut providers: Vec<Provider> = arns.map(|arn| Provider { arn }).collect();
    providers.sort();
    providers.dedup();
    Ok(providers)
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `AccountAliases`"
)]
struct Aliases {
    #[serde(default)]
    account_aliases: List<String>,
}

fn account_aliases(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    if let Some(answer) = page.answer.read::<Aliases>()? {
        draft.object.aliases = answer.account_aliases.0;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `InstanceProfiles`"
)]
struct Listed<'a> {
    #[serde(borrow, default)]
    instance_profiles: List<shapes::Profile<'a>>,
}

/// Reads all instance profiles; the account's details have only those with roles.
fn instance_profiles(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Listed<'_>>()? else {
        return Ok(());
    };
    let known = mem::take(&mut draft.object.instance_profiles);
    let mut profiles: Profiles = known
        .into_iter()
        .map(|profile| (profile.arn.clone(), profile))
        .collect();
    for profile in answer.instance_profiles.0 {
        add_profile(&mut profiles, profile.convert(None));
    }
    draft.object.instance_profiles = profiles.into_values().collect();
    Ok(())
}

/// Instance profiles by ARN.
type Profiles = BTreeMap<String, InstanceProfile>;

/// Adds a profile, or the roles that another mention of it has not named.
fn add_profile(profiles: &mut Profiles, profile: InstanceProfile) {
    match profiles.entry(profile.arn.clone()) {
        Entry::Occupied(mut known) => {
            let roles = &mut known.get_mut().roles;
            roles.extend(profile.roles);
            roles.sort();
            roles.dedup();
        }
        Entry::Vacant(place) => {
            place.insert(profile);
        }
    }
}
