//! Lines of print against the same lines of the original, mark by mark: a stroke that one of the two does not have, and that may not
//! make a letter that anybody reads.
//!
//! A line is cut into pieces of about a word. Each is moved onto the original's by correlation, and the original is blurred until it is as
//! soft as the print. Then the ink of each window of 0.6 mm, a mark above a letter, is held against the other's, moved by a pixel. What
//! printing and capturing do to ink everywhere on the page is the measure of what counts.

use image::{GrayImage, ImageBuffer, Luma};

use super::lay::sample;
use super::{Overlay, WORK_DPI, correlation, mean};
use crate::raster::{INCH, Rect, quantile, resize_gray};

/// Resolution at which lines are compared, dots per inch.
const FINE_DPI: f32 = 200.0;
/// Pixels of that resolution for one of the working scale.
const FINE: f32 = FINE_DPI / WORK_DPI;

/// How far a piece may lie from where the pages' map has it, pixels: 1.3 mm.
const REACH: u32 = 10;
/// Air around a line, pixels: marks stand above the box of a line that lost them.
const AIR: u32 = 6;
/// The longest line and the highest that are compared, pixels: 330 and 25 mm.
const MOST: (u32, u32) = (2600, 200);
/// A gap that may part pieces, millimetres.
const GAP_MM: f32 = 0.7;
/// The least length of a piece, millimetres.
const PIECE_MM: f32 = 8.0;
/// Ink that a piece must have, in pixels of full ink.
const LEAST_INK: f32 = 6.0;
/// Contrast that a line must have, levels.
const LEAST_CONTRAST: f32 = 40.0;

/// Softness of the print that is left, and those of the original that are tried, pixels of standard deviation.
const SOFT: f32 = 0.6;
const SOFTER: [f32; 6] = [0.6, 1.0, 1.4, 1.8, 2.3, 3.0];
/// Softness at which a piece is moved onto the original's.
const SEARCH: f32 = 1.0;

/// Side of the windows in which ink is weighed, pixels.
const WINDOW: usize = 5;

/// Pieces of a page of which less say nothing about what capturing did.
const LEAST_PIECES: usize = 6;
/// The middle of all pieces' correlations must be so high, or the picture is too coarse to be judged by marks.
const FITS: f32 = 0.92;
/// A window that has so much more ink than the other one, of full ink, shows another mark, where pieces fit wholly; and how much is added for
/// pieces that fit less. Set on prints drawn for that, genuine ones scanned, photographed and out of focus (`docs/VERIFICATION.md`).
const ANOTHER: (f32, f32) = (0.15, 6.0);

/// The ink of a line, 0 paper to 1 full.
type Ink = ImageBuffer<Luma<f32>, Vec<f32>>;

/// Where the lines, boxes on the other page, bear a mark that the original does not have, or lack one.
pub(super) fn compared(overlay: &Overlay<'_>, lines: &[Rect]) -> Vec<Rect> {
    let sheets = Sheets::of(overlay);
    let pieces: Vec<Piece> = lines.iter().filter_map(|line| sheets.line(line)).flat_map(|line| line.pieces()).collect();
    let mut fits: Vec<f32> = pieces.iter().map(|piece| piece.fit).collect();
    let middle = quantile(&mut fits, 0.5);
    if pieces.len() < LEAST_PIECES || middle < FITS {
        return Vec::new();
    }
    let bound = ANOTHER.0 + ANOTHER.1 * (1.0 - middle);
    pieces.iter().filter(|piece| piece.most >= bound).map(|piece| sheets.there(piece.place)).collect()
}

/// One piece of a line.
struct Piece {
    /// How well it correlates with the original, -1 to 1.
    fit: f32,
    /// By how much a window's ink exceeds that of the other page, at most.
    most: f32,
    /// Where that is: corner at the fine scale of the original.
    place: (f32, f32),
}

/// Both pages at the fine scale.
struct Sheets<'a> {
    overlay: &'a Overlay<'a>,
    original: GrayImage,
    other: GrayImage,
    /// Pixels of that other for one of the overlay's.
    shrink: f32,
}

impl<'a> Sheets<'a> {
    fn of(overlay: &'a Overlay<'a>) -> Self {
        let scaled = |image: &GrayImage, by: f32| {
            let side = |length: u32| (length as f32 * by).round().max(1.0) as u32;
            resize_gray(image, side(image.width()), side(image.height()))
        };
        let (width, height) = Overlay::size(overlay.original, overlay.dpi);
        // Many pixels make one; what is coarser stays as it is.
        let shrink = (FINE / overlay.map.scale((width as f32, height as f32))).min(1.0);
        Self { overlay, original: scaled(overlay.original, FINE_DPI / overlay.dpi), other: scaled(overlay.other, shrink), shrink }
    }

