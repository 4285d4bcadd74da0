//! Reads clauses, each into its place.

use whocan_grammar::Rule;

use super::node::{Children, Node};
use super::predicate::{attribute, value, wrong_sign};
use super::{predicate, set};
use crate::ast::{Certainty, Clauses, Given, GivenState, OrderKey, Span, Spanned, Value};
use crate::error::{Fault, Problem};

/// Reads a node of the rule `clause`.
///
/// # Errors
///
/// A clause that can stand once and stands already.
pub(super) fn read(node: Node<'_>, clauses: &mut Clauses) -> Result<(), Fault> {
    let node = node.children().expect();
    let span = node.span();
    let rule = node.rule();
    let mut children = node.children();
    let keyword = children.expect();
    debug_assert!(!matches!(keyword.rule(), Rule::clause));
    match rule {
        Rule::r#where => clauses.filter.push(predicate::read(children.expect())?),
        Rule::except => clauses.except.push(set::read(children.expect())?),
        Rule::through => clauses.through.push(set::read(children.expect())?),
        Rule::avoiding => clauses.avoiding.push(set::read(children.expect())?),
        Rule::given => given(children, &mut clauses.given)?,
        Rule::ignoring => ignoring(children, &mut clauses.ignoring),
        Rule::via => once(&mut clauses.via, kinds(children), span, "via")?,
        Rule::within => {
            let hops = children.expect().number()?.value;
            once(&mut clauses.within, hops, span, "within")?;
        }
        Rule::limit => {
            let rows = children.expect().number()?.value;
            once(&mut clauses.limit, rows, span, "limit")?;
        }
        Rule::group_by => list(
            &mut clauses.group_by,
            attributes(children),
            span,
            "group by",
        )?,
        Rule::order_by => list(&mut clauses.order_by, order(children), span, "order by")?,
        Rule::returning => list(&mut clauses.returning, attributes(children), span, "return")?,
        Rule::session_policy => {
            let file = last_value(children)?;
            once(
                &mut clauses.session_policy,
                file,
                span,
                "under session policy",
            )?;
        }
        Rule::access_point => {
            let name = last_value(children)?;
            once(
                &mut clauses.access_point,
                name,
                span,
                "through access point",
            )?;
        }
        Rule::as_of => once(&mut clauses.as_of, last_value(children)?, span, "as of")?,
        Rule::certainty => certainty(keyword.rule(), span, clauses)?,
        Rule::as_collected => clauses.as_collected = Some(span),
        Rule::explain => clauses.explain = Some(span),
        Rule::expand => clauses.expand = Some(span),
        _ => clauses.dependencies = Some(span),
    }
    Ok(())
}

fn once<T>(
    slot: &mut Option<Spanned<T>>,
    value: T,
    span: Span,
    name: &'static str,
) -> Result<(), Fault> {
    if slot.is_some() {
        return Err(Fault::new(Problem::Repeated(name), span));
    }
    *slot = Some(Spanned { value, span });
    Ok(())
}

fn list<T>(slot: &mut Vec<T>, values: Vec<T>, span: Span, name: &'static str) -> Result<(), Fault> {
    if !slot.is_empty() {
        return Err(Fault::new(Problem::Repeated(name), span));
    }
    *slot = values;
    Ok(())
}

fn certainty(rule: Rule, span: Span, clauses: &mut Clauses) -> Result<(), Fault> {
    let value = match rule {
        Rule::SURELY => Certainty::Surely,
        _ => Certainty::Possibly,
    };
    match &clauses.certainty {
        Some(before) if before.value != value => Err(Fault::senseless(
            "`surely` and `possibly` exclude each other",
            span,
        )),
        _ => {
            clauses.certainty = Some(Spanned { value, span });
            Ok(())
        }
    }
}

fn kinds(children: Children<'_>) -> Vec<Spanned<String>> {
    children
        .filter(|child| child.rule() == Rule::edge_kind)
        .map(|child| child.word())
        .collect()
}

fn ignoring(children: Children<'_>, types: &mut Vec<Spanned<String>>) {
    for child in children.filter(|child| child.rule() == Rule::policy_type) {
        let mut word = child.word();
        let parts: Vec<&str> = word.value.split_whitespace().collect();
        word.value = parts.join(" ").to_ascii_lowercase();
        if !types.contains(&word) {
            types.push(word);
        }
    }
}

fn attributes(children: Children<'_>) -> Vec<crate::ast::Attribute> {
    children
        .filter(|child| child.rule() == Rule::attribute)
        .map(attribute)
        .collect()
}

fn order(children: Children<'_>) -> Vec<OrderKey> {
    let keys = children.filter(|child| child.rule() == Rule::order_key);
    keys.map(|key| {
        let mut parts = key.children();
        let attribute = attribute(parts.expect());
        let descending = parts.take_if(Rule::DESC).is_some();
        OrderKey {
            attribute,
            descending,
        }
    })
    .collect()
}

fn last_value(children: Children<'_>) -> Result<Value, Fault> {
    let values = children.filter(|child| child.rule() == Rule::value);
    value(
        values
            .last()
            .expect("the grammar ends this clause in a value"),
    )
}

fn given(children: Children<'_>, items: &mut Vec<Given>) -> Result<(), Fault> {
    for child in children.filter(|child| child.rule() == Rule::given_item) {
        let item = given_item(child)?;
        let same = |before: &Given| before.key.value.eq_ignore_ascii_case(&item.key.value);
        if items.iter().any(same) {
            let fault = Fault::senseless(
                format!("`{}` is given twice", item.key.value),
                item.key.span,
            );
            return Err(fault.with_hint("several values are `given KEY in (A, B)`"));
        }
        items.push(item);
    }
    Ok(())
}

fn given_item(node: Node<'_>) -> Result<Given, Fault> {
    let mut children = node.children();
    let key = children.expect().word();
    let sign = children.expect();
    let state = match sign.rule() {
        Rule::ABSENT => GivenState::Absent,
        Rule::PRESENT => GivenState::Present,
        Rule::IN => GivenState::In(children.map(value).collect::<Result<_, _>>()?),
        _ if sign.text() == "==" => return Err(wrong_sign("==", "=", sign.span())),
        _ => GivenState::Equals(value(children.expect())?),
    };
    Ok(Given { key, state })
}
