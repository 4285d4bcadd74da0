//! The canonical text of a tree: parsing it gives the same tree.

use std::fmt::{Display, Formatter, Result, Write};

use whocan_grammar::quoted;

use crate::ast::{
    Access, Actions, Aim, Ast, Attribute, Bound, Certainty, Choice, Clauses, Comparator, Deed,
    Filter, FilterKind, Given, GivenState, On, OrderKey, PathKind, Place, Predicate, PredicateKind,
    Question, Set, SetKind, SetOperator, Shape, Spanned, Statement, StatementKind, Test, Value,
    ValueKind,
};

impl Display for Ast {
    /// One statement a line, each with its semicolon.
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        for statement in &self.statements {
            writeln!(out, "{statement};")?;
        }
        Ok(())
    }
}

impl Display for Statement {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match &self.kind {
            StatementKind::Let { name, set } => write!(out, "let {} = {set}", name.value),
            StatementKind::Ask(question) => question.fmt(out),
            StatementKind::Plan(question) => write!(out, "plan {question}"),
            StatementKind::Assert {
                bound,
                as_collected,
                question,
            } => {
                let collected = if *as_collected { " as collected" } else { "" };
                write!(out, "assert {bound}{collected} {question}")
            }
        }
    }
}

impl Display for Bound {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Bound::None => out.write_str("none"),
            Bound::Some => out.write_str("some"),
            Bound::Exactly(count) => write!(out, "exactly {count}"),
            Bound::AtMost(count) => write!(out, "at most {count}"),
            Bound::AtLeast(count) => write!(out, "at least {count}"),
            Bound::Only(set) => write!(out, "only {set}"),
        }
    }
}

impl Display for Question {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let count = if self.count { "count " } else { "" };
        match &self.shape {
            Shape::List { set } if self.count => write!(out, "count {set}")?,
            shape => write!(out, "{count}{shape}")?,
        }
        self.clauses.fmt(out)
    }
}

impl Display for Shape {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Shape::Who { filters, access } => {
                write!(out, "who")?;
                each(out, filters)?;
                write!(out, " can {access}")
            }
            Shape::WhichPrincipals { set, access } => write!(out, "which {set} can {access}"),
            Shape::WhichResources {
                set,
                subject,
                reach,
                actions,
            } => {
                let reach = if *reach { " reach" } else { "" };
                write!(out, "which {set} can {subject}{reach}")?;
                each(out, actions)
            }
            Shape::What { subject, reach, on } => {
                let verb = if *reach { "reach" } else { "do" };
                write!(out, "what can {subject} {verb}")?;
                each(out, on)
            }
            Shape::Can { subject, access } => write!(out, "can {subject} {access}"),
            Shape::Why {
                not,
                subject,
                access,
            } => {
                let why = if *not { "why not" } else { "why can" };
                write!(out, "{why} {subject} {access}")
            }
            Shape::Paths { kind, from, to } => write!(out, "{kind} from {from} to {to}"),
            Shape::Cycles => out.write_str("cycles"),
            Shape::List { set } => write!(out, "list {set}"),
            Shape::Show { set } => write!(out, "show {set}"),
            Shape::Matrix {
                rows,
                columns,
                reach,
            } => {
                write!(out, "matrix {rows} by {columns}")?;
                match reach {
                    Some(deed) => write!(out, " reach {deed}"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Display for PathKind {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(match self {
            PathKind::Paths => "paths",
            PathKind::Shortest => "shortest path",
            PathKind::All => "all paths",
        })
    }
}

impl Display for Access {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let reach = if self.reach.is_some() { "reach " } else { "" };
        write!(out, "{reach}{}", self.aim)
    }
}

impl Display for Aim {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Aim::Deed(deed) => deed.fmt(out),
            Aim::Become(set) => set.fmt(out),
        }
    }
}

impl Display for Deed {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        self.actions.fmt(out)?;
        each(out, &self.on)
    }
}

