//! The 12-digit personal identification number, `PPP G YY NNNNNN` (domain reference 2.7).

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Not a personal id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a personal id is 12 digits")]
pub struct PersonalIdError;

/// Gender as civil-status forms and personal ids state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

impl Gender {
    /// Reads `Nam` or `Nữ` as printed.
    pub fn parse(text: &str) -> Option<Self> {
        match super::fold(text).as_str() {
            "nam" => Some(Self::Male),
            folded if folded == super::fold("Nữ") => Some(Self::Female),
            _ => None,
        }
    }
}

/// A personal id. There is no check digit; the unknown province code is a warning for the caller, never an error.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonalId(String);

impl PersonalId {
    /// Reads 12 digits; spaces and dots between them are dropped.
    ///
    /// # Errors
    /// [`PersonalIdError`] when that leaves anything but 12 digits.
    pub fn parse(text: &str) -> Result<Self, PersonalIdError> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '.').collect();
        if digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit()) { Ok(Self(digits)) } else { Err(PersonalIdError) }
    }

    /// The 12 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The three digits of the place of birth registration.
    pub fn place_code(&self) -> &str {
        self.0.get(..3).unwrap_or_default()
    }

    /// The gender that the fourth digit states: even is male.
    pub fn gender(&self) -> Gender {
        if self.century_digit().is_multiple_of(2) { Gender::Male } else { Gender::Female }
    }

    /// The year of birth that the fourth to sixth digits state: 0 and 1 are the 20th century (19xx), 2 and 3 the 21st, ….
    pub fn birth_year(&self) -> i32 {
        let short: i32 = self.0.get(4..6).and_then(|yy| yy.parse().ok()).unwrap_or_default();
        1900 + i32::from(self.century_digit() / 2) * 100 + short
    }

    fn century_digit(&self) -> u8 {
        self.0.as_bytes().get(3).map_or(0, |digit| digit.wrapping_sub(b'0'))
    }
}

/// Only the last three digits are shown.
impl fmt::Debug for PersonalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalId(…{})", self.0.get(9..).unwrap_or_default())
    }
}

impl From<PersonalId> for String {
    fn from(id: PersonalId) -> Self {
        id.0
    }
}

impl TryFrom<String> for PersonalId {
    type Error = PersonalIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_say_century_and_gender() {
        let id = PersonalId::parse("092 324 941815").unwrap();
        assert_eq!((id.place_code(), id.gender(), id.birth_year()), ("092", Gender::Female, 2024));
        assert_eq!(PersonalId::parse("001099000001").unwrap().birth_year(), 1999);
        assert_eq!(PersonalId::parse("00109900000"), Err(PersonalIdError));
        assert_eq!(PersonalId::parse("00109900000x"), Err(PersonalIdError));
        assert_eq!(format!("{id:?}"), "PersonalId(…815)");
    }
}
