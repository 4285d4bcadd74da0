//! A session of the program on a pseudo-terminal, and the screen that it fills.
//!
//! Nothing waits for a time to pass: each step waits for what the screen must
//! show. The terminal answers when the program asks where the cursor is, as
//! line editors do before they paint.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Color, Parser, Screen};

pub const TAB: &str = "\t";
pub const ENTER: &str = "\r";
pub const CTRL_C: &str = "\u{3}";
pub const CTRL_D: &str = "\u{4}";
pub const CTRL_L: &str = "\u{c}";
pub const CTRL_R: &str = "\u{12}";
pub const CTRL_U: &str = "\u{15}";
pub const UP: &str = "\u{1b}[A";

const ROWS: u16 = 24;
const COLUMNS: u16 = 100;

/// After so long without it, what is waited for will not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// What programs ask a terminal to learn where the cursor is.
const WHERE: &[u8] = b"\x1b[6n";

/// The prompts, without the blank at their ends.
const PROMPTS: [&str; 2] = ["whocan>", "      |"];

/// What the terminal shows, and a bell for whenever that changes.
struct Shown {
    parser: Mutex<Parser>,
    changed: Condvar,
}

type Keyboard = Mutex<Box<dyn Write + Send>>;

/// A running session.
pub struct Session {
    shown: Arc<Shown>,
    keyboard: Arc<Keyboard>,
    child: Box<dyn Child + Send + Sync>,
    // Closing it would end the session.
    _terminal: Box<dyn MasterPty + Send>,
}

