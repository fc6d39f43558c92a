//! A signed file judged (ETSI EN 319 102-1; ISO 32000-1, 12.8).
//!
//! In this order, each step only for what the step before let through:
//!
//! 1. structure: the revisions of the file, read strictly and in one way (`document::structure`);
//!    A second reader by other people must see the same document (`second`);
//! 2. signatures: which fields are signed and which bytes each signature covers (`signatures`);
//! 3. changes: what each revision after the first signature changed, by small named rules (`difference`);
//! 4. trust, from the newest time-stamp back to the oldest signature, since each proves the existence of what is older:
//!    container, certificate path, revocation, time (`judge`);
//! 5. what no signature protects: the security store after the last signature, spare certificates (`unsigned`).
//!
//! Two policies ([`Policy`]) say what may change after a signature; what they do not list is a verdict, not a warning. Under
//! both, security stores and document time-stamps may be added, and files that readers understand differently are refused.

mod difference;
mod earlier;
mod evidence;
mod forms;
mod judge;
mod report;
mod rights;
mod rules;
mod second;
mod signatures;
mod unsigned;

pub use difference::Modification;
pub use report::{
    Block, Change, Indication, Level, Report, RevocationReport, SignatureKind, SignatureReport, Step, SubIndication, TimestampReport,
    Unaccounted,
};

use time::{Duration, OffsetDateTime};

use crate::DigestAlgorithm;
use crate::document::StructureFault;
use crate::document::beginnings::Beginnings;
use crate::document::increment::load;
use crate::document::structure::{Structure, StructureLimits};
use crate::path::{PathLimits, PolicyDemand};
use earlier::Revisions;
use second::SecondReading;

/// Trust, time, data and bounds for a validation. Certificates are DER or PEM, one each.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValidationContext {
    /// Anchors for signers.
    pub signer_anchors: Vec<Vec<u8>>,
    /// Anchors for time-stamping authorities.
    pub timestamp_anchors: Vec<Vec<u8>>,
    /// Certificates that may lie between, beside those in the file.
    pub certificates: Vec<Vec<u8>>,
    /// OCSP responses beside those in the file.
    pub ocsp_responses: Vec<Vec<u8>>,
    /// Revocation lists (DER or PEM) beside those in the file.
    pub crls: Vec<Vec<u8>>,
    /// Certificate policies that signers must have.
    pub signer_policies: PolicyDemand,
    /// The present time.
    pub now: OffsetDateTime,
    /// Whether a certificate without revocation data makes the verdict INDETERMINATE.
    pub require_revocation: bool,
    /// What may change after a signature.
    pub policy: Policy,
    /// What to make of bytes that no signature protects and nothing accounts for.
    pub unsigned_bytes: UnsignedBytes,
    /// Bounds.
    pub limits: Limits,
}

impl ValidationContext {
    /// One set of anchors for both purposes, nothing else known, revocation required, unsigned bytes refused.
    #[must_use]
    pub fn new(anchors: Vec<Vec<u8>>, now: OffsetDateTime) -> Self {
        Self {
            signer_anchors: anchors.clone(),
            timestamp_anchors: anchors,
            certificates: Vec::new(),
            ocsp_responses: Vec::new(),
            crls: Vec::new(),
            signer_policies: PolicyDemand::default(),
            now,
            require_revocation: true,
            policy: Policy::Copy,
            unsigned_bytes: UnsignedBytes::Refuse,
            limits: Limits::default(),
        }
    }
}

/// What may change after a signature (`docs/VERIFICATION.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Policy {
    /// A certified copy: the other empty signature field may be signed; after a lock, nothing more.
    #[default]
    Copy,
    /// A file of another maker, by DocMDP, FieldMDP and locks: signing and filling fields that no lock covers, annotations
    /// where the certification allows them, a signature's own new field where nothing certifies, metadata.
    Pades,
}

