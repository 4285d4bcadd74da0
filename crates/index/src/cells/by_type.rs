//! Types of resources that carry different keys (R100), and the cells they cut.
//!
//! A key that only some types of an action's resources list is absent on the
//! others, so a statement that looks at it may decide otherwise there. Mostly
//! it does not: then the cells are put together again, as if nothing had cut them.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use whocan_policy::catalogue::{KeyCarriage, ResourceTypeId, catalogue};
use whocan_policy::{KeyName, Pattern, Statement};

use super::{Whose, wildcards};
use crate::Cell;
use crate::scene::statement_keys;

/// The keys that statements look at and that types of resources can list.
pub(super) struct KeysByType {
    // How the keys of the action's own service begin.
    of_service: String,
    // Each, in lower case, with those on whom the statements bear.
    keys: BTreeMap<String, Whose>,
}

impl KeysByType {
    /// Looks for keys that matter to the action.
    pub fn new(action: &str) -> KeysByType {
        let service = action.split(':').next().unwrap_or_default();
        KeysByType {
            of_service: format!("{}:", service.to_lowercase()),
            keys: BTreeMap::new(),
        }
    }

    /// Returns whether no statement looks at any.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Notes the keys of a statement that bears on its holders, or on everybody.
    pub fn note(&mut self, statement: &Statement, holders: Option<&RoaringBitmap>) {
        let by_type = |key: &&KeyName| {
            let name = key.as_lower();
            name.starts_with(&self.of_service) || name.contains(":resourcetag/")
        };
        let keys: Vec<&KeyName> = statement_keys(statement)
            .into_iter()
            .filter(by_type)
            .collect();
        for key in keys {
            match self.keys.get_mut(key.as_lower()) {
                Some(whose) => whose.join_holders(holders),
                None => drop(
                    self.keys
                        .insert(key.as_lower().to_owned(), Whose::of(holders)),
                ),
            }
        }
    }

    /// Returns the forms within `asked` of types that carry other keys than
    /// resources of no type, each with those whose answers this can tell apart.
    ///
    /// And the forms that overlap one of these: what fits both is of one type only.
    pub fn forms(&self, action: &str, asked: &Pattern) -> Vec<(Pattern, Whose)> {
        let service = action.split(':').next().unwrap_or_default();
        let Some(service) = catalogue().service(service) else {
            return Vec::new();
        };
        let types = service.resource_types();
        let each = types.map(|id| (id, self.told_apart(action, id)));
        let each: Vec<(ResourceTypeId, Option<Whose>)> = each.collect();
        if each.iter().all(|(_, whose)| whose.is_none()) {
            return Vec::new();
        }
        // Part by part: what a wildcard covers across parts is no ARN of the type.
        let by_parts = Pattern::arn(&asked.to_string());
        let asked = by_parts.as_ref().unwrap_or(asked);
        let (mut apart, mut alike) = (Vec::new(), Vec::new());
        for (id, whose) in each {
            let texts = catalogue().resource_type(id).arn_forms().iter();
            let forms = texts.map(|form| Pattern::form(&wildcards(form.as_str())));
            for form in forms.filter(|form| form.overlaps(asked)) {
                match &whose {
                    Some(whose) => apart.push((form, whose.clone())),
                    None => alike.push(form),
                }
            }
        }
        let nested = alike.into_iter().filter_map(|form| {
            let around = apart.iter().filter(|(other, _)| other.overlaps(&form));
            let whose = around
                .map(|(_, whose)| whose.clone())
                .reduce(Whose::joined)?;
            Some((form, whose))
        });
        let nested: Vec<(Pattern, Whose)> = nested.collect();
        apart.extend(nested);
        apart
    }

    // Whose statements look at a key that the type carries otherwise than what
    // is of no type.
    fn told_apart(&self, action: &str, id: ResourceTypeId) -> Option<Whose> {
        let action = catalogue().action(action)?;
        let differs = |key: &str| -> bool {
            let on_type: KeyCarriage = catalogue().carries_key_on(action, &[id], key);
            on_type != catalogue().carries_key(action, key)
        };
        let differing = self.keys.iter().filter(|(key, _)| differs(key));
        differing
            .map(|(_, whose)| whose.clone())
            .reduce(Whose::joined)
    }
}

/// Returns the parts of a cell that only types cut; the cell where all of them have one answer.
pub(super) fn told_apart(whole: Cell, parts: Vec<Cell>) -> Vec<Cell> {
    let Some((first, rest)) = parts.split_first() else {
        return vec![whole];
    };
    let alike = |cell: &Cell| !cell.too_complex && cell.verdicts == first.verdicts;
    if !first.too_complex && rest.iter().all(alike) {
        let verdicts = first.verdicts.clone();
        return vec![Cell { verdicts, ..whole }];
    }
    let parts = parts.into_iter().map(|cell| Cell {
        part_of: Some(whole.region.clone()),
        ..cell
    });
    parts.collect()
}
