//! What reads letters: a port, so that inspection does not know the engine.

use std::time::Duration;

use bansao_scan::{GrayImage, Rect};
use thiserror::Error;

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
/// An implementation blocks, keeps no state between calls that could change a result, may be called from several
/// threads at once, and returns by the deadline, with [`ReadError::Overrun`] at the latest.
pub trait Reader: Send + Sync {
    /// The words of each line, in order; as many lists as lines.
    ///
    /// # Errors
    /// [`ReadError`]; nothing is returned for a part of the lines.
    fn read(&self, lines: &[GrayImage], deadline: Duration) -> Result<Vec<Vec<ReadWord>>, ReadError>;

    /// Engine, version and language data, for the audit trail.
    fn name(&self) -> &str;
}
