//! Long answers, a page at a time.

use std::env;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::output;

/// Shows a text: through a pager if it is longer than the screen.
///
/// The pager is `$PAGER`, else `less`; where neither starts the text is printed.
pub fn show(text: &str) -> Result<(), Failure> {
    let height = terminal_size::terminal_size().map_or(0, |(_, height)| usize::from(height.0));
    if text.lines().count() < height || height == 0 || !paged(text) {
        output::write(text)?;
    }
    Ok(())
}

/// Returns whether a pager has shown the text.
fn paged(text: &str) -> bool {
    let wanted = env::var("PAGER").unwrap_or_default();
    let wanted = if wanted.trim().is_empty() {
        "less"
    } else {
        wanted.as_str()
    };
    let mut words = wanted.split_whitespace();
    let Some(program) = words.next() else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    // Colours as they are, and no screen of its own for what fits.
    if env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    if let Some(mut input) = child.stdin.take() {
        // Who leaves the pager early has read enough.
        let _ = input.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}
