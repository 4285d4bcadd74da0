//! How far an import is, for a person who watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use whocan_import::Event;

use crate::terminal::Terminal;

const TEMPLATE: &str = "{spinner} {msg}  {bar:30} {pos}/{len} files";

/// A bar on standard error, or nothing if nobody watches.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Begins.
    pub fn new(terminal: &Terminal) -> Progress {
        let target = if terminal.stderr_is_watched && !crate::terminal::is_dumb() {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress { bar }
    }

    /// Shows one step more.
    pub fn step(&self, event: Event) {
        match event {
            Event::Accounts(count) => self.bar.set_message(match count {
                1 => "1 account".to_owned(),
                more => format!("{more} accounts"),
            }),
            Event::Files(count) => self.bar.inc_length(count as u64),
            Event::Read { .. } => self.bar.inc(1),
            _ => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
