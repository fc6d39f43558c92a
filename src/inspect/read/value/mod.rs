//! From printed text to a value in its normal form: a grammar for each type of field.
//!
//! A correction uses only what is known beforehand (the alphabet of a number, closed lists, spelling), and the printed
//! text is kept beside it. What does not fit its grammar is kept as printed, unsure: nothing is made up.

mod lists;
mod mend;
mod names;
mod numbers;
mod syllable;
mod words;

use lists::ethnicity;
pub(crate) use lists::signer_title;
pub(super) use mend::with_marks_of;
use numbers::{area, date, digits, land_register_no, personal_id, registration_no, time_of_day, year};
pub(crate) use numbers::{identity_number, land_serial};
use syllable::is_syllable;
pub(super) use syllable::spelled;
pub(crate) use words::{area_words_value, could_say};

use crate::inspect::forms::FieldType;
use crate::record::{fold_loose, nfc, printable};

/// A value as far as its grammar goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// In its normal form, or as printed where it does not fit.
    pub text: String,
    /// What the grammar says about it, 0 to 1: 1 where it fits, less where it had to be bent.
    pub trust: f32,
}

impl Value {
    fn sure(text: impl Into<String>) -> Self {
        Self { text: text.into(), trust: 1.0 }
    }

    fn bent(text: impl Into<String>, trust: f32) -> Self {
        Self { text: text.into(), trust }
    }
}

/// Trust in a value that does not fit its grammar.
const UNFIT: f32 = 0.2;

/// Reads `printed` as a value of this type; `None` where nothing is left of it.
pub(crate) fn parse(kind: FieldType, printed: &str) -> Option<Value> {
    let text = trimmed(printed);
    if fold_loose(&text).is_empty() {
        return None;
    }
    Some(match kind {
        FieldType::Name | FieldType::SignerName => name(&text),
        FieldType::Date => date(&text),
        FieldType::DateWords => words::date_words(&text),
        FieldType::Year => year(&text),
        FieldType::Time => time_of_day(&text),
        FieldType::PersonalId => personal_id(&text),
        FieldType::RegistrationNo => registration_no(&text),
        FieldType::Gender => lists::gender(&text),
        FieldType::Ethnicity => ethnicity(&text),
        FieldType::Nationality => lists::nationality(&text),
        FieldType::Place => place(without_crumb(&text)),
        FieldType::Issuer => place(&text.to_uppercase()),
        FieldType::IdentityDocument => identity_document(&text),
        FieldType::LandSerial => land_serial(&text),
        FieldType::LandRegisterNo => land_register_no(&text),
        FieldType::Digits => digits(&text),
        FieldType::Area => area(&text),
        FieldType::Text => free(without_crumb(&square_metres(&text))),
        FieldType::SignerTitle => signer_title(&text).unwrap_or_else(|| Value::bent(text, UNFIT)),
    })
}

/// A name whose reading is in doubt, its marks put right where only one name that people bear can be meant.
pub(crate) fn mend_doubtful_name(name: &str) -> String {
    names::mend_given_names(name, names::Reading::Doubtful).0
}

/// Without the leaders, colons and stray marks around it.
fn trimmed(printed: &str) -> String {
    let edge = |c: char| !(c.is_alphanumeric() || c == '²');
    let text = printable(printed);
    let text = text.trim_start_matches(edge).trim_end_matches(edge);
    let words = text.split(' ').filter(|word| word.chars().any(|c| c.is_alphanumeric()) || matches!(*word, "-" | "–"));
    nfc(&words.collect::<Vec<_>>().join(" "))
}

/// Without a lone small consonant at its end: no word of Vietnamese, but what is left of a stroke.
fn without_crumb(text: &str) -> &str {
    match text.rsplit_once(' ') {
        Some((words, last))
            if words.contains(' ') && matches!(last.as_bytes(), [b] if b.is_ascii_lowercase() && !b"aeiouy".contains(b)) =>
        {
            words
        }
        _ => text,
    }
}

