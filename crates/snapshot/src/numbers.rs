//! Numbers and lists of numbers, used as they stand in a derived file.

use crate::Section;

/// Numbers of four bytes, little-endian.
#[derive(Clone, Debug, Default)]
pub struct Numbers(Section);

impl Numbers {
    /// Takes numbers.
    pub fn of(numbers: impl IntoIterator<Item = u32>) -> Numbers {
        let bytes: Vec<u8> = numbers.into_iter().flat_map(u32::to_le_bytes).collect();
        Numbers(bytes.into())
    }

    /// Takes a section, `None` unless every number in it is below `limit`.
    pub fn below(section: Section, limit: usize) -> Option<Numbers> {
        let numbers = Numbers(section);
        let whole = numbers.0.len().is_multiple_of(4);
        let fit = numbers.iter().all(|number| (number as usize) < limit);
        (whole && fit).then_some(numbers)
    }

    /// Returns the bytes for a section.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len() / 4
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns one of them.
    pub fn get(&self, at: usize) -> Option<u32> {
        let bytes = self.0.get(at.checked_mul(4)?..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    }

    /// Returns all in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u32> {
        self.slice(0, self.len())
    }

    fn slice(&self, start: usize, end: usize) -> impl ExactSizeIterator<Item = u32> {
        let bytes = self.0.get(4 * start..4 * end).unwrap_or_default();
        let (numbers, _) = bytes.as_chunks();
        numbers.iter().map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// Returns the position of the first number for which `before` does not
    /// hold; it holds for those before that and for none behind.
    pub fn partition_point(&self, before: impl Fn(u32) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle).is_some_and(&before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// Lists of numbers, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    // Where each list starts, and the end.
    starts: Numbers,
    numbers: Numbers,
}

impl Lists {
    /// Takes lists.
    pub fn of<List: AsRef<[u32]>>(lists: impl IntoIterator<Item = List>) -> Lists {
        let (mut starts, mut numbers) = (vec![0], Vec::new());
        for list in lists {
            numbers.extend_from_slice(list.as_ref());
            starts.push(numbers.len() as u32);
        }
        Lists {
            starts: Numbers::of(starts),
            numbers: Numbers::of(numbers),
        }
    }

    /// Takes two sections, `None` unless every number in the lists is below `limit`.
    pub fn below([starts, numbers]: [Section; 2], limit: usize) -> Option<Lists> {
        let numbers = Numbers::below(numbers, limit)?;
        let starts = Numbers::below(starts, numbers.len() + 1)?;
        Some(Lists { starts, numbers })
    }

    /// Returns the bytes for two sections.
    pub fn as_bytes(&self) -> [&[u8]; 2] {
        [self.starts.as_bytes(), self.numbers.as_bytes()]
    }

    /// Returns how many lists there are.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns one list; an empty one if there are not so many.
    pub fn get(&self, at: usize) -> impl ExactSizeIterator<Item = u32> {
        let start = self.starts.get(at).unwrap_or(0) as usize;
        let end = self.starts.get(at + 1).unwrap_or(0) as usize;
        self.numbers.slice(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_they_were_given() {
        let lists = Lists::of([vec![3, 1], vec![], vec![2]]);
        let read: Vec<Vec<u32>> = (0..4).map(|at| lists.get(at).collect()).collect();
        assert_eq!(read, [vec![3, 1], vec![], vec![2], vec![]]);
        assert_eq!(lists.len(), 3);
        assert_eq!(Lists::default().get(0).len(), 0);
    }

    #[test]
    fn numbers_beyond_the_limit_are_refused() {
        let bytes = Numbers::of([1, 2]).as_bytes().to_vec();
        assert!(Numbers::below(bytes.clone().into(), 3).is_some());
        assert!(Numbers::below(bytes.clone().into(), 2).is_none());
        assert!(Numbers::below(bytes[..7].to_vec().into(), 3).is_none());
    }
}
