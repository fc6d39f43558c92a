//! The projective map between a rectangle and four corners, in closed form.

/// Four corners in pixels: top left, top right, bottom right, bottom left.
pub(crate) type Corners = [(f32, f32); 4];

/// A projective map of the plane: `(x, y, 1)` times the rows, divided by the third.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Homography([[f64; 3]; 3]);

impl Homography {
    /// The map that takes the corners of a rectangle of that size to `corners`; `None` where three of them stand in a line.
    pub(crate) fn from_rectangle((width, height): (f32, f32), corners: &Corners) -> Option<Self> {
        let [p0, p1, p2, p3] = corners.map(|(x, y)| (f64::from(x), f64::from(y)));
        let (dx1, dy1) = (p1.0 - p2.0, p1.1 - p2.1);
        let (dx2, dy2) = (p3.0 - p2.0, p3.1 - p2.1);
        let (sx, sy) = (p0.0 - p1.0 + p2.0 - p3.0, p0.1 - p1.1 + p2.1 - p3.1);
        let det = dx1 * dy2 - dx2 * dy1;
        if det.abs() < 1.0 || width < 1.0 || height < 1.0 {
            return None;
        }
        let (g, h) = ((sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det);
        let (w, d) = (1.0 / f64::from(width), 1.0 / f64::from(height));
        Some(Self([
            [(p1.0 - p0.0 + g * p1.0) * w, (p3.0 - p0.0 + h * p3.0) * d, p0.0],
            [(p1.1 - p0.1 + g * p1.1) * w, (p3.1 - p0.1 + h * p3.1) * d, p0.1],
            [g * w, h * d, 1.0],
        ]))
    }

    /// The map back.
    pub(crate) fn inverse(&self) -> Option<Self> {
        let m = &self.0;
        let minor = |r: [usize; 2], c: [usize; 2]| m[r[0]][c[0]] * m[r[1]][c[1]] - m[r[0]][c[1]] * m[r[1]][c[0]];
        let det = m[0][0] * minor([1, 2], [1, 2]) - m[0][1] * minor([1, 2], [0, 2]) + m[0][2] * minor([1, 2], [0, 1]);
        if !det.is_finite() || det.abs() < 1e-12 {
            return None;
        }
        let others = [[1, 2], [0, 2], [0, 1]];
        let mut out = [[0.0; 3]; 3];
        for (row, line) in out.iter_mut().enumerate() {
            for (column, value) in line.iter_mut().enumerate() {
                let sign = if (row + column) % 2 == 0 { 1.0 } else { -1.0 };
                *value = sign * minor(others[column], others[row]) / det;
            }
        }
        Some(Self(out))
    }

    /// This map after another.
    pub(crate) fn after(&self, first: &Self) -> Self {
        let cell = |row: usize, column: usize| (0..3).map(|at| self.0[row][at] * first.0[at][column]).sum();
        Self(std::array::from_fn(|row| std::array::from_fn(|column| cell(row, column))))
    }

    pub(crate) fn apply(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let (x, y) = (f64::from(x), f64::from(y));
        let row = |at: usize| self.0[at][0] * x + self.0[at][1] * y + self.0[at][2];
        let below = row(2);
        // A point of the horizon has no image; callers stay on the sheet, where the divisor is positive.
        let below = if below.abs() < 1e-9 { 1e-9 } else { below };
        ((row(0) / below) as f32, (row(1) / below) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORNERS: Corners = [(102.0, 80.0), (905.0, 131.0), (960.0, 1240.0), (60.0, 1190.0)];

    fn near(a: (f32, f32), b: (f32, f32)) -> bool {
        (a.0 - b.0).abs() < 0.01 && (a.1 - b.1).abs() < 0.01
    }

    #[test]
    fn corners_go_to_corners_and_back() {
        let map = Homography::from_rectangle((800.0, 1130.0), &CORNERS).unwrap();
        let back = map.inverse().unwrap();
        let rectangle = [(0.0, 0.0), (800.0, 0.0), (800.0, 1130.0), (0.0, 1130.0)];
        for (flat, seen) in rectangle.into_iter().zip(CORNERS) {
            assert!(near(map.apply(flat), seen), "{flat:?}");
        }
        assert!(near(back.apply(map.apply((333.0, 777.0))), (333.0, 777.0)));
    }

    #[test]
    fn the_diagonals_meet_where_the_middle_goes() {
        let map = Homography::from_rectangle((800.0, 1130.0), &CORNERS).unwrap();
        let [p0, p1, p2, p3] = CORNERS;
        let cross = |a: (f32, f32), b: (f32, f32)| a.0 * b.1 - a.1 * b.0;
        let (d, e) = ((p2.0 - p0.0, p2.1 - p0.1), (p3.0 - p1.0, p3.1 - p1.1));
        let t = cross((p1.0 - p0.0, p1.1 - p0.1), e) / cross(d, e);
        assert!(near(map.apply((400.0, 565.0)), (p0.0 + t * d.0, p0.1 + t * d.1)));
    }

    #[test]
    fn three_corners_in_a_line_are_no_sheet() {
        let flat: Corners = [(0.0, 0.0), (50.0, 0.0), (100.0, 0.0), (0.0, 0.0)];
        assert!(Homography::from_rectangle((10.0, 10.0), &flat).is_none());
    }
}