impl Display for On {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let all = if self.all.is_some() { "all of " } else { "" };
        match &self.set.kind {
            // Elsewhere a lone `*` could be read as an action, so it is quoted there.
            SetKind::Thing(text) if text == "*" => write!(out, "on {all}*"),
            _ => write!(out, "on {all}{}", self.set),
        }
    }
}

impl Display for Actions {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let all = if self.all.is_some() { "all of " } else { "" };
        out.write_str(all)?;
        listed(out, self.names.iter().map(|name| &name.value))
    }
}

impl Display for Set {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match &self.kind {
            SetKind::Chain { first, rest } => {
                operand(out, first, matches!(first.kind, SetKind::Chain { .. }))?;
                for (operator, set) in rest {
                    out.write_str(match operator {
                        SetOperator::Or => " or ",
                        SetOperator::Minus => " minus ",
                    })?;
                    operand(out, set, matches!(set.kind, SetKind::Chain { .. }))?;
                }
                Ok(())
            }
            SetKind::And(sets) => {
                for (at, set) in sets.iter().enumerate() {
                    out.write_str(if at == 0 { "" } else { " and " })?;
                    let looser = matches!(set.kind, SetKind::Chain { .. } | SetKind::And(_));
                    operand(out, set, looser)?;
                }
                Ok(())
            }
            SetKind::Filtered { set, filters } => {
                operand(out, set, !is_primary(set))?;
                each(out, filters)
            }
            SetKind::Name(name) => out.write_str(name),
            SetKind::Thing(text) => thing(out, text),
            SetKind::Question(question) => write!(out, "({question})"),
        }
    }
}

impl Display for Filter {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match &self.kind {
            FilterKind::With(predicate) => match &predicate.kind {
                PredicateKind::Or(_) | PredicateKind::And(_) => write!(out, "with ({predicate})"),
                _ => write!(out, "with {predicate}"),
            },
            FilterKind::In(place) => write!(out, "in {place}"),
            FilterKind::Outside(place) => write!(out, "outside {place}"),
        }
    }
}

impl Display for Place {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Place::Org => out.write_str("org"),
            Place::Set(set) => operand(out, set, !is_primary(set)),
        }
    }
}

impl Display for Predicate {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match &self.kind {
            PredicateKind::Or(all) => {
                for (at, one) in all.iter().enumerate() {
                    out.write_str(if at == 0 { "" } else { " or " })?;
                    operand(out, one, matches!(one.kind, PredicateKind::Or(_)))?;
                }
                Ok(())
            }
            PredicateKind::And(all) => {
                for (at, one) in all.iter().enumerate() {
                    out.write_str(if at == 0 { "" } else { " and " })?;
                    let looser = matches!(one.kind, PredicateKind::Or(_) | PredicateKind::And(_));
                    operand(out, one, looser)?;
                }
                Ok(())
            }
            PredicateKind::Not(inner) => {
                out.write_str("not ")?;
                operand(
                    out,
                    inner,
                    !matches!(inner.kind, PredicateKind::Test { .. }),
                )
            }
            PredicateKind::Test { attribute, test } => write!(out, "{attribute}{test}"),
        }
    }
}

impl Display for Test {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Test::Holds => Ok(()),
            Test::Exists => out.write_str(" exists"),
            Test::Compare(comparator, value) => write!(out, " {} {value}", comparator.value),
            Test::In(choice) => write!(out, " in {choice}"),
        }
    }
}

impl Display for Comparator {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(match self {
            Comparator::Equal => "=",
            Comparator::NotEqual => "!=",
            Comparator::Less => "<",
            Comparator::LessOrEqual => "<=",
            Comparator::Greater => ">",
            Comparator::GreaterOrEqual => ">=",
            Comparator::Like => "like",
            Comparator::Matches => "matches",
            Comparator::Has => "has",
        })
    }
}

impl Display for Choice {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Choice::Values(values) => {
                out.write_char('(')?;
                listed(out, values)?;
                out.write_char(')')
            }
            Choice::Set(set) => operand(out, set, !is_primary(set)),
        }
    }
}