    /// The line of both pages in the original's frame; `None` where one has no print there.
    fn line(&self, line: &Rect) -> Option<Line> {
        let (width, height) = Overlay::size(self.overlay.original, self.overlay.dpi);
        let middle = (width as f32 / 2.0, height as f32 / 2.0);
        let place = line.carried((width, height), |point| self.overlay.map.origin(point, middle));
        let air = REACH + AIR;
        let fine = |length: u32| (length as f32 * FINE) as u32;
        let (left, top) = (fine(place.x) as f32 - air as f32, fine(place.y) as f32 - air as f32);
        let (width, height) = (fine(place.w) + 2 * air, fine(place.h) + 2 * air);
        if width > MOST.0 || height > MOST.1 {
            return None;
        }
        let own = GrayImage::from_fn(width, height, |x, y| Luma([sample(&self.original, left + x as f32, top + y as f32)]));
        let print = GrayImage::from_fn(width, height, |x, y| {
            let point = ((left + x as f32 + 0.5) / FINE, (top + y as f32 + 0.5) / FINE);
            let (u, v) = self.overlay.map.apply(point);
            Luma([sample(&self.other, u * self.shrink - 0.5, v * self.shrink - 0.5)])
        });
        Some(Line { own: ink(&own)?, print: ink(&print)?, corner: (left, top) })
    }

    /// The box on the other page of a window at the fine scale, with as much around it.
    fn there(&self, (x, y): (f32, f32)) -> Rect {
        let side = WINDOW as f32 / FINE;
        let at = |value: f32| (value / FINE - side / 2.0).max(0.0) as u32;
        let place = Rect { x: at(x), y: at(y), w: (2.0 * side) as u32, h: (2.0 * side) as u32 };
        self.overlay.map.carried(&place, self.overlay.other.dimensions())
    }
}

/// The ink of a picture of a line; `None` where it bears none.
fn ink(line: &GrayImage) -> Option<Ink> {
    let mut levels: Vec<f32> = line.as_raw().iter().map(|level| f32::from(*level)).collect();
    let (paper, dark) = (quantile(&mut levels, 0.6), quantile(&mut levels, 0.01));
    let contrast = paper - dark;
    let of = |level: u8| ((paper - f32::from(level)) / contrast).clamp(0.0, 1.2);
    (contrast >= LEAST_CONTRAST).then(|| Ink::from_fn(line.width(), line.height(), |x, y| Luma([of(line.get_pixel(x, y)[0])])))
}

/// One line of both pages, laid over each other by the pages' map.
struct Line {
    own: Ink,
    print: Ink,
    corner: (f32, f32),
}

impl Line {
    fn pieces(&self) -> Vec<Piece> {
        let soft = |ink: &Ink, by: f32| image::imageops::blur(ink, by);
        let (own, print) = (soft(&self.own, SEARCH), soft(&self.print, SEARCH));
        let halved = |ink: &Ink| image::imageops::thumbnail(ink, ink.width() / 2, ink.height() / 2);
        let search = Search { small: (halved(&own), halved(&print)), own, print };
        let print = soft(&self.print, SOFT);
        let softer = SOFTER.map(|by| soft(&self.own, by));
        self.cuts().into_iter().filter_map(|cut| self.piece(cut, &search, &softer, &print)).collect()
    }

    /// Where pieces begin and end: in gaps of the original, so that every part of the line is in one.
    fn cuts(&self) -> Vec<(u32, u32)> {
        let pixels = |mm: f32| (mm / INCH * FINE_DPI).round() as u32;
        let (gap, least) = (pixels(GAP_MM), pixels(PIECE_MM));
        let is_inked = |x: u32| (0..self.own.height()).any(|y| self.own.get_pixel(x, y)[0] > 0.4);
        let (mut cuts, mut start, mut blank) = (Vec::new(), 0, 0);
        for x in 0..self.own.width() {
            blank = if is_inked(x) { 0 } else { blank + 1 };
            if blank == gap && x - start >= least && self.own.width() - x >= least {
                cuts.push((start, x));
                start = x;
            }
        }
        cuts.push((start, self.own.width()));
        cuts
    }

