//! What leads to sets of roles, kept for questions that end at the same ones.
//!
//! Where nothing is said of chains and nothing looks at what sessions carry,
//! they depend on the roles at their end alone.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

/// So many bytes of sets are kept at most.
const BYTES: usize = 64 << 20;

/// Sets of more roles than this are not kept.
const ROLES: u64 = 4_096;

/// Chains that were searched, by the roles at their end.
#[derive(Debug, Default)]
pub(crate) struct Onward {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    known: FxHashMap<Ends, Arc<Steps>>,
    bytes: usize,
}

/// The roles, and in which plane chains are followed: strictly, and only sure ones.
type Ends = (Box<[u32]>, bool, bool);

/// The chains that lead to a set of roles.
#[derive(Debug)]
pub(crate) struct Steps {
    /// Hop by hop, the nearest first.
    pub steps: Vec<Step>,
    /// Whether no gap bears on them, once somebody asked.
    pub gapless: OnceLock<bool>,
}

/// Who is one hop farther away.
#[derive(Debug)]
pub(crate) struct Step {
    /// All who can make the call, also those who are nearer.
    pub starts: RoaringBitmap,
    /// The roles among them that are not nearer.
    pub roles: RoaringBitmap,
}

impl Onward {
    /// Returns the chains that lead to `roles`, from `search` if they are not known.
    pub fn of(
        &self,
        roles: &RoaringBitmap,
        (strict, sure): (bool, bool),
        search: impl FnOnce() -> Vec<Step>,
    ) -> Arc<Steps> {
        let found = || {
            Arc::new(Steps {
                steps: search(),
                gapless: OnceLock::new(),
            })
        };
        if roles.len() > ROLES {
            return found();
        }
        let ends: Ends = (roles.iter().collect(), strict, sure);
        let known = |kept: &Kept| kept.known.get(&ends).cloned();
        if let Some(known) = known(&self.kept.lock().unwrap_or_else(PoisonError::into_inner)) {
            return known;
        }
        let found = found();
        let bytes = found.bytes() + ends.0.len() * size_of::<u32>();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + bytes > BYTES {
            *kept = Kept::default();
        }
        kept.bytes += bytes;
        kept.known.insert(ends, found.clone());
        found
    }
}

impl Steps {
    fn bytes(&self) -> usize {
        let sizes = self.steps.iter().map(|step| {
            size_of::<Step>() + step.starts.serialized_size() + step.roles.serialized_size()
        });
        size_of::<Steps>() + sizes.sum::<usize>()
    }
}
