//! Texts of a fixed shape: numbers, dates, serials.

use std::sync::Arc;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::util::syntax;
use regex_automata::{Anchored, MatchKind};
use thiserror::Error;

use super::Prior;
use crate::alphabet::split;

/// The most memory that one pattern's automaton may take.
const MOST_BYTES: usize = 4 << 20;

/// Texts that a regular expression matches as a whole; all are equally likely.
#[derive(Debug, Clone)]
pub struct Pattern {
    automaton: Arc<dense::DFA<Vec<u32>>>,
    start: StateID,
}

/// The expression cannot be used: not one, or too large.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the pattern cannot be used: {0}")]
pub struct PatternError(String);

impl Pattern {
    /// A pattern from a regular expression (of the `regex` crate, without its Unicode classes). Letters with a tone stand for the
    /// letter and its mark, so they may not stand in a class: `ngày [0-3][0-9]` is one, `[àá]` is not what it seems.
    ///
    /// # Errors
    /// [`PatternError`].
    pub fn new(expression: &str) -> Result<Self, PatternError> {
        let expression: String = split(expression).into_iter().collect();
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .dfa_size_limit(Some(MOST_BYTES))
            .determinize_size_limit(Some(MOST_BYTES));
        let automaton = dense::Builder::new().configure(config).syntax(syntax::Config::new().unicode(true)).build(&expression);
        let automaton = automaton.map_err(|error| PatternError(error.to_string()))?;
        let start = automaton.start_state(&start::Config::new().anchored(Anchored::Yes));
        let start = start.map_err(|error| PatternError(error.to_string()))?;
        Ok(Self { automaton: Arc::new(automaton), start })
    }

    /// A calendar date of 1900 to 2099 in figures, two for day and month: `05/11/1987`, with `/`, `-` or `.`.
    ///
    /// # Errors
    /// None in truth: the expression is one.
    pub fn date() -> Result<Self, PatternError> {
        Self::new("(0[1-9]|[12][0-9]|3[01])(/(0[1-9]|1[0-2])/|-(0[1-9]|1[0-2])-|\\.(0[1-9]|1[0-2])\\.)(19|20)[0-9]{2}")
    }

    /// Exactly so many digits: 12 for a personal identity number, 9 for the older identity card.
    ///
    /// # Errors
    /// [`PatternError`] for a count beyond use.
    pub fn digits(count: u16) -> Result<Self, PatternError> {
        Self::new(&format!("[0-9]{{{count}}}"))
    }
}

impl Prior for Pattern {
    type State = StateID;

    fn start(&self) -> StateID {
        self.start
    }

    fn next(&self, state: &StateID, symbol: char) -> Option<(StateID, f32)> {
        let mut bytes = [0; 4];
        let after = symbol.encode_utf8(&mut bytes).bytes().fold(*state, |state, byte| self.automaton.next_state(state, byte));
        // A quit state is one that the automaton gives up at; none of ours does.
        if self.automaton.is_dead_state(after) || self.automaton.is_quit_state(after) { None } else { Some((after, 0.0)) }
    }

    fn end(&self, state: &StateID) -> Option<f32> {
        self.automaton.is_match_state(self.automaton.next_eoi_state(*state)).then_some(0.0)
    }
}