    fn piece(&self, (from, to): (u32, u32), search: &Search, softer: &[Ink], print: &Ink) -> Option<Piece> {
        let whole = Rect { x: from, y: REACH, w: to - from, h: self.own.height().checked_sub(2 * REACH)? };
        if window(&search.own, &whole, (0, 0)).iter().sum::<f32>() < LEAST_INK {
            return None;
        }
        let shift = search.shift(&whole)?;
        let there = window(print, &whole, shift);
        let alike = softer.iter().map(|ink| (correlation(&window(ink, &whole, (0, 0)), &there), ink));
        let (fit, own) = alike.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let own = window(own, &whole, (0, 0));
        // A printer and a copier make all strokes thicker or thinner.
        let gain = own.iter().sum::<f32>() / there.iter().sum::<f32>().max(1.0);
        let size = (whole.w as usize, whole.h as usize);
        let (most, (x, y)) = most(&weighed(&own, size)?, &weighed(&there, size)?, gain)?;
        Some(Piece { fit, most, place: (self.corner.0 + (whole.x + x) as f32, self.corner.1 + (whole.y + y) as f32) })
    }
}

/// A line of both pages, soft, on which pieces are laid over each other.
struct Search {
    own: Ink,
    print: Ink,
    /// Both at half the scale.
    small: (Ink, Ink),
}

impl Search {
    /// How far a box of the original must be moved on the print: roughly at half the scale, then to the pixel.
    fn shift(&self, whole: &Rect) -> Option<(i32, i32)> {
        let best = |(own, print): (&Ink, &Ink), place: &Rect, near: (i32, i32), reach: i32| {
            let own = window(own, place, (0, 0));
            let shifts = (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (near.0 + dx, near.1 + dy)));
            let fits = shifts.map(|shift| (correlation(&own, &window(print, place, shift)), shift));
            fits.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, shift)| shift)
        };
        let half = Rect { x: whole.x / 2, y: whole.y / 2, w: whole.w / 2, h: whole.h / 2 };
        let (dx, dy) = best((&self.small.0, &self.small.1), &half, (0, 0), REACH as i32 / 2)?;
        best((&self.own, &self.print), whole, (2 * dx, 2 * dy), 2)
    }
}

/// The mean ink of each window of a piece of that width and height, by its corner; `None` where the piece is smaller than one.
fn weighed(ink: &[f32], (width, height): (usize, usize)) -> Option<Windows> {
    let (columns, rows) = (width.checked_sub(WINDOW - 1)?, height.checked_sub(WINDOW - 1)?);
    let across: Vec<f32> = ink.chunks_exact(width).flat_map(|row| row.windows(WINDOW).map(mean)).collect();
    let row = |at: usize| across.get(at * columns..(at + 1) * columns).unwrap_or_default();
    let down = |at: usize, column: usize| (at..at + WINDOW).filter_map(|at| row(at).get(column)).sum::<f32>() / WINDOW as f32;
    Some(Windows {
        columns,
        means: (0..rows).flat_map(|at| (0..columns).map(move |column| (at, column))).map(|(at, column)| down(at, column)).collect(),
    })
}

/// Means of windows, row by row.
struct Windows {
    columns: usize,
    means: Vec<f32>,
}

/// The window of which the one page has most ink beyond the other, moved by a pixel: by how much, and its corner.
fn most(own: &Windows, print: &Windows, gain: f32) -> Option<(f32, (u32, u32))> {
    let columns = own.columns;
    let exceeds = |(at, here): (usize, &f32)| {
        let (x, y) = (at % columns, at / columns);
        let near =
            (y.saturating_sub(1)..=y + 1).flat_map(|y| (x.saturating_sub(1)..=(x + 1).min(columns - 1)).map(move |x| y * columns + x));
        let there = near.filter_map(|at| print.means.get(at)).map(|mean| gain * mean);
        let (low, high) = there.fold((f32::MAX, f32::MIN), |(low, high), at| (low.min(at), high.max(at)));
        ((low - here).max(here - high), (u32::try_from(x).unwrap_or(0), u32::try_from(y).unwrap_or(0)))
    };
    own.means.iter().enumerate().map(exceeds).max_by(|a, b| a.0.total_cmp(&b.0))
}

/// The ink of a box, moved; none beyond the picture.
fn window(ink: &Ink, place: &Rect, (dx, dy): (i32, i32)) -> Vec<f32> {
    let at = |x: Option<u32>, y: Option<u32>| ink.get_pixel_checked(x?, y?).map(|level| level[0]);
    let rows = place.y..place.bottom();
    rows.flat_map(|y| (place.x..place.right()).map(move |x| at(x.checked_add_signed(dx), y.checked_add_signed(dy)).unwrap_or(0.0)))
        .collect()
}
