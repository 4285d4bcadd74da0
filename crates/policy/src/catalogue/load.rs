//! Reading the catalogue's table.
//!
//! `tools/catalogue/generate.py` describes the lines. Everything that a binary
//! search or an index later leans on is checked here, so a damaged file is an
//! error with a line number and never a wrong answer.

use std::io::{self, Read};
use std::str::FromStr;

use rustc_hash::FxHashMap;

use super::matching::LONGEST_NAME;
use super::{
    AccessLevel, Action, ActionId, ActionResource, ArnForm, Catalogue, KeyCategory, KeyEntry,
    KeyId, KeyType, Package, Provenance, ResourceType, ResourceTypeId, Service, Span,
};

/// The first line of a table that this program reads.
const FIRST_LINE: &str = "whocan-catalogue\t1";
/// No catalogue is nearly as long; more is not read.
const MAX_BYTES: u64 = 64 << 20;

/// A catalogue that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The bytes are not one zstd frame of text.
    #[error("the catalogue cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// A line says something that it should not.
    #[error("line {line} of the catalogue: {problem}")]
    Line {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it and what was expected.
        problem: String,
    },
    /// The table does not say how much there should be.
    #[error("the catalogue does not count its {what}")]
    Uncounted {
        /// What should be counted, such as `actions`.
        what: &'static str,
    },
    /// The table is not complete.
    #[error("the catalogue should have {expected} {what} and has {found}")]
    Count {
        /// What is counted, such as `actions`.
        what: &'static str,
        /// The number that the table says.
        expected: u32,
        /// The number of lines found.
        found: usize,
    },
}

impl Catalogue {
    /// Reads a compressed table.
    ///
    /// Its text stays in memory until the program ends: read each one once.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] if it is not a catalogue, is of another format
    /// version, or is damaged.
    pub fn read(compressed: &[u8]) -> Result<Catalogue, CatalogueError> {
        let mut text = String::new();
        let decoder = zstd::stream::read::Decoder::new(compressed)?;
        decoder.take(MAX_BYTES).read_to_string(&mut text)?;
        text.shrink_to_fit();
        Catalogue::parse(text.leak())
    }

    fn parse(text: &'static str) -> Result<Catalogue, CatalogueError> {
        let mut table = Table::default();
        let mut lines = text.lines().zip(1..);
        if lines.next().map(|(first, _)| first) != Some(FIRST_LINE) {
            let problem = format!("expected `{}`", FIRST_LINE.replace('\t', " "));
            return Err(CatalogueError::Line { line: 1, problem });
        }
        for (text, line) in lines {
            let read = table.line(text, line);
            read.map_err(|Wrong(problem)| CatalogueError::Line { line, problem })?;
        }
        table.finish()
    }
}

/// What is wrong with one line.
struct Wrong(String);

impl Wrong {
    fn new(what: &str, text: &str) -> Wrong {
        Wrong(format!("{what} `{text}`"))
    }
}

