//! The printed frame of a form, and whether the picture ends before it does: two of its lines run out of the picture
//! where the line that should join them is missing.

use image::{GrayImage, imageops};

use crate::raster::INCH;

/// A side of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Left.
    Left,
    /// Top.
    Top,
    /// Right.
    Right,
    /// Bottom.
    Bottom,
}

/// Frames stand no further from the sheet's edges than this share of its side.
const MARGIN: f32 = 0.22;
/// Lines are followed from block to block, for a sheet may lie askew.
const BLOCKS: usize = 10;
/// Blocks that must hold a line, of ten; a seal may cover one, and what is cut off is missing.
const HELD: usize = 7;
/// A line is thinner than this, in millimetres, or it is a band of colour or a dark rim.
const THICK_MM: f32 = 2.5;
/// Lines end at least so far from the picture's edge where their frame is whole, in millimetres.
const CLEAR_MM: f32 = 1.2;

/// A line along a side: its distance from that side in each block, where it was seen.
type Line = [Option<u32>; BLOCKS];

/// The sides at which the frame is cut off. `ink` is black on white at `dpi`.
pub(super) fn cut_sides(ink: &GrayImage, dpi: f32) -> Vec<Side> {
    let turned = [ink.clone(), imageops::rotate90(ink), imageops::rotate180(ink), imageops::rotate270(ink)];
    // The top of the picture, and what a quarter turn clockwise brings there next.
    let sides = [Side::Top, Side::Left, Side::Bottom, Side::Right];
    let lines: Vec<Option<Line>> = turned.iter().map(|ink| top_line(ink, dpi)).collect();
    let mut cut = Vec::new();
    for (at, side) in sides.into_iter().enumerate() {
        // Turned so that the side is at the top, its neighbours lie left (the next turn) and right (the last).
        let (opposite, left, right) = (lines[(at + 2) % 4], lines[(at + 1) % 4], lines[(at + 3) % 4]);
        if lines[at].is_some() || opposite.is_none() {
            continue;
        }
        if let (Some(left), Some(right)) = (left, right) {
            let (next, last) = (&turned[(at + 1) % 4], &turned[(at + 3) % 4]);
            // The left neighbour's line ends at the side with its last block, the right one's with its first.
            let runs_out = reaches(next, &left, true, dpi) && reaches(last, &right, false, dpi);
            let whole_below = !reaches(next, &left, false, dpi) && !reaches(last, &right, true, dpi);
            if runs_out && whole_below {
                cut.push(side);
            }
        }
    }
    cut
}

/// The frame's line along the top, if there is one: the outermost that nearly all blocks hold.
fn top_line(ink: &GrayImage, dpi: f32) -> Option<Line> {
    let (width, height) = ink.dimensions();
    let band = ((height as f32 * MARGIN) as u32).min(height);
    let thick = (THICK_MM * dpi / INCH).round().max(2.0) as u32;
    let rows: Vec<Vec<u32>> = (0..BLOCKS as u32)
        .map(|block| lines_of(ink, block * width / BLOCKS as u32, (block + 1) * width / BLOCKS as u32, band, thick))
        .collect();
    // A slope of two degrees over a block.
    let step = (width as f32 / BLOCKS as f32 * 0.035).ceil() as u32 + 1;
    let starts = rows.iter().take(BLOCKS - HELD + 1).flatten().copied();
    let follow = |start: u32| {
        let mut line: Line = [None; BLOCKS];
        let mut last = start;
        for (place, rows) in line.iter_mut().zip(&rows) {
            let near = rows.iter().copied().filter(|row| row.abs_diff(last) <= step).min_by_key(|row| row.abs_diff(last));
            *place = near;
            last = near.unwrap_or(last);
        }
        line
    };
    starts.map(follow).find(|line| line.iter().flatten().count() >= HELD)
}

