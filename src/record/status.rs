//! How an issued copy stands in the certification register (domain reference, glossary: `revoke`, `void`).

use std::fmt;

use serde::{Serialize, Serializer};

use super::CertificationNo;

/// How a copy, or the number that it bears, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CopyStatus {
    /// Issued, and neither revoked nor superseded since.
    Valid,
    /// Revoked by an officer: it must not be accepted any more. Final.
    Revoked,
    /// Superseded by another copy, which is to be asked for instead.
    Superseded,
    /// Its number was given up before a copy was released under it.
    Void,
    /// The register has no such copy.
    Unknown,
}

impl CopyStatus {
    /// The name of the status, `UPPER_SNAKE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::Revoked => "REVOKED",
            Self::Superseded => "SUPERSEDED",
            Self::Void => "VOID",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The status in words, in Vietnamese and in English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Valid => ("còn hiệu lực", "in force"),
            Self::Revoked => ("đã bị thu hồi", "revoked"),
            Self::Superseded => ("đã được thay thế", "superseded"),
            Self::Void => ("số chứng thực đã bị hủy", "its number is void"),
            Self::Unknown => ("không có trong sổ", "not in the register"),
        }
    }
}

impl fmt::Display for CopyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CopyStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What the register says of a copy at one time. No personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterStatus {
    /// How the copy stands.
    pub status: CopyStatus,
    /// When the register was asked, ms since 1970 UTC.
    pub as_of_ms: i64,
    /// When it was revoked or superseded, ms since 1970 UTC.
    pub changed_ms: Option<i64>,
    /// Number of the copy that took its place.
    pub superseded_by: Option<CertificationNo>,
}

impl RegisterStatus {
    /// A status that no officer's act has changed.
    pub fn unchanged(status: CopyStatus, as_of_ms: i64) -> Self {
        Self { status, as_of_ms, changed_ms: None, superseded_by: None }
    }
}
