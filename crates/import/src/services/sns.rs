//! SNS topics.

use serde::Deserialize;
use whocan_snapshot::{Collected, Resource};

use crate::draft::Draft;
use crate::json::{DocumentText, List, Text, Wrong};
use crate::services::{policy, tags};
use crate::table::{Answer, Kind, Page, Row, Scope};

const TOPIC: Kind = Kind("topic");

pub(crate) const ROWS: &[Row] = &[
    Row::list("sns", "list-topics", ("sns", ""), list_topics).regional(),
    topic("get-topic-attributes", attributes),
    topic("list-tags-for-resource", tags::read),
];

const fn topic(
    command: &'static str,
    read: fn(&mut Resource, &Answer<'_>) -> Result<(), Wrong>,
) -> Row {
    Row::each("sns", command, &[TOPIC], find, read).regional()
}

fn find(scope: &Scope<'_>, argument: &str) -> Option<(Kind, String)> {
    let arn = match argument.starts_with("arn:") {
        true => argument.to_owned(),
        false => scope.arn("sns", argument)?,
    };
    Some((TOPIC, arn))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Topics`")]
struct Topics<'a> {
    #[serde(borrow, default)]
    topics: List<Listed<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a topic with `TopicArn`")]
struct Listed<'a> {
    #[serde(borrow)]
    topic_arn: Text<'a>,
}

fn list_topics(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Topics<'_>>()? else {
        return Ok(());
    };
    for topic in &answer.topics.0 {
        let arn = topic.topic_arn.as_str();
        let name = arn.rsplit(':').next().unwrap_or(arn);
        draft.add(TOPIC, arn, page.region, &[name])?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Attributes`")]
struct Attributes<'a> {
    #[serde(borrow)]
    attributes: Values<'a>,
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
    let (policy, key) = match answer.map(|answer| answer.attributes) {
        Some(values) => (policy::some(values.policy), values.kms_master_key_id),
        None => (None, None),
    };
    resource.policy = Collected::Yes(policy);
    let key = key.map(|key| key.0.into_owned());
    resource.encryption_key = Collected::Yes(key.filter(|key| !key.is_empty()));
    Ok(())
}
