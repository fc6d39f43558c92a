//! Transformations of user space, and what they do to the pixels of an image (ISO 32000-1, 8.3.3).

use image::metadata::Orientation;

/// `[a b c d e f]` of 8.3.3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const UNIT: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// First `self`, then `outer`.
    pub(super) fn then(&self, outer: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [oa, ob, oc, od, oe, of] = outer.0;
        Self([a * oa + b * oc, a * ob + b * od, c * oa + d * oc, c * ob + d * od, e * oa + f * oc + oe, e * ob + f * od + of])
    }

    /// Whether sides stay parallel to the page's: quarter turns and mirrors only (within 0.1 %).
    pub(super) fn is_upright(&self) -> bool {
        let [a, b, c, d, ..] = self.0;
        let largest = a.abs().max(b.abs()).max(c.abs()).max(d.abs());
        let small = |value: f64| value.abs() <= largest * 1e-3;
        largest.is_finite() && largest > 0.0 && ((small(b) && small(c)) || (small(a) && small(d)))
    }

    /// Left, bottom, right, top of the unit square's image.
    pub(super) fn bounds(&self) -> [f64; 4] {
        let [a, b, c, d, e, f] = self.0;
        let xs = [e, e + a, e + c, e + a + c];
        let ys = [f, f + b, f + d, f + b + d];
        let least = |values: [f64; 4]| values.into_iter().fold(f64::INFINITY, f64::min);
        let most = |values: [f64; 4]| values.into_iter().fold(f64::NEG_INFINITY, f64::max);
        [least(xs), least(ys), most(xs), most(ys)]
    }
}

/// What a viewer does to the stream's pixels: the placement's quarter turn or mirror, then the page's rotation.
///
/// Image space runs down, page space runs up (8.9.5): `[w 0 0 h]` shows the image as it is.
pub(super) fn orientation(matrix: &Matrix, rotate: i64) -> Orientation {
    let [a, b, c, d, ..] = matrix.0;
    // Where the image's right and its down go, in page directions with y down.
    let mut right = (sign(a), -sign(b));
    let mut down = (-sign(c), sign(d));
    if a.abs() < b.abs() {
        right.0 = 0;
        down.1 = 0;
    } else {
        right.1 = 0;
        down.0 = 0;
    }
    for _ in 0..rotate.rem_euclid(360) / 90 {
        // A quarter turn clockwise: right becomes down, down becomes left.
        right = (-right.1, right.0);
        down = (-down.1, down.0);
    }
    match (right, down) {
        ((1, 0), (0, -1)) => Orientation::FlipVertical,
        ((-1, 0), (0, 1)) => Orientation::FlipHorizontal,
        ((-1, 0), (0, -1)) => Orientation::Rotate180,
        ((0, 1), (-1, 0)) => Orientation::Rotate90,
        ((0, -1), (1, 0)) => Orientation::Rotate270,
        ((0, 1), (1, 0)) => Orientation::Rotate90FlipH,
        ((0, -1), (-1, 0)) => Orientation::Rotate270FlipH,
        _ => Orientation::NoTransforms,
    }
}

fn sign(value: f64) -> i8 {
    if value < 0.0 { -1 } else { 1 }
}
