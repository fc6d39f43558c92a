//! Makes a model's file of small random weights, and pictures.

use image::{GrayImage, Luma};

use crate::alphabet::Alphabet;
use crate::model::{MAGIC, Sizes};

/// A plain generator of numbers (an LCG with Knuth's constants): the same for everyone.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn byte(&mut self) -> u8 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 56) as u8
    }

    fn unit(&mut self) -> f32 {
        f32::from(self.byte()) / 255.0
    }
}

pub(super) const SYMBOLS: &str = " aăâbcdđeêghiklmnoôơpqrstuưvxyABN0123456789-/.\u{300}\u{309}\u{303}\u{301}\u{323}";

/// Sizes that are no multiple of any vector, so that all edges are walked.
pub(super) fn small() -> Sizes {
    Sizes { channels: [3, 18, 17, 33, 50], expansion: 37, rows: 2, outputs: Alphabet::new(SYMBOLS).unwrap().outputs() }
}

pub(super) fn header(sizes: &Sizes, symbols: &str) -> serde_json::Value {
    let tensors: Vec<_> = sizes.tensors().iter().map(|(name, shape)| serde_json::json!({"name": name, "shape": shape})).collect();
    serde_json::json!({
        "c": sizes.channels, "e": sizes.expansion, "r": sizes.rows, "height": 48, "symbols": symbols,
        "training": "00".repeat(32), "license": "Apache-2.0", "tensors": tensors,
    })
}

/// A file with this header, and random weights for these sizes.
pub(super) fn file(header: &serde_json::Value, sizes: &Sizes, seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    let header = serde_json::to_vec(header).unwrap();
    let mut bytes = MAGIC.to_vec();
    bytes.extend(u32::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header);
    for (_, [out, ins, rows, columns]) in sizes.tensors() {
        let fan = (ins * rows * columns) as f32;
        for _ in 0..out {
            bytes.extend(((0.5 + dice.unit()) * 1.6 / (74.0 * fan.sqrt())).to_le_bytes());
        }
        for _ in 0..out {
            bytes.extend((dice.unit() * 0.4 - 0.2).to_le_bytes());
        }
        bytes.extend((0..out * ins * rows * columns).map(|_| dice.byte()));
    }
    bytes
}

pub(super) fn model(seed: u64) -> Vec<u8> {
    file(&header(&small(), SYMBOLS), &small(), seed)
}

/// Specks on paper.
pub(super) fn picture(width: u32, height: u32, seed: u64) -> GrayImage {
    let mut dice = Dice(seed);
    GrayImage::from_fn(width, height, |_, _| Luma([if dice.byte() < 60 { 10 } else { 180 + dice.byte() / 4 }]))
}
