//! The mask of a symbol, chosen as ISO/IEC 18004, 7.8.3, says: of eight the one with the least penalty, the first among equals.
//!
//! `qrcodegen` weighs the masks module by module, which takes longer than the rest of a symbol; here whole lines are weighed.

use std::sync::OnceLock;

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

use super::LAST_M;
use super::modules::Modules;

const MASKS: usize = 8;

/// The penalties N1 to N4 of table 11.
const LONG_RUN: u32 = 3;
const BLOCK: u32 = 3;
const FINDER: u32 = 40;
const IMBALANCE: u32 = 10;

/// The symbol of `segments` at this level in the smallest version up to `last`, with its mask; none where they do not fit.
pub(super) fn masked(segments: &[QrSegment], level: QrCodeEcc, last: u8) -> Option<(Version, Modules)> {
    let symbol = with_mask(segments, level, (1, last), 0)?;
    let plain = Modules::of(&symbol);
    let differences = differences(symbol.version(), level)?;
    let masked = differences.iter().map(|difference| plain.xor(difference));
    Some((symbol.version(), masked.min_by_key(penalty)?))
}

fn with_mask(segments: &[QrSegment], level: QrCodeEcc, (first, last): (u8, u8), mask: usize) -> Option<QrCode> {
    let (first, last, mask) = (Version::new(first), Version::new(last), Mask::new(mask as u8));
    QrCode::encode_segments_advanced(segments, level, first, last, Some(mask), false).ok()
}

/// In what symbols of this version and level with mask 0 differ from those with each mask: the same whatever they hold.
fn differences(version: Version, level: QrCodeEcc) -> Option<&'static [Modules]> {
    type Known = [OnceLock<Vec<Modules>>; LAST_M as usize + 1];
    static QUARTILE: Known = [const { OnceLock::new() }; LAST_M as usize + 1];
    static MEDIUM: Known = [const { OnceLock::new() }; LAST_M as usize + 1];
    let known = if level == QrCodeEcc::Quartile { &QUARTILE } else { &MEDIUM };
    let made = known.get(usize::from(version.value()))?.get_or_init(|| {
        let same = (version.value(), version.value());
        let empty: Vec<Modules> = (0..MASKS).filter_map(|mask| with_mask(&[], level, same, mask)).map(|code| Modules::of(&code)).collect();
        empty.first().map(|first| empty.iter().map(|other| first.xor(other)).collect()).unwrap_or_default()
    });
    Some(made)
}

fn penalty(modules: &Modules) -> u32 {
    let size = modules.size();
    let lines = modules.rows.iter().chain(&modules.columns);
    let of_lines: u32 = lines.map(|line| runs(*line, size) + FINDER * finders(*line, size)).sum();
    of_lines + BLOCK * blocks(&modules.rows) + IMBALANCE * imbalance(&modules.rows)
}

/// The first `count` modules of a line.
fn first(count: usize) -> u128 {
    (1 << count) - 1
}

/// N1: runs of one colour, three for the first five modules and one for each more.
fn runs(line: u128, size: usize) -> u32 {
    let weigh = |line: u128| {
        let fives = all(line, 5);
        fives.count_ones() + (LONG_RUN - 1) * (fives & !(fives << 1)).count_ones()
    };
    weigh(line) + weigh(!line & first(size))
}

/// N2: squares of 2 × 2 modules of one colour.
fn blocks(rows: &[u128]) -> u32 {
    let inner = first(rows.len().saturating_sub(1));
    let pairs = rows.iter().zip(rows.iter().skip(1));
    let blocks = pairs.map(|(row, next)| !(row ^ row >> 1) & !(next ^ next >> 1) & !(row ^ next) & inner);
    blocks.map(u128::count_ones).sum()
}

/// N3: dark, light, dark, light, dark as 1:1:3:1:1, at any scale, with four times as much light before or after it; counted for each of both.
fn finders(line: u128, size: usize) -> u32 {
    let scales = (1..=size / 7).take_while(|scale| all(line, 3 * scale) != 0);
    scales.map(|scale| finders_of_scale(line, scale)).sum()
}

fn finders_of_scale(line: u128, scale: usize) -> u32 {
    let (one, three) = (all(line, scale), all(line, 3 * scale));
    let dark = one & three >> (2 * scale) & one >> (6 * scale);
    if dark == 0 {
        return 0;
    }
    let (near, far) = (any(line, scale), any(line, 4 * scale));
    let core = dark & !(near >> scale) & !(near >> (5 * scale));
    let (light_before, light_after) = (!(near << scale), !(near >> (7 * scale)));
    let (wide_before, wide_after) = (!(any_before(line, 4 * scale)), !(far >> (7 * scale)));
    (core & wide_before & light_after).count_ones() + (core & wide_after & light_before).count_ones()
}

/// The places from which `count` modules on are all dark.
fn all(line: u128, count: usize) -> u128 {
    (1..count).fold(line, |all, by| all & line >> by)
}

/// The places from which one of `count` modules on is dark.
fn any(line: u128, count: usize) -> u128 {
    (1..count).fold(line, |any, by| any | line >> by)
}

/// The places before which one of `count` modules is dark.
fn any_before(line: u128, count: usize) -> u128 {
    (1..=count).fold(0, |any, by| any | line << by)
}

/// N4: steps of five in a hundred by which the share of dark modules is off one half.
fn imbalance(rows: &[u128]) -> u32 {
    let dark: u32 = rows.iter().map(|row| row.count_ones()).sum();
    let total = (rows.len() * rows.len()) as u32;
    ((dark * 20).abs_diff(total * 10)).div_ceil(total).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        /// Every mask and its penalty as another implementation has them: the symbol is the same, module by module.
        #[test]
        fn the_mask_is_the_one_that_qrcodegen_chooses(text in "[A-Z2-7]{0,1400}|[a-z]{0,600}|[0]{0,900}") {
            let segments = super::super::segments(&format!("https://bansao.example.vn/v#{text}"));
            for level in [QrCodeEcc::Quartile, QrCodeEcc::Medium] {
                let expected = QrCode::encode_segments_advanced(&segments, level, Version::new(1), Version::new(LAST_M), None, false).ok();
                let made = masked(&segments, level, LAST_M);
                proptest::prop_assert_eq!(made.as_ref().map(|(version, _)| version.value()), expected.as_ref().map(|code| code.version().value()));
                proptest::prop_assert!(made.map(|(_, modules)| modules) == expected.map(|code| Modules::of(&code)));
            }
        }
    }

    #[test]
    fn a_finder_is_counted_for_the_light_on_each_side_at_any_scale() {
        assert_eq!(finders(0b101_1101 << 10, 31), 2);
        assert_eq!(finders(0b101_1101, 31), 2, "beyond the edge all is light");
        assert_eq!(finders(0b1_0101_1101, 31), 1);
        assert_eq!(finders(0b11_0011_1111_0011 << 8, 31), 2, "twice as wide");
        assert_eq!(finders(0b101_1011 << 10, 31), 0);
    }

    #[test]
    fn penalties_are_those_of_the_standard() {
        assert_eq!(runs(0b0_1111_1000_0010, 13), 3 + 3, "five dark, five light, and one light beyond");
        assert_eq!(runs(0b11_1111, 6), 4);
        assert_eq!(blocks(&[0b011, 0b011, 0b100]), 1);
        assert_eq!(imbalance(&[0b1, 0b0]), 4);
    }
}
