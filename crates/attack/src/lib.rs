//! Hostile variants and legal updates of a signed PDF: what a verifier is tried with.
//!
//! [`derive()`] takes any signed copy and gives files that differ from it, each with what a verifier may say. The families
//! follow the published attacks: universal signature forgery (`forgery`), incremental saving, shadow content and attacks on
//! certified documents (`update`), signature wrapping (`wrapping`), and files that readers understand differently
//! (`sections`, `edges`). [`legal`] are the updates that a holder may make without a key.
//!
//! It needs no key and holds none, so a variant is never one that a signer helped to make; shadow files prepared before signing
//! are made where there are keys, in the tests of `crates/pades`. It judges nothing itself.

mod edges;
mod edit;
mod forgery;
mod legal;
mod sections;
mod update;
mod wrapping;

pub use legal::legal;

/// What a verifier may say about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expect {
    /// The same as about the copy itself.
    Same,
    /// Anything but valid.
    NotValid,
    /// Invalid.
    Invalid,
}

impl Expect {
    /// The word in a manifest.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::NotValid => "not valid",
            Self::Invalid => "invalid",
        }
    }
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Family and what was done, in words that make a file name: `update/page-rotated`.
    pub name: String,
    /// What a verifier may say.
    pub expect: Expect,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why nothing can be derived.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The copy cannot be read.
    #[error("the copy cannot be read: {0}")]
    Unreadable(#[from] lopdf::Error),
    /// A part that every signed copy has is missing.
    #[error("the copy has no {0}")]
    Missing(&'static str),
    /// An update could not be written.
    #[error("an update could not be written: {0}")]
    Update(#[from] bansao_pades::Error),
}

/// All hostile variants of a signed copy, in a fixed order, each name once.
///
/// # Errors
///
/// [`Error`] when the bytes are no signed PDF.
pub fn derive(copy: &[u8]) -> Result<Vec<Variant>, Error> {
    let mut out = Vec::new();
    edges::add(copy, &mut out)?;
    sections::add(copy, &mut out)?;
    forgery::add(copy, &mut out)?;
    update::add(copy, &mut out)?;
    wrapping::add(copy, &mut out)?;
    out.retain(|v| v.bytes != copy);
    Ok(out)
}

fn invalid(name: impl Into<String>, bytes: Vec<u8>) -> Variant {
    Variant { name: name.into(), expect: Expect::Invalid, bytes }
}

fn not_valid(name: impl Into<String>, bytes: Vec<u8>) -> Variant {
    Variant { name: name.into(), expect: Expect::NotValid, bytes }
}
