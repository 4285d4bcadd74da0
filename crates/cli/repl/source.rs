//! Where a session's texts come from: an editor on a terminal, plain lines elsewhere.

use std::borrow::Cow;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use reedline::{
    Color, ColumnarMenu, DefaultHinter, Emacs, FileBackedHistory, KeyCode, KeyModifiers,
    MenuBuilder, Prompt, PromptEditMode, PromptHistorySearch, PromptHistorySearchStatus, Reedline,
    ReedlineEvent, ReedlineMenu, Signal, ValidationResult, Validator, default_emacs_keybindings,
};

use super::completion::{Known, Words};
use super::highlight::Colours;
use super::unfinished::is_unfinished;
use crate::failure::Failure;
use crate::terminal::{Terminal, is_dumb};

const PROMPT: &str = "whocan> ";
const CONTINUED: &str = "      | ";
const REMEMBERED: usize = 10_000;

/// What was typed.
pub enum Typed {
    /// A text to be answered.
    Text(String),
    /// Nothing: the person gave the line up.
    Nothing,
    /// The session is over.
    End,
}

/// Somewhere to read texts from.
pub enum Source {
    /// A terminal that moves its cursor.
    Editor(Box<Reedline>),
    /// A pipe, a file or a terminal that only prints.
    Plain {
        /// Whether a person waits to be asked.
        prompts: bool,
    },
}

impl Source {
    /// Takes the editor if standard input and output are terminals.
    ///
    /// `known` is what completion draws on.
    pub fn find(terminal: &Terminal, known: &Arc<Mutex<Known>>) -> Source {
        let person = io::stdin().is_terminal();
        if person && terminal.stdout_is_watched && !is_dumb() {
            return Source::Editor(Box::new(editor(terminal, known)));
        }
        Source::Plain {
            prompts: person && terminal.stdout_is_watched,
        }
    }

    /// Returns whether a person types.
    pub fn is_person(&self) -> bool {
        match self {
            Source::Editor(_) => true,
            Source::Plain { prompts } => *prompts,
        }
    }

    /// Returns whether Ctrl-C at the prompt reaches the editor instead of the program.
    pub fn edits(&self) -> bool {
        matches!(self, Source::Editor(_))
    }

    /// Reads the next text, of one line or several.
    pub fn next(&mut self) -> Result<Typed, Failure> {
        match self {
            Source::Editor(editor) => edited(editor),
            Source::Plain { prompts } => plain(*prompts),
        }
    }
}

const MENU: &str = "completion";

fn editor(terminal: &Terminal, known: &Arc<Mutex<Known>>) -> Reedline {
    let menu = ColumnarMenu::default().with_name(MENU);
    let mut keys = default_emacs_keybindings();
    keys.add_binding(
        KeyModifiers::NONE,
        KeyCode::Tab,
        ReedlineEvent::UntilFound(vec![
            ReedlineEvent::Menu(MENU.to_owned()),
            ReedlineEvent::MenuNext,
        ]),
    );
    let mut editor = Reedline::create()
        .with_validator(Box::new(Unfinished))
        .with_completer(Box::new(Words::new(known.clone())))
        .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
        .with_quick_completions(true)
        .with_edit_mode(Box::new(Emacs::new(keys)))
        .with_ansi_colors(terminal.stdout_colors);
    if terminal.stdout_colors {
        let hinter = DefaultHinter::default().with_style(Color::DarkGray.normal());
        editor = editor
            .with_hinter(Box::new(hinter))
            .with_highlighter(Box::new(Colours));
    }
    match history() {
        Some(history) => editor.with_history(Box::new(history)),
        None => editor,
    }
}

/// Opens the history. Without one the session works as well, so nobody is told.
fn history() -> Option<FileBackedHistory> {
    let path = history_file()?;
    fs::create_dir_all(path.parent()?).ok()?;
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    // Questions name people and what they may reach.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path).ok()?;
    FileBackedHistory::with_file(REMEMBERED, path).ok()
}

fn history_file() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let strategy = etcetera::choose_base_strategy().ok()?;
    let dir = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Some(dir.join("whocan").join("history"))
}

fn edited(editor: &mut Reedline) -> Result<Typed, Failure> {
    let signal = editor
        .read_line(&Question)
        .map_err(|error| Failure::new(format_args!("cannot read from the terminal: {error}")))?;
    Ok(match signal {
        Signal::Success(text) => Typed::Text(text),
        Signal::CtrlD => Typed::End,
        _ => Typed::Nothing,
    })
}

fn plain(prompts: bool) -> Result<Typed, Failure> {
    let mut text = String::new();
    loop {
        if prompts {
            crate::output::write(if text.is_empty() { PROMPT } else { CONTINUED })?;
        }
        let read = io::stdin().lock().read_line(&mut text);
        let read = read
            .map_err(|error| Failure::new(format_args!("cannot read standard input: {error}")))?;
        if read == 0 {
            if prompts {
                // The shell's prompt comes next.
                io::stdout().write_all(b"\n")?;
            }
            return Ok(match text.trim() {
                "" => Typed::End,
                _ => Typed::Text(text),
            });
        }
        if !is_unfinished(text.strip_suffix('\n').unwrap_or(&text)) {
            return Ok(Typed::Text(text));
        }
    }
}

struct Unfinished;

impl Validator for Unfinished {
    fn validate(&self, line: &str) -> ValidationResult {
        if is_unfinished(line) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Complete
        }
    }
}

struct Question;

impl Prompt for Question {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        Cow::Borrowed("whocan")
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_indicator(&self, _: PromptEditMode) -> Cow<'_, str> {
        Cow::Borrowed("> ")
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Borrowed(CONTINUED)
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        let failing = match search.status {
            PromptHistorySearchStatus::Passing => "",
            PromptHistorySearchStatus::Failing => "nothing found, ",
        };
        Cow::Owned(format!(" ({failing}searching `{}`) ", search.term))
    }
}
