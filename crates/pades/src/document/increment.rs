//! One appended revision (ISO 32000-1, 7.5.6): every earlier byte stays as it is.

use std::rc::Rc;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, StringFormat};

use super::structure::{Structure, StructureLimits};
use super::writer::{Base, Written, write};
use crate::{DigestAlgorithm, Error};

const CREATION_LIMITS: StructureLimits = StructureLimits { revisions: 1_000, objects: 1_000_000, linearised: true };

/// A revision under construction.
pub(crate) struct Increment {
    base: Base,
    previous: Rc<Document>,
    new: Document,
    catalog: ObjectId,
}

impl Increment {
    /// Starts a revision of a file of which `previous` is the document.
    pub(crate) fn on(base: Base, previous: Rc<Document>) -> Result<Self, Error> {
        let catalog = previous.trailer.get(b"Root").and_then(Object::as_reference).map_err(broken)?;
        Ok(Self { base, new: Document::new_from_prev(&previous), previous, catalog })
    }

    pub(crate) fn previous(&self) -> &Document {
        &self.previous
    }

    pub(crate) fn catalog(&self) -> ObjectId {
        self.catalog
    }

    /// The object as this revision will show it.
    pub(crate) fn object(&self, id: ObjectId) -> Result<&Object, Error> {
        if self.new.has_object(id) {
            return self.new.get_object(id).map_err(broken);
        }
        self.previous.get_object(id).map_err(broken)
    }

    pub(crate) fn dictionary(&self, id: ObjectId) -> Result<&Dictionary, Error> {
        self.object(id)?.as_dict().map_err(broken)
    }

    /// A dictionary or stream of the file so far that is this one, value by value and as it is stored.
    pub(crate) fn find(&self, wanted: &Object) -> Option<ObjectId> {
        let is_same = |object: &Object| match (object, wanted) {
            // Without content it is not known what a stream holds.
            (Object::Stream(one), Object::Stream(other)) => {
                !one.content.is_empty() && one.content == other.content && one.dict == other.dict
            }
            (Object::Dictionary(one), Object::Dictionary(other)) => one == other,
            _ => false,
        };
        self.previous.objects.iter().find(|(_, object)| is_same(object)).map(|(id, _)| *id)
    }

    /// Follows references until an object is met.
    pub(crate) fn resolve<'a>(&'a self, mut object: &'a Object) -> Result<&'a Object, Error> {
        for _ in 0..16 {
            match object {
                Object::Reference(id) => object = self.object(*id)?,
                other => return Ok(other),
            }
        }
        Err(Error::Document("a chain of references does not end".to_owned()))
    }

    /// A dictionary to change; it is copied into this revision first.
    pub(crate) fn edit(&mut self, id: ObjectId) -> Result<&mut Dictionary, Error> {
        self.edit_object(id)?.as_dict_mut().map_err(broken)
    }

    pub(crate) fn edit_object(&mut self, id: ObjectId) -> Result<&mut Object, Error> {
        if !self.new.has_object(id) {
            let old = self.previous.get_object(id).map_err(broken)?;
            // The document need not hold the content of streams; nothing of them is ever changed.
            if old.as_stream().is_ok() {
                return Err(Error::Document(format!("stream {} is not changed", id.0)));
            }
            let old = old.clone();
            self.new.set_object(id, old);
        }
        self.new.get_object_mut(id).map_err(broken)
    }

    pub(crate) fn add(&mut self, object: impl Into<Object>) -> ObjectId {
        self.new.add_object(object)
    }

    /// A number for an object that is set later, for circular references.
    pub(crate) fn reserve(&mut self) -> ObjectId {
        self.new.new_object_id()
    }

    pub(crate) fn set(&mut self, id: ObjectId, object: impl Into<Object>) {
        self.new.set_object(id, object);
    }

    /// Appends to the array under `key` of `owner`, wherever the array lives: absent, direct or indirect.
    pub(crate) fn push(&mut self, owner: ObjectId, key: &[u8], items: Vec<Object>) -> Result<(), Error> {
        let indirect = match self.dictionary(owner)?.get(key) {
            Ok(Object::Reference(id)) => Some(*id),
            _ => None,
        };
        if let Some(id) = indirect {
            self.edit_object(id)?.as_array_mut().map_err(broken)?.extend(items);
            return Ok(());
        }
        let dictionary = self.edit(owner)?;
        match dictionary.get_mut(key) {
            Ok(Object::Array(array)) => array.extend(items),
            Ok(_) => return Err(Error::Document(format!("/{} is no array", String::from_utf8_lossy(key)))),
            Err(_) => dictionary.set(key, Object::Array(items)),
        }
        Ok(())
    }

    /// The revision in bytes.
    pub(crate) fn write(&mut self) -> Result<Written, Error> {
        self.renew_identifier();
        let kind = self.previous.reference_table.cross_reference_type;
        write(self.base, &self.new.objects, &self.new.trailer, self.new.max_id, kind)
    }

    /// The revision in bytes, and the document with it: as a reader of all bytes would see it.
    pub(crate) fn finish(mut self) -> Result<(Written, Document), Error> {
        let written = self.write()?;
        let mut document = Rc::unwrap_or_clone(self.previous);
        document.objects.append(&mut self.new.objects);
        document.max_id = written.max_id;
        document.xref_start = written.section;
        document.trailer = written.trailer.clone();
        document.trailer.remove(b"Prev");
        Ok((written, document))
    }

    /// The first identifier names the document, the second this revision of it (14.4); the second is derived from the
    /// one before and the length, so that the same input makes the same bytes.
    fn renew_identifier(&mut self) {
        let length = self.base.len.to_be_bytes();
        let old = match self.previous.trailer.get(b"ID") {
            Ok(Object::Array(parts)) => parts.iter().filter_map(|p| p.as_str().ok()).map(<[u8]>::to_vec).collect(),
            _ => Vec::<Vec<u8>>::new(),
        };
        let seed = old.last().cloned().unwrap_or_default();
        let mut renewed = DigestAlgorithm::Sha256.digest_parts(&[b"revision", &seed, &length]);
        renewed.truncate(16);
        let first = old.first().cloned().unwrap_or_else(|| renewed.clone());
        let hex = |bytes| Object::String(bytes, StringFormat::Hexadecimal);
        let trailer = &mut self.new.trailer;
        trailer.set("ID", vec![hex(first), hex(renewed)]);
        // Left over from a cross-reference stream: they describe the old section, not this one.
        for key in [&b"DecodeParms"[..], b"Filter", b"Index", b"W", b"Length", b"Type"] {
            trailer.remove(key);
        }
    }
}

/// Reads a file strictly and in one way, for appending to it.
pub(crate) fn read(pdf: &[u8]) -> Result<Document, Error> {
    Structure::read(pdf, CREATION_LIMITS).map_err(|e| Error::Document(e.to_string()))?;
    load(pdf, lopdf::DEFAULT_MAX_DECOMPRESSED_SIZE)
}

/// Reads strictly and refuses encryption.
pub(crate) fn load(pdf: &[u8], max_decompressed_bytes: usize) -> Result<Document, Error> {
    let options = LoadOptions { strict: true, max_decompressed_size: Some(max_decompressed_bytes), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(pdf, options).map_err(broken)?;
    if document.is_encrypted() || document.was_encrypted() {
        return Err(Error::Document("encrypted".to_owned()));
    }
    Ok(document)
}

pub(crate) fn broken(e: impl std::fmt::Display) -> Error {
    Error::Document(e.to_string())
}
