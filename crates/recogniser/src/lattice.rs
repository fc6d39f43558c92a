//! A given text along a line: how likely it is, and where its symbols lie.
//!
//! CTC's lattice: blanks before, between and after the symbols, each of which lasts one step or more; between two equal symbols
//! there must be a blank.

use crate::alphabet::{BLANK, Symbol};
use crate::reading::Stretch;

/// Log of the sum of two probabilities that are given as logs.
pub(crate) fn add(a: f32, b: f32) -> f32 {
    let (more, less) = if a > b { (a, b) } else { (b, a) };
    if less == f32::NEG_INFINITY { more } else { more + (less - more).exp().ln_1p() }
}

/// The symbol at a place of the lattice: even places are blanks.
fn symbol_at(text: &[Symbol], place: usize) -> Symbol {
    if place % 2 == 1 { text[place / 2] } else { BLANK }
}

/// How far back a place can be reached from, beside from itself: one, or two past a blank between different symbols.
fn reach(text: &[Symbol], place: usize) -> usize {
    let past_blank = place % 2 == 1 && place > 1 && text[place / 2] != text[place / 2 - 1];
    if past_blank { 2 } else { place.min(1) }
}

/// The log-probability of a text over all its alignments.
pub(crate) fn likelihood<'a>(steps: impl Iterator<Item = &'a [f32]>, text: &[Symbol]) -> f32 {
    let places = 2 * text.len() + 1;
    let mut before = vec![f32::NEG_INFINITY; places];
    before[0] = 0.0;
    let mut first = true;
    for logs in steps {
        let mut now = vec![f32::NEG_INFINITY; places];
        for place in 0..places {
            let back = if first { place.min(1) } else { reach(text, place) };
            let sum = before[place - back..=place].iter().copied().fold(f32::NEG_INFINITY, add);
            now[place] = sum + logs[usize::from(symbol_at(text, place))];
        }
        before = now;
        first = false;
    }
    before[places.saturating_sub(2)..].iter().copied().fold(f32::NEG_INFINITY, add)
}

/// By how much the likeliest path on which the text stands as whole words, anything before and behind it, falls short of the likeliest
/// path of all. Behind the text at least `apart` steps say nothing, unless the line ends there.
pub(crate) fn shortfall<'a>(steps: impl Iterator<Item = &'a [f32]>, text: &[Symbol], apart: usize) -> f32 {
    // What stands before the text, its places from the first symbol to the last, the steps apart, what stands behind.
    let (last, tail) = ((2 * text.len()).saturating_sub(1), 2 * text.len() + apart);
    let mut before = vec![f32::INFINITY; tail + 1];
    before[0] = 0.0;
    for logs in steps {
        let most = logs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut now = vec![f32::INFINITY; tail + 1];
        now[0] = before[0];
        for place in 1..=tail {
            let (stays, back) = if place <= last { (true, reach(text, place)) } else { (place == tail, 1) };
            let from = if stays { place } else { place - 1 };
            let best = before[place - back..=from].iter().copied().fold(f32::INFINITY, f32::min);
            let symbol = if place <= last { symbol_at(text, place) } else { BLANK };
            now[place] = best + if place == tail { 0.0 } else { most - logs[usize::from(symbol)] };
        }
        before = now;
    }
    before[last..].iter().copied().fold(f32::INFINITY, f32::min)
}

