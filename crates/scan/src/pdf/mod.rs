//! PDF, as far as a scanner needs it: pages that each show one full-page image, and nothing else.
//!
//! Nothing of an uploaded PDF's object tree goes into a copy: the pixels (or the JPEG stream) of each page are taken
//! out, and the rest is thrown away. The gate is therefore strict about anything that could make the page look
//! different from that one image, or make the file do something:
//!
//! 1. `lopdf` loads it within limits; encryption is refused (ISO 32000-1, 7.6).
//! 2. every object is walked: signatures, scripts, actions, attachments, forms are refused (`graph`).
//! 3. `pdf`, a parser that shares no code with the first, must see the same number of pages.
//! 4. each page's content stream is followed (`content`): one image, drawn once, over the whole page.
//! 5. the image's own stream is taken out (`picture`).
//!
//! An open action that is a mere destination (which page to show first) is no action by 12.6 and is let through.

mod content;
mod graph;
mod picture;

use lopdf::{Document, LoadOptions, Object};

use crate::error::ScanError;
use crate::limits::Limits;
use crate::open::{Page, check_size, guarded};

pub(crate) fn pages(bytes: &[u8], limits: &Limits) -> Result<Vec<Page>, ScanError> {
    guarded(|| {
        let document = load(bytes, limits)?;
        graph::check(&document, limits)?;
        let ids: Vec<_> = document.page_iter().take(limits.pages.saturating_add(1)).collect();
        if ids.len() > limits.pages {
            return Err(ScanError::TooManyPages { limit: limits.pages });
        }
        second_opinion(bytes, ids.len())?;
        let mut placed = Vec::with_capacity(ids.len());
        let mut spent = 0;
        for (index, id) in ids.into_iter().enumerate() {
            let placement = content::placement(&document, id, index.saturating_add(1), limits)?;
            spent = check_size(index.saturating_add(1), picture::size(&document, &placement)?, spent, limits)?;
            placed.push(placement);
        }
        placed.iter().map(|placement| picture::page(&document, placement, limits)).collect()
    })
}

fn load(bytes: &[u8], limits: &Limits) -> Result<Document, ScanError> {
    let options = LoadOptions { max_decompressed_size: Some(limits.decompressed_bytes), strict: false, ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(refusal)?;
    if document.trailer.has(b"Encrypt") || document.is_encrypted() || document.was_encrypted() {
        return Err(ScanError::Encrypted);
    }
    if document.objects.len() > limits.pdf_objects {
        return Err(ScanError::TooComplex { what: "objects of a PDF" });
    }
    Ok(document)
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

/// A file that two parsers read differently shows one thing to the machine and another to people.
fn second_opinion(bytes: &[u8], expected: usize) -> Result<(), ScanError> {
    let file = pdf::file::FileOptions::uncached()
        .parse_options(pdf::object::ParseOptions::tolerant())
        .load(bytes)
        .map_err(|error| ScanError::damaged(error.to_string()))?;
    let seen = usize::try_from(file.num_pages()).unwrap_or(usize::MAX);
    if seen == expected { Ok(()) } else { Err(ScanError::Ambiguous { what: format!("{expected} or {seen} pages") }) }
}

/// Follows references, a bounded number of times.
fn resolve<'a>(document: &'a Document, object: &'a Object) -> &'a Object {
    document.dereference(object).map_or(&Object::Null, |(_, found)| found)
}
