//! Strings pieces of ink into rows.

use std::collections::HashSet;

use crate::raster::blobs::Blob;
use crate::raster::{Rect, quantile};

/// Pieces on one height, from left to right, marks included.
pub(super) struct Row {
    pub(super) pieces: Vec<Blob>,
    pub(super) x_height: f32,
}

/// Sizes in millimetres of what can be a letter (or joined letters): height, and greatest width.
const LETTER_MM: (f32, f32) = (1.15, 13.0);
const WIDEST_MM: f32 = 75.0;
/// A mark is at most so much of the height of its letter, and at most so much of it above it.
const MARK_SHARE: f32 = 0.95;
const MARK_GAP: f32 = 0.3;
/// How far to the right a row looks for its next letter.
const REACH_MM: f32 = 60.0;

pub(super) fn rows(blobs: &[Blob], mm: f32) -> Vec<Row> {
    let letter = |blob: &&Blob| {
        let (w, h) = (blob.rect.w as f32 / mm, blob.rect.h as f32 / mm);
        (LETTER_MM.0..LETTER_MM.1).contains(&h) && w < WIDEST_MM && w > 0.15
    };
    let mut letters: Vec<Blob> = blobs.iter().filter(letter).copied().collect();
    letters.sort_by_key(|blob| (blob.rect.x, blob.rect.y));
    let stacked = stacked(&letters, mm);
    letters.retain(|blob| !stacked.contains(&blob.rect));
    let mut threads = thread(&letters, mm);
    merge(&mut threads, mm);
    add_marks(&mut threads, blobs, &stacked, mm);
    let mut rows: Vec<Row> = threads.into_iter().map(|thread| finish(thread, mm)).collect();
    rows.sort_by(|a, b| top(a).total_cmp(&top(b)));
    rows
}

fn top(row: &Row) -> f32 {
    let mut tops: Vec<f32> = row.pieces.iter().map(|piece| (piece.rect.y + piece.rect.bottom()) as f32 / 2.0).collect();
    quantile(&mut tops, 0.5)
}

/// A row in the making: its letters, and where its last few stood.
struct Thread {
    letters: Vec<Blob>,
    marks: Vec<Blob>,
    /// Top and bottom of the band in which the next letter is expected.
    top: f32,
    bottom: f32,
    right: u32,
}

impl Thread {
    fn new(blob: Blob) -> Self {
        let (top, bottom) = (blob.rect.y as f32, blob.rect.bottom() as f32);
        Self { letters: vec![blob], marks: Vec::new(), top, bottom, right: blob.rect.right() }
    }

    /// Share of the smaller of band and letter that both share.
    fn overlap(&self, blob: &Blob) -> f32 {
        let (top, bottom) = (blob.rect.y as f32, blob.rect.bottom() as f32);
        let both = self.bottom.min(bottom) - self.top.max(top);
        both / (self.bottom - self.top).min(bottom - top).max(1.0)
    }

    fn push(&mut self, blob: Blob) {
        self.letters.push(blob);
        self.right = self.right.max(blob.rect.right());
        // The band follows the row slowly, so that one tall letter does not carry it off.
        let recent = &self.letters[self.letters.len().saturating_sub(7)..];
        let mut tops: Vec<f32> = recent.iter().map(|letter| letter.rect.y as f32).collect();
        let mut bottoms: Vec<f32> = recent.iter().map(|letter| letter.rect.bottom() as f32).collect();
        self.top = quantile(&mut tops, 0.5);
        self.bottom = quantile(&mut bottoms, 0.5);
    }
}

/// Goes through the letters from left to right; each joins the row whose band it shares most.
fn thread(letters: &[Blob], mm: f32) -> Vec<Thread> {
    let mut threads: Vec<Thread> = Vec::new();
    for letter in letters {
        let fits = |thread: &Thread| {
            let gap = (letter.rect.x as f32 - thread.right as f32) / mm;
            let height = (thread.bottom - thread.top).max(1.0);
            let ratio = letter.rect.h as f32 / height;
            let near = gap < REACH_MM && (0.3..3.4).contains(&ratio);
            if near { thread.overlap(letter) - gap.max(0.0) * 0.002 } else { 0.0 }
        };
        let best = threads.iter().enumerate().map(|(at, thread)| (fits(thread), at)).max_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((fit, at)) if fit > 0.45 => threads[at].push(*letter),
            _ => threads.push(Thread::new(*letter)),
        }
    }
    threads
}

/// Joins rows that began apart but lie on one height and do not lie over each other.
fn merge(threads: &mut Vec<Thread>, mm: f32) {
    let mut at = 0;
    while at < threads.len() {
        let mut other = at + 1;
        while other < threads.len() {
            if belong(&threads[at], &threads[other], mm) {
                let joined = threads.swap_remove(other);
                let thread = &mut threads[at];
                thread.letters.extend(joined.letters);
                thread.letters.sort_by_key(|blob| blob.rect.x);
                thread.right = thread.right.max(joined.right);
                other = at + 1;
            } else {
                other += 1;
            }
        }
        at += 1;
    }
}

