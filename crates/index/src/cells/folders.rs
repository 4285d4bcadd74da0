//! Cuts that nest: folders and single texts.
//!
//! Of two of them either one holds the other or they have nothing in common,
//! and none of them is filled by those inside it. So what they cut is known
//! without a search, and in time that grows with their number only.

use whocan_policy::{Pattern, Region};

/// A part, and the numbers of the cuts that cover it, ascending.
pub(super) type Nested = (Region, Vec<u32>);

/// Returns whether a pattern is a folder or a single text.
pub(super) fn nests(pattern: &Pattern) -> bool {
    pattern.literal().is_some() || pattern.is_folder()
}

/// Returns the parts that `cuts` make of a folder that holds all of them, in
/// the order that cutting one by one would give.
///
/// INVARIANT: `cuts` nest, each with its number, which ascend.
pub(super) fn parts(folder: &Pattern, cuts: &[(u32, &Pattern)]) -> Vec<Nested> {
    let tree = Tree::of(cuts);
    let mut parts: Vec<Nested> = Vec::with_capacity(cuts.len() + 1);
    parts.push((region(folder, &tree.outermost, cuts), Vec::new()));
    for (at, (_, cut)) in cuts.iter().enumerate() {
        let inside = tree.around(at).map(|at| cuts[at].0);
        let mut inside: Vec<u32> = inside.collect();
        inside.sort_unstable();
        parts.push((region(cut, &tree.directly_in[at], cuts), inside));
    }
    parts.sort_by(|(_, one), (_, other)| order(one, other));
    parts
}

/// What each cut lies in.
struct Tree {
    parent: Vec<Option<usize>>,
    directly_in: Vec<Vec<usize>>,
    outermost: Vec<usize>,
}

impl Tree {
    fn of(cuts: &[(u32, &Pattern)]) -> Tree {
        // By their texts, so that what lies in a folder follows it directly.
        let mut order: Vec<usize> = (0..cuts.len()).collect();
        order.sort_by_key(|&at| {
            let cut = cuts[at].1;
            (start(cut), cut.literal().is_some())
        });
        let mut tree = Tree {
            parent: vec![None; cuts.len()],
            directly_in: vec![Vec::new(); cuts.len()],
            outermost: Vec::new(),
        };
        let mut open: Vec<usize> = Vec::new();
        for at in order {
            let holds = |folder: &usize| {
                let folder = cuts[*folder].1;
                folder.literal().is_none() && start(cuts[at].1).starts_with(start(folder))
            };
            while open.last().is_some_and(|last| !holds(last)) {
                open.pop();
            }
            tree.parent[at] = open.last().copied();
            open.push(at);
        }
        // In the order of the cuts.
        for at in 0..cuts.len() {
            match tree.parent[at] {
                Some(parent) => tree.directly_in[parent].push(at),
                None => tree.outermost.push(at),
            }
        }
        tree
    }

    // The cut itself and all that hold it.
    fn around(&self, at: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(at), |&at| self.parent[at])
    }
}

fn start(pattern: &Pattern) -> &str {
    pattern.literal().unwrap_or_else(|| pattern.prefix())
}

fn region(cut: &Pattern, inside: &[usize], cuts: &[(u32, &Pattern)]) -> Region {
    let except = inside.iter().map(|&at| cuts[at].1.clone());
    Region {
        within: vec![cut.clone()],
        except: except.collect(),
    }
}

// Of two parts that which the first cut covers that tells them apart.
fn order(one: &[u32], other: &[u32]) -> std::cmp::Ordering {
    let apart = one.iter().zip(other).find(|(one, other)| one != other);
    match apart {
        Some((one, other)) => one.cmp(other),
        None => other.len().cmp(&one.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(folder: &str, cuts: &[&str]) -> Vec<String> {
        let mut cuts: Vec<Pattern> = cuts.iter().map(|text| pattern(text)).collect();
        cuts.sort();
        let numbered: Vec<(u32, &Pattern)> = (0..).zip(&cuts).collect();
        let parts = parts(&pattern(folder), &numbered).into_iter();
        let told = parts.map(|(region, _)| {
            let except = region.except.iter().map(|one| format!(" but {one}"));
            format!("{}{}", region.within[0], except.collect::<String>())
        });
        told.collect()
    }

    fn pattern(text: &str) -> Pattern {
        Pattern::glob(text)
    }

    #[test]
    fn folders_in_folders_are_cut_out_of_them() {
        let parts = told("b/*", &["b/x/*", "b/x/y/*", "b/x/y/one", "b/z"]);
        let expected = [
            "b/x/y/one",
            "b/x/y/* but b/x/y/one",
            "b/x/* but b/x/y/*",
            "b/z",
            "b/* but b/x/* but b/z",
        ];
        assert_eq!(parts, expected);
    }

    #[test]
    fn a_folder_holds_the_text_that_it_starts_with() {
        assert_eq!(
            told("b/*", &["b/x", "b/x*"]),
            ["b/x", "b/x* but b/x", "b/* but b/x*"]
        );
    }
}
