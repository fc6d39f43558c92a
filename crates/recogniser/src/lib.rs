//! Reads one line of Vietnamese print with a small network of our own.
//!
//! A convolutional network (about 1.6 million weights, in a file of a byte each) gives the probability of each symbol at every
//! third column of a line 48 pixels high; CTC decoding (Graves et al., "Connectionist Temporal Classification", 2006) makes
//! text of them. The weights come from the trainer in `tools/recogniser`; this crate only runs them.
//!
//! It is not a page reader: the caller finds and cuts the lines. It knows no forms, does no input or output, starts no threads
//! and takes no time or chance: the same picture gives the same text. It has no unsafe code of its own. It was taught with print
//! and pen fonts, so what it says of real handwriting is a guess.
//!
//! | module | what lives there |
//! |---|---|
//! | [`error`] | what can be wrong with a model or a picture |
//! | [`alphabet`] | the symbols: letters without tone, tone marks |
//! | [`model`] | the file of a trained network |
//! | [`line`](mod@line) | a picture becomes 48 rows of even tone |
//! | `net` | the network, by hand, with the widest vectors of the machine |
//! | [`posteriors`] | probabilities along the line, and the plain way to read them |
//! | [`beam`], [`prior`] | reading with knowledge of what can be written: patterns, lists, syllables |
//! | `lattice` | where a given text lies on a line, and how likely it is |
//! | [`reading`] | text, words with boxes and confidence |
//! | [`recogniser`] | all of it together |
//!
//! ```no_run
//! use bansao_recogniser::{Line, Model, Recogniser};
//!
//! fn read(model: &[u8], picture: &image::GrayImage) -> Result<String, Box<dyn std::error::Error>> {
//!     let mut recogniser = Recogniser::new(&Model::parse(model)?)?;
//!     Ok(recogniser.read(&Line::from_gray(picture)?).text)
//! }
//! ```

#![forbid(unsafe_code)]

pub mod alphabet;
pub mod beam;
pub mod error;
mod lattice;
pub mod line;
pub mod model;
mod net;
pub mod posteriors;
pub mod prior;
pub mod reading;
pub mod recogniser;
#[cfg(test)]
mod tests;

/// The trained weights that come with this crate: Vietnamese print, typewriter and pen fonts. Licence: Apache-2.0.
/// `docs/RECOGNISER.md` tells how they were made; `weights/training.jsonl` is the log whose SHA-256 the file names.
pub const VIETNAMESE: &[u8] = include_bytes!("../weights/vietnamese.bsrn");

pub use alphabet::Alphabet;
pub use beam::Search;
pub use error::{LineError, ModelError};
pub use line::Line;
pub use model::Model;
pub use posteriors::{Candidate, Found, Posteriors};
pub use prior::{Knowledge, Prior};
pub use reading::{Reading, Sign, Word};
pub use recogniser::Recogniser;
