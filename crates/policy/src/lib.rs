//! IAM's own language: ARNs, actions, patterns, policy documents, conditions.
//!
//! Knows no account and does no I/O. Both the judge (`whocan-eval`) and the
//! index (`whocan-index`) build on it, so everything here is a fact of the
//! language (what a document says, whether one text matches one pattern) and
//! never a decision. Start at [`Document::parse`].

mod account;
mod action;
mod arn;
pub mod catalogue;
mod condition;
mod document;
mod operator;
mod pattern;
mod principal;
mod region;
mod resource;
mod statement;
mod template;
mod truth;

pub use account::{AccountId, NotAnAccountId};
pub use action::ActionPattern;
pub use arn::{Arn, NotAnArn};
pub use condition::{Condition, ConditionValue, KeyName};
pub use document::{Document, Problem, ProblemKind, Version};
pub use operator::{Comparison, Operator, SetQualifier, Test};
pub use pattern::{Pattern, Token};
pub use principal::{NamedPrincipal, PrincipalClause};
pub use region::{Region, TooComplex};
pub use resource::ResourcePattern;
pub use statement::{ActionClause, Effect, ResourceClause, Statement};
pub use template::{Filling, Flavour, Part, Template, Variable, VariableValue};
pub use truth::Truth;
