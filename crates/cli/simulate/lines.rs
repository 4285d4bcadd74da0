//! The lines of a stream, in chunks: all that are there, never waiting for more.

use std::io::{self, BufRead, BufReader, Read};

// A chunk's lines are judged in parallel; this is some thousand requests.
const CHUNK_BYTES: usize = 1 << 20;

// The largest documents that AWS stores have some ten thousand bytes.
const LONGEST_LINE_BYTES: usize = 128 << 20;

/// Reads lines from a stream.
pub struct Lines<R> {
    reader: BufReader<R>,
    longest: usize,
    at_start: bool,
}

/// One line that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// Its bytes, without the line break.
    Whole(Vec<u8>),
    /// It is longer than any line that is read.
    TooLong,
}

impl Line {
    /// Returns the line's text, or why it has none.
    pub fn text(&self) -> Result<&str, &'static str> {
        match self {
            Line::Whole(bytes) => std::str::from_utf8(bytes)
                .map_err(|_| "the line is not UTF-8: expected one JSON object a line"),
            Line::TooLong => Err("the line is longer than 128 MiB"),
        }
    }
}

impl<R: Read> Lines<R> {
    /// Reads from `stream`.
    pub fn new(stream: R) -> Lines<R> {
        Lines {
            reader: BufReader::with_capacity(CHUNK_BYTES, stream),
            longest: LONGEST_LINE_BYTES,
            at_start: true,
        }
    }

    /// Returns the next line and all whole lines that have arrived behind it;
    /// `None` at the end. Blank lines are passed over.
    ///
    /// Waits only if no line has arrived: what was asked is answered before.
    pub fn next_chunk(&mut self) -> io::Result<Option<Vec<Line>>> {
        let mut chunk = Vec::new();
        while chunk.is_empty() || self.has_line() {
            match self.next_line()? {
                Some(line) if is_blank(&line) => {}
                Some(line) => chunk.push(line),
                None => break,
            }
        }
        Ok(Some(chunk).filter(|chunk| !chunk.is_empty()))
    }

    fn has_line(&self) -> bool {
        self.reader.buffer().contains(&b'\n')
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let limit = self.longest as u64 + 1;
        if (&mut self.reader)
            .take(limit)
            .read_until(b'\n', &mut bytes)?
            == 0
        {
            return Ok(None);
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        } else if bytes.len() > self.longest {
            drop(bytes);
            self.skip_line()?;
            return Ok(Some(Line::TooLong));
        }
        if std::mem::take(&mut self.at_start) && bytes.starts_with("\u{feff}".as_bytes()) {
            bytes.drain(..'\u{feff}'.len_utf8());
        }
        Ok(Some(Line::Whole(bytes)))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let (used, found) = match buffer.iter().position(|&byte| byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), false),
            };
            self.reader.consume(used);
            if found {
                return Ok(());
            }
        }
    }
}

fn is_blank(line: &Line) -> bool {
    matches!(line, Line::Whole(bytes) if bytes.iter().all(u8::is_ascii_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Line {
        Line::Whole(text.as_bytes().to_vec())
    }

    /// A pipe into which somebody writes one piece after the other.
    struct Pieces(Vec<&'static str>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0).as_bytes();
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    #[test]
    fn blank_lines_and_a_byte_order_mark_are_passed_over() {
        let mut lines = Lines::new("\u{feff}a\n\n  \r\nb\r\nc".as_bytes());
        assert_eq!(
            lines.next_chunk().unwrap(),
            Some(vec![whole("a"), whole("b\r")])
        );
        assert_eq!(lines.next_chunk().unwrap(), Some(vec![whole("c")]));
        assert_eq!(lines.next_chunk().unwrap(), None);
    }

    #[test]
    fn lines_that_have_arrived_do_not_wait_for_the_rest() {
        let mut lines = Lines::new(Pieces(vec!["a\nb\nc", "c\n", "d\n"]));
        assert_eq!(
            lines.next_chunk().unwrap(),
            Some(vec![whole("a"), whole("b")])
        );
        assert_eq!(lines.next_chunk().unwrap(), Some(vec![whole("cc")]));
        assert_eq!(lines.next_chunk().unwrap(), Some(vec![whole("d")]));
    }

    #[test]
    fn a_line_without_end_is_dropped_and_the_next_is_read() {
        let text = format!("{}\nb\n", "a".repeat(50));
        let mut lines = Lines {
            longest: 10,
            ..Lines::new(text.as_bytes())
        };
        assert_eq!(
            lines.next_chunk().unwrap(),
            Some(vec![Line::TooLong, whole("b")])
        );
        let mut exact = Lines {
            longest: 2,
            ..Lines::new("aa\nb".as_bytes())
        };
        assert_eq!(exact.next_chunk().unwrap(), Some(vec![whole("aa")]));
    }
}
