//! Resolves predicates and columns.

use jiff::{Timestamp, ToSpan};
use regex::{Regex, RegexBuilder};
use whocan_policy::Pattern;

use super::Resolver;
use crate::ast::{
    self, Ago, Choice, Comparator, Predicate, PredicateKind, SetKind, Span, Test, ValueKind,
};
use crate::attribute::{self, Attribute, Get, On, Type, Value};
use crate::check::{Check, Wanted};
use crate::error::{Fault, Problem};
use crate::kind::kinds;
use crate::members::Members;
use crate::nearest::did_you_mean;
use crate::plan::{Column, Side, Source};

/// Which attributes a predicate may look at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Those of a set's member.
    Member,
    /// Those of rows, and of what rows are about.
    Row(Side),
}

impl Resolver<'_> {
    /// Resolves what `with` asks of a set's members.
    pub(super) fn set_predicate(&mut self, predicate: &Predicate) -> Result<Check, Fault> {
        self.check(predicate, Scope::Member)
    }

    /// Resolves what `where` asks of rows; bare attributes are those of `own`.
    pub(super) fn row_predicate(
        &mut self,
        predicate: &Predicate,
        own: Side,
    ) -> Result<Check, Fault> {
        self.check(predicate, Scope::Row(own))
    }

    /// Resolves an attribute to show, group or order by.
    pub(super) fn column(&mut self, written: &ast::Attribute, own: Side) -> Result<Column, Fault> {
        let source = self.source(written, Scope::Row(own))?;
        let name = written.to_string();
        Ok(Column { name, source })
    }

    fn check(&mut self, predicate: &Predicate, scope: Scope) -> Result<Check, Fault> {
        Ok(match &predicate.kind {
            PredicateKind::Or(all) => Check::Any(self.checks(all, scope)?),
            PredicateKind::And(all) => Check::All(self.checks(all, scope)?),
            PredicateKind::Not(inner) => Check::Not(Box::new(self.check(inner, scope)?)),
            PredicateKind::Test { attribute, test } => self.test(attribute, test, scope)?,
        })
    }

    fn checks(&mut self, all: &[Predicate], scope: Scope) -> Result<Vec<Check>, Fault> {
        all.iter().map(|one| self.check(one, scope)).collect()
    }

    fn test(
        &mut self,
        written: &ast::Attribute,
        test: &Test,
        scope: Scope,
    ) -> Result<Check, Fault> {
        let source = self.source(written, scope)?;
        let kind = source.attribute.kind;
        let wanted = match test {
            Test::Exists => Wanted::Exists,
            Test::Holds if kind == Type::Flag => Wanted::Holds,
            Test::Holds => {
                return Err(
                    wrong_type(written, kind, "true or false").with_hint(format!(
                        "compare it: `{written} = ...`, or `{written} exists`"
                    )),
                );
            }
            Test::In(choice) => self.choice(written, kind, choice)?,
            // What does not exist is not equal to anything, as people expect.
            Test::Compare(comparator, value) if comparator.value == Comparator::NotEqual => {
                let equal = self.compare(written, kind, Comparator::Equal, value, scope)?;
                return Ok(Check::Not(Box::new(Check::Test(source, equal))));
            }
            Test::Compare(comparator, value) => {
                self.compare(written, kind, comparator.value, value, scope)?
            }
        };
        Ok(Check::Test(source, wanted))
    }

    fn compare(
        &mut self,
        written: &ast::Attribute,
        kind: Type,
        comparator: Comparator,
        value: &ast::Value,
        scope: Scope,
    ) -> Result<Wanted, Fault> {
        match comparator {
            Comparator::Matches => match kind {
                Type::Text | Type::Names | Type::Thing | Type::List => {
                    Ok(Wanted::Matches(regex(value)?))
                }
                _ => Err(wrong_type(written, kind, "text")),
            },
            Comparator::Like => match kind {
                Type::Text | Type::Names | Type::Thing => {
                    let text = value.text().unwrap_or_default();
                    if text.contains('%') && !text.contains(['*', '?']) {
                        self.note(format!("`like {text}`: a glob has `*` for any text, and `%` is itself"));
                    }
                    Ok(Wanted::Like(glob(value)?))
                }
                Type::List => Err(wrong_type(written, kind, "text").with_hint(format!(
                    "a list `has` elements: `{written} has {}`",
                    value.text().unwrap_or("...")
                ))),
                _ => Err(wrong_type(written, kind, "text")),
            },
            Comparator::Has => match kind {
                Type::List if value.text() == Some("*") => {
                    Err(Fault::senseless("`*` is a glob here, which any element fits", value.span)
                        .with_hint(format!(
                            "`{written} exists` asks for any element, `{written} matches \"^[*]$\"` for a star"
                        )))
                }
                Type::List => Ok(Wanted::Has(glob(value)?)),
                _ => Err(wrong_type(written, kind, "a list")
                    .with_hint(format!("compare it: `{written} = ...`"))),
            },
            _ => {
                if let Some(other) = self.other_attribute(value, scope) {
                    return Ok(Wanted::CompareTo(comparator, other));
                }
                let ordered = matches!(kind, Type::Number | Type::Time);
                if comparator != Comparator::Equal && !ordered {
                    return Err(wrong_type(written, kind, "a number or a time"));
                }
                if kind == Type::Thing {
                    return self.choice(written, kind, &Choice::Values(vec![value.clone()]));
                }
                Ok(Wanted::Compare(
                    comparator,
                    self.value(written, kind, value)?,
                ))
            }
        }
    }

    /// Returns the attribute that a bare word with a dot names, if it names one.
    fn other_attribute(&mut self, value: &ast::Value, scope: Scope) -> Option<Source> {
        let ValueKind::Word(word) = &value.kind else {
            return None;
        };
        let (side, name) = word.split_once('.')?;
        if !matches!(side.to_lowercase().as_str(), "principal" | "resource") {
            return None;
        }
        let lower = name.to_lowercase();
        let (name, key) = match name.split_once('.') {
            Some((tag, key)) if tag.eq_ignore_ascii_case("tag") => ("tag", Some(key.to_owned())),
            _ => (lower.as_str(), None),
        };
        let attribute = ast::Attribute {
            name: format!("{}.{name}", side.to_lowercase()),
            key,
            span: value.span,
        };
        self.source(&attribute, scope).ok()
    }

    fn choice(
        &mut self,
        written: &ast::Attribute,
        kind: Type,
        choice: &Choice,
    ) -> Result<Wanted, Fault> {
        match (choice, kind) {
            (Choice::Set(set), Type::Thing) => Ok(Wanted::Member(Box::new(self.set(set)?))),
            (Choice::Set(set), Type::Names) => {
                let members = self.set(set)?;
                let accounts = members.accounts_with_those_of_units(self.context.graph);
                let ids = accounts.iter().map(whocan_graph::AccountIndex);
                let names = ids.map(|id| attribute::names(self.context.graph, id));
                Ok(Wanted::In(names.collect()))
            }
            (Choice::Set(set), _) => match &set.kind {
                SetKind::Name(text) | SetKind::Thing(text) => {
                    let kind = ValueKind::Quoted(text.clone());
                    let value = ast::Value {
                        kind,
                        span: set.span,
                    };
                    Ok(Wanted::In(vec![self.value(
                        written,
                        self.kind_of(written),
                        &value,
                    )?]))
                }
                _ => Err(wrong_type(written, kind, "a principal or resource")),
            },
            (Choice::Values(values), Type::Thing) => {
                let mut members = Members::default();
                for value in values {
                    members = members.or(self.value_set(value)?);
                }
                Ok(Wanted::Member(Box::new(members)))
            }
            (Choice::Values(values), _) => {
                let values = values.iter().map(|value| self.value(written, kind, value));
                Ok(Wanted::In(values.collect::<Result<_, _>>()?))
            }
        }
    }

    /// Returns the word of an attribute that has only few values, in its own letters.
    fn word_of(&self, written: &ast::Attribute, text: &str, span: Span) -> Result<Value, Fault> {
        let (_, name) = side_of(&written.name);
        let words = attribute::vocabulary(name);
        if words.is_empty() {
            return Ok(Value::Text(text.into()));
        }
        if let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
            return Ok(Value::text(*word));
        }
        let expected = match name {
            "kind" => "a kind such as `user` or `bucket`".to_owned(),
            _ => {
                let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                quoted.join(", ")
            }
        };
        let found = format!("`{text}`");
        let fault = Fault::new(Problem::Expected { expected, found }, span);
        let plural = kinds().find(|row| name == "kind" && row.plural.eq_ignore_ascii_case(text));
        Err(match plural {
            Some(row) => fault.with_hint(format!("write `{}`", row.singular)),
            None => match did_you_mean(text, words) {
                Some(hint) => fault.with_hint(hint),
                None => fault,
            },
        })
    }

    fn kind_of(&self, written: &ast::Attribute) -> Type {
        let (_, name) = side_of(&written.name);
        attribute::named(name).map_or(Type::Text, |found| found.kind)
    }

    /// Reads a value beside a thing as a set of one word.
    fn value_set(&mut self, value: &ast::Value) -> Result<Members, Fault> {
        let kind = match &value.kind {
            ValueKind::Word(word) if crate::parse::is_name(word) => SetKind::Name(word.clone()),
            ValueKind::Word(text) | ValueKind::Quoted(text) => SetKind::Thing(text.clone()),
            ValueKind::Moment(_) => {
                return Err(Fault::senseless("a time is no member of a set", value.span));
            }
        };
        let span = value.span;
        self.set(&ast::Set { kind, span })
    }

    fn value(
        &self,
        written: &ast::Attribute,
        kind: Type,
        value: &ast::Value,
    ) -> Result<Value, Fault> {
        let Some(text) = value.text() else {
            let ValueKind::Moment(ago) = &value.kind else {
                return Ok(Value::Missing);
            };
            return match kind {
                Type::Time => moment(self.context.graph.taken(), *ago, value.span),
                _ => Err(wrong_type(written, kind, "a time")),
            };
        };
        let bad = |expected: &str| {
            let problem = Problem::Expected {
                expected: expected.to_owned(),
                found: format!("`{text}`"),
            };
            let fault = Fault::new(problem, value.span);
            match text.to_lowercase().as_str() {
                "null" | "none" | "nil" | "empty" => fault.with_hint(format!(
                    "`{written} exists` asks whether there is one, `not {written} exists` whether not"
                )),
                _ => fault,
            }
        };
        match kind {
            Type::Number => {
                let number = text.parse().map_err(|_| bad("a number"))?;
                Ok(Value::Number(number))
            }
            Type::Flag => match text.to_lowercase().as_str() {
                "true" | "yes" => Ok(Value::Flag(true)),
                "false" | "no" => Ok(Value::Flag(false)),
                _ => Err(bad("`true` or `false`")),
            },
            Type::Time => {
                time(text).ok_or_else(|| bad("a time such as `snapshot - 90d` or `2026-01-31`"))
            }
            Type::Text | Type::Names
                if text.len() > 1 && text.starts_with('\'') && text.ends_with('\'') =>
            {
                let bare = text.trim_matches('\'');
                Err(bad("a value").with_hint(format!("quotes are double: `\"{bare}\"`")))
            }
            Type::Text => self.word_of(written, text, value.span),
            Type::Names | Type::Thing => Ok(Value::Text(text.into())),
            Type::List => Err(wrong_type(written, kind, "text")
                .with_hint(format!("a list `has` elements: `{written} has {text}`"))),
        }
    }

    fn source(&mut self, written: &ast::Attribute, scope: Scope) -> Result<Source, Fault> {
        let (prefix, name) = side_of(&written.name);
        let found = attribute::named(name)
            .filter(|found| match found.on {
                On::Thing => true,
                On::Row => prefix.is_none() && matches!(scope, Scope::Row(own) if own != Side::Own),
                On::Fact => prefix.is_none() && scope == Scope::Row(Side::Own),
            })
            .filter(|found| matches!(found.get, Get::Keyed(_)) == written.key.is_some());
        let Some(attribute) = found else {
            return Err(unknown(written, scope));
        };
        let side = match (attribute.on, prefix, scope) {
            (On::Row | On::Fact, ..) => Side::Row,
            (On::Thing, Some(side), Scope::Row(_)) => side,
            (On::Thing, _, Scope::Member) => Side::Own,
            (On::Thing, None, Scope::Row(own)) => own,
        };
        let asked = match attribute.get {
            Get::Asked => Some(self.asked_public()?),
            _ => None,
        };
        let key = written.key.clone();
        Ok(Source {
            attribute,
            key,
            side,
            asked,
        })
    }
}

