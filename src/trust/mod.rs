//! Trust lists: whom we trust, for what, by whose word and until when.
//!
//! A list is a file: certificates in PEM, or the same certificates in a signed document with purpose, edition and next update
//! ([`sign`]). The words of the signed document are those of ETSI TS 119 612, clause 5.3; its form is a compact JWS (RFC 7515). An
//! XML list carries an enveloped XAdES signature, which needs a canonical form of XML and has been talked round by wrapping for as long
//! as it exists; no authority in Viet Nam publishes one, so whoever runs a verifier puts its list together in any case. [`TrustFiles`]
//! watches the files: a newer edition is taken without a restart, and one that is not good never replaces one that is.
//!
//! What this is not: it judges no signature and no certificate path; that is `verify` and `bansao_pades`.

mod files;
mod list;
#[cfg(test)]
mod tests;

use crate::keys::TrustAnchors;
use crate::record::TrustLists;

pub use files::{ListSource, TrustFiles, TrustSource};
pub use list::{Draft, Expected, Refusal, TrustList, Uses, read, sign};

/// Everything that is trusted at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Anchors by purpose.
    pub anchors: TrustAnchors,
    /// Authorities that are no anchors: they may lie between. DER.
    pub intermediates: Vec<Vec<u8>>,
    /// Certificates of keys that sign QR tokens, DER.
    pub leaves: Vec<Vec<u8>>,
    /// The lists, and which of them vouches for an anchor.
    pub lists: TrustLists,
}
