//! The compact signed token of the QR code on a certified copy.
//!
//! A token says, offline and without the copy at hand, who certified what, when, and which page images belong to it. It is a
//! COSE_Sign1 message (RFC 9052) over a small deterministic CBOR map (RFC 8949, section 4.2.1), written in base 32
//! (RFC 4648, section 6) so that a QR symbol holds it in alphanumeric mode. `docs/QR-TOKEN.md` specifies every byte.
//!
//! This crate encodes and verifies, nothing else: no key is stored here, no clock is read, nothing is fetched. Whether the key
//! was allowed to sign at that time, and whether the copy was revoked since, is for the caller to say.
//!
//! ```
//! use bansao_credential::{Claims, PublicKey, token_from_text, verify};
//! # fn known_keys(_: &[u8]) -> Option<PublicKey> { None }
//! # fn check(qr: &str) -> Result<Claims, bansao_credential::TokenError> {
//! let claims = verify(&token_from_text(qr)?, &known_keys)?;
//! # Ok(claims)
//! # }
//! ```

#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::as_conversions, clippy::string_slice))]

mod claims;
mod error;
mod key;
mod registry;
mod text;
mod token;

pub use claims::{Claims, FORMAT_VERSION};
pub use error::{SignError, TokenError};
pub use key::{Algorithm, KEY_ID_BYTES, PublicKey, key_id, raw_signature_from_der};
pub use text::{encode_text, encode_url, token_from_text};
pub use token::{TOKEN_BYTES, Unsigned, prepare, sign, verify};
