//! Documents of earlier revisions, for comparing.
//!
//! A revision can change only the objects that it lists, so the document before it is the newest one with the older forms of those
//! objects, read from where they lie, by the same reader. Where an object's meaning could hang on another (a stream whose length is
//! an object, objects in streams whose stream was replaced), every revision is read as a whole instead.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::rc::Rc;

use lopdf::xref::{Xref, XrefType};
use lopdf::{Document, Object};

use super::{Limits, ValidateError};
use crate::document::increment::load;
use crate::document::structure::{Entry, Structure};
use crate::document::syntax::{Scanner, Value};

/// The revisions of a file as documents.
pub(super) struct Revisions<'a> {
    pdf: &'a [u8],
    newest: &'a Document,
    structure: &'a Structure,
    limits: &'a Limits,
    /// Whether documents from the first revision on that is asked for may be made from the newest.
    derives: bool,
    /// The one that was made last: it is often asked for again.
    last: RefCell<Option<(usize, Rc<Document>)>>,
}

/// A revision as a document.
pub(super) enum Shown<'a> {
    Newest(&'a Document),
    Earlier(Rc<Document>),
}

impl Shown<'_> {
    pub(super) fn into_shared(self) -> Rc<Document> {
        match self {
            Self::Newest(document) => Rc::new(document.clone()),
            Self::Earlier(document) => document,
        }
    }
}

impl Deref for Shown<'_> {
    type Target = Document;

    fn deref(&self) -> &Document {
        match self {
            Self::Newest(document) => document,
            Self::Earlier(document) => document,
        }
    }
}

impl<'a> Revisions<'a> {
    /// Of these revisions none before `first` will be asked for.
    pub(super) fn new(pdf: &'a [u8], newest: &'a Document, structure: &'a Structure, limits: &'a Limits, first: usize) -> Self {
        let derives = is_independent(pdf, structure, first);
        Self { pdf, newest, structure, limits, derives, last: RefCell::default() }
    }

    /// The document as this revision shows it. The content of pictures that no later revision lists is not in it.
    pub(super) fn document(&self, index: usize) -> Result<Shown<'a>, ValidateError> {
        if index.saturating_add(1) >= self.structure.revisions.len() {
            return Ok(Shown::Newest(self.newest));
        }
        if let Some((_, known)) = self.last.borrow().as_ref().filter(|(known, _)| *known == index) {
            return Ok(Shown::Earlier(Rc::clone(known)));
        }
        let document = match self.derives.then(|| self.derive(index)).flatten() {
            Some(document) => document,
            None => {
                let end = self.structure.revisions.get(index).map_or(0, |r| r.bytes.end);
                let bytes = self.pdf.get(..end).unwrap_or_default();
                load(bytes, self.limits.decompressed_bytes).map_err(|e| ValidateError::Document(e.to_string()))?
            }
        };
        let document = Rc::new(document);
        self.last.replace(Some((index, Rc::clone(&document))));
        Ok(Shown::Earlier(document))
    }

    /// The objects that a revision may have changed; none where that is not known.
    pub(super) fn listed(&self, index: usize) -> Option<BTreeSet<u32>> {
        let revision = self.structure.revisions.get(index)?;
        self.derives.then(|| revision.entries.keys().copied().collect())
    }

    fn derive(&self, index: usize) -> Option<Document> {
        let revisions = &self.structure.revisions;
        let revision = revisions.get(index)?;
        let later: BTreeSet<u32> = revisions.iter().skip(index + 1).flat_map(|r| r.entries.keys().copied()).collect();
        let mut small = Small::default();
        for id in &later {
            // Not there yet, or not any more.
            let Some(holder) = revisions.iter().take(index + 1).rev().find(|r| r.entries.contains_key(id)) else { continue };
            match *holder.entries.get(id)? {
                Entry::Free => {}
                Entry::At { offset, generation } => {
                    let end = self.structure.object_end(self.pdf, holder, offset).ok()?;
                    small.add((*id, generation), self.pdf.get(offset..end)?);
                }
                Entry::InStream { .. } => return None,
            }
        }
        let (read, trailer) = small.read(self.pdf.get(revision.trailer.clone())?, self.limits)?;
        let mut document = Document::new();
        let unlisted = self.newest.objects.iter().filter(|(id, _)| !later.contains(&id.0));
        document.objects = unlisted.map(|(id, object)| (*id, without_picture(object))).chain(read).collect();
        document.trailer = trailer;
        document.trailer.remove(b"Prev");
        document.max_id = revisions.iter().take(index + 1).filter_map(|r| r.entries.keys().next_back()).max().copied().unwrap_or(0);
        document.xref_start = revision.section;
        let is_table = self.pdf.get(revision.section..).is_some_and(|section| section.starts_with(b"xref"));
        document.reference_table = Xref::new(0, if is_table { XrefType::CrossReferenceTable } else { XrefType::CrossReferenceStream });
        Some(document)
    }
}

