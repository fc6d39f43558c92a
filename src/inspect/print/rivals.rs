//! What might as well stand where a text was read: texts that differ from it in one sign.
//!
//! The signs are those that an alteration exchanges and a blurred print confuses: a vowel's marks and tone, digits, letters of like
//! shape, and a sign left out.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Vowels with and without marks, by their bare letter.
const VOWELS: [(char, &[char]); 6] =
    [('a', &['a', 'ă', 'â']), ('e', &['e', 'ê']), ('i', &['i']), ('o', &['o', 'ô', 'ơ']), ('u', &['u', 'ư']), ('y', &['y'])];

/// No tone, grave, hook, tilde, acute, dot below.
const TONES: [Option<char>; 6] = [None, Some('\u{300}'), Some('\u{309}'), Some('\u{303}'), Some('\u{301}'), Some('\u{323}')];

/// Letters that one stroke or a blot turns into each other.
const ALIKE: [&str; 12] = ["dđ", "bhk", "ceo", "nmhu", "ilt", "gq", "uv", "prb", "xk", "ae", "oq", "vy"];

/// Texts that differ from `text` in one sign, in its own case.
pub(super) fn rivals(text: &str) -> Vec<String> {
    let signs: Vec<char> = text.nfc().collect();
    let mut all = Vec::new();
    for (at, sign) in signs.iter().enumerate() {
        let (before, after) = (signs.get(..at).unwrap_or_default(), signs.get(at + 1..).unwrap_or_default());
        let with = |other: Option<char>| before.iter().copied().chain(other).chain(after.iter().copied()).collect::<String>();
        all.extend(others(*sign).into_iter().map(|other| with(Some(other))));
        if sign.is_alphanumeric() {
            all.push(with(None));
        }
    }
    all
}

/// The signs that may stand for one.
fn others(sign: char) -> Vec<char> {
    if sign.is_ascii_digit() {
        return ('0'..='9').filter(|digit| *digit != sign).collect();
    }
    let low = sign.to_lowercase().next().unwrap_or(sign);
    let bare = std::iter::once(low).nfd().next().unwrap_or(low);
    let tone = std::iter::once(low).nfd().find(|mark| is_combining_mark(*mark) && TONES.contains(&Some(*mark)));
    let mut found: Vec<char> = Vec::new();
    if let Some((_, letters)) = VOWELS.iter().find(|(vowel, _)| *vowel == bare) {
        let toned = letters.iter().flat_map(|letter| TONES.map(|tone| composed(*letter, tone)));
        found.extend(toned.flatten());
    }
    let alike = ALIKE.iter().filter(|group| group.contains(bare) || group.contains(low)).flat_map(|group| group.chars());
    found.extend(alike.filter_map(|letter| composed(letter, tone).or(Some(letter))));
    found.retain(|other| *other != low);
    let upper = sign.is_uppercase();
    found.into_iter().map(|other| if upper { other.to_uppercase().next().unwrap_or(other) } else { other }).collect()
}

fn composed(letter: char, tone: Option<char>) -> Option<char> {
    let mut composed = std::iter::once(letter).chain(tone).nfc();
    let one = composed.next()?;
    composed.next().is_none().then_some(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_digit_and_missing_sign_is_a_rival() {
        let all = rivals("ĐỖ 12");
        for rival in ["DỖ 12", "ĐỔ 12", "ĐÔ 12", "ĐÕ 12", "ĐỚ 12", "Đ 12", "ĐỖ 72", "ĐỖ 1", "Ỗ 12"] {
            assert!(all.iter().any(|text| text == rival), "{rival}");
        }
        assert!(!all.iter().any(|text| text == "ĐỖ 12"));
    }
}
