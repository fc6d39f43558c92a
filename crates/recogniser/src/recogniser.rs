//! The reader: a model made ready for this machine, and the memory that its lines share.

use std::sync::Arc;

use fearless_simd::Level;

use crate::alphabet::Alphabet;
use crate::error::ModelError;
use crate::line::Line;
use crate::model::Model;
use crate::net::{Net, Scratch};
use crate::posteriors::Posteriors;
use crate::reading::Reading;

/// Reads lines, one at a time, on the calling thread. A clone shares the weights and has memory of its own.
///
/// The memory is about 2 KB for a column of the longest line so far.
#[derive(Debug, Clone)]
pub struct Recogniser {
    net: Arc<Net>,
    alphabet: Arc<Alphabet>,
    scratch: Scratch,
}

impl Recogniser {
    /// Makes a model ready for the widest vectors that this machine has.
    ///
    /// # Errors
    /// [`ModelError::Tensor`], which a model that was parsed never has.
    pub fn new(model: &Model) -> Result<Self, ModelError> {
        Self::with_level(model, Level::new())
    }

    pub(crate) fn with_level(model: &Model, level: Level) -> Result<Self, ModelError> {
        let lacking = || ModelError::Tensor { index: model.tensors().len(), expected: "the head".to_owned() };
        let net = Net::new(model, level).ok_or_else(lacking)?;
        Ok(Self { net: Arc::new(net), alphabet: Arc::clone(model.alphabet()), scratch: Scratch::default() })
    }

    /// The probabilities of the symbols along a line.
    pub fn posteriors(&mut self, line: &Line) -> Posteriors {
        Posteriors::new(self.net.scores(line, &mut self.scratch), line, Arc::clone(&self.alphabet))
    }

    /// Reads a line without any knowledge of what is written: [`Posteriors::greedy`].
    pub fn read(&mut self, line: &Line) -> Reading {
        self.posteriors(line).greedy()
    }
}
