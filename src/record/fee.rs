//! Fees of a certification, counted on the pages of the original.

use serde::Deserialize;

/// What a certification costs, in đồng (domain reference 1.3), counted on the pages of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fees {
    /// Each of the first two pages.
    pub first_pages_vnd: u64,
    /// Each page from the third on.
    pub later_pages_vnd: u64,
    /// The most for one copy.
    pub most_vnd: u64,
}

impl Default for Fees {
    fn default() -> Self {
        Self { first_pages_vnd: 2_000, later_pages_vnd: 1_000, most_vnd: 200_000 }
    }
}

impl Fees {
    /// The fee of one copy of an original of `pages` pages.
    pub fn of(self, pages: usize) -> u64 {
        let pages = u64::try_from(pages).unwrap_or(u64::MAX);
        let (first, later) = (pages.min(2), pages.saturating_sub(2));
        first.saturating_mul(self.first_pages_vnd).saturating_add(later.saturating_mul(self.later_pages_vnd)).min(self.most_vnd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_counted_on_pages_and_end_somewhere() {
        let fees = Fees::default();
        assert_eq!([0, 1, 2, 3, 10].map(|pages| fees.of(pages)), [0, 2_000, 4_000, 5_000, 12_000]);
        assert_eq!(fees.of(1_000), 200_000);
        assert_eq!(fees.of(usize::MAX), 200_000);
    }
}
