//! The document security store: certificates, OCSP responses and CRLs inside the file (ETSI EN 319 142-1, 5.4.2).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::rc::Rc;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::file::OpenFile;
use super::increment::{Increment, broken};
use super::writer::Base;
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
/// A signature or time-stamp without an entry under `/VRI` gets one that names all items; entries that are there stay. Who
/// knows which item serves which signature uses [`add_signature_proofs`].
///
/// # Errors
///
/// [`Error::Document`].
pub fn add_document_security_store(pdf: &[u8], dss: &Dss) -> Result<Vec<u8>, Error> {
    Ok(OpenFile::read(pdf.to_vec())?.add_document_security_store(dss)?.into_bytes())
}

pub(super) fn add_store(increment: &mut Increment, dss: &Dss) -> Result<(), Error> {
    append(increment, dss, |increment, old| {
        let mut entries = entries_of(increment, old)?;
        let all = match old {
            Some(old) => joined([&items_of(increment, old)?, dss]),
            None => joined([dss]),
        };
        for key in vri_keys(increment) {
            entries.entry(key).or_insert_with(|| all.clone());
        }
        Ok(entries)
    })
}

/// Appends a revision with a security store as [`add_document_security_store`] does; the entry under `/VRI` of the signature in
/// each named field names the items that were given for it and no others (ETSI EN 319 142-1, 5.4.2.3).
///
/// Field names are compared byte by byte. Other signatures keep the entries that they have.
///
/// # Errors
///
/// [`Error::Document`], also for a field that holds no signature.
pub fn add_signature_proofs(pdf: &[u8], proofs: &[(&str, Dss)]) -> Result<Vec<u8>, Error> {
    Ok(OpenFile::read(pdf.to_vec())?.add_signature_proofs(proofs)?.into_bytes())
}

pub(super) fn add_proofs(increment: &mut Increment, proofs: &[(&str, Dss)]) -> Result<(), Error> {
    let all = joined(proofs.iter().map(|(_, dss)| dss));
    append(increment, &all, |increment, old| {
        let mut entries = entries_of(increment, old)?;
        for (field, dss) in proofs {
            entries.insert(vri_key_of(increment, field)?, joined([dss]));
        }
        Ok(entries)
    })
}

/// The bytes again that made the store of a file whose document before that was `previous`: the same lists and the same
/// entries, in the order of the lists.
pub(crate) fn rewrite(base: Base, previous: Rc<Document>, lists: &Dss, entries: Entries) -> Result<Vec<u8>, Error> {
    let mut increment = Increment::on(base, previous)?;
    append(&mut increment, lists, |_, _| Ok(entries))?;
    increment.write().map(|written| written.tail)
}

/// Which items serve which signature, by its name under `/VRI`.
pub(crate) type Entries = BTreeMap<String, Dss>;

fn append(
    increment: &mut Increment,
    dss: &Dss,
    entries: impl FnOnce(&Increment, Option<&Dictionary>) -> Result<Entries, Error>,
) -> Result<(), Error> {
    let old = existing(increment)?;
    let entries = entries(increment, old.as_ref())?;
    let mut store = Dictionary::new();
    store.set("Type", Object::Name(b"DSS".to_vec()));
    let mut known = Vec::new();
    for (list, short, items) in LISTS.map(|(list, short, items)| (list, short, items(dss))) {
        let (references, places) = merge(increment, old.as_ref(), list.as_bytes(), items)?;
        if !references.is_empty() {
            store.set(list, references);
        }
        known.push((short, places));
    }
    let kept = old.as_ref().map_or_else(|| Ok(BTreeMap::new()), |old| entry_references(increment, old))?;
    let mut vri = Dictionary::new();
    for (key, items) in &entries {
        let entry = entry(items, &known)?;
        let unchanged = kept.get(key).filter(|id| increment.dictionary(**id).is_ok_and(|old| *old == entry)).copied();
        let id = unchanged.unwrap_or_else(|| increment.add(entry));
        vri.set(key.as_bytes(), id);
    }
    if !vri.is_empty() {
        store.set("VRI", vri);
    }
    let store = increment.add(store);
    let catalog = increment.catalog();
    declare_extension(increment, catalog)?;
    increment.edit(catalog)?.set("DSS", store);
    Ok(())
}

/// Key in the store, key in an entry under `/VRI`, items.
type List = (&'static str, &'static str, fn(&Dss) -> &Vec<Vec<u8>>);

const LISTS: [List; 3] =
    [("Certs", "Cert", |dss| &dss.certificates), ("OCSPs", "OCSP", |dss| &dss.ocsp_responses), ("CRLs", "CRL", |dss| &dss.crls)];

/// Where each item of a list lies in the file.
type Places = BTreeMap<Vec<u8>, ObjectId>;

fn entry(items: &Dss, known: &[(&str, Places)]) -> Result<Dictionary, Error> {
    let mut entry = Dictionary::new();
    for ((_, short, of), (_, places)) in LISTS.iter().zip(known) {
        let references: Option<Vec<Object>> = of(items).iter().map(|item| places.get(item).copied().map(Object::from)).collect();
        let references = references.ok_or_else(|| Error::Document("an entry names what the store does not hold".to_owned()))?;
        if !references.is_empty() {
            entry.set(*short, references);
        }
    }
    Ok(entry)
}

