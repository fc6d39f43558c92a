//! PDF/A-2u read back from bytes: the rules of ISO 19005-2 that composing, fields, signatures and stores could break.
//!
//! Not a validator of PDF/A: of colour it sees output intent and images, of fonts that they are embedded and have characters. It is
//! a second reading, by another library than the one that wrote the file, before and after signing (`docs/COMPLIANCE/PDFA.md`).

use lopdf::{Dictionary, Document, Object};
use thiserror::Error;

use crate::anatomy::read_copy;

/// A rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("ISO 19005-2, {clause}: {what}")]
pub struct ArchivalFault {
    /// The clause.
    pub clause: &'static str,
    /// What is wrong.
    pub what: String,
}

fn fault(clause: &'static str, what: impl Into<String>) -> ArchivalFault {
    ArchivalFault { clause, what: what.into() }
}

/// Bytes that the metadata may decode to.
const MOST_METADATA: usize = 1 << 20;
/// Invisible, Hidden, NoView, ToggleNoView (ISO 32000-1, table 165).
const HIDING: i64 = 1 | 2 | 32 | 256;
const PRINT: i64 = 4;

/// Checks a whole file.
///
/// # Errors
/// The first [`ArchivalFault`] that is met.
pub fn check_archival(pdf: &[u8]) -> Result<(), ArchivalFault> {
    check(&read_copy(pdf).map_err(|error| fault("6.1", error.to_string()))?)
}

/// The same of a file that was read.
///
/// # Errors
/// The first [`ArchivalFault`] that is met.
pub fn check(document: &Document) -> Result<(), ArchivalFault> {
    trailer(document)?;
    let catalog = document.catalog().map_err(|error| fault("6.1", error.to_string()))?;
    output_intent(document, catalog)?;
    metadata(document, catalog)?;
    for key in [&b"OpenAction"[..], b"AA", b"OCProperties", b"Requirements", b"Collection"] {
        refuse(catalog, key, "6.5")?;
    }
    if let Ok(names) = catalog.get_deref(b"Names", document).and_then(Object::as_dict) {
        ["JavaScript", "EmbeddedFiles", "AlternatePresentations"].iter().try_for_each(|key| refuse(names, key.as_bytes(), "6.5"))?;
    }
    if let Ok(form) = catalog.get_deref(b"AcroForm", document).and_then(Object::as_dict) {
        refuse(form, b"XFA", "6.4.2")?;
        refuse(form, b"NeedAppearances", "6.4.1")?;
    }
    document.objects.values().try_for_each(|object| one(document, object))
}

fn refuse(dictionary: &Dictionary, key: &[u8], clause: &'static str) -> Result<(), ArchivalFault> {
    if dictionary.has(key) { Err(fault(clause, format!("/{}", String::from_utf8_lossy(key)))) } else { Ok(()) }
}

fn trailer(document: &Document) -> Result<(), ArchivalFault> {
    refuse(&document.trailer, b"Encrypt", "6.1.3")?;
    let identifiers = document.trailer.get(b"ID").and_then(Object::as_array).map_err(|_| fault("6.1.3", "no identifiers"))?;
    let good = identifiers.len() == 2 && identifiers.iter().all(|one| one.as_str().is_ok_and(|bytes| !bytes.is_empty()));
    if good { Ok(()) } else { Err(fault("6.1.3", "identifiers")) }
}

fn output_intent(document: &Document, catalog: &Dictionary) -> Result<(), ArchivalFault> {
    let missing = || fault("6.2.3", "no output intent with a profile");
    let intents = catalog.get_deref(b"OutputIntents", document).and_then(Object::as_array).map_err(|_| missing())?;
    let intents = intents.iter().filter_map(|intent| document.dereference(intent).ok()?.1.as_dict().ok());
    let archival = |intent: &Dictionary| {
        is(intent, b"S", b"GTS_PDFA1") && intent.get_deref(b"DestOutputProfile", document).and_then(Object::as_stream).is_ok()
    };
    if intents.into_iter().any(archival) { Ok(()) } else { Err(missing()) }
}

fn metadata(document: &Document, catalog: &Dictionary) -> Result<(), ArchivalFault> {
    let stream = catalog.get_deref(b"Metadata", document).and_then(Object::as_stream).map_err(|_| fault("6.6.2", "no metadata"))?;
    refuse(&stream.dict, b"Filter", "6.6.2")?;
    let xmp = stream.get_plain_content_with_limit(MOST_METADATA).map_err(|error| fault("6.6.2", error.to_string()))?;
    let says = |wanted: &[u8]| xmp.windows(wanted.len()).any(|part| part == wanted);
    let identified = says(b"<pdfaid:part>2</pdfaid:part>") && says(b"<pdfaid:conformance>U</pdfaid:conformance>");
    if identified { Ok(()) } else { Err(fault("6.6.4", "the metadata do not say PDF/A-2u")) }
}

