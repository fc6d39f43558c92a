//! Composition of a copy: PDF/A-2u (ISO 19005-2) made from page images, words and statement data; the same content gives the same bytes.
//!
//! Pages in order: each scan page in its own size at 100 %, its image unaltered (a JPEG's bytes go in as they are), the recognised
//! words beneath the image, where they are found and never seen; then the certification statement with the QR symbol. The mark
//! of conversion stands in the margin of each scan page; what else must stand on page 1 is the agency's signature appearance
//! ([`appearances`]), an annotation. The file is tagged (PDF/UA-1): what was read, pictures with their descriptions, headings.
//!
//! Not here: signature fields and signatures (`bansao-pades`), the token's content (`bansao-credential`), any clock or key.

mod appearance;
mod book;
mod document;
mod fonts;
mod qr;
mod scan_page;
mod statement;
mod statement_page;
mod structure;
mod typeset;
mod unhinted;

#[cfg(test)]
pub(super) mod tests;

use std::sync::Arc;

use krilla::tagging::TagTree;
use thiserror::Error;
use time::OffsetDateTime;

use crate::inspect::Word;
use crate::record::{Sha256, printable};

pub use appearance::{AppearanceProfile, Shown, SignatureRole, appearances};
pub use book::{BookContent, compose_book};
pub use fonts::{FontError, FontPaths, Fonts};
pub use statement::{Statement, Template, TemplateError, Templates};

/// Everything that a copy is made of.
#[derive(Debug, Clone)]
pub struct CopyContent {
    /// The scan pages, in order; at least one.
    pub pages: Vec<PageContent>,
    /// What the certification statement says.
    pub statement: Statement,
    /// The content of the QR symbol: `address#TOKEN`.
    pub qr_text: String,
    /// The document's title, for readers and XMP.
    pub title: String,
    /// When the copy is made; stands on the statement page and in the metadata.
    pub created_at: OffsetDateTime,
    /// What makes this document's `/ID` and XMP identifier: unique bytes such as the copy's id.
    pub document_id: Vec<u8>,
}

/// One scan page.
#[derive(Clone)]
pub struct PageContent {
    /// The image.
    pub image: PageImage,
    /// Its resolution, dots per inch: gives the page its size.
    pub dpi: f32,
    /// What was read on it, in reading order; places are on the upright page.
    pub words: Vec<Word>,
}

impl std::fmt::Debug for PageContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PageContent({} words)", self.words.len())
    }
}

/// The image of a scan page.
#[derive(Clone)]
pub enum PageImage {
    /// A JPEG file, grey or colour; goes into the copy byte for byte. Only its headers are read here: whoever made this value has
    /// decoded the whole image.
    Jpeg {
        /// The file.
        bytes: Arc<Vec<u8>>,
        /// How the image must be turned to stand upright: the Exif orientation, 1 to 8.
        orientation: u8,
    },
    /// Upright pixels, three bytes each, rows from the top; go into the copy without loss.
    Rgb {
        /// `3 × width × height` bytes.
        pixels: Arc<Vec<u8>>,
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
}

impl PageImage {
    /// Its digest as it goes into the copy: of a JPEG's bytes, of other images' samples ([`crate::anatomy`]).
    pub fn digest(&self) -> Sha256 {
        match self {
            Self::Jpeg { bytes, .. } => Sha256::of(bytes),
            Self::Rgb { pixels, .. } => Sha256::of(pixels),
        }
    }
}

/// A composed copy, not yet signed.
#[derive(Clone)]
pub struct ComposedCopy {
    /// The PDF/A.
    pub pdf: Vec<u8>,
    /// Where the certifier's signature field goes: on the statement page.
    pub certifier_field: FieldPlace,
    /// Where the agency's goes: top right on page 1.
    pub agency_field: FieldPlace,
    /// Version of the QR symbol, 1 to 40.
    pub qr_version: u8,
    /// Its quality level, `Q` or `M`.
    pub qr_level: char,
}

/// A rectangle on a page of the PDF.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldPlace {
    /// The page, from 0.
    pub page: usize,
    /// Left, bottom, right, top in points from the bottom left of the page: the widget's `/Rect`.
    pub rect: [f32; 4],
}

