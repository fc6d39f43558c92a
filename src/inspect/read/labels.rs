//! Where the labels of a form stand in the text of a page.

use std::collections::BTreeMap;

use super::text::{Letters, Match, PageText, Row, distance, occurrences, tolerance};
use crate::inspect::forms::{Column, FieldSpec, Form, Zone};
use crate::record::{fold, fold_loose};

/// A label or a stop that was found.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) row: usize,
    /// Letters of the row, first and one after the last.
    pub(super) start: usize,
    pub(super) end: usize,
    errors: usize,
    /// Left edge on the layer.
    pub(super) x: u32,
    /// Fields whose label it can be; none for a stop.
    pub(super) fields: Vec<usize>,
    /// Whether a colon follows.
    colon: bool,
    /// Whether it ends the values of both columns.
    pub(super) full: bool,
}

impl Hit {
    /// Longer labels go before shorter ones that they contain, unless letters had to be bent for it.
    fn weight(&self) -> usize {
        (self.end - self.start + 2 * usize::from(self.colon)).saturating_sub(4 * self.errors)
    }
}

/// Every label and stop, the heaviest first where several claim the same letters, in reading order.
pub(super) fn hits(
    form: &Form,
    specs: &[&FieldSpec],
    text: &PageText,
    letters: &[Letters],
    title_rows: Option<(usize, usize)>,
) -> Vec<Hit> {
    let title_row = title_rows.map(|(_, last)| last);
    let mut labels: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, spec) in specs.iter().enumerate() {
        for label in &spec.labels {
            labels.entry(label).or_default().push(at);
        }
    }
    for stop in &form.stops {
        labels.entry(stop).or_default();
    }
    let mut found: Vec<Hit> = Vec::new();
    for (row_at, row_letters) in letters.iter().enumerate() {
        let Some(row) = text.rows.get(row_at).filter(|_| !within(title_rows, row_at)) else { continue };
        for (label, fields) in &labels {
            let pattern: Vec<char> = fold_loose(label).chars().collect();
            for place in occurrences(&row_letters.folded, &pattern, tolerance(pattern.len())) {
                let in_zone = |field: &usize| specs.get(*field).is_some_and(|spec| zone_fits(spec.zone, row_at, title_row));
                let allowed: Vec<usize> = fields.iter().copied().filter(in_zone).collect();
                let stop = fields.is_empty();
                let full = stop || fields.iter().any(|field| specs.get(*field).is_some_and(|spec| spec.column == Column::Full));
                let stands = if stop { is_stop(row, row_letters, place) } else { is_label(row, row_letters, label, place) };
                if !stands || (allowed.is_empty() && !stop) {
                    continue;
                }
                let start = with_number(row, row_letters, place.start);
                let Some(x) = row_letters.origin.get(start).and_then(|(word, _)| row.words.get(*word)).map(|word| word.rect.x) else {
                    continue;
                };
                let colon = follows(row, row_letters, place.end).starts_with([':', ';']);
                found.push(Hit { row: row_at, start, end: place.end, errors: place.errors, x, fields: allowed, colon, full });
            }
        }
    }
    found.sort_by_key(|hit| std::cmp::Reverse(hit.weight()));
    let mut kept: Vec<Hit> = Vec::new();
    for hit in found {
        let clear = |other: &Hit| other.row != hit.row || hit.end <= other.start || hit.start >= other.end;
        if kept.iter().all(clear) {
            kept.push(hit);
        }
    }
    kept.sort_by_key(|hit| (hit.row, hit.start));
    kept
}

pub(super) fn within(rows: Option<(usize, usize)>, at: usize) -> bool {
    rows.is_some_and(|(first, last)| (first..=last).contains(&at))
}

fn zone_fits(zone: Zone, row: usize, title_row: Option<usize>) -> bool {
    match (zone, title_row) {
        (Zone::Any, _) | (_, None) => true,
        (Zone::Head, Some(title)) => row < title,
        (Zone::Body, Some(title)) => row > title,
    }
}

