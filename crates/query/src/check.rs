//! A resolved predicate, evaluated in three values.

use std::cmp::Ordering;
use std::sync::Arc;

use regex::Regex;
use whocan_graph::Graph;
use whocan_policy::{Arn, Pattern, Truth};

use crate::ast::Comparator;
use crate::attribute::{Get, Value};
use crate::kind::ResourceKind;
use crate::members::Members;
use crate::plan::{Asked, Side, Source};
use crate::rows::Facts;
use crate::thing::Thing;

/// A resolved predicate.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    Any(Vec<Check>),
    All(Vec<Check>),
    Not(Box<Check>),
    Test(Source, Wanted),
}

/// What a test wants of a value.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// It is true.
    Holds,
    /// There is one.
    Exists,
    /// It compares so with a value.
    Compare(Comparator, Value),
    /// It compares so with another attribute.
    CompareTo(Comparator, Source),
    /// It is like a pattern.
    Like(Pattern),
    /// It, or an element of it, matches a regular expression.
    Matches(Regex),
    /// It is a list with an element like this.
    Has(Pattern),
    /// It is one of these.
    In(Vec<Value>),
    /// It is a member.
    Member(Box<Members>),
}

impl Check {
    /// Evaluates the predicate for a set's member; what was not collected is unknown.
    pub(crate) fn of_thing(&self, graph: &Graph, thing: Thing) -> Truth {
        self.evaluate(&|source| source.of_thing(graph, thing), graph)
    }

    /// Evaluates the predicate for a row.
    pub(crate) fn of_row(&self, facts: &Facts<'_>) -> Truth {
        self.evaluate(&|source| source.of_row(facts), facts.graph)
    }

    /// Evaluates the predicate for a row; what was not collected does not exist.
    pub(crate) fn of_row_as_collected(&self, facts: &Facts<'_>) -> Truth {
        let get = |source: &Source| match source.of_row(facts) {
            Value::Unknown => Value::Missing,
            known => known,
        };
        self.evaluate(&get, facts.graph)
    }

    /// Returns whether the predicate looks at paths or reasons, which are found late.
    pub(crate) fn looks_at_details(&self) -> bool {
        match self {
            Check::Any(all) | Check::All(all) => all.iter().any(Check::looks_at_details),
            Check::Not(inner) => inner.looks_at_details(),
            Check::Test(source, wanted) => {
                source.looks_at_details()
                    || matches!(wanted, Wanted::CompareTo(_, other) if other.looks_at_details())
            }
        }
    }

    /// Returns whether the predicate looks at the parts of rows, which are found late.
    pub(crate) fn looks_at_parts(&self) -> bool {
        match self {
            Check::Any(all) | Check::All(all) => all.iter().any(Check::looks_at_parts),
            Check::Not(inner) => inner.looks_at_parts(),
            Check::Test(source, _) => source.looks_at_parts(),
        }
    }

    /// Returns whether the predicate looks at the resource, so that parts of a row can differ.
    pub(crate) fn looks_at_resource(&self) -> bool {
        match self {
            Check::Any(all) | Check::All(all) => all.iter().any(Check::looks_at_resource),
            Check::Not(inner) => inner.looks_at_resource(),
            Check::Test(source, wanted) => {
                source.looks_at_resource()
                    || matches!(wanted, Wanted::CompareTo(_, other) if other.looks_at_resource())
            }
        }
    }

    fn evaluate(&self, get: &dyn Fn(&Source) -> Value, graph: &Graph) -> Truth {
        match self {
            Check::Any(all) => Truth::any(all.iter().map(|one| one.evaluate(get, graph))),
            Check::All(all) => Truth::all(all.iter().map(|one| one.evaluate(get, graph))),
            Check::Not(inner) => !inner.evaluate(get, graph),
            Check::Test(source, wanted) => wanted.of(&get(source), get, graph),
        }
    }
}

impl Source {
    /// Returns whether the attribute is one of paths or reasons.
    pub(crate) fn looks_at_details(&self) -> bool {
        let name = self.attribute.name;
        let families = ["path.", "grant.", "deny."];
        let found_late = matches!(name, "via" | "conditions" | "condition.keys" | "needs")
            || families.iter().any(|family| name.starts_with(family));
        self.side == Side::Row && found_late
    }

    /// Returns whether the attribute is one of the row's parts.
    pub(crate) fn looks_at_parts(&self) -> bool {
        self.side == Side::Row && matches!(self.attribute.name, "parts" | "actions")
    }

    fn looks_at_resource(&self) -> bool {
        self.side == Side::Resource
            || matches!(
                self.attribute.name,
                "resource" | "action" | "action.service" | "level"
            )
    }

    pub(crate) fn of_thing(&self, graph: &Graph, thing: Thing) -> Value {
        match (self.attribute.get, &self.key) {
            (Get::Thing(get), _) => get(graph, thing),
            (Get::Keyed(get), Some(key)) => get(graph, thing, key),
            (Get::Asked, _) => match &self.asked {
                Some(asked) => asked.of(graph, thing),
                None => Value::Unknown,
            },
            _ => Value::Missing,
        }
    }

    pub(crate) fn of_row(&self, facts: &Facts<'_>) -> Value {
        let thing = match self.side {
            Side::Row => {
                return match self.attribute.get {
                    Get::Row(get) => get(facts),
                    _ => Value::Missing,
                };
            }
            Side::Principal => facts.principal,
            Side::Resource => match (facts.resource, facts.resource_text) {
                (None, Some(arn)) => return self.of_arn(facts.graph, arn),
                (thing, _) => thing,
            },
            Side::Own => facts.thing,
        };
        thing.map_or(Value::Missing, |thing| self.of_thing(facts.graph, thing))
    }

