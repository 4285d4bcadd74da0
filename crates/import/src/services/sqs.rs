//! SQS queues.

use serde::Deserialize;
use whocan_snapshot::{Collected, Resource};

use crate::draft::Draft;
use crate::json::{DocumentText, List, Text, Wrong};
use crate::services::{policy, tags};
use crate::table::{Answer, Kind, Page, Row, Scope};

const QUEUE: Kind = Kind("queue");

/// Where there are no queues, attributes or tags, the command line prints nothing.
pub(crate) const ROWS: &[Row] = &[
    Row::list("sqs", "list-queues", ("sqs", ""), list_queues)
        .regional()
        .silent(),
    queue("get-queue-attributes", attributes),
    queue("list-queue-tags", tags::read),
];

const fn queue(
    command: &'static str,
    read: fn(&mut Resource, &Answer<'_>) -> Result<(), Wrong>,
) -> Row {
    Row::each("sqs", command, &[QUEUE], find, read)
        .regional()
        .silent()
}

fn find(scope: &Scope<'_>, argument: &str) -> Option<(Kind, String)> {
    let arn = match argument.starts_with("arn:") {
        true => argument.to_owned(),
        false => queue_arn(scope, argument)?,
    };
    Some((QUEUE, arn))
}

/// Returns the ARN of a queue that is known by its name or URL.
///
/// The URL is `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`, or of an older
/// form without the region.
fn queue_arn(scope: &Scope<'_>, queue: &str) -> Option<String> {
    let Some((_, address)) = queue.split_once("://") else {
        return scope.arn("sqs", queue);
    };
    let mut parts = address.split('/');
    let host = parts.next()?;
    let account = parts.next()?;
    let name = parts.next().filter(|name| !name.is_empty())?;
    let named = host
        .split('.')
        .find(|label| crate::export::is_region(label));
    let region = scope.region.or(named)?;
    let partition = scope.partition;
    Some(format!("arn:{partition}:sqs:{region}:{account}:{name}"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `QueueUrls`")]
struct Queues<'a> {
    #[serde(borrow, default)]
    queue_urls: List<Text<'a>>,
}

fn list_queues(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Queues<'_>>()? else {
        return Ok(());
    };
    for url in &answer.queue_urls.0 {
        let url = url.as_str();
        let Some(arn) = queue_arn(&draft.scope(page.region), url) else {
            let expected = "expected `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`";
            return Err(Wrong::whole(format!("queue URL `{url}`: {expected}")));
        };
        let name = url.rsplit('/').next().unwrap_or(url);
        draft.add(QUEUE, &arn, page.region, &[name, url])?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Attributes`")]
struct Attributes<'a> {
    #[serde(borrow, default)]
    attributes: Option<Values<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "attributes")]
struct Values<'a> {
    #[serde(default)]
    policy: DocumentText,
    #[serde(borrow, default)]
    kms_master_key_id: Option<Text<'a>>,
}

fn attributes(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let answer = answer.read::<Attributes<'_>>()?;
    let values = answer.and_then(|answer| answer.attributes);
    let (policy, key) = match values {
        Some(values) => (policy::some(values.policy), values.kms_master_key_id),
        None => (None, None),
    };
    resource.policy = Collected::Yes(policy);
    let key = key.map(|key| key.0.into_owned());
    resource.encryption_key = Collected::Yes(key.filter(|key| !key.is_empty()));
    Ok(())
}
