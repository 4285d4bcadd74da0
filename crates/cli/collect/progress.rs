//! How far a collection is, for a person who watches.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use whocan_collect::{Event, Observer};

use crate::terminal::Terminal;

const TEMPLATE: &str = "{spinner} {msg}  {bar:30} {pos}/{len} calls, {eta} left";

/// A bar on standard error, or nothing if nobody watches.
pub struct Bar {
    bar: ProgressBar,
    accounts: AtomicUsize,
    finished: AtomicUsize,
}

impl Bar {
    /// Begins.
    pub fn new(terminal: &Terminal) -> Bar {
        let target = if terminal.stderr_is_watched && !crate::terminal::is_dumb() {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        bar.set_message("who is asking");
        bar.enable_steady_tick(Duration::from_millis(100));
        Bar {
            bar,
            accounts: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
        }
    }

    fn tell(&self) {
        let accounts = self.accounts.load(Ordering::Relaxed);
        let finished = self.finished.load(Ordering::Relaxed);
        self.bar
            .set_message(format!("{finished} of {accounts} accounts"));
    }
}

impl Observer for Bar {
    fn event(&self, event: Event) {
        match event {
            Event::Accounts(count) => {
                self.accounts.store(count, Ordering::Relaxed);
                self.tell();
            }
            Event::Planned(calls) => self.bar.inc_length(calls as u64),
            Event::Asked => self.bar.inc(1),
            Event::Finished(_) => {
                self.finished.fetch_add(1, Ordering::Relaxed);
                self.tell();
            }
            _ => {}
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
