//! What a line that begins with `\` does to the session.

use std::fs;
use std::path::Path;

use clap::ValueEnum;

use super::help;
use crate::args::Format;
use crate::failure::Failure;
use crate::loaded::Loaded;
use crate::output;
use crate::session::Session;

/// A command, and what `\help` says of it.
pub struct Command {
    /// Its name, without `\`.
    pub name: &'static str,
    /// What follows it.
    pub takes: &'static str,
    /// What it does.
    pub does: &'static str,
}

const fn command(name: &'static str, takes: &'static str, does: &'static str) -> Command {
    Command { name, takes, does }
}

/// All commands, in the order of help.
pub const COMMANDS: &[Command] = &[
    command(
        "help",
        "[WORD]",
        "tells how to ask, or about one word of the language",
    ),
    command("format", "table|json|jsonl|csv", "how answers are printed"),
    command(
        "snapshot",
        "ID",
        "asks another snapshot: an id, a label, latest",
    ),
    command("names", "", "lists what `let` has named"),
    command("save", "FILE", "writes the last question into a new file"),
    command("timing", "on|off", "whether answers say how long they took"),
    command("pager", "on|off", "whether long answers are paged"),
    command("quit", "", "ends the session; so do exit and Ctrl-D"),
];

/// How the session behaves.
#[derive(Debug)]
pub struct Settings {
    /// Answers say how long they took.
    pub timing: bool,
    /// Long answers are paged.
    pub pager: bool,
    /// The last question that was answered.
    pub last: String,
}

/// What becomes of the session.
pub enum Next {
    /// It goes on.
    Stay,
    /// It goes on with another snapshot.
    Changed,
    /// It ends.
    End,
}

/// Obeys a command, given without `\`.
pub fn obey(
    line: &str,
    session: &mut Session,
    settings: &mut Settings,
    store: Option<&Path>,
) -> Result<Next, Failure> {
    let (name, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let value = value.trim().trim_end_matches(';').trim();
    match name {
        "help" | "h" | "?" => output::write(help::about(value))?,
        "format" | "f" => session.print_as(format(value)?),
        "snapshot" if value.is_empty() => {
            output::write(format!("{}\n", session.loaded().name()))?;
        }
        "snapshot" => {
            session.change(Loaded::stored(store, value)?);
            return Ok(Next::Changed);
        }
        "names" => {
            let names: Vec<&str> = session.names().names().collect();
            output::write(format!("{}\n", names.join("\n")))?;
        }
        "save" => save(value, &settings.last)?,
        "timing" => settings.timing = on_or_off(value)?,
        "pager" => settings.pager = on_or_off(value)?,
        "quit" | "q" | "exit" => return Ok(Next::End),
        _ => return Err(unknown(name)),
    }
    Ok(Next::Stay)
}

fn unknown(name: &str) -> Failure {
    let known: Vec<String> = COMMANDS
        .iter()
        .map(|one| format!("\\{}", one.name))
        .collect();
    Failure::new(format_args!("there is no command `\\{name}`"))
        .hint(format_args!("there are {}", known.join(", ")))
}

fn format(value: &str) -> Result<Format, Failure> {
    Format::from_str(value, true).map_err(|_| {
        Failure::new(format_args!("there is no format `{value}`"))
            .hint("there are table, json, jsonl and csv")
    })
}

fn on_or_off(value: &str) -> Result<bool, Failure> {
    match value {
        "on" | "" => Ok(true),
        "off" => Ok(false),
        _ => Err(Failure::new(format_args!(
            "`{value}` is neither on nor off"
        ))),
    }
}

fn save(file: &str, question: &str) -> Result<(), Failure> {
    if file.is_empty() || question.is_empty() {
        return Err(
            Failure::new("there is nothing to save, or no file to save it in")
                .hint("ask something, then \\save readers.wq"),
        );
    }
    let path = Path::new(file);
    if path.exists() {
        return Err(Failure::new(format_args!("`{file}` exists"))
            .hint("name a new file: nothing is overwritten"));
    }
    let text = format!("{};\n", question.trim().trim_end_matches(';'));
    fs::write(path, text).map_err(|error| Failure::writing(path, &error))
}
