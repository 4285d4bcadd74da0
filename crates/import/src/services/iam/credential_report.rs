//! The credential report: passwords, MFA devices and access keys of users.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use whocan_snapshot::{AccessKeyActivity, Collected, UserActivity};

use crate::draft::Draft;
use crate::json::{Wrong, parse_time};
use crate::table::Page;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Content`")]
struct Report {
    content: String,
}

/// One line of the report.
///
/// Source: IAM User Guide, "Generate credential reports for your AWS account".
#[derive(Deserialize)]
struct Line {
    user: String,
    #[serde(default)]
    password_enabled: String,
    #[serde(default)]
    password_last_used: String,
    #[serde(default)]
    mfa_active: String,
    #[serde(default)]
    access_key_1_active: String,
    #[serde(default)]
    access_key_1_last_rotated: String,
    #[serde(default)]
    access_key_1_last_used_date: String,
    #[serde(default)]
    access_key_2_active: String,
    #[serde(default)]
    access_key_2_last_rotated: String,
    #[serde(default)]
    access_key_2_last_used_date: String,
}

/// Reads the report, which is CSV in base64; version 1 of the command line prints plain CSV.
pub(super) fn read(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(report) = page.answer.read::<Report>()? else {
        return Ok(());
    };
    let text = decode(&report.content)?;
    let mut lines = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    for line in lines.deserialize() {
        let line: Line = line.map_err(|error| {
            Wrong::whole(format!("`Content` is not a credential report: {error}"))
        })?;
        draft.users.insert(line.user.clone(), user(line));
    }
    Ok(())
}

fn decode(content: &str) -> Result<String, Wrong> {
    if content.starts_with("user,") {
        return Ok(content.to_owned());
    }
    let compact: String = content.split_ascii_whitespace().collect();
    let bytes = BASE64_STANDARD
        .decode(compact)
        .map_err(|error| Wrong::whole(format!("`Content` is not base64: {error}")))?;
    String::from_utf8(bytes).map_err(|_| Wrong::whole("`Content` is not UTF-8 text in base64"))
}

fn user(line: Line) -> UserActivity {
    let first = key(
        &line.access_key_1_active,
        &line.access_key_1_last_rotated,
        &line.access_key_1_last_used_date,
    );
    let second = key(
        &line.access_key_2_active,
        &line.access_key_2_last_rotated,
        &line.access_key_2_last_used_date,
    );
    UserActivity {
        name: line.user,
        password_enabled: flag(&line.password_enabled),
        password_last_used: time(&line.password_last_used),
        mfa_active: flag(&line.mfa_active),
        access_keys: Collected::Yes(first.into_iter().chain(second).collect()),
    }
}

/// Returns a key, unless its place is empty: not active and never made.
fn key(active: &str, rotated: &str, last_used: &str) -> Option<AccessKeyActivity> {
    let active = active == "true";
    let created = parse_time(rotated);
    (active || created.is_some()).then(|| AccessKeyActivity {
        active,
        created,
        last_used: time(last_used),
    })
}

fn flag(text: &str) -> Collected<bool> {
    match text {
        "true" => Collected::Yes(true),
        "false" => Collected::Yes(false),
        _ => Collected::Not,
    }
}

/// Returns a time; `N/A` and `no_information` say that there is none.
fn time(text: &str) -> Collected<Option<jiff::Timestamp>> {
    match (parse_time(text), text) {
        (Some(time), _) => Collected::Yes(Some(time)),
        (None, "N/A" | "no_information") => Collected::Yes(None),
        (None, _) => Collected::Not,
    }
}
