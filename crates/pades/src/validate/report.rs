//! What a validation finds, in the words of ETSI EN 319 102-1 (5.1.3, tables 1 to 4).

use time::OffsetDateTime;

use super::Modification;
use crate::revocation::RevocationStatus;

/// The verdict on a signature or a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Indication {
    /// All checks succeeded.
    TotalPassed,
    /// The available information does not suffice for either of the others.
    Indeterminate,
    /// A check failed in a way that no further information can mend.
    TotalFailed,
}

impl Indication {
    /// The name in the standard.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TotalPassed => "TOTAL-PASSED",
            Self::Indeterminate => "INDETERMINATE",
            Self::TotalFailed => "TOTAL-FAILED",
        }
    }
}

macro_rules! sub_indications {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// The reason of a verdict that is not TOTAL-PASSED.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum SubIndication { $($(#[$doc])* $name,)* }

        impl SubIndication {
            /// The name in the standard.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

sub_indications! {
    /// The signature or the file does not have the form it must have, or the file was changed after signing.
    FormatFailure = "FORMAT_FAILURE";
    /// The digest of the signed bytes differs.
    HashFailure = "HASH_FAILURE";
    /// The signature value does not verify.
    SigCryptoFailure = "SIG_CRYPTO_FAILURE";
    /// The certificate was revoked, and the signature was made after that.
    Revoked = "REVOKED";
    /// The signature was made before the certificate was valid.
    NotYetValid = "NOT_YET_VALID";
    /// An attribute or property of the signature is not as the policy wants it.
    SigConstraintsFailure = "SIG_CONSTRAINTS_FAILURE";
    /// A certificate of the chain does not meet the policy.
    ChainConstraintsFailure = "CHAIN_CONSTRAINTS_FAILURE";
    /// The chain could not be validated for another reason.
    CertificateChainGeneralFailure = "CERTIFICATE_CHAIN_GENERAL_FAILURE";
    /// An algorithm or key size is below the policy.
    CryptoConstraintsFailure = "CRYPTO_CONSTRAINTS_FAILURE";
    /// The time-stamps contradict each other or the claimed order.
    TimestampOrderFailure = "TIMESTAMP_ORDER_FAILURE";
    /// The signer's certificate cannot be identified.
    NoSigningCertificateFound = "NO_SIGNING_CERTIFICATE_FOUND";
    /// No chain to a trust anchor.
    NoCertificateChainFound = "NO_CERTIFICATE_CHAIN_FOUND";
    /// Revoked, and no proof that the signature is older or younger than that.
    RevokedNoPoe = "REVOKED_NO_POE";
    /// An authority of the chain is revoked, and no proof that the signature is older.
    RevokedCaNoPoe = "REVOKED_CA_NO_POE";
    /// The certificate has expired, and no proof that the signature is older.
    OutOfBoundsNoPoe = "OUT_OF_BOUNDS_NO_POE";
    /// Revocation data is missing or too old; it may be had later.
    TryLater = "TRY_LATER";
}

/// What kind of signature it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureKind {
    /// ETSI.CAdES.detached.
    Signature,
    /// adbe.pkcs7.detached (ISO 32000-1, 12.8.3.3), in files of other makers: no PAdES baseline signature, so of no level.
    Pkcs7,
    /// ETSI.RFC3161 over the whole file.
    DocumentTimestamp,
}

/// PAdES baseline level that a signature reaches in this file (ETSI EN 319 142-1, 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A signature.
    B,
    /// With a trusted time-stamp.
    T,
    /// With all revocation data in the file.
    Lt,
    /// Protected by a document time-stamp.
    Lta,
}

impl Level {
    /// The name in the standard.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::B => "B-B",
            Self::T => "B-T",
            Self::Lt => "B-LT",
            Self::Lta => "B-LTA",
        }
    }
}

/// A building block of a validation (ETSI EN 319 102-1, 5.2 to 5.6), in the order in which they are worked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Block {
    /// Format checking (5.2.2): file, byte range, container.
    Format,
    /// Identification of the signing certificate (5.2.3).
    Identification,
    /// Cryptographic verification (5.2.7): digest and signature value.
    Cryptographic,
    /// Validation of the signature time-stamp (5.4).
    Timestamp,
    /// X.509 certificate validation with revocation freshness (5.2.5, 5.2.6) at the time that is proven (5.6.2).
    Certificate,
    /// Signature acceptance (5.2.8), for PDF: what was changed after signing (ISO 32000-2, 12.8.2).
    Acceptance,
}

impl Block {
    /// The name of the block in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Format => "FORMAT",
            Self::Identification => "IDENTIFICATION",
            Self::Cryptographic => "CRYPTOGRAPHIC",
            Self::Timestamp => "TIMESTAMP",
            Self::Certificate => "CERTIFICATE",
            Self::Acceptance => "ACCEPTANCE",
        }
    }
}

