//! EventBridge buses.

use serde::Deserialize;

use crate::draft::Draft;
use crate::json::{DocumentText, List, Text, Wrong};
use crate::services::policy;
use crate::table::{Kind, Page, Row};

const BUS: Kind = Kind("event bus");

pub(crate) const ROWS: &[Row] = &[Row::list(
    "events",
    "list-event-buses",
    ("events", "event-bus"),
    list_event_buses,
)
.regional()
.optional()];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `EventBuses`")]
struct Buses<'a> {
    #[serde(borrow, default)]
    event_buses: List<Listed<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an event bus with `Arn`")]
struct Listed<'a> {
    #[serde(borrow)]
    arn: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(default)]
    policy: DocumentText,
}

/// Reads the buses; the list itself carries their policies.
fn list_event_buses(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Buses<'_>>()? else {
        return Ok(());
    };
    for bus in answer.event_buses.0 {
        let names = [bus.name.as_str()];
        let resource = draft.add(BUS, bus.arn.as_str(), page.region, &names)?;
        resource.policy = page.field(policy::some(bus.policy));
    }
    Ok(())
}
