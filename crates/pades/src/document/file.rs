//! A file that grows by revisions, with its objects at hand: read once, however many revisions are appended.
//!
//! The functions that take and return whole files do the same through this. What is known of the objects is what a reader of the
//! bytes would find; whoever must be sure of a file reads its bytes again and judges them ([`crate::validate`](fn@crate::validate)).

use std::rc::Rc;

use lopdf::{Document, Object, ObjectId};

use super::beginnings::Beginnings;
use super::dss::{self, Dss};
use super::fields::{self, FieldSpec};
use super::increment::{Increment, read};
use super::prepare::{self, DocumentTimestampSpec, Prepared, SignatureSpec};
use super::writer::{Base, Written};
use crate::{DigestAlgorithm, Error};

/// A PDF file and its document.
#[derive(Clone)]
pub struct OpenFile {
    bytes: Vec<u8>,
    document: Document,
    beginnings: Beginnings,
}

impl std::fmt::Debug for OpenFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenFile({} bytes)", self.bytes.len())
    }
}

impl OpenFile {
    /// Reads a file strictly.
    ///
    /// # Errors
    ///
    /// [`Error::Document`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, Error> {
        let mut document = read(&bytes)?;
        forget_pictures(&mut document);
        Ok(Self { bytes, document, beginnings: Beginnings::default() })
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Another file with the same beginning, which is hashed now, once for both.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        self.beginnings.after(DigestAlgorithm::Sha256, &self.bytes, self.bytes.len());
        self.clone()
    }

    /// As [`super::add_signature_fields`].
    ///
    /// # Errors
    ///
    /// As [`super::add_signature_fields`].
    pub fn add_signature_fields(self, fields: &[FieldSpec]) -> Result<Self, Error> {
        self.revise(|increment| fields::add_fields(increment, fields)).map(|(file, ..)| file)
    }

    /// As [`super::prepare_signature`].
    ///
    /// # Errors
    ///
    /// As [`super::prepare_signature`].
    pub fn prepare_signature(self, spec: &SignatureSpec<'_>) -> Result<PreparedFile, Error> {
        self.prepare(|increment| prepare::fill_field(increment, spec))
    }

    /// As [`super::prepare_document_timestamp`].
    ///
    /// # Errors
    ///
    /// As [`super::prepare_document_timestamp`].
    pub fn prepare_document_timestamp(self, spec: &DocumentTimestampSpec<'_>) -> Result<PreparedFile, Error> {
        self.prepare(|increment| prepare::add_timestamp_field(increment, spec))
    }

    /// As [`super::add_document_security_store`].
    ///
    /// # Errors
    ///
    /// As [`super::add_document_security_store`].
    pub fn add_document_security_store(self, store: &Dss) -> Result<Self, Error> {
        self.revise(|increment| dss::add_store(increment, store)).map(|(file, ..)| file)
    }

    /// As [`super::add_signature_proofs`].
    ///
    /// # Errors
    ///
    /// As [`super::add_signature_proofs`].
    pub fn add_signature_proofs(self, proofs: &[(&str, Dss)]) -> Result<Self, Error> {
        self.revise(|increment| dss::add_proofs(increment, proofs)).map(|(file, ..)| file)
    }

    fn prepare(self, change: impl FnOnce(&mut Increment) -> Result<ObjectId, Error>) -> Result<PreparedFile, Error> {
        let (file, written, signature) = self.revise(change)?;
        let offset = *written.offsets.get(&signature.0).ok_or(Error::ByteRange)?;
        let Self { bytes, document, beginnings } = file;
        Ok(PreparedFile { prepared: prepare::seal_range(bytes, offset)?, document, signature, beginnings })
    }

    fn revise<T>(mut self, change: impl FnOnce(&mut Increment) -> Result<T, Error>) -> Result<(Self, Written, T), Error> {
        let mut increment = Increment::on(Base::of(&self.bytes), Rc::new(self.document))?;
        let made = change(&mut increment)?;
        let (written, document) = increment.finish()?;
        // No more than needed: a file may be large.
        self.bytes.reserve_exact(written.tail.len());
        self.bytes.extend_from_slice(&written.tail);
        Ok((Self { bytes: self.bytes, document, beginnings: self.beginnings }, written, made))
    }
}

