//! IAM's own language: ARNs, actions, patterns, policy documents, conditions.
//!
//! Knows no account and does no I/O. Both the judge (`whocan-eval`) and the
//! index (`whocan-index`) build on it, so everything here is a fact of the
//! language (what a document says, whether one text matches one pattern) and
//! never a decision. Start at [`Document::parse`].

mod account;
mod action;
mod arn;
mod call;
pub mod catalogue;
mod clipped;
mod condition;
mod context;
mod describe;
mod document;
mod json;
mod operator;
mod pattern;
mod principal;
mod problem;
mod reading;
mod region;
mod resource;
mod statement;
mod template;
mod truth;
mod typed;
mod unknown;

pub use account::{AccountId, NotAnAccountId};
pub use action::ActionPattern;
pub use arn::{Arn, NotAnArn};
pub use call::{Assume, Ignoring, Session};
pub use condition::{Condition, ConditionValue, KeyName};
pub use context::{Given, KeyState, Precedence};
pub use document::{Document, Version};
pub use operator::{Comparison, Operator, SetQualifier, Test};
pub use pattern::{Pattern, Token};
pub use principal::{NamedPrincipal, PrincipalClause};
pub use problem::{Problem, ProblemKind};
pub use region::{Region, TooComplex};
pub use resource::ResourcePattern;
pub use statement::{ActionClause, Effect, ResourceClause, Statement};
pub use template::{Filling, Flavour, Part, Solutions, Template, Variable, VariableValue};
pub use truth::Truth;
pub use unknown::unknown_names;
