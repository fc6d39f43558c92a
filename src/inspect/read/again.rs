//! A second look at values that matter: each alone, at other sizes or by another engine. Three readings vote.
//!
//! An engine that weighs its readings is asked first (`odds`), and the others only where it is unsure. Without one,
//! two readings that agree outvote the third and make each other sure; three that differ leave the value unsure, and so to a person.

use std::time::Duration;

use bansao_scan::{GrayImage, Rect};

use super::fields::Printed;
use super::odds::Odds;
use super::prior::is_near_known;
use super::reader::{Asked, ReadError, ReadWord, Reader, Round};
use super::value::{self, Value};
use crate::inspect::forms::FieldType;

/// Values read with more, of types that a slip cannot turn into another valid value, are not read again.
const SURE: f32 = 0.9;
/// The same for addresses, in which one wrong word of many takes little from the whole.
const SURE_ADDRESS: f32 = 0.97;

/// A value with how sure it is, after all readings.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The printed text of the reading that was chosen.
    pub printed: String,
    /// The value.
    pub value: Value,
    /// How sure the engine was, 0 to 1, the vote taken in.
    pub confidence: f32,
    /// What other readings gave that were not mere noise, the surest first.
    pub others: Vec<String>,
}

/// One value before the vote.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// Its type.
    pub kind: FieldType,
    /// As printed.
    pub printed: &'a Printed,
    /// As read the first time.
    pub first: Settled,
}

