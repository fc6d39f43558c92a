//! A file with everything of a signature in place but the signature itself (ISO 32000-1, 12.8.1).
//!
//! `Prepared` is plain bytes and four numbers: it can be stored, sent to where the key lives, and finished there or later.

use std::ops::Range;

use lopdf::{Dictionary, Object, ObjectId, StringFormat, dictionary};
use time::OffsetDateTime;

use super::fields::{FieldLock, FieldSpec, add_field, find_field};
use super::file::OpenFile;
use super::increment::{Increment, broken};
use super::{appearance, syntax::Scanner};
use crate::{DigestAlgorithm, Error, instant};

/// Bytes reserved for the signature container when the caller has no better number: a chain of three and a time-stamp.
pub const DEFAULT_RESERVE: usize = 16 * 1024;

/// Ten digits stand for each unknown number, so that files up to 10 GB fit.
const PLACEHOLDER: i64 = 9_999_999_999;

/// A signature to put into an existing empty field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignatureSpec<'a> {
    /// Name of the field.
    pub field: &'a str,
    /// Name of the person or authority signing.
    pub name: Option<&'a str>,
    /// Why it is signed.
    pub reason: Option<&'a str>,
    /// Where.
    pub location: Option<&'a str>,
    /// The claimed time for `/M`; its offset is kept, so `+07:00` is written as such.
    pub time: OffsetDateTime,
    /// Whether this signature certifies the file: DocMDP with P 2 (fields may be filled, nothing else).
    pub certify: bool,
    /// What to show in the widget, scaled to its rectangle.
    pub appearance: Option<Appearance<'a>>,
    /// Bytes to reserve for the signature container; see [`DEFAULT_RESERVE`].
    pub reserve: usize,
}

/// A page of another PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appearance<'a> {
    /// The PDF.
    pub pdf: &'a [u8],
    /// Which page, from zero.
    pub page: usize,
}

/// A document time-stamp to append (ETSI EN 319 142-1, 5.4.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentTimestampSpec<'a> {
    /// Name of the new, invisible field.
    pub field: &'a str,
    /// Bytes to reserve for the token.
    pub reserve: usize,
}

/// A file that waits for its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    bytes: Vec<u8>,
    byte_range: [u64; 4],
}

impl Prepared {
    /// Takes up a preparation that was stored.
    ///
    /// # Errors
    ///
    /// [`Error::ByteRange`] when the gap of the range is not one string of hexadecimal zeros in angle brackets, or the
    /// range does not cover the rest of the file.
    pub fn from_parts(bytes: Vec<u8>, byte_range: [u64; 4]) -> Result<Self, Error> {
        let prepared = Self { bytes, byte_range };
        let gap = prepared.gap().ok_or(Error::ByteRange)?;
        let zeros = gap.strip_prefix(b"<").and_then(|g| g.strip_suffix(b">")).ok_or(Error::ByteRange)?;
        if zeros.len() % 2 != 0 || zeros.iter().any(|b| *b != b'0') {
            return Err(Error::ByteRange);
        }
        Ok(prepared)
    }

    /// The whole file, the signature still zeros.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Offset and length of the part before the signature, offset and length of the part after it.
    #[must_use]
    pub fn byte_range(&self) -> [u64; 4] {
        self.byte_range
    }

    /// Bytes that a signature container may have.
    #[must_use]
    pub fn reserved(&self) -> usize {
        self.gap().map_or(0, |g| g.len().saturating_sub(2) / 2)
    }

    /// The digest of the file without the signature: what is to be signed or time-stamped.
    #[must_use]
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Vec<u8> {
        let (before, after) = self.covered();
        algorithm.digest_parts(&[before, after])
    }

    /// The two covered parts of the file one after the other: the detached content for other programs.
    #[must_use]
    pub fn signed_content(&self) -> Vec<u8> {
        let (before, after) = self.covered();
        [before, after].concat()
    }

