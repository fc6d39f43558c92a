//! Lists of trust anchors as everybody speaks of them: what a list is for, how it stands, and which list an anchor is on.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Sha256;

/// What a list is for. The order is that of standing: an anchor that is on two lists is shown with the lower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListPurpose {
    /// Anchors of a development machine: for signers and time-stamps, and never more than that.
    Development,
    /// Anchors that whoever runs this put in by hand: nothing says whose they are.
    Local,
    /// Roots of time-stamping authorities.
    Timestamp,
    /// Roots of the public certification authorities (NEAC, domain reference 3): signers.
    National,
    /// Roots of the certification authority of state agencies (domain reference 3): signers.
    Government,
}

impl ListPurpose {
    /// Every purpose.
    pub const ALL: [Self; 5] = [Self::Development, Self::Local, Self::Timestamp, Self::National, Self::Government];

    /// The word for it in configuration, lists and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Local => "local",
            Self::Timestamp => "timestamp",
            Self::National => "national",
            Self::Government => "government",
        }
    }

    /// What a clerk reads.
    pub fn vi(self) -> &'static str {
        match self {
            Self::Development => "danh sách dùng cho phát triển, không có giá trị pháp lý",
            Self::Local => "danh sách do đơn vị tự cài đặt",
            Self::Timestamp => "danh sách tổ chức cấp dấu thời gian",
            Self::National => "danh sách tin cậy quốc gia",
            Self::Government => "danh sách tin cậy chuyên dùng Chính phủ",
        }
    }

    /// Whether its anchors vouch for signers.
    pub fn for_signers(self) -> bool {
        self != Self::Timestamp
    }

    /// Whether its anchors vouch for time-stamps.
    pub fn for_timestamps(self) -> bool {
        matches!(self, Self::Timestamp | Self::Development | Self::Local)
    }
}

impl fmt::Display for ListPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ListPurpose {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|purpose| purpose.as_str() == text);
        known.ok_or_else(|| format!("{text:?} is none of national, government, timestamp, development, local"))
    }
}

/// Why a list, or a newer edition of one, is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ListFault {
    /// The file cannot be read, or is no list.
    Corrupt,
    /// No certificate is on it.
    Empty,
    /// Its next update is overdue.
    Expired,
    /// It was issued after the present time: one of the two clocks is wrong.
    NotYetIssued,
    /// Neither its bytes nor its signer are those that are pinned.
    Unpinned,
    /// It says that it is for another purpose.
    OtherPurpose,
    /// An edition with a higher sequence number was seen before.
    Older,
}

/// How a list stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListStanding {
    /// Its name: what the signed list says, else the file's.
    pub name: String,
    /// What it is for.
    pub purpose: ListPurpose,
    /// Number of the edition, of signed lists.
    pub sequence: Option<u64>,
    /// When it was issued, of signed lists, ms since 1970 UTC.
    pub issued_ms: Option<i64>,
    /// Until when it holds, of signed lists, ms since 1970 UTC.
    pub next_update_ms: Option<i64>,
    /// When it was loaded, ms since 1970 UTC; 0 when it never was.
    pub loaded_ms: i64,
    /// SHA-256 of the file.
    pub sha256: Sha256,
    /// Whether its anchors are trusted. A list with a fault may be: then the fault is that of a newer edition, which was refused.
    pub in_force: bool,
    /// What is wrong with it, or with its newer edition.
    pub fault: Option<ListFault>,
    /// The same in words, for an auditor; empty without a fault.
    pub detail: String,
}

impl ListStanding {
    /// The time that its contents speak of: when it was issued, or loaded where it does not say; ms since 1970 UTC.
    pub fn as_of_ms(&self) -> i64 {
        self.issued_ms.unwrap_or(self.loaded_ms)
    }
}

/// What an anchor is asked to vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnchorUse {
    /// Certifiers, agencies and keys of QR tokens.
    Signers,
    /// Time-stamping authorities.
    Timestamps,
}

/// Lists, and which of them vouches for an anchor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustLists {
    lists: Vec<ListStanding>,
    anchors: BTreeMap<(AnchorUse, Sha256), usize>,
}

impl TrustLists {
    /// Adds a list.
    pub fn add(&mut self, standing: ListStanding) {
        self.lists.push(standing);
    }

    /// The list that was added last vouches by this anchor, DER. An anchor that is on several lists is shown with the one of the
    /// lowest standing.
    pub fn vouch(&mut self, usage: AnchorUse, anchor: &[u8]) {
        let Some((at, list)) = self.lists.iter().enumerate().next_back() else { return };
        let first = self.anchors.entry((usage, Sha256::of(anchor))).or_insert(at);
        if self.lists.get(*first).is_some_and(|other| list.purpose < other.purpose) {
            *first = at;
        }
    }

    /// The list that vouches for an anchor, DER.
    pub fn of(&self, usage: AnchorUse, anchor: &[u8]) -> Option<&ListStanding> {
        self.anchors.get(&(usage, Sha256::of(anchor))).and_then(|at| self.lists.get(*at))
    }

    /// All lists, in order.
    pub fn all(&self) -> &[ListStanding] {
        &self.lists
    }

    /// The oldest time that a list in force speaks of, ms since 1970 UTC.
    pub fn as_of_ms(&self) -> Option<i64> {
        self.lists.iter().filter(|list| list.in_force).map(ListStanding::as_of_ms).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(purpose: ListPurpose) -> ListStanding {
        ListStanding {
            name: purpose.to_string(),
            purpose,
            sequence: None,
            issued_ms: None,
            next_update_ms: None,
            loaded_ms: 1,
            sha256: Sha256::of(b""),
            in_force: true,
            fault: None,
            detail: String::new(),
        }
    }

    #[test]
    fn an_anchor_on_two_lists_is_shown_with_the_lower_one() {
        let (shared, own) = ([1_u8], [2_u8]);
        for order in [[ListPurpose::National, ListPurpose::Development], [ListPurpose::Development, ListPurpose::National]] {
            let mut lists = TrustLists::default();
            for purpose in order {
                lists.add(standing(purpose));
                lists.vouch(AnchorUse::Signers, &shared);
                if purpose == ListPurpose::National {
                    lists.vouch(AnchorUse::Signers, &own);
                }
            }
            let purpose = |usage, anchor: &[u8]| lists.of(usage, anchor).map(|list| list.purpose);
            assert_eq!(purpose(AnchorUse::Signers, &shared), Some(ListPurpose::Development));
            assert_eq!(purpose(AnchorUse::Signers, &own), Some(ListPurpose::National));
            assert_eq!((purpose(AnchorUse::Timestamps, &own), purpose(AnchorUse::Signers, &[3])), (None, None));
        }
    }

    #[test]
    fn words_and_purposes() {
        for purpose in ListPurpose::ALL {
            assert_eq!(purpose.as_str().parse(), Ok(purpose));
            assert!(purpose.for_signers() || purpose.for_timestamps());
        }
        assert!("National".parse::<ListPurpose>().is_err());
        assert!(
            !ListPurpose::Timestamp.for_signers() && !ListPurpose::Government.for_timestamps() && !ListPurpose::National.for_timestamps()
        );
    }
}
