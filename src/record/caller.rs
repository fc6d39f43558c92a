//! Who is at the other end of a connection, by the URI SAN `urn:bansao:<role>:<id>` of its certificate.

use std::fmt;

/// What a caller may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Hands in scans.
    Kiosk,
    /// Decides on referrals.
    Officer,
    /// Verifies copies that people submit.
    Office,
    /// Keeps copies for citizens.
    Wallet,
    /// Answers look-ups.
    Register,
    /// This service, towards registers and wallets.
    Service,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 6] = [Self::Kiosk, Self::Officer, Self::Office, Self::Wallet, Self::Register, Self::Service];

    /// As written in a URN.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Officer => "officer",
            Self::Office => "office",
            Self::Wallet => "wallet",
            Self::Register => "register",
            Self::Service => "service",
        }
    }
}

/// A caller: a role and an id within it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    /// What it is.
    pub role: Role,
    /// Which one.
    pub id: String,
}

impl Caller {
    /// Reads `urn:bansao:<role>:<id>`; an id is 1 to 64 letters, digits, `-` or `_`.
    pub fn from_urn(urn: &str) -> Option<Self> {
        let (role, id) = urn.strip_prefix("urn:bansao:")?.split_once(':')?;
        let role = Role::ALL.into_iter().find(|known| known.as_str() == role)?;
        let fits = (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        fits.then(|| Self { role, id: id.to_owned() })
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "urn:bansao:{}:{}", self.role.as_str(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_roles_and_plain_ids() {
        let kiosk = Caller::from_urn("urn:bansao:kiosk:hoan-kiem-1").unwrap();
        assert_eq!((kiosk.role, kiosk.to_string().as_str()), (Role::Kiosk, "urn:bansao:kiosk:hoan-kiem-1"));
        for wrong in ["urn:bansao:root:1", "urn:bansao:kiosk:", "urn:bansao:kiosk:a/b", "urn:other:kiosk:1", ""] {
            assert_eq!(Caller::from_urn(wrong), None, "{wrong}");
        }
    }
}