fn side_of(name: &str) -> (Option<Side>, &str) {
    if let Some(rest) = name.strip_prefix("principal.") {
        return (Some(Side::Principal), rest);
    }
    if let Some(rest) = name.strip_prefix("resource.") {
        return (Some(Side::Resource), rest);
    }
    (None, name)
}

/// Returns the column of a group's size.
pub(super) fn count() -> Column {
    let attribute = attribute::named("count").expect("the table has it");
    let source = Source {
        attribute,
        key: None,
        side: Side::Row,
        asked: None,
    };
    let name = attribute.name.to_owned();
    Column { name, source }
}

/// What people call attributes that have another name.
const SYNONYMS: &[(&str, &str)] = &[
    ("subject", "principal"),
    ("caller", "principal"),
    ("who", "principal"),
    ("target", "resource"),
    ("object", "resource"),
    ("chain", "via"),
    ("path.roles", "via"),
    ("hop", "hops"),
    ("length", "hops"),
    ("condition", "conditions"),
    ("reason", "conditions"),
    ("permissions", "actions"),
    ("result", "verdict"),
    ("answer", "verdict"),
    ("type", "kind"),
    ("account_id", "account.id"),
    ("account_name", "account.name"),
    ("owner", "account"),
    ("external", "trust.external"),
    ("external_id", "trust.requires"),
    ("trust", "trust.principals"),
    ("trusts", "trust.principals"),
    ("unused", "last_used"),
    ("used", "last_used"),
    ("age", "created"),
    ("admin", "policies"),
    ("keys", "access_keys"),
    ("policy_name", "policies"),
    ("encrypted", "encryption_key"),
    ("attached", "attachments"),
    ("attached_to", "attachments"),
];