/// A security store after the last signature is protected by no signature until a document time-stamp covers it. Its
/// items prove themselves; the bytes around them do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnsignedBytes {
    /// Every byte must be accounted for. The first store was issued with the file: it is written exactly as this crate writes
    /// it, and each item is used. Later ones are additions of others, and hold a store and nothing else. A file whose first store
    /// another program wrote is INDETERMINATE until it is time-stamped.
    #[default]
    Refuse,
    /// What follows the last signature need only mean nothing but a security store.
    Tolerate,
}

/// Bounds on what a file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Size of the file.
    pub file_bytes: usize,
    /// Revisions.
    pub revisions: usize,
    /// Objects listed in all revisions together.
    pub objects: usize,
    /// Fields of the form.
    pub fields: usize,
    /// Signatures and document time-stamps.
    pub signatures: usize,
    /// Bytes of one decompressed stream, and of all object and cross-reference streams together.
    pub decompressed_bytes: usize,
    /// Bytes read for comparing revisions: the sum of the lengths of the revisions' files, streams decompressed.
    pub compared_bytes: usize,
    /// Items of a kind in security stores.
    pub store_items: usize,
    /// Certificate paths.
    pub path: PathLimits,
    /// Difference of clocks between authorities and here.
    pub clock_skew: Duration,
    /// How long revocation data without a next update counts as current.
    pub revocation_max_age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            revisions: 256,
            objects: 200_000,
            fields: 1_000,
            signatures: 32,
            decompressed_bytes: 64 << 20,
            compared_bytes: 256 << 20,
            store_items: 512,
            path: PathLimits::default(),
            clock_skew: Duration::minutes(5),
            revocation_max_age: Duration::days(1),
        }
    }
}

/// The file is not one whose signatures could be judged; a caller shows this as invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValidateError {
    /// Larger than the limit.
    #[error("the file is too large")]
    TooLarge,
    /// The revisions cannot be read in one strict way.
    #[error("{0}")]
    Structure(#[from] StructureFault),
    /// The objects cannot be read.
    #[error("the document cannot be read: {0}")]
    Document(String),
    /// A second PDF reader, written by other people, cannot read the file.
    #[error("a second reader cannot read the document")]
    SecondReader,
    /// Two readers understand an object differently (zero: the trailer), so two people may see different documents.
    #[error("two readers understand object {0} differently")]
    ReadersDiffer(u32),
    /// The form is malformed, has a second description (XFA), or two fields of one name.
    #[error("the form of the document is malformed")]
    Form,
    /// A signature's dictionary or byte range is not as it must be.
    #[error("the signature {field:?} is malformed: {fault}")]
    Signature {
        /// Its field.
        field: String,
        /// What is wrong.
        fault: &'static str,
    },
    /// A signature dictionary that no field shows.
    #[error("object {0} is a signature that no field shows")]
    StraySignature(u32),
    /// More signatures than the limit.
    #[error("the document has too many signatures")]
    TooManySignatures,
    /// Not signed at all.
    #[error("the document is not signed")]
    NotSigned,
}

/// Judges all signatures of a file and the file as a whole.
///
/// # Errors
///
/// [`ValidateError`] when the file has not the form of a signed PDF; everything else is in the report.
pub fn validate(pdf: &[u8], context: &ValidationContext) -> Result<Report, ValidateError> {
    validate_and_read(pdf, context).map(|(report, _)| report)
}

