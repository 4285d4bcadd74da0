//! A pair of the parse tree, with what the readers need of it.

use pest::iterators::Pair;
use whocan_grammar::Rule;

use crate::ast::{Span, Spanned};
use crate::error::{Fault, Problem};

/// A node of the parse tree.
#[derive(Debug, Clone)]
pub(super) struct Node<'i>(Pair<'i, Rule>);

/// The children of a node, read from left to right.
pub(super) struct Children<'i>(std::iter::Peekable<pest::iterators::Pairs<'i, Rule>>);

impl<'i> Node<'i> {
    pub(super) fn new(pair: Pair<'i, Rule>) -> Node<'i> {
        Node(pair)
    }

    pub(super) fn rule(&self) -> Rule {
        self.0.as_rule()
    }

    pub(super) fn text(&self) -> &'i str {
        self.0.as_str()
    }

    pub(super) fn span(&self) -> Span {
        let span = self.0.as_span();
        let trailing = span.as_str().len() - span.as_str().trim_end().len();
        Span {
            start: span.start(),
            end: span.end() - trailing,
        }
    }

    pub(super) fn children(self) -> Children<'i> {
        Children(self.0.into_inner().peekable())
    }

    pub(super) fn is_statement(&self) -> bool {
        self.rule() == Rule::statement
    }

    /// Returns every snapshot that an `as of` in it names.
    pub(super) fn snapshots(&self) -> Vec<String> {
        let inside = self.0.clone().into_inner().flatten();
        let clauses = inside.filter(|pair| pair.as_rule() == Rule::as_of);
        let values = clauses.filter_map(|clause| clause.into_inner().last()?.into_inner().next());
        let mut names = Vec::new();
        for value in values.map(Node::new) {
            let name = match value.rule() {
                Rule::quoted => value.unquoted(),
                _ => value.text().to_owned(),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    pub(super) fn word(&self) -> Spanned<String> {
        Spanned {
            value: self.text().to_owned(),
            span: self.span(),
        }
    }

    /// Reads a number.
    pub(super) fn number(&self) -> Result<Spanned<u64>, Fault> {
        let value = self
            .text()
            .parse()
            .map_err(|_| Fault::new(Problem::TooLarge(self.text().to_owned()), self.span()))?;
        Ok(Spanned {
            value,
            span: self.span(),
        })
    }

    /// Reads quoted text without its quotes and escapes.
    pub(super) fn unquoted(self) -> String {
        let inner = self.0.into_inner().next();
        let escaped = inner.map_or("", |inner| inner.as_str());
        let mut text = String::with_capacity(escaped.len());
        let mut chars = escaped.chars();
        while let Some(char) = chars.next() {
            let char = if char == '\\' {
                chars.next()
            } else {
                Some(char)
            };
            text.extend(char);
        }
        text
    }
}

impl<'i> Children<'i> {
    /// Takes the next child if it is of this rule.
    pub(super) fn take_if(&mut self, rule: Rule) -> Option<Node<'i>> {
        self.0.next_if(|pair| pair.as_rule() == rule).map(Node::new)
    }

    /// Takes the next child, which the grammar says is there.
    pub(super) fn expect(&mut self) -> Node<'i> {
        Node::new(self.0.next().expect("the grammar has a child here"))
    }

    /// Returns the rule of the next child.
    pub(super) fn peek(&mut self) -> Option<Rule> {
        self.0.peek().map(|pair| pair.as_rule())
    }

    /// Takes a keyword that may stand here and returns where it stands.
    pub(super) fn keyword(&mut self, rule: Rule) -> Option<Span> {
        self.take_if(rule).map(|node| node.span())
    }
}

impl<'i> Iterator for Children<'i> {
    type Item = Node<'i>;

    fn next(&mut self) -> Option<Node<'i>> {
        self.0.next().map(Node::new)
    }
}