/// What came out of one building block; blocks after one that failed are not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The block.
    pub block: Block,
    /// Its conclusion.
    pub indication: Indication,
    /// The reason of a conclusion that is not a pass.
    pub sub_indication: Option<SubIndication>,
    /// The reason in words.
    pub detail: Option<String>,
}

/// What is known about one certificate of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevocationReport {
    /// The certificate that it is about, DER: the signer's, a time-stamping authority's, or one above them.
    pub certificate: Vec<u8>,
    /// Common name of the certificate.
    pub subject: String,
    /// The answer, or `None` where there is none.
    pub status: Option<RevocationStatus>,
    /// Whether the answer lies in the file itself.
    pub in_document: bool,
}

/// A time-stamp on a signature value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimestampReport {
    /// The time it states.
    pub gen_time: OffsetDateTime,
    /// Common name of the authority.
    pub authority: String,
    /// Certificate of the authority, DER.
    pub certificate: Vec<u8>,
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Policy, dotted.
    pub policy: String,
    /// Whether the authority is trusted, with the reason if not.
    pub trusted: Result<(), String>,
    /// The certificates that lead to an anchor, leaf first, anchor last, DER; empty where none do.
    pub chain: Vec<Vec<u8>>,
    /// The token itself, DER.
    pub token: Vec<u8>,
}

/// One signature or document time-stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignatureReport {
    /// Name of its field.
    pub field: String,
    /// Kind.
    pub kind: SignatureKind,
    /// Revision that it ends, counted from zero.
    pub revision: usize,
    /// Bytes from the start of the file that it speaks about.
    pub covered_bytes: usize,
    /// Common name of the signer.
    pub signer: Option<String>,
    /// Certificate of the signer, DER.
    pub signer_certificate: Option<Vec<u8>>,
    /// The certificates that lead to an anchor, leaf first, anchor last, DER; empty where none do.
    pub chain: Vec<Vec<u8>>,
    /// Whether the covered bytes are those that were signed: digest and signature value are good.
    pub intact: bool,
    /// The time the signer claims (`/M`).
    pub claimed_time: Option<OffsetDateTime>,
    /// The time before which the signature provably existed.
    pub proven_time: Option<OffsetDateTime>,
    /// Its time-stamp.
    pub timestamp: Option<TimestampReport>,
    /// Whether it certifies the file, with the permission of DocMDP.
    pub certifies: Option<u8>,
    /// Whether its field has a lock.
    pub locks: bool,
    /// Level reached, if it passed.
    pub level: Option<Level>,
    /// Revocation of the certificates in its chains (signer and time-stamp).
    pub revocation: Vec<RevocationReport>,
    /// What each building block concluded.
    pub steps: Vec<Step>,
    /// Verdict.
    pub indication: Indication,
    /// Reason of the verdict.
    pub sub_indication: Option<SubIndication>,
    /// The reason in words.
    pub reason: Option<String>,
}

impl SignatureReport {
    /// A block is being worked through, and passes unless it says otherwise.
    pub(super) fn begin(&mut self, block: Block) {
        self.steps.push(Step { block, indication: Indication::TotalPassed, sub_indication: None, detail: None });
    }

    /// The block that was begun last did not pass.
    pub(super) fn stop(&mut self, indication: Indication, sub_indication: SubIndication, detail: &str) {
        if let Some(step) = self.steps.last_mut() {
            (step.indication, step.sub_indication, step.detail) = (indication, Some(sub_indication), Some(detail.to_owned()));
        }
    }
}

/// Bytes that no signature protects and that nothing accounts for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unaccounted {
    /// What follows the last signature is not exactly what this crate would have written, or an update that was added
    /// later holds bytes besides its objects.
    Tail,
    /// An item of the issued, unprotected security store that no chain uses, or one of any store that is not what it says.
    StoreItem,
    /// A signature's container, or the time-stamp in it, is not encoded as it would be written: it holds bytes that nobody reads.
    Container {
        /// Field of the signature.
        field: String,
    },
    /// A certificate beside a signature that no chain uses, or that comes twice.
    EmbeddedCertificate {
        /// Field of the signature.
        field: String,
    },
}

/// A change after a signature that the policy does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Revision that made it, counted from zero.
    pub revision: usize,
    /// What it is.
    pub modification: Modification,
}

/// The verdict on a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Signatures and document time-stamps in the order in which they were made.
    pub signatures: Vec<SignatureReport>,
    /// Signature fields that are still empty.
    pub empty_fields: Vec<String>,
    /// Forbidden changes.
    pub changes: Vec<Change>,
    /// Unprotected bytes that nothing accounts for.
    pub unaccounted: Vec<Unaccounted>,
    /// Where each revision of the file ends, its end-of-file marker included.
    pub revision_ends: Vec<usize>,
    /// The worst verdict of all signatures, and of the file as a whole.
    pub indication: Indication,
    /// Its reason.
    pub sub_indication: Option<SubIndication>,
}
