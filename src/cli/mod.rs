//! Commands: each parses its words, calls the library, and writes what a person or a script reads.

pub mod inspect;
