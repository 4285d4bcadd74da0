//! Who watches: terminals, their colours and their width.

use std::env;
use std::io::{self, IsTerminal};

use whocan_render::Look;

use crate::args::Color;

/// What is known of the terminals.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether a person sees standard output.
    pub stdout_is_watched: bool,
    /// Whether standard output takes colours.
    pub stdout_colors: bool,
    /// Whether a person sees standard error.
    pub stderr_is_watched: bool,
    /// Whether standard error takes colours.
    pub stderr_colors: bool,
}

impl Terminal {
    /// Looks at the standard streams and the environment.
    pub fn find(color: Color) -> Terminal {
        let stdout_is_watched = io::stdout().is_terminal();
        let stderr_is_watched = io::stderr().is_terminal();
        Terminal {
            stdout_is_watched,
            stdout_colors: colors(color, stdout_is_watched),
            stderr_is_watched,
            stderr_colors: colors(color, stderr_is_watched),
        }
    }

    /// Returns how text on standard output is to look.
    pub fn look(&self) -> Look {
        Look {
            width: self.stdout_is_watched.then(columns),
            colors: self.stdout_colors,
        }
    }
}

/// Returns how wide the terminal is.
fn columns() -> u16 {
    let size = terminal_size::terminal_size_of(io::stdout());
    size.map_or(80, |(width, _)| width.0.max(40))
}

fn colors(color: Color, watched: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => watched && !no_color() && !is_dumb(),
    }
}

// Source: no-color.org, read 2026-11-24: set and not empty.
fn no_color() -> bool {
    env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Returns whether the terminal cannot do more than print lines.
pub fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}
