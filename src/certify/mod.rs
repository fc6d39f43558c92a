//! Certification: from an approval to the signed copy.
//!
//! [`compose`] makes the PDF/A of a copy from pixels and words; nothing of an uploaded file's object tree goes into it.
//! [`prepare`] checks what will be signed as bytes, and once by signing it with a throw-away key ([`Rehearsal`]), and yields a
//! [`PreparedCopy`]; only [`seal`] takes one, and uses it up.

mod archival;
pub mod compose;
mod prepare;
mod rehearse;
mod said;
mod seal;
mod token;

pub use archival::{ArchivalFault, check as check_archival_document, check_archival};
pub use prepare::{PrepareError, PreparedCopy, prepare};
pub use rehearse::{Rehearsal, RehearsalError};
pub use seal::{Proofs, SealError, SealedCopy, Signatory, seal};
pub use token::{TokenContent, TokenSignError, sign_token};
