//! The store from outside: what it keeps, what it drops, what breaks it.

mod contents;
mod damage;
mod kill;
mod removal;
mod sample;
mod writers;