impl Session {
    /// Begins a session on the example organization and waits until it asks.
    ///
    /// `home` keeps the history; `settings` are variables of the environment.
    pub fn begin(home: &std::path::Path, settings: &[(&str, &str)]) -> Session {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_whocan"));
        command.args(["repl", "--demo"]);
        command.env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("HOME", home);
        command.env("XDG_STATE_HOME", home);
        command.env("XDG_CACHE_HOME", home);
        command.env("TERM", "xterm-256color");
        for (name, value) in settings {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("it starts");
        drop(pair.slave);
        let keyboard = pair.master.take_writer().expect("a keyboard");
        let keyboard = Arc::new(Mutex::new(keyboard));
        let (rows, columns) = (NonZero::new(ROWS), NonZero::new(COLUMNS));
        let (rows, columns) = (rows.expect("not zero"), columns.expect("not zero"));
        let shown = Arc::new(Shown {
            parser: Mutex::new(Parser::new(rows, columns, 0)),
            changed: Condvar::new(),
        });
        let output = pair.master.try_clone_reader().expect("a screen");
        let (screen, keys) = (shown.clone(), keyboard.clone());
        std::thread::spawn(move || show(output, &screen, &keys));
        let session = Session {
            shown,
            keyboard,
            child,
            _terminal: pair.master,
        };
        session.waits();
        session
    }

    /// Presses keys.
    pub fn types(&self, keys: &str) {
        press(&self.keyboard, keys.as_bytes());
    }

    /// Waits for an empty line under the cursor, asks a question there, and
    /// waits until it is taken: keys that come while the program changes the
    /// terminal's mode are lost.
    pub fn asks(&self, question: &str) {
        self.waits();
        self.types(question);
        let end = question.char_indices().rev().nth(7).map_or(0, |(at, _)| at);
        let end = question[end..].trim();
        self.until("what is typed", |screen| {
            (is_painted(screen) && typed(screen).ends_with(end)).then_some(())
        });
        self.types(ENTER);
        self.until("another line", |screen| {
            (!typed(screen).ends_with(end)).then_some(())
        });
    }

    /// Takes back what is typed, and begins on an empty screen.
    pub fn clears(&self) {
        self.until("a prompt", |screen| {
            let row = usize::from(screen.cursor_position().0);
            let line = screen.rows(0, COLUMNS).nth(row).unwrap_or_default();
            (is_painted(screen) && line.starts_with(PROMPTS[0])).then_some(())
        });
        self.types(&format!("{CTRL_U}{CTRL_L}"));
        self.until("an empty screen", |screen| {
            (text(screen) == "whocan>\n" && asks_for_more(screen)).then_some(())
        });
    }

    /// Waits for a text on the screen; returns the screen.
    pub fn shows(&self, wanted: &str) -> String {
        self.until(wanted, |screen| {
            let shown = text(screen);
            (is_painted(screen) && shown.contains(wanted)).then_some(shown)
        })
    }

    /// Waits for a text on the screen and an empty prompt below it; returns the screen.
    pub fn answers(&self, wanted: &str) -> String {
        self.until(wanted, |screen| {
            let shown = text(screen);
            (asks_for_more(screen) && shown.contains(wanted)).then_some(shown)
        })
    }

    /// Waits for a text on the screen; returns the screen with its colours.
    pub fn paints(&self, wanted: &str) -> String {
        self.until(wanted, |screen| {
            (is_painted(screen) && text(screen).contains(wanted)).then(|| coloured(screen))
        })
    }

    /// Ends the session from its prompt; the program must end well.
    pub fn ends(self) {
        self.types(CTRL_U);
        self.waits();
        self.types(CTRL_D);
        self.finishes();
    }

    /// Waits for the end of the program, which must be a good one.
    pub fn finishes(mut self) {
        let status = self.child.wait().expect("it can be waited for");
        assert!(status.success(), "{status:?}");
    }

    /// Waits for an empty prompt under the cursor.
    fn waits(&self) {
        self.until("an empty prompt", |screen| {
            asks_for_more(screen).then_some(())
        });
    }

    fn until<T>(&self, what: &str, found: impl Fn(&Screen) -> Option<T>) -> T {
        let begun = Instant::now();
        let mut parser = lock(&self.shown.parser);
        loop {
            if let Some(found) = found(parser.screen()) {
                return found;
            }
            let left = PATIENCE.saturating_sub(begun.elapsed());
            assert!(!left.is_zero(), "no `{what}`:\n{}", text(parser.screen()));
            let waited = self.shown.changed.wait_timeout(parser, left);
            parser = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A test that failed leaves no session behind; one that has ended cannot be ended.
        let _ = self.child.kill();
    }
}

/// Returns whether nothing is being painted: while it is, the cursor is hidden.
fn is_painted(screen: &Screen) -> bool {
    !screen.hide_cursor()
}

/// Returns whether the cursor stands behind a prompt that has nothing else.
fn asks_for_more(screen: &Screen) -> bool {
    let (row, column) = screen.cursor_position();
    let line = screen.rows(0, COLUMNS).nth(usize::from(row));
    let line = line.unwrap_or_default();
    is_painted(screen) && column == 8 && PROMPTS.contains(&line.trim_end())
}

/// Returns what is typed at the cursor, which may run over from the line above.
fn typed(screen: &Screen) -> String {
    let row = usize::from(screen.cursor_position().0);
    let lines: Vec<String> = screen.rows(0, COLUMNS).take(row + 1).collect();
    let above = row.checked_sub(1).map_or("", |above| &*lines[above]);
    format!("{above}{}", lines[row]).trim_end().to_owned()
}

/// Shows what the program writes, and says where the cursor is when it asks.
fn show(mut output: Box<dyn Read + Send>, shown: &Shown, keys: &Keyboard) {
    let mut buffer = [0; 4096];
    let mut unread: Vec<u8> = Vec::new();
    while let Ok(count @ 1..) = output.read(&mut buffer) {
        unread.extend_from_slice(&buffer[..count]);
        let mut parser = lock(&shown.parser);
        while let Some(at) = unread.windows(WHERE.len()).position(|some| some == WHERE) {
            parser.process(&unread[..at]);
            unread.drain(..at + WHERE.len());
            let (row, column) = parser.screen().cursor_position();
            press(keys, format!("\x1b[{};{}R", row + 1, column + 1).as_bytes());
        }
        // What may be the beginning of that question stays for later.
        let partial = (1..WHERE.len()).rev();
        let partial = partial
            .into_iter()
            .find(|len| unread.ends_with(&WHERE[..*len]));
        let whole = unread.len() - partial.unwrap_or(0);
        parser.process(&unread[..whole]);
        unread.drain(..whole);
        drop(parser);
        shown.changed.notify_all();
    }
}

fn press(keyboard: &Keyboard, keys: &[u8]) {
    let mut keyboard = lock(keyboard);
    // A program that has ended reads no keys; what it showed is judged.
    let _ = keyboard.write_all(keys).and_then(|()| keyboard.flush());
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the screen without the blanks at the ends of lines.
fn text(screen: &Screen) -> String {
    let lines: Vec<String> = screen
        .rows(0, COLUMNS)
        .map(|line| line.trim_end().to_owned())
        .collect();
    format!("{}\n", lines.join("\n").trim_end())
}

/// Returns the screen with the colour of every stretch that has one: `{cyan who}`.
fn coloured(screen: &Screen) -> String {
    let mut all = String::new();
    for row in 0..ROWS {
        let mut line = String::new();
        let mut open = None;
        for column in 0..COLUMNS {
            let cell = screen.cell(row, column).expect("the screen has it");
            let letters = if cell.has_contents() {
                cell.contents()
            } else {
                " "
            };
            let colour = Some(cell.fgcolor()).filter(|colour| *colour != Color::Default);
            if colour != open {
                if open.is_some() {
                    line.push('}');
                }
                if let Some(colour) = colour {
                    write!(line, "{{{} ", name(colour)).expect("memory takes it");
                }
                open = colour;
            }
            line.push_str(letters);
        }
        all.push_str(line.trim_end());
        all.push('\n');
    }
    format!("{}\n", all.trim_end())
}

fn name(colour: Color) -> String {
    let Color::Idx(number) = colour else {
        return format!("{colour:?}");
    };
    let names = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "grey",
    ];
    match names.get(usize::from(number)) {
        Some(name) => (*name).to_owned(),
        None => number.to_string(),
    }
}
