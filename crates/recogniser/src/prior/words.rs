//! Running text whose words mostly are on a list: the syllables of Vietnamese names.

use super::{List, Prior};

/// Words between spaces, punctuation and figures. A word of the list costs what the list says; any other is allowed, and costs more.
/// So rare names (of ethnic minorities, of foreigners) can be read, where the picture is clear.
#[derive(Debug, Clone)]
pub struct Words {
    /// What the first word of a text can be, where that is another list.
    first: Option<Listed>,
    others: Listed,
    figure: f32,
}

/// Words and what they cost; any other costs `unknown`.
#[derive(Debug, Clone)]
struct Listed {
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
    /// Whether this is still the first word.
    first: bool,
    /// The place in the list, none once the word has left it.
    node: Option<usize>,
    letters: usize,
    case: Case,
}

const START: Place = Place { first: true, node: Some(0), letters: 0, case: Case::Open };

impl Words {
    /// Words of a list in small letters, and the cost of a word that is none of them or that mixes capitals into small letters:
    /// a natural logarithm, such as -3 for words that are a twentieth as likely.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>, unknown: f32) -> Self {
        Self::weighted(words.into_iter().map(|word| (word, 0.0)), unknown)
    }

    /// [`Words::new`] with a cost for each word, 0 or less; of a word that is there twice the smaller cost holds.
    pub fn weighted<'a>(words: impl IntoIterator<Item = (&'a str, f32)>, unknown: f32) -> Self {
        Self { first: None, others: Listed::new(words, unknown), figure: 0.0 }
    }

    /// Another list for the first word of a text, and the cost of words that are not on it: family names stand before given names.
    #[must_use]
    pub fn beginning_with<'a>(self, words: impl IntoIterator<Item = (&'a str, f32)>, unknown: f32) -> Self {
        Self { first: Some(Listed::new(words, unknown)), ..self }
    }

    /// What a figure costs: nobody's name has one.
    #[must_use]
    pub fn figures_at(self, cost: f32) -> Self {
        Self { figure: cost.min(0.0), ..self }
    }

    fn list(&self, place: &Place) -> &Listed {
        self.first.as_ref().filter(|_| place.first).unwrap_or(&self.others)
    }

    /// What it costs to end a word here.
    fn close(&self, place: &Place) -> f32 {
        match place.node {
            // Nothing was written, or the word has left the list and has paid for that.
            Some(0) | None => 0.0,
            Some(node) => {
                let list = self.list(place);
                list.known.ending(node).unwrap_or(list.unknown)
            }
        }
    }
}

impl Listed {
    fn new<'a>(words: impl IntoIterator<Item = (&'a str, f32)>, unknown: f32) -> Self {
        let mut known = List::default();
        words.into_iter().for_each(|(word, cost)| known.insert(&word.to_lowercase(), cost.min(0.0)));
        Self { known, unknown: unknown.min(0.0) }
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
            let figure = if symbol.is_ascii_digit() { self.figure } else { 0.0 };
            return Some((Place { first: place.first && place.letters == 0, ..START }, self.close(place) + figure));
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
        let node = place.node.filter(|_| case.is_some()).and_then(|node| self.list(place).known.step(node, low));
        // Leaving the list is paid once a word.
        let cost = if place.node.is_some() && node.is_none() { self.list(place).unknown } else { 0.0 };
        Some((Place { first: place.first, node, letters: place.letters + usize::from(!tone), case: case.unwrap_or(place.case) }, cost))
    }

    fn end(&self, place: &Place) -> Option<f32> {
        Some(self.close(place))
    }
}
