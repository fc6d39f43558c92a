//! A filter of nine taps along the line, one per channel.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f32x16};

use super::grid::Grid;
use crate::model::{TAPS, Tensor};

/// The taps, ordered `[tap][channel]`.
#[derive(Debug, Clone)]
pub(crate) struct Depthwise {
    taps: Vec<f32>,
    biases: Vec<f32>,
}

impl Depthwise {
    pub(crate) fn new(tensor: &Tensor) -> Self {
        let taps = (0..TAPS).flat_map(|tap| tensor.weights.iter().skip(tap).step_by(TAPS).copied()).collect();
        Self { taps, biases: tensor.biases.clone() }
    }

    /// Filters the one row of `input`, whose margin is half the taps, into the one row of `output`.
    pub(crate) fn apply(&self, level: Level, input: &Grid, output: &mut Grid) {
        debug_assert_eq!(input.margin(), [0, TAPS / 2]);
        dispatch!(level, simd => self.filter(simd, input.data(), output.row_mut(0)));
    }

    #[inline(always)]
    fn filter<S: Simd>(&self, simd: S, input: &[f32], output: &mut [f32]) {
        let channels = self.biases.len();
        let whole = channels - channels % 16;
        for (place, out) in output.chunks_exact_mut(channels).enumerate() {
            let input = &input[place * channels..][..TAPS * channels];
            for first in (0..whole).step_by(16) {
                let mut sum = f32x16::from_slice(simd, &self.biases[first..first + 16]);
                for tap in 0..TAPS {
                    let at = tap * channels + first;
                    let weight = f32x16::from_slice(simd, &self.taps[at..at + 16]);
                    sum = f32x16::from_slice(simd, &input[at..at + 16]).mul_add(weight, sum);
                }
                sum.store_slice(&mut out[first..first + 16]);
            }
            for (channel, out) in out.iter_mut().enumerate().skip(whole) {
                let products = (0..TAPS).map(|tap| tap * channels + channel).map(|at| input[at] * self.taps[at]);
                *out = self.biases[channel] + products.sum::<f32>();
            }
        }
    }
}
