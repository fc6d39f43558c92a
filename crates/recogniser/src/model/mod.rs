//! The file of a trained network: eight bytes of magic, a JSON header, then for each tensor its scales, biases and weights.
//!
//! Numbers are little-endian. A weight is a signed byte times the scale of its output channel; batch normalisation is folded
//! in before. Nothing follows the last tensor. What has been parsed fits together: the shapes are those that the sizes ask for.

mod header;

use std::sync::Arc;

use crate::alphabet::Alphabet;
use crate::error::ModelError;

use header::Header;
pub use header::Sizes;
pub(crate) use header::TAPS;

/// The first bytes of a model of this version.
pub const MAGIC: &[u8; 8] = b"BSRN0002";

const MOST_HEADER_BYTES: usize = 1 << 20;
/// Scales and biases beyond this would drown all others: a damaged file.
const MOST_MAGNITUDE: f32 = 1e6;

/// A network's sizes, symbols and weights.
#[derive(Debug, Clone)]
pub struct Model {
    sizes: Sizes,
    alphabet: Arc<Alphabet>,
    training: String,
    license: String,
    tensors: Vec<Tensor>,
}

/// The weights of one layer, `[out][in][kernel row][kernel column]`, and one bias per output channel.
#[derive(Debug, Clone)]
pub(crate) struct Tensor {
    pub(crate) shape: [usize; 4],
    pub(crate) weights: Vec<f32>,
    pub(crate) biases: Vec<f32>,
}

impl Model {
    /// Parses and checks a model.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::Magic)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(ModelError::Truncated)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| ModelError::Bounds("header"))?;
        if length > MOST_HEADER_BYTES {
            return Err(ModelError::Bounds("header"));
        }
        let (header, mut rest) = rest.split_at_checked(length).ok_or(ModelError::Truncated)?;
        let header = Header::parse(header)?;
        let alphabet = Alphabet::new(&header.symbols)?;
        let sizes = header.sizes(alphabet.outputs())?;
        let mut tensors = Vec::new();
        for (name, shape) in header.checked_tensors(&sizes)? {
            let (tensor, after) = Tensor::take(&name, shape, rest)?;
            tensors.push(tensor);
            rest = after;
        }
        if !rest.is_empty() {
            return Err(ModelError::Trailing(rest.len()));
        }
        Ok(Self { sizes, alphabet: Arc::new(alphabet), training: header.training, license: header.license, tensors })
    }

    /// The sizes of the network.
    pub fn sizes(&self) -> &Sizes {
        &self.sizes
    }

    /// The symbols of the network.
    pub fn alphabet(&self) -> &Arc<Alphabet> {
        &self.alphabet
    }

    /// SHA-256 of the record of the run that trained the network, in hexadecimal digits.
    pub fn training(&self) -> &str {
        &self.training
    }

    /// The licence of the weights, as an SPDX expression.
    pub fn license(&self) -> &str {
        &self.license
    }

    /// The tensors in the order of the file: `conv0` to `conv3`, `res.a`, `res.b`, `conv4`, three a row, `head`.
    pub(crate) fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }
}

impl Tensor {
    fn take<'a>(name: &str, shape: [usize; 4], bytes: &'a [u8]) -> Result<(Self, &'a [u8]), ModelError> {
        let [out, ins, rows, columns] = shape;
        let (scales, bytes) = take_floats(name, out, bytes)?;
        let (biases, bytes) = take_floats(name, out, bytes)?;
        let each = ins * rows * columns;
        let (values, bytes) = bytes.split_at_checked(out * each).ok_or(ModelError::Truncated)?;
        let weights = values.chunks(each).zip(&scales).flat_map(|(row, scale)| row.iter().map(move |v| scale * f32::from(v.cast_signed())));
        Ok((Self { shape, weights: weights.collect(), biases }, bytes))
    }
}

fn take_floats<'a>(name: &str, count: usize, bytes: &'a [u8]) -> Result<(Vec<f32>, &'a [u8]), ModelError> {
    let (taken, rest) = bytes.split_at_checked(count * 4).ok_or(ModelError::Truncated)?;
    let (quads, _) = taken.as_chunks::<4>();
    let floats: Vec<f32> = quads.iter().map(|quad| f32::from_le_bytes(*quad)).collect();
    // Also refuses what is no number: every comparison with it is false.
    if floats.iter().all(|value| value.abs() <= MOST_MAGNITUDE) { Ok((floats, rest)) } else { Err(ModelError::Number(name.to_owned())) }
}
