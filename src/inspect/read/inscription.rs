//! The words of a seal's upper arc, unrolled, read like lines of print; and what rank of committee it names, weighed rank by rank,
//! for the ranks are few and a pen may cross the word and leave enough of it.

use std::time::Duration;

use bansao_scan::seal::Arc;

use super::page::{LINE_PX, part};
use super::reader::{ReadError, ReadWord, Reader, cut};
use super::text::TextWord;
use crate::record::fold_loose;

/// A word of a seal's ring.
#[derive(Debug, Clone, PartialEq)]
pub struct SealWord {
    /// The text, as it was read.
    pub text: String,
    /// How sure the engine was, 0 to 1.
    pub confidence: f32,
}

/// A word of whose columns a pen crosses more than this share is not known; up to the second share it is where it was read this surely.
/// Of 1,074 words on honest papers of `tuning` and `trial` none that is not the office's was read surer than 0.91.
const CROSSED: f32 = 0.1;
const PARTLY: f32 = 0.3;
const CERTAIN: f32 = 0.97;

/// What was read around a seal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inscription {
    /// The words that no pen crosses, or hardly one.
    pub words: Vec<SealWord>,
    /// The ranks that a people's committee can have, as seals name them, with the natural logarithm of how well the inscription fits each;
    /// empty where it is not legibly a committee's.
    pub ranks: Vec<(&'static str, f32)>,
}

/// Ranks of people's committees as their seals name them.
const RANKS: [&str; 7] = ["XÃ", "PHƯỜNG", "THỊ TRẤN", "THỊ XÃ", "QUẬN", "HUYỆN", "THÀNH PHỐ"];
/// What stands before the rank, and how many of these words must be read before ranks are weighed.
const COMMITTEE: [&str; 4] = ["ỦY", "BAN", "NHÂN", "DÂN"];
const LEAST_WORDS: usize = 3;

/// Reads the inscription of a seal.
///
/// # Errors
/// [`ReadError`] of the reader.
pub fn read_inscription(arc: &Arc, reader: &dyn Reader, deadline: Duration) -> Result<Inscription, ReadError> {
    Ok(Inscription { words: words(arc, reader, deadline)?, ranks: ranks(arc, reader, deadline)? })
}

fn ranks(arc: &Arc, reader: &dyn Reader, deadline: Duration) -> Result<Vec<(&'static str, f32)>, ReadError> {
    let Some(whole) = arc.pieces.iter().copied().reduce(|a, b| a.union(&b)) else { return Ok(Vec::new()) };
    let read: Vec<ReadWord> = reader.read(&cut(&arc.strip, &[whole], LINE_PX), deadline)?.concat();
    let says = |at: usize, said: &str| read.get(at).is_some_and(|word| fold_loose(&word.text) == fold_loose(said));
    // The first word may be lost to a star; the last one is where the rank begins.
    let Some(dan) = (0..read.len()).find(|at| says(*at, "DÂN")) else { return Ok(Vec::new()) };
    if COMMITTEE.iter().filter(|said| (0..=dan).any(|at| says(at, said))).count() < LEAST_WORDS {
        return Ok(Vec::new());
    }
    let head = COMMITTEE.join(" ");
    // The rank is no word, one or two of what was read.
    let tails: Vec<String> =
        (1..=3).map(|skipped| read.iter().skip(dan + skipped).map(|word| word.text.to_uppercase()).collect::<Vec<_>>().join(" ")).collect();
    let texts: Vec<String> = RANKS
        .iter()
        .flat_map(|rank| tails.iter().map(move |tail| (rank, tail)))
        .map(|(rank, tail)| format!("{head} {rank} {tail}").trim_end().to_owned())
        .collect();
    let likely = reader.likelihoods(&arc.strip, whole, &texts, deadline)?;
    let best = |of_rank: &[f32]| of_rank.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    Ok(RANKS.iter().copied().zip(likely.chunks(tails.len()).map(best)).collect())
}

fn words(arc: &Arc, reader: &dyn Reader, deadline: Duration) -> Result<Vec<SealWord>, ReadError> {
    let read = reader.read(&cut(&arc.strip, &arc.pieces, LINE_PX), deadline)?;
    let placed = arc.pieces.iter().zip(read).flat_map(|(piece, words)| part(piece, true, LINE_PX, words).words);
    let known = placed.filter(|word| is_known(arc.crossed(&word.rect), word.confidence));
    Ok(known.map(|TextWord { text, confidence, .. }| SealWord { text, confidence }).collect())
}

/// Whether a word counts, of which a pen crosses this share.
fn is_known(crossed: f32, confidence: f32) -> bool {
    crossed <= CROSSED || (crossed <= PARTLY && confidence >= CERTAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_under_a_pen_counts_only_where_it_was_surely_read() {
        assert!(is_known(0.05, 0.2) && is_known(0.26, 0.99));
        assert!(!is_known(0.26, 0.9) && !is_known(0.4, 0.99));
    }
}
