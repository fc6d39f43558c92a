//! What inspection yields: everything that the machine saw on one submission.

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Region};
use crate::record::{FieldId, Kind, Sha256};

/// Version of the checks, for the audit trail.
const VERSION: &str = concat!("bansao-inspect/", env!("CARGO_PKG_VERSION"));

/// The result of inspecting one submission. Personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InspectionReport {
    /// The kind seen, if one was recognised.
    pub kind: Option<Kind>,
    /// The form variant seen, by its id in the form set.
    pub form: Option<String>,
    /// The pages, in order over all files.
    pub pages: Vec<PageReport>,
    /// The fields that the form asks for and that were found on the paper.
    pub fields: Vec<Field>,
    /// Everything noticed.
    pub findings: Vec<Finding>,
    /// Version of the form set and of the checks, for the audit trail.
    pub inspector: String,
}

impl InspectionReport {
    /// A report of nothing yet, by `reader`.
    pub(crate) fn begun(reader: &str) -> Self {
        Self {
            kind: None,
            form: None,
            pages: Vec::new(),
            fields: Vec::new(),
            findings: Vec::new(),
            inspector: format!("{VERSION} {reader}"),
        }
    }

    /// The value of a field as corrected by what is known, if it was read.
    pub fn value(&self, id: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.id == id).map(|field| field.value.as_str())
    }
}

/// One page as received.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageReport {
    /// File of the submission that holds it, from 0.
    pub file: usize,
    /// SHA-256 of the page's pixels as received (`bansao_scan` canonical pixels).
    pub pixels_sha256: Sha256,
    /// The JPEG that goes into the copy as it is, of a page that has one.
    #[serde(default)]
    pub jpeg: Option<PageJpeg>,
    /// Width and height, pixels.
    pub size_px: (u32, u32),
    /// Resolution that the page was taken at, dots per inch.
    pub dpi: f32,
    /// Skew, degrees, counter-clockwise positive.
    pub skew_degrees: f32,
    /// Perceptual fingerprint, 64 hexadecimal digits; none for a page without print.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// Words that were read, for the invisible text layer of the copy.
    pub words: Vec<Word>,
}

/// The JPEG of a page: whoever has a file of this digest has the page that was inspected, and need not decode it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageJpeg {
    /// SHA-256 of the stream, from its first marker to its last.
    pub sha256: Sha256,
    /// How it must be turned to stand upright: the Exif orientation, 1 to 8.
    pub orientation: u8,
}

/// One word that was read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The text, NFC.
    pub text: String,
    /// Its place on the page as received.
    pub region: Region,
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Word")
    }
}

/// One field that was found.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its id (domain reference, section 2).
    pub id: FieldId,
    /// The value in its normal form, corrected by what is known.
    pub value: String,
    /// What the engine read, uncorrected.
    pub printed: String,
    /// Confidence, 0 to 1.
    pub confidence: f32,
    /// Page, from 0.
    pub page: usize,
    /// Place on the page as received.
    pub region: Option<Region>,
    /// Where the value comes from.
    pub source: FieldSource,
    /// Other values that some reading of it gave: what an officer chooses from when it is not sure.
    #[serde(default)]
    pub alternatives: Vec<String>,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Field({} {:.2})", self.id, self.confidence)
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldSource {
    /// Read from the picture.
    Ocr,
    /// Decoded from a QR code on the paper.
    Qr,
    /// Decoded from a barcode on the paper.
    Barcode,
    /// Taken from the source register.
    Register,
    /// Entered by an officer.
    Officer,
}
