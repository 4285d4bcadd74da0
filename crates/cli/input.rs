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
        let input = io::stdin().lock();
        input.take(MOST_BYTES + 1).read_to_end(&mut bytes)
    } else {
        let file = File::open(path).map_err(reading)?;
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes)
    }
    .map_err(reading)?;
    if bytes.len() as u64 > MOST_BYTES {
        let failure = Failure::new(format_args!("`{}` is too long", path.display()));
        return Err(failure.hint("a text of questions or vendors has at most 16 MiB"));
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::new(format_args!("`{}` is not UTF-8 text", path.display())))
}
