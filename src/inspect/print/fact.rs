//! One printed value against what it should be.

use std::time::Duration;

use bansao_scan::{GrayImage, Rect};

use super::Likeness;
use super::rivals::rivals;
use crate::inspect::forms::FieldType;
use crate::inspect::read::{ReadError, ReadWord, Reader, WORD_SPACE, value, whole_words};
use crate::record::{fold, nfc};

/// A reading that is to count, 0 to 1. Tuned on printed copies in `tests/prints.rs`, as the bounds below.
const SURE: f32 = 0.5;
/// A reading that is to count against the print, 0 to 1.
const SURE_OF_ANOTHER: f32 = 0.85;
/// How much likelier than every text that differs in one sign the expected one must be, natural logarithm.
const LEAD: f32 = 3.0;
/// How much likelier than the expected text another one must be to be surely there, natural logarithm.
const LEAD_OF_ANOTHER: f32 = 10.0;

/// Types whose values are short, and exact to the sign: the whole print is not the same unless they are.
pub(super) fn is_exact(kind: FieldType) -> bool {
    matches!(
        kind,
        FieldType::Name
            | FieldType::Date
            | FieldType::Year
            | FieldType::PersonalId
            | FieldType::RegistrationNo
            | FieldType::LandSerial
            | FieldType::LandRegisterNo
            | FieldType::Digits
    )
}

/// Where a value stands, and how it was read with its line.
pub(super) struct Place<'a> {
    /// The upright layer.
    pub(super) layer: &'a GrayImage,
    /// The value's box on it.
    pub(super) line: Rect,
    /// Text and confidence of the first reading.
    pub(super) first: (String, f32),
}

/// Judges a value that stands on one line. Where it is `strict` no text that differs in one sign may fit nearly as well; elsewhere
/// readings that agree are enough.
///
/// # Errors
/// [`ReadError`] of the reader.
pub(super) fn judge(
    (kind, strict): (FieldType, bool),
    expected: &str,
    place: &Place<'_>,
    reader: &dyn Reader,
    deadline: Duration,
) -> Result<(Likeness, Option<String>), ReadError> {
    let (layer, wanted) = (place.layer, normal(kind, expected));
    let close = whole_words(layer, place.line, WORD_SPACE);
    let rounds = again(reader, layer, close, deadline)?;
    let seen = rounds.first().map(|(text, _)| text.clone()).or(Some(place.first.0.clone()));
    // One engine by itself errs too often to be believed.
    let (Some((alone, alone_sure)), Some((other, _))) = (rounds.first(), rounds.get(1)) else { return Ok((Likeness::CannotTell, seen)) };
    let is_wanted = |(text, confidence): &(String, f32)| *confidence >= SURE && normal(kind, text) == wanted;
    if wanted.is_empty() {
        return Ok((Likeness::CannotTell, seen));
    }
    if *alone_sure >= SURE && normal(kind, alone) == wanted {
        let agreed = rounds.iter().all(is_wanted) || agrees_further_off(reader, place, close, deadline, &is_wanted)?;
        let told = agreed && (!strict || leads(kind, &wanted, alone, place.layer, close, reader, deadline)?);
        return Ok((if told { Likeness::Same } else { Likeness::CannotTell }, seen));
    }
    let another = normal(kind, alone);
    let agreed = normal(kind, other) == another && normal(kind, &place.first.0) == another;
    let sure = rounds.iter().all(|(_, confidence)| *confidence >= SURE_OF_ANOTHER);
    if !agreed || !sure || another.is_empty() || another == wanted {
        return Ok((Likeness::CannotTell, seen));
    }
    // Where the expected text is nearly as likely as what was read, the engines may have erred alike.
    let texts = [alone.clone(), cased_like(expected, alone)];
    let likely = reader.likelihoods(layer, close, &texts, deadline)?;
    let surely = matches!(likely.as_slice(), [there, wanted] if there - wanted >= LEAD_OF_ANOTHER);
    Ok((if surely { Likeness::Differs } else { Likeness::CannotTell }, seen))
}

/// What both engines read in the line of a value, closely cut and with more air.
///
/// # Errors
/// [`ReadError`] of the reader.
pub(super) fn readings(layer: &GrayImage, line: Rect, reader: &dyn Reader, deadline: Duration) -> Result<Vec<String>, ReadError> {
    let close = whole_words(layer, line, WORD_SPACE);
    let mut rounds = again(reader, layer, close, deadline)?;
    rounds.extend(again(reader, layer, airy(layer, close), deadline)?);
    Ok(rounds.into_iter().map(|(text, _)| text).collect())
}

/// The engines' readings of a box, the one that can weigh texts first.
fn again(reader: &dyn Reader, layer: &GrayImage, place: Rect, deadline: Duration) -> Result<Vec<(String, f32)>, ReadError> {
    let rounds = reader.again(layer, &[place], deadline)?;
    Ok(rounds.iter().filter_map(|round| round.words.first()).map(|words| joined(words)).collect())
}