fn unknown(written: &ast::Attribute, scope: Scope) -> Fault {
    let fault = Fault::new(Problem::UnknownAttribute(written.to_string()), written.span);
    let (_, name) = side_of(&written.name);
    if let Some(key) = name.strip_prefix("tags.") {
        return fault.with_hint(format!("one tag is `tag.{key}`"));
    }
    if name == "tag" {
        return fault.with_hint("a tag has a key: `tag.team` or `tag[\"cost:center\"]`");
    }
    if attribute::named(name).is_some_and(|found| found.on != On::Thing) {
        return fault.with_hint(match scope {
            Scope::Member => "that is an attribute of rows: ask for it with `where`",
            Scope::Row(Side::Own) => {
                "that is an attribute of rows about access: `who can ...`, `which ...`, `paths ...`"
            }
            Scope::Row(_) => "rows of this question do not have it",
        });
    }
    let called = SYNONYMS.iter().find(|(synonym, _)| *synonym == name);
    if let Some((_, own)) = called.filter(|_| written.key.is_none()) {
        return fault.with_hint(format!("it is called `{own}`"));
    }
    let usable = |one: &&Attribute| scope != Scope::Member || one.on == On::Thing;
    let names = attribute::ATTRIBUTES
        .iter()
        .filter(usable)
        .map(|one| one.name);
    match did_you_mean(name, names) {
        Some(hint) => fault.with_hint(hint),
        None => fault,
    }
}

