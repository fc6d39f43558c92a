//! The words of a seal's upper arc, unrolled and read like lines of print, and how far the name of an office falls short of what
//! stands there: a pen may cross a name and leave enough of it to tell that it is another's.

use std::borrow::Cow;
use std::time::Duration;

use bansao_scan::Rect;
use bansao_scan::seal::Arc;
use image::GrayImage;
use image::imageops::{FilterType, resize};
use unicode_normalization::UnicodeNormalization;

use super::page::{LINE_PX, part};
use super::reader::{ReadError, Reader, cut};
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
    /// All words, as they were read, one after the other.
    pub whole: String,
}

/// What stands on the seal of every people's committee, before its rank and its name.
const COMMITTEE: &str = "NHÂN DÂN ";
/// What is further off is not legibly a committee's seal, natural logarithm: of 222 honest seals of `tuning`, `trial` and one drawing
/// more 218 were.
const LEGIBLE: f32 = 6.0;
/// Rows of the strip above and below what stands there that are cut out with it, one look after the other: what a cut does to a letter,
/// another one may not.
const AIR: [u32; 3] = [0, 2, 4];
/// How wide the strip is made for a look, as shares of its width: what is left of a letter under a pen is taken for another letter at
/// one width, seldom at all. A name that fits this well, natural logarithm, needs no other width.
const WIDTHS: [f32; 3] = [1.0, 0.86, 1.16];
const FITS: f32 = 20.0;
/// Words that begin the name of what a commune or district belongs to, which stands on the lower arc.
const ABOVE: [&str; 6] = ["huyện", "quận", "tỉnh", "thị", "thành", "tp"];

/// Reads the inscription of a seal.
///
/// # Errors
/// [`ReadError`] of the reader.
pub fn read_inscription(arc: &Arc, reader: &dyn Reader, deadline: Duration) -> Result<Inscription, ReadError> {
    let read = reader.read(&cut(&arc.strip, &arc.pieces, LINE_PX), deadline)?;
    let placed: Vec<TextWord> = arc.pieces.iter().zip(read).flat_map(|(piece, words)| part(piece, true, LINE_PX, words).words).collect();
    let whole = placed.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let known = placed.into_iter().filter(|word| is_known(arc.crossed(&word.rect), word.confidence));
    Ok(Inscription { words: known.map(|TextWord { text, confidence, .. }| SealWord { text, confidence }).collect(), whole })
}

/// By how much the name of an office falls short of what a seal's upper arc says, natural logarithm: 0 where it is what was read.
/// None where the office is no people's committee, or the seal is not legibly a committee's.
///
/// # Errors
/// [`ReadError`] of the reader.
pub fn shortfall(arc: &Arc, office: &str, reader: &dyn Reader, deadline: Duration) -> Result<Option<f32>, ReadError> {
    let (Some(place), Some(name)) = (upper(arc), on_seal(office)) else { return Ok(None) };
    let mut texts = vec![COMMITTEE.to_owned()];
    texts.extend([false, true].map(|late| with_tones(&name, late)));
    looks(&arc.strip, place, |strip, place| reader.shortfalls(strip, place, &texts, deadline))
}

/// The least shortfall of the names, each look at the strip giving the committee's and the names': what a cut or a width does to one
/// letter, it does not do to all.
fn looks(
    strip: &GrayImage,
    place: Rect,
    mut look: impl FnMut(&GrayImage, Rect) -> Result<Vec<f32>, ReadError>,
) -> Result<Option<f32>, ReadError> {
    let mut least = Vec::new();
    for wide in WIDTHS {
        let (strip, place) = widened(strip, place, wide);
        for place in AIR.map(|air| place.grown(0, air, strip.width(), strip.height())) {
            let found = look(&strip, place)?;
            least.resize(found.len().max(least.len()), f32::INFINITY);
            least.iter_mut().zip(found).for_each(|(least, found)| *least = least.min(found));
        }
        if named(&least).is_some_and(|short| short <= FITS) {
            break;
        }
    }
    Ok(named(&least))
}

/// The least of the names' shortfalls, which stand behind the committee's, where that is legibly there.
fn named(least: &[f32]) -> Option<f32> {
    let (_, names) = least.split_first().filter(|(committee, _)| **committee <= LEGIBLE)?;
    names.iter().copied().min_by(f32::total_cmp)
}

/// The strip and a place on it, this many times as wide.
fn widened(strip: &GrayImage, place: Rect, wide: f32) -> (Cow<'_, GrayImage>, Rect) {
    if wide == 1.0 {
        return (Cow::Borrowed(strip), place);
    }
    let at = |x: u32| (x as f32 * wide).round() as u32;
    let place = Rect::between(at(place.x), place.y, at(place.right()), place.bottom());
    (Cow::Owned(resize(strip, at(strip.width()), strip.height(), FilterType::Triangle)), place)
}

/// The upper arc on its strip: where words can stand, as high as what stands there.
fn upper(arc: &Arc) -> Option<Rect> {
    let tall = arc.pieces.iter().copied().reduce(|a, b| a.union(&b))?;
    let (from, to) = arc.upper();
    Some(Rect::between(from, tall.y, to, tall.bottom()))
}

