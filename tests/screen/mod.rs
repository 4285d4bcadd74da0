//! A session of the program on a pseudo-terminal, and the screen that it fills.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

pub const TAB: &str = "\t";
pub const ENTER: &str = "\r";

const ROWS: u16 = 24;
const COLUMNS: u16 = 100;

/// After so long without it, what is waited for will not come.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often a key is pressed again that may come too early.
const AGAIN: Duration = Duration::from_millis(200);

/// What programs ask a terminal to learn where the cursor is.
const WHERE: &[u8] = b"\x1b[6n";

/// What the terminal shows, and a bell for whenever that changes.
struct Shown {
    parser: Mutex<vt100::Parser>,
    changed: Condvar,
}

/// A running session.
pub struct Session {
    shown: Arc<Shown>,
    keyboard: Arc<Mutex<Box<dyn Write + Send>>>,
    child: Box<dyn Child + Send + Sync>,
    // Closing it would end the session.
    _terminal: Box<dyn MasterPty + Send>,
    // Its history is not anybody else's.
    _home: tempfile::TempDir,
}

fn nonzero(length: u16) -> NonZero<u16> {
    NonZero::new(length).expect("a screen has room")
}

impl Session {
    /// Begins a session on the example organization and waits until it asks.
    pub fn begin(settings: &[(&str, &str)]) -> Session {
        let home = tempfile::tempdir().expect("a folder");
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
        command.env("HOME", home.path());
        command.env("XDG_STATE_HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.env("NO_COLOR", "1");
        for (name, value) in settings {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("it starts");
        drop(pair.slave);
        let keyboard = pair.master.take_writer().expect("a keyboard");
        let keyboard = Arc::new(Mutex::new(keyboard));
        let shown = Arc::new(Shown {
            parser: Mutex::new(vt100::Parser::new(nonzero(ROWS), nonzero(COLUMNS), 0)),
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
            _home: home,
        };
        session.shows("whocan> ");
        session
    }

    /// Presses keys.
    pub fn types(&mut self, keys: &str) {
        press(&self.keyboard, keys.as_bytes());
    }

    /// Asks a question, once the session waits for one, on an empty screen.
    pub fn asks(&mut self, question: &str) {
        self.waits();
        self.types(&format!("{question}{ENTER}"));
    }

    /// Waits for a text on the screen and for the cursor behind it; returns the screen.
    pub fn shows(&self, text: &str) -> String {
        self.until(text, |screen| {
            let contents = trimmed(screen);
            // While it is painted, the cursor is hidden.
            (contents.contains(text) && !screen.hide_cursor()).then_some(contents)
        })
    }

    /// Presses a key until the screen shows a text.
    pub fn nudged_until(&mut self, key: &str, text: &str) {
        let begun = Instant::now();
        let mut parser = lock(&self.shown.parser);
        while !trimmed(parser.screen()).contains(text) {
            assert!(
                begun.elapsed() < PATIENCE,
                "no `{text}`:\n{}",
                trimmed(parser.screen())
            );
            press(&self.keyboard, key.as_bytes());
            let waited = self.shown.changed.wait_timeout(parser, AGAIN);
            parser = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Ends the session from its prompt.
    pub fn ends(mut self) {
        self.types("\u{3}");
        self.waits();
        self.types("\u{4}");
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
            let (row, column) = screen.cursor_position();
            let line = screen.rows(0, COLUMNS).nth(usize::from(row));
            let line = line.unwrap_or_default();
            let empty = ["whocan>", "      |"].contains(&line.trim_end());
            (empty && column == 8 && !screen.hide_cursor()).then(String::new)
        });
    }

    fn until(&self, what: &str, found: impl Fn(&vt100::Screen) -> Option<String>) -> String {
        let begun = Instant::now();
        let mut parser = lock(&self.shown.parser);
        loop {
            if let Some(text) = found(parser.screen()) {
                return text;
            }
            let left = PATIENCE.saturating_sub(begun.elapsed());
            assert!(
                !left.is_zero(),
                "no `{what}`:\n{}",
                trimmed(parser.screen())
            );
            let waited = self.shown.changed.wait_timeout(parser, left);
            parser = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Shows what the program writes, and says where the cursor is when it asks.
fn show(mut output: Box<dyn Read + Send>, shown: &Shown, keys: &Mutex<Box<dyn Write + Send>>) {
    let mut buffer = [0; 4096];
    let mut unread: Vec<u8> = Vec::new();
    while let Ok(count) = output.read(&mut buffer) {
        if count == 0 {
            break;
        }
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

fn press(keyboard: &Mutex<Box<dyn Write + Send>>, keys: &[u8]) {
    let mut keyboard = lock(keyboard);
    // A program that has ended reads no keys; what it showed is judged.
    let _ = keyboard.write_all(keys).and_then(|()| keyboard.flush());
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the screen without the blanks at the ends of lines.
fn trimmed(screen: &vt100::Screen) -> String {
    let lines: Vec<String> = screen
        .rows(0, COLUMNS)
        .map(|line| line.trim_end().to_owned())
        .collect();
    let text = lines.join("\n");
    format!("{}\n", text.trim_end())
}
