//! Incremental updates of a PDF file for signing (ISO 32000-1 7.5.6 and 12.8, ETSI EN 319 142-1 4 and 5).
//!
//! The order in which a file is signed twice and kept for the long term:
//!
//! 1. [`add_signature_fields`]: all empty fields at once, before anything is signed, since a certified file allows its
//!    fields to be filled but no new ones to be added;
//! 2. [`prepare_signature`], hash, sign elsewhere, [`Prepared::embed`], once per field;
//! 3. [`add_signature_proofs`] or [`add_document_security_store`]: certificates and revocation data;
//! 4. [`prepare_document_timestamp`], which protects all of it.
//!
//! Every step takes whole files and returns whole files; the bytes given are always a prefix of the bytes returned. Whoever does
//! several steps on one file does them on an [`OpenFile`], which is read once.

mod appearance;
pub(crate) mod beginnings;
pub(crate) mod dss;
mod fields;
mod file;
pub(crate) mod increment;
mod linear;
mod prepare;
mod section;
pub(crate) mod structure;
mod structure_tree;
pub(crate) mod syntax;
mod tight;
pub(crate) mod writer;

pub use dss::{Dss, add_document_security_store, add_signature_proofs};
pub use fields::{FieldLock, FieldSpec, add_signature_fields};
pub use file::{OpenFile, PreparedFile};
pub use prepare::{
    Appearance, DEFAULT_RESERVE, DocumentTimestampSpec, Prepared, SignatureSpec, prepare_document_timestamp, prepare_signature,
};
pub use structure::StructureFault;

#[cfg(test)]
mod tests {
    use lopdf::{Document, Object, Stream, dictionary};

    /// Files of one page, with a cross-reference table and with a cross-reference stream.
    pub(super) fn bases() -> [Vec<u8>; 2] {
        let mut document = Document::with_version("1.7");
        let pages = document.new_object_id();
        let content = document.add_object(Stream::new(dictionary! {}, b"0 0 1 1 re f".to_vec()));
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "Contents" => content, "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        });
        document.set_object(pages, dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 });
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
        document.trailer.set("Root", catalog);
        document.trailer.set("ID", vec![Object::string_literal("0123456789abcdef"), Object::string_literal("0123456789abcdef")]);
        let (mut table, mut stream) = (Vec::new(), Vec::new());
        document.save_to(&mut table).unwrap();
        document.save_modern(&mut stream).unwrap();
        [table, stream]
    }
}
