//! The words of a seal's upper arc, unrolled, read like lines of print.

use std::time::Duration;

use bansao_scan::seal::Arc;

use super::page::{LINE_PX, part};
use super::reader::{ReadError, Reader, cut};
use super::text::TextWord;

/// A word of a seal's ring.
#[derive(Debug, Clone, PartialEq)]
pub struct SealWord {
    /// The text, as it was read.
    pub text: String,
    /// How sure the engine was, 0 to 1.
    pub confidence: f32,
}

/// The words of a seal that no pen crosses.
///
/// # Errors
/// [`ReadError`] of the reader.
pub fn read_inscription(arc: &Arc, reader: &dyn Reader, deadline: Duration) -> Result<Vec<SealWord>, ReadError> {
    let read = reader.read(&cut(&arc.strip, &arc.pieces, LINE_PX), deadline)?;
    let placed = arc.pieces.iter().zip(read).flat_map(|(piece, words)| part(piece, true, LINE_PX, words).words);
    let known = placed.filter(|word| !arc.is_crossed(&word.rect));
    Ok(known.map(|TextWord { text, confidence, .. }| SealWord { text, confidence }).collect())
}
