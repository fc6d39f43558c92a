//! What can be wrong with a model's file, and with a picture of a line.

use thiserror::Error;

/// Why bytes are no model. A model is ours and comes with the program; it is still checked as if it came from outside.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The first eight bytes are not those of a model of this version.
    #[error("not a model of this version")]
    Magic,
    /// The file ends before what it promises.
    #[error("the model ends early")]
    Truncated,
    /// Something follows the last tensor.
    #[error("{0} bytes follow the model")]
    Trailing(usize),
    /// The header is not the JSON that it should be.
    #[error("the model's header cannot be read: {0}")]
    Header(String),
    /// A size that this reader does not take.
    #[error("the model's {0} is out of bounds")]
    Bounds(&'static str),
    /// The symbols are empty, too many, or not all different.
    #[error("the model's symbols are not an alphabet")]
    Symbols,
    /// A tensor is not the one that the sizes ask for.
    #[error("the model's tensor {index} is not {expected}")]
    Tensor {
        /// Its place in the header, from 0.
        index: usize,
        /// What should be there: the name and the shape.
        expected: String,
    },
    /// A scale or bias that is no number, or beyond all use.
    #[error("the model's tensor {0} holds an unusable number")]
    Number(String),
}

/// Why a picture is no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LineError {
    /// A picture without pixels.
    #[error("the picture of the line is empty")]
    Empty,
}
