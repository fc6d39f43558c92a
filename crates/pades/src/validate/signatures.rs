//! Finds the signatures of a file and the exact bytes each one covers (ISO 32000-1 12.8.1; ETSI EN 319 142-1, 5.1).
//!
//! A byte range must begin at zero, leave out exactly the `/Contents` string of its own dictionary, and end where a
//! revision ends. Everything else (gaps elsewhere, overlaps, a string of another object) is refused here, before any
//! cryptography.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object, ObjectId};
use time::OffsetDateTime;

use super::report::SignatureKind;
use super::{Limits, Policy, ValidateError};
use crate::document::structure::{Entry, Structure};
use crate::document::syntax::{Scanner, Value};
use crate::instant;

/// A signature with its place.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) field: String,
    pub(super) field_id: ObjectId,
    pub(super) id: ObjectId,
    pub(super) kind: SignatureKind,
    pub(super) revision: usize,
    /// First gap byte, first byte after the gap, end of the covered part.
    pub(super) gap: (usize, usize),
    pub(super) end: usize,
    pub(super) contents: Vec<u8>,
    pub(super) claimed_time: Option<OffsetDateTime>,
    pub(super) certifies: Option<u8>,
    pub(super) lock: Option<Lock>,
}

/// All signatures in the order of their revisions, and the names of empty signature fields.
pub(super) fn find(
    pdf: &[u8],
    document: &Document,
    structure: &Structure,
    (limits, policy): (&Limits, Policy),
) -> Result<(Vec<Found>, Vec<String>), ValidateError> {
    let mut found = Vec::new();
    let mut empty = Vec::new();
    for field in signature_fields(document, limits)? {
        match field.dictionary.get(b"V") {
            Ok(Object::Reference(id)) => {
                if found.len() >= limits.signatures {
                    return Err(ValidateError::TooManySignatures);
                }
                found.push(locate(pdf, document, structure, &field, *id, policy)?);
            }
            Ok(Object::Null) | Err(_) => empty.push(field.name),
            Ok(_) => return Err(ValidateError::Signature { field: field.name, fault: "it is not an indirect object" }),
        }
    }
    found.sort_by_key(|f| f.revision);
    check_distinct(&found)?;
    check_no_strays(document, &found)?;
    Ok((found, empty))
}

struct Field<'a> {
    id: ObjectId,
    name: String,
    dictionary: &'a Dictionary,
}

/// Walks the field tree; kinds and names are inherited (12.7.3).
fn signature_fields<'a>(document: &'a Document, limits: &Limits) -> Result<Vec<Field<'a>>, ValidateError> {
    let malformed = |_| ValidateError::Form;
    let Ok(form) = document.catalog().map_err(malformed)?.get(b"AcroForm") else { return Ok(Vec::new()) };
    let (_, form) = document.dereference(form).map_err(malformed)?;
    let form = form.as_dict().map_err(malformed)?;
    if form.has(b"XFA") {
        // A second description of the form that readers may prefer.
        return Err(ValidateError::Form);
    }
    let Ok(fields) = form.get(b"Fields") else { return Ok(Vec::new()) };
    let (_, fields) = document.dereference(fields).map_err(malformed)?;
    let mut open: Vec<(&Object, String, bool)> = Vec::new();
    for field in fields.as_array().map_err(malformed)?.iter().rev() {
        open.push((field, String::new(), false));
    }
    let mut seen = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut out = Vec::new();
    while let Some((object, parent, inherited)) = open.pop() {
        let id = object.as_reference().map_err(malformed)?;
        if !seen.insert(id) || seen.len() > limits.fields {
            return Err(ValidateError::Form);
        }
        let dictionary = document.get_dictionary(id).map_err(malformed)?;
        let partial = match dictionary.get(b"T") {
            Ok(t) => Some(lopdf::decode_text_string(t).map_err(malformed)?),
            Err(_) => None,
        };
        let name = match (parent.is_empty(), partial) {
            (_, None) => parent,
            (true, Some(own)) => own,
            (false, Some(own)) => format!("{parent}.{own}"),
        };
        let is_signature = match dictionary.get(b"FT") {
            Ok(kind) => kind.as_name().map_err(malformed)? == b"Sig",
            Err(_) => inherited,
        };
        if let Ok(kids) = dictionary.get(b"Kids") {
            let (_, kids) = document.dereference(kids).map_err(malformed)?;
            for kid in kids.as_array().map_err(malformed)? {
                open.push((kid, name.clone(), is_signature));
            }
        }
        // A widget without a name of its own is a part of its parent, which is listed itself.
        if is_signature && (dictionary.has(b"T") || dictionary.has(b"V")) {
            if !names.insert(name.clone()) {
                return Err(ValidateError::Form);
            }
            out.push(Field { id, name, dictionary });
        }
    }
    Ok(out)
}

