//! An agency at work: its certifiers, seal, kiosks and policy.

use crate::decide::Policy;
use crate::keys::KeyRing;
use crate::record::{Agency, Caller, Certifier, Role};

/// An agency with everything that it certifies with.
pub struct Desk {
    /// The agency.
    pub agency: Agency,
    /// Symbol of the act in book numbers.
    pub symbol: String,
    /// The open book.
    pub book: u32,
    /// Kiosks that stand in it, by id.
    pub kiosks: Vec<String>,
    /// The keys of its seal.
    pub seal: KeyRing,
    /// Its certifiers.
    pub certifiers: Vec<CertifierDesk>,
    /// Its policy.
    pub policy: Policy,
}

/// A certifier with their keys.
pub struct CertifierDesk {
    /// The certifier.
    pub certifier: Certifier,
    /// Their officer id, where they review referrals.
    pub officer: Option<String>,
    /// Their keys.
    pub keys: KeyRing,
}

impl Desk {
    /// The certifier with this id.
    pub fn certifier(&self, id: &str) -> Option<&CertifierDesk> {
        self.certifiers.iter().find(|desk| desk.certifier.id == id)
    }

    /// The certifier that an officer signs as.
    pub fn certifier_of(&self, officer: &str) -> Option<&CertifierDesk> {
        self.certifiers.iter().find(|desk| desk.officer.as_deref() == Some(officer))
    }

    /// Whether a kiosk stands here or an officer works here.
    pub fn has(&self, caller: &Caller) -> bool {
        match caller.role {
            Role::Kiosk => self.kiosks.contains(&caller.id),
            Role::Officer => self.certifier_of(&caller.id).is_some(),
            _ => false,
        }
    }
}