fn belong(a: &Thread, b: &Thread, mm: f32) -> bool {
    let (a_bottom, a_height) = typical(&a.letters);
    let (b_bottom, b_height) = typical(&b.letters);
    let alike = (a_height / b_height).max(b_height / a_height) < 1.6;
    let level = (a_bottom - b_bottom).abs() < (0.35 * a_height.min(b_height)).max(0.4 * mm);
    alike && level
}

/// Median foot and height.
fn typical(letters: &[Blob]) -> (f32, f32) {
    let mut bottoms: Vec<f32> = letters.iter().map(|letter| letter.rect.bottom() as f32).collect();
    let mut heights: Vec<f32> = letters.iter().map(|letter| letter.rect.h as f32).collect();
    (quantile(&mut bottoms, 0.5), quantile(&mut heights, 0.5))
}

/// Pieces as large as a letter that are marks: two that grew together (`ẫ`, `ấ` in bold print), close above a letter that is
/// no smaller. `letters` are sorted from left to right.
fn stacked(letters: &[Blob], mm: f32) -> HashSet<Rect> {
    let over = |mark: &Blob, letter: &Blob| {
        let (mark, letter) = (mark.rect, letter.rect);
        let shared = mark.right().min(letter.right()).saturating_sub(mark.x.max(letter.x));
        let gap = letter.y as f32 - mark.bottom() as f32;
        mark.h as f32 <= MARK_SHARE * letter.h as f32
            && shared * 10 >= mark.w * 6
            && (-1.0 - 0.02 * letter.h as f32..=MARK_GAP * letter.h as f32).contains(&gap)
    };
    let is_mark = |mark: &&Blob| {
        let from = letters.partition_point(|letter| (letter.rect.x as f32) < mark.rect.x as f32 - LETTER_MM.1 * mm);
        letters[from..].iter().take_while(|letter| letter.rect.x < mark.rect.right()).any(|letter| over(mark, letter))
    };
    letters.iter().filter(is_mark).map(|mark| mark.rect).collect()
}

/// Marks, dots, commas and accents go to the nearest letter's row.
fn add_marks(threads: &mut [Thread], blobs: &[Blob], stacked: &HashSet<Rect>, mm: f32) {
    let little = |blob: &Blob| (blob.rect.h as f32) < LETTER_MM.0 * mm && blob.area as f32 > 0.02 * mm * mm;
    let small = |blob: &&Blob| little(blob) || stacked.contains(&blob.rect);
    let mut index: Vec<(u32, u32, usize, Blob)> = Vec::new();
    for (number, thread) in threads.iter().enumerate() {
        index.extend(thread.letters.iter().map(|letter| (letter.rect.x, letter.rect.right(), number, *letter)));
    }
    index.sort_by_key(|entry| entry.0);
    for mark in blobs.iter().filter(small) {
        if let Some(number) = nearest(mark, &index, mm) {
            threads[number].marks.push(*mark);
        }
    }
}

fn nearest(mark: &Blob, index: &[(u32, u32, usize, Blob)], mm: f32) -> Option<usize> {
    let reach = 3.0 * mm;
    let from = index.partition_point(|entry| (entry.0 as f32) < mark.rect.x as f32 - 14.0 * mm - reach);
    let mut best: Option<(f32, usize)> = None;
    for (left, right, number, letter) in &index[from..] {
        if *left as f32 > mark.rect.right() as f32 + reach {
            break;
        }
        let across = (left.saturating_sub(mark.rect.right()).max(mark.rect.x.saturating_sub(*right))) as f32;
        let over = letter.rect.y.saturating_sub(mark.rect.bottom()) as f32;
        let under = mark.rect.y.saturating_sub(letter.rect.bottom()) as f32;
        // A mark may stand well above its letter (ấ), hardly below it (ạ).
        let height = letter.rect.h as f32;
        let near = over <= (0.8 * height).min(2.4 * mm) && under <= (0.5 * height).min(1.1 * mm) && across <= reach;
        let distance = across * 0.8 + over + under * 1.3;
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, *number));
        }
    }
    best.map(|(_, number)| number)
}

fn finish(thread: Thread, mm: f32) -> Row {
    let (_, x_height) = measure(&thread.letters, mm);
    let mut pieces = thread.letters;
    pieces.extend(thread.marks);
    pieces.sort_by_key(|piece| piece.rect.x);
    Row { pieces, x_height }
}

/// Baseline and height of small letters of a stretch.
///
/// Feet gather on the baseline; heights above it gather at small letters and at capitals, and the lower gathering
/// counts where there are two.
pub(super) fn measure(pieces: &[Blob], mm: f32) -> (f32, f32) {
    let letters: Vec<&Blob> = pieces.iter().filter(|piece| piece.rect.h as f32 >= LETTER_MM.0 * mm).collect();
    let letters = if letters.is_empty() { pieces.iter().collect() } else { letters };
    let mut feet: Vec<f32> = letters.iter().map(|letter| letter.rect.bottom() as f32).collect();
    let baseline = quantile(&mut feet, 0.45);
    let mut heights: Vec<f32> = letters
        .iter()
        .filter(|letter| (letter.rect.bottom() as f32 - baseline).abs() < 0.35 * letter.rect.h as f32)
        .map(|letter| baseline - letter.rect.y as f32)
        .filter(|&height| height > 0.0)
        .collect();
    (baseline, quantile(&mut heights, 0.35).max(1.0))
}
