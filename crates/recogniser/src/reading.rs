//! What was read: signs with their probabilities, words with their boxes.

use crate::alphabet::{Alphabet, Symbol};

/// A line that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// The text, composed (NFC), words one space apart.
    pub text: String,
    /// The words, left to right.
    pub words: Vec<Word>,
    /// The symbols in reading order, spaces and tone marks among them.
    pub signs: Vec<Sign>,
}

/// One word of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The text, composed (NFC).
    pub text: String,
    /// How sure the network is: the probability of the least sure symbol, 0 to 1. As the network gives it, not calibrated.
    pub confidence: f32,
    /// Left, top, width and height in the given picture, pixels. The network says where along the line a symbol is to about a
    /// letter's width and nothing of its height: the box is as high as the picture.
    pub rect: [u32; 4],
}

/// One symbol of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sign {
    /// A letter without tone, a tone mark, a digit, punctuation or a space.
    pub symbol: char,
    /// The network's probability of the symbol where it is surest of it, 0 to 1.
    pub probability: f32,
    /// Where along the given picture that is: first column and the one after the last, pixels.
    pub columns: [f32; 2],
}

impl Reading {
    /// The probability of the least sure symbol of all words, 1 for an empty line.
    pub fn confidence(&self) -> f32 {
        self.words.iter().map(|word| word.confidence).fold(1.0, f32::min)
    }
}

/// A symbol at a stretch of the line, in the network's steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) symbol: Symbol,
    pub(crate) steps: [usize; 2],
    pub(crate) probability: f32,
}

/// How the network's steps lie in the picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Geometry {
    /// Pixels of the picture for one step.
    pub(crate) pitch: f32,
    /// Width and height of the picture, pixels.
    pub(crate) source: [u32; 2],
}

/// Puts symbols together to words.
pub(crate) fn assemble(stretches: &[Stretch], alphabet: &Alphabet, geometry: Geometry) -> Reading {
    let placed: Vec<(Symbol, Sign)> = stretches
        .iter()
        .filter_map(|stretch| {
            let columns = stretch.steps.map(|step| step as f32 * geometry.pitch);
            Some((stretch.symbol, Sign { symbol: alphabet.char(stretch.symbol)?, probability: stretch.probability, columns }))
        })
        .collect();
    let text = alphabet.decode(placed.iter().map(|(symbol, _)| *symbol));
    let mut words = Vec::new();
    let mut from = 0.0;
    for part in placed.split_inclusive(|(_, sign)| sign.symbol == ' ') {
        let (signs, until) = match part.split_last() {
            Some(((_, space), signs)) if space.symbol == ' ' => (signs, middle(space)),
            _ => (part, geometry.source[0] as f32),
        };
        words.extend(word(signs, [from, until], alphabet, geometry));
        from = until;
    }
    Reading { text, words, signs: placed.into_iter().map(|(_, sign)| sign).collect() }
}

/// The word of symbols between the middles of two spaces; none where nothing is left of them.
fn word(signs: &[(Symbol, Sign)], [from, until]: [f32; 2], alphabet: &Alphabet, geometry: Geometry) -> Option<Word> {
    let text = alphabet.decode(signs.iter().map(|(symbol, _)| *symbol));
    let ((_, first), (_, last)) = (signs.first()?, signs.last()?);
    if text.is_empty() {
        return None;
    }
    // The network fires inside a letter: half a letter more on both sides, or half its height for one alone.
    let letters = text.chars().count();
    let reach = match letters {
        1 => geometry.source[1] as f32 / 4.0,
        _ => (middle(last) - middle(first)) / (letters - 1) as f32 / 2.0,
    };
    let left = (first.columns[0].min(middle(first) - reach)).max(from).max(0.0);
    let right = (last.columns[1].max(middle(last) + reach)).min(until).min(geometry.source[0] as f32);
    let (start, end) = (left.floor() as u32, (right.ceil() as u32).max(left.floor() as u32 + 1));
    let confidence = signs.iter().map(|(_, sign)| sign.probability).fold(1.0, f32::min);
    Some(Word { text, confidence, rect: [start, 0, end - start, geometry.source[1]] })
}

fn middle(sign: &Sign) -> f32 {
    f32::midpoint(sign.columns[0], sign.columns[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_spaces_and_are_as_sure_as_their_least_sure_sign() {
        let alphabet = Alphabet::new(" abốo\u{301}").unwrap();
        let at = |c, step, probability| Stretch { symbol: alphabet.symbol(c).unwrap(), steps: [step, step + 1], probability };
        let stretches = [at('b', 4, 0.9), at('o', 8, 0.8), at('\u{301}', 9, 0.7), at(' ', 14, 0.99), at('a', 20, 0.5), at(' ', 30, 0.9)];
        let reading = assemble(&stretches, &alphabet, Geometry { pitch: 4.0, source: [160, 64] });
        assert_eq!(reading.text, "bó a");
        assert_eq!(reading.signs.len(), 6);
        assert_eq!(reading.confidence(), 0.5);
        let [first, second] = reading.words.as_slice() else { panic!("two words") };
        assert_eq!((first.text.as_str(), first.confidence, first.rect), ("bó", 0.7, [8, 0, 40, 64]));
        assert_eq!((second.text.as_str(), second.confidence, second.rect), ("a", 0.5, [66, 0, 32, 64]));
    }

    #[test]
    fn nothing_is_an_empty_reading() {
        let alphabet = Alphabet::new(" \u{301}").unwrap();
        let alone = Stretch { symbol: 2, steps: [0, 1], probability: 0.4 };
        let geometry = Geometry { pitch: 2.0, source: [10, 10] };
        assert_eq!(assemble(&[], &alphabet, geometry), Reading::default());
        assert_eq!(assemble(&[alone], &alphabet, geometry).words, []);
    }
}
