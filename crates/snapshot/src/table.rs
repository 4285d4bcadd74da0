//! A list that is read from a derived file piece by piece, at first touch.

use std::cell::RefCell;
use std::ops::Index;
use std::sync::OnceLock;

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Section;

/// A list whose entries are decoded when somebody looks at them or their neighbours.
///
/// In a file it is the number of entries, how many stand in a chunk, where each
/// chunk ends (8 bytes each, little-endian), and the chunks: their plain length and
/// postcard in zstd.
#[derive(Debug)]
pub struct Table<T> {
    len: usize,
    per_chunk: usize,
    chunks: Box<[OnceLock<Box<[T]>>]>,
    source: Option<Source<T>>,
}

#[derive(Debug)]
struct Source<T> {
    // INVARIANT: behind the head, the ends of all chunks, ascending and in the section.
    section: Section,
    decode: fn(&[u8]) -> Option<Vec<T>>,
}

/// The number of entries and that of a chunk.
const HEAD_BYTES: usize = 16;

const COMPRESSION_LEVEL: i32 = 1;

/// How large a chunk may be: a guard against files made to fill the memory.
const LIMIT_BYTES: usize = 1 << 30;

impl<T> Table<T> {
    /// Returns how many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns one entry.
    pub fn get(&self, at: usize) -> Option<&T> {
        (at < self.len).then(|| &self[at])
    }

    /// Returns all entries in order, which decodes them.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter {
            table: self,
            range: 0..self.len,
        }
    }

    /// Returns how many entries were decoded so far, or never needed to be.
    pub fn touched(&self) -> usize {
        let touched = self.chunks.iter().filter_map(OnceLock::get);
        touched.map(|chunk| chunk.len()).sum()
    }

    fn chunk(&self, number: usize) -> &[T] {
        self.chunks[number].get_or_init(|| {
            let read = self.source.as_ref().and_then(|source| source.chunk(number));
            let entries = read.expect("the file was proved by its checksum when it was opened");
            let expected = self.per_chunk.min(self.len - number * self.per_chunk);
            assert_eq!(entries.len(), expected, "as it was written");
            entries.into()
        })
    }
}

impl<T: Serialize + Send + Sync> Table<T> {
    /// Returns the list as a section, `per_chunk` entries decoded at once.
    pub fn to_bytes(&self, per_chunk: usize) -> Vec<u8> {
        let per_chunk = per_chunk.max(1);
        let starts: Vec<usize> = (0..self.len).step_by(per_chunk).collect();
        let chunks = starts.par_iter().map(|&start| {
            let end = self.len.min(start + per_chunk);
            let entries: Vec<&T> = (start..end).map(|at| &self[at]).collect();
            let plain = postcard::to_stdvec(&entries).expect("only lists of known length");
            let small = compressed(&plain);
            [&(plain.len() as u64).to_le_bytes(), &small[..]].concat()
        });
        let chunks: Vec<Vec<u8>> = chunks.collect();
        let mut bytes = Vec::new();
        bytes.extend((self.len as u64).to_le_bytes());
        bytes.extend((per_chunk as u64).to_le_bytes());
        let mut end = 0;
        for chunk in &chunks {
            end += chunk.len() as u64;
            bytes.extend(end.to_le_bytes());
        }
        bytes.extend(chunks.iter().flatten());
        bytes
    }
}

impl<T: DeserializeOwned> Table<T> {
    /// Takes a section that [`Table::to_bytes`] made, `None` if it is none.
    pub fn from_section(section: Section) -> Option<Table<T>> {
        let len = number(&section, 0)?;
        let per_chunk = number(&section, 8)?;
        if per_chunk == 0 {
            return None;
        }
        let chunks = len.div_ceil(per_chunk);
        let data_at = HEAD_BYTES.checked_add(chunks.checked_mul(8)?)?;
        let data = section.len().checked_sub(data_at)?;
        let mut before = 0;
        for at in (HEAD_BYTES..data_at).step_by(8) {
            let end = number(&section, at)?;
            if end < before || end > data {
                return None;
            }
            before = end;
        }
        Some(Table {
            len,
            per_chunk,
            chunks: (0..chunks).map(|_| OnceLock::new()).collect(),
            source: Some(Source {
                section,
                decode: decode::<T>,
            }),
        })
    }
}

