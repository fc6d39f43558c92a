//! Connected pieces of ink (8-neighbourhood), by runs and union-find.

use image::GrayImage;

use super::Rect;

/// Gray below this is ink on a text layer.
pub(crate) const INK: u8 = 128;

/// A horizontal run of ink: `x0..x1` in row `y`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) y: u32,
    pub(crate) x0: u32,
    pub(crate) x1: u32,
    blob: u32,
}

/// One connected piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blob {
    pub(crate) rect: Rect,
    /// Pixels of ink.
    pub(crate) area: u32,
}

/// All pieces of an image, and the runs that they are made of.
#[derive(Debug, Default)]
pub(crate) struct Blobs {
    pub(crate) blobs: Vec<Blob>,
    runs: Vec<Run>,
}

/// Gray below this belongs to a pale letter: what the paper leaves on a layer is whiter.
const PALE: u8 = 200;
/// A piece whose pixels are ink to less than this share is pale throughout: a worn ribbon, a thin face.
const PALE_SHARE: f32 = 0.35;
/// A pale letter has this many pixels that are nearly ink, at least: a background pattern has none.
const PALE_CORE: (u8, u32) = (160, 4);

/// One whose pixels are ink to less than this share fell apart, though its strokes' ends are dark (a typed letter), ...
const APART_SHARE: f32 = 0.5;
/// ... where no piece of ink in it is as high as this share of it, ...
const TALLEST_SHARE: f32 = 0.6;
/// ... and all together are as high as this: no line of a table hangs on a letter.
const TOGETHER_SHARE: f32 = 0.8;
/// It is one letter: between so many times its height wide (a dash of a table's line is narrower), ...
const LETTER_WIDE: std::ops::RangeInclusive<f32> = 0.3..=1.6;
/// ... and so many pixels high at least.
const LETTER_HIGH: u32 = 8;

/// More runs than a page of dense text has by far; beyond it the page is noise and is not looked at further.
const MOST_RUNS: usize = 4_000_000;

impl Blobs {
    /// Pieces where `is_ink` says so.
    pub(crate) fn find(image: &GrayImage, is_ink: impl Fn(u8) -> bool) -> Self {
        let runs = runs(image, is_ink);
        let mut parents: Vec<u32> = (0..runs.len() as u32).collect();
        join_rows(&runs, &mut parents);
        collect(runs, &mut parents)
    }

    /// The pieces that can be letters: pieces of ink, and where ink is so pale that a letter falls apart, the whole pale letter.
    pub(crate) fn letters(layer: &GrayImage) -> Vec<Blob> {
        let pale = Self::find(layer, |value| value < PALE);
        let dark = Self::find(layer, |value| value < INK);
        let mut pieces: Vec<PalePiece> = pale.blobs.iter().map(|blob| PalePiece::new(*blob)).collect();
        let width = layer.width() as usize;
        for run in &pale.runs {
            let row = run.y as usize * width;
            pieces[run.blob as usize].count(&layer.as_raw()[row + run.x0 as usize..row + run.x1 as usize]);
        }
        // The pale piece around each piece of ink: runs are in reading order, and none overlap.
        let around = |run: &Run| {
            let at = pale.runs.partition_point(|other| (other.y, other.x0) <= (run.y, run.x0)).saturating_sub(1);
            pale.runs.get(at).map(|around| around.blob as usize)
        };
        let mut seen = vec![false; dark.blobs.len()];
        let first = |run: &&Run| !std::mem::replace(&mut seen[run.blob as usize], true);
        let placed: Vec<(Blob, Option<usize>)> =
            dark.runs.iter().filter(first).map(|run| (dark.blobs[run.blob as usize], around(run))).collect();
        for (blob, around) in &placed {
            if let Some(piece) = around.and_then(|at| pieces.get_mut(at)) {
                piece.hold(&blob.rect);
            }
        }
        let stands_alone = |around: Option<usize>| !around.and_then(|at| pieces.get(at)).is_some_and(PalePiece::is_letter);
        let mut letters: Vec<Blob> = placed.into_iter().filter(|(_, around)| stands_alone(*around)).map(|(blob, _)| blob).collect();
        letters.extend(pieces.iter().filter(|piece| piece.is_letter()).map(|piece| piece.blob));
        letters
    }

