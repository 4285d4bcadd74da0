//! The Glue data catalogue, which has one policy for each region.

use crate::draft::Draft;
use crate::json::Wrong;
use crate::services::policy;
use crate::table::{Answer, Kind, Page, Row};

const CATALOG: Kind = Kind("catalog");

/// Source of the error code: AWS Glue Web API Reference, GetResourcePolicy.
pub(crate) const ROWS: &[Row] = &[Row::account("glue", "get-resource-policy", catalog_policy)
    .regional()
    .none(&["EntityNotFoundException"])
    .optional()];

fn catalog_policy(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(arn) = draft.scope(page.region).arn("glue", "catalog") else {
        return match page.answer {
            Answer::Text(_) => Err(Wrong::whole(
                "the region of the catalogue is not known: expected a folder named after it",
            )),
            Answer::None | Answer::Assumed => Ok(()),
        };
    };
    let resource = draft.add(CATALOG, &arn, page.region, &[])?;
    policy::read(resource, &page.answer)
}