    /// Returns what an ARN says by itself, or what carries its policy says of it.
    fn of_arn(&self, graph: &Graph, arn: &str) -> Value {
        let Ok(parsed) = arn.parse::<Arn>() else {
            return Value::Missing;
        };
        match self.attribute.name {
            "arn" => return Value::text(arn),
            "service" => return Value::text(parsed.service()),
            "kind" => {
                let kind = ResourceKind::of(arn);
                return kind.map_or(Value::Missing, |kind| Value::text(kind.word));
            }
            "name" => {
                let kind = ResourceKind::of(arn);
                let name = kind.map(|kind| kind.name_in(arn));
                return Value::text(name.unwrap_or_else(|| parsed.resource().to_owned()));
            }
            _ => {}
        }
        let by_number = parsed.account().and_then(|id| graph.account_of(id));
        let carrier = graph.resource_of(Graph::carrier(&parsed));
        match (self.attribute.name, by_number, carrier) {
            (name, Some(account), _)
                if name.starts_with("account") || name == "in_org" || name == "ou" =>
            {
                self.of_thing(graph, Thing::Account(account))
            }
            ("account" | "account.id", None, None) if parsed.account().is_some() => {
                Value::Names(vec![parsed.account_text().into()])
            }
            // Tags of an object are its own, and not those of its bucket; one object
            // may be public where another is not.
            ("tag" | "tags" | "public", ..) => Value::Unknown,
            (_, _, Some(carrier)) => self.of_thing(graph, Thing::Resource(carrier)),
            _ => Value::Unknown,
        }
    }
}

impl Asked {
    fn of(&self, graph: &Graph, thing: Thing) -> Value {
        match thing {
            Thing::Resource(_) if self.named.holds(thing, graph) => Value::Flag(true),
            Thing::Resource(_) if self.open.holds(thing, graph) => Value::Unknown,
            Thing::Resource(_) => Value::Flag(false),
            _ => Value::Missing,
        }
    }
}

impl Wanted {
    fn of(&self, value: &Value, get: &dyn Fn(&Source) -> Value, graph: &Graph) -> Truth {
        match (self, value) {
            (_, Value::Unknown) => Truth::Unknown,
            (Wanted::Exists, Value::List(list)) => Truth::from(!list.is_empty()),
            (Wanted::Exists, value) => Truth::from(*value != Value::Missing),
            (_, Value::Missing) => Truth::False,
            (Wanted::Holds, value) => Truth::from(*value == Value::Flag(true)),
            (Wanted::Compare(comparator, wanted), value) => compare(*comparator, value, wanted),
            (Wanted::CompareTo(comparator, other), value) => match get(other) {
                Value::Unknown => Truth::Unknown,
                Value::Missing => Truth::False,
                other => compare(*comparator, value, &other),
            },
            (Wanted::In(values), value) => Truth::any(
                values
                    .iter()
                    .map(|one| compare(Comparator::Equal, value, one)),
            ),
            (Wanted::Like(glob), value) => {
                Truth::from(texts(value, graph).iter().any(|text| glob.matches(text)))
            }
            (Wanted::Matches(regex), Value::List(list)) => {
                Truth::from(list.iter().any(|text| regex.is_match(text)))
            }
            (Wanted::Matches(regex), value) => {
                Truth::from(texts(value, graph).iter().any(|text| regex.is_match(text)))
            }
            (Wanted::Has(glob), Value::List(list)) => Truth::from(has(glob, list)),
            (Wanted::Member(members), Value::Thing(thing)) => {
                Truth::from(members.holds(*thing, graph))
            }
            (Wanted::Member(members), Value::Text(text)) => Truth::from(members.regions_hold(text)),
            _ => Truth::False,
        }
    }
}

/// Context keys compare without case (R66), so elements of lists do.
fn has(glob: &Pattern, list: &[Arc<str>]) -> bool {
    let lower = Pattern::glob(&glob.to_string().to_lowercase());
    list.iter()
        .any(|text| glob.matches(text) || lower.matches(&text.to_lowercase()))
}

fn texts(value: &Value, graph: &Graph) -> Vec<String> {
    match value {
        Value::Text(text) => vec![text.to_string()],
        Value::Names(names) => names.iter().map(|name| name.to_string()).collect(),
        Value::Thing(thing) => vec![
            thing.arn(graph).to_string(),
            thing.shorthand(graph),
            thing.name(graph),
        ],
        _ => Vec::new(),
    }
}

fn compare(comparator: Comparator, value: &Value, wanted: &Value) -> Truth {
    let ordering = match (value, wanted) {
        (Value::Number(one), Value::Number(other)) => Some(one.cmp(other)),
        (Value::Time(one), Value::Time(other)) => Some(one.cmp(other)),
        (Value::Flag(one), Value::Flag(other)) => Some(one.cmp(other)),
        (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
        (Value::Names(names), Value::Text(one)) | (Value::Text(one), Value::Names(names)) => {
            names.contains(one).then_some(Ordering::Equal)
        }
        (Value::Names(names), Value::Names(others)) => {
            (names.first() == others.first()).then_some(Ordering::Equal)
        }
        (Value::Thing(one), Value::Thing(other)) => Some(one.cmp(other)),
        _ => None,
    };
    Truth::from(ordering.is_some_and(|ordering| match comparator {
        Comparator::Equal => ordering.is_eq(),
        Comparator::NotEqual => ordering.is_ne(),
        Comparator::Less => ordering.is_lt(),
        Comparator::LessOrEqual => ordering.is_le(),
        Comparator::Greater => ordering.is_gt(),
        Comparator::GreaterOrEqual => ordering.is_ge(),
        Comparator::Like | Comparator::Matches | Comparator::Has => false,
    }))
}
