//! The PKI as data: which authorities and certificates there are (`certs/hierarchy.toml`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::AuthorityError;

/// The hierarchy that comes with the source.
pub const DEVELOPMENT: &str = include_str!("../../certs/hierarchy.toml");

/// Authorities, leaf certificates and what is trusted for what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hierarchy {
    /// Country of every subject, two letters.
    pub country: String,
    /// Authorities; an issuer stands before those it issues for.
    pub ca: Vec<CaPlan>,
    /// Certificates of those who sign, answer and call.
    pub leaf: Vec<LeafPlan>,
    /// Roots by purpose.
    pub anchors: AnchorPlan,
}

/// One certificate authority.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaPlan {
    /// Folder and part of its addresses: lower-case letters, digits, hyphens.
    pub name: String,
    /// The authority above; none for a root.
    pub issuer: Option<String>,
    /// Kind of key.
    pub key: KeyKind,
    /// Validity.
    pub days: u32,
    /// How many authorities may stand below it.
    pub path_length: u8,
    /// Its name.
    pub subject: Subject,
}

/// One certificate that is no authority.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafPlan {
    /// Folder: lower-case letters, digits, hyphens.
    pub name: String,
    /// The authority above.
    pub issuer: String,
    /// What it may be used for.
    pub profile: Profile,
    /// Kind of key.
    pub key: KeyKind,
    /// Validity.
    #[serde(default = "two_years")]
    pub days: u32,
    /// How long before it is made its validity begins.
    #[serde(default)]
    pub starts_days_ago: u32,
    /// Who the caller is: `urn:bansao:<role>:<id>`.
    pub uri: Option<String>,
    /// Revoked from the start, with this reason.
    pub revoked: Option<Reason>,
    /// Its name.
    pub subject: Subject,
}

fn two_years() -> u32 {
    730
}

/// Which roots are trusted for what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorPlan {
    /// For signatures.
    pub signer: Vec<String>,
    /// For time-stamps.
    pub timestamp: Vec<String>,
    /// For callers and servers.
    pub tls: Vec<String>,
}

/// A distinguished name, written in this order after the country.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Locality.
    pub l: Option<String>,
    /// Organisation.
    pub o: Option<String>,
    /// Organisational unit.
    pub ou: Option<String>,
    /// Title of a person.
    pub title: Option<String>,
    /// Common name.
    pub cn: String,
}

/// Kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum KeyKind {
    /// RSA of 2048 bits.
    #[serde(rename = "rsa-2048")]
    Rsa2048,
    /// RSA of 3072 bits.
    #[serde(rename = "rsa-3072")]
    Rsa3072,
    /// RSA of 4096 bits.
    #[serde(rename = "rsa-4096")]
    Rsa4096,
    /// The curve P-256.
    #[serde(rename = "p256")]
    P256,
    /// The curve P-384.
    #[serde(rename = "p384")]
    P384,
    /// Ed25519.
    #[serde(rename = "ed25519")]
    Ed25519,
}

/// What a leaf certificate may be used for; [`super`] says how each is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Signatures of a person.
    Signer,
    /// Signatures of an agency.
    Seal,
    /// QR tokens.
    Token,
    /// Time-stamps.
    Timestamp,
    /// OCSP answers.
    Ocsp,
    /// Checkpoints of the transparency log.
    Log,
    /// Reports of verification.
    Report,
    /// Citizen assertions.
    Identity,
    /// TLS server.
    Server,
    /// TLS client.
    Client,
    /// TLS server and client.
    Peer,
}

impl Profile {
    /// The name as written in the hierarchy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signer => "signer",
            Self::Seal => "seal",
            Self::Token => "token",
            Self::Timestamp => "timestamp",
            Self::Ocsp => "ocsp",
            Self::Log => "log",
            Self::Report => "report",
            Self::Identity => "identity",
            Self::Server => "server",
            Self::Client => "client",
            Self::Peer => "peer",
        }
    }
}

/// Why a certificate was revoked (RFC 5280, 5.3.1); the reasons that do not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Not said.
    #[default]
    Unspecified,
    /// The key is in other hands.
    KeyCompromise,
    /// An authority's key is in other hands.
    CaCompromise,
    /// The subject's name or place changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// No longer needed.
    CessationOfOperation,
    /// The right to it was taken away.
    PrivilegeWithdrawn,
}

impl Hierarchy {
    /// Reads and checks a hierarchy.
    ///
    /// # Errors
    /// [`AuthorityError::Hierarchy`] with what is wrong: TOML, names, an issuer that does not stand before, an authority
    /// without OCSP responder.
    pub fn parse(text: &str) -> Result<Self, AuthorityError> {
        let hierarchy: Self = toml::from_str(text).map_err(|e| AuthorityError::Hierarchy(e.to_string()))?;
        hierarchy.check().map_err(AuthorityError::Hierarchy)?;
        Ok(hierarchy)
    }

    fn check(&self) -> Result<(), String> {
        let mut names = BTreeSet::from(["ca", "anchors"]);
        for name in self.ca.iter().map(|ca| &ca.name).chain(self.leaf.iter().map(|leaf| &leaf.name)) {
            let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !plain || !names.insert(name) {
                return Err(format!("the name {name:?} is taken or has other characters than a-z, 0-9 and -"));
            }
        }
        let mut above = BTreeSet::new();
        for ca in &self.ca {
            if ca.issuer.as_ref().is_some_and(|issuer| !above.contains(issuer)) {
                return Err(format!("the issuer of {} does not stand before it", ca.name));
            }
            above.insert(&ca.name);
            if !self.leaf.iter().any(|leaf| leaf.issuer == ca.name && leaf.profile == Profile::Ocsp) {
                return Err(format!("{} has no OCSP responder", ca.name));
            }
        }
        if let Some(leaf) = self.leaf.iter().find(|leaf| !above.contains(&leaf.issuer)) {
            return Err(format!("{} has an unknown issuer", leaf.name));
        }
        for anchor in [&self.anchors.signer, &self.anchors.timestamp, &self.anchors.tls].into_iter().flatten() {
            if !self.ca.iter().any(|ca| ca.name == *anchor && ca.issuer.is_none()) {
                return Err(format!("the anchor {anchor} is no root"));
            }
        }
        for profile in [Profile::Timestamp, Profile::Identity, Profile::Token] {
            if !self.leaf.iter().any(|leaf| leaf.profile == profile) {
                return Err(format!("there is no {} certificate", profile.name()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_development_hierarchy_is_good_and_each_fault_is_named() {
        assert!(Hierarchy::parse(DEVELOPMENT).is_ok());
        for (from, to, said) in [
            ("name = \"kiosk-1\"", "name = \"../kiosk\"", "other characters"),
            ("name = \"kiosk-1\"", "name = \"kiosk-2\"", "is taken"),
            ("name = \"kiosk-1\"", "name = \"anchors\"", "is taken"),
            ("issuer = \"root\"\nkey", "issuer = \"later\"\nkey", "does not stand before"),
            ("profile = \"ocsp\"", "profile = \"client\"", "no OCSP responder"),
            ("profile = \"timestamp\"", "profile = \"client\"", "no timestamp certificate"),
            ("tls = [\"tls-root\"]", "tls = [\"tls-ca\"]", "no root"),
            ("country", "contry", "unknown field"),
        ] {
            let fault = Hierarchy::parse(&DEVELOPMENT.replacen(from, to, 1)).unwrap_err();
            assert!(fault.to_string().contains(said), "{to}: {fault}");
        }
    }
}
