//! `whocan query`: one text, answered.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use whocan_policy::catalogue::catalogue;

use crate::args::Query;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::loaded::Loaded;
use crate::session::Session;
use crate::terminal::Terminal;

// The language takes no text this long; a file may be anything.
const MOST_BYTES: u64 = 16 << 20;

/// Answers the text, or the texts in the file.
pub fn run(args: &Query, store: Option<&Path>, terminal: &Terminal) -> Result<Outcome, Failure> {
    let (name, text) = match (&args.text, &args.file) {
        (Some(text), _) => ("question".to_owned(), text.clone()),
        (None, Some(file)) => (file.display().to_string(), read(file)?),
        (None, None) => return Err(Failure::new("there is no question")),
    };
    // Every question needs it, and reading it takes as long as opening a snapshot.
    std::thread::spawn(catalogue);
    let loaded = Loaded::stored(store, &args.asked.snapshot)?;
    let mut session = Session::new(loaded, args.shown.format);
    for parameter in &args.params {
        session.define(parameter)?;
    }
    session.ask(&text, &name, terminal)
}

fn read(path: &Path) -> Result<String, Failure> {
    let reading = |error: io::Error| Failure::reading(path, &error);
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().lock().take(MOST_BYTES).read_to_end(&mut bytes)
    } else {
        let file = File::open(path).map_err(reading)?;
        file.take(MOST_BYTES).read_to_end(&mut bytes)
    }
    .map_err(reading)?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::new(format_args!("`{}` is not UTF-8 text", path.display())))
}
