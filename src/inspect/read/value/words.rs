//! Numbers and dates in words.

use super::{UNFIT, Value};
use crate::inspect::read::text::text_distance;
use crate::record::{PartialDate, date_in_words, fold, fold_loose, parse_date_words};

/// The words of dates and areas.
const WORDS: [&str; 36] = [
    "ngày", "tháng", "năm", "không", "một", "hai", "ba", "bốn", "tư", "lăm", "nhăm", "sáu", "bảy", "bẩy", "tám", "chín", "mười", "mươi",
    "mốt", "mùng", "mồng", "giêng", "chạp", "nghìn", "ngàn", "trăm", "linh", "lẻ", "phẩy", "phảy", "mét", "vuông", "rưỡi", "triệu", "phần",
    "lẽ",
];

/// A date in words, each word put right by the vocabulary.
pub(super) fn date_words(text: &str) -> Value {
    let text = from_day(text);
    let (mended, changed) = mended(text);
    match parse_date_words(&mended) {
        Ok(_) => Value::bent(mended, if changed <= 2 { 1.0 } else { 0.85 }),
        Err(_) => Value::bent(text, UNFIT),
    }
}

/// What is left of the label before the word that begins every date is cut off.
fn from_day(text: &str) -> &str {
    let start = text.match_indices(' ').take(2).map(|(at, _)| at + 1).find(|at| {
        let rest = text.get(*at..).unwrap_or_default();
        fold_loose(rest.split(' ').next().unwrap_or_default()) == "ngay"
    });
    start.and_then(|at| text.get(at..)).unwrap_or(text)
}

/// Whether `printed` can be the words of `date`: every word says so, or is no word of a date and one letter off.
pub(crate) fn could_say(printed: &str, date: &PartialDate) -> bool {
    let Some(canonical) = date_in_words(date) else { return false };
    let words = |text: &str| fold(text).split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (read, expected) = (words(printed), words(&canonical));
    let fits = |(read, expected): (&String, &String)| {
        let known = WORDS.iter().any(|word| fold(word) == *read);
        read == expected || (!known && text_distance(&fold_loose(read), &fold_loose(expected), 1).is_some())
    };
    read.len() == expected.len() && read.iter().zip(&expected).all(fits)
}

/// Each word replaced by the vocabulary's where that is one letter off; how many were.
fn mended(text: &str) -> (String, usize) {
    let mut changed = 0;
    let mut out: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let bare = word.trim_matches(|c: char| !c.is_alphabetic());
        if bare.is_empty() {
            continue;
        }
        match known(bare, out.last().map(String::as_str)) {
            Some(right) => {
                changed += usize::from(fold(&right) != fold(bare));
                let capital = out.is_empty() && bare.chars().next().is_some_and(char::is_uppercase);
                out.push(if capital { capitalised(&right) } else { right });
            }
            None => out.push(bare.to_owned()),
        }
    }
    (out.join(" "), changed)
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|c| c.to_uppercase().to_string() + characters.as_str()).unwrap_or_default()
}

fn known(word: &str, before: Option<&str>) -> Option<String> {
    let loose = fold_loose(word);
    // Ten and tens differ in a mark only; which is meant is said by what stands before.
    if loose == "muoi" {
        let after_digit =
            before.is_some_and(|b| ["hai", "ba", "bon", "tu", "nam", "sau", "bay", "tam", "chin"].contains(&fold_loose(b).as_str()));
        return Some(if after_digit { "mươi" } else { "mười" }.to_owned());
    }
    if let Some(exact) = WORDS.iter().find(|known| fold(known) == fold(word)) {
        return Some((*exact).to_owned());
    }
    if let Some(equal) = WORDS.iter().find(|known| fold_loose(known) == loose) {
        return Some((*equal).to_owned());
    }
    if loose.chars().count() < 3 {
        return None;
    }
    let near: Vec<&&str> = WORDS.iter().filter(|known| text_distance(&fold_loose(known), &loose, 1).is_some()).collect();
    match near.as_slice() {
        [only] => Some((**only).to_owned()),
        _ => None,
    }
}

