//! The long tail: resource policies of services that no row knows.

use serde::Deserialize;
use whocan_policy::Arn;
use whocan_snapshot::{Collected, GapCode};

use crate::error::FileError;
use crate::export::{Call, Left};
use crate::json::{self, DocumentText, Wrong};
use crate::naming;
use crate::note::NoteKind;
use crate::reading::{Reader, in_file};
use crate::table::{self, Kind};

const OTHER: Kind = Kind("other");

#[derive(Deserialize)]
#[serde(expecting = "an object with a policy")]
struct Printed {
    #[serde(
        default,
        rename = "Policy",
        alias = "policy",
        alias = "ResourcePolicy",
        alias = "resourcePolicy",
        alias = "PolicyInJson",
        alias = "policyText"
    )]
    policy: DocumentText,
}

/// Returns whether a command of a service without rows for it is taken here.
pub(crate) fn takes(service: &str, command: &str) -> bool {
    let policy = matches!(command, "get-resource-policy" | "get-policy");
    // IAM's command of that name is about managed policies, which are no resources' policies.
    let known = table::rows().any(|row| row.service == service && row.command == command);
    policy && !known && service != "iam" && service != "organizations"
}

/// Reads the policies whose argument, or whose answer, tells the resource's ARN.
///
/// # Errors
///
/// If a file is broken, unless the import goes on past it.
pub(crate) fn read(reader: &mut Reader<'_>) -> Result<(), FileError> {
    let export = reader.export;
    for ((service, command), calls) in &export.calls {
        if !takes(service, command) {
            continue;
        }
        for call in calls {
            match &call.left {
                Left::File(_) | Left::Made(_) | Left::Broken(_) => {
                    let outcome = reader.load(&call.left, false).and_then(|(path, text)| {
                        read_policy(reader, service, command, call, &text)
                            .map_err(|wrong| in_file(path, wrong))
                    });
                    if let Err(error) = outcome {
                        reader.refuse(service, command, call, error)?;
                    }
                }
                Left::Code(code) => read_code(reader, service, command, call, code),
            }
        }
    }
    Ok(())
}

fn read_policy(
    reader: &mut Reader<'_>,
    service: &str,
    command: &str,
    call: &Call,
    text: &str,
) -> Result<(), Wrong> {
    let argument = call.argument.as_deref().filter(|text| is_arn(text));
    let own = naming::own_arn(text).filter(|text| is_arn(text));
    let Some(arn) = argument.map(str::to_owned).or(own) else {
        let place = naming::of_call(service, command, call);
        let text = "which resource it is about is not known: expected an ARN as the argument";
        reader.draft.note(place, NoteKind::Odd(text.to_owned()));
        return Ok(());
    };
    let policy = inner(json::read::<Printed>(text)?.policy.0);
    let resource = reader.draft.add(OTHER, &arn, call.region.as_deref(), &[])?;
    resource.policy = Collected::Yes(policy);
    Ok(())
}

/// Returns the document, also where the answer wraps it once more
/// (`{"ResourcePolicy": {"ResourceArn", "Policy"}}`).
fn inner(printed: Option<String>) -> Option<String> {
    let text = printed.filter(|text| !text.is_empty())?;
    match json::read::<Printed>(&text) {
        Ok(Printed {
            policy: DocumentText(Some(inside)),
        }) => Some(inside),
        _ => Some(text),
    }
}

/// A code says that there is no policy, or why it could not be read.
fn read_code(reader: &mut Reader<'_>, service: &str, command: &str, call: &Call, code: &str) {
    let argument = call.argument.as_deref();
    let region = call.region.as_deref();
    let none = command == "get-policy" && code == "ResourceNotFoundException";
    if let (true, Some(arn)) = (none, argument.filter(|text| is_arn(text)))
        && let Ok(resource) = reader.draft.add(OTHER, arn, region, &[])
    {
        resource.policy = Collected::Yes(None);
        return;
    }
    let code = GapCode::Refused(code.to_owned());
    reader.draft.gap(service, region, command, argument, code);
}

fn is_arn(text: &str) -> bool {
    text.parse::<Arn>().is_ok()
}