/// All items, each once, in order.
fn joined<'a>(parts: impl IntoIterator<Item = &'a Dss>) -> Dss {
    let mut all = Dss::default();
    let add = |to: &mut Vec<Vec<u8>>, from: &[Vec<u8>]| {
        for item in from {
            if !to.contains(item) {
                to.push(item.clone());
            }
        }
    };
    for part in parts {
        add(&mut all.certificates, &part.certificates);
        add(&mut all.ocsp_responses, &part.ocsp_responses);
        add(&mut all.crls, &part.crls);
    }
    all
}

/// The name of a signature under `/VRI`: SHA-1 of its whole `/Contents`, padding included, in upper-case hexadecimal.
pub(crate) fn vri_key(contents: &[u8]) -> String {
    algorithm::sha1(contents).iter().fold(String::new(), |mut out, b| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{b:02X}");
        out
    })
}

fn vri_keys(increment: &Increment) -> BTreeSet<String> {
    let signatures = increment.previous().objects.values().filter_map(|o| o.as_dict().ok());
    signatures.filter(|d| d.has(b"ByteRange")).filter_map(|d| d.get(b"Contents").and_then(Object::as_str).ok()).map(vri_key).collect()
}

fn vri_key_of(increment: &Increment, field: &str) -> Result<String, Error> {
    let named = |d: &&Dictionary| d.has(b"V") && d.get(b"T").and_then(Object::as_str).is_ok_and(|name| name == field.as_bytes());
    let missing = || Error::Document(format!("the field {field} holds no signature"));
    let holder = increment.previous().objects.values().filter_map(|o| o.as_dict().ok()).find(named).ok_or_else(missing)?;
    let value = increment.resolve(holder.get(b"V").map_err(broken)?)?.as_dict().map_err(broken)?;
    value.get(b"Contents").and_then(Object::as_str).map(vri_key).map_err(|_| missing())
}

/// The entries of a store with the items that they name.
pub(crate) fn entries_in(document: &Document) -> Result<Entries, Error> {
    let Ok(store) = document.catalog().map_err(broken)?.get_deref(b"DSS", document) else { return Ok(Entries::new()) };
    let Ok(vri) = store.as_dict().map_err(broken)?.get_deref(b"VRI", document) else { return Ok(Entries::new()) };
    let mut entries = Entries::new();
    for (key, value) in vri.as_dict().map_err(broken)? {
        let (_, value) = document.dereference(value).map_err(broken)?;
        let value = value.as_dict().map_err(broken)?;
        let list = |short: &str| -> Result<Vec<Vec<u8>>, Error> {
            let Ok(items) = value.get_deref(short.as_bytes(), document) else { return Ok(Vec::new()) };
            items.as_array().map_err(broken)?.iter().map(|item| content(document.dereference(item).map_err(broken)?.1)).collect()
        };
        let dss = Dss { certificates: list("Cert")?, ocsp_responses: list("OCSP")?, crls: list("CRL")? };
        entries.insert(String::from_utf8_lossy(key).into_owned(), dss);
    }
    Ok(entries)
}

fn entries_of(increment: &Increment, old: Option<&Dictionary>) -> Result<Entries, Error> {
    if old.is_some() { entries_in(increment.previous()) } else { Ok(Entries::new()) }
}

fn entry_references(increment: &Increment, store: &Dictionary) -> Result<BTreeMap<String, ObjectId>, Error> {
    let Ok(vri) = store.get(b"VRI") else { return Ok(BTreeMap::new()) };
    let vri = increment.resolve(vri)?.as_dict().map_err(broken)?;
    let named = |(key, value): (&Vec<u8>, &Object)| Some((String::from_utf8_lossy(key).into_owned(), value.as_reference().ok()?));
    Ok(vri.iter().filter_map(named).collect())
}

fn items_of(increment: &Increment, store: &Dictionary) -> Result<Dss, Error> {
    let list = |key: &str| -> Result<Vec<Vec<u8>>, Error> {
        let Ok(items) = store.get(key.as_bytes()) else { return Ok(Vec::new()) };
        increment.resolve(items)?.as_array().map_err(broken)?.iter().map(|item| content(increment.resolve(item)?)).collect()
    };
    Ok(Dss { certificates: list("Certs")?, ocsp_responses: list("OCSPs")?, crls: list("CRLs")? })
}

fn content(stream: &Object) -> Result<Vec<u8>, Error> {
    let plain = stream.as_stream().map_err(broken)?.get_plain_content_with_limit(lopdf::DEFAULT_MAX_DECOMPRESSED_SIZE);
    plain.map_err(broken)
}

fn existing(increment: &Increment) -> Result<Option<Dictionary>, Error> {
    match increment.dictionary(increment.catalog())?.get(b"DSS") {
        Ok(dss) => Ok(Some(increment.resolve(dss)?.as_dict().map_err(broken)?.clone())),
        Err(_) => Ok(None),
    }
}

/// The references of the old list, and new streams for what it does not hold yet; and where each item lies.
fn merge(increment: &mut Increment, old: Option<&Dictionary>, list: &[u8], items: &[Vec<u8>]) -> Result<(Vec<Object>, Places), Error> {
    let mut known = Places::new();
    let mut references = Vec::new();
    if let Some(array) = old.and_then(|d| d.get(list).ok()) {
        for reference in increment.resolve(array)?.as_array().map_err(broken)? {
            let id = reference.as_reference().map_err(broken)?;
            let stream = increment.object(id)?.as_stream().map_err(broken)?;
            known.insert(stream.get_plain_content_with_limit(lopdf::DEFAULT_MAX_DECOMPRESSED_SIZE).map_err(broken)?, id);
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
    Ok((references, known))
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
