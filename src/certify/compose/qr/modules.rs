//! The modules of a symbol as bits, a number for each row and each column: what is asked of a whole line takes one step.

use qrcodegen::QrCode;

/// A square of at most 127 × 127 modules. Bit x of `rows[y]` and bit y of `columns[x]` are set where the module is dark; what lies
/// outside is light.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Modules {
    pub(super) rows: Vec<u128>,
    pub(super) columns: Vec<u128>,
}

impl Modules {
    /// Those of a symbol up to version 27.
    pub(super) fn of(symbol: &QrCode) -> Self {
        let edge = 0..symbol.size();
        let line = |dark: &dyn Fn(i32) -> bool| edge.clone().fold(0, |line, at| line | u128::from(dark(at)) << at);
        Self {
            rows: edge.clone().map(|y| line(&|x| symbol.get_module(x, y))).collect(),
            columns: edge.clone().map(|x| line(&|y| symbol.get_module(x, y))).collect(),
        }
    }

    /// Modules along an edge.
    pub(super) fn size(&self) -> usize {
        self.rows.len()
    }

    /// Dark where exactly one of both is dark.
    pub(super) fn xor(&self, other: &Self) -> Self {
        let each = |these: &[u128], those: &[u128]| these.iter().zip(those).map(|(this, that)| this ^ that).collect();
        Self { rows: each(&self.rows, &other.rows), columns: each(&self.columns, &other.columns) }
    }

    /// The outlines of the dark modules, to be filled by the even-odd rule: closed, with turns at each corner given, horizontal
    /// first. Where two dark modules touch at a corner alone, outlines cross there without turning.
    pub(super) fn outlines(&self) -> Vec<Vec<(u32, u32)>> {
        let (rows, columns) = (corners(&self.rows), corners(&self.columns));
        let mut left = rows.clone();
        let mut outlines = Vec::new();
        for top in 0..left.len() {
            while let Some(x) = left.get(top).filter(|corners| **corners != 0).map(|corners| corners.trailing_zeros()) {
                outlines.push(trace((x, top as u32), &rows, &columns, &mut left));
            }
        }
        outlines
    }
}

/// For each line between two of `lines`, the points at which an outline turns: where one, or three, of the four modules around are dark.
fn corners(lines: &[u128]) -> Vec<u128> {
    let before = std::iter::once(0).chain(lines.iter().copied());
    let after = lines.iter().copied().chain(std::iter::once(0));
    before.zip(after).map(|(before, after)| (before ^ after) ^ (before ^ after) << 1).collect()
}

/// The outline through the corner `start`; its corners are taken out of `left`, which lists them by rows.
fn trace(start: (u32, u32), rows: &[u128], columns: &[u128], left: &mut [u128]) -> Vec<(u32, u32)> {
    let line = |lines: &[u128], at: u32| lines.get(at as usize).copied().unwrap_or_default();
    let mut outline = Vec::new();
    let (mut x, mut y) = start;
    loop {
        let other = partner(line(rows, y), x);
        outline.extend([(x, y), (other, y)]);
        if let Some(left) = left.get_mut(y as usize) {
            *left &= !(1 << x | 1 << other);
        }
        (x, y) = (other, partner(line(columns, other), y));
        if (x, y) == start {
            return outline;
        }
    }
}

/// The corners of a line are the ends of edges, two by two: the other end of the edge that one end is at `at`.
fn partner(corners: u128, at: u32) -> u32 {
    let before = corners & ((1 << at) - 1);
    if before.count_ones().is_multiple_of(2) { at + 1 + (corners >> at >> 1).trailing_zeros() } else { 127 - before.leading_zeros() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an even-odd filling of the outlines is: whatever lies right of an odd number of vertical edges.
    fn filled(outlines: &[Vec<(u32, u32)>], size: usize) -> Vec<u128> {
        let mut rows = vec![0; size];
        for outline in outlines {
            for (at, (x, from)) in outline.iter().enumerate().skip(1).step_by(2) {
                let (same, to) = outline[(at + 1) % outline.len()];
                assert_eq!(same, *x, "vertical");
                for y in *from.min(&to)..*from.max(&to) {
                    rows[y as usize] ^= u128::MAX << x;
                }
            }
        }
        rows
    }

    proptest::proptest! {
        #[test]
        fn outlines_enclose_the_dark_modules(rows in proptest::collection::vec(proptest::num::u128::ANY, 21)) {
            let size = rows.len();
            let rows: Vec<u128> = rows.into_iter().map(|row| row & ((1 << size) - 1)).collect();
            let columns = (0..size).map(|x| (0..size).fold(0, |column, y| column | (rows[y] >> x & 1) << y)).collect();
            let outlines = Modules { rows: rows.clone(), columns }.outlines();
            proptest::prop_assert_eq!(filled(&outlines, size), rows);
        }
    }

    #[test]
    fn modules_that_touch_at_a_corner_are_one_outline_that_crosses_itself() {
        let square = |rows: [u128; 2]| Modules { rows: rows.to_vec(), columns: rows.to_vec() };
        assert_eq!(square([0b01, 0b10]).outlines(), [vec![(0, 0), (1, 0), (1, 2), (2, 2), (2, 1), (0, 1)]]);
        assert_eq!(square([0b11, 0b11]).outlines(), [vec![(0, 0), (2, 0), (2, 2), (0, 2)]]);
        assert_eq!(square([0, 0]).outlines(), Vec::<Vec<_>>::new());
    }
}
