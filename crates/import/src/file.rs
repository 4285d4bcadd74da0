//! The files of an export as text.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::FileError;

/// Loads a file as text, whatever wrote it.
///
/// A byte order mark is dropped. PowerShell's `>` writes UTF-16, which is decoded.
///
/// # Errors
///
/// If the file cannot be opened or is no text.
pub(crate) fn load(path: &Path) -> Result<String, FileError> {
    let unreadable = |error: io::Error| FileError::whole(path, format!("cannot be read: {error}"));
    let kind = fs::metadata(path).map_err(unreadable)?;
    if kind.is_dir() {
        return Err(FileError::whole(path, "is a directory, expected a file"));
    }
    // A pipe could block for ever, and a device never end.
    if !kind.is_file() {
        return Err(FileError::whole(
            path,
            "is a pipe or a device, expected a file",
        ));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    decode(bytes).map_err(|problem| FileError::whole(path, problem))
}

fn decode(bytes: Vec<u8>) -> Result<String, String> {
    match bytes.as_slice() {
        // As AWS Config delivers its snapshots.
        [0x1f, 0x8b, ..] => Err("is compressed with gzip: `gunzip` it first".to_owned()),
        [0xef, 0xbb, 0xbf, rest @ ..] => from_utf8(rest.to_vec()),
        [0xff, 0xfe, rest @ ..] => from_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => from_utf16(rest, u16::from_be_bytes),
        // Without a mark: JSON starts with an ASCII character.
        [first, 0, ..] if *first != 0 => from_utf16(&bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => from_utf16(&bytes, u16::from_be_bytes),
        _ => from_utf8(bytes),
    }
}

fn from_utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        format!("is not UTF-8 text: a wrong byte at offset {offset}")
    })
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    if !odd.is_empty() {
        return Err("is UTF-16 text cut off in the middle of a character".to_owned());
    }
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).map_err(|_| "is not valid UTF-16 text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_of_a_shell_gives_the_same_text() {
        let text = "{\"Name\": \"é\"}";
        let marked = format!("\u{feff}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            marked.as_bytes().to_vec(),
            utf16(&marked, u16::to_le_bytes),
            utf16(&marked, u16::to_be_bytes),
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
        ] {
            assert_eq!(decode(bytes).as_deref(), Ok(text));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_an_error() {
        assert!(decode(vec![b'"', 0xff, b'"']).is_err());
        assert!(decode(vec![0xff, 0xfe, b'{']).is_err());
        assert!(decode(vec![0xff, 0xfe, 0x00, 0xd8]).is_err());
        let gzip = decode(vec![0x1f, 0x8b, 0x08, 0x00]);
        assert!(gzip.is_err_and(|problem| problem.contains("gunzip")));
    }
}