/// The catalogue while its lines are read.
#[derive(Default)]
struct Table {
    packages: Vec<Package>,
    counts: Vec<(&'static str, u32)>,
    global_keys: Vec<KeyEntry>,
    keys: Vec<KeyEntry>,
    /// Keys by (service prefix, rest), in AWS's spelling.
    key_ids: FxHashMap<(&'static str, &'static str), KeyId>,
    key_lines: usize,
    keys_are_complete: bool,
    services: Vec<Service>,
    resource_types: Vec<ResourceType>,
    /// The types of the current service by name.
    type_ids: FxHashMap<&'static str, ResourceTypeId>,
    actions: Vec<Action>,
    action_resources: Vec<ActionResource>,
    key_lists: Vec<KeyId>,
    /// Dependent actions may stand further down, so they are looked up last.
    dependents: Vec<(&'static str, usize)>,
}

impl Table {
    fn line(&mut self, text: &'static str, line: usize) -> Result<(), Wrong> {
        let (kind, rest) = text.split_once('\t').unwrap_or((text, ""));
        match kind {
            "P" => self.package(fields(rest)?),
            "C" => self.count(fields(rest)?),
            "G" => self.global_key(fields(rest)?),
            "K" => self.key(fields(rest)?),
            "S" => self.service(fields(rest)?),
            "T" => self.resource_type(fields(rest)?),
            "A" => self.action(fields(rest)?, line),
            _ => Err(Wrong::new("unknown kind of line", kind)),
        }
    }

    fn package(&mut self, fields: [&'static str; 6]) -> Result<(), Wrong> {
        let [registry, name, version, licence, date, sha256] = fields;
        self.packages.push(Package {
            registry,
            name,
            version,
            licence,
            date,
            sha256,
        });
        Ok(())
    }

    fn count(&mut self, [what, number]: [&'static str; 2]) -> Result<(), Wrong> {
        let number = u32::from_str(number).map_err(|_| Wrong::new("not a count:", number))?;
        self.counts.push((what, number));
        Ok(())
    }

    fn global_key(&mut self, [name, category, kind]: [&'static str; 3]) -> Result<(), Wrong> {
        let unknown = || Wrong::new("unknown key category", category);
        let category = KeyCategory::parse(category).ok_or_else(unknown)?;
        let entry = KeyEntry::new(name, key_type(kind)?, Some(category));
        self.global_keys.push(entry);
        Ok(())
    }

    fn key(&mut self, [name, kind]: [&'static str; 2]) -> Result<(), Wrong> {
        if self.keys_are_complete {
            return Err(Wrong::new("a key behind the first service:", name));
        }
        if !name.contains(':') {
            return Err(Wrong::new("no prefix in key", name));
        }
        let mut entry = KeyEntry::new(name, key_type(kind)?, None);
        if let Some(at) = self.global_keys.iter().position(|g| g.same_family(&entry)) {
            entry.global = self.global_keys.swap_remove(at).global;
        }
        self.key_lines += 1;
        self.keys.push(entry);
        Ok(())
    }

    /// Sorts and numbers the keys, now that all are known.
    fn complete_keys(&mut self) -> Result<(), Wrong> {
        if self.keys_are_complete {
            return Ok(());
        }
        self.keys_are_complete = true;
        self.keys.append(&mut self.global_keys);
        self.keys.sort_by(|a, b| a.order().cmp(&b.order()));
        // One less than 16 bits can number, so that counting never overflows.
        if self.keys.len() > usize::from(u16::MAX) {
            return Err(Wrong("more than 65,535 keys".to_owned()));
        }
        for (entry, id) in self.keys.iter().zip(0..) {
            let split = entry.name.split_once(':');
            let parts = split.ok_or_else(|| Wrong::new("no prefix in key", entry.name))?;
            if self.key_ids.insert(parts, KeyId(id)).is_some() {
                return Err(Wrong::new("two keys", entry.name));
            }
        }
        Ok(())
    }

    fn service(&mut self, [prefix, name]: [&'static str; 2]) -> Result<(), Wrong> {
        self.complete_keys()?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if prefix.is_empty() || !prefix.bytes().all(plain) {
            return Err(Wrong::new("not a service prefix:", prefix));
        }
        if self
            .services
            .last()
            .is_some_and(|last| last.prefix >= prefix)
        {
            return Err(Wrong::new("out of order: service", prefix));
        }
        self.type_ids.clear();
        let (actions, types) = (number(&self.actions)?, number(&self.resource_types)?);
        self.services.push(Service {
            prefix,
            name,
            actions: actions..actions,
            resource_types: types..types,
        });
        Ok(())
    }

    fn resource_type(&mut self, [name, forms, keys]: [&'static str; 3]) -> Result<(), Wrong> {
        let service = self.current_service()?.prefix;
        let first = self.type_ids.is_empty();
        let last = self.resource_types.last().map_or("", |last| last.name);
        in_order(name, last, first)?;
        if !forms.split(',').all(|form| form.split(':').count() >= 6) {
            return Err(Wrong::new("not ARN forms:", forms));
        }
        let keys = self.key_list(service, keys)?;
        let id = ResourceTypeId(number(&self.resource_types)?);
        self.resource_types.push(ResourceType {
            service,
            name,
            forms: forms.split(',').map(ArnForm::new).collect(),
            keys,
            actions: Span::default(),
        });
        self.type_ids.insert(name, id);
        self.current_service()?.resource_types.end = id.0 + 1;
        Ok(())
    }

    fn action(&mut self, fields: [&'static str; 5], line: usize) -> Result<(), Wrong> {
        let [name, level, keys, resources, dependents] = fields;
        let level = access_level(level)?;
        let service = self.current_service()?;
        let (prefix, first) = (service.prefix, service.actions.is_empty());
        let of_service = name
            .split_once(':')
            .is_some_and(|(p, n)| p == prefix && !n.is_empty());
        if !of_service || !name.is_ascii() || name.len() > LONGEST_NAME {
            return Err(Wrong(format!("`{name}` is no action of `{prefix}`")));
        }
        let last = self.actions.last().map_or("", |last| last.name);
        in_order(name, last, first)?;
        let keys = self.key_list(prefix, keys)?;
        let resources = self.resource_list(prefix, resources)?;
        let service = u16::try_from(self.services.len() - 1);
        let service = service.map_err(|_| Wrong("more than 65,536 services".to_owned()))?;
        let number = number(&self.actions)?;
        self.actions.push(Action {
            name,
            level,
            service,
            keys,
            resources,
            dependents: Span::default(),
        });
        self.dependents.push((dependents, line));
        self.current_service()?.actions.end = number + 1;
        Ok(())
    }

    fn resource_list(&mut self, prefix: &'static str, list: &'static str) -> Result<Span, Wrong> {
        let start = number(&self.action_resources)?;
        for entry in list.split('|').filter(|entry| !entry.is_empty()) {
            let (name, keys) = entry.split_once('=').unwrap_or((entry, ""));
            let (name, required) = match name.strip_suffix('*') {
                Some(name) => (name, true),
                None => (name, false),
            };
            let unknown = || Wrong::new("unknown resource type", name);
            let resource_type = *self.type_ids.get(name).ok_or_else(unknown)?;
            let keys = self.key_list(prefix, keys)?;
            self.action_resources.push(ActionResource {
                resource_type,
                required,
                keys,
            });
        }
        span(start, &self.action_resources)
    }

    fn key_list(&mut self, service: &'static str, list: &'static str) -> Result<Span, Wrong> {
        let start = number(&self.key_lists)?;
        for key in list.split(',').filter(|key| !key.is_empty()) {
            let unknown = || Wrong::new("unknown condition key", key);
            let (prefix, rest) = key.split_once(':').ok_or_else(unknown)?;
            let prefix = if prefix.is_empty() { service } else { prefix };
            let id = self.key_ids.get(&(prefix, rest)).ok_or_else(unknown)?;
            self.key_lists.push(*id);
        }
        self.key_lists[start as usize..].sort_unstable();
        span(start, &self.key_lists)
    }

    fn current_service(&mut self) -> Result<&mut Service, Wrong> {
        let missing = || Wrong("stands before any service".to_owned());
        self.services.last_mut().ok_or_else(missing)
    }

    fn finish(mut self) -> Result<Catalogue, CatalogueError> {
        let at_end = |Wrong(problem)| CatalogueError::Line { line: 0, problem };
        self.complete_keys().map_err(at_end)?;
        let actions_of_types = self.actions_of_types().map_err(at_end)?;
        let dependents = std::mem::take(&mut self.dependents);
        let key_templates = (0..).zip(&self.keys).filter(|(_, key)| key.is_family());
        let mut catalogue = Catalogue {
            source: Provenance {
                packages: self.packages,
                counts: self.counts,
            },
            key_templates: key_templates.map(|(at, _)| KeyId(at)).collect(),
            arn_services: arn_services(&self.resource_types),
            services: self.services,
            actions: self.actions,
            resource_types: self.resource_types,
            keys: self.keys,
            action_resources: self.action_resources,
            dependents: Vec::new(),
            key_lists: self.key_lists,
            actions_of_types,
        };
        catalogue.resolve(&dependents)?;
        catalogue.check_counts(self.key_lines)?;
        Ok(catalogue)
    }

    /// Turns the types of each action round: the actions of each type.
    fn actions_of_types(&mut self) -> Result<Vec<ActionId>, Wrong> {
        let mut pairs: Vec<(ResourceTypeId, ActionId)> = Vec::new();
        for (action, id) in self.actions.iter().zip(0..) {
            let used = action.resources.of(&self.action_resources);
            pairs.extend(used.iter().map(|used| (used.resource_type, ActionId(id))));
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut rest = pairs.as_slice();
        let mut start = 0;
        for (resource_type, id) in self.resource_types.iter_mut().zip(0..) {
            let count = rest.partition_point(|(of, _)| of.0 <= id);
            rest = &rest[count..];
            let len = u32::try_from(count).map_err(|_| too_long())?;
            resource_type.actions = Span { start, len };
            start += len;
        }
        Ok(pairs.into_iter().map(|(_, action)| action).collect())
    }
}

impl Catalogue {
    fn resolve(&mut self, lists: &[(&'static str, usize)]) -> Result<(), CatalogueError> {
        for (at, (list, line)) in lists.iter().enumerate() {
            let wrong = |Wrong(problem)| CatalogueError::Line {
                line: *line,
                problem,
            };
            let start = number(&self.dependents).map_err(wrong)?;
            for name in list.split(',').filter(|name| !name.is_empty()) {
                let unknown = || wrong(Wrong::new("unknown dependent action", name));
                let id = self.action(name).ok_or_else(unknown)?;
                self.dependents.push(id);
            }
            self.dependents[start as usize..].sort_unstable();
            self.actions[at].dependents = span(start, &self.dependents).map_err(wrong)?;
        }
        Ok(())
    }

    fn check_counts(&self, key_lines: usize) -> Result<(), CatalogueError> {
        let of_level = |level| {
            let levels = self.actions.iter().filter(|action| action.level == level);
            levels.count()
        };
        let global_keys = self.keys.iter().filter(|key| key.global.is_some());
        let found = [
            ("services", self.services.len()),
            ("actions", self.actions.len()),
            ("actions list", of_level(AccessLevel::List)),
            ("actions read", of_level(AccessLevel::Read)),
            ("actions write", of_level(AccessLevel::Write)),
            (
                "actions permissions management",
                of_level(AccessLevel::PermissionsManagement),
            ),
            ("actions tagging", of_level(AccessLevel::Tagging)),
            ("resource types", self.resource_types.len()),
            ("condition keys", key_lines),
            ("global condition keys", global_keys.count()),
            (
                "action and resource type pairs",
                self.action_resources.len(),
            ),
            ("dependent action pairs", self.dependents.len()),
        ];
        for (what, found) in found {
            let uncounted = CatalogueError::Uncounted { what };
            let expected = self.source.count(what).ok_or(uncounted)?;
            if usize::try_from(expected) != Ok(found) {
                return Err(CatalogueError::Count {
                    what,
                    expected,
                    found,
                });
            }
        }
        Ok(())
    }
}

fn fields<const N: usize>(rest: &'static str) -> Result<[&'static str; N], Wrong> {
    let mut fields = [""; N];
    let mut found = 0;
    for field in rest.split('\t') {
        if let Some(slot) = fields.get_mut(found) {
            *slot = field;
        }
        found += 1;
    }
    if found == N {
        return Ok(fields);
    }
    let problem = format!("expected {N} fields behind the kind, found {found}");
    Err(Wrong(problem))
}

fn key_type(text: &str) -> Result<KeyType, Wrong> {
    KeyType::parse(text).ok_or_else(|| Wrong::new("unknown type of key", text))
}

fn access_level(letter: &str) -> Result<AccessLevel, Wrong> {
    Ok(match letter {
        "L" => AccessLevel::List,
        "R" => AccessLevel::Read,
        "W" => AccessLevel::Write,
        "P" => AccessLevel::PermissionsManagement,
        "T" => AccessLevel::Tagging,
        _ => return Err(Wrong::new("unknown access level", letter)),
    })
}

fn in_order(name: &'static str, last: &'static str, first: bool) -> Result<(), Wrong> {
    let lower = |text: &'static str| text.bytes().map(|byte| byte.to_ascii_lowercase());
    if first || lower(last).lt(lower(name)) {
        return Ok(());
    }
    Err(Wrong(format!("out of order: `{name}` behind `{last}`")))
}

fn arn_services(types: &[ResourceType]) -> Vec<(&'static str, ResourceTypeId)> {
    let mut services: Vec<_> = types
        .iter()
        .zip(0..)
        .flat_map(|(t, id)| {
            t.forms
                .iter()
                .map(move |f| (f.service(), ResourceTypeId(id)))
        })
        .collect();
    services.sort_unstable();
    services.dedup();
    services
}

fn number<T>(list: &[T]) -> Result<u32, Wrong> {
    u32::try_from(list.len()).map_err(|_| too_long())
}

fn span<T>(start: u32, list: &[T]) -> Result<Span, Wrong> {
    let len = number(list)? - start;
    Ok(Span { start, len })
}

fn too_long() -> Wrong {
    Wrong("more entries than 32 bits can number".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::EMBEDDED;

    /// A small, correct table.
    const SMALL: &str = "\
whocan-catalogue\t1
P\tnpm\texample\t1.0\tMIT\t2026-01-01\t00
C\tservices\t2
C\tactions\t3
C\tactions list\t1
C\tactions read\t1
C\tactions write\t1
C\tactions permissions management\t0
C\tactions tagging\t0
C\tresource types\t1
C\tcondition keys\t2
C\tglobal condition keys\t1
C\taction and resource type pairs\t1
C\tdependent action pairs\t1
G\taws:ResourceTag/tag-key\tresource\tString
K\taws:ResourceTag/${TagKey}\tString
K\tb:Color\tArrayOfString
S\ta\tService A
A\ta:Make\tW\t\t\tb:Look
S\tb\tService B
T\tbox\tarn:${Partition}:b:::${Name}\taws:ResourceTag/${TagKey}
A\tb:List\tL\t\t\t
A\tb:Look\tR\t:Color\tbox*\t
";

    fn parse(text: &str) -> Result<Catalogue, CatalogueError> {
        Catalogue::parse(text.to_owned().leak())
    }

    /// Says what is wrong with the small table once `from` is replaced.
    fn wrong(from: &str, to: &str) -> String {
        assert!(SMALL.contains(from), "{from:?}");
        parse(&SMALL.replacen(from, to, 1)).unwrap_err().to_string()
    }

    #[test]
    fn a_small_table_is_read() {
        let small = parse(SMALL).unwrap();
        let look = small.action("b:look").unwrap();
        assert_eq!(small.name(look), "b:Look");
        assert_eq!(small.level(look), AccessLevel::Read);
        let keys: Vec<_> = small.condition_keys(look).collect();
        assert_eq!(keys, ["aws:resourcetag/", "b:color"]);
        let make = small.action("a:Make").unwrap();
        assert_eq!(small.dependents(make), [look]);
        assert!(small.resource_types(look)[0].required);
        assert_eq!(small.source().date(), "2026-01-01");
    }

    #[test]
    fn damaged_lines_are_named() {
        let cases = [
            ("whocan-catalogue\t1", "whocan-catalogue\t2"),
            ("P\tnpm\texample", "P\texample"),
            ("C\tservices\t2", "C\tservices\ttwo"),
            ("resource\tString", "nowhere\tString"),
            ("ArrayOfString", "Colour"),
            ("K\tb:Color", "K\tbColor"),
            ("S\ta\t", "S\tA\t"),
            ("S\tb\t", "S\ta\t"),
            ("S\ta\tService A\n", ""),
            ("S\tb\tService B\n", ""),
            ("arn:${Partition}:b:::", "b:::"),
            ("b:Look\tR", "b:Look\tX"),
            ("b:Look\tR", "b:\tR"),
            ("b:Look\tR", "b:List\tR"),
            (":Color\tbox", ":Colour\tbox"),
            ("box*", "crate*"),
            ("\tb:Look\n", "\tb:Loo\n"),
            ("A\tb:List", "B\tb:List"),
            ("\tb:Look\n", "\tb:Look\t\n"),
        ];
        let said: Vec<String> = cases.iter().map(|(from, to)| wrong(from, to)).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        line 1 of the catalogue: expected `whocan-catalogue 1`
        line 2 of the catalogue: expected 6 fields behind the kind, found 5
        line 3 of the catalogue: not a count: `two`
        line 15 of the catalogue: unknown key category `nowhere`
        line 17 of the catalogue: unknown type of key `Colour`
        line 17 of the catalogue: no prefix in key `bColor`
        line 18 of the catalogue: not a service prefix: `A`
        line 20 of the catalogue: out of order: service `a`
        line 18 of the catalogue: stands before any service
        line 21 of the catalogue: `b:List` is no action of `a`
        line 21 of the catalogue: not ARN forms: `b:::${Name}`
        line 23 of the catalogue: unknown access level `X`
        line 23 of the catalogue: `b:` is no action of `b`
        line 23 of the catalogue: out of order: `b:List` behind `b:List`
        line 23 of the catalogue: unknown condition key `:Colour`
        line 23 of the catalogue: unknown resource type `crate`
        line 19 of the catalogue: unknown dependent action `b:Loo`
        line 22 of the catalogue: unknown kind of line `B`
        line 19 of the catalogue: expected 5 fields behind the kind, found 6
        ");
    }

    #[test]
    fn a_key_behind_the_services_is_refused() {
        let text = format!("{SMALL}K\tb:Late\tString\n");
        let error = parse(&text).unwrap_err().to_string();
        assert_eq!(
            error,
            "line 24 of the catalogue: a key behind the first service: `b:Late`"
        );
    }

    #[test]
    fn a_table_that_ends_early_is_refused() {
        let cut = SMALL.replace("A\tb:List\tL\t\t\t\n", "");
        let error = parse(&cut).unwrap_err().to_string();
        assert_eq!(error, "the catalogue should have 3 actions and has 2");
        assert!(parse("").is_err());
        let error = parse("whocan-catalogue\t1\n").unwrap_err().to_string();
        assert_eq!(error, "the catalogue does not count its services");
    }

    #[test]
    fn what_is_not_compressed_text_is_refused() {
        assert!(matches!(
            Catalogue::read(b"").unwrap_err(),
            CatalogueError::Unreadable(_) | CatalogueError::Line { line: 1, .. }
        ));
        assert!(Catalogue::read(SMALL.as_bytes()).is_err());
        assert!(Catalogue::read(&EMBEDDED[..EMBEDDED.len() / 2]).is_err());
        let latin = zstd::encode_all(&b"whocan-catalogue\t1\nS\t\xe9\t\n"[..], 1).unwrap();
        assert!(matches!(
            Catalogue::read(&latin).unwrap_err(),
            CatalogueError::Unreadable(_)
        ));
    }

    #[test]
    fn cutting_the_table_anywhere_is_an_error_and_never_a_panic() {
        for end in 0..SMALL.len() - 1 {
            assert!(parse(&SMALL[..end]).is_err(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn a_damaged_table_never_panics(at in 0..SMALL.len(), with in "[ -~\t\n\u{e9}]{0,3}", take in 0..4_usize) {
            let end = (at + take).min(SMALL.len());
            let damaged = [&SMALL[..at], &with, &SMALL[end..]].concat();
            if let Ok(catalogue) = parse(&damaged) {
                for action in catalogue.actions() {
                    prop_assert_eq!(catalogue.action(catalogue.name(action)), Some(action));
                    catalogue.condition_keys(action).count();
                }
                catalogue.types_of_any_arn("arn:aws:b:::x");
            }
        }
    }

    #[test]
    fn the_embedded_table_is_read() {
        assert!(Catalogue::read(EMBEDDED).is_ok());
    }
}
