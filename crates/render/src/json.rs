//! JSON for programs, whose bytes a terminal never obeys either.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::Plain;

mod answer;
mod evidence;
mod row;

pub use answer::{Document, Source, lines};
pub use evidence::Evidence;
pub use row::{Named, Row};

/// The version of the form that answers have.
///
/// It rises when a field goes or changes its meaning; new fields may come at
/// any time. `docs/json.md` describes it.
pub const SCHEMA: u32 = 1;

/// Returns `value` as one line of JSON, line break included.
///
/// `value` must be made of what JSON knows: maps with text as keys.
pub fn to_line<T: Serialize>(value: &T) -> Vec<u8> {
    written(value, Escaping(CompactFormatter))
}

/// Returns `value` as indented JSON, line break included.
///
/// `value` must be made of what JSON knows: maps with text as keys.
pub fn to_document<T: Serialize>(value: &T) -> Vec<u8> {
    written(value, Escaping(PrettyFormatter::new()))
}

fn written<T: Serialize, F: Formatter>(value: &T, formatter: F) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    let mut serializer = Serializer::with_formatter(&mut bytes, formatter);
    value
        .serialize(&mut serializer)
        .expect("writing into memory cannot fail, and keys are text");
    bytes.push(b'\n');
    bytes
}

/// Writes what [`Plain`] would not show as `\u202e`, which is the same text to
/// a program.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        escape(writer, fragment)
    }

    // Outside its strings JSON is plain ASCII, so what is escaped here stands
    // in a string as well.
    fn write_raw_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        escape(writer, fragment)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

fn escape<W: ?Sized + io::Write>(writer: &mut W, fragment: &str) -> io::Result<()> {
    let mut done = 0;
    for (at, character) in fragment.char_indices() {
        // Raw fragments have line breaks between their values.
        if Plain::shows(character) || matches!(character, '\n' | '\r' | '\t') {
            continue;
        }
        writer.write_all(&fragment.as_bytes()[done..at])?;
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(writer, "\\u{unit:04x}")?;
        }
        done = at + character.len_utf8();
    }
    writer.write_all(&fragment.as_bytes()[done..])
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_reads_back_the_same() {
        let text = "\u{1b}[2J\u{9b}m\u{7f}\u{202e}\u{e0041}\u{200b} Zoë 東京 \" \\ \n";
        let line = String::from_utf8(to_line(&[text])).unwrap();
        assert_eq!(
            line,
            "[\"\\u001b[2J\\u009bm\\u007f\\u202e\\udb40\\udc41\\u200b Zoë 東京 \\\" \\\\ \\n\"]\n"
        );
        assert_eq!(serde_json::from_str::<[String; 1]>(&line).unwrap(), [text]);
    }

    #[test]
    fn raw_values_stay_as_they_came_but_for_what_a_terminal_obeys() {
        let raw = RawValue::from_string("{\"a\" :\t1.10, \"\u{202e}\": 1e400}".to_owned()).unwrap();
        let line = String::from_utf8(to_line(&raw)).unwrap();
        assert_eq!(line, "{\"a\" :\t1.10, \"\\u202e\": 1e400}\n");
    }
}
