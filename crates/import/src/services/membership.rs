//! Whether an account is in an organization at all.

use crate::draft::Draft;
use crate::json::Wrong;
use crate::table::{Answer, Page, Row};

/// The code stands among the account's own calls: in the organization's folder it
/// would not say whose it is.
///
/// Source: AWS Organizations API Reference, DescribeOrganization, which every
/// member may call: `AWSOrganizationsNotInUseException`.
pub(crate) const ROWS: &[Row] =
    &[
        Row::account("organizations", "describe-organization", described)
            .none(&[NOT_IN_USE])
            .optional(),
    ];

/// The code by which AWS says that an account is in no organization.
pub(crate) const NOT_IN_USE: &str = "AWSOrganizationsNotInUseException";

fn described(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    if matches!(page.answer, Answer::None) {
        draft.object.in_no_organization = true;
    }
    Ok(())
}
