//! Templates read backwards: which value makes one match a text?

use super::{Flavour, Part, Template, Variable, compile, push_written};
use crate::Pattern;
use crate::pattern::Glyph;

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
    /// More values than are worth listing.
    TooMany,
    /// The template has no variable, or several.
    NotOneVariable,
}

/// How many values are listed.
const VALUES: usize = 1_000;

/// How many pairs of ends are tried.
const PAIRS: usize = 100_000;

impl Template {
    /// Returns the values of the only variable with which the template matches `text`.
    ///
    /// Lets an index look up whom `arn:aws:s3:::b/home/${aws:username}/*`
    /// is about, instead of asking each principal.
    pub fn solve(&self, flavour: Flavour, text: &str) -> Solutions {
        let mut variables = self
            .parts
            .iter()
            .enumerate()
            .filter_map(|(at, part)| match part {
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
        let equation = Equation::new(&self.parts, at, flavour, text);
        match equation.values() {
            Some(values) => Solutions::Values {
                values,
                absent: equation.absent(variable),
            },
            None => Solutions::TooMany,
        }
    }
}

/// A text, and what stands before and behind the variable.
struct Equation<'a> {
    before: Vec<Glyph>,
    behind: Vec<Glyph>,
    flavour: Flavour,
    text: &'a str,
}

impl<'a> Equation<'a> {
    fn new(parts: &[Part], variable: usize, flavour: Flavour, text: &'a str) -> Equation<'a> {
        let glyphs = |parts: &[Part]| {
            let mut glyphs = Vec::new();
            for part in parts {
                push_written(&mut glyphs, part, flavour);
            }
            glyphs
        };
        Equation {
            before: glyphs(&parts[..variable]),
            behind: glyphs(&parts[variable + 1..]),
            flavour,
            text,
        }
    }

    fn matches(&self, value: &str) -> bool {
        let mut glyphs = self.before.clone();
        glyphs.extend(value.chars().map(Glyph::Literal));
        glyphs.extend_from_slice(&self.behind);
        compile(&glyphs, self.flavour).is_some_and(|pattern| pattern.matches(self.text))
    }

    fn absent(&self, variable: &Variable) -> bool {
        variable
            .default
            .as_deref()
            .is_some_and(|default| self.matches(default))
    }

    /// Returns all values with which the text matches, `None` if they are too many.
    fn values(&self) -> Option<Vec<String>> {
        let starts = self.starts();
        let ends = self.ends();
        let mut values = std::collections::BTreeSet::new();
        let mut pairs = 0;
        for start in starts {
            let from = ends.partition_point(|end| *end <= start);
            for end in &ends[from..] {
                pairs += 1;
                if pairs > PAIRS {
                    return None;
                }
                let value = &self.text[start..*end];
                if !values.contains(value) && self.matches(value) {
                    values.insert(value);
                    if values.len() > VALUES {
                        return None;
                    }
                }
            }
        }
        Some(values.into_iter().map(str::to_owned).collect())
    }

    /// Returns where the variable may start: the text before matches.
    fn starts(&self) -> Vec<usize> {
        let before = Pattern::from_glob_glyphs(&self.before);
        self.bounds()
            .filter(|at| before.matches(&self.text[..*at]))
            .collect()
    }

    /// Returns where the variable may end: the text behind matches.
    fn ends(&self) -> Vec<usize> {
        let behind = Pattern::from_glob_glyphs(&self.behind);
        self.bounds()
            .filter(|at| behind.matches(&self.text[*at..]))
            .collect()
    }

    fn bounds(&self) -> impl Iterator<Item = usize> {
        let text = self.text;
        text.char_indices().map(|(at, _)| at).chain([text.len()])
    }
}
