//! HTML: one page that needs nothing but itself.
//!
//! The template escapes whatever is put into it. What a reader would not see
//! as it stands (direction marks, characters without width) is shown as its
//! number before that, and a content security policy lets only the page's own
//! script run, which it knows by a number that depends on the report.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde_json::Value;
use whocan_render::Plain;

use crate::picture::{Bars, Chain, Grid};
use crate::{Finished, Status};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// So many findings are drawn as cards; the table has all.
const MOST_CARDS: usize = 80;

/// Returns the report as a page.
pub fn html(report: &Finished) -> Vec<u8> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .add_template("page", PAGE)
        .expect("a test renders the template");
    let page = environment
        .get_template("page")
        .expect("it was added above");
    let own = plain(report);
    let chains: Vec<Option<Value>> = report
        .findings
        .iter()
        .map(|finding| Chain::of(finding).map(|chain| plain(&chain)))
        .collect();
    let cards: Vec<usize> = (0..report.findings.len())
        .filter(|at| report.findings[*at].status != Status::Accepted)
        .take(MOST_CARDS)
        .collect();
    let text = page.render(context! {
        report => minijinja::value::Serde(&own),
        chains => minijinja::value::Serde(&chains),
        cards => minijinja::value::Serde(&cards),
        grid => minijinja::value::Serde(&report.matrix.as_ref().map(|matrix| plain(&Grid::of(matrix)))),
        bars => minijinja::value::Serde(&Bars::of(report).map(|bars| plain(&bars))),
        nonce => nonce(report),
        style => STYLE,
        script => SCRIPT,
    });
    text.expect("a test renders the template with every field")
        .into_bytes()
}

/// Returns a number that only this report has, so that nothing in it can guess it.
fn nonce(report: &Finished) -> String {
    let hash = blake3::hash(&super::json(report)).to_hex();
    hash.as_str()[..32].to_owned()
}

/// Returns what serializes to with every text as a reader may see it.
fn plain<T: serde::Serialize>(value: &T) -> Value {
    let mut value = serde_json::to_value(value).expect("the model is made of what JSON knows");
    show(&mut value);
    value
}

// The model nests a few levels deep, whatever an account holds.
fn show(value: &mut Value) {
    match value {
        Value::String(text) => {
            if !text.chars().all(Plain::shows) {
                *text = Plain(text).to_string();
            }
        }
        Value::Array(all) => all.iter_mut().for_each(show),
        Value::Object(fields) => fields.values_mut().for_each(show),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
