//! What can be written in a place, and how likely it is before one looks.
//!
//! A prior helps to read what is there; it must not make what is not there. So a reading keeps the network's own probabilities
//! ([`crate::Sign`]), which are low where the prior overruled the network, and a line that no allowed text fits gives none.

mod list;
mod pattern;
mod words;

pub use list::List;
pub use pattern::{Pattern, PatternError};
pub use words::Words;

/// Which texts are allowed, symbol by symbol: letters without tone, each tone mark after its letter
/// ([`crate::alphabet::split`]).
pub trait Prior {
    /// What is known of a beginning of a text.
    type State: Clone;

    /// Before the first symbol.
    fn start(&self) -> Self::State;

    /// After one symbol more, and the natural logarithm of that symbol's prior (0 or less: more is taken as 0); none where the
    /// symbol is not allowed.
    fn next(&self, state: &Self::State, symbol: char) -> Option<(Self::State, f32)>;

    /// The natural logarithm of the prior of ending here (0 or less); none where a text may not end.
    fn end(&self, state: &Self::State) -> Option<f32>;
}

/// A prior of any sort, chosen by data: the search over each is compiled here, once.
#[derive(Debug, Clone)]
pub enum Knowledge {
    /// Nothing is known.
    Nothing,
    /// A shape.
    Pattern(Pattern),
    /// Whole texts.
    List(List),
    /// Words of running text.
    Words(Words),
}

/// Everything is allowed, and equally likely.
#[derive(Debug, Clone, Copy, Default)]
pub struct Anything;

impl Prior for Anything {
    type State = ();

    fn start(&self) {}

    fn next(&self, (): &(), _symbol: char) -> Option<((), f32)> {
        Some(((), 0.0))
    }

    fn end(&self, (): &()) -> Option<f32> {
        Some(0.0)
    }
}
