//! Running text whose words mostly are on a list: the syllables of Vietnamese names.

use super::{List, Prior};

/// Words between spaces, punctuation and figures. A word of the list costs nothing; any other is allowed, and costs. So rare names
/// (of ethnic minorities, of foreigners) can be read, where the picture is clear.
#[derive(Debug, Clone)]
pub struct Words {
    known: List,
    unknown: f32,
}

/// How a word has been written so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    /// Nothing, or one capital: all is open.
    Open,
    /// Small letters since.
    Small,
    /// Capitals only.
    Capital,
}

/// A place in running text.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The place in the list, none once the word has left it.
    node: Option<usize>,
    letters: usize,
    case: Case,
}

const START: Place = Place { node: Some(0), letters: 0, case: Case::Open };

impl Words {
    /// Words of a list in small letters, and the cost of a word that is none of them or that mixes capitals into small letters:
    /// a natural logarithm, such as -3 for words that are a twentieth as likely.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>, unknown: f32) -> Self {
        let mut known = List::default();
        words.into_iter().for_each(|word| known.insert(&word.to_lowercase(), 0.0));
        Self { known, unknown: unknown.min(0.0) }
    }

    /// What it costs to end a word here that is on the list only in part.
    fn close(&self, place: &Place) -> f32 {
        let unfinished = place.node.is_some_and(|node| node != 0 && self.known.ending(node).is_none());
        if unfinished { self.unknown } else { 0.0 }
    }
}

impl Prior for Words {
    type State = Place;

    fn start(&self) -> Place {
        START
    }

    fn next(&self, place: &Place, symbol: char) -> Option<(Place, f32)> {
        let tone = crate::alphabet::TONES.contains(&symbol);
        if !symbol.is_alphabetic() && !tone {
            return Some((START, self.close(place)));
        }
        if tone && place.letters == 0 {
            return None;
        }
        let case = match (tone, symbol.is_uppercase(), place.letters, place.case) {
            (true, ..) => Some(place.case),
            (_, true, 0, _) => Some(Case::Open),
            (_, true, _, Case::Open | Case::Capital) => Some(Case::Capital),
            (_, false, _, Case::Open | Case::Small) => Some(Case::Small),
            _ => None,
        };
        let low = symbol.to_lowercase().next().unwrap_or(symbol);
        let node = place.node.filter(|_| case.is_some()).and_then(|node| self.known.step(node, low));
        // Leaving the list is paid once a word.
        let cost = if place.node.is_some() && node.is_none() { self.unknown } else { 0.0 };
        Some((Place { node, letters: place.letters + usize::from(!tone), case: case.unwrap_or(place.case) }, cost))
    }

    fn end(&self, place: &Place) -> Option<f32> {
        Some(self.close(place))
    }
}
