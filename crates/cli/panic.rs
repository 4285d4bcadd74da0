//! What is said when whocan itself is at fault.

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};

use whocan_render::Plain;

/// Makes panics say what they are and what to do about them.
pub fn install() {
    panic::set_hook(Box::new(report));
}

fn report(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map_or_else(
        || "an unknown place".to_owned(),
        |location| format!("{}:{}", location.file(), location.line()),
    );
    let _ = io::stderr().write_all(text(message, &place).as_bytes());
}

fn text(message: &str, place: &str) -> String {
    format!(
        "error: whocan {} has a bug and stopped: {} at {place}\n\
         hint: nothing that was stored before is lost; please report these two lines with the command that you ran\n",
        env!("CARGO_PKG_VERSION"),
        Plain(message),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_told_in_two_lines_that_obey_nobody() {
        let said = text("index out of\u{1b}[31m bounds", "crates/x.rs:7");
        assert_eq!(said.lines().count(), 2, "{said}");
        assert!(!said.contains('\u{1b}'), "{said:?}");
        assert!(said.contains("at crates/x.rs:7"), "{said}");
    }
}
