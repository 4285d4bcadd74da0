//! A resource's tags, as most commands print them.

use serde::Deserialize;
use whocan_snapshot::{Collected, Resource};

use crate::json::{Tags, Wrong};
use crate::table::Answer;

#[derive(Deserialize)]
#[serde(expecting = "an object with tags")]
struct Printed {
    #[serde(default, rename = "TagSet", alias = "Tags", alias = "tags")]
    tags: Tags,
}

/// Reads a resource's tags; an answer without any has none.
pub(crate) fn read(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let printed = answer.read::<Printed>()?;
    let tags = printed.map(|printed| printed.tags).unwrap_or_default();
    resource.tags = Collected::Yes(tags.sorted());
    Ok(())
}
