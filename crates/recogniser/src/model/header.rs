//! The header of a model, and the shapes that its sizes ask for.

use serde::Deserialize;

use crate::error::ModelError;
use crate::line::HEIGHT;

/// Taps of the filter along the line in each row block.
pub(crate) const TAPS: usize = 9;

const MOST_CHANNELS: usize = 2048;
const MOST_ROWS: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    c: [usize; 5],
    e: usize,
    r: usize,
    height: usize,
    pub(super) symbols: String,
    pub(super) training: String,
    pub(super) license: String,
    tensors: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    shape: [usize; 4],
}

/// The sizes of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// Channels after each of the five convolutions.
    pub channels: [usize; 5],
    /// Channels inside a row block.
    pub expansion: usize,
    /// Row blocks.
    pub rows: usize,
    /// Values for one place: the symbols and the blank.
    pub outputs: usize,
}

impl Header {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        serde_json::from_slice(bytes).map_err(|error| ModelError::Header(error.to_string()))
    }

    /// The sizes, within bounds.
    pub(super) fn sizes(&self, outputs: usize) -> Result<Sizes, ModelError> {
        let channels = |count: &usize| (1..=MOST_CHANNELS).contains(count);
        let hexadecimal = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let bounds = [
            (self.c.iter().all(channels), "count of channels"),
            (channels(&self.e), "expansion"),
            (self.r <= MOST_ROWS, "count of rows"),
            (self.height == HEIGHT, "height"),
            (hexadecimal(&self.training), "training record"),
            (!self.license.is_empty(), "license"),
        ];
        match bounds.iter().find(|(kept, _)| !kept) {
            Some((_, what)) => Err(ModelError::Bounds(what)),
            None => Ok(Sizes { channels: self.c, expansion: self.e, rows: self.r, outputs }),
        }
    }

    /// The names and shapes of the tensors, which must be exactly those that the sizes ask for.
    pub(super) fn checked_tensors(&self, sizes: &Sizes) -> Result<Vec<(String, [usize; 4])>, ModelError> {
        let expected = sizes.tensors();
        for (index, (name, shape)) in expected.iter().enumerate() {
            let fits = self.tensors.get(index).is_some_and(|named| named.name == *name && named.shape == *shape);
            if !fits {
                return Err(ModelError::Tensor { index, expected: format!("{name} {shape:?}") });
            }
        }
        if self.tensors.len() != expected.len() {
            return Err(ModelError::Tensor { index: expected.len(), expected: "the end".to_owned() });
        }
        Ok(expected)
    }
}

impl Sizes {
    /// The names and shapes (`[out, in, kernel rows, kernel columns]`) of a network of these sizes, in the order of the file.
    pub fn tensors(&self) -> Vec<(String, [usize; 4])> {
        let [c0, c1, c2, c3, c4] = self.channels;
        let mut all = vec![
            ("conv0".to_owned(), [c0, 1, 5, 7]),
            ("conv1".to_owned(), [c1, c0, 3, 3]),
            ("conv2".to_owned(), [c2, c1, 3, 3]),
            ("conv3".to_owned(), [c3, c2, 3, 3]),
            ("res.a".to_owned(), [c3, c3, 3, 3]),
            ("res.b".to_owned(), [c3, c3, 3, 3]),
            ("conv4".to_owned(), [c4, c3, 4, 3]),
        ];
        for row in 0..self.rows {
            all.push((format!("row{row}.d"), [c4, 1, 1, TAPS]));
            all.push((format!("row{row}.p1"), [self.expansion, c4, 1, 1]));
            all.push((format!("row{row}.p2"), [c4, self.expansion, 1, 1]));
        }
        all.push(("head".to_owned(), [2 * self.outputs, c4, 1, 1]));
        all
    }
}
