//! What will be signed is checked as bytes before any real key is touched.

use bansao_pades::{FieldLock, FieldSpec, add_signature_fields};
use thiserror::Error;
use time::OffsetDateTime;

use super::compose::ComposedCopy;
use super::rehearse::{Rehearsal, RehearsalError};
use crate::anatomy::{AGENCY_FIELD, CERTIFIER_FIELD, PageDigestError, extract_page_digests};
use crate::record::Sha256;

/// What the fields are for, for those who cannot see them.
const CERTIFIER_LABEL: &str = "Chữ ký số của người thực hiện chứng thực";
const AGENCY_LABEL: &str = "Chữ ký số của cơ quan thực hiện chứng thực";

/// The composed copy is not what was approved.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The signature fields cannot be put in.
    #[error("the signature fields cannot be made")]
    Fields(#[from] bansao_pades::Error),
    /// The pages cannot be found again.
    #[error("the pages cannot be read back")]
    Pages(#[from] PageDigestError),
    /// The page images are not those of the inspected scan.
    #[error("the page images are not those that were inspected")]
    OtherPages,
    /// Signed by a throw-away key it does not verify.
    #[error("the copy cannot be signed so that it verifies")]
    Rehearsal(#[from] RehearsalError),
}

/// Leave to sign exactly these bytes, once: [`super::seal`] uses it up.
#[derive(Debug)]
pub struct PreparedCopy {
    pub(super) pdf: Vec<u8>,
    pub(super) certifier_size: (f32, f32),
    pub(super) agency_size: (f32, f32),
}

/// Puts both empty signature fields in, in one revision before the first signature, checks that the pages are those of the
/// scan by digest, and has both signatures rehearsed at `now`.
///
/// # Errors
/// [`PrepareError`].
pub fn prepare(
    composed: ComposedCopy,
    expected_pages: &[Sha256],
    rehearsal: &Rehearsal,
    now: OffsetDateTime,
) -> Result<PreparedCopy, PrepareError> {
    let fields = [
        FieldSpec {
            name: CERTIFIER_FIELD.to_owned(),
            page: composed.certifier_field.page,
            rect: composed.certifier_field.rect,
            lock: FieldLock::None,
            description: Some(CERTIFIER_LABEL.to_owned()),
        },
        FieldSpec {
            name: AGENCY_FIELD.to_owned(),
            page: composed.agency_field.page,
            rect: composed.agency_field.rect,
            lock: FieldLock::All,
            description: Some(AGENCY_LABEL.to_owned()),
        },
    ];
    let pdf = add_signature_fields(&composed.pdf, &fields)?;
    if extract_page_digests(&pdf)? != expected_pages {
        return Err(PrepareError::OtherPages);
    }
    rehearsal.of(&pdf, now)?;
    Ok(PreparedCopy { pdf, certifier_size: composed.certifier_field.size(), agency_size: composed.agency_field.size() })
}
