//! Lambda functions, their versions and aliases.

use serde::Deserialize;

use crate::draft::Draft;
use crate::json::{List, Text, Wrong};
use crate::services::{policy, tags};
use crate::table::{Kind, Page, Row, Scope};

const FUNCTION: Kind = Kind("function");
/// A version or an alias: it has a policy of its own, and no tags.
const QUALIFIED: Kind = Kind("function version");

pub(crate) const ROWS: &[Row] = &[
    Row::list(
        "lambda",
        "list-functions",
        ("lambda", "function"),
        list_functions,
    )
    .regional(),
    Row::each(
        "lambda",
        "get-policy",
        &[FUNCTION, QUALIFIED],
        find,
        policy::read,
    )
    .regional()
    .none(&["ResourceNotFoundException"]),
    Row::each("lambda", "list-tags", &[FUNCTION], find, tags::read).regional(),
];

/// Makes the ARN of `NAME`, `NAME:QUALIFIER`, or either as an ARN.
fn find(scope: &Scope<'_>, argument: &str) -> Option<(Kind, String)> {
    if argument.starts_with("arn:") {
        // `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`
        let kind = match argument.split(':').count() {
            ..=7 => FUNCTION,
            _ => QUALIFIED,
        };
        return Some((kind, argument.to_owned()));
    }
    let kind = match argument.contains(':') {
        true => QUALIFIED,
        false => FUNCTION,
    };
    let arn = scope.arn("lambda", &format!("function:{argument}"))?;
    Some((kind, arn))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Functions`")]
struct Functions<'a> {
    #[serde(borrow, default)]
    functions: List<Listed<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a function with `FunctionName` and `FunctionArn`")]
struct Listed<'a> {
    #[serde(borrow, rename = "FunctionName")]
    name: Text<'a>,
    #[serde(borrow, rename = "FunctionArn")]
    arn: Text<'a>,
    #[serde(borrow, default, rename = "Role")]
    role: Option<Text<'a>>,
    #[serde(borrow, default, rename = "KMSKeyArn")]
    key: Option<Text<'a>>,
}

/// Reads the functions; numbered versions in the list (`--function-version
/// ALL`) are passed over, since a function's own entry says the same.
fn list_functions(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Functions<'_>>()? else {
        return Ok(());
    };
    for function in answer.functions.0 {
        let arn = function.arn.as_str();
        let arn = arn.strip_suffix(":$LATEST").unwrap_or(arn);
        if arn.split(':').count() > 7 {
            continue;
        }
        let names = [function.name.as_str()];
        let resource = draft.add(FUNCTION, arn, page.region, &names)?;
        resource.role = function.role.map(|role| role.0.into_owned());
        let key = function.key.map(|key| key.0.into_owned());
        resource.encryption_key = page.field(key.filter(|key| !key.is_empty()));
    }
    Ok(())
}