/// Revisions do not change pictures, and need not have their content in memory twice.
fn forget_pictures(document: &mut Document) {
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object
            && stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Image")
        {
            stream.content = Vec::new();
        }
    }
}

/// An [`OpenFile`] that waits for its signature.
#[derive(Clone)]
pub struct PreparedFile {
    prepared: Prepared,
    document: Document,
    signature: ObjectId,
    beginnings: Beginnings,
}

impl std::fmt::Debug for PreparedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PreparedFile").field(&self.prepared.byte_range()).finish()
    }
}

impl PreparedFile {
    /// As [`Prepared::digest`]; what earlier digests of the file went over is not gone over again.
    #[must_use]
    pub fn digest(&mut self, algorithm: DigestAlgorithm) -> Vec<u8> {
        self.beginnings.digest(algorithm, self.prepared.bytes(), self.prepared.covered_parts())
    }

    /// The file as plain bytes and numbers, to be stored or finished elsewhere.
    #[must_use]
    pub fn into_prepared(self) -> Prepared {
        self.prepared
    }

    /// As [`Prepared::embed`].
    ///
    /// # Errors
    ///
    /// As [`Prepared::embed`].
    pub fn embed(self, container_der: &[u8]) -> Result<OpenFile, Error> {
        let Self { prepared, mut document, signature, beginnings } = self;
        let (range, reserved) = (prepared.byte_range(), prepared.reserved());
        let bytes = prepared.embed(container_der)?;
        let dictionary = document.get_dictionary_mut(signature).map_err(super::increment::broken)?;
        let number = |n: u64| i64::try_from(n).map(Object::Integer).map_err(|_| Error::ByteRange);
        dictionary.set("ByteRange", range.into_iter().map(number).collect::<Result<Vec<_>, _>>()?);
        let mut contents = container_der.to_vec();
        contents.resize(reserved, 0);
        dictionary.set("Contents", Object::String(contents, lopdf::StringFormat::Hexadecimal));
        Ok(OpenFile { bytes, document, beginnings })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::document::{FieldLock, add_signature_fields, add_signature_proofs, prepare_document_timestamp, prepare_signature};

    fn field(name: &str) -> FieldSpec {
        FieldSpec { name: name.to_owned(), page: 0, rect: [0.0; 4], lock: FieldLock::All, description: None }
    }

    fn signature(field: &str) -> SignatureSpec<'_> {
        let time = datetime!(2026-11-20 9:00 +7);
        SignatureSpec { field, name: None, reason: None, location: None, time, certify: field == "one", appearance: None, reserve: 64 }
    }

    /// Each revision by a file that is carried on, and by reading the whole file each time.
    #[test]
    fn a_file_that_is_carried_on_gets_the_same_bytes_as_one_that_is_read_again() {
        for base in super::super::tests::bases() {
            let mut open = OpenFile::read(base.clone()).unwrap().add_signature_fields(&[field("one"), field("two")]).unwrap();
            let mut bytes = add_signature_fields(&base, &[field("one"), field("two")]).unwrap();
            for name in ["one", "two"] {
                let mut carried = open.fork().prepare_signature(&signature(name)).unwrap();
                let again = prepare_signature(&bytes, &signature(name)).unwrap();
                assert_eq!(carried.prepared, again);
                for algorithm in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
                    assert_eq!(carried.digest(algorithm), again.digest(algorithm), "{name}");
                }
                open = carried.embed(name.as_bytes()).unwrap();
                bytes = again.embed(name.as_bytes()).unwrap();
                assert_eq!(open.bytes(), bytes);
            }
            let proofs = [("one", Dss { certificates: vec![vec![1]], ..Dss::default() }), ("two", Dss::default())];
            open = open.add_signature_proofs(&proofs).unwrap();
            bytes = add_signature_proofs(&bytes, &proofs).unwrap();
            assert_eq!(open.bytes(), bytes);
            let stamp = DocumentTimestampSpec { field: "archive", reserve: 64 };
            let carried = open.prepare_document_timestamp(&stamp).unwrap().into_prepared();
            assert_eq!(carried, prepare_document_timestamp(&bytes, &stamp).unwrap());
        }
    }
}