fn wrong_type(written: &ast::Attribute, kind: Type, used_as: &str) -> Fault {
    let problem = Problem::WrongType {
        attribute: written.to_string(),
        is: kind.words().to_owned(),
        used_as: used_as.to_owned(),
    };
    Fault::new(problem, written.span)
}

fn glob(value: &ast::Value) -> Result<Pattern, Fault> {
    match value.text() {
        Some(text) => Ok(Pattern::glob(text)),
        None => Err(Fault::senseless("a time is no pattern", value.span)),
    }
}

/// The largest regular expression, compiled, in bytes.
const REGEX_BYTES: usize = 1 << 20;

/// Reads a regular expression; it may match anywhere in a text.
fn regex(value: &ast::Value) -> Result<Regex, Fault> {
    let Some(text) = value.text() else {
        return Err(Fault::senseless("a time is no pattern", value.span));
    };
    let built = RegexBuilder::new(text).size_limit(REGEX_BYTES).build();
    built.map_err(|error| {
        let why = match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            // The last line says what is wrong, those before draw where.
            error => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                last.strip_prefix("error: ").unwrap_or(last).to_owned()
            }
        };
        Fault::senseless(
            format!("`{text}` is no regular expression: {why}"),
            value.span,
        )
        .with_hint("`like` takes a glob: `name like prod-*`")
    })
}

fn moment(taken: Timestamp, ago: Option<Ago>, span: Span) -> Result<Value, Fault> {
    let Some(ago) = ago else {
        return Ok(Value::Time(taken));
    };
    let hours = match ago.unit {
        'm' => None,
        'h' => Some(1),
        'w' => Some(7 * 24),
        'y' => Some(365 * 24),
        _ => Some(24),
    };
    let count = i64::from(ago.count);
    let back = match hours {
        Some(hours) => count.hours().checked_mul(hours),
        None => Ok(count.minutes()),
    };
    back.and_then(|back| taken.checked_sub(back))
        .map(Value::Time)
        .map_err(|_| Fault::new(Problem::TooLarge(ago.count.to_string()), span))
}

/// Reads a time, or a day as its first moment in UTC.
fn time(text: &str) -> Option<Value> {
    let whole = text.parse::<Timestamp>();
    let day = || format!("{text}T00:00:00Z").parse::<Timestamp>();
    whole.or_else(|_| day()).ok().map(Value::Time)
}