/// Rows at which a thin line crosses a block, from the top.
fn lines_of(ink: &GrayImage, start: u32, end: u32, band: u32, thick: u32) -> Vec<u32> {
    let dark = |x: u32, y: u32| y < ink.height() && ink.get_pixel(x, y)[0] < 128;
    // A line that leans crosses some rows, so that each column may hold it in one of three.
    let crossed =
        |y: u32| (start..end).filter(|&x| dark(x, y) || dark(x, y + 1) || dark(x, y + 2)).count() as u32 * 10 >= (end - start) * 9;
    let mut found = Vec::new();
    let mut run = 0;
    for y in 0..band {
        if crossed(y) {
            run += 1;
        } else {
            if run > 0 && run <= thick + 2 {
                found.push(y - run / 2);
            }
            run = 0;
        }
    }
    found
}

/// Whether the line along the top has ink right up to the picture's left or right edge.
fn reaches(ink: &GrayImage, line: &Line, right: bool, dpi: f32) -> bool {
    let clear = (CLEAR_MM * dpi / INCH).round().max(2.0) as u32;
    let (width, height) = ink.dimensions();
    let nearest = if right { line.iter().rev().flatten().next() } else { line.iter().flatten().next() };
    let Some(&row) = nearest else { return false };
    let slack = (width as f32 / BLOCKS as f32 * 0.05).ceil() as u32 + 2;
    let columns = if right { width.saturating_sub(clear)..width } else { 0..clear.min(width) };
    let (low, high) = (row.saturating_sub(slack), (row + slack).min(height.saturating_sub(1)));
    columns.into_iter().all(|x| (low..=high).any(|y| ink.get_pixel(x, y)[0] < 128))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    const DPI: f32 = 100.0;

    /// A frame of one line, leaning by so many pixels from left to right.
    fn framed(lean: f32) -> GrayImage {
        let mut ink = GrayImage::from_pixel(827, 1169, Luma([255]));
        let mut dot = |x: f32, y: f32| {
            for dy in 0..3 {
                if let Some(pixel) = ink.get_pixel_mut_checked(x as u32 + dy, y as u32 + dy) {
                    *pixel = Luma([0]);
                }
                if let Some(pixel) = ink.get_pixel_mut_checked(x as u32, y as u32 + dy) {
                    *pixel = Luma([0]);
                }
                if let Some(pixel) = ink.get_pixel_mut_checked(x as u32 + dy, y as u32) {
                    *pixel = Luma([0]);
                }
            }
        };
        for x in 60..760 {
            let down = lean * x as f32 / 827.0;
            dot(x as f32, 70.0 + down);
            dot(x as f32, 1090.0 + down);
        }
        for y in 70..1090 {
            let aside = -lean * y as f32 / 827.0;
            dot(60.0 + aside, y as f32);
            dot(760.0 + aside, y as f32);
        }
        ink
    }

    fn cropped(ink: &GrayImage, x: u32, y: u32, width: u32, height: u32) -> GrayImage {
        imageops::crop_imm(ink, x, y, width, height).to_image()
    }

    #[test]
    fn a_whole_frame_and_no_frame_are_not_cut() {
        assert_eq!(cut_sides(&framed(0.0), DPI), []);
        assert_eq!(cut_sides(&framed(9.0), DPI), []);
        assert_eq!(cut_sides(&GrayImage::from_pixel(827, 1169, Luma([255])), DPI), []);
    }

    #[test]
    fn each_side_can_be_cut() {
        for lean in [0.0, 6.0] {
            let whole = framed(lean);
            assert_eq!(cut_sides(&cropped(&whole, 0, 0, 827, 1000), DPI), [Side::Bottom], "{lean}");
            assert_eq!(cut_sides(&cropped(&whole, 0, 120, 827, 1049), DPI), [Side::Top], "{lean}");
            assert_eq!(cut_sides(&cropped(&whole, 120, 0, 707, 1169), DPI), [Side::Left], "{lean}");
            assert_eq!(cut_sides(&cropped(&whole, 0, 0, 700, 1169), DPI), [Side::Right], "{lean}");
        }
    }
}
