//! Finished reports to where they are read.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use whocan_report::{Definition, Delivery, Finished, Style, forms};

use super::{folder, formats};
use crate::failure::Failure;

#[cfg(feature = "deliver")]
mod webhook;

/// One report to deliver.
pub struct Job<'a> {
    /// The name of the run; the same run delivered twice has the same.
    pub run: &'a str,
    pub report: &'a Finished,
    /// Where the report's file stands.
    pub folder: Option<&'a Path>,
    /// Where it goes if nobody takes it.
    pub dead: &'a Path,
}

/// Delivers a report; what nobody takes is kept as a dead letter.
pub fn deliver(delivery: &Delivery, definition: &Definition, job: &Job<'_>) -> Result<(), Failure> {
    match delivery {
        Delivery::Directory { path } => {
            let dir: PathBuf = job.folder.unwrap_or(Path::new("")).join(path);
            folder::write(&dir, job.report, &formats(&[], definition))
        }
        Delivery::Webhook {
            url,
            style,
            only_new,
        } => {
            if *only_new && job.report.summary.new == 0 {
                return Ok(());
            }
            let body = body(*style, job);
            match send(url, job.run, &body) {
                Ok(()) => Ok(()),
                Err(why) => bury(job, url, &body, &why),
            }
        }
    }
}

fn body(style: Style, job: &Job<'_>) -> Value {
    match style {
        Style::Text => json!({"text": forms::chat(job.report)}),
        Style::Json => {
            let report = serde_json::to_value(job.report).unwrap_or_default();
            json!({"run": job.run, "report": report})
        }
    }
}

#[cfg(feature = "deliver")]
fn send(url: &str, run: &str, body: &Value) -> Result<(), String> {
    webhook::send(&filled(url)?, run, body)
}

#[cfg(not(feature = "deliver"))]
fn send(_: &str, _: &str, _: &Value) -> Result<(), String> {
    Err("this program was built without the feature `deliver`, so it has no network".to_owned())
}

/// Replaces `$NAME` by environment variables, so that no secret stands in a file.
#[cfg(feature = "deliver")]
fn filled(url: &str) -> Result<String, String> {
    let mut whole = String::new();
    let mut parts = url.split('$');
    whole.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part
            .find(|one: char| !one.is_ascii_alphanumeric() && one != '_')
            .unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        let value = std::env::var(name).map_err(|_| format!("`${name}` is not set"))?;
        whole.push_str(&value);
        whole.push_str(rest);
    }
    Ok(whole)
}

/// Keeps what nobody took, with what it takes to send it again by hand.
fn bury(job: &Job<'_>, url: &str, body: &Value, why: &str) -> Result<(), Failure> {
    let writing = |error| Failure::writing(job.dead, &error);
    fs::create_dir_all(job.dead).map_err(writing)?;
    let name = job.run.replace([':', '/'], "");
    let letter = json!({"run": job.run, "url": url, "why": why, "body": body});
    let mut file = tempfile::NamedTempFile::new_in(job.dead).map_err(writing)?;
    std::io::Write::write_all(&mut file, format!("{letter:#}\n").as_bytes()).map_err(writing)?;
    let path = job.dead.join(format!("{name}.json"));
    file.persist(&path)
        .map_err(|error| Failure::writing(&path, &error.error))?;
    Ok(())
}
