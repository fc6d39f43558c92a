//! PAdES: electronic signatures in PDF files that can be checked in fifty years.
//!
//! Reading order:
//!
//! 1. [`document`]: incremental updates of a PDF file: signature fields, the signature dictionary with its
//!    byte range, the document security store (ISO 32000-1 12.8, ETSI EN 319 142-1).
//! 2. [`cms`]: what is signed and how the signature is wrapped (RFC 5652, ETSI EN 319 122-1).
//! 3. [`timestamp`]: RFC 3161, the asking side and the answering side.
//! 4. [`revocation`]: OCSP (RFC 6960) and certificate revocation lists (RFC 5280, 5).
//! 5. [`path`]: a certificate path from a signer to a trust anchor (RFC 5280, 6).
//! 6. [`chain`]: path and revocation together.
//! 7. [`validate`](mod@validate): a whole file judged: signatures, proofs of time, what changed after each signature
//!    (ETSI EN 319 102-1).
//!
//! What this crate is not: it holds no key, opens no connection, reads no clock and draws no random number. Keys are
//! closures or bytes that come back from elsewhere; time, nonces, trust anchors and limits are arguments. It composes no
//! pages and knows nothing about the papers that are signed.
//!
//! Everything public speaks DER bytes and plain types, so that the ASN.1 library can change without its callers.
//! `docs/COMPLIANCE/PAdES.md` lists the clauses and the test that shows each one.

mod algorithm;
#[cfg(test)]
mod algorithm_vectors;
mod certificate;
pub mod chain;
mod checked;
pub mod cms;
pub mod document;
mod error;
mod instant;
mod name;
mod oid;
pub mod path;
pub mod revocation;
pub mod timestamp;
pub mod validate;

pub use algorithm::{DigestAlgorithm, SignFn, SigningProfile};
pub use certificate::common_name;
pub use checked::forget_checked_signatures;
pub use document::{
    Appearance, DocumentTimestampSpec, Dss, FieldLock, FieldSpec, OpenFile, Prepared, PreparedFile, SignatureSpec,
    add_document_security_store, add_signature_fields, add_signature_proofs, prepare_document_timestamp, prepare_signature,
};
pub use error::Error;
pub use validate::{Reading, ValidationContext, validate, validate_and_read};