/// Settles each candidate of one page, in order.
///
/// # Errors
/// [`ReadError`] of the reader.
pub fn settle(
    layer: &GrayImage,
    candidates: Vec<Candidate<'_>>,
    reader: &dyn Reader,
    deadline: Duration,
) -> Result<Vec<Settled>, ReadError> {
    let mut settled: Vec<Settled> = candidates.iter().map(|candidate| candidate.first.clone()).collect();
    let doubtful: Vec<(usize, &Candidate<'_>)> = candidates.iter().enumerate().filter(|(_, candidate)| is_doubtful(candidate)).collect();
    let lines = |c: &Candidate<'_>| c.printed.lines.iter().map(|line| whole_words(layer, *line, space(c))).collect();
    let asked: Vec<Asked> = doubtful.iter().map(|(_, c)| Asked { kind: c.kind, lines: lines(c), said: c.printed.text.clone() }).collect();
    let heard = reader.weigh(layer, &asked, deadline)?;
    let (mut unsure, mut unweighed) = (Vec::new(), Vec::new());
    for (((at, candidate), asked), heard) in doubtful.into_iter().zip(asked).zip(heard) {
        match Odds::of(candidate.kind, &heard).map(|odds| odds.with_first(&candidate.first, first_share(candidate.kind))) {
            Some(odds) if odds.best() >= LIKELY => put(&mut settled, at, odds.settled()),
            Some(odds) => unsure.push((at, asked, odds)),
            None => unweighed.push((at, asked)),
        }
    }
    // What is sure already needs nobody else's word.
    let boxes: Vec<&Asked> = unsure.iter().map(|(_, asked, _)| asked).collect();
    let others = by_value(&boxes, |lines| reader.other(layer, lines, deadline))?;
    for (number, (at, asked, odds)) in unsure.into_iter().enumerate() {
        let said = others.iter().filter_map(|round| reading(asked.kind, round.get(number)?));
        put(&mut settled, at, said.fold(odds, |odds, other| odds.with_other(&other.value, OTHER)).settled());
    }
    let boxes: Vec<&Asked> = unweighed.iter().map(|(_, asked)| asked).collect();
    let rounds = by_value(&boxes, |lines| reader.again(layer, lines, deadline))?;
    for (number, (at, asked)) in unweighed.iter().enumerate() {
        let others = rounds.iter().filter_map(|round| reading(asked.kind, round.get(number)?)).collect();
        let chosen = settled.get(*at).and_then(|first| by_vote(asked.kind, first, others));
        put(&mut settled, *at, chosen);
    }
    Ok(settled)
}

fn put(settled: &mut [Settled], at: usize, chosen: Option<Settled>) {
    if let (Some(slot), Some(chosen)) = (settled.get_mut(at), chosen) {
        *slot = chosen;
    }
}

/// Has the lines of all values read at once; the words of each round by value.
fn by_value(values: &[&Asked], read: impl FnOnce(&[Rect]) -> Result<Vec<Round>, ReadError>) -> Result<Vec<Vec<Vec<ReadWord>>>, ReadError> {
    let lines: Vec<Rect> = values.iter().flat_map(|value| value.lines.iter().copied()).collect();
    let rounds = if lines.is_empty() { Vec::new() } else { read(&lines)? };
    let of_values = |round: Round| {
        let mut words = round.words.into_iter();
        values.iter().map(|value| words.by_ref().take(value.lines.len()).flatten().collect()).collect()
    };
    Ok(rounds.into_iter().map(of_values).collect())
}

/// Values that are likelier than this were found right without another engine's word (`docs/RECOGNISER.md`).
const LIKELY: f32 = 0.99;
/// How much likelier the reading of another engine makes a value.
const OTHER: f32 = 7.0;

/// How often the first reading, of a whole line and without a prior, is right where the value alone reads otherwise: `tuning`, 107 values.
fn first_share(kind: FieldType) -> f32 {
    match kind {
        FieldType::Name | FieldType::SignerName => 0.03,
        FieldType::Place | FieldType::Issuer => 0.1,
        _ => 0.25,
    }
}

/// What an engine that does not weigh its readings says, by a vote of them.
fn by_vote(kind: FieldType, first: &Settled, others: Vec<Settled>) -> Option<Settled> {
    let mut all = vec![first.clone()];
    all.extend(others);
    if is_name(kind) && all.iter().any(|one| one.value.text != first.value.text) {
        all.iter_mut().for_each(mend);
    }
    let mut chosen = vote(all)?;
    if is_name(kind) && chosen.confidence < DOUBTFUL {
        mend(&mut chosen);
    }
    Some(chosen)
}

fn is_name(kind: FieldType) -> bool {
    matches!(kind, FieldType::Name | FieldType::SignerName)
}

/// Names read less surely than this are held against the names that people bear.
const DOUBTFUL: f32 = 0.9;

/// Names over whose marks readings differ, or that were read unsurely, are held against the names that people bear; one on
/// which all agree is a name, however rare.
fn mend(reading: &mut Settled) {
    reading.value.text = value::mend_doubtful_name(&reading.value.text);
}

/// The box widened to where its words end: a letter that the first reading lost lies outside of it, and would be lost
/// again by every other.
pub(in crate::inspect) fn whole_words(layer: &GrayImage, line: Rect, space: f32) -> Rect {
    let rows = line.y.min(layer.height())..line.bottom().min(layer.height());
    let inked = |x: u32| x < layer.width() && rows.clone().any(|y| layer.get_pixel(x, y)[0] < INK);
    let (space, reach) = ((line.h as f32 * space) as u32, line.h);
    let mut right = line.right();
    while right < (line.right() + reach).min(layer.width()) && (right.saturating_sub(space)..right + 1).any(inked) {
        right += 1;
    }
    let mut left = line.x;
    while left > line.x.saturating_sub(reach) && (left.saturating_sub(1)..left + space).any(inked) {
        left -= 1;
    }
    Rect::between(left, line.y, right, line.bottom())
}

/// Gray below this is ink.
const INK: u8 = 160;
/// Gaps that part words, in heights of the line.
pub(in crate::inspect) const WORD_SPACE: f32 = 0.2;

/// The gap for a value: the digits of a typewriter stand further apart than letters do, and a number that was read whole lost none.
fn space(candidate: &Candidate<'_>) -> f32 {
    let value = &candidate.first.value;
    match candidate.kind {
        FieldType::Year | FieldType::PersonalId if value.trust >= 1.0 => WORD_SPACE / 2.0,
        FieldType::Year | FieldType::PersonalId => 0.45,
        _ => WORD_SPACE,
    }
}

/// Unsure, of a type in which a slip makes another valid value, or but for its marks the name of a unit that is known.
fn is_doubtful(candidate: &Candidate<'_>) -> bool {
    let slips = matches!(
        candidate.kind,
        FieldType::Name
            | FieldType::SignerName
            | FieldType::Date
            | FieldType::Year
            | FieldType::PersonalId
            | FieldType::RegistrationNo
            | FieldType::LandRegisterNo
            | FieldType::Digits
            | FieldType::Area
    );
    let near_known = candidate.kind.is_address() && is_near_known(&candidate.first.value.text);
    let sure = if candidate.kind.is_address() { SURE_ADDRESS } else { SURE };
    !candidate.printed.lines.is_empty() && (slips || candidate.first.confidence < sure || near_known)
}

fn reading(kind: FieldType, words: &[ReadWord]) -> Option<Settled> {
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let letters: f32 = words.iter().map(|word| word.text.chars().count() as f32).sum();
    let sum: f32 = words.iter().map(|word| word.text.chars().count() as f32 * word.confidence).sum();
    let least = words.iter().map(|word| word.confidence).fold(1.0, f32::min);
    let value = value::parse(kind, &text)?;
    let mean = sum / letters.max(1.0);
    let engine = if kind.runs_on() { (3.0 * mean + least) / 4.0 } else { (mean + least) / 2.0 };
    Some(Settled { printed: text, confidence: engine * value.trust, value, others: Vec::new() })
}

/// Readings less sure than this are noise.
const SOME: f32 = 0.3;

/// The value that most readings give, weighed by how sure each is.
fn vote(all: Vec<Settled>) -> Option<Settled> {
    let count = all.len();
    let mut groups: Vec<Vec<Settled>> = Vec::new();
    for one in all {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| first.value.text == one.value.text)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    let weight = |group: &[Settled]| group.iter().map(|one| one.confidence + 0.05).sum::<f32>();
    groups.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let mut groups = groups.into_iter();
    let chosen = groups.next()?;
    let mut groups = groups.peekable();
    let against = groups.peek().map_or(0.0, |group| group.iter().map(|one| one.confidence).fold(0.0, f32::max));
    let others = groups.flatten().filter(|one| one.confidence >= SOME).map(|one| one.value.text).collect();
    let doubt: f32 = chosen.iter().map(|one| 1.0 - one.confidence).product();
    let agreed = chosen.len();
    let best = chosen.into_iter().max_by(|a, b| a.confidence.total_cmp(&b.confidence))?;
    let confidence = match agreed {
        // Nothing supports it: as sure as it was where the others were no readings at all, else unsure.
        1 if count > 1 => best.confidence * (1.0 - against).max(0.5),
        1 => best.confidence,
        _ if agreed == count => (1.0 - doubt).min(0.98),
        _ => (1.0 - doubt).min(0.95) * (1.0 - 0.25 * against),
    };
    Some(Settled { confidence, others, ..best })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(text: &str, confidence: f32) -> Settled {
        Settled { printed: text.into(), value: Value { text: text.into(), trust: 1.0 }, confidence, others: vec![] }
    }

    #[test]
    fn a_box_grows_to_the_end_of_its_words_and_no_further() {
        let mut layer = GrayImage::from_pixel(400, 60, [255].into());
        for (from, to) in [(100, 140), (144, 160), (200, 260)] {
            (20..40).for_each(|y| (from..to).for_each(|x| layer.put_pixel(x, y, [0].into())));
        }
        let grown = whole_words(&layer, Rect { x: 104, y: 15, w: 34, h: 30 }, WORD_SPACE);
        assert!(grown.x < 100 && (160..=167).contains(&grown.right()), "{grown:?}");
        let kept = whole_words(&layer, Rect { x: 90, y: 15, w: 80, h: 30 }, WORD_SPACE);
        assert_eq!((kept.x, kept.right()), (90, 170));
    }

    #[test]
    fn two_outvote_one_and_three_leave_doubt() {
        let two = vote(vec![settled("Chỉ", 0.8), settled("Chi", 0.7), settled("Chi", 0.75)]).unwrap();
        assert!(two.value.text == "Chi" && two.confidence > 0.7, "{two:?}");
        let three = vote(vec![settled("Chỉ", 0.8), settled("Chi", 0.7), settled("Chí", 0.75)]).unwrap();
        assert!(three.confidence < 0.5, "{three:?}");
        let all = vote(vec![settled("Chi", 0.6), settled("Chi", 0.7), settled("Chi", 0.5)]).unwrap();
        assert!(all.confidence > 0.9, "{all:?}");
        let sure = vote(vec![settled("Chi", 0.9), settled("?", 0.05), settled("!", 0.02)]).unwrap();
        assert!(sure.confidence > 0.8, "{sure:?}");
        assert_eq!(two.others, ["Chỉ"]);
        assert!(sure.others.is_empty());
    }
}
