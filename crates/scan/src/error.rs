//! What can be wrong with a file. Each variant has one stable meaning; texts and advice for people live elsewhere.

use thiserror::Error;

/// Why a file was not turned into pages.
///
/// Page numbers count from 1, as people count them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ScanError {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// More bytes than the limit.
    #[error("the file has {bytes} bytes, more than {limit}")]
    FileTooLarge {
        /// Size of the file.
        bytes: u64,
        /// The bound.
        limit: u64,
    },
    /// Not JPEG, PNG, TIFF or PDF by content.
    #[error("the content is not JPEG, PNG, TIFF or PDF")]
    UnsupportedFormat,
    /// The right format, in a coding that is not read here (an arithmetic JPEG, a JPEG 2000 image in a PDF).
    #[error("page {page} is coded in a way that is not read: {coding}")]
    UnsupportedCoding {
        /// The page.
        page: usize,
        /// The coding, in the words of its standard.
        coding: String,
    },
    /// Truncated, or broken in a way that leaves pixels in doubt.
    #[error("the file is damaged: {what}")]
    Damaged {
        /// What was found broken.
        what: String,
    },
    /// More pages than the limit.
    #[error("the file has more than {limit} pages")]
    TooManyPages {
        /// The bound.
        limit: usize,
    },
    /// A well-formed file without a page.
    #[error("the file has no pages")]
    NoPages,
    /// An image is larger than the limit.
    #[error("page {page} has {width} x {height} pixels, more than {limit} together")]
    ImageTooLarge {
        /// The page.
        page: usize,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The bound in pixels.
        limit: u64,
    },
    /// All pages together are larger than the limit.
    #[error("the pages have more than {limit} pixels together")]
    TooManyPixels {
        /// The bound.
        limit: u64,
    },
    /// Some other bound was passed: inflated bytes, objects, nesting, scans.
    #[error("the file asks for too much: {what}")]
    TooComplex {
        /// Which bound.
        what: &'static str,
    },
    /// A PDF that is encrypted, with or without a password.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// A PDF that can do something, or carries something, beside its pages.
    #[error("the PDF carries {0}")]
    ActiveContent(Active),
    /// A PDF that somebody has signed: to be verified, not certified.
    #[error("the PDF is already signed")]
    AlreadySigned,
    /// A PDF page that is more, or less, than one full-page image.
    #[error("page {page} is not a scan: {why}")]
    PageNotAScan {
        /// The page.
        page: usize,
        /// What stands on it.
        why: String,
    },
    /// Two parsers disagree on what the PDF says.
    #[error("the PDF can be read in two ways: {what}")]
    Ambiguous {
        /// What they disagree on.
        what: String,
    },
}

impl ScanError {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

/// What a PDF carries beside its pages (ISO 32000-1, 12.6, 12.7, 7.11.4), the gravest first: of several, the first is
/// told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Error)]
#[non_exhaustive]
pub enum Active {
    /// A script.
    #[error("JavaScript")]
    JavaScript,
    /// An action that starts a program.
    #[error("a launch action")]
    Launch,
    /// Files inside the file.
    #[error("embedded files")]
    EmbeddedFiles,
    /// Sound, film, 3D.
    #[error("rich media")]
    RichMedia,
    /// An action that sends or fetches data.
    #[error("an action that sends or imports data")]
    SubmitOrImport,
    /// An XML form.
    #[error("an XFA form")]
    Xfa,
    /// Actions that run on events.
    #[error("additional actions")]
    AdditionalActions,
    /// An action that runs when the file is opened.
    #[error("an open action")]
    OpenAction,
    /// Form fields.
    #[error("form fields")]
    FormFields,
}
