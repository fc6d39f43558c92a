//! Gregorian dates as Vietnamese forms print them: day first, sometimes only a year, in digits and in words.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::{Date, Month};

use super::fold;

/// A date could not be read or is not in the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DateError {
    /// No date in the text.
    #[error("{0:?} states no date")]
    Unreadable(String),
    /// A date that the Gregorian calendar does not have, such as 31/02.
    #[error("{0:?} is not in the calendar")]
    NotInCalendar(String),
}

/// A date of which the day, or the day and the month, may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PartialDate {
    /// The year, 1800 to 2199.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: Option<u8>,
    /// The day, never without a month.
    pub day: Option<u8>,
}

impl PartialDate {
    /// A full date.
    ///
    /// # Errors
    /// [`DateError::NotInCalendar`].
    pub fn full(year: i32, month: u8, day: u8) -> Result<Self, DateError> {
        Self { year, month: Some(month), day: Some(day) }.checked()
    }

    /// Reads `dd/mm/yyyy`, `dd-mm-yyyy`, `dd.mm.yyyy`, `Ngày dd tháng mm năm yyyy`, `mm/yyyy` or `yyyy`; text around it is ignored.
    ///
    /// # Errors
    /// [`DateError::Unreadable`] or [`DateError::NotInCalendar`].
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let unreadable = || DateError::Unreadable(text.to_owned());
        let runs = digit_runs(text);
        let year_at = runs.iter().position(|run| run.len() == 4).ok_or_else(unreadable)?;
        let before = &runs[..year_at];
        if before.iter().any(|run| run.len() > 2) {
            return Err(unreadable());
        }
        let short = |run: &&str| run.parse::<u8>().ok();
        let year = runs[year_at].parse().map_err(|_| unreadable())?;
        let date = match before {
            [] => Self { year, month: None, day: None },
            [month] => Self { year, month: short(month), day: None },
            [.., day, month] => Self { year, month: short(month), day: short(day) },
        };
        date.checked()
    }

    /// The first day that the date can mean.
    pub fn earliest(&self) -> Option<Date> {
        calendar(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }

    /// The last day that the date can mean.
    pub fn latest(&self) -> Option<Date> {
        let month = self.month.unwrap_or(12);
        let day = self.day.or_else(|| Some(Month::try_from(month).ok()?.length(self.year)));
        calendar(self.year, month, day?)
    }

    /// The day, when it is fully known.
    pub fn day(&self) -> Option<Date> {
        calendar(self.year, self.month?, self.day?)
    }

    /// Whether `self` is certainly before `other`.
    pub fn surely_before(&self, other: &Self) -> bool {
        matches!((self.latest(), other.earliest()), (Some(a), Some(b)) if a < b)
    }

    fn checked(self) -> Result<Self, DateError> {
        let in_range = (1800..2200).contains(&self.year);
        if in_range && self.earliest().is_some() { Ok(self) } else { Err(DateError::NotInCalendar(self.to_string())) }
    }
}

fn calendar(year: i32, month: u8, day: u8) -> Option<Date> {
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

fn digit_runs(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect()
}

/// As printed on forms: `17/06/2024`, `06/2024` or `2024`.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(day) = self.day {
            write!(f, "{day:02}/")?;
        }
        if let Some(month) = self.month {
            write!(f, "{month:02}/")?;
        }
        write!(f, "{:04}", self.year)
    }
}

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// A full date in words, as forms print it: `Ngày mười bảy tháng sáu năm hai nghìn không trăm hai mươi bốn`.
pub fn date_in_words(date: &PartialDate) -> Option<String> {
    let (day, month) = (date.day?, date.month?);
    let month = if month == 4 { "tư".to_owned() } else { small_number(u32::from(month)) };
    let day = if day <= 10 { format!("mùng {}", small_number(u32::from(day))) } else { small_number(u32::from(day)) };
    Some(format!("Ngày {day} tháng {month} năm {}", year_in_words(date.year)))
}