    /// The runs of every piece that `chosen` picks by its index.
    pub(crate) fn runs_of(&self, chosen: impl Fn(usize) -> bool) -> impl Iterator<Item = Run> {
        self.runs.iter().copied().filter(move |run| chosen(run.blob as usize))
    }
}

/// A connected piece of what is pale or darker, and the ink in it.
struct PalePiece {
    blob: Blob,
    /// Pixels of ink.
    ink: u32,
    /// Pixels that are nearly ink.
    core: u32,
    /// Height of the tallest piece of ink.
    tallest: u32,
    /// The box around all pieces of ink.
    together: Option<Rect>,
}

impl PalePiece {
    fn new(blob: Blob) -> Self {
        Self { blob, ink: 0, core: 0, tallest: 0, together: None }
    }

    fn count(&mut self, levels: &[u8]) {
        for &level in levels {
            self.ink += u32::from(level < INK);
            self.core += u32::from(level < PALE_CORE.0);
        }
    }

    fn hold(&mut self, ink: &Rect) {
        self.tallest = self.tallest.max(ink.h);
        self.together = Some(self.together.map_or(*ink, |together| together.union(ink)));
    }

    /// Whether it is a letter as a whole, and its pieces of ink are none.
    fn is_letter(&self) -> bool {
        let is_paler = |share: f32| (self.ink as f32) < share * self.blob.area as f32;
        self.core >= PALE_CORE.1 && (is_paler(PALE_SHARE) || is_paler(APART_SHARE) && self.fell_apart())
    }

    fn fell_apart(&self) -> bool {
        let Rect { w, h, .. } = self.blob.rect;
        let (width, height) = (w as f32, h as f32);
        let is_spread = self.together.is_some_and(|together| together.h as f32 >= TOGETHER_SHARE * height);
        h >= LETTER_HIGH && LETTER_WIDE.contains(&(width / height)) && (self.tallest as f32) < TALLEST_SHARE * height && is_spread
    }
}

/// Paints runs white.
pub(crate) fn erase(image: &mut GrayImage, runs: impl Iterator<Item = Run>) {
    let width = image.width() as usize;
    let pixels: &mut [u8] = image;
    for run in runs {
        let start = run.y as usize * width;
        pixels[start + run.x0 as usize..start + run.x1 as usize].fill(255);
    }
}

fn runs(image: &GrayImage, is_ink: impl Fn(u8) -> bool) -> Vec<Run> {
    let width = image.width() as usize;
    let mut runs = Vec::new();
    if width == 0 {
        return runs;
    }
    for (y, row) in image.as_raw().chunks_exact(width).enumerate() {
        let mut x = 0;
        while let Some(skip) = row[x..].iter().position(|&value| is_ink(value)) {
            let start = x + skip;
            let length = row[start..].iter().position(|&value| !is_ink(value)).unwrap_or(width - start);
            runs.push(Run { y: y as u32, x0: start as u32, x1: (start + length) as u32, blob: 0 });
            x = start + length;
        }
        if runs.len() > MOST_RUNS {
            break;
        }
    }
    runs
}

/// Joins each run with those of the row above that it touches, corners included.
fn join_rows(runs: &[Run], parents: &mut [u32]) {
    let mut above = 0;
    for (at, run) in runs.iter().enumerate() {
        while above < at && (runs[above].y + 1 < run.y || (runs[above].y + 1 == run.y && runs[above].x1 < run.x0)) {
            above += 1;
        }
        let mut other = above;
        while other < at && runs[other].y + 1 == run.y && runs[other].x0 <= run.x1 {
            join(parents, at as u32, other as u32);
            other += 1;
        }
    }
}

fn join(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parents, a), root(parents, b));
    parents[a.max(b) as usize] = a.min(b);
}

fn root(parents: &mut [u32], mut at: u32) -> u32 {
    while parents[at as usize] != at {
        parents[at as usize] = parents[parents[at as usize] as usize];
        at = parents[at as usize];
    }
    at
}

