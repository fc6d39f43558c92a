//! One appended revision (ISO 32000-1, 7.5.6): every earlier byte stays as it is.

use lopdf::{Dictionary, Document, IncrementalDocument, LoadOptions, Object, ObjectId, StringFormat};

use super::structure::{Structure, StructureLimits};
use crate::{DigestAlgorithm, Error};

const CREATION_LIMITS: StructureLimits = StructureLimits { revisions: 1_000, objects: 1_000_000, linearised: true };

/// A revision under construction.
pub(crate) struct Increment {
    inner: IncrementalDocument,
    catalog: ObjectId,
}

impl Increment {
    /// Reads `pdf` strictly and starts a revision after it.
    pub(crate) fn after(pdf: &[u8]) -> Result<Self, Error> {
        Structure::read(pdf, CREATION_LIMITS).map_err(|e| Error::Document(e.to_string()))?;
        let document = load(pdf, lopdf::DEFAULT_MAX_DECOMPRESSED_SIZE)?;
        let catalog = document.trailer.get(b"Root").and_then(Object::as_reference).map_err(broken)?;
        Ok(Self { inner: IncrementalDocument::create_from(pdf.to_vec(), document), catalog })
    }

    pub(crate) fn previous(&self) -> &Document {
        self.inner.get_prev_documents()
    }

    pub(crate) fn catalog(&self) -> ObjectId {
        self.catalog
    }

    /// The object as this revision will show it.
    pub(crate) fn object(&self, id: ObjectId) -> Result<&Object, Error> {
        if self.inner.new_document.has_object(id) {
            return self.inner.new_document.get_object(id).map_err(broken);
        }
        self.previous().get_object(id).map_err(broken)
    }

    pub(crate) fn dictionary(&self, id: ObjectId) -> Result<&Dictionary, Error> {
        self.object(id)?.as_dict().map_err(broken)
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
        self.inner.opt_clone_object_to_new_document(id).map_err(broken)?;
        self.inner.new_document.get_object_mut(id).map_err(broken)
    }

    pub(crate) fn add(&mut self, object: impl Into<Object>) -> ObjectId {
        self.inner.new_document.add_object(object)
    }

    /// A number for an object that is set later, for circular references.
    pub(crate) fn reserve(&mut self) -> ObjectId {
        self.inner.new_document.new_object_id()
    }

    pub(crate) fn set(&mut self, id: ObjectId, object: impl Into<Object>) {
        self.inner.new_document.set_object(id, object);
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

    /// The whole file with this revision at its end.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.renew_identifier();
        let mut out = Vec::with_capacity(self.inner.get_prev_documents_bytes().len() + 65_536);
        self.inner.save_to(&mut out).map_err(broken)?;
        Ok(out)
    }

    /// The first identifier names the document, the second this revision of it (14.4); the second is derived from the
    /// one before and the length, so that the same input makes the same bytes.
    fn renew_identifier(&mut self) {
        let length = self.inner.get_prev_documents_bytes().len().to_be_bytes();
        let old = match self.previous().trailer.get(b"ID") {
            Ok(Object::Array(parts)) => parts.iter().filter_map(|p| p.as_str().ok()).map(<[u8]>::to_vec).collect(),
            _ => Vec::<Vec<u8>>::new(),
        };
        let seed = old.last().cloned().unwrap_or_default();
        let mut renewed = DigestAlgorithm::Sha256.digest_parts(&[b"revision", &seed, &length]);
        renewed.truncate(16);
        let first = old.first().cloned().unwrap_or_else(|| renewed.clone());
        let hex = |bytes| Object::String(bytes, StringFormat::Hexadecimal);
        let trailer = &mut self.inner.new_document.trailer;
        trailer.set("ID", vec![hex(first), hex(renewed)]);
        // Left over from a cross-reference stream: they describe the old section, not this one.
        for key in [&b"DecodeParms"[..], b"Filter", b"Index", b"W", b"Length", b"Type"] {
            trailer.remove(key);
        }
    }
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
