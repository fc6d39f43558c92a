//! Bytes that no signature protects: is each of them accounted for?
//!
//! A signature covers everything up to the end of its revision but its own container. In the container, everything is
//! checked against the signature except certificates that the path does not need. After the last signature there may be
//! security stores; their items prove themselves, and the bytes around them must be exactly those that this crate writes.

use super::evidence::Store;
use super::judge::Judged;
use super::report::Unaccounted;
use super::signatures::Found;
use crate::Dss;
use crate::document::dss::{entries_in, rewrite};
use crate::document::increment::load;
use crate::document::structure::Structure;

pub(super) fn unaccounted(pdf: &[u8], structure: &Structure, last: &Found, store: &Store, judged: &Judged) -> Vec<Unaccounted> {
    let mut out = Vec::new();
    if last.end != pdf.len() {
        if !is_canonical(pdf, structure, last) {
            out.push(Unaccounted::Tail);
        }
        let certificates = store.certificates.iter().all(|c| judged.used_certificates.contains(c));
        let items = store.ocsp_responses.iter().chain(&store.crls).all(|i| judged.used_items.contains(i));
        if !certificates || !items {
            out.push(Unaccounted::StoreItem);
        }
    }
    for (field, certificate) in &judged.embedded {
        let one = Unaccounted::EmbeddedCertificate { field: field.clone() };
        if !judged.used_certificates.contains(certificate) && !out.contains(&one) {
            out.push(one);
        }
    }
    out
}

/// Whether each revision after the last signature is, byte for byte, the store that this crate would have appended.
fn is_canonical(pdf: &[u8], structure: &Structure, last: &Found) -> bool {
    let mut prefix = pdf.get(..last.end).unwrap_or_default();
    for revision in structure.revisions.iter().skip(last.revision + 1) {
        let with = pdf.get(..revision.bytes.end).unwrap_or_default();
        let Some(written) = rewritten(prefix, with) else { return false };
        if written != with {
            return false;
        }
        prefix = with;
    }
    prefix.len() == pdf.len()
}

fn rewritten(prefix: &[u8], with: &[u8]) -> Option<Vec<u8>> {
    let document = load(with, lopdf::DEFAULT_MAX_DECOMPRESSED_SIZE).ok()?;
    let store = Store::read(&document, &super::Limits::default()).ok()?;
    let Store { certificates, ocsp_responses, crls } = store;
    rewrite(prefix, &Dss { certificates, ocsp_responses, crls }, entries_in(&document).ok()?).ok()
}
