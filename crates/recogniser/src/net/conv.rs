//! A convolution over a grid.
//!
//! The numbers under one row of the kernel lie side by side, so the kernel is walked as it is, with no copy of the picture
//! (im2col). A tile of places by vectors of output channels is kept in registers while the inputs go by: each weight is loaded
//! once a tile, each input once for all its channels.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f32x16};

use super::grid::Grid;
use crate::model::Tensor;

/// Output channels that are worked together.
const LANES: usize = 16;

/// What becomes of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Finish {
    /// Added to what is there (a residual connection), not put in its place.
    pub(crate) add: bool,
    /// Negative results become zero.
    pub(crate) relu: bool,
}

/// The weights of a convolution, ordered for the walk.
#[derive(Debug, Clone)]
pub(crate) struct Conv {
    kernel: [usize; 2],
    step: [usize; 2],
    pad: [usize; 2],
    inputs: usize,
    outputs: usize,
    /// `[16 outputs][kernel row][kernel column][input]`
    panels: Vec<[f32; LANES]>,
    biases: Vec<[f32; LANES]>,
}

impl Conv {
    pub(crate) fn new(tensor: &Tensor, step: [usize; 2], pad: [usize; 2]) -> Self {
        let [outputs, inputs, rows, columns] = tensor.shape;
        let count = outputs.div_ceil(LANES);
        let depth = rows * columns * inputs;
        let mut panels = vec![[0.0; LANES]; count * depth];
        let mut biases = vec![[0.0; LANES]; count];
        for (output, weights) in tensor.weights.chunks(depth).enumerate() {
            let (panel, lane) = (output / LANES, output % LANES);
            biases[panel][lane] = tensor.biases[output];
            for (index, weight) in weights.iter().enumerate() {
                // From [input][row][column] to [row][column][input].
                let (input, place) = (index / (rows * columns), index % (rows * columns));
                panels[panel * depth + place * inputs + input][lane] = *weight;
            }
        }
        Self { kernel: [rows, columns], step, pad, inputs, outputs, panels, biases }
    }

    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// The size of the result for a grid of this size.
    pub(crate) fn size(&self, size: [usize; 2]) -> [usize; 2] {
        [0, 1].map(|axis| (size[axis] + 2 * self.pad[axis]).saturating_sub(self.kernel[axis]) / self.step[axis] + 1)
    }

    /// Applies the convolution to `input`. `output` has the size that [`Conv::size`] says, and as many channels as outputs;
    /// the margin of `input` is at least the padding.
    pub(crate) fn apply(&self, level: Level, input: &Grid, output: &mut Grid, finish: Finish) {
        debug_assert_eq!(self.size(input.size()), output.size());
        debug_assert_eq!([self.inputs, self.outputs], [input.channels(), output.channels()]);
        dispatch!(level, simd => Walk { conv: self, input, finish }.all(simd, output));
    }

    fn segment(&self) -> usize {
        self.kernel[1] * self.inputs
    }
}

/// One application of a convolution.
#[derive(Clone, Copy)]
struct Walk<'a> {
    conv: &'a Conv,
    input: &'a Grid,
    finish: Finish,
}

impl Walk<'_> {
    /// Tiles as large as the registers hold: 32 of 16 numbers, 16 of 8, or 16 of 4.
    #[inline(always)]
    fn all<S: Simd>(self, simd: S, output: &mut Grid) {
        match <S::f32s as SimdBase<S>>::LEN {
            16 => self.panels::<S, 8, 3>(simd, output),
            8 => self.panels::<S, 6, 1>(simd, output),
            _ => self.panels::<S, 2, 1>(simd, output),
        }
    }

    #[inline(always)]
    fn panels<S: Simd, const PLACES: usize, const WIDE: usize>(self, simd: S, output: &mut Grid) {
        let count = self.conv.biases.len();
        let mut panel = 0;
        while panel + WIDE <= count {
            self.places::<S, PLACES, WIDE>(simd, panel, output);
            panel += WIDE;
        }
        while panel < count {
            self.places::<S, PLACES, 1>(simd, panel, output);
            panel += 1;
        }
    }

    #[inline(always)]
    fn places<S: Simd, const PLACES: usize, const WIDE: usize>(self, simd: S, panel: usize, output: &mut Grid) {
        let [height, width] = output.size();
        let ([top, left], [above, before]) = (self.input.margin(), self.conv.pad);
        let [down, right] = self.conv.step;
        let margin = output.margin();
        let count = height * width;
        let mut first = 0;
        while first < count {
            let mut starts = [0; PLACES];
            let mut ends = [0; PLACES];
            for place in 0..PLACES {
                // The last tile repeats its last place, and does not write the repetitions.
                let index = (first + place).min(count - 1);
                let (y, x) = (index / width, index % width);
                starts[place] = self.input.at(y * down + top - above, x * right + left - before);
                ends[place] = output.at(y + margin[0], x + margin[1]);
            }
            let sums = self.tile::<S, PLACES, WIDE>(simd, panel, &starts);
            for (end, sums) in ends.iter().zip(&sums).take(count - first) {
                for (wide, sum) in sums.iter().enumerate() {
                    self.put(simd, *sum, panel + wide, &mut output.data_mut()[*end..]);
                }
            }
            first += PLACES;
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const PLACES: usize, const WIDE: usize>(
        self,
        simd: S,
        panel: usize,
        starts: &[usize; PLACES],
    ) -> [[f32x16<S>; WIDE]; PLACES] {
        let (segment, rows) = (self.conv.segment(), self.conv.kernel[0]);
        let mut sums = [[f32x16::splat(simd, 0.0); WIDE]; PLACES];
        for row in 0..rows {
            let mut inputs: [&[f32]; PLACES] = [&[]; PLACES];
            for place in 0..PLACES {
                inputs[place] = &self.input.data()[starts[place] + row * self.input.stride()..][..segment];
            }
            let mut weights: [&[[f32; LANES]]; WIDE] = [&[]; WIDE];
            for (wide, weights) in weights.iter_mut().enumerate() {
                *weights = &self.conv.panels[((panel + wide) * rows + row) * segment..][..segment];
            }
            for k in 0..segment {
                let mut loaded = [f32x16::splat(simd, 0.0); WIDE];
                for wide in 0..WIDE {
                    loaded[wide] = f32x16::simd_from(simd, weights[wide][k]);
                }
                for place in 0..PLACES {
                    let input = f32x16::splat(simd, inputs[place][k]);
                    for wide in 0..WIDE {
                        sums[place][wide] = input.mul_add(loaded[wide], sums[place][wide]);
                    }
                }
            }
        }
        sums
    }

    /// Writes the sums of one place and 16 channels, of which the last panel has fewer.
    #[inline(always)]
    fn put<S: Simd>(self, simd: S, sum: f32x16<S>, panel: usize, place: &mut [f32]) {
        let first = panel * LANES;
        let kept = LANES.min(self.conv.outputs - first);
        let out = &mut place[first..first + kept];
        let mut there = [0.0; LANES];
        if self.finish.add {
            there[..kept].copy_from_slice(out);
        }
        let mut value = sum + f32x16::simd_from(simd, self.conv.biases[panel]) + f32x16::simd_from(simd, there);
        if self.finish.relu {
            value = value.max(f32x16::splat(simd, 0.0));
        }
        let value: [f32; LANES] = value.into();
        out.copy_from_slice(&value[..kept]);
    }
}
