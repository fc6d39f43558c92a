//! An agency at work: its certifiers, seal, kiosks and policy.

use time::Date;

use crate::decide::{Approval, Basis, Mandate, Policy};
use crate::keys::KeyRing;
use crate::record::{Agency, Caller, Certifier, Kind, Role};

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
    /// Officers who approve in a certifier's stead.
    pub mandates: Vec<Mandate>,
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

    /// For whom an officer approves on `day` in Việt Nam, and on what basis: as the certifier, or under a mandate in force.
    pub fn approver(&self, officer: &str, day: Date) -> Option<(&CertifierDesk, Basis)> {
        if let Some(own) = self.certifier_of(officer) {
            return Some((own, Basis::Officer(officer.to_owned())));
        }
        let mandate = self.mandates.iter().find(|mandate| mandate.officer == officer && mandate.stands(day))?;
        let basis = Basis::Mandate { officer: officer.to_owned(), decision: mandate.decision.clone() };
        Some((self.certifier(&mandate.certifier)?, basis))
    }

    /// Whether what an approval of a paper of `kind` rests on is still in force on `day`, the day of signing.
    pub fn upholds(&self, approval: &Approval, kind: &Kind, day: Date) -> bool {
        match &approval.basis {
            Basis::Delegation => self.policy.delegations.iter().any(|d| d.certifier == approval.certifier && d.stands(kind, day)),
            Basis::Officer(officer) => self.certifier_of(officer).is_some_and(|own| own.certifier.id == approval.certifier),
            Basis::Mandate { officer, decision } => self.mandates.iter().any(|mandate| {
                let same = (&mandate.officer, &mandate.decision, &mandate.certifier) == (officer, decision, &approval.certifier);
                same && mandate.stands(day)
            }),
        }
    }

    /// Whether a kiosk stands here or an officer works here on `day` in Việt Nam.
    pub fn has(&self, caller: &Caller, day: Date) -> bool {
        match caller.role {
            Role::Kiosk => self.kiosks.contains(&caller.id),
            Role::Officer => self.approver(&caller.id, day).is_some(),
            _ => false,
        }
    }
}