/// Whether no revision after `first` can change the meaning of an object that it does not list.
fn is_independent(pdf: &[u8], structure: &Structure, first: usize) -> bool {
    let later: BTreeSet<u32> = structure.revisions.iter().skip(first + 1).flat_map(|r| r.entries.keys().copied()).collect();
    if later.is_empty() {
        return true;
    }
    structure.revisions.iter().flat_map(|r| r.entries.values()).all(|entry| match entry {
        Entry::Free => true,
        Entry::InStream { container } => !later.contains(container),
        Entry::At { offset, .. } => states_its_length(pdf, *offset),
    })
}

/// Whether an object is no stream, or a stream whose length is written in its dictionary.
fn states_its_length(pdf: &[u8], offset: usize) -> bool {
    let mut scanner = Scanner::new(pdf, offset);
    let Ok(value) = scanner.object_header().and_then(|_| scanner.object()) else { return false };
    match value {
        Value::Dictionary(dictionary) if scanner.keyword(b"stream").is_ok() => matches!(dictionary.get(b"Length"), Some(Value::Integer(_))),
        _ => true,
    }
}

fn without_picture(object: &Object) -> Object {
    match object {
        Object::Stream(stream) if stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Image") => {
            let mut light = lopdf::Stream::new(lopdf::Dictionary::new(), Vec::new());
            light.dict = stream.dict.clone();
            Object::Stream(light)
        }
        other => other.clone(),
    }
}

/// A file of a few objects, for the reader of whole files.
struct Small {
    bytes: Vec<u8>,
    places: Vec<(lopdf::ObjectId, usize)>,
}

impl Default for Small {
    fn default() -> Self {
        Self { bytes: b"%PDF-1.7\n".to_vec(), places: Vec::new() }
    }
}

type Objects = Vec<(lopdf::ObjectId, Object)>;

impl Small {
    /// `raw` goes from its number to `endobj`.
    fn add(&mut self, id: lopdf::ObjectId, raw: &[u8]) {
        self.places.push((id, self.bytes.len()));
        self.bytes.extend_from_slice(raw);
        self.bytes.push(b'\n');
    }

    /// The objects, and a dictionary beside them.
    fn read(mut self, dictionary: &[u8], limits: &Limits) -> Option<(Objects, lopdf::Dictionary)> {
        let highest = self.places.iter().map(|((id, _), _)| *id).max().unwrap_or(0);
        let own = highest.checked_add(1)?;
        let added = [format!("{own} 0 obj\n").as_bytes(), dictionary, b"\nendobj"].concat();
        self.add((own, 0), &added);
        let section = self.bytes.len();
        let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
        for ((id, generation), offset) in &self.places {
            table.push_str(&format!("{id} 1\n{offset:010} {generation:05} n \n"));
        }
        let size = own.checked_add(1)?;
        table.push_str(&format!("trailer\n<</Size {size}/Root {own} 0 R>>\nstartxref\n{section}\n%%EOF"));
        self.bytes.extend_from_slice(table.as_bytes());
        let document = load(&self.bytes, limits.decompressed_bytes).ok()?;
        // Each object, and no other.
        if document.objects.len() != self.places.len() {
            return None;
        }
        let mut objects = document.objects;
        let dictionary = objects.remove(&(own, 0))?.as_dict().ok()?.clone();
        self.places.iter().all(|(id, _)| *id == (own, 0) || objects.contains_key(id)).then(|| (objects.into_iter().collect(), dictionary))
    }
}
