//! `whocan query`: one text, answered.

use std::collections::BTreeMap;
use std::path::Path;

use whocan_policy::catalogue::catalogue;
use whocan_query::saved::SavedQuery;

use crate::args::Query;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::loaded::Loaded;
use crate::session::Session;
use crate::terminal::Terminal;
use crate::{input, library};

/// Answers the text, or the texts in the file.
pub fn run(args: &Query, store: Option<&Path>, terminal: &Terminal) -> Result<Outcome, Failure> {
    let (name, text) = match (&args.text, &args.file) {
        (Some(text), _) => ("question".to_owned(), text.clone()),
        (None, Some(file)) => (file.display().to_string(), of_file(file)?),
        (None, None) => return Err(Failure::new("there is no question")),
    };
    // Every question needs it, and reading it takes as long as opening a snapshot.
    std::thread::spawn(catalogue);
    let saved = SavedQuery::read(&text).map_err(Failure::new)?;
    let (own, sets) = parameters(&args.params, &saved)?;
    let text = saved.filled(&own).map_err(|error| {
        let names: Vec<&str> = saved.parameters.iter().map(|one| &*one.name).collect();
        let failure = Failure::new(error);
        match names.as_slice() {
            [] => failure,
            names => failure.hint(format_args!("its parameters are {}", names.join(", "))),
        }
    })?;
    let loaded = Loaded::asked(store, &args.asked)?;
    let mut session = Session::new(loaded, args.shown.format, store);
    for set in sets {
        session.define(set)?;
    }
    session.ask(&text, &name, terminal)
}

/// Returns the text of a file, or of a query of the library by this name.
fn of_file(file: &Path) -> Result<String, Failure> {
    let shipped = file.to_str().and_then(library::text);
    match shipped.filter(|_| !file.exists()) {
        Some(text) => Ok(text.to_owned()),
        None => input::text(file),
    }
}

/// Parts the values of declared parameters from sets that are only named.
fn parameters<'a>(
    given: &'a [String],
    saved: &SavedQuery,
) -> Result<(BTreeMap<String, String>, Vec<&'a str>), Failure> {
    let (mut own, mut sets) = (BTreeMap::new(), Vec::new());
    for parameter in given {
        let Some((name, value)) = parameter.split_once('=') else {
            return Err(Failure::new(format_args!("`{parameter}` is no parameter"))
                .hint("write --param NAME=VALUE, as in --param 'crown=bucket/payroll'"));
        };
        let name = name.trim();
        if saved.parameters.is_empty() {
            sets.push(parameter.as_str());
        } else {
            own.insert(name.to_owned(), value.trim().to_owned());
        }
    }
    Ok((own, sets))
}