fn small_number(n: u32) -> String {
    let digit = |n: u32| DIGITS.get(n as usize).copied().unwrap_or_default();
    match (n / 10, n % 10) {
        (0, units) => digit(units).to_owned(),
        (1, 0) => "mười".to_owned(),
        (1, 5) => "mười lăm".to_owned(),
        (1, units) => format!("mười {}", digit(units)),
        (tens, 0) => format!("{} mươi", digit(tens)),
        (tens, 1) => format!("{} mươi mốt", digit(tens)),
        (tens, 5) => format!("{} mươi lăm", digit(tens)),
        (tens, units) => format!("{} mươi {}", digit(tens), digit(units)),
    }
}

fn year_in_words(year: i32) -> String {
    let year = year.unsigned_abs();
    let digit = |n: u32| DIGITS.get(n as usize).copied().unwrap_or_default();
    let mut words = format!("{} nghìn {} trăm", digit(year / 1000), digit(year / 100 % 10));
    match year % 100 {
        0 => {}
        units @ 1..=9 => words.push_str(&format!(" linh {}", digit(units))),
        rest => words.push_str(&format!(" {}", small_number(rest))),
    }
    words
}

/// Reads a date in words; tolerant of spelling variants (`tư`/`bốn`, `lẻ`/`linh`, `ngàn`/`nghìn`, `mùng`/`mồng`, `nhăm`).
///
/// # Errors
/// [`DateError`] when the words state no full date.
pub fn parse_date_words(text: &str) -> Result<PartialDate, DateError> {
    let unreadable = || DateError::Unreadable(text.to_owned());
    let tokens: Vec<Token> = fold(text).split(' ').filter_map(Token::read).collect();
    let day_at = tokens.iter().position(|t| *t == Token::DayMark).map_or(0, |at| at + 1);
    let month_at = tokens.iter().position(|t| *t == Token::MonthMark).ok_or_else(unreadable)?;
    let after_month = tokens.get(month_at + 1..).ok_or_else(unreadable)?;
    let year_at = after_month.iter().skip(1).position(|t| *t == Token::Digit(5)).map(|at| month_at + 2 + at).ok_or_else(unreadable)?;
    let part = |from: usize, to: usize| tokens.get(from..to).and_then(number_below_100).ok_or_else(unreadable);
    let day = part(day_at, month_at)?;
    let month = part(month_at + 1, year_at)?;
    let year = tokens.get(year_at + 1..).and_then(year_value).ok_or_else(unreadable)?;
    let byte = |n: u32| u8::try_from(n).map_err(|_| unreadable());
    PartialDate::full(i32::try_from(year).map_err(|_| unreadable())?, byte(month)?, byte(day)?)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Digit(u32),
    Ten,
    Tens,
    Hundred,
    Thousand,
    Zero,
    DayMark,
    MonthMark,
}

impl Token {
    /// `năm` is both "five" and "year": it is read as the digit, and the caller tells by position.
    fn read(word: &str) -> Option<Self> {
        const WORDS: [(&str, Token); 30] = [
            ("không", Token::Digit(0)),
            ("một", Token::Digit(1)),
            ("mốt", Token::Digit(1)),
            ("giêng", Token::Digit(1)),
            ("hai", Token::Digit(2)),
            ("ba", Token::Digit(3)),
            ("bốn", Token::Digit(4)),
            ("tư", Token::Digit(4)),
            ("năm", Token::Digit(5)),
            ("lăm", Token::Digit(5)),
            ("nhăm", Token::Digit(5)),
            ("sáu", Token::Digit(6)),
            ("bảy", Token::Digit(7)),
            ("bẩy", Token::Digit(7)),
            ("tám", Token::Digit(8)),
            ("chín", Token::Digit(9)),
            ("chạp", Token::Digit(12)),
            ("mười", Token::Ten),
            ("mươi", Token::Tens),
            ("trăm", Token::Hundred),
            ("nghìn", Token::Thousand),
            ("ngàn", Token::Thousand),
            ("linh", Token::Zero),
            ("lẻ", Token::Zero),
            ("ngày", Token::DayMark),
            ("tháng", Token::MonthMark),
            ("mùng", Token::Zero),
            ("mồng", Token::Zero),
            ("lẽ", Token::Zero),
            ("bày", Token::Digit(7)),
        ];
        WORDS.iter().find(|(spelling, _)| fold(spelling) == word).map(|(_, token)| *token)
    }
}

