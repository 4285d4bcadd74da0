//! Standard output, at once and whole.

use std::io::{self, Write};

/// Writes `bytes` to standard output.
///
/// # Errors
///
/// Those of the stream; [`io::ErrorKind::BrokenPipe`] where whoever read it has gone.
pub fn write(bytes: impl AsRef<[u8]>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes.as_ref())?;
    out.flush()
}
