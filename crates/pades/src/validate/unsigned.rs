//! Bytes that no signature protects: is each of them accounted for?
//!
//! A signature covers everything up to the end of its revision but its own container. In the container, its encoding must be the one that
//! its reading would write, and each certificate must come once and be needed by some path of the file. Not told: which of those certificates
//! a container holds and in what order, NULL parameters of a digest algorithm, and an ECDSA value of a time-stamp for its twin.
//!
//! After the last signature there may be security stores. The first one is part of what was issued: its bytes must be exactly
//! those that this crate writes, and every item must serve a chain, so that no byte of an issued copy can change unseen.
//! Later ones, and those after a document time-stamp, were added by whoever keeps the copy, with a program of their own: they
//! may be written otherwise and hold more than is needed, but nothing besides a store may lie in them.

use std::rc::Rc;

use lopdf::Document;

use super::earlier::Revisions;
use super::evidence::Store;
use super::judge::Judged;
use super::report::{SignatureKind, Unaccounted};
use super::signatures::Found;
use crate::Dss;
use crate::certificate::Certificate;
use crate::document::dss::{entries_in, rewrite, vri_key};
use crate::document::structure::{Entry, Structure};
use crate::document::writer::Base;
use crate::revocation::{List, Response};

pub(super) fn unaccounted(
    pdf: &[u8],
    revisions: &Revisions<'_>,
    structure: &Structure,
    found: &[Found],
    store: &Store,
    judged: &Judged,
) -> Vec<Unaccounted> {
    let mut out = Vec::new();
    tail(pdf, revisions, structure, found, judged, &mut out);
    if !store.is_readable() {
        push(&mut out, Unaccounted::StoreItem);
    }
    for one in &judged.unaccounted {
        push(&mut out, one.clone());
    }
    let unused = judged.embedded.iter().filter(|(_, certificate)| !judged.used_certificates.contains(certificate));
    for (field, _) in unused {
        push(&mut out, Unaccounted::EmbeddedCertificate { field: field.clone() });
    }
    out
}

fn tail(pdf: &[u8], revisions: &Revisions<'_>, structure: &Structure, found: &[Found], judged: &Judged, out: &mut Vec<Unaccounted>) {
    let Some(last) = found.last() else { return };
    let mut end = last.end;
    let mut issued = last.kind == SignatureKind::DocumentTimestamp;
    for (index, revision) in structure.revisions.iter().enumerate().skip(last.revision + 1) {
        let (before, with) = (pdf.get(..end).unwrap_or_default(), pdf.get(..revision.bytes.end).unwrap_or_default());
        if issued {
            // A revision without objects adds no store.
            if revision.entries.values().all(|e| *e == Entry::Free) || !structure.is_tight(pdf, index) {
                push(out, Unaccounted::Tail);
            }
        } else {
            let documents = index.checked_sub(1).map(|before| (revisions.document(before), revisions.document(index)));
            let store = match documents {
                Some((Ok(old), Ok(new))) => issued_store((before, old.into_shared()), (with, &new), found),
                _ => None,
            };
            match store {
                Some(store) if store.is_used(judged) => {}
                Some(_) => push(out, Unaccounted::StoreItem),
                None => push(out, Unaccounted::Tail),
            }
            issued = true;
            // What was issued ends with its marker: not even an end of line may follow.
            if revision.bytes.end + 1 == pdf.len() {
                push(out, Unaccounted::Tail);
            }
        }
        end = revision.bytes.end;
    }
    let rest = pdf.get(end..).unwrap_or_default();
    if !(rest.is_empty() || (end != last.end && matches!(rest, b"\n" | b"\r" | b"\r\n"))) {
        push(out, Unaccounted::Tail);
    }
}

fn push(out: &mut Vec<Unaccounted>, one: Unaccounted) {
    if !out.contains(&one) {
        out.push(one);
    }
}

/// The store of a revision, if this crate would have written the revision byte for byte, and its entries by signature name
/// signatures of the file.
fn issued_store((before, old): (&[u8], Rc<Document>), (with, document): (&[u8], &Document), found: &[Found]) -> Option<Store> {
    let store = Store::read(document, &super::Limits::default()).ok()?;
    let entries = entries_in(document).ok()?;
    let names: Vec<String> = found.iter().map(|f| vri_key(&f.contents)).collect();
    if !entries.keys().all(|name| names.contains(name)) {
        return None;
    }
    let Store { certificates, ocsp_responses, crls } = store.clone();
    let written = rewrite(Base::of(before), old, &Dss { certificates, ocsp_responses, crls }, entries).ok()?;
    (with.strip_prefix(before) == Some(written.as_slice())).then_some(store)
}

impl Store {
    fn is_used(&self, judged: &Judged) -> bool {
        let mut items = self.ocsp_responses.iter().chain(&self.crls);
        self.certificates.iter().all(|c| judged.used_certificates.contains(c)) && items.all(|i| judged.used_items.contains(i))
    }

    /// Whether each item is of the kind that its list says: nothing else may be kept in a store.
    fn is_readable(&self) -> bool {
        self.certificates.iter().all(|c| Certificate::from_der(c).is_ok())
            && self.ocsp_responses.iter().all(|r| Response::read(r).is_ok())
            && self.crls.iter().all(|l| List::read(l).is_ok())
    }
}
