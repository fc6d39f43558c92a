//! Numbers and dates in digits, with the confusions of letters for digits undone where only digits can stand.

use super::{UNFIT, Value};
use crate::inspect::read::text::text_distance;
use crate::record::{DateError, PartialDate, RegistrationNo, fold_loose};

/// The digit that a letter is misread from, in a place where only digits stand.
fn as_digit(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' => c,
        'O' | 'o' | 'Q' | 'D' | 'Ô' | 'ô' | 'Ơ' => '0',
        'I' | 'l' | 'i' | '|' | '!' | 'í' | 'ì' | ']' => '1',
        'Z' | 'z' => '2',
        'S' | 's' | '§' => '5',
        'b' => '6',
        'B' => '8',
        'q' | 'g' => '9',
        _ => return None,
    })
}

/// A word with at least as many digits as letters, its letters turned into digits; separators stay.
fn mend(word: &str) -> (String, usize) {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if digits == 0 || letters > digits {
        return (word.to_owned(), 0);
    }
    let mended: String = word.chars().map(|c| as_digit(c).unwrap_or(c)).collect();
    let changed = mended.chars().zip(word.chars()).filter(|(a, b)| a != b).count();
    (mended, changed)
}

fn mended(text: &str) -> (String, usize) {
    let text = text.replace(['⁄', '∕', '／'], "/");
    let words: Vec<(String, usize)> = text.split(' ').map(mend).collect();
    let changed = words.iter().map(|(_, changed)| changed).sum();
    (words.into_iter().map(|(word, _)| word).collect::<Vec<_>>().join(" "), changed)
}

/// `I1` and `l4` in an address are numbers: a digit among letters that digits are misread as.
pub(super) fn mend_house_numbers(text: &str) -> String {
    let mend_word = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let number =
            bare.chars().any(|c| c.is_ascii_digit()) && bare.chars().all(|c| c.is_ascii_digit() || matches!(c, 'I' | 'l' | 'O' | 'o'));
        if number { word.chars().map(|c| if c.is_alphabetic() { as_digit(c).unwrap_or(c) } else { c }).collect() } else { word.to_owned() }
    };
    text.split(' ').map(mend_word).collect::<Vec<String>>().join(" ")
}

fn runs(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect()
}

fn trust(changed: usize) -> f32 {
    match changed {
        0 => 1.0,
        1 => 0.85,
        _ => 0.6,
    }
}

/// `dd/mm/yyyy` in its normal form, from any way of printing it; partial where less is printed. A date that the calendar
/// does not have keeps its digits: a rule speaks of it.
pub(super) fn date(text: &str) -> Value {
    let (mended, changed) = mended(after_time(text));
    let runs = runs(&mended);
    let shape: Vec<usize> = runs.iter().map(|run| run.len()).collect();
    let fits = matches!(shape.as_slice(), [1 | 2, 1 | 2, 4] | [1 | 2, 4] | [4]);
    if !fits {
        return Value::bent(text, UNFIT);
    }
    match PartialDate::parse(&mended) {
        Ok(date) => Value::bent(date.to_string(), trust(changed)),
        Err(DateError::NotInCalendar(_)) => Value::bent(runs.join("/"), trust(changed) * 0.9),
        Err(_) => Value::bent(text, UNFIT),
    }
}

/// What follows `… giờ … phút,`.
fn after_time(text: &str) -> &str {
    let mut rest = text;
    for (at, word) in words_at(text) {
        if matches!(fold_loose(word).as_str(), "phut" | "gio") {
            rest = text.get(at + word.len()..).unwrap_or_default();
        }
    }
    rest
}

fn words_at(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(' ').scan(0, |at, word| {
        let here = *at;
        *at += word.len() + 1;
        Some((here, word))
    })
}

/// `12 giờ 30 phút`.
pub(super) fn time_of_day(text: &str) -> Value {
    let rest = after_time(text);
    let head = text.get(..text.len() - rest.len()).unwrap_or_default();
    let (mended, changed) = mended(head);
    match runs(&mended).iter().map(|run| run.parse::<u32>().ok()).collect::<Vec<_>>().as_slice() {
        [Some(hour @ 0..24), Some(minute @ 0..60)] => Value::bent(format!("{hour:02} giờ {minute:02} phút"), trust(changed)),
        [Some(hour @ 0..24)] => Value::bent(format!("{hour:02} giờ"), trust(changed)),
        _ => Value::bent(head, UNFIT),
    }
}