impl FieldPlace {
    /// Width and height, points: the size that [`appearances`] takes.
    pub fn size(&self) -> (f32, f32) {
        let [left, bottom, right, top] = self.rect;
        (right - left, top - bottom)
    }
}

/// A copy cannot be composed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// There is no scan page.
    #[error("there is no page to copy")]
    NoPages,
    /// The image of a page, from 0, cannot go into a PDF/A.
    #[error("the image of page {page} cannot be used: {reason}")]
    Image {
        /// Which page.
        page: usize,
        /// What the decoder says.
        reason: String,
    },
    /// A page, from 0, would be smaller than 10 mm or larger than 5 m.
    #[error("page {page} would be {width_mm} × {height_mm} mm")]
    PageSize {
        /// Which page.
        page: usize,
        /// Its width.
        width_mm: u32,
        /// Its height.
        height_mm: u32,
    },
    /// The template is not the one for the day of the certification.
    #[error("the template {0} is not in force on the day of the certification")]
    TemplateNotInForce(String),
    /// A text holds a character that the fonts do not have.
    #[error("the fonts have no glyph for {0:?}")]
    NoGlyph(char),
    /// A text is too long for its place even at the smallest size.
    #[error("{0:?}… does not fit in its place")]
    DoesNotFit(String),
    /// The content of the QR symbol is too long to be printed readably.
    #[error("the QR symbol would be too dense")]
    QrTooLong,
    /// The time of creation is not in the years 1 to 9999.
    #[error("the time of creation cannot be written")]
    Time,
    /// The PDF/A rules are broken, or a font cannot be embedded.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

/// Composes the copy.
///
/// # Errors
/// [`ComposeError`]: no page, an unusable image or size, a text that cannot be printed in its place.
pub fn compose(content: &CopyContent, fonts: &Fonts) -> Result<ComposedCopy, ComposeError> {
    let statement = &content.statement;
    if !statement.template.is_in_force(statement.date) {
        return Err(ComposeError::TemplateNotInForce(statement.template.id.clone()));
    }
    let mut scans = Vec::with_capacity(content.pages.len());
    for (page, scan) in content.pages.iter().enumerate() {
        scans.push(scan_page::prepare(page, scan)?);
    }
    let first = scans.first().ok_or(ComposeError::NoPages)?;
    let agency_field = appearance::agency_place(first.size());
    let symbol = qr::Symbol::encode(&content.qr_text)?;
    let mut document = document::start_tagged();
    let mut structure = TagTree::new().with_lang(Some(document::LANGUAGE.to_owned()));
    for ((page, scan), words) in scans.into_iter().enumerate().zip(content.pages.iter().map(|page| &page.words)) {
        structure.push(scan.draw(&mut document, words, remarks(content, page), fonts)?);
    }
    let (certifier_rect, said) = statement_page::draw(&mut document, content, &symbol, fonts)?;
    structure.push(said);
    document.set_tag_tree(structure);
    document::describe(&mut document, content)?;
    let pdf = document::finish(document)?;
    let (qr_version, qr_level) = symbol.version_and_level();
    let certifier_field = FieldPlace { page: content.pages.len(), rect: certifier_rect };
    Ok(ComposedCopy { pdf, certifier_field, agency_field, qr_version, qr_level })
}

/// The mark of conversion as it stands on a scan page (from 0), and the description of its picture.
fn remarks(content: &CopyContent, page: usize) -> scan_page::Remarks {
    let (text, pages) = (&content.statement.template.text, content.pages.len());
    let values = statement::Values { statement: &content.statement, pages, created_at: content.created_at, signed_at: content.created_at };
    let place = format!("Trang {}/{pages}", page + 1);
    let mark = [text.conversion_mark.clone(), values.fill(&text.number), values.fill(&text.book), place.clone()].join(" · ");
    let description = format!("{place}. Ảnh chụp bản chính: {}", printable(&content.statement.kind_label));
    scan_page::Remarks { page, mark, description }
}