impl Display for Attribute {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(&self.name)?;
        let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
        match &self.key {
            None => Ok(()),
            Some(key) if self.has_tag() && !key.is_empty() && key.chars().all(plain) => {
                write!(out, ".{key}")
            }
            Some(key) => {
                out.write_char('[')?;
                out.write_str(&quoted(key))?;
                out.write_char(']')
            }
        }
    }
}

impl Attribute {
    /// Returns whether it is a tag, whose key may stand behind a dot.
    pub(crate) fn has_tag(&self) -> bool {
        self.name == "tag" || self.name.ends_with(".tag")
    }
}

impl Display for Value {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match &self.kind {
            ValueKind::Word(word) => out.write_str(word),
            ValueKind::Quoted(text) => out.write_str(&quoted(text)),
            ValueKind::Moment(None) => out.write_str("snapshot"),
            ValueKind::Moment(Some(ago)) => write!(out, "snapshot - {}{}", ago.count, ago.unit),
        }
    }
}

impl Display for Clauses {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        for set in &self.except {
            write!(out, " except {set}")?;
        }
        clause(out, "via", self.via.iter().flat_map(words))?;
        if let Some(hops) = &self.within {
            let noun = if hops.value == 1 { "hop" } else { "hops" };
            write!(out, " within {} {noun}", hops.value)?;
        }
        for set in &self.through {
            write!(out, " through {set}")?;
        }
        for set in &self.avoiding {
            write!(out, " avoiding {set}")?;
        }
        self.circumstances(out)?;
        for predicate in &self.filter {
            write!(out, " where {predicate}")?;
        }
        self.presentation(out)
    }
}

/// The widest line that stays one.
const WIDTH: usize = 100;

/// Returns a statement as canonical text, one clause a line where it is long.
pub fn pretty(statement: &Statement) -> String {
    let whole = statement.to_string();
    let question = match &statement.kind {
        StatementKind::Ask(question)
        | StatementKind::Plan(question)
        | StatementKind::Assert { question, .. } => question,
        StatementKind::Let { .. } => return whole,
    };
    if whole.chars().count() <= WIDTH {
        return whole;
    }
    // The clauses end the statement, so what is before them is its head.
    let clauses = question.clauses.to_string();
    let Some(head) = whole.strip_suffix(&clauses) else {
        return whole;
    };
    let mut text = head.to_owned();
    for clause in question.clauses.each() {
        text.push_str("\n ");
        text.push_str(&clause);
    }
    text
}

impl Clauses {
    /// Returns each clause as text behind a blank, in canonical order.
    fn each(&self) -> Vec<String> {
        let mut texts = Vec::new();
        let mut left = self.clone();
        let mut take = |part: Clauses| {
            let text = part.to_string();
            if !text.is_empty() {
                texts.push(text);
            }
        };
        for set in std::mem::take(&mut left.except) {
            take(Clauses {
                except: vec![set],
                ..Clauses::default()
            });
        }
        take(Clauses {
            via: left.via.take(),
            within: left.within.take(),
            ..Clauses::default()
        });
        take(Clauses {
            through: std::mem::take(&mut left.through),
            avoiding: std::mem::take(&mut left.avoiding),
            ..Clauses::default()
        });
        let filters = std::mem::take(&mut left.filter);
        let presentation = Clauses {
            group_by: std::mem::take(&mut left.group_by),
            order_by: std::mem::take(&mut left.order_by),
            limit: left.limit.take(),
            returning: std::mem::take(&mut left.returning),
            expand: left.expand.take(),
            explain: left.explain.take(),
            ..Clauses::default()
        };
        take(left);
        for predicate in filters {
            take(Clauses {
                filter: vec![predicate],
                ..Clauses::default()
            });
        }
        take(presentation);
        texts
    }