/// Where the symbols of a text lie on its likeliest alignment; none where the line has too few steps for it.
pub(crate) fn align<'a>(steps: impl Iterator<Item = &'a [f32]> + Clone, text: &[Symbol]) -> Option<Vec<Stretch>> {
    let places = 2 * text.len() + 1;
    let mut before = vec![f32::NEG_INFINITY; places];
    before[0] = 0.0;
    let mut moves: Vec<Vec<u8>> = Vec::new();
    for logs in steps.clone() {
        let mut now = vec![f32::NEG_INFINITY; places];
        let mut taken = vec![0; places];
        for place in 0..places {
            let most = if moves.is_empty() { place.min(1) } else { reach(text, place) };
            let (back, best) = (0..=most)
                .map(|back| (back, before[place - back]))
                .fold((0, f32::NEG_INFINITY), |best, next| if next.1 > best.1 { next } else { best });
            now[place] = best + logs[usize::from(symbol_at(text, place))];
            taken[place] = back as u8;
        }
        moves.push(taken);
        before = now;
    }
    let mut place = if places > 1 && before[places - 2] > before[places - 1] { places - 2 } else { places - 1 };
    if before[place] == f32::NEG_INFINITY {
        return None;
    }
    let mut stretches: Vec<Stretch> =
        text.iter().map(|symbol| Stretch { symbol: *symbol, steps: [usize::MAX, 0], probability: 0.0 }).collect();
    let all: Vec<&[f32]> = steps.collect();
    for (step, (taken, logs)) in moves.iter().zip(&all).enumerate().rev() {
        if place % 2 == 1 {
            let stretch = &mut stretches[place / 2];
            stretch.steps = [step, stretch.steps[1].max(step + 1)];
            stretch.probability = stretch.probability.max(logs[usize::from(stretch.symbol)].exp());
        }
        place -= usize::from(taken[place]);
    }
    Some(stretches)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two symbols and the blank, four steps.
    fn steps() -> Vec<Vec<f32>> {
        [[0.2, 0.7, 0.1], [0.5, 0.4, 0.1], [0.3, 0.6, 0.1], [0.1, 0.1, 0.8]]
            .iter()
            .map(|row| row.iter().map(|p: &f32| p.ln()).collect())
            .collect()
    }

    /// All paths of four steps, collapsed: what likelihood has to sum up.
    fn by_paths(text: &[Symbol]) -> f32 {
        let steps = steps();
        let mut sum = 0.0;
        for path in 0..81_usize {
            let path: Vec<usize> = (0..4).map(|step| path / 3_usize.pow(step) % 3).collect();
            let mut collapsed = path.clone();
            collapsed.dedup();
            collapsed.retain(|symbol| *symbol != 0);
            if collapsed.iter().zip(text).all(|(a, b)| *a == usize::from(*b)) && collapsed.len() == text.len() {
                sum += path.iter().zip(&steps).map(|(symbol, logs)| logs[*symbol]).sum::<f32>().exp();
            }
        }
        sum
    }

    #[test]
    fn a_text_is_as_likely_as_all_its_paths() {
        let steps = steps();
        for text in [&[][..], &[1], &[2], &[1, 2], &[1, 1], &[1, 1, 2], &[1, 2, 1, 2], &[2, 2], &[1, 2, 1]] {
            let found = likelihood(steps.iter().map(Vec::as_slice), text).exp();
            assert!((found - by_paths(text)).abs() < 1e-6, "{text:?}: {found} {}", by_paths(text));
        }
        assert_eq!(likelihood(steps.iter().map(Vec::as_slice), &[1, 1, 1]), f32::NEG_INFINITY);
    }

    #[test]
    fn a_text_among_others_falls_short_by_what_the_line_says_instead() {
        // "1 1 2", each symbol two steps long and a blank behind it, and two blanks before the last.
        let said = [0, 1, 1, 0, 1, 1, 0, 0, 2, 2, 0];
        let rows: Vec<Vec<f32>> =
            said.iter().map(|most| (0..3).map(|at| if at == *most { 0.8_f32.ln() } else { 0.1_f32.ln() }).collect()).collect();
        let short = |text: &[Symbol], apart| shortfall(rows.iter().map(Vec::as_slice), text, apart);
        let wrong = (0.8_f32 / 0.1).ln();
        for (text, apart, steps) in [
            (&[1, 1][..], 2, 0),
            (&[1, 2], 1, 0),
            (&[2], 9, 0),
            (&[1], 1, 0),
            (&[1], 2, 0),
            (&[1], 3, 1),
            (&[1, 1, 2], 1, 0),
            (&[2, 2], 1, 1),
            (&[2, 1], 1, 1),
        ] {
            assert!((short(text, apart) - steps as f32 * wrong).abs() < 1e-4, "{text:?} {apart}: {} {steps}", short(text, apart) / wrong);
        }
        assert_eq!(short(&[1; 9], 1), f32::INFINITY, "too long");
    }

    #[test]
    fn symbols_lie_where_they_are_likeliest() {
        let steps = steps();
        let rows = steps.iter().map(Vec::as_slice);
        let found = align(rows.clone(), &[1, 1, 2]).unwrap();
        assert_eq!(found.iter().map(|stretch| stretch.steps).collect::<Vec<_>>(), [[0, 1], [2, 3], [3, 4]]);
        assert!((found[2].probability - 0.8).abs() < 1e-6);
        assert_eq!(align(rows.clone(), &[]), Some(Vec::new()));
        assert_eq!(align(rows, &[1, 1, 1]), None);
    }
}
