//! Smudges: what an eraser leaves of ink. Paper of a word that is darker than the paper around it, and paler than ink; looked for by
//! brightness, and in the brightest channel, in which the coloured pattern of the paper is hardly there and a smudge of ink is.

/// How often each brightness was met, means of 3 by 3 pixels, rounded.
pub(super) struct Levels {
    counts: [u32; 256],
    all: u32,
}

/// Paper may be darker than the typical by this share, and by so many deviations of the page's own grain.
const PALE: f32 = 0.98;
const DEVIATIONS: f32 = 2.0;
/// The median distance from the median, as a standard deviation of a normal distribution.
const DEVIATION_OF_MEDIAN: f32 = 1.4826;

impl Default for Levels {
    fn default() -> Self {
        Self { counts: [0; 256], all: 0 }
    }
}

impl Levels {
    pub(super) fn add(&mut self, mean: f64) {
        if let Some(count) = self.counts.get_mut(mean.round().clamp(0.0, 255.0) as usize) {
            *count += 1;
            self.all += 1;
        }
    }

    /// These and others.
    pub(super) fn and(&self, others: &Self) -> Self {
        let mut counts = self.counts;
        counts.iter_mut().zip(others.counts).for_each(|(count, more)| *count += more);
        Self { counts, all: self.all + others.all }
    }

    /// By how much the share of these levels that is darker than the paper `around` exceeds the share around itself; 0 where
    /// nothing was met.
    pub(super) fn smudged(&self, around: &Self) -> f32 {
        if self.all == 0 || around.all == 0 {
            return 0.0;
        }
        let paper = around.median(|level| level as f32);
        let spread = around.median(|level| (level as f32 - paper).abs()) * DEVIATION_OF_MEDIAN;
        let bound = paper * PALE - DEVIATIONS * spread;
        self.below(bound) - around.below(bound)
    }

    fn below(&self, bound: f32) -> f32 {
        let dark: u32 = self.counts.iter().enumerate().take_while(|&(level, _)| (level as f32) < bound).map(|(_, count)| count).sum();
        dark as f32 / self.all.max(1) as f32
    }

    /// Median of what `of` makes of each level.
    fn median(&self, of: impl Fn(usize) -> f32) -> f32 {
        let mut values: Vec<(f32, u32)> = self.counts.iter().enumerate().map(|(level, count)| (of(level), *count)).collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut left = self.all / 2;
        for (value, count) in values {
            if count > left {
                return value;
            }
            left -= count;
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::Levels;

    fn levels(of: &[(u8, u32)]) -> Levels {
        let mut levels = Levels::default();
        of.iter().for_each(|&(level, times)| (0..times).for_each(|_| levels.add(f64::from(level))));
        levels
    }

    #[test]
    fn darker_paper_counts_beyond_what_lies_around() {
        let around = levels(&[(246, 30), (247, 40), (248, 28), (236, 2)]);
        let clean = levels(&[(246, 20), (247, 60), (248, 20)]);
        let rubbed = levels(&[(247, 70), (238, 20), (230, 10)]);
        assert!(clean.smudged(&around) < 0.0);
        assert!((rubbed.smudged(&around) - 0.28).abs() < 0.001, "{}", rubbed.smudged(&around));
        assert_eq!(rubbed.smudged(&Levels::default()), 0.0);
        assert_eq!(Levels::default().smudged(&around), 0.0);
    }

    #[test]
    fn the_grain_of_the_paper_is_no_smudge() {
        let around = levels(&[(230, 10), (235, 20), (240, 40), (245, 20), (250, 10)]);
        assert!(levels(&[(235, 40), (240, 40)]).smudged(&around) < 0.05);
    }
}