/// Whether all engines read the expected text in a box with more air around it: a second try for an engine that lost a mark.
fn agrees_further_off(
    reader: &dyn Reader,
    place: &Place<'_>,
    close: Rect,
    deadline: Duration,
    is_wanted: &dyn Fn(&(String, f32)) -> bool,
) -> Result<bool, ReadError> {
    let rounds = again(reader, place.layer, airy(place.layer, close), deadline)?;
    Ok(rounds.len() > 1 && rounds.iter().all(is_wanted))
}

/// A box with more air around it.
fn airy(layer: &GrayImage, close: Rect) -> Rect {
    let air = close.h / 6;
    close.grown(air, air, layer.width(), layer.height())
}

/// Whether what was read is clearly likelier than every text that differs from it in one sign and says something else.
fn leads(
    kind: FieldType,
    wanted: &str,
    read: &str,
    layer: &GrayImage,
    place: Rect,
    reader: &dyn Reader,
    deadline: Duration,
) -> Result<bool, ReadError> {
    // The rivals of what is read here, not of the expected text: a date may be worded in many ways.
    let others = rivals(read).into_iter().filter(|rival| normal(kind, rival) != wanted);
    let texts: Vec<String> = std::iter::once(read.to_owned()).chain(others).collect();
    let likely = reader.likelihoods(layer, place, &texts, deadline)?;
    Ok(likely.split_first().is_some_and(|(own, rest)| rest.iter().all(|rival| own - rival >= LEAD)))
}

/// A value that runs over several lines, or whose line is not known, was read once: it is the same or it is not told.
pub(super) fn judge_unread(kind: FieldType, strict: bool, expected: &str, (text, confidence): (String, f32)) -> (Likeness, Option<String>) {
    let same = !strict && !is_exact(kind) && confidence >= SURE && normal(kind, &text) == normal(kind, expected);
    (if same { Likeness::Same } else { Likeness::CannotTell }, Some(text))
}

/// The text in which two values must be equal: of names the letters with their marks, of dates and numbers their normal form, and
/// no correction of spelling.
fn normal(kind: FieldType, text: &str) -> String {
    let parsed = || value::parse(kind, text).filter(|value| value.trust >= 0.99).map(|value| value.text);
    match kind {
        FieldType::Date | FieldType::Year | FieldType::Time | FieldType::PersonalId | FieldType::LandSerial => {
            fold(&parsed().unwrap_or_else(|| text.to_owned()))
        }
        // Runs of digits in their order, without the symbol behind a dash: it is the same on all papers of a kind.
        FieldType::Digits => {
            let numbers = text.split(['-', '–']).next().unwrap_or_default();
            numbers.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect::<Vec<_>>().join(" ")
        }
        FieldType::Area => digits(text),
        _ => fold(text),
    }
}

/// Numbers with their decimal comma; no unit and no words.
fn digits(text: &str) -> String {
    let first = text.split(['m', '(', 'b']).next().unwrap_or_default();
    first.chars().filter(|c| c.is_ascii_digit() || *c == ',').collect()
}

fn joined(words: &[ReadWord]) -> (String, f32) {
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let least = words.iter().filter(|word| word.text.chars().any(char::is_alphanumeric)).map(|word| word.confidence);
    (nfc(&text), least.fold(1.0, f32::min))
}

/// `text` in capitals where `like` is in capitals.
fn cased_like(text: &str, like: &str) -> String {
    let letters = like.chars().filter(|c| c.is_alphabetic()).count();
    let upper = like.chars().filter(|c| c.is_uppercase()).count();
    if letters > 0 && upper * 10 >= letters * 9 { text.to_uppercase() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings_are_equal_and_marks_are_not() {
        let same = |kind, a, b| normal(kind, a) == normal(kind, b);
        assert!(same(FieldType::Date, "05/03/2020", "Ngày 05 tháng 3 năm 2020"));
        assert!(!same(FieldType::Date, "05/03/2020", "Ngày 06 tháng 3 năm 2020"));
        assert!(same(FieldType::Name, "NGUYỄN THỊ HÒA", ": Nguyễn Thị Hoà"));
        for other in ["NGUYỄN THI HÒA", "NGUYỄN THỊ HÓA", "NGUYÊN THỊ HÒA", "NGUYỄN THỊ"] {
            assert!(!same(FieldType::Name, "NGUYỄN THỊ HÒA", other), "{other}");
        }
        assert!(same(FieldType::Area, "125,5", "125,5 m² (bằng chữ: một trăm hai mươi lăm phẩy năm mét vuông)"));
        assert!(!same(FieldType::RegistrationNo, "108/2024", "103/2024"));
        assert!(same(FieldType::Digits, "1/2026-SCT/BS", "1/2026-S5CTBS") && !same(FieldType::Digits, "1/2026-SCT/BS", "12026-SCT/BS"));
    }
}
