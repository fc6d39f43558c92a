//! Who inspects: a port, so that hostile bytes are opened where they can do no harm.
//!
//! The service has a pool of sandboxed workers behind it (`crate::worker`); inside of a worker, and where nothing is
//! protected, stands [`Direct`].

use bansao_scan::{Original, Page, RgbImage, canonical_pixels};
use bytes::Bytes;
use thiserror::Error;
use time::Date;

use super::evidence::{Preview, previews};
use super::forms::FormSet;
use super::print::{ExpectedPrint, PrintComparison, PrintSymbol, compare, symbols};
use super::read::Reader;
use super::{InspectionReport, inspect, open};
use crate::finding::Finding;
use crate::limits::Limits;
use crate::record::{Kind, Sha256};

/// Inspects submissions, and takes the pages of their scans out for the copy.
///
/// Both calls block, may be made from several threads at once, and end within the submission's deadline plus the wait for
/// a free worker. Two calls with the same files see the same pages.
pub trait Inspector: Send + Sync {
    /// Inspects the files of one submission.
    ///
    /// # Errors
    /// [`InspectorUnavailable`] when the work could not be begun. What a submission does to whoever inspects it is a
    /// finding in the report.
    fn inspect(&self, files: &[Bytes], declared: Option<&Kind>, today: Date) -> Result<InspectionReport, InspectorUnavailable>;

    /// The pages of the files, in order, as they were received.
    ///
    /// # Errors
    /// [`PagesError`].
    fn pages(&self, files: &[Bytes]) -> Result<Vec<ScannedPage>, PagesError>;

    /// The pages made small, for an officer to look at.
    ///
    /// # Errors
    /// [`PagesError`].
    fn previews(&self, files: &[Bytes]) -> Result<Vec<Preview>, PagesError>;

    /// The QR symbols in pictures of a print.
    ///
    /// # Errors
    /// [`PagesError`].
    fn symbols(&self, files: &[Bytes]) -> Result<Vec<PrintSymbol>, PagesError>;

    /// Pictures of one print compared with what it should state.
    ///
    /// # Errors
    /// [`PagesError`].
    fn compare(&self, files: &[Bytes], originals: &[Bytes], expected: &ExpectedPrint) -> Result<PrintComparison, PagesError>;
}

/// Nobody is there to inspect; the same call may succeed later.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no worker inspects: {0}")]
pub struct InspectorUnavailable(pub String);

/// The pages were not taken out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PagesError {
    /// Nobody is there to do it.
    #[error(transparent)]
    Unavailable(#[from] InspectorUnavailable),
    /// The files are no pages, or cost too much.
    #[error("{}: {}", .0.code.as_str(), .0.seen.as_deref().unwrap_or_default())]
    Scan(Finding),
}

/// One page of a scan as it was received.
#[derive(Clone, PartialEq, Eq)]
pub struct ScannedPage {
    /// What of it goes into the copy.
    pub content: ScannedContent,
    /// SHA-256 of the page's pixels, upright (`bansao_scan` canonical pixels): what [`super::PageReport`] names.
    pub pixels_sha256: Sha256,
}

/// What of a page goes into the copy.
#[derive(Clone, PartialEq, Eq)]
pub enum ScannedContent {
    /// A JPEG stream, to be embedded as it is.
    Jpeg {
        /// The stream.
        bytes: Vec<u8>,
        /// How it must be turned to stand upright: the Exif orientation, 1 to 8.
        orientation: u8,
    },
    /// Upright pixels, three bytes each, rows from the top.
    Rgb {
        /// `3 × width × height` bytes.
        pixels: Vec<u8>,
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
}

/// Pages of a citizen's paper stay out of logs.
impl std::fmt::Debug for ScannedPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.content {
            ScannedContent::Jpeg { bytes, .. } => write!(f, "ScannedPage(JPEG, {} bytes)", bytes.len()),
            ScannedContent::Rgb { width, height, .. } => write!(f, "ScannedPage({width} x {height})"),
        }
    }
}

impl ScannedPage {
    pub(crate) fn of(page: Page) -> Self {
        let pixels_sha256 = Sha256::of(&canonical_pixels(&page.image));
        let content = match page.original {
            Original::Jpeg(bytes) => ScannedContent::Jpeg { bytes, orientation: page.orientation.to_exif() },
            Original::Raster => {
                let (width, height) = page.image.dimensions();
                ScannedContent::Rgb { pixels: page.image.into_raw(), width, height }
            }
        };
        Self { content, pixels_sha256 }
    }

    /// The same with its digest computed from the pixels, where they are here; of a JPEG the stated one stands, for
    /// telling its pixels would mean to decode it.
    #[must_use]
    pub fn with_own_digest(self) -> Option<Self> {
        match self.content {
            ScannedContent::Jpeg { .. } => Some(self),
            ScannedContent::Rgb { pixels, width, height } => {
                let image = RgbImage::from_raw(width, height, pixels)?;
                let pixels_sha256 = Sha256::of(&canonical_pixels(&image));
                Some(Self { content: ScannedContent::Rgb { pixels: image.into_raw(), width, height }, pixels_sha256 })
            }
        }
    }
}

/// Inspects in this process: what hostile bytes do, they do here.
pub struct Direct<R> {
    /// Forms to recognise.
    pub forms: FormSet,
    /// Reads print.
    pub reader: R,
    /// Bounds.
    pub limits: Limits,
}

impl<R: Reader> Inspector for Direct<R> {
    fn inspect(&self, files: &[Bytes], declared: Option<&Kind>, today: Date) -> Result<InspectionReport, InspectorUnavailable> {
        let files: Vec<Vec<u8>> = files.iter().map(|bytes| bytes.to_vec()).collect();
        Ok(inspect(&files, declared, &self.forms, &self.reader, &self.limits, today))
    }

    fn pages(&self, files: &[Bytes]) -> Result<Vec<ScannedPage>, PagesError> {
        let files: Vec<Vec<u8>> = files.iter().map(|bytes| bytes.to_vec()).collect();
        let pages = open(&files, &self.limits).map_err(PagesError::Scan)?;
        Ok(pages.into_iter().map(|(_, page)| ScannedPage::of(page)).collect())
    }

    fn previews(&self, files: &[Bytes]) -> Result<Vec<Preview>, PagesError> {
        let files: Vec<Vec<u8>> = files.iter().map(|bytes| bytes.to_vec()).collect();
        previews(&files, &self.limits).map_err(PagesError::Scan)
    }

    fn symbols(&self, files: &[Bytes]) -> Result<Vec<PrintSymbol>, PagesError> {
        let files: Vec<Vec<u8>> = files.iter().map(|bytes| bytes.to_vec()).collect();
        symbols(&files, &self.limits).map_err(PagesError::Scan)
    }

    fn compare(&self, files: &[Bytes], originals: &[Bytes], expected: &ExpectedPrint) -> Result<PrintComparison, PagesError> {
        let [files, originals] = [files, originals].map(|files| files.iter().map(|bytes| bytes.to_vec()).collect::<Vec<_>>());
        compare(&files, &originals, expected, &self.forms, &self.reader, &self.limits).map_err(PagesError::Scan)
    }
}
