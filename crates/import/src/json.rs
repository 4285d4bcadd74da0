//! JSON as the AWS command line prints it, in all shapes that occur.
//!
//! Everything is read into typed shapes that borrow from the file's text.
//! There is no recursion on input: unknown fields and documents are skipped
//! by serde_json's loop, which nesting of any depth cannot overflow.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use whocan_snapshot::Tag;

use crate::error::Place;

/// What is wrong in a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) place: Option<Place>,
    pub(crate) problem: String,
}

impl Wrong {
    /// Returns a problem of the whole text.
    pub(crate) fn whole(problem: impl Into<String>) -> Wrong {
        Wrong {
            place: None,
            problem: problem.into(),
        }
    }
}

/// Reads `text` as one JSON value of the shape `T`.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Wrong> {
    let Entry(value) = serde_json::from_str(text).map_err(|error| wrong_json(&error))?;
    Ok(value)
}

/// Reads `text` as a JSON list of the shape `T`.
pub(crate) fn read_list<'a, T: Deserialize<'a>>(text: &'a str) -> Result<Vec<T>, Wrong> {
    let List(list) = serde_json::from_str(text).map_err(|error| wrong_json(&error))?;
    Ok(list)
}

/// Reads `text` as any JSON value, of any depth.
pub(crate) fn check(text: &str) -> Result<(), Wrong> {
    let value: Result<IgnoredAny, _> = serde_json::from_str(text);
    value.map(|_| ()).map_err(|error| wrong_json(&error))
}

fn wrong_json(error: &serde_json::Error) -> Wrong {
    let whole = error.to_string();
    let tail = format!(" at line {} column {}", error.line(), error.column());
    let message = whole.strip_suffix(&tail).unwrap_or(&whole);
    let problem = if error.is_eof() {
        format!("the JSON ends too early: {message}")
    } else if error.is_syntax() {
        format!("not JSON: {message}")
    } else {
        plain(message)
    };
    Wrong {
        place: (error.line() > 0).then(|| Place {
            line: error.line(),
            column: error.column(),
        }),
        problem,
    }
}

/// Says in JSON's words what serde says in Rust's.
fn plain(message: &str) -> String {
    let words = [
        ("invalid type: sequence", "found a list"),
        ("invalid type: map", "found an object"),
        ("invalid type: ", "found "),
    ];
    let word = words.iter().find(|(rust, _)| message.starts_with(rust));
    word.map_or_else(
        || message.to_owned(),
        |(rust, json)| message.replacen(rust, json, 1),
    )
}

/// Finds places in a text.
///
/// Goes on from the last place it found, so that a file full of problems is
/// gone through once and not once for each.
pub(crate) struct Places<'a> {
    text: &'a str,
    // INVARIANT: `line` is the line of `offset`, which begins at `start`.
    offset: usize,
    line: usize,
    start: usize,
}

impl<'a> Places<'a> {
    pub(crate) fn new(text: &'a str) -> Places<'a> {
        Places {
            text,
            offset: 0,
            line: 1,
            start: 0,
        }
    }

    /// Returns the offset of `part` in the text, if it is a slice of it.
    pub(crate) fn offset(&self, part: &str) -> Option<usize> {
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (offset < self.text.len()).then_some(offset)
    }

    /// Returns the place of an offset.
    pub(crate) fn at(&mut self, offset: usize) -> Place {
        if offset < self.offset {
            *self = Places::new(self.text);
        }
        let between = self.text.as_bytes().get(self.offset..offset);
        for (index, byte) in between.unwrap_or_default().iter().enumerate() {
            if *byte == b'\n' {
                self.line += 1;
                self.start = self.offset + index + 1;
            }
        }
        self.offset = offset;
        Place {
            line: self.line,
            column: offset - self.start + 1,
        }
    }
}

/// A list; also none, `null`, or its only entry without brackets.
///
/// The last form stands in the API documentation's own sample.
#[derive(Clone, Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> List<T> {
        List(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<List<T>, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<List<T>, E> {
        Ok(List::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(Entry(entry)) = entries.next_element()? {
            list.push(entry);
        }
        Ok(List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<List<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|only| List(vec![only]))
    }
}

/// A value that is no list.
///
/// Derived shapes would take a list for an object, field by field: an empty
/// list for an object in which nothing is required.
struct Entry<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entry<T>, D::Error> {
        let value = deserializer.deserialize_any(EntryVisitor(PhantomData))?;
        Ok(Entry(value))
    }
}

struct EntryVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntryVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a text")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<T, E> {
        T::deserialize(BorrowedStrDeserializer::new(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::deserialize(text.into_deserializer())
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        T::deserialize(().into_deserializer())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        T::deserialize(value.into_deserializer())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        T::deserialize(value.into_deserializer())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        T::deserialize(value.into_deserializer())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        T::deserialize(value.into_deserializer())
    }
}

/// A text that borrows where JSON's escapes permit it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the text of an optional field, empty if the field is missing.
pub(crate) fn or_empty(text: Option<Text<'_>>) -> String {
    text.map(|text| text.0.into_owned()).unwrap_or_default()
}

/// A policy document as text, verbatim; `None` for `null`.
///
/// An object is its slice of the file. A string is its content, percent-encoded
/// or plain. A string with escapes that mean nothing stays as it stands in the
/// file, to be reported as no JSON.
#[derive(Clone, Debug, Default)]
pub(crate) struct DocumentText(pub(crate) Option<String>);

impl<'de> Deserialize<'de> for DocumentText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DocumentText, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let text = if raw == "null" {
            None
        } else if raw.starts_with('"') {
            Some(serde_json::from_str(raw).unwrap_or_else(|_| raw.to_owned()))
        } else {
            Some(raw.to_owned())
        };
        Ok(DocumentText(text))
    }
}

