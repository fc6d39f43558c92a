//! A walk over every object of a PDF, for what a scan has no use for.
//!
//! All objects are looked at, also those that nothing refers to: an unreferenced script is one edit away from running.

use lopdf::{Dictionary, Document, Object};

use super::resolve;
use crate::error::{Active, ScanError};
use crate::limits::Limits;

pub(super) fn check(document: &Document, limits: &Limits) -> Result<(), ScanError> {
    let mut seen = Seen { signed: false, active: None };
    let trailer = Object::Dictionary(document.trailer.clone());
    for object in document.objects.values().chain([&trailer]) {
        seen.walk(document, object, limits.recursion)?;
    }
    // A signed file is told first: its owner is to verify it, whatever else it carries.
    if seen.signed {
        return Err(ScanError::AlreadySigned);
    }
    seen.active.map_or(Ok(()), |active| Err(ScanError::ActiveContent(active)))
}

struct Seen {
    signed: bool,
    active: Option<Active>,
}

impl Seen {
    fn walk(&mut self, document: &Document, object: &Object, depth: usize) -> Result<(), ScanError> {
        let Some(deeper) = depth.checked_sub(1) else {
            return Err(ScanError::TooComplex { what: "nesting of PDF objects" });
        };
        let dictionary = match object {
            Object::Array(items) => return items.iter().try_for_each(|item| self.walk(document, item, deeper)),
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &stream.dict,
            _ => return Ok(()),
        };
        self.signed = self.signed || is_signature(document, dictionary);
        self.active = [self.active, active(document, dictionary)].into_iter().flatten().min();
        dictionary.iter().try_for_each(|(_, value)| self.walk(document, value, deeper))
    }
}

/// A signature dictionary, or a signature field that has a value (12.7.4.5, 12.8.1).
fn is_signature(document: &Document, dictionary: &Dictionary) -> bool {
    let field = name(document, dictionary, b"FT") == Some(b"Sig".as_slice()) && dictionary.has(b"V");
    let value = dictionary.has(b"ByteRange") && dictionary.has(b"Contents");
    field || value
}

fn active(document: &Document, dictionary: &Dictionary) -> Option<Active> {
    by_action(document, dictionary).or_else(|| by_key(document, dictionary)).or_else(|| by_type(document, dictionary))
}

/// Action types of 12.6.4.
fn by_action(document: &Document, dictionary: &Dictionary) -> Option<Active> {
    match name(document, dictionary, b"S")? {
        b"JavaScript" => Some(Active::JavaScript),
        b"Launch" => Some(Active::Launch),
        b"SubmitForm" | b"ImportData" => Some(Active::SubmitOrImport),
        b"Rendition" | b"Movie" | b"Sound" | b"GoTo3DView" | b"RichMediaExecute" => Some(Active::RichMedia),
        b"GoToE" => Some(Active::EmbeddedFiles),
        _ => None,
    }
}

fn by_key(document: &Document, dictionary: &Dictionary) -> Option<Active> {
    let has = |key: &[u8]| dictionary.get(key).is_ok_and(|value| !resolve(document, value).is_null());
    if has(b"JS") || has(b"JavaScript") {
        Some(Active::JavaScript)
    } else if has(b"XFA") {
        Some(Active::Xfa)
    } else if has(b"AA") {
        Some(Active::AdditionalActions)
    } else if has(b"EmbeddedFiles") || has(b"EF") {
        Some(Active::EmbeddedFiles)
    } else if has(b"RichMedia") || has(b"RichMediaContent") {
        Some(Active::RichMedia)
    } else if opens_with_action(document, dictionary) {
        Some(Active::OpenAction)
    } else if has_fields(document, dictionary) || has(b"FT") {
        Some(Active::FormFields)
    } else {
        None
    }
}

fn by_type(document: &Document, dictionary: &Dictionary) -> Option<Active> {
    if name(document, dictionary, b"Type") == Some(b"EmbeddedFile".as_slice()) {
        return Some(Active::EmbeddedFiles);
    }
    match name(document, dictionary, b"Subtype")? {
        b"RichMedia" | b"Movie" | b"Sound" | b"Screen" | b"3D" => Some(Active::RichMedia),
        b"FileAttachment" => Some(Active::EmbeddedFiles),
        b"Widget" => Some(Active::FormFields),
        _ => None,
    }
}

/// An array or a name is a destination; a dictionary is an action.
fn opens_with_action(document: &Document, dictionary: &Dictionary) -> bool {
    dictionary.get(b"OpenAction").is_ok_and(|value| matches!(resolve(document, value), Object::Dictionary(_)))
}

fn has_fields(document: &Document, dictionary: &Dictionary) -> bool {
    let form = dictionary.get(b"AcroForm").map(|form| resolve(document, form)).and_then(Object::as_dict);
    let fields = form.and_then(|form| form.get(b"Fields")).map(|fields| resolve(document, fields));
    fields.and_then(Object::as_array).is_ok_and(|fields| !fields.is_empty())
}

fn name<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
    dictionary.get(key).ok().and_then(|value| resolve(document, value).as_name().ok())
}
