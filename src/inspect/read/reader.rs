//! What reads letters: a port, so that inspection does not know the engine.

use std::time::Duration;

use bansao_scan::layout::crop_line;
use bansao_scan::{GrayImage, Rect};
use thiserror::Error;

use crate::inspect::forms::FieldType;

/// The pictures of boxes of a layer.
pub(super) fn cut(layer: &GrayImage, boxes: &[Rect], height: u32) -> Vec<GrayImage> {
    boxes.iter().map(|rect| crop_line(layer, rect, height)).collect()
}

/// One word that was read, with its box in the line's picture.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadWord {
    /// The text, as the engine gave it.
    pub text: String,
    /// How sure the engine was, 0 to 1.
    pub confidence: f32,
    /// Box in the picture of the line, pixels.
    pub rect: Rect,
}

/// One reading of several boxes.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// Height of the pictures that were read, pixels: what the words' boxes lie in.
    pub height: u32,
    /// The words of every box, in order.
    pub words: Vec<Vec<ReadWord>>,
}

/// A value to be read by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What it is: an engine may know what such values can be.
    pub kind: FieldType,
    /// Where its lines stand on the upright layer, in the order of reading.
    pub lines: Vec<Rect>,
    /// What was read of it with the whole page.
    pub said: String,
}

/// One of the texts that a value may say.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The text.
    pub text: String,
    /// The natural logarithm of how likely it is, up to what all texts of the value share.
    pub weight: f32,
}

/// Why lines were not read. The message holds nothing of the paper.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The engine could not be started.
    #[error("the reading engine cannot be started: {0}")]
    NotStarted(String),
    /// The engine ended in failure.
    #[error("the reading engine failed: {0}")]
    Failed(String),
    /// The engine was stopped at its deadline.
    #[error("reading took more than {0:?}")]
    Overrun(Duration),
}

/// Reads pictures of single lines, black on white, upright.
///
/// No question has an answer of its own here: a reader that stands before another would else keep questions from it unseen.
///
/// An implementation blocks, keeps no state between calls that could change a result, may be called from several
/// threads at once, and returns by the deadline, with [`ReadError::Overrun`] at the latest.
pub trait Reader: Send + Sync {
    /// The words of each line, in order; as many lists as lines.
    ///
    /// # Errors
    /// [`ReadError`]; nothing is returned for a part of the lines.
    fn read(&self, lines: &[GrayImage], deadline: Duration) -> Result<Vec<Vec<ReadWord>>, ReadError>;

    /// Further readings of single values, whose boxes on an upright layer are given. Values that matter are settled by a vote of the
    /// first reading and these.
    ///
    /// # Errors
    /// As [`Reader::read`].
    fn again(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> Result<Vec<Round>, ReadError>;

    /// The texts that each value may say, the likeliest first, with what the engine knows of such values. An engine that cannot weigh
    /// them has none.
    ///
    /// # Errors
    /// As [`Reader::read`].
    fn weigh(&self, layer: &GrayImage, values: &[Asked], deadline: Duration) -> Result<Vec<Vec<Heard>>, ReadError>;

    /// What another engine reads in boxes of a layer: it is asked where [`Reader::weigh`] leaves doubt. Without another one there
    /// are no rounds.
    ///
    /// # Errors
    /// As [`Reader::read`].
    fn other(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> Result<Vec<Round>, ReadError>;

    /// How likely each of `texts` is in a box of an upright layer, natural logarithms in their order; none where the engine cannot
    /// say. The figures of one call may be compared with each other, and with nothing else.
    ///
    /// # Errors
    /// As [`Reader::read`].
    fn likelihoods(&self, layer: &GrayImage, place: Rect, texts: &[String], deadline: Duration) -> Result<Vec<f32>, ReadError>;

    /// By how much each of `texts` falls short, natural logarithm, of what stands in a box of an upright layer, where it may be a part of
    /// the line: 0 is what is read there. Another word right behind counts against a text that does not end with a space. None where the
    /// engine cannot say. A text with signs that it does not know is infinitely far.
    ///
    /// # Errors
    /// As [`Reader::read`].
    fn shortfalls(&self, layer: &GrayImage, place: Rect, texts: &[String], deadline: Duration) -> Result<Vec<f32>, ReadError>;

    /// Engine, version and language data, for the audit trail.
    fn name(&self) -> &str;
}
