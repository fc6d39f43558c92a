//! The network: a picture of a line becomes two symbol vectors for every six columns.
//!
//! Five convolutions and a residual block bring the 48 rows to one; blocks along the line then look left and right. No
//! recurrence, so the cost of a line is its width. One thread; the numbers of a line depend on nothing but the line.

mod conv;
mod depthwise;
mod grid;

use fearless_simd::Level;

use crate::line::{HEIGHT, Line};
use crate::model::{Model, TAPS, Tensor};
use conv::{Conv, Finish};
use depthwise::Depthwise;
use grid::Grid;

const RELU: Finish = Finish { add: false, relu: true };
const PLAIN: Finish = Finish { add: false, relu: false };

/// A model made ready for this machine.
#[derive(Debug)]
pub(crate) struct Net {
    level: Level,
    /// `conv0` to `conv3`.
    stem: [Conv; 4],
    /// `res.a` and `res.b`.
    residual: [Conv; 2],
    /// `conv4`, which leaves one row.
    flatten: Conv,
    rows: Vec<Row>,
    head: Conv,
}

/// A block along the line: each channel looks four places left and right, then all channels are mixed.
#[derive(Debug)]
struct Row {
    along: Depthwise,
    widen: Conv,
    narrow: Conv,
}

/// Memory that lines share.
#[derive(Debug, Default, Clone)]
pub(crate) struct Scratch {
    picture: Grid,
    a: Grid,
    b: Grid,
    c: Grid,
}

impl Net {
    /// Makes a model ready for the vectors of `level`.
    pub(crate) fn new(model: &Model, level: Level) -> Option<Self> {
        let [conv0, conv1, conv2, conv3, res_a, res_b, conv4, rest @ ..] = model.tensors() else { return None };
        let (head, rows) = rest.split_last()?;
        let (rows, _) = rows.as_chunks::<3>();
        let point = |tensor: &Tensor| Conv::new(tensor, [1, 1], [0, 0]);
        Some(Self {
            level,
            stem: [
                Conv::new(conv0, [2, 3], [2, 3]),
                Conv::new(conv1, [2, 1], [1, 1]),
                Conv::new(conv2, [1, 2], [1, 1]),
                Conv::new(conv3, [3, 1], [0, 1]),
            ],
            residual: [Conv::new(res_a, [1, 1], [1, 1]), Conv::new(res_b, [1, 1], [1, 1])],
            flatten: Conv::new(conv4, [4, 1], [0, 1]),
            rows: rows.iter().map(|[d, p1, p2]| Row { along: Depthwise::new(d), widen: point(p1), narrow: point(p2) }).collect(),
            head: point(head),
        })
    }

    /// The scores of a line: for every third column, one value a symbol.
    pub(crate) fn scores<'a>(&self, line: &Line, scratch: &'a mut Scratch) -> &'a [f32] {
        let Scratch { picture, a, b, c } = scratch;
        picture.reset([HEIGHT, line.columns()], 1, [2, 3]);
        for (row, values) in line.rows().enumerate() {
            picture.row_mut(row)[..values.len()].copy_from_slice(values);
        }
        self.convolve(&self.stem[0], picture, a, [1, 1], RELU);
        self.convolve(&self.stem[1], a, b, [1, 1], RELU);
        self.convolve(&self.stem[2], b, a, [1, 1], RELU);
        self.convolve(&self.stem[3], a, b, [1, 1], RELU);
        self.convolve(&self.residual[0], b, a, [1, 1], RELU);
        self.residual[1].apply(self.level, a, b, Finish { add: true, relu: true });
        self.convolve(&self.flatten, b, a, [0, TAPS / 2], RELU);
        for row in &self.rows {
            b.reset(a.size(), a.channels(), [0, 0]);
            row.along.apply(self.level, a, b);
            self.convolve(&row.widen, b, c, [0, 0], RELU);
            row.narrow.apply(self.level, c, a, Finish { add: true, relu: false });
        }
        self.convolve(&self.head, a, b, [0, 0], PLAIN);
        b.row(0)
    }

    fn convolve(&self, conv: &Conv, input: &Grid, output: &mut Grid, margin: [usize; 2], finish: Finish) {
        output.reset(conv.size(input.size()), conv.outputs(), margin);
        conv.apply(self.level, input, output, finish);
    }
}