    /// Puts the container (CMS SignedData, or a time-stamp token) in its place.
    ///
    /// # Errors
    ///
    /// [`Error::ReserveTooSmall`]; a container is never cut.
    pub fn embed(mut self, container_der: &[u8]) -> Result<Vec<u8>, Error> {
        let reserved = self.reserved();
        if container_der.len() > reserved {
            return Err(Error::ReserveTooSmall { needed: container_der.len(), reserved });
        }
        let start = usize::try_from(self.byte_range[1]).map_err(|_| Error::ByteRange)? + 1;
        let gap = self.bytes.get_mut(start..start + container_der.len() * 2).ok_or(Error::ByteRange)?;
        for (pair, byte) in gap.chunks_exact_mut(2).zip(container_der) {
            pair.copy_from_slice(&hex_pair(*byte));
        }
        Ok(self.bytes)
    }

    fn covered(&self) -> (&[u8], &[u8]) {
        let (first, rest) = self.covered_parts();
        (self.bytes.get(..first).unwrap_or_default(), self.bytes.get(rest).unwrap_or_default())
    }

    /// The end of the part before the signature, and the part after it.
    pub(super) fn covered_parts(&self) -> (usize, Range<usize>) {
        let [_, first, second, _] = self.byte_range.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        (first, second..self.bytes.len())
    }

    fn gap(&self) -> Option<&[u8]> {
        let [zero, first, second, rest] = self.byte_range.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        if zero != 0 || second.checked_add(rest) != Some(self.bytes.len()) {
            return None;
        }
        self.bytes.get(first..second).filter(|g| g.len() >= 2)
    }
}

/// Appends a revision that fills an empty signature field with everything but the signature.
///
/// If the field has a lock, the signature refers to it with FieldMDP.
///
/// # Errors
///
/// [`Error::NoSuchField`], [`Error::FieldSigned`], [`Error::CertificationNotFirst`], [`Error::Appearance`],
/// [`Error::Document`].
pub fn prepare_signature(pdf: &[u8], spec: &SignatureSpec<'_>) -> Result<Prepared, Error> {
    Ok(OpenFile::read(pdf.to_vec())?.prepare_signature(spec)?.into_prepared())
}

/// Puts everything of a signature but itself into this revision; gives its object.
pub(super) fn fill_field(increment: &mut Increment, spec: &SignatureSpec<'_>) -> Result<ObjectId, Error> {
    let field = find_field(increment, spec.field)?.ok_or_else(|| Error::NoSuchField(spec.field.to_owned()))?;
    if increment.dictionary(field)?.has(b"V") {
        return Err(Error::FieldSigned(spec.field.to_owned()));
    }
    if spec.certify && has_signature(increment) {
        return Err(Error::CertificationNotFirst);
    }
    let lock = field_lock(increment, field)?;
    let mut signature = container("Sig", "ETSI.CAdES.detached", spec.reserve);
    for (key, text) in [("Name", spec.name), ("Reason", spec.reason), ("Location", spec.location)] {
        if let Some(text) = text {
            signature.set(key, lopdf::text_string(text));
        }
    }
    signature.set("M", Object::string_literal(instant::to_pdf(spec.time)));
    let references = references(increment.catalog(), spec.certify, lock);
    if !references.is_empty() {
        signature.set("Reference", references);
    }
    let signature = increment.add(signature);
    if spec.certify {
        let catalog = increment.catalog();
        increment.edit(catalog)?.set("Perms", dictionary! { "DocMDP" => signature });
    }
    if let Some(picture) = spec.appearance {
        let form = appearance::import(increment, picture)?;
        increment.edit(field)?.set("AP", dictionary! { "N" => form });
    }
    increment.edit(field)?.set("V", signature);
    Ok(signature)
}

/// Appends a revision with a new invisible field that waits for a time-stamp token over the whole file.
///
/// # Errors
///
/// [`Error::FieldExists`], [`Error::Document`].
pub fn prepare_document_timestamp(pdf: &[u8], spec: &DocumentTimestampSpec<'_>) -> Result<Prepared, Error> {
    Ok(OpenFile::read(pdf.to_vec())?.prepare_document_timestamp(spec)?.into_prepared())
}