/// A label starts a word and ends as it is spelled. A short one, or one that had to be bent, also stands before a colon or
/// apart from what is before it: `Số` is a word of addresses too.
fn is_label(row: &Row, letters: &Letters, label: &str, place: Match) -> bool {
    let Match { start, end, errors } = place;
    let long = end - start >= 8;
    let starts = letters.starts_word(start) || (long && after_punctuation(row, letters, start));
    let parting: &[char] = if errors > 0 && !label.contains(',') { &[',', ':', ';'] } else { &[':', ';'] };
    if !starts || spans(row, letters, start, end, parting) || !ends_as_spelled(letters, label, end) {
        return false;
    }
    if end - start > 8 || (end - start > 6 && errors == 0) {
        return true;
    }
    let rest = follows(row, letters, end);
    if rest.starts_with([':', ';', '.']) {
        return true;
    }
    // Without a colon two letters are a label only with their marks: `Bà` is one, `Ba Vì` is a place.
    let word = letters.origin.get(start).and_then(|(word, _)| row.words.get(*word));
    let spelled = end - start > 3 || word.is_some_and(|word| fold(&word.text) == fold(label));
    errors == 0 && spelled && rest.is_empty() && stands_apart(row, letters, start)
}

/// The last word tells labels apart (`người mẹ`, `người cha`): a short one is read exactly or the label is not.
fn ends_as_spelled(letters: &Letters, label: &str, end: usize) -> bool {
    let last: Vec<char> = label.split(' ').next_back().map(fold_loose).unwrap_or_default().chars().collect();
    let read = end.checked_sub(last.len()).and_then(|from| letters.folded.get(from..end)).unwrap_or_default();
    distance(read, &last, usize::from(last.len() > 3)).is_some()
}

/// Whether a colon stands inside: what follows it is a value, however much it sounds like the label. In a label that had to be bent
/// and has no comma a comma says the same: `Cần Giuộc, tỉnh Long An` has no `Giới tính`.
fn spans(row: &Row, letters: &Letters, start: usize, end: usize, signs: &[char]) -> bool {
    let (Some((first, _)), Some((last, _))) = (letters.origin.get(start), end.checked_sub(1).and_then(|at| letters.origin.get(at))) else {
        return false;
    };
    row.words.get(*first..*last).is_some_and(|words| words.iter().any(|word| word.text.ends_with(signs)))
}

/// A stop starts a row, or a part of one, and is hardly bent: words like it stand in values.
fn is_stop(row: &Row, letters: &Letters, place: Match) -> bool {
    place.errors * 8 <= place.end - place.start && letters.starts_word(place.start) && stands_apart(row, letters, place.start)
}

/// The characters after a letter in its word.
fn follows(row: &Row, letters: &Letters, end: usize) -> String {
    let last = end.checked_sub(1).and_then(|at| letters.origin.get(at));
    let word = last.and_then(|(word, at)| row.words.get(*word).map(|word| (word, *at)));
    word.map(|(word, at)| word.text.chars().skip(at + 1).collect()).unwrap_or_default()
}

/// Whether nothing stands close before a letter's word.
fn stands_apart(row: &Row, letters: &Letters, start: usize) -> bool {
    let word = letters.origin.get(start).map_or(0, |(word, _)| *word);
    let pair = word.checked_sub(1).and_then(|before| row.words.get(before)).zip(row.words.get(word));
    pair.is_none_or(|(before, here)| here.rect.x.saturating_sub(before.rect.right()) > here.rect.h.max(before.rect.h) * 2)
}

/// The start with the number of the line that may stand before a label: `đ)`, `2.`.
fn with_number(row: &Row, letters: &Letters, start: usize) -> usize {
    let Some((word_at, 0)) = letters.origin.get(start).copied() else { return start };
    let Some(before) = word_at.checked_sub(1).and_then(|at| row.words.get(at).map(|word| (at, word))) else { return start };
    let numbers = before.1.text.chars().filter(|c| c.is_alphanumeric()).count() <= 2 && before.1.text.ends_with([')', '.', ']']);
    if !numbers {
        return start;
    }
    letters.origin.iter().position(|(word, _)| *word == before.0).unwrap_or(start)
}

fn after_punctuation(row: &Row, letters: &Letters, start: usize) -> bool {
    let Some((word, at)) = letters.origin.get(start) else { return false };
    let before = row.words.get(*word).and_then(|word| at.checked_sub(1).and_then(|before| word.text.chars().nth(before)));
    before.is_some_and(|c| !c.is_alphanumeric())
}
