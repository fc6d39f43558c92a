//! What the network says of each step along a line: the logarithm of each symbol's probability.

use std::sync::Arc;

use crate::alphabet::{Alphabet, BLANK, Symbol};
use crate::beam::{self, Search};
use crate::lattice;
use crate::line::Line;
use crate::prior::{Anything, Knowledge, Prior};
use crate::reading::{Geometry, Reading, Stretch, assemble};

/// Columns of the line at the network's height for one step.
const COLUMNS_A_STEP: usize = 3;

/// Steps without a symbol behind a text that is whole: more than the space between two words of capitals.
const APART: usize = 10;

/// The probabilities of all symbols at each step of a line; decoded as often as one likes.
#[derive(Debug, Clone)]
pub struct Posteriors {
    alphabet: Arc<Alphabet>,
    /// Natural logarithms, step by step, the blank first.
    logs: Vec<f32>,
    geometry: Geometry,
}

/// A text that a prior allows.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The text with its words; the probabilities are the network's, without the prior.
    pub reading: Reading,
    /// The natural logarithm of the text's probability by the network alone, over all alignments. Compare it with that of what was
    /// read freely ([`Posteriors::log_likelihood`]): much less means that the prior does not fit the line.
    pub log_likelihood: f32,
    /// By how much the score (network and prior, natural logarithm) exceeds that of the next text that was followed to the end;
    /// infinite where there was none.
    pub margin: f32,
}

/// One of several texts that a line may say.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The text, composed (NFC).
    pub text: String,
    /// The natural logarithm of its probability by the network over all alignments that were followed, and of its prior.
    pub score: f32,
}

impl Posteriors {
    pub(crate) fn new(scores: &[f32], line: &Line, alphabet: Arc<Alphabet>) -> Self {
        // Steps in the margin say nothing.
        let steps = line.width().div_ceil(COLUMNS_A_STEP);
        let logs = scores.chunks_exact(alphabet.outputs()).take(steps).flat_map(log_softmax).collect();
        let pitch = line.source()[0] as f32 * COLUMNS_A_STEP as f32 / line.width() as f32;
        Self { alphabet, logs, geometry: Geometry { pitch, source: line.source() } }
    }

    /// The symbols that the probabilities are of.
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// The natural logarithms of the probabilities, step by step along the line; the blank first.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = &[f32]> + Clone {
        self.logs.chunks_exact(self.alphabet.outputs())
    }

    /// Reads the likeliest symbol of each step, on its own: fast, and without any knowledge of what is written.
    pub fn greedy(&self) -> Reading {
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut previous = BLANK;
        for (step, logs) in self.steps().enumerate() {
            let (symbol, probability) = likeliest(logs);
            match stretches.last_mut() {
                Some(last) if symbol == previous && symbol != BLANK => {
                    last.steps[1] = step + 1;
                    last.probability = last.probability.max(probability);
                }
                _ if symbol != BLANK => stretches.push(Stretch { symbol, steps: [step, step + 1], probability }),
                _ => {}
            }
            previous = symbol;
        }
        assemble(&stretches, &self.alphabet, self.geometry)
    }

    /// Reads the likeliest text that `prior` allows; none where no allowed text was found.
    pub fn search(&self, prior: &impl Prior, search: Search) -> Option<Found> {
        let mut best = beam::search(self.steps(), &self.alphabet, prior, search, 2).into_iter();
        let (text, score) = best.next()?;
        let margin = best.next().map_or(f32::INFINITY, |(_, next)| score - next);
        let reading = assemble(&lattice::align(self.steps(), &text)?, &self.alphabet, self.geometry);
        Some(Found { reading, log_likelihood: lattice::likelihood(self.steps(), &text), margin })
    }

    /// The likeliest texts by the network and by what is known beforehand, at most `count`, best first; none where nothing
    /// fits. The scores of one line can be compared with each other: the share of one in the sum of all, `exp` of each taken, is
    /// the probability that the line says so, as far as network and prior are right.
    pub fn candidates(&self, known: &Knowledge, search: Search, count: usize) -> Vec<Candidate> {
        let (steps, alphabet) = (self.steps(), &self.alphabet);
        let found = match known {
            Knowledge::Nothing => beam::search(steps, alphabet, &Anything, search, count),
            Knowledge::Pattern(pattern) => beam::search(steps, alphabet, pattern, search, count),
            Knowledge::List(list) => beam::search(steps, alphabet, list, search, count),
            Knowledge::Words(words) => beam::search(steps, alphabet, words, search, count),
        };
        found.into_iter().map(|(text, score)| Candidate { text: alphabet.decode(text), score }).collect()
    }

    /// The natural logarithm of a text's probability by the network: how well a text from elsewhere (another engine, a
    /// register) fits the picture. None where the text has characters that the network does not know.
    pub fn log_likelihood(&self, text: &str) -> Option<f32> {
        Some(lattice::likelihood(self.steps(), &self.alphabet.encode(text)?))
    }

    /// By how much a text falls short, natural logarithm: the likeliest path on which it stands in the line as whole words, whatever
    /// stands before it and further behind it, against the likeliest path of all. 0 where it is what is read there. Another word right
    /// behind it counts against it, unless the text ends with a space. None where the text has characters that the network does not
    /// know; infinite where the line is too short for it.
    pub fn shortfall(&self, text: &str) -> Option<f32> {
        let apart = if text.ends_with(' ') { 0 } else { APART };
        Some(lattice::shortfall(self.steps(), &self.alphabet.encode(text)?, apart))
    }

    /// Posteriors of given probabilities, one pixel a step.
    #[cfg(test)]
    pub(crate) fn of(alphabet: Alphabet, probabilities: &[Vec<f32>]) -> Self {
        let logs = probabilities.iter().flatten().map(|p| p.ln()).collect();
        let source = [u32::try_from(probabilities.len()).unwrap_or(u32::MAX), 32];
        Self { alphabet: Arc::new(alphabet), logs, geometry: Geometry { pitch: 1.0, source } }
    }
}

fn likeliest(logs: &[f32]) -> (Symbol, f32) {
    let best = (BLANK..).zip(logs).max_by(|(_, a), (_, b)| a.total_cmp(b));
    best.map_or((BLANK, 1.0), |(symbol, log)| (symbol, log.exp()))
}

fn log_softmax(scores: &[f32]) -> impl Iterator<Item = f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = scores.iter().map(|score| (score - most).exp()).sum();
    let shift = most + sum.ln();
    scores.iter().map(move |score| score - shift)
}