impl<T> Source<T> {
    fn chunk(&self, chunk: usize) -> Option<Vec<T>> {
        let section = &self.section;
        let chunks = number(section, 0)?.div_ceil(number(section, 8)?);
        let data_at = HEAD_BYTES + 8 * chunks;
        let start = match chunk {
            0 => 0,
            _ => number(section, HEAD_BYTES + 8 * (chunk - 1))?,
        };
        let end = number(section, HEAD_BYTES + 8 * chunk)?;
        (self.decode)(section.get(data_at + start..data_at + end)?)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + 8)?;
    usize::try_from(u64::from_le_bytes(bytes.try_into().ok()?)).ok()
}

thread_local! {
    // Making one takes longer than most chunks.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> =
        const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> =
        const { RefCell::new(None) };
}

fn compressed(plain: &[u8]) -> Vec<u8> {
    COMPRESSOR.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = zstd::bulk::Compressor::new(COMPRESSION_LEVEL).ok();
        }
        let compressor = kept.as_mut().expect("memory suffices");
        compressor.compress(plain).expect("memory suffices")
    })
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<Vec<T>> {
    let size = number(bytes, 0).filter(|&size| size <= LIMIT_BYTES)?;
    let plain = DECOMPRESSOR.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = zstd::bulk::Decompressor::new().ok();
        }
        kept.as_mut()?.decompress(&bytes[8..], size).ok()
    })?;
    postcard::from_bytes(&plain).ok()
}

impl<T> From<Vec<T>> for Table<T> {
    fn from(entries: Vec<T>) -> Table<T> {
        let len = entries.len();
        let chunk = OnceLock::from(entries.into_boxed_slice());
        Table {
            len,
            per_chunk: len.max(1),
            chunks: [chunk].into(),
            source: None,
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Vec::new().into()
    }
}

impl<T> Index<usize> for Table<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        &self.chunk(at / self.per_chunk)[at % self.per_chunk]
    }
}

/// The entries of a [`Table`] in order.
#[derive(Clone, Debug)]
pub struct Iter<'a, T> {
    table: &'a Table<T>,
    range: std::ops::Range<usize>,
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.range.next().map(|at| &self.table[at])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }
}

impl<'a, T> DoubleEndedIterator for Iter<'a, T> {
    fn next_back(&mut self) -> Option<&'a T> {
        self.range.next_back().map(|at| &self.table[at])
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<'a, T> IntoIterator for &'a Table<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(count: usize) -> Vec<String> {
        (0..count).map(|at| format!("entry {at}")).collect()
    }

    fn stored(count: usize) -> Table<String> {
        let bytes = Table::from(entries(count)).to_bytes(10);
        Table::from_section(bytes.into()).unwrap()
    }

    #[test]
    fn what_was_stored_reads_as_it_was() {
        for count in [0, 1, 9, 10, 11, 100] {
            let read = stored(count);
            assert_eq!(read.len(), count);
            assert!(read.iter().eq(&entries(count)));
            assert!(read.iter().rev().eq(entries(count).iter().rev()));
            assert_eq!(read.get(count), None);
        }
    }

    #[test]
    fn only_what_is_looked_at_is_decoded() {
        let read = stored(100);
        assert_eq!(read.touched(), 0);
        assert_eq!(read[42], "entry 42");
        assert_eq!(read[47], "entry 47");
        assert_eq!(read.touched(), 10);
    }

    #[test]
    fn a_section_with_other_lengths_is_no_table() {
        let bytes = Table::from(entries(30)).to_bytes(10);
        for length in 0..40 {
            assert!(Table::<String>::from_section(bytes[..length].to_vec().into()).is_none());
        }
        let mut odd = bytes.clone();
        odd[8..16].fill(0);
        assert!(Table::<String>::from_section(odd.into()).is_none());
    }
}
