//! Who asks, who certifies, and for which agency.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::PersonalId;

/// The agency that certifies: one commune-level unit or public administration centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// Identifier in configuration and resource names.
    pub id: String,
    /// Name as printed under a signature: `Ủy ban nhân dân phường Ba Đình`.
    pub name: String,
    /// Place as printed before a date: `Hà Nội`.
    pub place: String,
}

/// In what capacity the certifier signs (Nghị định 280/2025/NĐ-CP).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningCapacity {
    /// Chairman of the commune-level People's Committee.
    Chairman,
    /// Deputy chairman.
    Deputy,
    /// A person authorised by the chairman.
    Authorised,
    /// A notary.
    Notary,
    /// A diplomatic or consular officer.
    Consular,
}

/// The person who answers for the copy with a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certifier {
    /// Identifier in configuration.
    pub id: String,
    /// Full name as printed.
    pub full_name: String,
    /// Title as printed: `Phó Chủ tịch`.
    pub title: String,
    /// The capacity.
    pub signing_capacity: SigningCapacity,
    /// The decision that gives the capacity, where one is needed.
    pub authority_ref: Option<String>,
}

/// Level of an electronic identity account (Nghị định 69/2024/NĐ-CP).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Assurance {
    /// Level 1: not enough to ask for a certified copy.
    #[serde(rename = "1")]
    Level1,
    /// Level 2: equal to the identity card.
    #[serde(rename = "2")]
    Level2,
}

/// The citizen who asks, as an identity provider asserted them. Personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    /// The 12-digit personal id.
    pub personal_id: PersonalId,
    /// Full name, where the provider gives it.
    pub full_name: Option<String>,
    /// Assurance level of the session.
    pub assurance: Assurance,
    /// The provider's transaction id, for the audit trail.
    pub transaction: String,
}

impl fmt::Debug for Requester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requester").field("assurance", &self.assurance).finish_non_exhaustive()
    }
}