fn locate(
    pdf: &[u8],
    document: &Document,
    structure: &Structure,
    field: &Field<'_>,
    id: ObjectId,
    policy: Policy,
) -> Result<Found, ValidateError> {
    let refuse = |fault| ValidateError::Signature { field: field.name.clone(), fault };
    let last = structure.revisions.len().saturating_sub(1);
    let offset = structure.offset_of(id.0, last).ok_or_else(|| refuse("its object is not in the file body"))?;
    let mut scanner = Scanner::new(pdf, offset);
    let dictionary = scanner.object_header().and_then(|_| scanner.dictionary()).map_err(|_| refuse("its dictionary is malformed"))?;
    let range: Option<Vec<usize>> =
        dictionary.get(b"ByteRange").and_then(Value::as_array).and_then(|a| a.iter().map(Value::as_offset).collect());
    let Some([0, first, second, rest]) = range.as_deref() else { return Err(refuse("its byte range is malformed")) };
    let span = dictionary.span(b"Contents").ok_or_else(|| refuse("it has no contents"))?;
    if dictionary.get(b"Contents") != Some(&Value::HexString) || (span.start, span.end) != (*first, *second) {
        return Err(refuse("its byte range does not leave out exactly its contents"));
    }
    let end = second.checked_add(*rest).ok_or_else(|| refuse("its byte range is malformed"))?;
    let revision = structure
        .revisions
        .iter()
        .position(|r| ends_revision(pdf, r.bytes.end, end))
        .ok_or_else(|| refuse("its byte range does not end with a revision"))?;
    let own = structure.revisions.get(revision).and_then(|r| r.entries.get(&id.0));
    if own != Some(&(Entry::At { offset, generation: id.1 })) {
        return Err(refuse("it was written in another revision than it covers"));
    }
    let contents = decode_hex(pdf.get(span).unwrap_or_default()).ok_or_else(|| refuse("its contents are malformed"))?;
    // The second reader must see the same.
    let seen = document.get_dictionary(id).map_err(|_| refuse("its dictionary is malformed"))?;
    if seen.get(b"Contents").and_then(Object::as_str).ok() != Some(&contents) {
        return Err(refuse("its contents read differently"));
    }
    Ok(Found {
        field: field.name.clone(),
        field_id: field.id,
        id,
        kind: kind(seen, policy).ok_or_else(|| refuse("its kind is not supported"))?,
        revision,
        gap: (*first, *second),
        end,
        contents,
        claimed_time: seen.get(b"M").and_then(Object::as_str).ok().and_then(instant::from_pdf),
        certifies: certification(document, seen, id).map_err(|()| refuse("its permissions are malformed"))?,
        lock: lock(document, seen, field.dictionary).map_err(|()| refuse("its lock is malformed"))?,
    })
}

/// The covered part ends with the end marker, one end-of-line included or not.
fn ends_revision(pdf: &[u8], marker_end: usize, end: usize) -> bool {
    end == marker_end || matches!(pdf.get(marker_end..end), Some(b"\n" | b"\r" | b"\r\n"))
}

/// Digits in one case only and nothing between them, so that no digit can change without changing the value.
fn decode_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.strip_prefix(b"<")?.strip_suffix(b">")?;
    let mixed = digits.iter().any(u8::is_ascii_lowercase) && digits.iter().any(u8::is_ascii_uppercase);
    if mixed || digits.len() % 2 != 0 {
        return None;
    }
    let value = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    };
    digits.chunks_exact(2).map(|p| Some((value(*p.first()?)? << 4) | value(*p.get(1)?)?)).collect()
}

fn kind(dictionary: &Dictionary, policy: Policy) -> Option<SignatureKind> {
    let name = |key: &[u8]| dictionary.get(key).and_then(Object::as_name).unwrap_or_default();
    match (name(b"Type"), name(b"SubFilter")) {
        (b"Sig" | b"", b"ETSI.CAdES.detached") => Some(SignatureKind::Signature),
        (b"Sig" | b"", b"adbe.pkcs7.detached") if policy == Policy::Pades => Some(SignatureKind::Pkcs7),
        (b"DocTimeStamp", b"ETSI.RFC3161") => Some(SignatureKind::DocumentTimestamp),
        _ => None,
    }
}

