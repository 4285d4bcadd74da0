//! What AWS's services know: actions, resource types, condition keys.
//!
//! One table of facts for every service, read from the data that is embedded
//! in the program (`data/catalogue.tsv.zst`; `tools/catalogue/generate.py`
//! writes it). Start at [`catalogue`]. Lists that AWS publishes as prose, such
//! as the services under resource control policies, are in [`facts`].
//!
//! Source: Service Authorization Reference, by way of the packages that
//! [`Catalogue::source`] names.

mod access_level;
mod arn_form;
mod condition_key;
pub mod facts;
mod load;
mod matching;
mod source;
mod suggest;

use std::ops::Range;
use std::sync::OnceLock;

pub use access_level::{AccessLevel, NotAnAccessLevel};
pub use arn_form::ArnForm;
pub use condition_key::{KeyCarriage, KeyCategory, KeyEntry, KeyType};
pub use load::CatalogueError;
pub use source::{Package, Provenance};

/// The compressed table, as the generator wrote it.
const EMBEDDED: &[u8] = include_bytes!("../../data/catalogue.tsv.zst");

/// Returns the catalogue that is embedded in this program.
///
/// Read on the first call (some milliseconds), the same one from then on.
pub fn catalogue() -> &'static Catalogue {
    static LOADED: OnceLock<Catalogue> = OnceLock::new();
    LOADED.get_or_init(|| {
        Catalogue::read(EMBEDDED).expect("the embedded catalogue is read by every test run")
    })
}

/// An action, numbered densely in the order of service prefix and name.
///
/// The actions of one service are therefore one range of numbers. Numbers
/// belong to one [`Catalogue`]; never keep them on disk without its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub u32);

/// A resource type of a service, such as `bucket` of `s3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceTypeId(pub u32);

/// The number of a condition key inside its catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct KeyId(u16);

/// Every service that AWS documents, with actions, resource types and condition keys.
#[derive(Debug)]
pub struct Catalogue {
    source: Provenance,
    // INVARIANT: sorted by prefix; `service` binary-searches.
    services: Vec<Service>,
    // INVARIANT: sorted by (prefix, name without case); ids are positions.
    actions: Vec<Action>,
    // INVARIANT: sorted by (prefix, name without case); ids are positions.
    resource_types: Vec<ResourceType>,
    // INVARIANT: sorted by lower-case prefix form; ids are positions.
    keys: Vec<KeyEntry>,
    // The keys with a placeholder, which an exact search cannot find.
    key_templates: Vec<KeyId>,
    action_resources: Vec<ActionResource>,
    dependents: Vec<ActionId>,
    key_lists: Vec<KeyId>,
    actions_of_types: Vec<ActionId>,
    // INVARIANT: sorted; the service part of an ARN form, then its type.
    arn_services: Vec<(&'static str, ResourceTypeId)>,
}

/// One service of AWS.
#[derive(Debug)]
pub struct Service {
    /// The prefix of its actions, such as `s3`; always lower case.
    pub prefix: &'static str,
    /// AWS's name for it, such as `Amazon S3`.
    pub name: &'static str,
    actions: Range<u32>,
    resource_types: Range<u32>,
}

impl Service {
    /// Returns its actions, ascending.
    pub fn actions(&self) -> impl ExactSizeIterator<Item = ActionId> + use<> {
        self.actions.clone().map(ActionId)
    }

    /// Returns the numbers of its actions, for set operations.
    pub fn action_range(&self) -> Range<u32> {
        self.actions.clone()
    }

    /// Returns its resource types, ascending.
    pub fn resource_types(&self) -> impl ExactSizeIterator<Item = ResourceTypeId> + use<> {
        self.resource_types.clone().map(ResourceTypeId)
    }
}

#[derive(Debug)]
struct Action {
    name: &'static str,
    level: AccessLevel,
    service: u16,
    keys: Span,
    resources: Span,
    dependents: Span,
}

/// A resource type that an action uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionResource {
    /// The type, always of the action's own service.
    pub resource_type: ResourceTypeId,
    /// Whether AWS marks it as required. If no type of an action is, a call
    /// names one of them; even of several required ones some are alternatives
    /// in truth, such as table and stream of `dynamodb:PutResourcePolicy` (R55).
    pub required: bool,
    keys: Span,
}

/// A kind of resource that policies can name.
#[derive(Debug)]
pub struct ResourceType {
    /// The prefix of the service whose actions use it.
    pub service: &'static str,
    /// AWS's name for it, such as `bucket`; some have blanks or slashes.
    pub name: &'static str,
    forms: Box<[ArnForm]>,
    keys: Span,
    actions: Span,
}

impl ResourceType {
    /// Returns the forms of its ARNs, such as `arn:${Partition}:s3:::${BucketName}`.
    pub fn arn_forms(&self) -> &[ArnForm] {
        &self.forms
    }
}

/// A run inside one of the catalogue's shared lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    start: u32,
    len: u32,
}

impl Span {
    fn of<T>(self, list: &[T]) -> &[T] {
        let start = self.start as usize;
        &list[start..start + self.len as usize]
    }
}

/// Methods that take an [`ActionId`] or [`ResourceTypeId`] panic on one that
/// comes from a larger catalogue.
impl Catalogue {
    /// Returns the number of actions.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Returns whether there is no action.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Returns where the facts come from and how many there are.
    pub fn source(&self) -> &Provenance {
        &self.source
    }

