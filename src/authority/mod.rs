//! The development authority: a public key infrastructure that speaks the real protocols on loopback.
//!
//! From a hierarchy that is data (`certs/hierarchy.toml`) it makes keys and certificates into a data folder, once, and then
//! answers over HTTP as the institutions around the service do: time-stamps (RFC 3161), OCSP (RFC 6960), revocation lists
//! and certificates (RFC 5280), and citizen assertions (RFC 7519). The service does not know that it is here: it has only
//! addresses and files. What it is not: fit for production, or reachable from another machine.
//!
//! | address | what |
//! |---|---|
//! | `POST /tsa` | time-stamps |
//! | `POST /ocsp/<ca>`, `GET /ocsp/<ca>/<base64>` | revocation status |
//! | `GET /crl/<ca>.crl` | revocation list, DER, made at that moment |
//! | `GET /ca/<ca>.cer` | certificate of an authority, DER |
//! | `GET /.well-known/openid-configuration`, `GET /jwks.json` | the identity provider's description and keys |
//! | `POST /assertions` | a citizen assertion for whoever is named |
//! | `POST /csc/v2/…`, `POST /oauth2/token` | remote signing by the signers' keys (Cloud Signature Consortium API v2) |
//! | `POST /revoke` | revokes a certificate by its name in the hierarchy or by its serial number |
//!
//! | in the data folder | what |
//! |---|---|
//! | `authority.json` | the address that the certificates name; chosen once |
//! | `revoked.json` | what was revoked |
//! | `anchors/signer.pem`, `anchors/timestamp.pem`, `anchors/tls.pem` | roots by purpose |
//! | `trust.pem` | what a verifier of copies needs: roots for signatures and time-stamps, then the token key's chain |
//! | `identity/jwks.json` | the identity provider's keys, as `/jwks.json` gives them |
//! | `csc/secret`, `csc/pin` | what a client of the remote signing needs; the client id is `bansao` |
//! | `ca/<ca>/key.pem`, `cert.pem`, `chain.pem` | an authority |
//! | `<leaf>/key.pem`, `cert.pem`, `chain.pem` | a leaf; the chain is leaf first and ends below the root |
//!
//! Folders have mode 0700 and keys 0600. What exists is kept: a second start changes nothing, a longer hierarchy adds to it.

mod error;
mod extension;
mod faults;
mod folder;
mod hierarchy;
mod identity_provider;
mod issue;
mod responses;
mod revocations;
mod serve;
mod signing_service;
mod tls;

pub use error::AuthorityError;
pub use hierarchy::{AnchorPlan, CaPlan, DEVELOPMENT, Hierarchy, KeyKind, LeafPlan, Profile, Reason, Subject};
pub use serve::{AuthoritySettings, IssuedCertificate, RunningAuthority, initialise, start};

#[cfg(test)]
mod tests;
