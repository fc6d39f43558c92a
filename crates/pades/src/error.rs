//! Why a file could not be signed or a message could not be made or accepted.

/// The work of the creation side (documents, CMS, time-stamps, OCSP, CRL) that could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The PDF cannot be read strictly, or has a form that is refused (encrypted, hybrid, linearised).
    #[error("the document cannot be read: {0}")]
    Document(String),
    /// The document has no page with this index (counted from zero).
    #[error("the document has no page with index {0}")]
    NoSuchPage(usize),
    /// No field of this name exists.
    #[error("no signature field named {0:?}")]
    NoSuchField(String),
    /// A field of this name exists already.
    #[error("a field named {0:?} exists already")]
    FieldExists(String),
    /// The field already carries a signature.
    #[error("the signature field {0:?} is already signed")]
    FieldSigned(String),
    /// A certification signature must be the first signature of a file (ISO 32000-1, 12.8.2.2).
    #[error("only the first signature of a document can certify it")]
    CertificationNotFirst,
    /// The appearance is not a PDF with at least one usable page.
    #[error("the appearance cannot be imported: {0}")]
    Appearance(String),
    /// The signature container is larger than the space that was reserved for it; nothing is ever truncated.
    #[error("the signature takes {needed} bytes but {reserved} were reserved")]
    ReserveTooSmall {
        /// Bytes of the container.
        needed: usize,
        /// Bytes reserved for it.
        reserved: usize,
    },
    /// The byte range given to [`crate::Prepared::from_parts`] does not fit its bytes.
    #[error("the byte range does not describe the prepared document")]
    ByteRange,
    /// Bytes that should be DER are not, or hold a value that is not allowed there.
    #[error("malformed {what}: {reason}")]
    Malformed {
        /// Which structure.
        what: &'static str,
        /// What the decoder said.
        reason: String,
    },
    /// An algorithm that the policy does not allow (SHA-1, RSA below 2048 bits, unknown object identifiers).
    #[error("the algorithm {0} is not allowed")]
    Algorithm(String),
    /// A signature does not verify.
    #[error("the signature on the {0} does not verify")]
    BadSignature(&'static str),
    /// The time-stamping authority answered with another status than granted.
    #[error("the time-stamp was not granted (status {status}, failure bits {failure:#x}): {text}")]
    TimestampRejected {
        /// PKIStatus.
        status: u32,
        /// PKIFailureInfo as a bit mask, bit 0 the lowest.
        failure: u32,
        /// The authority's words, if any.
        text: String,
    },
    /// A time-stamp response or token fails a check of RFC 3161.
    #[error("the time-stamp is not acceptable: {0}")]
    Timestamp(&'static str),
    /// An OCSP response or CRL fails a check.
    #[error("the revocation data is not acceptable: {0}")]
    Revocation(&'static str),
    /// The OCSP responder answered with an error status (RFC 6960, 4.2.1).
    #[error("the OCSP responder answered with status {0}")]
    OcspStatus(u32),
    /// The closure that holds the key failed.
    #[error("the signer failed: {0}")]
    Signer(String),
}

impl Error {
    pub(crate) fn malformed(what: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Malformed { what, reason: reason.to_string() }
    }
}
