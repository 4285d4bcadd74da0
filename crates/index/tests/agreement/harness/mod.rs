//! Random small organizations on which the judge and the index must agree.
//!
//! A case is drawn from a seed and a number ([`case`]), asked on both sides
//! ([`compare`]), and made small if they disagree ([`run`]). Used by the test
//! `agreement` and by the long run of the same name.

pub mod case;
pub mod chain;
pub mod compare;
pub mod condition;
pub mod dice;
pub mod directory;
pub mod key;
pub mod member;
pub mod policy;
pub mod question;
pub mod rules;
pub mod run;
pub mod scenery;
pub mod show;
pub mod shrink;
pub mod tally;
pub mod told;
pub mod world;