/// `NHÂN DÂN XÃ HÒA KHƯƠNG` of `Ủy ban nhân dân xã Hòa Khương, huyện Hòa Vang`.
fn on_seal(office: &str) -> Option<String> {
    let words: Vec<&str> = office.split(',').next()?.split_whitespace().collect();
    let committee = words.windows(2).position(|pair| fold_loose(&pair.concat()) == fold_loose(COMMITTEE))?;
    let named = words.get(committee + 2..).filter(|named| named.len() >= 2)?;
    // The rank, of one word or two, and a word of the name; behind it may stand what it belongs to, without a comma.
    let least = if ["thi", "thanh"].contains(&fold_loose(named.first()?).as_str()) { 3 } else { 2 };
    let end = named.iter().enumerate().skip(least).find(|(_, word)| ABOVE.contains(&word.to_lowercase().as_str())).map(|(at, _)| at);
    let named = named.get(..end.unwrap_or(named.len()))?.join(" ");
    Some(format!("{COMMITTEE}{}", named.to_uppercase()))
}

/// Vowels at the end of a word of which the first or the second bears the tone: `HÒA`, `HOÀ`.
const PAIRS: [(char, char); 3] = [('O', 'A'), ('O', 'E'), ('U', 'Y')];

/// The capitals of a text with the tones of such words on the second vowel, or on the first.
fn with_tones(text: &str, second: bool) -> String {
    text.split(' ').map(|word| with_tone(word, second)).collect::<Vec<_>>().join(" ")
}

fn with_tone(word: &str, second: bool) -> String {
    let (tones, letters): (Vec<char>, Vec<char>) =
        word.nfd().partition(|c| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'));
    let ([tone], [before @ .., first, last]) = (tones.as_slice(), letters.as_slice()) else { return word.to_owned() };
    // `QUÝ`: its U is of the Q.
    if !PAIRS.contains(&(*first, *last)) || before.last() == Some(&'Q') {
        return word.to_owned();
    }
    let moved = if second { [*first, *last, *tone] } else { [*first, *tone, *last] };
    before.iter().chain(&moved).collect::<String>().nfc().collect()
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

    /// What `looks` makes of looks that give these at each width, and how often it looked.
    fn looked(at_width: impl Fn(u32) -> Vec<f32>) -> (Option<f32>, usize) {
        let mut count = 0;
        let found = looks(&GrayImage::new(100, 64), Rect { x: 10, y: 20, w: 50, h: 30 }, |strip, place| {
            assert_eq!(place.w, strip.width() / 2);
            count += 1;
            Ok(at_width(strip.width()))
        });
        (found.unwrap(), count)
    }

    #[test]
    fn a_seal_is_looked_at_in_other_widths_only_where_the_name_does_not_fit() {
        assert_eq!(looked(|_| vec![1.0, 7.0, 9.0]), (Some(7.0), 3));
        assert_eq!(looked(|wide| if wide == 86 { vec![0.0, 40.0, 12.0] } else { vec![0.0, 33.0, 50.0] }), (Some(12.0), 6));
        assert_eq!(looked(|wide| vec![0.0, 40.0, wide as f32]), (Some(40.0), 9));
    }

    #[test]
    fn a_seal_that_is_no_committees_at_any_width_says_nothing() {
        assert_eq!(looked(|_| vec![8.0, 40.0, 40.0]), (None, 9));
        assert_eq!(looked(|wide| vec![if wide > 100 { 5.0 } else { 8.0 }, 45.0, 44.0]), (Some(44.0), 9));
        assert_eq!(looked(|_| Vec::new()), (None, 9));
    }

    #[test]
    fn what_stands_on_the_seal_of_an_office() {
        let cases = [
            ("Ủy ban nhân dân xã Hòa Khương, huyện Hòa Vang, thành phố Đà Nẵng", Some("NHÂN DÂN XÃ HÒA KHƯƠNG")),
            ("ỦY BAN NHÂN DÂN PHƯỜNG 25", Some("NHÂN DÂN PHƯỜNG 25")),
            ("UBND xã Hòa Khương", None),
            ("Ủy ban nhân dân thị trấn Cồn huyện Hải Hậu", Some("NHÂN DÂN THỊ TRẤN CỒN")),
            ("Ủy ban nhân dân thành phố Quy Nhơn tỉnh Bình Định", Some("NHÂN DÂN THÀNH PHỐ QUY NHƠN")),
            ("Ủy ban nhân dân", None),
            ("Sở Tài nguyên và Môi trường", None),
        ];
        for (office, seal) in cases {
            assert_eq!(on_seal(office).as_deref(), seal, "{office}");
        }
    }

    #[test]
    fn a_tone_may_stand_on_either_vowel() {
        for (first, second) in
            [("XÃ HÒA KHƯƠNG", "XÃ HOÀ KHƯƠNG"), ("PHƯỜNG THỦY NGUYÊN", "PHƯỜNG THUỶ NGUYÊN"), ("XÃ QUÝ TOÀN", "XÃ QUÝ TOÀN")]
        {
            for text in [first, second] {
                assert_eq!((with_tones(text, false).as_str(), with_tones(text, true).as_str()), (first, second));
            }
        }
    }
}
