//! S3's settings of the account, and access points.

use serde::Deserialize;
use whocan_policy::AccountId;
use whocan_snapshot::{AccessPoint, Collected, Detail, Resource};

use crate::draft::Draft;
use crate::json::{List, Text, Wrong};
use crate::services::policy;
use crate::services::s3api::{BlockAnswer, Switches};
use crate::table::{Answer, Kind, Page, Row, Scope};

const ACCESS_POINT: Kind = Kind("access point");

/// Source of the error codes: Amazon S3 API Reference, the pages of the calls.
pub(crate) const ROWS: &[Row] = &[
    Row::account("s3control", "get-public-access-block", account_block)
        .none(&["NoSuchPublicAccessBlockConfiguration"]),
    Row::list(
        "s3control",
        "list-access-points",
        ("s3", "accesspoint"),
        list_access_points,
    )
    .regional(),
    access_point("get-access-point", details),
    access_point("get-access-point-policy", policy::read).none(&["NoSuchAccessPointPolicy"]),
];

const fn access_point(
    command: &'static str,
    read: fn(&mut Resource, &Answer<'_>) -> Result<(), Wrong>,
) -> Row {
    Row::each("s3control", command, &[ACCESS_POINT], find, read).regional()
}

fn find(scope: &Scope<'_>, argument: &str) -> Option<(Kind, String)> {
    let arn = match argument.starts_with("arn:") {
        true => argument.to_owned(),
        false => scope.arn("s3", &format!("accesspoint/{argument}"))?,
    };
    Some((ACCESS_POINT, arn))
}

fn account_block(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let block = page.answer.read::<BlockAnswer>()?;
    draft.object.public_access_block = Collected::Yes(block.map(|answer| answer.block()));
    Ok(())
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `AccessPointList`"
)]
struct AccessPoints<'a> {
    #[serde(borrow, default)]
    access_point_list: List<Listed<'a>>,
}

/// An access point, in a list or alone.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an access point with `Name`")]
struct Listed<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    access_point_arn: Option<Text<'a>>,
    #[serde(borrow, default)]
    bucket: Option<Text<'a>>,
    #[serde(borrow, default)]
    bucket_account_id: Option<Text<'a>>,
    #[serde(default)]
    vpc_configuration: Option<Vpc>,
    #[serde(default)]
    public_access_block_configuration: Option<Switches>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `VpcId`")]
struct Vpc {
    #[serde(default)]
    vpc_id: Option<String>,
}

fn list_access_points(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<AccessPoints<'_>>()? else {
        return Ok(());
    };
    for listed in answer.access_point_list.0 {
        let name = listed.name.as_str();
        let made = match &listed.access_point_arn {
            Some(arn) => Some(arn.0.clone().into_owned()),
            None => find(&draft.scope(page.region), name).map(|(_, arn)| arn),
        };
        let Some(arn) = made else {
            let problem = format!("access point `{name}` without `AccessPointArn`");
            return Err(Wrong::whole(problem));
        };
        let resource = draft.add(ACCESS_POINT, &arn, page.region, &[name])?;
        fill(resource, &listed);
    }
    Ok(())
}

fn details(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let Some(listed) = answer.read::<Listed<'_>>()? else {
        return Ok(());
    };
    fill(resource, &listed);
    if let Detail::AccessPoint(point) = &mut resource.detail {
        let switches = listed.public_access_block_configuration;
        point.public_access_block = Collected::Yes(switches.map(|switches| switches.block()));
    }
    Ok(())
}

fn fill(resource: &mut Resource, listed: &Listed<'_>) {
    let text = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.0.clone().into_owned());
    let account: Option<AccountId> = text(&listed.bucket_account_id).and_then(|id| id.parse().ok());
    resource.detail = Detail::AccessPoint(AccessPoint {
        bucket: text(&listed.bucket).unwrap_or_default(),
        bucket_account: account,
        vpc: listed
            .vpc_configuration
            .as_ref()
            .and_then(|vpc| vpc.vpc_id.clone()),
        public_access_block: Collected::Not,
    });
}
