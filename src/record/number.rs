//! Numbers: of a certification (domain reference 1.4) and of a civil-status registration (2.1).

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A number does not follow its grammar.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a number of this register")]
pub struct NumberError(pub String);

/// The number of a certification: running number, book and year of one agency's certification register.
///
/// Printed `Số chứng thực: 00012  Quyển số: 1/2026-SCT/BS` (Thông tư 01/2020/TT-BTP; symbol of the act configurable).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CertificationNo {
    /// The agency whose register it is, by id.
    pub agency: String,
    /// The year of the register; the running number starts at 1 in each.
    pub year: i32,
    /// The number of the book within the year, from 1.
    pub book: u32,
    /// The running number within the year, from 1.
    pub number: u32,
    /// The symbol of the act, `SCT/BS` for a copy from the original.
    pub symbol: String,
}

impl CertificationNo {
    /// The book as printed: `1/2026-SCT/BS`.
    pub fn book_no(&self) -> String {
        format!("{}/{}-{}", self.book, self.year, self.symbol)
    }

    /// The running number as printed, at least two digits: `01`.
    pub fn number_text(&self) -> String {
        format!("{:02}", self.number)
    }
}

/// `01, 1/2026-SCT/BS`: number, then book.
impl fmt::Display for CertificationNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.number_text(), self.book_no())
    }
}

/// A registration or extract number: `390`, `12/2022`, `45/2020/TLKS-BS`, `69/GKS-BS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationNo {
    /// The running number.
    pub number: u32,
    /// The year, where the number states one.
    pub year: Option<i32>,
    /// The symbol, where it states one (`TLKT`, `TLKS-BS`).
    pub symbol: Option<String>,
}

impl RegistrationNo {
    /// Reads `n[/yyyy][/SYMBOL]`, spaces allowed around the parts.
    ///
    /// # Errors
    /// [`NumberError`] when the text has another shape.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let refuse = || NumberError(text.to_owned());
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let mut parts = compact.split('/');
        let first = parts.next().unwrap_or_default();
        let digits = |part: &str, most: usize| !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(first, 5) {
            return Err(refuse());
        }
        let number = first.parse().map_err(|_| refuse())?;
        let mut rest = parts.peekable();
        let year = match rest.peek() {
            Some(part) if part.len() == 4 && digits(part, 4) => rest.next().and_then(|year| year.parse().ok()),
            _ => None,
        };
        let symbol = rest.next().map(str::to_uppercase);
        let symbol_fits = symbol.as_deref().is_none_or(|s| s.len() >= 2 && s.bytes().all(|b| b.is_ascii_uppercase() || b == b'-'));
        if rest.next().is_some() || !symbol_fits {
            return Err(refuse());
        }
        Ok(Self { number, year, symbol })
    }

    /// Whether the symbol says that the paper is itself a copy (`…-BS`).
    pub fn is_copy(&self) -> bool {
        self.symbol.as_deref().is_some_and(|symbol| symbol.ends_with("-BS"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registration_numbers_of_the_forms() {
        let parse = |text| RegistrationNo::parse(text).unwrap();
        assert_eq!(parse("390"), RegistrationNo { number: 390, year: None, symbol: None });
        assert_eq!(parse("12/2022").year, Some(2022));
        assert!(parse("45/2020/TLKS-BS").is_copy());
        assert!(parse("69/GKS-BS").is_copy());
        assert!(!parse("470/2025/TLKT").is_copy());
        for wrong in ["", "abc", "123456", "12/2022/", "1/2/3", "12/2022/TLKT/9"] {
            assert!(RegistrationNo::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_certification_number_prints_as_in_the_register() {
        let no = CertificationNo { agency: "a".into(), year: 2026, book: 1, number: 7, symbol: "SCT/BS".into() };
        assert_eq!(no.to_string(), "07, 1/2026-SCT/BS");
    }
}