/// A whole number in words, to the millions; `None` for words that state none.
pub(super) fn number_words(text: &str) -> Option<u64> {
    let (mended, _) = mended(text);
    let mut total = 0;
    let mut part = 0;
    let mut digit: Option<u64> = None;
    let mut any = false;
    for word in mended.split(' ') {
        let word = fold(word);
        let is = |known: &str| fold(known) == word;
        if let Some(value) = unit(&word) {
            // Digits in a row without a place are tens and ones: `hai tư`.
            part += digit.take().map_or(0, |tens| tens * 10);
            digit = Some(value);
        } else if is("mười") {
            part += 10;
        } else if is("mươi") {
            part += digit.take()? * 10;
        } else if is("trăm") {
            part += digit.take()? * 100;
        } else if is("nghìn") || is("ngàn") {
            total += (part + digit.take().unwrap_or(0)) * 1000;
            part = 0;
        } else if is("triệu") {
            total += (part + digit.take().unwrap_or(0)) * 1_000_000;
            part = 0;
        } else if !(is("linh") || is("lẻ") || is("lẽ")) {
            return None;
        }
        any = true;
    }
    any.then(|| total + part + digit.unwrap_or(0))
}

fn unit(folded: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 16] = [
        ("không", 0),
        ("một", 1),
        ("mốt", 1),
        ("hai", 2),
        ("ba", 3),
        ("bốn", 4),
        ("tư", 4),
        ("năm", 5),
        ("lăm", 5),
        ("nhăm", 5),
        ("sáu", 6),
        ("bảy", 7),
        ("bẩy", 7),
        ("tám", 8),
        ("chín", 9),
        ("giêng", 1),
    ];
    UNITS.iter().find(|(word, _)| fold(word) == folded).map(|(_, value)| *value)
}

/// An area in words, in hundredths of a square metre: `Một nghìn bốn mươi hai phẩy năm mét vuông` is 104250.
pub(crate) fn area_words_value(text: &str) -> Option<u64> {
    let (mended, _) = mended(text);
    let words: Vec<&str> = mended.split(' ').take_while(|word| fold(word) != fold("mét")).collect();
    let comma = words.iter().position(|word| matches!(fold_loose(word).as_str(), "phay"));
    let whole = number_words(&words.get(..comma.unwrap_or(words.len()))?.join(" "))?;
    let hundredths = match comma.and_then(|at| words.get(at + 1..)) {
        None => 0,
        Some(after) => {
            let value = number_words(&after.join(" "))?;
            let leading_zero = after.first().is_some_and(|word| fold(word) == fold("không"));
            if value < 10 && !leading_zero { value * 10 } else { value }
        }
    };
    (hundredths < 100).then_some(whole * 100 + hundredths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_put_right_by_the_vocabulary() {
        let read = date_words("Ngày mười bây tháng sáu năm hai nghin khòng trăm hai mười tư");
        assert_eq!(read.text, "Ngày mười bảy tháng sáu năm hai nghìn không trăm hai mươi tư");
        assert!(read.trust > 0.8);
        assert!(date_words("Ngày xyz").trust <= UNFIT);
        let labelled = date_words("chữ): Ngày mười tháng ba năm hai nghìn không trăm hai mươi");
        assert_eq!(labelled.text, "Ngày mười tháng ba năm hai nghìn không trăm hai mươi");
        let tenth = date_words("Ngày mười tháng ba năm hai nghìn không trăm hai mươi");
        assert_eq!(tenth.text, "Ngày mười tháng ba năm hai nghìn không trăm hai mươi");
        let ten = date_words("Ngày mười chín tháng tư năm hai nghìn không trăm mười");
        assert_eq!(ten.text, "Ngày mười chín tháng tư năm hai nghìn không trăm mười");
    }

    #[test]
    fn a_word_that_is_none_may_be_the_one_that_the_digits_say() {
        let date = PartialDate::parse("25/03/2011").unwrap();
        assert!(could_say("Ngày hai mươi tăm tháng ba năm hai nghìn không trăm mười một", &date));
        assert!(!could_say("Ngày hai mươi tám tháng ba năm hai nghìn không trăm mười một", &date));
    }

    #[test]
    fn numbers_in_words() {
        assert_eq!(number_words("Một nghìn ba trăm hai mươi bảy"), Some(1327));
        assert_eq!(number_words("chín trăm mười hai"), Some(912));
        assert_eq!(number_words("một trăm linh năm"), Some(105));
        assert_eq!(number_words("hai mươi"), Some(20));
        assert_eq!(number_words("Nhà ở"), None);
    }

    #[test]
    fn areas_in_words() {
        assert_eq!(area_words_value("Một nghìn một trăm bốn mươi hai phẩy năm mét vuông"), Some(114_250));
        assert_eq!(area_words_value("Một nghìn ba trăm hai mươi bảy mét vuông"), Some(132_700));
        assert_eq!(area_words_value("tám mươi phẩy không năm mét vuông"), Some(8005));
        assert_eq!(area_words_value("Hai trăm năm mươi bảy phẩy bảy mét vuông"), Some(25_770));
    }
}