    /// Returns all services in the order of their prefixes.
    pub fn services(&self) -> impl ExactSizeIterator<Item = &Service> {
        self.services.iter()
    }

    /// Returns the service with this prefix, in any case.
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let prefix = prefix.to_ascii_lowercase();
        let found = self.services.binary_search_by(|s| s.prefix.cmp(&prefix));
        found.ok().map(|at| &self.services[at])
    }

    /// Returns all actions, ascending.
    pub fn actions(&self) -> impl ExactSizeIterator<Item = ActionId> + use<> {
        let count = u32::try_from(self.actions.len()).expect("`Catalogue::read` counts in u32");
        (0..count).map(ActionId)
    }

    /// Returns the action of this name, such as `s3:GetObject`, in any case (R40).
    pub fn action(&self, text: &str) -> Option<ActionId> {
        let (prefix, _) = text.split_once(':')?;
        let service = self.service(prefix)?;
        let wanted = text.to_ascii_lowercase();
        let at = self.first_from(&service.actions, wanted.as_bytes());
        let found = service.actions.contains(&at) && self.lower_name_is(at, &wanted);
        found.then_some(ActionId(at))
    }

    /// Returns the action's name as AWS spells it, such as `s3:GetObject`.
    pub fn name(&self, action: ActionId) -> &'static str {
        self.get(action).name
    }

    /// Returns the prefix of the action's service, such as `s3`.
    pub fn service_of(&self, action: ActionId) -> &'static str {
        self.services[usize::from(self.get(action).service)].prefix
    }

    /// Returns the action's access level.
    ///
    /// [`AccessLevel::PermissionsManagement`] if either source says so, so it
    /// may be one that AWS has since come to call a plain write.
    pub fn level(&self, action: ActionId) -> AccessLevel {
        self.get(action).level
    }

    /// Returns the resource types that the action uses.
    ///
    /// Empty for actions without resource-level permissions: their request is
    /// for the text `*` (R53).
    pub fn resource_types(&self, action: ActionId) -> &[ActionResource] {
        self.get(action).resources.of(&self.action_resources)
    }

    /// Returns the actions that a caller usually needs besides this one.
    ///
    /// Such as `iam:PassRole` for `lambda:CreateFunction`. AWS documents them
    /// as possibly needed; whether a call needs them depends on its parameters.
    pub fn dependents(&self, action: ActionId) -> &[ActionId] {
        self.get(action).dependents.of(&self.dependents)
    }

    /// Returns the facts of a resource type.
    pub fn resource_type(&self, id: ResourceTypeId) -> &ResourceType {
        &self.resource_types[id.0 as usize]
    }

    /// Returns the resource type that the service calls `name`, both in any case.
    pub fn resource_type_named(&self, service: &str, name: &str) -> Option<ResourceTypeId> {
        let mut types = self.service(service)?.resource_types();
        types.find(|id| self.resource_type(*id).name.eq_ignore_ascii_case(name))
    }

    /// Returns the actions that use the resource type, ascending.
    pub fn actions_of_type(&self, id: ResourceTypeId) -> &[ActionId] {
        self.resource_type(id).actions.of(&self.actions_of_types)
    }

    fn get(&self, action: ActionId) -> &Action {
        &self.actions[action.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_loaded_once() {
        assert!(std::ptr::eq(catalogue(), catalogue()));
    }

    #[test]
    fn actions_are_sorted_by_service_and_name_so_that_a_service_is_one_range() {
        let catalogue = catalogue();
        let keys: Vec<(&str, String)> = catalogue
            .actions()
            .map(|a| {
                let name = catalogue.name(a).to_ascii_lowercase();
                (catalogue.service_of(a), name)
            })
            .collect();
        assert!(keys.is_sorted_by(|a, b| a < b));
        let mut next = 0;
        for service in catalogue.services() {
            assert_eq!(service.action_range().start, next, "{}", service.prefix);
            next = service.action_range().end;
        }
        assert_eq!(next as usize, catalogue.len());
    }

    #[test]
    fn every_action_is_found_by_its_name_in_any_case() {
        let catalogue = catalogue();
        for action in catalogue.actions() {
            let name = catalogue.name(action);
            assert_eq!(catalogue.action(name), Some(action));
            assert_eq!(catalogue.action(&name.to_uppercase()), Some(action));
        }
    }

    #[test]
    fn a_name_is_taken_as_it_stands() {
        for text in [
            "",
            ":",
            "s3",
            "s3:",
            "s3:Get*",
            " s3:GetObject",
            "s3: GetObject",
            "s3:GetObject ",
            "s3:GetObjec",
            "s3:GetObjects3",
            "nosuch:GetObject",
            "GetObject",
            "s3:zzzz",
            "s3:\u{212a}",
        ] {
            assert_eq!(catalogue().action(text), None, "{text:?}");
        }
    }

    #[test]
    fn actions_of_a_type_are_those_that_list_it() {
        let catalogue = catalogue();
        let mut pairs = 0;
        for service in catalogue.services() {
            for id in service.resource_types() {
                let actions = catalogue.actions_of_type(id);
                assert!(actions.is_sorted_by(|a, b| a < b));
                pairs += actions.len();
                for action in actions {
                    let types = catalogue.resource_types(*action);
                    assert!(types.iter().any(|t| t.resource_type == id));
                }
            }
        }
        assert_eq!(pairs, catalogue.action_resources.len());
    }
}