/// A time in any of the forms that exports have; `None` if it is in no known form.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Time(pub(crate) Option<Timestamp>);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        deserializer.deserialize_any(TimeVisitor)
    }
}

struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = Time;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time")
    }

    fn visit_str<E>(self, text: &str) -> Result<Time, E> {
        Ok(Time(parse_time(text)))
    }

    fn visit_u64<E>(self, seconds: u64) -> Result<Time, E> {
        let seconds = i64::try_from(seconds).ok();
        Ok(Time(seconds.and_then(|at| Timestamp::from_second(at).ok())))
    }

    fn visit_i64<E>(self, seconds: i64) -> Result<Time, E> {
        Ok(Time(Timestamp::from_second(seconds).ok()))
    }

    fn visit_f64<E>(self, seconds: f64) -> Result<Time, E> {
        // `as` saturates, and a time out of range is then refused.
        let millis = (seconds * 1000.0) as i64;
        Ok(Time(Timestamp::from_millisecond(millis).ok()))
    }

    fn visit_unit<E>(self) -> Result<Time, E> {
        Ok(Time(None))
    }
}

/// Reads a time with `T` or a blank, with `Z`, an offset, or none (then UTC).
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        let zoned = local.to_zoned(TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    })
}

/// Tags as a list of pairs or as one object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags(Vec<Tag>);

impl Tags {
    /// Returns the tags sorted by key.
    pub(crate) fn sorted(self) -> Vec<Tag> {
        let mut tags = self.0;
        tags.sort();
        tags
    }
}

#[derive(Deserialize)]
#[serde(expecting = "a tag with `Key` and `Value`")]
struct Pair {
    #[serde(alias = "Key", alias = "TagKey")]
    key: String,
    #[serde(default, alias = "Value", alias = "TagValue")]
    value: Option<String>,
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tags, D::Error> {
        deserializer.deserialize_any(TagsVisitor)
    }
}

struct TagsVisitor;

impl<'de> Visitor<'de> for TagsVisitor {
    type Value = Tags;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tags, or an object of them")
    }

    fn visit_unit<E>(self) -> Result<Tags, E> {
        Ok(Tags::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Tags, A::Error> {
        let mut tags = Vec::new();
        while let Some(Pair { key, value }) = entries.next_element()? {
            let value = value.unwrap_or_default();
            tags.push(Tag { key, value });
        }
        Ok(Tags(tags))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tags, A::Error> {
        let mut tags = Vec::new();
        while let Some((key, value)) = entries.next_entry::<String, Option<String>>()? {
            let value = value.unwrap_or_default();
            tags.push(Tag { key, value });
        }
        Ok(Tags(tags))
    }
}

/// The marks that a list carries when it was not read to its end.
#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct Paging<'a> {
    #[serde(borrow, default, rename = "NextToken", alias = "nextToken")]
    next_token: Option<Text<'a>>,
    #[serde(borrow, default, rename = "NextMarker")]
    next_marker: Option<Text<'a>>,
    #[serde(borrow, default, rename = "ContinuationToken")]
    continuation_token: Option<Text<'a>>,
    #[serde(borrow, default, rename = "Marker")]
    marker: Option<Text<'a>>,
    #[serde(borrow, default, rename = "LastEvaluatedTableName")]
    last_table: Option<Text<'a>>,
    #[serde(default, rename = "IsTruncated", alias = "Truncated")]
    truncated: Option<bool>,
}

impl Paging<'_> {
    /// Returns the name of the mark that says that more would follow, if any.
    pub(crate) fn more(&self) -> Option<&'static str> {
        if self.truncated == Some(true) {
            return Some("IsTruncated");
        }
        let marks = [
            ("NextToken", &self.next_token),
            ("NextMarker", &self.next_marker),
            ("ContinuationToken", &self.continuation_token),
            ("Marker", &self.marker),
            ("LastEvaluatedTableName", &self.last_table),
        ];
        let set = |text: &Option<Text<'_>>| text.as_ref().is_some_and(|text| !text.0.is_empty());
        let found = marks.iter().find(|(_, mark)| set(mark));
        found.map(|(name, _)| *name)
    }
}