/// The DocMDP permission, if the catalog names this signature as the certification.
fn certification(document: &Document, signature: &Dictionary, id: ObjectId) -> Result<Option<u8>, ()> {
    let mut permission = None;
    for reference in references(document, signature)? {
        if reference.get(b"TransformMethod").and_then(Object::as_name).ok() == Some(b"DocMDP".as_slice()) {
            let parameters = resolve(document, reference.get(b"TransformParams").map_err(|_| ())?)?;
            let p = parameters.as_dict().map_err(|_| ())?.get(b"P").and_then(Object::as_i64).unwrap_or(2);
            permission = Some(u8::try_from(p).ok().filter(|p| (1..=3).contains(p)).ok_or(())?);
        }
    }
    let catalog = document.catalog().map_err(|_| ())?;
    let named = match catalog.get(b"Perms") {
        Ok(perms) => resolve(document, perms)?.as_dict().map_err(|_| ())?.get(b"DocMDP").and_then(Object::as_reference).ok(),
        Err(_) => None,
    };
    // Named in the catalog but without parameters, or the other way round: readers differ about such files.
    if (named == Some(id)) == permission.is_some() { Ok(permission) } else { Err(()) }
}

/// What a signature field lets nobody change once it is signed (ISO 32000-2, 12.7.5.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lock {
    fields: Locked,
    /// The permission that the lock sets for the whole document.
    pub(super) permission: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Locked {
    All,
    These(Vec<String>),
    AllBut(Vec<String>),
}

impl Lock {
    /// Whether the lock covers a field; one that names a parent covers what lies below.
    pub(super) fn covers(&self, field: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|n| field == n || field.strip_prefix(n.as_str()).is_some_and(|r| r.starts_with('.')));
        match &self.fields {
            Locked::All => true,
            Locked::These(list) => named(list),
            Locked::AllBut(list) => !named(list),
        }
    }
}

/// The lock of a field; the signature must repeat it as FieldMDP.
fn lock(document: &Document, signature: &Dictionary, field: &Dictionary) -> Result<Option<Lock>, ()> {
    let Ok(lock) = field.get(b"Lock") else { return Ok(None) };
    let lock = resolve(document, lock)?.as_dict().map_err(|_| ())?;
    let fields = locked(document, lock)?;
    let mut repeated = false;
    for reference in references(document, signature)? {
        if reference.get(b"TransformMethod").and_then(Object::as_name).ok() == Some(b"FieldMDP".as_slice()) {
            let parameters = resolve(document, reference.get(b"TransformParams").map_err(|_| ())?)?;
            repeated = locked(document, parameters.as_dict().map_err(|_| ())?)? == fields;
        }
    }
    let permission = match lock.get(b"P") {
        Ok(p) => Some(p.as_i64().ok().and_then(|p| u8::try_from(p).ok()).filter(|p| (1..=3).contains(p)).ok_or(())?),
        Err(_) => None,
    };
    if repeated { Ok(Some(Lock { fields, permission })) } else { Err(()) }
}

fn locked(document: &Document, dictionary: &Dictionary) -> Result<Locked, ()> {
    let list = || -> Result<Vec<String>, ()> {
        let list = resolve(document, dictionary.get(b"Fields").map_err(|_| ())?)?.as_array().map_err(|_| ())?;
        list.iter().map(|n| lopdf::decode_text_string(n).map_err(|_| ())).collect()
    };
    match dictionary.get(b"Action").and_then(Object::as_name).map_err(|_| ())? {
        b"All" => Ok(Locked::All),
        b"Include" => list().map(Locked::These),
        b"Exclude" => list().map(Locked::AllBut),
        _ => Err(()),
    }
}

fn references<'a>(document: &'a Document, signature: &'a Dictionary) -> Result<Vec<&'a Dictionary>, ()> {
    let Ok(list) = signature.get(b"Reference") else { return Ok(Vec::new()) };
    let list = resolve(document, list)?.as_array().map_err(|_| ())?;
    list.iter().map(|r| resolve(document, r)?.as_dict().map_err(|_| ())).collect()
}

fn resolve<'a>(document: &'a Document, object: &'a Object) -> Result<&'a Object, ()> {
    document.dereference(object).map(|(_, o)| o).map_err(|_| ())
}

/// One signature object per field, one revision per signature, and only the first may certify.
fn check_distinct(found: &[Found]) -> Result<(), ValidateError> {
    if let Some(late) = found.iter().skip(1).find(|f| f.certifies.is_some()) {
        return Err(ValidateError::Signature { field: late.field.clone(), fault: "it certifies a document that was signed before" });
    }
    for (one, next) in found.iter().zip(found.iter().skip(1)) {
        if one.revision == next.revision || one.id == next.id {
            return Err(ValidateError::Signature { field: next.field.clone(), fault: "it shares its revision with another" });
        }
    }
    Ok(())
}

/// A signature that no field shows was hidden, or is bait for other readers.
fn check_no_strays(document: &Document, found: &[Found]) -> Result<(), ValidateError> {
    for (id, object) in &document.objects {
        let is_signature = object.as_dict().is_ok_and(|d| d.has(b"ByteRange"));
        if is_signature && !found.iter().any(|f| f.id == *id) {
            return Err(ValidateError::StraySignature(id.0));
        }
    }
    Ok(())
}