fn number_below_100(tokens: &[Token]) -> Option<u32> {
    let tokens: Vec<Token> = tokens.iter().copied().filter(|t| *t != Token::Zero).collect();
    match tokens.as_slice() {
        [Token::Digit(n)] => Some(*n),
        [Token::Ten] => Some(10),
        [Token::Ten, Token::Digit(n)] => Some(10 + n),
        [Token::Digit(tens), Token::Tens] => Some(tens * 10),
        [Token::Digit(tens), Token::Tens, Token::Digit(n)] | [Token::Digit(tens), Token::Digit(n)] => Some(tens * 10 + n),
        _ => None,
    }
}

fn year_value(tokens: &[Token]) -> Option<u32> {
    let thousand = tokens.iter().position(|t| *t == Token::Thousand)?;
    let thousands = number_below_100(tokens.get(..thousand)?)?;
    let rest = tokens.get(thousand + 1..)?;
    let (hundreds, rest) = match rest.iter().position(|t| *t == Token::Hundred) {
        Some(hundred) => (number_below_100(rest.get(..hundred)?)?, rest.get(hundred + 1..)?),
        None => (0, rest),
    };
    let units = if rest.is_empty() { 0 } else { number_below_100(rest)? };
    Some(thousands * 1000 + hundreds * 100 + units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u8, day: u8) -> PartialDate {
        PartialDate::full(year, month, day).unwrap()
    }

    #[test]
    fn dates_as_printed() {
        for text in ["17/06/2024", "17-6-2024", "Ngày 17 tháng 06 năm 2024", "Hà Nội, ngày 17 tháng 6 năm 2024"] {
            assert_eq!(PartialDate::parse(text), Ok(date(2024, 6, 17)), "{text}");
        }
        assert_eq!(PartialDate::parse("1990").unwrap().to_string(), "1990");
        assert_eq!(PartialDate::parse("7/1990").unwrap().to_string(), "07/1990");
        assert!(matches!(PartialDate::parse("31/02/2020"), Err(DateError::NotInCalendar(_))));
        assert!(matches!(PartialDate::parse("12/13/2020"), Err(DateError::NotInCalendar(_))));
        assert!(matches!(PartialDate::parse("không rõ"), Err(DateError::Unreadable(_))));
    }

    #[test]
    fn words_and_back_for_every_day_of_a_few_years() {
        for year in [1905, 1955, 1999, 2000, 2004, 2015, 2021, 2024] {
            let mut day = date(year, 1, 1).day().unwrap();
            while day.year() == year {
                let given = date(year, u8::from(day.month()), day.day());
                let words = date_in_words(&given).unwrap();
                assert_eq!(parse_date_words(&words), Ok(given), "{words}");
                day = day.next_day().unwrap();
            }
        }
    }

    #[test]
    fn spelling_variants() {
        for words in [
            "Ngày mười bảy tháng sáu năm hai nghìn không trăm hai mươi tư",
            "Ngày mười bẩy, tháng sáu, năm hai ngàn không trăm hai mươi bốn",
            "mười bảy tháng sáu năm hai nghìn không trăm hai tư",
        ] {
            assert_eq!(parse_date_words(words), Ok(date(2024, 6, 17)), "{words}");
        }
        assert_eq!(parse_date_words("Ngày năm tháng năm năm hai nghìn không trăm lẻ năm"), Ok(date(2005, 5, 5)));
        assert!(parse_date_words("Ngày mười").is_err());
    }

    #[test]
    fn a_partial_date_is_before_only_when_it_must_be() {
        let year = PartialDate::parse("2024").unwrap();
        assert!(!year.surely_before(&date(2024, 6, 17)));
        assert!(year.surely_before(&date(2025, 1, 1)));
    }
}
