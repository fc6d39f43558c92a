//! PDF, as far as a scanner needs it: pages that each show one full-page image, and nothing else.
//!
//! Nothing of an uploaded PDF's object tree goes into a copy: the pixels (or the JPEG stream) of each page are taken
//! out, and the rest is thrown away. The gate is therefore strict about anything that could make the page look
//! different from that one image, or make the file do something:
//!
//! 1. `lopdf` loads it within limits, and repairs a cross-reference table that leads nowhere; encryption is refused
//!    (ISO 32000-1, 7.6).
//! 2. every object is walked: signatures, scripts, actions, attachments, forms are refused (`graph`).
//! 3. `pdf`, a parser that shares no code with the first, must read the same pages (`agree`).
//! 4. each page's content stream is followed (`content`): one image over the whole page, or several edge to edge (`tiles`).
//! 5. the images' own streams are taken out (`picture`, `colour`).
//! 6. a page with more than images on it is drawn (`render`), and says so.
//!
//! An open action that is a mere destination (which page to show first) is no action by 12.6 and is let through.

mod agree;
mod colour;
mod content;
mod graph;
mod matrix;
mod picture;
mod render;
mod tiles;

use std::borrow::Cow;

use lopdf::xref::{XrefEntry, XrefRecovery};
use lopdf::{Document, LoadOptions, Object};

use crate::error::ScanError;
use crate::limits::Limits;
use crate::open::{Page, check_size, guarded};
use content::Shown;
use picture::Trouble;
use render::Canvas;
use tiles::Tiles;

pub(crate) fn pages(bytes: &[u8], limits: &Limits) -> Result<Vec<Page>, ScanError> {
    guarded(|| {
        let document = load(bytes, limits)?;
        graph::check(&document, limits)?;
        let ids: Vec<_> = document.page_iter().take(limits.pages.saturating_add(1)).collect();
        if ids.len() > limits.pages {
            return Err(ScanError::TooManyPages { limit: limits.pages });
        }
        let bytes = repaired(&document, bytes)?;
        agree::check(&document, &bytes, &ids, limits)?;
        let shown = ids.iter().zip(1..).map(|(&id, number)| content::shown(&document, id, number, limits));
        let shown = shown.collect::<Result<Vec<_>, ScanError>>()?;
        let mut spent = 0;
        let mut ways = Vec::with_capacity(shown.len());
        for page in &shown {
            let way = Way::of(&document, page)?;
            spent = check_size(page.page, way.size(), spent, limits)?;
            ways.push(way);
        }
        take(&document, &bytes, &shown, &ways, limits)
    })
}

/// How a page becomes pixels.
enum Way<'a> {
    Tiles(Tiles<'a>),
    Drawn(Canvas, String),
}

impl<'a> Way<'a> {
    fn of(document: &'a Document, shown: &Shown<'a>) -> Result<Self, ScanError> {
        match Tiles::of(document, shown) {
            Ok(tiles) => Ok(Self::Tiles(tiles)),
            Err(Trouble::Rendered(why)) => Ok(Self::Drawn(render::canvas(document, shown)?, why)),
            Err(Trouble::Refused(error)) => Err(error),
        }
    }

    fn size(&self) -> (u32, u32) {
        match self {
            Self::Tiles(tiles) => tiles.size,
            Self::Drawn(canvas, _) => canvas.size,
        }
    }
}

fn take(document: &Document, bytes: &[u8], shown: &[Shown<'_>], ways: &[Way<'_>], limits: &Limits) -> Result<Vec<Page>, ScanError> {
    let mut drawing = None;
    let mut pages = Vec::with_capacity(shown.len());
    for (page, way) in shown.iter().zip(ways) {
        pages.push(match way {
            Way::Tiles(tiles) => tiles.page(document, page, limits)?,
            Way::Drawn(canvas, why) => {
                let pdf = match drawing.take() {
                    Some(pdf) => pdf,
                    None => {
                        render::bounded(document, limits)?;
                        render::parse(bytes, shown.len())?
                    }
                };
                let drawn = render::page(&pdf, page, *canvas, why)?;
                drawing = Some(pdf);
                drawn
            }
        });
    }
    Ok(pages)
}

fn load(bytes: &[u8], limits: &Limits) -> Result<Document, ScanError> {
    let options = LoadOptions { max_decompressed_size: Some(limits.decompressed_bytes), strict: false, ..LoadOptions::default() };
    let mut document = Document::load_mem_with_options(bytes, options.clone()).map_err(refusal)?;
    if leads_astray(&document) {
        document = Document::load_mem_with_options(bytes, LoadOptions { force_reconstruct: true, ..options }).map_err(refusal)?;
    }
    if document.trailer.has(b"Encrypt") || document.is_encrypted() || document.was_encrypted() {
        return Err(ScanError::Encrypted);
    }
    if document.objects.len() > limits.pdf_objects {
        return Err(ScanError::TooComplex { what: "objects of a PDF" });
    }
    Ok(document)
}

/// Whether the cross-reference table names places at which its objects are not.
fn leads_astray(document: &Document) -> bool {
    document.xref_recovery != Some(XrefRecovery::Reconstructed)
        && document.reference_table.entries.iter().any(|(&number, entry)| match *entry {
            XrefEntry::Normal { generation, .. } => !document.objects.contains_key(&(number, generation)),
            _ => false,
        })
}

fn refusal(error: lopdf::Error) -> ScanError {
    match error {
        lopdf::Error::Decryption(_) | lopdf::Error::InvalidPassword | lopdf::Error::UnsupportedSecurityHandler(_) => ScanError::Encrypted,
        lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => {
            ScanError::TooComplex { what: "inflated bytes of a PDF" }
        }
        other => ScanError::damaged(other.to_string()),
    }
}

/// The file with a cross-reference table that leads to its objects: as it came, or written anew where `lopdf` had to search
/// for them, or where the trailer counts fewer than there are (as one tool that unites files leaves it).
fn repaired<'a>(document: &Document, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, ScanError> {
    let size = document.trailer.get(b"Size").and_then(Object::as_i64).unwrap_or(0);
    let largest = document.objects.keys().next_back().map_or(0, |id| i64::from(id.0));
    if document.xref_recovery.is_none() && largest < size {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut written = Vec::new();
    document.clone().save_to(&mut written).map_err(|error| ScanError::damaged(error.to_string()))?;
    Ok(Cow::Owned(written))
}

/// Follows references, a bounded number of times.
fn resolve<'a>(document: &'a Document, object: &'a Object) -> &'a Object {
    document.dereference(object).map_or(&Object::Null, |(_, found)| found)
}
