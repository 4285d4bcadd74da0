//! One account from beginning to end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::asker::{Asker, Question};
use crate::error::CollectError;
use crate::fault::Fault;
use crate::folder::Key;
use crate::observer::Event;
use crate::services::iam;
use crate::table::{Call, Names, SERVICES, Service, When};
use crate::{answer, center, details, wire};

/// How many things of one service are asked about at once.
const THINGS_AT_ONCE: usize = 8;
/// How often the report is looked for before it is left for the next run.
const REPORT_LOOKS: usize = 10;

/// Asks everything of an account; what failed for a passing reason once more.
///
/// # Errors
///
/// If the credentials are no longer good, or the disk refuses.
pub(crate) async fn collect(asker: Arc<Asker>, regions: Arc<[String]>) -> Result<(), CollectError> {
    walk(&asker, &regions).await?;
    if asker.folder.forget_passing()? {
        sleep(asker.shared.manners.first_wait).await;
        walk(&asker, &regions).await?;
    }
    asker.shared.observer.event(Event::Finished(asker.account));
    Ok(())
}

async fn walk(asker: &Arc<Asker>, regions: &[String]) -> Result<(), CollectError> {
    let mut units = JoinSet::new();
    units.spawn(identities(Arc::clone(asker)));
    for region in regions {
        units.spawn(center::collect(Arc::clone(asker), region.clone()));
    }
    for service in SERVICES {
        units.spawn(ask_service(Arc::clone(asker), service, None));
        for region in regions {
            let region = Some(region.clone());
            units.spawn(ask_service(Arc::clone(asker), service, region));
        }
    }
    finish(units).await
}

/// Waits for all tasks; the first error ends the others.
pub(crate) async fn finish(
    mut tasks: JoinSet<Result<(), CollectError>>,
) -> Result<(), CollectError> {
    while let Some(task) = tasks.join_next().await {
        let outcome = task.map_err(|error| CollectError::Runtime(error.into()))?;
        outcome?;
    }
    Ok(())
}

/// Asks what the SDK's own client asks, and for the credential report.
async fn identities(asker: Arc<Asker>) -> Result<(), CollectError> {
    asker.plan(2);
    let key = Key::new("iam", iam::DETAILS, None, None);
    asker.settle(&key, details::fetch(&asker)).await?;
    let key = Key::new("iam", iam::REPORT, None, None);
    asker.settle(&key, report(&asker)).await?;
    Ok(())
}

/// Has the report made, which may take some seconds, and fetches it.
async fn report(asker: &Asker) -> Result<Value, Fault> {
    let client = aws_sdk_iam::Client::new(&asker.config);
    let mut wait = asker.shared.manners.first_wait;
    for _ in 0..REPORT_LOOKS {
        // Where it may not be made, an older one may still be there.
        let Ok(made) = client.generate_credential_report().send().await else {
            break;
        };
        if made
            .state()
            .is_some_and(|state| state.as_str() == "COMPLETE")
        {
            break;
        }
        sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(10));
    }
    let report = client.get_credential_report().send().await;
    let report = report.map_err(wire::why)?;
    let content = report.content().map(|content| {
        let text = String::from_utf8_lossy(content.as_ref());
        text.into_owned()
    });
    Ok(json!({"Content": content.unwrap_or_default(), "ReportFormat": "text/csv"}))
}

/// Asks a service about the account, or about one region of it: first the
/// lists, then what they name.
async fn ask_service(
    asker: Arc<Asker>,
    service: &'static Service,
    region: Option<String>,
) -> Result<(), CollectError> {
    let wanted = match region {
        None => When::Account,
        Some(_) => When::Region,
    };
    let calls = service.calls.iter();
    let calls: Vec<&'static Call> = calls.filter(|call| call.when == wanted).collect();
    asker.plan(calls.len());
    let mut answers: BTreeMap<&str, Value> = BTreeMap::new();
    for call in calls {
        let question = Question {
            service,
            call,
            region: region.as_deref(),
            item: "",
        };
        if let Some(answer) = asker.ask(question).await? {
            answers.insert(call.command, answer);
        }
    }
    let mut tasks = JoinSet::new();
    for (names, calls) in about_things(service, region.is_some()) {
        let Some(listed) = answers.get(names.list) else {
            continue;
        };
        let mut items = answer::names(listed, names.path);
        items.sort();
        items.dedup();
        asker.plan(items.len() * calls.len());
        for item in items {
            if tasks.len() >= THINGS_AT_ONCE {
                next(&mut tasks).await?;
            }
            let (asker, region, calls) = (Arc::clone(&asker), region.clone(), calls.clone());
            tasks.spawn(async move { ask_thing(&asker, service, calls, region, item).await });
        }
    }
    finish(tasks).await
}

async fn next(tasks: &mut JoinSet<Result<(), CollectError>>) -> Result<(), CollectError> {
    match tasks.join_next().await {
        Some(task) => task.map_err(|error| CollectError::Runtime(error.into()))?,
        None => Ok(()),
    }
}

/// Returns the calls about single things, together where they are about the same names.
fn about_things(service: &'static Service, regional: bool) -> Vec<(Names, Vec<&'static Call>)> {
    let mut groups: Vec<(Names, Vec<&'static Call>)> = Vec::new();
    for call in service.calls {
        let names = match call.when {
            When::Each(names) if !regional => names,
            When::EachInRegion(names) if regional => names,
            _ => continue,
        };
        match groups.iter_mut().find(|(known, _)| *known == names) {
            Some((_, calls)) => calls.push(call),
            None => groups.push((names, vec![call])),
        }
    }
    groups
}

async fn ask_thing(
    asker: &Asker,
    service: &'static Service,
    calls: Vec<&'static Call>,
    region: Option<String>,
    item: String,
) -> Result<(), CollectError> {
    for call in calls {
        let question = Question {
            service,
            call,
            region: region.as_deref(),
            item: &item,
        };
        asker.ask(question).await?;
    }
    Ok(())
}