    fn circumstances(&self, out: &mut Formatter<'_>) -> Result {
        clause(out, "given", &self.given)?;
        clause(out, "under session policy", value(&self.session_policy))?;
        clause(out, "through access point", value(&self.access_point))?;
        clause(
            out,
            "ignoring",
            self.ignoring.iter().map(|word| &word.value),
        )?;
        let certainty = self.certainty.as_ref().map(|certainty| certainty.value);
        flag(out, "surely", certainty == Some(Certainty::Surely))?;
        flag(out, "possibly", certainty == Some(Certainty::Possibly))?;
        flag(out, "as collected", self.as_collected.is_some())?;
        clause(out, "as of", value(&self.as_of))?;
        flag(out, "including dependencies", self.dependencies.is_some())
    }

    fn presentation(&self, out: &mut Formatter<'_>) -> Result {
        clause(out, "group by", &self.group_by)?;
        clause(out, "order by", &self.order_by)?;
        clause(out, "limit", self.limit.iter().map(|limit| limit.value))?;
        clause(out, "return", &self.returning)?;
        flag(out, "expand", self.expand.is_some())?;
        flag(out, "explain", self.explain.is_some())
    }
}

impl Display for Given {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(&self.key.value)?;
        match &self.state {
            GivenState::Equals(value) => write!(out, " = {value}"),
            GivenState::Absent => out.write_str(" absent"),
            GivenState::Present => out.write_str(" present"),
            GivenState::In(values) => {
                out.write_str(" in (")?;
                listed(out, values)?;
                out.write_char(')')
            }
        }
    }
}

impl Display for OrderKey {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        self.attribute.fmt(out)?;
        flag(out, "desc", self.descending)
    }
}

/// Writes each item behind a blank.
fn each<T: Display>(out: &mut Formatter<'_>, items: impl IntoIterator<Item = T>) -> Result {
    items
        .into_iter()
        .try_for_each(|item| write!(out, " {item}"))
}

/// Writes items parted by commas.
fn listed<T: Display>(out: &mut Formatter<'_>, items: impl IntoIterator<Item = T>) -> Result {
    for (at, item) in items.into_iter().enumerate() {
        out.write_str(if at == 0 { "" } else { ", " })?;
        item.fmt(out)?;
    }
    Ok(())
}

/// Writes a clause, unless it has no items.
fn clause<T: Display>(
    out: &mut Formatter<'_>,
    name: &str,
    items: impl IntoIterator<Item = T>,
) -> Result {
    let mut items = items.into_iter().peekable();
    if items.peek().is_none() {
        return Ok(());
    }
    write!(out, " {name} ")?;
    listed(out, items)
}

fn flag(out: &mut Formatter<'_>, name: &str, set: bool) -> Result {
    if set { write!(out, " {name}") } else { Ok(()) }
}

fn words(list: &Spanned<Vec<Spanned<String>>>) -> impl Iterator<Item = &String> {
    list.value.iter().map(|word| &word.value)
}

fn value(slot: &Option<Spanned<Value>>) -> Option<&Value> {
    slot.as_ref().map(|spanned| &spanned.value)
}

fn operand<T: Display>(out: &mut Formatter<'_>, inner: &T, parentheses: bool) -> Result {
    if parentheses {
        write!(out, "({inner})")
    } else {
        inner.fmt(out)
    }
}

/// Returns whether a set stands alone without parentheses of its own.
fn is_primary(set: &Set) -> bool {
    matches!(
        set.kind,
        SetKind::Name(_) | SetKind::Thing(_) | SetKind::Question(_)
    )
}

/// Writes a thing of AWS, in quotes only where it needs them.
fn thing(out: &mut Formatter<'_>, text: &str) -> Result {
    let special = |char: char| char.is_whitespace() || ",;()=\"#".contains(char);
    let plain = !(crate::parse::is_name(text)
        || text.contains(special)
        || whocan_grammar::is_action(text)
        || whocan_grammar::is_reserved(text));
    if plain {
        out.write_str(text)
    } else {
        out.write_str(&quoted(text))
    }
}
