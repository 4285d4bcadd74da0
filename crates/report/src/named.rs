//! A thing and the names that people know it by.

use serde::Serialize;
use whocan_graph::Graph;
use whocan_query::thing::Thing;

/// A thing and its names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Named {
    /// The ARN; for what has none its name.
    pub arn: String,
    /// The shorthand, such as `role/deploy`.
    pub name: String,
    /// What it is: `role`, `bucket`; empty if nobody knows.
    pub kind: String,
    /// The number of its account; empty if it has none.
    pub account: String,
    /// What the account is called; its number where it has no name.
    pub account_name: String,
}

impl Named {
    /// Returns the names of `thing`.
    pub(crate) fn of(thing: Thing, graph: &Graph) -> Named {
        let account = thing.account(graph).map(|account| graph.account(account));
        let number = account.map(|account| account.id.to_string());
        let name = account.map(|account| match &*account.name {
            "" => account.id.to_string(),
            name => name.to_owned(),
        });
        Named {
            arn: thing.arn(graph).to_string(),
            name: thing.shorthand(graph),
            kind: thing.kind(graph).to_owned(),
            account: number.unwrap_or_default(),
            account_name: name.unwrap_or_default(),
        }
    }

    /// Returns the names of what the snapshot knows only as a text.
    pub(crate) fn text(text: &str) -> Named {
        Named {
            arn: text.to_owned(),
            name: text.to_owned(),
            kind: String::new(),
            account: String::new(),
            account_name: String::new(),
        }
    }

    /// Returns the shorthand with the account, as in `role/deploy (prod)`.
    pub fn full(&self) -> String {
        match self.account_name.as_str() {
            "" => self.name.clone(),
            // Its own name says it.
            account if self.name.ends_with(account) => self.name.clone(),
            account => format!("{} ({account})", self.name),
        }
    }
}