/// A year, alone or at the end of a date.
pub(super) fn year(text: &str) -> Value {
    let (mended, changed) = mended(text);
    match runs(&mended).as_slice() {
        [year] | [_, _, year] if year.len() == 4 && (year.starts_with("19") || year.starts_with("20")) => {
            let whole = runs(&mended).len() == 3;
            let value = if whole { date(text).text } else { (*year).to_owned() };
            Value::bent(value, trust(changed))
        }
        // One figure beside it is a stroke of a neighbouring letter.
        [one, year] | [year, one] if one.len() == 1 && year.len() == 4 && (year.starts_with("19") || year.starts_with("20")) => {
            Value::bent((*year).to_owned(), BESIDE * trust(changed))
        }
        _ => Value::bent(text, UNFIT),
    }
}

/// How much a year is trusted beside which a stray figure was read.
const BESIDE: f32 = 0.9;

/// Twelve digits, or nine on older papers.
pub(super) fn personal_id(text: &str) -> Value {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | ',' | '-')).collect();
    let (mended, changed) = mend(&compact);
    let fits = matches!(mended.len(), 9 | 12) && mended.bytes().all(|b| b.is_ascii_digit());
    if fits { Value::bent(mended, trust(changed)) } else { Value::bent(text, UNFIT) }
}

/// The number of an identity paper inside its description: the only run of 12 or 9 digits.
pub(crate) fn identity_number(text: &str) -> Option<String> {
    let (mended, _) = mended(text);
    let numbers: Vec<&str> = runs(&mended).into_iter().filter(|run| matches!(run.len(), 9 | 12)).collect();
    match numbers.as_slice() {
        [number] => Some((*number).to_owned()),
        _ => None,
    }
}

/// `n[/yyyy][/SYMBOL]`.
pub(super) fn registration_no(text: &str) -> Value {
    let slash = |c: char| if matches!(c, '⁄' | '∕' | '／') { '/' } else { c };
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).map(slash).collect();
    let mut changed = 0;
    let mut parts: Vec<String> = Vec::new();
    for part in compact.split('/') {
        let (part, here) = mend(part.trim_matches(|c: char| !c.is_alphanumeric()));
        changed += here;
        parts.push(if part.bytes().all(|b| b.is_ascii_digit()) { part } else { part.to_uppercase() });
    }
    if let Some(last) = parts.last_mut().filter(|part| part.chars().any(char::is_alphabetic)) {
        let Some((symbol, off)) = symbol(last) else { return Value::bent(text, UNFIT) };
        changed += off.min(1);
        *last = symbol;
    }
    let joined = parts.join("/");
    if RegistrationNo::parse(&joined).is_ok() { Value::bent(joined, trust(changed)) } else { Value::bent(text, UNFIT) }
}

/// Symbols of civil-status numbers; each may carry `-BS`.
const SYMBOLS: [&str; 8] = ["TLKT", "TLKS", "TLKH", "GKS", "GKH", "GBT", "GCT", "XNHN"];

/// The symbol that is meant, and how many letters were off; `None` where two are as near.
fn symbol(read: &str) -> Option<(String, usize)> {
    let letters: String = fold_loose(read).to_uppercase();
    let copy = letters.len() > 4 && letters.ends_with("BS");
    let bare = if copy { letters.trim_end_matches("BS") } else { &letters };
    let mut near: Vec<(usize, &str)> = SYMBOLS.iter().filter_map(|known| text_distance(known, bare, 2).map(|off| (off, *known))).collect();
    near.sort_unstable();
    let unique = match near.as_slice() {
        [(off, known)] => Some((*off, *known)),
        [(off, known), (next, _), ..] if off < next => Some((*off, *known)),
        _ => None,
    };
    unique.map(|(off, known)| (if copy { format!("{known}-BS") } else { known.to_owned() }, off))
}

/// Digits only.
pub(super) fn digits(text: &str) -> Value {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = compact.trim_matches(|c: char| !c.is_alphanumeric());
    if matches!(bare, "l" | "I" | "i") {
        return Value::bent("1", 0.7);
    }
    let (mended, changed) = mend(bare);
    let fits = !mended.is_empty() && mended.bytes().all(|b| b.is_ascii_digit());
    if fits { Value::bent(mended, trust(changed)) } else { Value::bent(text, UNFIT) }
}

/// `AM 143443`: one or two letters, six to eight digits (domain reference 2.6).
pub(crate) fn land_serial(text: &str) -> Value {
    let compact: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    for letters in [2, 1] {
        let (Some(head), Some(tail)) = (compact.get(..letters), compact.get(letters..)) else { continue };
        let head: String = head.iter().collect();
        let printed: String = tail.iter().collect();
        let tail: Option<String> = tail.iter().map(|c| as_digit(*c)).collect();
        let Some(tail) = tail else { continue };
        let fits_head = head.chars().all(|c| c.is_ascii_uppercase() || c == 'Đ');
        let fits_tail = matches!((letters, tail.len()), (2, 6 | 8) | (1, 6 | 7));
        if fits_head && fits_tail {
            let changed = tail.chars().zip(printed.chars()).filter(|(a, b)| a != b).count();
            return Value::bent(format!("{head} {tail}"), trust(changed));
        }
    }
    Value::bent(text, UNFIT)
}

