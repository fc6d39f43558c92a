//! What the network says of each step along a line: the logarithm of each symbol's probability.

use std::sync::Arc;

use crate::alphabet::{Alphabet, BLANK, Symbol};
use crate::line::Line;
use crate::reading::{Geometry, Reading, Stretch, assemble};

/// Columns of the line at the network's height for one step.
const COLUMNS_A_STEP: usize = 2;

/// The probabilities of all symbols at each step of a line; decoded as often as one likes.
#[derive(Debug, Clone)]
pub struct Posteriors {
    alphabet: Arc<Alphabet>,
    /// Natural logarithms, step by step, the blank first.
    logs: Vec<f32>,
    geometry: Geometry,
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
    pub fn steps(&self) -> impl ExactSizeIterator<Item = &[f32]> {
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
