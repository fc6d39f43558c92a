//! Digests of the beginnings of a file: what two of them have in common is hashed once.
//!
//! Every signature of a file covers the file from its first byte, so the digest of each is that of the one before, gone on with.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use ring::digest::Context;

use crate::DigestAlgorithm;

/// The states of digests after some beginnings of one file, which may grow but never changes.
#[derive(Clone, Default)]
pub(crate) struct Beginnings(HashMap<DigestAlgorithm, BTreeMap<usize, Context>>);

impl Beginnings {
    /// The state after the first `end` bytes.
    pub(crate) fn after(&mut self, algorithm: DigestAlgorithm, bytes: &[u8], end: usize) -> Context {
        let known = self.0.entry(algorithm).or_default();
        let nearest = known.range(..=end).next_back().map(|(at, context)| (*at, context.clone()));
        let (at, mut context) = nearest.unwrap_or_else(|| (0, algorithm.context()));
        if at < end {
            context.update(bytes.get(at..end).unwrap_or_default());
            known.insert(end, context.clone());
        }
        context
    }

    /// The digest of what lies before and after a gap.
    pub(crate) fn digest(&mut self, algorithm: DigestAlgorithm, bytes: &[u8], (first, rest): (usize, Range<usize>)) -> Vec<u8> {
        let mut context = self.after(algorithm, bytes, first);
        context.update(bytes.get(rest).unwrap_or_default());
        context.finish().as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_parts_in_whatever_order_they_are_asked_for() {
        let bytes: Vec<u8> = (0..100).collect();
        let mut beginnings = Beginnings::default();
        for algorithm in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384] {
            for (first, rest) in [(60, 70..90), (10, 20..50), (60, 61..100), (0, 0..0), (100, 100..100), (30, 90..95)] {
                let plain = algorithm.digest_parts(&[&bytes[..first], &bytes[rest.clone()]]);
                assert_eq!(beginnings.digest(algorithm, &bytes, (first, rest)), plain);
            }
        }
    }
}
