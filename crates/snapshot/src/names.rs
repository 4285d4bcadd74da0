//! Names to ids: a hash table that is used as it stands in a file.

use crate::Section;

/// A table of hashes with open addressing.
///
/// Each slot is the upper half of a hash and an id plus one, four bytes each,
/// little-endian; zeros where it is free. Hashes are BLAKE3, so that no snapshot
/// can be made whose names collide.
#[derive(Debug, Default)]
pub struct Names {
    slots: Section,
}

const SLOT_BYTES: usize = 8;

/// The hash of a name.
#[derive(Clone, Copy, Debug)]
pub struct Hashed {
    mark: u32,
    start: u32,
}

/// Hashes the parts of a name.
pub fn hashed(parts: &[&[u8]]) -> Hashed {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    let hash = hasher.finalize();
    let number = |at: usize| {
        let bytes = [0, 1, 2, 3].map(|next| hash.as_bytes()[at + next]);
        u32::from_le_bytes(bytes)
    };
    Hashed {
        mark: number(0),
        start: number(4),
    }
}

impl Names {
    /// Gives each name its id. Where two are equal, the later one counts.
    pub fn of(names: impl Iterator<Item = (Hashed, u32)>) -> Names {
        let names: Vec<(Hashed, u32)> = names.collect();
        // At most three quarters are taken.
        let slots = (names.len() + names.len() / 3 + 1).next_power_of_two();
        let mut bytes = vec![0; slots * SLOT_BYTES];
        for (name, id) in names.into_iter().rev() {
            let mut at = name.start as usize % slots;
            while bytes[at * SLOT_BYTES + 4..][..4] != [0; 4] {
                at = (at + 1) % slots;
            }
            let slot = &mut bytes[at * SLOT_BYTES..][..SLOT_BYTES];
            slot[..4].copy_from_slice(&name.mark.to_le_bytes());
            slot[4..].copy_from_slice(&(id + 1).to_le_bytes());
        }
        Names {
            slots: bytes.into(),
        }
    }

    /// Takes a section of a file whose ids are below `limit`.
    pub fn from_section(slots: Section, limit: usize) -> Option<Names> {
        let (all, rest) = slots.as_chunks::<SLOT_BYTES>();
        let fits = |slot: &[u8; SLOT_BYTES]| {
            u32::from_le_bytes([4, 5, 6, 7].map(|at| slot[at])) as usize <= limit
        };
        let fit = rest.is_empty() && all.iter().all(fits);
        fit.then_some(Names { slots })
    }

    /// Returns the bytes for a section.
    pub fn as_bytes(&self) -> &[u8] {
        &self.slots
    }

    /// Returns the id with this name for which `is` holds.
    pub fn find(&self, name: Hashed, is: impl Fn(u32) -> bool) -> Option<u32> {
        let slots = self.slots.len() / SLOT_BYTES;
        let bytes: &[u8] = &self.slots;
        let mut at = (name.start as usize).checked_rem(slots)?;
        // No more steps than slots, whatever the file says.
        for _ in 0..slots {
            let slot = &bytes[at * SLOT_BYTES..][..SLOT_BYTES];
            let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|next| slot[at + next]));
            let id = number(4).checked_sub(1)?;
            if number(0) == name.mark && is(id) {
                return Some(id);
            }
            at = (at + 1) % slots;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(name: &str) -> Hashed {
        hashed(&[name.as_bytes()])
    }

    fn table(names: &[&str]) -> Names {
        let ids = 0..names.len() as u32;
        Names::of(names.iter().map(|name| hash(name)).zip(ids))
    }

    #[test]
    fn each_name_is_found_and_no_other() {
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        let table = table(&names);
        for (id, name) in names.iter().enumerate() {
            assert_eq!(
                table.find(hash(name), |found| names[found as usize] == *name),
                Some(id as u32)
            );
        }
        assert_eq!(table.find(hash("h"), |_| true), None);
        assert_eq!(Names::default().find(hash("a"), |_| true), None);
    }

    #[test]
    fn of_equal_names_the_later_counts() {
        let table = table(&["a", "b", "a"]);
        assert_eq!(table.find(hash("a"), |_| true), Some(2));
    }
}
