//! Texts that people name by a path; `-` is standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::Failure;

// The language takes no text this long; a file may be anything.
const MOST_BYTES: u64 = 16 << 20;

/// Reads a text.
pub fn text(path: &Path) -> Result<String, Failure> {
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
