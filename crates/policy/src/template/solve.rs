//! Templates read backwards: which value makes one match a text?

use std::collections::BTreeSet;

use super::{Flavour, Part, Template, Variable, compile, push_literal, push_written};
use crate::Pattern;
use crate::pattern::{ARN_COLONS, Glyph};

/// The values of a template's one variable with which it matches a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Solutions {
    /// Exactly these.
    Values {
        /// Sorted, unique, none of them empty.
        values: Vec<String>,
        /// Whether it also matches where the variable has no value, by its default.
        absent: bool,
    },
    /// More values than are worth listing, or more work than they are worth.
    TooMany,
    /// The template has no variable, or several.
    NotOneVariable,
}

/// How many values are listed.
const VALUES: usize = 1_000;

/// How many pairs of a start and an end are tried.
const PAIRS: usize = 100_000;

/// How many steps each search for starts or ends may take.
const STEPS: usize = 1_000_000;

impl Template {
    /// Returns the values of the only variable with which the template matches `text`.
    ///
    /// Lets an index look up whom `arn:aws:s3:::b/home/${aws:username}/*`
    /// is about, instead of asking each principal.
    pub fn solve(&self, flavour: Flavour, text: &str) -> Solutions {
        let mut variables = (self.parts.iter().enumerate()).filter_map(|(at, part)| match part {
            Part::Variable(variable) => Some((at, variable)),
            _ => None,
        });
        let (Some((at, variable)), None) = (variables.next(), variables.next()) else {
            return Solutions::NotOneVariable;
        };
        if flavour == Flavour::Resource && self.has_misplaced_variable() {
            return Solutions::Values {
                values: Vec::new(),
                absent: false,
            };
        }
        let before = written(&self.parts[..at], flavour);
        let equation = Equation {
            colons: colons_in(&before),
            before,
            behind: written(&self.parts[at + 1..], flavour),
            flavour,
            text,
        };
        match equation.values() {
            Some(values) => Solutions::Values {
                values,
                absent: equation.matches_by_default(variable),
            },
            None => Solutions::TooMany,
        }
    }
}

fn written(parts: &[Part], flavour: Flavour) -> Vec<Glyph> {
    let mut glyphs = Vec::new();
    for part in parts {
        push_written(&mut glyphs, part, flavour);
    }
    glyphs
}

/// A text, and what the template writes before and behind the variable.
struct Equation<'a> {
    before: Vec<Glyph>,
    behind: Vec<Glyph>,
    flavour: Flavour,
    text: &'a str,
    // How many colons stand before the variable.
    colons: usize,
}

impl Equation<'_> {
    fn matches_by_default(&self, variable: &Variable) -> bool {
        let Some(default) = &variable.default else {
            return false;
        };
        let mut glyphs = self.before.clone();
        push_literal(&mut glyphs, default);
        glyphs.extend_from_slice(&self.behind);
        compile(&glyphs, self.flavour).is_some_and(|pattern| pattern.matches(self.text))
    }

    /// Returns all values with which the text matches, `None` if they are too many.
    fn values(&self) -> Option<Vec<String>> {
        let starts = self
            .read(&self.before, 0)
            .covered_starts(self.text, STEPS)?;
        let colons = Colons::of(self.text);
        let mut values = BTreeSet::new();
        let mut pairs = 0;
        for passed in self.colons_passed() {
            let behind = self.read(&self.behind, passed);
            let ends = behind.covered_ends(self.text, STEPS)?;
            for start in &starts {
                for end in ends.iter().take_while(|end| *end > start) {
                    pairs += 1;
                    if pairs > PAIRS || values.len() > VALUES {
                        return None;
                    }
                    if self.passes(colons.between(*start, *end), passed) {
                        values.insert(&self.text[*start..*end]);
                    }
                }
            }
        }
        let most = values.len() <= VALUES;
        most.then(|| values.into_iter().map(str::to_owned).collect())
    }

    /// Reads a part of the template that stands behind `passed` colons.
    fn read(&self, glyphs: &[Glyph], passed: usize) -> Pattern {
        match self.flavour {
            Flavour::Arn => Pattern::from_arn_end(glyphs, passed),
            // In `Resource` the variable stands behind the fifth colon.
            Flavour::Resource if passed == 0 => Pattern::from_resource_glyphs(glyphs),
            Flavour::Exact | Flavour::Glob | Flavour::Resource => Pattern::from_glob_glyphs(glyphs),
        }
    }

    /// Returns how many colons, five or more being the same, may stand before
    /// what follows the variable.
    ///
    /// In an ARN pattern they decide what the wildcards there may cover.
    fn colons_passed(&self) -> std::ops::RangeInclusive<usize> {
        let least = match self.flavour {
            // With fewer colons altogether it would be no ARN.
            Flavour::Arn => {
                let missing = ARN_COLONS.saturating_sub(colons_in(&self.behind));
                missing.max(self.colons).min(ARN_COLONS)
            }
            Flavour::Exact | Flavour::Glob | Flavour::Resource => ARN_COLONS,
        };
        least..=ARN_COLONS
    }

    /// Returns whether a value with `colons` colons makes it `passed`.
    fn passes(&self, colons: usize, passed: usize) -> bool {
        self.flavour != Flavour::Arn || (self.colons + colons).min(ARN_COLONS) == passed
    }
}

fn colons_in(glyphs: &[Glyph]) -> usize {
    let colon = |glyph: &&Glyph| **glyph == Glyph::Literal(':');
    glyphs.iter().filter(colon).count()
}

/// How many colons a text has before each byte.
struct Colons(Vec<usize>);

impl Colons {
    fn of(text: &str) -> Colons {
        let mut before = 0;
        let counts = text.bytes().map(|byte| {
            before += usize::from(byte == b':');
            before
        });
        Colons(std::iter::once(0).chain(counts).collect())
    }

    fn between(&self, start: usize, end: usize) -> usize {
        self.0[end] - self.0[start]
    }
}