/// As [`validate`], and gives what was read with it, so that questions about the pages need no other reading.
///
/// # Errors
///
/// As [`validate`].
pub fn validate_and_read(pdf: &[u8], context: &ValidationContext) -> Result<(Report, Reading), ValidateError> {
    let limits = &context.limits;
    if pdf.len() > limits.file_bytes {
        return Err(ValidateError::TooLarge);
    }
    // A copy is what this project writes; files of other makers may be linearised.
    let linearised = context.policy == Policy::Pades;
    let structure_limits = StructureLimits { revisions: limits.revisions, objects: limits.objects, linearised };
    let structure = Structure::read(pdf, structure_limits)?;
    if structure.revisions.iter().all(|revision| revision.linearised) {
        // Its hints are in force: a reader may show another object as the first page.
        return Err(StructureFault::ChainOrder.into());
    }
    let decompressed = structure.container_bytes(pdf, limits.decompressed_bytes)?;
    let document = load(pdf, limits.decompressed_bytes).map_err(|e| ValidateError::Document(e.to_string()))?;
    structure.check_agrees(&document)?;
    let (found, empty_fields) = signatures::find(pdf, &document, &structure, (limits, context.policy))?;
    if found.is_empty() {
        return Err(ValidateError::NotSigned);
    }

    match second::compare(pdf, &document) {
        SecondReading::Same => {}
        // Files of other makers use forms that the second reader does not know.
        SecondReading::Unreadable if context.policy == Policy::Pades => {}
        SecondReading::Unreadable => return Err(ValidateError::SecondReader),
        SecondReading::Differs(object) => return Err(ValidateError::ReadersDiffer(object)),
    }
    let first = found.first().map_or(0, |f| f.revision);
    let revisions = Revisions::new(pdf, &document, &structure, limits, first);
    let changes = difference::analyse(&revisions, &structure, &found, decompressed, (limits, context.policy))?;
    let store = evidence::Store::read(&document, limits).map_err(ValidateError::Document)?;
    let mut beginnings = Beginnings::default();
    let mut judged = judge::all(pdf, &mut beginnings, &found, &store, context);
    for signature in &mut judged.signatures {
        if signature.indication == Indication::TotalPassed {
            signature.begin(Block::Acceptance);
        }
        if changes.iter().any(|c| c.revision > signature.revision) {
            fail(signature, "the document was changed after it was signed");
        }
    }
    let unaccounted = unsigned::unaccounted(pdf, &revisions, &structure, &found, &store, &judged);
    let report = conclude(judged.signatures, empty_fields, changes, unaccounted, &structure, context);
    Ok((report, Reading { document, beginnings }))
}

/// What was read of a file.
pub struct Reading {
    /// The objects of the newest revision.
    pub document: lopdf::Document,
    beginnings: Beginnings,
}

impl Reading {
    /// SHA-256 of the first `end` bytes of the file that was validated, which is `pdf`.
    #[must_use]
    pub fn sha256_up_to(&mut self, pdf: &[u8], end: usize) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.beginnings.after(DigestAlgorithm::Sha256, pdf, end).finish().as_ref());
        digest
    }
}

fn fail(signature: &mut SignatureReport, reason: &str) {
    if signature.steps.last().is_none_or(|s| s.block != Block::Acceptance) {
        signature.begin(Block::Acceptance);
    }
    signature.stop(Indication::TotalFailed, SubIndication::FormatFailure, reason);
    signature.indication = Indication::TotalFailed;
    signature.sub_indication = Some(SubIndication::FormatFailure);
    signature.reason = Some(reason.to_owned());
    signature.level = None;
}

fn conclude(
    signatures: Vec<SignatureReport>,
    empty_fields: Vec<String>,
    changes: Vec<Change>,
    unaccounted: Vec<Unaccounted>,
    structure: &Structure,
    context: &ValidationContext,
) -> Report {
    let worst = signatures.iter().max_by_key(|s| s.indication);
    let mut indication = worst.map_or(Indication::Indeterminate, |s| s.indication);
    let mut sub_indication = worst.and_then(|s| s.sub_indication);
    if !changes.is_empty() {
        (indication, sub_indication) = (Indication::TotalFailed, Some(SubIndication::FormatFailure));
    }
    let refused = context.unsigned_bytes == UnsignedBytes::Refuse && !unaccounted.is_empty();
    if refused && indication == Indication::TotalPassed {
        (indication, sub_indication) = (Indication::Indeterminate, Some(SubIndication::SigConstraintsFailure));
    }
    let revision_ends = structure.revisions.iter().map(|r| r.bytes.end).collect();
    Report { signatures, empty_fields, changes, unaccounted, revision_ends, indication, sub_indication }
}
