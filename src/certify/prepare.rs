//! What will be signed is checked as bytes before any real key is touched.

use bansao_pades::{FieldLock, FieldSpec, OpenFile};
use lopdf::Document;
use thiserror::Error;
use time::OffsetDateTime;

use super::archival::{self, ArchivalFault};
use super::compose::{ComposedCopy, Statement};
use super::rehearse::{Rehearsal, RehearsalError};
use super::said::text_of;
use crate::anatomy::{AGENCY_FIELD, CERTIFIER_FIELD, PageDigestError, page_digests_of};
use crate::record::{Sha256, nfc};

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
    /// The statement page does not say what the approval says.
    #[error("the statement page does not say {0:?}")]
    OtherStatement(String),
    /// A rule of PDF/A is broken.
    #[error("not PDF/A")]
    Archival(#[from] ArchivalFault),
    /// Signed by a throw-away key it does not verify.
    #[error("the copy cannot be signed so that it verifies")]
    Rehearsal(#[from] RehearsalError),
}

/// Leave to sign exactly these bytes, once: [`super::seal`] uses it up.
#[derive(Debug)]
pub struct PreparedCopy {
    pub(super) file: OpenFile,
    pub(super) certifier_size: (f32, f32),
    pub(super) agency_size: (f32, f32),
}

/// Puts both empty signature fields in, in one revision before the first signature, and has both signatures rehearsed at `now`. What
/// was rehearsed begins with the bytes that will be signed; it is read back and checked: the pages are those of the scan by digest,
/// the statement page says number, book, day, certifier and agency, the file is PDF/A with its signatures.
///
/// # Errors
/// [`PrepareError`].
pub fn prepare(
    composed: ComposedCopy,
    expected_pages: &[Sha256],
    statement: &Statement,
    rehearsal: &Rehearsal,
    now: OffsetDateTime,
) -> Result<PreparedCopy, PrepareError> {
    let ComposedCopy { pdf: bare, certifier_field, agency_field, .. } = composed;
    let fields = [
        FieldSpec {
            name: CERTIFIER_FIELD.to_owned(),
            page: certifier_field.page,
            rect: certifier_field.rect,
            lock: FieldLock::None,
            description: Some(CERTIFIER_LABEL.to_owned()),
        },
        FieldSpec {
            name: AGENCY_FIELD.to_owned(),
            page: agency_field.page,
            rect: agency_field.rect,
            lock: FieldLock::All,
            description: Some(AGENCY_LABEL.to_owned()),
        },
    ];
    let mut file = OpenFile::read(bare)?.add_signature_fields(&fields)?;
    let document = rehearsal.of(&mut file, now)?;
    if page_digests_of(&document)? != expected_pages {
        return Err(PrepareError::OtherPages);
    }
    archival::check(&document)?;
    says(&document, statement)?;
    Ok(PreparedCopy { file, certifier_size: certifier_field.size(), agency_size: agency_field.size() })
}

/// Bytes that the text of a page may decode to.
const MOST_TEXT: usize = 16 << 20;

/// Whether the last page says all that the statement must say, white space aside: lines are broken where they must be.
fn says(document: &Document, statement: &Statement) -> Result<(), PrepareError> {
    let bare = |text: &str| nfc(text).chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let unsaid = |text: &str| {
        let text = bare(text);
        statement.essentials().into_iter().find(|wanted| !text.contains(&bare(wanted)))
    };
    let (last, page) = document.get_pages().into_iter().next_back().ok_or(PageDigestError::Unreadable)?;
    if text_of(document, page, MOST_TEXT).is_some_and(|text| unsaid(&text).is_none()) {
        return Ok(());
    }
    let text = document.extract_text_with_limit(&[last], MOST_TEXT).map_err(|_| PageDigestError::Unreadable)?;
    unsaid(&text).map_or(Ok(()), |missing| Err(PrepareError::OtherStatement(missing)))
}