/// Puts an invisible field with a time-stamp to come into this revision; gives the time-stamp's object.
pub(super) fn add_timestamp_field(increment: &mut Increment, spec: &DocumentTimestampSpec<'_>) -> Result<ObjectId, Error> {
    let name = spec.field.to_owned();
    let field = FieldSpec { name, page: 0, rect: [0.0; 4], lock: FieldLock::None, description: None };
    let field = add_field(increment, &field)?;
    let signature = increment.add(container("DocTimeStamp", "ETSI.RFC3161", spec.reserve));
    increment.edit(field)?.set("V", signature);
    Ok(signature)
}

/// `/ByteRange` and `/Contents` come before any text of the caller, so that nothing can be mistaken for them.
fn container(kind: &str, sub_filter: &str, reserve: usize) -> Dictionary {
    dictionary! {
        "Type" => Object::Name(kind.as_bytes().to_vec()),
        "Filter" => Object::Name(b"Adobe.PPKLite".to_vec()),
        "SubFilter" => Object::Name(sub_filter.as_bytes().to_vec()),
        "ByteRange" => vec![0.into(), PLACEHOLDER.into(), PLACEHOLDER.into(), PLACEHOLDER.into()],
        "Contents" => Object::String(vec![0; reserve], StringFormat::Hexadecimal),
    }
}

fn has_signature(increment: &Increment) -> bool {
    increment.previous().objects.values().any(|o| o.as_dict().is_ok_and(|d| d.has(b"ByteRange")))
}

fn field_lock(increment: &Increment, field: ObjectId) -> Result<Option<Dictionary>, Error> {
    match increment.dictionary(field)?.get(b"Lock") {
        Ok(lock) => Ok(Some(increment.resolve(lock)?.as_dict().map_err(broken)?.clone())),
        Err(_) => Ok(None),
    }
}

/// Signature references (Table 253): certification and field lock.
fn references(catalog: ObjectId, certify: bool, lock: Option<Dictionary>) -> Vec<Object> {
    let reference = |method: &str, parameters: Dictionary| {
        Object::Dictionary(dictionary! {
            "Type" => Object::Name(b"SigRef".to_vec()),
            "TransformMethod" => Object::Name(method.as_bytes().to_vec()),
            "TransformParams" => parameters,
            "Data" => catalog,
        })
    };
    let parameters = || {
        dictionary! {
            "Type" => Object::Name(b"TransformParams".to_vec()),
            "V" => Object::Name(b"1.2".to_vec()),
        }
    };
    let mut out = Vec::new();
    if certify {
        let mut allowed = parameters();
        allowed.set("P", 2);
        out.push(reference("DocMDP", allowed));
    }
    if let Some(lock) = lock {
        let mut locked = parameters();
        for key in [&b"Action"[..], b"Fields"] {
            if let Ok(value) = lock.get(key) {
                locked.set(key, value.clone());
            }
        }
        out.push(reference("FieldMDP", locked));
    }
    out
}

/// Replaces the placeholder numbers by the real ones, in the signature dictionary at `offset`.
pub(super) fn seal_range(mut bytes: Vec<u8>, offset: usize) -> Result<Prepared, Error> {
    let mut scanner = Scanner::new(&bytes, offset);
    let dictionary = scanner.object_header().and_then(|_| scanner.dictionary()).map_err(|_| Error::ByteRange)?;
    let range = dictionary.span(b"ByteRange").ok_or(Error::ByteRange)?;
    let contents = dictionary.span(b"Contents").ok_or(Error::ByteRange)?;
    let rest = bytes.len().checked_sub(contents.end).ok_or(Error::ByteRange)?;
    let mut text = format!("[0 {} {} {rest}", contents.start, contents.end);
    let width = range.len().checked_sub(text.len() + 1).ok_or(Error::ByteRange)?;
    text.push_str(&" ".repeat(width));
    text.push(']');
    bytes.get_mut(range).ok_or(Error::ByteRange)?.copy_from_slice(text.as_bytes());
    let number = |n: usize| u64::try_from(n).map_err(broken);
    let byte_range = [0, number(contents.start)?, number(contents.end)?, number(rest)?];
    Prepared::from_parts(bytes, byte_range)
}

/// The two digits of a byte.
pub(super) fn hex_pair(byte: u8) -> [u8; 2] {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 };
    [digit(byte >> 4), digit(byte & 15)]
}
