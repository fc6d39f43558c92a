//! The network once more, by the book: `[channel][row][column]`, plain loops in double precision.

use crate::line::{HEIGHT, Line};
use crate::model::{Model, Tensor};

#[derive(Clone)]
struct Volume {
    size: [usize; 3],
    values: Vec<f64>,
}

impl Volume {
    fn zeros(size: [usize; 3]) -> Self {
        Self { size, values: vec![0.0; size.iter().product()] }
    }

    fn index(&self, c: usize, y: usize, x: usize) -> usize {
        (c * self.size[1] + y) * self.size[2] + x
    }

    /// The value, or zero outside.
    fn get(&self, c: usize, y: isize, x: isize) -> f64 {
        match (usize::try_from(y), usize::try_from(x)) {
            (Ok(y), Ok(x)) if y < self.size[1] && x < self.size[2] => self.values[self.index(c, y, x)],
            _ => 0.0,
        }
    }

    fn relu(mut self) -> Self {
        self.values.iter_mut().for_each(|v| *v = v.max(0.0));
        self
    }

    fn plus(mut self, other: &Self) -> Self {
        self.values.iter_mut().zip(&other.values).for_each(|(a, b)| *a += b);
        self
    }
}

fn conv(input: &Volume, tensor: &Tensor, step: [usize; 2], pad: [usize; 2], depthwise: bool) -> Volume {
    let [out, ins, rows, columns] = tensor.shape;
    let size = |axis: usize, kernel: usize| (input.size[axis + 1] + 2 * pad[axis] - kernel) / step[axis] + 1;
    let mut result = Volume::zeros([out, size(0, rows), size(1, columns)]);
    for o in 0..out {
        for y in 0..result.size[1] {
            for x in 0..result.size[2] {
                let mut sum = f64::from(tensor.biases[o]);
                for i in 0..ins {
                    for ky in 0..rows {
                        for kx in 0..columns {
                            let weight = tensor.weights[((o * ins + i) * rows + ky) * columns + kx];
                            let (iy, ix) = ((y * step[0] + ky) as isize - pad[0] as isize, (x * step[1] + kx) as isize - pad[1] as isize);
                            sum += f64::from(weight) * input.get(if depthwise { o } else { i }, iy, ix);
                        }
                    }
                }
                let at = result.index(o, y, x);
                result.values[at] = sum;
            }
        }
    }
    result
}

/// The scores, step by step.
pub(super) fn scores(model: &Model, line: &Line) -> Vec<Vec<f64>> {
    let t = model.tensors();
    let mut x = Volume::zeros([1, HEIGHT, line.columns()]);
    for (y, row) in line.rows().enumerate() {
        for (column, value) in row.iter().enumerate() {
            let at = x.index(0, y, column);
            x.values[at] = f64::from(*value);
        }
    }
    let stem = [(&t[0], [2, 3], [2, 3]), (&t[1], [2, 1], [1, 1]), (&t[2], [1, 2], [1, 1]), (&t[3], [3, 1], [0, 1])];
    for (tensor, step, pad) in stem {
        x = conv(&x, tensor, step, pad, false).relu();
    }
    let inner = conv(&x, &t[4], [1, 1], [1, 1], false).relu();
    x = conv(&inner, &t[5], [1, 1], [1, 1], false).plus(&x).relu();
    x = conv(&x, &t[6], [4, 1], [0, 1], false).relu();
    for row in t[7..t.len() - 1].chunks(3) {
        let along = conv(&x, &row[0], [1, 1], [0, 4], true);
        let wide = conv(&along, &row[1], [1, 1], [0, 0], false).relu();
        x = conv(&wide, &row[2], [1, 1], [0, 0], false).plus(&x);
    }
    let head = conv(&x, &t[t.len() - 1], [1, 1], [0, 0], false);
    let outputs = head.size[0] / 2;
    let steps = (0..head.size[2]).flat_map(|column| [(column, 0), (column, outputs)]);
    steps.map(|(column, first)| (first..first + outputs).map(|c| head.values[head.index(c, 0, column)]).collect()).collect()
}