/// A person's name: letters only; upper case throughout where most of it is.
fn name(text: &str) -> Value {
    let kept = |c: char| if c.is_alphabetic() || matches!(c, '\'' | '-' | ' ') { c } else { ' ' };
    let only: String = nfc(&text.chars().map(kept).collect::<String>());
    let tokens: Vec<&str> = only.split(' ').filter(|token| !token.is_empty()).collect();
    let letters = only.chars().filter(|c| c.is_alphabetic()).count();
    let upper = only.chars().filter(|c| c.is_uppercase()).count();
    let cased = if upper * 10 >= letters * 6 { only.to_uppercase() } else { capitalised(&tokens) };
    let syllables = tokens.iter().filter(|token| is_syllable(token)).count();
    let fits = (2..=7).contains(&tokens.len()) && only.chars().count() == text.chars().count();
    let (cased, changed) = names::mend_given_names(&names::mend_family_name(&cased), names::Reading::AsRead);
    let trust = match tokens.len() - syllables {
        0 if fits && changed > 0 => 0.9,
        0 if fits => 1.0,
        0 => 0.6,
        1 => 0.5,
        _ => UNFIT,
    };
    Value::bent(cased, trust)
}

fn capitalised(tokens: &[&str]) -> String {
    let capital = |token: &&str| {
        let mut characters = token.chars();
        let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        first + &characters.as_str().to_lowercase()
    };
    tokens.iter().map(capital).collect::<Vec<_>>().join(" ")
}

/// An address or an office: syllables, numbers and punctuation.
fn place(text: &str) -> Value {
    let text = mend::mend_place(&mend::mend_units(&mend::mend_phrases(&numbers::mend_house_numbers(&mend::mend_commas(text)))));
    let trust = share_of_known_words(&text);
    Value::bent(text, trust)
}

fn free(text: &str) -> Value {
    let text = mend::mend_abbreviations(&mend::mend_phrases(text));
    let trust = share_of_known_words(&text);
    Value::bent(text, trust)
}

/// `m°` and `m2` after a number are square metres.
fn square_metres(text: &str) -> String {
    let mend = |(at, word): (usize, &str), words: &[&str]| {
        let after_number =
            at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|word| word.ends_with(|c: char| c.is_ascii_digit()));
        let tail: String = word.chars().skip(1).filter(|c| matches!(c, ';' | ',')).collect();
        let unit = word.strip_prefix('m').is_some_and(|rest| !rest.contains(char::is_alphabetic));
        if after_number && unit { format!("m²{tail}") } else { word.to_owned() }
    };
    let words: Vec<&str> = text.split(' ').collect();
    words.iter().copied().enumerate().map(|pair| mend(pair, &words)).collect::<Vec<_>>().join(" ")
}

/// Type, number, issuer and date: trusted as far as its number is one.
fn identity_document(text: &str) -> Value {
    let text = &mend::mend_abbreviations(&mend::mend_phrases(&mend::mend_commas(text)));
    match identity_number(text) {
        Some(_) => Value::bent(text, share_of_known_words(text).max(0.7)),
        None => Value::bent(text, UNFIT),
    }
}

fn share_of_known_words(text: &str) -> f32 {
    let known = |word: &&str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        bare.chars().any(|c| c.is_ascii_digit())
            || bare.len() < 2
            || bare.chars().all(char::is_uppercase)
            || bare.split('-').all(|part| part.is_empty() || is_syllable(part))
    };
    let words: Vec<&str> = text.split(' ').filter(|word| word.chars().any(char::is_alphanumeric)).collect();
    let known = words.iter().filter(|word| known(word)).count();
    if known == words.len() { 1.0 } else { 0.8 * known as f32 / words.len().max(1) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(parse(FieldType::Name, ": ĐỗTUYẾT"), Some(Value::bent("ĐỖTUYẾT", UNFIT + 0.3)));
        assert_eq!(parse(FieldType::Name, ": NGUYễN THỊ NƯƠNG ....."), Some(Value::sure("NGUYỄN THỊ NƯƠNG")));
        assert_eq!(parse(FieldType::Name, "Tạ Diệu Tuyền"), Some(Value::sure("Tạ Diệu Tuyền")));
        assert_eq!(parse(FieldType::Name, " ...... "), None);
        assert!(parse(FieldType::Name, "Ngqyễn Vần Xzt").unwrap().trust < 0.6);
    }

    #[test]
    fn places_are_trusted_by_their_words() {
        assert_eq!(parse(FieldType::Place, "Xã Xuân Đức, huyện Hòa Vang, thành phố Đà Nẵng").unwrap().trust, 1.0);
        assert_eq!(parse(FieldType::Text, "Sử dụng riêng c").unwrap().text, "Sử dụng riêng");
        assert_eq!(parse(FieldType::Place, "Tổ 4, khu phố B").unwrap().text, "Tổ 4, khu phố B");
        assert!(parse(FieldType::Place, "Xã Xuaân Đứcc, hyện Hòa").unwrap().trust < 0.8);
    }
}