/// `CH 01234`: letters and digits of the land register.
pub(super) fn land_register_no(text: &str) -> Value {
    let compact: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let letters = compact.chars().take_while(|c| c.is_alphabetic()).take(3).count();
    let head: String = compact.chars().take(letters).collect::<String>().to_uppercase();
    // The stroke after `H` is no letter: symbols of the register bear no marks.
    let (head, bent) = match head.strip_suffix(['Í', 'Ì', 'Ị', 'Ï']) {
        Some(rest) if rest.is_ascii() && rest.len() == 2 => (rest.to_owned(), 0.8),
        _ => (head, 1.0),
    };
    let (tail, changed) = mend(&compact.chars().skip(letters).collect::<String>());
    let fits = (2..=8).contains(&tail.len()) && tail.bytes().all(|b| b.is_ascii_digit());
    match (fits, head.is_empty()) {
        (true, false) => Value::bent(format!("{head} {tail}"), trust(changed) * bent),
        (true, true) => Value::bent(tail, trust(changed) * 0.8),
        (false, _) => Value::bent(text, UNFIT),
    }
}

/// `912,5 m²`: the number as printed, its unit put right.
pub(super) fn area(text: &str) -> Value {
    let first = text.split(' ').next().unwrap_or_default();
    let bare = first.trim_end_matches(['²', '\'', '?', '*']).trim_end_matches(['m', 'M']);
    let (number, changed) = mend(bare.trim_end_matches("m2"));
    let number = number.trim_matches(|c: char| !c.is_ascii_digit());
    let shape = number.split([',', '.']).all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let said = fold_loose(text).contains('m');
    match (shape, said) {
        (true, true) => Value::bent(format!("{number} m²"), trust(changed)),
        (true, false) => Value::bent(format!("{number} m²"), trust(changed) * 0.7),
        (false, _) => Value::bent(text, UNFIT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_dress() {
        for printed in
            ["17/06/2024", "17/6/2024", "l7/O6/2024", "Ngày 17 tháng 06 năm 2024", "12 giờ 29 phút, ngày 17 tháng 6 năm 2024", "17-06-2024"]
        {
            assert_eq!(date(printed).text, "17/06/2024", "{printed}");
        }
        assert_eq!(date("1956").text, "1956");
        assert_eq!(date("31/02/2020").text, "31/02/2020");
        assert!(date("1 7/06/2024").trust <= UNFIT, "a digit that stands alone may belong to its neighbour");
        assert!(date("17/06/202").trust <= UNFIT);
        assert_eq!(time_of_day("12 giờ 29 phút, ngày 17 tháng 6 năm 2024").text, "12 giờ 29 phút");
    }

    #[test]
    fn a_stray_stroke_beside_a_year_is_none_of_it() {
        assert_eq!(year("1h: 1965, Că").text, "1965");
        assert!(year("1h: 1965, Că").trust > UNFIT);
        assert!(year("12 1965").trust <= UNFIT);
    }

    #[test]
    fn identity_numbers() {
        assert_eq!(personal_id("0923249418I5"), Value::bent("092324941815", 0.85));
        assert!(personal_id("09232494181").trust <= UNFIT);
        assert_eq!(identity_number("Căn cước công dân số 096300443847, cấp ngày 01/06/2021").as_deref(), Some("096300443847"));
        assert_eq!(identity_number("số 096300443847 hoặc 096300443848"), None);
    }

    #[test]
    fn register_and_land_numbers() {
        assert_eq!(registration_no("334/TLKT").text, "334/TLKT");
        assert_eq!(registration_no("108 /2024").text, "108/2024");
        assert_eq!(registration_no("39/TLKS-BS").text, "39/TLKS-BS");
        assert_eq!(registration_no("319/IFLKT"), Value::bent("319/TLKT", 0.85));
        assert_eq!(registration_no("37/GBT"), Value::sure("37/GBT"));
        assert!(registration_no("abc").trust <= UNFIT);
        assert_eq!(land_serial("AA 86308639"), Value::sure("AA 86308639"));
        assert_eq!(land_serial("D P4972B9"), Value::bent("DP 497289", 0.85));
        assert_eq!(land_register_no("CS 23219"), Value::sure("CS 23219"));
        assert_eq!(land_register_no("CHÍ 33106"), Value::bent("CH 33106", 0.8));
        assert_eq!(mend_house_numbers("Xóm I1, xã Ia O, số l4"), "Xóm 11, xã Ia O, số 14");
        assert_eq!(area("912,5 m²"), Value::sure("912,5 m²"));
        assert_eq!(area("1142,5 m2 (bằng"), Value::sure("1142,5 m²"));
        assert_eq!(year("2000"), Value::sure("2000"));
    }
}
