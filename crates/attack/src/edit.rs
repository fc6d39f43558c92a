//! Small tools: updates written with a PDF library alone, as an attacker would, and places in the bytes.

use lopdf::{Dictionary, Document, IncrementalDocument, Object, ObjectId};

use crate::Error;

/// A copy, and what can be found in it.
pub(crate) struct Copy<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) document: Document,
    pub(crate) root: ObjectId,
    pub(crate) pages: Vec<ObjectId>,
    /// Signature dictionaries, in the order of their fields.
    pub(crate) signatures: Vec<ObjectId>,
    /// Fields with a value that is a signature.
    pub(crate) fields: Vec<ObjectId>,
}

impl<'a> Copy<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let document = Document::load_mem(bytes)?;
        let root = document.trailer.get(b"Root").and_then(Object::as_reference)?;
        let pages: Vec<ObjectId> = document.page_iter().collect();
        let mut fields = Vec::new();
        let mut signatures = Vec::new();
        for (id, object) in &document.objects {
            let Ok(dictionary) = object.as_dict() else { continue };
            let Ok(value) = dictionary.get(b"V").and_then(Object::as_reference) else { continue };
            if document.get_dictionary(value).is_ok_and(|d| d.has(b"ByteRange")) {
                fields.push(*id);
                signatures.push(value);
            }
        }
        if pages.is_empty() || signatures.is_empty() {
            return Err(Error::Missing(if pages.is_empty() { "page" } else { "signature" }));
        }
        Ok(Self { bytes, document, root, pages, signatures, fields })
    }

    pub(crate) fn page(&self) -> Result<ObjectId, Error> {
        self.pages.first().copied().ok_or(Error::Missing("page"))
    }

    /// The file with one more revision.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Update<'_>) -> Result<(), Error>) -> Result<Vec<u8>, Error> {
        let increment = IncrementalDocument::create_from(self.bytes.to_vec(), self.document.clone());
        let mut update = Update { increment, copy: self };
        change(&mut update)?;
        let mut out = Vec::new();
        update.increment.save_to(&mut out).map_err(lopdf::Error::from)?;
        Ok(out)
    }
}

/// A revision being written.
pub(crate) struct Update<'c> {
    pub(crate) increment: IncrementalDocument,
    pub(crate) copy: &'c Copy<'c>,
}

impl Update<'_> {
    pub(crate) fn edit(&mut self, id: ObjectId) -> Result<&mut Dictionary, Error> {
        self.increment.opt_clone_object_to_new_document(id)?;
        let object = self.increment.new_document.get_object_mut(id)?;
        Ok(match object {
            Object::Stream(stream) => &mut stream.dict,
            other => other.as_dict_mut()?,
        })
    }

    pub(crate) fn add(&mut self, object: impl Into<Object>) -> ObjectId {
        self.increment.new_document.add_object(object)
    }

    pub(crate) fn set(&mut self, id: ObjectId, object: impl Into<Object>) {
        self.increment.new_document.set_object(id, object);
    }

    pub(crate) fn trailer(&mut self) -> &mut Dictionary {
        &mut self.increment.new_document.trailer
    }

    /// The object that the catalog names under a key, made indirect if it is not.
    pub(crate) fn below_root(&mut self, key: &str) -> Result<ObjectId, Error> {
        let root = self.copy.root;
        match self.copy.document.get_dictionary(root)?.get(key.as_bytes()) {
            Ok(Object::Reference(id)) => Ok(*id),
            Ok(other) => {
                let id = self.add(other.clone());
                self.edit(root)?.set(key, id);
                Ok(id)
            }
            Err(_) => {
                let id = self.add(Dictionary::new());
                self.edit(root)?.set(key, id);
                Ok(id)
            }
        }
    }
}

/// Every place of a text.
pub(crate) fn places(bytes: &[u8], text: &[u8]) -> Vec<usize> {
    bytes.windows(text.len()).enumerate().filter(|(_, w)| *w == text).map(|(i, _)| i).collect()
}

pub(crate) fn last_place(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).rposition(|w| w == text)
}

/// The bytes with a piece replaced.
pub(crate) fn replaced(bytes: &[u8], at: std::ops::Range<usize>, by: &[u8]) -> Vec<u8> {
    [bytes.get(..at.start).unwrap_or_default(), by, bytes.get(at.end..).unwrap_or_default()].concat()
}

/// The bytes with something put in.
pub(crate) fn inserted(bytes: &[u8], at: usize, what: &[u8]) -> Vec<u8> {
    replaced(bytes, at..at, what)
}