fn collect(mut runs: Vec<Run>, parents: &mut [u32]) -> Blobs {
    let mut numbers = vec![u32::MAX; parents.len()];
    let mut blobs: Vec<Blob> = Vec::new();
    for (at, run) in runs.iter_mut().enumerate() {
        let top = root(parents, at as u32) as usize;
        let rect = Rect::between(run.x0, run.y, run.x1, run.y + 1);
        if numbers[top] == u32::MAX {
            numbers[top] = blobs.len() as u32;
            blobs.push(Blob { rect, area: 0 });
        }
        run.blob = numbers[top];
        let blob = &mut blobs[run.blob as usize];
        blob.rect = blob.rect.union(&rect);
        blob.area += run.x1 - run.x0;
    }
    Blobs { blobs, runs }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn picture(rows: &[&str]) -> GrayImage {
        let mut image = GrayImage::from_pixel(rows[0].len() as u32, rows.len() as u32, Luma([255]));
        for (y, row) in rows.iter().enumerate() {
            for (x, sign) in row.chars().enumerate() {
                if sign == '#' {
                    image.put_pixel(x as u32, y as u32, Luma([0]));
                }
            }
        }
        image
    }

    #[test]
    fn corners_connect_and_gaps_part() {
        let found = Blobs::find(&picture(&["##..#", "..#.#", ".....", "#...#"]), |v| v < INK);
        let mut areas: Vec<u32> = found.blobs.iter().map(|blob| blob.area).collect();
        areas.sort_unstable();
        assert_eq!(areas, [1, 1, 2, 3]);
    }

    #[test]
    fn a_cup_is_one_piece() {
        let found = Blobs::find(&picture(&["#...#", "#...#", "#####"]), |v| v < INK);
        assert_eq!(found.blobs, [Blob { rect: Rect { x: 0, y: 0, w: 5, h: 3 }, area: 9 }]);
    }

    #[test]
    fn a_pale_letter_is_whole_and_a_dark_one_is_as_it_is() {
        let mut image = picture(&["#...........", "#...........", "#..........."]);
        // A pale stroke whose ink shows in two places only, and a pattern that is ink nowhere.
        for x in 3..9 {
            image.put_pixel(x, 0, Luma([if x == 3 || x == 8 { 120 } else { 150 }]));
        }
        (3..9).for_each(|x| image.put_pixel(x, 2, Luma([190])));
        let mut rects: Vec<Rect> = Blobs::letters(&image).iter().map(|blob| blob.rect).collect();
        rects.sort_by_key(|rect| rect.x);
        assert_eq!(rects, [Rect { x: 0, y: 0, w: 1, h: 3 }, Rect { x: 3, y: 0, w: 6, h: 1 }]);
    }

    #[test]
    fn a_letter_whose_ends_are_dark_and_whose_strokes_are_pale_is_whole() {
        // 12 high: serifs above and below that are ink, a stem between them that is pale; beside it a dark letter with a mark close above.
        let mut image = GrayImage::from_pixel(40, 20, Luma([255]));
        let mut bar = |xs: std::ops::Range<u32>, ys: std::ops::Range<u32>, level: u8| {
            xs.flat_map(|x| ys.clone().map(move |y| (x, y))).for_each(|(x, y)| image.put_pixel(x, y, Luma([level])));
        };
        bar(4..12, 2..4, 60);
        bar(5..11, 4..12, 150);
        bar(4..12, 12..14, 60);
        bar(20..28, 6..14, 20);
        bar(22..26, 5..6, 170);
        bar(22..26, 2..5, 20);
        // A dash of a table's line, dark at its ends.
        bar(0..2, 0..4, 60);
        bar(0..2, 4..15, 170);
        bar(0..2, 15..19, 60);
        // A letter on which a pale line hangs.
        bar(32..38, 2..8, 20);
        bar(34..35, 8..18, 170);
        let mut rects: Vec<Rect> = Blobs::letters(&image).iter().map(|blob| blob.rect).collect();
        rects.sort_by_key(|rect| (rect.x, rect.y));
        let (letter, mark) = (Rect { x: 20, y: 6, w: 8, h: 8 }, Rect { x: 22, y: 2, w: 4, h: 3 });
        let ends = rects.drain(..2).map(|rect| rect.h).collect::<Vec<_>>();
        assert_eq!(ends, [4, 4]);
        assert_eq!(rects, [Rect { x: 4, y: 2, w: 8, h: 12 }, letter, mark, Rect { x: 32, y: 2, w: 6, h: 6 }]);
    }

    #[test]
    fn an_erased_piece_leaves_the_others() {
        let mut image = picture(&["##..#", "##..#"]);
        let found = Blobs::find(&image, |v| v < INK);
        erase(&mut image, found.runs_of(|at| found.blobs[at].area == 4));
        assert_eq!(Blobs::find(&image, |v| v < INK).blobs.len(), 1);
    }
}
