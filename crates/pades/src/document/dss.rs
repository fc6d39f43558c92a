//! The document security store: certificates, OCSP responses and CRLs inside the file (ETSI EN 319 142-1, 5.4.2).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};

use super::increment::{Increment, broken};
use crate::{Error, algorithm};

/// What to keep beside the signatures; each item DER.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dss {
    /// Certificates of all chains, anchors included.
    pub certificates: Vec<Vec<u8>>,
    /// Whole OCSP responses (the outer `OCSPResponse`, status included).
    pub ocsp_responses: Vec<Vec<u8>>,
    /// Certificate revocation lists.
    pub crls: Vec<Vec<u8>>,
}

/// Appends a revision with a security store that keeps what earlier stores held and adds `dss`, each item once.
///
/// Every signature and time-stamp in the file gets an entry under `/VRI` that names all items: which one served which
/// signature is for the validator to find, and a superset is allowed.
///
/// # Errors
///
/// [`Error::Document`].
pub fn add_document_security_store(pdf: &[u8], dss: &Dss) -> Result<Vec<u8>, Error> {
    let mut increment = Increment::after(pdf)?;
    let keys = vri_keys(&increment);
    let old = existing(&increment)?;
    let mut store = Dictionary::new();
    store.set("Type", Object::Name(b"DSS".to_vec()));
    let mut entry = Dictionary::new();
    let lists = [("Certs", "Cert", &dss.certificates), ("OCSPs", "OCSP", &dss.ocsp_responses), ("CRLs", "CRL", &dss.crls)];
    for (list, short, items) in lists {
        let references = merge(&mut increment, old.as_ref(), list.as_bytes(), items)?;
        if !references.is_empty() {
            store.set(list, references.clone());
            entry.set(short, references);
        }
    }
    let mut vri = Dictionary::new();
    for key in keys {
        let entry = increment.add(entry.clone());
        vri.set(key, entry);
    }
    if !vri.is_empty() {
        store.set("VRI", vri);
    }
    let store = increment.add(store);
    let catalog = increment.catalog();
    declare_extension(&mut increment, catalog)?;
    increment.edit(catalog)?.set("DSS", store);
    increment.finish()
}

/// The name of a signature under `/VRI`: SHA-1 of its whole `/Contents`, padding included, in upper-case hexadecimal.
fn vri_key(contents: &[u8]) -> String {
    algorithm::sha1(contents).iter().fold(String::new(), |mut out, b| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{b:02X}");
        out
    })
}

fn vri_keys(increment: &Increment) -> Vec<String> {
    let signatures = increment.previous().objects.values().filter_map(|o| o.as_dict().ok());
    let mut keys: Vec<String> =
        signatures.filter(|d| d.has(b"ByteRange")).filter_map(|d| d.get(b"Contents").and_then(Object::as_str).ok()).map(vri_key).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn existing(increment: &Increment) -> Result<Option<Dictionary>, Error> {
    match increment.dictionary(increment.catalog())?.get(b"DSS") {
        Ok(dss) => Ok(Some(increment.resolve(dss)?.as_dict().map_err(broken)?.clone())),
        Err(_) => Ok(None),
    }
}

/// The references of the old list, and new streams for what it does not hold yet.
fn merge(increment: &mut Increment, old: Option<&Dictionary>, list: &[u8], items: &[Vec<u8>]) -> Result<Vec<Object>, Error> {
    let mut known: BTreeMap<Vec<u8>, ObjectId> = BTreeMap::new();
    let mut references = Vec::new();
    if let Some(array) = old.and_then(|d| d.get(list).ok()) {
        for reference in increment.resolve(array)?.as_array().map_err(broken)? {
            let id = reference.as_reference().map_err(broken)?;
            let stream = increment.object(id)?.as_stream().map_err(broken)?;
            known.insert(stream.get_plain_content().map_err(broken)?, id);
            references.push(reference.clone());
        }
    }
    for item in items {
        if known.contains_key(item) {
            continue;
        }
        // Uncompressed: a store is not covered by the signatures before it, and plain bytes leave nothing that could
        // differ without being seen.
        let id = increment.add(Stream::new(Dictionary::new(), item.clone()));
        known.insert(item.clone(), id);
        references.push(id.into());
    }
    Ok(references)
}

/// The developer extension of ETSI for security stores, where the file does not declare it (ETSI EN 319 142-1, 5.6).
fn declare_extension(increment: &mut Increment, catalog: ObjectId) -> Result<(), Error> {
    let declared = match increment.dictionary(catalog)?.get(b"Extensions") {
        Ok(extensions) => increment.resolve(extensions)?.as_dict().map_err(broken)?.clone(),
        Err(_) => Dictionary::new(),
    };
    if declared.has(b"ESIC") {
        return Ok(());
    }
    let mut declared = declared;
    declared.set("ESIC", dictionary! { "BaseVersion" => Object::Name(b"1.7".to_vec()), "ExtensionLevel" => 1 });
    increment.edit(catalog)?.set("Extensions", declared);
    Ok(())
}