/// One object, whatever it is.
fn one(document: &Document, object: &Object) -> Result<(), ArchivalFault> {
    if let Ok(stream) = object.as_stream() {
        refuse(&stream.dict, b"F", "6.1.7.1")?;
        if stream.filters().is_ok_and(|filters| filters.iter().any(|filter| matches!(*filter, b"LZWDecode" | b"Crypt"))) {
            return Err(fault("6.1.7.2", "a filter"));
        }
    }
    let dictionary = match object {
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => &stream.dict,
        _ => return Ok(()),
    };
    if is(dictionary, b"Subtype", b"Image") && dictionary.get(b"Interpolate").and_then(Object::as_bool).unwrap_or_default() {
        return Err(fault("6.2.8", "/Interpolate"));
    }
    if is(dictionary, b"Type", b"FontDescriptor") && ![&b"FontFile"[..], b"FontFile2", b"FontFile3"].iter().any(|key| dictionary.has(key)) {
        return Err(fault("6.2.11.4", "a font that is not embedded"));
    }
    if is(dictionary, b"Type", b"Font") {
        font(document, dictionary)?;
    }
    if is(dictionary, b"Type", b"Annot") || (dictionary.has(b"Rect") && dictionary.has(b"Subtype")) {
        annotation(document, dictionary)?;
    }
    let action = dictionary.get_deref(b"A", document).and_then(Object::as_dict);
    if action.is_ok_and(|action| action.has(b"S") && !is(action, b"S", b"URI") && !is(action, b"S", b"GoTo")) {
        return Err(fault("6.5.1", "an action"));
    }
    if is(dictionary, b"Type", b"Page") {
        refuse(dictionary, b"AA", "6.5.2")?;
    }
    if is(dictionary, b"Type", b"Filespec") { Err(fault("6.8", "an embedded file")) } else { Ok(()) }
}

/// Every font is drawn with characters known (conformance U), and has a descriptor of its own or of its descendant.
fn font(document: &Document, font: &Dictionary) -> Result<(), ArchivalFault> {
    let descends = is(font, b"Subtype", b"CIDFontType0") || is(font, b"Subtype", b"CIDFontType2");
    if !descends && !font.has(b"ToUnicode") {
        return Err(fault("6.2.11.7.2", "a font without a Unicode map"));
    }
    if is(font, b"Subtype", b"Type3") {
        return Ok(());
    }
    let of_descendant = || {
        let descendants = font.get_deref(b"DescendantFonts", document).and_then(Object::as_array).ok()?;
        document.dereference(descendants.first()?).ok()?.1.as_dict().ok().filter(|descendant| descendant.has(b"FontDescriptor"))
    };
    if font.has(b"FontDescriptor") || of_descendant().is_some() { Ok(()) } else { Err(fault("6.2.11.4", "a font without a descriptor")) }
}

fn annotation(document: &Document, annotation: &Dictionary) -> Result<(), ArchivalFault> {
    let widget = is(annotation, b"Subtype", b"Widget");
    if !widget && !is(annotation, b"Subtype", b"Link") {
        return Err(fault("6.3.1", "an annotation"));
    }
    let flags = annotation.get(b"F").and_then(Object::as_i64).unwrap_or_default();
    if flags & PRINT == 0 || flags & HIDING != 0 {
        return Err(fault("6.3.2", format!("flags {flags}")));
    }
    if !widget {
        return Ok(());
    }
    [&b"A"[..], b"AA"].iter().try_for_each(|key| refuse(annotation, key, "6.4.1"))?;
    let appearance = annotation.get_deref(b"AP", document).and_then(Object::as_dict);
    let only_normal = appearance.is_ok_and(|appearance| appearance.len() == 1 && appearance.has(b"N"));
    let place: Vec<f32> = annotation
        .get_deref(b"Rect", document)
        .and_then(Object::as_array)
        .map(|edges| edges.iter().filter_map(|edge| edge.as_float().ok()).collect())
        .unwrap_or_default();
    let without_area = matches!(place.as_slice(), [left, bottom, right, top] if left >= right && bottom >= top);
    if only_normal || without_area { Ok(()) } else { Err(fault("6.3.3", "a widget without an appearance")) }
}

fn is(dictionary: &Dictionary, key: &[u8], name: &[u8]) -> bool {
    dictionary.get(key).and_then(Object::as_name).is_ok_and(|found| found == name)
}
