//! Numbers on a grid, the channels of a place side by side, with a margin of zeros around.

/// `height` x `width` places of `channels` numbers. The margin holds zeros, so that filters need not look for the edge.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grid {
    data: Vec<f32>,
    height: usize,
    width: usize,
    channels: usize,
    margin: [usize; 2],
}

impl Grid {
    /// Makes this a grid of zeros, in the memory that it has where that is enough.
    pub(crate) fn reset(&mut self, [height, width]: [usize; 2], channels: usize, margin: [usize; 2]) {
        *self = Self { data: std::mem::take(&mut self.data), height, width, channels, margin };
        self.data.clear();
        self.data.resize((height + 2 * margin[0]) * self.stride(), 0.0);
    }

    /// Height and width without the margin.
    pub(crate) fn size(&self) -> [usize; 2] {
        [self.height, self.width]
    }

    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    pub(crate) fn margin(&self) -> [usize; 2] {
        self.margin
    }

    /// From a place to the one below it.
    pub(crate) fn stride(&self) -> usize {
        (self.width + 2 * self.margin[1]) * self.channels
    }

    /// Where the numbers of a place begin; rows and columns count from the margin's corner.
    pub(crate) fn at(&self, row: usize, column: usize) -> usize {
        row * self.stride() + column * self.channels
    }

    pub(crate) fn data(&self) -> &[f32] {
        &self.data
    }

    pub(crate) fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// One row without its margin.
    pub(crate) fn row(&self, row: usize) -> &[f32] {
        let start = self.at(row + self.margin[0], self.margin[1]);
        &self.data[start..start + self.width * self.channels]
    }

    /// One row without its margin.
    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        let start = self.at(row + self.margin[0], self.margin[1]);
        &mut self.data[start..start + self.width * self.channels]
    }
}
