//! Updates that anyone may make without a key: a verifier must say about them what it says about the copy.

use bansao_pades::{Dss, add_document_security_store};
use lopdf::{Object, Stream, dictionary};

use crate::edit::Copy;
use crate::{Error, Expect, Variant};

/// The copy itself, and its security store written once more: by this project's writer and by another's.
///
/// `fresh` is revocation data that was fetched later about the same certificates (it may be empty).
///
/// # Errors
///
/// [`Error`] when the bytes are no signed PDF.
pub fn legal(copy: &[u8], fresh: &Dss) -> Result<Vec<Variant>, Error> {
    let same = |name: &str, bytes: Vec<u8>| Variant { name: format!("legal/{name}"), expect: Expect::Same, bytes };
    let mut out = vec![same("unchanged", copy.to_vec())];
    let read = Copy::read(copy)?;
    if read.document.get_dictionary(read.root)?.has(b"DSS") {
        let again = add_document_security_store(copy, &Dss::default())?;
        out.push(same("store-twice", add_document_security_store(&again, &Dss::default())?));
        out.push(same("store-written-again", again));
        out.push(same("store-by-another-program", by_another_program(&read)?));
    }
    if *fresh != Dss::default() {
        out.push(same("store-with-fresh-revocation-data", add_document_security_store(copy, fresh)?));
    }
    Ok(out)
}

/// The same items in new streams, under a direct dictionary, without entries by signature.
fn by_another_program(copy: &Copy<'_>) -> Result<Vec<u8>, Error> {
    copy.update(|u| {
        let document = &u.copy.document;
        let store = document.get_dictionary(u.copy.root)?.get(b"DSS")?;
        let store = document.dereference(store)?.1.as_dict()?.clone();
        let mut written = dictionary! { "Type" => "DSS" };
        for key in ["Certs", "OCSPs", "CRLs"] {
            let Ok(list) = store.get(key.as_bytes()) else { continue };
            let mut items: Vec<Object> = Vec::new();
            for item in u.copy.document.dereference(list)?.1.as_array()?.clone() {
                let content = u.copy.document.dereference(&item)?.1.as_stream()?.get_plain_content()?;
                let mut stream = Stream::new(dictionary! {}, content);
                stream.compress()?;
                items.push(u.add(stream).into());
            }
            let list = u.add(Object::Array(items));
            written.set(key, list);
        }
        let root = u.copy.root;
        u.edit(root)?.set("DSS", written);
        Ok(())
    })
}
