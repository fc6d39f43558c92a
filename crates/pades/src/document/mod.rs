//! Incremental updates of a PDF file for signing (ISO 32000-1 7.5.6 and 12.8, ETSI EN 319 142-1 4 and 5).
//!
//! The order in which a file is signed twice and kept for the long term:
//!
//! 1. [`add_signature_fields`]: all empty fields at once, before anything is signed, since a certified file allows its
//!    fields to be filled but no new ones to be added;
//! 2. [`prepare_signature`], hash, sign elsewhere, [`Prepared::embed`], once per field;
//! 3. [`add_signature_proofs`] or [`add_document_security_store`]: certificates and revocation data;
//! 4. [`prepare_document_timestamp`], which protects all of it.
//!
//! Every step takes whole files and returns whole files; the bytes given are always a prefix of the bytes returned.

mod appearance;
pub(crate) mod dss;
mod fields;
pub(crate) mod increment;
mod linear;
mod prepare;
mod section;
pub(crate) mod structure;
mod structure_tree;
pub(crate) mod syntax;
mod tight;

pub use dss::{Dss, add_document_security_store, add_signature_proofs};
pub use fields::{FieldLock, FieldSpec, add_signature_fields};
pub use prepare::{DEFAULT_RESERVE, DocumentTimestampSpec, Prepared, SignatureSpec, prepare_document_timestamp, prepare_signature};
pub use structure::StructureFault;
